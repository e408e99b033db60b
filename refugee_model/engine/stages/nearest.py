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
def fill_nearest(one: Floats, provinces: Floats, order: Integers, draws: int) -> None:
    """Place those who can be placed; where nobody waits or all that is free is filled, nothing has to be found."""
    sought = 0
    for draw in range(draws):
        wanted = one[One.left + draw]
        one[One.to_place + draw] = wanted
        one[One.depletion + draw] = 0.0
        one[One.filling + draw] = 0.0
        one[One.slope + draw] = 0.0
        sought += 1 if (wanted > 0.0) & (wanted < one[One.free + draw]) else 0
    if sought > 0:
        find_depletion(one, provinces, draws)
    over = 0
    for draw in range(draws):
        slope = one[One.slope + draw]
        one[One.depletion + draw] = (one[One.to_place + draw] - one[One.filling + draw]) / slope if slope > 0.0 else 0.0
    for position in range(len(order)):
        at = offset(order[position] * PROVINCE_SIZE)
        for draw in range(draws):
            free, left, wanted = provinces[at + Province.free + draw], one[One.left + draw], one[One.to_place + draw]
            found = (
                provinces[at + Province.placed + draw]
                + one[One.depletion + draw] * provinces[at + Province.slope + draw]
            )
            placed = max(0.0, min(free, left, free if wanted >= one[One.free + draw] else found))
            placed = placed if sought > 0 else min(free, left)
            provinces[at + Province.placed + draw] = placed
            one[One.left + draw] = left - placed
    for draw in range(draws):
        left, wanted = one[One.left + draw], one[One.to_place + draw]
        one[One.left + draw] = left if left > SPILLS * wanted else 0.0
        over += 1 if left > SPILLS * wanted else 0
    if over > 0:
        spill(one, provinces, order, draws)


@inner
def spill(one: Floats, provinces: Floats, order: Integers, draws: int) -> None:
    """Whoever is left goes to the nearest free bed: weights that are too small for a number would keep beds empty."""
    for position in range(len(order)):
        at = offset(order[position] * PROVINCE_SIZE)
        for draw in range(draws):
            placed, left = provinces[at + Province.placed + draw], one[One.left + draw]
            more = min(left, max(0.0, provinces[at + Province.free + draw] - placed))
            provinces[at + Province.placed + draw] = placed + more
            one[One.left + draw] = left - more


@inner
def find_depletion(one: Floats, provinces: Floats, draws: int) -> None:
    """The depletion at which all are placed, in each draw that has some to place and more free beds than that."""
    guess(one, provinces, draws)
    for _ in range(MOST_STEPS):
        moved = 0
        empty(one, provinces, draws)
        for draw in range(draws):
            wanted, free, slope = one[One.to_place + draw], one[One.free + draw], one[One.slope + draw]
            lacking, remains = wanted - one[One.filling + draw], free - wanted
            # The curve lies off its tangent by half the square of what is lacking over the slope, or less.
            near = lacking * lacking <= EXACT * min(wanted, remains) * slope + (ROUNDING * free) * (ROUNDING * free)
            moves = (wanted > 0.0) & (remains > 0.0) & (slope > 0.0) & (not near)
            # log(S / R), S now left and R to be left, is 2 (S - R) / (S + R) or more: too short a step at worst.
            step = (lacking + remains) * 2.0 * lacking / ((lacking + 2.0 * remains) * slope)
            one[One.depletion + draw] = max(0.0, one[One.depletion + draw] + (step if moves else 0.0))
            moved += 1 if moves else 0
        if moved == 0:
            break


@inner
def guess(one: Floats, provinces: Floats, draws: int) -> None:
    """Where to start: the first three terms of the series of the depletion in the logarithm of what is to be left."""
    for draw in range(draws):
        one[One.filling + draw] = 0.0
        one[One.slope + draw] = 0.0
        one[One.third_moment + draw] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            free, freed = provinces[at + Province.free + draw], provinces[at + Province.freed + draw]
            weight = provinces[at + Province.placement_weight + draw]
            # Of what comes evenly a half, two thirds, three quarters are not yet there: the series of p(x).
            one[One.filling + draw] += weight * (free - 0.5 * freed)
            one[One.slope + draw] += weight * weight * (free - (2.0 / 3.0) * freed)
            one[One.third_moment + draw] += weight * weight * weight * (free - 0.75 * freed)
    for draw in range(draws):
        wanted, free = one[One.to_place + draw], one[One.free + draw]
        sought, whole = (wanted > 0.0) & (wanted < free), max(free, 1e-300)
        mean = max(one[One.filling + draw] / whole, 1e-300)
        square, cube = one[One.slope + draw] / whole, one[One.third_moment + draw] / whole
        # log(S / R), S free and R to be left, is twice the inverse hyperbolic tangent of (S - R) / (S + R).
        part = wanted / max(free + free - wanted, 1e-300)
        straight = 2.0 * part * (1.0 + part * part * (1.0 / 3.0 + part * part * 0.2)) / mean
        of_mean = 1.0 / mean
        spread = 0.5 * (square * of_mean - mean) * straight
        skew = (cube * of_mean - 3.0 * square + 2.0 * mean * mean) * (straight * straight / 6.0)
        further = min(FURTHER, max(0.0, spread + 2.0 * spread * spread - skew))
        one[One.depletion + draw] = straight * (1.0 + further) if sought else 0.0


@inner
def empty(one: Floats, provinces: Floats, draws: int) -> None:
    """People placed in each province at the depletion of each draw, how many more a higher one would; their sums."""
    for draw in range(draws):
        one[One.filling + draw] = 0.0
        one[One.slope + draw] = 0.0
        one[One.per_depletion + draw] = 1.0 / max(one[One.depletion + draw], 1e-300)
    for province in range(len(provinces) // PROVINCE_SIZE):
        at, some, far = offset(province * PROVINCE_SIZE), 0, 0
        for draw in range(draws):
            some += 1 if provinces[at + Province.free + draw] > 0.0 else 0
            exponent = one[One.depletion + draw] * provinces[at + Province.placement_weight + draw]
            far += 1 if exponent > SERIES_END else 0  # half lives have passed
        if some == 0:
            for draw in range(draws):
                provinces[at + Province.placed + draw] = 0.0
                provinces[at + Province.slope + draw] = 0.0
            continue
        if far > 0:
            for draw in range(draws):
                exponent = one[One.depletion + draw] * provinces[at + Province.placement_weight + draw]
                near = min(exponent, LAST)
                times = near * HALF_LIVES + WHOLE - WHOLE
                rest = near - times * HALF_LIFE
                of_new, left = share_of_new(rest), halved(times)
                share = (1.0 - left) + left * (rest * (1.0 - of_new))
                provinces[at + Province.emptied + draw] = share
                provinces[at + Province.emptied_of_freed + draw] = (
                    of_new if times == 0.0 else 1.0 - share / max(exponent, SERIES_END)
                )
        else:
            for draw in range(draws):
                exponent = one[One.depletion + draw] * provinces[at + Province.placement_weight + draw]
                of_new = share_of_new(exponent)
                provinces[at + Province.emptied + draw] = exponent * (1.0 - of_new)
                provinces[at + Province.emptied_of_freed + draw] = of_new
        for draw in range(draws):
            weight, freed = provinces[at + Province.placement_weight + draw], provinces[at + Province.freed + draw]
            before = provinces[at + Province.free + draw] - freed
            share, of_new = provinces[at + Province.emptied + draw], provinces[at + Province.emptied_of_freed + draw]
            placed = before * share + freed * of_new
            slope = weight * (before * (1.0 - share)) + freed * ((share - of_new) * one[One.per_depletion + draw])
            provinces[at + Province.placed + draw] = placed
            provinces[at + Province.slope + draw] = slope
            one[One.filling + draw] += placed
            one[One.slope + draw] += slope
