"""For those who live beyond the beginning of the road: the way to it, and the wait before it; rules 2 and 3.

They take no room on the road until they enter it. Those who find it full wait before it, in the order in which
they come, on their own way to it; when that is full of standing vehicles, too, people are held at home.
"""

from __future__ import annotations

from refugee_model.engine.rules import share_of
from refugee_model.engine.stages.road import read_journey
from refugee_model.engine.variables import LANES, District, One
from refugee_model.engine.workspace import DISTRICT_SIZE, Flags, Floats, Integers, compiled, offset

ENTRANCE = 4 * LANES
"""What is remembered of the beginning of the road at each bound."""


@compiled
def come_to_entrance(
    one: Floats,
    districts: Floats,
    left_home: Floats,
    far: Flags,
    bounds: Integers,
    parts: Floats,
    step: int,
    hours: float,
    lanes: int,
) -> None:
    """Rule 3: those who come to the beginning of the road in the step or wait there, if there is room for all.

    ``left_home`` (bound, district x 2, lane) remembers who has set off by vehicle and by bus; its entry for the
    end of this step is a trial here, that :func:`road.set_off` overwrites.
    """
    for lane in range(lanes):
        one[One.entering_by_vehicle + lane], one[One.entering_by_bus + lane] = 0.0, 0.0
    number = len(districts) // DISTRICT_SIZE
    slots = len(left_home) // (2 * number * LANES)
    for district in range(number):
        at, now = offset(district * DISTRICT_SIZE), offset(((step + 1) % slots * number + district) * 2 * LANES)
        for lane in range(lanes):
            ready, waiting = (
                districts[at + District.leaving_by_vehicle + lane],
                districts[at + District.leaving_by_bus + lane],
            )
            in_cars = ready * one[One.vehicle_share + lane]
            in_buses = waiting * one[One.bus_share + lane] + ready * one[One.extra_share + lane]
            if far[district]:
                # No road carries more than its standing vehicles at full speed.
                flow = min(one[One.road_capacity + lane], one[One.approach_flow + lane]) * hours
                buses = in_buses * one[One.buses_per_person + lane]
                by_bus = share_of(flow, buses)
                by_vehicle = share_of(max(0.0, flow - buses * by_bus), in_cars * one[One.vehicles_per_person + lane])
                districts[at + District.vehicle_share + lane] = by_vehicle
                districts[at + District.bus_share + lane] = by_bus
                left_home[now + lane] = (
                    districts[at + District.cumulative_set_off_by_vehicle + lane] + in_cars * by_vehicle
                )
                left_home[now + LANES + lane] = (
                    districts[at + District.cumulative_set_off_by_bus + lane] + in_buses * by_bus
                )
            else:
                one[One.entering_by_vehicle + lane] += in_cars
                one[One.entering_by_bus + lane] += in_buses
        if far[district]:
            read_entrance(districts, left_home, district, bounds[step, district], parts[step, district], lanes)
            for lane in range(lanes):
                one[One.entering_by_vehicle + lane] += districts[at + District.at_entrance_by_vehicle + lane]
                one[One.entering_by_bus + lane] += districts[at + District.at_entrance_by_bus + lane]


@compiled
def read_entrance(districts: Floats, left_home: Floats, district: int, bound: int, part: float, lanes: int) -> None:
    """People of a district who have come to the beginning of the road by the end of the step, less who entered it."""
    curves = 2 * (len(districts) // DISTRICT_SIZE) * LANES
    slots, curve, at = len(left_home) // curves, 2 * district * LANES, offset(district * DISTRICT_SIZE)
    low, high = offset(max(bound, 0) % slots * curves + curve), offset((max(bound, 0) + 1) % slots * curves + curve)
    known = 1.0 if bound >= 0 else 0.0
    for lane in range(lanes):
        by_vehicle = known * (left_home[low + lane] * (1.0 - part) + left_home[high + lane] * part)
        by_bus = known * (left_home[low + LANES + lane] * (1.0 - part) + left_home[high + LANES + lane] * part)
        entered_by_vehicle = districts[at + District.cumulative_entered_by_vehicle + lane]
        entered_by_bus = districts[at + District.cumulative_entered_by_bus + lane]
        districts[at + District.at_entrance_by_vehicle + lane] = max(0.0, by_vehicle - entered_by_vehicle)
        districts[at + District.at_entrance_by_bus + lane] = max(0.0, by_bus - entered_by_bus)


@compiled
def share_entrance(one: Floats, districts: Floats, far: Flags, lanes: int) -> None:
    """Rules 2 and 3: those who can set off along the road and those before it share its room, buses first.

    What enters leaves room on the way to the road, and sets how many of its district can set off.
    """
    for lane in range(lanes):
        room, buses = one[One.room + lane], one[One.entering_by_bus + lane] * one[One.buses_per_person + lane]
        vehicles = one[One.entering_by_vehicle + lane] * one[One.vehicles_per_person + lane]
        by_bus = share_of(room, buses)
        one[One.entering_by_bus + lane] = by_bus
        one[One.entering_by_vehicle + lane] = share_of(max(0.0, room - buses * by_bus), vehicles)
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        for lane in range(lanes):
            ready, waiting = (
                districts[at + District.leaving_by_vehicle + lane],
                districts[at + District.leaving_by_bus + lane],
            )
            fuelled, seated, extra = (
                one[One.vehicle_share + lane],
                one[One.bus_share + lane],
                one[One.extra_share + lane],
            )
            each, each_bus = one[One.vehicles_per_person + lane], one[One.buses_per_person + lane]
            by_vehicle, by_bus = one[One.entering_by_vehicle + lane], one[One.entering_by_bus + lane]
            vehicles, buses = ready * fuelled * each, (waiting * seated + ready * extra) * each_bus
            if far[district]:
                entering_by_vehicle = districts[at + District.at_entrance_by_vehicle + lane] * by_vehicle
                entering_by_bus = districts[at + District.at_entrance_by_bus + lane] * by_bus
                districts[at + District.at_entrance_by_vehicle + lane] = entering_by_vehicle
                districts[at + District.at_entrance_by_bus + lane] = entering_by_bus
                in_cars = districts[at + District.cumulative_set_off_by_vehicle + lane] - entering_by_vehicle
                in_buses = districts[at + District.cumulative_set_off_by_bus + lane] - entering_by_bus
                in_cars -= districts[at + District.cumulative_entered_by_vehicle + lane]
                in_buses -= districts[at + District.cumulative_entered_by_bus + lane]
                room = max(0.0, districts[at + District.approach_storage + lane] - in_cars * each - in_buses * each_bus)
                buses *= districts[at + District.bus_share + lane]
                by_bus = share_of(room, buses)
                vehicles *= districts[at + District.vehicle_share + lane]
                by_vehicle = (
                    share_of(max(0.0, room - buses * by_bus), vehicles) * districts[at + District.vehicle_share + lane]
                )
                by_bus *= districts[at + District.bus_share + lane]
                vehicles = ready * fuelled * each
            else:
                one[One.entered_vehicles + lane] += vehicles * by_vehicle + buses * by_bus
            one[One.fuel + lane] = max(
                0.0, one[One.fuel + lane] - vehicles * by_vehicle * one[One.fuel_per_vehicle + lane]
            )
            districts[at + District.vehicle_share + lane] = fuelled * by_vehicle
            districts[at + District.bus_share + lane] = seated * by_bus
            districts[at + District.extra_share + lane] = extra * by_bus


@compiled
def enter(
    one: Floats,
    districts: Floats,
    left_home: Floats,
    entrance_curves: Floats,
    far: Flags,
    bounds: Integers,
    parts: Floats,
    step: int,
    lanes: int,
) -> None:
    """Rule 3: they enter the road.

    ``entrance_curves`` (bound, 4, lane) remembers how many wait before it, and how many have entered it, by
    vehicle and by bus.
    """
    now = offset((step + 1) % (len(entrance_curves) // ENTRANCE) * ENTRANCE)
    for row in range(4):
        at = offset(now + row * LANES)
        for lane in range(lanes):
            entrance_curves[at + lane] = 0.0
    for district in range(len(districts) // DISTRICT_SIZE):
        at = offset(district * DISTRICT_SIZE)
        if not far[district]:
            continue
        for lane in range(lanes):
            one[One.entering_by_vehicle + lane] = districts[at + District.at_entrance_by_vehicle + lane]
            one[One.entering_by_bus + lane] = districts[at + District.at_entrance_by_bus + lane]
        # Fewer than in the trial may have set off, and come this far, in this very step.
        read_entrance(districts, left_home, district, bounds[step, district], parts[step, district], lanes)
        for lane in range(lanes):
            in_cars, in_buses = (
                districts[at + District.at_entrance_by_vehicle + lane],
                districts[at + District.at_entrance_by_bus + lane],
            )
            by_vehicle = min(one[One.entering_by_vehicle + lane], in_cars)
            by_bus = min(one[One.entering_by_bus + lane], in_buses)
            districts[at + District.cumulative_entered_by_vehicle + lane] += by_vehicle
            districts[at + District.cumulative_entered_by_bus + lane] += by_bus
            one[One.entered_vehicles + lane] += (
                by_vehicle * one[One.vehicles_per_person + lane] + by_bus * one[One.buses_per_person + lane]
            )
            entrance_curves[now + lane] += in_cars - by_vehicle
            entrance_curves[now + LANES + lane] += in_buses - by_bus
            entrance_curves[now + 2 * LANES + lane] += districts[at + District.cumulative_entered_by_vehicle + lane]
            entrance_curves[now + 3 * LANES + lane] += districts[at + District.cumulative_entered_by_bus + lane]


@compiled
def drive_on(
    one: Floats,
    left_home: Floats,
    entrance_curves: Floats,
    far: Flags,
    bounds: Integers,
    parts: Floats,
    step: int,
    bound: int,
    part: float,
    lanes: int,
) -> None:
    """Rule 3: those from beyond the road should have reached the queue, but for those held up before it.

    What is read between bounds is how many were held up, and not how many entered: so a free road delays people
    by exactly their journey. No more can have reached the queue than had entered by the bound after.
    """
    for lane in range(lanes):
        one[One.entering_by_vehicle + lane], one[One.entering_by_bus + lane] = 0.0, 0.0
    for district in range(len(far)):
        if far[district]:
            read_journey(
                one,
                One.entering_by_vehicle,
                left_home,
                len(far),
                district,
                bounds[step, district],
                parts[step, district],
                lanes,
            )
    slots = len(entrance_curves) // ENTRANCE
    low, high = offset(bound % slots * ENTRANCE), offset((bound + 1) % slots * ENTRANCE)
    if bound >= 0:
        for row in range(2):
            at, before, after = offset(row * LANES), offset(low + row * LANES), offset(high + row * LANES)
            for lane in range(lanes):
                held = entrance_curves[before + lane] * (1.0 - part) + entrance_curves[after + lane] * part
                reached = min(
                    max(0.0, one[One.entering_by_vehicle + at + lane] - held), entrance_curves[after + 2 * LANES + lane]
                )
                one[One.reached_by_vehicle + at + lane] += reached
