"""Which numbers matter: what a measure is where each is low and where it is high, the largest swing at the top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from refugee_model.charts import style
from refugee_model.charts.columns import attribute, chart, floats, refused
from refugee_model.charts.sheet import open_page, words_of
from refugee_model.wording import amount, as_found, capital, counted, figure, labelled, number, say

COLUMNS = ("path", "unit", "low_fifth", "high_fifth", "measure_if_low", "measure_if_high", "above_chance", "assumed")
MOST_ROWS = 12
MOST_LETTERS = 60
ROOM = 0.16
"""Share of the width at either side that is kept for the values of the numbers."""
HATCH = "////"


@chart("sensitivity", COLUMNS)
def plot_sensitivity(
    table: pd.DataFrame, *, most: int = MOST_ROWS, language: str | None = None, figure: Figure | None = None
) -> Axes:
    """Draw the swings of a sensitivity as a tornado; numbers that are assumed are hatched.

    Parameters
    ----------
    table : DataFrame
        What ``sensitivity`` gives.
    most : int
        So many numbers are shown, those above chance first.

    Returns
    -------
    Axes
        Each bar goes from the measure in the lowest to that in the highest fifth of the number; the values of the
        number stand at its ends, and the line is the mean of all draws.

    Examples
    --------
    >>> plot_sensitivity(rm.sensitivity(ensemble, "peak_unsheltered > 1000"))  # doctest: +SKIP
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise refused("most", f"found {as_found(most)}, expected a whole number from 1")
    rows = table[table["measure_if_low"].notna()].head(most)
    if rows.empty:
        raise refused("measure_if_low", "no number has a swing")
    above = rows["above_chance"].any()
    rows = rows[rows["above_chance"]] if above else rows
    draws = attribute(table, "draws")
    told = counted(int(draws), "draw") if draws else ""
    said = words_of(table, _title(table, above=bool(above)), _reading(table), told)
    page = open_page(said, figure=figure, height=6.5 + 0.85 * len(rows))
    middle = _bars(page.axes, rows, table)
    _ends(page.axes, rows, middle)
    style.by_row(page.axes, [_name(row) for row in rows.to_dict("records")])
    style.amounts_across(page.axes, lambda value: _on_axis(value, attribute(table, "unit")))
    _legend(page.axes, hatched=bool(rows["assumed"].any()))
    page.settle((capital(_measured(table)), ""))
    return page.axes


def _label(table: pd.DataFrame) -> str:
    return labelled(attribute(table, "measure"), attribute(table, "label"))


def _measured(table: pd.DataFrame) -> str:
    label, unit = _label(table) or say("measure"), attribute(table, "unit")
    return say("chance of {label}", label=label) if unit == "chance" else f"{label} ({unit})" if unit else label


def _title(table: pd.DataFrame, *, above: bool) -> str:
    label = _label(table) or say("the measure")
    if not above:
        return say("No single number matters for {label} more than by chance", label=label)
    count = int(table["above_chance"].sum())
    assumed = int((table["above_chance"] & table["assumed"]).sum())
    title = "{label}: {count}, {assumed} of them assumed"
    return say(title, count=counted(count, "number matters", "numbers matter"), label=label, assumed=assumed)


def _reading(table: pd.DataFrame) -> str:
    hatched = int(table["assumed"].sum())
    reading = say(
        "Each bar: from the mean of draws in the lowest fifth of a number to that in the highest; line: all draws."
    )
    return reading + (" " + say("Hatched: assumed, no source says so.") if hatched else "")


def _bars(axes: Axes, rows: pd.DataFrame, table: pd.DataFrame) -> float:
    """Draw the swings to either side of the mean of all draws; give that mean."""
    lows, highs = floats(rows["measure_if_low"]), floats(rows["measure_if_high"])
    middle: float = table.attrs.get("middle", float((lows + highs).mean() / 2.0))
    for ends, colour in ((lows, style.LIGHT_BLUE), (highs, style.NAVY)):
        bars = axes.barh(range(len(rows)), ends - middle, left=middle, height=0.62, color=colour, linewidth=0)
        for bar, hatched in zip(bars, rows["assumed"], strict=True):
            bar.set(hatch=HATCH if hatched else None, edgecolor=style.WHITE)
    axes.axvline(middle, color=style.TEXT, linewidth=1.0)
    least, most = min(lows.min(), highs.min(), middle), max(lows.max(), highs.max(), middle)
    room = ROOM * max(most - least, 1e-12) / (1.0 - 2.0 * ROOM)
    axes.set_xlim(least - room, most + room)
    return middle


def _ends(axes: Axes, rows: pd.DataFrame, middle: float) -> None:
    """Write the values of each number at the ends of its bars."""
    shift = 0.08 * ROOM * float(np.ptp(axes.get_xlim()))
    for place, row in enumerate(rows.to_dict("records")):
        sides = ((row["measure_if_low"], row["low_fifth"]), (row["measure_if_high"], row["high_fifth"]))
        right = row["measure_if_high"] >= row["measure_if_low"]
        for (at, value), on_right in zip(sides, (not right, right), strict=True):
            end = max(at, middle) + shift if on_right else min(at, middle) - shift
            axes.text(end, place, amount(value), ha="left" if on_right else "right", va="center", **style.letters())


def _legend(axes: Axes, *, hatched: bool) -> None:
    handles = [
        Patch(facecolor=style.LIGHT_BLUE, label=say("number is low")),
        Patch(facecolor=style.NAVY, label=say("number is high")),
    ]
    if hatched:
        handles.append(Patch(facecolor=style.GREY, hatch=HATCH, edgecolor=style.WHITE, label=say("assumed")))
    look = {"fontsize": style.TICK_SIZE, "framealpha": 1.0, "edgecolor": style.LINE}
    style.legend(axes, handles=handles, loc="lower right", frameon=True, **look)


def _name(row: Mapping[Any, Any]) -> str:
    name = style.shortened(str(row["path"]), MOST_LETTERS)
    return f"{name}\n[{row['unit']}]" if row["unit"] else name


def _on_axis(value: float, unit: str) -> str:
    if unit != "chance":
        return number(value)
    return say("{count} of 100", count=figure(round(100.0 * value, 1))) if 0.0 <= value <= 1.0 + 1e-9 else ""
