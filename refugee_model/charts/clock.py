"""Times as positions on an axis, and dates as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from refugee_model.arrays import Floats
from refugee_model.scenario.values import time_of
from refugee_model.wording import day, month, short_moment

MINUTES_BETWEEN = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)
HOURS_UNTIL = 3.0
"""Days up to which hours are written."""
DAYS_BETWEEN = (1, 2, 4, 7, 14)
MONTHS_BETWEEN = (1, 2, 3, 6, 12, 24, 60)
LONG = 300.0
"""Days from which a date needs its year."""
DAYS_IN_MONTH = 365.25 / 12.0
SECOND = 1.0 / 86400.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where matplotlib counts days from, unless it is told otherwise."""


@dataclass(frozen=True)
class Clock:
    """Dates of the place that a table speaks of."""

    zone: tzinfo
    """Offset of the times of the table."""
    aware: bool = True
    """Whether the table names that offset; without it dates are taken as they stand."""
    years: bool = False
    """Whether the times span so long that every date needs its year."""

    def local(self, position: float) -> datetime:
        """The time at a position on the axis, to the second."""
        moment: datetime = EPOCH + timedelta(seconds=round(position * 86400.0))
        return moment.astimezone(self.zone)

    def position(self, moment: datetime) -> float:
        """The position on the axis of a time; one without an offset is read in the offset of the table."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        return (aware - EPOCH) / timedelta(days=1)

    def read(self, given: object) -> float:
        """The position of a time that a person gives, as text or of another kind."""
        return self.position(time_of(given, self.zone))

    def day(self, position: float) -> str:
        """The date, such as ``29 Sep``; with its year where the table spans long."""
        return day(self.local(position), year=self.years)

    def date(self, position: float) -> str:
        """The date with its year, such as ``29 Sep 2023``."""
        return day(self.local(position), year=True)

    def moment(self, position: float) -> str:
        """The date and time of day, such as ``29 Sep 18:00``."""
        return short_moment(self.local(position), year=self.years)

    def midnights(self, first: float, last: float) -> Floats:
        """Every midnight from that on or before ``first`` to that on or after ``last``."""
        day = self.local(first).replace(hour=0, minute=0, second=0, tzinfo=None)
        positions = [self.position(day)]
        while positions[-1] < last - SECOND:
            day += timedelta(days=1)
            positions.append(self.position(day))
        return np.array(positions)

    def end(self, position: float) -> str:
        """The last date before a position, so that midnight ends the day before; with its year."""
        return self.date(position - SECOND)

    def offset(self, position: float) -> str:
        """The offset from UTC, such as ``UTC+04:00``; empty where the table names none."""
        return f"UTC{self.local(position).isoformat()[-6:]}" if self.aware else ""


def read_times(column: pd.Series) -> tuple[Floats, Clock]:
    """Times, or ISO 8601 text, as positions on a date axis in UTC, array (row,) [days], and their clock."""
    times = pd.to_datetime(column)
    zone = times.dt.tz
    times = times if zone is None else times.dt.tz_convert(None)
    positions = times.to_numpy(dtype="datetime64[us]").astype(np.float64) / 86_400e6
    return positions, Clock(zone or UTC, aware=zone is not None, years=bool(np.ptp(positions) > LONG))


def show_dates(axes: Axes, clock: Clock, first: float, last: float, *, ticks: float, years: bool = True) -> None:
    """Label the horizontal axis with about so many dates; an axis without length is widened by an hour."""
    last = last if last > first else first + 1.0 / 24.0
    positions = ticks_between(clock, first, last, ticks=max(ticks, 1.0))
    years = years or clock.local(positions[0]).year != clock.local(positions[-1]).year
    labels = list(_labels(clock, positions, years))
    axes.xaxis_date(tz=clock.zone)
    axes.set_xlim(first, last)
    axes.xaxis.set_major_locator(FixedLocator(positions))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _position: labels[int(np.argmin(np.abs(np.array(positions) - value)))])
    )


def ticks_between(clock: Clock, first: float, last: float, *, ticks: float) -> list[float]:
    """Positions of round dates, at least one, as close as gives no more than so many intervals."""
    span = last - first
    hours = MINUTES_BETWEEN if span <= HOURS_UNTIL else ()
    for minutes in (*hours, *(days * 1440 for days in DAYS_BETWEEN)):
        if span * 1440.0 / minutes <= ticks:
            return _every(clock, first, last, timedelta(minutes=minutes)) or [first]
    months = next((count for count in MONTHS_BETWEEN if span / DAYS_IN_MONTH / count <= ticks), MONTHS_BETWEEN[-1])
    return _every_month(clock, first, last, months) or [first]


def _every(clock: Clock, first: float, last: float, apart: timedelta) -> list[float]:
    start = clock.local(first)
    moment = start.replace(hour=0, minute=0, second=0, tzinfo=None)
    if apart < timedelta(days=1):
        moment += ((start.replace(tzinfo=None) - moment) // apart) * apart
    found = []
    while (position := clock.position(moment)) <= last + SECOND:
        if position >= first - SECOND:
            found.append(position)
        moment += apart if found or apart < timedelta(days=1) else timedelta(days=1)
    return found


def _every_month(clock: Clock, first: float, last: float, months: int) -> list[float]:
    year, found = clock.local(first).year, []
    for count in range(0, (clock.local(last).year - year + 1) * 12, months):
        position = clock.position(datetime(year + count // 12, count % 12 + 1, 1, tzinfo=clock.zone))
        if first - SECOND <= position <= last + SECOND:
            found.append(position)
    return found


def _labels(clock: Clock, positions: list[float], years: bool) -> Iterator[str]:
    """Hours with the date where it begins, days with the month, months with the year where it begins."""
    moments = [clock.local(position) for position in positions]
    by_hour = any((moment.hour, moment.minute) != (0, 0) for moment in moments)
    by_month = not by_hour and len(moments) > 1 and all(moment.day == 1 for moment in moments)
    for number, moment in enumerate(moments):
        before = moments[number - 1] if number else None
        if by_hour:
            new_day = before is None or before.date() != moment.date()
            yield f"{moment:%H:%M}" + (f"\n{day(moment)}" if new_day else "")
        else:
            new_year = years and (before is None or before.year != moment.year)
            yield (month(moment.month) if by_month else day(moment)) + (f"\n{moment.year}" if new_year else "")
