"""Where the time of a draw, of a lone run and of a slider goes: outside of the sweep by function, within it by stage.

Shares of the processor time of ``lachin-2023-plan`` with measures in the steps that it asks for. Functions are timed as
they are called, each without those of the list that it calls; the sweep is sampled: where the processor is, looked up
again and again (``sample.c``), is set against the symbols of the machine code. Linux, x86-64, ``cc`` and ``objdump``.
"""

from __future__ import annotations

import argparse
import ctypes
import re
import subprocess
import tempfile
import time
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numba.core.codegen import CPUCodeLibrary

HERE = Path(__file__).parent
OBJECTS: list[bytes] = []
"""Machine code as it comes from the compiler or its cache; the longest is the sweep."""


def _keep_objects() -> None:
    """Take note of machine code that numba loads; it forgets it."""
    given: Any = CPUCodeLibrary._object_getbuffer_hook

    def kept(_: type, module: Any) -> bytes | None:
        found: bytes | None = given(module)
        OBJECTS.extend([found] if found else [])
        return found

    CPUCodeLibrary._object_getbuffer_hook = classmethod(kept)


_keep_objects()

import refugee_model as rm  # noqa: E402
from refugee_model.engine import pace, simulation  # noqa: E402
from refugee_model.engine.simulation import sweep  # noqa: E402
from refugee_model.studies import blocks  # noqa: E402

WATCHED = (
    (blocks, "draws_at"),
    (blocks, "hourly_shocks"),
    (blocks, "lay_out"),
    (blocks, "measures"),
    (simulation, "_factors"),
    (simulation, "_in_order"),
    (simulation, "start"),
    (simulation, "sweep"),
    (simulation, "_waits"),
    (simulation, "move"),
    (simulation, "lone_inputs"),
    (pace, "lay_out"),
    (pace, "over"),
    (pace, "sweep"),
    (rm.Scenario, "change"),
)
MICROSECONDS = 1000


class Inline(Executor):
    """Work done at once, in this thread."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*given, **named))
        return done


def by_function(task: Callable[[], object], times: int) -> dict[str, float]:
    """Seconds of processor time in each function that is watched, without those within it, and in all others."""
    spent, within = Counter[str](), [0.0]

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            begin = time.process_time()
            within.append(0.0)
            found = function(*given, **named)
            took = time.process_time() - begin
            spent[name] += took - within.pop()
            within[-1] += took
            return found

        return call

    with ExitStack() as watching:
        for holder, name in WATCHED:
            watching.enter_context(patch.object(holder, name, timed(name, getattr(holder, name))))
        begin = time.process_time()
        for _ in range(times):
            task()
        whole = time.process_time() - begin
    return {**spent, "all else": whole - within[0], "in all": whole}


def symbols(objects: bytes) -> list[tuple[int, int, str]]:
    """Where each function of machine code begins, how long it is, and its name."""
    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(objects)
        file.flush()
        said = subprocess.run(["objdump", "-t", file.name], check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"^([0-9a-f]{16}) .{7} \S*text\S*\s+([0-9a-f]{16})\s+(.*)$", said, re.MULTILINE)
    return sorted((int(at, 16), int(size, 16), name) for at, size, name in rows if int(size, 16))


def by_stage(task: Callable[[], object]) -> dict[str, float]:
    """Shares of the processor time by stage and function of the sweep; what lies outside of it is one."""
    sampler = ctypes.CDLL(str(_library()))
    places = np.zeros(1_000_000, dtype=np.uintp)
    sampler.begin(places.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(len(places)), MICROSECONDS)
    task()
    count = sampler.end()
    overload: Any = next(iter(sweep.overloads.values()))  # type: ignore[attr-defined]
    known, name = symbols(max(OBJECTS, key=len)), overload.fndesc.llvm_func_name
    base = overload.library.get_pointer_to_function(name) - next(at for at, _, given in known if given.endswith(name))
    begins, found = [at for at, _, _ in known], Counter[str]()
    for place in places[:count].tolist():
        at, size, mangled = known[max(bisect_right(begins, place - base) - 1, 0)]
        inside = at <= place - base < at + size
        words = re.match(r".*?engine\d+(?:stages\d+)?([a-z_]+?)\d+([a-z_]+)B", mangled)
        found[f"{words[1]}.{words[2]}" if inside and words else "outside of the sweep"] += 1
    return {what: number / count for what, number in found.most_common()}


def _library() -> Path:
    library = Path(tempfile.mkdtemp()) / "sample.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(HERE / "sample.c")], check=True)
    return library


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2048)
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    plan, people = rm.load_scenario("lachin-2023-plan"), iter(range(50_000, 150_000))

    def many() -> None:
        rm.simulate_ensemble(plan, draws=asked.draws, keep="measures", executor=Inline())

    def lone() -> None:
        rm.simulate(plan)

    def slide() -> None:
        rm.simulate(plan.change({"people.total": next(people)}))

    for what, task, times, each, unit in (
        ("a draw with measures", many, 1, 1e6 / asked.draws, "us"),
        ("a lone run", lone, 100, 10.0, "ms"),
        ("a change and a lone run", slide, 30, 1e3 / 30, "ms"),
    ):
        task()
        print(f"{what} [{unit}]")
        for part, seconds in sorted(by_function(task, times).items(), key=lambda pair: -pair[1]):
            print(f"  {each * seconds:8.2f}  {part}")
    for what, task, times in (("draws", many, 2), ("lone runs", lone, 300)):
        print(f"{what}: shares of the processor time by stage")
        for part, share in by_stage(lambda task=task, times=times: [task() for _ in range(times)]).items():  # type: ignore[misc]
            if share >= 0.005:
                print(f"  {share:6.1%}  {part}")


if __name__ == "__main__":
    main()
