"""Draws that the tests of decisions share."""

from __future__ import annotations

import pytest

import refugee_model as rm
from refugee_model.scenario.scenario import Scenario

RANGES = {
    "people.total": {"low": 600.0, "likely": 1500.0, "high": 3000.0, "reason": "assumed: for the test"},
    "timing.departure.rate_per_hour": {"low": 0.05, "likely": 0.15, "high": 0.4},
    "timing.accommodation.asks_for_bed_share": {"low": 0.2, "likely": 0.5, "high": 0.9, "reason": "a survey"},
    "aid.provinces.Hills.beds": {"low": 200.0, "likely": 500.0, "high": 900.0, "reason": "a survey"},
    "aid.provinces.Plain.beds": 600,
    "aid.transit_places": 0,
    "aid.bed_night_usd": {"low": 10.0, "likely": 20.0, "high": 30.0, "reason": "a survey"},
    "timing.transport.own_vehicle_share": {"low": 0.5, "likely": 0.8, "high": 0.95, "reason": "a survey"},
    "correlations": [{"paths": ["people.total", "timing.transport.own_vehicle_share"], "rank": 0.6}],
}


@pytest.fixture(scope="session")
def doubtful(small: Scenario) -> Scenario:
    """The small scenario with a few uncertain numbers."""
    return small.change(RANGES)


@pytest.fixture(scope="session")
def drawn(doubtful: Scenario) -> rm.Ensemble:
    """Draws of it, with people by day."""
    return rm.simulate_ensemble(doubtful, draws=512, seed=3)
