"""With relatives or in own rental, registered or not: rules 5, 6 and 9; and flight from a lost province, rule 8."""

from __future__ import annotations

import numpy as np

from refugee_model.engine.layout import Layout
from refugee_model.engine.rules import kept_of_inflow, kept_of_stock, share_of
from refugee_model.engine.values import MOVING_IN, REGISTERING, sum_of_places
from refugee_model.engine.variables import One, Province, Route
from refugee_model.engine.workspace import PROVINCE_SIZE, ROUTE_SIZE, Flags, Floats, Integers, inner, offset
from refugee_model.scenario.timeline import HOURS_PER_DAY

MOST_ASKING = 3.0
"""Draws that are carried on ask for a bed at most so many times as often: more only wait for one."""


def lay_out(layout: Layout) -> None:
    """Who goes to relatives, comes back or moves on, and how fast. Losses of provinces must have been laid out."""
    values = layout.values
    for row, path in (
        (One.straight_share, "timing.accommodation.straight_to_relatives_share"),
        (One.comes_forward, "timing.accommodation.comes_forward_per_hour"),
        (One.asks_share, "timing.accommodation.asks_for_bed_share"),
        (One.comes_back, "timing.accommodation.comes_back_for_bed_per_hour"),
        (One.cash_coverage, "aid.cash.coverage"),
    ):
        layout.of(row)[:] = layout.schedule(path)
    layout.of(One.leaves_country)[:] = layout.schedule("timing.onward.leaves_country_per_day") / HOURS_PER_DAY
    layout.of(One.drifts)[:] = layout.schedule("timing.onward.drifts_per_day") / HOURS_PER_DAY
    layout.of(One.comes_back)[:] *= 1.0 - layout.of(One.cash_coverage) * values["aid.cash.lowers_coming_back_by"]
    centres = layout.schedule("aid.community_centres.centres")
    layout.of(One.community_rate)[:] = centres * values["aid.community_centres.people_per_centre_hour"]
    layout.of(One.comes_forward)[layout.of(One.community_rate) == 0.0] = 0.0  # nowhere to come forward to
    _pace(layout)
    nowhere_to_go = _share_hosts(layout, Province.relatives_share, "relatives_weight")
    layout.of(One.asks_share)[nowhere_to_go] = 1.0
    layout.of(One.straight_share)[nowhere_to_go] = 0.0
    layout.of(One.drifts)[_share_hosts(layout, Province.drift_share, "drift_weight")] = 0.0
    layout.put_people(One.unregistered_hosted)
    layout.put_people(One.left_country)
    layout.put_people(Province.hosted)


def _pace(layout: Layout) -> None:
    """Of draws that are carried on more or fewer come to the points, come forward, ask for a bed or come back for one.

    Fewer who register do not queue at the points: they live with relatives until they come forward.
    """
    registering, moving_in = layout.pace(REGISTERING), layout.pace(MOVING_IN)
    straight = layout.of(One.straight_share)
    straight[:] = np.where(registering == 1.0, straight, 1.0 - np.minimum((1.0 - straight) * registering, 1.0))
    layout.of(One.comes_forward)[:] *= registering
    layout.of(One.community_rate)[:] *= np.maximum(registering, 1.0)
    layout.of(One.asks_share)[:] = np.minimum(layout.of(One.asks_share) * np.minimum(moving_in, MOST_ASKING), 1.0)
    layout.of(One.comes_back)[:] *= moving_in


def _share_hosts(layout: Layout, row: Province, name: str) -> Flags:
    """Share out people among the provinces that are not lost; where none is left (epoch, draw)."""
    weights = np.zeros((layout.sizes.provinces, len(layout.starts), layout.values.count))
    for number, province in enumerate(layout.scenario.aid.provinces):
        weights[number] = layout.values[f"aid.provinces.{province}.{name}"] * (1.0 - layout.of(Province.lost, number))
    total = sum_of_places(weights)
    for number, weight in enumerate(weights):
        layout.of(row, number)[:] = weight / np.where(total > 0, total, 1.0)
    nowhere: Flags = total <= 0.0
    return nowhere


@inner
def set_decay(one: Floats, hours: float, draws: int) -> None:
    """Of those with relatives, registered or not, what share stays over a step so long, and where others go."""
    for draw in range(draws):
        forward, back = one[One.comes_forward + draw], one[One.comes_back + draw]
        abroad, drift = one[One.leaves_country + draw], one[One.drifts + draw]
        one[One.unregistered_kept + draw] = kept_of_stock(forward + back + abroad, hours)
        one[One.unregistered_inflow_kept + draw] = kept_of_inflow(forward + back + abroad, hours)
        one[One.unregistered_registering + draw] = share_of(forward, forward + back + abroad)
        one[One.unregistered_coming_back + draw] = share_of(back, forward + back + abroad)
        one[One.unregistered_leaving + draw] = share_of(abroad, forward + back + abroad)
        one[One.unheard_kept + draw] = kept_of_stock(back + abroad, hours)
        one[One.unheard_inflow_kept + draw] = kept_of_inflow(back + abroad, hours)
        one[One.hosted_kept + draw] = kept_of_stock(back + abroad + drift, hours)
        one[One.hosted_inflow_kept + draw] = kept_of_inflow(back + abroad + drift, hours)
        one[One.hosted_coming_back + draw] = share_of(back, back + abroad + drift)
        one[One.hosted_leaving + draw] = share_of(abroad, back + abroad + drift)
        one[One.hosted_drifting + draw] = share_of(drift, back + abroad + drift)


@inner
def go_to_relatives(one: Floats, routes: Floats, awake: Flags, hours: float, draws: int) -> None:
    """Rule 5: some go straight on to relatives, and register later at community centres or come back for a bed.

    ``awake`` says of each route whether anyone has moved on it.
    """
    for draw in range(draws):
        one[One.arriving + draw], one[One.crossing + draw], one[One.went_straight_on + draw] = 0.0, 0.0, 0.0
    for route in range(len(routes) // ROUTE_SIZE):
        if not awake[route]:
            continue
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            crossed, receives = routes[at + Route.crossed + draw], routes[at + Route.reception_weight + draw] > 0.0
            straight = crossed * one[One.straight_share + draw] if receives else crossed
            routes[at + Route.to_points + draw] = crossed - straight
            one[One.arriving + draw] += crossed
            one[One.crossing + draw] += crossed * routes[at + Route.from_abroad + draw]
            one[One.went_straight_on + draw] += straight
    for draw in range(draws):
        straight, before = one[One.went_straight_on + draw], one[One.unregistered_hosted + draw]
        kept = before * one[One.unregistered_kept + draw] + straight * one[One.unregistered_inflow_kept + draw]
        out = max(0.0, before + straight - kept)
        coming, later = out * one[One.unregistered_registering + draw], one[One.community_rate + draw] * hours
        later = min(coming, later)
        # Who comes forward in vain may come back or leave yet: without them the error were of first order.
        unheard = before * (1.0 - one[One.unheard_kept + draw]) + straight * (1.0 - one[One.unheard_inflow_kept + draw])
        more = max(0.0, unheard - (out - coming)) * (1.0 - share_of(later, coming)) if coming > 0.0 else 0.0
        to_bed, to_abroad = one[One.unregistered_coming_back + draw], one[One.unregistered_leaving + draw]
        back = out * to_bed + more * share_of(to_bed, to_bed + to_abroad)
        abroad = out * to_abroad + more * share_of(to_abroad, to_bed + to_abroad)
        one[One.registered_later + draw] = later
        one[One.came_back_unregistered + draw] = back
        one[One.left_unregistered + draw] = abroad
        one[One.unregistered_hosted + draw] = max(0.0, before + straight - later - back - abroad)
        one[One.left_country + draw] += abroad
        one[One.left_before_registering + draw] += abroad
        one[One.registered_now + draw] = later


@inner
def flee(one: Floats, provinces: Floats, flows: bool, draws: int) -> None:
    """Rule 8: of the guests of a lost province a share asks for a bed; the others go to relatives elsewhere."""
    for draw in range(draws):
        one[One.moving_on + draw] = 0.0
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            hosted, lost = provinces[at + Province.hosted + draw], provinces[at + Province.lost + draw]
            gone = hosted * lost
            asking = gone * one[One.asks_share + draw]
            if flows:
                provinces[at + Province.fled_for_bed + draw] = asking
                provinces[at + Province.fled_to_relatives + draw] = gone - asking
            provinces[at + Province.hosted + draw] = hosted - gone
            # Nobody is left to catch up, see ``leave_relatives``.
            provinces[at + Province.moved_out + draw] *= 1.0 - lost
            provinces[at + Province.drifted_in + draw] *= 1.0 - lost
            one[One.awaiting_placement + draw] += asking
            one[One.came_back_to_wait + draw] += asking
            one[One.moving_on + draw] += gone - asking
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            here = one[One.moving_on + draw] * provinces[at + Province.relatives_share + draw]
            if flows:
                provinces[at + Province.fled_in + draw] = here
            provinces[at + Province.hosted + draw] += here


@inner
def leave_relatives(one: Floats, provinces: Floats, order: Integers, flows: bool, draws: int) -> None:
    """Rules 6 and 9: people join relatives; some come back for a bed, move abroad or to other provinces."""
    for draw in range(draws):
        one[One.drifted + draw] = 0.0
    for position in range(len(order) - 1, -1, -1):
        at = offset(order[position] * PROVINCE_SIZE)
        for draw in range(draws):
            joined = one[One.registered_now + draw] * provinces[at + Province.relatives_share + draw]
            before = provinces[at + Province.hosted + draw]
            # Movers settled after others had left in the last step: they catch up, or the error were of first order.
            settled = provinces[at + Province.moved_out + draw] + provinces[at + Province.drifted_in + draw]
            behind = settled * (1.0 - one[One.hosted_inflow_kept + draw])
            kept = (before - behind) * one[One.hosted_kept + draw] + joined * one[One.hosted_inflow_kept + draw]
            out = max(0.0, before + joined - kept)
            back, abroad = out * one[One.hosted_coming_back + draw], out * one[One.hosted_leaving + draw]
            drifted = out * one[One.hosted_drifting + draw]
            if flows:
                provinces[at + Province.joined_relatives + draw] = joined
                provinces[at + Province.drifted_out + draw] = drifted
            provinces[at + Province.came_back + draw] = back
            provinces[at + Province.left_from_relatives + draw] = abroad
            provinces[at + Province.hosted + draw] = max(0.0, before + joined - back - abroad - drifted)
            one[One.came_back_to_wait + draw] += back
            one[One.drifted + draw] += drifted


@inner
def settle(one: Floats, provinces: Floats, draws: int) -> None:
    """Rule 9: people from other provinces and those who left their bed as they came live with relatives."""
    for province in range(len(provinces) // PROVINCE_SIZE):
        at = offset(province * PROVINCE_SIZE)
        for draw in range(draws):
            drifted_in = one[One.drifted + draw] * provinces[at + Province.drift_share + draw]
            provinces[at + Province.drifted_in + draw] = drifted_in
            provinces[at + Province.hosted + draw] += provinces[at + Province.moved_out_on_arrival + draw] + drifted_in
