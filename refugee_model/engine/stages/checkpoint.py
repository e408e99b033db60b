"""At the checkpoint, rule 4: vehicles pass in the order they came; people are sent back, held, or cross."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import checkpoint_vehicles_per_hour, queue_served, share_of
from refugee_model.engine.variables import LANES, District, One
from refugee_model.engine.workspace import DISTRICT_SIZE, Flags, Floats, Integers, compiled, offset
from refugee_model.scenario.timeline import SECONDS_PER_HOUR

PAIR = 2 * LANES
"""Two curves of all lanes: people in private vehicles, people in buses."""


class Passing(NamedTuple):
    """How the checkpoint works."""

    night: Flags
    """Whether it is night in each step."""
    in_order: bool
    """Whether cars and buses queue together, in any draw, and pass in the order they came."""
    sends_back: bool
    """Whether people are sent back, in any draw."""


def lay_out(layout: Layout) -> Passing:
    """What the checkpoint lets through; the road must have been laid out."""
    path, rows = "timing.checkpoint", (One.night_factor, One.turned_back_share, One.detained_share)
    for row in rows:
        layout.of(row)[:] = layout.schedule(f"{path}.{row.name}")
    _put_throughput(layout)
    layout.put_people(One.detained, layout.scenario.people.now.detained)
    some = {row: bool(np.any(layout.of(row) > 0)) for row in (One.bus_places, One.turned_back_share)}
    return Passing(_night(layout), some[One.bus_places], some[One.turned_back_share])


def _put_throughput(layout: Layout) -> None:
    """Vehicles an hour, or lanes and the time that each vehicle takes, in each regime."""
    values, path, checkpoint = layout.values, "timing.checkpoint", layout.scenario.timing.checkpoint
    lanes = layout.schedule(f"{path}.lanes")
    rate, seconds = layout.of(One.checkpoint_rate), layout.of(One.checkpoint_seconds)
    per_person = layout.of(One.checkpoint_seconds_per_person)
    if checkpoint.vehicles_per_hour is None:
        rate[:] = lanes * SECONDS_PER_HOUR
        seconds[:] = values[f"{path}.seconds_per_vehicle"]
        per_person[:] = values[f"{path}.seconds_per_person"]
    else:
        rate[:] = layout.schedule(f"{path}.vehicles_per_hour")
        seconds[:] = 1.0
    for number, regime in enumerate(checkpoint.regimes):
        within = layout.within(regime)
        given = values[f"{path}.regimes.{number}.vehicles_per_hour"]
        if regime.vehicles_per_hour is None and regime.kind == "tandem":
            rate[within] *= 1.0 + values[f"{path}.tandem_gain"]
            continue
        if regime.vehicles_per_hour is None and regime.kind == "open":
            continue
        if regime.vehicles_per_hour is None and regime.kind == "inspection":
            given = lanes[within] * values[f"{path}.inspection_vehicles_per_hour_per_lane"]
        rate[within], seconds[within], per_person[within] = given, 1.0, 0.0


def _night(layout: Layout) -> Flags:
    """Whether each step lies in the night of the checkpoint."""
    checkpoint, clock = layout.scenario.timing.checkpoint, layout.clock()
    start, end = checkpoint.night_from_hour, checkpoint.night_until_hour
    if start == end:
        return np.zeros(len(clock), dtype=bool)
    return (clock >= start) & (clock < end) if start < end else (clock >= start) | (clock < end)


@compiled
def take_noise(one: Floats, noise: Floats, step: int, lanes: int) -> None:
    """Rule 4: ups and downs that nobody plans; ``noise`` (step, lane) multiplies what the checkpoint lets through."""
    for lane in range(lanes):
        one[One.throughput + lane] = noise[step, lane]


@compiled
def capacity(one: Floats, occupancy: float, night: bool, hours: float, lane: int) -> float:
    """What the checkpoint can let through in some hours, at this time of day and with its ups and downs [vehicles]."""
    rate = checkpoint_vehicles_per_hour(
        one[One.checkpoint_rate + lane],
        one[One.checkpoint_seconds + lane],
        one[One.checkpoint_seconds_per_person + lane],
        occupancy,
    )
    vehicles: float = rate * hours * (one[One.night_factor + lane] if night else 1.0) * one[One.throughput + lane]
    return vehicles


@compiled
def serve(one: Floats, hours: float, night: bool, lanes: int) -> None:
    """Rule 4: how many pass the checkpoint, of a queue of one kind of vehicle or one that is served to its end."""
    for lane in range(lanes):
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
        occupancy = (in_cars + in_buses) / vehicles if vehicles > 0.0 else 0.0
        most = capacity(one, occupancy, night, hours, lane)
        served = share_of(queue_served(vehicles, 0.0, most), vehicles)
        one[One.passed_by_vehicle + lane] = in_cars * served
        one[One.passed_by_bus + lane] = in_buses * served
        one[One.passing_vehicles + lane] = vehicles * served


@compiled
def remember_reached(one: Floats, reached_curves: Floats, now: int, lanes: int) -> None:
    """``reached_curves`` (bound, 2, lane) remembers who has reached the queue by vehicle and by bus, or was there."""
    at = offset(now * PAIR)
    for lane in range(lanes):
        reached_curves[at + lane] = reached_curves[lane] + one[One.cumulative_reached_by_vehicle + lane]
        reached_curves[at + LANES + lane] = reached_curves[LANES + lane] + one[One.cumulative_reached_by_bus + lane]


@compiled
def serve_in_order(
    one: Floats, reached_curves: Floats, first_in_queue: Integers, now: int, hours: float, night: bool, lanes: int
) -> None:
    """Rule 4: of a queue of cars and buses that is not served to its end, those pass who came first."""
    for lane in range(lanes):
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        if in_cars <= 0.0 or in_buses <= 0.0 or one[One.passed_by_bus + lane] >= in_buses:
            continue
        passed, step = one[One.cumulative_passed + lane], first_in_queue[lane]
        while step < now and reached_curves[step * PAIR + lane] + reached_curves[step * PAIR + LANES + lane] <= passed:
            step += 1
        cars, buses, left = 0.0, 0.0, hours
        while left > 0.0 and step <= now:
            of_cars, of_buses, gone = joined(reached_curves, step, passed, lane)
            vehicles = of_cars / one[One.people_per_vehicle + lane] + of_buses / one[One.people_per_bus + lane]
            if vehicles > 0.0:
                hourly = capacity(one, (of_cars + of_buses) / vehicles, night, 1.0, lane)
                takes = vehicles / hourly * (1.0 - gone)
                part = (1.0 - gone) * share_of(left, takes) if takes > 0.0 else 1.0 - gone
                cars, buses, left = cars + of_cars * part, buses + of_buses * part, left - takes
            step += 1
        first_in_queue[lane] = max(0, step - 1)
        cars, buses = min(cars, in_cars), min(buses, in_buses)
        one[One.passed_by_vehicle + lane] = cars
        one[One.passed_by_bus + lane] = buses
        one[One.passing_vehicles + lane] = (
            cars / one[One.people_per_vehicle + lane] + buses / one[One.people_per_bus + lane]
        )


@compiled
def joined(reached_curves: Floats, step: int, passed: float, lane: int) -> tuple[float, float, float]:
    """People by vehicle and by bus who joined the queue in the step up to a bound, and what share have passed."""
    at = step * PAIR + lane
    before_by_vehicle = reached_curves[at - PAIR] if step > 0 else 0.0
    before_by_bus = reached_curves[at + LANES - PAIR] if step > 0 else 0.0
    by_vehicle, by_bus = reached_curves[at] - before_by_vehicle, reached_curves[at + LANES] - before_by_bus
    return by_vehicle, by_bus, share_of(max(0.0, passed - before_by_vehicle - before_by_bus), by_vehicle + by_bus)


@compiled
def leave_queue(one: Floats, passed_curve: Floats, now: int, lanes: int) -> None:
    """Rule 4: they leave the queue; some are sent back, some are held, the others cross."""
    at = offset(now % (len(passed_curve) // LANES) * LANES)
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
        passed_curve[at + lane] = one[One.passed_vehicles + lane]


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
