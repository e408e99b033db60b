"""Planning standards: how much of each item a person or a household needs, each with its edition and source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from refugee_model.scenario.values import Assumptions, Moment, Name, NonNegative, Positive, given

Group = Literal["everyone", "waiting", "collective", "hosted"]
GROUP_MEANINGS: dict[str, str] = {
    "everyone": "all people who have crossed and are in the country",
    "waiting": "people at reception points and in transit, sheltered or not",
    "collective": "people at reception points, in transit and in state accommodation",
    "hosted": "people with relatives or in own rental",
}


Climate = Literal["cold", "temperate", "hot"]
CLIMATES: tuple[Climate, ...] = ("cold", "temperate", "hot")


class Standard(Assumptions):
    """What every standard has: who it counts and where it comes from."""

    label: str = Field(min_length=1, description="Name in tables and on charts")
    sector: str = Field(min_length=1, description="Sector of the response, such as WASH")
    for_group: Group = Field(
        description="Who needs it: " + "; ".join(f"'{name}' {text}" for name, text in GROUP_MEANINGS.items())
    )
    profile_group: str | None = Field(None, description="Only this part of people.profile needs it, such as 'children'")
    source: str = Field(min_length=1, description="Document and edition, or 'assumed:' and why")


class Item(Standard):
    """An item that people need: something that lasts, or something used up each day."""

    unit: str = Field(min_length=1, description="Unit of the amounts")
    kind: Literal["durable", "daily", "facility"] = Field(
        description="'durable' is given once to each new person, 'daily' is used up, 'facility' is shared by people "
        "present"
    )
    per: Literal["person", "household"] = Field("person", description="What one amount serves")
    climates: tuple[Climate, ...] = Field(
        CLIMATES, min_length=1, description="Climates in which it is needed; in others it is left out of all tables"
    )
    season: Name | None = Field(
        None, description="Part of the year in which it is needed, of standards.seasons; blank means all year"
    )
    emergency: NonNegative = given("Amount in the emergency phase", "unit of the item")
    stabilised: NonNegative = given("Amount once the situation is stable", "unit of the item")
    winter_factor: Positive = given(
        "Multiplies the amount in winter; a hot climate has no winter",
        "factor",
        default=1.0,
        usual=(0.5, 5, "assumed: blankets twice, fuel more"),
    )
    losses: NonNegative = given(
        "Added for losses on the way", "share", default=0.0, usual=(0, 0.5, "assumed: above, half is lost")
    )
    unit_cost_usd: NonNegative = given("Cost of one unit", "USD")
    cost_source: str = Field(min_length=1, description="Source of the cost, or 'assumed:' and why")


class Staff(Standard):
    """People who work for people."""

    people_per_staff: Positive = given(
        "People whom one member of staff serves",
        "people/staff",
        usual=(1, 50000, "assumed: a carer to a district doctor"),
    )


class Season(Assumptions):
    """A part of each year, by whole months."""

    from_month: Annotated[int, Field(strict=True, ge=1, le=12)] = given("Its first month", "month")
    until_month: Annotated[int, Field(strict=True, ge=1, le=12)] = given("Its last month", "month")

    def covers(self, month: int) -> bool:
        """Whether this month (1 to 12) lies in it; it may run past the end of the year."""
        if self.from_month <= self.until_month:
            return self.from_month <= month <= self.until_month
        return month >= self.from_month or month <= self.until_month


class Standards(Assumptions):
    """Planning standards."""

    emergency_until: Moment = Field(description="When the emergency phase ends and the stabilised amounts begin")
    climate: Climate = Field(
        "temperate", description="Climate of the host country; some items are needed in some climates only"
    )
    winter: Season = Field(
        description="The part of each year that counts as winter; south of the equator other months than north of it"
    )
    seasons: dict[Name, Season] = Field(
        {}, description="Further parts of each year in which some items are needed, by name"
    )
    minutes_per_household: Positive = given(
        "Time one desk needs to register a household",
        "minutes/household",
        usual=(2, 90, "assumed: 8-15 minutes; up to an interview"),
    )
    desk_utilisation: Annotated[float, Field(strict=True, gt=0, le=1)] = given(
        "Share of the time a desk can be busy without a queue of its own",
        "share",
        usual=(0.4, 0.98, "assumed: 0.8-0.9 leaves room for peaks"),
    )
    registration_source: str = Field(min_length=1, description="Source of the two figures above, or 'assumed:' and why")
    items: dict[Name, Item] = Field(description="Items, by name")
    staff: dict[Name, Staff] = Field({}, description="Staff, by name")

    @property
    def items_of_climate(self) -> dict[str, Item]:
        """The items that are needed in this climate, by name."""
        return {name: item for name, item in self.items.items() if self.climate in item.climates}
