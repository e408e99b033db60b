"""Many draws of the small scenario, for all documents."""

import pytest

from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble, simulate_ensemble


@pytest.fixture(scope="session")
def uncertain(small: Scenario) -> Scenario:
    """The small scenario with two uncertain numbers and a place for each province and point."""
    changes = {"people.total": {"low": 6_000, "likely": 10_000, "high": 16_000}}
    changes |= {"timing.checkpoint.vehicles_per_hour": {"low": 60, "likely": 200, "high": 300}}
    places = {"aid.provinces.Hills": (40.2, 45.0), "aid.provinces.Plain": (40.0, 44.0)}
    places |= {"aid.reception_points.Border": (39.8, 46.0), "people.districts.North": (39.9, 46.7)}
    for path, (latitude, longitude) in places.items():
        changes |= {f"{path}.latitude": latitude, f"{path}.longitude": longitude}
    return small.change(changes)


@pytest.fixture(scope="session")
def drawn(uncertain: Scenario) -> Ensemble:
    """128 draws of it."""
    return simulate_ensemble(uncertain, draws=128, seed=1)
