"""What is reported, read off where people are: the same as from those who moved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import refugee_model as rm
from refugee_model.engine.pace import lone_inputs
from refugee_model.engine.simulation import stocks_at
from refugee_model.outcomes.reported import reported_at
from refugee_model.scenario.network import routes_inside
from refugee_model.scenario.scenario import Scenario
from tests.strategies import everyone, scenarios


def same_as_from_flows(scenario: Scenario) -> None:
    inputs, run, provinces = lone_inputs(scenario), rm.simulate(scenario), list(scenario.aid.provinces)
    stocks = stocks_at(inputs, np.arange(len(inputs.bounds)))
    for group, there in stocks.items():
        np.testing.assert_array_equal(there, run.recorded[group][:, :, : there.shape[2]])
    across = [not within for within in routes_inside(scenario)]
    before = run.people("detained")[:, 0] + run.people("on_road")[:, across].sum(axis=1)
    crossed = run.cumulative("crossed")
    wanted = {"arrived": crossed, "registered": run.cumulative_registered, "departed": crossed + before}
    for quantity, people in wanted.items():
        found = reported_at(stocks, run.scenario, quantity)
        np.testing.assert_allclose(found, people, rtol=1e-9, atol=1e-6 * everyone(scenario) + 1e-9, err_msg=quantity)
    by_place = sum(reported_at(stocks, run.scenario, "in_state_accommodation", name) for name in provinces)
    np.testing.assert_allclose(reported_at(stocks, run.scenario, "in_state_accommodation"), by_place, rtol=1e-12)


@pytest.mark.parametrize("name", ["lachin-2023", "lachin-2023-plan", "lachin-2023-plan-phased-buses"])
def test_packaged_scenarios(name: str) -> None:
    same_as_from_flows(rm.load_scenario(name))


def test_the_small_scenario(small: Scenario) -> None:
    same_as_from_flows(small)


@given(scenario=scenarios())
def test_any_scenario(scenario: Scenario) -> None:
    same_as_from_flows(scenario)
