"""How long people wait at the checkpoint and to register, first come, first served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.observers import dust
from refugee_model.engine.queue_length import queue_tail
from refugee_model.engine.result import Result
from refugee_model.engine.waiting import fifo_waits, waits_by_person

Floats = NDArray[np.float64]


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
    served = np.concatenate(
        (run.flow("passed_by_vehicle") + run.flow("passed_by_bus"), run.flow("registered") + away), axis=1
    )
    people = np.concatenate((run.queue_people, run.people("awaiting_registration")), axis=1)
    joined = np.concatenate((people[:1], joined))
    none = np.zeros_like(people[:1])
    # A step without length at the start, in which those who stand in the queue join it.
    bounds = np.concatenate((run.hours[:1], run.hours))
    arrived = np.concatenate((none, np.cumsum(joined, axis=0)))
    gone = np.concatenate((none, none, np.cumsum(served, axis=0)))
    hours = np.empty(joined.shape)
    for place, draw in np.ndindex(joined.shape[1:]):
        hours[:, place, draw] = fifo_waits(bounds, arrived[:, place, draw], gone[:, place, draw])
    return Waiting(names_of_queues(run), bounds, arrived, gone, people, hours)


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
    """People, vehicles, kilometres, waits [h] of each queue of ``waiting`` and who has joined it, (bound, place, draw).
    The last wait stands twice.
    """
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
    """Waits at the reception point that is worst by the 90th percentile, of the first draw [h], and its name; None
    where nobody comes.
    """
    waits = waits_of(waiting(run))
    first = run.sizes.routes
    p90 = np.nan_to_num(waits.p90[first:, 0], nan=-1.0, posinf=np.inf)
    longest = np.nan_to_num(waits.longest[first:, 0], nan=-1.0, posinf=np.inf)
    worst = first + int(np.lexsort((longest, p90))[-1])
    found: dict[str, Any] = {name: float(getattr(waits, name)[worst, 0]) for name in ("median", "p90", "longest")}
    return {**found, "place": waits.places[worst] if waits.people[worst, 0] > dust(run.scenario.people.total) else None}
