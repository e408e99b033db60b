"""Tables of inverse distribution functions give what the functions give."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.scenario.distributions import (
    Beta,
    Discrete,
    Distribution,
    Empirical,
    Lognormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
)
from refugee_model.scenario.uncertain import quantiles

ALL: list[Distribution] = [
    Pert(low=90_000.0, likely=100_000.0, high=120_000.0),
    Pert(low=0.0, likely=0.0, high=1.0, plus=3.0),
    Pert(low=1.0, likely=2.0, high=3.0, at_most=2.2),
    Beta(alpha=0.1, beta=0.1),
    Beta(alpha=200.0, beta=3.0, low=-1.0),
    Triangular(low=1.0, likely=2.0, high=4.0),
    Uniform(low=1.0, high=2.0),
    Normal(mean=1.0, sd=0.3, at_least=0.0),
    Lognormal(median=2.0, spread=3.0),
    Empirical(values=(1.0, 2.0, 5.0)),
    Discrete(values=(1.0, 2.0), weights=(1.0, 3.0)),
]


def test_tables_agree_with_the_functions_also_far_out() -> None:
    uniforms = np.random.default_rng(1).random((len(ALL), 2_000))
    uniforms[:, :8] = [1e-12, 1e-9, 1e-7, 0.25, 0.5, 1 - 1e-7, 1 - 1e-9, 1 - 1e-12]
    found = quantiles(ALL, uniforms)
    for distribution, values, column in zip(ALL, found, uniforms, strict=True):
        exact = distribution.quantile(column)
        np.testing.assert_allclose(values, exact, rtol=0, atol=1e-11 * np.abs(exact).max())
        assert values.min() >= distribution.quantile(np.array([0.0]))[0]
        assert values.max() <= distribution.quantile(np.array([1.0]))[0]


@pytest.mark.parametrize("draws", [1, 7, 64])
def test_a_draw_has_the_same_bits_among_few_and_many(draws: int) -> None:
    uniforms = np.random.default_rng(2).random((len(ALL), 300))
    np.testing.assert_array_equal(quantiles(ALL, uniforms)[:, :draws], quantiles(ALL, uniforms[:, :draws]))


def test_nothing_uncertain_has_no_columns() -> None:
    assert quantiles([], np.empty((0, 5))).shape == (0, 5)
