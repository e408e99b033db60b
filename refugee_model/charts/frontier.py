"""What each budget saves: nights without a roof by money, and what the next thousand dollars saves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from refugee_model.charts import style
from refugee_model.charts.clock import Clock
from refugee_model.charts.columns import floats
from refugee_model.charts.sheet import open_page, words
from refugee_model.charts.time_chart import chart
from refugee_model.wording import about, as_now, number, say, tenths

NIGHTS = "person_nights_without_roof"
WORST = f"{NIGHTS}_worst_tenth"
COLUMNS = ("budget", NIGHTS, WORST, "chance_of_any", "saved_per_1000_usd")
MILLION = 1e6


@chart("plan.frontier", COLUMNS, many=True)
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
    axes.legend(frameon=False, fontsize=style.LABEL_SIZE, loc="upper right")
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
