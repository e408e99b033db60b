"""The explorer in a notebook: sliders, a picture and key figures that follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from html import escape
from typing import Any

from refugee_model.arguments import kind, takes
from refugee_model.errors import RequestError
from refugee_model.explorer.exploration import DRAWS, Exploration, View
from refugee_model.explorer.sliders import Slider
from refugee_model.languages import language as language_of
from refugee_model.scenario.scenario import Scenario

CANNOT = "this cannot be explored"
INSTALL = "pip install 'refugee-model[explore]'"
SOON, AT_REST = 0.05, 0.5
"""After the last move of a slider: when one future is worked out, and when it counts as let go [s]."""


@takes(CANNOT, scenario=kind(Scenario, "a scenario"), language=kind(str, "a text"))
def explore(scenario: Scenario, *, language: str = "en") -> Any:
    """Move the numbers that matter most in a notebook, and see what follows.

    Parameters
    ----------
    scenario : Scenario
        Where to start from.
    language : str
        Of the words, such as ``en``.

    Returns
    -------
    Explorer
        A widget of ipywidgets, which a notebook shows where it is the last line of a cell: at most eight sliders by
        what moves nights without a roof most, one future while they move and 256 when they rest, each figure beside
        that of the start. ``values`` has what was moved, by dotted path, and ``text`` the call that does the same.

    Raises
    ------
    RequestError
        If ipywidgets is not installed, ``scenario`` is something else, or the language is not known.

    Examples
    --------
    >>> rm.explore(rm.load_scenario("lachin-2023-plan"))  # doctest: +SKIP
    """
    words = language_of(language)
    try:
        import ipywidgets
    except ImportError:
        raise RequestError(CANNOT, f"ipywidgets is not installed; {INSTALL}") from None

    class Explorer(_Explorer, ipywidgets.VBox):  # type: ignore[misc]
        """A widget, which can only be made where ipywidgets is there."""

    return Explorer(ipywidgets, Exploration(scenario, words))


class _Explorer:
    """Sliders, key figures and a picture, in a box of ipywidgets."""

    def __init__(self, widgets: Any, exploration: Exploration) -> None:
        words = exploration.words.text
        self.exploration = exploration
        self._waiting: list[asyncio.TimerHandle] = []
        self.sliders = {slider.path: _slider(widgets, slider) for slider in exploration.sliders}
        self.shown, self.note = widgets.HTML(), widgets.HTML()
        self.changes = widgets.Textarea(rows=4, layout={"width": "46rem"})
        self.changes.description = words("explore.changes")
        self.changes.style.description_width = "initial"
        again = widgets.Button(description=words("explore.reset"), layout={"width": "auto"})
        again.on_click(lambda _button: self.reset())
        for slider in self.sliders.values():
            slider.observe(lambda _change: self._moved(), names="value")
        how = words("explore.how", draws=DRAWS) if self.sliders else words("explore.none")
        rows = [_row(widgets, slider, self.sliders[slider.path]) for slider in exploration.sliders]
        children = [widgets.HTML(escape(how)), *rows, again, self.note, self.shown, self.changes]
        super().__init__(children)  # type: ignore[call-arg]
        self._show(exploration.first_view)

    @property
    def values(self) -> dict[str, float]:
        """What was moved, by dotted path."""
        return {
            slider.path: float(self.sliders[slider.path].value)
            for slider in self.exploration.sliders
            if not slider.at_start(self.sliders[slider.path].value)
        }

    @property
    def text(self) -> str:
        """The changes, to be copied into a program."""
        return self.exploration.changes_text(self.values)

    def reset(self) -> None:
        """Put all sliders where they stood at the start."""
        for slider in self.exploration.sliders:
            self.sliders[slider.path].value = slider.stands_at
        self._moved()

    def update(self, *, many: bool) -> None:
        """Work out what follows, of one future or also of many."""
        self._show(self.exploration.view(self.values, many=many))

    def _show(self, view: View) -> None:
        self.note.value = f"<i>{escape(view.note)}</i>" if view.note else ""
        self.shown.value = _shown(self.exploration, view)
        self.changes.value = view.text

    def _moved(self) -> None:
        """One future soon, many when nothing moves any more: a slider of a notebook does not say when it rests."""
        for handle in self._waiting:
            handle.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # outside a notebook nothing runs later
            self.update(many=False)
            return
        calls: tuple[tuple[float, Callable[[], None]], ...] = (
            (SOON, lambda: self.update(many=False)),
            (AT_REST, lambda: self.update(many=True)),
        )
        self._waiting = [loop.call_later(seconds, call) for seconds, call in calls]


def _slider(widgets: Any, slider: Slider) -> Any:
    digits = max(-int(Decimal(repr(slider.step)).normalize().as_tuple().exponent), 0)
    ends = {"min": slider.low, "max": slider.high, "step": slider.step, "value": slider.stands_at}
    return widgets.FloatSlider(**ends, readout_format=f",.{digits}f", layout={"width": "26rem"})


def _row(widgets: Any, slider: Slider, control: Any) -> Any:
    unit = f" [{slider.unit}]" if slider.unit else ""
    label = f"{escape(slider.meaning)}{escape(unit)}<br><small>{escape(slider.path)}</small>"
    return widgets.HBox([control, widgets.HTML(label)])


def _shown(exploration: Exploration, view: View) -> str:
    """The picture and the table of key figures, every text of it as text."""
    text = exploration.words.text
    heads = [
        text("figures.figure"),
        *(text(f"explore.{name}") for name in ("start", "now", "many")),
        text("figures.chance"),
    ]
    rows = "".join(
        f"<tr{' style=background:#fff2cc' if one.changed else ''}><td>{escape(one.label)}</td>"
        + "".join(f"<td>{escape(said)}</td>" for said in (one.start, one.now, one.range, one.chance))
        + "</tr>"
        for one in view.figures
    )
    head = "".join(f"<th>{escape(said)}</th>" for said in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<img src="{view.picture}" style="max-width:100%" alt="{escape(text("explore.compared"))}">{table}'
