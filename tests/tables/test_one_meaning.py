"""One meaning: a table of many draws is the quantiles of what lone runs give, and a lone run is an ensemble of one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import refugee_model as rm
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.statistics import over_draws, over_known
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble, simulate_ensemble
from tests.strategies import scenarios
from tests.waits import waiting_summary

Table = Callable[..., pd.DataFrame]
TABLES: tuple[Table, ...] = (
    rm.movement_table,
    rm.balance_table,
    rm.capacity_table,
    rm.peak_table,
    rm.night_table,
    rm.waiting_table,
    waiting_summary,
    rm.needs_table,
    rm.staff_table,
    rm.profile_table,
    rm.cost_table,
    rm.arrivals_table,
    rm.chance_table,
    rm.journey_table,
    rm.origin_table,
)
OF_DAYS: tuple[Table, ...] = (rm.night_table, rm.needs_table, rm.staff_table, rm.profile_table, rm.arrivals_table)
"""Tables that are the same whatever is kept."""
QUANTILES = (0.1, 0.5, 0.95)
LEVELS = (0.025, 0.5, 0.975)
DRAWS = 12
FORECAST = {
    "time": pd.to_datetime(["2023-09-25T12:00+04:00", "2023-09-26T12:00+04:00"]),
    "quantity": "arrived",
    "place": "",
}


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """The same to the last bit, and from the same assumptions."""
    pd.testing.assert_frame_equal(found, wanted, check_exact=True)
    assert {name: found.attrs[name] for name in ("title", "run_id")} == {
        name: wanted.attrs[name] for name in ("title", "run_id")
    }


@given(scenarios())
def test_a_lone_run_is_an_ensemble_of_one(scenario: Scenario) -> None:
    run, one, by_day = (
        simulate(scenario),
        simulate_ensemble(scenario, draws=1, keep="all"),
        simulate_ensemble(scenario, draws=1),
    )
    for table in TABLES:
        same(table(one, quantiles=(0.5,)), table(run, quantiles=(0.5,)))
    same(rm.summary(one, quantiles=LEVELS), rm.summary(run, quantiles=LEVELS))
    for table in OF_DAYS:
        same(table(by_day, freq="day", quantiles=(0.5,)), table(run, freq="day", quantiles=(0.5,)))
    same(rm.cost_table(by_day, quantiles=(0.5,)), rm.cost_table(run, quantiles=(0.5,)))
    same(rm.summary(by_day, quantiles=LEVELS), rm.summary(run, quantiles=LEVELS))
    places_by_day(by_day, run)


def places_by_day(by_day: Ensemble, run: Result) -> None:
    """Who is where is the same at the end of each day; of any other time that counts, only what every step tells."""
    found, wanted = (rm.movement_table(given, freq="day", quantiles=(0.5,)) for given in (by_day, run))
    same(found, wanted[found.columns])
    found, wanted = (rm.capacity_table(given, freq="day", quantiles=(0.5,)) for given in (by_day, run))
    told = found["kind"] == "transit"
    same(found.drop(columns="probability_over_by"), wanted.drop(columns="probability_over_by"))
    same(found[told], wanted[told])
    found, wanted = (rm.peak_table(given, quantiles=(0.5,)) for given in (by_day, run))
    houses, transit = (found["kind"] == kind for kind in ("state accommodation", "transit"))
    some = pd.Timedelta(seconds=1)  # the sweep and the table find the moment within a step in their own ways
    assert ((found.loc[houses, "first_full"] - wanted.loc[houses, "first_full"]).dropna().abs() <= some).all()
    same(found.loc[houses, ["probability_full"]], wanted.loc[houses, ["probability_full"]])
    same(found.loc[transit, ["probability_over"]], wanted.loc[transit, ["probability_over"]])
    beyond = ["person_days_over", "expected_person_days_over"]
    np.testing.assert_allclose(found.loc[transit, beyond], wanted.loc[transit, beyond], rtol=1e-9, atol=1e-6)


def spread(likely: float, by: float = 0.5) -> dict[str, float]:
    return {"low": likely * (1 - by), "likely": likely, "high": likely * (1 + by)}


@pytest.fixture(scope="module")
def uncertain(small: Scenario) -> Scenario:
    latrine = small.standards.items["blanket"].model_dump() | {
        "label": "Latrine",
        "unit": "latrines",
        "kind": "facility",
    }
    small = small.change({"standards.items.latrine": latrine})
    items = small.standards.items
    goods = {"decided": 1.0, "lead_days": spread(3.0, 0.9), "repeats_daily_for": spread(4.0, 0.9)}
    return small.change(
        {
            "aid.stocks": {"water": spread(200_000.0), "blanket": 500.0},
            "aid.deliveries": {
                **{
                    name: {"item": name, "quantity": spread(1_000.0), **goods}
                    for name in ("water", "blanket", "latrine")
                },
                "certain": {
                    "item": "latrine",
                    "quantity": 10.0,
                    "decided": 0.0,
                    "lead_days": 1.0,
                    "repeats_daily_for": 2.5,
                },
            },
            "people.total": spread(10_000.0),
            "timing.transport.people_per_vehicle": spread(4.0, 0.2),
            "timing.accommodation.asks_for_bed_share": {"low": 0.2, "likely": 0.5, "high": 0.9},
            "aid.transit_places": spread(500.0, 0.9),
            "aid.bed_night_usd": spread(9.0),
            "aid.funds_usd": spread(200_000.0),
            **{f"standards.items.{name}.unit_cost_usd": spread(2.0) for name in items},
            **{f"standards.items.{name}.emergency": spread(3.0) for name in items},
        }
    )


@pytest.fixture(scope="module")
def many(uncertain: Scenario) -> Ensemble:
    return simulate_ensemble(uncertain, draws=DRAWS, keep="all")


@pytest.fixture(scope="module")
def lone(uncertain: Scenario, many: Ensemble) -> list[Result]:
    return [simulate(uncertain.change(many.draws.loc[draw].to_dict())) for draw in range(DRAWS)]


@pytest.mark.parametrize("table", TABLES)
def test_each_number_is_the_quantile_of_what_lone_runs_give(many: Ensemble, lone: list[Result], table: Table) -> None:
    found, single = table(many, quantiles=QUANTILES), [table(run, quantiles=(0.5,)) for run in lone]
    assert list(found.columns) == list(single[0].columns)
    for name, column in found.items():
        drawn = np.stack([run[name] for run in single], axis=-1)
        if name == "quantile":
            assert column.tolist() == [*QUANTILES] * len(drawn)
        elif str(name).startswith(("probability", "expected")):
            np.testing.assert_allclose(
                column, np.repeat(drawn.mean(axis=-1), len(QUANTILES)), rtol=1e-9, atol=1e-9, err_msg=name
            )
        elif column.dtype == np.float64:
            np.testing.assert_allclose(column, over_draws(drawn, QUANTILES).ravel(), rtol=1e-9, atol=1e-6, err_msg=name)
        elif name.endswith(("peak_time", "first_full", "first_over")):
            start = pd.Timestamp(many.scenario.timeline.start)
            seconds = np.stack([(run[name] - start).dt.total_seconds() for run in single], axis=-1)
            told = (column - start).dt.total_seconds()
            np.testing.assert_allclose(told, over_known(seconds, QUANTILES).ravel(), atol=1.0, err_msg=name)
        else:
            assert column.astype(str).tolist() == single[0][name].repeat(len(QUANTILES)).astype(str).tolist()


def test_all_provinces_together_are_summed_in_each_draw(many: Ensemble, lone: list[Result]) -> None:
    found = rm.capacity_table(many, quantiles=QUANTILES).query("kind == 'total'")
    single = [rm.capacity_table(run).query("kind == 'state accommodation'").groupby("time") for run in lone]
    for name in ("people", "capacity"):
        summed = np.stack([table[name].sum() for table in single], axis=-1)
        np.testing.assert_allclose(found[name], over_draws(summed, QUANTILES).ravel(), rtol=1e-9)


def test_transit_is_over_by_the_end_of_the_day_on_which_it_ever_is(uncertain: Scenario, lone: list[Result]) -> None:
    found = rm.capacity_table(simulate_ensemble(uncertain, draws=DRAWS), quantiles=(0.5,)).query("kind == 'transit'")
    share = np.zeros(len(found))
    for run in lone:
        over = rm.capacity_table(run).query("kind == 'transit' and over >= 0.5")["time"]
        share += [(over <= end).any() for end in found["time"]]
    np.testing.assert_allclose(found["probability_over_by"], share / DRAWS)
    assert ((share > 0) & (share < DRAWS)).any()


def test_a_forecast_is_its_ensemble(uncertain: Scenario) -> None:
    drawn = rm.forecast(uncertain, pd.DataFrame({**FORECAST, "value": [200.0, 900.0]}), draws=DRAWS)
    for table in (
        *OF_DAYS,
        rm.movement_table,
        rm.capacity_table,
        rm.peak_table,
        rm.cost_table,
        rm.measure_table,
        rm.summary,
    ):
        same(table(drawn), table(drawn.ensemble)) if table is not rm.measure_table else pd.testing.assert_frame_equal(
            table(drawn), table(drawn.ensemble)
        )


def test_unmet_need_is_what_the_gaps_of_lone_runs_would_cost(many: Ensemble, lone: list[Result]) -> None:
    for found, run in zip(many.measures["unmet_need_usd"], lone, strict=True):
        gaps = rm.needs_table(run).groupby("item", observed=True)["gap"]
        lacking = {"water": gaps.sum()["water"], "blanket": gaps.last()["blanket"], "latrine": gaps.max()["latrine"]}
        usd = sum(amount * run.scenario.standards.items[name].unit_cost_usd for name, amount in lacking.items())
        assert found == pytest.approx(usd, rel=1e-9)
        assert rm.summary(run)["unmet_need_usd"] == pytest.approx(usd, rel=1e-9)
    assert many.measures["unmet_need_usd"].nunique() == DRAWS
