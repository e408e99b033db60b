"""How good forecasts were: their error beside that of the best rule, and whether their ranges held, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from refugee_model.charts import style
from refugee_model.charts.columns import floats
from refugee_model.charts.sheet import open_page, words_of
from refugee_model.charts.time_chart import chart
from refugee_model.wording import as_now, say
from refugee_model.wording import figure as in_figures

COLUMNS = ("forecasts", "rule", "ratio", "coverage_50", "coverage_90")
TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
RANGES = (("coverage_50", 50.0, style.LIGHT_BLUE, "s"), ("coverage_90", 90.0, style.NAVY, "o"))


@chart("skill_table", COLUMNS)
def plot_skill(table: pd.DataFrame, *, language: str | None = None, figure: Figure | None = None) -> Axes:
    """Draw the skill of forecasts: their error beside the best rule without a model, and how often their ranges held.

    Parameters
    ----------
    table : DataFrame
        What ``skill_table`` gives, by event, number of reports known, or crisis.
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    Axes
        Of the errors: left of the line at 1 the forecasts are better. The panel beside it has the shares of later
        reports within the ranges that should hold half of them, and nine in ten, marked by lines.

    Raises
    ------
    RequestError
        If columns are missing or the table is empty.

    Examples
    --------
    >>> rm.plot_skill(rm.skill_table(scores))  # doctest: +SKIP
    """
    ratio, names = floats(table["ratio"]), table.iloc[:, 0].map(str).tolist()
    better, rule = int((ratio < 1.0).sum()), str(table["rule"].iloc[0])
    title = say(
        "Forecasts were better than the {rule} in {better} of {all} rows", rule=rule, better=better, all=len(ratio)
    )
    reading = say("Left: error of forecasts / error of the rule; right: share of later reports within two ranges.")
    said = words_of(table, title, reading, say("{count} forecasts", count=int(table["forecasts"].sum())))
    page = open_page(said, (1, 2), figure=figure, height=7.0 + 0.85 * len(names))
    errors: Axes = page.panels[0]
    held: Axes = page.panels[1]
    places = np.arange(len(names))
    colours = [style.NAVY if one < 1.0 else style.RED for one in ratio]
    errors.hlines(places, np.minimum(ratio, 1.0), np.maximum(ratio, 1.0), color=colours, linewidth=3.0)
    errors.scatter(ratio, places, color=colours, s=45, zorder=3)
    errors.axvline(1.0, color=style.TEXT, linewidth=1.0)
    errors.set_xscale("log")
    errors.set_xlim(min(0.4, 0.8 * float(np.nanmin(ratio))), max(2.5, 1.25 * float(np.nanmax(ratio))))
    errors.set_xticks([tick for tick in TICKS if errors.get_xlim()[0] <= tick <= errors.get_xlim()[1]])
    errors.xaxis.set_major_formatter(FuncFormatter(as_now(lambda value, _position: in_figures(value))))
    errors.minorticks_off()
    for column, wanted, colour, marker in RANGES:
        label = say("range of {wanted} %", wanted=in_figures(wanted))
        held.scatter(100.0 * floats(table[column]), places, color=colour, s=45, marker=marker, label=label, zorder=3)
        held.axvline(wanted, color=colour, linewidth=1.0, linestyle=":")
    held.set_xlim(-3.0, 103.0)
    held.legend(frameon=False, fontsize=style.TICK_SIZE, loc="lower left")
    for axes in (errors, held):
        axes.set_yticks(places, names if axes is errors else [""] * len(names))
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x", color=style.LINE, linewidth=0.8)
    page.settle([(say("Error / that of the rule"), ""), (say("Later reports within ranges (%)"), "")], None)
    return errors
