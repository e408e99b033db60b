"""Stages of the sweep at the checkpoint: rule 4."""

from __future__ import annotations

from refugee_model.engine.corridor import checkpoint_capacity
from refugee_model.engine.lanes import DISTRICT_SIZE, Floats, Integers, compiled, offset
from refugee_model.engine.rules import queue_served, share_of
from refugee_model.engine.variables import LANES, District, One

PAIR = 2 * LANES
"""Two curves of all lanes: people in private vehicles, people in buses."""


@compiled
def serve(one: Floats, hours: float, night: bool, lanes: int) -> None:
    """Rule 4: how many the checkpoint lets through, of a queue of one kind of vehicle or one that is served to its end."""
    for lane in range(lanes):
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
        occupancy = (in_cars + in_buses) / vehicles if vehicles > 0.0 else 0.0
        capacity = checkpoint_capacity(one, occupancy, night, hours, lane)
        served = share_of(queue_served(vehicles, 0.0, capacity), vehicles)
        one[One.passed_by_vehicle + lane] = in_cars * served
        one[One.passed_by_bus + lane] = in_buses * served
        one[One.passing_vehicles + lane] = vehicles * served


@compiled
def remember_reached(one: Floats, came: Floats, now: int, lanes: int) -> None:
    """``came`` (bound, 2, lane) remembers who has reached the queue by vehicle and by bus, those there at the start included."""
    at = offset(now * PAIR)
    for lane in range(lanes):
        came[at + lane] = came[lane] + one[One.cumulative_reached_by_vehicle + lane]
        came[at + LANES + lane] = came[LANES + lane] + one[One.cumulative_reached_by_bus + lane]


@compiled
def serve_in_order(one: Floats, came: Floats, head: Integers, now: int, hours: float, night: bool, lanes: int) -> None:
    """Rule 4: of a queue of cars and buses that is not served to its end, those pass who came first, whatever they came in."""
    for lane in range(lanes):
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        if in_cars <= 0.0 or in_buses <= 0.0 or one[One.passed_by_bus + lane] >= in_buses:
            continue
        passed, step = one[One.cumulative_passed + lane], head[lane]
        while step < now and came[step * PAIR + lane] + came[step * PAIR + LANES + lane] <= passed:
            step += 1
        cars, buses, left = 0.0, 0.0, hours
        while left > 0.0 and step <= now:
            of_cars, of_buses, gone = joined(came, step, passed, lane)
            vehicles = of_cars / one[One.people_per_vehicle + lane] + of_buses / one[One.people_per_bus + lane]
            if vehicles > 0.0:
                hourly = checkpoint_capacity(one, (of_cars + of_buses) / vehicles, night, 1.0, lane)
                takes = vehicles / hourly * (1.0 - gone)
                part = (1.0 - gone) * share_of(left, takes) if takes > 0.0 else 1.0 - gone
                cars, buses, left = cars + of_cars * part, buses + of_buses * part, left - takes
            step += 1
        head[lane] = max(0, step - 1)
        cars, buses = min(cars, in_cars), min(buses, in_buses)
        one[One.passed_by_vehicle + lane] = cars
        one[One.passed_by_bus + lane] = buses
        one[One.passing_vehicles + lane] = cars / one[One.people_per_vehicle + lane] + buses / one[One.people_per_bus + lane]


@compiled
def joined(came: Floats, step: int, passed: float, lane: int) -> tuple[float, float, float]:
    """People by vehicle and by bus who joined the queue in the step that ends at a bound, and what share of them have passed."""
    at = step * PAIR + lane
    before_by_vehicle = came[at - PAIR] if step > 0 else 0.0
    before_by_bus = came[at + LANES - PAIR] if step > 0 else 0.0
    by_vehicle, by_bus = came[at] - before_by_vehicle, came[at + LANES] - before_by_bus
    return by_vehicle, by_bus, share_of(max(0.0, passed - before_by_vehicle - before_by_bus), by_vehicle + by_bus)


@compiled
def leave_queue(one: Floats, passed: Floats, now: int, lanes: int) -> None:
    """Rule 4: they leave the queue; some are sent back, some are held, the others cross."""
    at = offset(now % (len(passed) // LANES) * LANES)
    for lane in range(lanes):
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        by_vehicle = min(one[One.passed_by_vehicle + lane], one[One.on_road_by_vehicle + lane])
        by_bus = min(one[One.passed_by_bus + lane], one[One.on_road_by_bus + lane])
        people = by_vehicle + by_bus
        turned = people * one[One.turned_back_share + lane]
        held = min(people - turned, people * one[One.detained_share + lane])
        one[One.queue_by_vehicle + lane] = in_cars - by_vehicle
        one[One.queue_by_bus + lane] = in_buses - by_bus
        one[One.passed_vehicles + lane] += one[One.passing_vehicles + lane]
        one[One.on_road_by_vehicle + lane] -= by_vehicle
        one[One.on_road_by_bus + lane] -= by_bus
        one[One.detained + lane] += held
        one[One.passed_by_vehicle + lane] = by_vehicle
        one[One.passed_by_bus + lane] = by_bus
        one[One.cumulative_passed + lane] += by_vehicle + by_bus
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
