"""Sensitivity against known answers: Ishigami, the G-function, inputs that go together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from refugee_model.studies.decisions.importance import (
    Indices,
    first_order,
    group_order,
    indices,
    interval,
    latent,
    noise_floor,
    swing,
)

Floats = NDArray[np.float64]
ISHIGAMI = (0.313905, 0.442411, 0.0)
ISHIGAMI_TOTAL = (0.557589, 0.442411, 0.243684)
G_FIRST = (0.716192, 0.179048, 0.023676, 0.007162, *[0.0000716] * 4)
G_TOTAL = (0.787144, 0.242198, 0.034317, 0.010460, *[0.000105] * 4)


def indices_of(function: Callable[[Floats], Floats], factors: int, draws: int, *, seed: int = 1) -> Indices:
    """Indices of a function of independent uniform numbers (draw, factor)."""
    both = latent(factors, draws, seed)
    base, other = both[:, :factors], both[:, factors:]
    swapped = []
    for factor in range(factors):
        mixed = base.copy()
        mixed[:, factor] = other[:, factor]
        swapped.append(function(mixed))
    return indices(function(base), function(other), np.stack(swapped))


def ishigami(points: Floats) -> Floats:
    one, two, three = np.pi * (2.0 * points.T - 1.0)
    return np.asarray(np.sin(one) + 7.0 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one))


def g_function(points: Floats) -> Floats:
    weights = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    return np.asarray(np.prod((np.abs(4.0 * points - 2.0) + weights) / (1.0 + weights), axis=1))


@pytest.mark.parametrize(
    ("function", "first", "total"), [(ishigami, ISHIGAMI, ISHIGAMI_TOTAL), (g_function, G_FIRST, G_TOTAL)]
)
def test_indices_of_known_functions(function: object, first: tuple[float, ...], total: tuple[float, ...]) -> None:
    found = indices_of(function, len(first), 2**14)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.first, first, atol=0.005)
    np.testing.assert_allclose(found.total, total, atol=0.005)


def test_bins_find_the_same_from_draws_that_are_there() -> None:
    points = latent(3, 2048, 1)[:, :3]
    result = ishigami(points)
    found = [first_order(points[:, column], result) for column in range(3)]
    np.testing.assert_allclose(found, ISHIGAMI, atol=0.03)
    for column, true in enumerate(ISHIGAMI):
        low, high = interval(points[:, column], result)
        assert low - 0.01 <= true <= high + 0.01
    assert found[2] < noise_floor(result).first_order < min(found[:2])


@pytest.mark.parametrize("rank", [0.0, 0.3, 0.8, -0.5])
def test_inputs_that_go_together_share_what_they_explain(rank: float) -> None:
    random = np.random.default_rng(3)
    one = random.standard_normal(8000)
    two = rank * one + np.sqrt(1.0 - rank**2) * random.standard_normal(8000)
    result = one + two
    for column in (one, two):
        assert first_order(column, result) == pytest.approx((1.0 + rank) / 2.0, abs=0.03)
    assert group_order(np.stack((one, two), axis=1), result) == pytest.approx(1.0, abs=0.02)


def test_a_group_whose_parts_work_against_each_other_is_found() -> None:
    random = np.random.default_rng(4)
    one, other = random.standard_normal((2, 4000))
    result = one * other + 0.2 * random.standard_normal(4000)
    assert first_order(one, result) < 0.05
    assert group_order(np.stack((one, other), axis=1), result) > 0.8


@given(seed=st.integers(0, 1000))
def test_only_the_order_of_an_input_counts(seed: int) -> None:
    random = np.random.default_rng(seed)
    values, result = random.standard_normal(300), random.standard_normal(300)
    assert first_order(values, result) == first_order(np.exp(values), result)
    assert first_order(values, result) == pytest.approx(first_order(-values, result), abs=0.06)
    assert swing(values, result)[2:] == swing(np.exp(values), result)[2:]


def test_an_input_that_does_nothing_is_not_above_chance() -> None:
    above = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        values, result = random.standard_normal(500), np.exp(random.standard_normal(500))
        floor, found = noise_floor(result, seed=seed), swing(values, result)
        above += first_order(values, result) > floor.first_order or abs(found.if_high - found.if_low) > floor.swing
    assert above <= 1


def test_a_swing_is_the_means_of_the_outer_fifths() -> None:
    values = np.arange(10.0)
    found = swing(values, values**2)
    assert found == (0.5, 8.5, 0.5, 72.5)


def test_a_result_without_spread_is_explained_by_nothing() -> None:
    values, flat = np.arange(100.0), np.ones(100)
    assert first_order(values, flat) == 0.0
    assert noise_floor(flat) == (0.0, 0.0)
