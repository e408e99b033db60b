"""What the stages of the sweep share: sizes, offsets, coefficients, copying.

Draws are processed in blocks of ``LANES``, the draw innermost, so that one instruction moves the people of several draws.
Every change of a stock is a flow, taken at one end and added at the other.

Arrays of a block are flat: ``one``, ``districts``, ``points`` and ``provinces`` hold the quantities of ``rows.py`` for each
place in turn; ``gone``, ``passed`` and ``sent`` hold cumulative curves for as long as a journey takes. Offsets that the
compiler knows let it see that quantities do not overlap, and use vector instructions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.rules import compiled as compiled
from refugee_model.engine.rules import kept_of_inflow, kept_of_stock, share_of
from refugee_model.engine.variables import LANES, District, One, Point, Province

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

DISTRICT_SIZE, POINT_SIZE, PROVINCE_SIZE = (len(rows) * LANES for rows in (District, Point, Province))


@compiled
def offset(position: int) -> int:
    """A position in a flat array, such that the compiler knows it is not negative and may use vector instructions."""
    return position & 0x7FFFFFFF


@compiled
def set_coefficients(one: Floats, points: Floats, hours: float, lanes: int) -> None:
    """Work out the decay of each linear stage over a step of this length, and whether any reception point takes people."""
    for lane in range(lanes):
        one[One.reception_weight + lane] = 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            one[One.reception_weight + lane] += points[at + Point.weight + lane]
    for lane in range(lanes):
        forward, back = one[One.comes_forward + lane], one[One.comes_back + lane]
        out, abroad, drift = one[One.moves_out + lane], one[One.leaves_country + lane], one[One.drifts + lane]
        one[One.unregistered_kept + lane] = kept_of_stock(forward + back + abroad, hours)
        one[One.unregistered_inflow_kept + lane] = kept_of_inflow(forward + back + abroad, hours)
        one[One.unregistered_registering + lane] = share_of(forward, forward + back + abroad)
        one[One.unregistered_leaving + lane] = share_of(abroad, forward + back + abroad)
        one[One.waiting_kept + lane] = kept_of_stock(abroad, 0.5 * hours)
        one[One.hosted_kept + lane] = kept_of_stock(back + abroad + drift, hours)
        one[One.hosted_inflow_kept + lane] = kept_of_inflow(back + abroad + drift, hours)
        one[One.hosted_coming_back + lane] = share_of(back, back + abroad + drift)
        one[One.hosted_leaving + lane] = share_of(abroad, back + abroad + drift)
        one[One.sheltered_kept + lane] = kept_of_stock(out + abroad, hours)
        one[One.sheltered_inflow_kept + lane] = kept_of_inflow(out + abroad, hours)
        one[One.sheltered_moving_out + lane] = share_of(out, out + abroad)


@compiled
def copy_rates(target: Floats, size: int, rates: Floats, epoch: int, first_row: int, lanes: int) -> None:
    """Put the rates (epoch, place, rate, lane) of an epoch into places of this size, from ``first_row`` on."""
    for number in range(rates.shape[1]):
        for row in range(rates.shape[2]):
            at = offset(first_row + number * size + row * LANES)
            for lane in range(lanes):
                target[at + lane] = rates[epoch, number, row, lane]


@compiled
def record(target: Floats, position: int, source: Floats, size: int, lanes: int) -> None:
    """Copy the first rows of places of this size to a position of where they are kept, (position, place, quantity, lane)."""
    for number in range(target.shape[1]):
        for row in range(target.shape[2]):
            at = offset(number * size + row * LANES)
            for lane in range(lanes):
                target[position, number, row, lane] = source[at + lane]
