"""Bounds as times, rows at chosen bounds, and what happens on each calendar date of the scenario's own offset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats, Integers
from refugee_model.errors import Problem
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR, Timeline
from refugee_model.wording import as_found

LEAST_HOURS = 1.0 / 60.0
"""Rows of a table are at least a minute apart, as steps are."""


def times(timeline: Timeline, hours: Floats) -> pd.DatetimeIndex:
    """Hours after the start as times in the offset of the start, to the second; NaN gives a blank."""
    start = pd.Timestamp(timeline.time_at(0.0)).as_unit("us")
    return pd.DatetimeIndex(
        start + pd.to_timedelta(np.rint(np.asarray(hours, dtype=float) * SECONDS_PER_HOUR), unit="s")
    ).as_unit("us")


def hours_after_start(times: pd.Series, timeline: Timeline) -> pd.Series:
    """Times of a table as hours after the start [h]."""
    return (times - pd.Timestamp(timeline.start)).dt.total_seconds() / SECONDS_PER_HOUR


def time(timeline: Timeline, hours: float) -> Any:
    """One time in the offset of the start, or a blank (NaT) for NaN."""
    return times(timeline, np.asarray([hours]))[0]


def rows_at(hours: Floats, every_hours: float | None) -> Integers:
    """Positions of the bounds nearest to the multiples of ``every_hours``, and of the last bound, each once; all of
    them for None. What is summed between rows then covers the whole projection.

    >>> import numpy as np
    >>> rows_at(np.array([0.0, 0.9, 2.0, 3.0, 4.2]), 2.0)
    array([0, 2, 4])
    """
    if every_hours is None:
        return np.arange(len(hours))
    wanted = np.arange(0.0, hours[-1] + every_hours * 1e-9, every_hours)
    after = np.clip(np.searchsorted(hours, wanted), 1, len(hours) - 1)
    nearer_before = wanted - hours[after - 1] <= hours[after] - wanted
    nearest = np.where(nearer_before, after - 1, after)
    return np.unique(np.append(nearest, len(hours) - 1)).astype(np.int64)


def find_wrong_hours(every_hours: object) -> list[Problem]:
    """What is wrong with the time between rows."""
    if every_hours is None:
        return []
    if isinstance(every_hours, int | float | np.number) and not isinstance(every_hours, bool):
        least = LEAST_HOURS * (1.0 - 1e-9)
        if least <= every_hours < np.inf:
            return []
    expected = f"expected a number of hours, at least {LEAST_HOURS:.4f} (a minute), or None for a row at every bound"
    return [Problem("every_hours", f"found {as_found(every_hours)}, {expected}")]


def summed(flow: Floats, rows: Integers, *, from_start: bool = False) -> Floats:
    """What moved since the row before, array (step, ...) to (row, ...); in the first row 0, or since the start."""
    result = np.zeros((len(rows), *flow.shape[1:]))
    edges = np.concatenate(([0], rows)) if from_start else rows
    if len(edges) > 1:
        result[len(rows) - len(edges) + 1 :] = np.add.reduceat(flow[: rows[-1]], edges[:-1], axis=0)
    return result


def interpolated(hours: Floats, values: Floats, wanted: Floats) -> Floats:
    """Values (bound, ...) at times (time,) [h] between bounds, on straight lines; outside that of the nearest."""
    low = np.clip(np.searchsorted(hours, wanted, side="right") - 1, 0, len(hours) - 2)
    part = np.clip((wanted - hours[low]) / (hours[low + 1] - hours[low]), 0.0, 1.0)
    part = part.reshape(-1, *(1,) * (values.ndim - 1))
    result: Floats = values[low] * (1.0 - part) + values[low + 1] * part
    return result


def integral(hours: Floats, values: Floats) -> Floats:
    """Sum over time on straight lines between bounds, array (...) [unit of values x h]."""
    steps = np.diff(hours).reshape(-1, *(1,) * (values.ndim - 1))
    result: Floats = np.sum(0.5 * (values[1:] + values[:-1]) * steps, axis=0)
    return result


@dataclass(frozen=True)
class Days:
    """The calendar dates of a projection; the first and the last may be partial."""

    edges: Floats
    """Array (date + 1,) [h]: when each date begins within the projection, and when the last ends."""
    dates: pd.DatetimeIndex
    """The dates, without an offset."""

    @property
    def lengths(self) -> Floats:
        """How much of each date lies within the projection, array (date,) [days]."""
        return np.diff(self.edges) / HOURS_PER_DAY

    def date_of(self, hours: Floats) -> Integers:
        """Position of the date on which a time falls; -1 after the projection, 0 for all times before it."""
        position = np.searchsorted(self.edges, hours, side="right") - 1
        last = len(self.edges) - 1
        return np.where(np.asarray(hours) >= self.edges[-1], -1, np.clip(position, 0, last - 1)).astype(np.int64)


def days_between(timeline: Timeline, hours: Floats) -> Days:
    """The calendar dates from the start to the last of ``hours``, in the offset of the start; at least one."""
    end = float(hours[-1])
    midnights = np.arange(timeline.hour_of_day(0.0), end, HOURS_PER_DAY)
    midnights = np.rint(midnights * SECONDS_PER_HOUR) / SECONDS_PER_HOUR
    edges = np.concatenate(([0.0], midnights[(midnights > 0) & (midnights < end)], [end]))
    first = timeline.start.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    return Days(edges, pd.date_range(first, periods=len(edges) - 1, freq="D").as_unit("us"))
