"""The time up to which a forecast knows reports, as a person gives it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from refugee_model.errors import Problem, RequestError

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

EXAMPLE = "2023-09-26T20:00+04:00"


def middle(scenario: Scenario) -> str:
    """A time within the scenario, as an example."""
    return scenario.timeline.time_at(0.5 * scenario.timeline.hours).isoformat(timespec="minutes")


def ends(scenario: Scenario) -> list[str]:
    """When a scenario begins and ends."""
    times = (scenario.timeline.time_at(hours) for hours in (0.0, scenario.timeline.hours))
    return [time.isoformat(timespec="minutes") for time in times]


def read_until(scenario: Scenario | None, until: str | datetime | None) -> datetime | None:
    """A time that is given, checked against the scenario where that could be read; None where none is given."""
    if until is None:
        return None
    try:
        time = datetime.fromisoformat(until) if isinstance(until, str) else _datetime(until)
        if pd.isna(time) or time.utcoffset() is None:
            raise ValueError
    except (ValueError, TypeError):
        example = EXAMPLE if scenario is None else middle(scenario)
        raise _refused(f"found {str(until)!r}, expected a time with its offset from UTC, such as {example}") from None
    if scenario is not None and not 0.0 < scenario.timeline.hours_at(time) < scenario.timeline.hours:
        raise _refused(
            f"found {time.isoformat(timespec='minutes')}, expected a time between {' and '.join(ends(scenario))}"
        )
    return time


def _datetime(given: datetime) -> datetime:
    time: datetime = pd.Timestamp(given).to_pydatetime(warn=False)
    return time


def _refused(reason: str) -> RequestError:
    return RequestError("no forecast can be made", [Problem("until", reason)])
