"""What many tests start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario

SMALL = Path(__file__).parent / "scenarios" / "small.toml"


@pytest.fixture(scope="session")
def small_path() -> Path:
    """The small scenario's file."""
    return SMALL


@pytest.fixture(scope="session")
def small() -> Scenario:
    """The small scenario."""
    return load_scenario(SMALL)
