"""What came out: people in each place at each bound, people on each route in each step, and the inputs that made it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.nights import night_bounds
from refugee_model.engine.rows import DISTRICT, ONE, POINT, PROVINCE, ROWS, STOCKS, Sizes, kind_of
from refugee_model.engine.values import sum_of_places
from refugee_model.errors import Problem, RequestError, as_found, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

KINDS = {
    "at_home": DISTRICT,
    "leaving": DISTRICT,
    "on_road": ONE,
    "detained": ONE,
    "awaiting_registration": POINT,
    "unregistered_hosted": ONE,
    "awaiting_placement": ONE,
    "travelling": PROVINCE,
    "sheltered": PROVINCE,
    "hosted": PROVINCE,
    "left_country": ONE,
}
"""Kinds of place, from origin to destination; everyone is in exactly one place at any time."""

ENTERED: dict[str, tuple[str, ...]] = {
    "at_home": ("turned_back",),
    "leaving": ("departed",),
    "on_road": ("set_off",),
    "detained": ("held",),
    "awaiting_registration": ("received", "moved_here"),
    "unregistered_hosted": ("went_straight_on", "went_on_unregistered"),
    "awaiting_placement": ("asked", "came_back", "came_back_unregistered", "evacuated", "fled_for_bed", "refused"),
    "travelling": ("placed",),
    "sheltered": ("admitted",),
    "hosted": ("joined_relatives", "moved_out", "fled_in", "drifted_in"),
    "left_country": ("left_unregistered", "left_waiting", "left_from_relatives", "left_from_shelter"),
}
"""The routes into each kind of place."""

LEFT: dict[str, tuple[str, ...]] = {
    "at_home": ("departed",),
    "leaving": ("set_off",),
    "on_road": ("crossed", "turned_back", "held"),
    "detained": (),
    "awaiting_registration": ("registered", "moved_away"),
    "unregistered_hosted": ("registered_later", "came_back_unregistered", "left_unregistered"),
    "awaiting_placement": ("placed", "left_waiting"),
    "travelling": ("arrived",),
    "sheltered": ("evacuated", "moved_out", "left_from_shelter"),
    "hosted": ("came_back", "fled_for_bed", "fled_to_relatives", "drifted_out", "left_from_relatives"),
    "left_country": (),
}
"""The routes out of each kind of place."""


@dataclass(frozen=True)
class Place:
    """One place where people can be.

    Attributes
    ----------
    kind : str
        One of ``KINDS``.
    name : str
        Name of the district, point or province; the kind itself where there is one place of the kind.
    area_code : str
        ISO 3166-2 code, or empty.
    """

    kind: str
    name: str
    area_code: str = ""


@dataclass(frozen=True)
class Trajectories:
    """People over time, for one draw or many, beside the scenario that made them.

    Attributes
    ----------
    scenario : Scenario
        The assumptions.
    hours : array (bound,) [h]
        Hours after the start at which stocks stand.
    staying : array (district, draw) [people]
        People who never leave home, a part of ``at_home``.
    recorded : dict of array (bound, place, quantity, draw), by kind of place
        Stocks, levels and flows as the engine keeps them; see ``engine/rows.py``.
    registration : array (step, point, draw) [people/h]
        What each reception point can register.
    transit_places : array (bound, draw) [places]
        Sheltered places for people who wait for a bed.
    covered_places : array (bound, point, draw) [places]
        Places under a roof for people who wait at each reception point.
    """

    scenario: Scenario
    hours: Floats
    staying: Floats
    recorded: dict[str, Floats]
    registration: Floats
    transit_places: Floats
    covered_places: Floats

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.staying.shape[-1])

    @property
    def steps(self) -> Floats:
        """Length of each step, array (step,) [h]."""
        return np.diff(self.hours)

    @cached_property
    def sizes(self) -> Sizes:
        """How many places of each kind there are."""
        scenario = self.scenario
        return Sizes(len(scenario.people.districts), len(scenario.aid.reception_points), len(scenario.aid.provinces))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places, from origin to destination."""
        return tuple(place for kind in KINDS for place in self.places_of(kind))

    def places_of(self, kind: str) -> tuple[Place, ...]:
        """The places of one kind, in the order of the scenario."""
        scenario = self.scenario
        groups = {
            DISTRICT: scenario.people.districts,
            POINT: scenario.aid.reception_points,
            PROVINCE: scenario.aid.provinces,
        }
        group = groups.get(KINDS[_known(kind, KINDS)])
        if group is None:
            return (Place(kind, kind),)
        return tuple(Place(kind, name, place.area_code or "") for name, place in group.items())  # type: ignore[attr-defined]

    def people(self, kind: str) -> Floats:
        """People in the places of one kind, array (bound, place, draw) [people].

        Parameters
        ----------
        kind : str
            One of ``KINDS``, such as ``sheltered``.
        """
        if kind == "at_home":
            return self._quantity("willing") + self.staying[None]
        if kind in ("leaving", "on_road"):
            return self._quantity(f"{kind}_by_vehicle") + self._quantity(f"{kind}_by_bus")
        return self._quantity(kind)

    def flow(self, name: str) -> Floats:
        """People on one route in each step, array (step, place, draw) [people].

        Parameters
        ----------
        name : str
            A route of ``engine/rows.py``, or ``set_off`` or ``admitted``, which are sums of routes.
        """
        if name == "set_off":
            parts = ("set_off_by_vehicle", "set_off_by_bus", "set_off_by_bus_for_want_of_fuel")
            return sum((self._quantity(part)[1:] for part in parts[1:]), self._quantity(parts[0])[1:])
        if name == "admitted":
            return self._quantity("arrived")[1:] - self._quantity("refused")[1:]
        return self._quantity(name)[1:]

    def level(self, name: str) -> Floats:
        """One level at each bound, array (bound, place, draw), such as ``beds`` or ``fuel``."""
        return self._quantity(name)

    def moved(self, kind: str, routes: dict[str, tuple[str, ...]]) -> Floats:
        """People who went in (``ENTERED``) or out (``LEFT``) of each place of a kind, array (step, place, draw) [people]."""
        count = self.sizes.count(KINDS[kind])
        total = np.zeros((len(self.hours) - 1, count, self.draws))
        for name in routes[kind]:
            flow = self.flow(name)
            total += flow if flow.shape[1] == count else flow.sum(axis=1, keepdims=True)
        return total

    @property
    def on_road_vehicles(self) -> Floats:
        """Vehicles on the road, array (bound, draw) [vehicles]."""
        return self.vehicles(self._quantity("on_road_by_vehicle")[:, 0], self._quantity("on_road_by_bus")[:, 0])

    @property
    def queue_vehicles(self) -> Floats:
        """Vehicles that have reached the queue at the checkpoint, array (bound, draw) [vehicles]."""
        return self.vehicles(self.level("queue_by_vehicle")[:, 0], self.level("queue_by_bus")[:, 0])

    @property
    def queue_people(self) -> Floats:
        """People in those vehicles, array (bound, draw) [people]."""
        return self.level("queue_by_vehicle")[:, 0] + self.level("queue_by_bus")[:, 0]

    @property
    def unsheltered(self) -> Floats:
        """People who wait for a bed beyond the transit places, array (bound, draw) [people]."""
        return np.maximum(self.people("awaiting_placement")[:, 0] - self.transit_places, 0.0)

    @cached_property
    def nights(self) -> Floats:
        """Heads of each of ``nights.PARTS`` at 02:00 of each date, array (night, part, draw) [people]."""
        at = night_bounds(self.scenario.timeline, self.hours)
        beyond = np.maximum(self.people("awaiting_registration")[at] - self.covered_places[at], 0.0)
        held_back = self._quantity("leaving_by_vehicle")[at] + self._quantity("leaving_by_bus")[at]
        at_reception, at_home = (sum_of_places(np.moveaxis(people, 1, 0)) for people in (beyond, held_back))
        return np.stack([self.people("on_road")[at, 0], at_reception, self.unsheltered[at], at_home], axis=1)

    def cumulative(self, name: str) -> Floats:
        """People on a route up to each bound, all its places together, array (bound, draw) [people].

        People who were beyond the route when the projection started are counted.
        """
        flow = self.flow(name).sum(axis=1)
        total = np.concatenate((np.zeros((1, self.draws)), np.cumsum(flow, axis=0)))
        return total + self._before(name)

    @property
    def cumulative_registered(self) -> Floats:
        """People who have registered, array (bound, draw) [people]."""
        parts = ("registered", "registered_later", "came_back_unregistered")
        return sum((self.cumulative(name) for name in parts), np.zeros((len(self.hours), self.draws)))

    @property
    def residual(self) -> float:
        """Largest difference between the sum over all places and ``people.total``, over bounds and draws [people]."""
        stocks = [self.recorded[kind][:, :, :count].sum(axis=(1, 2)) for kind, count in STOCKS.items()]
        total = sum(stocks, np.zeros_like(stocks[0])) + self.staying.sum(axis=0)
        return float(np.max(np.abs(total - total[0])))

    def _before(self, name: str) -> float:
        now = self.scenario.people.now
        registered = now.awaiting_placement + now.left_country
        registered += sum(sum(group.values()) for group in (now.travelling, now.sheltered, now.hosted))
        if name == "registered":
            return registered
        if name == "crossed":
            return registered + now.unregistered_hosted + sum(now.awaiting_registration.values())
        return 0.0

    def _quantity(self, name: str) -> Floats:
        kind = kind_of(_known(name, [quantity for rows in ROWS.values() for quantity in rows.__members__]))
        return self.recorded[kind][:, :, ROWS[kind][name].row]

    def vehicles(self, in_vehicles: Floats, in_buses: Floats) -> Floats:
        """Vehicles and buses of so many people, in arrays that end in the draw [vehicles]."""
        occupancy = self.scenario.timing.transport.people_per_vehicle
        return in_vehicles / occupancy + in_buses / self.scenario.aid.evacuation_buses.seats


def _known(name: object, names: Iterable[str]) -> str:
    """A name that is one of those known."""
    known = list(names)
    if isinstance(name, str) and name in known:
        return name
    raise RequestError(
        "this run cannot be read", [Problem("", f"found {as_found(name)}, which it does not have; {nearest(str(name), known)}")]
    )
