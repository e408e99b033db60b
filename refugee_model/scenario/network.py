"""The only list of places: kinds from origin to destination, what each is called where a scenario plays, which
of them it names, and what each holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from refugee_model.scenario.remembered import remembered
from refugee_model.scenario.values import Assumptions

if TYPE_CHECKING:
    from refugee_model.scenario.aid import Aid, Loss
    from refugee_model.scenario.places import District, People
    from refugee_model.scenario.scenario import Scenario
    from refugee_model.scenario.timeline import Timeline


ONE, ROUTE, DISTRICT, POINT, PROVINCE = "one", "route", "district", "point", "province"
"""Groups of places: those of which there is one, and those that a scenario names."""
LEG, ENTRY = "leg", "entry"
"""What joins them: a district with a route, and a route with a reception point."""
POOL, JOURNEY = "pool", "journey"
"""Those who wait for a bed: one pool, or where the roads to the provinces differ one at each reception point; a pool
with a province."""


@dataclass(frozen=True)
class Place:
    """One place where people can be."""

    kind: str
    """One of ``KINDS``, or what a table calls it."""
    name: str
    """Name of the district, point or province; the kind itself where there is one place of the kind."""
    area_code: str = ""
    """ISO 3166-2 code, or empty."""


@dataclass(frozen=True)
class Kind:
    """A kind of place: the group of places that has it, who is there, and what they are called."""

    group: str
    meaning: str
    label: str
    """What charts and the shell call people there."""


KINDS = {
    "at_home": Kind(DISTRICT, "People still at home, those who stay for good included", "at home"),
    "leaving": Kind(
        DISTRICT,
        "People who have decided to leave and are held back: no vehicle, fuel or seat, or the road is full",
        "held back at home",
    ),
    "on_road": Kind(
        ROUTE, "People on the way to the checkpoint: before the corridor or on it, moving or queueing", "on the road"
    ),
    "detained": Kind(ONE, "People held at the checkpoint", "detained"),
    "awaiting_registration": Kind(
        POINT, "People who have crossed and wait at a reception point to register", "waiting to register"
    ),
    "unregistered_hosted": Kind(
        ONE,
        "People who have crossed and live with relatives without having registered",
        "with relatives, not registered",
    ),
    "awaiting_placement": Kind(
        POOL, "People who need state accommodation and wait to be assigned to a province", "waiting for a bed"
    ),
    "travelling": Kind(PROVINCE, "People on the way to state accommodation in a province", "travelling to a bed"),
    "sheltered": Kind(PROVINCE, "People in state accommodation", "in state accommodation"),
    "hosted": Kind(
        PROVINCE, "Registered people who live with relatives or in their own rental", "with relatives or in own rental"
    ),
    "left_country": Kind(ONE, "People who have crossed and moved on to another country", "left the country"),
}
"""Kinds of place, from origin to destination; everyone is in exactly one place at any time."""

REGISTERED = ("travelling", "sheltered", "hosted", "awaiting_placement", "left_country")
"""Where people are who have registered, but for those who moved on to another country without."""
IN_COUNTRY = {
    "everyone": (
        "awaiting_registration",
        "unregistered_hosted",
        "awaiting_placement",
        "travelling",
        "sheltered",
        "hosted",
    ),
    "waiting": ("awaiting_registration", "awaiting_placement", "travelling"),
    "collective": ("awaiting_registration", "awaiting_placement", "travelling", "sheltered"),
    "hosted": ("unregistered_hosted", "hosted"),
}
"""Where the people of each group of ``standards`` are; those on the way to a province are in transit."""

STATE_ACCOMMODATION, TRANSIT, ROAD = "state accommodation", "transit", "road"
CHECKPOINT, TOTAL, ALL_PROVINCES = "checkpoint", "total", "all provinces"
HOME_QUEUE, REGISTRATION, RECEPTION = "home queue", "registration", "reception"
RESERVED_NAMES: tuple[str, ...] = (
    *KINDS,
    *(ROAD, CHECKPOINT, TRANSIT, STATE_ACCOMMODATION, "community centres", TOTAL, ALL_PROVINCES),
    *("all", "measures", "quantiles"),
)
"""Names that tables, files and ``keep`` give to places of the model and to sums over places.

No place of a scenario may have one.
"""
SINGLE = (*(kind for kind, one in KINDS.items() if one.group in (ONE, ROUTE, POOL)), ROAD, TRANSIT)
"""Places of which there is one, or one for each route or pool, by their names in the movement and the capacity
table."""


def named(scenario: Scenario, group: str) -> Mapping[str, Any]:
    """The places of a group by name, in the order of the scenario; none for those of which there is one."""
    if group == POOL:
        return pools(scenario)
    groups: dict[str, Mapping[str, Any]] = {
        ROUTE: scenario.timing.roads,
        DISTRICT: scenario.people.districts,
        POINT: scenario.aid.reception_points,
        PROVINCE: scenario.aid.provinces,
    }
    return groups.get(group, {})


@remembered
def pools(scenario: Scenario) -> Mapping[str, Any]:
    """The reception points at each of which people wait for a bed apart from the others; none where all wait in one
    pool, as each province is as far from one point as from another.
    """
    points, provinces = scenario.aid.reception_points, scenario.aid.provinces.values()
    return points if any(len({province.km_from(point) for point in points}) > 1 for province in provinces) else {}


def places_of(scenario: Scenario, kind: str) -> tuple[Place, ...]:
    """The places of one kind, in the order of the scenario."""
    places = named(scenario, KINDS[kind].group)
    if KINDS[kind].group in (ONE, ROUTE, POOL) and len(places) <= 1:
        return (Place(kind, kind),)
    return tuple(Place(kind, name, getattr(place, "area_code", None) or "") for name, place in places.items())


def names_of_places(scenario: Scenario) -> list[str]:
    """Names of all places by which people can be kept."""
    names = [name for group in (DISTRICT, POINT, PROVINCE) for name in named(scenario, group)]
    return list(dict.fromkeys([*names, *SINGLE]))


def inside(people: People) -> dict[str, District]:
    """Districts that lie in the receiving country, by name."""
    return {name: district for name, district in people.districts.items() if district.province is not None}


def is_whole(loss: Loss) -> bool:
    """Whether the province itself is lost with its beds."""
    return loss.share >= 1.0 if loss.whole_province is None else loss.whole_province


def hours_lost(province: str | None, aid: Aid, timeline: Timeline) -> list[tuple[float, float]]:
    """From when until when a province itself is lost, after the start [h]."""
    losses = [loss for loss in aid.losses.values() if loss.province == province and is_whole(loss)]
    return [(timeline.hours_at(loss.since), timeline.end_at(loss.until)) for loss in losses]


def first_hours(scenario: Scenario) -> list[float]:
    """When departures from each district may begin, after the start [h]."""
    timeline = scenario.timeline
    begin = timeline.hours_at(scenario.timing.departure.start)
    found = []
    for district in scenario.people.districts.values():
        first = None if district.departs_from is None else timeline.hours_at(district.departs_from)
        if district.province is None:
            found.append(begin if first is None else max(begin, first))
        elif first is None:
            lost = [since for since, _ in hours_lost(district.province, scenario.aid, timeline)]
            found.append(min(lost, default=begin))
        else:
            found.append(first)
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


Called = Annotated[str, Field(min_length=1, max_length=40, pattern=r"\S")]


class KindNames(Assumptions):
    """Names of kinds of places; blank ones are called as the model calls them."""

    state_accommodation: Called | None = Field(
        None, description="What state accommodation is called, such as camps; as it stands after 'in'"
    )
    transit_place: Called | None = Field(None, description="What one transit place is called, such as tent place")
    reception_point: Called | None = Field(None, description="What one reception point is called, such as border post")
    community_centre: Called | None = Field(None, description="What one community centre is called, such as town hall")

    @model_validator(mode="after")
    def _different(self) -> Self:
        """Two kinds of one name could not be told apart."""
        twice = [name for name, count in Counter(name.casefold() for name in self.given.values()).items() if count > 1]
        if twice:
            raise PydanticCustomError(
                "twice", "'{name}' is the name of two kinds of places; give each its own", {"name": twice[0]}
            )
        return self

    @property
    def given(self) -> dict[str, str]:
        """Names that somebody gave, by what the model says in English."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name.replace("_", " "): said for name, said in named.items() if said is not None}
