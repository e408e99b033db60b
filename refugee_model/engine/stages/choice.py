"""Which route people take, rule 2: by the shares of their district, if so wished weighed by the time it takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import checkpoint_vehicles_per_hour
from refugee_model.engine.values import sum_of_places
from refugee_model.engine.variables import District, Leg, One, Route
from refugee_model.engine.workspace import DISTRICT_SIZE, LEG_SIZE, ROUTE_SIZE, Flags, Floats, inner, offset
from refugee_model.scenario.places import District as Origin

NO_END = 1e9
"""Hours that a way takes on which nothing moves."""


class Choice(NamedTuple):
    """How people choose."""

    taken: Flags
    """Whether anyone ever takes each leg, in any draw (leg,); the others are left out."""
    again: bool
    """Whether those held at home choose anew in each step."""
    by_time: bool
    """Whether they look at how long each way takes."""


def lay_out(layout: Layout) -> Choice:
    """What share of the people of each district takes which route in each epoch."""
    departure, closed, number = layout.scenario.timing.departure, shut(layout), layout.sizes.districts
    again = departure.when_closed == "other routes"
    for district, (name, one) in enumerate(layout.scenario.people.districts.items()):
        legs, shares = slice(district, None, number), np.zeros_like(layout.of(Leg.share, slice(district, None, number)))
        for route, road in enumerate(layout.roads):
            path, km = one.ways(layout.scenario.timing.roads).get(road.name, ("", 0.0))
            if path:
                shares[:, route] = layout.schedule(f"people.districts.{name}.{path}")
            layout.of(Leg.hours, route * number + district)[:] = km / road.corridor.free_speed_kmh
            layout.of(Leg.belongs, route * number + district)[:] = _belongs(layout, road.name, one)
        if len(layout.roads) == 1:
            shares[:] = 1.0
        while_open = shares * ~closed.T[:, :, None] if again and len(layout.roads) > 1 else shares
        some = sum_of_places(while_open.swapaxes(0, 1))[:, None] > 0
        layout.of(Leg.share, legs)[:] = _normalised(np.where(some, while_open, shares))
    layout.of(One.route_choice_hours)[:] = layout.values["timing.departure.route_choice_hours"]
    taken = np.any(layout.of(Leg.share, slice(None)) > 0.0, axis=(0, 2))
    return Choice(taken, again, len(layout.roads) > 1 and departure.route_choice == "expected time")


def asks(layout: Layout) -> Flags:
    """Whether people look at ways in each step (step,): once an hour, and when something begins or ceases to hold."""
    hours = np.floor(layout.bounds[:-1] + 1e-9)
    found: Flags = (np.diff(hours, prepend=-1.0) > 0) | (np.diff(layout.epochs, prepend=-1) > 0)
    return found


def _belongs(layout: Layout, road: str, district: Origin) -> float:
    """Whether people on a road that nobody takes may be of a district: it names the road, or none does and it lies
    abroad.
    """
    districts = layout.scenario.people.districts.values()
    named = [road in one.ways(layout.scenario.timing.roads) for one in districts]
    here = road in district.ways(layout.scenario.timing.roads) if any(named) else district.province is None
    return float(here)


def shut(layout: Layout) -> Flags:
    """Whether each road is cut or its checkpoint closed (route, epoch)."""
    spans = [
        [*road.corridor.closures, *(regime for regime in road.checkpoint.regimes if regime.kind == "closed")]
        for road in layout.roads
    ]
    return np.stack([layout.within_any(of_road) for of_road in spans])


def _normalised(shares: Floats) -> Floats:
    """Shares (epoch, route, draw) that add up to 1; of a district without any, 0."""
    total = sum_of_places(shares.swapaxes(0, 1))[:, None]
    return np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)


@inner
def keep_shares(legs: Floats, lanes: int) -> None:
    """People choose by the shares that hold."""
    for leg in range(len(legs) // LEG_SIZE):
        at = offset(leg * LEG_SIZE)
        for lane in range(lanes):
            legs[at + Leg.chosen + lane] = legs[at + Leg.share + lane]


@inner
def weigh_by_time(one: Floats, routes: Floats, legs: Floats, lanes: int) -> None:
    """Of two ways that one is chosen by fewer that takes longer: a logit of free journey and queue.

    The queue is taken to pass as fast as the checkpoint works by day.
    """
    count = len(routes) // ROUTE_SIZE
    districts = len(legs) // LEG_SIZE // count
    for route in range(count):
        at = offset(route * ROUTE_SIZE)
        for lane in range(lanes):
            in_cars, in_buses = routes[at + Route.queue_by_vehicle + lane], routes[at + Route.queue_by_bus + lane]
            vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
            each = (in_cars + in_buses) / vehicles if vehicles > 0.0 else one[One.people_per_vehicle + lane]
            hourly = checkpoint_vehicles_per_hour(
                routes[at + Route.checkpoint_rate + lane],
                routes[at + Route.checkpoint_seconds + lane],
                routes[at + Route.checkpoint_seconds_per_person + lane],
                each,
            )
            hourly = min(hourly, routes[at + Route.road_capacity + lane])
            routes[at + Route.expected_hours + lane] = vehicles / hourly if hourly > 0.0 else NO_END
    for district in range(districts):
        for lane in range(lanes):
            least, total = 2.0 * NO_END, 0.0
            for route in range(count):
                leg = (route * districts + district) * LEG_SIZE + lane
                hours = legs[leg + Leg.hours] + routes[route * ROUTE_SIZE + Route.expected_hours + lane]
                if legs[leg + Leg.share] > 0.0:
                    least = min(least, hours)
            for route in range(count):
                leg = (route * districts + district) * LEG_SIZE + lane
                longer = legs[leg + Leg.hours] + routes[route * ROUTE_SIZE + Route.expected_hours + lane] - least
                weight = legs[leg + Leg.share] * np.exp(-max(0.0, longer) / one[One.route_choice_hours + lane])
                legs[leg + Leg.chosen] = weight
                total += weight
            for route in range(count):
                leg = (route * districts + district) * LEG_SIZE + lane
                legs[leg + Leg.chosen] = legs[leg + Leg.chosen] / total if total > 0.0 else legs[leg + Leg.share]


@inner
def choose(one: Floats, routes: Floats, districts: Floats, legs: Floats, taken: Flags, again: bool, lanes: int) -> None:
    """Rule 2: those held at home choose a route, all of them anew or those who have just decided to leave."""
    number = len(districts) // DISTRICT_SIZE
    for lane in range(lanes):
        one[One.with_vehicle + lane] = 0.0
        one[One.without_vehicle + lane] = 0.0
    if not again:
        find_departing(districts, legs, lanes)
    for route in range(len(routes) // ROUTE_SIZE):
        to = offset(route * ROUTE_SIZE)
        for lane in range(lanes):
            routes[to + Route.with_vehicle + lane] = 0.0
            routes[to + Route.without_vehicle + lane] = 0.0
        for district in range(number):
            if not taken[route * number + district]:
                continue
            at, leg = offset(district * DISTRICT_SIZE), offset((route * number + district) * LEG_SIZE)
            if again:
                for lane in range(lanes):
                    share = legs[leg + Leg.chosen + lane]
                    legs[leg + Leg.waiting_by_vehicle + lane] = (
                        share * districts[at + District.leaving_by_vehicle + lane]
                    )
                    legs[leg + Leg.waiting_by_bus + lane] = share * districts[at + District.leaving_by_bus + lane]
            else:
                for lane in range(lanes):
                    share = legs[leg + Leg.chosen + lane]
                    legs[leg + Leg.waiting_by_vehicle + lane] += (
                        share * districts[at + District.departing_by_vehicle + lane]
                    )
                    legs[leg + Leg.waiting_by_bus + lane] += share * districts[at + District.departing_by_bus + lane]
            for lane in range(lanes):
                routes[to + Route.with_vehicle + lane] += legs[leg + Leg.waiting_by_vehicle + lane]
                routes[to + Route.without_vehicle + lane] += legs[leg + Leg.waiting_by_bus + lane]
        for lane in range(lanes):
            # Fuel is short in the area of origin only.
            one[One.with_vehicle + lane] += (
                routes[to + Route.with_vehicle + lane] * routes[to + Route.from_abroad + lane]
            )
            one[One.without_vehicle + lane] += routes[to + Route.without_vehicle + lane]


@inner
def waits(routes: Floats, at: int, lanes: int) -> bool:
    """Whether anyone waits to set off on a route, in any draw."""
    at, some = offset(at), 0
    for lane in range(lanes):
        people = routes[at + Route.with_vehicle + lane] + routes[at + Route.without_vehicle + lane]
        some += 1 if people > 0.0 else 0
    return some > 0


@inner
def find_departing(districts: Floats, legs: Floats, lanes: int) -> None:
    """Those held at home who wait for no route yet."""
    number = len(districts) // DISTRICT_SIZE
    for district in range(number):
        at = offset(district * DISTRICT_SIZE)
        for lane in range(lanes):
            districts[at + District.departing_by_vehicle + lane] = districts[at + District.leaving_by_vehicle + lane]
            districts[at + District.departing_by_bus + lane] = districts[at + District.leaving_by_bus + lane]
        for leg in range(district, len(legs) // LEG_SIZE, number):
            of = offset(leg * LEG_SIZE)
            for lane in range(lanes):
                districts[at + District.departing_by_vehicle + lane] -= legs[of + Leg.waiting_by_vehicle + lane]
                districts[at + District.departing_by_bus + lane] -= legs[of + Leg.waiting_by_bus + lane]
        for lane in range(lanes):
            for row in (District.departing_by_vehicle, District.departing_by_bus):
                districts[at + row + lane] = max(0.0, districts[at + row + lane])
