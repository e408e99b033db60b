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

from refugee_model import wording
from refugee_model.arrays import Floats
from refugee_model.charts import style
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.columns import CANNOT, before, chart, floats, highest, names_in, peak_of, refused
from refugee_model.charts.labels import peak_label
from refugee_model.charts.sheet import TimeChart, TimePanel, grid_of
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.wording import counted, say, two_figures

DURABLE = "durable"
COLUMNS = ("date", "item", "label", "unit", "people", "need", "new_need", "supplied", "gap")
PER = {"daily": "{unit} a day", "durable": "{unit} in all, so far", "facility": "{unit} in use at once"}
"""What the unit of each kind of item is counted over."""
PARTS = ("origin", "route", "point")
"""Columns by which a table of needs may be split."""
MOST = 9
"""So many items are shown where none are named."""
SMALLEST = 0.5
"""A smaller gap, in units of the item, is none."""


@dataclass(frozen=True)
class Item:
    """One panel: an item with its need, supply and gap by date, NaN where deliveries are not known."""

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


@chart("needs_table", COLUMNS)
def plot_needs(
    needs: pd.DataFrame,
    *,
    items: Sequence[str] | None = None,
    until: object = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> NDArray[Any]:
    """Draw need against supply for each item; the gap is shaded.

    Parameters
    ----------
    needs : DataFrame
        The needs table: date, item, label, unit, people, need, new_need, supplied, gap [unit], and where present kind
        and lapsed: new need, less what lapsed, and supply of a ``durable`` item are summed over the dates so far, as
        its gap is what is still lacking. Of a table by origin, route or point the rows of one of them.
    items : sequence of str, optional
        Names of items; without it the nine with the most person-days of unmet need. Items whose deliveries are not
        known are left out and named in the subtitle; only where they are named, or no others are, their need is drawn
        alone.
    until : date, optional
        Last date shown.

    Returns
    -------
    array of Axes
        One for each item, in the order named, or the largest unmet need first.

    Examples
    --------
    >>> plot_needs(rm.needs_table(run), items=["water", "blankets"])  # doctest: +SKIP
    """
    part = _only_part(needs)
    known = names_in(needs, "item")
    _check(items, known)
    _dates, clock = read_times(needs["date"])
    wanted = known if items is None else dict.fromkeys(items)
    everything = [_item(needs[needs["item"] == name], until) for name in wanted]
    most_unmet = sorted([item for item in everything if item.known] or everything, key=lambda item: -item.unmet)
    chosen = everything if items is not None else most_unmet[:MOST]
    shape = grid_of(len(chosen)) if len(chosen) != MOST else (3, 3)
    first, last = min(float(one.dates[0]) for one in chosen), max(float(one.dates[-1]) for one in chosen)
    return TimeChart(
        table=needs,
        title=part + _title([item for item in everything if item.known]),
        reading=_reading(everything, chosen, len(known), clock),
        clock=clock,
        dates=(first, last if last > first else first + 1.0),
        panels=[_panel(item, clock) for item in chosen],
        grid=shape,
        height=4.0 + 4.2 * max(shape[0], 2),
        heading_size=style.HEADING_SIZE if shape[1] < 5 else style.LABEL_SIZE,
    ).draw(figure)


def _only_part(needs: pd.DataFrame) -> str:
    """The part of the people of a table that is split, for the title; several parts are refused."""
    for by in (name for name in PARTS if name in needs):
        parts = names_in(needs, by)
        if len(parts) > 1:
            such = f"needs[needs['{by}'] == {parts[0]!r}]"
            raise refused(by, f"the table has several; give the rows of one, such as {such}")
        return f"{parts[0]}: ".capitalize() if by == PARTS[0] else f"{parts[0]}: "
    return ""


def _panel(item: Item, clock: Clock) -> TimePanel:
    return TimePanel(
        item.label,
        lambda axes: _draw(axes, item),
        lambda axes: _label(axes, item, clock),
        item.unit,
        ticks=3,
        headroom=1.35,
    )


def _check(items: Sequence[str] | None, known: list[str]) -> None:
    if items is None:
        return
    if isinstance(items, str):
        raise refused("items", f"found {items!r}, expected a list of names, such as [{items!r}]")
    if not items:
        raise refused("items", "no item is named; name one or more, or leave it out")
    unknown = [f"'{name}' is not in the table; {nearest(name, known)}" for name in items if name not in known]
    if unknown:
        raise RequestError(CANNOT, [Problem("items", said) for said in unknown])


def _item(rows: pd.DataFrame, until: object) -> Item:
    rows = rows.sort_values("date", kind="stable")
    dates, clock = read_times(rows["date"])
    keep = before(dates, clock, until)
    amounts = ("people", "need", "new_need", "supplied", "gap")
    people, need, new_need, supplied, gap = (floats(rows[name]) for name in amounts)
    kind = str(rows["kind"].iloc[0]) if "kind" in rows else ""
    ever = need
    if kind == DURABLE:
        lapsed = floats(rows["lapsed"]) if "lapsed" in rows else np.zeros_like(need)
        ever, need, supplied = np.cumsum(new_need), np.cumsum(new_need - lapsed), np.cumsum(supplied)
    unmet = float(np.nansum(people * np.divide(gap, ever, out=np.zeros_like(ever), where=ever > 0)))
    unit = say(PER.get(kind, "{unit}"), unit=rows["unit"].iloc[0])
    return Item(
        str(rows["label"].iloc[0]), unit, dates[keep], need[keep], supplied[keep], gap[keep], unmet, kind == DURABLE
    )


def _title(told: list[Item]) -> str:
    lacking = [item for item in told if item.gap.max() >= SMALLEST]
    items = counted(len(told), "item")
    if not told:
        return say("What is needed; what is supplied is not known")
    if lacking:
        title = "Supply falls short of need for {count} of {items}; most person-days without: {worst}"
        return say(title, count=len(lacking), items=items, worst=max(lacking, key=lambda item: item.unmet).label)
    if any(item.need.max() > 0 for item in told):
        return say("Supply meets the need for all of {items}", items=items)
    return say("Nobody needs anything")


def _reading(everything: list[Item], chosen: list[Item], known: int, clock: Clock) -> str:
    reading = say("Solid line: need. Dashed line: supplied. Hatched: gap. The first and the last date may be partial.")
    if len(chosen) < known:
        ordered = "{shown} of {known} items, most person-days of unmet need first."
        template = ordered if len(everything) == known else "{shown} of {known} items."
        reading += " " + say(template, shown=len(chosen), known=known)
    untold = [item.label for item in everything if not item.known]
    if untold:
        reading += " " + say("No data on deliveries: {items}.", items=wording.listed(untold))
    first, last = float(chosen[0].dates[0]), float(chosen[0].dates[-1])
    return reading + " " + say("{first} to {last}.", first=clock.day(first), last=clock.date(last))


def _draw(axes: Axes, item: Item) -> float:
    dates, need, supplied = item.dates, item.need, item.supplied
    if len(dates) == 1:
        dates, need, supplied = np.array([dates[0], dates[0] + 1.0]), np.repeat(need, 2), np.repeat(supplied, 2)
    hatched: dict[str, Any] = {"facecolor": style.PALE_RED, "edgecolor": style.RED, "hatch": "////", "linewidth": 0}
    axes.plot(dates, need, color=style.NAVY, linewidth=1.8, label="need")
    if item.known:
        axes.fill_between(dates, supplied, need, where=list(need >= supplied), interpolate=True, label="gap", **hatched)
        axes.plot(dates, supplied, color=style.BLUE, linewidth=1.8, linestyle=(0, (3, 1.2)), label="supplied")
    return highest(need, supplied)


def _label(axes: Axes, item: Item, clock: Clock) -> None:
    if not item.known:
        return
    worst = len(item.gap) - 1 if item.lasts else peak_of(item.gap)
    if item.gap[worst] < SMALLEST:
        return
    gap, day = two_figures(float(item.gap[worst])), clock.day(float(item.dates[worst]))
    said = say("gap {gap}, {day}", gap=gap, day=day)
    height = float(max(item.need.max(), item.supplied.max()))
    peak_label(axes, float(item.dates[worst]), height, said, colour=style.TEXT, dot=False, size=style.LABEL_SIZE - 1.0)
