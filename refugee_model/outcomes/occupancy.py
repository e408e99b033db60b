"""Who is in each place, came and went; and in places that have a capacity, provinces, transit places and the road, what
they can hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from refugee_model.arrays import Flags, Floats, Integers
from refugee_model.engine.observers import GROUPS, LEAST_FREE, LEAST_ROOM, PARTS, ROUNDING, WITHOUT_ROOF, dust
from refugee_model.engine.result import DAYS, Result
from refugee_model.engine.values import sum_of_places
from refugee_model.outcomes.calendar import summed
from refugee_model.outcomes.statistics import Outcome
from refugee_model.scenario.network import (
    ALL_PROVINCES,
    KINDS,
    RECEPTION,
    ROAD,
    STATE_ACCOMMODATION,
    TOTAL,
    TRANSIT,
    Place,
)

SOMEBODY = 0.5
"""People beyond a capacity from which on anybody is."""
AMOUNTS = ("capacity", "people", "reserved", "free", "over", "utilisation")


@dataclass(frozen=True)
class Occupancy:
    """People and capacity of each place that has one."""

    places: tuple[Place, ...]
    """Their kind is ``state accommodation``, ``transit``, ``road`` or ``total``."""
    people: Floats
    capacity: Floats
    """Array (time, place, draw) [people]: people there, and people there was room for just before the time; NaN where a
    place holds any number.
    """
    reserved: Floats
    """Array (time, place, draw) [people]: people on the way, for each of whom a place is kept; on the road, room
    between moving vehicles that none can take.
    """
    rounding: float = ROUNDING
    """People: what lies within it of a capacity comes from rounding in the sums."""

    @property
    def taken(self) -> Floats:
        """Places in use or kept for someone, array (time, place, draw) [people]."""
        return self.people + self.reserved

    @property
    def free(self) -> Floats:
        """Room that is left for others, array (time, place, draw) [people]."""
        return np.maximum(self.capacity - self.taken, 0.0)

    @property
    def over(self) -> Floats:
        """People beyond the capacity, array (time, place, draw) [people]."""
        beyond = self.people - self.capacity
        return np.where(beyond > self.rounding, beyond, 0.0)

    @property
    def anyone_over(self) -> Flags:
        """Whether anyone is beyond the capacity, array (time, place, draw); less than half a person is nobody."""
        return np.asarray(self.over >= SOMEBODY)

    @property
    def utilisation(self) -> Floats:
        """People / capacity, array (time, place, draw); NaN where both are 0, infinite where only the capacity is."""
        without = np.where(self.people > self.rounding, np.inf, np.nan)
        return np.divide(self.people, self.capacity, out=without, where=self.capacity > 0)

    @property
    def full(self) -> Flags:
        """Whether a place that has room at all can take nobody more, array (time, place, draw)."""
        return full(self.capacity, self.taken)

    def only(self, *kinds: str) -> Occupancy:
        """The same of the places of these kinds."""
        chosen = [number for number, place in enumerate(self.places) if place.kind in kinds]
        places = tuple(self.places[number] for number in chosen)
        return Occupancy(
            places, self.people[:, chosen], self.capacity[:, chosen], self.reserved[:, chosen], self.rounding
        )

    def at(self, rows: Integers) -> Occupancy:
        """The same at chosen times."""
        return Occupancy(self.places, self.people[rows], self.capacity[rows], self.reserved[rows], self.rounding)

    def beside(self, other: Occupancy) -> Occupancy:
        """These places, then those of another."""
        names = ("people", "capacity", "reserved")
        both = {name: np.concatenate((getattr(self, name), getattr(other, name)), axis=1) for name in names}
        return Occupancy(places=(*self.places, *other.places), **both, rounding=self.rounding)


def full(capacity: Floats, taken: Floats) -> Flags:
    """Whether nobody more can be assigned to a place that has room at all: less than half a place is free."""
    return np.asarray((capacity >= LEAST_ROOM) & (capacity - taken < LEAST_FREE))


def first_full(hours: Floats, capacity: Floats, taken: Floats) -> Floats:
    """When each place is first full on straight lines, (bound, ...) to (...) [h], NaN if never; room goes at once."""
    room, is_full = capacity - taken, full(capacity, taken)
    at_end = np.argmax(is_full, axis=0)
    at_begin = np.maximum(at_end - 1, 0)
    pick = partial(np.take_along_axis, axis=0)
    end, begin = at_end[None], at_begin[None]
    room_after = pick(room, end)[0]
    room_before = np.minimum(pick(room, begin)[0], pick(capacity, end)[0] - pick(taken, begin)[0])
    falls, above = room_before - room_after, room_before - LEAST_FREE
    part = np.clip(np.divide(above, falls, out=np.zeros_like(falls), where=falls > 0), 0.0, 1.0)
    when = hours[at_begin] + part * (hours[at_end] - hours[at_begin])
    return np.where(is_full.any(axis=0), when, np.nan)


def places_called(result: Result, called: str, kind: str) -> tuple[Place, ...]:
    """The places of a kind, which tables call by what they hold."""
    return tuple(Place(called, place.name, place.area_code) for place in result.places_of(kind))


def occupancy(result: Result) -> Occupancy:
    """People and capacity of the provinces in their order, of transit places and roads: of those that were kept."""
    provinces = places_called(result, STATE_ACCOMMODATION, "sheltered")
    rounding = dust(result.scenario.people.total)
    held = Occupancy(provinces, result.people("sheltered"), result.level("beds"), result.people("travelling"), rounding)
    waiting, on_road = result.level("awaiting_placement"), result.people("on_road")
    room = road_capacity(result)
    transit = Occupancy((Place(TRANSIT, TRANSIT),), waiting, result.transit_places[:, None], np.zeros(waiting.shape))
    road = Occupancy(roads_of(result), on_road, room, _between_vehicles(result, on_road, room))
    whole = held.beside(transit).beside(road)
    names = result.keep.places
    if names is None:
        return whole
    return whole.only(STATE_ACCOMMODATION, *(name for name in (TRANSIT, ROAD) if name in names))


def roads_of(result: Result) -> tuple[Place, ...]:
    """The road of each route, by the name of the route where there are several."""
    names = [place.name for place in result.places_of("on_road")]
    return tuple(Place(ROAD, ROAD if len(names) == 1 else name) for name in names)


def _between_vehicles(result: Result, people: Floats, capacity: Floats) -> Floats:
    """Room between the vehicles of a queue that moves [people]; none where people are held back."""
    ahead = result.level("most_entered_vehicles") - result.level("entered_vehicles")
    enter = np.maximum(ahead, 0.0) * result.values["timing.transport.people_per_vehicle"]
    return np.maximum(capacity - people - enter, 0.0)


def road_capacity(result: Result) -> Floats:
    """People on each road, and for whom there is still room until it and the ways to it are full, (time, route, draw).
    People on the road + free places for vehicles x people in a private vehicle; with more vehicles than places, the
    people in those too many are taken off. A standing queue takes the least room: while it moves there is room between
    vehicles, and a road that holds people back is below its capacity.
    """
    places = np.empty((result.sizes.routes, result.draws))
    for number, road in enumerate(result.scenario.timing.roads.values()):
        places[number] = result.scenario.road_km(road)
        for name in ("lanes", "jam_vehicles_per_km"):
            places[number] *= result.values[road.path(f"corridor.{name}")]
    free = (places - result.on_road_vehicles) * result.values["timing.transport.people_per_vehicle"]
    room: Floats = np.maximum(result.people("on_road") + free, 0.0)
    return room


def with_total(held: Occupancy) -> Occupancy:
    """The same, and all provinces together."""
    housing = [place.kind == STATE_ACCOMMODATION for place in held.places]
    sums = (getattr(held, name)[:, housing].sum(axis=1, keepdims=True) for name in ("people", "capacity", "reserved"))
    return held.beside(Occupancy((Place(TOTAL, ALL_PROVINCES),), *sums))


def over_so_far(result: Result, held: Occupancy) -> Flags:
    """Whether each place has been over its capacity up to each time, array (time, place, draw); where days are kept, in
    transit also at any time of them, which is known of each day.
    """
    over = held.anyone_over
    if result.keep.when == DAYS:
        transit = [number for number, place in enumerate(held.places) if place.kind == TRANSIT]
        day = np.searchsorted(result.edges[1:], result.kept)
        over[:, transit] |= result.days[day, len(GROUPS) + GROUPS.index("unsheltered")][:, None] >= SOMEBODY
    so_far: Flags = np.logical_or.accumulate(over, axis=0)
    return so_far


def covered_points(result: Result) -> tuple[Place, ...]:
    """Reception points that are kept, where any of the scenario has covered places."""
    points = result.scenario.aid.reception_points.values()
    uncertain = any(
        path.endswith(".covered_places") or ".covered_places." in path for path in result.scenario.uncertain
    )
    if not uncertain and all(point.covered_places == 0.0 for point in points):
        return ()
    return places_called(result, RECEPTION, "awaiting_registration")


def occupancy_of_all(result: Result) -> Occupancy:
    """Occupancy, and people who wait at each reception point against its covered places."""
    held, points = occupancy(result), covered_points(result)
    if not points:
        return held
    waiting, covered = result.people("awaiting_registration"), result.held_before("covered_places")
    names = list(result.scenario.aid.reception_points)
    covered = covered[:, [names.index(point.name) for point in points]]
    return held.beside(Occupancy(points, waiting, covered, np.zeros(waiting.shape)))


def occupancy_with_total(result: Result) -> Occupancy:
    """Occupancy, and all provinces together where all are kept."""
    held = occupancy_of_all(result)
    return with_total(held) if result.keep.places is None else held


def chances(held: Occupancy, over_by: Flags) -> dict[str, Floats]:
    """Shares of draws in which each place is over its capacity, is full, or has been over it, arrays (time, place)."""
    flags = {"probability_over": held.anyone_over, "probability_full": held.full, "probability_over_by": over_by}
    return {name: flag.mean(axis=-1) for name, flag in flags.items()}


def occupancy_outcome(result: Result) -> Outcome:
    """Amounts and chances of each place."""
    held = occupancy_with_total(result)
    return Outcome({name: getattr(held, name) for name in AMOUNTS}, chances(held, over_so_far(result, held)))


COLUMNS = (*WITHOUT_ROOF, "without_roof", "held_back")
"""Fewer people than this are nobody."""


class Nights(NamedTuple):
    """Person-nights by column; most people without a roof on a night and when [h], NaN for nobody; arrays (draw,)."""

    person_nights: dict[str, Floats]
    peak: Floats
    peak_night: Floats


def night_outcome(result: Result) -> Outcome:
    """People of each column of the night table, arrays (night, draw)."""
    parts = {name: result.nights[:, number] for number, name in enumerate(PARTS)}
    without = sum_of_places(np.stack([parts[name] for name in WITHOUT_ROOF]))
    return Outcome({name: without if name == "without_roof" else parts[name] for name in COLUMNS})


def person_nights(result: Result) -> Nights:
    """What all nights come to."""
    columns = night_outcome(result).amounts
    by_night, hours = columns["without_roof"], result.scenario.timeline.nights
    total = {name: sum_of_places(people) for name, people in columns.items()}
    total["without_roof"] = sum_of_places(np.stack([total[name] for name in WITHOUT_ROOF]))
    if not len(by_night):
        none = np.zeros(result.draws)
        return Nights(total, none, np.full(len(none), np.nan))
    peak = by_night.max(axis=0)
    return Nights(total, peak, np.where(peak >= SOMEBODY, np.asarray(hours)[by_night.argmax(axis=0)], np.nan))


def kept_kinds(result: Result) -> list[str]:
    """Kinds of place of which people are kept; of those of which there is one, only where it is asked for by name."""
    names = result.keep.places
    return [
        kind for kind in KINDS if names is None or len(places := result.places_of(kind)) != 1 or places[0].name in names
    ]


def places_with_totals(result: Result) -> tuple[Place, ...]:
    """Places by kind; with a total for each kind that has several, where all are kept."""
    found: list[Place] = []
    for kind in kept_kinds(result):
        places = result.places_of(kind)
        found += places
        if len(places) > 1 and result.keep.places is None:
            found.append(Place(kind, TOTAL))
    return tuple(found)


def people_with_totals(result: Result) -> Outcome:
    """People in each of ``places_with_totals``, array (time, place, draw)."""
    return Outcome({"people": _by_place(result, result.people, totals=True)} if kept_kinds(result) else {})


def movements(result: Result, rows: Integers, *, from_start: bool, totals: bool) -> dict[str, Floats]:
    """People in each place and, of kept flows, who entered and left since the row before, (time, place, draw)."""

    def moved(kind: str, *, into: bool) -> Floats:
        return summed(result.moved(kind, into=into), rows, from_start=from_start)

    columns: dict[str, Callable[[str], Floats]] = {"people": lambda kind: result.people(kind)[rows]}
    if result.keep.flows:
        columns |= {"entered": partial(moved, into=True), "left": partial(moved, into=False)}
    return {name: _by_place(result, column, totals=totals) for name, column in columns.items()}


def _by_place(result: Result, of: Callable[[str], Floats], *, totals: bool) -> Floats:
    """The kinds of place that are kept side by side, each with all its places together, array (time, place, draw)."""
    parts: list[Floats] = []
    for kind in kept_kinds(result):
        parts.append(of(kind))
        if totals and parts[-1].shape[1] > 1 and result.keep.places is None:
            parts.append(parts[-1].sum(axis=1, keepdims=True))
    return np.concatenate(parts, axis=1)
