"""What is reported, read off stocks and off a projection: the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from refugee_model.quantities import REPORTED
from refugee_model.tables.reported import reported_at

import refugee_model as rm
from refugee_model.engine.inputs import lay_out
from refugee_model.engine.simulation import stocks_at
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.arrivals import reported_quantity
from tests.strategies import scenarios


def same_at_all_bounds(scenario: Scenario) -> None:
    inputs, run, provinces = lay_out(scenario), rm.simulate(scenario), list(scenario.aid.provinces)
    stocks = stocks_at(inputs, np.arange(len(inputs.bounds)))
    for quantity in REPORTED:
        for place in ("", *(provinces if quantity == "in_state_accommodation" else ())):
            found, wanted = reported_at(stocks, quantity, place, provinces), reported_quantity(run, quantity, place)
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-6 * scenario.people.total + 1e-9, err_msg=f"{quantity} {place}")


@pytest.mark.parametrize("name", ["lachin-2023", "lachin-2023-plan", "lachin-2023-plan-phased-buses"])
def test_packaged_scenarios(name: str) -> None:
    same_at_all_bounds(rm.load_scenario(name))


def test_the_small_scenario(small: Scenario) -> None:
    same_at_all_bounds(small)


@hypothesis_settings(max_examples=15)
@given(scenario=scenarios())
def test_any_scenario(scenario: Scenario) -> None:
    same_at_all_bounds(scenario)
