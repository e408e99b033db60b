"""What each place can hold, beside the people in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.digest import GROUPS, LEAST_FREE, LEAST_ROOM, ROUNDING, dust
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
    some_times,
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
SOMEBODY = 0.5
"""People beyond a capacity from which on anybody is."""


@dataclass(frozen=True)
class Occupancy:
    """People and capacity of each place that has one.

    Attributes
    ----------
    places : tuple of Place
        The places; their kind is ``state accommodation``, ``transit`` or ``road``.
    people, capacity : array (bound, place, draw) [people]
        People there, and people there is room for.
    reserved : array (bound, place, draw) [people]
        People on the way, for each of whom a place is kept.
    rounding : float [people]
        What lies within it of a capacity comes from rounding in the sums.
    """

    places: tuple[Place, ...]
    people: Floats
    capacity: Floats
    reserved: Floats
    rounding: float = ROUNDING

    @property
    def taken(self) -> Floats:
        """Places that are in use or kept for someone, array (bound, place, draw) [people]."""
        return self.people + self.reserved

    @property
    def free(self) -> Floats:
        """Room that is left for others, array (bound, place, draw) [people]."""
        return np.maximum(self.capacity - self.taken, 0.0)

    @property
    def over(self) -> Floats:
        """People beyond the capacity, array (bound, place, draw) [people]."""
        beyond = self.people - self.capacity
        return np.where(beyond > self.rounding, beyond, 0.0)

    @property
    def anyone_over(self) -> NDArray[np.bool_]:
        """Whether anyone is beyond the capacity, array (bound, place, draw); less than half a person is nobody."""
        return np.asarray(self.over >= SOMEBODY)

    @property
    def utilisation(self) -> Floats:
        """People / capacity, array (bound, place, draw); NaN where both are 0, infinite where only the capacity is."""
        without = np.where(self.people > self.rounding, np.inf, np.nan)
        return np.divide(self.people, self.capacity, out=without, where=self.capacity > 0)

    @property
    def full(self) -> NDArray[np.bool_]:
        """Whether a place that has room at all can take nobody more, array (bound, place, draw)."""
        return full(self.capacity, self.taken)

    def only(self, names: frozenset[str] | None) -> Occupancy:
        """The same of the places of these names; of all where there are none."""
        if names is None:
            return self
        chosen = [number for number, place in enumerate(self.places) if place.name in names]
        places = tuple(self.places[number] for number in chosen)
        return Occupancy(places, self.people[:, chosen], self.capacity[:, chosen], self.reserved[:, chosen], self.rounding)

    def at(self, rows: NDArray[np.int64]) -> Occupancy:
        """The same at chosen bounds."""
        return Occupancy(self.places, self.people[rows], self.capacity[rows], self.reserved[rows], self.rounding)


def full(capacity: Floats, taken: Floats) -> NDArray[np.bool_]:
    """Whether nobody more can be assigned to a place that has room at all.

    Parameters
    ----------
    capacity, taken : array [people]
        People there is room for; places in use or kept for someone.

    Returns
    -------
    array of the same shape
        True where less than half a place is free.
    """
    return np.asarray((capacity >= LEAST_ROOM) & (capacity - taken < LEAST_FREE))


def first_full(hours: Floats, capacity: Floats, taken: Floats) -> Floats:
    """When nobody more can be assigned to each place for the first time, on straight lines between bounds.

    Parameters
    ----------
    hours : array (bound,) [h]
        Bounds.
    capacity, taken : array (bound, ...) [people]
        People there is room for just before each bound; places in use or kept for someone.

    Returns
    -------
    array (...) [h]
        NaN where it never happens. Room that is lost is lost when the step begins.
    """
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
        _reserved(run.people("travelling"), _between_vehicles(Values(run.scenario), people[2][:, 0], capacity[2][:, 0], _room_ahead(run))),
        dust(run.scenario.people.total),
    )


def _reserved(travelling: Floats, on_road: Floats) -> Floats:
    """Places kept in the provinces for people on the way, in transit for nobody, and on the road between vehicles."""
    return np.concatenate((travelling, np.zeros(on_road[:, None].shape), on_road[:, None]), axis=1)


def _room_ahead(run: Trajectories) -> Floats:
    """Vehicles for which there is still room at the beginning of the road, array (bound, draw)."""
    return run.level("most_entered_vehicles")[:, 0] - run.level("entered_vehicles")[:, 0]


def _between_vehicles(values: Values, people: Floats, capacity: Floats, vehicles: Floats) -> Floats:
    """Room between the vehicles of a queue that moves [people]: where no vehicle more can enter, none is left, and people are held back."""
    enter = np.maximum(vehicles, 0.0) * people_per_vehicle(values)
    return np.maximum(capacity - people - enter, 0.0)


def people_per_vehicle(values: Values) -> Floats:
    """People in a private vehicle, array (draw,)."""
    path = "timing.transport.people_per_vehicle"
    return value_of(values, path, values.scenario.timing.transport.people_per_vehicle)


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
    one, values = draws.stocks[ONE][:, 0], values_of(draws)
    occupants = people_per_vehicle(values)
    seats = value_of(values, "aid.evacuation_buses.seats", draws.scenario.aid.evacuation_buses.seats)
    vehicles = one[:, One.on_road_by_vehicle.row] / occupants + one[:, One.on_road_by_bus.row] / seats
    road = road_room(values, people[2][:, 0], vehicles)
    ahead = one[:, One.most_entered_vehicles.row] - one[:, One.entered_vehicles.row]
    return Occupancy(
        (*provinces, Place(TRANSIT, TRANSIT), Place(ROAD, ROAD)),
        np.concatenate(people, axis=1),
        np.concatenate((beds, draws.transit_places[:, None], road[:, None]), axis=1),
        _reserved(people_by_day(draws.stocks, "travelling"), _between_vehicles(values, people[2][:, 0], road, ahead)),
        dust(draws.scenario.people.total),
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
    corridor = values.scenario.timing.corridor
    places = np.full(1, values.scenario.road_km)
    for field in ("lanes", "jam_vehicles_per_km"):
        places = places * value_of(values, f"timing.corridor.{field}", getattr(corridor, field))
    free = (places - vehicles) * people_per_vehicle(values)
    room: Floats = np.maximum(people + free, 0.0)
    return room


@takes("this table cannot be made")
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
        time, place, kind, area_code, capacity, people, reserved, free, over, utilisation; one row a time and place. In a province,
        people sheltered against usable beds, and people on the way for whom beds are reserved, so that ``free`` is what can still
        be given to others; in transit, people who wait for a place against transit places, so that
        ``over`` are unsheltered; on the road, people against people on a road full of standing vehicles. A queue that moves
        has room between its vehicles that none can take, so a road that is full and holds people back can show a utilisation
        below 1; that room is counted as reserved.

        Of many draws there is one row an end of a day, place and quantile, with the columns ``quantile`` after ``area_code`` and,
        at the end, ``probability_over``, ``probability_full`` (less than half a place free) and ``probability_over_by`` (over
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
            "reserved": first_draw(held.reserved),
            "free": first_draw(held.free),
            "over": first_draw(held.over),
            "utilisation": first_draw(held.utilisation),
        },
    )


def over_so_far(draws: ManyDraws, held: Occupancy) -> NDArray[np.bool_]:
    """Whether each place has been over its capacity up to each of the times at which stocks were kept, array (time, place, draw).

    In transit also at any time of the days before, which the digest of each day tells.
    """
    over = held.anyone_over
    if len(draws.hours) == len(draws.day_ends):
        transit = [number for number, place in enumerate(held.places) if place.kind == TRANSIT]
        over[:, transit] |= draws.days[:, len(GROUPS) + GROUPS.index("unsheltered")][:, None] >= SOMEBODY
    so_far: NDArray[np.bool_] = np.logical_or.accumulate(over, axis=0)
    return so_far


def _with_total(held: Occupancy) -> Occupancy:
    """The same, and all provinces together."""
    housing = [place.kind == STATE_ACCOMMODATION for place in held.places]
    people, capacity, reserved = (
        np.concatenate((values, values[:, housing].sum(axis=1, keepdims=True)), axis=1)
        for values in (held.people, held.capacity, held.reserved)
    )
    return Occupancy((*held.places, Place(TOTAL, ALL_PROVINCES)), people, capacity, reserved, held.rounding)


AMOUNTS = ("capacity", "people", "reserved", "free", "over", "utilisation")
"""Columns of the table that are amounts."""


def places_by_day(draws: ManyDraws) -> tuple[Place, ...]:
    """The places of a capacity table of many draws."""
    provinces = tuple(Place(STATE_ACCOMMODATION, place.name, place.area_code) for place in places_of(draws, "sheltered"))
    if draws.places is None:
        return (*provinces, Place(TRANSIT, TRANSIT), Place(ROAD, ROAD), Place(TOTAL, ALL_PROVINCES))
    return (*provinces, *(Place(name, name) for name in (TRANSIT, ROAD) if name in draws.places))


def capacity_by_day(draws: ManyDraws) -> Daily:
    """Amounts and chances of each place when stocks were kept."""
    held = _held_by_day(draws)
    return _daily(held, over_so_far(draws, held), {name: getattr(held, name) for name in AMOUNTS})


def _held_by_day(draws: ManyDraws) -> Occupancy:
    held = occupancy_by_day(draws)
    return _with_total(held) if draws.places is None else held.only(draws.places)


def _daily(held: Occupancy, over_by: NDArray[np.bool_], amounts: dict[str, Floats]) -> Daily:
    chances = {"probability_over": held.anyone_over, "probability_full": held.full, "probability_over_by": over_by}
    return Daily(amounts, {name: flags.mean(axis=-1) for name, flags in chances.items()})


def _quantiles_by_day(draws: ManyDraws, quantiles: tuple[float, ...], places: int) -> Daily:
    """Quantiles and chances of each place; all times at once would take twice the memory of the draws."""
    before: NDArray[np.bool_] = np.zeros((places, len(draws.draws)), dtype=bool)
    parts = []
    for _, part in some_times(draws, places):
        held = _held_by_day(part)
        over_by = over_so_far(part, held) | before
        before = over_by[-1]
        parts.append(_daily(held, over_by, {name: over_draws(getattr(held, name), quantiles) for name in AMOUNTS}))
    return Daily(
        {name: np.concatenate([part.amounts[name] for part in parts]) for name in AMOUNTS},
        {name: np.concatenate([part.chances[name] for part in parts]) for name in parts[0].chances},
    )


def _quantile_table(draws: ManyDraws, quantiles: tuple[float, ...]) -> pd.DataFrame:
    places = places_by_day(draws)
    if draws.counted:
        counted = draws.counted[TABLE]
        daily = Daily({name: over_draws(values, quantiles) for name, values in counted.amounts.items()}, counted.chances)
    else:
        daily = _quantiles_by_day(draws, quantiles, len(places))
    rows, count = len(draws.hours) * len(places), len(quantiles)
    columns = {
        "time": times(draws.scenario.timeline, draws.hours).repeat(len(places) * count),
        **place_columns(places, times=len(draws.hours), each=count),
        "quantile": np.tile(quantiles, rows),
        **{name: values.ravel() for name, values in daily.amounts.items()},
        **{name: values.ravel().repeat(count) for name, values in daily.chances.items()},
    }
    return frame_of_draws(draws, "Capacity and people", columns)
