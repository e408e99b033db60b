"""Journeys of a fixed time: where to read cumulative curves that come out of a stretch of road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Delays:
    """Where to read cumulative curves that come out of a stretch of road after a fixed time.

    Attributes
    ----------
    bound : array (step, curve)
        Bound at which to start reading; -1 before the projection began.
    part : array (step, curve)
        Part of the way to the next bound; before the beginning, share of the first journey that is done.
    window : int
        Bounds that must be remembered at any time.
    """

    bound: Integers
    part: Floats
    window: int


def delays_of(scenario: Scenario, bounds: Floats) -> dict[str, Delays]:
    """The journeys: ``outward`` and ``approach`` by district, ``along`` and ``backward`` the whole road, ``onward`` by province.

    ``outward`` ends at the checkpoint, ``approach`` at the beginning of the road.

    Parameters
    ----------
    scenario : Scenario
        With distances and speeds; they are the same in all draws.
    bounds : array (bound,) [h]
        Bounds of the steps.
    """
    corridor, placement = scenario.timing.corridor, scenario.aid.placement
    distances = [district.distance_km for district in scenario.people.districts.values()]
    outward = [km / corridor.free_speed_kmh for km in distances]
    approach = [max(0.0, km - corridor.length_km) / corridor.free_speed_kmh for km in distances]
    onward = [province.road_km / placement.speed_kmh for province in scenario.aid.provinces.values()]
    backward = [corridor.length_km / corridor.backward_wave_kmh]
    return {
        "outward": _delay(bounds, outward, 1),
        "approach": _delay(bounds, approach, 1),
        "along": _delay(bounds, [corridor.length_km / corridor.free_speed_kmh], 1),
        "backward": _delay(bounds, backward, 0),
        "onward": _delay(bounds, onward, 1),
    }


def _delay(bounds: Floats, hours: list[float], ahead: int) -> Delays:
    """Where to read at the end of each step; ``ahead`` is 1 where the bound at the end of the step is already known."""
    steps = len(bounds) - 1
    target = bounds[1:, None] - np.asarray(hours)[None, :]
    known = np.arange(steps)[:, None] + ahead
    bound = np.searchsorted(bounds, target.ravel(), side="right").reshape(target.shape) - 1
    bound = np.minimum(bound, np.maximum(known - 1, 0))
    lower = np.maximum(bound, 0)
    part = np.minimum((target - bounds[lower]) / (bounds[lower + 1] - bounds[lower]), np.minimum(known, 1))
    before = bound < 0
    journey = 1.0 + target / np.where(np.asarray(hours) > 0, hours, 1.0)[None, :]
    part = np.where(before, np.maximum(journey, 0.0), np.maximum(part, 0.0))
    window = int(np.max(np.where(before, 1, known + 1 - lower), initial=1)) + 2
    return Delays(np.ascontiguousarray(bound), np.ascontiguousarray(part), window)
