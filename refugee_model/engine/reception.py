"""Stages of the sweep after the checkpoint: registration and relatives, rules 5, 6 and 9."""

from __future__ import annotations

from refugee_model.engine.lanes import POINT_SIZE, PROVINCE_SIZE, Floats, compiled, offset
from refugee_model.engine.rows import One, Point, Province
from refugee_model.engine.rules import queue_served


@compiled
def go_to_relatives(one: Floats, points: Floats, hours: float, lanes: int) -> None:
    """Rule 5: some go straight on to relatives, and register later at community centres or come back for a bed."""
    for lane in range(lanes):
        weights = 0.0
        for point in range(len(points) // POINT_SIZE):
            at = offset(point * POINT_SIZE)
            weights += points[at + Point.weight + lane]
        crossed, before = one[One.crossed + lane], one[One.unregistered_hosted + lane]
        straight = crossed * one[One.straight_share + lane] if weights > 0.0 else crossed
        kept = before * one[One.unregistered_kept + lane] + straight * one[One.unregistered_inflow_kept + lane]
        out = max(0.0, before + straight - kept)
        coming = out * one[One.unregistered_registering + lane]
        later, back = min(coming, one[One.community_rate + lane] * hours), out - coming
        one[One.went_straight_on + lane] = straight
        one[One.registered_later + lane] = later
        one[One.came_back_unregistered + lane] = back
        one[One.unregistered_hosted + lane] = max(0.0, before + straight - later - back)
        one[One.registered_now + lane] = later


@compiled
def register(one: Floats, points: Floats, staffed: Floats, step: int, hours: float, lanes: int) -> None:
    """Rule 5: each reception point registers those who wait, as fast as its staffed desks can."""
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            to_points = one[One.crossed + lane] - one[One.went_straight_on + lane]
            received, before = to_points * points[at + Point.weight + lane], points[at + Point.awaiting_registration + lane]
            capacity = points[at + Point.registration_rate + lane] * staffed[step, point] * hours
            registered = queue_served(before, received, capacity)
            points[at + Point.received + lane] = received
            points[at + Point.registered + lane] = registered
            points[at + Point.awaiting_registration + lane] = before + received - registered
            one[One.registered_now + lane] += registered


@compiled
def ask_for_beds(one: Floats, lanes: int) -> None:
    """Rule 6: on registration a share asks for a bed; people who come back without having registered need one."""
    for lane in range(lanes):
        asked = one[One.registered_now + lane] * one[One.asks_share + lane]
        one[One.asked + lane] = asked
        one[One.registered_now + lane] -= asked
        one[One.awaiting_placement + lane] += asked + one[One.came_back_unregistered + lane]


@compiled
def host(one: Floats, provinces: Floats, lanes: int) -> None:
    """Rules 6 and 9: the others join relatives; people with relatives come back for a bed, move abroad or between provinces."""
    for lane in range(lanes):
        one[One.drifted + lane] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            joined = one[One.registered_now + lane] * provinces[at + Province.relatives_share + lane]
            before = provinces[at + Province.hosted + lane]
            # Movers settled after others had left in the last step: they catch up on half a step, or the error were of first order.
            settled = provinces[at + Province.moved_out + lane] + provinces[at + Province.drifted_in + lane]
            behind = settled * (1.0 - one[One.hosted_inflow_kept + lane])
            kept = (before - behind) * one[One.hosted_kept + lane] + joined * one[One.hosted_inflow_kept + lane]
            out = max(0.0, before + joined - kept)
            back, abroad = out * one[One.hosted_coming_back + lane], out * one[One.hosted_leaving + lane]
            drifted = max(0.0, out - back - abroad)
            provinces[at + Province.joined_relatives + lane] = joined
            provinces[at + Province.came_back + lane] = back
            provinces[at + Province.left_from_relatives + lane] = abroad
            provinces[at + Province.drifted_out + lane] = drifted
            provinces[at + Province.hosted + lane] = max(0.0, before + joined - back - abroad - drifted)
            one[One.awaiting_placement + lane] += back
            one[One.left_country + lane] += abroad
            one[One.drifted + lane] += drifted
