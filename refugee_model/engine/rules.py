"""The rule of each route: pure functions of numbers, compiled into the sweep.

Each takes what stands at the start of a step, what comes in during it, and what the step allows.
"""

from __future__ import annotations

import math

from refugee_model.engine.compiling import inner as inner


@inner
def survival_of_contagion(home: float, people: float, kept: float, innovation: float, imitation: float) -> float:
    """Share of those at home who stay at home over a step, when leaving spreads.

    References
    ----------
    Bass (1969), A new product growth model for consumer durables, Management Science 15(5): the hazard is
    ``innovation + imitation x departed / people``; solved exactly over the step, and written without a difference of
    nearly equal numbers.
    """
    still = min(1.0, home / people) if people > 0.0 else 1.0
    hazard = innovation + imitation * (1.0 - still)
    return min(1.0, kept * (innovation + imitation) / (hazard + kept * imitation * still)) if hazard > 0.0 else 1.0


@inner
def queue_served(waiting: float, inflow: float, capacity: float) -> float:
    """What a queue serves in a step: everyone present, up to the capacity.

    References
    ----------
    The fluid (point) queue; Vickrey (1969), American Economic Review 59(2).
    """
    return min(waiting + inflow, capacity)


@inner
def share_of(part: float, whole: float) -> float:
    """``part / whole`` as a share from 0 to 1, and 0 of nothing."""
    return min(1.0, part / whole) if whole > 0.0 else 0.0


@inner
def checkpoint_vehicles_per_hour(rate: float, seconds: float, seconds_per_person: float, occupancy: float) -> float:
    """Vehicles that pass in an hour."""
    return rate / (seconds + seconds_per_person * occupancy)


@inner
def road_room(passed_earlier: float, storage: float, entered: float) -> float:
    """Vehicles that can still enter a road that fills from its far end.

    References
    ----------
    Newell (1993), A simplified theory of kinematic waves, Transportation Research B 27(4); Yperman (2007), The link
    transmission model for dynamic network loading.
    """
    return max(0.0, passed_earlier + storage - entered)


@inner
def kept_of_stock(rate: float, hours: float) -> float:
    """Share of a stock that is still there after a step in which people leave it at a rate per hour."""
    return math.exp(-rate * hours)


@inner
def kept_of_inflow(rate: float, hours: float) -> float:
    """Share of an even inflow that is still there at the end of the step: (1 - exp(-rate t)) / (rate t)."""
    exponent = rate * hours
    if exponent < 1e-8:
        return 1.0 - 0.5 * exponent
    return -math.expm1(-exponent) / exponent


NOBODY = 1e-12
"""Share of people so small that it is a matter of rounding: where a tail never ends, it ends here."""
UNCERTAIN = 1e-13
"""Share of people that have moved within which a sum of them may be wrong."""


@inner
def last_few(left: float, people: float) -> bool:
    """Whether so few of some people are left that they go with those before them, or a tail would never end."""
    return left <= NOBODY * people


@inner
def above_rounding(people: float, moved: float) -> float:
    """People of whom a difference of sums says that they are there, as ``moved`` are not; 0 where rounding says so."""
    return people if people > UNCERTAIN * moved else 0.0


@inner
def filled(free: float, weight: float, waiting: float, weighted_free: float) -> float:
    """People placed in one province when places are visited from the highest weight down."""
    share = free * weight / weighted_free if weighted_free > 0.0 else 1.0
    return min(free, waiting, waiting * share)
