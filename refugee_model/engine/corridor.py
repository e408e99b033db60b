"""Stages of the sweep from home to the far side of the checkpoint: rules 1 to 4."""

from __future__ import annotations

from refugee_model.engine.lanes import DISTRICT_SIZE, Floats, Integers, compiled, offset
from refugee_model.engine.rows import LANES, District, One
from refugee_model.engine.rules import checkpoint_vehicles_per_hour, queue_served, road_room, share_of, survival_of_contagion


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
def share_road(one: Floats, passed: Floats, bound: int, part: float, hours: float, lanes: int) -> None:
    """Rules 2 and 3: what share of those held back can set off, given vehicles, fuel, bus seats and room on the road.

    Buses enter first: they come a few an hour, and set against all the vehicles that stand ready their part of the room
    would shrink with the length of the step.
    ``passed`` (bound, lane) is the memory of vehicles that have passed the checkpoint; it is read one backward wave ago.
    """
    slots = len(passed) // LANES
    low, high = offset(max(bound, 0) % slots * LANES), offset((max(bound, 0) + 1) % slots * LANES)
    known = 1.0 if bound >= 0 else 0.0
    for lane in range(lanes):
        with_vehicle, without = one[One.with_vehicle + lane], one[One.without_vehicle + lane]
        fuel, fuel_each = one[One.fuel + lane], one[One.fuel_per_vehicle + lane]
        vehicles_ready = with_vehicle / one[One.people_per_vehicle + lane]
        fuelled = share_of(fuel, vehicles_ready * fuel_each) if vehicles_ready * fuel_each > 0.0 else 1.0
        places = one[One.bus_places + lane] * hours
        seated = min(without, places)
        extra = min(with_vehicle * (1.0 - fuelled), places - seated)
        vehicles = vehicles_ready * fuelled
        buses = (seated + extra) / one[One.people_per_bus + lane]
        passed_earlier = known * (passed[low + lane] * (1.0 - part) + passed[high + lane] * part)
        room = road_room(passed_earlier, one[One.road_storage + lane], one[One.entered_vehicles + lane])
        room = min(room, one[One.road_capacity + lane] * hours)
        by_bus = share_of(room, buses)
        by_vehicle = share_of(max(0.0, room - buses * by_bus), vehicles)
        one[One.entered_vehicles + lane] += vehicles * by_vehicle + buses * by_bus
        one[One.fuel + lane] = max(0.0, fuel - vehicles * by_vehicle * fuel_each)
        one[One.vehicle_share + lane] = fuelled * by_vehicle
        one[One.bus_share + lane] = share_of(seated, without) * by_bus
        one[One.extra_share + lane] = share_of(extra, with_vehicle) * by_bus


@compiled
def set_off(one: Floats, districts: Floats, gone: Floats, bound: int, flows: bool, lanes: int) -> None:
    """Rule 2: those shares set off; ``gone`` (bound, district x 2, lane) remembers how many have, by vehicle and by bus."""
    curves = 2 * (len(districts) // DISTRICT_SIZE) * LANES
    slot = bound % (len(gone) // curves)
    for district in range(len(districts) // DISTRICT_SIZE):
        at, now = offset(district * DISTRICT_SIZE), offset(slot * curves + 2 * district * LANES)
        for lane in range(lanes):
            ready, waiting = districts[at + District.leaving_by_vehicle + lane], districts[at + District.leaving_by_bus + lane]
            by_vehicle = ready * one[One.vehicle_share + lane]
            for_want = min(ready * one[One.extra_share + lane], ready - by_vehicle)
            by_bus = waiting * one[One.bus_share + lane]
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
def reach(one: Floats, gone: Floats, bounds: Integers, parts: Floats, step: int, hours: float, lanes: int) -> None:
    """Rule 3: those who set off one journey ago reach the queue, as fast as the road carries them."""
    for lane in range(lanes):
        one[One.reached_by_vehicle + lane] = -one[One.cumulative_reached_by_vehicle + lane]
        one[One.reached_by_bus + lane] = -one[One.cumulative_reached_by_bus + lane]
    districts = bounds.shape[1]
    curves = 2 * districts * LANES
    slots = len(gone) // curves
    for district in range(districts):
        bound, part, curve = bounds[step, district], parts[step, district], 2 * district * LANES
        low, high = offset(bound % slots * curves + curve), offset((bound + 1) % slots * curves + curve)
        if bound >= 0:
            for lane in range(lanes):
                one[One.reached_by_vehicle + lane] += gone[low + lane] * (1.0 - part) + gone[high + lane] * part
                one[One.reached_by_bus + lane] += gone[low + LANES + lane] * (1.0 - part) + gone[high + LANES + lane] * part
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


@compiled
def pass_checkpoint(one: Floats, passed: Floats, now: int, hours: float, night: bool, lanes: int) -> None:
    """Rule 4: the checkpoint lets vehicles through; cars and buses in the proportion in which they queue."""
    at = offset(now % (len(passed) // LANES) * LANES)
    for lane in range(lanes):
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
        occupancy = (in_cars + in_buses) / vehicles if vehicles > 0.0 else 0.0
        rate = checkpoint_vehicles_per_hour(
            one[One.checkpoint_rate + lane],
            one[One.checkpoint_seconds + lane],
            one[One.checkpoint_seconds_per_person + lane],
            occupancy,
        )
        capacity = rate * hours * (one[One.night_factor + lane] if night else 1.0) * one[One.throughput + lane]
        served = share_of(queue_served(vehicles, 0.0, capacity), vehicles)
        by_vehicle = min(in_cars * served, one[One.on_road_by_vehicle + lane])
        by_bus = min(in_buses * served, one[One.on_road_by_bus + lane])
        people = by_vehicle + by_bus
        turned = people * one[One.turned_back_share + lane]
        held = min(people - turned, people * one[One.detained_share + lane])
        one[One.queue_by_vehicle + lane] = in_cars - by_vehicle
        one[One.queue_by_bus + lane] = in_buses - by_bus
        one[One.passed_vehicles + lane] += vehicles * served
        one[One.on_road_by_vehicle + lane] -= by_vehicle
        one[One.on_road_by_bus + lane] -= by_bus
        one[One.detained + lane] += held
        one[One.passed_by_vehicle + lane] = by_vehicle
        one[One.passed_by_bus + lane] = by_bus
        one[One.held + lane] = held
        one[One.crossed + lane] = people - turned - held
        passed[at + lane] = one[One.passed_vehicles + lane]


@compiled
def turn_back(one: Floats, districts: Floats, lanes: int) -> None:
    """Rule 4: people sent back go home, to each district in proportion to those who are away from it."""
    for lane in range(lanes):
        turned = (one[One.passed_by_vehicle + lane] + one[One.passed_by_bus + lane]) * one[One.turned_back_share + lane]
        away, people = 0.0, 0.0
        for district in range(len(districts) // DISTRICT_SIZE):
            at = offset(district * DISTRICT_SIZE)
            away += people_away(districts, at, lane)
            people += districts[at + District.people + lane]
        left = turned
        for district in range(len(districts) // DISTRICT_SIZE):
            at = offset(district * DISTRICT_SIZE)
            share = share_of(people_away(districts, at, lane), away)
            if away <= 0.0:
                share = share_of(districts[at + District.people + lane], people)
            back = max(0.0, left if district == len(districts) // DISTRICT_SIZE - 1 else min(left, turned * share))
            districts[at + District.turned_back + lane] = back
            left -= back
        for district in range(len(districts) // DISTRICT_SIZE):
            at = offset(district * DISTRICT_SIZE)
            districts[at + District.willing + lane] += districts[at + District.turned_back + lane]


@compiled
def people_away(districts: Floats, at: int, lane: int) -> float:
    """People of a district who have set off and are not back."""
    held_back = districts[at + District.leaving_by_vehicle + lane] + districts[at + District.leaving_by_bus + lane]
    away: float = max(0.0, districts[at + District.people + lane] - districts[at + District.willing + lane] - held_back)
    return away
