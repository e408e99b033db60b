"""Quantiles from counts against quantiles of the draws themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import refugee_model as rm
from refugee_model.arrays import Floats
from refugee_model.errors import RequestError
from refugee_model.outcomes.statistics import LEAST, MOST, Histogram, bins_of, over_draws, over_known
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies import points
from refugee_model.studies.ensemble import simulate_ensemble

QUANTILES = (0.0, 0.05, 0.37, 0.5, 0.95, 1.0)
A_BIN = 1.0 / 128


@pytest.fixture(scope="module")
def scenario(small: Scenario) -> Scenario:
    return small.change(
        {
            "people.total": {"low": 50_000, "likely": 80_000, "high": 120_000},
            "timing.accommodation.asks_for_bed_share": {"low": 0.1, "likely": 0.3, "high": 0.6},
        }
    )


@pytest.mark.parametrize("draws", [1, 2, 3, 100, 5000])
def test_quantiles_of_counts_are_within_a_bin_of_those_of_draws(draws: int) -> None:
    random = np.random.default_rng(draws)
    values = np.stack(
        [
            random.lognormal(6.0, 2.0, draws),
            random.uniform(0, 1, draws),
            np.where(random.random(draws) < 0.5, 0.0, 900.0),
        ]
    )
    counts = Histogram((3,))
    for part in np.array_split(values, min(draws, 7), axis=1):
        counts.add(bins_of(part))
    np.testing.assert_allclose(
        counts.quantiles(QUANTILES), np.quantile(values, QUANTILES, axis=1).T, rtol=A_BIN, atol=2 * LEAST
    )


def test_order_and_parts_do_not_matter() -> None:
    values = np.random.default_rng(1).lognormal(3.0, 1.0, (2, 999))
    one, other = Histogram((2,)), Histogram((2,))
    one.add(bins_of(values))
    for part in np.array_split(values[:, ::-1], 40, axis=1):
        other.add(bins_of(part))
    np.testing.assert_array_equal(one.counts, other.counts)


def test_infinite_and_unknown_values_are_told_apart() -> None:
    counts = Histogram((2,))
    counts.add(bins_of(np.array([[1.0, 2.0, np.inf], [1.0, 2.0, np.nan]])))
    assert counts.quantiles((0.5, 1.0))[0].tolist() == [pytest.approx(2.0, rel=A_BIN), np.inf]
    assert np.isnan(counts.quantiles((0.5,))[1, 0])
    beyond = Histogram((1,))
    beyond.add(bins_of(np.array([[2.0 * MOST]])))
    assert np.isinf(beyond.quantiles((0.5,))[0, 0])


def test_tables_of_counts_are_those_of_draws_within_a_bin(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "BLOCK", 32)
    whole, counted = simulate_ensemble(scenario, draws=300), simulate_ensemble(scenario, draws=300, keep="quantiles")
    assert not len(counted.result.kept)
    assert counted.measures.equals(whole.measures)
    for make in (rm.capacity_table, rm.movement_table, rm.night_table):
        expected, found = make(whole), make(counted)
        assert list(found.columns) == list(expected.columns)
        for name in expected.columns:
            if expected[name].dtype != np.float64:
                assert found[name].astype(str).tolist() == expected[name].astype(str).tolist()
            elif name.startswith("probability"):
                np.testing.assert_allclose(found[name], expected[name], atol=1e-12)
            else:
                np.testing.assert_allclose(found[name], expected[name], rtol=A_BIN, atol=2 * LEAST)


@pytest.mark.parametrize("table", [rm.peak_table, rm.needs_table, rm.cost_table])
def test_tables_that_need_every_draw_say_what_to_keep(scenario: Scenario, table: object) -> None:
    with pytest.raises(
        RequestError,
        match=rf"kept only quantiles, for capacity_table, movement_table, night_table and measure_table; "
        rf"{table.__name__} needs simulate_ensemble\(..., keep=None\)",
    ):
        table(simulate_ensemble(scenario, draws=4, keep="quantiles"))  # type: ignore[operator]


def test_infinite_and_unknown_draws() -> None:
    assert over_draws(np.array([1.0, np.inf, np.inf]), [0.0, 0.25, 1.0]).tolist() == [1.0, np.inf, np.inf]
    assert np.isnan(over_draws(np.array([1.0, np.nan]), [0.5])).all()
    assert over_known(np.array([[1.0, np.inf, 3.0], [np.nan, np.inf, np.nan]]), [0.5])[0].tolist() == [2.0]


@given(
    arrays(
        np.float64,
        array_shapes(min_dims=1, max_dims=3, max_side=7),
        elements=st.floats(0.0, 1e9) | st.sampled_from([np.inf, np.nan, 7.0]),
    ),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5),
)
def test_quantiles_are_those_of_numpy_to_the_bit(drawn: Floats, levels: list[float]) -> None:
    with np.errstate(invalid="ignore"):
        expected = np.moveaxis(np.quantile(drawn, levels, axis=-1), 0, -1)
    found = over_draws(drawn, levels)
    known = ~np.isnan(expected) | np.isnan(drawn).any(axis=-1)[..., None]  # numpy tells none beside an infinite one
    np.testing.assert_array_equal(found[known], expected[known])
    assert not np.isnan(found[~known]).any()
