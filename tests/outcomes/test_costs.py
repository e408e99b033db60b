"""What the response costs."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.calendar import integral
from refugee_model.scenario.network import IN_COUNTRY
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.people import cost_table, needs_table


def test_costs_by_hand(at_rest: Scenario) -> None:
    order = {
        "province": "Hills",
        "beds": 100.0,
        "decided": 0.0,
        "lead_days": 10.0,
        "ramp_days": 40.0,
        "cost_per_bed_usd": 8.0,
    }
    cash = {"coverage": 0.5, "one_off_usd_per_person": 10.0, "monthly_usd_per_person": 30.0}
    now = {"sheltered": {"Hills": 60}, "hosted": {"Plain": 40}}
    changes = {
        "aid.surge": {"more": order},
        "aid.cash": cash,
        "people.now": now,
        "aid.bed_night_usd": 2.0,
        "aid.funds_usd": 1_000.0,
    }
    usd = cost_table(simulate(at_rest.change(changes))).set_index("category")["usd"]
    assert usd["surge beds"] == pytest.approx(25 * 8)
    assert usd["bed nights"] == pytest.approx(60 * 20 * 2)
    assert usd["cash, once"] == pytest.approx(0.5 * 100 * 10)
    assert usd["cash, monthly"] == pytest.approx(0.5 * 40 * 20 / 30 * 30)
    assert usd["items: WASH"] == pytest.approx((7.5 * 7.5 + 12.5 * 15) * 100 * 0.01)
    assert usd["items: shelter"] == pytest.approx(60 * 2 * 8)
    assert usd["total"] == pytest.approx(usd.iloc[: usd.index.get_loc("total")].sum())
    assert usd["funding gap"] == pytest.approx(usd["total"] - 1_000)


def test_cash_follows_coverage_and_people(small: Scenario) -> None:
    coverage = [{"value": 0.2}, {"since": 5.0, "value": 0.8}, {"since": 15.0, "value": 0.5}]
    cash = {"coverage": coverage, "one_off_usd_per_person": 10.0, "monthly_usd_per_person": 30.0}
    run = simulate(small.change({"aid.cash": cash}))
    usd = cost_table(run).set_index("category")["usd"]
    hosted = (run.people("hosted").sum(axis=1) + run.people("unregistered_hosted").sum(axis=1))[:, 0]
    months = sum(
        share * integral(run.hours[during], hosted[during]) / 720
        for share, during in (
            (0.2, run.hours <= 120),
            (0.8, (run.hours >= 120) & (run.hours <= 360)),
            (0.5, run.hours >= 360),
        )
    )
    assert usd["cash, monthly"] == pytest.approx(months * 30)
    crossed = float(np.interp(360, run.hours, run.cumulative("crossed")[:, 0]))
    assert usd["cash, once"] == pytest.approx(0.8 * crossed * 10)


def test_people_who_left_before_the_cash_get_none(small: Scenario) -> None:
    cash = {"coverage": [{"value": 0.0}, {"since": 15.0, "value": 1.0}], "one_off_usd_per_person": 10.0}
    run = simulate(small.change({"aid.cash": cash, "timing.onward.leaves_country_per_day": 0.2}))
    day_15 = np.searchsorted(run.hours, 360.0)
    there = sum(float(run.people(kind)[day_15, :, 0].sum()) for kind in IN_COUNTRY["everyone"])
    later = np.diff(run.cumulative("crossed")[[day_15, -1], 0])[0]
    once = cost_table(run).set_index("category")["usd"]["cash, once"]
    # Those who leave in the hour in which payments begin had none.
    assert once == pytest.approx(10 * (there + later), rel=1e-2)
    assert there + later < 0.5 * run.cumulative("crossed")[-1, 0]


def test_unknown_funds_leave_the_gap_blank(resting: Result) -> None:
    usd = cost_table(resting).set_index("category")["usd"]
    assert usd[["funds", "funding gap"]].isna().all()
    assert np.isfinite(usd["total"])


def test_costs_are_those_of_the_needs(run: Result) -> None:
    usd = cost_table(run).set_index("category")["usd"]
    assert usd[[name for name in usd.index if name.startswith("items: ")]].sum() == pytest.approx(
        needs_table(run)["cost"].sum()
    )
