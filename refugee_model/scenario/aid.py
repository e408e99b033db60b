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
    NonNegativeDays,
    NonNegativeSchedule,
    Positive,
    PositiveDays,
    Share,
    ShareSchedule,
    given,
)


class CommunityCentres(Assumptions):
    """Where people who went straight to relatives register later."""

    centres: NonNegativeSchedule = given(
        "Community centres that are open",
        "centres",
        default=0.0,
        usual=(0, 1000, "assumed: one in each town"),
        counts_if="people_per_centre_hour is above 0",
    )
    people_per_centre_hour: NonNegative = given(
        "People that one centre registers in an hour, averaged over day and night",
        "people/h",
        default=0.0,
        usual=(1, 200, "assumed: one to ten desks"),
        counts_if="centres is above 0",
    )


class EvacuationBuses(Assumptions):
    """Buses that bring out people who have no vehicle; seats left over take people whose vehicle has no fuel."""

    buses: NonNegativeSchedule = given(
        "Buses in service",
        "buses",
        default=0.0,
        usual=(0, 5000, "assumed: the fleet of a large city"),
        counts_if="timing.transport.own_vehicle_share is below 1 or timing.transport.fuel_litres is given "
        "or people.now.leaving_without_vehicle is given",
    )
    seats: Positive = given(
        "People on one bus",
        "people/vehicle",
        default=35.0,
        usual=(8, 100, "assumed: a minibus to a full articulated bus"),
        counts_if="buses is above 0",
    )
    round_trip_hours: Positive = given(
        "Time until a bus is back for the next group",
        "h",
        default=24.0,
        usual=(1, 120, "assumed: an hour to five days"),
        counts_if="buses is above 0",
    )


class Placement(Assumptions):
    """How people who need a bed are assigned to provinces."""

    policy: Literal["proportional", "nearest", "shares", "order"] = Field(
        description="'proportional' to free beds, 'nearest' first by distance, fixed 'shares', or a strict 'order'"
    )
    distance_scale_km: Positive = given(
        "Nearest: distance over which the weight of a free bed falls to 37 %",
        "km",
        default=100.0,
        usual=(5, 1000, "assumed: a town to a country"),
        counts_if="policy is 'nearest'",
    )
    order: tuple[Name, ...] = given("Order: all provinces, first to last", default=(), counts_if="policy is 'order'")
    seats_per_hour: NonNegativeSchedule | None = given(
        "Bus seats to the provinces in an hour; blank means that seats do not limit",
        "people/h",
        default=None,
        usual=(0, 20000, "assumed: 400 buses an hour"),
    )
    speed_kmh: Positive = given(
        "Speed of the buses to the provinces",
        "km/h",
        default=45.0,
        usual=(10, 100, "assumed: a mountain track to a motorway"),
    )


class Surge(Assumptions):
    """Beds that are ordered and come later."""

    province: Name = Field(description="Where the beds are added")
    beds: NonNegative = given("Beds added in all", "beds", usual=(0, 100000, "assumed: as aid.provinces.<name>.beds"))
    decided: Moment = Field(description="When they are ordered")
    lead_days: NonNegativeDays = given(
        "Days from the order to the first bed",
        "days",
        usual=(0, 180, "assumed: tents in days, buildings in months"),
        counts_if="beds is above 0",
    )
    ramp_days: NonNegativeDays = given(
        "Days from the first bed to the last, coming evenly",
        "days",
        default=0.0,
        usual=(0, 365, "assumed: a year"),
        counts_if="beds is above 0",
    )
    cost_per_bed_usd: NonNegative = given(
        "Cost to make one bed ready",
        "USD/bed",
        default=0.0,
        usual=(5, 5000, "assumed: a mat in a school to a prefabricated house"),
        counts_if="beds is above 0",
    )


class Loss(Assumptions):
    """Beds that can no longer be used; where the province itself is lost.

    All that stands in it closes and its guests move on.
    """

    province: Name = Field(description="Where beds are lost")
    share: Share = given("Share of the beds there that is lost", "share", default=1.0)
    whole_province: bool | None = Field(
        None,
        description="Whether the province itself is lost: its reception points and transit places close, it takes "
        "nobody more, and "
        "people hosted there move on; blank means yes where share is 1",
    )
    since: Moment = Field(description="When they are lost")
    until: Moment | None = Field(None, description="When they can be used again; blank means never")


class Cash(Assumptions):
    """Cash and rent support, and what it changes."""

    coverage: ShareSchedule = given(
        "Share of people that support reaches",
        "share",
        default=0.0,
        counts_if="lowers_coming_back_by is above 0 or moves_out_per_day is above 0 "
        "or one_off_usd_per_person is above 0 or monthly_usd_per_person is above 0",
    )
    lowers_coming_back_by: Share = given(
        "At full coverage, the share by which fewer people come back for a bed",
        "share",
        default=0.0,
        usual=(0, 0.8, "assumed: rent support does not mend crowding"),
        counts_if="coverage is above 0",
    )
    moves_out_per_day: NonNegative = given(
        "At full coverage, the further rate at which people leave state accommodation for own rental",
        "1/day",
        default=0.0,
        usual=(0, 0.1, "assumed: above, all have moved out within weeks"),
        counts_if="coverage is above 0",
    )
    one_off_usd_per_person: NonNegative = given(
        "Paid once to each person reached",
        "USD/person",
        default=0.0,
        usual=(1, 2000, "assumed: planning values 50-300"),
        counts_if="coverage is above 0",
    )
    paid_before: NonNegative = given(
        "People who had been paid once before the start",
        "people",
        default=0.0,
        counts_if="coverage is above 0 and one_off_usd_per_person is above 0",
    )
    monthly_usd_per_person: NonNegative = given(
        "Paid each 30 days to each person reached who lives with relatives or in own rental",
        "USD/person",
        default=0.0,
        usual=(1, 1000, "assumed: planning values 30-150"),
        counts_if="coverage is above 0",
    )


class Delivery(Assumptions):
    """Goods that were decided on and arrive after a lead time. A pledge is not a delivery."""

    item: Name = Field(description="Item of standards.items")
    quantity: NonNegative = given("Amount, in the unit of the item", "unit of the item")
    decided: Moment = Field(description="When it was decided")
    lead_days: NonNegativeDays = given(
        "Days from the decision to the arrival",
        "days",
        usual=(0, 365, "assumed: a year"),
        counts_if="quantity is above 0",
    )
    repeats_daily_for: PositiveDays = given(
        "Days on each of which this amount arrives",
        "days",
        default=1.0,
        usual=(1, 730, "assumed: two years"),
        counts_if="quantity is above 0",
    )


OptionKind = Literal[
    "beds",
    "transit places",
    "covered places",
    "desks",
    "community centres",
    "buses",
    "placement seats",
    "goods",
    "cash",
]


UNITS: dict[str, str] = {
    "beds": "beds",
    "transit places": "places",
    "covered places": "places",
    "desks": "desks",
    "community centres": "centres",
    "buses": "buses",
    "placement seats": "seats/h",
    "goods": "unit of the item",
    "cash": "people",
}
"""Unit of a quantity of each kind."""


LEAD = ("approval_days", "supplier_days", "transport_days", "setting_up_days")
"""Parts of the time from a decision to use, in their order."""


class Option(Assumptions):
    """Something that can be bought. It changes nothing until it is ordered."""

    kind: OptionKind = Field(
        description="What it is: 'beds' in a province, 'transit places', 'covered places' or 'desks' at a reception "
        "point, 'community centres', evacuation 'buses', 'placement seats' in an hour, 'goods', or 'cash' for so many "
        "people"
    )
    place: Name | None = Field(
        None, description="Province of beds, or reception point of desks and covered places; blank for all others"
    )
    item: Name | None = Field(None, description="Goods: item of standards.items; blank for all others")
    unit_cost_usd: NonNegative = given(
        "Cost of one unit, set up and in place", "USD", usual=(0.005, 100000, "assumed: a litre of water to a bus")
    )
    running_usd_per_day: NonNegative = given(
        "Cost of one unit on each day from its arrival to the end, such as staff, fuel, board and rent",
        "USD/day",
        default=0.0,
        usual=(0.001, 5000, "assumed: a lamp to a bus with its driver"),
    )
    approval_days: NonNegativeDays = given(
        "Days from the decision to the signed order",
        "days",
        default=0.0,
        usual=(0, 60, "assumed: a crisis staff to an open tender"),
    )
    supplier_days: NonNegativeDays = given(
        "Days that the supplier needs until it leaves the store",
        "days",
        default=0.0,
        usual=(0, 180, "assumed: a stockpile to a factory"),
    )
    transport_days: NonNegativeDays = given(
        "Days on the way, customs included", "days", default=0.0, usual=(0, 90, "assumed: a lorry to a ship")
    )
    setting_up_days: NonNegativeDays = given(
        "Days from its arrival to its use", "days", default=0.0, usual=(0, 120, "assumed: none to prefabricated houses")
    )
    ramp_days: NonNegativeDays = given(
        "Days from the first unit to the last, coming evenly", "days", default=0.0, usual=(0, 365, "assumed: a year")
    )
    delivered_share: Positive = given(
        "What comes of one unit that was ordered and paid",
        "share",
        default=1.0,
        usual=(0.2, 2, "assumed: a fifth to twice what was ordered"),
    )
    smallest_lot: NonNegative = given("Least amount that can be ordered", "unit of the item", default=0.0)
    pack_size: Positive = given("Units in a pack; orders are whole packs", "unit of the item", default=1.0)
    most: NonNegative | None = given(
        "Most that can be had; blank means no limit but money", "unit of the item", default=None
    )
    earliest: Moment | None = Field(
        None, description="When it can be ordered at the earliest; blank means from the start on"
    )


class Aid(Assumptions):
    """What we decide."""

    reception_points: dict[Name, ReceptionPoint] = Field(min_length=1, description="Where people register, by name")
    community_centres: CommunityCentres = Field(CommunityCentres(), description="Where people register later")
    evacuation_buses: EvacuationBuses = Field(EvacuationBuses(), description="Buses out of the area of origin")
    transit_places: NonNegativeSchedule = given(
        "Sheltered places for people who wait for a bed; those beyond them are unsheltered",
        "places",
        usual=(0, 200000, "assumed: above, these are camps"),
    )
    transit_places_in: dict[Name, Share] = given(
        "Share of the transit places that stands in each province; they close while it is lost. What is "
        "not named stays open",
        "share",
        default={},
    )
    placement: Placement = Field(description="How people are assigned to provinces")
    provinces: dict[Name, Province] = Field(min_length=1, description="Areas that house people, by name")
    surge: dict[Name, Surge] = Field({}, description="Orders of further beds, by name")
    losses: dict[Name, Loss] = Field({}, description="Beds lost, by name")
    cash: Cash = Field(Cash(), description="Cash and rent support")
    stocks: dict[Name, NonNegative] = given("Goods at hand at the start, by item", "unit of the item", default={})
    handed_out: dict[Name, NonNegative] = given(
        "Goods of these that had been handed out before the start, by item: they are not there again, and "
        "who got one that lasts needs none",
        "unit of the item",
        default={},
    )
    deliveries: dict[Name, Delivery] = Field({}, description="Goods that arrive later, by name")
    options: dict[Name, Option] = Field({}, description="What can be bought, by name; it changes nothing until ordered")
    supply_unknown: tuple[Name, ...] = Field(
        (),
        description="Items whose stocks and deliveries are not known: their need and cost are given, their gap is left "
        "blank",
    )
    bed_night_usd: NonNegative = given(
        "Cost of one night in state accommodation",
        "USD/person-night",
        default=0.0,
        usual=(0.5, 200, "assumed: a mat in a hall to a hotel"),
    )
    funds_usd: NonNegative | None = given(
        "Money that is at hand; blank means unknown, and the funding gap is left blank", "USD", default=None
    )
