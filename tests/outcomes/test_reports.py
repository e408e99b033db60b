"""Reports are checked once, whoever made them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.files.reports_file import read_reports
from refugee_model.outcomes.reports import Reports

TEXT = pd.DataFrame(
    {
        "time": ["2023-09-25T12:00+04:00", "2023-09-25T14:00+00:00", "2023-09-26T12:00+04:00"],
        "quantity": ["arrived", "arrived", "vehicles"],
        "value": ["10", 20, 5.0],
        "usable": ["yes", False, np.nan],
        "note": ["a", None, "c"],
    }
)


def test_text_is_read_as_in_a_file() -> None:
    reports = Reports.of(TEXT)
    assert reports.table["time"].map(pd.Timestamp.isoformat).tolist()[1] == "2023-09-25T18:00:00+04:00"
    assert reports.table["value"].tolist() == [10.0, 20.0, 5.0]
    assert reports.table["usable"].tolist() == [True, False, True]
    assert reports.given == ("time", "quantity", "place", "value", "usable", "note")
    assert repr(reports).startswith("Reports: 3 reports\n  quantities  arrived 2, vehicles 1\n")


def test_reports_are_checked_once_and_stay() -> None:
    reports = Reports.of(TEXT)
    assert Reports.of(reports) is reports
    with pytest.raises(FrozenInstanceError):
        reports.table = TEXT  # type: ignore[misc]


def test_a_table_and_what_was_read_from_a_file_are_the_same() -> None:
    from_file = read_reports("lachin-2023")
    pd.testing.assert_frame_equal(Reports.of(rm.load_reports("lachin-2023")).table, from_file.table)


def test_a_row_that_is_not_usable_keeps_its_place_whatever_it_says() -> None:
    reports = Reports.of(TEXT.assign(value=[10.0, "many", 5.0], quantity=["arrived", "rumours", "vehicles"]))
    assert reports.table["value"].isna().tolist() == [False, True, False]


def test_functions_take_reports_or_a_table(small: rm.Scenario) -> None:
    run = rm.simulate(small)
    by_table, by_reports = (rm.compare_with_reports(run, given) for given in (TEXT, Reports.of(TEXT)))
    pd.testing.assert_frame_equal(by_table, by_reports)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("r.csv", "reports: found 'r.csv', expected a table with the columns time, quantity, place, value"),
        (TEXT.rename(columns={"value": "valeu"}), "reports: no such column: value (did you mean 'valeu'?); expected"),
        (TEXT.assign(value=True), "reports: value: found 'True', expected a number in digits (row 0)"),
        (TEXT.assign(time=5), "reports: time: found 5, expected ISO 8601 with an offset from UTC"),
        (TEXT.assign(usable=None, time=TEXT["time"][0]), "reports the same quantity, place and time as row 0"),
    ],
)
def test_what_is_wrong_is_named(table: object, said: str) -> None:
    with pytest.raises(RequestError) as caught:
        Reports.of(table)
    assert said in str(caught.value)
