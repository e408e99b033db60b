"""What has been counted cannot be undone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from refugee_model.outcomes.reported import Least, lacking, least_of, not_below, on_from_counts


def counts(*rows: tuple[float, str, float], **columns: Any) -> pd.DataFrame:
    hours, quantities, values = zip(*rows, strict=True)
    time = pd.Timestamp("2031-05-01T00:00+02:00") + pd.to_timedelta(np.asarray(hours), unit="h")
    blank = {"latest": pd.Series([pd.NaT] * len(rows)).dt.tz_localize("UTC")}
    known = {"time": time, "hours": hours, "quantity": quantities, "place": "", "value": values}
    return pd.DataFrame(known | blank | columns)


def test_a_total_is_never_below_the_highest_count_so_far() -> None:
    least = least_of(counts((10.0, "arrived", 300.0), (20.0, "arrived", 306_786.0), (30.0, "arrived", 306_000.0)))[
        "arrived"
    ]
    assert least.at(np.array([0.0, 9.9, 10.0, 19.9, 20.0, 30.0, 99.0])).tolist() == [
        0,
        0,
        300,
        300,
        306_786,
        306_786,
        306_786,
    ]


def test_a_count_that_was_revised_by_much_holds_no_more() -> None:
    least = least_of(counts((10.0, "arrived", 3_000.0), (20.0, "arrived", 40_000.0), (30.0, "arrived", 4_500.0)))[
        "arrived"
    ]
    assert least.values.tolist() == [3_000, 4_500]


def test_what_is_there_at_a_time_may_fall() -> None:
    assert least_of(counts((10.0, "waiting", 300.0), (20.0, "in_state_accommodation", 300.0))) == {}
    assert least_of(counts((10.0, "arrived", 1.0)).iloc[:0]) == {}


def test_those_who_have_registered_have_arrived_and_set_off() -> None:
    found = least_of(counts((10.0, "registered", 500.0), (12.0, "arrived", 400.0)))
    assert sorted(found) == ["arrived", "departed", "registered"]
    assert found["arrived"].values.tolist() == found["departed"].values.tolist() == [500, 500]


def test_a_count_between_two_times_holds_from_the_later_one_on() -> None:
    latest = pd.DatetimeIndex([pd.Timestamp("2031-05-01T14:00+02:00")])
    least = least_of(counts((10.0, "arrived", 500.0), latest=latest))["arrived"]
    assert least.at(np.array([13.9, 14.0])).tolist() == [0, 500]


def test_values_are_lifted_and_others_stay() -> None:
    least = {"arrived": Least(np.array([10.0]), np.array([50.0]))}
    values = np.array([[40.0, 60.0], [40.0, 60.0]])
    np.testing.assert_array_equal(not_below(values, np.array([9.0, 10.0]), least, "arrived"), [[40, 60], [50, 60]])
    assert not_below(values, np.array([9.0, 10.0]), least, "vehicles") is values


def test_draws_below_the_last_count_go_on_from_it() -> None:
    least = {"arrived": Least(np.array([8.0, 10.0]), np.array([20.0, 50.0]))}
    hours, values = np.array([8.0, 10.0, 12.0]), np.array([[10.0, 55.0], [40.0, 60.0], [47.0, 66.0]])
    missing = lacking(values, hours, least, "arrived")
    assert missing.tolist() == [10, 0]
    found = on_from_counts(values, hours, least, "arrived", missing)
    np.testing.assert_array_equal(found, [[20, 55], [50, 60], [57, 66]])
    assert lacking(values, hours, least, "vehicles").tolist() == [0, 0]
