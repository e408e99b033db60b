"""The errors of reports: those of totals stay in the total."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from refugee_model.studies.forecast import observations
from refugee_model.studies.forecast.observations import Observations, observations_of

PEOPLE = 100_000.0


def reports_of(*rows: tuple[float, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["hours", "quantity", "value"])
    return table.assign(place="", clock_time="exact", rounding=1.0, earliest=pd.NaT, latest=pd.NaT)


@pytest.fixture
def counted() -> tuple[Observations, np.ndarray]:
    """Two totals and beds, by turns, and what three draws project."""
    rows = (
        (10.0, "arrived", 900.0),
        (24.0, "arrived", 4000.0),
        (24.0, "registered", 700.0),
        (30.0, "in_state_accommodation", 800.0),
        (40.0, "arrived", 4100.0),
        (52.0, "registered", 3000.0),
        (70.0, "arrived", 20_000.0),
    )
    observed = observations_of(reports_of(*rows), PEOPLE)
    projected = np.random.default_rng(2).uniform(0.6, 1.5, (3, len(rows))) * [row[2] for row in rows]
    return observed, projected


def covariance(observed: Observations, projected: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Of the logarithms of what is reported of one draw: errors of those who came stay in all later counts of them."""
    size = projected + observed.floor
    found = np.diag(np.square(spread))
    for report in range(len(size)):
        if not observed.stays[report]:
            continue
        chain, at = [], report
        while at >= 0:
            chain.append(at)
            at = observed.before[at]
        came = {at: observed.stays[at] * _came(observed, size, at) for at in chain}
        for other in range(report + 1):
            if other in chain:
                shared = sum(came[at] ** 2 for at in chain if at <= other)
                found[report, other] += shared / size[report] / size[other]
                found[other, report] = found[report, other]
    return found


def _came(observed: Observations, size: np.ndarray, report: int) -> float:
    before = observed.before[report]
    return float(size[report] - (size[before] if before >= 0 else 0.0))


def test_the_filter_is_the_density_of_errors_that_stay(
    counted: tuple[Observations, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    observed, projected = counted
    projected[:, [0, 1, 4, 6]] = np.sort(projected[:, [0, 1, 4, 6]])
    projected[:, [2, 5]] = np.sort(projected[:, [2, 5]])
    monkeypatch.setattr(observations, "ERROR_DEGREES", 1e7)  # as good as normal
    rate = np.zeros_like(projected)
    found = observed.log_likelihood(projected, rate)
    for draw, spread in enumerate(observed.spread(projected, rate)):
        off = np.log(projected[draw] + observed.floor) - np.log(observed.values + observed.floor)
        dense = multivariate_normal(cov=covariance(observed, projected[draw], spread)).logpdf(off)
        assert found[draw] == pytest.approx(dense, abs=1e-4)


def test_what_is_simulated_has_the_errors_that_are_expected(counted: tuple[Observations, np.ndarray]) -> None:
    observed, projected = counted
    many, rate = np.repeat(np.sort(projected[:1]), 20_000, axis=0), np.zeros((20_000, projected.shape[1]))
    shown = observed.simulate(many, rate, np.random.default_rng(4))
    off = np.log(shown + observed.floor) - np.log(many + observed.floor)
    # Student-t with four degrees has twice the variance.
    wanted = covariance(observed, many[0], np.sqrt(2.0) * observed.spread(many, rate)[0])
    assert np.cov(off.T) == pytest.approx(wanted, rel=0.2, abs=0.03 * wanted.max())


def test_a_count_that_is_off_throughout_is_told_once(counted: tuple[Observations, np.ndarray]) -> None:
    observed, _ = counted
    projected = observed.values[None] * [[1.0], [1.3]]
    fits, too_high = observed.errors(projected, np.zeros_like(projected))
    assert fits == pytest.approx(0.0)
    of_arrived = np.abs(too_high[[0, 1, 4, 6]])
    assert of_arrived[2] < 0.7 * of_arrived[1]  # hardly anybody came: nothing new is off
