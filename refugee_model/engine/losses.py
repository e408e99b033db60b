"""Stages of the sweep where a province is lost: its reception points close, and people hosted there move on, rule 8.

Both act at the beginning of a step; where nothing is lost, nobody moves.
"""

from __future__ import annotations

from refugee_model.engine.lanes import POINT_SIZE, PROVINCE_SIZE, Floats, compiled, offset
from refugee_model.engine.variables import One, Point, Province


@compiled
def close_points(one: Floats, points: Floats, lanes: int) -> None:
    """Whoever waits at a closed reception point moves to the open ones by weight; where none is open, to relatives unregistered."""
    for lane in range(lanes):
        one[One.moving_on + lane] = 0.0
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            waiting = points[at + Point.awaiting_registration + lane]
            away = waiting * points[at + Point.closed + lane]
            points[at + Point.moved_away + lane] = away
            points[at + Point.awaiting_registration + lane] = waiting - away
            one[One.moving_on + lane] += away
    for point in range(len(points) // POINT_SIZE):
        at = offset(point * POINT_SIZE)
        for lane in range(lanes):
            here = one[One.moving_on + lane] * points[at + Point.weight + lane]
            points[at + Point.moved_here + lane] = here
            points[at + Point.awaiting_registration + lane] += here
    for lane in range(lanes):
        onward = 0.0 if one[One.reception_weight + lane] > 0.0 else one[One.moving_on + lane]
        one[One.went_on_unregistered + lane] = onward
        one[One.unregistered_hosted + lane] += onward


@compiled
def flee(one: Floats, provinces: Floats, flows: bool, lanes: int) -> None:
    """Of the people hosted in a lost province a share asks for a bed, as on registration; the others go to relatives elsewhere."""
    for lane in range(lanes):
        one[One.moving_on + lane] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            hosted, lost = provinces[at + Province.hosted + lane], provinces[at + Province.lost + lane]
            gone = hosted * lost
            asking = gone * one[One.asks_share + lane]
            if flows:
                provinces[at + Province.fled_for_bed + lane] = asking
                provinces[at + Province.fled_to_relatives + lane] = gone - asking
            provinces[at + Province.hosted + lane] = hosted - gone
            provinces[at + Province.moved_out + lane] *= 1.0 - lost  # nobody is left to catch up, see ``release``
            provinces[at + Province.drifted_in + lane] *= 1.0 - lost
            one[One.awaiting_placement + lane] += asking
            one[One.came_back_to_wait + lane] += asking
            one[One.moving_on + lane] += gone - asking
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for lane in range(lanes):
            here = one[One.moving_on + lane] * provinces[at + Province.relatives_share + lane]
            if flows:
                provinces[at + Province.fled_in + lane] = here
            provinces[at + Province.hosted + lane] += here
