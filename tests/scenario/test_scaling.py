"""``times(factor)`` scales whatever stands at a path."""

import numpy as np
import pytest

import refugee_model as rm
from refugee_model.errors import RequestError, ScenarioError
from refugee_model.scenario.distributions import DISTRIBUTIONS

RANGES = {
    "pert": {"low": 2.0, "likely": 3.0, "high": 5.0},
    "triangular": {"low": 2.0, "likely": 3.0, "high": 5.0},
    "uniform": {"low": 2.0, "high": 5.0},
    "beta": {"alpha": 2.0, "beta": 3.0},
    "normal": {"mean": 40.0, "sd": 3.0, "at_least": 30.0},
    "lognormal": {"median": 4.0, "spread": 0.3, "at_most": 9.0},
    "discrete": {"values": [1.0, 4.0], "weights": [1.0, 3.0]},
    "empirical": {"values": [1.0, 2.0, 7.0]},
}
RATE = "timing.checkpoint.vehicles_per_hour"


@pytest.mark.parametrize("kind", DISTRIBUTIONS)
def test_a_range_stays_a_range_and_each_draw_is_scaled(kind: str) -> None:
    plan = rm.load_scenario("lachin-2023-plan").change({"people.total": {"distribution": kind, **RANGES[kind]}})
    halved = plan.change({"people.total": rm.times(0.5)})
    levels = np.linspace(0.01, 0.99, 25)
    before, after = (scenario.uncertain["people.total"].quantile(levels) for scenario in (plan, halved))
    np.testing.assert_allclose(after, 0.5 * before, rtol=1e-9)


def test_every_number_of_a_schedule_is_scaled() -> None:
    schedule = [{"value": 100.0}, {"value": {"low": 1.0, "likely": 2.0, "high": 4.0}, "since": 3.0}]
    plan = rm.load_scenario("lachin-2023").change({RATE: schedule})
    doubled = plan.change({RATE: rm.times(2)})
    assert doubled.get(f"{RATE}.0.value") == 200.0
    assert doubled.uncertain[f"{RATE}.1.value"].plain() == {"low": 2.0, "likely": 4.0, "high": 8.0}


def test_scaling_by_one_changes_nothing() -> None:
    plan = rm.load_scenario("lachin-2023-plan")
    assert plan.change(dict.fromkeys(plan.uncertain, rm.times(1))).values(defaults=True) == plan.values(defaults=True)


@pytest.mark.parametrize("factor", [None, -1, float("nan"), float("inf"), "0.5", True])
def test_a_factor_that_is_none_is_refused(factor: object) -> None:
    with pytest.raises(RequestError, match="expected a number of at least 0"):
        rm.times(factor)  # type: ignore[arg-type]


def test_what_cannot_be_scaled_is_named() -> None:
    paths = ("people", "timing.checkpoint.seconds", "title", "timing.transport.fuel_litres")
    with pytest.raises(ScenarioError) as error:
        rm.load_scenario("lachin-2023").change(dict.fromkeys(paths, rm.times(0.5)))
    message = str(error.value)
    assert all(path in message for path in paths)
    assert "is blank, so there is nothing to scale" in message
