"""Journeys of a fixed time: where to read cumulative curves that come out of a stretch of road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Delays(NamedTuple):
    """Where to read cumulative curves at the end of each step."""

    bound: Integers
    """Bound at which to start reading (step, curve); -1 before the projection began."""
    part: Floats
    """Part of the way to the next bound (step, curve); before the beginning, share of the first journey done."""
    window: int
    """Bounds that are remembered at any time, a power of two: so ``workspace.slot`` finds them without a division."""


def delays_of(bounds: Floats, hours: Sequence[float], *, known: bool) -> Delays:
    """Delays of journeys of so many hours; ``known`` says whether the bound at the end of the step is known by then."""
    return Delays(*_read_off(bounds, np.asarray(hours, dtype=np.float64), int(known)))


@compiled
def _read_off(bounds: Floats, hours: Floats, known: int) -> tuple[Integers, Floats, int]:
    """The fields of ``Delays``."""
    steps, curves = len(bounds) - 1, len(hours)
    bound, part, window = np.empty((steps, curves), dtype=np.int64), np.empty((steps, curves)), 1
    for curve in range(curves):
        journey, before = hours[curve], -1
        for step in range(steps):
            set_off, last = bounds[step + 1] - journey, step + known
            while before < steps and bounds[before + 1] <= set_off:
                before += 1
            at = min(before, max(last - 1, 0))
            bound[step, curve] = at
            if at < 0:
                part[step, curve] = max(0.0, 1.0 + set_off / (journey if journey > 0.0 else 1.0))
                continue
            passed = (set_off - bounds[at]) / (bounds[at + 1] - bounds[at])
            part[step, curve] = max(0.0, min(passed, float(min(last, 1))))
            window = max(window, last + 1 - at)
    slots = 1
    while slots < window + 2:
        slots *= 2
    return bound, part, slots
