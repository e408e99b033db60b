"""How many would be in each place if it held everyone who is sent there, what it holds, and what it must hold.

A place is never fuller than it has room, so what it would take to hold everyone is read off those who wait, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.arrays import Flags, Floats
from refugee_model.engine.result import Result
from refugee_model.errors import Problem, refuse_if
from refugee_model.outcomes.calendar import times
from refugee_model.outcomes.occupancy import places_called
from refugee_model.scenario.network import ALL_PROVINCES, RECEPTION, STATE_ACCOMMODATION, TOTAL, TRANSIT, Place
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR
from refugee_model.studies.decisions.methods import SAFE, check_confidence, enough, interval, joint_rank
from refugee_model.tables.frames import result_of
from refugee_model.tables.provenance import attributes

LEAST = 0.5
"""Less than half a person is nobody."""
IN_BEDS = "people in a bed or on the way to one, and those for whom no bed is left, shared out as beds stand and come"
IN_ALL = "people in a bed, on the way to one and waiting for one"
IN_TRANSIT = "people who wait for a bed"
AT_POINT = "people who wait to be registered when the day ends"


@dataclass(frozen=True)
class Demand:
    """Places that hold people, or one that serves them, in units of what it serves with."""

    places: tuple[Place, ...]
    """Provinces, all of them together, transit places, reception points."""
    basis: tuple[str, ...]
    """How the demand of each is counted."""
    people: Floats
    capacity: Floats
    """Array (day, place, draw) [people]: who would be there at the end of each day, and for whom there is room."""
    at_start: Floats
    """Array (place, draw) [people]: for whom there is room at the start."""
    short: Floats
    """Array (day, place, draw) [people]: for whom there is no room."""


def demand_of(result: Result) -> Demand:
    """Demand and room of each place at the end of each day, of a result that keeps the people of all places."""
    rows = np.searchsorted(result.kept, result.edges)
    beds, here = result.level("beds")[rows], result.people("sheltered")[rows] + result.people("travelling")[rows]
    waiting, transit = result.level("awaiting_placement")[rows], result.transit_places[rows][:, None]
    wanted = here + _share(beds) * np.maximum(waiting - np.maximum(beds - here, 0.0).sum(axis=1, keepdims=True), 0.0)
    whole = here.sum(axis=1, keepdims=True) + waiting
    points, covered = result.people("awaiting_registration")[rows], result.held_before("covered_places")[rows]
    provinces = places_called(result, STATE_ACCOMMODATION, "sheltered")
    at_points = places_called(result, RECEPTION, "awaiting_registration")
    people = np.concatenate((wanted, whole, waiting, points), axis=1)
    room = np.concatenate((beds, beds.sum(axis=1, keepdims=True), transit, covered), axis=1)
    lacking = people[1:] - room[1:]
    return Demand(
        places=(*provinces, Place(TOTAL, ALL_PROVINCES), Place(TRANSIT, TRANSIT), *at_points),
        basis=(*[IN_BEDS] * len(provinces), IN_ALL, IN_TRANSIT, *[AT_POINT] * len(at_points)),
        people=people[1:],
        capacity=room[1:],
        at_start=room[0],
        short=np.where(lacking >= LEAST, lacking, 0.0),
    )


def _share(beds: Floats) -> Floats:
    """Share of all beds that stands in each province, those that come later included, array (1, place, draw)."""
    most = beds.max(axis=0, keepdims=True)
    total = most.sum(axis=1, keepdims=True)
    share: Floats = np.where(total > 0.0, most / np.where(total > 0.0, total, 1.0), 1.0 / most.shape[1])
    return share


def find_lost_places(result: Result) -> list[Problem]:
    """What is wrong with a result of which the people of all places were not kept by day."""
    if len(result.kept) and result.keep.places is None:
        return []
    return [Problem("keep", "people of all places were not kept: leave out keep, or 'all'")]


@dataclass(frozen=True)
class Shortage:
    """What is short of one option without further orders."""

    short: Floats
    """Array (day, draw): at the end of each day, or on it, in the unit of the option."""
    sums: bool
    """Whether what is short on each day adds up, as of goods that are used up."""
    basis: str
    """How it is counted."""

    def in_all(self, since: Flags | None = None) -> Floats:
        """What is short in all of the days, or of those (day, draw) since an order is there, array (draw,)."""
        short = self.short if since is None else np.where(since, self.short, 0.0)
        whole: Floats = short.sum(axis=0) if self.sums else short.max(axis=0)
        return whole


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


def _is_hours(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


WAIT_IN_HOURS = kind(_is_hours, "a number of hours above 0")
ANY_DATE, EVER = "any date", "ever"
DESKS, SEATS, BUSES, CHECKPOINT = "desks", "placement seats", "buses", "checkpoint"
TITLE = "Required capacity"
SUBJECT = "required capacity cannot be told"
JOINTLY = "; so that all places hold at once"


@takes(SUBJECT, joint=kind(bool, "True or False"), wait_hours=WAIT_IN_HOURS)
def required_capacity(
    ensemble: Any, confidence: float = 0.95, *, joint: bool = False, wait_hours: float | None = None
) -> pd.DataFrame:
    """How much each place must hold so that everyone has room, with this confidence.

    People are never more than beds, so those who wait for a bed are counted with those who have one: the demand, not
    the occupancy.

    Parameters
    ----------
    ensemble : Ensemble or Forecast
        Of which the people of all places were kept by day.
    confidence : float
        Share of the futures in which it is to be enough.
    joint : bool
        Whether all places are to be enough at once in that share of the futures; otherwise each place by itself.
    wait_hours : float, optional
        Also how many desks each reception point needs, so that whoever waits there at the end of a day is served within
        so many hours, how many seats to the provinces, if they limit, how many buses out of the area of origin, and how
        many vehicles an hour each checkpoint must let pass [h].

    Returns
    -------
    DataFrame
        place, kind, area_code, date, confidence, scope, capacity_now, committed, required, shortfall, low, high,
        probability_short_if_nothing, basis. One row a place and date with the scope ``any date``: at the end of that
        date alone; and one a place with the scope ``ever`` and no date: on every date up to the last. ``capacity_now``
        is what stands at the start, ``committed`` what orders add to it by then (below 0 where beds are lost), both in
        the middle future; of the scope ``ever``, at the end. ``low`` and ``high`` bound ``required`` with 95 %.

    Raises
    ------
    RequestError
        If people of all places were not kept, or too few draws lie beyond the confidence.

    Examples
    --------
    >>> rm.required_capacity(ensemble, confidence=0.9)  # doctest: +SKIP
    """
    result = result_of(ensemble)
    check_confidence(SUBJECT, confidence, result.draws)
    refuse_if(SUBJECT, find_lost_places(result))
    before = np.concatenate(([0.0], result.day_ends[:-1]))
    dates = times(result.scenario.timeline, before).tz_localize(None).normalize()
    parts = [_table(demand_of(result), confidence, dates, joint=joint)]
    if wait_hours is not None:
        parts += [_table(one, confidence, dates, joint=False) for one in _service(result, wait_hours)]
    table = pd.concat(parts, ignore_index=True)
    table.attrs.update(attributes(result.scenario, TITLE) | {"draws": result.draws})
    return table


def _table(demand: Demand, confidence: float, dates: pd.DatetimeIndex, *, joint: bool) -> pd.DataFrame:
    """Rows of all places by date, then for all dates: what is there at the start and then, what is enough and its
    bounds, and how likely it is not.
    """
    places, over = demand.places, demand.short > 0.0
    by_date = _rows(demand, demand.people, confidence, joint=joint)
    whole = _rows(demand, demand.people.max(axis=0)[None], confidence, joint=joint)
    required, low, high = (
        np.ceil(np.round(np.concatenate(both).ravel(), 6)) for both in zip(by_date, whole, strict=True)
    )
    room = np.median(np.concatenate((demand.capacity, demand.capacity[-1:])), axis=-1).ravel()
    now = np.tile(np.median(demand.at_start, axis=-1), len(dates) + 1)
    short = np.concatenate((over.mean(axis=-1), over.any(axis=0).mean(axis=-1)[None])).ravel()
    each = list(places) * (len(dates) + 1)
    columns = {
        "place": [place.name for place in each],
        "kind": [place.kind for place in each],
        "area_code": [place.area_code for place in each],
        "date": pd.DatetimeIndex([*dates, pd.NaT]).repeat(len(places)),
        "confidence": confidence,
        "scope": [ANY_DATE] * (len(dates) * len(places)) + [EVER] * len(places),
        "capacity_now": now,
        "committed": room - now,
        "required": required,
        "shortfall": np.maximum(required - room, 0.0),
        "low": low,
        "high": high,
        "probability_short_if_nothing": short,
        "basis": [text + (JOINTLY if joint else "") for text in demand.basis] * (len(dates) + 1),
    }
    return pd.DataFrame(columns)


def _rows(demand: Demand, people: Floats, confidence: float, *, joint: bool) -> tuple[Floats, Floats, Floats]:
    """What is enough, and the bounds of it, arrays (date, place), of people (date, place, draw)."""
    if not joint:
        return enough(people, confidence), *interval(people, confidence)
    alone = [number for number, place in enumerate(demand.places) if place.kind != TOTAL]
    found = np.empty((3, *people.shape[:2]))
    for date, of_date in enumerate(people):
        level = (joint_rank(of_date[alone], confidence) - SAFE) / people.shape[-1]
        found[0, date] = enough(of_date, level)
        found[1:, date] = interval(of_date, level)
    return found[0], found[1], found[2]


def _service(result: Result, wait_hours: float) -> Iterator[Demand]:
    """Desks of each reception point, seats to the provinces, buses and checkpoints, each beside what there is."""
    for place in result.places_of("awaiting_registration"):
        there = scheduled(result, f"aid.reception_points.{place.name}.desks")
        yield _served(Place(DESKS, place.name, place.area_code), desks_short(result, place.name, wait_hours), there)
    if result.scenario.aid.placement.seats_per_hour is not None:
        there = scheduled(result, "aid.placement.seats_per_hour")
        yield _served(Place(SEATS, SEATS, ""), seats_short(result, wait_hours), there)
    there = scheduled(result, "aid.evacuation_buses.buses")
    yield _served(Place(BUSES, BUSES, ""), buses_short(result, wait_hours), there)
    for number, place in enumerate(result.places_of("on_road")):
        name = place.name if result.scenario.timing.routes else CHECKPOINT
        short = checkpoint_short(result, number, wait_hours)
        yield _served(Place(CHECKPOINT, name, place.area_code), short, checkpoint_of(result, number))


def _served(place: Place, shortage: Shortage, there: Floats) -> Demand:
    """One place that serves: what there is of it and what is short, arrays (day, draw)."""
    there, short = there[:, None], shortage.short[:, None]
    return Demand((place,), (shortage.basis,), there + short, there, there[0], short)
