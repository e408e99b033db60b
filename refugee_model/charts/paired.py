"""Two scenarios on the same draws: how far apart they are, measure by measure, and which is better how often."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from refugee_model.charts import style
from refugee_model.charts.columns import attribute, floats, refused
from refugee_model.charts.sheet import open_page, words_of
from refugee_model.charts.time_chart import chart
from refugee_model.outcomes.measures import TIME
from refugee_model.wording import as_now, capital, chance_in_short, labelled, number, say, unit, whole

COLUMNS = (
    "measure",
    "unit",
    "a",
    "b",
    "difference_5",
    "difference_50",
    "difference_95",
    "better",
    "chance_b_better",
    "chance_a_better",
)
ENDS = list(COLUMNS[4:7])
MOST = 200.0
"""Bars end here [% of a]."""


@chart("compare", COLUMNS)
def plot_paired(table: pd.DataFrame, *, language: str | None = None) -> Axes:
    """Draw the differences of b from a as shares of a: the median, and from one draw in twenty to the other."""
    amounts = table[(table["unit"] != TIME) & (table["better"] != "") & (table["a"].astype(object) != 0)]
    rows = amounts[np.isfinite(amounts[[*ENDS, "a"]].to_numpy(dtype=np.float64)).all(axis=1)]
    if rows.empty:
        raise refused("difference_50", "no measure of which less or more is better has a difference to show")
    titles = {side: attribute(table, side).rstrip(".") or side for side in ("a", "b")}
    reading = say("a: {a}. b: {b}. Dot: median difference of b from a, draw by draw; line: 9 draws in 10.", **titles)
    page = open_page(words_of(table, _title(rows), reading, _draws(table)), (1, 1), height=6.5 + 0.75 * len(rows))
    axes: Axes = page.panels[0]
    _draw(axes, rows)
    page.settle([(capital(say("difference of b, in % of the median of a")), "")], None)
    return axes


def _label(measure: str) -> str:
    return labelled(measure, measure.replace("_", " "))


def _title(rows: pd.DataFrame) -> str:
    b, a = rows["chance_b_better"], rows["chance_a_better"]
    counts = {"better": int((b > a).sum()), "worse": int((a > b).sum()), "all": len(rows)}
    return say("b is more often better in {better}, a in {worse} of {all} measures", **counts)


def _draws(table: pd.DataFrame) -> str:
    draws = attribute(table, "draws")
    return say("{draws} draws, the same of both", draws=whole(int(draws))) if draws else ""


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    base = np.abs(floats(rows["a"]))
    low, middle, high = (np.clip(100.0 * floats(rows[name]) / base, -MOST, MOST) for name in ENDS)
    places = range(len(rows))
    b_better = (rows["chance_b_better"] > rows["chance_a_better"]).to_numpy()
    colours = [style.NAVY if better else style.LIGHT_BLUE for better in b_better]
    axes.hlines(places, low, high, colors=colours, linewidth=3.0)
    axes.scatter(middle, places, c=colours, s=36.0, zorder=3)
    axes.axvline(0.0, color=style.TEXT, linewidth=1.0)
    least, most = min(low.min(), 0.0), max(high.max(), 0.0)
    axes.set_xlim(least - 0.05 * (most - least + 1e-9), most + 0.6 * (most - least + 1e-9))
    look: dict[str, Any] = {"va": "center", "fontsize": style.TICK_SIZE, "fontfamily": list(style.font_families())}
    for place, row, end in zip(places, rows.to_dict("records"), high, strict=True):
        b, a = (chance_in_short(row[f"chance_{side}_better"]) for side in ("b", "a"))
        told = say("b better {b}, a {a}", b=b, a=a)
        axes.text(max(end, 0.0), place, f"  {told}", ha="left", color=style.TEXT, **look)
    axes.set_yticks(places, [f"{_label(row['measure'])}\n[{unit(row['unit'])}]" for row in rows.to_dict("records")])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.LINE, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(as_now(lambda value, _position: f"{number(value)} %")))
