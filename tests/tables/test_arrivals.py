"""Arrivals, and how they compare with reports."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.arrivals import arrivals_table, compare_with_reports


def reports(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Reports as they come from a file."""
    table = pd.DataFrame(rows, columns=["time", "quantity", "place", "value"])
    return table.assign(time=pd.to_datetime(table["time"], utc=True))


@pytest.fixture
def crossing(at_rest: Scenario) -> Result:
    """450 people in 100 vehicles, of whom 45 in 10 vehicles cross an hour."""
    return simulate(
        at_rest.change({"people.total": 450, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 10})
    )


def test_arrivals_by_hand(crossing: Result) -> None:
    table = arrivals_table(crossing, every_hours=5)
    np.testing.assert_allclose(table["arrived"].iloc[:4], [0, 225, 450, 450])
    np.testing.assert_allclose(table["vehicles"].iloc[:4], [0, 50, 100, 100])


def test_people_from_before_the_start_count(resting: Result) -> None:
    table = arrivals_table(resting)
    assert (table[["arrived", "registered", "in_state_accommodation"]] == 100).all(axis=None)
    assert (table["vehicles"] == 0).all()


def test_the_same_minute_in_any_offset(crossing: Result) -> None:
    given = reports(
        ("2023-09-24T12:20+04:00", "arrived", "", 10.0),
        ("2023-09-24T08:20+00:00", "departed", "", 440.0),
        ("2023-09-24T17:00+04:00", "vehicles", "", 40.0),
        ("2023-09-24T11:59+04:00", "arrived", "", 0.0),
        ("2024-03-01T12:00+04:00", "arrived", "", 450.0),
    )
    table = compare_with_reports(crossing, given)
    np.testing.assert_allclose(table["projected"], [15, 450, 50, np.nan, np.nan])
    np.testing.assert_allclose(table["difference"], [5, 10, 10, np.nan, np.nan])
    np.testing.assert_allclose(table["difference_share_of_total"], [5 / 450, 10 / 450, 0.1, np.nan, np.nan])
    assert table["time"].iloc[1].isoformat() == "2023-09-24T12:20:00+04:00"
    assert table["usable"].all()


def test_a_province_by_name(resting: Result) -> None:
    given = reports(
        ("2023-09-26T12:00+04:00", "in_state_accommodation", "Hills", 90.0),
        ("2023-09-26T12:00+04:00", "in_state_accommodation", "", 90.0),
        ("2023-09-26T12:00+04:00", "in_state_accommodation", "Plain", 1.0),
    )
    assert compare_with_reports(resting, given)["projected"].tolist() == [100, 100, 0]


@pytest.mark.parametrize(
    ("quantity", "place", "said"),
    [
        ("arived", "", "did you mean 'arrived'"),
        ("in_state_accommodation", "Hils", "did you mean 'Hills'"),
        ("arrived", "Hills", "leave it blank"),
    ],
)
def test_what_cannot_be_compared(resting: Result, quantity: str, place: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        compare_with_reports(resting, reports(("2023-09-26T12:00+04:00", quantity, place, 1.0)))


def test_columns_and_offsets_are_needed(resting: Result) -> None:
    given = reports(("2023-09-26T12:00+04:00", "arrived", "", 1.0))
    with pytest.raises(RequestError, match="no such column: value; expected a table with"):
        compare_with_reports(resting, given.drop(columns="value"))
    with pytest.raises(RequestError, match="which has no offset from UTC"):
        compare_with_reports(resting, given.assign(time=pd.to_datetime(["2023-09-26T12:00"])))


def test_no_reports_at_all(resting: Result) -> None:
    assert compare_with_reports(resting, reports()).empty
