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
    """Part of the way to the next bound (step, curve); before the beginning, share of the first journey done."""
    window: int
    """Bounds that must be remembered at any time."""


def delays_of(bounds: Floats, hours: Sequence[float], *, known: bool) -> Delays:
    """Delays of journeys of so many hours; ``known`` says whether the bound at the end of the step is known by then."""
    journey = np.asarray(hours, dtype=np.float64)[:, None]
    target = bounds[1:] - journey
    ends = np.arange(len(bounds) - 1) + int(known)
    bound = np.searchsorted(bounds, target.ravel(), side="right").reshape(target.shape) - 1
    bound = np.minimum(bound, np.maximum(ends - 1, 0))
    lower = np.maximum(bound, 0)
    part = np.minimum((target - bounds[lower]) / (bounds[lower + 1] - bounds[lower]), np.minimum(ends, 1))
    before = bound < 0
    done = 1.0 + target / np.where(journey > 0, journey, 1.0)
    part = np.maximum(np.where(before, done, part), 0.0)
    window = int(np.max(np.where(before, 1, ends + 1 - lower), initial=1)) + 2
    return Delays(np.ascontiguousarray(bound.T), np.ascontiguousarray(part.T), window)
