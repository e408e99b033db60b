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
def keep_shares(legs: Floats, draws: int) -> None:
    """People choose by the shares that hold."""
    for leg in range(len(legs) // LEG_SIZE):
        at = offset(leg * LEG_SIZE)
        for draw in range(draws):
            legs[at + Leg.chosen + draw] = legs[at + Leg.share + draw]


@inner
def weigh_by_time(one: Floats, routes: Floats, legs: Floats, draws: int) -> None:
    """Of two ways that one is chosen by fewer that takes longer: a logit of free journey and queue.

    The queue is taken to pass as fast as the checkpoint works by day.
    """
    count = len(routes) // ROUTE_SIZE
    districts = len(legs) // LEG_SIZE // count
    for route in range(count):
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            in_cars, in_buses = routes[at + Route.queue_by_vehicle + draw], routes[at + Route.queue_by_bus + draw]
            vehicles = in_cars / one[One.people_per_vehicle + draw] + in_buses / one[One.people_per_bus + draw]
            each = (in_cars + in_buses) / vehicles if vehicles > 0.0 else one[One.people_per_vehicle + draw]
            hourly = checkpoint_vehicles_per_hour(
                routes[at + Route.checkpoint_rate + draw],
                routes[at + Route.checkpoint_seconds + draw],
                routes[at + Route.checkpoint_seconds_per_person + draw],
                each,
            )
            hourly = min(hourly, routes[at + Route.road_capacity + draw])
            routes[at + Route.expected_hours + draw] = vehicles / hourly if hourly > 0.0 else NO_END
    for district in range(districts):
        for draw in range(draws):
            least, total = 2.0 * NO_END, 0.0
            for route in range(count):
                leg = (route * districts + district) * LEG_SIZE + draw
                hours = legs[leg + Leg.hours] + routes[route * ROUTE_SIZE + Route.expected_hours + draw]
                if legs[leg + Leg.share] > 0.0:
                    least = min(least, hours)
            for route in range(count):
                leg = (route * districts + district) * LEG_SIZE + draw
                longer = legs[leg + Leg.hours] + routes[route * ROUTE_SIZE + Route.expected_hours + draw] - least
                weight = legs[leg + Leg.share] * np.exp(-max(0.0, longer) / one[One.route_choice_hours + draw])
                legs[leg + Leg.chosen] = weight
                total += weight
            for route in range(count):
                leg = (route * districts + district) * LEG_SIZE + draw
                legs[leg + Leg.chosen] = legs[leg + Leg.chosen] / total if total > 0.0 else legs[leg + Leg.share]


@inner
def choose(one: Floats, routes: Floats, districts: Floats, legs: Floats, taken: Flags, again: bool, draws: int) -> None:
    """Rule 2: those held at home choose a route, all of them anew or those who have just decided to leave."""
    number = len(districts) // DISTRICT_SIZE
    for draw in range(draws):
        one[One.with_vehicle + draw] = 0.0
        one[One.without_vehicle + draw] = 0.0
    if not again:
        find_departing(districts, legs, draws)
    for route in range(len(routes) // ROUTE_SIZE):
        to = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            routes[to + Route.with_vehicle + draw] = 0.0
            routes[to + Route.without_vehicle + draw] = 0.0
        for district in range(number):
            if not taken[route * number + district]:
                continue
            at, leg = offset(district * DISTRICT_SIZE), offset((route * number + district) * LEG_SIZE)
            if again:
                for draw in range(draws):
                    share = legs[leg + Leg.chosen + draw]
                    legs[leg + Leg.waiting_by_vehicle + draw] = (
                        share * districts[at + District.leaving_by_vehicle + draw]
                    )
                    legs[leg + Leg.waiting_by_bus + draw] = share * districts[at + District.leaving_by_bus + draw]
            else:
                for draw in range(draws):
                    share = legs[leg + Leg.chosen + draw]
                    legs[leg + Leg.waiting_by_vehicle + draw] += (
                        share * districts[at + District.departing_by_vehicle + draw]
                    )
                    legs[leg + Leg.waiting_by_bus + draw] += share * districts[at + District.departing_by_bus + draw]
            for draw in range(draws):
                routes[to + Route.with_vehicle + draw] += legs[leg + Leg.waiting_by_vehicle + draw]
                routes[to + Route.without_vehicle + draw] += legs[leg + Leg.waiting_by_bus + draw]
        for draw in range(draws):
            # Fuel is short in the area of origin only.
            one[One.with_vehicle + draw] += (
                routes[to + Route.with_vehicle + draw] * routes[to + Route.from_abroad + draw]
            )
            one[One.without_vehicle + draw] += routes[to + Route.without_vehicle + draw]


@inner
def waits(routes: Floats, at: int, draws: int) -> bool:
    """Whether anyone waits to set off on a route, in any draw."""
    at, some = offset(at), 0
    for draw in range(draws):
        people = routes[at + Route.with_vehicle + draw] + routes[at + Route.without_vehicle + draw]
        some += 1 if people > 0.0 else 0
    return some > 0


@inner
def find_departing(districts: Floats, legs: Floats, draws: int) -> None:
    """Those held at home who wait for no route yet."""
    number = len(districts) // DISTRICT_SIZE
    for district in range(number):
        at = offset(district * DISTRICT_SIZE)
        for draw in range(draws):
            districts[at + District.departing_by_vehicle + draw] = districts[at + District.leaving_by_vehicle + draw]
            districts[at + District.departing_by_bus + draw] = districts[at + District.leaving_by_bus + draw]
        for leg in range(district, len(legs) // LEG_SIZE, number):
            of = offset(leg * LEG_SIZE)
            for draw in range(draws):
                districts[at + District.departing_by_vehicle + draw] -= legs[of + Leg.waiting_by_vehicle + draw]
                districts[at + District.departing_by_bus + draw] -= legs[of + Leg.waiting_by_bus + draw]
        for draw in range(draws):
            for row in (District.departing_by_vehicle, District.departing_by_bus):
                districts[at + row + draw] = max(0.0, districts[at + row + draw])
