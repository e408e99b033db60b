"""Where people come from: the area of origin, or a province of the receiving country that is lost, whose own residents
flee inside the country.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refugee_model.scenario.aid import Aid, Loss
    from refugee_model.scenario.places import District, People
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.scenario.timeline import Timeline


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
