"""What people need against what is supplied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.views import style
from refugee_model.views.clock import Clock, read_times
from refugee_model.views.columns import Floats, before, floats, names_in, peak_of, require
from refugee_model.views.labels import peak_label
from refugee_model.views.page import Dates, Words, open_page, words
from refugee_model.views.provinces import grid_of
from refugee_model.views.settings import drawn_with_our_settings

DURABLE = "durable"
COLUMNS = ("date", "item", "label", "unit", "people", "need", "new_need", "supplied", "gap")
PER = {"daily": " a day", "durable": " in all, so far", "facility": " in use at once"}
"""What the unit of each kind of item is counted over."""
MOST = 9
"""So many items are shown where none are named."""
SMALLEST = 0.5
"""A smaller gap, in units of the item, is none."""


@dataclass(frozen=True)
class Item:
    """One panel.

    Attributes
    ----------
    label, unit : str
        What it is and what it is counted in.
    dates : array (date,) [days]
        Positions on a date axis.
    need, supplied, gap : array (date,) [unit]
        What people need, what they get, what lacks; the last two are NaN where deliveries are not known.
    unmet : float
        People x days whose need is not met [person-days].
    lasts : bool
        Whether what is lacking is made up later, as of a durable item: then what is lacking at the end counts.
    """

    label: str
    unit: str
    dates: Floats
    need: Floats
    supplied: Floats
    gap: Floats
    unmet: float
    lasts: bool

    @property
    def known(self) -> bool:
        """Whether it is known what people get."""
        return not bool(np.isnan(self.gap).any())


@takes("this cannot be drawn")
@drawn_with_our_settings
def plot_needs(
    needs: pd.DataFrame, *, items: Sequence[str] | None = None, until: object = None, figure: Figure | None = None
) -> NDArray[Any]:
    """Draw need against supply for each item; the gap is shaded.

    Parameters
    ----------
    needs : DataFrame
        The needs table: date, item, label, unit, people, need, new_need, supplied, gap [unit], and where present kind and lapsed:
        new need, less what lapsed, and supply of a ``durable`` item are summed over the dates so far, as its gap is what is still
        lacking.
    items : sequence of str, optional
        Names of items; without it the nine with the most person-days of unmet need. Items whose deliveries are not known are
        left out and named in the subtitle; only where they are named, or where no others are, their need is drawn alone.
    until : date, optional
        Last date shown.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    array of Axes
        One for each item, in the order named, or the largest unmet need first.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, an item is not in it, or ``until`` is before it.

    Examples
    --------
    >>> plot_needs(rm.needs_table(run), items=["water", "blankets"])  # doctest: +SKIP
    """
    require(needs, COLUMNS, name="needs")
    known = names_in(needs, "item")
    _check(items, known)
    _dates, clock = read_times(needs["date"])
    everything = {name: _item(needs[needs["item"] == name], until) for name in (known if items is None else dict.fromkeys(items))}
    chosen = list(everything.values()) if items is not None else _most_unmet(list(everything.values()))
    shape = grid_of(len(chosen)) if len(chosen) != MOST else (3, 3)
    said = _words(needs, everything, chosen, len(known), clock)
    page = open_page(said, shape, figure=figure, height=4.0 + 4.2 * max(shape[0], 2))
    for axes, item in zip(page.panels, chosen, strict=False):
        _draw(axes, item)
        axes.tick_params(axis="both", labelsize=style.TICK_SIZE - 1.0)
    for axes in page.panels[len(chosen) :]:
        axes.remove()
    first, last = (float(extreme(one.dates[place] for one in chosen)) for extreme, place in ((min, 0), (max, -1)))
    dates = Dates(clock, first, last if last > first else first + 1.0, years=False)
    page.settle([(item.label, item.unit) for item in chosen], dates, size=style.HEADING_SIZE if shape[1] < 5 else style.LABEL_SIZE)
    for axes, item in zip(page.panels, chosen, strict=False):
        _label(axes, item, clock)
    shown: NDArray[Any] = page.panels[: len(chosen)]
    return shown


def _most_unmet(items: list[Item]) -> list[Item]:
    return sorted([item for item in items if item.known] or items, key=lambda item: -item.unmet)[:MOST]


def _check(items: Sequence[str] | None, known: list[str]) -> None:
    if items is None:
        return
    if isinstance(items, str):
        message = f"found the text {items!r}, expected a list of names, such as [{items!r}]"
        raise RequestError("the needs table cannot be drawn", [Problem("items", message)])
    unknown = [Problem("items", f"'{name}' is not in the table; {nearest(name, known)}") for name in items if name not in known]
    if not items:
        unknown = [Problem("items", "no item is named; name one or more, or leave it out")]
    if unknown:
        raise RequestError("the needs table cannot be drawn", unknown)


def _item(rows: pd.DataFrame, until: object) -> Item:
    rows = rows.sort_values("date", kind="stable")
    dates, clock = read_times(rows["date"])
    keep = before(dates, clock, until)
    people, need, new_need, supplied, gap = (floats(rows[name]) for name in ("people", "need", "new_need", "supplied", "gap"))
    kind = str(rows["kind"].iloc[0]) if "kind" in rows else ""
    ever = need
    if kind == DURABLE:
        lapsed = floats(rows["lapsed"]) if "lapsed" in rows else np.zeros_like(need)
        ever, need, supplied = np.cumsum(new_need), np.cumsum(new_need - lapsed), np.cumsum(supplied)
    unmet = float(np.nansum(people * np.divide(gap, ever, out=np.zeros_like(ever), where=ever > 0)))
    unit = f"{rows['unit'].iloc[0]}{PER.get(kind, '')}"
    return Item(str(rows["label"].iloc[0]), unit, dates[keep], need[keep], supplied[keep], gap[keep], unmet, kind == DURABLE)


def _words(needs: pd.DataFrame, everything: dict[str, Item], chosen: list[Item], known: int, clock: Clock) -> Words:
    told = [item for item in everything.values() if item.known]
    lacking = [item for item in told if item.gap.max() >= SMALLEST]
    of = f"{len(lacking)} of {style.counted(len(told), 'item', 'items')}"
    if not told:
        title = "What is needed; what is supplied is not known"
    elif lacking:
        worst = max(lacking, key=lambda item: item.unmet)
        title = f"Supply falls short of need for {of}; most person-days without: {worst.label}"
    elif any(item.need.max() > 0 for item in told):
        title = f"Supply meets the need for all of {style.counted(len(told), 'item', 'items')}"
    else:
        title = "Nobody needs anything"
    reading = "Solid line: need. Dashed line: supplied. Hatched: gap. The first and the last date may be partial."
    if len(chosen) < known:
        reading += f" {len(chosen)} of {known} items" + (", most person-days of unmet need first." if len(everything) == known else ".")
    if len(told) < len(everything):
        reading += f" No data on deliveries: {style.listed([item.label for item in everything.values() if not item.known])}."
    first, last = float(chosen[0].dates[0]), float(chosen[0].dates[-1])
    reading += f" {clock.day(first)} to {clock.date(last)}."
    return words(needs, title, reading, clock, float(chosen[0].dates[0]))


def _draw(axes: Axes, item: Item) -> None:
    dates, need, supplied = item.dates, item.need, item.supplied
    if len(dates) == 1:
        dates, need, supplied = np.array([dates[0], dates[0] + 1.0]), np.repeat(need, 2), np.repeat(supplied, 2)
    hatched: dict[str, Any] = {"facecolor": "#F9C5CC", "edgecolor": style.RED, "hatch": "////", "linewidth": 0}
    axes.plot(dates, need, color=style.NAVY, linewidth=1.8, label="need")
    if item.known:
        axes.fill_between(dates, supplied, need, where=list(need >= supplied), interpolate=True, label="gap", **hatched)
        axes.plot(dates, supplied, color=style.BLUE, linewidth=1.8, linestyle=(0, (3, 1.2)), label="supplied")
    style.amounts(axes, float(max(need.max(), np.nanmax(supplied, initial=0.0))), ticks=3, headroom=1.35)


def _label(axes: Axes, item: Item, clock: Clock) -> None:
    if not item.known:
        return
    worst = len(item.gap) - 1 if item.lasts else peak_of(item.gap)
    if item.gap[worst] < SMALLEST:
        return
    said = f"gap {_amount(float(item.gap[worst]))}, {clock.day(float(item.dates[worst]))}"
    height = float(max(item.need.max(), item.supplied.max()))
    peak_label(axes, float(item.dates[worst]), height, said, colour=style.TEXT, dot=False, size=style.LABEL_SIZE - 1.0)


def _amount(value: float) -> str:
    """As the summary and the tables give it, so that a picture can be found again in them."""
    return style.number(float(round(value)) if value >= 10.0 else float(f"{value:.2g}"))
