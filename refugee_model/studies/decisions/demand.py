"""How many would be in each place if it held everyone who is sent there, and what it holds: by date and draw.

A place is never fuller than it has room, so what it would take to hold everyone is read off those who wait, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.result import Result
from refugee_model.scenario.network import ALL_PROVINCES, STATE_ACCOMMODATION, TOTAL, TRANSIT, Place
from refugee_model.scenario.timeline import HOURS_PER_DAY

Floats = NDArray[np.float64]

RECEPTION = "reception"
LEAST = 0.5
"""Less than half a person is nobody."""
IN_BEDS = "people in a bed or on the way to one, and those for whom no bed is left, shared out as beds stand and come"
IN_ALL = "people in a bed, on the way to one and waiting for one"
IN_TRANSIT = "people who wait for a bed"
AT_POINT = "people who wait to be registered when the day ends"


@dataclass(frozen=True)
class Demand:
    """Places that hold people.

    Attributes
    ----------
    places : tuple of Place
        Provinces, all of them together, transit places, reception points.
    basis : tuple of str
        How the demand of each is counted.
    days : array (day,)
        Ends of the days [days after the start].
    people, capacity : array (day, place, draw) [people]
        Who would be there, and for whom there is room.
    at_start : array (place, draw) [people]
        For whom there is room at the start.
    """

    places: tuple[Place, ...]
    basis: tuple[str, ...]
    days: Floats
    people: Floats
    capacity: Floats
    at_start: Floats

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
