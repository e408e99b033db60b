"""How long people wait at the checkpoint and to register, first come, first served; and how many more people chance may
add to a queue.

The fluid queue knows no chance, and says so little where it is nearly empty. People come one by one, or by the vehicle,
and no two take the same time to be served. Near the load at which a queue just begins, and where people are few, that
makes the longest queue; where far more come than can be served it hardly counts. The rule is the diffusion limit of
such a queue: a random walk beside the projected arrivals and the room to serve them, with a variance of one party for
each person who comes and of one party for each who could be served (of one person at a desk, where people are served
one by one), that cannot fall below an empty queue. ``tests/benchmarks/chance.py`` holds it against queues simulated
person by person.

References
----------
Newell (1982), Applications of Queueing Theory, 2nd edition, chapters 6 and 8: transitions through saturation as a
diffusion.

Asmussen, Glynn and Pitman (1995), Discretization error in simulation of one-dimensional reflecting Brownian motion,
Annals of Applied Probability 5(4), 875-896, https://doi.org/10.1214/aoap/1177004597: the lowest point between two ends
of a step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.observers import dust
from refugee_model.engine.queue_length import queue_tail
from refugee_model.engine.result import Result
from refugee_model.engine.waiting import fifo_waits, waits_by_person
from refugee_model.wording import SOME, listed, whole


@dataclass(frozen=True)
class Waiting:
    """Who joins each queue, who waits in it, and for how long."""

    places: tuple[str, ...]
    """The checkpoint of each route, then the reception points."""
    bounds: Floats
    """Array (bound + 1,) [h]: hours after the start, the first twice: in a step without length those who stand in the
    queue at the start join it.
    """
    arrived: Floats
    served: Floats
    """Array (bound + 1, place, draw) [people]: people who have joined the queue, and left it, up to each of these."""
    people: Floats
    """Array (bound, place, draw) [people]: people who wait."""
    hours: Floats
    """Array (bound, place, draw) [h]: how long those wait who stand there at the start, from then on, then those who
    join in each step; infinite for those who still wait at the end, NaN where nobody joins.
    """


def waiting(run: Result) -> Waiting:
    """Queues at the checkpoint and at the reception points, in which nobody overtakes."""
    joined = np.concatenate(
        (run.flow("reached_by_vehicle") + run.flow("reached_by_bus"), run.flow("received") + run.flow("moved_here")),
        axis=1,
    )
    away = run.flow("moved_away") + run.flow("took_road_unregistered")
    leaving = np.concatenate(
        (run.flow("passed_by_vehicle") + run.flow("passed_by_bus"), run.flow("registered") + away), axis=1
    )
    people = np.concatenate((run.queue_people, run.people("awaiting_registration")), axis=1)
    joined = np.concatenate((people[:1], joined))
    none = np.zeros_like(people[:1])
    # A step without length at the start, in which those who stand in the queue join it.
    bounds = np.concatenate((run.hours[:1], run.hours))
    arrived = np.concatenate((none, np.cumsum(joined, axis=0)))
    served = np.concatenate((none, none, np.cumsum(leaving, axis=0)))
    hours = np.empty(joined.shape)
    for place, draw in np.ndindex(joined.shape[1:]):
        hours[:, place, draw] = fifo_waits(bounds, arrived[:, place, draw], served[:, place, draw])
    return Waiting(names_of_queues(run), bounds, arrived, served, people, hours)


def queue_km(run: Result) -> Floats:
    """Length of road that the queue at each checkpoint takes, array (bound, route, draw) [km], with the room between
    vehicles while it moves, from the checkpoint to the tail, as ``queue_tail`` finds it: at most the length of the
    road. Vehicles before the road are not in it.
    """
    zero, number = np.zeros((1, run.sizes.districts, run.draws)), run.sizes.districts
    passed, everywhere = run.level("passed_vehicles"), run.level("entered_vehicles")
    ways = [district.ways(run.scenario.timing.roads) for district in run.scenario.people.districts.values()]
    tails = np.empty(passed.shape)
    for route, road in enumerate(run.scenario.timing.roads.values()):
        corridor, legs = road.corridor, slice(route * number, (route + 1) * number)
        distances = np.asarray([of_district.get(road.name, ("", np.inf))[1] for of_district in ways])
        near = distances <= corridor.length_km
        went = (run.flow(name)[:, legs] for name in ("went_by_vehicle", "went_by_bus"))
        along = run.vehicles(*(np.concatenate((zero, np.cumsum(flow, axis=0))) for flow in went))[:, near]
        # What has not set off along the road has entered it at its beginning.
        entered_since = everywhere[:, route] - everywhere[0, route]
        beginning = np.maximum.accumulate(np.maximum(entered_since - along.sum(axis=1), 0.0))
        at = np.append(distances[near], corridor.length_km)
        for draw in range(run.draws):
            entered = np.ascontiguousarray(np.vstack((along[:, :, draw].T, beginning[None, :, draw])))
            reached = np.ascontiguousarray(run.queue_vehicles[:, route, draw] + passed[:, route, draw])
            tails[:, route, draw] = queue_tail(
                run.hours,
                entered,
                at,
                reached,
                np.ascontiguousarray(passed[:, route, draw]),
                corridor.jam_vehicles_per_km * corridor.lanes,
                corridor.free_speed_kmh,
                corridor.backward_wave_kmh,
            )
    return tails


def queue_outcome(run: Result) -> dict[str, Floats]:
    """People, vehicles, kilometres, waits [h] and joiners of each queue, (bound, place, draw); the last wait twice."""
    queue = waiting(run)
    vehicles, length = (np.full(queue.people.shape, np.nan) for _ in range(2))
    routes = slice(0, run.sizes.routes)
    vehicles[:, routes], length[:, routes] = run.queue_vehicles, queue_km(run)
    hours = np.concatenate((queue.hours[1:], queue.hours[-1:]))
    amounts = {"people": queue.people, "vehicles": vehicles, "queue_km": length, "wait_hours": hours}
    return amounts | {"joined": queue.arrived[1:]}


def names_of_queues(run: Result) -> tuple[str, ...]:
    """The checkpoint of each route, then the reception points."""
    return (*run.scenario.timing.roads, *(point.name for point in run.places_of("awaiting_registration")))


@dataclass(frozen=True)
class Waits:
    """Waits in each queue over the whole projection, counted by people; NaN where nobody joins."""

    places: tuple[str, ...]
    """The checkpoint of each route, then the reception points."""
    people: Floats
    """Array (place, draw) [people]: people who joined or stood in the queue."""
    median: Floats
    p90: Floats
    longest: Floats
    """Array (place, draw) [h]: infinite if those people still wait at the end."""


def waits_of(queue: Waiting) -> Waits:
    """Waits in each queue: each person counts once, with the own wait, at the earliest from the start on."""
    waits = np.empty((3, *queue.arrived.shape[1:]))
    for place, draw in np.ndindex(waits.shape[1:]):
        arrived, served = (np.maximum.accumulate(curve[:, place, draw]) for curve in (queue.arrived, queue.served))
        waits[:, place, draw] = waits_by_person(queue.bounds, arrived, served)
    return Waits(queue.places, queue.arrived[-1], *waits)


def waits_at_registration(run: Result) -> dict[str, Any]:
    """Waits of the first draw at the point that is worst by the 90th percentile [h], and its name; None for nobody."""
    waits = waits_of(waiting(run))
    first = run.sizes.routes
    p90 = np.nan_to_num(waits.p90[first:, 0], nan=-1.0, posinf=np.inf)
    longest = np.nan_to_num(waits.longest[first:, 0], nan=-1.0, posinf=np.inf)
    worst = first + int(np.lexsort((longest, p90))[-1])
    found: dict[str, Any] = {name: float(getattr(waits, name)[worst, 0]) for name in ("median", "p90", "longest")}
    return {**found, "place": waits.places[worst] if waits.people[worst, 0] > dust(run.scenario.people.total) else None}


WALKS, SEED = 400, 1
"""Their mean is then known to a twentieth of the spread of the peak."""
MATTERS = 0.05
"""Of the projected peak: less is left unsaid."""
FEWEST, FEWEST_SHARE = 10.0, 0.001
"""People, and share of all people, below which an addition is left unsaid, even where nobody is projected to queue."""

VEHICLE_SIZES = ("timing.transport.people_per_vehicle", "aid.evacuation_buses.seats")


@dataclass(frozen=True)
class Loads:
    """What comes to each queue, and what it could serve."""

    places: tuple[str, ...]
    """``checkpoint``, then the reception points."""
    standing: Floats
    """Array (place,) [people]: people who wait at the start."""
    joined: Floats
    room: Floats
    """Array (step, place) [people]: people who come in each step, and people who could be served in it."""
    variance: Floats
    """Array (step, place) [people2]: of what is left over in each step."""


def loads(run: Result) -> Loads:
    """What comes to the checkpoint and to each reception point, and what they could serve."""
    by_vehicle, by_bus = (run.flow(f"reached_by_{name}")[..., 0] for name in ("vehicle", "bus"))
    each, seats = _sizes_of_vehicles(run)
    come = by_vehicle + by_bus
    squares = by_vehicle * each + by_bus * seats
    party, first = float(squares.sum() / come.sum()) if come.sum() > 0.0 else each, run.sizes.routes
    received = run.flow("received")[:, :, 0]
    joined = np.concatenate((come, received), axis=1)
    served = run.registration[:, :, 0] * run.steps[:, None]
    room = np.concatenate((_checkpoint_room(run), served), axis=1)
    variance = np.concatenate((squares + party * room[:, :first], party * received + room[:, first:]), axis=1)
    standing = np.concatenate((run.queue_people[0, :, 0], run.people("awaiting_registration")[0, :, 0]))
    return Loads(names_of_queues(run), standing, joined, room, variance)


def _sizes_of_vehicles(run: Result) -> tuple[float, float]:
    """People in a private vehicle and in a bus, of the first draw."""
    by_vehicle, by_bus = (float(run.values[path][0]) for path in VEHICLE_SIZES)
    return by_vehicle, by_bus


def _checkpoint_room(run: Result) -> Floats:
    """People whom each checkpoint could let through, in cars and buses as they come in all, array (step, route)."""

    def rate(name: str) -> Floats:
        held: Floats = run.held[name][run.epoch, :, 0]
        return held

    people = [run.flow(f"reached_by_{name}")[..., 0].sum(axis=0) for name in ("vehicle", "bus")]
    sizes = _sizes_of_vehicles(run)
    vehicles = sum((number / size for number, size in zip(people, sizes, strict=True)), np.zeros(run.sizes.routes))
    everyone = sum(people, np.zeros(run.sizes.routes))
    occupancy = np.divide(everyone, vehicles, out=np.full(run.sizes.routes, sizes[0]), where=vehicles > 0.0)
    vehicles_an_hour = rate("checkpoint_rate") / (
        rate("checkpoint_seconds") + rate("checkpoint_seconds_per_person") * occupancy
    )
    room: Floats = occupancy * vehicles_an_hour * np.where(run.night, rate("night_factor"), 1.0) * run.steps[:, None]
    return room


def added_by_chance(found: Loads) -> Floats:
    """How many people chance adds to the peak of each queue, in the mean, array (place,) [people]."""
    random = np.random.default_rng(SEED)
    drift, spread = found.joined - found.room, np.sqrt(found.variance)
    fluid, queue = found.standing.copy(), np.repeat(found.standing[:, None], WALKS, axis=1)
    most, highest = fluid.copy(), queue.copy()
    for step in range(len(drift)):
        fluid = np.maximum(fluid + drift[step], 0.0)
        most = np.maximum(most, fluid)
        moved = drift[step][:, None] + spread[step][:, None] * random.standard_normal(queue.shape)
        steepness = 2.0 * found.variance[step][:, None] * np.log1p(-random.random(queue.shape))
        lowest = 0.5 * (moved - np.sqrt(moved * moved - steepness))
        queue = np.maximum(queue + moved, moved - lowest)
        highest = np.maximum(highest, queue)
    gained: Floats = np.maximum(highest.mean(axis=1) - most, 0.0)
    return gained


def chance(run: Result) -> dict[str, Floats]:
    """Projected peak of each draw, people added by chance, and whether that matters, arrays (place, draw)."""
    found = [_chance_of_first(run.of_draws(slice(draw, draw + 1))) for draw in range(run.draws)]
    return {name: np.stack([one[name] for one in found], axis=-1) for name in found[0]}


def _chance_of_first(run: Result) -> dict[str, Floats]:
    """The same of the first draw, arrays (place,)."""
    found = loads(run)
    queues = (run.queue_people[:, :, 0], run.people("awaiting_registration")[:, :, 0])
    peaks = np.concatenate(queues, axis=1).max(axis=0)
    added = np.where(found.joined.sum(axis=0) + found.standing > SOME, added_by_chance(found), 0.0)
    least = max(FEWEST, FEWEST_SHARE * float(run.values["people.total"][0]))
    matters = (added >= least) & (added > MATTERS * np.where(peaks > SOME, peaks, 0.0))
    return {"peak_people": peaks, "added_by_chance": added, "matters": matters}


def chance_measures(run: Result) -> dict[str, Any]:
    """What chance may add at the checkpoint, and at reception points in words; None where it does not matter."""
    found = _chance_of_first(run)
    said = list(zip(names_of_queues(run), found["added_by_chance"], found["matters"], strict=True))
    at_checkpoints, at_points = said[: run.sizes.routes], said[run.sizes.routes :]
    most = max((float(added) for _, added, matters in at_checkpoints if matters), default=None)
    points = [
        f"about {whole(about_people(float(added)))} people at {place}" for place, added, matter in at_points if matter
    ]
    return {"checkpoint": None if most is None else about_people(most), "reception": listed(points) or None}


def about_people(value: float) -> float:
    """People to one leading figure, to two from 100 on: a rule of thumb knows no more.

    >>> about_people(68.6), about_people(9.7), about_people(372.2)
    (70.0, 10.0, 370.0)
    """
    figures = 1 if value < 95.0 else 2
    return float(round(value, figures - 1 - math.floor(math.log10(value)))) if value > 0.0 else 0.0
