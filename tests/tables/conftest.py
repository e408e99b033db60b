"""Projections that tables are made from."""

from __future__ import annotations

import pytest
from refugee_model.engine.trajectories import Trajectories

from refugee_model.engine.simulation import simulate
from refugee_model.scenario.scenario import Scenario

QUIET = {
    "timing.departure.share_leaving": 0.0,
    "timing.accommodation.comes_forward_per_hour": 0.0,
    "timing.accommodation.comes_back_for_bed_per_hour": 0.0,
    "timing.checkpoint.night_factor": 1.0,
}


@pytest.fixture(scope="session")
def run(small: Scenario) -> Trajectories:
    """The small scenario, projected."""
    return simulate(small)


@pytest.fixture(scope="session")
def at_rest(small: Scenario) -> Scenario:
    """100 people sheltered in Hills, and nothing moves."""
    return small.change({**QUIET, "people.total": 100, "people.now": {"sheltered": {"Hills": 100}}})


@pytest.fixture(scope="session")
def resting(at_rest: Scenario) -> Trajectories:
    """100 people sheltered in Hills, projected."""
    return simulate(at_rest)


@pytest.fixture(scope="session")
def empty(small: Scenario) -> Trajectories:
    """Nobody at all."""
    return simulate(small.change({"people.total": 0}))
