"""Where people can be: districts they leave, points that receive them, provinces that house them, and who is where
today.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from refugee_model.scenario.values import (
    Assumptions,
    Hour,
    Moment,
    Name,
    NonNegative,
    NonNegativeSchedule,
    Positive,
    Share,
    ShareSchedule,
    about,
)

Latitude = Annotated[float, Field(strict=True, ge=-90, le=90)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180)]


class Place(Assumptions):
    """What every place on a map has."""

    area_code: str | None = Field(None, description="ISO 3166-2 code of the administrative area, such as AM-SU")
    p_code: str | None = Field(None, description="OCHA p-code of the administrative area, where the user has one")
    latitude: Latitude | None = Field(None, description="Latitude, WGS 84", json_schema_extra={"unit": "degrees"})
    longitude: Longitude | None = Field(None, description="Longitude, WGS 84", json_schema_extra={"unit": "degrees"})


class DistrictRoute(Assumptions):
    """How people of a district go by a route."""

    share: ShareSchedule = Field(
        description="Share of the people of the district who go by this route", json_schema_extra=about("share")
    )
    distance_km: NonNegative | None = Field(
        None,
        description="Road distance from the district to the checkpoint of this route; blank means that of the district",
        json_schema_extra=about("km", usual=(0, 1500), why="assumed: as people.districts.<name>.distance_km"),
    )


class District(Place):
    """A place of origin. Give either its share of the people or their number, the same way for all districts. One that
    lies in a province of the receiving country gives the share of its residents who flee instead.
    """

    share: Share | None = Field(
        None, description="Share of people.total who live here", json_schema_extra={"unit": "share"}
    )
    people: NonNegative | None = Field(None, description="People who live here", json_schema_extra={"unit": "people"})
    province: Name | None = Field(
        None,
        description="Province of aid.provinces in which it lies, where its own residents flee once that is lost; "
        "blank: outside the receiving country",
    )
    share_of_residents: Share | None = Field(
        None,
        description="Share of the residents of its province who flee, beside people.total",
        json_schema_extra=about("share", counts_if="province is given"),
    )
    distance_km: NonNegative = Field(
        description="Road distance from here to the checkpoint",
        json_schema_extra=about(
            "km", usual=(0, 1500), why="assumed: a few days by road; metres are 1,000 times too many"
        ),
    )
    routes: dict[Name, DistrictRoute] = Field(
        {}, description="Routes by which people of this district go, where there are several; their shares add up to 1"
    )
    departs_from: Moment | None = Field(
        None,
        description="When departures from this district may begin, if later than timing.departure.start; blank where "
        "it lies in a province: when that is lost",
        json_schema_extra=about(counts_if="departs_from is not before timing.departure.start or province is given"),
    )

    def ways(self, routes: Iterable[str]) -> dict[str, tuple[str, float]]:
        """By route that people of this district can take: how far it is [km], and the path of their share. The path is
        empty where there is one route.
        """
        if not self.routes:
            return dict.fromkeys(list(routes)[:1], ("", self.distance_km))
        return {
            name: (f"routes.{name}.share", self.distance_km if way.distance_km is None else way.distance_km)
            for name, way in self.routes.items()
        }


class Shift(Assumptions):
    """Part of each day and the share of desks that is staffed in it; a shift may run past midnight."""

    from_hour: Hour = Field(
        description="Clock hour at which the shift starts", json_schema_extra={"unit": "hour of day"}
    )
    until_hour: Hour = Field(
        description="Clock hour at which the shift ends", json_schema_extra={"unit": "hour of day"}
    )
    share: NonNegative = Field(
        description="Share of the desks that is staffed",
        json_schema_extra=about("share", usual=(0, 1.5), why="assumed: more than half as many again as the desks"),
    )

    def covers(self, hour: float) -> bool:
        """Whether the shift is on at this clock hour; a shift from an hour to the same hour lasts all day."""
        if self.from_hour < self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour


class ReceptionPoint(Place):
    """Where people are registered after they cross."""

    desks: NonNegativeSchedule = Field(
        description="Registration desks that are open",
        json_schema_extra=about(
            "desks",
            usual=(0, 500),
            why="assumed: none to the largest halls",
            counts_if="people_per_desk_hour is above 0",
        ),
    )
    people_per_desk_hour: NonNegative = Field(
        description="People that one desk registers in an hour",
        json_schema_extra=about(
            "people/h",
            usual=(3, 60),
            why="assumed: 8-15 minutes a household of four to five: 16-38",
            counts_if="desks is above 0",
        ),
    )
    covered_places: NonNegativeSchedule = Field(
        0.0,
        description="Places under a roof or in a tent for people who wait here at night; those beyond them are without "
        "a roof",
        json_schema_extra={"unit": "people"},
    )
    weight: NonNegativeSchedule = Field(
        1.0,
        description="Relative share of arriving people who are directed to this point; 0 while it is not open",
        json_schema_extra=about("weight", counts_if="aid.reception_points has several entries"),
    )
    province: Name | None = Field(
        None, description="Province of aid.provinces in which it stands; it closes while that one is lost"
    )
    shifts: tuple[Shift, ...] = Field(
        (), description="Shifts; hours that no shift covers have no staff; none given means all day"
    )


class Province(Place):
    """An area that houses people, in state accommodation and with relatives."""

    beds: NonNegative = Field(
        description="Beds in state accommodation that stand ready at the start; 0 means none",
        json_schema_extra=about("beds", usual=(0, 100000), why="assumed: the largest camps hold about 80,000"),
    )
    road_km: NonNegative = Field(
        description="Road distance from the reception points to here",
        json_schema_extra=about("km", usual=(0, 2000), why="assumed: two days by bus; metres are 1,000 times too many"),
    )
    road_km_from: dict[Name, NonNegative] = Field(
        {},
        description="Road distance from each reception point to here, where they differ; what is not named: road_km",
        json_schema_extra=about(
            "km",
            usual=(0, 2000),
            why="assumed: as road_km",
            counts_if="aid.reception_points has several entries",
        ),
    )
    winter_factor: ShareSchedule = Field(
        1.0,
        description="Share of the standing beds that can be used, by season",
        json_schema_extra=about("share", counts_if="beds is above 0"),
    )
    relatives_weight: NonNegative = Field(
        description="Relative share of people with relatives or own rental who live here",
        json_schema_extra=about("weight", counts_if="aid.provinces has several entries"),
    )
    drift_weight: NonNegative = Field(
        0.0,
        description="Relative share of people who later move between provinces and come here",
        json_schema_extra=about(
            "weight", counts_if="timing.onward.drifts_per_day is above 0 and aid.provinces has several entries"
        ),
    )
    placement_share: NonNegative = Field(
        0.0,
        description="Relative share of placements under the policy 'shares'",
        json_schema_extra=about("weight", counts_if="aid.placement.policy is 'shares'"),
    )
    residents: NonNegative | None = Field(
        None,
        description="People who live here already",
        json_schema_extra=about("people", usual=(500, 50000000), why="assumed: a village to the largest provinces"),
    )

    def km_from(self, point: str) -> float:
        """Road distance from a reception point to here [km]."""
        return self.road_km_from.get(point, self.road_km)


class Profile(Assumptions):
    """Who the people are: shares of all people, for needs that depend on age, sex, disability and pregnancy."""

    women_and_girls: Share = Field(
        description="Share who are women and girls",
        json_schema_extra=about("share", usual=(0.35, 0.75), why="assumed: half, or more where men stay behind"),
    )
    children: Share = Field(
        description="Share under 18 years",
        json_schema_extra=about("share", usual=(0.15, 0.65), why="assumed: 0.2 in old populations, 0.55 in young ones"),
    )
    school_age: Share = Field(
        description="Share of school age",
        json_schema_extra=about("share", usual=(0.08, 0.45), why="assumed: two thirds of the children"),
    )
    older_people: Share = Field(
        description="Share over 65 years",
        json_schema_extra=about(
            "share", usual=(0.01, 0.35), why="assumed: 0.03 in young populations, 0.25 in old ones"
        ),
    )
    people_with_disabilities: Share = Field(
        description="Share with a disability",
        json_schema_extra=about("share", usual=(0.01, 0.35), why="WHO: 16 % of all people; ends assumed"),
    )
    pregnant_women: Share = Field(
        description="Share who are pregnant",
        json_schema_extra=about(
            "share", usual=(0.002, 0.06), why="assumed: 0.01 in old populations, 0.04 in young ones"
        ),
    )
    household_size: Positive = Field(
        description="People in a household",
        json_schema_extra=about(
            "people/household", usual=(1.5, 10), why="assumed: means of countries lie between 2 and 9"
        ),
    )


class PeopleNow(Assumptions):
    """Who is where when the projection starts; everyone else is still at home."""

    at_home: dict[Name, NonNegative] = Field(
        {},
        description="At home, by district, those who stay included; blank or 0: by the districts' shares. Scaled to "
        "all not elsewhere",
        json_schema_extra={"unit": "people"},
    )

    leaving: dict[Name, NonNegative] = Field(
        {}, description="Decided to leave but held back, by district", json_schema_extra={"unit": "people"}
    )
    leaving_without_vehicle: dict[Name, NonNegative] = Field(
        {},
        description="Of those held back, people who need a bus, by district; blank: by "
        "timing.transport.own_vehicle_share",
        json_schema_extra={"unit": "people"},
    )
    on_road: NonNegative = Field(
        0.0, description="On the corridor, counted as waiting at the checkpoint", json_schema_extra={"unit": "people"}
    )
    on_road_by_route: dict[Name, NonNegative] = Field(
        {},
        description="On the road of each route, where there are several, counted as waiting at its checkpoint",
        json_schema_extra={"unit": "people"},
    )
    detained: NonNegative = Field(0.0, description="Held at the checkpoint", json_schema_extra={"unit": "people"})
    awaiting_registration: dict[Name, NonNegative] = Field(
        {}, description="Crossed and waiting, by reception point", json_schema_extra={"unit": "people"}
    )
    unregistered_hosted: NonNegative = Field(
        0.0, description="Crossed, with relatives, not registered", json_schema_extra={"unit": "people"}
    )
    awaiting_placement: NonNegative = Field(
        0.0,
        description="Registered and waiting for a bed; at the reception points by their weights",
        json_schema_extra={"unit": "people"},
    )
    awaiting_placement_by_point: dict[Name, NonNegative] = Field(
        {},
        description="Registered and waiting for a bed, by reception point; they count beside awaiting_placement",
        json_schema_extra={"unit": "people"},
    )
    travelling: dict[Name, NonNegative] = Field(
        {},
        description="On the way to state accommodation, by province; spread evenly over the journey",
        json_schema_extra={"unit": "people"},
    )
    sheltered: dict[Name, NonNegative] = Field(
        {}, description="In state accommodation, by province", json_schema_extra={"unit": "people"}
    )
    hosted: dict[Name, NonNegative] = Field(
        {}, description="With relatives or in own rental, registered, by province", json_schema_extra={"unit": "people"}
    )
    left_country: NonNegative = Field(
        0.0, description="Crossed and moved on to another country", json_schema_extra={"unit": "people"}
    )

    def on_route(self, name: str, number: int) -> float:
        """People on a road, the one with this name and this position among the routes [people]."""
        return self.on_road_by_route.get(name, 0.0) + (self.on_road if number == 0 else 0.0)

    @property
    def total(self) -> float:
        """People who are no longer at home [people]."""
        single = self.on_road + self.detained + self.unregistered_hosted + self.awaiting_placement + self.left_country
        by_place = (
            *(self.leaving, self.on_road_by_route, self.awaiting_registration, self.awaiting_placement_by_point),
            *(self.travelling, self.sheltered, self.hosted),
        )
        return single + sum(sum(group.values()) for group in by_place)


class People(Assumptions):
    """How many people, where they live, who they are and where they are now."""

    total: Annotated[NonNegative, Field(le=1e9)] = Field(
        description="People in the area of origin and, when starting in the middle, everyone who has already left it",
        json_schema_extra=about(
            "people",
            usual=(500, 10000000),
            why="assumed: below, count people one by one; above, no crisis through few crossings",
        ),
    )
    districts: dict[Name, District] = Field(min_length=1, description="Places of origin, by name")
    profile: Profile = Field(description="Age, sex, disability and household size")
    now: PeopleNow = Field(PeopleNow(), description="Who is where when the projection starts")

    def distances(self, route: str, routes: Iterable[str]) -> list[float]:
        """How far it is by a route from each district whose people may take it [km]."""
        ways = (district.ways(routes) for district in self.districts.values())
        return [of_district[route][1] for of_district in ways if route in of_district]

    def district_shares(self) -> dict[str, float]:
        """Share of ``total`` who live in each district, by name; all zero when there are no people. Residents of the
        receiving country are no part of it.
        """
        if any(district.people is not None for district in self.districts.values()):
            return {
                name: (district.people or 0.0) / self.total if self.total else 0.0
                for name, district in self.districts.items()
            }
        return {name: district.share or 0.0 for name, district in self.districts.items()}
