"""Whether people add up: by district, by who they are, and where they are at the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from refugee_model.errors import Problem, nearest
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.checks.times import TOLERANCE
from refugee_model.scenario.distributions import Distribution
from refugee_model.scenario.network import inside, is_whole
from refugee_model.scenario.places import District, People
from refugee_model.scenario.timing import Timing
from refugee_model.wording import figure, listed, whole


def find_districts(people: People) -> Iterator[Problem]:
    """Districts whose shares or people do not add up."""
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
        said = "lie all in provinces of aid.provinces; give one outside, from which they come"
        yield Problem("people.districts", said)
    if by_share and by_people and by_share[0] != by_people[0]:
        said = f"{by_share[0]} gives a share and {by_people[0]} gives people; give the same for all districts"
        yield Problem("people.districts", said)


def unread_shares(people: Mapping[str, Any]) -> Iterator[Problem]:
    """Shares of districts that do not add up, told although something else in the group cannot be read."""
    districts = people.get("districts")
    entries = list(districts.values()) if isinstance(districts, Mapping) else []
    shares = [entry.get("share") for entry in entries if isinstance(entry, Mapping) and "province" not in entry]
    numbers = [share for share in shares if isinstance(share, int | float) and 0 <= share <= 1]
    if len(numbers) == len(entries):
        yield from _sum_of_shares(numbers)


def _sum_of_shares(shares: Sequence[float]) -> Iterator[Problem]:
    if shares and abs(sum(shares) - 1) > TOLERANCE:
        yield Problem("people.districts", f"shares add up to {figure(sum(shares))}, expected 1")


def _district_sums(people: People) -> Iterator[Problem]:
    shares = [district.share for district in people.districts.values() if district.share is not None]
    numbers = [district.people for district in people.districts.values() if district.people is not None]
    if wrong := list(_sum_of_shares(shares)):
        yield from wrong
    elif numbers and abs(sum(numbers) - people.total) > TOLERANCE * max(1.0, people.total):
        said = f"people add up to {figure(sum(numbers))}, expected people.total = {figure(people.total)}"
        yield Problem("people.districts", said)
    else:
        live = {name: share * people.total for name, share in people.district_shares().items()}
        for name, leaving in people.now.leaving.items():
            if name in live and leaving > live[name] * (1 + TOLERANCE):
                expected = f"expected at most the {figure(live[name])} who live there"
                yield Problem(f"people.now.leaving.{name}", f"found {figure(leaving)}, {expected}")


def find_profile(people: People) -> Iterator[Problem]:
    """Parts of the people that are larger than what they are part of."""
    profile = people.profile
    if profile.children + profile.older_people > 1 + TOLERANCE:
        both = figure(profile.children + profile.older_people)
        yield Problem("people.profile", f"children and older_people add up to {both}, expected at most 1")
    for part, of_all in (("school_age", "children"), ("pregnant_women", "women_and_girls")):
        found, most = getattr(profile, part), getattr(profile, of_all)
        if found > most + TOLERANCE:
            said = f"found {figure(found)}, expected at most {of_all} = {figure(most)}"
            yield Problem(f"people.profile.{part}", said)


ROUNDED = 0.005
"""Counts that are rounded, each by itself, may miss their sum by this share."""
HIGHEST = 0.999
"""Quantile that stands for the most an uncertain number can be."""
Uncertain = Mapping[str, Distribution]


def at_most(path: str, value: float, uncertain: Uncertain) -> float:
    """The most that a number can be: itself, or nearly the highest draw."""
    return float(uncertain[path].quantile(np.array([HIGHEST]))[0]) if path in uncertain else value


def exceeds(found: float, most: float) -> bool:
    """Whether people are more than can be, by more than rounding."""
    return found > most * (1 + TOLERANCE) + TOLERANCE


def find_people_now(people: People, uncertain: Uncertain) -> Iterator[Problem]:
    """People who are in two places at once, in none, or in more places than there are people."""
    now, total = people.now, people.total
    if exceeds(now.total, at_most("people.total", total, uncertain)):
        said = f"{figure(now.total)} people have left home, expected at most people.total = {figure(total)}"
        yield Problem("people.now", said)
    else:
        yield from _at_home(people, uncertain)
    for name, without in now.leaving_without_vehicle.items():
        leaving = now.leaving.get(name, 0.0)
        if name in people.districts and exceeds(without, leaving):
            said = f"{figure(without)} of those held back need a bus, expected at most people.now.leaving.{name}"
            path = f"people.now.leaving_without_vehicle.{name}"
            yield Problem(path, f"{said} = {figure(leaving)}: they are counted in it")


def _at_home(people: People, uncertain: Uncertain) -> Iterator[Problem]:
    now, total = people.now, people.total
    at_home = sum(now.at_home.values())
    # Where the total is uncertain, people at home are scaled to it: nobody can count them for each draw.
    # Of those elsewhere nobody knows who is a resident of a province that is lost.
    if not at_home or "people.total" in uncertain or inside(people):
        return
    missing = total - now.total - at_home
    if abs(missing) > max(1.0, ROUNDED * total):
        said = f"{figure(at_home)} at home and {figure(now.total)} elsewhere make {figure(at_home + now.total)}"
        mend = "give all who are at home (those who stay included), or leave at_home out: then everyone else is at home"
        yield Problem("people.now.at_home", f"{said}, expected people.total = {figure(total)}; {mend}")
        return
    shares = people.district_shares()
    for name, there in now.at_home.items():
        live = shares.get(name, 0.0) * total
        held_back = now.leaving.get(name, 0.0)
        too_many = there + held_back > live + max(1.0, ROUNDED * total)
        if name in shares and f"people.districts.{name}.share" not in uncertain and too_many:
            said = f"{figure(there)} at home and {figure(held_back)} held back"
            yield Problem(f"people.now.at_home.{name}", f"{said}, expected at most the {figure(live)} who live there")


def find_road_now(people: People, timing: Timing, uncertain: Uncertain) -> Iterator[Problem]:
    """More people on the road than it holds."""
    each = at_most("timing.transport.people_per_vehicle", timing.transport.people_per_vehicle, uncertain)
    for position, road in enumerate(timing.roads.values()):
        vehicles = road_km = road.corridor.kilometres_with_approaches(people.distances(road.name, timing.roads))
        for name in ("lanes", "jam_vehicles_per_km"):
            vehicles *= at_most(road.path(f"corridor.{name}"), getattr(road.corridor, name), uncertain)
        there = people.now.on_route(road.name, position)
        if exceeds(there, vehicles * each):
            path = "people.now.on_road" + (f"_by_route.{road.name}" if timing.routes else "")
            held = f"{whole(vehicles)} vehicles with {each:,.4g} people ({figure(road_km)} km)"
            said = f"found {figure(there)}, expected at most the {whole(vehicles * each)} that the road holds: {held}"
            yield Problem(path, f"{said}; those who wait for the road to empty are people.now.leaving")


def find_origins(people: People, timing: Timing, aid: Aid) -> Iterator[Problem]:
    """Provinces that are not there or never lost, people counted twice, and roads shared with those who cross."""
    for name, district in people.districts.items():
        path = f"people.districts.{name}"
        if district.province is None:
            continue
        yield from _size(path, district, aid)
        yield from _loss(path, name, district, people, aid)
        yield from _own_ways(path, district, people, timing)


def _size(path: str, district: District, aid: Aid) -> Iterator[Problem]:
    """How many residents flee."""
    for word in ("share", "people"):
        if getattr(district, word) is not None:
            mend = "it lies in a province, whose residents are no part of people.total; give share_of_residents instead"
            yield Problem(f"{path}.{word}", f"found {figure(getattr(district, word))}, yet {mend}")
    if district.share_of_residents is None:
        said = "is missing: how many flee is a share of the residents of a province"
        yield Problem(f"{path}.share_of_residents", said)
    province = aid.provinces.get(district.province or "")
    if province is None:
        near = nearest(district.province or "", aid.provinces)
        yield Problem(f"{path}.province", f"'{district.province}' is not a province of aid.provinces; {near}")
    elif province.residents is None:
        yield Problem(f"aid.provinces.{district.province}.residents", f"is missing: {path} needs them")


def _loss(path: str, name: str, district: District, people: People, aid: Aid) -> Iterator[Problem]:
    """Whether the province is lost, and no other district has its residents."""
    losses = [loss for loss in aid.losses.values() if loss.province == district.province]
    if district.province in aid.provinces and not losses and district.departs_from is None:
        never = f"{district.province} is never lost: its residents have no reason to flee"
        yield Problem(f"{path}.province", f"{never}; give the loss in aid.losses, or departs_from")
    if losses and not any(is_whole(loss) for loss in losses):
        where = next(key for key, loss in aid.losses.items() if loss.province == district.province)
        said = f"takes beds, yet not the province, from which {name} flees; give whole_province = true"
        yield Problem(f"aid.losses.{where}", said)
    same = [other for other, one in inside(people).items() if one.province == district.province]
    shares = [people.districts[other].share_of_residents or 0.0 for other in same]
    if same[0] == name and sum(shares) > 1.0 + 1e-9:
        said = f"shares of the residents of {district.province} add up to {figure(sum(shares))}, expected at most 1"
        yield Problem(f"{path}.share_of_residents", f"{said} ({listed(same)})")


def _own_ways(path: str, district: District, people: People, timing: Timing) -> Iterator[Problem]:
    """Roads inside the country are apart from those by which people come into it."""
    if not timing.routes:
        mend = "name the road out of the area of origin and one inside the country as [timing.routes.NAME]"
        yield Problem(path, f"flees inside the country, yet there is one road, and it crosses the border; {mend}")
    others = {route for other in people.districts.values() if other.province is None for route in other.routes}
    for route in district.routes:
        if route in others:
            mend = "give it a route of its own: who crosses a border is counted by road"
            yield Problem(f"{path}.routes.{route}", f"is also taken by people from outside the country; {mend}")
