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

from refugee_model.tables.capacity import STATE_ACCOMMODATION
from refugee_model.tables.peaks import FULL
from refugee_model.views import style
from refugee_model.views.clock import Clock
from refugee_model.views.columns import Floats, before, choose, floats, peak_of, quiet_after, require, unsettled, wide
from refugee_model.views.occupancy import COLUMNS
from refugee_model.views.page import Dates, Words, open_page, shown_to, words


@dataclass(frozen=True)
class Province:
    """One panel.

    Attributes
    ----------
    name : str
        Name of the province.
    people, beds : array (time,) [people]
        People in state accommodation, and usable beds.
    """

    name: str
    people: Floats
    beds: Floats

    @property
    def used(self) -> Floats:
        """Share of beds in use, array (time,); people without any bed count as full."""
        return np.divide(self.people, self.beds, out=np.where(self.people >= 0.5, 1.0, 0.0), where=self.beds > 0)

    @property
    def full_at(self) -> int | None:
        """Position of the first time at which it is full; None when it never is."""
        full = self.used >= FULL
        return int(np.argmax(full)) if full.any() else None


def plot_provinces(
    capacity: pd.DataFrame, *, common_scale: bool = False, until: object = None, figure: Figure | None = None
) -> NDArray[Any]:
    """Draw people against usable beds in each province, those that fill first first.

    Parameters
    ----------
    capacity : DataFrame
        The capacity table: time, place, kind, capacity, people, over [people].
    common_scale : bool
        Whether all panels share one vertical scale, to compare sizes.
    until : time, optional
        Last time shown; without it the chart ends some time after people and beds have settled.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    array of Axes
        One for each province, in the order in which they fill; then those that do not fill, fullest first.

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
    provinces = [Province(str(name), floats(people[name]), floats(beds[name])) for name in people.columns]
    provinces.sort(key=lambda one: (math.inf if one.full_at is None else one.full_at, -float(one.used.max())))
    if until is None:
        moving = unsettled(people.to_numpy(dtype=float)) | unsettled(beds.to_numpy(dtype=float))
        moving[: max((one.full_at + 1 for one in provinces if one.full_at is not None), default=0)] = True
        until = clock.local(quiet_after(times, moving.astype(float), margin=0.75))
    last = float(times[before(times, clock, until)][-1])
    shape = grid_of(len(provinces))
    page = open_page(_words(capacity, provinces, times, clock, last), shape, figure=figure, height=4.0 + 3.9 * max(shape[0], 2))
    highest = [float(max(one.people.max(), one.beds.max())) for one in provinces]
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
        first = clock.day(float(times[full[0].full_at or 0]))
        title = f"{len(full)} of {counted} with beds fill{'s' if len(full) == 1 else ''} up: {full[0].name} first, on {first}"
    elif with_beds:
        title = f"None of {counted} with beds fills up by {clock.date(float(times[-1]))}"
    else:
        title = "No province has beds in state accommodation"
    reading = "Area: people in state accommodation. Dark line: usable beds. Full: 99.5\u00a0% of beds in use."
    reading += shown_to(clock, last, float(times[-1])) or f" {clock.day(float(times[0]))} to {clock.end(last)}."
    return words(capacity, title, reading, clock, float(times[0]))


def _when(one: Province, times: Floats, clock: Clock) -> str:
    if not one.beds.any() and not one.people.any():
        return "no beds"
    if one.full_at is not None:
        return f"full on {clock.moment(float(times[one.full_at]))}"
    if not one.people.any():
        return "nobody there"
    most = peak_of(one.used)
    share = min(math.floor(100.0 * float(one.used[most])), 99)
    return f"at most {share} % in use, {clock.day(float(times[most]))}"


def _draw(axes: Axes, one: Province, times: Floats) -> None:
    axes.fill_between(times, 0.0, one.people, color=style.LIGHT_BLUE, linewidth=0)
    axes.plot(times, one.people, color=style.BLUE, linewidth=1.0, label="people")
    axes.step(times, one.beds, where="pre", color=style.NAVY, linewidth=1.6, label="usable beds")
    over = one.people > one.beds + 0.5
    if over.any():
        axes.fill_between(times, one.beds, one.people, where=over, facecolor=style.RED, edgecolor=style.WHITE, hatch="////", linewidth=0)
    if one.full_at is not None and one.beds.any():
        axes.axvline(float(times[one.full_at]), color=style.RED, linewidth=1.1, zorder=1)
