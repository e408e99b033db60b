"""What projections are written as: a run with its draws, an ensemble, a forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from refugee_model.engine.result import Result
from refugee_model.files.form import Draw, Files, Form, Results, made_again
from refugee_model.files.scenario_text import scenario_files
from refugee_model.files.table_files import csv_bytes, json_text
from refugee_model.outcomes.parts import ORIGIN
from refugee_model.outcomes.reports import Reports
from refugee_model.scenario.network import inside
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.demand import required_capacity
from refugee_model.studies.decisions.order_by import decisions_due
from refugee_model.studies.ensemble import Ensemble
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.studies.forecast.restart import scenario_from_forecast
from refugee_model.tables.answers import answers_text
from refugee_model.tables.arrivals import arrivals_table, compare_with_reports
from refugee_model.tables.forecasts import forecast_table, whole_forecast_table
from refugee_model.tables.frames import QUANTILES
from refugee_model.tables.people import cost_table, needs_table, night_table, profile_table, staff_table
from refugee_model.tables.places import balance_table, capacity_table, movement_table, peak_table
from refugee_model.tables.queues import journey_table, origin_table, waiting_table
from refugee_model.tables.ranges import first_full_table, measure_table, summary, summary_json

DRAWN = ("arrivals", "waiting", "movements", "needs", "nights", "capacity")
"""Tables of a run of which there are pictures."""
BY_DAY = {"capacity": capacity_table, "peaks": peak_table, "nights": night_table, "needs": needs_table}
"""Tables of many draws whose people by day were kept."""
TOLD = {"arrived": "forecast", "in_state_accommodation": "state_accommodation"}
"""Quantities of which a forecast has a picture, and its name."""


def run_results(
    run: Result,
    form: Form,
    *,
    reports: Reports | None,
    ensemble: Ensemble | None,
    changes: Sequence[str],
    hxl: bool,
    say: Callable[[str], None],
) -> Results:
    """A run, and many draws of its scenario beside it with the decisions that are due."""
    scenario = run.scenario
    say("working out tables")
    tables = run_tables(run, reports)
    say("drawing pictures")
    told = tables["summary"]
    header = f"Resolved scenario, run {told['run_id']}, refugee_model {told['version']}. "
    header += "Run it again: refugee-model run scenario.toml"
    header += "" if ensemble is None else f" --draws {len(ensemble)} --seed {ensemble.seed}"
    header += "\nChanged on the command line: " + ", ".join(changes) if changes else ""
    files = scenario_files("scenario", scenario, header=header)
    files["summary.json"] = json_text(summary_json(told)).encode()
    files |= form.tables({name: table for name, table in tables.items() if name != "summary"}, hxl=hxl)
    with form.spoken(scenario):
        files["summary.txt"] = answers_text(told, scenario.title).encode()
    files |= form.pictures(_drawn_of_run(tables, reports), scenario)
    if ensemble is None:
        return Results(files, tables)
    of_draws, due = draw_tables(ensemble), decisions_due(ensemble)
    files |= form.tables(of_draws) | decision_files(due, ensemble, form)
    return Results(files, tables | of_draws | {"decisions": due})


def run_tables(run: Result, reports: Reports | None) -> dict[str, Any]:
    """The tables of a run, by name of the file; with reports also how they compare."""
    tables: dict[str, Any] = {} if reports is None else {"comparison": compare_with_reports(run, reports)}
    if inside(run.scenario.people):
        tables["origins"] = origin_table(run, every_hours=24)
        tables["needs_by_origin"] = needs_table(run, by=ORIGIN)
        tables["costs_by_origin"] = cost_table(run, by=ORIGIN)
    if run.sizes.pools > 1:
        tables["journeys"] = journey_table(run, every_hours=24)
    return tables | {
        "arrivals": arrivals_table(run),
        "movements": movement_table(run, every_hours=1),
        "capacity": capacity_table(run),
        "peaks": peak_table(run),
        "nights": night_table(run),
        "waiting": waiting_table(run),
        "needs": needs_table(run),
        "staff": staff_table(run),
        "profile": profile_table(run),
        "costs": cost_table(run),
        "balance": balance_table(run),
        "summary": summary(run),
    }


def draw_tables(ensemble: Ensemble) -> dict[str, pd.DataFrame]:
    """Draws, measures and their quantiles, by name of the file."""
    return {"draws": ensemble.draws, "measures": ensemble.measures, "ranges": measure_table(ensemble)}


def decision_files(due: pd.DataFrame | None, ensemble: Ensemble, form: Form) -> Files:
    """Decisions due and required capacity, with their pictures; none where there are no decisions."""
    if due is None:
        return {}
    from refugee_model.charts.decisions import plot_decisions, plot_required

    levels = sorted({0.5, 0.8, float(due.attrs["confidence"])} if due.attrs["confidence"] > 0.8 else {0.5})
    of_levels = [required_capacity(ensemble, level) for level in levels]
    required = pd.concat(of_levels, ignore_index=True)
    required.attrs.update(of_levels[0].attrs)
    draw = {"decisions": partial(plot_decisions, due), "required": partial(plot_required, required)}
    tables = {"decisions": due, "required": required}
    return form.tables(tables) | form.pictures(draw, ensemble.scenario)


def _by_day(many: Ensemble | Forecast) -> dict[str, pd.DataFrame]:
    """Tables of many draws by day, where days were kept."""
    return {name: table(many, quantiles=QUANTILES) for name, table in BY_DAY.items()} if len(many.result.kept) else {}


def ensemble_files(ensemble: Ensemble, form: Form) -> Files:
    """All files of an ensemble, by name."""
    drawing = f"run scenario.toml --draws {len(ensemble)} --seed {ensemble.seed}"
    header = made_again("an ensemble", "Draw it", drawing)
    tables: dict[str, Any] = {"first_full": first_full_table(ensemble), "summary": summary(ensemble)}
    files = scenario_files("scenario", ensemble.scenario, header=header)
    return files | form.tables(draw_tables(ensemble) | tables | _by_day(ensemble))


def forecast_results(forecast: Forecast, reports: Reports | None, form: Form) -> Results:
    """A forecast, with the scenario of the days ahead."""
    options = f"--until {forecast.until.isoformat()} --draws {len(forecast)} --seed {forecast.seed}"
    command = f"forecast scenario.toml --reports reports.csv {options} --out DIR"
    header = made_again("a forecast", "Forecast it", command)
    tables = {
        "reports": forecast.reports.drop(columns="hours"),
        "forecast": whole_forecast_table(forecast, quantiles=QUANTILES),
        "learned": forecast.learned,
        "draws": forecast.draws,
        "measures": forecast.measures,
        "ranges": measure_table(forecast, quantiles=QUANTILES),
        "first_full": first_full_table(forecast),
        **_by_day(forecast),
    }
    files = scenario_files("scenario", forecast.scenario, header=header) | form.tables(tables)
    files["reports.csv"] = csv_bytes(tables["reports"])  # as it must be to be read again
    later = scenario_from_forecast(forecast)
    ahead = "The days ahead: people where the forecast has them. Change what is to be tried, then: "
    header = f"{ahead}refugee-model run later.toml\n{lost_in(later)}"
    files |= scenario_files("later", later, header=header)
    if forecast.warnings:
        files["warnings.txt"] = "".join(f"{warning}\n" for warning in forecast.warnings).encode()
    return Results(files | form.pictures(_drawn_of_forecast(forecast, reports), forecast.scenario), tables)


def lost_in(later: Scenario) -> str:
    """What a scenario written from a forecast keeps of it and what not: the last paragraph about it."""
    return later.about.split("\n\n")[-1]


def _drawn_of_run(tables: Mapping[str, Any], reports: Reports | None) -> Draw:
    from refugee_model.charts.arrivals import plot_arrivals
    from refugee_model.charts.corridor import plot_corridor
    from refugee_model.charts.flow import plot_flow
    from refugee_model.charts.needs import plot_needs
    from refugee_model.charts.nights import plot_nights
    from refugee_model.charts.occupancy import plot_occupancy, plot_provinces
    from refugee_model.charts.style import cover_tables

    cover_tables(*(table for name, table in tables.items() if name in DRAWN))  # so that missing letters are named once
    draw: Draw = {
        "arrivals": partial(plot_arrivals, tables["arrivals"], reports=reports),
        "corridor": partial(plot_corridor, tables["waiting"]),
        "flow": partial(plot_flow, tables["movements"]),
        "needs": partial(plot_needs, tables["needs"]),
        "nights": partial(plot_nights, tables["nights"]),
        "occupancy": partial(plot_occupancy, tables["capacity"]),
        "provinces": partial(plot_provinces, tables["capacity"]),
    }
    # A projection of a few hours may hold no night, and standards may name no item.
    empty = [name for name in ("nights", "needs") if tables[name].empty]
    return {name: drawn for name, drawn in draw.items() if name not in empty}


def _drawn_of_forecast(forecast: Forecast, reports: Reports | None) -> Draw:
    from refugee_model.charts.fan import plot_forecast

    known = forecast.reports if reports is None else reports
    tables = {name: forecast_table(forecast, quantity, quantiles=QUANTILES) for quantity, name in TOLD.items()}
    return {name: partial(plot_forecast, table, known) for name, table in tables.items()}
