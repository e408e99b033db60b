"""Every variable of the sweep, declared once: its role, its unit and meaning, and for people who move, from where and
to where.

An array of the sweep holds, for each place, each variable of ``AT_ONCE`` draws side by side: all that concerns a place
lies together, and the members below are the offsets within it, known to the compiler. What is a stock, what is kept or
recorded, what people enter and leave, what memory it takes and what ``describe`` says all follow from the declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Self

from refugee_model.scenario.network import (
    DISTRICT,
    ENTRY,
    JOURNEY,
    KINDS,
    LEG,
    ONE,
    POINT,
    POOL,
    PROVINCE,
    ROUTE,
    inside,
    named,
)

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

AT_ONCE = 32
"""Draws moved at once: measured, 16 take a third longer a draw, 64 gain 6 % and slow a lone draw down."""

STOCK, LEVEL, FLOW, RATE, CONSTANT, SCRATCH, EXTREME = (
    "stock",
    "level",
    "flow",
    "rate",
    "constant",
    "scratch",
    "extreme",
)


@dataclass(frozen=True)
class Variable:
    """What a variable is.

    Attributes
    ----------
    role : str
        A stock is people in a place; a level stands beside stocks at each bound; a flow is people who move in a step; a
        rate holds throughout an epoch, the time between two scheduled events; a constant holds always; scratch is
        worked out anew or summed up within the sweep; an extreme says of the whole projection what was highest, when,
        or in all.
    unit, meaning : str
        For those that leave the engine.
    part_of : str
        Of a stock: the kind of place whose people it counts.
    out_of, into : str
        Of a flow: the kinds of place that people leave and enter; one is empty where a rule splits them up further.
    within : str
        Of a flow from one part of a kind of place to another: that kind.
    """

    role: str
    unit: str = ""
    meaning: str = ""
    part_of: str = ""
    out_of: str = ""
    into: str = ""
    within: str = ""


def stock(part_of: str = "") -> Variable:
    """People in a kind of place, or a part of them."""
    return Variable(STOCK, "people", part_of=part_of)


def level(unit: str, meaning: str) -> Variable:
    """What stands beside people at each bound."""
    return Variable(LEVEL, unit, meaning)


def flow(meaning: str, *, out_of: str = "", into: str = "", within: str = "") -> Variable:
    """People who move in each step."""
    return Variable(FLOW, "people", meaning, out_of=out_of, into=into, within=within)


def rate() -> Variable:
    """What holds throughout an epoch."""
    return Variable(RATE)


def constant() -> Variable:
    """What holds always."""
    return Variable(CONSTANT)


def scratch() -> Variable:
    """What is worked out in each step, or summed up."""
    return Variable(SCRATCH)


def extreme() -> Variable:
    """What was highest, when, or in all."""
    return Variable(EXTREME)


class Variables(IntEnum):
    """Variables of one group of places; a member is its offset in a place."""

    declared: Variable

    def __new__(cls, declared: Variable) -> Self:
        """Members follow each other in the order in which they are declared."""
        member = int.__new__(cls, len(cls.__members__) * AT_ONCE)
        member._value_ = len(cls.__members__) * AT_ONCE
        member.declared = declared
        return member

    @property
    def row(self) -> int:
        """Position among the variables of the place."""
        return int(self) // AT_ONCE

    @classmethod
    def of_role(cls, *roles: str) -> tuple[int, int]:
        """First row and end of the variables of these roles, which stand side by side."""
        rows = [member.row for member in cls if member.declared.role in roles]
        assert not rows or rows == list(range(rows[0], rows[0] + len(rows))), (
            f"{cls.__name__}: {roles} do not stand side by side"
        )
        return (rows[0], rows[-1] + 1) if rows else (0, 0)


class One(Variables):
    """Of which there is one."""

    detained = stock()
    unregistered_hosted = stock()
    left_country = stock()
    awaiting_placement = level("people", "People who wait for a bed, in all pools together")
    fuel = level("litres", "Fuel at hand in the area of origin")
    left_before_registering = level(
        "people",
        "People who have crossed since the start and moved on to another country without registering",
    )
    guests_under_way = level(
        "people",
        "Guests of lost provinces on the road that its residents take: held back, on it, or detained at its checkpoint",
    )
    registered_guests_under_way = level("people", "Those of them who have registered")
    went_straight_on = flow(
        "People who cross and go straight on to relatives without registering",
        into="unregistered_hosted",
    )
    registered_later = flow(
        "People who went straight on and register at a community centre",
        out_of="unregistered_hosted",
    )
    came_back_unregistered = flow(
        "People who went straight on and come back for a bed, and register then",
        out_of="unregistered_hosted",
        into="awaiting_placement",
    )
    went_on_unregistered = flow(
        "People who go to relatives without registering, as no reception point is left open",
        into="unregistered_hosted",
    )
    left_unregistered = flow(
        "People with relatives who have not registered and move on to another country",
        out_of="unregistered_hosted",
        into="left_country",
    )
    left_waiting = flow(
        "People who wait for a bed and move on to another country",
        out_of="awaiting_placement",
        into="left_country",
    )
    asked = flow("People who ask for state accommodation when they register", into="awaiting_placement")
    came_off_for_bed = flow(
        "Guests of a lost province who come off the road of its residents and wait for a bed",
        into="awaiting_placement",
    )
    bus_places = rate()
    fuel_delivered = rate()
    straight_share = rate()
    comes_forward = rate()
    community_rate = rate()
    asks_share = rate()
    comes_back = rate()
    moves_out = rate()
    leaves_country = rate()
    drifts = rate()
    placement_seats = rate()
    transit_places = rate()
    cash_coverage = rate()
    people_per_vehicle = constant()
    people_per_bus = constant()
    own_vehicle_share = constant()
    fuel_per_vehicle = constant()
    vehicles_per_person = constant()
    buses_per_person = constant()
    innovation = constant()
    imitation = constant()
    route_choice_hours = constant()
    with_vehicle = scratch()
    without_vehicle = scratch()
    fuelled = scratch()
    seats = scratch()
    seats_left = scratch()
    want_seats = scratch()
    want_seats_for_fuel = scratch()
    arriving = scratch()
    crossing = scratch()
    reception_weight = scratch()
    unregistered_kept = scratch()
    unregistered_inflow_kept = scratch()
    unregistered_registering = scratch()
    unregistered_coming_back = scratch()
    unregistered_leaving = scratch()
    unheard_kept = scratch()
    unheard_inflow_kept = scratch()
    waiting_kept = scratch()
    hosted_kept = scratch()
    hosted_inflow_kept = scratch()
    hosted_coming_back = scratch()
    hosted_leaving = scratch()
    hosted_drifting = scratch()
    sheltered_kept = scratch()
    sheltered_inflow_kept = scratch()
    sheltered_moving_out = scratch()
    registered_now = scratch()
    moving_on = scratch()
    drifted = scratch()
    free = scratch()
    weighted_free = scratch()
    left = scratch()
    came_back_to_wait = scratch()
    moved_to_relatives = scratch()
    registered_hosted = scratch()
    hosted_who_never_waited = scratch()
    need_a_bed = scratch()
    waiting_who_never_were_hosted = scratch()
    paid_and_there = scratch()
    to_place = scratch()
    can_be_placed = scratch()
    depletion = scratch()
    per_depletion = scratch()
    third_moment = scratch()
    filling = scratch()
    slope = scratch()
    in_registration = scratch()
    in_registration_at_first = scratch()
    in_registration_at_second = scratch()
    first_break = scratch()
    second_break = scratch()
    uneven = scratch()
    in_travel = scratch()
    now_everyone = scratch()
    now_waiting = scratch()
    now_collective = scratch()
    now_hosted = scratch()
    now_unsheltered = scratch()
    now_sheltered = scratch()
    entered_everyone = scratch()
    entered_waiting = scratch()
    entered_collective = scratch()
    entered_hosted = scratch()
    before_everyone = scratch()
    before_waiting = scratch()
    before_collective = scratch()
    before_hosted = scratch()
    before_unsheltered = scratch()
    before_sheltered = scratch()
    hours_everyone = scratch()
    hours_waiting = scratch()
    hours_collective = scratch()
    hours_hosted = scratch()
    hours_unsheltered = scratch()
    hours_sheltered = scratch()
    peak_everyone = scratch()
    peak_waiting = scratch()
    peak_collective = scratch()
    peak_hosted = scratch()
    peak_unsheltered = scratch()
    peak_sheltered = scratch()
    cumulative_crossed = scratch()
    cumulative_received = scratch()
    unregistered_guests_under_way = scratch()
    hosts_left = scratch()
    guests_to_relatives = scratch()
    detained_registered = scratch()
    detained_unregistered = scratch()
    most_registration = extreme()
    most_sheltered = extreme()
    most_sheltered_time = extreme()
    most_unsheltered = extreme()
    most_unsheltered_time = extreme()
    paid_once = extreme()
    covered_hours = extreme()


class Route(Variables):
    """Of each route: a road with the checkpoint at its end."""

    on_road_by_vehicle = stock("on_road")
    on_road_by_bus = stock("on_road")
    queue_by_vehicle = level("people", "People in private vehicles that have reached the queue at the checkpoint")
    queue_by_bus = level("people", "People in buses that have reached the queue at the checkpoint")
    entered_vehicles = level(
        "vehicles",
        "Vehicles that have entered the corridor since the start, those on it at the start included",
    )
    most_entered_vehicles = level(
        "vehicles",
        "Vehicles that could have entered the corridor by then, as far as there was room; no more than have "
        "entered where it is full",
    )
    passed_vehicles = level("vehicles", "Vehicles that have left the queue at the checkpoint since the start")
    crossed_so_far = level("people", "People who have crossed by this route since the start")
    joined_by_vehicle = flow("People who set off on this route in a private vehicle", into="on_road")
    joined_by_bus = flow("People who set off on this route in a bus", into="on_road")
    sent_back = flow("People sent back home at the checkpoint of this route", out_of="on_road")
    reached_by_vehicle = flow("People who reach the queue at the checkpoint in a private vehicle", within="on_road")
    reached_by_bus = flow("People who reach the queue at the checkpoint in a bus", within="on_road")
    passed_by_vehicle = flow("People in private vehicles that leave the queue at the checkpoint", within="on_road")
    passed_by_bus = flow("People in buses that leave the queue at the checkpoint", within="on_road")
    held = flow("People detained at the checkpoint", out_of="on_road", into="detained")
    crossed = flow("People who cross; as a measure, all who have crossed by the end", out_of="on_road")
    guests_came_off = flow("Guests of a lost province who come to the end of this road", out_of="on_road")
    guests_sent_back = flow("Guests of a lost province sent back at the checkpoint of this route", out_of="on_road")
    guests_held = flow(
        "Guests of a lost province detained at the checkpoint of this route, a part of those held", within="on_road"
    )
    guests_set_off = flow(
        "Guests of a lost province who set off on this route, a part of those who do", within="on_road"
    )
    checkpoint_rate = rate()
    checkpoint_seconds = rate()
    checkpoint_seconds_per_person = rate()
    night_factor = rate()
    turned_back_share = rate()
    detained_share = rate()
    road_capacity = rate()
    bus_weight = rate()
    road_storage = constant()
    approach_flow = constant()
    from_abroad = constant()
    cumulative_reached_by_vehicle = scratch()
    cumulative_reached_by_bus = scratch()
    with_vehicle = scratch()
    without_vehicle = scratch()
    vehicles_ready = scratch()
    buses_ready = scratch()
    room = scratch()
    entering_by_vehicle = scratch()
    entering_by_bus = scratch()
    passing_vehicles = scratch()
    waiting_vehicles = scratch()
    most_passing = scratch()
    first_break = scratch()
    second_break = scratch()
    passed_by_first = scratch()
    passed_by_second = scratch()
    vehicle_share = scratch()
    bus_share = scratch()
    extra_share = scratch()
    throughput = scratch()
    by_this_hour = scratch()
    cumulative_passed = scratch()
    reception_weight = scratch()
    to_points = scratch()
    expected_hours = scratch()
    guests_for_bed = scratch()
    guests_of_hosts = scratch()
    guests_unregistered = scratch()
    came_off_for_bed = scratch()
    came_off_of_hosts = scratch()
    came_off_unregistered = scratch()
    back_for_bed = scratch()
    back_of_hosts = scratch()
    back_unregistered = scratch()
    most_queue_people = extreme()
    most_queue_vehicles = extreme()
    most_queue_time = extreme()


class District(Variables):
    """Of each district."""

    willing = stock("at_home")
    leaving_by_vehicle = stock("leaving")
    leaving_by_bus = stock("leaving")
    departed = flow(
        "People who decide to leave, from home; in reports, all who have set off up to a time",
        out_of="at_home",
        into="leaving",
    )
    set_off_by_vehicle = flow("People who set off in a private vehicle", out_of="leaving")
    set_off_by_bus = flow("People without a vehicle who set off in a bus", out_of="leaving")
    set_off_by_bus_for_want_of_fuel = flow(
        "People whose vehicle has no fuel and who set off in a bus",
        out_of="leaving",
    )
    turned_back = flow("People sent back home at the checkpoint", into="at_home")
    guests_joined = flow(
        "Guests of a lost province who take the road of these residents, or are sent back on it",
        into="leaving",
    )
    guests_gone = flow(
        "Guests of a lost province who set off by its residents' roads, a part of those who do", within="leaving"
    )
    people = constant()
    guest_share = constant()
    departing_by_vehicle = scratch()
    departing_by_bus = scratch()
    guests_for_bed = scratch()
    guests_of_hosts = scratch()
    guests_unregistered = scratch()
    guests_so_far = scratch()


class Leg(Variables):
    """Of each way from a district to a route: route after route, the districts of each in their order."""

    went_by_vehicle = flow("People of a district who set off on a route in a private vehicle")
    went_by_bus = flow("People of a district who set off on a route in a bus")
    share = rate()
    approach_storage = constant()
    hours = constant()
    belongs = constant()
    went_without_vehicle = scratch()
    went_for_want_of_fuel = scratch()
    waiting_by_vehicle = scratch()
    waiting_by_bus = scratch()
    chosen = scratch()
    cumulative_set_off_by_vehicle = scratch()
    cumulative_set_off_by_bus = scratch()
    cumulative_entered_by_vehicle = scratch()
    cumulative_entered_by_bus = scratch()
    set_off_before = scratch()
    guests_so_far = scratch()
    at_entrance_by_vehicle = scratch()
    at_entrance_by_bus = scratch()
    vehicle_share = scratch()
    bus_share = scratch()
    extra_share = scratch()


class Entry(Variables):
    """Of each way from a route to a reception point: route after route, the points of each in their order."""

    weight = rate()


class Point(Variables):
    """Of each reception point."""

    awaiting_registration = stock()
    received = flow("People who come to a reception point", into="awaiting_registration")
    moved_here = flow(
        "People who waited at a reception point that closes and come to this one",
        into="awaiting_registration",
    )
    moved_away = flow(
        "People who wait at a reception point that closes, as its province is lost, and go to another or to relatives",
        out_of="awaiting_registration",
    )
    registered = flow(
        "People who register at a reception point; in tables, all who have registered anywhere up to a time",
        out_of="awaiting_registration",
    )
    took_road_unregistered = flow(
        "People who wait at a reception point in a province that is lost and take the road of its residents",
        out_of="awaiting_registration",
    )
    weight = rate()
    registration_rate = rate()
    closed = rate()
    covered_places = rate()
    received_by_first = scratch()
    received_by_second = scratch()


class Pool(Variables):
    """Of each pool of people who wait for a bed: one, or where the roads to the provinces differ one at each point."""

    waiting_here = stock("awaiting_placement")
    began_waiting = flow("People who begin to wait for a bed at a reception point, where the roads from them differ")
    stopped_waiting = flow("People who cease to wait for a bed at a reception point, where the roads from them differ")
    asked_here = flow("People who ask for a bed when they register, by the reception point at which they wait")
    left_waiting_here = flow("People who wait for a bed at a reception point and move on to another country")
    moved_on = flow("People who wait for a bed at a reception point that closes and go to wait at another")
    took_road_waiting = flow(
        "People who wait for a bed at a reception point in a province that is lost and take the road of its residents"
    )
    came_off_here = flow("Guests of a lost province who come off the road of its residents and wait for a bed here")
    of_unregistered = rate()
    closes = rate()
    share = scratch()
    turned_here = scratch()


class Journey(Variables):
    """Of each way from a pool to a province, where there are several pools: pool after pool, the provinces of each."""

    on_the_way = level("people", "People on the way from a reception point to a province, where the roads differ")
    sent = flow("People assigned to a province who set off from a reception point, where the roads differ")
    came = flow("People who reach a province from a reception point, where the roads differ")
    returns = rate()
    weight = constant()
    on_the_way_at_start = scratch()
    cumulative_sent = scratch()
    cumulative_came = scratch()


class Province(Variables):
    """Of each province."""

    travelling = stock()
    sheltered = stock()
    hosted = stock()
    beds = level("beds", "Usable beds in state accommodation")
    joined_relatives = flow("People who register and live with relatives or in their own rental", into="hosted")
    came_back = flow(
        "Registered people who come back from relatives for a bed",
        out_of="hosted",
        into="awaiting_placement",
    )
    placed = flow(
        "People assigned to a province, who start on their way",
        out_of="awaiting_placement",
        into="travelling",
    )
    arrived = flow(
        "People who reach a province; in arrivals tables and reports, all who have crossed up to a time",
        out_of="travelling",
        into="sheltered",
    )
    refused = flow("People who reach a province, find no bed and wait again for a place", into="awaiting_placement")
    evacuated = flow(
        "People whose bed is lost and who wait again for a place",
        out_of="sheltered",
        into="awaiting_placement",
    )
    fled_for_bed = flow(
        "People with relatives in a province that is lost who ask for a bed elsewhere",
        out_of="hosted",
        into="awaiting_placement",
    )
    fled_to_relatives = flow(
        "People with relatives in a province that is lost who go to relatives elsewhere",
        out_of="hosted",
    )
    fled_in = flow("People who come to relatives here from a province that is lost", into="hosted")
    moved_out = flow(
        "People who leave state accommodation for relatives or their own rental",
        out_of="sheltered",
        into="hosted",
    )
    drifted_out = flow("People with relatives who move to another province", out_of="hosted")
    drifted_in = flow("People with relatives who come from another province", into="hosted")
    left_from_relatives = flow(
        "People with relatives who move on to another country",
        out_of="hosted",
        into="left_country",
    )
    left_from_shelter = flow(
        "People in state accommodation who move on to another country",
        out_of="sheltered",
        into="left_country",
    )
    hosted_took_road = flow(
        "People with relatives in a province that is lost who take the road of its residents", out_of="hosted"
    )
    sheltered_took_road = flow(
        "People in state accommodation in a province that is lost who take the road of its residents",
        out_of="sheltered",
    )
    turned_round = flow(
        "People on the way to a province that is lost who turn round and wait again for a place",
        out_of="travelling",
        into="awaiting_placement",
    )
    standing_beds = rate()
    beds_remaining = rate()
    lost = rate()
    relatives_share = rate()
    drift_share = rate()
    placement_weight = constant()
    cumulative_placed = scratch()
    cumulative_arrived = scratch()
    travelling_at_start = scratch()
    ordered_beds = scratch()
    grown = scratch()
    room = scratch()
    taken = scratch()
    first_full = scratch()
    free = scratch()
    freed = scratch()
    weighted_free = scratch()
    emptied = scratch()
    emptied_of_freed = scratch()
    slope = scratch()
    moved_out_on_arrival = scratch()


VARIABLES: dict[str, type[Variables]] = {
    ONE: One,
    ROUTE: Route,
    DISTRICT: District,
    LEG: Leg,
    ENTRY: Entry,
    POINT: Point,
    PROVINCE: Province,
    POOL: Pool,
    JOURNEY: Journey,
}
"""By group of places."""
ROWS = {group: len(variables) for group, variables in VARIABLES.items()}
"""How many variables each group of places has."""
GROUP_OF = {variables: group for group, variables in VARIABLES.items()}


def _rows(*roles: str) -> dict[str, tuple[int, int]]:
    found = {group: variables.of_role(*roles) for group, variables in VARIABLES.items()}
    return {group: rows for group, rows in found.items() if rows[1]}


def _first(*roles: str) -> dict[str, int]:
    return {group: end for group, (_, end) in _rows(*roles).items()}


STOCKS = _first(STOCK)
"""How many of the first rows are stocks; their sum over all places is everyone who is not staying for good."""
KEPT = _first(STOCK, LEVEL)
"""How many of the first rows are kept where flows are not."""
RECORDED = _first(STOCK, LEVEL, FLOW)
"""How many of the first rows are kept where flows are."""
RATES, CONSTANTS, EXTREMES = _rows(RATE), _rows(CONSTANT), _rows(EXTREME)
"""First row and end, by group of places."""

OF_GUESTS: dict[type[Variables], int] = {One: 1, Route: 4, District: 2, Point: 1, Province: 3, Pool: 2}
"""How many of the last flows are of guests of lost provinces on the road of their residents."""


def recorded_rows(scenario: Scenario) -> dict[str, int]:
    """How many of the first rows are kept where flows are; those of guests only where residents have a road."""
    if inside(scenario.people):
        return RECORDED
    return {group: count - OF_GUESTS.get(VARIABLES[group], 0) for group, count in RECORDED.items()}


SUMS = {
    "set_off": (("set_off_by_vehicle", "set_off_by_bus", "set_off_by_bus_for_want_of_fuel"), ()),
    "admitted": (("arrived",), ("refused",)),
}
"""Flows that are sums of others, and what is taken off."""
SUM_MEANINGS = {
    "set_off": "People who set off on the corridor; sum of the three routes that follow",
    "admitted": "People who reach a province and find a bed",
}


def _flows(end: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        found[kind] = tuple(
            member.name
            for variables in VARIABLES.values()
            for member in variables
            if member.declared.role == FLOW and getattr(member.declared, end) == kind
        )
    return found


ENTERED = _flows("into") | {"sheltered": ("admitted",)}
LEFT = _flows("out_of")
"""Flows into and out of each kind of place."""
BETWEEN_POOLS = {True: ("began_waiting",), False: ("stopped_waiting",)}
"""Flows into and out of each of several pools, in which those into and out of all of them are one."""


class Sizes(NamedTuple):
    """How many places of each kind there are."""

    routes: int
    districts: int
    points: int
    provinces: int
    pools: int

    @classmethod
    def of(cls, scenario: Scenario) -> Sizes:
        """Those that a scenario has."""
        routes, districts, points, provinces, pools = (
            len(named(scenario, group)) for group in (ROUTE, DISTRICT, POINT, PROVINCE, POOL)
        )
        return cls(routes, districts, points, provinces, max(1, pools))

    def count(self, group: str) -> int:
        """Places of this group."""
        routes, districts, points, provinces, pools = self
        return {
            ONE: 1,
            ROUTE: routes,
            DISTRICT: districts,
            LEG: routes * districts,
            ENTRY: routes * points,
            POINT: points,
            PROVINCE: provinces,
            POOL: pools,
            JOURNEY: pools * provinces if pools > 1 else 0,
        }[group]


@cache
def group_of(variable: str) -> str:
    """Group of places that has a variable of this name.

    Examples
    --------
    >>> group_of("sheltered")
    'province'
    """
    return next(group for group, variables in VARIABLES.items() if variable in variables.__members__)


@cache
def stocks_of(kind: str) -> tuple[str, ...]:
    """Names of the stocks that count the people of a kind of place.

    Examples
    --------
    >>> stocks_of("on_road"), stocks_of("sheltered")
    (('on_road_by_vehicle', 'on_road_by_bus'), ('sheltered',))
    """
    members = [member for member in VARIABLES[KINDS[kind].group] if member.declared.role == STOCK]
    return tuple(member.name for member in members if kind in (member.name, member.declared.part_of))
