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

from refugee_model.arguments import takes
from refugee_model.tables.capacity import STATE_ACCOMMODATION, first_full, full
from refugee_model.views import style
from refugee_model.views.clock import Clock
from refugee_model.views.columns import Floats, before, choose, floats, peak_of, quiet_after, require, unsettled, wide
from refugee_model.views.occupancy import COLUMNS
from refugee_model.views.page import Dates, Words, open_page, shown_to, words
from refugee_model.views.settings import drawn_with_our_settings

MOST, NAMED = 48, 40
"""Panels on a sheet, and provinces without one that are named."""


@dataclass(frozen=True)
class Province:
    """One panel.

    Attributes
    ----------
    name : str
        Name of the province.
    times : array (time,) [days]
        Positions on a date axis.
    people, reserved, beds : array (time,) [people]
        People in state accommodation, people on the way for whom a bed is kept, and usable beds.
    """

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
    def used(self) -> Floats:
        """Share of beds in use or kept, array (time,); people without any bed count as full."""
        return np.divide(self.taken, self.beds, out=np.where(self.people >= 0.5, 1.0, 0.0), where=self.beds > 0)

    @property
    def full_at(self) -> float | None:
        """When nobody more can be assigned to it for the first time, on a date axis; None when it never is."""
        without = (self.beds <= 0) & (self.people >= 0.5)
        if not without.any():
            when = float(first_full(self.times, self.beds, self.taken))
            return None if math.isnan(when) else when
        found = full(self.beds, self.taken) | without
        return float(self.times[int(np.argmax(found))])


@takes("this cannot be drawn")
@drawn_with_our_settings
def plot_provinces(
    capacity: pd.DataFrame, *, common_scale: bool = False, until: object = None, figure: Figure | None = None
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
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    array of Axes
        One for each province, in the order in which they fill; then those that do not fill, fullest first. At most 48: those left out
        are named below the title.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty or holds no state accommodation, or ``until`` is before it.

    Examples
    --------
    >>> plot_provinces(rm.capacity_table(run), common_scale=True)  # doctest: +SKIP
    """
    require(capacity, COLUMNS, name="capacity")
    rows = choose(capacity, "kind", STATE_ACCOMMODATION)
    times, clock, people = wide(rows, "place", "people")
    beds = wide(rows, "place", "capacity")[2]
    reserved = wide(rows, "place", "reserved")[2] if "reserved" in rows else people * 0.0
    provinces = [Province(str(name), times, floats(people[name]), floats(reserved[name]), floats(beds[name])) for name in people.columns]
    provinces.sort(key=lambda one: (math.inf if one.full_at is None else one.full_at, -float(one.used.max())))
    if until is None:
        moving = unsettled(people.to_numpy(dtype=float)) | unsettled(beds.to_numpy(dtype=float))
        last_full = max((one.full_at for one in provinces if one.full_at is not None), default=-math.inf)
        moving[: int(np.searchsorted(times, last_full)) + 1 if math.isfinite(last_full) else 0] = True
        until = clock.local(quiet_after(times, moving.astype(float), margin=0.75))
    last = float(times[before(times, clock, until)][-1])
    said = _words(capacity, provinces, times, clock, last)
    provinces = provinces[:MOST]
    shape = grid_of(len(provinces))
    page = open_page(said, shape, figure=figure, height=4.0 + 3.9 * max(shape[0], 2))
    highest = [float(max(one.taken.max(), one.beds.max())) for one in provinces]
    for number, (axes, one) in enumerate(zip(page.panels, provinces, strict=False)):
        _draw(axes, one, times)
        style.amounts(axes, max(highest) if common_scale else highest[number], ticks=3, headroom=1.08)
        axes.tick_params(axis="both", labelsize=style.TICK_SIZE - 1.0)
    for axes in page.panels[len(provinces) :]:
        axes.remove()
    headings = [(one.name, _when(one, times, clock)) for one in provinces]
    size = style.HEADING_SIZE if shape[1] < 5 else style.LABEL_SIZE - 1.0
    page.settle(headings, Dates(clock, float(times[0]), last, years=False), size=size)
    shown: NDArray[Any] = page.panels[: len(provinces)]
    return shown


def grid_of(count: int) -> tuple[int, int]:
    """Rows and columns of so many small panels on a landscape sheet.

    Examples
    --------
    >>> grid_of(1), grid_of(11), grid_of(40)
    ((1, 1), (3, 4), (7, 6))
    """
    columns = next(wide for most, wide in ((1, 1), (4, 2), (6, 3), (12, 4), (20, 5), (math.inf, 6)) if count <= most)
    return math.ceil(count / columns), columns


def _words(capacity: pd.DataFrame, provinces: list[Province], times: Floats, clock: Clock, last: float) -> Words:
    with_beds = [one for one in provinces if one.beds.any() or one.people.any()]
    full = [one for one in with_beds if one.full_at is not None]
    counted = style.counted(len(with_beds), "province", "provinces")
    if full:
        first = clock.day(_to_the_hour(min(one.full_at for one in full if one.full_at is not None)))
        title = f"{len(full)} of {counted} with beds fill{'s' if len(full) == 1 else ''} up: {full[0].name} first, on {first}"
    elif with_beds:
        title = f"None of {counted} with beds fills up by {clock.date(float(times[-1]))}"
    else:
        title = "No province has beds in state accommodation"
    reading = "Area: people in state accommodation. Dark line: usable beds. Full: nobody more can be assigned to it"
    reading += ", some beds being kept for people on the way (dotted)." if any(one.reserved.max() >= 0.5 for one in provinces) else "."
    reading += shown_to(clock, last, float(times[-1])) or f" {clock.day(float(times[0]))} to {clock.end(last)}."
    reading += _left_out([one.name for one in provinces[MOST:]])
    return words(capacity, title, reading, clock, float(times[0]))


def _left_out(names: list[str]) -> str:
    """Says which provinces are not drawn; empty where all are."""
    if not names:
        return ""
    more = f" and {len(names) - NAMED:,} more (all in capacity.csv)" if len(names) > NAMED else ""
    return f" Not drawn, as they fill later or less: {', '.join(names[:NAMED])}{more}."


def _when(one: Province, times: Floats, clock: Clock) -> str:
    if not one.beds.any() and not one.people.any():
        return "no beds"
    if one.full_at is not None:
        return f"full on {clock.moment(_to_the_hour(one.full_at))}"
    if not one.taken.any():
        return "nobody there"
    most = peak_of(one.used)
    share = min(math.floor(100.0 * float(one.used[most])), 99)
    return f"at most {share} % in use, {clock.day(float(times[most]))}"


def _to_the_hour(position: float) -> float:
    """A position on a date axis at the nearest full hour: what is read between steps is not known to the minute."""
    return round(position * 24.0) / 24.0


def _draw(axes: Axes, one: Province, times: Floats) -> None:
    axes.fill_between(times, 0.0, one.people, color=style.LIGHT_BLUE, linewidth=0)
    if one.reserved.max() >= 0.5:
        dotted: dict[str, Any] = {"facecolor": style.YELLOW, "edgecolor": style.GREY, "hatch": "....", "linewidth": 0}
        axes.fill_between(times, one.people, np.minimum(one.taken, np.maximum(one.beds, one.people)), **dotted)
    axes.plot(times, one.people, color=style.BLUE, linewidth=1.0, label="people")
    axes.step(times, one.beds, where="pre", color=style.NAVY, linewidth=1.6, label="usable beds")
    over = one.people > one.beds + 0.5
    if over.any():
        axes.fill_between(times, one.beds, one.people, where=over, facecolor=style.RED, edgecolor=style.WHITE, hatch="////", linewidth=0)
    if one.full_at is not None and one.beds.any():
        axes.axvline(one.full_at, color=style.RED, linewidth=1.1, zorder=1)
