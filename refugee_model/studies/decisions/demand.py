"""How many would be in each place if it held everyone who is sent there, and what it holds: by date and draw.

A place is never fuller than it has room, so what it would take to hold everyone is read off those who wait, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.scenario.network import ALL_PROVINCES, RECEPTION, STATE_ACCOMMODATION, TOTAL, TRANSIT, Place
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR
from refugee_model.studies.decisions.methods import SAFE

LEAST = 0.5
"""Less than half a person is nobody."""
IN_BEDS = "people in a bed or on the way to one, and those for whom no bed is left, shared out as beds stand and come"
IN_ALL = "people in a bed, on the way to one and waiting for one"
IN_TRANSIT = "people who wait for a bed"
AT_POINT = "people who wait to be registered when the day ends"


@dataclass(frozen=True)
class Demand:
    """Places that hold people."""

    places: tuple[Place, ...]
    """Provinces, all of them together, transit places, reception points."""
    basis: tuple[str, ...]
    """How the demand of each is counted."""
    days: Floats
    """Array (day,): ends of the days [days after the start]."""
    people: Floats
    capacity: Floats
    """Array (day, place, draw) [people]: who would be there, and for whom there is room."""
    at_start: Floats
    """Array (place, draw) [people]: for whom there is room at the start."""

    @property
    def short(self) -> Floats:
        """For whom there is no room, array (day, place, draw) [people]."""
        lacking = self.people - self.capacity
        return np.where(lacking >= LEAST, lacking, 0.0)


def demand_of(result: Result) -> Demand:
    """Demand and room of each place at the end of each day, of a result that keeps the people of all places."""
    rows = np.searchsorted(result.kept, result.edges)
    beds, here = result.level("beds")[rows], result.people("sheltered")[rows] + result.people("travelling")[rows]
    waiting, transit = result.level("awaiting_placement")[rows], result.transit_places[rows][:, None]
    wanted = here + _share(beds) * np.maximum(waiting - np.maximum(beds - here, 0.0).sum(axis=1, keepdims=True), 0.0)
    whole = here.sum(axis=1, keepdims=True) + waiting
    points, covered = result.people("awaiting_registration")[rows], result.held_before("covered_places")[rows]
    provinces = [Place(STATE_ACCOMMODATION, place.name, place.area_code) for place in result.places_of("sheltered")]
    at_points = [Place(RECEPTION, place.name, place.area_code) for place in result.places_of("awaiting_registration")]
    people = np.concatenate((wanted, whole, waiting, points), axis=1)
    room = np.concatenate((beds, beds.sum(axis=1, keepdims=True), transit, covered), axis=1)
    return Demand(
        places=(*provinces, Place(TOTAL, ALL_PROVINCES), Place(TRANSIT, TRANSIT), *at_points),
        basis=(*[IN_BEDS] * len(provinces), IN_ALL, IN_TRANSIT, *[AT_POINT] * len(at_points)),
        days=result.bounds[result.edges[1:]] / HOURS_PER_DAY,
        people=people[1:],
        capacity=room[1:],
        at_start=room[0],
    )


def _share(beds: Floats) -> Floats:
    """Share of all beds that stands in each province, those that come later included, array (1, place, draw)."""
    most = beds.max(axis=0, keepdims=True)
    total = most.sum(axis=1, keepdims=True)
    share: Floats = np.where(total > 0.0, most / np.where(total > 0.0, total, 1.0), 1.0 / most.shape[1])
    return share


def needs_all_places(result: Result) -> bool:
    """Whether the people of all places were kept by day."""
    return len(result.kept) > 0 and result.keep.places is None


@dataclass(frozen=True)
class Shortage:
    """What is short of one option without further orders."""

    short: Floats
    """Array (day, draw): at the end of each day, or on it, in the unit of the option."""
    sums: bool
    """Whether what is short on each day adds up, as of goods that are used up."""
    basis: str
    """How it is counted."""


def scheduled(result: Result, path: str) -> Floats:
    """What a schedule says at the start of each day, array (day, draw)."""
    return result.values.schedule(path, np.asarray([0.0, *result.day_ends[:-1]]))


def desks_short(result: Result, place: str, wait_hours: float) -> Shortage:
    """Desks that would serve those who wait at the end of a day in time, beyond those there are."""
    number = [point.name for point in result.places_of("awaiting_registration")].index(place)
    rows = np.searchsorted(result.kept, result.edges[1:])
    waiting = result.people("awaiting_registration")[rows, number]
    staffed = float(result.staffed[:, number].mean()) if result.staffed.size else 1.0
    rate = result.held_before("registration_rate")[rows, number] * staffed
    each = np.maximum(result.values[f"aid.reception_points.{place}.people_per_desk_hour"] * staffed, SAFE)
    return Shortage(_beyond(waiting / wait_hours - rate, each), False, f"desks so that nobody waits {wait_hours:g} h")


def seats_short(result: Result, wait_hours: float) -> Shortage:
    """Seats that would take those for whom a bed is free in time, beyond those there are."""
    rows = np.searchsorted(result.kept, result.edges[1:])
    taken = result.people("sheltered")[rows] + result.people("travelling")[rows]
    free = np.maximum(result.level("beds")[rows] - taken, 0.0).sum(axis=1)
    able = np.minimum(result.level("awaiting_placement")[rows, 0], free)
    seats = scheduled(result, "aid.placement.seats_per_hour")
    return Shortage(
        _beyond(able / wait_hours - seats, np.ones(1)), False, f"seats so that nobody waits {wait_hours:g} h"
    )


def _beyond(rate: Floats, each: Floats) -> Floats:
    """Units that make up a rate that is lacking; less than half a person is nobody."""
    return np.where(rate * HOURS_PER_DAY >= LEAST, rate / each, 0.0)


def buses_short(result: Result, wait_hours: float) -> Shortage:
    """Buses that would take those who want to leave and have no vehicle in time, beyond those there are."""
    rows = np.searchsorted(result.kept, result.edges[1:])
    waiting = result.level("leaving_by_bus")[rows].sum(axis=1)
    each = result.values["aid.evacuation_buses.seats"] / result.values["aid.evacuation_buses.round_trip_hours"]
    rate = scheduled(result, "aid.evacuation_buses.buses") * each
    return Shortage(
        _beyond(waiting / wait_hours - rate, np.maximum(each, SAFE)),
        False,
        f"buses so that nobody without a vehicle waits {wait_hours:g} h, if the road has room",
    )


def checkpoint_of(result: Result, number: int) -> Floats:
    """Vehicles an hour that the checkpoint of a route lets pass by day, array (day, draw)."""
    road, values = list(result.scenario.timing.roads.values())[number], result.values
    path = road.path("checkpoint.")
    if road.checkpoint.vehicles_per_hour is not None:
        return scheduled(result, f"{path}vehicles_per_hour")
    people = values["timing.transport.people_per_vehicle"]
    seconds = values[f"{path}seconds_per_vehicle"] + values[f"{path}seconds_per_person"] * people
    return scheduled(result, f"{path}lanes") * SECONDS_PER_HOUR / np.maximum(seconds, SAFE)


def checkpoint_short(result: Result, number: int, wait_hours: float) -> Shortage:
    """Vehicles an hour that would take who stands at a checkpoint in time, beyond those that passed on the day."""
    rows = np.searchsorted(result.kept, result.edges)
    passed = np.diff(result.level("passed_vehicles")[rows, number], axis=0)
    hours = np.diff(result.bounds[result.edges])[:, None]
    waiting = result.queue_vehicles[rows[1:], number]
    basis = f"vehicles an hour, day and night, so that nobody waits {wait_hours:g} h in the queue"
    return Shortage(_beyond(waiting / wait_hours - passed / hours, np.ones(1)), False, basis)
