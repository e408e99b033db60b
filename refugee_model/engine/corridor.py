"""Stages of the sweep from home to the queue at the checkpoint, for those who live along the road: rules 1 to 3."""

from __future__ import annotations

from refugee_model.engine.lanes import DISTRICT_SIZE, Flags, Floats, Integers, compiled, offset
from refugee_model.engine.rules import checkpoint_vehicles_per_hour, road_room, share_of, survival_of_contagion
from refugee_model.engine.variables import LANES, District, One


@compiled
def depart(one: Floats, districts: Floats, survival: Floats, step: int, group: Integers, contagion: bool, flows: bool, lanes: int) -> None:
    """Rule 1: people decide to leave; ``survival`` (step, group, lane) is the share that stays over a step."""
    for lane in range(lanes):
        one[One.with_vehicle + lane] = 0.0
        one[One.without_vehicle + lane] = 0.0
    for district in range(len(districts) // DISTRICT_SIZE):
        at, row = offset(district * DISTRICT_SIZE), group[district]
        for lane in range(lanes):
            home, stays = districts[at + District.willing + lane], survival[step, row, lane]
            if contagion:
                stays = survival_of_contagion(
                    home, districts[at + District.people + lane], stays, one[One.innovation + lane], one[One.imitation + lane]
                )
            departed = home * (1.0 - stays)
            by_vehicle = departed * one[One.own_vehicle_share + lane]
            if flows:
                districts[at + District.departed + lane] = departed
            districts[at + District.willing + lane] = home - departed
            with_vehicle = districts[at + District.leaving_by_vehicle + lane] + by_vehicle
            without = districts[at + District.leaving_by_bus + lane] + (departed - by_vehicle)
            districts[at + District.leaving_by_vehicle + lane] = with_vehicle
            districts[at + District.leaving_by_bus + lane] = without
            one[One.with_vehicle + lane] += with_vehicle
            one[One.without_vehicle + lane] += without


@compiled
def find_transport(one: Floats, hours: float, lanes: int) -> None:
    """Rule 2: of those held back, what shares have fuel or a seat in a bus, and how many vehicles and buses that makes."""
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
def find_room(one: Floats, passed: Floats, bound: int, part: float, returning: float, night: bool, hours: float, lanes: int) -> None:
    """Rule 3: vehicles that can enter the road in this step.

    ``passed`` (bound, lane) is the memory of vehicles that have passed the checkpoint; it is read one backward wave ago. Where the
    wave takes less than the step, ``returning`` is the time [h] of the step in which vehicles that pass still give back room.
    """
    slots = len(passed) // LANES
    low, high = offset(max(bound, 0) % slots * LANES), offset((max(bound, 0) + 1) % slots * LANES)
    known = 1.0 if bound >= 0 else 0.0
    for lane in range(lanes):
        passed_earlier = known * (passed[low + lane] * (1.0 - part) + passed[high + lane] * part)
        one[One.room + lane] = road_room(passed_earlier, one[One.road_storage + lane], one[One.entered_vehicles + lane])
    if returning > 0.0:
        for lane in range(lanes):
            in_cars, in_buses = one[One.on_road_by_vehicle + lane], one[One.on_road_by_bus + lane]
            vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
            occupancy = (in_cars + in_buses) / vehicles if vehicles > 0.0 else one[One.people_per_vehicle + lane]
            passing = checkpoint_capacity(one, occupancy, night, returning, lane)
            room = passing + (passed[low + lane] * (1.0 - part) + passed[high + lane] * part) + one[One.road_storage + lane]
            one[One.room + lane] = max(0.0, room - one[One.entered_vehicles + lane])
    for lane in range(lanes):
        one[One.most_entered_vehicles + lane] = one[One.entered_vehicles + lane] + one[One.room + lane]
        one[One.room + lane] = min(one[One.room + lane], one[One.road_capacity + lane] * hours)


@compiled
def checkpoint_capacity(one: Floats, occupancy: float, night: bool, hours: float, lane: int) -> float:
    """What the checkpoint can let through in some hours, at this time of day and with its ups and downs [vehicles]."""
    rate = checkpoint_vehicles_per_hour(
        one[One.checkpoint_rate + lane], one[One.checkpoint_seconds + lane], one[One.checkpoint_seconds_per_person + lane], occupancy
    )
    vehicles: float = rate * hours * (one[One.night_factor + lane] if night else 1.0) * one[One.throughput + lane]
    return vehicles


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
def set_off(one: Floats, districts: Floats, gone: Floats, some_far: bool, bound: int, flows: bool, lanes: int) -> None:
    """Rule 2: those shares set off; ``gone`` (bound, district x 2, lane) remembers how many have, by vehicle and by bus."""
    curves = 2 * (len(districts) // DISTRICT_SIZE) * LANES
    slot = bound % (len(gone) // curves)
    for district in range(len(districts) // DISTRICT_SIZE):
        at, now = offset(district * DISTRICT_SIZE), offset(slot * curves + 2 * district * LANES)
        if some_far:
            set_off_from(one, districts, gone, districts, at + District.vehicle_share, at, now, flows, lanes)
        else:
            set_off_from(one, districts, gone, one, One.vehicle_share, at, now, flows, lanes)


@compiled
def set_off_from(
    one: Floats, districts: Floats, gone: Floats, shares: Floats, first: int, at: int, now: int, flows: bool, lanes: int
) -> None:
    """Those of one district; ``shares`` has those with a vehicle, without, and of those without fuel, from ``first`` on."""
    first = offset(first)
    for lane in range(lanes):
        ready, waiting = districts[at + District.leaving_by_vehicle + lane], districts[at + District.leaving_by_bus + lane]
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
        gone[now + lane] = all_by_vehicle
        gone[now + LANES + lane] = all_by_bus


@compiled
def drive(one: Floats, gone: Floats, far: Flags, bounds: Integers, parts: Floats, step: int, lanes: int) -> None:
    """Rule 3: those along the road who set off one journey ago should have reached the queue; those who have before are taken off."""
    for lane in range(lanes):
        one[One.reached_by_vehicle + lane] = -one[One.cumulative_reached_by_vehicle + lane]
        one[One.reached_by_bus + lane] = -one[One.cumulative_reached_by_bus + lane]
    for district in range(len(far)):
        if not far[district]:
            read_journey(one, One.reached_by_vehicle, gone, len(far), district, bounds[step, district], parts[step, district], lanes)


@compiled
def read_journey(one: Floats, row: int, gone: Floats, districts: int, district: int, bound: int, part: float, lanes: int) -> None:
    """Add those of a district who had set off one journey ago, by vehicle and by bus, to two rows of ``one``."""
    curves, curve, at = 2 * districts * LANES, 2 * district * LANES, offset(row)
    slots = len(gone) // curves
    low, high = offset(bound % slots * curves + curve), offset((bound + 1) % slots * curves + curve)
    if bound >= 0:
        for lane in range(lanes):
            one[at + lane] += gone[low + lane] * (1.0 - part) + gone[high + lane] * part
            one[at + LANES + lane] += gone[low + LANES + lane] * (1.0 - part) + gone[high + LANES + lane] * part


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
