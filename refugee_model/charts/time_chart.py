"""The skeleton of all charts over time: a chart says what it shows and draws its marks, in no order it has to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model.arguments import takes
from refugee_model.charts import style
from refugee_model.charts.clock import Clock
from refugee_model.charts.columns import Floats, require
from refugee_model.charts.fonts import cover
from refugee_model.charts.sheet import RIGHT_EDGE, Dates, Page, Words, on_axes, open_page, words
from refugee_model.charts.style import our_settings
from refugee_model.languages import language as language_of
from refugee_model.tables.provenance import names_in
from refugee_model.wording import spoken

Given = ParamSpec("Given")
Drawn = TypeVar("Drawn")
Marks = Callable[[Axes], float]
"""Draws on axes; gives the largest amount drawn."""
Labels = Callable[[Axes], None]
"""Writes on axes that have their final place."""


def chart(
    of: str, columns: Sequence[str], *, many: bool = False
) -> Callable[[Callable[Given, Drawn]], Callable[Given, Drawn]]:
    """A plot function whose first argument must be what ``of`` gives, that speaks the language of its argument
    ``language``, or else the one spoken now, and that leaves a person's settings alone.
    """

    def checked(plot: Callable[Given, Drawn]) -> Callable[Given, Drawn]:
        @wraps(plot)
        def drawn(*args: Given.args, **options: Given.kwargs) -> Drawn:
            given = signature(plot).bind(*args, **options).arguments
            table, code = next(iter(given.values())), given.get("language")
            words = language_of(spoken() if code is None else code)
            with our_settings(), words.calling(names_in(getattr(table, "attrs", {}))).spoken():
                require(table, columns, of=of, many=many)
                cover([words.letters])
                return plot(*args, **options)

        return takes("this cannot be drawn")(drawn)

    return checked


@dataclass(frozen=True)
class Panel:
    """One panel: its heading, a line beneath it, its marks, and labels that need to know where it stands."""

    heading: str
    marks: Marks
    labels: Labels = lambda _axes: None
    beneath: str = ""
    ticks: int = 5
    headroom: float = 1.0
    """The vertical axis ends at the largest amount times this."""


@dataclass(frozen=True, kw_only=True)
class TimeChart:
    """A chart over time: its table, what it says, the dates from the first to the last, and its panels."""

    table: pd.DataFrame
    title: str
    reading: str
    """Units and how to read it."""
    clock: Clock
    dates: tuple[float, float]
    panels: Sequence[Panel]
    grid: tuple[int, int] | None = None
    """Rows and columns of small panels; without it panels stand one below the other and share their dates."""
    height: float = 15.0
    right: float = RIGHT_EDGE
    """Height of a new figure, and room for labels at the right [cm]."""
    ratios: Sequence[float] | None = None
    """Heights of the panels, relative to each other."""
    heading_size: float = style.HEADING_SIZE

    def draw(self, *, ax: Axes | None = None, figure: Figure | None = None) -> Any:
        """Axes of the panels, on axes or a figure of the caller or a new one."""
        first, last = self.dates
        said = words(self.table, self.title, self.reading, self.clock, first)
        page = on_axes(said, ax) if ax is not None else self._sheet(said, figure)
        shown = page.panels[: len(self.panels)]
        for axes, panel in zip(shown, self.panels, strict=True):
            style.amounts(axes, panel.marks(axes), ticks=panel.ticks, headroom=panel.headroom)
            if self.grid:
                axes.tick_params(axis="both", labelsize=style.TICK_SIZE - 1.0)
            elif axes is not shown[-1]:
                axes.tick_params(axis="x", labelbottom=False)
        for axes in page.panels[len(self.panels) :]:
            axes.remove()
        headings = [(panel.heading, panel.beneath) for panel in self.panels]
        page.settle(headings, Dates(self.clock, first, last, years=not self.grid), size=self.heading_size)
        for axes, panel in zip(shown, self.panels, strict=True):
            panel.labels(axes)
        return shown

    def _sheet(self, said: Words, figure: Figure | None) -> Page:
        shape, share_x = self.grid or (len(self.panels), 1), not self.grid
        size: dict[str, Any] = {"height": self.height, "right": self.right, "ratios": self.ratios}
        return open_page(said, shape, figure=figure, share_x=share_x, **size)


def highest(*values: Floats) -> float:
    """The largest of all amounts that are known; 0 where none is."""
    return float(max(np.nanmax(one, initial=0.0) for one in values))
