"""How long the engine takes: a lone run, a block of draws, and its province stages against the same arithmetic in vectorised C."""

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
from numba import njit
from numpy.typing import NDArray

import refugee_model as rm
from refugee_model.engine.accommodation import fill_by_weight, release, settle, share_places
from refugee_model.engine.digest import FULL
from refugee_model.engine.inputs import Inputs, lay_out
from refugee_model.engine.lanes import PROVINCE_SIZE
from refugee_model.engine.rows import LANES, RECORDED, STOCKS, One, Province
from refugee_model.engine.simulation import NOTHING, project
from refugee_model.engine.sweep import Block, Program, Record, prepare, start, sweep

HERE = Path(__file__).parent
ROUNDS = 25
HOURS, REGISTERED, ASKED = 0.5, 60.0, 40.0
"""Length of a step, people who register in it, and people who ask for a bed."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def milliseconds(task: Callable[[], object]) -> float:
    begin = time.perf_counter()
    task()
    return 1e3 * (time.perf_counter() - begin)


def compiled_c(name: str, *defined: str) -> ctypes.CDLL:
    """The library of one C program: as many lanes as the engine has, all that keeps the bits of each operation the same."""
    library = Path(tempfile.mkdtemp()) / f"{name}.so"
    options = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=off", "-fno-trapping-math", "-fno-math-errno"]
    command = ["cc", *options, "-shared", "-fPIC", f"-DLANES={LANES}", *defined, str(HERE / f"{name}.c"), "-o", str(library)]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


@njit(nogil=True, error_model="numpy")
def engine_stages(
    one: Floats, provinces: Floats, sent: Floats, order: Integers, bounds: Integers, parts: Floats, ends: Floats, lanes: int
) -> None:
    """The province stages of the engine by themselves, with the same people coming in every step."""
    for step in range(len(ends) - 1):
        for lane in range(lanes):
            one[One.registered_now + lane] = REGISTERED
            one[One.awaiting_placement + lane] += ASKED
        release(one, provinces, order, False, lanes)
        share_places(one, HOURS, lanes)
        fill_by_weight(one, provinces, order, lanes)
        settle(one, provinces, sent, step, bounds, parts, ends[step + 1], False, lanes)


def pointer(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def told(pairs: list[tuple[float, float]]) -> str:
    """Least times of both sides, and the ratios pair by pair."""
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    ours, theirs = (min(pair[side] for pair in pairs) for side in (0, 1))
    return f"engine {ours:.2f} ms, C {theirs:.2f} ms; ratio median {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def compare_stages(inputs: Inputs, program: Program, block: Block) -> None:
    """The same arithmetic on both sides, from the same state to the same state."""
    offsets = [f"-D{prefix}_{row.name}={int(row)}" for prefix, rows in (("ONE", One), ("PROVINCE", Province)) for row in rows]
    library = compiled_c("stages", f"-DPROVINCE_SIZE={PROVINCE_SIZE}", f"-DFULL={FULL!r}", *offsets)
    library.stages.argtypes = [ctypes.c_void_p] * 7 + [ctypes.c_double] * 3 + [ctypes.c_int64] * 3
    library.stages.restype = None
    fixed = (program.order, program.onward_bound, program.onward_part, program.bounds)
    count, steps, slots = inputs.sizes.provinces, len(program.bounds) - 1, inputs.onward.window

    def state() -> tuple[Floats, Floats, Floats]:
        sent = np.zeros_like(block.sent)
        provinces = block.provinces.copy()
        for row in (Province.cumulative_placed, Province.cumulative_arrived, Province.travelling, Province.travelling_at_start):
            provinces.reshape(count, -1, LANES)[:, row.row] = 0.0
        return block.one.copy(), provinces, sent

    def ours(arrays: tuple[Floats, ...]) -> None:
        engine_stages(*arrays, *fixed, LANES)

    def theirs(arrays: tuple[Floats, ...]) -> None:
        library.stages(*(pointer(array) for array in (*arrays, *fixed)), HOURS, REGISTERED, ASKED, count, slots, steps)

    first, second = state(), state()
    ours(first)
    theirs(second)
    furthest = max(float(np.nanmax(np.abs(np.where(a == b, 0.0, a - b)))) for a, b in zip(first, second, strict=True))
    people = first[1].reshape(count, -1, LANES)
    placed = people[:, Province.cumulative_placed.row].sum(axis=0).mean()
    print(f"province stages by themselves, {count} provinces, {steps} steps, {placed:,.0f} people placed;")
    print(f"  engine and C end with the same people, to {furthest:.1e}")
    pairs = []
    for _ in range(ROUNDS):
        mine, yours = state(), state()
        pairs.append((milliseconds(lambda arrays=mine: ours(arrays)), milliseconds(lambda arrays=yours: theirs(arrays))))
    stocks = count * STOCKS["province"]
    each = 1e6 * min(pair[0] for pair in pairs) / LANES / steps / stocks
    print(f"  same arithmetic: {told(pairs)}; engine {each:.2f} ns a draw, step and stock ({stocks} stocks)")


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
    program, block = prepare(inputs, flows=False)
    nothing = Record(*(np.empty((len(inputs.bounds), 0, count, LANES)) for count in RECORDED.values()))
    stocks = sum(inputs.sizes.count(kind) * count for kind, count in STOCKS.items())
    steps = len(inputs.bounds) - 1
    library = compiled_c("sweep")
    state = np.full(stocks * LANES, 1_000.0)
    kept, capacity = np.full(stocks * LANES, 0.9), np.full(stocks * LANES, 500.0)
    pointers = [pointer(array) for array in (state, kept, capacity)]

    def engine() -> None:
        start(block, inputs, 0, LANES)
        sweep(program, block, nothing, NOTHING, LANES)

    def plain_c() -> None:
        library.sweep(*pointers, stocks, steps)

    engine()
    pairs = [(milliseconds(engine), milliseconds(plain_c)) for _ in range(ROUNDS)]
    ours = min(pair[0] for pair in pairs)
    a_draw = 1e3 * ours / LANES
    print(f"whole engine, block of {LANES} draws, {stocks} stocks, {steps} steps: {ours:.2f} ms, {a_draw:.0f} microseconds a draw,")
    print(f"  {1e3 * a_draw / steps / stocks:.2f} ns a draw, step and stock")
    print(f"  against a bare chain of as many stocks in C, a third of the arithmetic a stock: {told(pairs)}")
    compare_stages(inputs, program, block)


if __name__ == "__main__":
    main()
