"""How long steps are where that is left to the model: short while people move, longer when little changes.

A trial in steps of three hours says what share of all people moves in each window of six hours: of a lone run in the
middle projection, of many draws in 32 of them, in the mean or in one in two, whichever is more. In a window,
steps are the longest in which no more than ``MOST_MOVED`` of all people move, in it or in those beside it. Within a
step people are taken to move evenly: so a number of people is wrong by no more than those who move in the step, and a
sum of people over time by no more than half of them for as long as the step.

A peak may stand between two bounds, and what rises to it may begin between two. Of a lone run, where a curve of people
of one kind bends at its highest bound by so much that between bounds it may be off by ``MOST_OFF`` of that peak, the
steps beside the bend are cut into as many parts as that asks for; and so they are at bends on the way up, where that
is short. In many draws each bends elsewhere, and steps are not cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.program import Inputs, Recorded, empty_block, lay_out, over, start
from refugee_model.engine.sweep import NOTHING, Wanted, sweep
from refugee_model.engine.variables import AT_ONCE, KEPT, RECORDED, STOCKS, Route, Sizes
from refugee_model.scenario.correlations import copula_of
from refugee_model.scenario.network import ROUTE
from refugee_model.scenario.remembered import remembered
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import AUTO, SECONDS_PER_HOUR
from refugee_model.scenario.uncertain import check_draws, draw_table

Floats = NDArray[np.float64]

TRIAL, WINDOW = 3.0, 6.0
"""Step of the trial, and length of a window [h]."""
MOST_BYTES = 100e6
"""Memory for where people of all draws of the trial are at its regular bounds."""
LENGTHS = (0.25, 0.5, 1.0, 2.0)
"""Steps that fill a window [h]: measured, 3 put the time at which a place is full off by more than an hour."""
MOST_MOVED = 0.008
"""Share of all people who may move within a step that is not the shortest: measured, see ``tests/benchmarks``; with a
quarter more the peak of a short queue is off by 0.6 %."""
OF_DRAWS = 0.5
"""Of the draws of a trial, so many move no more people: with the mean alone a tenth more quantiles are off by 0.5 %,
with three in four as many are, in 6 % more steps."""
MOST_OFF = 0.0025
"""Share of a peak by which people may be off between two bounds."""
PARTS = (5, 25)
"""Into which a step beside a bend may be cut: of several kinds of people, one cut lies within another."""
EMPTY = 0.001
"""Share of a peak that is as good as nobody: there a rise begins; of one that takes longer than a window, it is not
looked at."""
FEWEST = 10.0
"""Peaks of fewer people are not looked at."""


@remembered
def lone_inputs(scenario: Scenario) -> Inputs:
    """A scenario laid out for a lone run."""
    if scenario.timeline.step_minutes != AUTO:
        return lay_out(scenario)
    trial = _trial(scenario, {})
    inputs = over(trial, _bounds(trial))
    of_kinds = [places[:, :, :, 0].sum(axis=1) for places in _people(inputs).values()]
    finer = around_peaks(inputs.bounds, np.concatenate(of_kinds, axis=1))
    return over(inputs, np.union1d(inputs.bounds, finer)) if len(finer) else inputs


def regular_bounds(scenario: Scenario) -> Floats | None:
    """Bounds of a lone run, array (bound,) [h]; None where the scenario says how long steps are."""
    return lone_inputs(scenario).bounds if scenario.timeline.step_minutes == AUTO else None


@remembered
def bounds_of_draws(scenario: Scenario) -> Floats | None:
    """The same of many draws; where nothing is uncertain, all are as the lone run."""
    if scenario.timeline.step_minutes != AUTO or not scenario.uncertain:
        return regular_bounds(scenario)
    copula = copula_of(scenario.uncertain, scenario.correlations)
    # Each source by its name: a number made certain that moves nobody leaves the steps as they are.
    names = [*copula.sources, *map(" ".join, copula.groups)]
    keyed = (np.random.Generator(np.random.Philox(crc32(name.encode()))) for name in names)
    uniforms = np.stack([numbers.uniform(0.001, 0.999, AT_ONCE) for numbers in keyed], axis=1)
    draws = draw_table(scenario, uniforms[: _tried(scenario)])
    check_draws(scenario, draws)
    return _bounds(_trial(scenario, draws))


def _tried(scenario: Scenario) -> int:
    """How many draws are tried: fewer where many places over a long time would take much memory."""
    sizes, times = Sizes.of(scenario), scenario.timeline.hours / TRIAL
    rows = sum(KEPT.get(group, 0) * sizes.count(group) for group in RECORDED)
    return int(np.clip(MOST_BYTES / (8.0 * times * rows), 1, AT_ONCE))


def _trial(scenario: Scenario, draws: Mapping[str, Floats]) -> Inputs:
    """What is moved to see who moves when."""
    return lay_out(scenario, draws, regular=np.arange(0.0, scenario.timeline.hours, TRIAL))


def _bounds(trial: Inputs) -> Floats:
    """Where steps begin by what moves in a trial."""
    windows = np.arange(0.0, trial.bounds[-1], WINDOW)
    share = moved_share(trial, windows)
    moved = np.pad(np.maximum(share.mean(axis=1), np.quantile(share, OF_DRAWS, axis=1)), 1)
    most = np.maximum(moved[1:-1], np.maximum(moved[2:], moved[:-2]))
    fits = [[length for length in LENGTHS if share * length / WINDOW <= MOST_MOVED] for share in most]
    steps = [max(fit, default=LENGTHS[0]) for fit in fits]
    return np.concatenate([np.arange(begin, begin + WINDOW, step) for begin, step in zip(windows, steps, strict=True)])


def around_peaks(bounds: Floats, people: Floats) -> Floats:
    """Where further steps must begin [h], for people (bound, kind of place); none where all peaks are told as it is."""
    lengths, found = np.diff(bounds), [np.empty(0)]
    longer = np.maximum(lengths[1:], lengths[:-1])
    for of_kind, top in zip(people.T, people.argmax(axis=0), strict=True):
        if not 0 < top < len(bounds) - 1 or of_kind[top] < FEWEST:
            continue
        # A bend between two bounds is no further than this from the lines through them.
        off = longer * np.abs(np.diff(np.diff(of_kind) / lengths)) / 4.0
        empty = np.flatnonzero((of_kind[:top] < EMPTY * of_kind[top]) & (bounds[:top] >= bounds[top] - WINDOW))
        first = max(empty[-1], 1) if len(empty) else top
        times = off / (MOST_OFF * of_kind[top])
        for bound in first + np.flatnonzero(times[first - 1 : top] > 1.0):
            parts = next((few for few in PARTS if few >= times[bound - 1]), PARTS[-1])
            for step in (bound - 1, bound):
                found.append(bounds[step] + lengths[step] * np.arange(1, parts) / parts)
    return np.unique(np.round(np.concatenate(found) * SECONDS_PER_HOUR)) / SECONDS_PER_HOUR


def moved_share(inputs: Inputs, windows: Floats) -> Floats:
    """Share of all people who move in each window in the trial, array (window, draw)."""
    people = _people(inputs)
    moved = np.diff(people[ROUTE][:, :, Route.crossed_so_far.row], axis=0).sum(axis=1)
    for group, count in STOCKS.items():
        moved += np.abs(np.diff(people[group][:, :, :count], axis=0)).sum(axis=(1, 2))
    window, share = np.searchsorted(windows, inputs.bounds[:-1] + 1e-9) - 1, np.zeros((len(windows), inputs.draws))
    np.add.at(share, window, moved / inputs.layout.values["people.total"])
    return share


def _people(inputs: Inputs) -> dict[str, Floats]:
    """Where people are at every bound, arrays (bound, place, variable, draw)."""
    bounds, block, draws = np.arange(len(inputs.bounds)), empty_block(inputs), inputs.draws
    shapes = {group: (inputs.sizes.count(group), KEPT.get(group, 0), draws) for group in RECORDED}
    people = {group: np.empty((len(bounds), *shape)) for group, shape in shapes.items()}
    start(block, inputs, slice(0, draws))
    for group, array in people.items():
        array[0] = block.state(draws)[group][:, : array.shape[2]]
    nowhere, calm = np.full(len(bounds), -1), np.empty((0, inputs.sizes.routes, draws))
    wanted = Wanted(bounds, nowhere, nowhere, flows=False)
    sweep(inputs.program, wanted, calm, block, Recorded(*people.values()), NOTHING, draws)
    return people
