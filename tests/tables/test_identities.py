"""What holds for every scenario."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.groups import days_of, heads_of
from refugee_model.scenario.network import routes_inside
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.people import needs_table, staff_table
from refugee_model.tables.places import balance_table, capacity_table, movement_table, peak_table
from refugee_model.tables.queues import waiting_table
from refugee_model.tables.ranges import summary, summary_json
from tests.strategies import everyone, scenarios
from tests.waits import waiting_summary


def item(kind: str, group: str) -> dict[str, Any]:
    """An item of one kind for one group."""
    words = {"label": kind, "sector": "s", "source": "assumed", "unit": "u", "cost_source": "assumed"}
    return {
        **words,
        "kind": kind,
        "for_group": group,
        "emergency": 2.0,
        "stabilised": 1.0,
        "losses": 0.1,
        "unit_cost_usd": 3.0,
    }


ITEMS = {
    f"{kind} {group}": item(kind, group)
    for kind in ("daily", "durable", "facility")
    for group in ("everyone", "waiting", "hosted")
}


@given(scenarios(), st.sampled_from([None, 1.0, 7.7, 24.0]))
def test_people_are_somewhere(scenario: Scenario, every: float | None) -> None:
    run = simulate(scenario)
    total, near = everyone(scenario), 1e-9 * everyone(scenario) + 1e-6
    table = movement_table(run, every_hours=every)
    assert (table.groupby("time")["people"].sum() - total).abs().max() <= near
    change = table.groupby(["kind", "place"], observed=True)["people"].diff()
    assert (change - (table["entered"] - table["left"])).abs().max() <= near
    assert balance_table(run)["residual"].abs().max() <= near
    held = capacity_table(run, every_hours=every)
    assert (held[["free", "over"]] >= 0).all(axis=None)
    left = held["capacity"] - held["people"] - held["reserved"]
    assert (held["free"] - left.clip(lower=0.0)).abs().max() <= 1e-5
    assert (held["over"] - (held["people"] - held["capacity"]).clip(lower=0.0)).abs().max() <= 1e-5
    # At the start there may be more people than beds; in the first step the others wait for another place.
    houses = held[(held["kind"] == "state accommodation") & (held["time"] > held["time"].iloc[0])]
    assert (houses["over"] == 0).all()
    assert (peak_table(run)["person_days_over"].dropna() >= 0).all()


@given(scenarios(), st.floats(0, 1e5))
def test_needs_add_up(scenario: Scenario, stock: float) -> None:
    names = {name.replace(" ", "_"): fields for name, fields in ITEMS.items()}
    changes = {
        "standards": {**scenario.values()["standards"], "items": names},
        "aid.stocks": dict.fromkeys(names, stock),
    }
    run = simulate(scenario.change(changes))
    table = needs_table(run)
    assert len(table) == len(days_of(run).dates) * len(names)
    assert (table[["people", "need", "new_need", "supplied", "gap", "lapsed", "cost"]] >= 0).all(axis=None)
    np.testing.assert_allclose(table["supplied"] + table["gap"], table["need"], atol=1e-6)
    assert (table["new_need"] <= table["need"] + table["lapsed"] + 1e-6).all()
    for _, rows in table[table["kind"] == "durable"].groupby("item", observed=True):
        ever = rows["supplied"].cumsum() + rows["lapsed"].cumsum() + rows["gap"]
        np.testing.assert_allclose(rows["new_need"].cumsum(), ever, atol=1e-6)
        assert rows["supplied"].sum() <= stock * (1 + 1e-12)
        assert rows["cost"].sum() == pytest.approx(3.0 * (rows["supplied"].sum() + rows["gap"].iloc[-1]), abs=1e-6)
    everyone = table[table["item"] == "durable_everyone"]
    came = float(run.cumulative("crossed")[-1, 0]) - scenario.people.now.left_country
    assert everyone["new_need"].sum() >= came * 1.1 * (1 - 1e-9)


@given(scenarios())
def test_who_has_ever_been_in_a_group(scenario: Scenario) -> None:
    run, near = simulate(scenario), 1e-9 * everyone(scenario) + 1e-6
    groups = heads_of(run, days_of(run))
    entered = groups["everyone"].entered
    residents = run.level("crossed_so_far")[run.edges[1:]][:, list(routes_inside(scenario))].sum(axis=1)
    np.testing.assert_allclose(entered, run.crossed[1:] - scenario.people.now.left_country + residents, atol=near)
    for heads in groups.values():
        assert (heads.new >= 0).all()
        assert (heads.entered <= entered + near).all()
        assert (heads.entered >= heads.there - near).all()
    ever = {name: heads.entered for name, heads in groups.items()}
    assert (ever["collective"] >= ever["waiting"] - near).all()
    assert (ever["collective"] + ever["hosted"] >= entered - near).all()
    assert (staff_table(run)["needed"] >= 0).all()


@given(scenarios())
def test_measures_are_plain_and_waits_are_not_negative(scenario: Scenario) -> None:
    run = simulate(scenario)
    measures = summary(run)
    json.dumps(summary_json(measures), allow_nan=False)
    assert 0 <= measures["peak_daily_arrivals"] <= measures["crossed"] + 1e-6
    waits = waiting_summary(run)
    assert (waiting_table(run)["wait_hours"].dropna() >= 0).all()
    known = waits.dropna()
    assert (known["median_wait_hours"] <= known["p90_wait_hours"]).all()
    assert (known["p90_wait_hours"] <= known["longest_wait_hours"]).all()
