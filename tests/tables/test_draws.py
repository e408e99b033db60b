"""Tables of many draws: each number is the quantile of what lone runs give, and requests that cannot be met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from refugee_model.quantities import QUANTITIES
from refugee_model.tables.capacity import capacity_table
from refugee_model.tables.costs import cost_table
from refugee_model.tables.draws import over_draws, over_known
from refugee_model.tables.movements import movement_table
from refugee_model.tables.needs import needs_table
from refugee_model.tables.peaks import peak_table

import refugee_model as rm
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble, simulate_ensemble

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

QUANTILES = (0.1, 0.5, 0.95)
DRAWS = 40


def spread(likely: float, by: float = 0.5) -> dict[str, float]:
    return {"low": likely * (1 - by), "likely": likely, "high": likely * (1 + by)}


@pytest.fixture(scope="module")
def uncertain(small: Scenario) -> Scenario:
    latrine = small.standards.items["blanket"].model_dump() | {"label": "Latrine", "unit": "latrines", "kind": "facility"}
    small = small.change({"standards.items.latrine": latrine})
    items = small.standards.items
    goods = {"decided": 1.0, "lead_days": spread(3.0, 0.9), "repeats_daily_for": spread(4.0, 0.9)}
    return small.change(
        {
            "aid.stocks": {"water": spread(200_000.0), "blanket": 500.0},
            "aid.deliveries": {
                **{name: {"item": name, "quantity": spread(1_000.0), **goods} for name in ("water", "blanket", "latrine")},
                "certain": {"item": "latrine", "quantity": 10.0, "decided": 0.0, "lead_days": 1.0, "repeats_daily_for": 2.5},
            },
            "people.total": spread(10_000.0),
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
    return simulate_ensemble(uncertain, draws=DRAWS)


@pytest.fixture(scope="module")
def lone(uncertain: Scenario, many: Ensemble) -> list[Trajectories]:
    return [simulate(uncertain.change(many.draws.loc[draw].to_dict())) for draw in range(DRAWS)]


def at_days(run: Trajectories, many: Ensemble, table: pd.DataFrame) -> pd.DataFrame:
    ends = pd.Timestamp(run.scenario.timeline.start) + pd.to_timedelta(np.rint(many.hours * 3600), unit="s")
    return table[table["time"].isin(ends)]


def check(found: pd.DataFrame, columns: list[str], brute: dict[str, Any]) -> None:
    for quantile, rows in found.groupby("quantile"):
        for name in columns:
            stacked = np.stack(brute[name])
            np.testing.assert_allclose(rows[name], np.quantile(stacked, quantile, axis=0), rtol=1e-9, atol=1e-6, err_msg=name)


def test_capacity_is_that_of_lone_runs(many: Ensemble, lone: list[Trajectories]) -> None:
    found = capacity_table(many, quantiles=QUANTILES)
    places, single = found[found["kind"] != "total"], [at_days(run, many, capacity_table(run)) for run in lone]
    names = ["capacity", "people", "reserved", "free", "over"]
    check(places, names, {name: [table[name] for table in single] for name in names})
    middle = places[places["quantile"] == 0.5]
    over = np.stack([table["over"] >= 0.5 for table in single])
    full = np.stack([(table["capacity"] - table["people"] - table["reserved"] < 0.5) & (table["capacity"] >= 1) for table in single])
    np.testing.assert_allclose(middle["probability_over"], over.mean(axis=0))
    np.testing.assert_allclose(middle["probability_full"], full.mean(axis=0))
    assert 0 < middle["probability_over"].max() <= 1
    by_place = over.reshape(DRAWS, len(many.hours), -1)
    ever = np.logical_or.accumulate(by_place, axis=1)
    transit = list(single[0]["place"].unique()).index("transit")
    for draw, run in enumerate(lone):
        whole = capacity_table(run)
        whole = whole[(whole["kind"] == "transit") & (whole["over"] >= 0.5)]
        ends = single[draw]["time"].unique()
        ever[draw, :, transit] = [bool((whole["time"] <= end).any()) for end in ends]
    np.testing.assert_allclose(middle["probability_over_by"], ever.mean(axis=0).ravel())


def test_all_provinces_together_are_summed_in_each_draw(many: Ensemble, lone: list[Trajectories]) -> None:
    found = capacity_table(many, quantiles=QUANTILES)
    single = [at_days(run, many, capacity_table(run)) for run in lone]
    housing = [table[table["kind"] == "state accommodation"].groupby("time") for table in single]
    names = ["people", "capacity"]
    check(found[found["kind"] == "total"], names, {name: [table[name].sum() for table in housing] for name in names})


def test_movement_is_that_of_lone_runs(many: Ensemble, lone: list[Trajectories]) -> None:
    found = movement_table(many, quantiles=QUANTILES)
    single = [at_days(run, many, movement_table(run)) for run in lone]
    check(found[found["place"] != "total"], ["people"], {"people": [table["people"] for table in single]})
    home = [table[table["kind"] == "at_home"].groupby("time")["people"].sum() for table in single]
    check(found[(found["place"] == "total") & (found["kind"] == "at_home")], ["people"], {"people": home})


def test_needs_are_those_of_lone_runs(many: Ensemble, lone: list[Trajectories]) -> None:
    single, names = [needs_table(run) for run in lone], ["people", "need", "new_need", "supplied", "gap", "cost"]
    found = needs_table(many, quantiles=QUANTILES)
    check(found, names, {name: [table[name] for table in single] for name in names})
    assert found.loc[found["quantile"] == 0.5, ["date", "item", "phase", "unit"]].astype(str).to_numpy().tolist() == (
        single[0][["date", "item", "phase", "unit"]].astype(str).to_numpy().tolist()
    )


def test_costs_are_those_of_lone_runs(many: Ensemble, lone: list[Trajectories]) -> None:
    single = [cost_table(run) for run in lone]
    check(cost_table(many, quantiles=QUANTILES), ["usd"], {"usd": [table["usd"] for table in single]})
    np.testing.assert_allclose(many.measures["cost_usd"], [table.set_index("category")["usd"]["total"] for table in single], rtol=1e-9)


def test_unmet_need_is_what_the_gaps_of_lone_runs_would_cost(many: Ensemble, lone: list[Trajectories]) -> None:
    for found, run in zip(many.measures["unmet_need_usd"], lone, strict=True):
        gaps = needs_table(run).groupby("item", observed=True)["gap"]
        lacking = {"water": gaps.sum()["water"], "blanket": gaps.last()["blanket"], "latrine": gaps.max()["latrine"]}
        usd = sum(amount * run.scenario.standards.items[name].unit_cost_usd for name, amount in lacking.items())
        assert found == pytest.approx(usd, rel=1e-9)
        assert rm.summary(run)["unmet_need_usd"] == pytest.approx(usd, rel=1e-9)
    assert many.measures["unmet_need_usd"].nunique() == DRAWS


def test_unmet_need_is_unknown_where_all_deliveries_are(small: Scenario) -> None:
    blind = small.change({"aid.supply_unknown": list(small.standards.items), "people.total": spread(10_000.0)})
    assert simulate_ensemble(blind, draws=3).measures["unmet_need_usd"].isna().all()


def test_peaks_are_those_of_lone_runs(many: Ensemble, lone: list[Trajectories]) -> None:
    found = peak_table(many, quantiles=QUANTILES)
    single = [peak_table(run) for run in lone]
    transit = found[found["kind"] == "transit"]
    check(
        transit, ["person_days_over"], {"person_days_over": [table.loc[table["kind"] == "transit", "person_days_over"] for table in single]}
    )
    provinces = found[(found["kind"] == "state accommodation") & (found["quantile"] == 0.5)]
    first = np.stack([table.loc[table["kind"] == "state accommodation", "first_full"] for table in single])
    np.testing.assert_allclose(provinces["probability_full"], (~pd.isna(first)).mean(axis=0))
    for place, told in enumerate(provinces["first_full"]):
        known = pd.Series(first[:, place]).dropna()
        wanted = pd.to_datetime(known, utc=True).quantile(0.5) if len(known) else pd.NaT
        assert (pd.isna(told) and pd.isna(wanted)) or abs(told - wanted) <= pd.Timedelta("1s")
    days = [at_days(run, many, capacity_table(run)) for run in lone]
    peaks = [table.groupby("place", sort=False, observed=True)["people"].max() for table in days]
    check(found[found["kind"].isin(["state accommodation", "transit", "road"])], ["peak_people"], {"peak_people": peaks})


def test_cash_covers_people_from_before_the_start(small: Scenario) -> None:
    changes = {"aid.cash.coverage": 0.5, "aid.cash.one_off_usd_per_person": 10.0, "aid.cash.monthly_usd_per_person": 30.0}
    middle = small.change({**changes, "people.total": spread(10_000.0, 0.2), "people.now": {"sheltered": {"Hills": 100}}})
    many = simulate_ensemble(middle, draws=4)
    for draw in range(4):
        alone = rm.summary(simulate(middle.change(many.draws.loc[draw].to_dict())))
        assert many.measures.loc[draw, "cost_usd"] == pytest.approx(alone["cost_usd"], rel=1e-9)


def test_a_certain_scenario_has_equal_quantiles(small: Scenario) -> None:
    many = simulate_ensemble(small, draws=5)
    for table, name in ((capacity_table(many), "people"), (movement_table(many), "people"), (needs_table(many), "need")):
        low, high = (table.loc[table["quantile"] == quantile, name].to_numpy() for quantile in (0.05, 0.95))
        np.testing.assert_allclose(low, high)
    assert set(capacity_table(many)["probability_over"]) <= {0.0, 1.0}


@pytest.mark.parametrize("table", [capacity_table, movement_table, needs_table, peak_table, cost_table])
def test_requests_that_cannot_be_met(many: Ensemble, uncertain: Scenario, table: Any) -> None:
    for wrong in ((), (1.2,), (-0.1,), (0.5, 0.5), ("half",), (float("nan"),)):
        with pytest.raises(RequestError, match="quantiles"):
            table(many, quantiles=wrong)
    with pytest.raises(RequestError, match="kept only measures"):
        table(simulate_ensemble(uncertain, draws=2, keep="measures"))
    assert {str(name) for name in table(many).columns} <= set(QUANTITIES)
    assert table(many).attrs["draws"] == DRAWS


def test_rows_within_a_day_are_refused(many: Ensemble) -> None:
    for table in (capacity_table, movement_table):
        with pytest.raises(RequestError, match="keeps its own times only"):
            table(many, every_hours=6.0)


def test_infinite_and_unknown_draws() -> None:
    assert over_draws(np.array([1.0, np.inf, np.inf]), [0.0, 0.25, 1.0]).tolist() == [1.0, np.inf, np.inf]
    assert np.isnan(over_draws(np.array([1.0, np.nan]), [0.5])).all()
    assert over_known(np.array([[1.0, np.inf, 3.0], [np.nan, np.inf, np.nan]]), [0.5])[0].tolist() == [2.0]


def test_the_longest_queue_of_a_draw_is_that_of_one_moment(small: Scenario) -> None:
    scenario = small.change(
        {
            "aid.evacuation_buses.buses": 30.0, "timing.checkpoint.vehicles_per_hour": {"low": 38.0, "likely": 40.0, "high": 42.0},
        }
    )  # fmt: skip
    ensemble = simulate_ensemble(scenario, draws=3, seed=1)
    for draw in range(3):
        rate = float(ensemble.draws["timing.checkpoint.vehicles_per_hour"].iloc[draw])
        alone = rm.summary(simulate(scenario.change({"timing.checkpoint.vehicles_per_hour": rate})))
        for name in ("longest_queue_people", "longest_queue_vehicles", "median_wait_checkpoint_hours", "longest_wait_checkpoint_hours"):
            assert ensemble.measures[name].iloc[draw] == pytest.approx(alone[name], abs=1e-6), name
