"""Placement nearest first against its closed form, and in steps of any length."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from refugee_model.engine.simulation import simulate
from refugee_model.engine.stages.nearest import fill_nearest
from refugee_model.engine.variables import AT_ONCE, One, Province
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario
from tests.conftest import QUIET

Floats = NDArray[np.float64]

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


def filled(wanted: Floats, free: Floats, freed: Floats, weights: Floats) -> Floats:
    """People placed (case, province, draw), of those wanted (case, draw) in free beds, some of which come evenly."""
    fill = fill_nearest if numba.config.DISABLE_JIT else numba.njit(error_model="numpy")(_fill_each)
    cases, provinces, draws = free.shape
    one, state = np.zeros((cases, len(One), AT_ONCE)), np.zeros((cases, provinces, len(Province), AT_ONCE))
    one[:, One.left.row, :draws], one[:, One.free.row, :draws] = wanted, free.sum(axis=1)
    for row, values in ((Province.free, free), (Province.freed, freed), (Province.placement_weight, weights)):
        state[:, :, row.row, :draws] = values
    fill(one.reshape(cases, -1), state.reshape(cases, -1), np.arange(provinces), draws)
    return state[:, :, Province.placed.row, :draws]


def _fill_each(one: Floats, provinces: Floats, order: NDArray[np.int64], draws: int) -> None:
    for case in range(len(one)):
        fill_nearest(one[case], provinces[case], order, draws)


def test_beds_empty_at_the_pace_of_their_weight_whatever_is_wanted_and_whoever_stands_beside() -> None:
    numbers, shape = np.random.default_rng(1), (300, 5, AT_ONCE)
    free = numbers.uniform(0.0, 1e4, shape) * numbers.choice([0.0, 1e-3, 1.0], shape)
    freed = free * numbers.choice([0.0, 0.3, 1.0], shape)
    weights = np.exp(-numbers.uniform(0.0, 1.0, shape) * numbers.choice([0.5, 3.0, 20.0], (300, 1, AT_ONCE)))
    shares = numbers.choice([0.0, 1e-9, 1e-4, 0.02, 0.3, 0.9, 0.9999, 1.0, 1.2], (300, AT_ONCE))
    wanted = free.sum(axis=1) * shares
    placed = filled(wanted, free, freed, weights)
    assert np.array_equal(placed[:, :, :1], filled(wanted[:, :1], free[..., :1], freed[..., :1], weights[..., :1]))
    low, high = np.zeros((300, AT_ONCE)), np.full((300, AT_ONCE), 1e25)
    for _ in range(250):
        tau = np.sqrt(np.maximum(low, 1e-20) * high)
        exponent = tau[:, None] * weights
        share = -np.expm1(-exponent)
        of_freed = np.where(exponent < 1e-4, exponent / 2 - np.square(exponent) / 6, 1 - share / exponent)
        found = (free - freed) * share + freed * of_freed
        low, high = (np.where(found.sum(axis=1) < wanted, *pair) for pair in ((tau, low), (high, tau)))
    np.testing.assert_allclose(placed.sum(axis=1), np.minimum(wanted, free.sum(axis=1)), rtol=1e-12, atol=1e-12)
    some = (wanted > 0.0) & (shares < 1.0)
    error = np.abs(placed - found).max(axis=1) / np.maximum(wanted, 1e-300)
    assert error[some].max() < 1e-8
