"""How many arrive, and when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.digest import NEARLY_ALL
from refugee_model.views import style
from refugee_model.views.clock import Clock, read_times
from refugee_model.views.columns import Floats, before, floats, peak_of, quiet_after, require
from refugee_model.views.labels import EndLabel, end_labels, peak_label
from refugee_model.views.page import Dates, Words, open_page, words
from refugee_model.views.settings import drawn_with_our_settings

LINES = {
    "arrived": ("arrived", style.BLUE, "-", 2.6, "o"),
    "registered": ("registered", style.NAVY, (0, (6, 2)), 1.8, "s"),
    "in_state_accommodation": ("in state accommodation", style.GREEN, (0, (1.5, 1.5)), 2.2, "^"),
}
"""Label, colour, kind and width of the line, and marker of the reported totals."""
RIGHT = 4.0


@takes("this cannot be drawn")
@drawn_with_our_settings
def plot_arrivals(
    arrivals: pd.DataFrame, *, reports: pd.DataFrame | None = None, until: object = None, figure: Figure | None = None
) -> NDArray[Any]:
    """Draw cumulative arrivals, with reported totals over them, and arrivals in each day.

    Parameters
    ----------
    arrivals : DataFrame
        The arrivals table: time, arrived, registered, in_state_accommodation (cumulative) [people].
    reports : DataFrame, optional
        Reported totals: time, quantity, value, and where present place and usable. Only usable totals of the whole country whose
        quantity is a column of ``arrivals`` are drawn.
    until : time, optional
        Last time shown; without it the chart ends when less than 1 in 200 people is still to come.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    array of Axes
        Cumulative people, and people a day.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, or ``until`` is before it.

    Examples
    --------
    >>> plot_arrivals(rm.arrivals_table(run), reports=rm.load_reports("lachin-2023"))  # doctest: +SKIP
    """
    require(arrivals, ("time", *LINES), name="arrivals")
    if reports is not None:
        require(reports, ("time", "quantity", "value"), name="reports")
    arrivals = arrivals.sort_values("time", kind="stable")
    times, clock = read_times(arrivals["time"])
    arrived = floats(arrivals["arrived"])
    shown = before(times, clock, until if until is not None else clock.local(_end(times, arrived, clock)))
    days = clock.midnights(float(times[0]), float(times[shown][-1]) if shown.sum() > 1 else float(times[0]) + 0.01)
    each_day = np.diff(np.interp(days, times, arrived))
    page = open_page(
        _words(arrivals, shown, days, each_day, reports is not None), (2, 1), figure=figure, right=RIGHT, ratios=(3, 2), share_x=True
    )
    total, daily = page.panels
    highest = [_line(total, times[shown], floats(arrivals[name])[shown], name) for name in LINES]
    highest += [_points(total, reports, name, clock, times[shown]) for name in LINES] if reports is not None else []
    style.amounts(total, max(highest), headroom=1.06)
    middles = (days[:-1] + days[1:]) / 2
    edge = 0.6 if len(days) < 100 else 0.0
    daily.bar(middles, each_day, width=np.diff(days) * 0.86, color=style.LIGHT_BLUE, edgecolor=style.BLUE, linewidth=edge)
    style.amounts(daily, float(each_day.max()), ticks=4, headroom=1.25)
    total.tick_params(axis="x", labelbottom=False)
    page.settle([("People, cumulative", ""), ("People a day", "")], Dates(clock, float(days[0]), float(days[-1])))
    _labels(total, daily, arrivals[shown], days, each_day, clock)
    return page.panels


def _end(times: Floats, arrived: Floats, clock: Clock) -> float:
    """The midnight after which less than 1 in 200 is still to come, and a day more."""
    left = arrived[-1] - arrived
    end = quiet_after(times, left, share=0.005, margin=0.1)
    return float(min(clock.midnights(end, end)[0] + 1.0, times[-1])) if end < times[-1] else float(times[-1])


def _words(arrivals: pd.DataFrame, shown: NDArray[np.bool_], days: Floats, each_day: Floats, with_reports: bool) -> Words:
    times, clock = read_times(arrivals["time"])
    arrived = floats(arrivals["arrived"])
    last, end = float(times[shown][-1]), float(times[-1])
    by_then, later = arrived[shown][-1], arrived[-1] - arrived[shown][-1]
    busiest = peak_of(each_day)
    if arrived[-1] < 0.5:
        title = f"Nobody arrives from {clock.date(float(times[0]))} to {clock.date(end)}"
    else:
        by = clock.end(min(last, _last_arrival(times, arrived)))
        title = f"{style.people(by_then)} arrive by {by}; most on {clock.day(days[busiest])}: {style.whole(each_day[busiest])}"
    reading = "Lines: projection." + (" Points: reported totals." if with_reports else "")
    if last < end:
        more = f"{style.people(later)} more arrive" if later >= 0.5 else "nobody arrives"
        reading += f" Shown to {clock.end(last)}; {more} after that, to {clock.end(end)}."
    return words(arrivals, title, reading, clock, float(times[0]))


def _last_arrival(times: Floats, arrived: Floats) -> float:
    """When nearly all who arrive within the table have; its end where nobody does."""
    wanted = arrived[0] + NEARLY_ALL * (arrived[-1] - arrived[0])
    after = int(np.argmax(arrived >= wanted))
    if after == 0:
        return float(times[-1])
    part = (wanted - arrived[after - 1]) / (arrived[after] - arrived[after - 1])
    return float(times[after - 1] + part * (times[after] - times[after - 1]))


def _line(axes: Axes, times: Floats, values: Floats, name: str) -> float:
    _label, colour, kind, width, _marker = LINES[name]
    axes.plot(times, values, color=colour, linestyle=kind, linewidth=width, label=name, solid_capstyle="round")
    return float(values.max())


def _points(axes: Axes, reports: pd.DataFrame, name: str, clock: Clock, times: Floats) -> float:
    """Draw the reported totals of one quantity within the times shown; give the highest."""
    chosen = reports["quantity"] == name
    if "usable" in reports:
        chosen &= reports["usable"].isin([True, "yes", "true", "True"])
    if "place" in reports:
        chosen &= reports["place"].isna() | (reports["place"] == "")
    rows = reports[chosen]
    if rows.empty:
        return 0.0
    at = read_times(rows["time"])[0]
    within = (at >= times[0]) & (at <= times[-1])
    values = floats(rows["value"])[within]
    _label, colour, _kind, _width, marker = LINES[name]
    look: dict[str, Any] = {"color": style.WHITE, "markeredgecolor": colour, "markersize": 4.5, "markeredgewidth": 1.2, "zorder": 4}
    axes.plot(at[within], values, marker, label=f"{name} reported", **look)
    return float(values.max(initial=0.0))


def _labels(total: Axes, daily: Axes, arrivals: pd.DataFrame, days: Floats, each_day: Floats, clock: Clock) -> None:
    last = {name: float(arrivals[name].iloc[-1]) for name in reversed(LINES)}
    end_labels(
        total, [EndLabel(value, f"{style.whole(value)} {LINES[name][0]}", LINES[name][1]) for name, value in last.items()], width=RIGHT
    )
    busiest = peak_of(each_day)
    if each_day[busiest] >= 0.5:
        middle = float(days[busiest] + days[busiest + 1]) / 2
        peak_label(daily, middle, float(each_day[busiest]), f"{clock.day(days[busiest])}: {style.whole(each_day[busiest])}", dot=False)
