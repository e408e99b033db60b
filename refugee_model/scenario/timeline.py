"""Dates to numbers and back: the only place where they meet.

Stocks stand at bounds, flows run over the steps between them, and a step is closed on the left::

    bound   0        1        2        3          stocks[0..n], capacity that held just before the bound
            |--step0-|--step1-|--step2-|          flows[0..n-1]

The regular grid is broken at every scheduled event, so that what closes at 02:20 closes at 02:20.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator, Field, Tag

from refugee_model.scenario.values import Assumptions, Time, about

SECONDS_PER_HOUR = 3600.0
HOURS_PER_DAY = 24.0
NIGHT_HOUR = 2.0
"""Clock hour at which a night is counted: hardly anybody moves, and the date is that of the morning."""
MAX_STEPS = 1_000_000
AUTO: Final = "auto"
"""Steps as short as what happens asks for."""
SHORTEST_MINUTES = 15.0
"""Length of the shortest of them."""


def _kind(step: Any) -> str:
    """Whether a length of steps is a word or a number."""
    return "word" if isinstance(step, str) and not step.strip()[:1].isdigit() else "number"


Step = Annotated[
    Annotated[Literal["auto"], Tag("word")] | Annotated[float, Field(strict=True, ge=1, le=1440), Tag("number")],
    Discriminator(_kind),
]


class Timeline(Assumptions):
    """When the projection starts, how long it runs and how fine it is."""

    start: Time = Field(description="Time at which the projection starts, with its offset from UTC")
    days: Annotated[float, Field(strict=True, gt=0, le=3650)] = Field(
        60.0,
        description="How long the projection runs",
        json_schema_extra=about("days", usual=(1, 400), why="assumed: a contingency plan looks days to a year ahead"),
    )
    step_minutes: Step = Field(
        AUTO,
        description="Length of a regular step, or 'auto': 15 while many people move, up to 120 when little changes; "
        "steps are broken further at every scheduled event",
        json_schema_extra=about(
            "minutes",
            usual=(1, 120),
            why="measured by this project: peaks lie within 1 % of those at 30 minutes up to 60; 120 assumed",
        ),
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

    def time_at(self, hours: float) -> datetime:
        """The time that lies so many hours after the start, in the offset of the start, to the second."""
        return self.start + timedelta(seconds=round(hours * SECONDS_PER_HOUR))

    def hour_of_day(self, hour: float) -> float:
        """Hours after the start at which the clock first shows ``hour`` (0 to 24) on or before the start."""
        clock = self.start.hour + self.start.minute / 60.0 + self.start.second / SECONDS_PER_HOUR
        return float(hour - clock if hour <= clock else hour - clock - 24.0)

    @property
    def nights(self) -> NDArray[np.float64]:
        """When nights are counted: 02:00 of each date, the start and the end included if they fall on it.

        Array (night,) [h].
        """
        end = round(self.hours * SECONDS_PER_HOUR)
        seconds = np.rint(
            np.arange(self.hour_of_day(NIGHT_HOUR), self.hours + HOURS_PER_DAY, HOURS_PER_DAY) * SECONDS_PER_HOUR
        )
        within: NDArray[np.float64] = seconds[(seconds >= 0) & (seconds <= end)] / SECONDS_PER_HOUR
        return within

    def daily(self, hours_of_day: Iterable[float]) -> list[float]:
        """Every moment within the projection at which the clock shows one of these hours."""
        moments, end = list[float](), self.hours
        for hour in set(hours_of_day):
            moments.extend(np.arange(self.hour_of_day(hour), end + 24.0, 24.0).tolist())
        return [moment for moment in moments if 0 < moment < end]

    def bounds(self, events: Iterable[float] = (), regular: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Bounds of all steps: the regular grid, or where ``regular`` steps begin [h], broken at events."""
        end = round(self.hours * SECONDS_PER_HOUR)
        grid = np.arange(0.0, end, self.shortest_minutes * 60.0) if regular is None else regular * SECONDS_PER_HOUR
        moments = np.asarray(list(events), dtype=float)
        broken = np.round(moments[(moments > 0.0) & (moments < self.hours)] * SECONDS_PER_HOUR)
        seconds: NDArray[np.float64] = np.unique(np.concatenate((np.round(grid), broken, [0.0, end])))
        return seconds[seconds <= end] / SECONDS_PER_HOUR
