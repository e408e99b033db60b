"""How likely: places full or over their capacity by date, as a calendar; events, as so many of 100 futures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from refugee_model.arrays import Floats
from refugee_model.charts import style
from refugee_model.charts.clock import SECOND, Clock
from refugee_model.charts.columns import attribute, before, chart, refused, wide
from refugee_model.charts.sheet import open_page, timed_words, words_of
from refugee_model.errors import nearest
from refugee_model.scenario.network import ROAD, TOTAL
from refugee_model.wording import capital, chance, chance_in_tenths, counted, phrase, say

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
SHADE = LinearSegmentedColormap.from_list("risk", [style.WHITE, style.PALE_BLUE, style.MIDDLE_BLUE, style.NAVY])
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

    Returns
    -------
    Axes
        Places from the top, dates from the left; the road and sums over provinces are left out.

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
    said = timed_words(table, _title(grid, risk), _reading(grid, risk), clock, float(times[0]))
    page = open_page(said, figure=figure, height=5.5 + 0.75 * len(grid.places))
    _draw(page.axes, grid)
    page.settle()
    return page.axes


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
    style.cells(axes, grid.shares, SHADE)
    size = style.LABEL_SIZE if len(grid.dates) <= MOST_COLUMNS // 2 else style.FOOTER_SIZE
    for (row, column), share in np.ndenumerate(grid.shares):
        if said := chance_in_tenths(float(share)):
            look = style.letters(size, style.WHITE if share >= DARK else style.TEXT)
            axes.text(column, row, said, ha="center", va="center", **look)
    axes.set_yticks(range(len(grid.places)), [style.shortened(phrase(name), MOST_LETTERS) for name in grid.places])
    axes.set_xticks(range(len(grid.dates)), grid.dates)


EVENTS = ("event", "chance")
SIDE, HUNDRED = 10, 100
MOST_GRIDS, MOST_BESIDE = 12, 4
CELL = 0.82
"""Side of a square, of which 1 is the distance to the next."""


def of_hundred(share: float) -> int:
    """Of one hundred futures, in how many; never none and never all where it is one of them.

    Examples
    --------
    >>> [of_hundred(share) for share in (0.0, 0.001, 0.375, 0.999, 1.0)]
    [0, 1, 38, 99, 100]
    """
    if not 0.0 < share < 1.0:
        return 0 if share <= 0.0 else HUNDRED
    return min(max(math.floor(HUNDRED * share + 0.5), 1), HUNDRED - 1)


@chart("event_table", EVENTS)
def plot_futures(table: pd.DataFrame, *, language: str | None = None, figure: Figure | None = None) -> Any:
    """Draw the chance of each event as so many of one hundred futures.

    Parameters
    ----------
    table : DataFrame
        What ``event_table`` gives: event, chance; at most twelve rows.

    Returns
    -------
    array of Axes
        A grid of one hundred squares for each event, filled from the bottom left.

    Examples
    --------
    >>> plot_futures(rm.event_table(ensemble, ["peak_unsheltered > 1000", "places_full >= 5"]))  # doctest: +SKIP
    """
    shares = pd.to_numeric(table["chance"], errors="coerce").to_numpy(dtype=float)
    if len(table) > MOST_GRIDS:
        raise refused("event", f"found {len(table)} events, expected at most {MOST_GRIDS}")
    if not np.all((shares >= 0.0) & (shares <= 1.0)):
        raise refused("chance", "expected shares from 0 to 1")
    shape = (math.ceil(len(table) / MOST_BESIDE), min(len(table), MOST_BESIDE))
    draws = attribute(table, "draws")
    told = counted(int(draws), "draw") if draws else ""
    reading = say("Each square is one of 100 futures that are equally likely.")
    most = int(np.argmax(shares))
    likeliest = say("{event}: {chance}", event=str(table["event"].iloc[most]), chance=chance(float(shares[most])))
    said = words_of(table, likeliest, reading, told)
    page = open_page(said, shape, figure=figure, height=3.6 + (8.0 if shape[1] < 3 else 5.0) * shape[0])
    shown = page.panels[: len(table)]
    for axes, share in zip(shown, shares, strict=True):
        _squares(axes, of_hundred(float(share)))
    for axes in page.panels[len(table) :]:
        axes.remove()
    page.settle(*((str(event), chance(float(share))) for event, share in zip(table["event"], shares, strict=True)))
    return shown


def _squares(axes: Axes, count: int) -> None:
    cells = [
        Rectangle((place % SIDE + (1.0 - CELL) / 2, place // SIDE + (1.0 - CELL) / 2), CELL, CELL)
        for place in range(HUNDRED)
    ]
    colours = [style.NAVY if place < count else style.PALE for place in range(HUNDRED)]
    axes.add_collection(PatchCollection(cells, facecolors=colours, edgecolors=style.LINE, linewidths=0.6))
    axes.set_xlim(0, SIDE)
    axes.set_ylim(0, SIDE)
    axes.set_aspect("equal", anchor="NW")
    style.bare(axes)
