"""How long steps are where that is left to the model: short while people move, longer when little changes.

A trial of the middle projection in steps of three hours says what share of all people moves in each window of six
hours. In a window, steps are the longest in which no more than ``MOST_MOVED`` of all people move, in it or in those
beside it. Within a step people are taken to move evenly: so a number of people is wrong by no more than those who move
in the step, and a sum of people over time by no more than half of them for as long as the step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.program import Inputs, Recorded, empty_block, lay_out, start
from refugee_model.engine.remembered import remembered
from refugee_model.engine.sweep import NOTHING, Wanted, sweep
from refugee_model.engine.variables import KEPT, RECORDED, STOCKS, Route
from refugee_model.scenario.network import ROUTE
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import AUTO

Floats = NDArray[np.float64]

TRIAL, WINDOW = 3.0, 6.0
"""Step of the trial, and length of a window [h]."""
LENGTHS = (0.25, 0.5, 1.0, 2.0)
"""Steps that fill a window [h]: measured, 3 put the time at which a place is full off by more than an hour."""
MOST_MOVED = 0.006
"""Share of all people who may move within a step that is not the shortest: measured, see ``tests/benchmarks``."""


@remembered
def regular_bounds(scenario: Scenario) -> Floats | None:
    """Where regular steps begin, array (step,) [h]; None where the scenario says how long they are."""
    if scenario.timeline.step_minutes != AUTO:
        return None
    windows = np.arange(0.0, scenario.timeline.hours, WINDOW)
    moved = moved_share(scenario, windows)
    beside = np.maximum(moved, np.maximum(np.append(moved[1:], 0.0), np.append(0.0, moved[:-1])))
    steps = [
        max(length for length in LENGTHS if length == LENGTHS[0] or share * length / WINDOW <= MOST_MOVED)
        for share in beside
    ]
    return np.concatenate([np.arange(begin, begin + WINDOW, step) for begin, step in zip(windows, steps, strict=True)])


def moved_share(scenario: Scenario, windows: Floats) -> Floats:
    """Share of all people who move in each window in the trial, array (window,)."""
    inputs = lay_out(scenario, regular=np.arange(0.0, scenario.timeline.hours, TRIAL))
    people = _people(inputs)
    moved = np.diff(people[ROUTE][:, :, Route.crossed_so_far.row, 0], axis=0).sum(axis=1)
    for group, count in STOCKS.items():
        moved += np.abs(np.diff(people[group][:, :, :count, 0], axis=0)).sum(axis=(1, 2))
    window = np.searchsorted(windows, inputs.bounds[:-1] + 1e-9) - 1
    return np.bincount(window, moved, minlength=len(windows)) / scenario.people.total


def _people(inputs: Inputs) -> dict[str, Floats]:
    """Where people are at every bound, arrays (bound, place, variable, 1)."""
    bounds, block = np.arange(len(inputs.bounds)), empty_block(inputs)
    people = {group: np.empty((len(bounds), inputs.sizes.count(group), KEPT.get(group, 0), 1)) for group in RECORDED}
    start(block, inputs, 0, 1)
    for group, array in people.items():
        array[0] = block.state(1)[group][:, : array.shape[2]]
    nowhere = np.full(len(bounds), -1)
    wanted = Wanted(bounds, nowhere, nowhere, flows=False)
    sweep(inputs.program, wanted, np.empty((0, inputs.sizes.routes, 1)), block, Recorded(*people.values()), NOTHING, 1)
    return people
