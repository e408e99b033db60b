"""How long a block of draws takes with 1, 2 and 4 equal routes, and with pools by reception point, in pairs; and many
uncertain draws, whose roads empty at different times.

``python tests/benchmarks/routes.py`` runs each against one route in turn. With ``--other PATH`` it first runs one route
with the code at that path, such as a worktree of an earlier commit, and 1, 2 and 4 with this one, in turn, each in a
process of its own. What counts is the time of the processor in the thread, so that others on the machine matter less.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import refugee_model as rm
from refugee_model.engine.program import lay_out
from refugee_model.engine.simulation import NO_BOUNDS, stocks_at
from refugee_model.engine.variables import AT_ONCE
from refugee_model.errors import ScenarioWarning
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import simulate_ensemble

ROUNDS, TIMES, ROUNDS_APART = 40, 10, 6
DRAWS = 512
HERE = Path(__file__).parents[2]


def with_routes(scenario: Scenario, count: int) -> Scenario:
    """The same with so many routes, each with its part of the lanes and of the checkpoint."""
    names, corridor = [f"Road {number}" for number in range(count)], scenario.timing.corridor
    part = {"lanes": corridor.lanes / count}
    rate = {"vehicles_per_hour": rm.times(1.0 / count)} if scenario.timing.checkpoint.vehicles_per_hour else {}
    ways = {f"people.districts.{name}.routes": {road: {"share": 1.0 / count} for road in names}
            for name in scenario.people.districts}  # fmt: skip
    less = scenario.change({f"timing.checkpoint.{name}": value for name, value in rate.items()})
    return less.change({"timing.routes": {name: {"corridor": part} for name in names}, **ways})


def with_pools(scenario: Scenario, count: int) -> Scenario:
    """The same with so many reception points, each with roads of its own to the provinces."""
    first, *_ = scenario.model_dump(exclude_unset=True)["aid"]["reception_points"].values()
    points = {f"Point {number}": first for number in range(count)}
    changes: dict[str, Any] = {"aid.reception_points": points, "aid.options": {}}
    for name, province in scenario.aid.provinces.items():
        far = {f"Point {number}": province.road_km + 7.0 * number for number in range(count)}
        changes[f"aid.provinces.{name}.road_km_from"] = far
    return scenario.change(changes)


def block_ms(scenario: Scenario) -> Any:
    """A task that moves one block of draws, and takes its milliseconds."""
    inputs = lay_out(scenario, {"people.total": np.linspace(50_000.0, 120_000.0, AT_ONCE)})
    stocks_at(inputs, NO_BOUNDS)

    def task() -> float:
        begin = time.thread_time()
        stocks_at(inputs, NO_BOUNDS)
        return 1e3 * (time.thread_time() - begin)

    return task


def draws_ms(scenario: Scenario) -> Any:
    """A task that projects many draws with measures, and takes the milliseconds of all threads."""

    def task() -> float:
        begin = time.process_time()
        simulate_ensemble(scenario, draws=DRAWS, keep="measures")
        return 1e3 * (time.process_time() - begin)

    task()
    return task


def compare(name: str, ours: Any, theirs: Any, rounds: int = ROUNDS) -> None:
    """Print the ratios of two tasks, pair by pair."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    ratios = sorted(mine / other for mine, other in pairs)
    least = [min(pair[side] for pair in pairs) for side in (0, 1)]
    middle, ends = statistics.median(ratios), f"{ratios[rounds // 10]:.3f} to {ratios[-1 - rounds // 10]:.3f}"
    print(f"{name}: {least[0]:.2f} ms against {least[1]:.2f} ms; ratio median {middle:.3f} ({ends})", flush=True)


def elsewhere(path: Path, count: int = 1) -> Any:
    """A task that takes the least of some times of so many routes with the code at a path, in a process of its own."""

    def task() -> float:
        command = [sys.executable, str(Path(__file__).resolve()), "--least", str(count)]
        environment = {**os.environ, "PYTHONPATH": str(path)}
        return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)

    return task


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", type=Path, help="another copy of the repository, such as that of an old commit")
    parser.add_argument("--least", type=int, help=argparse.SUPPRESS)
    warnings.simplefilter("ignore", ScenarioWarning)  # a quarter of a lane is unusual
    asked, scenario = parser.parse_args(), rm.load_scenario("lachin-2023")
    if asked.least is not None:
        task = block_ms(scenario if asked.least == 1 else with_routes(scenario, asked.least))
        print(min(task() for _ in range(TIMES)))
        return
    for count in (1, 2, 4) if asked.other is not None else ():
        name = f"{count} routes with this code against one with the other"
        compare(name, elsewhere(HERE, count), elsewhere(asked.other), rounds=ROUNDS_APART)
    one = block_ms(scenario)
    for count in (2, 4):
        compare(f"{count} routes against 1", block_ms(with_routes(scenario, count)), one)
    compare("4 pools against 1", block_ms(with_pools(scenario, 4)), one)
    plan = rm.load_scenario("lachin-2023-plan")
    draws = draws_ms(plan)
    for count in (2, 4):
        name = f"{count} routes against 1, {DRAWS} draws of the plan with measures"
        compare(name, draws_ms(with_routes(plan, count)), draws, rounds=ROUNDS_APART)


if __name__ == "__main__":
    main()
