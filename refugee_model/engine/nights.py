"""Nights without a roof, counted by heads at 02:00 local time, and nights of people held back at home."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.lanes import DISTRICT_SIZE, POINT_SIZE, compiled, offset
from refugee_model.engine.rows import District, One, Point
from refugee_model.scenario.timeline import SECONDS_PER_HOUR, Timeline

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WITHOUT_ROOF = ("on_road", "at_reception", "unsheltered")
"""On the road, at a reception point beyond its covered places, waiting for a bed beyond the transit places."""
PARTS = (*WITHOUT_ROOF, "held_back")
"""What is counted each night. Those held back at home have a roof: they stand beside the others, and are no part of their sum."""


@compiled
def count_night(one: Floats, districts: Floats, points: Floats, nights: Floats, night: int, lanes: int) -> None:
    """Heads of each of ``PARTS`` now, to array (night, part, lane); places are those that held until now."""
    for lane in range(lanes):
        nights[night, 0, lane] = one[One.on_road_by_vehicle + lane] + one[One.on_road_by_bus + lane]
        nights[night, 1, lane] = 0.0
        nights[night, 2, lane] = max(0.0, one[One.awaiting_placement + lane] - one[One.transit_places + lane])
        nights[night, 3, lane] = 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            nights[night, 1, lane] += max(0.0, points[at + Point.awaiting_registration + lane] - points[at + Point.covered_places + lane])
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for lane in range(lanes):
            nights[night, 3, lane] += districts[at + District.leaving_by_vehicle + lane] + districts[at + District.leaving_by_bus + lane]


def night_bounds(timeline: Timeline, hours: Floats) -> Integers:
    """Positions among the bounds [h] at which nights are counted."""
    return np.searchsorted(np.rint(hours * SECONDS_PER_HOUR), np.rint(timeline.nights * SECONDS_PER_HOUR))
