"""Draws that a scenario carries on from a forecast, as points of an ensemble."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.noise import DEPARTURES, hourly_shocks, streams_of
from refugee_model.scenario.carried import Carried
from refugee_model.scenario.uncertain import draw_table
from refugee_model.studies.points import Points, sobol_points

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

FURTHER = 1024
"""Another seed begins so many rows further on."""


def points_of(scenario: Scenario, draws: int, seed: int) -> Iterator[Points]:
    """Points of many draws by block: those that are carried on, or scrambled Sobol points.

    Of draws that are carried on the seed says where in the file they begin; where more are wanted than there are,
    they begin again.
    """
    carried = scenario.carried
    if carried is None:
        yield from sobol_points(scenario, draws, seed)
        return
    for points in sobol_points(scenario, draws, seed):
        count = len(points.uniforms)
        rows = (FURTHER * (seed - carried.seed) + points.first + np.arange(count)) % len(carried)
        yield _points(scenario, carried, points, rows)


def _points(scenario: Scenario, carried: Carried, drawn: Points, rows: NDArray[np.int64]) -> Points:
    """The rows of one block; what is not carried is drawn."""
    fresh, values = dict[str, Floats](), dict[str, Floats]()
    for path, distribution in scenario.uncertain.items():
        found = carried.values(path, distribution, rows)
        if found is None:
            fresh = fresh or draw_table(scenario, drawn.uniforms)
            found = fresh[path]
        values[path] = found
    shocks = {stream: _shocks(scenario, carried, rows, stream) for stream in _streams(scenario)}
    states = {path: column[rows] for path, column in carried.states.items()}
    return Points(drawn.first, np.empty((len(rows), 0)), shocks, values, states)


def _streams(scenario: Scenario) -> list[int]:
    roads = scenario.timing.roads
    found = [
        stream
        for stream, road in zip(streams_of(list(roads)), roads.values(), strict=True)
        if road.checkpoint.noise is not None
    ]
    return found + [DEPARTURES] * (scenario.timing.departure.noise is not None)


def _shocks(scenario: Scenario, carried: Carried, rows: NDArray[np.int64], stream: int) -> Floats:
    """Shocks of these rows, whichever block they are in."""
    parts = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    hours, seed = scenario.timeline.hours, carried.seed
    return np.concatenate(
        [hourly_shocks(hours, len(part), seed=seed, first=int(part[0]), stream=stream) for part in parts]
    )
