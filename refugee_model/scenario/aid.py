"""What we decide: desks, buses, beds and when they come, transit places, cash and deliveries."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from refugee_model.scenario.places import Province, ReceptionPoint
from refugee_model.scenario.values import (
    Assumptions,
    Moment,
    Name,
    NonNegative,
    NonNegativeSchedule,
    Positive,
    Share,
    ShareSchedule,
)


class CommunityCentres(Assumptions):
    """Where people who went straight to relatives register later."""

    centres: NonNegativeSchedule = Field(0.0, description="Community centres that are open", json_schema_extra={"unit": "centres"})
    people_per_centre_hour: NonNegative = Field(
        0.0, description="People that one centre registers in an hour, averaged over day and night", json_schema_extra={"unit": "people/h"}
    )


class EvacuationBuses(Assumptions):
    """Buses that bring out people who have no vehicle; seats left over take people whose vehicle has no fuel."""

    buses: NonNegativeSchedule = Field(0.0, description="Buses in service", json_schema_extra={"unit": "buses"})
    seats: Positive = Field(35.0, description="People on one bus", json_schema_extra={"unit": "people/vehicle"})
    round_trip_hours: Positive = Field(24.0, description="Time until a bus is back for the next group", json_schema_extra={"unit": "h"})


class Placement(Assumptions):
    """How people who need a bed are assigned to provinces."""

    policy: Literal["proportional", "nearest", "shares", "order"] = Field(
        description="'proportional' to free beds, 'nearest' first by distance, fixed 'shares', or a strict 'order'"
    )
    distance_scale_km: Positive = Field(
        100.0, description="Nearest: distance over which the weight of a free bed falls to 37 %", json_schema_extra={"unit": "km"}
    )
    order: tuple[Name, ...] = Field((), description="Order: all provinces, first to last")
    seats_per_hour: NonNegativeSchedule | None = Field(
        None,
        description="Bus seats to the provinces in an hour; blank means that seats do not limit",
        json_schema_extra={"unit": "people/h"},
    )
    speed_kmh: Positive = Field(45.0, description="Speed of the buses to the provinces", json_schema_extra={"unit": "km/h"})


class Surge(Assumptions):
    """Beds that are ordered and come later."""

    province: Name = Field(description="Where the beds are added")
    beds: NonNegative = Field(description="Beds added in all", json_schema_extra={"unit": "beds"})
    decided: Moment = Field(description="When they are ordered")
    lead_days: NonNegative = Field(description="Days from the order to the first bed", json_schema_extra={"unit": "days"})
    ramp_days: NonNegative = Field(
        0.0, description="Days from the first bed to the last, coming evenly", json_schema_extra={"unit": "days"}
    )
    cost_per_bed_usd: NonNegative = Field(0.0, description="Cost to make one bed ready", json_schema_extra={"unit": "USD/bed"})


class Loss(Assumptions):
    """Beds that can no longer be used; where the province itself is lost, all that stands in it closes and its guests move on."""

    province: Name = Field(description="Where beds are lost")
    share: Share = Field(1.0, description="Share of the beds there that is lost", json_schema_extra={"unit": "share"})
    whole_province: bool | None = Field(
        None,
        description="Whether the province itself is lost: its reception points and transit places close, it takes nobody more, and "
        "people hosted there move on; blank means yes where share is 1",
    )
    since: Moment = Field(description="When they are lost")
    until: Moment | None = Field(None, description="When they can be used again; blank means never")


class Cash(Assumptions):
    """Cash and rent support, and what it changes."""

    coverage: ShareSchedule = Field(0.0, description="Share of people that support reaches", json_schema_extra={"unit": "share"})
    lowers_coming_back_by: Share = Field(
        0.0, description="At full coverage, the share by which fewer people come back for a bed", json_schema_extra={"unit": "share"}
    )
    moves_out_per_day: NonNegative = Field(
        0.0,
        description="At full coverage, the further rate at which people leave state accommodation for own rental",
        json_schema_extra={"unit": "1/day"},
    )
    one_off_usd_per_person: NonNegative = Field(
        0.0, description="Paid once to each person reached", json_schema_extra={"unit": "USD/person"}
    )
    monthly_usd_per_person: NonNegative = Field(
        0.0,
        description="Paid each 30 days to each person reached who lives with relatives or in own rental",
        json_schema_extra={"unit": "USD/person"},
    )


class Delivery(Assumptions):
    """Goods that were decided on and arrive after a lead time. A pledge is not a delivery."""

    item: Name = Field(description="Item of standards.items")
    quantity: NonNegative = Field(description="Amount, in the unit of the item", json_schema_extra={"unit": "unit of the item"})
    decided: Moment = Field(description="When it was decided")
    lead_days: NonNegative = Field(description="Days from the decision to the arrival", json_schema_extra={"unit": "days"})
    repeats_daily_for: Positive = Field(1.0, description="Days on each of which this amount arrives", json_schema_extra={"unit": "days"})


class Aid(Assumptions):
    """What we decide."""

    reception_points: dict[Name, ReceptionPoint] = Field(min_length=1, description="Where people register, by name")
    community_centres: CommunityCentres = Field(CommunityCentres(), description="Where people register later")
    evacuation_buses: EvacuationBuses = Field(EvacuationBuses(), description="Buses out of the area of origin")
    transit_places: NonNegativeSchedule = Field(
        description="Sheltered places for people who wait for a bed; those beyond them are unsheltered",
        json_schema_extra={"unit": "places"},
    )
    transit_places_in: dict[Name, Share] = Field(
        {},
        description="Share of the transit places that stands in each province; they close while it is lost. What is not named stays open",
        json_schema_extra={"unit": "share"},
    )
    placement: Placement = Field(description="How people are assigned to provinces")
    provinces: dict[Name, Province] = Field(min_length=1, description="Areas that house people, by name")
    surge: dict[Name, Surge] = Field({}, description="Orders of further beds, by name")
    losses: dict[Name, Loss] = Field({}, description="Beds lost, by name")
    cash: Cash = Field(Cash(), description="Cash and rent support")
    stocks: dict[Name, NonNegative] = Field(
        {}, description="Goods at hand at the start, by item", json_schema_extra={"unit": "unit of the item"}
    )
    deliveries: dict[Name, Delivery] = Field({}, description="Goods that arrive later, by name")
    supply_unknown: tuple[Name, ...] = Field(
        (), description="Items whose stocks and deliveries are not known: their need and cost are given, their gap is left blank"
    )
    bed_night_usd: NonNegative = Field(
        0.0, description="Cost of one night in state accommodation", json_schema_extra={"unit": "USD/person-night"}
    )
    funds_usd: NonNegative | None = Field(
        None, description="Money that is at hand; blank means unknown, and the funding gap is left blank", json_schema_extra={"unit": "USD"}
    )
