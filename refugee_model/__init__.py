"""People who flee through one road: how many, when, where they wait, what they need, and how sure we are.

Everything a program needs is a name of this module; each is loaded when it is first used, so that importing is quick.
"""

from refugee_model.version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:  # nothing else is imported: an interruption may come at once, and the shell deals with it
    from typing import Any

    from refugee_model.engine.simulation import simulate as simulate
    from refugee_model.engine.trajectories import Trajectories as Trajectories
    from refugee_model.errors import RefugeeModelError as RefugeeModelError
    from refugee_model.files.batch_run import run_batch as run_batch
    from refugee_model.files.reports_file import load_reports as load_reports
    from refugee_model.files.scenario_file import list_scenarios as list_scenarios
    from refugee_model.files.scenario_file import load_scenario as load_scenario
    from refugee_model.files.study_file import load_study as load_study
    from refugee_model.scenario.scenario import Scenario as Scenario
    from refugee_model.studies.ensemble import Ensemble as Ensemble
    from refugee_model.studies.ensemble import simulate_ensemble as simulate_ensemble
    from refugee_model.studies.forecast import Forecast as Forecast
    from refugee_model.studies.forecast import forecast as forecast
    from refugee_model.studies.restart import scenario_from_forecast as scenario_from_forecast
    from refugee_model.studies.skill import score_forecasts as score_forecasts
    from refugee_model.tables.arrivals import arrivals_table as arrivals_table
    from refugee_model.tables.arrivals import compare_with_reports as compare_with_reports
    from refugee_model.tables.capacity import capacity_table as capacity_table
    from refugee_model.tables.chance import chance_table as chance_table
    from refugee_model.tables.costs import cost_table as cost_table
    from refugee_model.tables.forecasts import forecast_table as forecast_table
    from refugee_model.tables.groups import profile_table as profile_table
    from refugee_model.tables.movements import balance_table as balance_table
    from refugee_model.tables.movements import movement_table as movement_table
    from refugee_model.tables.needs import needs_table as needs_table
    from refugee_model.tables.nights import night_table as night_table
    from refugee_model.tables.peaks import peak_table as peak_table
    from refugee_model.tables.ranges import measure_table as measure_table
    from refugee_model.tables.staff import staff_table as staff_table
    from refugee_model.tables.summary import summary as summary
    from refugee_model.tables.waiting import waiting_table as waiting_table
    from refugee_model.views.plots import plot_arrivals as plot_arrivals
    from refugee_model.views.plots import plot_corridor as plot_corridor
    from refugee_model.views.plots import plot_fan as plot_fan
    from refugee_model.views.plots import plot_flow as plot_flow
    from refugee_model.views.plots import plot_forecast as plot_forecast
    from refugee_model.views.plots import plot_needs as plot_needs
    from refugee_model.views.plots import plot_nights as plot_nights
    from refugee_model.views.plots import plot_occupancy as plot_occupancy
    from refugee_model.views.plots import plot_provinces as plot_provinces
    from refugee_model.views.plots import plot_risk_calendar as plot_risk_calendar
    from refugee_model.views.plots import save_plot as save_plot

_HOME = {
    # errors
    "RefugeeModelError": "errors",
    # scenario
    "Scenario": "scenario.scenario",
    # engine
    "Trajectories": "engine.trajectories",
    "simulate": "engine.simulation",
    # tables
    "arrivals_table": "tables.arrivals",
    "compare_with_reports": "tables.arrivals",
    "movement_table": "tables.movements",
    "balance_table": "tables.movements",
    "capacity_table": "tables.capacity",
    "peak_table": "tables.peaks",
    "night_table": "tables.nights",
    "waiting_table": "tables.waiting",
    "needs_table": "tables.needs",
    "staff_table": "tables.staff",
    "profile_table": "tables.groups",
    "cost_table": "tables.costs",
    "chance_table": "tables.chance",
    "summary": "tables.summary",
    # studies
    "Ensemble": "studies.ensemble",
    "simulate_ensemble": "studies.ensemble",
    "Forecast": "studies.forecast",
    "forecast": "studies.forecast",
    "forecast_table": "tables.forecasts",
    "scenario_from_forecast": "studies.restart",
    "score_forecasts": "studies.skill",
    "measure_table": "tables.ranges",
    # files
    "load_scenario": "files.scenario_file",
    "list_scenarios": "files.scenario_file",
    "load_reports": "files.reports_file",
    "load_study": "files.study_file",
    "run_batch": "files.batch_run",
    # views
    "plot_arrivals": "views.plots",
    "plot_corridor": "views.plots",
    "plot_fan": "views.plots",
    "plot_flow": "views.plots",
    "plot_forecast": "views.plots",
    "plot_needs": "views.plots",
    "plot_nights": "views.plots",
    "plot_occupancy": "views.plots",
    "plot_provinces": "views.plots",
    "plot_risk_calendar": "views.plots",
    "save_plot": "views.plots",
}

__version__ = VERSION
__all__ = [*_HOME, "__version__"]  # noqa: PLE0604 - the keys are texts


def __getattr__(name: str) -> "Any":
    if name not in _HOME:
        raise AttributeError(f"module 'refugee_model' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"refugee_model.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
