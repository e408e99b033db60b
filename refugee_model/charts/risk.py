"""Risk calendars: how likely each place is full, or over its capacity, by date."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from refugee_model.charts import style
from refugee_model.charts.clock import SECOND, Clock
from refugee_model.charts.columns import Floats, before, refused, wide
from refugee_model.charts.sheet import open_page, words
from refugee_model.charts.time_chart import chart
from refugee_model.errors import nearest
from refugee_model.scenario.network import ROAD, TOTAL
from refugee_model.wording import capital, chance_in_tenths, phrase, say

COLUMNS = ("time", "place", "kind", "quantile", "probability_over", "probability_full")
RISKS = {
    "over": (
        "No place is over capacity in any projection",
        "{place} is most likely to be over capacity: in {share} projections, on {when}",
        "In how many projections each place is over capacity, at the ends of days; blank: in none.",
    ),
    "full": (
        "No place is full in any projection",
        "{place} is most likely to be full: in {share} projections, on {when}",
        "In how many projections each place is full, at the ends of days; blank: in none.",
    ),
}
"""Title where there is none, title, and how to read it."""
MOST_COLUMNS = 14
"""More would leave no room for the words in the cells."""
MOST_LETTERS = 26
SHADE = LinearSegmentedColormap.from_list("risk", [style.WHITE, "#CFE0F1", "#5C9BE0", style.NAVY])
DARK = 0.65
"""Shares from this on are written in white."""


@dataclass(frozen=True)
class Grid:
    """What the calendar shows: places, columns of ``each`` dates, and the highest share of projections in each."""

    places: list[str]
    dates: list[str]
    shares: Floats
    each: int


@chart("capacity_table", COLUMNS, many=True)
def plot_risk_calendar(
    table: pd.DataFrame,
    *,
    risk: str = "full",
    until: object = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw the share of projections in which each place is full, or over its capacity, by date.

    Parameters
    ----------
    table : DataFrame
        The capacity table of an ensemble: time, place, kind, quantile, probability_over, probability_full.
    risk : {"full", "over"}
        ``full``: nobody more can be assigned to it, transit over its capacity included; ``over``: more people than
        capacity, in transit people without shelter.
    until : time, optional
        Last time shown.
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    Axes
        Places from the top, dates from the left; the road and sums over provinces are left out.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, ``until`` is before it, or ``risk`` is neither of the two.

    Examples
    --------
    >>> plot_risk_calendar(rm.capacity_table(ensemble), risk="full")  # doctest: +SKIP
    """
    if risk not in RISKS:
        raise refused("risk", f"found {risk!r}; {nearest(str(risk), RISKS)}")
    rows = table[~table["kind"].isin([ROAD, TOTAL]) & (table["quantile"] == table["quantile"].iloc[0])]
    if rows.empty:
        raise refused("kind", "the table holds no place but the road and sums")
    times, clock, chances = wide(rows, "place", f"probability_{risk}")
    keep = before(times, clock, until)
    grid = _grid([str(name) for name in chances.columns], times[keep], chances.to_numpy(dtype=float)[keep], clock)
    said = words(table, _title(grid, risk), _reading(grid, risk), clock, float(times[0]))
    page = open_page(said, (1, 1), figure=figure, height=5.5 + 0.75 * len(grid.places))
    axes: Axes = page.panels[0]
    _draw(axes, grid)
    page.settle([("", "")], None)
    return axes


def _grid(places: list[str], times: Floats, chances: Floats, clock: Clock) -> Grid:
    each = math.ceil(len(times) / MOST_COLUMNS)
    firsts = range(0, len(times), each)
    shares = np.stack([chances[first : first + each].max(axis=0) for first in firsts], axis=1)
    ends = [
        (float(times[first]) - SECOND, float(times[min(first + each, len(times)) - 1]) - SECOND) for first in firsts
    ]
    until = say("to")
    dates = [
        clock.day(low) if each == 1 or low == high else f"{clock.day(low)} {until}\n{clock.day(high)}"
        for low, high in ends
    ]
    return Grid(places, dates, shares, each)


def _title(grid: Grid, risk: str) -> str:
    none, title, _reading = RISKS[risk]
    row, column = np.unravel_index(int(np.argmax(grid.shares)), grid.shares.shape)
    share = float(grid.shares[row, column])
    if not share > 0:
        return say(none)
    place, when = capital(grid.places[int(row)]), grid.dates[int(column)].replace("\n", " ")
    return say(title, place=place, share=chance_in_tenths(share), when=when)


def _reading(grid: Grid, risk: str) -> str:
    reading = say(RISKS[risk][2])
    return reading + (" " + say("Each column: the highest of {each} days.", each=grid.each) if grid.each > 1 else "")


def _draw(axes: Axes, grid: Grid) -> None:
    axes.imshow(grid.shares, cmap=SHADE, vmin=0.0, vmax=1.0, aspect="auto", interpolation="nearest")
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontfamily": list(style.font_families())}
    size = style.LABEL_SIZE if len(grid.dates) <= MOST_COLUMNS // 2 else style.FOOTER_SIZE
    for (row, column), share in np.ndenumerate(grid.shares):
        said = chance_in_tenths(float(share))
        if said:
            axes.text(column, row, said, color=style.WHITE if share >= DARK else style.TEXT, fontsize=size, **look)
    names = [name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…" for name in map(phrase, grid.places)]
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(range(len(grid.dates)), grid.dates)
    axes.grid(visible=False)
    axes.set_xticks(np.arange(len(grid.dates) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axes.grid(visible=True, which="minor", axis="both", color=style.LINE, linewidth=0.8, linestyle="-")
    axes.tick_params(which="minor", length=0)
