"""The queue on the road."""

from __future__ import annotations

from functools import partial
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
from refugee_model.charts.columns import (
    before,
    chart,
    choose,
    floats,
    highest,
    names_in,
    peak_of,
    quiet_after,
    refused,
    stretches,
)
from refugee_model.charts.labels import peak_label, text_at
from refugee_model.charts.sheet import TimeChart, TimePanel, grid_of, shown_to
from refugee_model.outcomes.register import QUANTITIES, label
from refugee_model.wording import SOME, say, unit

PANELS = {
    "people": (style.BLUE, style.LIGHT_BLUE),
    "queue_km": (style.NAVY, style.LIGHT_BLUE),
    "wait_hours": (style.RED, style.PALE_RED),
}
"""Colour of the line and of the area under it."""


@chart("waiting_table", ("time", "place", *PANELS))
def plot_corridor(
    waiting: pd.DataFrame,
    *,
    route: str | None = None,
    place: str | None = None,
    until: object = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> NDArray[Any]:
    """Draw the queue on a road in people and in kilometres, and the wait in hours; of several roads all their queues.

    Parameters
    ----------
    waiting : DataFrame
        The waiting table: time, place, people, queue_km [km], wait_hours [h].
    route : str, optional
        The route whose queue is drawn; without it the only one, or of several the people in the queue of each.
    place : str, optional
        A reception point whose queue is drawn instead.
    until : time, optional
        Last time shown; without it the chart ends some time after the queue has gone.

    Returns
    -------
    array of Axes
        People, kilometres, hours; a quantity that the place does not have is drawn as an empty panel that says so. Of
        several routes, people in the queue of each on one scale, in the order of the table.

    Examples
    --------
    >>> plot_corridor(rm.waiting_table(run))  # doctest: +SKIP
    """
    if route is not None and place is not None:
        raise refused("route", "a place is given, too: give one of them")
    roads = _roads(waiting)
    if route is not None:
        choose(waiting[waiting["place"].isin(roads)], "place", route, asked="route")
    given = route if place is None else place
    if given is None and len(roads) > 1:
        return _all_roads(waiting, roads, until, figure)
    given = (roads or names_in(waiting, "place"))[0] if given is None else given
    return _one_queue(waiting, given, until, figure)


def _one_queue(waiting: pd.DataFrame, place: str, until: object, figure: Figure | None) -> NDArray[Any]:
    """People, kilometres and hours of one queue."""
    rows = choose(waiting, "place", place).sort_values("time", kind="stable")
    times, clock = read_times(rows["time"])
    rows = _somebody(rows)
    people = np.nan_to_num(floats(rows["people"]))
    shown = before(times, clock, until, quiet_after(times, people))

    def panel(column: str) -> TimePanel:
        values = floats(rows[column])[shown]

        def labels(axes: Axes) -> None:
            _peak(axes, times[shown], values, column, clock)
            if column == "wait_hours":
                _unknown(axes, times[shown], values, people[shown])

        heading = f"{label(column)}, {unit(QUANTITIES[column].unit)}"
        heading = say("People in the queue") if column == "people" else heading
        return TimePanel(heading, partial(_area, times[shown], values, column), labels, ticks=4, headroom=1.3)

    return TimeChart(
        table=waiting,
        title=_title(rows, times, shown, place, clock),
        reading=_reading(times, people, shown, clock),
        clock=clock,
        dates=(float(times[0]), float(times[shown][-1])),
        panels=[panel(column) for column in PANELS],
        height=17.0,
    ).draw(figure)


def _area(times: Floats, values: Floats, column: str, axes: Axes) -> float:
    """A line and the area under it, where values are known; the highest of them."""
    colour, pale = PANELS[column]
    known = np.where(np.isfinite(values), values, np.nan)
    axes.fill_between(times, 0.0, known, color=pale, linewidth=0)
    axes.plot(times, known, color=colour, linewidth=1.8, label=column)
    return highest(known)


def _roads(waiting: pd.DataFrame) -> list[str]:
    """Places whose queue has a length: roads, and no reception points."""
    return names_in(waiting[waiting["queue_km"].notna()], "place")


def _all_roads(waiting: pd.DataFrame, roads: list[str], until: object, figure: Figure | None) -> NDArray[Any]:
    """People in the queue of each road, on one scale; beneath its name the length of the queue and the longest wait."""
    by_road = {road: choose(waiting, "place", road).sort_values("time", kind="stable") for road in roads}
    times, clock = read_times(by_road[roads[0]]["time"])
    by_road = {road: _somebody(rows) for road, rows in by_road.items()}
    queues = {road: np.nan_to_num(floats(rows["people"])) for road, rows in by_road.items()}
    shown = before(times, clock, until, quiet_after(times, np.sum(list(queues.values()), axis=0)))
    queues, last = {road: people[shown] for road, people in queues.items()}, float(times[shown][-1])
    waits = {road: floats(rows["wait_hours"])[shown] for road, rows in by_road.items()}
    most, shape = highest(*queues.values()), grid_of(len(roads))

    def panel(road: str) -> TimePanel:
        people, km = queues[road], floats(by_road[road]["queue_km"])[shown]

        def marks(axes: Axes) -> float:
            axes.fill_between(times[shown], 0.0, people, color=PANELS["people"][1], linewidth=0)
            axes.plot(times[shown], people, color=PANELS["people"][0], linewidth=1.4, label=road)
            return most

        def labels(axes: Axes) -> None:
            _peak(axes, times[shown], people, "people", clock)

        return TimePanel(road, marks, labels, beneath=_beneath(people, km, waits[road]), ticks=3, headroom=1.3)

    return TimeChart(
        table=waiting,
        title=_title_of_all(times[shown], queues, waits, clock),
        reading=say("People in the queue of each route, on one scale.") + shown_to(clock, last, float(times[-1])),
        clock=clock,
        dates=(float(times[0]), last),
        panels=[panel(road) for road in roads],
        grid=shape,
        height=4.0 + 4.6 * max(shape[0], 2),
        heading_size=style.HEADING_SIZE if shape[1] < 5 else style.LABEL_SIZE - 1.0,
    ).draw(figure)


def _beneath(people: Floats, km: Floats, wait: Floats) -> str:
    """How long the queue of a road gets, and how long people wait in it, in words."""
    if people.max(initial=0.0) < SOME:
        return say("nobody queues")
    length = wording.about(float(np.nanmax(km, initial=0.0)), figures=2)
    if np.isinf(wait).any():
        return say("up to {km} km; some do not cross", km=length)
    hours = wording.about(float(np.nanmax(wait, initial=0.0)), figures=2)
    return say("up to {km} km, waits up to {hours} hours", km=length, hours=hours)


def _title_of_all(times: Floats, queues: dict[str, Floats], waits: dict[str, Floats], clock: Clock) -> str:
    worst = max(queues, key=lambda road: float(queues[road].max()))
    people = queues[worst]
    if people.max() < SOME:
        return say("Nobody queues on any of {count} routes", count=len(queues))
    peak = peak_of(people)
    most = {"people": wording.people(people[peak]), "day": clock.day(float(times[peak]))}
    title = say(
        "The longest queue of {count} routes is at {road}: {people} on {day}", count=len(queues), road=worst, **most
    )
    known = {road: float(np.nanmax(wait[np.isfinite(wait)], initial=0.0)) for road, wait in waits.items()}
    if any(np.isinf(wait).any() for wait in waits.values()) or not max(known.values()):
        return title
    slowest = max(known, key=lambda road: known[road])
    hours = wording.about(known[slowest], figures=2)
    if slowest == worst:
        return title + "; " + say("the longest wait is {hours} hours", hours=hours)
    return title + "; " + say("the longest wait is {hours} hours, at {road}", hours=hours, road=slowest)


def _somebody(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a queue in which less than half a person is nobody: no people, no length, and no wait."""
    nobody = np.nan_to_num(floats(rows["people"])) < SOME
    until = np.append(nobody[1:], nobody[-1:])
    return rows.assign(
        people=rows["people"].mask(nobody & rows["people"].notna(), 0.0),
        queue_km=rows["queue_km"].mask(nobody & rows["queue_km"].notna(), 0.0),
        wait_hours=rows["wait_hours"].mask(nobody & until & rows["wait_hours"].notna(), 0.0),
    )


def _title(rows: pd.DataFrame, times: Floats, shown: Flags, place: str, clock: Clock) -> str:
    people, wait = np.nan_to_num(floats(rows["people"]))[shown], floats(rows["wait_hours"])[shown]
    waits, endless = np.where(np.isfinite(wait), wait, 0.0), np.isinf(wait)
    peak = peak_of(people)
    at = say("at the checkpoint") if place == "checkpoint" else say("at {place}", place=place)
    if people[peak] < SOME:
        return say("Nobody queues {at}", at=at)
    most, day = wording.people(people[peak]), clock.day(times[shown][peak])
    title = say("The queue {at} reaches {people} on {day}", at=at, people=most, day=day)
    if endless.any():
        since, end = clock.day(times[shown][np.argmax(endless)]), clock.end(float(times[-1]))
        return title + "; " + say("from {since} people join who do not cross by {end}", since=since, end=end)
    hours = wording.about(float(waits.max()), figures=2)
    return title + ("; " + say("the longest wait is {hours} hours", hours=hours) if waits.max() > 0 else "")


def _reading(times: Floats, people: Floats, shown: Flags, clock: Clock) -> str:
    last, left = float(times[shown][-1]), float(people[~shown].max(initial=0.0))
    reading = say("Shown from {first} to {last}.", first=clock.moment(float(times[0])), last=clock.moment(last))
    if last >= times[-1]:
        return reading
    queue = say("at most {people} queue at once", people=wording.people(left)) if left >= SOME else say("nobody queues")
    return reading + " " + say("After that, to {end}, {queue}.", end=clock.end(float(times[-1])), queue=queue)


def _peak(axes: Axes, times: Floats, values: Floats, column: str, clock: Clock) -> None:
    known = np.where(np.isfinite(values), values, -1.0)
    peak = peak_of(known)
    if np.isinf(values).any() and known[peak] < 0:
        return
    if known[peak] < 0:
        text_at(axes, (0.01, 0.5), (0.0, 0.0), say("not known for this place"), colour=style.GREY)
    elif known[peak] > 0:
        most = float(known[peak])
        amount = wording.whole(most) if column == "people" else wording.about(most, figures=2)
        said = f"{amount} {unit(QUANTITIES[column].unit)}, {clock.moment(float(times[peak]))}"
        peak_label(axes, float(times[peak]), most, said, colour=PANELS[column][0])


def _unknown(axes: Axes, times: Floats, wait: Floats, people: Floats) -> None:
    """Shade where the wait is endless: who joins then does not cross within the projection."""
    for first, last in stretches(np.isinf(wait) & (people >= 1.0)):
        end = float(times[min(last + 1, len(times) - 1)])
        look: dict[str, Any] = {"facecolor": style.PALE, "edgecolor": style.GREY, "hatch": "///", "linewidth": 0}
        axes.axvspan(float(times[first]), end, zorder=0, **look)
        if end - times[first] > 0.15 * (times[-1] - times[0]):
            middle = (float(times[first]) + end) / 2
            peak_label(axes, middle, 0.4 * axes.get_ylim()[1], say("do not cross within the projection"), dot=False)
