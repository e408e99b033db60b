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
    given,
)

Latitude = Annotated[float, Field(strict=True, ge=-90, le=90)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180)]


class MappedPlace(Assumptions):
    """What every place on a map has."""

    area_code: str | None = Field(None, description="ISO 3166-2 code of the administrative area, such as AM-SU")
    p_code: str | None = Field(None, description="OCHA p-code of the administrative area, where the user has one")
    latitude: Latitude | None = given("Latitude, WGS 84", "degrees", default=None)
    longitude: Longitude | None = given("Longitude, WGS 84", "degrees", default=None)


class DistrictRoute(Assumptions):
    """How people of a district go by a route."""

    share: ShareSchedule = given("Share of the people of the district who go by this route", "share")
    distance_km: NonNegative | None = given(
        "Road distance from the district to the checkpoint of this route; blank means that of the district",
        "km",
        default=None,
        usual=(0, 1500, "assumed: as people.districts.<name>.distance_km"),
    )


class District(MappedPlace):
    """A place of origin. Give either its share of the people or their number, the same way for all districts.

    One that lies in a province of the receiving country gives the share of its residents who flee instead.
    """

    share: Share | None = given("Share of people.total who live here", "share", default=None)
    people: NonNegative | None = given("People who live here", "people", default=None)
    province: Name | None = Field(
        None,
        description="Province of aid.provinces in which it lies, where its own residents flee once that is lost; "
        "blank: outside the receiving country",
    )
    share_of_residents: Share | None = given(
        "Share of the residents of its province who flee, beside people.total",
        "share",
        default=None,
        counts_if="province is given",
    )
    distance_km: NonNegative = given(
        "Road distance from here to the checkpoint",
        "km",
        usual=(0, 1500, "assumed: a few days by road; metres are 1,000 times too many"),
    )
    routes: dict[Name, DistrictRoute] = Field(
        {}, description="Routes by which people of this district go, where there are several; their shares add up to 1"
    )
    departs_from: Moment | None = given(
        "When departures from this district may begin, if later than timing.departure.start; blank where "
        "it lies in a province: when that is lost",
        default=None,
        counts_if="departs_from is not before timing.departure.start or province is given",
    )

    def ways(self, routes: Iterable[str]) -> dict[str, tuple[str, float]]:
        """By route that people can take: how far it is [km], and the path of their share, empty for one route."""
        if not self.routes:
            return dict.fromkeys(list(routes)[:1], ("", self.distance_km))
        return {
            name: (f"routes.{name}.share", self.distance_km if way.distance_km is None else way.distance_km)
            for name, way in self.routes.items()
        }


class Shift(Assumptions):
    """Part of each day and the share of desks that is staffed in it; a shift may run past midnight."""

    from_hour: Hour = given("Clock hour at which the shift starts", "hour of day")
    until_hour: Hour = given("Clock hour at which the shift ends", "hour of day")
    share: NonNegative = given(
        "Share of the desks that is staffed",
        "share",
        usual=(0, 1.5, "assumed: more than half as many again as the desks"),
    )

    def covers(self, hour: float) -> bool:
        """Whether the shift is on at this clock hour; a shift from an hour to the same hour lasts all day."""
        if self.from_hour < self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour


class ReceptionPoint(MappedPlace):
    """Where people are registered after they cross."""

    desks: NonNegativeSchedule = given(
        "Registration desks that are open",
        "desks",
        usual=(0, 500, "assumed: none to the largest halls"),
        counts_if="people_per_desk_hour is above 0",
    )
    people_per_desk_hour: NonNegative = given(
        "People that one desk registers in an hour",
        "people/h",
        usual=(3, 60, "assumed: 8-15 minutes a household of four to five: 16-38"),
        counts_if="desks is above 0",
    )
    covered_places: NonNegativeSchedule = given(
        "Places under a roof or in a tent for people who wait here at night; those beyond them are without a roof",
        "people",
        default=0.0,
    )
    weight: NonNegativeSchedule = given(
        "Relative share of arriving people who are directed to this point; 0 while it is not open",
        "weight",
        default=1.0,
        counts_if="aid.reception_points has several entries",
    )
    province: Name | None = Field(
        None, description="Province of aid.provinces in which it stands; it closes while that one is lost"
    )
    shifts: tuple[Shift, ...] = Field(
        (), description="Shifts; hours that no shift covers have no staff; none given means all day"
    )


class Province(MappedPlace):
    """An area that houses people, in state accommodation and with relatives."""

    beds: NonNegative = given(
        "Beds in state accommodation that stand ready at the start; 0 means none",
        "beds",
        usual=(0, 100000, "assumed: the largest camps hold about 80,000"),
    )
    road_km: NonNegative = given(
        "Road distance from the reception points to here",
        "km",
        usual=(0, 2000, "assumed: two days by bus; metres are 1,000 times too many"),
    )
    road_km_from: dict[Name, NonNegative] = given(
        "Road distance from each reception point to here, where they differ; what is not named: road_km",
        "km",
        default={},
        usual=(0, 2000, "assumed: as road_km"),
        counts_if="aid.reception_points has several entries",
    )
    winter_factor: ShareSchedule = given(
        "Share of the standing beds that can be used, by season", "share", default=1.0, counts_if="beds is above 0"
    )
    relatives_weight: NonNegative = given(
        "Relative share of people with relatives or own rental who live here",
        "weight",
        counts_if="aid.provinces has several entries",
    )
    drift_weight: NonNegative = given(
        "Relative share of people who later move between provinces and come here",
        "weight",
        default=0.0,
        counts_if="timing.onward.drifts_per_day is above 0 and aid.provinces has several entries",
    )
    placement_share: NonNegative = given(
        "Relative share of placements under the policy 'shares'",
        "weight",
        default=0.0,
        counts_if="aid.placement.policy is 'shares'",
    )
    residents: NonNegative | None = given(
        "People who live here already",
        "people",
        default=None,
        usual=(500, 50000000, "assumed: a village to the largest provinces"),
    )

    def km_from(self, point: str) -> float:
        """Road distance from a reception point to here [km]."""
        return self.road_km_from.get(point, self.road_km)


class Profile(Assumptions):
    """Who the people are: shares of all people, for needs that depend on age, sex, disability and pregnancy."""

    women_and_girls: Share = given(
        "Share who are women and girls", "share", usual=(0.35, 0.75, "assumed: half, or more where men stay behind")
    )
    children: Share = given(
        "Share under 18 years", "share", usual=(0.15, 0.65, "assumed: 0.2 in old populations, 0.55 in young ones")
    )
    school_age: Share = given("Share of school age", "share", usual=(0.08, 0.45, "assumed: two thirds of the children"))
    older_people: Share = given(
        "Share over 65 years", "share", usual=(0.01, 0.35, "assumed: 0.03 in young populations, 0.25 in old ones")
    )
    people_with_disabilities: Share = given(
        "Share with a disability", "share", usual=(0.01, 0.35, "WHO: 16 % of all people; ends assumed")
    )
    pregnant_women: Share = given(
        "Share who are pregnant", "share", usual=(0.002, 0.06, "assumed: 0.01 in old populations, 0.04 in young ones")
    )
    household_size: Positive = given(
        "People in a household", "people/household", usual=(1.5, 10, "assumed: means of countries lie between 2 and 9")
    )


class PeopleNow(Assumptions):
    """Who is where when the projection starts; everyone else is still at home."""

    at_home: dict[Name, NonNegative] = given(
        "At home, by district, those who stay included; blank or 0: by the districts' shares. Scaled to "
        "all not elsewhere",
        "people",
        default={},
    )

    leaving: dict[Name, NonNegative] = given("Decided to leave but held back, by district", "people", default={})
    leaving_without_vehicle: dict[Name, NonNegative] = given(
        "Of those held back, people who need a bus, by district; blank: by timing.transport.own_vehicle_share",
        "people",
        default={},
    )
    on_road: NonNegative = given("On the corridor, counted as waiting at the checkpoint", "people", default=0.0)
    on_road_by_route: dict[Name, NonNegative] = given(
        "On the road of each route, where there are several, counted as waiting at its checkpoint", "people", default={}
    )
    detained: NonNegative = given("Held at the checkpoint", "people", default=0.0)
    awaiting_registration: dict[Name, NonNegative] = given(
        "Crossed and waiting, by reception point", "people", default={}
    )
    unregistered_hosted: NonNegative = given("Crossed, with relatives, not registered", "people", default=0.0)
    awaiting_placement: NonNegative = given(
        "Registered and waiting for a bed; at the reception points by their weights", "people", default=0.0
    )
    awaiting_placement_by_point: dict[Name, NonNegative] = given(
        "Registered and waiting for a bed, by reception point; they count beside awaiting_placement",
        "people",
        default={},
    )
    travelling: dict[Name, NonNegative] = given(
        "On the way to state accommodation, by province; spread evenly over the journey", "people", default={}
    )
    sheltered: dict[Name, NonNegative] = given("In state accommodation, by province", "people", default={})
    hosted: dict[Name, NonNegative] = given(
        "With relatives or in own rental, registered, by province", "people", default={}
    )
    left_country: NonNegative = given("Crossed and moved on to another country", "people", default=0.0)

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


MOST_PEOPLE = 1e9


class People(Assumptions):
    """How many people, where they live, who they are and where they are now."""

    total: Annotated[NonNegative, Field(le=MOST_PEOPLE)] = given(
        "People in the area of origin and, when starting in the middle, everyone who has already left it",
        "people",
        usual=(500, 10000000, "assumed: below, count people one by one; above, no crisis through few crossings"),
    )
    districts: dict[Name, District] = Field(min_length=1, description="Places of origin, by name")
    profile: Profile = Field(description="Age, sex, disability and household size")
    now: PeopleNow = Field(PeopleNow(), description="Who is where when the projection starts")

    def distances(self, route: str, routes: Iterable[str]) -> list[float]:
        """How far it is by a route from each district whose people may take it [km]."""
        ways = (district.ways(routes) for district in self.districts.values())
        return [of_district[route][1] for of_district in ways if route in of_district]

    def district_shares(self) -> dict[str, float]:
        """Share of ``total`` in each district, without residents of the receiving country; zero without people."""
        if any(district.people is not None for district in self.districts.values()):
            return {
                name: (district.people or 0.0) / self.total if self.total else 0.0
                for name, district in self.districts.items()
            }
        return {name: district.share or 0.0 for name, district in self.districts.items()}
