"""Moments and schedules as a person writes them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from refugee_model.scenario.timeline import Timeline, instants, starts, value_at
from refugee_model.scenario.values import Moment, NonNegativeSchedule

MOMENT: TypeAdapter[datetime | float] = TypeAdapter(Moment)
SCHEDULE: TypeAdapter[object] = TypeAdapter(NonNegativeSchedule)
NOON = datetime(2023, 9, 24, 12, tzinfo=timezone(timedelta(hours=4)))
LINE = Timeline(start=NOON, days=20, step_minutes=60)


@pytest.mark.parametrize(
    "written", ["2023-09-24T12:00+04:00", " 2023-09-24 12:00:00+0400", "2023-09-24T08:00Z", "20230924T1200+04", NOON]
)
def test_time(written: object) -> None:
    assert MOMENT.validate_python(written) == NOON


def test_number_is_days() -> None:
    read = MOMENT.validate_python(2)
    assert read == 2.0
    assert isinstance(read, float)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2023-09-24",
        "2023-09-24T12:00",
        "24.09.2023 12:00+04:00",
        "2023-13-01T00:00+04:00",
        "1023-09-24T12:00+04:00",
        True,
        None,
        [],
        {},
        b"x",
        float("nan"),
        float("inf"),
        1e9,
        10**400,
        NOON.replace(tzinfo=None),
        NOON.date(),
        NOON.time(),
    ],
)
def test_not_a_moment(written: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(written)


def test_times_of_pandas_are_times() -> None:
    pandas = pytest.importorskip("pandas")
    assert MOMENT.validate_python(pandas.Timestamp(NOON)) == NOON
    assert type(MOMENT.validate_python(pandas.Timestamp(NOON))) is datetime
    with pytest.raises(ValidationError):
        MOMENT.validate_python(pandas.NaT)


def test_schedule_holds_from_each_entry_on() -> None:
    schedule = SCHEDULE.validate_python(
        [{"value": 1}, {"since": 2, "value": 5}, {"since": "2023-09-27T12:00+04:00", "value": 0}]
    )
    assert starts(schedule, LINE) == [float("-inf"), 48, 72]
    assert [value_at(schedule, LINE, hours) for hours in (-5, 0, 47.9, 48, 71.9, 72, 1000)] == [1, 1, 1, 5, 5, 0, 0]
    assert instants([schedule, 3.0], LINE) == [0, 48, 72]


def test_number_holds_throughout() -> None:
    assert value_at(SCHEDULE.validate_python(3), LINE, 17) == 3
    assert starts(3.0, LINE) == [float("-inf")]


@pytest.mark.parametrize("written", ["3", True, None, [], {}, [3], -1, [{"value": -1}], [{"value": "3"}], float("nan")])
def test_not_a_schedule(written: object) -> None:
    with pytest.raises(ValidationError):
        SCHEDULE.validate_python(written)
