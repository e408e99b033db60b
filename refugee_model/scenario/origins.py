"""Where people come from: the area of origin, or a province of the receiving country that is lost, whose own residents
flee inside the country.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refugee_model.errors import Problem, nearest
from refugee_model.wording import figure, listed

if TYPE_CHECKING:
    from refugee_model.scenario.aid import Aid, Loss
    from refugee_model.scenario.places import District, People
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.scenario.timeline import Timeline
    from refugee_model.scenario.timing import Timing


def inside(people: People) -> dict[str, District]:
    """Districts that lie in the receiving country, by name."""
    return {name: district for name, district in people.districts.items() if district.province is not None}


def is_whole(loss: Loss) -> bool:
    """Whether the province itself is lost with its beds."""
    return loss.share >= 1.0 if loss.whole_province is None else loss.whole_province


def loss_hours(province: str, aid: Aid, timeline: Timeline) -> float | None:
    """When a province itself is first lost, after the start; nothing where it never is [h]."""
    losses = [loss for loss in aid.losses.values() if loss.province == province and is_whole(loss)]
    lost = [timeline.hours_at(loss.since) for loss in losses]
    return min(lost, default=None)


def first_hours(scenario: Scenario) -> list[float]:
    """When departures from each district may begin, after the start [h]."""
    timeline = scenario.timeline
    begin = timeline.hours_at(scenario.timing.departure.start)
    found = []
    for district in scenario.people.districts.values():
        first = None if district.departs_from is None else timeline.hours_at(district.departs_from)
        if district.province is None:
            found.append(begin if first is None else max(begin, first))
            continue
        lost = loss_hours(district.province, scenario.aid, timeline) if first is None else first
        found.append(begin if lost is None else lost)
    return found


def displaced_people(people: People, aid: Aid) -> dict[str, float]:
    """Residents who flee once their province is lost, by district [people]."""
    return {
        name: (aid.provinces[district.province or ""].residents or 0.0) * (district.share_of_residents or 0.0)
        for name, district in inside(people).items()
    }


def routes_inside(scenario: Scenario) -> tuple[bool, ...]:
    """Whether each route is taken from inside the receiving country only: nobody crosses a border on it."""
    taken = {route for district in inside(scenario.people).values() for route in district.routes}
    return tuple(name in taken for name in scenario.timing.roads)


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
        yield Problem(
            f"{path}.share_of_residents", "is missing: how many flee is a share of the residents of a province"
        )
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
        mend = "give the loss in aid.losses, or departs_from"
        yield Problem(
            f"{path}.province", f"{district.province} is never lost: its residents have no reason to flee; {mend}"
        )
    if losses and not any(is_whole(loss) for loss in losses):
        where = next(key for key, loss in aid.losses.items() if loss.province == district.province)
        yield Problem(
            f"aid.losses.{where}",
            f"takes beds, yet not the province, from which {name} flees; give whole_province = true",
        )
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
