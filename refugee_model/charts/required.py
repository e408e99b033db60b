"""What each place holds against what it must hold: bars, and ticks for how sure one is to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from refugee_model.charts import style
from refugee_model.charts.clock import Clock
from refugee_model.charts.columns import refused
from refugee_model.charts.sheet import open_page, words
from refugee_model.charts.time_chart import chart
from refugee_model.scenario.network import TOTAL
from refugee_model.wording import as_now, capital, number, phrase, say, whole
from refugee_model.wording import figure as figure_of

COLUMNS = ("place", "kind", "confidence", "scope", "capacity_now", "committed", "required")
EVER = "ever"
NO_PLACES = (TOTAL, "desks", "placement seats")
"""Kinds that hold nobody, and sums."""
TICKS = ("|", "d", "D", "s")
MOST_LETTERS = 30


@chart("required_capacity", COLUMNS, many=True)
def plot_required(table: pd.DataFrame, *, language: str | None = None, figure: Figure | None = None) -> Axes:
    """Draw what each place holds, what orders add, and what it must hold at each confidence of the table.

    Parameters
    ----------
    table : DataFrame
        What ``required_capacity`` gives, several confidences below each other: ``pandas.concat``.
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    Axes
        Places from the top; sums over places, desks and seats are left out.

    Raises
    ------
    RequestError
        If columns are missing, or no row has the scope ``ever``.

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
    clock = Clock(pd.Timestamp("2000-01-01T00:00Z").tz, aware=False)  # type: ignore[arg-type]
    said = words(table, _title(wide, one, levels), _reading(), clock, 0.0)
    page = open_page(said, (1, 1), figure=figure, height=6.0 + 0.75 * len(wide))
    axes: Axes = page.panels[0]
    _draw(axes, wide, one, levels)
    page.settle([("", " ")], None)  # a line of room for the legend
    return axes


def _title(wide: pd.DataFrame, one: pd.DataFrame, levels: list[float]) -> str:
    room = (one["capacity_now"] + one["committed"]).to_numpy()
    short = wide[levels[-1]].to_numpy() - room
    worst = int(np.argmax(short))
    if not short[worst] > 0:
        return say("Every place holds what is required in {share} of 100 futures", share=figure_of(100 * levels[-1]))
    title = "{place} lacks room for {people} to be enough in {share} of 100 futures"
    return say(
        title, place=capital(str(wide.index[worst])), people=whole(short[worst]), share=figure_of(100 * levels[-1])
    )


def _reading() -> str:
    return say("People for whom there is room now and from orders, and room required on every date. Marks: how sure.")


def _draw(axes: Axes, wide: pd.DataFrame, one: pd.DataFrame, levels: list[float]) -> None:
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
    names = [name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…" for name in map(phrase, wide.index)]
    axes.set_yticks(rows, names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.0, 1.03 * max(float(wide.to_numpy().max()), float((now + come).max()), 1.0))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(as_now(lambda value, _position: number(value))))
    axes.grid(visible=False, axis="y")
    axes.legend(
        handles=handles, loc="lower right", frameon=False, fontsize=style.TICK_SIZE, ncols=len(handles),
        bbox_to_anchor=(1.0, 1.0),
    )  # fmt: skip
