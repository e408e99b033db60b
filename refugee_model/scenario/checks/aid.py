"""Whether what we decide agrees: places for people, beds and their losses, goods and what can be bought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from refugee_model.errors import Problem, nearest
from refugee_model.scenario.aid import LEAD, Aid, Option
from refugee_model.scenario.checks.names import known, meant
from refugee_model.scenario.checks.people import Uncertain, at_most, exceeds
from refugee_model.scenario.checks.times import TOLERANCE, hours_without
from refugee_model.scenario.places import People
from refugee_model.scenario.standards import Standards
from refugee_model.scenario.timeline import HOURS_PER_DAY, Timeline, most_of, ramped, value_at
from refugee_model.scenario.timing import Timing
from refugee_model.wording import figure, listed

A_PROVINCE = "a province of this scenario"


def find_aid(aid: Aid) -> Iterator[Problem]:
    """Names of provinces and points that are not there; losses, weights, placement and shifts that cannot be."""
    for group in ("surge", "losses", "reception_points"):
        for name, entry in getattr(aid, group).items():
            if entry.province is not None:
                yield from meant(f"aid.{group}.{name}.province", entry.province, aid.provinces, A_PROVINCE)
    for name, area in aid.provinces.items():
        path = f"aid.provinces.{name}.road_km_from"
        yield from known(path, area.road_km_from, aid.reception_points, "a reception point")
    yield from _losses(aid)
    if not sum(province.relatives_weight for province in aid.provinces.values()):
        yield Problem(
            "aid.provinces", "every relatives_weight is 0; people who do not ask for a bed must live somewhere"
        )
    yield from _placement(aid)
    yield from _shifts(aid)


def _losses(aid: Aid) -> Iterator[Problem]:
    yield from known("aid.transit_places_in", aid.transit_places_in, aid.provinces, "a province")
    shares = sum(aid.transit_places_in.values())
    if shares > 1 + TOLERANCE:
        yield Problem("aid.transit_places_in", f"shares add up to {figure(shares)}, expected at most 1")
    for name, loss in aid.losses.items():
        if loss.whole_province and loss.share < 1:
            found = f"the whole province is lost, yet share = {figure(loss.share)} of its beds"
            yield Problem(f"aid.losses.{name}.share", f"{found}; leave share out, or whole_province")


def _placement(aid: Aid) -> Iterator[Problem]:
    placement = aid.placement
    if placement.policy == "shares" and not sum(province.placement_share for province in aid.provinces.values()):
        yield Problem("aid.placement.policy", "'shares' needs a placement_share above 0 in at least one province")
    if placement.policy == "order" or placement.order:
        for name in placement.order:
            yield from meant("aid.placement.order", name, aid.provinces, A_PROVINCE)
        twice = sorted({name for name in placement.order if placement.order.count(name) > 1})
        if twice:
            yield Problem("aid.placement.order", f"names twice: {', '.join(twice)}")
        missing = [name for name in aid.provinces if name not in placement.order]
        if missing:
            yield Problem("aid.placement.order", f"must name every province; missing: {', '.join(missing)}")


def find_drift(timing: Timing, aid: Aid) -> Iterator[Problem]:
    """People who move between provinces, and nowhere to."""
    most = most_of(timing.onward.drifts_per_day)
    if most and not sum(province.drift_weight for province in aid.provinces.values()):
        found = f"{figure(most)} a day move to another province (timing.onward.drifts_per_day)"
        mend = "give one province a drift_weight above 0"
        yield Problem("aid.provinces", f"every drift_weight is 0, yet {found}; {mend}")


def _shifts(aid: Aid) -> Iterator[Problem]:
    for name, point in aid.reception_points.items():
        edges = sorted({shift.from_hour for shift in point.shifts} | {shift.until_hour % 24 for shift in point.shifts})
        if any(sum(shift.covers(hour) for shift in point.shifts) > 1 for hour in edges):
            yield Problem(f"aid.reception_points.{name}.shifts", "shifts overlap; each hour may be in one shift")


def find_items(aid: Aid, standards: Standards) -> Iterator[Problem]:
    """Goods that are not items of the standards, or whose supply is both given and said to be unknown."""
    yield from known("aid.stocks", aid.stocks, standards.items, "an item")
    yield from known("aid.handed_out", aid.handed_out, standards.items, "an item")
    for name, delivery in aid.deliveries.items():
        yield from meant(f"aid.deliveries.{name}.item", delivery.item, standards.items, "an item")
    for item in aid.supply_unknown:
        yield from meant("aid.supply_unknown", item, standards.items, "an item of this scenario")
        delivered = [name for name, one in aid.deliveries.items() if one.item == item and one.quantity]
        given = [f"aid.stocks.{item}"] if aid.stocks.get(item) else []
        given += [f"aid.deliveries.{name}" for name in delivered]
        if given:
            gives = f"{listed(given)} {'gives' if len(given) == 1 else 'give'} an amount"
            said = f"'{item}' is said to be unknown, yet {gives}; take out one or the other"
            yield Problem("aid.supply_unknown", said)


def find_options(aid: Aid, standards: Standards) -> Iterator[Problem]:
    """Options of no place, without lead, or that could change nothing."""
    for name, option in aid.options.items():
        path = f"aid.options.{name}"
        yield from _stands_in(path, option, aid, standards)
        least = max(option.smallest_lot, option.pack_size)
        if option.most is not None and option.most < least:
            expected = f"expected at least the smallest order, {figure(least)}"
            yield Problem(f"{path}.most", f"found {figure(option.most)}, {expected}")
        if not set(LEAD) & option.model_fields_set:
            expected = "give supplier_days (0 if it is at hand), or another of " + ", ".join(LEAD)
            yield Problem(path, f"says nothing of how long it takes; {expected}")
        yield from _of_use(path, option, aid)


def _stands_in(path: str, option: Option, aid: Aid, standards: Standards) -> Iterator[Problem]:
    """The place or the item that a kind needs, and no other."""
    needs: dict[str, tuple[str, Mapping[str, Any], str]] = {
        "beds": ("place", aid.provinces, "a province"),
        "covered places": ("place", aid.reception_points, "a reception point"),
        "desks": ("place", aid.reception_points, "a reception point"),
        "goods": ("item", standards.items, "an item"),
    }
    wanted, known, what = needs.get(option.kind, ("", {}, ""))
    for field in ("place", "item"):
        given = getattr(option, field)
        if field == wanted and given is None:
            yield Problem(f"{path}.{field}", f"is missing; '{option.kind}' needs {what} of this scenario")
        elif field == wanted and given not in known:
            yield Problem(f"{path}.{field}", f"'{given}' is not {what} of this scenario; {nearest(given, known)}")
        elif field != wanted and given is not None:
            yield Problem(f"{path}.{field}", f"found '{given}', yet '{option.kind}' has no {field}; take it out")


def _of_use(path: str, option: Option, aid: Aid) -> Iterator[Problem]:
    if option.kind == "placement seats" and aid.placement.seats_per_hour is None:
        blank = "aid.placement.seats_per_hour is blank: seats do not limit"
        yield Problem(path, f"{blank}; give it, or take the option out")
    if option.kind == "community centres" and aid.community_centres.people_per_centre_hour == 0:
        yield Problem(path, "aid.community_centres.people_per_centre_hour is 0: a centre would register nobody")


def find_no_reception(timeline: Timeline, timing: Timing, aid: Aid) -> Iterator[Problem]:
    """A time at which people arrive and no reception point takes them."""
    weights = [point.weight for point in aid.reception_points.values()]
    for hours in hours_without(weights, timing.accommodation.straight_to_relatives_share, timeline)[:1]:
        found = f"every weight is 0 from {timeline.clock(hours)} on"
        mend = "people who do not go straight to relatives have nowhere to go: give one point a weight above 0"
        yield Problem("aid.reception_points", f"{found}; {mend} at all times")


def find_beds_now(timeline: Timeline, people: People, aid: Aid, uncertain: Uncertain) -> Iterator[Problem]:
    """More people in state accommodation than there are usable beds."""
    for name, there in people.now.sheltered.items():
        if name not in aid.provinces or not there:
            continue
        beds = beds_at_start(timeline, aid, name, uncertain)
        if exceeds(there, beds):
            most = f"expected at most the {figure(round(beds, 6))} beds that can be used there at the start"
            mend = "those without a bed are people.now.awaiting_placement"
            yield Problem(f"people.now.sheltered.{name}", f"found {figure(there)}, {most}; {mend}")


SOON = 1e-9
"""Hours after the start, so that beds that come with it count."""


def beds_at_start(timeline: Timeline, aid: Aid, name: str, uncertain: Uncertain) -> float:
    """The most beds that can be usable in a province at the start: standing ones in season, those come, less losses."""
    province, path = aid.provinces[name], f"aid.provinces.{name}"
    factors = {other for other in uncertain if other.startswith(f"{path}.winter_factor")}
    season = 1.0 if factors else value_at(province.winter_factor, timeline, 0.0)
    beds = at_most(f"{path}.beds", province.beds, uncertain) * season
    for key, order in aid.surge.items():
        if order.province == name:
            least = f"aid.surge.{key}.lead_days" in uncertain
            first = timeline.hours_at(order.decided) + (0.0 if least else order.lead_days * HOURS_PER_DAY)
            come = float(ramped(SOON, first, order.ramp_days * HOURS_PER_DAY))
            beds += at_most(f"aid.surge.{key}.beds", order.beds, uncertain) * come
    for key, loss in aid.losses.items():
        lost = loss.province == name and timeline.hours_at(loss.since) <= 0 < timeline.end_at(loss.until)
        if lost and f"aid.losses.{key}.share" not in uncertain:
            beds *= 1.0 - loss.share
    return beds
