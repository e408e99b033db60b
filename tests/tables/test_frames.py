"""What every table asks for: a projection, quantiles, times; and what it then looks like."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.engine.result import Result
from refugee_model.errors import RequestError
from refugee_model.outcomes.register import QUANTITIES
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble, simulate_ensemble
from tests.tables.test_one_meaning import TABLES, Table
from tests.waits import waiting_summary

OVER_TIME = (rm.movement_table, rm.capacity_table, rm.waiting_table, rm.arrivals_table)
BY_DATE = (rm.night_table, rm.needs_table, rm.staff_table, rm.profile_table)
OF_STEPS = (rm.balance_table, rm.waiting_table, waiting_summary, rm.chance_table, rm.journey_table, rm.origin_table)


@pytest.fixture(scope="module")
def many(small: Scenario) -> Ensemble:
    return simulate_ensemble(
        small.change({"people.total": {"low": 5_000.0, "likely": 10_000.0, "high": 15_000.0}}), draws=4
    )


@pytest.fixture(scope="module")
def measures_only(small: Scenario) -> Ensemble:
    return simulate_ensemble(small, draws=2, keep="measures")


@pytest.mark.parametrize("table", [*TABLES, rm.summary, rm.measure_table], ids=lambda table: table.__name__)
@pytest.mark.parametrize(
    ("given", "found"),
    [("x", "found 'x'"), (None, r"found nothing \(None\)"), (3, "found 3"), (pd.DataFrame(), "found a DataFrame")],
    ids=["text", "nothing", "number", "table"],
)
def test_what_is_no_projection_is_named(table: Table, given: object, found: str) -> None:
    with pytest.raises(
        RequestError, match=f"{found}, expected a run, an ensemble or a forecast, as refugee_model.simulate"
    ):
        table(given)


def test_a_scenario_is_no_projection(small: Scenario) -> None:
    for table in (rm.summary, rm.capacity_table, rm.needs_table):
        with pytest.raises(RequestError, match="found a Scenario, expected a run"):
            table(small)
    with pytest.raises(RequestError, match="found a Scenario, expected a run"):
        rm.compare_with_reports(small, pd.DataFrame())  # type: ignore[arg-type]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.parametrize(
    "wrong", [(), (1.2,), (-0.1,), (0.5, 0.5), ("half",), (float("nan"),), "half", 0.5, (True,)], ids=str
)
def test_quantiles_are_different_numbers_from_0_to_1(run: Result, many: Ensemble, table: Table, wrong: Any) -> None:
    for given in (run, many):
        with pytest.raises(RequestError, match="quantiles: found"):
            table(given, quantiles=wrong)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_many_draws_have_quantiles_and_a_run_has_those_it_is_asked_for(
    run: Result, many: Ensemble, table: Table
) -> None:
    assert "quantile" not in table(run)
    assert table(run, quantiles=(0.1, 0.9))["quantile"].unique().tolist() == [0.1, 0.9]
    if table not in OF_STEPS:
        found = table(many)
        assert found["quantile"].unique().tolist() == [0.05, 0.25, 0.5, 0.75, 0.95]
        assert found.attrs["draws"] == 4
        assert set(found.columns) <= set(QUANTITIES)
        assert not found.empty


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_measures_alone_make_no_table(measures_only: Ensemble, table: Table) -> None:
    wanted = rf"keep: the ensemble kept (only measures|no steps); {table.__name__} needs simulate_ensemble"
    with pytest.raises(RequestError, match=wanted):
        table(measures_only)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_what_a_table_says_that_it_needs_is_enough(small: Scenario, table: Table) -> None:
    if "made with ``keep=None``" in table.__doc__:
        assert len(table(simulate_ensemble(small, draws=2)))
    else:
        assert 'made with ``keep="all"``' in table.__doc__
        assert len(table(simulate_ensemble(small, draws=2, keep="all")))


def test_a_result_of_several_draws_is_no_run(many: Ensemble) -> None:
    pd.testing.assert_frame_equal(rm.capacity_table(many.result), rm.capacity_table(many))
    pd.testing.assert_frame_equal(rm.summary(many.result), rm.summary(many))


@pytest.mark.parametrize("table", OF_STEPS)
def test_who_moves_in_each_step_must_have_been_kept(many: Ensemble, table: Table) -> None:
    with pytest.raises(
        RequestError, match=r"the ensemble kept no steps; .* needs simulate_ensemble\(..., keep='all'\)"
    ):
        table(many)


@pytest.mark.parametrize("table", [rm.arrivals_table, rm.profile_table])
def test_sums_over_all_places_need_all_of_them(small: Scenario, table: Table) -> None:
    with pytest.raises(RequestError, match="the ensemble kept only some places"):
        table(simulate_ensemble(small, draws=2, keep=["Hills", "transit"]))


@pytest.mark.parametrize("table", OVER_TIME)
def test_one_row_a_day(run: Result, table: Table) -> None:
    found, whole = table(run, freq="day"), table(run)
    ends = [day.isoformat() for day in pd.DatetimeIndex(found["time"].unique())]
    assert len(ends) == 21
    assert (ends[0], ends[-1]) == ("2023-09-25T00:00:00+04:00", "2023-10-14T12:00:00+04:00")
    at_ends = whole[whole["time"].isin(found["time"])].reset_index(drop=True)
    summed = [name for name in ("entered", "left") if name in found]
    pd.testing.assert_frame_equal(found.drop(columns=summed), at_ends.drop(columns=summed))
    for name in summed:
        assert found[name].sum() == pytest.approx(whole[name].sum())


@pytest.mark.parametrize("table", BY_DATE)
def test_tables_by_date_have_one_row_a_day_in_any_case(run: Result, table: Table) -> None:
    pd.testing.assert_frame_equal(table(run, freq="day"), table(run))


@pytest.mark.parametrize("table", [*OVER_TIME, *BY_DATE])
def test_no_other_frequency(run: Result, table: Table) -> None:
    with pytest.raises(RequestError, match="freq: found 'week', expected None for all rows or 'day' for one row a day"):
        table(run, freq="week")


@pytest.mark.parametrize("table", OVER_TIME)
def test_times_of_rows_that_cannot_be_given(run: Result, many: Ensemble, table: Table) -> None:
    with pytest.raises(RequestError, match=r"every_hours: found 6\.0 beside freq='day'; give one of them"):
        table(run, freq="day", every_hours=6.0)
    with pytest.raises(RequestError, match="every_hours: found 0, expected a number of hours"):
        table(run, every_hours=0)
    if table is not rm.waiting_table:
        with pytest.raises(RequestError, match="this ensemble kept its own times only"):
            table(many, every_hours=6.0)


def test_every_problem_is_named_at_once(run: Result) -> None:
    with pytest.raises(RequestError) as caught:
        rm.capacity_table(run, freq="week", every_hours=-1, quantiles=(2,))
    assert all(path in str(caught.value) for path in ("quantiles: ", "every_hours: ", "freq: "))


def test_steps_of_many_draws_can_be_thinned(small: Scenario) -> None:
    every = simulate_ensemble(small, draws=2, keep="all")
    assert len(rm.arrivals_table(every, every_hours=24, quantiles=(0.5,))) == 21
