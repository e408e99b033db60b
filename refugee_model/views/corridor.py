"""The queue on the road."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.views import style
from refugee_model.views.clock import Clock, read_times
from refugee_model.views.columns import Floats, before, choose, floats, peak_of, quiet_after, require, stretches
from refugee_model.views.labels import peak_label
from refugee_model.views.page import Dates, Words, open_page, words
from refugee_model.views.settings import drawn_with_our_settings
from refugee_model.views.text import text_at

PANELS = {
    "people": ("People in the queue", "people", style.BLUE, style.LIGHT_BLUE),
    "queue_km": ("Length of the queue, km", "km", style.NAVY, style.LIGHT_BLUE),
    "wait_hours": ("Wait of those who join the queue, hours", "hours", style.RED, "#F9C5CC"),
}
"""Heading, unit, colour of the line and of the area under it."""
SOMEBODY = 0.5
"""Fewer people than this are nobody."""


@takes("this cannot be drawn")
@drawn_with_our_settings
def plot_corridor(waiting: pd.DataFrame, *, place: str = "checkpoint", until: object = None, figure: Figure | None = None) -> NDArray[Any]:
    """Draw the queue on the road in people and in kilometres, and the wait in hours.

    Parameters
    ----------
    waiting : DataFrame
        The waiting table: time, place, people, queue_km [km], wait_hours [h].
    place : str
        The place whose queue is drawn.
    until : time, optional
        Last time shown; without it the chart ends some time after the queue has gone.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    array of Axes
        People, kilometres, hours; a quantity that the place does not have is drawn as an empty panel that says so.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, the place is not in it, or ``until`` is before it.

    Examples
    --------
    >>> plot_corridor(rm.waiting_table(run))  # doctest: +SKIP
    """
    require(waiting, ("time", "place", *PANELS), name="waiting")
    rows = choose(waiting, "place", place).sort_values("time", kind="stable")
    times, clock = read_times(rows["time"])
    rows = _somebody(rows)
    people = np.nan_to_num(floats(rows["people"]))
    shown = before(times, clock, until if until is not None else clock.local(quiet_after(times, people)))
    said = _words(waiting, rows, shown, place)
    page = open_page(said, (3, 1), figure=figure, height=17.0, share_x=True)
    for axes, (column, (_heading, _unit, colour, pale)) in zip(page.panels, PANELS.items(), strict=True):
        values = floats(rows[column])[shown]
        known = np.where(np.isfinite(values), values, np.nan)
        axes.fill_between(times[shown], 0.0, known, color=pale, linewidth=0)
        axes.plot(times[shown], known, color=colour, linewidth=1.8, label=column)
        style.amounts(axes, float(np.nanmax(known, initial=0.0)), ticks=4, headroom=1.3)
        axes.tick_params(axis="x", labelbottom=axes is page.panels[-1])
    page.settle([(look[0], "") for look in PANELS.values()], Dates(clock, float(times[0]), float(times[shown][-1])))
    for axes, column in zip(page.panels, PANELS, strict=True):
        _peak(axes, times[shown], floats(rows[column])[shown], column, clock)
    _unknown(page.panels[-1], times[shown], floats(rows["wait_hours"])[shown], people[shown])
    return page.panels


def _somebody(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a queue in which less than half a person is nobody: no people, no length, and no wait of those who join it."""
    nobody = np.nan_to_num(floats(rows["people"])) < SOMEBODY
    until = np.append(nobody[1:], nobody[-1:])
    return rows.assign(
        people=rows["people"].mask(nobody & rows["people"].notna(), 0.0),
        queue_km=rows["queue_km"].mask(nobody & rows["queue_km"].notna(), 0.0),
        wait_hours=rows["wait_hours"].mask(nobody & until & rows["wait_hours"].notna(), 0.0),
    )


def _words(waiting: pd.DataFrame, rows: pd.DataFrame, shown: NDArray[np.bool_], place: str) -> Words:
    times, clock = read_times(rows["time"])
    people, wait = np.nan_to_num(floats(rows["people"]))[shown], floats(rows["wait_hours"])[shown]
    waits, endless = np.where(np.isfinite(wait), wait, 0.0), np.isinf(wait)
    peak = peak_of(people)
    at = f"at the {place}" if place == "checkpoint" else f"at {place}"
    if people[peak] < SOMEBODY:
        title = f"Nobody queues {at}"
    else:
        title = f"The queue {at} reaches {style.people(people[peak])} on {clock.day(times[shown][peak])}"
        if endless.any():
            title += f"; from {clock.day(times[shown][np.argmax(endless)])} people join who do not cross by {clock.end(float(times[-1]))}"
        elif waits.max() > 0:
            title += f"; the longest wait is {style.about(float(waits.max()), figures=2)} hours"
    last = float(times[shown][-1])
    reading = f"Shown from {clock.moment(float(times[0]))} to {clock.moment(last)}."
    left = float(np.nan_to_num(floats(rows["people"]))[~shown].max(initial=0.0))
    if last < times[-1]:
        queue = f"at most {style.people(left)} queue at once" if left >= SOMEBODY else "nobody queues"
        reading += f" After that, to {clock.end(float(times[-1]))}, {queue}."
    return words(waiting, title, reading, clock, float(times[0]))


def _peak(axes: Axes, times: Floats, values: Floats, column: str, clock: Clock) -> None:
    known = np.where(np.isfinite(values), values, -1.0)
    peak = peak_of(known)
    _above, unit, colour, _pale = PANELS[column]
    if np.isinf(values).any() and known[peak] < 0:
        return
    if known[peak] < 0:
        _note(axes, "not known for this place")
    elif known[peak] > 0:
        most = float(known[peak])
        amount = style.whole(most) if column == "people" else style.about(most, figures=2)
        said = f"{amount} {unit}, {clock.moment(float(times[peak]))}"
        peak_label(axes, float(times[peak]), float(known[peak]), said, colour=colour)


def _unknown(axes: Axes, times: Floats, wait: Floats, people: Floats) -> None:
    """Shade where the wait is endless: who joins then does not cross within the projection."""
    for first, last in stretches(np.isinf(wait) & (people >= 1.0)):
        end = float(times[min(last + 1, len(times) - 1)])
        axes.axvspan(float(times[first]), end, facecolor=style.PALE, edgecolor=style.GREY, hatch="///", linewidth=0, zorder=0)
        if end - times[first] > 0.15 * (times[-1] - times[0]):
            middle = (float(times[first]) + end) / 2
            peak_label(axes, middle, 0.4 * axes.get_ylim()[1], "do not cross within the projection", colour=style.TEXT, dot=False)


def _note(axes: Axes, said: str) -> None:
    text_at(axes, (0.01, 0.5), (0.0, 0.0), said, colour=style.GREY)
