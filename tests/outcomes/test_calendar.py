"""Bounds as times, rows at bounds, calendar dates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.calendar import Days, find_wrong_hours, integral, interpolated, rows_at, summed, time, times
from refugee_model.outcomes.groups import days_of
from refugee_model.scenario.scenario import Scenario


@pytest.fixture
def odd(at_rest: Scenario) -> Scenario:
    """A start off the hour in an offset off the hour, and a step that meets no midnight."""
    return at_rest.change(
        {"timeline.start": "2023-10-30T12:17:00+05:45", "timeline.step_minutes": 7, "timeline.days": 2.5}
    )


def test_times_are_those_of_the_timeline_to_the_second(odd: Scenario) -> None:
    run = simulate(odd)
    index = times(odd.timeline, run.hours)
    assert [stamp.to_pydatetime() for stamp in index] == [odd.timeline.time_at(hour) for hour in run.hours]
    assert index[0].isoformat() == "2023-10-30T12:17:00+05:45"
    assert index[-1].isoformat() == "2023-11-02T00:17:00+05:45"


def test_a_blank_time(odd: Scenario) -> None:
    assert time(odd.timeline, np.nan) is pd.NaT


def test_rows_at_nearest_bounds() -> None:
    hours = np.array([0.0, 1.0, 1.4, 2.0, 3.0])
    assert rows_at(hours, None).tolist() == [0, 1, 2, 3, 4]
    assert rows_at(hours, 1.5).tolist() == [0, 2, 4]
    assert rows_at(hours, 1).tolist() == [0, 1, 3, 4]
    assert rows_at(hours, 0.25).tolist() == [0, 1, 2, 3, 4]
    assert rows_at(hours, 100.0).tolist() == [0, 4]


@pytest.mark.parametrize("every", [0, -1.0, 1e-9, float("nan"), float("inf"), "6", True, [6]])
def test_time_between_rows_is_a_number_of_hours(every: object) -> None:
    (problem,) = find_wrong_hours(every)
    assert f"found {every!r}, expected a number of hours, at least 0.0167" in problem.message


@pytest.mark.parametrize("every", [None, 1.0 / 60.0, 6, np.float64(2.5)])
def test_any_hours_from_a_minute_on_will_do(every: float | None) -> None:
    assert find_wrong_hours(every) == []


def test_summed_flows() -> None:
    flow = np.arange(1.0, 5.0)[:, None]
    assert summed(flow, np.array([0, 1, 4]))[:, 0].tolist() == [0.0, 1.0, 9.0]
    assert summed(flow, np.array([1, 3]))[:, 0].tolist() == [0.0, 5.0]
    assert summed(flow, np.array([0]))[:, 0].tolist() == [0.0]


def test_interpolated_and_integral() -> None:
    hours, values = np.array([0.0, 2.0, 3.0]), np.array([[0.0], [4.0], [0.0]])
    assert interpolated(hours, values, np.array([-1.0, 1.0, 2.0, 2.5, 9.0]))[:, 0].tolist() == [0.0, 2.0, 4.0, 2.0, 0.0]
    assert integral(hours, values).tolist() == [6.0]


def test_days_of_times() -> None:
    days = Days(np.array([0.0, 12.0, 36.0]), pd.date_range("2023-09-24", periods=2))
    assert days.lengths.tolist() == [0.5, 1.0]
    assert days.date_of(np.array([-5.0, 0.0, 11.9, 12.0, 35.0, 36.0])).tolist() == [0, 0, 0, 1, 1, -1]


def test_dates_are_local_and_partial_at_both_ends(odd: Scenario) -> None:
    days = days_of(simulate(odd))
    assert [str(date.date()) for date in days.dates] == ["2023-10-30", "2023-10-31", "2023-11-01", "2023-11-02"]
    np.testing.assert_allclose(days.lengths * 24 * 60, [703, 1440, 1440, 17])


def test_dates_of_a_start_and_an_end_at_midnight(at_rest: Scenario) -> None:
    days = days_of(simulate(at_rest.change({"timeline.start": "2023-09-24T00:00+04:00", "timeline.days": 2})))
    assert days.lengths.tolist() == [1.0, 1.0]


def test_a_projection_within_one_date(at_rest: Scenario) -> None:
    days = days_of(simulate(at_rest.change({"timeline.days": 0.25})))
    assert days.lengths.tolist() == [0.25]
