"""How long the engine takes: a lone run, a block of draws, and both against vectorised C that moves as many stocks."""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import refugee_model as rm
from refugee_model.engine.inputs import lay_out
from refugee_model.engine.rows import LANES, RECORDED, STOCKS
from refugee_model.engine.simulation import NOTHING, project
from refugee_model.engine.sweep import Record, prepare, start, sweep

HERE = Path(__file__).parent
ROUNDS = 15


def milliseconds(task: Callable[[], object]) -> float:
    begin = time.perf_counter()
    task()
    return 1e3 * (time.perf_counter() - begin)


def compiled_c() -> ctypes.CDLL:
    folder = Path(tempfile.mkdtemp())
    library = folder / "sweep.so"
    options = ["-O3", f"-DLANES={LANES}", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=off", "-shared", "-fPIC"]
    subprocess.run(["cc", *options, str(HERE / "sweep.c"), "-o", str(library)], check=True)
    return ctypes.CDLL(str(library))


def main() -> None:
    scenario = rm.load_scenario("lachin-2023")
    rm.simulate(scenario)
    lone = [milliseconds(lambda: rm.simulate(scenario)) for _ in range(ROUNDS)]
    laid_out = lay_out(scenario)
    layout = [milliseconds(lambda: lay_out(scenario)) for _ in range(ROUNDS)]
    moved = [milliseconds(lambda: project(laid_out)) for _ in range(ROUNDS)]
    print(f"lone run, {len(laid_out.bounds) - 1} steps: median {statistics.median(lone):.1f} ms, least {min(lone):.1f} ms")
    print(f"  laying out {min(layout):.1f} ms, moving and recording {min(moved):.1f} ms")

    inputs = lay_out(scenario, {"people.total": np.linspace(50_000.0, 120_000.0, LANES)})
    program, block = prepare(inputs)
    nothing = Record(*(np.empty((len(inputs.bounds), 0, count, LANES)) for count in RECORDED.values()))
    stocks = sum(inputs.sizes.count(kind) * count for kind, count in STOCKS.items())
    steps = len(inputs.bounds) - 1
    library = compiled_c()
    state = np.full(stocks * LANES, 1_000.0)
    kept, capacity = np.full(stocks * LANES, 0.9), np.full(stocks * LANES, 500.0)
    pointers = [array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for array in (state, kept, capacity)]

    def engine() -> None:
        start(block, inputs, 0, LANES)
        sweep(program, block, nothing, NOTHING, LANES)

    def plain_c() -> None:
        library.sweep(*pointers, stocks, steps)

    engine()
    pairs = [(milliseconds(engine), milliseconds(plain_c)) for _ in range(ROUNDS)]
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    ours, theirs = (min(pair[side] for pair in pairs) for side in (0, 1))
    print(
        f"block of {LANES} draws, {stocks} stocks, {steps} steps: {ours:.2f} ms, {1e3 * ours / LANES:.0f} microseconds a draw, "
        f"{1e6 * ours / LANES / steps / stocks:.2f} ns a draw, step and stock"
    )
    print(
        f"C chain of {stocks} stocks: {theirs:.2f} ms; ratio median {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


if __name__ == "__main__":
    main()
