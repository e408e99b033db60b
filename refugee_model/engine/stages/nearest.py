"""Placement under the policy 'nearest', rule 7: near beds go first, at a pace that falls with what is left of them.

Free beds empty as ``df/dt = -theta w f``: over a step those that were free at its start lose the share ``q(x) =
1 - exp(-x)``, those that come evenly over it the share ``p(x) = 1 - q(x) / x``, with ``x = tau w``. The
depletion tau is such that all who can be placed are. It is found by Newton's method on the logarithm of the
beds that are left, which falls almost on a straight line; it starts where the first terms of its series end. Each draw
moves by its own numbers alone, whatever its neighbours.
"""

from __future__ import annotations

from refugee_model.engine.variables import One, Province
from refugee_model.engine.workspace import PROVINCE_SIZE, Floats, Integers, inner, offset

HALF_LIVES, HALF_LIFE = 1.4426950408889634, 0.6931471805599453
WHOLE = 6755399441055744.0
"""Added to a number and taken off again, it leaves the nearest whole one: 1.5 x 2^52."""
SERIES_END = 0.34
"""Up to here, a little less than half of ``HALF_LIFE``, no half life has passed."""
LAST = 40.0
"""Beyond exp(-40) nothing is left of a number."""
EXACT = 2e-11
"""Of those to be placed, and of the beds left, what a straight line may be wrong by, twice."""
ROUNDING = 1e-13
"""Of all free beds, what comes from rounding."""
SPILLS = 1e-9
"""Of those to be placed, a share that is left over only where weights are too small for a number."""
MOST_STEPS = 60
FURTHER = 1.0
"""By how much further than a straight line it starts, at most: where nearly all beds fill, series say little."""


@inner
def share_of_new(exponent: float) -> float:
    """``1 - (1 - exp(-x)) / x``, by its series, for x up to half of ``HALF_LIFE`` to either side of 0."""
    x, x2 = exponent, exponent * exponent
    x4 = x2 * x2
    # In pairs, and pairs of pairs: each waits for few others.
    low = (0.5 - x * (1.0 / 6.0)) + x2 * (1.0 / 24.0 - x * (1.0 / 120.0))
    middle = (1.0 / 720.0 - x * (1.0 / 5040.0)) + x2 * (1.0 / 40320.0 - x * (1.0 / 362880.0))
    high = (1.0 / 3628800.0 - x * (1.0 / 39916800.0)) + x2 * (1.0 / 479001600.0 - x * (1.0 / 6227020800.0))
    return x * (low + x4 * (middle + x4 * (high + x4 * (1.0 / 87178291200.0))))


@inner
def halved(times: float) -> float:
    """A half to the power of a whole number up to 63, bit by bit; a loop over draws of it uses vector instructions."""
    found = 1.0
    found, times = found * (2.0**-32 if times >= 32.0 else 1.0), times - (32.0 if times >= 32.0 else 0.0)
    found, times = found * (2.0**-16 if times >= 16.0 else 1.0), times - (16.0 if times >= 16.0 else 0.0)
    found, times = found * (2.0**-8 if times >= 8.0 else 1.0), times - (8.0 if times >= 8.0 else 0.0)
    found, times = found * (2.0**-4 if times >= 4.0 else 1.0), times - (4.0 if times >= 4.0 else 0.0)
    found, times = found * (2.0**-2 if times >= 2.0 else 1.0), times - (2.0 if times >= 2.0 else 0.0)
    return found * (0.5 if times >= 1.0 else 1.0)


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
    guess(one, provinces, lanes)
    for _ in range(MOST_STEPS):
        moved = 0
        empty(one, provinces, lanes)
        for lane in range(lanes):
            wanted, free, slope = one[One.to_place + lane], one[One.free + lane], one[One.slope + lane]
            lacking, remains = wanted - one[One.filling + lane], free - wanted
            # The curve lies off its tangent by half the square of what is lacking over the slope, or less.
            near = lacking * lacking <= EXACT * min(wanted, remains) * slope + (ROUNDING * free) * (ROUNDING * free)
            moves = (wanted > 0.0) & (remains > 0.0) & (slope > 0.0) & (not near)
            # log(S / R), S now left and R to be left, is 2 (S - R) / (S + R) or more: too short a step at worst.
            step = (lacking + remains) * 2.0 * lacking / ((lacking + 2.0 * remains) * slope)
            one[One.depletion + lane] = max(0.0, one[One.depletion + lane] + (step if moves else 0.0))
            moved += 1 if moves else 0
        if moved == 0:
            break


@inner
def guess(one: Floats, provinces: Floats, lanes: int) -> None:
    """Where to start: the first three terms of the series of the depletion in the logarithm of what is to be left."""
    for lane in range(lanes):
        one[One.filling + lane] = 0.0
        one[One.slope + lane] = 0.0
        one[One.third_moment + lane] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            free, freed = provinces[at + Province.free + lane], provinces[at + Province.freed + lane]
            weight = provinces[at + Province.placement_weight + lane]
            # Of what comes evenly a half, two thirds, three quarters are not yet there: the series of p(x).
            one[One.filling + lane] += weight * (free - 0.5 * freed)
            one[One.slope + lane] += weight * weight * (free - (2.0 / 3.0) * freed)
            one[One.third_moment + lane] += weight * weight * weight * (free - 0.75 * freed)
    for lane in range(lanes):
        wanted, free = one[One.to_place + lane], one[One.free + lane]
        sought, whole = (wanted > 0.0) & (wanted < free), max(free, 1e-300)
        mean = max(one[One.filling + lane] / whole, 1e-300)
        square, cube = one[One.slope + lane] / whole, one[One.third_moment + lane] / whole
        # log(S / R), S free and R to be left, is twice the inverse hyperbolic tangent of (S - R) / (S + R).
        part = wanted / max(free + free - wanted, 1e-300)
        straight = 2.0 * part * (1.0 + part * part * (1.0 / 3.0 + part * part * 0.2)) / mean
        of_mean = 1.0 / mean
        spread = 0.5 * (square * of_mean - mean) * straight
        skew = (cube * of_mean - 3.0 * square + 2.0 * mean * mean) * (straight * straight / 6.0)
        further = min(FURTHER, max(0.0, spread + 2.0 * spread * spread - skew))
        one[One.depletion + lane] = straight * (1.0 + further) if sought else 0.0


@inner
def empty(one: Floats, provinces: Floats, lanes: int) -> None:
    """People placed in each province at the depletion of each draw, how many more a higher one would; their sums."""
    for lane in range(lanes):
        one[One.filling + lane] = 0.0
        one[One.slope + lane] = 0.0
        one[One.per_depletion + lane] = 1.0 / max(one[One.depletion + lane], 1e-300)
    for province in range(len(provinces) // PROVINCE_SIZE):
        at, some, far = offset(province * PROVINCE_SIZE), 0, 0
        for lane in range(lanes):
            some += 1 if provinces[at + Province.free + lane] > 0.0 else 0
            exponent = one[One.depletion + lane] * provinces[at + Province.placement_weight + lane]
            far += 1 if exponent > SERIES_END else 0  # half lives have passed
        if some == 0:
            for lane in range(lanes):
                provinces[at + Province.placed + lane] = 0.0
                provinces[at + Province.slope + lane] = 0.0
            continue
        if far > 0:
            for lane in range(lanes):
                exponent = one[One.depletion + lane] * provinces[at + Province.placement_weight + lane]
                near = min(exponent, LAST)
                times = near * HALF_LIVES + WHOLE - WHOLE
                rest = near - times * HALF_LIFE
                of_new, left = share_of_new(rest), halved(times)
                share = (1.0 - left) + left * (rest * (1.0 - of_new))
                provinces[at + Province.emptied + lane] = share
                provinces[at + Province.emptied_of_freed + lane] = (
                    of_new if times == 0.0 else 1.0 - share / max(exponent, SERIES_END)
                )
        else:
            for lane in range(lanes):
                exponent = one[One.depletion + lane] * provinces[at + Province.placement_weight + lane]
                of_new = share_of_new(exponent)
                provinces[at + Province.emptied + lane] = exponent * (1.0 - of_new)
                provinces[at + Province.emptied_of_freed + lane] = of_new
        for lane in range(lanes):
            weight, freed = provinces[at + Province.placement_weight + lane], provinces[at + Province.freed + lane]
            before = provinces[at + Province.free + lane] - freed
            share, of_new = provinces[at + Province.emptied + lane], provinces[at + Province.emptied_of_freed + lane]
            placed = before * share + freed * of_new
            slope = weight * (before * (1.0 - share)) + freed * ((share - of_new) * one[One.per_depletion + lane])
            provinces[at + Province.placed + lane] = placed
            provinces[at + Province.slope + lane] = slope
            one[One.filling + lane] += placed
            one[One.slope + lane] += slope
