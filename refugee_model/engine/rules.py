"""The rule of each route: pure functions of numbers, compiled into the sweep.

Each takes what stands at the start of a step, what comes in during it, and what the step allows.
"""

from __future__ import annotations

import math

from refugee_model.engine.compiling import compiled as compiled


@compiled
def survival_of_contagion(home: float, people: float, kept: float, innovation: float, imitation: float) -> float:
    """Share of those at home who stay at home over a step, when leaving spreads.

    Parameters
    ----------
    home, people : float
        People still at home who will leave in the end, and all who will [people].
    kept : float
        exp(-(innovation + imitation) x time) of this step.
    innovation, imitation : float
        Hazard by own decision, and further hazard when everyone has left [1/h].

    Returns
    -------
    float
        Between 0 and 1.

    References
    ----------
    Bass (1969), A new product growth model for consumer durables, Management Science 15(5): the hazard is
    ``innovation + imitation x departed / people``; solved exactly over the step, and written without a difference of
    nearly equal numbers.
    """
    still = min(1.0, home / people) if people > 0.0 else 1.0
    hazard = innovation + imitation * (1.0 - still)
    return min(1.0, kept * (innovation + imitation) / (hazard + kept * imitation * still)) if hazard > 0.0 else 1.0


@compiled
def queue_served(waiting: float, inflow: float, capacity: float) -> float:
    """What a queue serves in a step: everyone present, up to the capacity.

    Parameters
    ----------
    waiting, inflow, capacity : float
        Waiting at the start, coming in, and the most that can be served, all in the same unit.

    Returns
    -------
    float
        Served, in that unit.

    References
    ----------
    The fluid (point) queue; Vickrey (1969), American Economic Review 59(2).
    """
    return min(waiting + inflow, capacity)


@compiled
def share_of(part: float, whole: float) -> float:
    """``part / whole`` as a share from 0 to 1, and 0 of nothing."""
    return min(1.0, part / whole) if whole > 0.0 else 0.0


@compiled
def checkpoint_vehicles_per_hour(rate: float, seconds: float, seconds_per_person: float, occupancy: float) -> float:
    """Vehicles that pass in an hour.

    Parameters
    ----------
    rate : float
        Lanes x 3600, or the rate itself where it is given [vehicles x s/h].
    seconds, seconds_per_person : float
        Time for a vehicle and for each of its people; 1 and 0 where the rate is given [s].
    occupancy : float
        People in a vehicle, averaged over the queue [people/vehicle].

    Returns
    -------
    float
        Throughput [vehicles/h].
    """
    return rate / (seconds + seconds_per_person * occupancy)


@compiled
def road_room(passed_earlier: float, storage: float, entered: float) -> float:
    """Vehicles that can still enter a road that fills from its far end.

    Parameters
    ----------
    passed_earlier : float
        Cumulative vehicles that had left the far end one backward-wave time before the end of the step [vehicles].
    storage : float
        Vehicles on the whole road at jam density [vehicles].
    entered : float
        Cumulative vehicles that have entered [vehicles].

    Returns
    -------
    float
        Room, never negative [vehicles].

    References
    ----------
    Newell (1993), A simplified theory of kinematic waves, Transportation Research B 27(4); Yperman (2007), The link
    transmission model for dynamic network loading.
    """
    return max(0.0, passed_earlier + storage - entered)


@compiled
def kept_of_stock(rate: float, hours: float) -> float:
    """Share of a stock that is still there after a step in which people leave it at a rate per hour."""
    return math.exp(-rate * hours)


@compiled
def kept_of_inflow(rate: float, hours: float) -> float:
    """Share of an even inflow that is still there at the end of the step: (1 - exp(-rate t)) / (rate t)."""
    exponent = rate * hours
    if exponent < 1e-8:
        return 1.0 - 0.5 * exponent
    return -math.expm1(-exponent) / exponent


@compiled
def ramped(hours: float, first: float, duration: float) -> float:
    """Share of an order that has come by a time: 0 up to the first, then evenly, then 1."""
    since = hours - first
    part = min(1.0, since / duration) if duration > 0.0 else 1.0
    return part if since > 0.0 else 0.0


@compiled
def filled(free: float, weight: float, waiting: float, weighted_free: float) -> float:
    """People placed in one province when places are visited from the highest weight down.

    Parameters
    ----------
    free : float
        Free beds here [beds].
    weight : float
        Weight of a free bed here.
    waiting : float
        People not yet placed in this step [people].
    weighted_free : float
        Sum of free beds x weight over this and all later provinces; where it is too small for a number, this
        province takes all it can.

    Returns
    -------
    float
        ``min(free, theta x free x weight)`` with theta such that all who can be placed are [people].
    """
    share = free * weight / weighted_free if weighted_free > 0.0 else 1.0
    return min(free, waiting, waiting * share)
