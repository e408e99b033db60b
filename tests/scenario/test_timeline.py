"""Dates to numbers and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.scenario.timeline import Timeline

START = datetime(2023, 9, 24, 12, tzinfo=timezone(timedelta(hours=4)))


def timeline(**values: object) -> Timeline:
    return Timeline.model_validate({"start": START, "days": 20, "step_minutes": 60, **values})


@given(st.integers(-(10**7), 10**7))
def test_hours_and_time_are_inverse_to_the_second(seconds: int) -> None:
    line = timeline()
    assert line.hours_at(line.time_at(seconds / 3600)) == seconds / 3600


def test_days_and_times_name_the_same_moment() -> None:
    assert timeline().hours_at(2.5) == timeline().hours_at(START + timedelta(hours=60)) == 60


def test_offsets_do_not_matter() -> None:
    assert timeline().hours_at(datetime(2023, 9, 24, 9, tzinfo=UTC)) == 1


def test_clock_change_does_not_shift_time() -> None:
    zone = ZoneInfo("Europe/Berlin")
    line = timeline(start=datetime(2023, 10, 28, 12, tzinfo=zone))
    assert line.time_at(24) - line.start == timedelta(hours=24)
    assert line.time_at(24).astimezone(UTC) == datetime(2023, 10, 29, 10, tzinfo=UTC)


@given(st.floats(0.1, 60), st.floats(1, 1440), st.lists(st.floats(-100, 2000), max_size=20))
def test_bounds_increase_and_meet_every_event(days: float, minutes: float, events: list[float]) -> None:
    line = timeline(days=days, step_minutes=minutes)
    bounds = line.bounds(events)
    assert bounds[0] == 0
    assert bounds[-1] == pytest.approx(line.hours, abs=1 / 3600)
    assert np.all(np.diff(bounds) > 0)
    assert np.max(np.diff(bounds)) <= (minutes * 60 + 1) / 3600
    for event in events:
        if 0 < event < line.hours:
            assert np.min(np.abs(bounds - event)) <= 1 / 3600


@given(st.lists(st.floats(0, 24), min_size=1, max_size=4))
def test_daily_moments_show_the_hour(hours: list[float]) -> None:
    line = timeline()
    moments = line.daily(hours)
    assert all(0 < moment < line.hours for moment in moments)
    for hour in set(hours):
        shown = [moment for moment in moments if abs((moment + 12 - hour + 12) % 24 - 12) < 1e-6]
        assert len(shown) >= 19


def test_hour_of_day_is_on_or_before_the_start() -> None:
    assert [timeline().hour_of_day(hour) for hour in (0, 12, 13, 24)] == [-12, 0, -23, -12]
