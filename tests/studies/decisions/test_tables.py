"""Required capacity and decisions due, of many draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble
from tests.studies.decisions.shop import WITH


@pytest.fixture(scope="module")
def many(small: Scenario) -> Ensemble:
    changes = {
        "people.total": {"low": 2_000.0, "likely": 10_000.0, "high": 20_000.0},
        "aid.options": WITH,
        "aid.options.Halls.supplier_days": {"low": 1.0, "likely": 2.0, "high": 6.0},
    }
    return rm.simulate_ensemble(small.change(changes), draws=256)


@pytest.fixture(scope="module")
def due(many: Ensemble) -> pd.DataFrame:
    return rm.order_by_table(many, confidence=0.9).set_index("option")


def test_demand_is_not_what_beds_hold(many: Ensemble) -> None:
    found = rm.required_capacity(many, confidence=0.9).query("scope == 'ever'").set_index("place")
    beds = sum(province.beds for province in many.scenario.aid.provinces.values())
    assert many.result.people("sheltered").sum(axis=1).max() <= beds + 1e-6
    assert found.loc["all provinces", "required"] > beds
    hills = found.loc["Hills"]
    assert hills["shortfall"] == pytest.approx(hills["required"] - hills["capacity_now"] - hills["committed"])


def test_more_confidence_and_more_dates_require_more(many: Ensemble) -> None:
    low, high = (rm.required_capacity(many, confidence=c) for c in (0.5, 0.9))
    assert (low["required"] <= high["required"]).all()
    by_date = high[high["scope"] == "any date"].groupby("place")["required"].max()
    ever = high[high["scope"] == "ever"].set_index("place")["required"]
    assert (ever >= by_date.reindex(ever.index)).all()
    assert ((high["low"] <= high["required"]) & (high["required"] <= high["high"])).all()
    jointly = rm.required_capacity(many, confidence=0.9, joint=True)
    assert (jointly["required"] >= high["required"]).all()


@pytest.mark.parametrize(("kind", "now"), [("desks", 10.0), ("buses", 0.0), ("checkpoint", 200.0)])
def test_a_shorter_wait_takes_more(many: Ensemble, kind: str, now: float) -> None:
    tables = [rm.required_capacity(many, confidence=0.9, wait_hours=hours) for hours in (2.0, 24.0)]
    quick, slow = (table[table["kind"] == kind].set_index("scope") for table in tables)
    more = quick.loc["ever", "required"] - slow.loc["ever", "required"]
    assert more >= 0.0 if kind == "checkpoint" else more > 0.0  # nobody stands there when a day ends
    assert slow.loc["ever", "required"] >= now
    assert quick.loc["ever", "required"] >= quick.loc["any date", "required"].max()
    assert (quick["capacity_now"] == now).all()


def test_an_order_of_nothing_is_not_due(many: Ensemble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refugee_model.studies.decisions.order_by._quantity", lambda *_: 0.0)
    found = rm.order_by_table(many, confidence=0.9)
    assert (found["quantity"] == 0.0).all()
    assert {*found["status"]} <= {"not needed", "too late"}
    assert found.loc[found["status"] == "not needed", ["needed_by", "latest_decision"]].isna().all(axis=None)


def test_columns_are_those_agreed(many: Ensemble, due: pd.DataFrame) -> None:
    required = rm.required_capacity(many, confidence=0.9)
    assert [*required.columns] == [
        *("place", "kind", "area_code", "date", "confidence", "scope", "capacity_now", "committed", "required"),
        *("shortfall", "low", "high", "probability_short_if_nothing", "basis"),
    ]
    assert {"item", "place", "unit", "quantity", "packs", "cost_usd", "needed_by", "lead_days"} <= {*due.columns}
    assert {"latest_decision", "status", "risk_if_on_time", "risk_if_a_week_later"} <= {*due.columns}
    assert {"probability_needed", "cost_of_waiting_per_day"} <= {*due.columns}


def test_a_longer_lead_is_an_earlier_decision(many: Ensemble, due: pd.DataFrame) -> None:
    from dataclasses import replace

    scenario = many.scenario.change({f"aid.options.{name}.setting_up_days": 3.0 for name in WITH})
    later = rm.order_by_table(
        replace(many, scenario=scenario, result=replace(many.result, scenario=scenario)), confidence=0.9
    ).set_index("option")
    moved = (due["latest_decision"] - later["latest_decision"].reindex(due.index)).dropna().dt.total_seconds()
    assert len(moved) > 2
    assert np.allclose(moved / 86_400, 3.0, atol=1e-4)


def test_quantities_are_whole_packs_at_their_price(due: pd.DataFrame) -> None:
    tents = due.loc["Tents"]
    assert tents["quantity"] == tents["packs"] * 5
    assert tents["cost_usd"] == 50.0 * tents["quantity"]
    assert due.loc["Desks", "quantity"] <= 12
    assert due.loc["Blankets", "quantity"] in (0.0, *np.arange(100.0, 1e5))


def test_statuses_and_risks_agree(due: pd.DataFrame) -> None:
    needed = due[due["status"] != "not needed"]
    assert (due.loc[due["status"] == "not needed", "probability_needed"] <= 0.1).all()
    assert (needed["risk_if_on_time"] <= needed["risk_if_a_week_later"]).all()
    assert (needed.loc[needed["status"] == "order by", "risk_if_on_time"] <= 0.1).all()
    assert (needed["risk_if_a_week_later"] <= needed["probability_needed"] + 1e-12).all()


def test_what_cannot_be_told_says_why(small: Scenario, many: Ensemble) -> None:
    with pytest.raises(RequestError, match="make 200 draws or more"):
        rm.order_by_table(rm.simulate_ensemble(many.scenario, draws=32))
    with pytest.raises(RequestError, match="nothing can be bought"):
        rm.order_by_table(
            rm.simulate_ensemble(small.change({"people.total": {"low": 1.0, "likely": 2.0, "high": 3.0}}), draws=32),
            confidence=0.5,
        )
    measures = rm.simulate_ensemble(many.scenario, draws=32, keep="measures")
    with pytest.raises(RequestError, match="people of all places were not kept"):
        rm.required_capacity(measures, confidence=0.5)
