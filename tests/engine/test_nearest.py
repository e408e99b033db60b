"""Placement nearest first against its closed form, and in steps of any length."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from refugee_model.engine.simulation import simulate
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario
from tests.conftest import QUIET

BEDS, KM, SCALE, SPEED = (100.0, 300.0, 500.0), (70.0, 128.0, 254.0), 150.0, 45.0


@pytest.fixture
def at_rest(small: Scenario) -> Scenario:
    """Nothing moves but those who wait for a bed."""
    return small.change({**QUIET, "people.total": 600})


def toy(at_rest: Scenario, minutes: float) -> Scenario:
    """600 people wait for 900 beds in three places; 100 seats an hour."""
    places: dict[str, Any] = {
        name: {"beds": beds, "road_km": km, "relatives_weight": 1.0}
        for name, beds, km in zip("ABC", BEDS, KM, strict=True)
    }
    return at_rest.change(
        {
            "people.now": {"awaiting_placement": 600},
            "aid.provinces": places,
            "aid.placement": {
                "policy": "nearest",
                "distance_scale_km": SCALE,
                "speed_kmh": SPEED,
                "seats_per_hour": 100.0,
            },
            "timeline.step_minutes": minutes,
            "timeline.days": 2,
        }
    )


@pytest.mark.parametrize("minutes", [120.0, 60.0, 30.0, 5.0])
def test_people_are_where_the_closed_form_puts_them_at_any_step(at_rest: Scenario, minutes: float) -> None:
    placed = simulate(toy(at_rest, minutes)).flow("placed")[:, :, 0].sum(axis=0)
    np.testing.assert_allclose(placed, [92.02, 246.16, 261.82], atol=0.05)


def test_the_closed_form_itself() -> None:
    weights = [math.exp(-km / SCALE) for km in KM]
    low, high = 0.0, 100.0
    for _ in range(100):
        tau = (low + high) / 2
        placed = [beds * -math.expm1(-tau * weight) for beds, weight in zip(BEDS, weights, strict=True)]
        low, high = (tau, high) if sum(placed) < 600 else (low, tau)
    np.testing.assert_allclose(placed, [92.02, 246.16, 261.82], atol=0.005)


def test_beds_too_far_to_have_a_weight_are_filled_last(at_rest: Scenario) -> None:
    scenario = toy(at_rest, 60.0).change(
        {"aid.placement.distance_scale_km": 0.1, "aid.placement.seats_per_hour": 10_000.0}
    )
    placed = simulate(scenario).flow("placed")[:, :, 0].sum(axis=0)
    np.testing.assert_allclose(placed, [100.0, 300.0, 200.0], atol=1e-6)


def test_when_a_place_is_full_does_not_depend_on_the_step() -> None:
    plan = load_scenario("lachin-2023-plan").change({"timeline.days": 8})
    place = list(plan.aid.provinces).index("Syunik")
    steps = (60.0, 30.0, 15.0, 5.0)
    first = [simulate(plan.change({"timeline.step_minutes": minutes})).first_full[place, 0] for minutes in steps]
    assert max(first) - min(first) < 0.3
