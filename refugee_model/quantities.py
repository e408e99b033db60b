"""The register: every kind of place, route, level, table column and headline measure, once, with its unit and meaning.

A word keeps its meaning wherever it stands. A route is counted in each step; where a table sums it up to a time, its meaning
says so. Inputs are described where they are declared, in ``scenario/``.
"""

from __future__ import annotations

from dataclasses import dataclass

PLACE, ROUTE, LEVEL, COLUMN, MEASURE = "kind of place", "route", "level", "column", "measure"


@dataclass(frozen=True)
class Quantity:
    """One quantity that comes out of a projection.

    Attributes
    ----------
    name : str
        Name in arrays, tables and files.
    unit : str
        Its unit, ``time``, ``date`` or ``text``; ``unit of the item`` where the column ``unit`` says it.
    meaning : str
        What it is, in one line.
    role : str
        ``kind of place``, ``route``, ``level``, ``column`` or ``measure``: where it first stands on the way to the reader.
    """

    name: str
    unit: str
    meaning: str
    role: str


_PLACES = (
    ("at_home", "people", "People still at home, those who stay for good included"),
    ("leaving", "people", "People who have decided to leave and are held back: no vehicle, fuel or seat, or the road is full"),
    ("on_road", "people", "People on the way to the checkpoint: before the corridor or on it, moving or queueing"),
    ("detained", "people", "People held at the checkpoint"),
    ("awaiting_registration", "people", "People who have crossed and wait at a reception point to register"),
    ("unregistered_hosted", "people", "People who have crossed and live with relatives without having registered"),
    ("awaiting_placement", "people", "People who need state accommodation and wait to be assigned to a province"),
    ("travelling", "people", "People on the way to state accommodation in a province"),
    ("sheltered", "people", "People in state accommodation"),
    ("hosted", "people", "Registered people who live with relatives or in their own rental"),
    ("left_country", "people", "People who have crossed and moved on to another country"),
)
_ROUTES = (
    ("departed", "people", "People who decide to leave, from home; in reports, all who have set off up to a time"),
    ("set_off", "people", "People who set off on the corridor; sum of the three routes that follow"),
    ("set_off_by_vehicle", "people", "People who set off in a private vehicle"),
    ("set_off_by_bus", "people", "People without a vehicle who set off in a bus"),
    ("set_off_by_bus_for_want_of_fuel", "people", "People whose vehicle has no fuel and who set off in a bus"),
    ("reached_by_vehicle", "people", "People who reach the queue at the checkpoint in a private vehicle"),
    ("reached_by_bus", "people", "People who reach the queue at the checkpoint in a bus"),
    ("passed_by_vehicle", "people", "People in private vehicles that leave the queue at the checkpoint"),
    ("passed_by_bus", "people", "People in buses that leave the queue at the checkpoint"),
    ("turned_back", "people", "People sent back home at the checkpoint"),
    ("held", "people", "People detained at the checkpoint"),
    ("crossed", "people", "People who cross; as a measure, all who have crossed by the end"),
    ("went_straight_on", "people", "People who cross and go straight on to relatives without registering"),
    ("received", "people", "People who come to a reception point"),
    ("registered", "people", "People who register at a reception point; in tables, all who have registered anywhere up to a time"),
    ("registered_later", "people", "People who went straight on and register at a community centre"),
    ("came_back_unregistered", "people", "People who went straight on and come back for a bed, and register then"),
    ("asked", "people", "People who ask for state accommodation when they register"),
    ("joined_relatives", "people", "People who register and live with relatives or in their own rental"),
    ("came_back", "people", "Registered people who come back from relatives for a bed"),
    ("placed", "people", "People assigned to a province, who start on their way"),
    ("arrived", "people", "People who reach a province; in arrivals tables and reports, all who have crossed up to a time"),
    ("refused", "people", "People who reach a province, find no bed and wait again for a place"),
    ("admitted", "people", "People who reach a province and find a bed"),
    ("evacuated", "people", "People whose bed is lost and who wait again for a place"),
    ("moved_out", "people", "People who leave state accommodation for relatives or their own rental"),
    ("drifted_out", "people", "People with relatives who move to another province"),
    ("drifted_in", "people", "People with relatives who come from another province"),
    ("left_from_relatives", "people", "People with relatives who move on to another country"),
    ("moved_here", "people", "People who waited at a reception point that closes and come to this one"),
    (
        "moved_away",
        "people",
        "People who wait at a reception point that closes, as its province is lost, and go to another or to relatives",
    ),
    ("went_on_unregistered", "people", "People who go to relatives without registering, as no reception point is left open"),
    ("fled_for_bed", "people", "People with relatives in a province that is lost who ask for a bed elsewhere"),
    ("fled_to_relatives", "people", "People with relatives in a province that is lost who go to relatives elsewhere"),
    ("fled_in", "people", "People who come to relatives here from a province that is lost"),
    ("left_unregistered", "people", "People with relatives who have not registered and move on to another country"),
    ("left_waiting", "people", "People who wait for a bed and move on to another country"),
    ("left_from_shelter", "people", "People in state accommodation who move on to another country"),
)
_LEVELS = (
    ("beds", "beds", "Usable beds in state accommodation"),
    ("left_before_registering", "people", "People who have crossed since the start and moved on to another country without registering"),
    ("fuel", "litres", "Fuel at hand in the area of origin"),
    ("queue_by_vehicle", "people", "People in private vehicles that have reached the queue at the checkpoint"),
    ("queue_by_bus", "people", "People in buses that have reached the queue at the checkpoint"),
    ("entered_vehicles", "vehicles", "Vehicles that have entered the corridor since the start, those on it at the start included"),
    (
        "most_entered_vehicles",
        "vehicles",
        "Vehicles that could have entered the corridor by then, as far as there was room; no more than have entered where it is full",
    ),
    ("passed_vehicles", "vehicles", "Vehicles that have left the queue at the checkpoint since the start"),
    ("entered_everyone", "people", "People who have crossed since the start, and those in the country at the start"),
    (
        "entered_waiting",
        "people",
        "People who have ever been at reception points or in transit, each once, those there at the start included",
    ),
    (
        "entered_collective",
        "people",
        "People who have ever been there or in state accommodation, each once, those there at the start included",
    ),
    ("entered_hosted", "people", "People who have ever been with relatives or in own rental, each once, those there at the start included"),
)
_COLUMNS = (
    ("time", "time", "Time, with the offset of the scenario"),
    ("date", "date", "Calendar date in the offset of the scenario; the first and the last may be partial"),
    ("kind", "text", "Kind of place, or whether an item is durable, used up daily or a facility"),
    ("place", "text", "Name of the place"),
    ("area_code", "text", "ISO 3166-2 code of the area"),
    ("people", "people", "People there; for needs and staff, people who need the item or are served"),
    ("entered", "people", "People who came in since the row before"),
    ("left", "people", "People who went out since the row before"),
    ("people_at_start", "people", "People there when the projection starts"),
    ("people_at_end", "people", "People there when it ends"),
    ("residual", "people", "People at the start + entered - left - people at the end; 0 but for rounding"),
    ("capacity", "people", "People for whom there is room, just before the time; on the road, where vehicles stand still"),
    (
        "reserved",
        "people",
        "People on the way for each of whom a place is kept; on the road, room between moving vehicles that none can take",
    ),
    ("free", "people", "Room that is left for others: capacity - people - reserved, at least 0"),
    ("over", "people", "People beyond the capacity"),
    (
        "utilisation",
        "share",
        "People / capacity; blank where both are 0, infinite where only the capacity is; a road whose queue moves is full below 1",
    ),
    ("peak_people", "people", "Most people there at any time"),
    ("peak_time", "time", "When they are there; blank where nobody ever is"),
    ("capacity_at_peak", "people", "Capacity at that time"),
    ("first_full", "time", "First time at which nobody more can be assigned to the place: less than half a place is free"),
    ("first_over", "time", "First time with more people than capacity, by half a person or more"),
    ("hours_over", "h", "Time with more people than capacity"),
    ("person_days_over", "person-days", "People beyond the capacity, summed over time"),
    ("waiting", "people", "People who queue at the checkpoint, in their vehicles; in reports"),
    ("vehicles", "vehicles", "Vehicles in the queue; in arrivals tables and reports, all that have passed up to a time"),
    ("queue_km", "km", "Length of road that the queue takes, with the room between vehicles while it moves"),
    ("wait_hours", "h", "Wait of people who join the queue at the time; infinite if they still wait at the end, blank if nobody joins"),
    ("median_wait_hours", "h", "Half of the people wait no longer"),
    ("p90_wait_hours", "h", "Nine in ten people wait no longer"),
    ("longest_wait_hours", "h", "Longest wait of anyone"),
    ("item", "text", "Name of the item in standards.items"),
    ("label", "text", "Name of the item or role in words"),
    ("sector", "text", "Sector of the response"),
    ("phase", "text", "Phase in which the date begins: emergency or stabilised"),
    ("unit", "text", "Unit of need, supplied and gap"),
    ("need", "unit of the item", "What people need: used up on the date, still needed on the date (durable), or level (facility)"),
    (
        "new_need",
        "unit of the item",
        "What of the need is new on the date; summed up, all that was ever needed (durable), or the highest level (facility)",
    ),
    ("supplied", "unit of the item", "What they get: on the date, or level in use (facility); blank where deliveries are not known"),
    ("gap", "unit of the item", "What is lacking: need - supplied; blank where deliveries are not known"),
    ("lapsed", "unit of the item", "What people lacked of a durable item when they left the country on the date; 0 for other items"),
    ("cost", "USD", "Cost of the new need, without what of it lapses later"),
    ("role", "text", "Name of the role in standards.staff, or registration desks"),
    ("needed", "staff", "Staff needed, or desks"),
    ("available", "desks", "Desks open, on average over the date"),
    ("source", "text", "Document and edition, or 'assumed:' and why"),
    ("group", "text", "Group of age, sex, disability or pregnancy; groups overlap"),
    ("in_state_accommodation", "people", "People in state accommodation"),
    ("category", "text", "What the money is for"),
    ("usd", "USD", "Cost, funds or gap"),
    ("basis", "text", "How it is worked out"),
    ("quantity", "text", "Name of the reported quantity"),
    ("reported", "people or vehicles", "Value that was reported"),
    ("projected", "people or vehicles", "Value projected for the same minute; blank outside the projection"),
    ("difference", "people or vehicles", "Projected - reported"),
    ("difference_share_of_total", "share", "Difference / people.total, or / all vehicles that pass"),
    ("quantile", "share", "Share of draws with at most the values of the row; each column has quantiles of its own"),
    ("probability_over", "share", "Share of draws with more people than capacity: at the time, or in tables of peaks at any time"),
    (
        "probability_full",
        "share",
        "Share of draws in which nobody more can be assigned to the place: at the time, or in tables of peaks at any time",
    ),
    ("probability_over_by", "share", "Share of draws with more people than capacity at the time or before"),
    ("expected_person_days_over", "person-days", "Mean over draws of people beyond the capacity, summed over time"),
    ("at_reception", "people", "People at reception points beyond their covered places, at 02:00"),
    ("unsheltered", "people", "People who wait for a bed beyond the transit places, at 02:00"),
    ("without_roof", "people", "People without a roof at 02:00: on the road, at reception and unsheltered"),
    ("usable", "true or false", "Whether the report may be used for fitting"),
    ("measure", "text", "Name of a headline measure"),
    (
        "value",
        "unit of the measure",
        "Quantile of the measure over the draws that have a value; of one that is a time, hours after the start",
    ),
    ("low", "unit of the measure", "Lower quantile of the measure; 2.5 % unless asked for otherwise"),
    ("middle", "unit of the measure", "Median of the measure over draws"),
    ("high", "unit of the measure", "Upper quantile of the measure; 97.5 % unless asked for otherwise"),
    ("added_by_chance", "people", "People whom chance adds to the longest queue, in the mean over who comes when and who takes how long"),
    ("matters", "true or false", "Whether that is much beside the projected peak: over a twentieth, 10 people, a thousandth of all"),
    ("share_of_draws", "share", "Share of draws that have a value; a time that never comes has none"),
    ("chance", "share", "Share of draws in which it happens at all: half a person, place or USD, a minute of waiting, a time that comes"),
)
_MEASURES = (
    ("people_total", "people", "People in the area of origin and, when starting in the middle, everyone who has left it"),
    ("still_at_home", "people", "People at home at the end"),
    ("held_back", "people", "People who have decided to leave and are held back at the end"),
    ("peak_held_back", "people", "Most people who have decided to leave and are held back at one time"),
    (
        "person_nights_without_roof",
        "person-nights",
        "The headline: nights without a roof by heads at 02:00, sum of the three that follow; read person_nights_held_back beside it",
    ),
    ("person_nights_on_road", "person-nights", "Nights that people spend on the corridor, moving or queueing"),
    ("person_nights_at_reception", "person-nights", "Nights that people spend at a reception point beyond its covered places"),
    ("person_nights_unsheltered", "person-nights", "Nights that people wait for a bed beyond the transit places"),
    ("person_nights_held_back", "person-nights", "Nights that people who want to leave are held back at home; no part of the headline"),
    ("peak_without_roof", "people", "Most people without a roof on one night"),
    ("peak_without_roof_time", "time", "02:00 of that night"),
    ("peak_daily_arrivals", "people", "Most people who cross on one calendar date; partial dates are not scaled up"),
    ("peak_daily_arrivals_date", "date", "That date"),
    ("last_arrival", "time", "When 99.9 % of all who cross within the projection have crossed"),
    ("longest_queue_people", "people", "Most people in the queue at the checkpoint"),
    ("longest_queue_vehicles", "vehicles", "Vehicles in that queue, when it holds most people"),
    ("longest_queue_km", "km", "Length of that queue, when it holds most people"),
    ("longest_queue_time", "time", "When it holds most people"),
    ("median_wait_checkpoint_hours", "h", "Half of the people in the queue at the checkpoint wait no longer"),
    ("p90_wait_checkpoint_hours", "h", "Nine in ten people in the queue at the checkpoint wait no longer"),
    ("longest_wait_checkpoint_hours", "h", "Longest wait at the checkpoint; infinite if people still wait at the end"),
    ("median_wait_registration_hours", "h", "Half of the people at the worst reception point wait no longer"),
    ("p90_wait_registration_hours", "h", "Nine in ten people at the worst reception point wait no longer; it is the worst by this"),
    ("longest_wait_registration_hours", "h", "Longest wait at the worst reception point; infinite if people still wait at the end"),
    ("longest_wait_registration_place", "text", "That reception point"),
    ("peak_awaiting_registration", "people", "Most people waiting at all reception points together"),
    ("peak_unregistered", "people", "Most people who have crossed and are not registered: at reception points, or with relatives"),
    ("peak_in_state_accommodation", "people", "Most people in state accommodation"),
    ("peak_in_state_accommodation_time", "time", "When they are"),
    ("first_place_full", "text", "Province whose state accommodation is full first: nobody more can be assigned to it"),
    ("first_place_full_time", "time", "When it is"),
    ("places_full", "provinces", "Provinces whose state accommodation is full at any time"),
    ("peak_unsheltered", "people", "Most registered people with neither a bed nor a transit place"),
    ("peak_unsheltered_time", "time", "When they do"),
    ("unsheltered_at_end", "people", "People beyond the transit places at the end"),
    ("largest_shortfalls", "text", "The three items with the largest share of the need unmet, with amounts"),
    ("cost_usd", "USD", "Cost of all that is needed; nothing for people who left the country before their goods came"),
    ("funding_gap_usd", "USD", "Cost less funds at hand, at least 0; blank where funds are unknown"),
    (
        "unmet_need_usd",
        "USD",
        "Cost of what is lacking of items whose deliveries are known: daily in all, durable at the end, facilities on the worst date",
    ),
    (
        "chance_adds_at_checkpoint",
        "people",
        "People whom chance may add to the longest queue at the checkpoint; blank where few",
    ),
    ("chance_adds_at_reception", "text", "The same for each reception point where they matter, in words"),
    ("person_nights_in_state_accommodation", "person-nights", "People in state accommodation, summed over time in spans of 24 hours"),
    ("bed_nights_usd", "USD", "Cost of the nights in state accommodation"),
    ("people_balance_residual", "people", "Largest change of the sum over all places; 0 but for rounding"),
    ("run_id", "text", "Eight digits that stand for the assumptions and the version"),
    ("version", "text", "Version of this package"),
)

QUANTITIES: dict[str, Quantity] = {
    name: Quantity(name, unit, meaning, role)
    for role, group in ((PLACE, _PLACES), (ROUTE, _ROUTES), (LEVEL, _LEVELS), (COLUMN, _COLUMNS), (MEASURE, _MEASURES))
    for name, unit, meaning in group
}
"""All quantities by name."""

REPORTED = {
    "arrived": "people arrived",
    "vehicles": "vehicles passed",
    "registered": "people registered",
    "in_state_accommodation": "people in state accommodation",
    "left_country": "people who moved on to another country",
    "waiting": "people waiting at the checkpoint",
    "departed": "people who have set off",
}
"""Quantities that reports may give, in words; totals up to the time, but for those in ``CURRENT``."""
CURRENT = ("in_state_accommodation", "waiting")
"""Those that are there at the time, and can fall."""

HEADS = ("people", "beds", "places", "vehicles", "person-days", "person-nights", "desks", "staff")
"""Units of which a file shows one decimal."""
SUMMED = ("entered", "left", "residual")
"""Columns of people that are summed up, and so keep all the decimals that a file has."""
DECIMALS = 6
"""Of all other numbers in files: less is dust of the arithmetic."""


def decimals_of(name: str) -> int:
    """Decimals of a column or measure in files; tables of the library keep all.

    Examples
    --------
    >>> decimals_of("peak_people"), decimals_of("entered"), decimals_of("cost_usd"), decimals_of("utilisation")
    (1, 6, 2, 6)
    """
    known = QUANTITIES.get(name)
    if known is None or name in SUMMED:
        return DECIMALS
    return 1 if known.unit in HEADS else 2 if known.unit == "USD" else DECIMALS


RESERVED_NAMES: tuple[str, ...] = (
    *(name for name, _, _ in _PLACES),
    *("road", "checkpoint", "transit", "state accommodation", "community centres", "total", "all provinces"),
    *("all", "measures", "quantiles"),
)
"""Names that tables, files and ``keep`` give to places of the model and to sums over places; no place of a scenario may have one."""
