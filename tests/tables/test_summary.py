"""The headline measures of a run, and where tables come from."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import refugee_model
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.outcomes.register import QUANTITIES
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.arrivals import arrivals_table, compare_with_reports
from refugee_model.tables.people import cost_table, night_table
from refugee_model.tables.places import movement_table, peak_table
from refugee_model.tables.provenance import run_id
from refugee_model.tables.ranges import summary, summary_json
from refugee_model.version import VERSION
from tests.tables.test_one_meaning import TABLES
from tests.waits import waiting_summary


def all_tables(run: Result) -> Iterator[pd.DataFrame]:
    """Every table of a projection."""
    for table in TABLES:
        yield table(run)
    reports = pd.DataFrame(
        {"time": [pd.Timestamp("2023-09-25T12:00+04:00")], "quantity": ["arrived"], "place": [""], "value": [1.0]}
    )
    yield compare_with_reports(run, reports)


def test_every_column_and_measure_is_in_the_register(run: Result) -> None:
    for table in all_tables(run):
        assert set(table.columns) <= set(QUANTITIES)
    assert set(summary(run).index) <= set(QUANTITIES)


def test_tables_say_where_they_come_from(run: Result, small: Scenario) -> None:
    for table in all_tables(run):
        assert set(table.attrs) >= {"title", "source", "run_id", "version"}
        assert table.attrs["run_id"] == run_id(small)
        assert table.attrs["title"].endswith(": Small")
    assert refugee_model.__version__ == VERSION


def test_run_id_follows_the_assumptions(small: Scenario) -> None:
    assert run_id(small) == run_id(small.change({"people.total": 10_000.0}))
    assert run_id(small) != run_id(small.change({"people.total": 10_001}))
    assert len(run_id(small)) == 8
    int(run_id(small), 16)


def test_measures_agree_with_tables(run: Result) -> None:
    measures, movements, peaks = summary(run), movement_table(run), peak_table(run)
    end = movements[movements["time"] == movements["time"].iloc[-1]].groupby("kind", observed=True)["people"].sum()
    assert measures["still_at_home"] == pytest.approx(end["at_home"])
    assert measures["held_back"] == pytest.approx(end["leaving"])
    assert measures["crossed"] == pytest.approx(arrivals_table(run)["arrived"].iloc[-1])
    transit = peaks.set_index("kind").loc["transit"]
    assert measures["peak_unsheltered"] == pytest.approx(max(0.0, transit["peak_people"] - transit["capacity_at_peak"]))
    nights = night_table(run)
    for part in ("on_road", "at_reception", "unsheltered", "without_roof", "held_back"):
        assert measures[f"person_nights_{part}"] == pytest.approx(nights[part].sum())
    assert measures["peak_without_roof"] == nights["without_roof"].max()
    assert measures["peak_without_roof_time"].date() == nights.loc[nights["without_roof"].idxmax(), "date"].date()
    houses = peaks[peaks["kind"] == "state accommodation"]
    assert measures["places_full"] == houses["first_full"].notna().sum()
    assert measures["cost_usd"] == pytest.approx(cost_table(run).set_index("category").loc["total", "usd"])
    waits = waiting_summary(run).set_index("place")
    assert measures["p90_wait_checkpoint_hours"] == waits.loc["checkpoint", "p90_wait_hours"]
    assert measures["longest_wait_registration_hours"] == waits.loc["Border", "longest_wait_hours"]


def test_reports_that_are_no_table_are_named(run: Result) -> None:
    with pytest.raises(
        RequestError, match="found 'lachin-2023', expected a table with the columns time, quantity, place"
    ):
        compare_with_reports(run, "lachin-2023")  # type: ignore[arg-type]


def test_json(run: Result) -> None:
    plain = json.loads(json.dumps(summary_json(summary(run)), allow_nan=False))
    assert plain["run_id"] == run_id(run.scenario)
    assert plain["peak_daily_arrivals_date"].startswith("2023-")
    assert plain["last_arrival"].endswith("+04:00")
    assert plain["funding_gap_usd"] is None


def test_nobody(empty: Result) -> None:
    measures = summary(empty)
    assert measures["crossed"] == 0
    assert measures["peak_daily_arrivals"] == 0
    blank = (
        "peak_daily_arrivals_date",
        "last_arrival",
        "longest_queue_time",
        "first_place_full",
        "p90_wait_checkpoint_hours",
    )
    assert all(measures[name] is None for name in blank)
    assert measures["largest_shortfalls"] == "none"
    json.dumps(summary_json(measures), allow_nan=False)
    for table in all_tables(empty):
        assert np.isfinite(table.select_dtypes("number").fillna(0)).all(axis=None)


def test_a_closed_checkpoint_is_said_in_words(at_rest: Scenario) -> None:
    changes = {"people.total": 450, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 0}
    measures = summary(simulate(at_rest.change(changes)))
    assert measures["last_arrival"] is None
    assert summary_json(measures)["longest_wait_checkpoint_hours"] == "still waiting at the end"
