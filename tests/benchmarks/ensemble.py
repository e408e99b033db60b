"""What many draws cost: time, how it grows, memory, how fast Sobol draws converge, and the peers.

``ensemble.py`` runs all parts; ``ensemble.py cost memory`` some of them; ``--million`` also 1,000,000 draws; ``--peer
PYTHON`` also summer2 in the environment of that Python. Ratios are taken pair by pair within one run.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import refugee_model as rm
from refugee_model.engine.pace import bounds_of_draws
from refugee_model.engine.program import lay_out
from refugee_model.engine.variables import STOCKS
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import WORDS, ensemble_of, simulate_ensemble
from refugee_model.studies.points import BLOCK, SMALLEST, Points, sobol_points
from refugee_model.studies.workers import open_workers

HERE = Path(__file__).parent
SCENARIO = "lachin-2023-plan"
DRAWS, ROUNDS = 8192, 5
MODES = ("measures", "quantiles")
HEADLINE = "person_nights_without_roof"
SEEDS, SIZES, REFERENCE = 16, (64, 128, 256, 512, 1024, 2048), 65_536
PEERS = (("summer2", 0.0008, 5), ("PyGOM", 0.0031, 5), ("epydemix, one of 100 runs", 0.00585, 5), ("Atomica", 0.020, 5))
PEERS_SOURCE = "peers.md, measured on another day: seconds a run, stocks, 2,160 hourly steps (epydemix: 90 daily)"
PEER_STEPS = 90 * 24


def seconds(task: Callable[[], object]) -> float:
    begin = time.perf_counter()
    task()
    return time.perf_counter() - begin


def moved(scenario: Scenario, draws: int = DRAWS, *, keep: str = "measures", executor: Executor | None = None) -> float:
    """Seconds to project so many draws."""
    return seconds(lambda: simulate_ensemble(scenario, draws=draws, keep=keep, executor=executor))


def size(scenario: Scenario) -> tuple[int, int]:
    """Stocks, and steps of many draws."""
    inputs = lay_out(scenario, regular=bounds_of_draws(scenario))
    return sum(inputs.sizes.count(kind) * count for kind, count in STOCKS.items()), len(inputs.bounds) - 1


def cost(scenario: Scenario) -> None:
    """Seconds a draw with one worker and with two, in turn."""
    stocks, steps = size(scenario)
    print(
        f"{SCENARIO}: {stocks} stocks, {steps} steps, {len(scenario.uncertain)} uncertain numbers; {ROUNDS} "
        f"rounds of {DRAWS:,} draws"
    )
    for keep in MODES:
        with (
            ThreadPoolExecutor(1) as one,
            ThreadPoolExecutor(2) as two,
            open_workers(1) as process,
            open_workers(2) as processes,
        ):
            pools = {"1 thread": one, "2 threads": two, "1 process": process, "2 processes": processes}
            for pool in pools.values():
                moved(scenario, 4 * BLOCK, keep=keep, executor=pool)
            rounds = [
                {name: moved(scenario, keep=keep, executor=pool) for name, pool in pools.items()} for _ in range(ROUNDS)
            ]
        for kind, many in (("1 thread", "2 threads"), ("1 process", "2 processes")):
            alone, both = (min(one_round[name] for one_round in rounds) for name in (kind, many))
            ratio = statistics.median(one_round[kind] / one_round[many] for one_round in rounds)
            a_draw, together = 1e6 * alone / DRAWS, 1e6 * both / DRAWS
            print(
                f"  keep={keep!r}: {kind} {a_draw:.0f} microseconds a draw, "
                f"{1e3 * a_draw / steps / stocks:.2f} ns a step and stock;"
            )
            faster = f"{alone / both:.2f} times as fast by the least times, {ratio:.2f} by the median of pairs"
            print(f"    {many} {together:.0f} microseconds; {faster};")
            print(f"    100,000 draws {together / 10:.0f} s, 1,000,000 draws {together:.0f} s", flush=True)


def with_provinces(scenario: Scenario, more: int) -> Scenario:
    """The scenario with so many further provinces, like the last but small."""
    last = list(scenario.aid.provinces.values())[-1].model_dump()
    return scenario.change(
        {f"aid.provinces.Further {number}": last | {"area_code": "", "beds": 10.0} for number in range(more)}
    )


def linear(scenario: Scenario) -> None:
    """Straight lines through the cost against draws, steps and provinces."""
    cases: dict[str, list[tuple[float, Scenario, int]]] = {
        "draws": [(draws, scenario, draws) for draws in (2048, 4096, 8192, 16_384)],
        "steps": [],
        "provinces": [],
    }
    for days in (15, 30, 45, 60):
        shorter = scenario.change({"timeline.days": days})
        cases["steps"].append((size(shorter)[1], shorter, DRAWS // 2))
    for more in (0, 11, 22, 33):
        wider = with_provinces(scenario, more)
        cases["provinces"].append((len(wider.aid.provinces), wider, DRAWS // 2))
    with ThreadPoolExecutor(1) as pool:
        for name, found in cases.items():
            x = np.asarray([amount for amount, _, _ in found])
            y = np.min([[moved(each, draws, executor=pool) for _, each, draws in found] for _ in range(3)], axis=0)
            slope, intercept = np.polyfit(x, y, 1)
            left = 1.0 - ((y - slope * x - intercept) ** 2).sum() / ((y - y.mean()) ** 2).sum()
            at = ", ".join(f"{amount:,.0f}: {value:.2f} s" for amount, value in zip(x, y, strict=True))
            print(
                f"  {name}: R2 {left:.4f}, intercept {intercept:.2f} s ({100 * intercept / y[-1]:.0f} % of "
                f"the largest); {at}"
            )


def in_a_fresh_process(draws: int, keep: str) -> tuple[float, float]:
    """Seconds, and the most memory of the process [MB]; 0 draws give what importing takes."""
    program = f"""
import resource, time
import refugee_model as rm
scenario = rm.load_scenario({SCENARIO!r})
rm.simulate_ensemble(scenario, draws=1, keep={keep!r})
begin = time.perf_counter()
if {draws}:
    ensemble = rm.simulate_ensemble(scenario, draws={draws}, keep={keep!r})
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    return float(said[-2]), float(said[-1])


def memory(draws: tuple[int, ...]) -> None:
    """Most memory of a fresh process by draws."""
    print(f"  before the first draw: {in_a_fresh_process(0, 'quantiles')[1]:.0f} MB")
    for count in draws:
        took, most = in_a_fresh_process(count, "quantiles")
        print(f"  keep='quantiles', {count:,} draws: {most:.0f} MB, {took:.1f} s", flush=True)


def random_points(scenario: Scenario, draws: int, seed: int) -> Iterator[Points]:
    """Random points in the place of Sobol ones."""
    generator = np.random.default_rng(seed)
    for first in range(0, draws, BLOCK):
        uniforms = generator.random((min(BLOCK, draws - first), len(scenario.uncertain)))
        yield Points(first, np.clip(uniforms, SMALLEST, 1.0 - SMALLEST))


def estimates(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean and 95 % quantile of as many of the first draws as each of the sizes says, array (size, 2)."""
    return np.asarray([(values[:count].mean(), np.quantile(values[:count], 0.95)) for count in SIZES])


def convergence(scenario: Scenario) -> None:
    """Error of the mean and of the 95 % quantile, by the number of draws.

    Of scrambled Sobol points and of random ones.
    """
    calm = scenario.change({"timing.checkpoint.noise": None})
    for name, each in (("as it is, with noise at the checkpoint", scenario), ("without noise", calm)):
        whole = simulate_ensemble(each, draws=REFERENCE, seed=10_000, keep="measures").measures[HEADLINE].to_numpy()
        truth = np.asarray([whole.mean(), np.quantile(whole, 0.95)])
        print(
            f"  {name}: mean {truth[0]:,.0f}, 95 % quantile {truth[1]:,.0f} of {REFERENCE:,} draws; error "
            f"relative to these, {SEEDS} seeds"
        )
        errors = {}
        for kind, points in (("Sobol", sobol_points), ("random", random_points)):
            found = []
            for seed in range(1, SEEDS + 1):
                own = ensemble_of(
                    each, points(each, SIZES[-1], seed), draws=SIZES[-1], seed=seed, wanted=WORDS["measures"]
                )
                found.append(estimates(own.measures[HEADLINE].to_numpy()))
            errors[kind] = np.sqrt(np.mean((np.asarray(found) - truth) ** 2, axis=0)) / truth
            for column, what in enumerate(("mean", "95 % quantile")):
                slope = np.polyfit(np.log2(SIZES), np.log2(errors[kind][:, column]), 1)[0]
                at = ", ".join(
                    f"{count}: {100 * error:.2f} %" for count, error in zip(SIZES, errors[kind][:, column], strict=True)
                )
                print(f"    {kind:6} {what:13}: error falls as draws^{slope:.2f}; {at}")
        gain = (errors["random"][-1] / errors["Sobol"][-1]) ** 2
        print(
            (
                f"    at {SIZES[-1]:,} draws, random points need {gain[0]:.1f} times as many for the mean, "
                f"{gain[1]:.1f} for the quantile"
            ),
            flush=True,
        )


def peers(scenario: Scenario, python: str | None) -> None:
    """Against the figures of the peers, on their problem and by step and stock."""
    simple = rm.load_scenario(HERE.parent / "scenarios" / "small.toml").change(
        {
            "timeline.days": 90,
            "timeline.step_minutes": 60.0,
            "people.total": {"low": 5_000.0, "likely": 10_000.0, "high": 20_000.0},
            **{group: {} for group in ("standards.items", "aid.stocks", "aid.handed_out", "aid.deliveries")},
        }
    )
    ours = {}
    for name, each in ((SCENARIO, scenario), ("small scenario, hourly, 90 days", simple)):
        stocks, steps = size(each)
        with ThreadPoolExecutor(1) as pool:
            took = min(moved(each, DRAWS, executor=pool) for _ in range(3)) / DRAWS
        ours[name] = took, took / stocks / steps
        told = f"{1e6 * took:.0f} microseconds a draw, {1e9 * ours[name][1]:.2f} ns a step and stock"
        print(f"  ours, {name}: {stocks} stocks, {steps} steps: {told}")
    (_, each_cell), (a_draw, _) = ours.values()
    print(f"  {PEERS_SOURCE}")
    known = list(PEERS)
    if python is not None:
        said = subprocess.run(
            [python, str(HERE / "peer_summer2.py")], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        for line in said:
            solver, alone, together = line.split()
            known += [
                (f"summer2 here, {solver}", float(alone), 5),
                (f"summer2 here, {solver}, 256 by vmap", float(together), 5),
            ]
    for name, took, stocks in known:
        cell = took / stocks / PEER_STEPS
        times = (
            f"{took / a_draw:.0f} times ours on the small scenario, {cell / each_cell:.0f} times ours of "
            f"{SCENARIO} by step and stock"
        )
        print(f"  {name}: {1e6 * took:,.0f} microseconds a run; {times}")


def main() -> None:
    parts = ("cost", "linear", "memory", "convergence", "peers")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(parts)}; all unless given")
    parser.add_argument("--million", action="store_true", help="also run 1,000,000 draws")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python that has summer2")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    scenario = rm.load_scenario(SCENARIO)
    moved(scenario, 2 * BLOCK)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, refugee_model "
        f"{rm.__version__}"
    )
    tasks: dict[str, Callable[[], None]] = {
        "cost": lambda: cost(scenario),
        "linear": lambda: linear(scenario),
        "memory": lambda: memory((2_000, 20_000, 100_000, *([1_000_000] if asked.million else []))),
        "convergence": lambda: convergence(scenario),
        "peers": lambda: peers(scenario, asked.peer),
    }
    for part in asked.parts or parts:
        print(f"{part}:", flush=True)
        tasks[part]()


if __name__ == "__main__":
    main()
