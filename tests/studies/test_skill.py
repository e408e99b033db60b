"""Scores of forecasts and what they are compared with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies import forecast as module
from refugee_model.studies.baselines import gompertz, logistic, persistence, planning_figure, rate_so_far
from refugee_model.studies.skill import LEVELS, _errors, _Told

HOURS = np.array([10.0, 20.0, 30.0, 40.0])


def test_persistence_goes_on_at_the_rate_of_its_window() -> None:
    values = np.array([100.0, 200.0, 400.0, 800.0])
    np.testing.assert_allclose(persistence(HOURS, values, np.array([41.0, 50.0]), 10.0), [840.0, 1200.0])
    np.testing.assert_allclose(persistence(HOURS, values, np.array([50.0]), 20.0), [800.0 + 10.0 * 30.0])
    np.testing.assert_allclose(persistence(HOURS[:1], values[:1], np.array([20.0]), 5.0), [200.0])
    np.testing.assert_allclose(persistence(HOURS[:1], values[:1], np.array([20.0]), 20.0), [150.0])


def test_curves_are_found_again() -> None:
    ahead = np.array([60.0, 200.0])
    true = 5000.0 / (1.0 + np.exp(-0.1 * (HOURS - 35.0)))
    np.testing.assert_allclose(logistic(HOURS, true, ahead), 5000.0 / (1.0 + np.exp(-0.1 * (ahead - 35.0))), rtol=1e-3)
    true = 5000.0 * np.exp(-np.exp(-0.08 * (HOURS - 25.0)))
    np.testing.assert_allclose(
        gompertz(HOURS, true, ahead), 5000.0 * np.exp(-np.exp(-0.08 * (ahead - 25.0))), rtol=1e-3
    )


def test_the_planning_figure_is_not_passed_unless_it_is_already() -> None:
    values = np.array([100.0, 200.0, 300.0, 400.0])
    assert rate_so_far(HOURS, values) == pytest.approx(10.0)
    assert rate_so_far(HOURS[:1], values[:1]) == pytest.approx(10.0)
    np.testing.assert_allclose(planning_figure(HOURS, values, np.array([50.0, 500.0]), 1000.0, 10.0), [500.0, 1000.0])
    np.testing.assert_allclose(planning_figure(HOURS, values, np.array([50.0]), 300.0, 10.0), [400.0])


def test_scores_by_hand() -> None:
    draws = np.linspace(0.0, 100.0, 1001)[None]
    told = _Told("uniform", np.quantile(draws, LEVELS, axis=1).T, draws)
    inside, outside = _errors(told, np.array([50.0])), _errors(told, np.array([120.0]))
    # WIS: half the distance to the median, and for each interval half its level x (width + 2 / level x distance
    # outside), / 4.5
    widths = {0.05: 95.0, 0.1: 90.0, 0.2: 80.0, 0.5: 50.0}
    upper = {0.05: 97.5, 0.1: 95.0, 0.2: 90.0, 0.5: 75.0}
    assert inside["wis"][0] == pytest.approx(sum(level / 2 * width for level, width in widths.items()) / 4.5)
    beyond = sum(level / 2 * (widths[level] + 2 / level * (120.0 - upper[level])) for level in widths)
    assert outside["wis"][0] == pytest.approx((0.5 * 70.0 + beyond) / 4.5)
    assert inside["crps"][0] == pytest.approx(100.0 / 12.0, rel=0.01)
    assert (inside["coverage_50"][0], inside["coverage_90"][0], outside["coverage_90"][0]) == (1.0, 1.0, 0.0)
    assert outside["bias"][0] == pytest.approx(-70.0)
    points = _errors(_Told("point", np.array([80.0])), np.array([100.0]))
    assert (points["wis"][0], points["crps"][0], points["bias"][0]) == (20.0, 20.0, -20.0)


@pytest.fixture(scope="module")
def scenario(small: Scenario) -> Scenario:
    return small.change({"people.total": {"low": 50_000, "likely": 80_000, "high": 120_000}})


@pytest.fixture(scope="module")
def reports(scenario: Scenario) -> pd.DataFrame:
    table = rm.arrivals_table(rm.simulate(scenario.change({"people.total": 90_000})), every_hours=6)
    return pd.DataFrame({"time": table["time"], "quantity": "arrived", "place": "", "value": table["arrived"]}).iloc[
        1:40
    ]


def test_scores_use_later_reports_only(
    scenario: Scenario, reports: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_PARTICLES", 200)
    cutoff = reports["time"].iloc[20].isoformat()
    table = rm.score_forecasts(scenario, reports, [cutoff], draws=200)
    assert set(table["quantity"]) == {"arrived"}
    whole = table[table["lead"] == "all"]
    assert (whole["reports"] == 18).all()
    assert list(whole["method"][:2]) == ["forecast", "prior without learning"]
    assert len(whole) == 9
    assert whole["ratio"].iloc[0] == 1.0
    assert whole["wis"].iloc[0] < whole["wis"].iloc[1]
    day = table[(table["lead"] == "up to 24 h") & (table["method"] == "forecast")]
    assert (day["reports"] == 4).all()
    alone = rm.score_forecasts(scenario, reports, [cutoff], draws=200, baselines=False)
    assert set(alone["method"]) == {"forecast"}


def test_requests_that_cannot_be_scored(scenario: Scenario, reports: pd.DataFrame) -> None:
    with pytest.raises(RequestError, match="cutoffs: expected a list of times"):
        rm.score_forecasts(scenario, reports, "2023-09-25T06:00+04:00")
    with pytest.raises(RequestError, match="cutoffs: expected a list of times"):
        rm.score_forecasts(scenario, reports, [])
