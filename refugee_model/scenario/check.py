"""What no single value can tell: whether the assumptions agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from refugee_model.errors import Problem, nearest, plain_name
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.aid_options import find_options
from refugee_model.scenario.check_routes import find_entries, find_on_roads, find_ways
from refugee_model.scenario.check_times import (
    find_beds_now,
    find_checkpoint,
    find_departure,
    find_losses,
    find_no_reception,
    find_outside,
    find_people_now,
    find_road_now,
    find_steps,
)
from refugee_model.scenario.network import RESERVED_NAMES
from refugee_model.scenario.origins import find_origins, inside
from refugee_model.scenario.places import People
from refugee_model.scenario.schedules import moments
from refugee_model.scenario.standards import Standards
from refugee_model.scenario.timing import Timing
from refugee_model.wording import figure

__all__ = ["RULES", "Rule", "moments"]

SHARE_TOLERANCE = 1e-6
CODES = ("area_code", "p_code")
"""Codes that name one area; several reception points may stand in one."""
RESERVED = {plain_name(name): name for name in RESERVED_NAMES}


@dataclass(frozen=True)
class Rule:
    """One check across values: the groups it needs, what it finds, and whether it asks which numbers are uncertain."""

    needs: tuple[str, ...]
    find: Callable[..., Iterator[Problem]]
    uncertain: bool = False


def _districts(people: People) -> Iterator[Problem]:
    yield from list(_share_or_people(people)) or _district_sums(people)


def _share_or_people(people: People) -> Iterator[Problem]:
    by_share = [name for name, district in people.districts.items() if district.share is not None]
    by_people = [name for name, district in people.districts.items() if district.people is not None]
    for name, district in people.districts.items():
        path, given = f"people.districts.{name}", (district.share is not None) + (district.people is not None)
        if district.province is None and given == 2:
            yield Problem(path, "gives both share and people; give one of them")
        elif district.province is None and given == 0:
            yield Problem(path, "gives neither share nor people; give one of them (blank is not 0)")
    if len(inside(people)) == len(people.districts):
        yield Problem(
            "people.districts", "lie all in provinces of aid.provinces; give one outside, from which they come"
        )
    if by_share and by_people and by_share[0] != by_people[0]:
        yield Problem(
            "people.districts",
            f"{by_share[0]} gives a share and {by_people[0]} gives people; give the same for all districts",
        )


def unread_shares(people: Mapping[str, Any]) -> Iterator[Problem]:
    """Shares of districts that do not add up, told although something else in the group cannot be read."""
    districts = people.get("districts")
    entries = list(districts.values()) if isinstance(districts, Mapping) else []
    shares = [entry.get("share") for entry in entries if isinstance(entry, Mapping) and "province" not in entry]
    numbers = [share for share in shares if isinstance(share, int | float) and 0 <= share <= 1]
    if len(numbers) == len(entries):
        yield from _sum_of_shares(numbers)


def _sum_of_shares(shares: Sequence[float]) -> Iterator[Problem]:
    if shares and abs(sum(shares) - 1) > SHARE_TOLERANCE:
        yield Problem("people.districts", f"shares add up to {figure(sum(shares))}, expected 1")


def _district_sums(people: People) -> Iterator[Problem]:
    shares = [district.share for district in people.districts.values() if district.share is not None]
    numbers = [district.people for district in people.districts.values() if district.people is not None]
    if wrong := list(_sum_of_shares(shares)):
        yield from wrong
    elif numbers and abs(sum(numbers) - people.total) > SHARE_TOLERANCE * max(1.0, people.total):
        yield Problem(
            "people.districts",
            f"people add up to {figure(sum(numbers))}, expected people.total = {figure(people.total)}",
        )
    else:
        live = {name: share * people.total for name, share in people.district_shares().items()}
        for name, leaving in people.now.leaving.items():
            if name in live and leaving > live[name] * (1 + SHARE_TOLERANCE):
                expected = f"expected at most the {figure(live[name])} who live there"
                yield Problem(f"people.now.leaving.{name}", f"found {figure(leaving)}, {expected}")


def _names(people: People, aid: Aid) -> Iterator[Problem]:
    for path, places in (
        ("people.districts", people.districts),
        ("aid.provinces", aid.provinces),
        ("aid.reception_points", aid.reception_points),
    ):
        yield from _reserved_names(path, places)
        yield from _same_names(path, places, "place")
        for code in CODES if path != "aid.reception_points" else ():
            yield from _same_codes(path, places, code)


def _route_names(people: People, timing: Timing, aid: Aid) -> Iterator[Problem]:
    path = "timing.routes"
    yield from _reserved_names(path, timing.routes)
    yield from _same_names(path, timing.routes, "route")
    others: dict[str, Mapping[str, Any]] = {
        "district": people.districts,
        "reception point": aid.reception_points,
        "province": aid.provinces,
    }
    for kind, places in others.items():
        taken = {plain_name(place): place for place in places}
        for name in timing.routes:
            if plain_name(name) in taken:
                mend = f"give the route another one, such as '{name} road'"
                yield Problem(f"{path}.{name}", f"is already the name of a {kind}: tables could not tell them; {mend}")


def _reserved_names(path: str, places: Mapping[str, Any]) -> Iterator[Problem]:
    for name in places:
        key = plain_name(name)
        if key in RESERVED:
            used = "is a name that the model uses itself in tables and files"
            yield Problem(
                f"{path}.{name}", f"{used} ('{RESERVED[key]}'); give the place another one, such as '{name} town'"
            )


def _same_names(path: str, named: Mapping[str, Any], what: str) -> Iterator[Problem]:
    """Names that the eye takes for one."""
    seen: dict[str, str] = {}
    for name in named:
        first = seen.setdefault(plain_name(name), name)
        if first != name and plain_name(name) not in RESERVED:
            alike = " ".join(name.casefold().split()) == " ".join(first.casefold().split())
            other = f"'{first}'" + ("" if alike else " written with other letters that look alike")
            yield Problem(f"{path}.{name}", f"is the same {what} as {other}; give each {what} once")


def _other_names(aid: Aid, standards: Standards) -> Iterator[Problem]:
    groups: dict[str, Mapping[str, Any]] = {
        "aid.surge": aid.surge,
        "aid.losses": aid.losses,
        "aid.deliveries": aid.deliveries,
        "aid.options": aid.options,
    }
    groups |= {
        "standards.items": standards.items,
        "standards.staff": standards.staff,
        "standards.seasons": standards.seasons,
    }
    for path, named in groups.items():
        yield from _same_names(path, named, "name")


def _same_codes(path: str, places: Mapping[str, Any], field: str) -> Iterator[Problem]:
    codes: dict[str, str] = {}
    for name, place in places.items():
        code = getattr(place, field)
        if code:
            key = plain_name(code)
            if key in codes:
                yield Problem(f"{path}.{name}.{field}", f"'{code}' is already the code of '{codes[key]}'")
            codes.setdefault(key, name)


def _profile(people: People) -> Iterator[Problem]:
    profile = people.profile
    if profile.children + profile.older_people > 1 + SHARE_TOLERANCE:
        both = figure(profile.children + profile.older_people)
        yield Problem("people.profile", f"children and older_people add up to {both}, expected at most 1")
    if profile.school_age > profile.children + SHARE_TOLERANCE:
        yield Problem(
            "people.profile.school_age",
            f"found {figure(profile.school_age)}, expected at most children = {figure(profile.children)}",
        )
    if profile.pregnant_women > profile.women_and_girls + SHARE_TOLERANCE:
        yield Problem(
            "people.profile.pregnant_women",
            f"found {figure(profile.pregnant_women)}, expected at most women_and_girls = "
            f"{figure(profile.women_and_girls)}",
        )


def _known(path: str, names: Iterable[str], known: Iterable[str], kind: str) -> Iterator[Problem]:
    valid = list(known)
    for name in names:
        if name not in valid:
            yield Problem(f"{path}.{name}", f"is not {kind} of this scenario; {nearest(name, valid)}")


def _meant(path: str, name: str, known: Iterable[str], kind: str) -> Iterator[Problem]:
    """A value that is the name of something, where nothing has that name."""
    valid = list(known)
    if name not in valid:
        yield Problem(path, f"'{name}' is not {kind}; {nearest(name, valid)}")


def _references(people: People, aid: Aid) -> Iterator[Problem]:
    now = people.now
    for group, names in (
        ("at_home", now.at_home),
        ("leaving_without_vehicle", now.leaving_without_vehicle),
        ("leaving", now.leaving),
    ):
        yield from _known(f"people.now.{group}", names, people.districts, "a district")
    for kind in ("awaiting_registration", "awaiting_placement_by_point"):
        yield from _known(f"people.now.{kind}", getattr(now, kind), aid.reception_points, "a reception point")
    for group, names in (("travelling", now.travelling), ("sheltered", now.sheltered), ("hosted", now.hosted)):
        yield from _known(f"people.now.{group}", names, aid.provinces, "a province")


def _aid(aid: Aid) -> Iterator[Problem]:
    entries = [(f"aid.surge.{name}", surge.province) for name, surge in aid.surge.items()]
    entries += [(f"aid.losses.{name}", loss.province) for name, loss in aid.losses.items()]
    points = aid.reception_points.items()
    entries += [
        (f"aid.reception_points.{name}", point.province) for name, point in points if point.province is not None
    ]
    for path, province in entries:
        yield from _meant(f"{path}.province", province, aid.provinces, "a province of this scenario")
    for name, area in aid.provinces.items():
        points_of, kind = aid.reception_points, "a reception point"
        yield from _known(f"aid.provinces.{name}.road_km_from", area.road_km_from, points_of, kind)
    yield from _losses(aid)
    if not sum(province.relatives_weight for province in aid.provinces.values()):
        yield Problem(
            "aid.provinces", "every relatives_weight is 0; people who do not ask for a bed must live somewhere"
        )
    yield from _placement(aid)
    yield from _shifts(aid)


def _losses(aid: Aid) -> Iterator[Problem]:
    yield from _known("aid.transit_places_in", aid.transit_places_in, aid.provinces, "a province")
    shares = sum(aid.transit_places_in.values())
    if shares > 1 + SHARE_TOLERANCE:
        yield Problem("aid.transit_places_in", f"shares add up to {figure(shares)}, expected at most 1")
    for name, loss in aid.losses.items():
        if loss.whole_province and loss.share < 1:
            found = (
                f"the whole province is lost, yet share = {figure(loss.share)} of its beds; leave share out, or "
                "whole_province"
            )
            yield Problem(f"aid.losses.{name}.share", found)


def _placement(aid: Aid) -> Iterator[Problem]:
    placement = aid.placement
    if placement.policy == "shares" and not sum(province.placement_share for province in aid.provinces.values()):
        yield Problem("aid.placement.policy", "'shares' needs a placement_share above 0 in at least one province")
    if placement.policy == "order" or placement.order:
        for name in placement.order:
            yield from _meant("aid.placement.order", name, aid.provinces, "a province of this scenario")
        twice = sorted({name for name in placement.order if placement.order.count(name) > 1})
        if twice:
            yield Problem("aid.placement.order", f"names twice: {', '.join(twice)}")
        missing = [name for name in aid.provinces if name not in placement.order]
        if missing:
            yield Problem("aid.placement.order", f"must name every province; missing: {', '.join(missing)}")


def _drift(timing: Timing, aid: Aid) -> Iterator[Problem]:
    drifts = timing.onward.drifts_per_day
    most = max(change.value for change in drifts) if isinstance(drifts, tuple) else drifts
    if most and not sum(province.drift_weight for province in aid.provinces.values()):
        yield Problem(
            "aid.provinces",
            f"every drift_weight is 0, yet {figure(most)} a day move to another province "
            "(timing.onward.drifts_per_day); "
            "give one province a drift_weight above 0",
        )


def _shifts(aid: Aid) -> Iterator[Problem]:
    for name, point in aid.reception_points.items():
        edges = sorted({shift.from_hour for shift in point.shifts} | {shift.until_hour % 24 for shift in point.shifts})
        if any(sum(shift.covers(hour) for shift in point.shifts) > 1 for hour in edges):
            yield Problem(f"aid.reception_points.{name}.shifts", "shifts overlap; each hour may be in one shift")


def _fuel(timing: Timing) -> Iterator[Problem]:
    if timing.transport.fuel_deliveries and timing.transport.fuel_litres is None:
        yield Problem(
            "timing.transport.fuel_litres",
            "is blank, yet fuel is delivered; give the litres at hand (0 if there are none)",
        )


def _items(aid: Aid, standards: Standards) -> Iterator[Problem]:
    yield from _known("aid.stocks", aid.stocks, standards.items, "an item")
    yield from _known("aid.handed_out", aid.handed_out, standards.items, "an item")
    for name, delivery in aid.deliveries.items():
        yield from _meant(f"aid.deliveries.{name}.item", delivery.item, standards.items, "an item")
    for item in aid.supply_unknown:
        yield from _meant("aid.supply_unknown", item, standards.items, "an item of this scenario")
        given = [f"aid.stocks.{item}"] if aid.stocks.get(item) else []
        given += [
            f"aid.deliveries.{name}"
            for name, delivery in aid.deliveries.items()
            if delivery.item == item and delivery.quantity
        ]
        if given:
            known = (
                f"'{item}' is said to be unknown, yet {' and '.join(given)} "
                f"{'gives' if len(given) == 1 else 'give'} an amount"
            )
            yield Problem("aid.supply_unknown", f"{known}; take out one or the other")


def _profile_groups(people: People, standards: Standards) -> Iterator[Problem]:
    groups = [name for name in type(people.profile).model_fields if name != "household_size"]
    for kind, entries in (("items", standards.items), ("staff", standards.staff)):
        for name, standard in entries.items():
            if standard.profile_group is not None:
                path = f"standards.{kind}.{name}.profile_group"
                yield from _meant(path, standard.profile_group, groups, "a share of people.profile")


def _seasons(standards: Standards) -> Iterator[Problem]:
    for name, item in standards.items.items():
        if item.season is not None:
            path = f"standards.items.{name}.season"
            yield from _meant(path, item.season, standards.seasons, "a season of standards.seasons")


RULES = (
    Rule(("timeline",), find_steps),
    Rule(("people",), _districts),
    Rule(("people",), _profile),
    Rule(("people",), find_people_now, uncertain=True),
    Rule(("people", "timing"), find_road_now, uncertain=True),
    Rule(("timeline", "people", "aid"), find_beds_now, uncertain=True),
    Rule(("people", "aid"), _names),
    Rule(("aid", "standards"), _other_names),
    Rule(("people", "aid"), _references),
    Rule(("aid",), _aid),
    Rule(("people", "timing", "aid"), _route_names),
    Rule(("people", "timing", "aid"), find_origins),
    Rule(("timeline", "people", "timing"), find_ways),
    Rule(("people", "timing"), find_on_roads),
    Rule(("timeline", "people", "timing", "aid"), find_entries),
    Rule(("timeline", "people", "timing"), find_departure),
    Rule(("timeline", "timing"), find_checkpoint),
    Rule(("timeline", "aid"), find_losses),
    Rule(("timeline", "timing", "aid"), find_no_reception),
    Rule(("timing",), _fuel),
    Rule(("timing", "aid"), _drift),
    Rule(("aid", "standards"), _items),
    Rule(("aid", "standards"), find_options),
    Rule(("people", "standards"), _profile_groups),
    Rule(("standards",), _seasons),
    Rule(("timeline", "people"), find_outside("people")),
    Rule(("timeline", "timing"), find_outside("timing")),
    Rule(("timeline", "aid"), find_outside("aid")),
    Rule(("timeline", "standards"), find_outside("standards")),
)
"""All checks, in the order of the groups; each runs as soon as the groups it needs are themselves valid."""
