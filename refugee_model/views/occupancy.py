"""People against usable beds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model.arguments import takes
from refugee_model.tables.capacity import STATE_ACCOMMODATION, TRANSIT
from refugee_model.views import style
from refugee_model.views.clock import Clock, read_times
from refugee_model.views.columns import Floats, before, choose, floats, peak_of, quiet_after, require, unsettled, wide
from refugee_model.views.labels import EndLabel, end_labels, peak_label
from refugee_model.views.page import Dates, Page, Words, on_axes, open_page, shown_to, words
from refugee_model.views.settings import drawn_with_our_settings

COLUMNS = ("time", "place", "kind", "capacity", "people", "over")
RIGHT = 4.3


@dataclass(frozen=True)
class Shown:
    """What the chart shows, at each time.

    Attributes
    ----------
    times : array (time,) [days]
        Positions on a date axis.
    beds, housed, waiting, over : array (time,) [people]
        Usable beds; people in them; people waiting for one; those of both beyond all beds and transit places.
    """

    times: Floats
    beds: Floats
    housed: Floats
    waiting: Floats
    over: Floats


@takes("this cannot be drawn")
@drawn_with_our_settings
def plot_occupancy(
    capacity: pd.DataFrame, *, place: str | None = None, until: object = None, ax: Axes | None = None, figure: Figure | None = None
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
    require(capacity, COLUMNS, name="capacity")
    shown, clock = _all_places(capacity, until) if place is None else _one_place(capacity, place, until)
    said = _words(capacity, shown, place, clock)
    page = on_axes(said, ax) if ax is not None else open_page(said, (1, 1), figure=figure, right=RIGHT)
    axes: Axes = page.panels[0]
    _draw(axes, shown)
    page.settle([("People", "")], Dates(clock, float(shown.times[0]), float(shown.times[-1])))
    _labels(page, shown, clock)
    return axes


def _all_places(capacity: pd.DataFrame, until: object) -> tuple[Shown, Clock]:
    housing = choose(capacity, "kind", STATE_ACCOMMODATION)
    together = housing.groupby("time", sort=True)[["capacity", "people", "over"]].sum()
    transit = capacity[capacity["kind"] == TRANSIT].groupby("time", sort=True)[["people", "over"]].sum()
    transit = transit.reindex(together.index, fill_value=0.0)
    times, clock = read_times(pd.Series(together.index))
    beds, housed, waiting = floats(together["capacity"]), floats(together["people"]), floats(transit["people"])
    return _until(Shown(times, beds, housed, waiting, floats(together["over"]) + floats(transit["over"])), clock, until), clock


def _one_place(capacity: pd.DataFrame, place: str, until: object) -> tuple[Shown, Clock]:
    rows = choose(capacity, "place", place)
    times, clock, people = wide(rows, "place", "people")
    beds, over = (floats(wide(rows, "place", name)[2][place]) for name in ("capacity", "over"))
    return _until(Shown(times, beds, floats(people[place]), np.zeros(len(times)), over), clock, until), clock


def _until(whole: Shown, clock: Clock, until: object) -> Shown:
    if until is None:
        moving = unsettled(whole.housed[:, None]) | unsettled(whole.beds[:, None])
        moving |= whole.over + whole.waiting > 0.01 * whole.housed.max()
        until = clock.local(quiet_after(whole.times, moving.astype(float), margin=0.5))
    keep = before(whole.times, clock, until)
    return Shown(*(values[keep] for values in (whole.times, whole.beds, whole.housed, whole.waiting, whole.over)))


def _words(capacity: pd.DataFrame, shown: Shown, place: str | None, clock: Clock) -> Words:
    where = "in all provinces together" if place is None else f"in {place}"
    peak = peak_of(shown.over)
    most = peak_of(shown.housed)
    if shown.over[peak] >= 0.5:
        start = clock.day(float(shown.times[np.argmax(shown.over >= 0.5)]))
        title = f"{style.people(shown.over[peak])} without a place on {clock.day(float(shown.times[peak]))} {where}; the first on {start}"
    elif shown.housed[most] + shown.waiting.max() < 0.5:
        title = f"Nobody needs a bed {where}"
    else:
        beds, day = style.whole(float(shown.beds[most])), clock.day(float(shown.times[most]))
        title = f"Nobody is without a place {where}; at most {style.whole(float(shown.housed[most]))} of {beds} beds are in use ({day})"
    reading = "Dark line: usable beds. Blue: people in beds." + (
        " Dotted yellow: waiting for a bed in transit places." if place is None else ""
    )
    reading += " Hatched red: without a place." + shown_to(clock, float(shown.times[-1]), float(read_times(capacity["time"])[0].max()))
    return words(capacity, title, reading, clock, float(shown.times[0]))


def _draw(axes: Axes, shown: Shown) -> None:
    top = shown.housed + shown.waiting
    placed = top - shown.over
    lower = np.minimum(shown.housed, placed)
    axes.fill_between(shown.times, 0.0, lower, color=style.LIGHT_BLUE, linewidth=0, label="housed")
    if shown.waiting.any():
        dotted: dict[str, Any] = {"facecolor": style.YELLOW, "edgecolor": style.GREY, "hatch": "....", "linewidth": 0}
        axes.fill_between(shown.times, lower, placed, label="waiting", **dotted)
    if shown.over.any():
        hatched: dict[str, Any] = {"facecolor": style.RED, "edgecolor": style.WHITE, "hatch": "////", "linewidth": 0, "zorder": 2}
        axes.fill_between(shown.times, placed, top, label="without a place", **hatched)
    axes.plot(shown.times, top, color=style.BLUE, linewidth=1.2, label="people", zorder=3)
    axes.step(shown.times, shown.beds, where="pre", color=style.NAVY, linewidth=2.2, label="usable beds", zorder=3)
    style.amounts(axes, float(max(top.max(), shown.beds.max())), ticks=6, headroom=1.15)


def _labels(page: Page, shown: Shown, clock: Clock) -> None:
    axes: Axes = page.panels[0]
    beds, housed = float(shown.beds[-1]), float(shown.housed[-1])
    labels = [
        EndLabel(housed, f"{style.whole(housed)} people in beds", style.BLUE),
        EndLabel(beds, f"{style.whole(beds)} usable beds", style.NAVY),
    ]
    if shown.waiting[-1] >= 0.5:
        labels.append(EndLabel(housed + float(shown.waiting[-1]), f"{style.whole(float(shown.waiting[-1]))} waiting for a bed", style.TEXT))
    end_labels(axes, labels, width=RIGHT)
    peak = peak_of(shown.over)
    if shown.over[peak] < 0.5:
        return
    at, first = float(shown.times[peak]), float(shown.times[np.argmax(shown.over >= 0.5)])
    said = f"{style.people(shown.over[peak])} without a place, {clock.moment(at)} (first: {clock.moment(first)})"
    height = float(max(shown.beds.max(), (shown.housed + shown.waiting).max()))
    axes.plot([at, at], [float(shown.housed[peak] + shown.waiting[peak]), height], color=style.RED, linewidth=1.0, zorder=3)
    peak_label(axes, at, height, said, colour=style.RED, dot=False)
