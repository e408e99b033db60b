"""The quantities that the sweep keeps for each kind of place, and their order in its arrays.

An array of the sweep holds, for each place, each quantity of ``LANES`` draws side by side: all that concerns a place lies
together, and the members below are the offsets within it, known to the compiler. Stocks come first, then
levels, then flows: these are recorded at every bound, a flow at the bound that ends its step. Rates hold throughout an
epoch, the time between two scheduled events; constants and coefficients follow.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import NamedTuple

DISTRICT, POINT, PROVINCE, ONE = "district", "point", "province", "one"


LANES = 32
"""Draws moved at once: measured, 16 take a third longer a draw, 64 gain 6 % and slow a lone draw down."""


class _Rows(IntEnum):
    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[int]) -> int:
        return count * LANES

    @property
    def row(self) -> int:
        """Position among the quantities of the place."""
        return int(self) // LANES


class One(_Rows):
    """Quantities of which there is one."""

    # stocks [people]
    on_road_by_vehicle = auto()
    on_road_by_bus = auto()
    detained = auto()
    unregistered_hosted = auto()
    awaiting_placement = auto()
    left_country = auto()
    # levels
    queue_by_vehicle = auto()
    queue_by_bus = auto()
    fuel = auto()
    left_before_registering = auto()
    entered_vehicles = auto()
    most_entered_vehicles = auto()
    passed_vehicles = auto()
    entered_everyone = auto()
    entered_waiting = auto()
    entered_collective = auto()
    entered_hosted = auto()
    # flows [people]
    reached_by_vehicle = auto()
    reached_by_bus = auto()
    passed_by_vehicle = auto()
    passed_by_bus = auto()
    held = auto()
    crossed = auto()
    went_straight_on = auto()
    registered_later = auto()
    came_back_unregistered = auto()
    went_on_unregistered = auto()
    left_unregistered = auto()
    left_waiting = auto()
    asked = auto()
    # rates, by epoch
    checkpoint_rate = auto()
    checkpoint_seconds = auto()
    checkpoint_seconds_per_person = auto()
    night_factor = auto()
    turned_back_share = auto()
    detained_share = auto()
    road_capacity = auto()
    bus_places = auto()
    fuel_delivered = auto()
    straight_share = auto()
    comes_forward = auto()
    community_rate = auto()
    asks_share = auto()
    comes_back = auto()
    moves_out = auto()
    leaves_country = auto()
    drifts = auto()
    placement_seats = auto()
    transit_places = auto()
    cash_coverage = auto()
    # constants
    people_per_vehicle = auto()
    people_per_bus = auto()
    own_vehicle_share = auto()
    fuel_per_vehicle = auto()
    road_storage = auto()
    approach_flow = auto()
    vehicles_per_person = auto()
    buses_per_person = auto()
    innovation = auto()
    imitation = auto()
    # coefficients of one step, and sums within it
    unregistered_kept = auto()
    unregistered_inflow_kept = auto()
    unregistered_registering = auto()
    unregistered_leaving = auto()
    waiting_kept = auto()
    hosted_kept = auto()
    hosted_inflow_kept = auto()
    hosted_coming_back = auto()
    hosted_leaving = auto()
    sheltered_kept = auto()
    sheltered_inflow_kept = auto()
    sheltered_moving_out = auto()
    cumulative_reached_by_vehicle = auto()
    cumulative_reached_by_bus = auto()
    with_vehicle = auto()
    without_vehicle = auto()
    vehicles_ready = auto()
    buses_ready = auto()
    room = auto()
    entering_by_vehicle = auto()
    entering_by_bus = auto()
    passing_vehicles = auto()
    vehicle_share = auto()
    bus_share = auto()
    extra_share = auto()
    registered_now = auto()
    throughput = auto()
    reception_weight = auto()
    moving_on = auto()
    drifted = auto()
    free = auto()
    weighted_free = auto()
    left = auto()
    came_back_to_wait = auto()
    moved_to_relatives = auto()
    registered_hosted = auto()
    hosted_who_never_waited = auto()
    need_a_bed = auto()
    waiting_who_never_were_hosted = auto()
    paid_and_there = auto()
    to_place = auto()
    depletion = auto()
    filling = auto()
    slope = auto()
    # people of each group: now, a step ago, person-hours and peak of the day
    in_registration = auto()
    in_travel = auto()
    now_everyone = auto()
    now_waiting = auto()
    now_collective = auto()
    now_hosted = auto()
    now_unsheltered = auto()
    now_sheltered = auto()
    before_everyone = auto()
    before_waiting = auto()
    before_collective = auto()
    before_hosted = auto()
    before_unsheltered = auto()
    before_sheltered = auto()
    hours_everyone = auto()
    hours_waiting = auto()
    hours_collective = auto()
    hours_hosted = auto()
    hours_unsheltered = auto()
    hours_sheltered = auto()
    peak_everyone = auto()
    peak_waiting = auto()
    peak_collective = auto()
    peak_hosted = auto()
    peak_unsheltered = auto()
    peak_sheltered = auto()
    # extremes and totals of the whole projection
    cumulative_crossed = auto()
    cumulative_passed = auto()
    most_queue_people = auto()
    most_queue_vehicles = auto()
    most_queue_time = auto()
    most_registration = auto()
    most_sheltered = auto()
    most_sheltered_time = auto()
    most_unsheltered = auto()
    most_unsheltered_time = auto()
    paid_once = auto()
    covered_hours = auto()


class District(_Rows):
    """Quantities of each district."""

    # stocks [people]
    willing = auto()
    leaving_by_vehicle = auto()
    leaving_by_bus = auto()
    # flows [people]
    departed = auto()
    set_off_by_vehicle = auto()
    set_off_by_bus = auto()
    set_off_by_bus_for_want_of_fuel = auto()
    turned_back = auto()
    # constants
    people = auto()
    approach_storage = auto()
    # sums, and shares within a step
    cumulative_set_off_by_vehicle = auto()
    cumulative_set_off_by_bus = auto()
    cumulative_entered_by_vehicle = auto()
    cumulative_entered_by_bus = auto()
    at_entrance_by_vehicle = auto()
    at_entrance_by_bus = auto()
    vehicle_share = auto()
    bus_share = auto()
    extra_share = auto()


class Point(_Rows):
    """Quantities of each reception point."""

    # stocks [people]
    awaiting_registration = auto()
    # flows [people]
    received = auto()
    moved_here = auto()
    moved_away = auto()
    registered = auto()
    # rates
    weight = auto()
    registration_rate = auto()
    closed = auto()
    covered_places = auto()


class Province(_Rows):
    """Quantities of each province."""

    # stocks [people]
    travelling = auto()
    sheltered = auto()
    hosted = auto()
    # levels
    beds = auto()
    # flows [people]
    joined_relatives = auto()
    came_back = auto()
    placed = auto()
    arrived = auto()
    refused = auto()
    evacuated = auto()
    fled_for_bed = auto()
    fled_to_relatives = auto()
    fled_in = auto()
    moved_out = auto()
    drifted_out = auto()
    drifted_in = auto()
    left_from_relatives = auto()
    left_from_shelter = auto()
    # rates
    standing_beds = auto()
    beds_remaining = auto()
    lost = auto()
    relatives_share = auto()
    drift_share = auto()
    # constants
    placement_weight = auto()
    # sums
    cumulative_placed = auto()
    cumulative_arrived = auto()
    travelling_at_start = auto()
    ordered_beds = auto()
    grown = auto()
    room = auto()
    taken = auto()
    first_full = auto()
    free = auto()
    freed = auto()
    weighted_free = auto()
    emptied = auto()
    emptied_of_freed = auto()
    slope = auto()


ROWS: dict[str, type[_Rows]] = {ONE: One, DISTRICT: District, POINT: Point, PROVINCE: Province}
STOCKS = {
    ONE: One.left_country.row + 1,
    DISTRICT: District.leaving_by_bus.row + 1,
    POINT: Point.awaiting_registration.row + 1,
    PROVINCE: Province.hosted.row + 1,
}
"""How many of the first rows are stocks; their sum over all places is everyone who is not staying for good."""
RECORDED = {
    ONE: One.asked.row + 1,
    DISTRICT: District.turned_back.row + 1,
    POINT: Point.registered.row + 1,
    PROVINCE: Province.left_from_shelter.row + 1,
}
"""How many of the first rows are recorded."""
KEPT = STOCKS | {ONE: One.passed_vehicles.row + 1, PROVINCE: Province.beds.row + 1}
"""How many of the first rows are kept by day of a draw whose trajectory is not."""
RATES = {
    ONE: (One.checkpoint_rate.row, One.cash_coverage.row + 1),
    POINT: (Point.weight.row, Point.covered_places.row + 1),
    PROVINCE: (Province.standing_beds.row, Province.drift_share.row + 1),
}
"""First row and end of the rates."""
CONSTANTS = {
    ONE: (One.people_per_vehicle.row, One.imitation.row + 1),
    DISTRICT: (District.people.row, District.approach_storage.row + 1),
    PROVINCE: (Province.placement_weight.row, Province.placement_weight.row + 1),
}
"""First row and end of the constants."""


class Sizes(NamedTuple):
    """How many places of each kind there are."""

    districts: int
    points: int
    provinces: int

    def count(self, kind: str) -> int:
        """Places of this kind."""
        return {DISTRICT: self.districts, POINT: self.points, PROVINCE: self.provinces, ONE: 1}[kind]


def kind_of(quantity: str) -> str:
    """Kind of place that has a quantity of this name.

    Examples
    --------
    >>> kind_of("sheltered")
    'province'
    """
    return next(kind for kind, rows in ROWS.items() if quantity in rows.__members__)


FIRST_EXTREME, LAST_EXTREME = One.most_queue_people, One.covered_hours
"""The rows of ``One`` that say what was highest, when, and in all."""
