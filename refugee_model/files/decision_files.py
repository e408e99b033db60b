"""What decisions are written as: a plan; what matters, what warns, and how two scenarios differ."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from refugee_model.errors import Problem, RequestError
from refugee_model.files.form import UNWRITTEN, Files, Form, Results, made_again
from refugee_model.files.scenario_text import scenario_files
from refugee_model.files.table_files import json_text
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.events import event_table
from refugee_model.studies.decisions.plan import AidPlan
from refugee_model.studies.ensemble import Ensemble
from refugee_model.tables.provenance import run_id
from refugee_model.version import VERSION
from refugee_model.wording import as_found

A_TABLE = "a table of sensitivity, triggers or compare"
PLAN_TABLES = ("orders", "uncovered", "frontier", "certainty", "validation")
PLAN_FACTS = ("budget", "cost_usd", "confidence", "met", "risk", "seed", "draws")
"""What ``plan.json`` says."""


def plan_files(plan: AidPlan, form: Form) -> Files:
    """All files of a plan, by name; the scenario is the one with its orders."""
    from refugee_model.charts.decisions import plot_frontier

    header = f"The scenario with the orders of a plan, refugee_model {VERSION}. "
    header += "Project it: refugee-model run scenario.toml"
    tables = {name: getattr(plan, name) for name in PLAN_TABLES}
    tables |= {} if plan.changes is None else {"changes": plan.changes}
    files = form.tables(tables) | scenario_files("scenario", plan.scenario, header=header)
    facts = {name: getattr(plan, name) for name in PLAN_FACTS} | ({"of_forecast": True} if plan.of_forecast else {})
    files["plan.json"] = json_text(facts).encode()
    return files | form.pictures({"frontier": partial(plot_frontier, plan.frontier)}, plan.scenario)


def sensitivity_results(table: pd.DataFrame, asked: Sequence[Ensemble | Scenario], form: Form) -> Results:
    """What says which numbers matter: the table, its picture, and the scenario that makes them again."""
    from refugee_model.charts.tornado import plot_sensitivity

    words = f"--measure {shlex.quote(str(table.attrs['measure']))}"
    header = made_again("a sensitivity", "Work it out", _command("sensitivity scenario.toml", table, words))
    scenario = _scenario(asked[0])
    files = scenario_files("scenario", scenario, header=header) | form.tables({"sensitivity": table})
    return Results(files | form.pictures({"sensitivity": partial(plot_sensitivity, table)}, scenario), {})


def _command(of: str, table: pd.DataFrame, *words: str) -> str:
    """The command that asks many draws once more."""
    return " ".join([of, *words, f"--draws {table.attrs['draws']} --seed {table.attrs['seed']} --out DIR"])


def trigger_results(table: pd.DataFrame, asked: Sequence[Ensemble], form: Form) -> Results:
    """What says what to watch: the triggers, the card of the first, and how likely the event is."""
    from refugee_model.charts.risk import plot_futures
    from refugee_model.charts.trigger_card import plot_trigger

    event, scenario = str(table.attrs["event"]).replace(",", ""), asked[0].scenario
    words = f"--event {shlex.quote(event)}"
    header = made_again("triggers", "Work them out", _command("triggers scenario.toml", table, words))
    with form.spoken(scenario):
        events = event_table(asked[0], event)
    draw: dict[str, Callable[[], Any]] = {"futures": partial(plot_futures, events)}
    if len(table):
        draw["trigger"] = partial(plot_trigger, table)
    files = scenario_files("scenario", scenario, header=header) | form.tables({"triggers": table})
    return Results(files | form.pictures(draw, scenario), {"events": events})


def comparison_results(table: pd.DataFrame, asked: Sequence[Ensemble | Scenario], form: Form) -> Results:
    """What says how two scenarios differ: both of them, the table, and the headlines of it as text."""
    from refugee_model.console.answers import comparison_text

    header = made_again("a comparison", "Compare", _command("compare a.toml b.toml", table))
    a, b = map(_scenario, asked)
    files = scenario_files("a", a, header=header) | scenario_files("b", b, header=header)
    with form.spoken(a):
        text = comparison_text(table, (a.title or "a.toml", b.title or "b.toml"))
    return Results(files | form.tables({"comparison": table}) | {"comparison.txt": text.encode()}, {})


_EITHER = (Ensemble, Scenario)
OF_TABLES: Mapping[str, tuple[str, str, Any, Callable[..., Results]]] = {
    "sensitivity": ("noise_floor", "its ensemble or scenario", _EITHER, sensitivity_results),
    "triggers": ("value_of_best", "its ensemble", Ensemble, trigger_results),
    "compare": ("run_id_b", "both scenarios or ensembles, (a, b)", _EITHER, comparison_results),
}
"""By what gives a table: what only its ``attrs`` have, what it is asked of, and what writes it."""


def table_results(table: pd.DataFrame, of: object, form: Form) -> Results:
    """Such a table; refused where it is of another kind, or was asked of something else."""
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
