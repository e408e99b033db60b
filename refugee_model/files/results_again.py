"""A folder of results, projected again from what it says of itself: to the same numbers, or not at all."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from refugee_model.disk import reason_of
from refugee_model.engine.simulation import simulate
from refugee_model.errors import Problem, RequestError
from refugee_model.files.decision_files import PLAN_FACTS, PLAN_TABLES
from refugee_model.files.reports_file import read_reports
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.plan import AidPlan
from refugee_model.studies.decisions.trials import Futures
from refugee_model.studies.ensemble import check_numbers, simulate_ensemble
from refugee_model.studies.forecast.forecast import forecast
from refugee_model.tables.provenance import run_id

SCENARIO, REPORTS, ORDERS, FACTS = "scenario.toml", "reports.csv", "orders.csv", "plan.json"
COMMAND = re.compile(r"refugee-model (run|forecast) scenario\.toml(.*)")
RUN = re.compile(r"Resolved scenario, run ([0-9a-f]+)")


def read_again(folder: Path) -> Callable[[bool], Any]:
    """What makes the results of a folder again, with progress shown or not; refused where it does not say how."""
    subject = f"the results in {folder} cannot be read"
    path = folder / SCENARIO
    try:
        head = [line[2:].strip() for line in path.read_text(encoding="utf-8").splitlines()[:5] if line.startswith("# ")]
    except (OSError, ValueError) as error:
        expected = f"expected a folder that run, forecast or plan has written, with a {SCENARIO}"
        raise RequestError(subject, [Problem("", f"{reason_of(error)}; {expected}", SCENARIO)]) from None
    said = next((match for line in head if (match := COMMAND.search(line))), None)
    if said is None:
        unsaid = "its first lines do not say how the results were made; write them again with refugee-model run"
        raise RequestError(subject, [Problem("", unsaid, SCENARIO)])
    scenario, options = load_scenario(path), _options(said[2])
    run = next((match[1] for line in head if (match := RUN.search(line))), None)
    if run is not None and run != run_id(scenario):
        other = f"they are those of run {run}, and this version or a changed {SCENARIO} gives run {run_id(scenario)}"
        raise RequestError(subject, [Problem("", f"{other}; run it again", SCENARIO)])
    if (folder / FACTS).exists():
        return _plan(folder, scenario)
    reports = read_reports(folder / REPORTS) if said[1] == "forecast" else None
    given, number = options.get("draws", ""), options.get("seed", "1")
    draws, seed = int(given) if given.isdecimal() else None, int(number) if number.isdecimal() else 1
    check_numbers(draws, seed)

    def project(progress: bool) -> Any:
        if reports is None and draws is None:
            return simulate(scenario)
        asked: dict[str, Any] = {"draws": draws, "seed": seed, "progress": progress}
        if reports is None:
            return simulate_ensemble(scenario, **asked)
        return forecast(scenario, reports, until=options.get("until"), **asked)

    return project


def _plan(folder: Path, scenario: Scenario) -> Callable[[bool], AidPlan]:
    """What makes the plan of a folder again, with the draws that its tables tell of."""
    subject = f"the plan in {folder} cannot be read"
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        known: dict[str, Any] = {name: facts[name] for name in PLAN_FACTS}
        futures = Futures.of(scenario, draws=int(facts["draws"]), seed=int(facts["seed"]))
        known |= {name: pd.read_csv(folder / f"{name}.csv") for name in PLAN_TABLES}
        for column in ("order_by", "arrives"):
            known["orders"][column] = pd.to_datetime(known["orders"][column])
    except (OSError, ValueError, KeyError, TypeError) as error:
        expected = f"expected a folder that plan has written without --excel, with its {FACTS} and its tables"
        raise RequestError(subject, [Problem("", f"{reason_of(error)}; {expected}")]) from None
    if facts.get("of_forecast"):
        found = "it was made on the draws of a forecast, which are not in the folder; write_brief(plan, ...) knows them"
        raise RequestError(subject, [Problem("", found)])
    return lambda _: AidPlan(**known, scenario=scenario, projection=futures.projection(scenario))


def read_orders(folder: Path) -> pd.DataFrame:
    """The orders of a plan that was written to a folder."""
    path = folder / ORDERS
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        expected = f"expected a folder that plan has written, with its {ORDERS}"
        subject = f"the plan in {folder} cannot be read"
        raise RequestError(subject, [Problem("", f"{reason_of(error)}; {expected}", ORDERS)]) from None


def _options(text: str) -> dict[str, str]:
    """The options of a command line, by name."""
    words = shlex.split(text)
    return {word[2:]: after for word, after in pairwise(words) if word.startswith("--")}
