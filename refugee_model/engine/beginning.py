"""Who is where at the start, and what never changes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.values import Values, sum_of_places
from refugee_model.engine.variables import CONSTANTS, STOCKS, District, One, Point, Province, Sizes
from refugee_model.scenario.network import DISTRICT, ONE, POINT, PROVINCE

Floats = NDArray[np.float64]


def people_at_start(values: Values, sizes: Sizes) -> tuple[dict[str, Floats], Floats, Floats]:
    """Stocks at the start by kind, people who stay (district, draw), people who leave in the end (district, draw)."""
    people, departure = values.scenario.people, values.scenario.timing.departure
    total = values.number("people.total", people.total)
    leaving_share = values.number("timing.departure.share_leaving", departure.share_leaving)
    given = people.district_shares()
    shares = np.stack([values.number(f"people.districts.{name}.share", given[name]) for name in people.districts])
    sums = sum_of_places(shares)
    shares = shares / np.where(sums > 0, sums, 1.0)
    live = shares * total
    at_home = np.maximum(live - np.asarray([people.now.leaving.get(name, 0.0) for name in people.districts])[:, None], 0.0)
    if sum(people.now.at_home.values()) > 0.0:
        at_home = np.asarray([people.now.at_home.get(name, 0.0) for name in people.districts])[:, None] * np.ones_like(live)
    sums = sum_of_places(at_home)
    at_home *= np.maximum(total - people.now.total, 0.0) / np.where(sums > 0, sums, 1.0)
    staying = np.minimum(at_home, live * (1.0 - leaving_share))
    stocks = _people_now(values, sizes)
    stocks[DISTRICT][:, District.willing.row] = at_home - staying
    return stocks, staying, live * leaving_share


def _people_now(values: Values, sizes: Sizes) -> dict[str, Floats]:
    scenario, now = values.scenario, values.scenario.people.now
    stocks = {kind: np.zeros((sizes.count(kind), count, values.count)) for kind, count in STOCKS.items()}
    own = values.number("timing.transport.own_vehicle_share", scenario.timing.transport.own_vehicle_share)
    for number, name in enumerate(scenario.people.districts):
        held_back = now.leaving.get(name, 0.0)
        by_bus = held_back - held_back * own
        if name in now.leaving_without_vehicle:
            by_bus = np.full(values.count, min(now.leaving_without_vehicle[name], held_back))
        stocks[DISTRICT][number, District.leaving_by_vehicle.row] = held_back - by_bus
        stocks[DISTRICT][number, District.leaving_by_bus.row] = by_bus
    for number, name in enumerate(scenario.aid.reception_points):
        stocks[POINT][number, Point.awaiting_registration.row] = now.awaiting_registration.get(name, 0.0)
    for number, name in enumerate(scenario.aid.provinces):
        for row, group in (
            (Province.travelling, now.travelling),
            (Province.sheltered, now.sheltered),
            (Province.hosted, now.hosted),
        ):
            stocks[PROVINCE][number, row.row] = group.get(name, 0.0)
    for one, there in (
        (One.on_road_by_vehicle, now.on_road),
        (One.detained, now.detained),
        (One.unregistered_hosted, now.unregistered_hosted),
        (One.awaiting_placement, now.awaiting_placement),
        (One.left_country, now.left_country),
    ):
        stocks[ONE][0, one.row] = there
    return stocks


def constants_of(values: Values, sizes: Sizes, people: Floats) -> dict[str, Floats]:
    """What never changes, array (place, constant, draw) by kind of place.

    Parameters
    ----------
    values : Values
        The scenario and its draws.
    sizes : Sizes
        Number of places of each kind.
    people : array (district, draw) [people]
        People who leave in the end.
    """
    scenario = values.scenario
    transport, corridor, departure = scenario.timing.transport, scenario.timing.corridor, scenario.timing.departure
    constants = {kind: np.zeros((sizes.count(kind), end - row, values.count)) for kind, (row, end) in CONSTANTS.items()}
    fuel_path = "timing.transport.fuel_litres_per_vehicle"
    no_limit = np.zeros(values.count)
    fuel_per_vehicle = no_limit if transport.fuel_litres is None else values.number(fuel_path, transport.fuel_litres_per_vehicle)
    lanes = values.number("timing.corridor.lanes", corridor.lanes)
    jam = values.number("timing.corridor.jam_vehicles_per_km", corridor.jam_vehicles_per_km)
    length = values.number("timing.corridor.length_km", corridor.length_km)
    per_vehicle = values.number("timing.transport.people_per_vehicle", transport.people_per_vehicle)
    per_bus = values.number("aid.evacuation_buses.seats", scenario.aid.evacuation_buses.seats)
    for row, array in (
        (One.people_per_vehicle, per_vehicle),
        (One.people_per_bus, per_bus),
        (One.vehicles_per_person, 1.0 / per_vehicle),
        (One.buses_per_person, 1.0 / per_bus),
        (One.own_vehicle_share, values.number("timing.transport.own_vehicle_share", transport.own_vehicle_share)),
        (One.fuel_per_vehicle, fuel_per_vehicle),
        (One.road_storage, length * lanes * jam),
        (One.approach_flow, corridor.free_speed_kmh * lanes * jam),
        (One.innovation, values.number("timing.departure.innovation_per_hour", departure.innovation_per_hour)),
        (One.imitation, values.number("timing.departure.imitation_per_hour", departure.imitation_per_hour)),
    ):
        constants[ONE][0, row.row - CONSTANTS[ONE][0]] = array
    constants[DISTRICT][:, District.people.row - CONSTANTS[DISTRICT][0]] = people
    distances = np.asarray([district.distance_km for district in scenario.people.districts.values()])
    approach = np.maximum(distances - corridor.length_km, 0.0)[:, None] * lanes * jam
    constants[DISTRICT][:, District.approach_storage.row - CONSTANTS[DISTRICT][0]] = approach
    _put_province_constants(values, constants[PROVINCE])
    return constants


def _put_province_constants(values: Values, constants: Floats) -> None:
    provinces, placement = values.scenario.aid.provinces, values.scenario.aid.placement
    weight = constants[:, Province.placement_weight.row - CONSTANTS[PROVINCE][0]]
    distances = [values.number(f"aid.provinces.{name}.road_km", province.road_km) for name, province in provinces.items()]
    nearest = np.minimum.reduce(distances)  # beds elsewhere count relative to it, or weights would be too small for a number
    for number, (name, province) in enumerate(provinces.items()):
        weight[number] = 1.0
        if placement.policy == "shares":
            weight[number] = values.number(f"aid.provinces.{name}.placement_share", province.placement_share)
        elif placement.policy == "nearest":
            scale = values.number("aid.placement.distance_scale_km", placement.distance_scale_km)
            weight[number] = np.exp((nearest - distances[number]) / scale)
