"""How many additions, differences and comparisons the sweep asks for in a draw and step: the bound in ``engine.py``.

The rules are run as plain Python over numbers that count what is done with them, for one draw of
``lachin-2023-plan`` with measures and free beds shared out by weight, asleep where the sweep sleeps. A minimum or
maximum of two is one comparison. It takes a minute, and is run again when the rules change.
"""

from __future__ import annotations

import os

os.environ["NUMBA_DISABLE_JIT"] = "1"  # before the engine is imported

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np

from refugee_model.engine import compiling

compiling.compiled = lambda function: function

import refugee_model as rm  # noqa: E402
from refugee_model.engine import simulation  # noqa: E402
from refugee_model.engine.program import lay_out  # noqa: E402
from refugee_model.engine.result import Keep  # noqa: E402
from refugee_model.engine.sweep import sweep as plain  # noqa: E402

ADDING = ("add", "radd", "sub", "rsub", "lt", "le", "gt", "ge")
OTHER = ("mul", "rmul", "truediv", "rtruediv", "neg")
DAYS = 60.0
counts = dict.fromkeys((*ADDING, *OTHER), 0)


class Counted(float):
    """A number that counts what is done with it."""


def counting(name: str) -> Callable[..., Any]:
    plain = getattr(float, f"__{name}__")

    def method(self: Counted, *other: Any) -> Any:
        counts[name] += 1
        found = plain(self, *map(float, other))
        return found if isinstance(found, bool) else Counted(found)

    return method


for name in counts:
    setattr(Counted, f"__{name}__", counting(name))


def counted(given: Any) -> Any:
    """The same, every array of numbers one of numbers that count."""
    if isinstance(given, np.ndarray) and given.dtype == np.float64:
        return np.asarray([Counted(number) for number in given.flat], dtype=object).reshape(given.shape)
    return type(given)(*map(counted, given)) if isinstance(given, tuple) else given


def main() -> None:
    scenario = rm.load_scenario("lachin-2023-plan").change(
        {"timeline.step_minutes": 30, "timeline.days": DAYS, "aid.placement.policy": "proportional"}
    )
    inputs = lay_out(scenario)

    def sweep(program: Any, wanted: Any, noise: Any, block: Any, recorded: Any, digest: Any, draws: int) -> None:
        plain(counted(program), wanted, counted(noise), counted(block), counted(recorded), counted(digest), draws)

    with patch.object(simulation, "sweep", sweep), patch.object(simulation, "_waits", lambda *given: np.nan):
        simulation.move(scenario, {}, inputs, Keep())
    steps = len(inputs.bounds) - 1
    adding, other = (sum(counts[name] for name in group) / steps for group in (ADDING, OTHER))
    print(f"{steps} steps: {adding:.0f} additions, differences and comparisons a draw and step,")
    print(f"  {other:.0f} multiplications, divisions and signs")


if __name__ == "__main__":
    main()
