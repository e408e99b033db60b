"""What plans cost and save, and events among 100 futures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from refugee_model.charts import style
from refugee_model.charts.clock import Clock
from refugee_model.charts.columns import attribute, floats, refused
from refugee_model.charts.sheet import open_page, words, words_of
from refugee_model.charts.time_chart import chart
from refugee_model.wording import about, as_now, chance, counted, number, say, tenths

NIGHTS = "person_nights_without_roof"
WORST = f"{NIGHTS}_worst_tenth"
FRONTIER = ("budget", NIGHTS, WORST, "chance_of_any", "saved_per_1000_usd")
MILLION = 1e6


@chart("plan.frontier", FRONTIER, many=True)
def plot_frontier(table: pd.DataFrame, *, language: str | None = None, figure: Figure | None = None) -> Axes:
    """Draw nights without a roof by budget, in the mean and in the worst tenth of futures.

    Parameters
    ----------
    table : DataFrame
        ``plan.frontier`` of what ``plan_aid`` gives.
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    Axes
        Budgets from the left; at each, what the last thousand dollars saved, and the chance of any.

    Raises
    ------
    RequestError
        If columns are missing or the table is empty.

    Examples
    --------
    >>> plot_frontier(plan.frontier)  # doctest: +SKIP
    """
    budget, mean, worst = (floats(table[name]) for name in ("budget", NIGHTS, WORST))
    clock = Clock(pd.Timestamp("2000-01-01T00:00Z").tz, aware=False)  # type: ignore[arg-type]
    title = say(
        "{money} million USD leave {after} of {before} person-nights without a roof",
        money=tenths(budget[-1] / MILLION),
        after=about(float(mean[-1])),
        before=about(float(mean[0])),
    )
    reading = say(
        "By budget, on draws that the plans were not chosen on. At each point: what the last 1,000 USD saved."
    )
    page = open_page(words(table, title, reading, clock, 0.0), (1, 1), figure=figure, height=13.0)
    axes: Axes = page.panels[0]
    look = {"markersize": 7, "linewidth": 2.0}
    axes.plot(budget, worst, color=style.RED, marker="s", linestyle="--", label=say("worst tenth of futures"), **look)  # type: ignore[arg-type]
    axes.plot(budget, mean, color=style.NAVY, marker="o", label=say("mean of all futures"), **look)  # type: ignore[arg-type]
    style.amounts(axes, float(np.max(worst)), headroom=1.12)
    axes.set_xlim(-0.02 * budget[-1], 1.06 * max(budget[-1], 1.0))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(as_now(lambda value, _position: number(value))))
    style.legend(axes, frameon=False, fontsize=style.LABEL_SIZE, loc="upper right")
    page.settle([(say("Person-nights without a roof"), say("by budget [USD]"))], None)
    saved = floats(table["saved_per_1000_usd"])
    for x, y, one in list(zip(budget, mean, saved, strict=True))[1:]:
        axes.annotate(
            tenths(float(one)),
            (x, y),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            color=style.NAVY,
            fontsize=style.TICK_SIZE,
            fontfamily=list(style.font_families()),
        )
    return axes


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
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    array of Axes
        A grid of one hundred squares for each event, filled from the bottom left.

    Raises
    ------
    RequestError
        If columns are missing, a chance is no share, or there are too many events.

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
    said = words_of(
        table, _title(table, shares), say("Each square is one of 100 futures that are equally likely."), told
    )
    page = open_page(said, shape, figure=figure, height=3.6 + (8.0 if shape[1] < 3 else 5.0) * shape[0])
    shown = page.panels[: len(table)]
    for axes, share in zip(shown, shares, strict=True):
        _draw(axes, of_hundred(float(share)))
    for axes in page.panels[len(table) :]:
        axes.remove()
    page.settle([(str(event), chance(float(share))) for event, share in zip(table["event"], shares, strict=True)], None)
    return shown


def _title(table: pd.DataFrame, shares: np.ndarray[Any, Any]) -> str:
    most = int(np.argmax(shares))
    return say("{event}: {chance}", event=str(table["event"].iloc[most]), chance=chance(float(shares[most])))


def _draw(axes: Axes, count: int) -> None:
    cells = [
        Rectangle((place % SIDE + (1.0 - CELL) / 2, place // SIDE + (1.0 - CELL) / 2), CELL, CELL)
        for place in range(HUNDRED)
    ]
    colours = [style.NAVY if place < count else style.PALE for place in range(HUNDRED)]
    axes.add_collection(PatchCollection(cells, facecolors=colours, edgecolors=style.LINE, linewidths=0.6))
    axes.set_xlim(0, SIDE)
    axes.set_ylim(0, SIDE)
    axes.set_aspect("equal", anchor="NW")
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
