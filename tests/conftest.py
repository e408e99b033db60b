"""What many tests start from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario

SMALL = Path(__file__).parent / "scenarios" / "small.toml"
QUIET = {
    "timing.departure.share_leaving": 0.0,
    "timing.accommodation.comes_forward_per_hour": 0.0,
    "timing.accommodation.comes_back_for_bed_per_hour": 0.0,
    "timing.checkpoint.night_factor": 1.0,
}
"""Nothing moves by itself."""


@pytest.fixture(scope="session")
def small_path() -> Path:
    """The small scenario's file."""
    return SMALL


@pytest.fixture(scope="session")
def small() -> Scenario:
    """The small scenario."""
    return load_scenario(SMALL)


@pytest.fixture(scope="session")
def run(small: Scenario) -> Result:
    """The small scenario, projected."""
    return simulate(small)


@pytest.fixture(scope="session")
def at_rest(small: Scenario) -> Scenario:
    """100 people sheltered in Hills, and nothing moves."""
    return small.change({**QUIET, "people.total": 100, "people.now": {"sheltered": {"Hills": 100}}})


@pytest.fixture(scope="session")
def resting(at_rest: Scenario) -> Result:
    """100 people sheltered in Hills, projected."""
    return simulate(at_rest)


@pytest.fixture(scope="session")
def empty(small: Scenario) -> Result:
    """Nobody at all."""
    return simulate(small.change({"people.total": 0}))


IN_CI = bool(os.environ.get("CI"))
"""There the same examples are tried each time: what is new is found before, and a red run can be repeated."""
settings.register_profile(
    "usual", deadline=None, suppress_health_check=list(HealthCheck), max_examples=15, derandomize=IN_CI
)
settings.register_profile("brief", settings.get_profile("usual"), phases=[Phase.explicit, Phase.reuse, Phase.generate])
settings.register_profile("more", settings.get_profile("usual"), max_examples=100)
settings.register_profile("thorough", settings.get_profile("usual"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--write-notebooks`` stores the outputs of the notebooks that ran.

    ``--write-method`` the table of the method page and the picture of the README.
    """
    parser.addoption("--write-notebooks", action="store_true", help="store the outputs of the notebooks")
    parser.addoption("--write-method", action="store_true", help="store the method page and the picture")
