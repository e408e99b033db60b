"""People against usable beds, province by province."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model.charts import style
from refugee_model.charts.clock import Clock
from refugee_model.charts.columns import Floats, before, choose, floats, peak_of, quiet_after, unsettled, wide
from refugee_model.charts.occupancy import COLUMNS
from refugee_model.charts.sheet import grid_of, shown_to
from refugee_model.charts.time_chart import Panel, TimeChart, chart, highest
from refugee_model.outcomes.occupancy import first_full, full
from refugee_model.scenario.network import STATE_ACCOMMODATION
from refugee_model.wording import SOME, counted, say, some_of

MOST, NAMED = 48, 40
"""Panels on a sheet, and provinces without one that are named."""


@dataclass(frozen=True)
class Province:
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
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    array of Axes
        One for each province, in the order in which they fill; then those that do not fill, fullest first. At most 48:
        those left out are named below the title.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty or holds no state accommodation, or ``until`` is before it.

    Examples
    --------
    >>> plot_provinces(rm.capacity_table(run), common_scale=True)  # doctest: +SKIP
    """
    rows = choose(capacity, "kind", STATE_ACCOMMODATION)
    times, clock, people = wide(rows, "place", "people")
    beds = wide(rows, "place", "capacity")[2]
    reserved = wide(rows, "place", "reserved")[2] if "reserved" in rows else people * 0.0
    provinces = [
        Province(str(name), times, floats(people[name]), floats(reserved[name]), floats(beds[name]))
        for name in people.columns
    ]
    provinces.sort(key=lambda one: (math.inf if one.full_at is None else one.full_at, -float(one.used.max())))
    moving = unsettled(people.to_numpy(dtype=float)) | unsettled(beds.to_numpy(dtype=float))
    last_full = max((one.full_at for one in provinces if one.full_at is not None), default=-math.inf)
    moving[: int(np.searchsorted(times, last_full)) + 1 if math.isfinite(last_full) else 0] = True
    last = float(times[before(times, clock, until, quiet_after(times, moving.astype(float), margin=0.75))][-1])
    drawn, shape = provinces[:MOST], grid_of(len(provinces[:MOST]))
    most = max(one.most for one in drawn) if common_scale else None
    axes: NDArray[Any] = TimeChart(
        table=capacity,
        title=_title(provinces, float(times[-1]), clock),
        reading=_reading(provinces, times, last, clock),
        clock=clock,
        dates=(float(times[0]), last),
        panels=[_panel(one, most, clock) for one in drawn],
        grid=shape,
        height=4.0 + 3.9 * max(shape[0], 2),
        heading_size=style.HEADING_SIZE if shape[1] < 5 else style.LABEL_SIZE - 1.0,
    ).draw(figure=figure)
    return axes


def _panel(one: Province, most: float | None, clock: Clock) -> Panel:
    def marks(axes: Axes) -> float:
        _draw(axes, one)
        return one.most if most is None else most

    return Panel(one.name, marks, beneath=_when(one, clock), ticks=3, headroom=1.08)


def _title(provinces: list[Province], end: float, clock: Clock) -> str:
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


def _reading(provinces: list[Province], times: Floats, last: float, clock: Clock) -> str:
    reading = say("Area: people in state accommodation. Dark line: usable beds. Full: nobody more can be assigned.")
    kept = any(one.reserved.max() >= SOME for one in provinces)
    reading += " " + say("Dotted: beds kept for people on the way.") if kept else ""
    dates = " " + say("{first} to {last}.", first=clock.day(float(times[0])), last=clock.end(last))
    reading += shown_to(clock, last, float(times[-1])) or dates
    left_out = [one.name for one in provinces[MOST:]]
    names = some_of(left_out, NAMED, more="more (all in capacity.csv)")
    return reading + (" " + say("Not drawn, as they fill later or less: {names}.", names=names) if left_out else "")


def _when(one: Province, clock: Clock) -> str:
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


def _draw(axes: Axes, one: Province) -> None:
    times = one.times
    axes.fill_between(times, 0.0, one.people, color=style.LIGHT_BLUE, linewidth=0)
    if one.reserved.max() >= SOME:
        dotted: dict[str, Any] = {"facecolor": style.YELLOW, "edgecolor": style.GREY, "hatch": "....", "linewidth": 0}
        axes.fill_between(times, one.people, np.minimum(one.taken, np.maximum(one.beds, one.people)), **dotted)
    axes.plot(times, one.people, color=style.BLUE, linewidth=1.0, label="people")
    axes.step(times, one.beds, where="pre", color=style.NAVY, linewidth=1.6, label="usable beds")
    over = one.people > one.beds + SOME
    if over.any():
        axes.fill_between(
            times,
            one.beds,
            one.people,
            where=over,
            facecolor=style.RED,
            edgecolor=style.WHITE,
            hatch="////",
            linewidth=0,
        )
    if one.full_at is not None and one.beds.any():
        axes.axvline(one.full_at, color=style.RED, linewidth=1.1, zorder=1)
