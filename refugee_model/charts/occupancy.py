"""People against usable beds: in all provinces together, in one place, and province by province."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model import wording
from refugee_model.arrays import Floats
from refugee_model.charts import style
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.columns import before, chart, choose, floats, highest, peak_of, quiet_after, unsettled, wide
from refugee_model.charts.labels import EndLabel, end_labels, peak_label
from refugee_model.charts.sheet import TimeChart, TimePanel, grid_of, shown_to
from refugee_model.outcomes.occupancy import first_full, full
from refugee_model.scenario.network import STATE_ACCOMMODATION, TRANSIT
from refugee_model.wording import SOME, counted, say, some_of

COLUMNS = ("time", "place", "kind", "capacity", "people", "over")
RIGHT = 4.3
HATCHED: dict[str, Any] = {"facecolor": style.RED, "edgecolor": style.WHITE, "hatch": "////", "linewidth": 0}
DOTTED: dict[str, Any] = {"facecolor": style.YELLOW, "edgecolor": style.GREY, "hatch": "....", "linewidth": 0}
"""People beyond the beds; people who wait for one, or for whom one is kept."""


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

    Returns
    -------
    Axes
        People over time.

    Examples
    --------
    >>> plot_occupancy(rm.capacity_table(run), place="Coldmere")  # doctest: +SKIP
    """
    shown, clock = _all_places(capacity, until) if place is None else _one_place(capacity, place, until)
    where = say("in all provinces together") if place is None else say("in {place}", place=place)
    first, last, end = float(shown.times[0]), float(shown.times[-1]), float(read_times(capacity["time"])[0].max())

    people = TimePanel(
        say("People"), lambda axes: _draw(axes, shown), lambda axes: _labels(axes, shown, clock), ticks=6, headroom=1.15
    )
    return TimeChart(
        table=capacity,
        title=_title(shown, where, clock),
        reading=_reading(place is None) + shown_to(clock, last, end),
        clock=clock,
        dates=(first, last),
        panels=[people],
        right=RIGHT,
    ).alone(ax, figure)


def _all_places(capacity: pd.DataFrame, until: object) -> tuple[Shown, Clock]:
    housing = choose(capacity, "kind", STATE_ACCOMMODATION)
    together = housing.groupby("time", sort=True)[["capacity", "people", "over"]].sum()
    transit = capacity[capacity["kind"] == TRANSIT].groupby("time", sort=True)[["people", "over"]].sum()
    transit = transit.reindex(together.index, fill_value=0.0)
    times, clock = read_times(pd.Series(together.index))
    beds, housed, waiting = floats(together["capacity"]), floats(together["people"]), floats(transit["people"])
    over = floats(together["over"]) + floats(transit["over"])
    return _until(Shown(times, beds, housed, waiting, over), clock, until), clock


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
        axes.fill_between(shown.times, lower, placed, label="waiting", **DOTTED)
    if shown.over.any():
        axes.fill_between(shown.times, placed, top, label="without a place", zorder=2, **HATCHED)
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
    when = {"time": clock.moment(at), "first": clock.moment(first)}
    said = say("{people} without a place, {time} (first: {first})", people=wording.people(shown.over[peak]), **when)
    top = shown.housed + shown.waiting
    height = float(max(shown.beds.max(), top.max()))
    axes.plot([at, at], [float(top[peak]), height], color=style.RED, linewidth=1.0, zorder=3)
    peak_label(axes, at, height, said, colour=style.RED, dot=False)


MOST, NAMED = 48, 40
"""Panels on a sheet, and provinces without one that are named."""


@dataclass(frozen=True)
class ProvincePanel:
    """One panel: people in state accommodation, people on the way for whom a bed is kept, and usable beds."""

    name: str
    times: Floats
    people: Floats
    reserved: Floats
    beds: Floats

    @property
    def taken(self) -> Floats:
        """Beds in use or kept for someone, array (time,)."""
        return self.people + self.reserved

    @property
    def most(self) -> float:
        """The most people or beds."""
        return highest(self.taken, self.beds)

    @property
    def used(self) -> Floats:
        """Share of beds in use or kept, array (time,); people without any bed count as full."""
        return np.divide(self.taken, self.beds, out=np.where(self.people >= SOME, 1.0, 0.0), where=self.beds > 0)

    @property
    def full_at(self) -> float | None:
        """When nobody more can be assigned to it for the first time, on a date axis; None when it never is."""
        without = (self.beds <= 0) & (self.people >= SOME)
        if not without.any():
            when = float(first_full(self.times, self.beds, self.taken))
            return None if math.isnan(when) else when
        found = full(self.beds, self.taken) | without
        return float(self.times[int(np.argmax(found))])


@chart("capacity_table", COLUMNS)
def plot_provinces(
    capacity: pd.DataFrame,
    *,
    common_scale: bool = False,
    until: object = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> NDArray[Any]:
    """Draw people against usable beds in each province, those that fill first first.

    Parameters
    ----------
    capacity : DataFrame
        The capacity table: time, place, kind, capacity, people, over [people], and reserved where it is known.
    common_scale : bool
        Whether all panels share one vertical scale, to compare sizes.
    until : time, optional
        Last time shown; without it the chart ends some time after people and beds have settled.

    Returns
    -------
    array of Axes
        One for each province, in the order in which they fill; then those that do not fill, fullest first. At most 48:
        those left out are named below the title.

    Examples
    --------
    >>> plot_provinces(rm.capacity_table(run), common_scale=True)  # doctest: +SKIP
    """
    rows = choose(capacity, "kind", STATE_ACCOMMODATION)
    times, clock, people = wide(rows, "place", "people")
    beds = wide(rows, "place", "capacity")[2]
    reserved = wide(rows, "place", "reserved")[2] if "reserved" in rows else people * 0.0
    provinces = [
        ProvincePanel(str(name), times, floats(people[name]), floats(reserved[name]), floats(beds[name]))
        for name in people.columns
    ]
    provinces.sort(key=lambda one: (math.inf if one.full_at is None else one.full_at, -float(one.used.max())))
    moving = unsettled(people.to_numpy(dtype=float)) | unsettled(beds.to_numpy(dtype=float))
    last_full = max((one.full_at for one in provinces if one.full_at is not None), default=-math.inf)
    moving[: int(np.searchsorted(times, last_full)) + 1 if math.isfinite(last_full) else 0] = True
    last = float(times[before(times, clock, until, quiet_after(times, moving.astype(float), margin=0.75))][-1])
    drawn, shape = provinces[:MOST], grid_of(len(provinces[:MOST]))
    most = max(one.most for one in drawn) if common_scale else None
    return TimeChart(
        table=capacity,
        title=_title_of_provinces(provinces, float(times[-1]), clock),
        reading=_reading_of_provinces(provinces, times, last, clock),
        clock=clock,
        dates=(float(times[0]), last),
        panels=[_panel(one, most, clock) for one in drawn],
        grid=shape,
        height=4.0 + 3.9 * max(shape[0], 2),
        heading_size=style.HEADING_SIZE if shape[1] < 5 else style.LABEL_SIZE - 1.0,
    ).draw(figure)


def _panel(one: ProvincePanel, most: float | None, clock: Clock) -> TimePanel:
    def marks(axes: Axes) -> float:
        _draw_province(axes, one)
        return one.most if most is None else most

    return TimePanel(one.name, marks, beneath=_when(one, clock), ticks=3, headroom=1.08)


def _title_of_provinces(provinces: list[ProvincePanel], end: float, clock: Clock) -> str:
    with_beds = [one for one in provinces if one.beds.any() or one.people.any()]
    filled = [one for one in with_beds if one.full_at is not None]
    count = counted(len(with_beds), "province")
    if not with_beds:
        return say("No province has beds in state accommodation")
    if not filled:
        return say("None of {provinces} with beds fills up by {end}", provinces=count, end=clock.date(end))
    first = clock.day(_to_the_hour(min(one.full_at for one in filled if one.full_at is not None)))
    one, many = (
        f"{{filled}} of {{provinces}} with beds {fill} up: {{name}} first, on {{day}}" for fill in ("fills", "fill")
    )
    return say(one if len(filled) == 1 else many, filled=len(filled), provinces=count, name=filled[0].name, day=first)


def _reading_of_provinces(provinces: list[ProvincePanel], times: Floats, last: float, clock: Clock) -> str:
    reading = say("Area: people in state accommodation. Dark line: usable beds. Full: nobody more can be assigned.")
    kept = any(one.reserved.max() >= SOME for one in provinces)
    reading += " " + say("Dotted: beds kept for people on the way.") if kept else ""
    dates = " " + say("{first} to {last}.", first=clock.day(float(times[0])), last=clock.end(last))
    reading += shown_to(clock, last, float(times[-1])) or dates
    left_out = [one.name for one in provinces[MOST:]]
    names = some_of(left_out, NAMED, more="more (all in capacity.csv)")
    return reading + (" " + say("Not drawn, as they fill later or less: {names}.", names=names) if left_out else "")


def _when(one: ProvincePanel, clock: Clock) -> str:
    if not one.beds.any() and not one.people.any():
        return say("no beds")
    if one.full_at is not None:
        return say("full on {time}", time=clock.moment(_to_the_hour(one.full_at)))
    if not one.taken.any():
        return say("nobody there")
    most = peak_of(one.used)
    share = min(math.floor(100.0 * float(one.used[most])), 99)
    return say("at most {share} % in use, {day}", share=share, day=clock.day(float(one.times[most])))


def _to_the_hour(position: float) -> float:
    """A position on a date axis at the nearest full hour: what is read between steps is not known to the minute."""
    return round(position * 24.0) / 24.0


def _draw_province(axes: Axes, one: ProvincePanel) -> None:
    times = one.times
    axes.fill_between(times, 0.0, one.people, color=style.LIGHT_BLUE, linewidth=0)
    if one.reserved.max() >= SOME:
        axes.fill_between(times, one.people, np.minimum(one.taken, np.maximum(one.beds, one.people)), **DOTTED)
    axes.plot(times, one.people, color=style.BLUE, linewidth=1.0, label="people")
    axes.step(times, one.beds, where="pre", color=style.NAVY, linewidth=1.6, label="usable beds")
    over = one.people > one.beds + SOME
    if over.any():
        axes.fill_between(times, one.beds, one.people, where=over, **HATCHED)
    if one.full_at is not None and one.beds.any():
        axes.axvline(one.full_at, color=style.RED, linewidth=1.1, zorder=1)
