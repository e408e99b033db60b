"""The cost of one run of summer2, in an environment of its own: a chain of five compartments, hourly, 90 days, compiled
and warm.

Run by ``ensemble.py --peer PYTHON``, where PYTHON is that of an environment with ``pip install summerepi2``. Prints for
each solver its name, seconds a run alone, and seconds a run of 256 mapped together (``jax.vmap``), of several times the
least.
"""

from __future__ import annotations

import time
from itertools import pairwise

import jax
import numpy as np
from summer2 import CompartmentalModel
from summer2.parameters import Parameter

PLACES = ("home", "road", "waiting", "sheltered", "hosted")
DRAWS = 256


def main() -> None:
    model = CompartmentalModel(
        times=[0, 90 * 24], compartments=list(PLACES), infectious_compartments=[PLACES[0]], timestep=1.0
    )
    model.set_initial_population({PLACES[0]: 100_000.0})
    for number, (source, target) in enumerate(pairwise(PLACES)):
        model.add_transition_flow(f"flow {number}", Parameter(f"rate{number}"), source, target)
    values = {f"rate{number}": rate for number, rate in enumerate((0.03, 0.1, 0.2, 0.01))}
    spread = {name: value * np.linspace(0.5, 1.5, DRAWS) for name, value in values.items()}

    def seconds(task: object) -> float:
        begin = time.perf_counter()
        jax.block_until_ready(task())  # type: ignore[operator]
        return time.perf_counter() - begin

    for solver in ("euler", "rk4", "odeint"):
        runner = model.get_runner(values, solver=solver)
        alone = jax.jit(lambda parameters, run=runner: run._run_func(parameters=parameters)["outputs"])
        many = jax.jit(jax.vmap(alone))
        alone(values), many(spread)
        one = min(seconds(lambda task=alone: task(values)) for _ in range(20))
        together = min(seconds(lambda task=many: task(spread)) for _ in range(5)) / DRAWS
        print(solver, one, together)


if __name__ == "__main__":
    main()
