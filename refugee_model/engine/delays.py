"""Journeys of a fixed time: where to read cumulative curves that come out of a stretch of road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Delays(NamedTuple):
    """Where to read cumulative curves at the end of each step."""

    bound: Integers
    """Bound at which to start reading (step, curve); -1 before the projection began."""
    part: Floats
    """Part of the way to the next bound (step, curve); before the beginning, share of the first journey that is done."""
    window: int
    """Bounds that must be remembered at any time."""


def delays_of(bounds: Floats, hours: Sequence[float], *, known: bool) -> Delays:
    """Delays of journeys of so many hours; ``known`` says whether the bound at the end of the step is known by then."""
    steps = len(bounds) - 1
    target = bounds[1:, None] - np.asarray(hours)[None, :]
    bounds_known = np.arange(steps)[:, None] + int(known)
    bound = np.searchsorted(bounds, target.ravel(), side="right").reshape(target.shape) - 1
    bound = np.minimum(bound, np.maximum(bounds_known - 1, 0))
    lower = np.maximum(bound, 0)
    part = np.minimum((target - bounds[lower]) / (bounds[lower + 1] - bounds[lower]), np.minimum(bounds_known, 1))
    before = bound < 0
    journey = 1.0 + target / np.where(np.asarray(hours) > 0, hours, 1.0)[None, :]
    part = np.where(before, np.maximum(journey, 0.0), np.maximum(part, 0.0))
    window = int(np.max(np.where(before, 1, bounds_known + 1 - lower), initial=1)) + 2
    return Delays(np.ascontiguousarray(bound), np.ascontiguousarray(part), window)
