"""A forecast beside the reports: what was known, what is foretold, and what came after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from refugee_model import wording
from refugee_model.charts import style
from refugee_model.charts.clock import read_times
from refugee_model.charts.columns import Floats, attribute, floats, names_in, refused, usable_reports
from refugee_model.charts.fan import (
    RIGHT,
    SAME,
    band_labels,
    bands_of,
    draw_bands,
    median_among,
    middle_of,
    settled,
    shares_in_words,
    widest,
)
from refugee_model.charts.labels import end_labels
from refugee_model.charts.sheet import open_page, shown_to, words_of
from refugee_model.charts.time_chart import Panel, TimeChart, chart, highest
from refugee_model.outcomes.reports import Reports
from refugee_model.scenario.reports import REPORTED, where_reported
from refugee_model.wording import as_now, capital, say
from refugee_model.wording import figure as in_figures

COLUMNS = ("time", "quantity", "place", "quantile", "value")


@chart("forecast_table", COLUMNS, many=True)
def plot_forecast(
    table: pd.DataFrame,
    reports: pd.DataFrame | Reports | None = None,
    *,
    until: object = None,
    ax: Axes | None = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw a forecast: reports so far, the cut-off, bands that hold most draws, and reports that came after.

    Parameters
    ----------
    table : DataFrame
        Of one quantity and place, as ``forecast_table`` gives it; quantiles with 0.5 among them, such as
        (0.05, 0.25, 0.5, 0.75, 0.95).
    reports : DataFrame or Reports, optional
        As ``load_reports`` gives them; those up to the cut-off are filled, later ones hollow.
    until : time, optional
        Last time shown; without it the chart ends some time after all that it shows has settled.
    ax : Axes, optional
        Axes to draw on; the footer is then left out. Room for the labels is needed at the right.
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without either a new one of print size.

    Returns
    -------
    Axes
        The quantity over time.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, of several quantities or places, or its quantiles hold no median.

    Examples
    --------
    >>> fan = rm.forecast_table(fc, quantiles=(0.05, 0.25, 0.5, 0.75, 0.95))  # doctest: +SKIP
    >>> rm.plot_forecast(fan, reports)  # doctest: +SKIP
    """
    for name in ("quantity", "place"):
        if len(set(table[name])) > 1:
            raise refused(name, f"found {', '.join(names_in(table, name))}; draw one at a time")
    curves = {
        float(level): table[table["quantile"] == level].sort_values("time")
        for level in sorted(table["quantile"].unique())
    }
    median_among(list(curves), example="(0.05, 0.25, 0.5, 0.75, 0.95)")
    times, clock = read_times(next(iter(curves.values()))["time"])
    values, end = {level: floats(rows["value"]) for level, rows in curves.items()}, float(times[-1])
    keep = settled(times, clock, until, list(values.values()))
    times, values = times[keep], {level: found[keep] for level, found in values.items()}
    middle, bands, last = middle_of(values), bands_of(values), float(times[-1])
    cutoff = _cutoff(table, times)
    at, reported = _reported(reports, table, last)
    known = at <= cutoff + SAME
    quantity, place = str(table["quantity"].iloc[0]), str(table["place"].iloc[0])
    what = say(REPORTED.get(quantity, "{quantity}"), quantity=quantity)

    def marks(axes: Axes) -> float:
        draw_bands(axes, times, bands, middle, label="middle draw")
        _points(axes, at, reported, known)
        axes.axvline(cutoff, color=style.GREY, linewidth=1.0, linestyle=":", zorder=1)
        return highest(*values.values(), reported)

    def labels(axes: Axes) -> None:
        end_labels(axes, band_labels(middle, bands, "draw"), width=RIGHT)

    tomorrow = int(np.argmin(np.abs(times - (cutoff + 1.0))))
    title = "{count} {what} by {time} in the middle draw{between}"
    said = {"count": wording.whole(float(middle[tomorrow])), "what": what + where_reported(quantity, place)}
    axes: Axes = TimeChart(
        table=table,
        title=say(title, **said, time=clock.moment(cutoff + 1.0), between=widest(bands, tomorrow)),
        reading=_reading(clock.moment(cutoff), known, shares_in_words(bands, "draws")) + shown_to(clock, last, end),
        clock=clock,
        dates=(
            min(float(times[0]), float(at.min(initial=times[0]))) - 0.01 * float(times[-1] - times[0]),
            last,
        ),  # room for the first dot
        panels=[Panel(capital(what), marks, labels, ticks=6, headroom=1.1)],
        right=RIGHT,
    ).draw(ax=ax, figure=figure)[0]
    return axes


def _cutoff(table: pd.DataFrame, times: Floats) -> float:
    until = attribute(table, "until")
    return float(read_times(pd.Series([pd.Timestamp(until)]))[0][0]) if until else float(times[0])


def _reported(reports: pd.DataFrame | Reports | None, table: pd.DataFrame, last: float) -> tuple[Floats, Floats]:
    """Positions and values of the reports of the quantity and place up to the end."""
    rows, place = usable_reports(reports), table["place"].iloc[0]
    there = rows["place"].isin({place, attribute(table, "area_code") or place})
    rows = rows[there & (rows["quantity"] == table["quantity"].iloc[0])]
    if rows.empty:
        return np.empty(0), np.empty(0)
    at = read_times(rows["time"])[0]
    return at[at <= last], floats(rows["value"])[at <= last]


def _reading(cutoff: str, known: Any, parts: list[str]) -> str:
    reading = [say("Dotted line: cut-off, {time}.", time=cutoff)]
    reading += [say("Filled dots: reports known then.")] if known.any() else []
    reading += [say("Hollow dots: reports that came later, not used.")] if (~known).any() else []
    return " ".join([*reading, "; ".join([say("Blue line: the middle draw"), *parts]) + "."])


def _points(axes: Axes, at: Floats, reported: Floats, known: Any) -> None:
    look: dict[str, Any] = {"markeredgecolor": style.NAVY, "markersize": 4.5, "markeredgewidth": 1.2, "zorder": 4}
    axes.plot(at[known], reported[known], "o", color=style.NAVY, label="reported before the cut-off", **look)
    axes.plot(at[~known], reported[~known], "o", color=style.WHITE, label="reported later", **look)


SKILL = ("forecasts", "rule", "ratio", "coverage_50", "coverage_90")
TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
RANGES = (("coverage_50", 50.0, style.LIGHT_BLUE, "s"), ("coverage_90", 90.0, style.NAVY, "o"))


@chart("skill_table", SKILL)
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
    style.legend(held, frameon=False, fontsize=style.TICK_SIZE, loc="lower left")
    for axes in (errors, held):
        axes.set_yticks(places, names if axes is errors else [""] * len(names))
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.grid(visible=True, axis="x", color=style.LINE, linewidth=0.8)
    page.settle([(say("Error / that of the rule"), ""), (say("Later reports within ranges (%)"), "")], None)
    return errors
