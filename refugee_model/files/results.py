"""What a run, an ensemble or a forecast is worth on disk: its tables, its pictures and the scenario that makes it
again.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.engine.result import Result
from refugee_model.errors import Problem, RequestError
from refugee_model.files.results_folder import check_folder, write_folder
from refugee_model.files.scenario_text import scenario_files
from refugee_model.files.table_files import csv_bytes, json_text
from refugee_model.languages import ENGLISH, Language
from refugee_model.languages import language as language_of
from refugee_model.memory import letting_go
from refugee_model.outcomes.parts import ORIGIN
from refugee_model.outcomes.reports import Reports
from refugee_model.scenario.network import inside
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.demand import required_capacity
from refugee_model.studies.decisions.events import event_table
from refugee_model.studies.decisions.order_by import decisions_due
from refugee_model.studies.decisions.plan import AidPlan
from refugee_model.studies.ensemble import Ensemble
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.studies.forecast.restart import scenario_from_forecast
from refugee_model.tables.answers import answers_text
from refugee_model.tables.arrivals import arrivals_table, compare_with_reports
from refugee_model.tables.forecasts import forecast_table, whole_forecast_table
from refugee_model.tables.frames import CANNOT, QUANTILES, result_of
from refugee_model.tables.people import cost_table, needs_table, night_table, profile_table, staff_table
from refugee_model.tables.places import balance_table, capacity_table, movement_table, peak_table
from refugee_model.tables.provenance import run_id
from refugee_model.tables.queues import journey_table, origin_table, waiting_table
from refugee_model.tables.ranges import first_full_table, measure_table, summary, summary_json
from refugee_model.version import VERSION
from refugee_model.wording import as_found

Files = dict[str, bytes]
Draw = Mapping[str, Callable[[], Any]]


UNWRITTEN = "these results cannot be written"
A_TABLE = "a table of sensitivity, triggers or compare"
PATHS = "a list of dotted paths, such as ['people.total']"
DRAWN = ("arrivals", "waiting", "movements", "needs", "nights", "capacity")
"""Tables of a run of which there are pictures."""
BY_DAY = {"capacity": capacity_table, "peaks": peak_table, "nights": night_table, "needs": needs_table}
"""Tables of many draws whose people by day were kept."""
PLAN_FACTS = ("budget", "cost_usd", "confidence", "met", "risk", "seed", "draws")
"""What ``plan.json`` says."""
TOLD = {"arrived": "forecast", "in_state_accommodation": "state_accommodation"}
"""Quantities of which a forecast has a picture, and its name."""


@takes(
    UNWRITTEN,
    folder=kind((str, os.PathLike), "a text or a path"),
    ensemble=kind(Ensemble, "what simulate_ensemble gives"),
    hxl=kind(bool, "True or False"),
    excel=kind(bool, "True or False"),
    changes=kind(lambda value: isinstance(value, list | tuple) and all(isinstance(path, str) for path in value), PATHS),
    made_from=kind(str, "a text"),
)
def write_results(
    results: Result | Ensemble | Forecast | AidPlan | pd.DataFrame,
    folder: str | os.PathLike[str],
    *,
    of: Any = None,
    reports: pd.DataFrame | Reports | None = None,
    ensemble: Ensemble | None = None,
    hxl: bool = False,
    excel: bool = False,
    language: str | None = None,
    force: bool = False,
    changes: Sequence[str] = (),
    inputs: Sequence[Path] = (),
    made_from: str = "",
    say: Callable[[str], None] | None = None,
) -> list[str]:
    """Write what the shell writes, and as it does: tables, pictures, and the scenario that makes them again.

    Parameters
    ----------
    results : Result, Ensemble, Forecast, AidPlan or DataFrame
        What ``simulate``, ``simulate_ensemble``, ``forecast`` or ``plan_aid`` gives; or the table that ``sensitivity``,
        ``triggers`` or ``compare`` gives.
    folder : str or path
        Where to; made if need be. Earlier results in it are replaced, all or nothing.
    of : Ensemble or Scenario, or two of them, optional
        What such a table was asked of: the draws or the scenario, of triggers the draws, of ``compare`` ``(a, b)``.
    reports : DataFrame or Reports, optional
        Reported totals to compare with; of a forecast later ones too.
    ensemble : Ensemble, optional
        Many draws of the scenario of a run, written beside it with the decisions that are due, as by ``run --draws``.
    hxl : bool
        Whether the second row of tables holds HXL tags.
    excel : bool
        Whether tables are for a double click in Excel.
    language : str, optional
        Of the summary and of the pictures, such as ``ru``; English unless given.
    force : bool
        Whether results may be put among other files.
    changes : sequence of str
        Paths of a run's scenario that were changed, to be told above it.
    inputs : sequence of Path
        Files that were read; none of them may lie in the folder.
    made_from : str
        What the folder is named after: it then does not take the place of the results of something else.
    say : callable, optional
        Told what is being done with a run.

    Returns
    -------
    list of str
        What a person should know of it; mostly nothing.

    Raises
    ------
    RequestError
        If ``results`` is something else, ``ensemble`` is not of its scenario, or ``of`` not what it was asked of.
    OutputError
        If the folder cannot be used; nothing is written then.

    Examples
    --------
    >>> import refugee_model as rm
    >>> rm.write_results(rm.simulate(rm.load_scenario("lachin-2023")), "results")  # doctest: +SKIP
    >>> ensemble = rm.simulate_ensemble(rm.load_scenario("lachin-2023-plan"), draws=2048)  # doctest: +SKIP
    >>> rm.write_results(rm.sensitivity(ensemble), "what-matters", of=ensemble)  # doctest: +SKIP
    """
    place, reports = Path(folder), None if reports is None else Reports.of(reports, UNWRITTEN)
    form = Form(language_of(ENGLISH if language is None else language), excel=excel)
    where: dict[str, Any] = {"force": force, "inputs": inputs, "made_from": made_from}
    if not isinstance(results, Forecast | AidPlan | Ensemble | pd.DataFrame):
        results = result_of(results)
        if not results.keep.flows:
            found = "found draws without their ensemble; give what simulate_ensemble gave"
            raise RequestError(CANNOT, [Problem("results", found)])
    if ensemble is not None and (not isinstance(results, Result) or ensemble.scenario != results.scenario):
        found = "found many draws beside something else than a run of their scenario; give simulate(scenario) with them"
        raise RequestError(UNWRITTEN, [Problem("ensemble", found)])
    if of is not None and not isinstance(results, pd.DataFrame):
        found = (
            f"found {as_found(of)} beside something else than a table of sensitivity, triggers or compare; leave it out"
        )
        raise RequestError(UNWRITTEN, [Problem("of", found)])
    check_folder(place, **where)
    if isinstance(results, pd.DataFrame):
        files = table_files(results, of, form)
    elif isinstance(results, Forecast):
        files = forecast_files(results, reports, scenario_from_forecast(results), form)
    elif isinstance(results, AidPlan):
        files = plan_files(results, form)
    elif isinstance(results, Ensemble):
        files = ensemble_files(results, form)
    else:
        tell = say or (lambda _: None)
        tell("working out tables")
        tables = run_tables(results, reports)
        tell("drawing pictures")
        drawn = None if ensemble is None else (len(ensemble), ensemble.seed)
        files = run_files(tables, results.scenario, reports, form, changes=changes, drawn=drawn, hxl=hxl)
        if ensemble is not None:
            files |= draw_files(ensemble, form) | decision_files(decisions_due(ensemble), ensemble, form)
    return write_folder(place, files, **where)


@dataclass(frozen=True)
class Form:
    """How results are written."""

    words: Language
    """Of summaries and pictures."""
    excel: bool = False
    """Whether tables are for a double click in Excel."""

    def spoken(self, scenario: Scenario) -> AbstractContextManager[None]:
        """Let all words be of the language, with kinds of places as a scenario calls them."""
        return self.words.calling(scenario.called.given).spoken()

    def tables(self, tables: Mapping[str, pd.DataFrame], *, hxl: bool = False) -> Files:
        """Tables as files."""
        return {f"{name}.csv": csv_bytes(table, hxl=hxl, excel=self.excel) for name, table in tables.items()}

    def pictures(self, draw: Draw, scenario: Scenario) -> Files:
        """Pictures as files."""
        with self.spoken(scenario):
            return {f"plots/{name}.png": _png(axes) for name, axes in draw.items()}


def run_tables(run: Result, reports: Reports | None = None) -> dict[str, Any]:
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


def run_files(
    tables: Mapping[str, Any],
    scenario: Scenario,
    reports: Reports | None,
    form: Form,
    *,
    changes: Sequence[str] = (),
    drawn: tuple[int, int] | None = None,
    hxl: bool = False,
) -> Files:
    """All files of a run, by name; ``drawn`` are the number of draws beside it and their seed."""
    told = tables["summary"]
    drawing = "" if drawn is None else f" --draws {drawn[0]} --seed {drawn[1]}"
    header = f"Resolved scenario, run {told['run_id']}, refugee_model {told['version']}. "
    header += f"Run it again: refugee-model run scenario.toml{drawing}"
    if changes:
        header += "\nChanged on the command line: " + ", ".join(changes)
    files = scenario_files("scenario", scenario, header=header)
    files["summary.json"] = json_text(summary_json(told)).encode()
    files |= form.tables({name: table for name, table in tables.items() if name != "summary"}, hxl=hxl)
    with form.spoken(scenario):
        files["summary.txt"] = answers_text(told, scenario.title).encode()
    return files | form.pictures(_drawn_of_run(tables, reports), scenario)


def draw_files(ensemble: Ensemble, form: Form) -> Files:
    """Draws, measures and their quantiles, by name."""
    tables = {"draws": ensemble.draws, "measures": ensemble.measures, "ranges": measure_table(ensemble)}
    return form.tables(tables)


def _made_again(what: str, doing: str, command: str) -> str:
    """What stands above a scenario: of what it is, and how that is made again."""
    return f"Resolved scenario of {what}, refugee_model {VERSION}. {doing} again: refugee-model {command}"


def plan_files(plan: AidPlan, form: Form) -> Files:
    """All files of a plan, by name; the scenario is the one with its orders."""
    from refugee_model.charts.decisions import plot_frontier

    header = f"The scenario with the orders of a plan, refugee_model {VERSION}. "
    header += "Project it: refugee-model run scenario.toml"
    tables = {name: getattr(plan, name) for name in ("orders", "uncovered", "frontier", "certainty", "validation")}
    tables |= {} if plan.changes is None else {"changes": plan.changes}
    files = form.tables(tables) | scenario_files("scenario", plan.scenario, header=header)
    files["plan.json"] = json_text({name: getattr(plan, name) for name in PLAN_FACTS}).encode()
    return files | form.pictures({"frontier": partial(plot_frontier, plan.frontier)}, plan.scenario)


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
    header = _made_again("an ensemble", "Draw it", drawing)
    tables: dict[str, Any] = {"first_full": first_full_table(ensemble), "summary": summary(ensemble)}
    files = scenario_files("scenario", ensemble.scenario, header=header) | draw_files(ensemble, form)
    return files | form.tables(tables | _by_day(ensemble))


def forecast_files(forecast: Forecast, reports: Reports | None, later: Scenario, form: Form) -> Files:
    """All files of a forecast, by name; ``later`` is the scenario of the days ahead."""
    options = f"--until {forecast.until.isoformat()} --draws {len(forecast)} --seed {forecast.seed}"
    command = f"forecast scenario.toml --reports reports.csv {options} --out DIR"
    header = _made_again("a forecast", "Forecast it", command)
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
    ahead = "The days ahead: people where the forecast has them. Change what is to be tried, then: "
    header = f"{ahead}refugee-model run later.toml\n{lost_in(later)}"
    files |= scenario_files("later", later, header=header)
    if forecast.warnings:
        files["warnings.txt"] = "".join(f"{warning}\n" for warning in forecast.warnings).encode()
    return files | form.pictures(_drawn_of_forecast(forecast, reports), forecast.scenario)


def sensitivity_files(table: pd.DataFrame, asked: Sequence[Ensemble | Scenario], form: Form) -> Files:
    """What says which numbers matter: the table, its picture, and the scenario that makes them again."""
    from refugee_model.charts.tornado import plot_sensitivity

    words = f"--measure {shlex.quote(str(table.attrs['measure']))}"
    header = _made_again("a sensitivity", "Work it out", _command("sensitivity scenario.toml", table, words))
    scenario = _scenario(asked[0])
    files = scenario_files("scenario", scenario, header=header) | form.tables({"sensitivity": table})
    return files | form.pictures({"sensitivity": partial(plot_sensitivity, table)}, scenario)


def _command(of: str, table: pd.DataFrame, *words: str) -> str:
    """The command that asks many draws once more."""
    return " ".join([of, *words, f"--draws {table.attrs['draws']} --seed {table.attrs['seed']} --out DIR"])


def trigger_files(table: pd.DataFrame, asked: Sequence[Ensemble], form: Form) -> Files:
    """What says what to watch: the triggers, the card of the first, and how likely the event is."""
    from refugee_model.charts.risk import plot_futures
    from refugee_model.charts.trigger_card import plot_trigger

    event, scenario = str(table.attrs["event"]).replace(",", ""), asked[0].scenario
    words = f"--event {shlex.quote(event)}"
    header = _made_again("triggers", "Work them out", _command("triggers scenario.toml", table, words))
    with form.spoken(scenario):
        events = event_table(asked[0], event)
    draw: dict[str, Callable[[], Any]] = {"futures": partial(plot_futures, events)}
    if len(table):
        draw["trigger"] = partial(plot_trigger, table)
    files = scenario_files("scenario", scenario, header=header) | form.tables({"triggers": table})
    return files | form.pictures(draw, scenario)


def comparison_files(table: pd.DataFrame, asked: Sequence[Ensemble | Scenario], form: Form) -> Files:
    """What says how two scenarios differ: both of them, the table, and the headlines of it as text."""
    from refugee_model.console.answers import comparison_text

    header = _made_again("a comparison", "Compare", _command("compare a.toml b.toml", table))
    a, b = map(_scenario, asked)
    files = scenario_files("a", a, header=header) | scenario_files("b", b, header=header)
    with form.spoken(a):
        text = comparison_text(table, (a.title or "a.toml", b.title or "b.toml"))
    return files | form.tables({"comparison": table}) | {"comparison.txt": text.encode()}


_EITHER = (Ensemble, Scenario)
OF_TABLES: Mapping[str, tuple[str, str, Any, Callable[..., Files]]] = {
    "sensitivity": ("noise_floor", "its ensemble or scenario", _EITHER, sensitivity_files),
    "triggers": ("value_of_best", "its ensemble", Ensemble, trigger_files),
    "compare": ("run_id_b", "both scenarios or ensembles, (a, b)", _EITHER, comparison_files),
}
"""By what gives a table: what only its ``attrs`` have, what it is asked of, and what writes it."""


def table_files(table: pd.DataFrame, of: object, form: Form) -> Files:
    """All files of such a table, by name; refused where it is of another kind, or was asked of something else."""
    asked: list[Any] = list(of) if isinstance(of, list | tuple) else [of]
    ids = [table.attrs[name] for name in ("run_id", "run_id_a", "run_id_b") if name in table.attrs]
    for maker, (sign, expected, kinds, write) in OF_TABLES.items():
        if sign in table.attrs:
            draws = (table.attrs["draws"], table.attrs["seed"])
            if (
                all(isinstance(each, kinds) for each in asked)
                and [run_id(_scenario(each)) for each in asked] == ids
                and all(isinstance(each, Scenario) or (len(each), each.seed) == draws for each in asked)
            ):
                return write(table, asked, form)
            found = f"found {as_found(of)}, expected {expected}, as {maker} was given for this table"
            raise RequestError(UNWRITTEN, [Problem("of", found)])
    found = f"found {as_found(table)}, expected {A_TABLE}"
    raise RequestError(UNWRITTEN, [Problem("results", found)])


def _scenario(asked: Ensemble | Scenario) -> Scenario:
    return asked.scenario if isinstance(asked, Ensemble) else asked


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


def _png(axes: Callable[[], Any]) -> bytes:
    from refugee_model.charts import picture

    with letting_go():
        return picture.png(picture.figure_of(axes()), dpi=picture.PRINT_DPI)
