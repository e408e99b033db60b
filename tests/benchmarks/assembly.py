"""Whether the hot loops of the sweep use vector instructions, read from the machine code that is made of each stage.

The sweep is compiled anew, which takes a minute; what is printed is each function with a loop over draws, the packed
and the single additions, multiplications, divisions and comparisons in it, and the loops in its source that do any. The
single ones are the remainders of vectors, and loops that are left as they are. Ends with an error where a function has
fewer packed instructions than such loops, unless it is named below.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

MODULES = (
    *(
        f"stages.{stage}"
        for stage in ("approach", "beds", "checkpoint", "choice", "crossing", "departure", "flight", "hosting")
    ),
    *(f"stages.{stage}" for stage in ("nearest", "placement", "pooling", "registration", "road")),
    "observers",
)
BY_DRAW = {
    "serve_in_order": "follows the queue of each draw by itself, and only where cars and buses wait together",
    "fill_by_shares": "ends in each draw by itself; the policy of fixed shares alone",
    "turn_back": "asks in each draw who is away; where people are sent back",
    "set_decay": "exponentials, once for each length of step",
    "weigh_by_time": "exponentials, once an hour; where people choose by time",
}
OF_FLIGHT = "where residents of a lost province flee alone"
ARITHMETIC = re.compile(r"^\s+v?(?:add|sub|mul|div|min|max|cmp\w*|fn?m\w+)([ps])d\b(.*)$", re.MULTILINE)


def counts(assembly: str) -> tuple[int, int]:
    """Packed and single arithmetic instructions on numbers of double precision."""
    found = ARITHMETIC.findall(assembly)
    packed = sum(kind == "p" and ("ymm" in rest or "zmm" in rest) for kind, rest in found)
    return packed, sum(kind == "s" for kind, _ in found)


def loops(function: Any) -> int:
    """Loops over draws in the source that do arithmetic on what they read."""
    tree = ast.parse(inspect.getsource(function))
    over_draws = [node for node in ast.walk(tree) if isinstance(node, ast.For) and ast.unparse(node.target) == "draw"]
    return sum(any(map(_counts, node.body)) for node in over_draws)


def _counts(statement: ast.stmt) -> bool:
    """Whether a statement does arithmetic outside of a place where it reads or writes."""
    positions = {id(part) for node in ast.walk(statement) if isinstance(node, ast.Subscript)
                 for part in ast.walk(node.slice)}  # fmt: skip
    numbers = (ast.BinOp, ast.Compare)
    found = any(isinstance(node, numbers) and id(node) not in positions for node in ast.walk(statement))
    return found or (isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Subscript))


def functions() -> Iterator[tuple[str, Any]]:
    """The compiled functions of the stages and observers, by module."""
    for name in MODULES:
        module = importlib.import_module(f"refugee_model.engine.{name}")
        for made in vars(module).values():
            if hasattr(made, "overloads") and made.overloads and made.py_func.__module__ == module.__name__:
                yield name, made


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder  # before the engine is imported: else the sweep comes from its cache
        import refugee_model as rm

        rm.simulate(rm.load_scenario("lachin-2023-plan"))
        wide, lacking = False, []
        print("| function | packed | single | loops with arithmetic |  |\n| --- | --- | --- | --- | --- |")
        for module, made in functions():
            number, name = loops(made.py_func), made.py_func.__name__
            if not number:
                continue
            assemblies = [made.inspect_asm(signature) for signature in made.overloads]
            packed, single = max(map(counts, assemblies))
            wide |= any("zmm" in assembly for assembly in assemblies)
            reason = OF_FLIGHT if module.endswith("flight") else BY_DRAW.get(name, "")
            if packed < number and not reason:
                lacking.append(f"{module}.{name}")
            print(f"| {module}.{name} | {packed} | {single} | {number} | {reason if packed < number else ''} |")
    llvm: Any = importlib.import_module("llvmlite.binding")
    has = bool(llvm.get_host_cpu_features().get("avx512f", False))
    print(f"registers: {'512' if wide else '256'} bits; this machine has {'' if has else 'no '}AVX-512")
    if lacking:
        print(f"loops without vector instructions: {', '.join(lacking)}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
