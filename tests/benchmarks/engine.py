"""How long the engine takes: a lone run, a block of draws, and the whole engine against a bare chain of stocks in C.

And what share the sweep reaches of its bound by additions: in one step of ``lachin-2023-plan``, with measures and free
beds shared out by weight, the rules add, subtract and compare so often in each draw as ``additions.py`` has counted.
Two registers of 256 bits, or one of 512, can do so in a cycle. Numbers that are found by trial, as in the policy
``nearest``, come on top, and are not in the bound.
"""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

import refugee_model as rm
from refugee_model.engine import simulation
from refugee_model.engine.compiling import compiled
from refugee_model.engine.program import lay_out
from refugee_model.engine.result import EVERYTHING, Keep
from refugee_model.engine.simulation import NO_BOUNDS, move, stocks_at
from refugee_model.engine.sweep import sweep
from refugee_model.engine.variables import AT_ONCE, STOCKS

HERE = Path(__file__).parent
ROUNDS = 25
ADDITIONS, A_CYCLE = 1_126, 8
"""A draw and step, roads asleep included, counted by ``additions.py``; how many of them one cycle can do."""
CHAIN = 20_000_000
CHAIN_CYCLES = 4
"""Of one link of a chain of multiplications of integers, each of which waits for the one before: 3, and an addition."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def milliseconds(task: Callable[[], object]) -> float:
    begin = time.perf_counter()
    task()
    return 1e3 * (time.perf_counter() - begin)


def compiled_c(name: str, *defined: str) -> ctypes.CDLL:
    """The library of one C program: as many draws at once as the engine moves.

    All that keeps the bits of each operation the same.
    """
    library = Path(tempfile.mkdtemp()) / f"{name}.so"
    options = [
        "-O3",
        "-march=native",
        "-mprefer-vector-width=512",
        "-ffp-contract=off",
        "-fno-trapping-math",
        "-fno-math-errno",
    ]
    command = [
        "cc",
        *options,
        "-shared",
        "-fPIC",
        f"-DLANES={AT_ONCE}",
        *defined,
        str(HERE / f"{name}.c"),
        "-o",
        str(library),
    ]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def pointer(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def told(pairs: list[tuple[float, float]]) -> str:
    """Least times of both sides, and the ratios pair by pair."""
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    ours, theirs = (min(pair[side] for pair in pairs) for side in (0, 1))
    return (
        f"engine {ours:.2f} ms, C {theirs:.2f} ms; ratio median {statistics.median(ratios):.2f} "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def _chain(links: int, number: int) -> int:
    """Multiplications that cannot be done side by side: their time says how fast the clock is."""
    for _ in range(links):
        number = number * 6364136223846793005 + 1442695040888963407
    return number


chain = compiled(_chain)


def gigahertz() -> float:
    """Cycles of the processor in a nanosecond, from the chain."""
    chain(1, 1)
    least = min(milliseconds(lambda: chain(CHAIN, 1)) for _ in range(ROUNDS))
    return CHAIN_CYCLES * CHAIN / (1e6 * least)


def sweep_ms(scenario: rm.Scenario) -> tuple[float, int]:
    """Least milliseconds of the sweep alone over one block of draws with measures, and its steps."""
    inputs, spent = lay_out(scenario, {"people.total": np.linspace(50_000.0, 120_000.0, AT_ONCE)}), list[float]()

    def timed(*given: Any) -> None:
        spent.append(milliseconds(lambda: sweep(*given)))

    with patch.object(simulation, "sweep", timed):
        for _ in range(ROUNDS):
            move(scenario, {}, inputs, Keep())
    return min(spent), len(inputs.bounds) - 1


def print_bound() -> None:
    """The sweep beside its bound by additions, with free beds shared out by weight and by the plan's own policy."""
    plan, clock = rm.load_scenario("lachin-2023-plan").change({"timeline.step_minutes": 30}), gigahertz()
    for policy in ("proportional", plan.aid.placement.policy):
        took, steps = sweep_ms(plan.change({"aid.placement.policy": policy}))
        bound, a_draw = steps * ADDITIONS / A_CYCLE / clock / 1e3, 1e3 * took / AT_ONCE
        print(
            f"sweep of the plan, policy {policy}: {a_draw:.0f} microseconds a draw of {steps} steps at {clock:.2f} GHz"
        )
        print(f"  bound by additions {bound:.0f} microseconds: {100.0 * bound / a_draw:.0f} % of it reached")


def main() -> None:
    scenario = rm.load_scenario("lachin-2023")
    rm.simulate(scenario)
    lone = [milliseconds(lambda: rm.simulate(scenario)) for _ in range(ROUNDS)]
    laid_out = lay_out(scenario)
    layout = [milliseconds(lambda: lay_out(scenario)) for _ in range(ROUNDS)]
    moved = [milliseconds(lambda: move(scenario, {}, laid_out, EVERYTHING)) for _ in range(ROUNDS)]
    print(
        f"lone run, {len(laid_out.bounds) - 1} steps: median {statistics.median(lone):.1f} ms, least {min(lone):.1f} ms"
    )
    print(f"  laying out {min(layout):.1f} ms, moving and recording {min(moved):.1f} ms")

    inputs = lay_out(scenario, {"people.total": np.linspace(50_000.0, 120_000.0, AT_ONCE)})
    stocks = sum(inputs.sizes.count(kind) * count for kind, count in STOCKS.items())
    steps = len(inputs.bounds) - 1
    library = compiled_c("sweep")
    state = np.full(stocks * AT_ONCE, 1_000.0)
    kept, capacity = np.full(stocks * AT_ONCE, 0.9), np.full(stocks * AT_ONCE, 500.0)
    pointers = [pointer(array) for array in (state, kept, capacity)]

    def engine() -> None:
        stocks_at(inputs, NO_BOUNDS)

    def plain_c() -> None:
        library.sweep(*pointers, stocks, steps)

    print_bound()
    engine()
    pairs = [(milliseconds(engine), milliseconds(plain_c)) for _ in range(ROUNDS)]
    ours = min(pair[0] for pair in pairs)
    a_draw = 1e3 * ours / AT_ONCE
    print(
        f"whole engine, block of {AT_ONCE} draws, {stocks} stocks, {steps} steps: {ours:.2f} ms, {a_draw:.0f} "
        "microseconds a draw,"
    )
    print(f"  {1e3 * a_draw / steps / stocks:.2f} ns a draw, step and stock")
    print(f"  against a bare chain of as many stocks in C, a third of the arithmetic a stock: {told(pairs)}")


if __name__ == "__main__":
    main()
