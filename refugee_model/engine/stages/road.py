"""From home to the queue at the checkpoint, for those who live along the road: rules 2 and 3.

Those who live beyond it come to its beginning first: see ``approach.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.engine.delays import Delays, delays_of
from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import road_room, share_of
from refugee_model.engine.stages.checkpoint import capacity
from refugee_model.engine.variables import LANES, District, One
from refugee_model.engine.workspace import DISTRICT_SIZE, Flags, Floats, Integers, compiled, offset


class Journeys(NamedTuple):
    """How long people are on their way to the checkpoint; the same in all draws."""

    outward: Delays
    """From home to the checkpoint, by district."""
    approach: Delays
    """From home to the beginning of the road, by district."""
    along: Delays
    """Along the whole road."""
    backward: Delays
    """Of room travelling back up the road."""
    returning: Floats
    """Part of each step in which vehicles that pass the checkpoint give back room within the step (step,) [h]."""
    far: Flags
    """Whether each district lies beyond the beginning of the road."""
    some_far: bool


def lay_out(layout: Layout) -> Journeys:
    """What the road carries and holds, what people travel with, and how long they take."""
    _put_transport(layout)
    _put_road(layout)
    corridor, bounds = layout.scenario.timing.corridor, layout.bounds
    distances = [district.distance_km for district in layout.scenario.people.districts.values()]
    length, speed = corridor.length_km, corridor.free_speed_kmh
    return Journeys(
        outward=delays_of(bounds, [km / speed for km in distances], known=True),
        approach=delays_of(bounds, [max(0.0, km - length) / speed for km in distances], known=True),
        along=delays_of(bounds, [length / speed], known=True),
        backward=delays_of(bounds, [length / corridor.backward_wave_kmh], known=False),
        returning=np.maximum(np.diff(bounds) - length / corridor.backward_wave_kmh, 0.0),
        far=np.asarray([km > length for km in distances]),
        some_far=any(km > length for km in distances),
    )


def _put_transport(layout: Layout) -> None:
    """Vehicles, buses and fuel."""
    values, transport = layout.values, layout.scenario.timing.transport
    per_vehicle, seats = values["timing.transport.people_per_vehicle"], values["aid.evacuation_buses.seats"]
    layout.of(One.people_per_vehicle)[:] = per_vehicle
    layout.of(One.people_per_bus)[:] = seats
    layout.of(One.vehicles_per_person)[:] = 1.0 / per_vehicle
    layout.of(One.buses_per_person)[:] = 1.0 / seats
    layout.of(One.own_vehicle_share)[:] = values["timing.transport.own_vehicle_share"]
    if transport.fuel_litres is not None:
        layout.of(One.fuel_per_vehicle)[:] = values["timing.transport.fuel_litres_per_vehicle"]
    layout.of(One.fuel)[:] = values["timing.transport.fuel_litres"]
    buses = layout.schedule("aid.evacuation_buses.buses")
    layout.of(One.bus_places)[:] = buses * seats / values["aid.evacuation_buses.round_trip_hours"]
    for number, delivery in enumerate(transport.fuel_deliveries):
        hours = layout.scenario.timeline.hours_at(delivery.at)
        if 0.0 <= hours <= layout.starts[-1]:
            epoch = int(np.searchsorted(layout.starts, hours, side="left"))
            layout.of(One.fuel_delivered)[epoch] += values[f"timing.transport.fuel_deliveries.{number}.litres"]


def _put_road(layout: Layout) -> None:
    """What the road carries and holds, and who is on it at the start: in the queue, in private vehicles."""
    values, corridor, on_road = layout.values, layout.scenario.timing.corridor, layout.scenario.people.now.on_road
    lanes, jam = values["timing.corridor.lanes"], values["timing.corridor.jam_vehicles_per_km"]
    is_open = 1.0 - layout.within_any(corridor.closures)[:, None]
    layout.of(One.road_capacity)[:] = layout.schedule("timing.corridor.vehicles_per_hour_per_lane") * lanes * is_open
    storage = values["timing.corridor.length_km"] * lanes * jam
    layout.of(One.road_storage)[:] = storage
    layout.of(One.approach_flow)[:] = corridor.free_speed_kmh * lanes * jam
    distances = np.asarray([district.distance_km for district in layout.scenario.people.districts.values()])
    before_road = np.maximum(distances - corridor.length_km, 0.0)[:, None]
    layout.of(District.approach_storage, slice(None))[:] = before_road * lanes * jam
    vehicles = on_road / values["timing.transport.people_per_vehicle"]
    layout.put_people(One.on_road_by_vehicle, on_road)
    layout.put_people(One.queue_by_vehicle, on_road)
    layout.of(One.entered_vehicles)[:] = vehicles
    layout.of(One.most_entered_vehicles)[:] = np.maximum(storage, vehicles)


@compiled
def deliver_fuel(one: Floats, lanes: int) -> None:
    """Rule 2: fuel that comes at the beginning of an epoch."""
    for lane in range(lanes):
        one[One.fuel + lane] += one[One.fuel_delivered + lane]


@compiled
def find_transport(one: Floats, hours: float, lanes: int) -> None:
    """Rule 2: of those held back, what shares have fuel or a seat, and how many vehicles and buses that makes."""
    for lane in range(lanes):
        with_vehicle, without = one[One.with_vehicle + lane], one[One.without_vehicle + lane]
        fuel, fuel_each = one[One.fuel + lane], one[One.fuel_per_vehicle + lane]
        vehicles_ready = with_vehicle / one[One.people_per_vehicle + lane]
        fuelled = share_of(fuel, vehicles_ready * fuel_each) if vehicles_ready * fuel_each > 0.0 else 1.0
        places = one[One.bus_places + lane] * hours
        seated = min(without, places)
        extra = min(with_vehicle * (1.0 - fuelled), places - seated)
        one[One.vehicles_ready + lane] = vehicles_ready * fuelled
        one[One.buses_ready + lane] = (seated + extra) / one[One.people_per_bus + lane]
        one[One.vehicle_share + lane] = fuelled
        one[One.bus_share + lane] = share_of(seated, without)
        one[One.extra_share + lane] = share_of(extra, with_vehicle)


@compiled
def find_room(
    one: Floats, passed_curve: Floats, bound: int, part: float, returning: float, night: bool, hours: float, lanes: int
) -> None:
    """Rule 3: vehicles that can enter the road in this step.

    ``passed_curve`` (bound, lane) is the memory of vehicles that have passed the checkpoint; it is read one
    backward wave ago. Where the wave takes less than the step, ``returning`` is the time [h] of the step in
    which vehicles that pass still give back room.
    """
    slots = len(passed_curve) // LANES
    low, high = offset(max(bound, 0) % slots * LANES), offset((max(bound, 0) + 1) % slots * LANES)
    known = 1.0 if bound >= 0 else 0.0
    for lane in range(lanes):
        passed_earlier = known * (passed_curve[low + lane] * (1.0 - part) + passed_curve[high + lane] * part)
        one[One.room + lane] = road_room(passed_earlier, one[One.road_storage + lane], one[One.entered_vehicles + lane])
    if returning > 0.0:
        for lane in range(lanes):
            in_cars, in_buses = one[One.on_road_by_vehicle + lane], one[One.on_road_by_bus + lane]
            vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
            occupancy = (in_cars + in_buses) / vehicles if vehicles > 0.0 else one[One.people_per_vehicle + lane]
            passing = capacity(one, occupancy, night, returning, lane)
            room = (
                passing
                + (passed_curve[low + lane] * (1.0 - part) + passed_curve[high + lane] * part)
                + one[One.road_storage + lane]
            )
            one[One.room + lane] = max(0.0, room - one[One.entered_vehicles + lane])
    for lane in range(lanes):
        one[One.most_entered_vehicles + lane] = one[One.entered_vehicles + lane] + one[One.room + lane]
        one[One.room + lane] = min(one[One.room + lane], one[One.road_capacity + lane] * hours)


@compiled
def share_road(one: Floats, lanes: int) -> None:
    """Rules 2 and 3: what share of those who are ready can set off, where everyone lives along the road.

    Buses enter first: they come a few an hour, and set against all the vehicles that stand ready their part of the room
    would shrink with the length of the step.
    """
    for lane in range(lanes):
        vehicles, buses, room = one[One.vehicles_ready + lane], one[One.buses_ready + lane], one[One.room + lane]
        by_bus = share_of(room, buses)
        by_vehicle = share_of(max(0.0, room - buses * by_bus), vehicles)
        one[One.entered_vehicles + lane] += vehicles * by_vehicle + buses * by_bus
        one[One.fuel + lane] = max(0.0, one[One.fuel + lane] - vehicles * by_vehicle * one[One.fuel_per_vehicle + lane])
        one[One.vehicle_share + lane] *= by_vehicle
        one[One.bus_share + lane] *= by_bus
        one[One.extra_share + lane] *= by_bus


@compiled
def set_off(
    one: Floats, districts: Floats, left_home: Floats, some_far: bool, bound: int, flows: bool, lanes: int
) -> None:
    """Rule 2: those shares set off; ``left_home`` (bound, district x 2, lane) remembers by vehicle and by bus."""
    curves = 2 * (len(districts) // DISTRICT_SIZE) * LANES
    slot = bound % (len(left_home) // curves)
    for district in range(len(districts) // DISTRICT_SIZE):
        at, now = offset(district * DISTRICT_SIZE), offset(slot * curves + 2 * district * LANES)
        if some_far:
            set_off_from(one, districts, left_home, districts, at + District.vehicle_share, at, now, flows, lanes)
        else:
            set_off_from(one, districts, left_home, one, One.vehicle_share, at, now, flows, lanes)


@compiled
def set_off_from(
    one: Floats,
    districts: Floats,
    left_home: Floats,
    shares: Floats,
    first: int,
    at: int,
    now: int,
    flows: bool,
    lanes: int,
) -> None:
    """Those of one district; ``shares`` holds, from ``first`` on, of those with a vehicle, without, without fuel."""
    first = offset(first)
    for lane in range(lanes):
        ready, waiting = (
            districts[at + District.leaving_by_vehicle + lane],
            districts[at + District.leaving_by_bus + lane],
        )
        by_vehicle = ready * shares[first + lane]
        for_want = min(ready * shares[first + 2 * LANES + lane], ready - by_vehicle)
        by_bus = waiting * shares[first + LANES + lane]
        if flows:
            districts[at + District.set_off_by_vehicle + lane] = by_vehicle
            districts[at + District.set_off_by_bus + lane] = by_bus
            districts[at + District.set_off_by_bus_for_want_of_fuel + lane] = for_want
        districts[at + District.leaving_by_vehicle + lane] = max(0.0, ready - by_vehicle - for_want)
        districts[at + District.leaving_by_bus + lane] = waiting - by_bus
        one[One.on_road_by_vehicle + lane] += by_vehicle
        one[One.on_road_by_bus + lane] += by_bus + for_want
        all_by_vehicle = districts[at + District.cumulative_set_off_by_vehicle + lane] + by_vehicle
        all_by_bus = districts[at + District.cumulative_set_off_by_bus + lane] + (by_bus + for_want)
        districts[at + District.cumulative_set_off_by_vehicle + lane] = all_by_vehicle
        districts[at + District.cumulative_set_off_by_bus + lane] = all_by_bus
        left_home[now + lane] = all_by_vehicle
        left_home[now + LANES + lane] = all_by_bus


@compiled
def drive(one: Floats, left_home: Floats, far: Flags, bounds: Integers, parts: Floats, step: int, lanes: int) -> None:
    """Rule 3: those along the road who set off one journey ago should have reached the queue, less those who have."""
    for lane in range(lanes):
        one[One.reached_by_vehicle + lane] = -one[One.cumulative_reached_by_vehicle + lane]
        one[One.reached_by_bus + lane] = -one[One.cumulative_reached_by_bus + lane]
    for district in range(len(far)):
        if not far[district]:
            read_journey(
                one,
                One.reached_by_vehicle,
                left_home,
                len(far),
                district,
                bounds[step, district],
                parts[step, district],
                lanes,
            )


@compiled
def read_journey(
    one: Floats, row: int, left_home: Floats, districts: int, district: int, bound: int, part: float, lanes: int
) -> None:
    """Add those of a district who had set off one journey ago, by vehicle and by bus, to two rows of ``one``."""
    curves, curve, at = 2 * districts * LANES, 2 * district * LANES, offset(row)
    slots = len(left_home) // curves
    low, high = offset(bound % slots * curves + curve), offset((bound + 1) % slots * curves + curve)
    if bound >= 0:
        for lane in range(lanes):
            one[at + lane] += left_home[low + lane] * (1.0 - part) + left_home[high + lane] * part
            one[at + LANES + lane] += (
                left_home[low + LANES + lane] * (1.0 - part) + left_home[high + LANES + lane] * part
            )


@compiled
def reach(one: Floats, hours: float, lanes: int) -> None:
    """Rule 3: they do reach it, as fast as the road carries them."""
    for lane in range(lanes):
        by_vehicle, by_bus = max(0.0, one[One.reached_by_vehicle + lane]), max(0.0, one[One.reached_by_bus + lane])
        vehicles = by_vehicle / one[One.people_per_vehicle + lane] + by_bus / one[One.people_per_bus + lane]
        through = share_of(one[One.road_capacity + lane] * hours, vehicles)
        one[One.reached_by_vehicle + lane] = by_vehicle * through
        one[One.reached_by_bus + lane] = by_bus * through
        one[One.cumulative_reached_by_vehicle + lane] += by_vehicle * through
        one[One.cumulative_reached_by_bus + lane] += by_bus * through
        one[One.queue_by_vehicle + lane] += by_vehicle * through
        one[One.queue_by_bus + lane] += by_bus * through
