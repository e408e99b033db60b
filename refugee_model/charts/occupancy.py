"""People against usable beds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model import wording
from refugee_model.charts import style
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.columns import Floats, before, choose, floats, peak_of, quiet_after, unsettled, wide
from refugee_model.charts.labels import EndLabel, end_labels, peak_label
from refugee_model.charts.sheet import shown_to
from refugee_model.charts.time_chart import Panel, TimeChart, chart, highest
from refugee_model.scenario.network import STATE_ACCOMMODATION, TRANSIT
from refugee_model.wording import SOME, say

COLUMNS = ("time", "place", "kind", "capacity", "people", "over")
RIGHT = 4.3


@dataclass(frozen=True)
class Shown:
    """Usable beds, people in them, people waiting for one, and those of both beyond all beds and transit places."""

    times: Floats
    beds: Floats
    housed: Floats
    waiting: Floats
    over: Floats


@chart("capacity_table", COLUMNS)
def plot_occupancy(
    capacity: pd.DataFrame,
    *,
    place: str | None = None,
    until: object = None,
    ax: Axes | None = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw people in state accommodation, and people waiting for it, against usable beds; the shortage is shaded.

    Parameters
    ----------
    capacity : DataFrame
        The capacity table: time, place, kind, capacity, people, over [people].
    place : str, optional
        One place with a capacity; without it all provinces together, with the people who wait for a bed.
    until : time, optional
        Last time shown; without it the chart ends some time after people and beds have settled.
    ax : Axes, optional
        Axes to draw on; the footer is then left out. Room for the labels is needed at the right.
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without either a new one of print size.

    Returns
    -------
    Axes
        People over time.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, the place is not in it, or ``until`` is before it.

    Examples
    --------
    >>> plot_occupancy(rm.capacity_table(run), place="Coldmere")  # doctest: +SKIP
    """
    shown, clock = _all_places(capacity, until) if place is None else _one_place(capacity, place, until)
    axes: Axes = TimeChart(
        table=capacity,
        title=_title(
            shown, say("in all provinces together") if place is None else say("in {place}", place=place), clock
        ),
        reading=_reading(place is None)
        + shown_to(clock, float(shown.times[-1]), float(read_times(capacity["time"])[0].max())),
        clock=clock,
        dates=(float(shown.times[0]), float(shown.times[-1])),
        panels=[
            Panel(
                say("People"),
                lambda axes: _draw(axes, shown),
                lambda axes: _labels(axes, shown, clock),
                ticks=6,
                headroom=1.15,
            )
        ],
        right=RIGHT,
    ).draw(ax=ax, figure=figure)[0]
    return axes


def _all_places(capacity: pd.DataFrame, until: object) -> tuple[Shown, Clock]:
    housing = choose(capacity, "kind", STATE_ACCOMMODATION)
    together = housing.groupby("time", sort=True)[["capacity", "people", "over"]].sum()
    transit = capacity[capacity["kind"] == TRANSIT].groupby("time", sort=True)[["people", "over"]].sum()
    transit = transit.reindex(together.index, fill_value=0.0)
    times, clock = read_times(pd.Series(together.index))
    beds, housed, waiting = floats(together["capacity"]), floats(together["people"]), floats(transit["people"])
    return _until(
        Shown(times, beds, housed, waiting, floats(together["over"]) + floats(transit["over"])), clock, until
    ), clock


def _one_place(capacity: pd.DataFrame, place: str, until: object) -> tuple[Shown, Clock]:
    rows = choose(capacity, "place", place)
    times, clock, people = wide(rows, "place", "people")
    beds, over = (floats(wide(rows, "place", name)[2][place]) for name in ("capacity", "over"))
    return _until(Shown(times, beds, floats(people[place]), np.zeros(len(times)), over), clock, until), clock


def _until(whole: Shown, clock: Clock, until: object) -> Shown:
    moving = unsettled(whole.housed[:, None]) | unsettled(whole.beds[:, None])
    moving |= whole.over + whole.waiting > 0.01 * whole.housed.max()
    keep = before(whole.times, clock, until, quiet_after(whole.times, moving.astype(float), margin=0.5))
    return Shown(*(values[keep] for values in (whole.times, whole.beds, whole.housed, whole.waiting, whole.over)))


def _title(shown: Shown, where: str, clock: Clock) -> str:
    peak, most = peak_of(shown.over), peak_of(shown.housed)
    if shown.over[peak] >= SOME:
        return say(
            "{people} without a place on {day} {where}; the first on {first}",
            people=wording.people(shown.over[peak]),
            day=clock.day(float(shown.times[peak])),
            where=where,
            first=clock.day(float(shown.times[np.argmax(shown.over >= SOME)])),
        )
    if shown.housed[most] + shown.waiting.max() < SOME:
        return say("Nobody needs a bed {where}", where=where)
    return say(
        "Nobody is without a place {where}; at most {people} of {beds} beds are in use ({day})",
        where=where,
        people=wording.whole(float(shown.housed[most])),
        beds=wording.whole(float(shown.beds[most])),
        day=clock.day(float(shown.times[most])),
    )


def _reading(everywhere: bool) -> str:
    waiting = [say("Dotted yellow: waiting for a bed in transit places.")] if everywhere else []
    first, last = say("Dark line: usable beds. Blue: people in beds."), say("Hatched red: without a place.")
    return " ".join([first, *waiting, last])


def _draw(axes: Axes, shown: Shown) -> float:
    top = shown.housed + shown.waiting
    placed = top - shown.over
    lower = np.minimum(shown.housed, placed)
    axes.fill_between(shown.times, 0.0, lower, color=style.LIGHT_BLUE, linewidth=0, label="housed")
    if shown.waiting.any():
        dotted: dict[str, Any] = {"facecolor": style.YELLOW, "edgecolor": style.GREY, "hatch": "....", "linewidth": 0}
        axes.fill_between(shown.times, lower, placed, label="waiting", **dotted)
    if shown.over.any():
        hatched: dict[str, Any] = {
            "facecolor": style.RED,
            "edgecolor": style.WHITE,
            "hatch": "////",
            "linewidth": 0,
            "zorder": 2,
        }
        axes.fill_between(shown.times, placed, top, label="without a place", **hatched)
    axes.plot(shown.times, top, color=style.BLUE, linewidth=1.2, label="people", zorder=3)
    axes.step(shown.times, shown.beds, where="pre", color=style.NAVY, linewidth=2.2, label="usable beds", zorder=3)
    return highest(top, shown.beds)


def _labels(axes: Axes, shown: Shown, clock: Clock) -> None:
    beds, housed = float(shown.beds[-1]), float(shown.housed[-1])
    labels = [
        EndLabel(housed, say("{people} people in beds", people=wording.whole(housed)), style.BLUE),
        EndLabel(beds, say("{beds} usable beds", beds=wording.whole(beds)), style.NAVY),
    ]
    if shown.waiting[-1] >= SOME:
        waiting = float(shown.waiting[-1])
        said = say("{people} waiting for a bed", people=wording.whole(waiting))
        labels.append(EndLabel(housed + waiting, said, style.TEXT))
    end_labels(axes, labels, width=RIGHT)
    peak = peak_of(shown.over)
    if shown.over[peak] < SOME:
        return
    at, first = float(shown.times[peak]), float(shown.times[np.argmax(shown.over >= SOME)])
    said = say(
        "{people} without a place, {time} (first: {first})",
        people=wording.people(shown.over[peak]),
        time=clock.moment(at),
        first=clock.moment(first),
    )
    height = float(max(shown.beds.max(), (shown.housed + shown.waiting).max()))
    axes.plot(
        [at, at], [float(shown.housed[peak] + shown.waiting[peak]), height], color=style.RED, linewidth=1.0, zorder=3
    )
    peak_label(axes, at, height, said, colour=style.RED, dot=False)
