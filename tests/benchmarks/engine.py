"""How long the engine takes: a lone run, a block of draws, and the whole engine against a bare chain of stocks in C."""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import refugee_model as rm
from refugee_model.engine.program import lay_out
from refugee_model.engine.result import EVERYTHING
from refugee_model.engine.simulation import NO_BOUNDS, move, stocks_at
from refugee_model.engine.variables import LANES, STOCKS

HERE = Path(__file__).parent
ROUNDS = 25

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def milliseconds(task: Callable[[], object]) -> float:
    begin = time.perf_counter()
    task()
    return 1e3 * (time.perf_counter() - begin)


def compiled_c(name: str, *defined: str) -> ctypes.CDLL:
    """The library of one C program: as many lanes as the engine has.

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
        f"-DLANES={LANES}",
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

    inputs = lay_out(scenario, {"people.total": np.linspace(50_000.0, 120_000.0, LANES)})
    stocks = sum(inputs.sizes.count(kind) * count for kind, count in STOCKS.items())
    steps = len(inputs.bounds) - 1
    library = compiled_c("sweep")
    state = np.full(stocks * LANES, 1_000.0)
    kept, capacity = np.full(stocks * LANES, 0.9), np.full(stocks * LANES, 500.0)
    pointers = [pointer(array) for array in (state, kept, capacity)]

    def engine() -> None:
        stocks_at(inputs, NO_BOUNDS)

    def plain_c() -> None:
        library.sweep(*pointers, stocks, steps)

    engine()
    pairs = [(milliseconds(engine), milliseconds(plain_c)) for _ in range(ROUNDS)]
    ours = min(pair[0] for pair in pairs)
    a_draw = 1e3 * ours / LANES
    print(
        f"whole engine, block of {LANES} draws, {stocks} stocks, {steps} steps: {ours:.2f} ms, {a_draw:.0f} "
        "microseconds a draw,"
    )
    print(f"  {1e3 * a_draw / steps / stocks:.2f} ns a draw, step and stock")
    print(f"  against a bare chain of as many stocks in C, a third of the arithmetic a stock: {told(pairs)}")


if __name__ == "__main__":
    main()
