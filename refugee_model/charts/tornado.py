"""Which numbers matter: what a measure is where each is low and where it is high, the largest swing at the top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from refugee_model.charts import style
from refugee_model.charts.columns import attribute, floats, refused
from refugee_model.charts.sheet import open_page, words_of
from refugee_model.charts.time_chart import chart
from refugee_model.wording import amount, as_found, as_now, capital, counted, figure, labelled, number, say

COLUMNS = (
    "path",
    "unit",
    "low_fifth",
    "high_fifth",
    "measure_if_low",
    "measure_if_high",
    "above_chance",
    "assumed",
)
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
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    Axes
        Each bar goes from the measure in the lowest to that in the highest fifth of the number; the values of the
        number stand at its ends, and the line is the mean of all draws.

    Raises
    ------
    RequestError
        If columns are missing, or there is no number to show.

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
    page = open_page(said, (1, 1), figure=figure, height=6.5 + 0.85 * len(rows))
    axes: Axes = page.panels[0]
    _draw(axes, rows, table)
    page.settle([(capital(_measured(table)), "")], None)
    return axes


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


def _draw(axes: Axes, rows: pd.DataFrame, table: pd.DataFrame) -> None:
    lows, highs = floats(rows["measure_if_low"]), floats(rows["measure_if_high"])
    middle = table.attrs.get("middle", float((lows + highs).mean() / 2.0))
    unit = attribute(table, "unit")
    places = range(len(rows))
    assumed = rows["assumed"].to_numpy(dtype=bool)
    for ends, colour in ((lows, style.LIGHT_BLUE), (highs, style.NAVY)):
        bars = axes.barh(
            places, ends - middle, left=middle, height=0.62, color=colour, edgecolor=style.WHITE, linewidth=0
        )
        for bar, hatched in zip(bars, assumed, strict=True):
            if hatched:
                bar.set(hatch=HATCH, edgecolor=style.WHITE)
    axes.axvline(middle, color=style.TEXT, linewidth=1.0)
    least, most = min(lows.min(), highs.min(), middle), max(lows.max(), highs.max(), middle)
    room = ROOM * max(most - least, 1e-12) / (1.0 - 2.0 * ROOM)
    axes.set_xlim(least - room, most + room)
    look: dict[str, Any] = {"va": "center", "fontsize": style.TICK_SIZE, "fontfamily": list(style.font_families())}
    for place, row in zip(places, rows.to_dict("records"), strict=True):
        sides = ((row["measure_if_low"], row["low_fifth"]), (row["measure_if_high"], row["high_fifth"]))
        right = row["measure_if_high"] >= row["measure_if_low"]
        for (at, value), on_right in zip(sides, (not right, right), strict=True):
            side = max(at, middle) if on_right else min(at, middle)
            shift = room * (0.08 if on_right else -0.08)
            axes.text(side + shift, place, amount(value), ha="left" if on_right else "right", color=style.TEXT, **look)
    axes.set_yticks(places, [_name(row) for row in rows.to_dict("records")])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.LINE, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(as_now(lambda value, _position: _on_axis(value, unit))))
    handles = [
        Patch(facecolor=style.LIGHT_BLUE, label=say("number is low")),
        Patch(facecolor=style.NAVY, label=say("number is high")),
    ]
    if assumed.any():
        handles.append(Patch(facecolor=style.GREY, hatch=HATCH, edgecolor=style.WHITE, label=say("assumed")))
    style.legend(
        axes,
        handles=handles,
        loc="lower right",
        frameon=True,
        fontsize=style.TICK_SIZE,
        framealpha=1.0,
        edgecolor=style.LINE,
    )


def _name(row: Mapping[Any, Any]) -> str:
    name, unit = str(row["path"]), row["unit"]
    name = name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
    return f"{name}\n[{unit}]" if unit else name


def _on_axis(value: float, unit: str) -> str:
    if unit != "chance":
        return number(value)
    return say("{count} of 100", count=figure(round(100.0 * value, 1))) if 0.0 <= value <= 1.0 + 1e-9 else ""
