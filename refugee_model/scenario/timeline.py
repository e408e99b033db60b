"""Dates to numbers and back, the only place where they meet; and schedules: what holds when.

Stocks stand at bounds, flows run over the steps between them, and a step is closed on the left::

    bound   0        1        2        3          stocks[0..n], capacity that held just before the bound
            |--step0-|--step1-|--step2-|          flows[0..n-1]

The regular grid is broken at every scheduled event, so that what closes at 02:20 closes at 02:20.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag

from refugee_model.arrays import Floats
from refugee_model.scenario.fields import models_in
from refugee_model.scenario.remembered import remembered
from refugee_model.scenario.values import Assumptions, Change, Time, given

SECONDS_PER_HOUR = 3600.0
HOURS_PER_DAY = 24.0
NIGHT_HOUR = 2.0
"""Clock hour at which a night is counted: hardly anybody moves, and the date is that of the morning."""
MAX_STEPS = 1_000_000
LEAST_STEP_MINUTES = 1
"""Shorter ones cannot be asked for."""
AUTO: Final = "auto"
"""Steps as short as what happens asks for."""
SHORTEST_MINUTES = 15.0
"""Length of the shortest of them."""


def _kind(step: Any) -> str:
    """Whether a length of steps is a word or a number."""
    return "word" if isinstance(step, str) and not step.strip()[:1].isdigit() else "number"


Step = Annotated[
    Annotated[Literal["auto"], Tag("word")]
    | Annotated[float, Field(strict=True, ge=LEAST_STEP_MINUTES, le=1440), Tag("number")],
    Discriminator(_kind),
]


class Timeline(Assumptions):
    """When the projection starts, how long it runs and how fine it is."""

    start: Time = Field(description="Time at which the projection starts, with its offset from UTC")
    days: Annotated[float, Field(strict=True, gt=0, le=3650)] = given(
        "How long the projection runs",
        "days",
        default=60.0,
        usual=(1, 400, "assumed: a contingency plan looks days to a year ahead"),
    )
    step_minutes: Step = given(
        "Length of a regular step, or 'auto': 15 while many people move, up to 120 when little changes; "
        "steps are broken further at every scheduled event",
        "minutes",
        default=AUTO,
        usual=(1, 120, "measured by this project: peaks lie within 1 % of those at 30 minutes up to 60; 120 assumed"),
    )

    @property
    def hours(self) -> float:
        """Length of the projection [h]."""
        return self.days * 24.0

    @property
    def shortest_minutes(self) -> float:
        """Length of the shortest regular step."""
        return SHORTEST_MINUTES if isinstance(self.step_minutes, str) else self.step_minutes

    @property
    def most_steps(self) -> float:
        """How many regular steps there are, if all are as short as the shortest."""
        return self.hours * 60.0 / self.shortest_minutes

    def hours_at(self, moment: datetime | float) -> float:
        """Hours from the start to a moment, rounded to the second."""
        seconds = (moment - self.start).total_seconds() if isinstance(moment, datetime) else moment * 86400.0
        return round(seconds) / SECONDS_PER_HOUR

    def end_at(self, until: datetime | float | None) -> float:
        """The same of an end; infinite where it is blank [h]."""
        return float("inf") if until is None else self.hours_at(until)

    def time_at(self, hours: float) -> datetime:
        """The time that lies so many hours after the start, in the offset of the start, to the second."""
        return self.start + timedelta(seconds=round(hours * SECONDS_PER_HOUR))

    def clock(self, hours: float) -> str:
        """The same to the minute, as a person would write it."""
        return self.time_at(hours).isoformat(timespec="minutes")

    def hour_of_day(self, hour: float) -> float:
        """Hours after the start at which the clock first shows ``hour`` (0 to 24) on or before the start."""
        clock = self.start.hour + self.start.minute / 60.0 + self.start.second / SECONDS_PER_HOUR
        return float(hour - clock if hour <= clock else hour - clock - 24.0)

    @property
    def nights(self) -> Floats:
        """When nights are counted: 02:00 of each date, the start and the end included if they fall on it.

        Array (night,) [h].
        """
        end = round(self.hours * SECONDS_PER_HOUR)
        nights = np.arange(self.hour_of_day(NIGHT_HOUR), self.hours + HOURS_PER_DAY, HOURS_PER_DAY)
        seconds = np.rint(nights * SECONDS_PER_HOUR)
        within: Floats = seconds[(seconds >= 0) & (seconds <= end)] / SECONDS_PER_HOUR
        return within

    def daily(self, hours_of_day: Iterable[float]) -> list[float]:
        """Every moment within the projection at which the clock shows one of these hours."""
        moments, end = list[float](), self.hours
        for hour in set(hours_of_day):
            moments.extend(np.arange(self.hour_of_day(hour), end + 24.0, 24.0).tolist())
        return [moment for moment in moments if 0 < moment < end]

    def bounds(self, events: Iterable[float] = (), regular: Floats | None = None) -> Floats:
        """Bounds of all steps: the regular grid, or where ``regular`` steps begin [h], broken at events."""
        end = round(self.hours * SECONDS_PER_HOUR)
        grid = np.arange(0.0, end, self.shortest_minutes * 60.0) if regular is None else regular * SECONDS_PER_HOUR
        moments = np.asarray(list(events), dtype=float)
        broken = np.round(moments[(moments > 0.0) & (moments < self.hours)] * SECONDS_PER_HOUR)
        seconds: Floats = np.unique(np.concatenate((np.round(grid), broken, [0.0, end])))
        return seconds[seconds <= end] / SECONDS_PER_HOUR


def is_schedule(value: Any) -> bool:
    """Whether a value is a list of changes rather than one number throughout."""
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Change)


def starts(schedule: Any, timeline: Timeline) -> list[float]:
    """Hours at which the entries of a schedule begin to hold."""
    if not is_schedule(schedule):
        return [float("-inf")]
    return [timeline.hours_at(change.since) if change.since is not None else float("-inf") for change in schedule]


def value_at(schedule: Any, timeline: Timeline, hours: float) -> float:
    """The number that holds at a time."""
    if not is_schedule(schedule):
        return float(schedule)
    begun = [change.value for change, since in zip(schedule, starts(schedule, timeline), strict=True) if since <= hours]
    return float(begun[-1] if begun else schedule[0].value)


LEAST_DURATION = 1e-200
"""Hours that are as good as none, by which can be divided."""


def ramped(hours: Any, first: Any, duration: Any) -> Any:
    """Share of an order that has come by a time: 0 up to the first, then evenly, then 1; of numbers or arrays.

    >>> [float(ramped(hours, 1.0, duration)) for hours, duration in ((3.0, 4.0), (1.0, 0.0), (1.5, 0.0))]
    [0.5, 0.0, 1.0]
    """
    return np.minimum(1.0, np.maximum(0.0, hours - first) / np.maximum(duration, LEAST_DURATION))


def most_of(value: Any) -> float:
    """The highest number that a value ever takes; 0 where it is blank."""
    if is_schedule(value):
        return float(max(change.value for change in value))
    return float(value or 0.0)


def instants(schedules: list[Any], timeline: Timeline) -> list[float]:
    """Hours within the projection at which any of several schedules may change, from its start on."""
    changes = {since for schedule in schedules for since in starts(schedule, timeline)}
    return [0.0, *sorted(since for since in changes if 0 < since < timeline.hours)]


@cache
def _moment_fields(model: type[Assumptions]) -> tuple[str, ...]:
    return tuple(
        name
        for name, field in model.model_fields.items()
        if "datetime" in str(field.annotation) and not models_in(field.annotation)
    )


@cache
def _group_fields(model: type[Assumptions]) -> tuple[str, ...]:
    return tuple(name for name, field in model.model_fields.items() if models_in(field.annotation))


def _groups(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every group and every schedule under a value."""
    inner: Mapping[Any, Any] = {}
    if isinstance(value, Assumptions):
        yield path, value
        inner = {name: getattr(value, name) for name in _group_fields(type(value))}
    elif isinstance(value, Mapping):
        inner = value
    elif isinstance(value, tuple):
        if is_schedule(value):
            yield path, value
        inner = dict(enumerate(value))
    for name, one in inner.items():
        yield from _groups(one, f"{path}.{name}")


def moments(value: Assumptions, path: str) -> Iterator[tuple[str, datetime | float]]:
    """Every moment under a value."""
    return ((f"{path}{where}", moment) for where, moment in _moments(value))


def schedules(value: Assumptions, path: str) -> Iterator[tuple[str, tuple[Change[float], ...]]]:
    """Every schedule under a value."""
    return ((f"{path}{where}", schedule) for where, schedule in _schedules(value))


@remembered
def _moments(value: Assumptions) -> list[tuple[str, datetime | float]]:
    return [
        (f"{where}.{name}", moment)
        for where, group in _groups(value, "")
        for name in (_moment_fields(type(group)) if isinstance(group, Assumptions) else ())
        if (moment := getattr(group, name)) is not None
    ]


@remembered
def _schedules(value: Assumptions) -> list[tuple[str, tuple[Change[float], ...]]]:
    return [found for found in _groups(value, "") if is_schedule(found[1])]
