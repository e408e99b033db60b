"""Decisions: by when each must be taken, what must be ready beside what there is, and what plans cost and save."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from refugee_model.charts import style
from refugee_model.charts.clock import read_times
from refugee_model.charts.columns import chart, floats, refused
from refugee_model.charts.sheet import Dates, open_page, timed_words, words_of
from refugee_model.scenario.network import TOTAL
from refugee_model.studies.decisions.demand import EVER
from refugee_model.studies.decisions.order_by import NOT_NEEDED, ORDER_BY, ORDER_NOW, TOO_LATE
from refugee_model.wording import about, capital, phrase, say, tenths, whole
from refugee_model.wording import day as short_day
from refugee_model.wording import figure as figure_of

COLUMNS = ("option", "unit", "quantity", "latest_decision", "needed_by", "status", "risk_if_on_time")
COLOURS = {TOO_LATE: style.RED, ORDER_NOW: style.YELLOW, ORDER_BY: style.BLUE}
HATCHES = {TOO_LATE: "////", ORDER_NOW: "..", ORDER_BY: ""}
"""So that statuses can be told apart on grey paper."""
MOST_ROWS, MOST_LETTERS = 40, 34
NARROW = 0.8
"""Days that a bar is long at least."""


@chart("order_by_table", COLUMNS, many=True)
def plot_decisions(table: pd.DataFrame, *, language: str | None = None, figure: Figure | None = None) -> Axes:
    """Draw each decision as a bar from the day it must be taken to the day on which it is needed.

    Parameters
    ----------
    table : DataFrame
        What ``order_by_table`` gives.

    Returns
    -------
    Axes
        The most urgent at the top, at most 40; what is not needed is left out. The line is the day of the decision.

    Examples
    --------
    >>> plot_decisions(rm.order_by_table(ensemble))  # doctest: +SKIP
    """
    rows = table[table["status"] != NOT_NEEDED].head(MOST_ROWS)
    today = table.attrs.get("now")
    known = pd.concat(
        [rows["latest_decision"], rows["needed_by"], pd.Series([] if today is None else [today])]
    ).dropna()
    positions, clock = read_times(known if len(known) else pd.Series([pd.Timestamp("2000-01-01")]))
    count = len(rows)
    decide, needed, now = positions[:count], positions[count : 2 * count], positions[2 * count :]
    first = float(positions.min()) - 1.0
    said = timed_words(table, _title(rows, table), _reading(table), clock, first)
    page = open_page(said, figure=figure, height=6.0 + 0.62 * max(count, 1))
    axes = page.axes
    last = float(np.max(positions)) + 1.5 + 0.2 * float(np.ptp(positions))
    _bars(axes, rows, decide, needed)
    for day in now:
        axes.axvline(float(day), color=style.TEXT, linewidth=1.2, zorder=3)
    page.settle(dates=Dates(clock, first, last))
    _labels(axes, rows, decide, needed)
    return axes


def _title(rows: pd.DataFrame, table: pd.DataFrame) -> str:
    late = int((rows["status"] == TOO_LATE).sum())
    if rows.empty:
        return say("Nothing needs to be ordered at this confidence")
    if late:
        return say("{late} of {count} orders come too late at this confidence", late=late, count=len(table))
    first = rows.iloc[0]
    day = short_day(first["latest_decision"])
    return say("The first decision is due on {day}: {what}", day=day, what=first["option"])


def _reading(table: pd.DataFrame) -> str:
    share = table.attrs.get("confidence")
    sure = "" if share is None else " " + say("In time in {share} of 100 futures.", share=figure_of(100 * share))
    return say("Each bar: from the last day to decide to the day it is needed. Line: today.") + sure


def _bars(axes: Axes, rows: pd.DataFrame, decide: np.ndarray, needed: np.ndarray) -> None:
    for row, (begin, end, status) in enumerate(zip(decide, needed, rows["status"], strict=True)):
        look: dict[str, Any] = {"color": COLOURS[status], "hatch": HATCHES[status], "edgecolor": style.WHITE}
        axes.barh(row, max(end - begin, NARROW), left=begin, height=0.62, linewidth=0.0, **look)
    style.by_row(axes, [style.shortened(name, MOST_LETTERS) for name in rows["option"]], grid=False)
    shown = [status for status in COLOURS if (rows["status"] == status).any()]
    if shown:
        handles = [
            Patch(facecolor=COLOURS[status], hatch=HATCHES[status], edgecolor=style.WHITE, label=say(status))
            for status in shown
        ]
        _legend(axes, handles)


def _legend(axes: Axes, handles: Sequence[Artist]) -> None:
    """What colours mean, in one line above the axes."""
    look: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "frameon": False}
    style.legend(axes, handles=handles, fontsize=style.TICK_SIZE, ncols=len(handles), **look)


def _labels(axes: Axes, rows: pd.DataFrame, decide: np.ndarray, needed: np.ndarray) -> None:
    """How much, at the end of each bar."""
    near: dict[str, Any] = {"xytext": (4, 0), "textcoords": "offset points", "va": "center"}
    for row, (end, quantity, unit) in enumerate(zip(needed, rows["quantity"], rows["unit"], strict=True)):
        at = (max(end, decide[row] + NARROW), row)
        axes.annotate(f"{whole(quantity)} {unit}", at, **near, **style.letters())


REQUIRED = ("place", "kind", "confidence", "scope", "capacity_now", "committed", "required")
NO_PLACES = (TOTAL, "desks", "placement seats")
"""Kinds that hold nobody, and sums."""
TICKS = ("|", "d", "D", "s")
MOST_LETTERS_OF_A_PLACE = 30


@chart("required_capacity", REQUIRED, many=True)
def plot_required(table: pd.DataFrame, *, language: str | None = None, figure: Figure | None = None) -> Axes:
    """Draw what each place holds, what orders add, and what it must hold at each confidence of the table.

    Parameters
    ----------
    table : DataFrame
        What ``required_capacity`` gives, several confidences below each other: ``pandas.concat``.

    Returns
    -------
    Axes
        Places from the top; sums over places, desks and seats are left out.

    Examples
    --------
    >>> tables = [rm.required_capacity(ensemble, level) for level in (0.5, 0.8, 0.95)]  # doctest: +SKIP
    >>> plot_required(pandas.concat(tables))  # doctest: +SKIP
    """
    rows = table[(table["scope"] == EVER) & ~table["kind"].isin(NO_PLACES)]
    if rows.empty:
        raise refused("scope", "no row of a place has the scope 'ever'")
    levels = sorted(rows["confidence"].unique())
    wide = rows.pivot_table(index="place", columns="confidence", values="required", sort=False, observed=True)
    one = rows.drop_duplicates("place").set_index("place").loc[wide.index]
    reading = say(
        "People for whom there is room now and from orders, and room required on every date. Marks: how sure."
    )
    said = words_of(table, _title_of_required(wide, one, levels), reading)
    page = open_page(said, figure=figure, height=6.0 + 0.75 * len(wide))
    _draw_required(page.axes, wide, one, levels)
    page.settle(("", " "))  # a line of room for the legend
    return page.axes


def _title_of_required(wide: pd.DataFrame, one: pd.DataFrame, levels: list[float]) -> str:
    room = (one["capacity_now"] + one["committed"]).to_numpy()
    short = wide[levels[-1]].to_numpy() - room
    worst = int(np.argmax(short))
    if not short[worst] > 0:
        return say("Every place holds what is required in {share} of 100 futures", share=figure_of(100 * levels[-1]))
    title = "{place} lacks room for {people} to be enough in {share} of 100 futures"
    return say(
        title, place=capital(str(wide.index[worst])), people=whole(short[worst]), share=figure_of(100 * levels[-1])
    )


def _draw_required(axes: Axes, wide: pd.DataFrame, one: pd.DataFrame, levels: list[float]) -> None:
    rows = np.arange(len(wide))
    now, come = one["capacity_now"].to_numpy(), np.maximum(one["committed"].to_numpy(), 0.0)
    axes.barh(rows, now, height=0.55, color=style.NAVY)
    axes.barh(rows, come, left=now, height=0.55, color=style.LIGHT_BLUE)
    handles: list[Patch | Line2D] = [
        Patch(color=style.NAVY, label=say("now")),
        Patch(color=style.LIGHT_BLUE, label=say("ordered")),
    ]
    axes.hlines(rows, wide.min(axis=1), wide.max(axis=1), color=style.GREY, linewidth=1.0)
    for tick, level in zip(TICKS, levels, strict=False):
        look = {"marker": tick, "markersize": 9, "color": style.RED, "linestyle": "none", "markeredgewidth": 2}
        label = say("in {share} of 100 futures", share=figure_of(100 * level))
        handles.extend(axes.plot(wide[level], rows, label=label, **look))  # type: ignore[arg-type]
    style.by_row(axes, [style.shortened(phrase(name), MOST_LETTERS_OF_A_PLACE) for name in wide.index], grid=False)
    axes.set_xlim(0.0, 1.03 * max(float(wide.to_numpy().max()), float((now + come).max()), 1.0))
    style.amounts_across(axes)
    _legend(axes, handles)


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

    Returns
    -------
    Axes
        Budgets from the left; at each, what the last thousand dollars saved, and the chance of any.

    Examples
    --------
    >>> plot_frontier(plan.frontier)  # doctest: +SKIP
    """
    budget, mean, worst = (floats(table[name]) for name in ("budget", NIGHTS, WORST))
    title = say(
        "{money} million USD leave {after} of {before} person-nights without a roof",
        money=tenths(budget[-1] / MILLION),
        after=about(float(mean[-1])),
        before=about(float(mean[0])),
    )
    reading = say(
        "By budget, on draws that the plans were not chosen on. At each point: what the last 1,000 USD saved."
    )
    page = open_page(words_of(table, title, reading), figure=figure, height=13.0)
    axes, look = page.axes, dict[str, Any](markersize=7, linewidth=2.0)
    axes.plot(budget, worst, color=style.RED, marker="s", linestyle="--", label=say("worst tenth of futures"), **look)
    axes.plot(budget, mean, color=style.NAVY, marker="o", label=say("mean of all futures"), **look)
    style.amounts(axes, float(np.max(worst)), headroom=1.12)
    axes.set_xlim(-0.02 * budget[-1], 1.06 * max(budget[-1], 1.0))
    style.amounts_across(axes)
    style.legend(axes, frameon=False, fontsize=style.LABEL_SIZE, loc="upper right")
    page.settle((say("Person-nights without a roof"), say("by budget [USD]")))
    saved = floats(table["saved_per_1000_usd"])
    near: dict[str, Any] = {"xytext": (0, 9), "textcoords": "offset points", "ha": "center"}
    for x, y, one in list(zip(budget, mean, saved, strict=True))[1:]:
        axes.annotate(tenths(float(one)), (x, y), **near, **style.letters(colour=style.NAVY))
    return axes
