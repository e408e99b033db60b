"""How far back up the road the queue reaches, read off cumulative curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import compiled

Floats = NDArray[np.float64]

PLACES = 128
"""Parts of the road that are asked, from its beginning on, whether they stand; the last that does not is halved."""
HALVINGS = 30
STILL = 1e-6
"""Fewer vehicles than this come from rounding, as long as no more than a million come."""
PRECISION = 1e-12
"""Share of all vehicles within which sums of them are exact."""


@compiled
def queue_tail(
    hours: Floats, entered: Floats, at: Floats, reached: Floats, passed: Floats, jam: float, speed: float, wave: float
) -> Floats:
    """Distance from the checkpoint to the tail of its queue.

    References
    ----------
    Newell (1993), A simplified theory of kinematic waves in highway traffic, Transportation Research B 27(4),
    281-313, https://doi.org/10.1016/0191-2615(93)90038-C: a place is in the queue where what the far end has
    let through holds back more than what free traffic brings.
    """
    length, tails, still = at.max(), np.zeros(len(hours)), max(STILL, PRECISION * reached[-1])
    for bound in range(len(hours)):
        here = _free(hours, entered, at, bound, 0.0, speed)
        # Those whom the road has carried more slowly than at free speed are not there yet.
        late = max(0.0, here - (reached[bound] - reached[0]))
        before = reached[0] - late
        most = (
            before
            + _free(hours, entered, at, bound, length, speed)
            - _read(hours, passed, hours[bound] - length / wave)
        )
        if reached[bound] - passed[bound] <= still or most <= still:
            continue
        low, high = 0.0, min(length, most / jam)
        for place in range(PLACES, 0, -1):
            y = high * place / PLACES
            if _held(hours, entered, at, passed, bound, y, before, jam, speed, wave, still):
                low, high = y, high * min(place + 1, PLACES) / PLACES
                break
            if place == 1:
                high = y
        for _ in range(HALVINGS):
            y = 0.5 * (low + high)
            if _held(hours, entered, at, passed, bound, y, before, jam, speed, wave, still):
                low = y
            else:
                high = y
        tails[bound] = high
    return tails


@compiled
def _held(
    hours: Floats,
    entered: Floats,
    at: Floats,
    passed: Floats,
    bound: int,
    y: float,
    before: float,
    jam: float,
    speed: float,
    wave: float,
    still: float,
) -> bool:
    """Whether vehicles are held back at so many kilometres from the checkpoint."""
    free = before + _free(hours, entered, at, bound, y, speed)
    return bool(free > _read(hours, passed, hours[bound] - y / wave) + jam * y + still)


@compiled
def _free(hours: Floats, entered: Floats, at: Floats, bound: int, y: float, speed: float) -> float:
    """Vehicles that free traffic would have brought within y kilometres of the checkpoint, of those on the road now."""
    total = 0.0
    for entrance in range(len(at)):
        total += _read(hours, entered[entrance], hours[bound] - max(0.0, at[entrance] - y) / speed)
    return total


@compiled
def _read(hours: Floats, curve: Floats, time: float) -> float:
    """A cumulative curve between bounds; before the start it stands at its first count."""
    if time <= hours[0]:
        return float(curve[0])
    after = min(int(np.searchsorted(hours, time)), len(hours) - 1)
    part = (time - hours[after - 1]) / (hours[after] - hours[after - 1])
    return float(curve[after - 1] * (1.0 - part) + curve[after] * part)
