"""What each place can hold, beside the people in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.trajectories import Place
from refugee_model.tables.frames import check_run, first_draw, frame, place_columns, time_columns
from refugee_model.tables.times import rows_at

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

STATE_ACCOMMODATION, TRANSIT, ROAD = "state accommodation", "transit", "road"
ROUNDING = 1e-6
"""People; what lies within it of a capacity comes from rounding in the sums."""


@dataclass(frozen=True)
class Occupancy:
    """People and capacity of each place that has one.

    Attributes
    ----------
    places : tuple of Place
        The places; their kind is ``state accommodation``, ``transit`` or ``road``.
    people, capacity : array (bound, place, draw) [people]
        People there, and people there is room for.
    """

    places: tuple[Place, ...]
    people: Floats
    capacity: Floats

    @property
    def free(self) -> Floats:
        """Room that is left, array (bound, place, draw) [people]."""
        return np.maximum(self.capacity - self.people, 0.0)

    @property
    def over(self) -> Floats:
        """People beyond the capacity, array (bound, place, draw) [people]."""
        beyond = self.people - self.capacity
        return np.where(beyond > ROUNDING, beyond, 0.0)

    @property
    def utilisation(self) -> Floats:
        """People / capacity, array (bound, place, draw); NaN where both are 0, infinite where only the capacity is."""
        without = np.where(self.people > ROUNDING, np.inf, np.nan)
        return np.divide(self.people, self.capacity, out=without, where=self.capacity > 0)

    def at(self, rows: NDArray[np.int64]) -> Occupancy:
        """The same at chosen bounds."""
        return Occupancy(self.places, self.people[rows], self.capacity[rows])


def occupancy(run: Trajectories) -> Occupancy:
    """People and capacity of provinces, of the transit places and of the road.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    Occupancy
        Provinces in their order, then transit, then road. A capacity is the one that held just before the bound.
    """
    provinces = tuple(Place(STATE_ACCOMMODATION, place.name, place.area_code) for place in run.places_of("sheltered"))
    people = (run.people("sheltered"), run.people("awaiting_placement"), run.people("on_road"))
    capacity = (run.level("beds"), run.transit_places[:, None], road_capacity(run)[:, None])
    return Occupancy(
        (*provinces, Place(TRANSIT, TRANSIT), Place(ROAD, ROAD)),
        np.concatenate(people, axis=1),
        np.concatenate(capacity, axis=1),
    )


def road_capacity(run: Trajectories) -> Floats:
    """People on the road, and people for whom there is still room on it until it is full of standing vehicles.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    array (bound, draw) [people]
        People on the road + free places for vehicles x people in a private vehicle; with more vehicles than places, the people
        in those too many are taken off. A standing queue takes the least room: while the queue moves there is room between
        vehicles, and a road that holds people back is below its capacity.
    """
    corridor, transport = run.scenario.timing.corridor, run.scenario.timing.transport
    places = corridor.length_km * corridor.lanes * corridor.jam_vehicles_per_km
    free = (places - run.on_road_vehicles) * transport.people_per_vehicle
    room: Floats = np.maximum(run.people("on_road")[:, 0] + free, 0.0)
    return room


def capacity_table(run: Trajectories, *, every_hours: float | None = None) -> pd.DataFrame:
    """People in each place that has a capacity, and what is left or lacking.

    Parameters
    ----------
    run : Trajectories
        A projection.
    every_hours : float, optional
        Time between rows; without it there is a row at every bound [h].

    Returns
    -------
    DataFrame
        time, place, kind, area_code, capacity, people, free, over, utilisation; one row a time and place. In a province,
        people sheltered against usable beds; in transit, people who wait for a place against transit places, so that
        ``over`` are unsheltered; on the road, people against people on a road full of standing vehicles. A queue that moves
        has room between its vehicles, so a road that holds people back at home can show a utilisation below 1.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, or ``every_hours`` is not a number of hours.
    """
    check_run(run)
    rows = rows_at(run.hours, every_hours)
    held = occupancy(run).at(rows)
    return frame(
        run,
        "Capacity and people",
        {
            "time": time_columns(run, run.hours[rows], len(held.places)),
            **place_columns(held.places, times=len(rows)),
            "capacity": first_draw(held.capacity),
            "people": first_draw(held.people),
            "free": first_draw(held.free),
            "over": first_draw(held.over),
            "utilisation": first_draw(held.utilisation),
        },
    )
