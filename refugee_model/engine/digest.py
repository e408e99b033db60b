"""What is kept of a draw when its whole trajectory is not: days, peaks, first times and three cumulative curves."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from refugee_model.engine.lanes import POINT_SIZE, PROVINCE_SIZE, offset
from refugee_model.engine.rows import LANES, One, Point, Province

Floats = NDArray[np.float64]

FULL = 0.995
"""Utilisation from which a place counts as full."""
ROUNDING = 1e-6
"""People below this come from rounding."""

GROUPS = ("everyone", "waiting", "collective", "hosted", "unsheltered", "sheltered")
"""Groups of people that are counted in every step; their rows follow each other in the same order."""
CURVES = ("crossed", "reached", "passed")
"""Cumulative curves that are kept at every bound."""

compiled = njit(cache=True, nogil=True, error_model="numpy")


@compiled
def count_groups(one: Floats, points: Floats, provinces: Floats, lanes: int) -> None:
    """People of each group now."""
    for lane in range(lanes):
        one[One.in_registration + lane] = 0.0
        one[One.in_travel + lane] = 0.0
        one[One.now_sheltered + lane] = 0.0
        one[One.now_hosted + lane] = one[One.unregistered_hosted + lane]
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            one[One.in_registration + lane] += points[at + Point.awaiting_registration + lane]
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            one[One.in_travel + lane] += provinces[at + Province.travelling + lane]
            one[One.now_sheltered + lane] += provinces[at + Province.sheltered + lane]
            one[One.now_hosted + lane] += provinces[at + Province.hosted + lane]
    for lane in range(lanes):
        waiting = one[One.in_registration + lane] + one[One.awaiting_placement + lane] + one[One.in_travel + lane]
        collective = waiting + one[One.now_sheltered + lane]
        one[One.now_waiting + lane] = waiting
        one[One.now_collective + lane] = collective
        one[One.now_everyone + lane] = collective + one[One.now_hosted + lane]
        one[One.now_unsheltered + lane] = max(0.0, one[One.awaiting_placement + lane] - one[One.transit_places + lane])


@compiled
def begin(one: Floats, points: Floats, provinces: Floats, lanes: int) -> None:
    """The groups at the start, before the first step."""
    count_groups(one, points, provinces, lanes)
    for group in range(len(GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            one[One.before_everyone + at + lane] = one[One.now_everyone + at + lane]
            one[One.peak_everyone + at + lane] = one[One.now_everyone + at + lane]
    for lane in range(lanes):
        one[One.most_queue_time + lane] = np.nan
        one[One.most_sheltered_time + lane] = np.nan
        one[One.most_unsheltered_time + lane] = np.nan
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            provinces[at + Province.first_full + lane] = np.inf
    note_full(provinces, 0.0, lanes)
    note_extremes(one, 0.0, 0.0, lanes)


@compiled
def observe(one: Floats, points: Floats, provinces: Floats, hours: float, now: float, lanes: int) -> None:
    """Count the groups at the end of a step, add up person-hours on straight lines, and note what is highest so far."""
    count_groups(one, points, provinces, lanes)
    for group in range(len(GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            there, before = one[One.now_everyone + at + lane], one[One.before_everyone + at + lane]
            one[One.hours_everyone + at + lane] += 0.5 * (there + before) * hours
            one[One.peak_everyone + at + lane] = max(one[One.peak_everyone + at + lane], there)
    note_extremes(one, hours, now, lanes)
    for group in range(len(GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            one[One.before_everyone + at + lane] = one[One.now_everyone + at + lane]
    note_full(provinces, now, lanes)


@compiled
def note_extremes(one: Floats, hours: float, now: float, lanes: int) -> None:
    """What is highest so far, and when; what cash covers."""
    for lane in range(lanes):
        one[One.cumulative_crossed + lane] += one[One.crossed + lane]
        one[One.cumulative_passed + lane] += one[One.passed_by_vehicle + lane] + one[One.passed_by_bus + lane]
        in_cars, in_buses = one[One.queue_by_vehicle + lane], one[One.queue_by_bus + lane]
        vehicles = in_cars / one[One.people_per_vehicle + lane] + in_buses / one[One.people_per_bus + lane]
        longest = one[One.most_queue_vehicles + lane]
        one[One.most_queue_time + lane] = now if vehicles > max(longest, ROUNDING) else one[One.most_queue_time + lane]
        one[One.most_queue_vehicles + lane] = max(longest, vehicles)
        one[One.most_queue_people + lane] = max(one[One.most_queue_people + lane], in_cars + in_buses)
        one[One.most_registration + lane] = max(one[One.most_registration + lane], one[One.in_registration + lane])
        covered = one[One.cash_coverage + lane]
        one[One.most_covered + lane] = max(one[One.most_covered + lane], covered * one[One.cumulative_crossed + lane])
        one[One.covered_hours + lane] += covered * 0.5 * (one[One.now_hosted + lane] + one[One.before_hosted + lane]) * hours
    for lane in range(lanes):
        people, most = one[One.now_sheltered + lane], one[One.most_sheltered + lane]
        one[One.most_sheltered_time + lane] = now if people > max(most, ROUNDING) else one[One.most_sheltered_time + lane]
        one[One.most_sheltered + lane] = max(most, people)
        people, most = one[One.now_unsheltered + lane], one[One.most_unsheltered + lane]
        one[One.most_unsheltered_time + lane] = now if people > max(most, ROUNDING) else one[One.most_unsheltered_time + lane]
        one[One.most_unsheltered + lane] = max(most, people)


@compiled
def note_full(provinces: Floats, now: float, lanes: int) -> None:
    """When each province was first full."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            beds, people = provinces[at + Province.beds + lane], provinces[at + Province.sheltered + lane]
            full = beds > 0.0 and people >= FULL * beds
            first = provinces[at + Province.first_full + lane]
            provinces[at + Province.first_full + lane] = min(first, now) if full else first


@compiled
def keep_curves(one: Floats, curves: Floats, bound: int, first: int, lanes: int) -> None:
    """Cumulative curves at this bound, to array (bound, curve, draw)."""
    for lane in range(lanes):
        reached = one[One.cumulative_reached_by_vehicle + lane] + one[One.cumulative_reached_by_bus + lane]
        curves[bound, 0, first + lane] = one[One.cumulative_crossed + lane]
        curves[bound, 1, first + lane] = reached
        curves[bound, 2, first + lane] = one[One.cumulative_passed + lane]


@compiled
def close_day(one: Floats, days: Floats, day: int, first: int, lanes: int) -> None:
    """Person-hours and peak of each group on the day that ends, to array (day, group x 2, draw); the next day begins."""
    for group in range(len(GROUPS)):
        at = offset(group * LANES)
        for lane in range(lanes):
            days[day, group, first + lane] = one[One.hours_everyone + at + lane]
            days[day, len(GROUPS) + group, first + lane] = one[One.peak_everyone + at + lane]
            one[One.hours_everyone + at + lane] = 0.0
            one[One.peak_everyone + at + lane] = one[One.now_everyone + at + lane]
