"""People who flee through one road: how many, when, where they wait, what they need, and how sure we are.

Everything a program needs is a name of this module; each is loaded when it is first used, so that importing is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from refugee_model.engine.simulation import simulate as simulate
    from refugee_model.engine.trajectories import Trajectories as Trajectories
    from refugee_model.errors import RefugeeModelError as RefugeeModelError
    from refugee_model.files.reports_file import load_reports as load_reports
    from refugee_model.files.scenario_file import list_scenarios as list_scenarios
    from refugee_model.files.scenario_file import load_scenario as load_scenario
    from refugee_model.scenario.scenario import Scenario as Scenario

_HOME = {
    # errors
    "RefugeeModelError": "errors",
    # scenario
    "Scenario": "scenario.scenario",
    # engine
    "Trajectories": "engine.trajectories",
    "simulate": "engine.simulation",
    # files
    "load_scenario": "files.scenario_file",
    "list_scenarios": "files.scenario_file",
    "load_reports": "files.reports_file",
}

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'refugee_model' has no attribute '{name}'")
    return getattr(import_module(f"refugee_model.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
