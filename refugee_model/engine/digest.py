"""What is kept of a draw when its whole trajectory is not: days, peaks, first times and three cumulative curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.lanes import POINT_SIZE, PROVINCE_SIZE, compiled, offset
from refugee_model.engine.rows import LANES, One, Point, Province
from refugee_model.engine.waiting import SOMEBODY

Floats = NDArray[np.float64]

LEAST_FREE = 0.5
"""Room for fewer people than this is no room: nobody more can be assigned to a place with less."""
LEAST_ROOM = 1.0
"""A place with less room in all than this is none that could be full: of beds that come one by one, the first half is not yet one."""
ROUNDING = 1e-6
"""People below this come from rounding, as long as there are no more than a million."""
PRECISION = 1e-12
"""Share of all people within which sums of them are exact; of more than a million, people below it come from rounding."""

NEARLY_ALL = 0.999
"""Share of those who cross by which the last arrival is told; the last few people come one by one."""

GROUPS = ("everyone", "waiting", "collective", "hosted", "unsheltered", "sheltered")
"""Groups of people that are counted in every step; their rows follow each other in the same order."""
ENTERED_GROUPS = GROUPS[:4]
"""Groups that standards count: those of which it is kept how many are there at the end of a day, and how many had ever been."""
THERE = 2 * len(GROUPS)
EVER = THERE + len(ENTERED_GROUPS)
DAY_ROWS = EVER + len(ENTERED_GROUPS)
"""Rows kept of a day: person-hours and peak of each of ``GROUPS``, then people there at its end and people who have ever been there."""
CURVES = ("crossed", "reached", "passed")
"""Cumulative curves that are kept at every bound: across the border, those from before the start included; to the queue; out of it."""


def dust(people: float) -> float:
    """Of so many people, how many come from rounding at most."""
    return max(ROUNDING, PRECISION * people)


@compiled
def begin(one: Floats, points: Floats, provinces: Floats, curves: Floats, lanes: int) -> None:
    """The groups at the start, before the first step."""
    for lane in range(lanes):
        one[One.in_registration + lane] = 0.0
        one[One.in_travel + lane] = 0.0
        one[One.now_sheltered + lane] = 0.0
        one[One.now_hosted + lane] = one[One.unregistered_hosted + lane]
        one[One.most_queue_time + lane] = np.nan
        one[One.most_sheltered_time + lane] = np.nan
        one[One.most_unsheltered_time + lane] = np.nan
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            one[One.in_registration + lane] += points[at + Point.awaiting_registration + lane]
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            beds, people = provinces[at + Province.beds + lane], provinces[at + Province.sheltered + lane]
            taken = people + provinces[at + Province.travelling + lane]
            provinces[at + Province.room + lane] = beds - taken
            provinces[at + Province.taken + lane] = taken
            provinces[at + Province.first_full + lane] = 0.0 if (beds >= LEAST_ROOM) & (beds - taken < LEAST_FREE) else np.inf
            one[One.in_travel + lane] += provinces[at + Province.travelling + lane]
            one[One.now_sheltered + lane] += people
            one[One.now_hosted + lane] += provinces[at + Province.hosted + lane]
    observe(one, curves, 0, 0.0, 0.0, lanes)


@compiled
def observe(one: Floats, curves: Floats, bound: int, hours: float, now: float, lanes: int) -> None:
    """At the end of a step: what is highest so far and when, person-hours on straight lines, and the curves (bound, curve, lane)."""
    for lane in range(lanes):
        waiting = one[One.in_registration + lane] + one[One.awaiting_placement + lane] + one[One.in_travel + lane]
        collective = waiting + one[One.now_sheltered + lane]
        one[One.now_waiting + lane] = waiting
        one[One.now_collective + lane] = collective
        one[One.now_everyone + lane] = collective + one[One.now_hosted + lane]
        one[One.now_unsheltered + lane] = max(0.0, one[One.awaiting_placement + lane] - one[One.transit_places + lane])
        one[One.most_registration + lane] = max(one[One.most_registration + lane], one[One.in_registration + lane])
        covered = one[One.cash_coverage + lane] if hours > 0.0 else 0.0
        crossed = one[One.cumulative_crossed + lane] + one[One.crossed + lane]
        one[One.cumulative_crossed + lane] = crossed
        # Cash once: those who leave had it or not in the same shares as those who are there, of whom the covered share has it.
        there, before = one[One.now_everyone + lane], one[One.before_everyone + lane] + one[One.crossed + lane]
        paid = one[One.paid_and_there + lane] * (min(1.0, there / before) if before > 0.0 else 1.0)
        one[One.paid_once + lane] += max(0.0, covered * there - paid)
        one[One.paid_and_there + lane] = max(paid, covered * there)
        one[One.covered_hours + lane] += covered * 0.5 * (one[One.now_hosted + lane] + one[One.before_hosted + lane]) * hours
    for lane in range(lanes):
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
        # The longest queue is that of most people; its vehicles and its time are those of that moment.
        people, most, when = in_cars + in_buses, one[One.most_queue_people + lane], one[One.most_queue_time + lane]
        longer = people > most and people >= SOMEBODY
        one[One.most_queue_time + lane] = now if longer else when
        one[One.most_queue_vehicles + lane] = vehicles if longer else one[One.most_queue_vehicles + lane]
        one[One.most_queue_people + lane] = people if longer else most
    for lane in range(lanes):
        nobody = max(ROUNDING, PRECISION * one[One.cumulative_crossed + lane])
        people, most, when = one[One.now_sheltered + lane], one[One.most_sheltered + lane], one[One.most_sheltered_time + lane]
        one[One.most_sheltered_time + lane] = now if people > max(most, nobody) else when
        one[One.most_sheltered + lane] = max(most, people)
        people, most, when = one[One.now_unsheltered + lane], one[One.most_unsheltered + lane], one[One.most_unsheltered_time + lane]
        one[One.most_unsheltered_time + lane] = now if people > max(most, nobody) else when
        one[One.most_unsheltered + lane] = max(most, people)
    for group in range(len(GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            there = one[One.now_everyone + at + lane]
            one[One.hours_everyone + at + lane] += 0.5 * (there + one[One.before_everyone + at + lane]) * hours
            one[One.peak_everyone + at + lane] = max(one[One.peak_everyone + at + lane], there)
            one[One.before_everyone + at + lane] = there
    for lane in range(lanes):
        curves[bound, 0, lane] = one[One.cumulative_crossed + lane]
        curves[bound, 1, lane] = one[One.cumulative_reached_by_vehicle + lane] + one[One.cumulative_reached_by_bus + lane]
        curves[bound, 2, lane] = one[One.cumulative_passed + lane]


@compiled
def close_day(one: Floats, days: Floats, day: int, lanes: int) -> None:
    """What is kept of the day that ends, to array (day, row, lane) with ``DAY_ROWS``; the next day begins."""
    for group in range(len(GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            days[day, group, lane] = one[One.hours_everyone + at + lane]
            days[day, len(GROUPS) + group, lane] = one[One.peak_everyone + at + lane]
            one[One.hours_everyone + at + lane] = 0.0
            one[One.peak_everyone + at + lane] = one[One.now_everyone + at + lane]
    for group in range(len(ENTERED_GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            days[day, THERE + group, lane] = one[One.now_everyone + at + lane]
            days[day, EVER + group, lane] = one[One.entered_everyone + at + lane]
