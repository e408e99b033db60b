"""The calendar strip of decisions: from when each must be decided to when it is needed, and today."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from refugee_model.charts import style
from refugee_model.charts.clock import read_times
from refugee_model.charts.sheet import Dates, open_page, words
from refugee_model.charts.time_chart import chart
from refugee_model.wording import day as short_day
from refugee_model.wording import figure as figure_of
from refugee_model.wording import say, whole

COLUMNS = ("option", "unit", "quantity", "latest_decision", "needed_by", "status", "risk_if_on_time")
TOO_LATE, ORDER_NOW, NOT_NEEDED = "too late", "order now", "not needed"
COLOURS = {TOO_LATE: style.RED, ORDER_NOW: style.YELLOW, "order by": style.BLUE}
HATCHES = {TOO_LATE: "////", ORDER_NOW: "..", "order by": ""}
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
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    Axes
        The most urgent at the top, at most 40; what is not needed is left out. The line is the day of the decision.

    Raises
    ------
    RequestError
        If columns are missing or the table is empty.

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
    said = words(table, _title(rows, table), _reading(table), clock, first)
    page = open_page(said, (1, 1), figure=figure, height=6.0 + 0.62 * max(count, 1))
    axes: Axes = page.panels[0]
    last = float(np.max(positions)) + 1.5 + 0.2 * float(np.ptp(positions))
    _bars(axes, rows, decide, needed)
    for day in now:
        axes.axvline(float(day), color=style.TEXT, linewidth=1.2, zorder=3)
    page.settle([("", "")], Dates(clock, first, last))
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
        axes.barh(
            row,
            max(end - begin, NARROW),
            left=begin,
            height=0.62,
            color=COLOURS[status],
            hatch=HATCHES[status],
            edgecolor=style.WHITE,
            linewidth=0.0,
        )
    names = [name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…" for name in rows["option"]]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axes.grid(visible=False)
    shown = [status for status in COLOURS if (rows["status"] == status).any()]
    if shown:
        handles = [
            Patch(facecolor=COLOURS[status], hatch=HATCHES[status], edgecolor=style.WHITE, label=say(status))
            for status in shown
        ]
        axes.legend(
            handles=handles, loc="lower right", frameon=False, fontsize=style.TICK_SIZE, ncols=len(shown),
            bbox_to_anchor=(1.0, 1.0),
        )  # fmt: skip


def _labels(axes: Axes, rows: pd.DataFrame, decide: np.ndarray, needed: np.ndarray) -> None:
    """How much, at the end of each bar."""
    for row, (end, quantity, unit) in enumerate(zip(needed, rows["quantity"], rows["unit"], strict=True)):
        axes.annotate(
            f"{whole(quantity)} {unit}",
            (max(end, decide[row] + NARROW), row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=style.TEXT,
            fontsize=style.TICK_SIZE,
            fontfamily=list(style.font_families()),
        )
