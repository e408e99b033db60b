"""Which draws are moved side by side: those whose roads empty at about the same time.

A route rests while nobody is on it or waits for it in any draw of a block: see ``sweep.py``. Each draw moves by its own
numbers alone, so that the order changes nothing of what is found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.program import Inputs
from refugee_model.engine.rules import NOBODY
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.variables import AT_ONCE, District, One, Route
from refugee_model.scenario.network import DISTRICT, ONE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LOOKS = 16
"""Every so many steps it is looked how many are still at home."""


def blocks_of(inputs: Inputs) -> list[Integers]:
    """The draws of each block."""
    draws = np.argsort(empty_at(inputs), kind="stable")
    return [draws[first : first + AT_ONCE] for first in range(0, inputs.draws, AT_ONCE)]


def empty_at(inputs: Inputs) -> Floats:
    """When everyone will have left, had a seat and passed a checkpoint, told beforehand and roughly (draw,) [h]."""
    of_districts, one = inputs.at_start[DISTRICT], inputs.constants[ONE]
    people = sum_of_places(
        of_districts[:, [District.willing.row, District.leaving_by_vehicle.row]].reshape(-1, inputs.draws)
    )
    first = One.people_per_vehicle.row
    each, seats, own = (
        one[0, row.row - first] for row in (One.people_per_vehicle, One.people_per_bus, One.own_vehicle_share)
    )
    by_bus = people * (1.0 - own)
    takes = inputs.rate(Route.checkpoint_seconds) + inputs.rate(Route.checkpoint_seconds_per_person) * each
    passing = np.minimum(inputs.rate(Route.checkpoint_rate) / takes, inputs.rate(Route.road_capacity)).sum(axis=1)
    by_bus_at = _done_at(inputs, by_bus, inputs.rate(One.bus_places)[:, 0])
    return np.maximum(
        _home_empty_at(inputs), np.maximum(by_bus_at, _done_at(inputs, people * own / each + by_bus / seats, passing))
    )


def _done_at(inputs: Inputs, number: Floats, rate: Floats) -> Floats:
    """When so many (draw,) have been served at a rate an hour (epoch, draw) [h]; the end where they are not."""
    clock = inputs.program.steps.clock
    begins = clock.bounds[np.searchsorted(clock.epoch, np.arange(len(rate)))]
    hours = np.diff(begins, append=clock.bounds[-1])
    served = np.cumsum(rate * hours[:, None], axis=0)
    done = served >= number
    epoch, draws = np.argmax(done, axis=0), np.arange(len(number))
    left = served[epoch, draws] - number
    with np.errstate(divide="ignore", invalid="ignore"):
        when = begins[epoch] + hours[epoch] - left / rate[epoch, draws]
    found: Floats = np.where(done.any(axis=0) & np.isfinite(when), when, clock.bounds[-1])
    return found


def _home_empty_at(inputs: Inputs) -> Floats:
    """When nobody who will leave is left at home (draw,) [h]; districts that never are empty do not count."""
    bounds, survival = inputs.bounds, inputs.program.steps.leaving.survival[::LOOKS]
    with np.errstate(divide="ignore"):
        empty = LOOKS * np.cumsum(np.log(survival), axis=0) <= np.log(NOBODY)
    when = np.where(empty.any(axis=0), bounds[:-1:LOOKS][np.argmax(empty, axis=0)], bounds[-1])
    when[~empty.any(axis=(0, 2))] = 0.0
    latest: Floats = when.max(axis=0)
    return latest
