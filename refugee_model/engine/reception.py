"""Stages of the sweep after the checkpoint: straight to relatives or to a reception point, and registration, rules 5 and 6."""

from __future__ import annotations

from refugee_model.engine.lanes import POINT_SIZE, Floats, compiled, offset
from refugee_model.engine.rules import queue_served
from refugee_model.engine.variables import One, Point


@compiled
def go_to_relatives(one: Floats, hours: float, lanes: int) -> None:
    """Rule 5: some go straight on to relatives, and register later at community centres or come back for a bed."""
    for lane in range(lanes):
        crossed, before = one[One.crossed + lane], one[One.unregistered_hosted + lane]
        straight = crossed * one[One.straight_share + lane] if one[One.reception_weight + lane] > 0.0 else crossed
        kept = before * one[One.unregistered_kept + lane] + straight * one[One.unregistered_inflow_kept + lane]
        out = max(0.0, before + straight - kept)
        coming, abroad = out * one[One.unregistered_registering + lane], out * one[One.unregistered_leaving + lane]
        later, back = min(coming, one[One.community_rate + lane] * hours), max(0.0, out - coming - abroad)
        one[One.went_straight_on + lane] = straight
        one[One.registered_later + lane] = later
        one[One.came_back_unregistered + lane] = back
        one[One.left_unregistered + lane] = abroad
        one[One.unregistered_hosted + lane] = max(0.0, before + straight - later - back - abroad)
        one[One.left_country + lane] += abroad
        one[One.left_before_registering + lane] += abroad
        one[One.registered_now + lane] = later
        one[One.in_registration + lane] = 0.0


@compiled
def register(one: Floats, points: Floats, staffed: Floats, step: int, hours: float, lanes: int) -> None:
    """Rule 5: each reception point registers those who wait, as fast as its staffed desks can."""
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        desk_hours = staffed[step, point] * hours
        for lane in range(lanes):
            to_points = one[One.crossed + lane] - one[One.went_straight_on + lane]
            received, before = to_points * points[at + Point.weight + lane], points[at + Point.awaiting_registration + lane]
            registered = queue_served(before, received, points[at + Point.registration_rate + lane] * desk_hours)
            waiting = before + received - registered
            points[at + Point.received + lane] = received
            points[at + Point.registered + lane] = registered
            points[at + Point.awaiting_registration + lane] = waiting
            one[One.registered_now + lane] += registered
            one[One.in_registration + lane] += waiting


@compiled
def ask_for_beds(one: Floats, lanes: int) -> None:
    """Rules 6 and 9: on registration a share asks for a bed; people who come back without having registered need one.

    Of those who wait already some leave the country: half of the step's share before others join and are placed, see ``stop_waiting``.
    """
    for lane in range(lanes):
        asked = one[One.registered_now + lane] * one[One.asks_share + lane]
        leaving = one[One.awaiting_placement + lane] * (1.0 - one[One.waiting_kept + lane])
        one[One.left_waiting + lane] = leaving
        one[One.awaiting_placement + lane] -= leaving
        one[One.left_country + lane] += leaving
        one[One.asked + lane] = asked
        one[One.registered_now + lane] -= asked
        one[One.awaiting_placement + lane] += asked + one[One.came_back_unregistered + lane]
