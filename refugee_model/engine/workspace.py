"""What the stages of the sweep share: sizes, offsets, copying.

Draws are processed in blocks of ``AT_ONCE``, the draw innermost, so that one instruction moves the people of
several draws. Every change of a stock is a flow, taken at one end and added at the other.

Arrays of a block are flat: ``one``, ``routes``, ``districts``, ``legs``, ``entries``, ``points``, ``provinces``,
``pools`` and ``journeys`` hold the variables of ``variables.py`` for each place in turn; memories hold cumulative
curves N(x, t) for as long as a journey takes. Offsets that the compiler knows let it see that variables do not overlap,
and use vector instructions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import inner as inner
from refugee_model.engine.variables import AT_ONCE, District, Entry, Journey, Leg, Point, Pool, Province, Route

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROUTE_SIZE, DISTRICT_SIZE, LEG_SIZE = (len(rows) * AT_ONCE for rows in (Route, District, Leg))
ENTRY_SIZE, POINT_SIZE, PROVINCE_SIZE = (len(rows) * AT_ONCE for rows in (Entry, Point, Province))
POOL_SIZE, JOURNEY_SIZE = (len(rows) * AT_ONCE for rows in (Pool, Journey))


@inner
def offset(position: int) -> int:
    """A position in a flat array that the compiler knows is not negative, so that it may use vector instructions."""
    return position & 0x7FFFFFFF


@inner
def slot(bound: int, slots: int) -> int:
    """Where a bound is remembered, of so many slots, a power of two."""
    return bound & (slots - 1)


@inner
def copy_rates(target: Floats, size: int, rates: Floats, epoch: int, first_row: int, draws: int) -> None:
    """Put the rates (epoch, place, rate, draw) of an epoch into places of this size, from ``first_row`` on."""
    for number in range(rates.shape[1]):
        for row in range(rates.shape[2]):
            at = offset(first_row + number * size + row * AT_ONCE)
            for draw in range(draws):
                target[at + draw] = rates[epoch, number, row, draw]


@inner
def record(target: Floats, position: int, source: Floats, size: int, draws: int) -> None:
    """Copy the first rows of places of this size to a position of where they are kept (position, place, row, draw)."""
    for number in range(target.shape[1]):
        for row in range(target.shape[2]):
            at = offset(number * size + row * AT_ONCE)
            if draws == 1:
                target[position, number, row, 0] = source[at]
                continue
            for draw in range(draws):
                target[position, number, row, draw] = source[at + draw]
