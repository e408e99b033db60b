"""What each place can hold, beside the people in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.digest import FULL, GROUPS
from refugee_model.engine.rows import ONE, PROVINCE, One, Province
from refugee_model.engine.trajectories import Place
from refugee_model.engine.values import Values
from refugee_model.tables.counted import Daily
from refugee_model.tables.draws import (
    QUANTILES,
    ManyDraws,
    check_request,
    frame_of_draws,
    over_draws,
    people_by_day,
    places_of,
    value_of,
    values_of,
)
from refugee_model.tables.frames import check_run, first_draw, frame, place_columns, time_columns
from refugee_model.tables.times import rows_at, times

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories

Floats = NDArray[np.float64]

STATE_ACCOMMODATION, TRANSIT, ROAD = "state accommodation", "transit", "road"
TABLE = "capacity"
TOTAL, ALL_PROVINCES = "total", "all provinces"
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

    @property
    def full(self) -> NDArray[np.bool_]:
        """Whether a place that has room at all is full, array (bound, place, draw)."""
        return np.asarray((self.utilisation >= FULL) & (self.capacity > 0))

    def only(self, names: frozenset[str] | None) -> Occupancy:
        """The same of the places of these names; of all where there are none."""
        if names is None:
            return self
        chosen = [number for number, place in enumerate(self.places) if place.name in names]
        return Occupancy(tuple(self.places[number] for number in chosen), self.people[:, chosen], self.capacity[:, chosen])

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


def occupancy_by_day(draws: ManyDraws) -> Occupancy:
    """People and capacity of the same places when stocks were kept, array (time, place, draw).

    Parameters
    ----------
    draws : ManyDraws
        Many draws.

    Returns
    -------
    Occupancy
        As ``occupancy`` gives it.
    """
    provinces = tuple(Place(STATE_ACCOMMODATION, place.name, place.area_code) for place in places_of(draws, "sheltered"))
    people = [people_by_day(draws.stocks, kind) for kind in ("sheltered", "awaiting_placement", "on_road")]
    beds = draws.stocks[PROVINCE][:, :, Province.beds.row]
    one, values, transport = draws.stocks[ONE][:, 0], values_of(draws), draws.scenario.timing.transport
    occupants = value_of(values, "timing.transport.people_per_vehicle", transport.people_per_vehicle)
    seats = value_of(values, "aid.evacuation_buses.seats", draws.scenario.aid.evacuation_buses.seats)
    vehicles = one[:, One.on_road_by_vehicle.row] / occupants + one[:, One.on_road_by_bus.row] / seats
    road = road_room(values, people[2][:, 0], vehicles)
    return Occupancy(
        (*provinces, Place(TRANSIT, TRANSIT), Place(ROAD, ROAD)),
        np.concatenate(people, axis=1),
        np.concatenate((beds, draws.transit_places[:, None], road[:, None]), axis=1),
    )


def road_capacity(run: Trajectories) -> Floats:
    """People on the road, and people for whom there is still room on it until it and the ways to it are full of standing vehicles.

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
    return road_room(Values(run.scenario), run.people("on_road")[:, 0], run.on_road_vehicles)


def road_room(values: Values, people: Floats, vehicles: Floats) -> Floats:
    """The same from people and vehicles on the road.

    Parameters
    ----------
    values : Values
        The scenario, and what is uncertain in it.
    people, vehicles : array (time, draw) [people, vehicles]
        On the road.

    Returns
    -------
    array (time, draw) [people]
        As ``road_capacity`` gives it.
    """
    corridor, transport = values.scenario.timing.corridor, values.scenario.timing.transport
    places = np.full(1, values.scenario.road_km)
    for field in ("lanes", "jam_vehicles_per_km"):
        places = places * value_of(values, f"timing.corridor.{field}", getattr(corridor, field))
    free = (places - vehicles) * value_of(values, "timing.transport.people_per_vehicle", transport.people_per_vehicle)
    room: Floats = np.maximum(people + free, 0.0)
    return room


def capacity_table(
    run: Trajectories | ManyDraws, *, every_hours: float | None = None, quantiles: Sequence[float] = QUANTILES
) -> pd.DataFrame:
    """People in each place that has a capacity, and what is left or lacking.

    Parameters
    ----------
    run : Trajectories or Ensemble
        A projection, or many draws of one.
    every_hours : float, optional
        Time between rows; without it there is a row at every bound [h]. Not for many draws.
    quantiles : sequence of float
        For many draws, from 0 to 1.

    Returns
    -------
    DataFrame
        time, place, kind, area_code, capacity, people, free, over, utilisation; one row a time and place. In a province,
        people sheltered against usable beds; in transit, people who wait for a place against transit places, so that
        ``over`` are unsheltered; on the road, people against people on a road full of standing vehicles. A queue that moves
        has room between its vehicles, so a road that holds people back at home can show a utilisation below 1.

        Of many draws there is one row an end of a day, place and quantile, with the columns ``quantile`` after ``area_code`` and,
        at the end, ``probability_over``, ``probability_full`` (99.5 % of the capacity in use) and ``probability_over_by`` (over
        at that or an earlier end of a day; in transit at any time up to it). Each column has quantiles of its own. The place
        ``all provinces`` of the kind ``total`` is all state accommodation together.

    Raises
    ------
    RequestError
        If ``run`` is not a projection, ``every_hours`` is not a number of hours or given for many draws, quantiles are not from
        0 to 1, or the ensemble kept only measures.
    """
    if isinstance(run, ManyDraws):
        return _quantile_table(run, check_request(run, quantiles, every_hours=every_hours, table=TABLE))
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


def over_so_far(draws: ManyDraws, held: Occupancy) -> NDArray[np.bool_]:
    """Whether each place has been over its capacity up to each of the times at which stocks were kept, array (time, place, draw).

    In transit also at any time of the days before, which the digest of each day tells.
    """
    over = held.over > 0
    if len(draws.hours) == len(draws.day_ends):
        transit = [number for number, place in enumerate(held.places) if place.kind == TRANSIT]
        over[:, transit] |= draws.days[:, len(GROUPS) + GROUPS.index("unsheltered")][:, None] > ROUNDING
    so_far: NDArray[np.bool_] = np.logical_or.accumulate(over, axis=0)
    return so_far


def _with_total(held: Occupancy) -> Occupancy:
    """The same, and all provinces together."""
    housing = [place.kind == STATE_ACCOMMODATION for place in held.places]
    sums = (values[:, housing].sum(axis=1, keepdims=True) for values in (held.people, held.capacity))
    people, capacity = (np.concatenate(pair, axis=1) for pair in zip((held.people, held.capacity), sums, strict=True))
    return Occupancy((*held.places, Place(TOTAL, ALL_PROVINCES)), people, capacity)


def places_by_day(draws: ManyDraws) -> tuple[Place, ...]:
    """The places of a capacity table of many draws."""
    provinces = tuple(Place(STATE_ACCOMMODATION, place.name, place.area_code) for place in places_of(draws, "sheltered"))
    if draws.places is None:
        return (*provinces, Place(TRANSIT, TRANSIT), Place(ROAD, ROAD), Place(TOTAL, ALL_PROVINCES))
    return (*provinces, *(Place(name, name) for name in (TRANSIT, ROAD) if name in draws.places))


def capacity_by_day(draws: ManyDraws) -> Daily:
    """Amounts and chances of each place when stocks were kept."""
    held = occupancy_by_day(draws)
    held = _with_total(held) if draws.places is None else held.only(draws.places)
    return Daily(
        {name: getattr(held, name) for name in ("capacity", "people", "free", "over", "utilisation")},
        {
            "probability_over": (held.over > 0).mean(axis=-1),
            "probability_full": held.full.mean(axis=-1),
            "probability_over_by": over_so_far(draws, held).mean(axis=-1),
        },
    )


def _quantile_table(draws: ManyDraws, quantiles: tuple[float, ...]) -> pd.DataFrame:
    daily, places = draws.counted[TABLE] if draws.counted else capacity_by_day(draws), places_by_day(draws)
    rows, count = len(draws.hours) * len(places), len(quantiles)
    columns = {
        "time": times(draws.scenario.timeline, draws.hours).repeat(len(places) * count),
        **place_columns(places, times=len(draws.hours), each=count),
        "quantile": np.tile(quantiles, rows),
        **{name: over_draws(values, quantiles).ravel() for name, values in daily.amounts.items()},
        **{name: values.ravel().repeat(count) for name, values in daily.chances.items()},
    }
    return frame_of_draws(draws, "Capacity and people", columns)
