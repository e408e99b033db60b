"""Placement under the policy 'nearest', rule 7: near beds go first, at a pace that falls with what is left of them.

Free beds empty as ``df/dt = -theta w f``: over a step those that were free at its start lose the share ``q(x) =
1 - exp(-x)``, those that come evenly over it the share ``p(x) = 1 - q(x) / x``, with ``x = tau w``. The
depletion tau is such that all who can be placed are. It is found by Newton's method on the logarithm of the
beds that are left, which falls almost on a straight line; from below, where it starts, no step is too long.
Each draw moves by its own numbers alone, whatever its neighbours.
"""

from __future__ import annotations

from refugee_model.engine.variables import One, Province
from refugee_model.engine.workspace import PROVINCE_SIZE, Floats, Integers, inner, offset

SERIES_END = 0.15625
"""Up to here the series below is exact to the last digits; larger exponents are halved, ``HALVINGS`` times at most."""
HALVINGS = 8
LAST = SERIES_END * 2**HALVINGS
"""Beyond exp(-40) nothing is left of a number."""
CLOSE = 1e-6
"""Of those to be placed, and of the beds left, the share from which on a straight line is exact to twelve digits."""
ROUNDING = 1e-13
"""Of all free beds, what comes from rounding."""
SPILLS = 1e-9
"""Of those to be placed, a share that is left over only where weights are too small for a number."""
MOST_STEPS = 60


@inner
def share_of_new(exponent: float) -> float:
    """``1 - (1 - exp(-x)) / x``, by its series, for small x."""
    x = exponent
    tail = 1.0 - x * (1.0 / 7.0) * (
        1.0 - x * (1.0 / 8.0) * (1.0 - x * (1.0 / 9.0) * (1.0 - x * (1.0 / 10.0) * (1.0 - x * (1.0 / 11.0))))
    )
    return x * 0.5 * (1.0 - x * (1.0 / 3.0) * (1.0 - x * 0.25 * (1.0 - x * 0.2 * (1.0 - x * (1.0 / 6.0) * tail))))


@inner
def fill_nearest(one: Floats, provinces: Floats, order: Integers, lanes: int) -> None:
    """Place those who can be placed; where nobody waits or all that is free is filled, nothing has to be found."""
    sought = 0
    for lane in range(lanes):
        wanted = one[One.left + lane]
        one[One.to_place + lane] = wanted
        one[One.depletion + lane] = 0.0
        one[One.filling + lane] = 0.0
        one[One.slope + lane] = 0.0
        sought += 1 if (wanted > 0.0) & (wanted < one[One.free + lane]) else 0
    if sought > 0:
        find_depletion(one, provinces, lanes)
    over = 0
    for lane in range(lanes):
        slope = one[One.slope + lane]
        one[One.depletion + lane] = (one[One.to_place + lane] - one[One.filling + lane]) / slope if slope > 0.0 else 0.0
    for position in range(len(order)):
        at = offset(order[position] * PROVINCE_SIZE)
        for lane in range(lanes):
            free, left, wanted = provinces[at + Province.free + lane], one[One.left + lane], one[One.to_place + lane]
            found = (
                provinces[at + Province.placed + lane]
                + one[One.depletion + lane] * provinces[at + Province.slope + lane]
            )
            placed = max(0.0, min(free, left, free if wanted >= one[One.free + lane] else found))
            placed = placed if sought > 0 else min(free, left)
            provinces[at + Province.placed + lane] = placed
            one[One.left + lane] = left - placed
    for lane in range(lanes):
        left, wanted = one[One.left + lane], one[One.to_place + lane]
        one[One.left + lane] = left if left > SPILLS * wanted else 0.0
        over += 1 if left > SPILLS * wanted else 0
    if over > 0:
        spill(one, provinces, order, lanes)


@inner
def spill(one: Floats, provinces: Floats, order: Integers, lanes: int) -> None:
    """Whoever is left goes to the nearest free bed: weights that are too small for a number would keep beds empty."""
    for position in range(len(order)):
        at = offset(order[position] * PROVINCE_SIZE)
        for lane in range(lanes):
            placed, left = provinces[at + Province.placed + lane], one[One.left + lane]
            more = min(left, max(0.0, provinces[at + Province.free + lane] - placed))
            provinces[at + Province.placed + lane] = placed + more
            one[One.left + lane] = left - more


@inner
def find_depletion(one: Floats, provinces: Floats, lanes: int) -> None:
    """The depletion at which all are placed, in each draw that has some to place and more free beds than that."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            even = provinces[at + Province.free + lane] - 0.5 * provinces[at + Province.freed + lane]
            slope = even * provinces[at + Province.placement_weight + lane]
            provinces[at + Province.placed + lane] = 0.0
            provinces[at + Province.slope + lane] = slope
            one[One.slope + lane] += slope
    for _ in range(MOST_STEPS):
        moved, twice, often, more, most = 0, 0, 0, 0, 0
        for lane in range(lanes):
            wanted, free = one[One.to_place + lane], one[One.free + lane]
            lacking, remains = wanted - one[One.filling + lane], free - wanted
            near = abs(lacking) <= CLOSE * min(wanted, remains) + ROUNDING * free
            moves = (wanted > 0.0) & (remains > 0.0) & (one[One.slope + lane] > 0.0) & (not near)
            # log(S / R), S now left and R to be left, is 2 (S - R) / (S + R) or more: too short a step at worst.
            step = (lacking + remains) * 2.0 * lacking / ((lacking + 2.0 * remains) * one[One.slope + lane])
            depletion = max(0.0, one[One.depletion + lane] + (step if moves else 0.0))
            one[One.depletion + lane] = depletion
            moved += 1 if moves else 0
            # By its own depletion: no draw moves otherwise for its neighbours. Weights are 1 at most.
            of_two, of_four = depletion > SERIES_END, depletion > 4.0 * SERIES_END
            of_six, of_eight = depletion > 16.0 * SERIES_END, depletion > 64.0 * SERIES_END
            one[One.halvings + lane] = (
                8.0 if of_eight else 6.0 if of_six else 4.0 if of_four else 2.0 if of_two else 0.0
            )
            halved = 0.0625 if of_four else 0.25 if of_two else 1.0
            one[One.halved + lane] = halved * (0.0625 if of_eight else 0.25 if of_six else 1.0)
            twice += 1 if of_two else 0
            often += 1 if of_four else 0
            more += 1 if of_six else 0
            most += 1 if of_eight else 0
        if moved == 0:
            break
        halvings = 2 * ((twice > 0) + (often > 0) + (more > 0) + (most > 0))
        empty(one, provinces, halvings, lanes)


@inner
def empty(one: Floats, provinces: Floats, halvings: int, lanes: int) -> None:
    """People placed in each province at the depletion of each draw, how many more a higher one would; their sums.

    ``halvings`` is the most of any draw.
    """
    for lane in range(lanes):
        one[One.filling + lane] = 0.0
        one[One.slope + lane] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at, some = offset(province * PROVINCE_SIZE), 0
        for lane in range(lanes):
            some += 1 if provinces[at + Province.free + lane] > 0.0 else 0
        if some == 0:
            continue  # nobody is placed, and no higher depletion would place anyone: so it has been found to be
        for lane in range(lanes):
            depletion = one[One.depletion + lane]
            exponent = depletion * provinces[at + Province.placement_weight + lane]
            halved = min(exponent, LAST) * one[One.halved + lane]
            of_new = share_of_new(halved)
            provinces[at + Province.emptied_of_freed + lane] = of_new
            provinces[at + Province.emptied + lane] = halved * (1.0 - of_new)
        for halving in range(halvings):
            for lane in range(lanes):
                share, of_new = (
                    provinces[at + Province.emptied + lane],
                    provinces[at + Province.emptied_of_freed + lane],
                )
                doubles = one[One.halvings + lane] > halving
                provinces[at + Province.emptied + lane] = share * (2.0 - share) if doubles else share
                provinces[at + Province.emptied_of_freed + lane] = (
                    of_new + (1.0 - of_new) * 0.5 * share if doubles else of_new
                )
        for lane in range(lanes):
            weight, freed = provinces[at + Province.placement_weight + lane], provinces[at + Province.freed + lane]
            before = provinces[at + Province.free + lane] - freed
            exponent = one[One.depletion + lane] * weight
            share, of_new = provinces[at + Province.emptied + lane], provinces[at + Province.emptied_of_freed + lane]
            of_new = of_new if exponent <= LAST else 1.0 - 1.0 / max(exponent, LAST)
            placed = before * share + freed * of_new
            slope = weight * (before * (1.0 - share) + freed * (share - of_new) / max(exponent, 1e-300))
            provinces[at + Province.placed + lane] = placed
            provinces[at + Province.slope + lane] = slope
            one[One.filling + lane] += placed
            one[One.slope + lane] += slope
