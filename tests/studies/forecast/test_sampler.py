"""The sampler against posteriors that are known exactly, and against data simulated from what it starts from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, kstest

from refugee_model.studies.forecast import sampler
from refugee_model.studies.forecast.sampler import Sample, Start, sample

LOADINGS = np.array([[1.0, 0.5, 0.0, 0.3, 0.0], [0.0, 1.0, -0.7, 0.0, 0.4]])
ERROR = 0.3


def gaussian(values: np.ndarray) -> object:
    def likelihood(normals: np.ndarray) -> np.ndarray:
        off = (values - normals @ LOADINGS.T) / ERROR
        return -0.5 * np.square(off).sum(axis=1)

    return likelihood


def exact(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    precision = np.eye(5) + LOADINGS.T @ LOADINGS / ERROR**2
    covariance = np.linalg.inv(precision)
    return covariance @ LOADINGS.T @ values / ERROR**2, covariance


@pytest.mark.parametrize(("numbers", "shocks"), [(5, 0), (3, 2), (0, 5)])
def test_a_linear_model_gives_its_exact_posterior(numbers: int, shocks: int) -> None:
    values = np.array([2.0, -1.0])
    found = sample(gaussian(values), numbers, shocks, seed=3, particles=2000, keep=4)  # type: ignore[arg-type]
    mean, covariance = exact(values)
    assert found.normals.shape == (8000, 5)
    np.testing.assert_allclose(found.normals.mean(axis=0), mean, atol=0.08)
    np.testing.assert_allclose(np.cov(found.normals.T), covariance, atol=0.1)
    assert found.temperatures > 1
    assert found.effective_at_start < 400


@pytest.mark.parametrize(("numbers", "shocks"), [(5, 0), (3, 2), (0, 5)])
def test_from_where_a_smoother_leads_the_posterior_is_as_exact_in_fewer_steps(numbers: int, shocks: int) -> None:
    values = np.array([2.0, -1.0])
    known = {"likelihood": gaussian(values), "numbers": numbers, "shocks": shocks, "seed": 3, "particles": 2000}
    found = sample(**known, keep=4, errors=lambda normals: (normals @ LOADINGS.T - values) / ERROR)  # type: ignore[arg-type]
    mean, covariance = exact(values)
    np.testing.assert_allclose(found.normals.mean(axis=0), mean, atol=0.08)
    np.testing.assert_allclose(np.cov(found.normals.T), covariance, atol=0.1)
    assert found.temperatures < sample(**known).temperatures  # type: ignore[arg-type]


@pytest.mark.parametrize(("numbers", "shocks"), [(5, 0), (3, 2), (0, 5)])
@pytest.mark.parametrize("second", [-1.0, 4.0])
def test_going_on_from_an_earlier_value_gives_the_exact_posterior_of_both(
    numbers: int, shocks: int, second: float
) -> None:
    def first(normals: np.ndarray) -> np.ndarray:
        return -0.5 * np.square((2.0 - normals @ LOADINGS[0]) / ERROR)

    values = np.array([2.0, second])
    both = gaussian(values)
    known = {"numbers": numbers, "shocks": shocks, "particles": 2000}
    before = sample(first, **known, seed=3)  # type: ignore[arg-type]
    known_by_both = (both(before.particles), first(before.particles))  # type: ignore[operator]
    start = Start(before.particles, known_by_both, lambda normals: (both(normals), first(normals)), 0.0)  # type: ignore[operator]
    found = sample(both, **known, seed=(3, 2), start=start, keep=4)  # type: ignore[arg-type]
    mean, covariance = exact(values)
    np.testing.assert_allclose(found.normals.mean(axis=0), mean, atol=0.08)
    np.testing.assert_allclose(np.cov(found.normals.T), covariance, atol=0.1)


def test_a_smoother_that_is_led_astray_does_not_change_the_posterior() -> None:
    """What it takes for the errors of reports here is turned round."""
    values = np.array([1.0, -0.5])
    found = sample(
        gaussian(values), 5, 0, seed=3, particles=4000, keep=4, errors=lambda normals: normals @ LOADINGS.T + values
    )  # type: ignore[arg-type]
    np.testing.assert_allclose(found.normals.mean(axis=0), exact(values)[0], atol=0.08)


@pytest.mark.parametrize("most", [2, 3])
def test_stretches_of_many_shocks_give_the_exact_posterior_too(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampler, "STRETCHES", most)
    values = np.array([2.0, -1.0])
    found = sample(gaussian(values), 1, 4, seed=3, particles=2000, keep=4)  # type: ignore[arg-type]
    mean, covariance = exact(values)
    np.testing.assert_allclose(found.normals.mean(axis=0), mean, atol=0.08)
    np.testing.assert_allclose(np.cov(found.normals.T), covariance, atol=0.1)


def test_no_information_leaves_the_scenario_as_it_was() -> None:
    found = sample(lambda normals: np.zeros(len(normals)), 3, 4, seed=1, particles=1000)
    assert found.temperatures == 1
    assert found.effective_at_start == pytest.approx(1000.0)
    assert kstest(found.normals.ravel(), "norm").pvalue > 0.01


def test_the_same_seed_gives_the_same_draws_and_another_gives_others() -> None:
    def run(seed: int) -> Sample:
        return sample(gaussian(np.array([1.0, 0.0])), 5, 0, seed=seed, particles=200)  # type: ignore[arg-type]

    np.testing.assert_array_equal(run(4).normals, run(4).normals)
    assert not np.array_equal(run(4).normals, run(5).normals)


def test_so_many_draws_are_some_of_the_particles_after_the_last_moves() -> None:
    known = {"numbers": 3, "shocks": 2, "seed": 4, "particles": 50, "keep": 4}
    every, some = (sample(gaussian(np.array([1.0, 0.0])), **known, draws=draws).normals for draws in (None, 60))  # type: ignore[arg-type]
    rows = [int(np.flatnonzero((every == draw).all(axis=1))[-1]) for draw in some]
    assert len(some) == 60
    assert {row // 50 for row in rows} == {0, 1, 2, 3}
    assert rows != sorted(rows)


def test_a_lone_mode_far_out_is_reached() -> None:
    found = sample(lambda normals: -0.5 * np.square((normals[:, 0] - 6.0) / 0.05), 2, 0, seed=2, particles=1000)
    assert found.normals[:, 0].mean() == pytest.approx(6.0, abs=0.05)
    assert found.normals[:, 1].std() == pytest.approx(1.0, abs=0.1)


def test_ranks_of_the_truth_are_uniform_over_simulated_data() -> None:
    """Simulation-based calibration in small; tests/benchmarks/calibration.py does it in earnest."""
    random, bins, sets = np.random.default_rng(11), 5, 100
    counts = np.zeros((5, bins))
    for seed in range(sets):
        truth = random.standard_normal(5)
        values = LOADINGS @ truth + ERROR * random.standard_normal(2)
        draws = sample(gaussian(values), 3, 2, seed=seed, particles=200, last_rounds=6).normals
        ranks = (draws < truth).mean(axis=0)
        counts[np.arange(5), np.minimum((ranks * bins).astype(int), bins - 1)] += 1
    p = chi2.sf((np.square(counts - sets / bins) / (sets / bins)).sum(axis=1), bins - 1)
    assert p.min() > 0.01 / 5
