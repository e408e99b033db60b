"""How many arrive, and when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model import wording
from refugee_model.arrays import Flags, Floats
from refugee_model.charts import style
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.columns import before, chart, floats, highest, peak_of, quiet_after, usable_reports
from refugee_model.charts.labels import EndLabel, end_labels, peak_label
from refugee_model.charts.sheet import TimeChart, TimePanel
from refugee_model.engine.observers import NEARLY_ALL
from refugee_model.outcomes.register import label
from refugee_model.outcomes.reports import Reports
from refugee_model.wording import SOME, say

LINES = {
    "arrived": (style.BLUE, "-", 2.6, "o"),
    "registered": (style.NAVY, (0, (6, 2)), 1.8, "s"),
    "in_state_accommodation": (style.GREEN, (0, (1.5, 1.5)), 2.2, "^"),
}
"""Colour, kind and width of the line, and marker of the reported totals."""
RIGHT = 4.0


@chart("arrivals_table", ("time", *LINES))
def plot_arrivals(
    arrivals: pd.DataFrame,
    *,
    reports: pd.DataFrame | Reports | None = None,
    until: object = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> NDArray[Any]:
    """Draw cumulative arrivals, with reported totals over them, and arrivals in each day.

    Parameters
    ----------
    arrivals : DataFrame
        The arrivals table: time, arrived, registered, in_state_accommodation (cumulative) [people].
    reports : DataFrame or Reports, optional
        As ``load_reports`` gives them. Only usable totals of the whole country whose quantity is a column of
        ``arrivals`` are drawn.
    until : time, optional
        Last time shown; without it the chart ends when less than 1 in 200 people is still to come.

    Returns
    -------
    array of Axes
        Cumulative people, and people a day.

    Examples
    --------
    >>> plot_arrivals(rm.arrivals_table(run), reports=rm.load_reports("lachin-2023"))  # doctest: +SKIP
    """
    arrivals = arrivals.sort_values("time", kind="stable")
    times, clock = read_times(arrivals["time"])
    arrived = floats(arrivals["arrived"])
    shown = before(times, clock, until, _end(times, arrived, clock))
    days = clock.midnights(float(times[0]), float(times[shown][-1]) if shown.sum() > 1 else float(times[0]) + 0.01)
    each_day = np.diff(np.interp(days, times, arrived))
    reported = usable_reports(reports)
    country = reported[reported["place"] == ""]

    def total(axes: Axes) -> float:
        most = [_line(axes, times[shown], floats(arrivals[name])[shown], name) for name in LINES]
        most += [_points(axes, country[country["quantity"] == name], name, times[shown]) for name in LINES]
        return max(most)

    def daily(axes: Axes) -> float:
        edge = 0.6 if len(days) < 100 else 0.0
        look: dict[str, Any] = {"color": style.LIGHT_BLUE, "edgecolor": style.BLUE, "linewidth": edge}
        axes.bar((days[:-1] + days[1:]) / 2, each_day, width=np.diff(days) * 0.86, **look)
        return highest(each_day)

    return TimeChart(
        table=arrivals,
        title=_title(times, arrived, shown, days, each_day, clock),
        reading=_reading(times, arrived, shown, clock, reports is not None) + _residents(arrivals[shown]),
        clock=clock,
        dates=(float(days[0]), float(days[-1])),
        panels=(
            TimePanel(say("People, cumulative"), total, lambda axes: _ends(axes, arrivals[shown]), headroom=1.06),
            TimePanel(
                say("People a day"), daily, lambda axes: _busiest(axes, days, each_day, clock), ticks=4, headroom=1.25
            ),
        ),
        ratios=(3, 2),
        right=RIGHT,
    ).draw(figure)


def _end(times: Floats, arrived: Floats, clock: Clock) -> float:
    """The midnight after which less than 1 in 200 is still to come, and a day more."""
    left = arrived[-1] - arrived
    end = quiet_after(times, left, share=0.005, margin=0.1)
    return float(min(clock.midnights(end, end)[0] + 1.0, times[-1])) if end < times[-1] else float(times[-1])


def _title(times: Floats, arrived: Floats, shown: Flags, days: Floats, each_day: Floats, clock: Clock) -> str:
    if arrived[-1] < SOME:
        ends = {"first": clock.date(float(times[0])), "last": clock.date(float(times[-1]))}
        return say("Nobody arrives from {first} to {last}", **ends)
    busiest = peak_of(each_day)
    return say(
        "{people} arrive by {by}; most on {day}: {most}",
        people=wording.people(arrived[shown][-1]),
        by=clock.end(min(float(times[shown][-1]), _last_arrival(times, arrived))),
        day=clock.day(days[busiest]),
        most=wording.whole(each_day[busiest]),
    )


def _reading(times: Floats, arrived: Floats, shown: Flags, clock: Clock, with_reports: bool) -> str:
    reading = say("Lines: projection.") + (" " + say("Points: reported totals.") if with_reports else "")
    last, end, later = float(times[shown][-1]), float(times[-1]), arrived[-1] - arrived[shown][-1]
    if last >= end:
        return reading
    more = say("{people} more arrive", people=wording.people(later)) if later >= SOME else say("nobody arrives")
    told = "Shown to {last}; {more} after that, to {end}."
    return reading + " " + say(told, last=clock.end(last), more=more, end=clock.end(end))


def _residents(arrivals: pd.DataFrame) -> str:
    """Who registers besides those who arrive, where it shows."""
    more = floats(arrivals["registered"]) > floats(arrivals["arrived"]) + SOME
    if not more.any():
        return ""
    return " " + say("Among those registered and in state accommodation: residents who flee inside the country.")


def _last_arrival(times: Floats, arrived: Floats) -> float:
    """When nearly all who arrive within the table have; its end where nobody does."""
    wanted = arrived[0] + NEARLY_ALL * (arrived[-1] - arrived[0])
    after = int(np.argmax(arrived >= wanted))
    if after == 0:
        return float(times[-1])
    part = (wanted - arrived[after - 1]) / (arrived[after] - arrived[after - 1])
    return float(times[after - 1] + part * (times[after] - times[after - 1]))


def _line(axes: Axes, times: Floats, values: Floats, name: str) -> float:
    colour, kind, width, _marker = LINES[name]
    axes.plot(times, values, color=colour, linestyle=kind, linewidth=width, label=name, solid_capstyle="round")
    return float(values.max())


def _points(axes: Axes, rows: pd.DataFrame, name: str, times: Floats) -> float:
    """Draw the reported totals of one quantity of the whole country within the times shown; give the highest."""
    if rows.empty:
        return 0.0
    at = read_times(rows["time"])[0]
    within = (at >= times[0]) & (at <= times[-1])
    values = floats(rows["value"])[within]
    colour, _kind, _width, marker = LINES[name]
    look: dict[str, Any] = {"color": style.WHITE, "markeredgecolor": colour, "markeredgewidth": 1.2, "markersize": 4.5}
    axes.plot(at[within], values, marker, label=f"{name} reported", zorder=4, **look)
    return highest(values)


def _ends(axes: Axes, arrivals: pd.DataFrame) -> None:
    last = {name: float(arrivals[name].iloc[-1]) for name in reversed(LINES)}
    labels = [EndLabel(value, f"{wording.whole(value)} {label(name)}", LINES[name][0]) for name, value in last.items()]
    end_labels(axes, labels, width=RIGHT)


def _busiest(axes: Axes, days: Floats, each_day: Floats, clock: Clock) -> None:
    busiest = peak_of(each_day)
    if each_day[busiest] >= SOME:
        middle = float(days[busiest] + days[busiest + 1]) / 2
        said = f"{clock.day(days[busiest])}: {wording.whole(each_day[busiest])}"
        peak_label(axes, middle, float(each_day[busiest]), said, dot=False)
