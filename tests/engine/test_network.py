"""Networks of routes: small cases worked out by hand, what changes nothing, and the theory of parallel bottlenecks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.engine.variables import LEG, RECORDED, ROUTE
from refugee_model.scenario.network import KINDS
from refugee_model.scenario.scenario import Scenario, build_scenario
from tests.engine.test_reference import assert_same
from tests.engine.test_theory import PER_VEHICLE, line, reflected
from tests.strategies import everyone, networks, scenarios

Values = dict[str, Any]
OF_PEOPLE = 1e-9
"""Share of all people to which two networks that are the same agree."""
PRECISION = 1e-12
PEOPLE = 2_000.0
NO_FUEL = {"own_vehicle_share": 1.0, "fuel_litres": 0.0, "fuel_litres_per_vehicle": 10.0}


def two_roads(small: Scenario, **changes: Any) -> Scenario:
    """2,000 people held back at home, three quarters by road A; 200 an hour can go by A and as many as like by B."""
    ways = {name: {"share": part, "distance_km": 0.0} for name, part in {"A": 0.75, "B": 0.25}.items()}
    values = {
        "people.total": PEOPLE,
        "people.districts": {"North": {"share": 1.0, "distance_km": 0.0, "routes": ways}},
        "people.now.leaving.North": PEOPLE,
        "timing.departure.share_leaving": 1.0,
        "timing.routes": {"A": {"corridor": {"vehicles_per_hour_per_lane": 50.0}}, "B": {}},
    }
    return line(small, values | changes)


def by_route(run: Result, until: float = math.inf) -> list[list[float]]:
    """People who set off in each hour of the first, by route."""
    hourly = np.diff(
        np.concatenate((np.zeros((1, 2)), np.cumsum(run.flow("joined_by_vehicle")[:, :, 0], axis=0)))[
            np.searchsorted(run.hours, np.arange(min(until, run.hours[-1]) + 1) - 1e-9)
        ],
        axis=0,
    )
    return [list(of_route) for of_route in hourly.T]


SHUT_FOR_5_HOURS = {"corridor": {"closures": [{"since": -1.0, "until": 5 / 24}]}}


# Choosing, by hand


def test_people_whose_road_is_closed_take_another_one(small: Scenario) -> None:
    """All 2,000 want A, 200 an hour, until B opens after 5 hours: then a quarter of those left go by B each hour."""
    roads = {"A": {"corridor": {"vehicles_per_hour_per_lane": 50.0}}, "B": SHUT_FOR_5_HOURS}
    by_a, by_b = by_route(simulate(two_roads(small, **{"timing.routes": roads})), 10)
    assert by_a == pytest.approx([200.0] * 7 + [0.75 * 212.5, 0.0, 0.0], rel=1e-12)
    assert by_b == pytest.approx([0.0] * 5 + [0.25 * 1_000, 0.25 * 550, 0.25 * 212.5, 0.0, 0.0], rel=1e-12)


def test_people_whose_road_is_closed_wait_for_it(small: Scenario) -> None:
    """500 wait for B and go at once when it opens; the others know nothing of it."""
    roads = {"A": {"corridor": {"vehicles_per_hour_per_lane": 50.0}}, "B": SHUT_FOR_5_HOURS}
    run = simulate(two_roads(small, **{"timing.routes": roads, "timing.departure.when_closed": "wait"}))
    by_a, by_b = by_route(run, 10)
    assert by_a == pytest.approx([200.0] * 7 + [100.0, 0.0, 0.0], rel=1e-12)
    assert by_b == pytest.approx([0.0] * 5 + [500.0, 0.0, 0.0, 0.0, 0.0], rel=1e-12)


def test_a_full_road_sheds_people_to_the_others(small: Scenario) -> None:
    """On A, full after 50 vehicles and with nobody let out, 200 of 1,500 find room; then the shares of those left."""
    full = {"corridor": {"length_km": 1.0, "jam_vehicles_per_km": 50.0}, "checkpoint": {"vehicles_per_hour": 0.0}}
    scenario = two_roads(small, **{"timing.routes": {"A": full, "B": {}}})
    by_a, by_b = by_route(simulate(scenario), 4)
    assert by_a == pytest.approx([200.0, 0.0, 0.0, 0.0], rel=1e-12)
    assert by_b == pytest.approx([500.0, 0.25 * 1_300, 0.25 * 975, 0.25 * 731.25], rel=1e-12)
    by_a, by_b = by_route(simulate(scenario.change({"timing.departure.when_closed": "wait"})), 4)
    assert (by_a, by_b) == (pytest.approx([200.0, 0.0, 0.0, 0.0]), pytest.approx([500.0, 0.0, 0.0, 0.0]))


@pytest.mark.parametrize("when_closed", ["wait", "other routes"])
def test_while_all_roads_are_closed_nobody_sets_off(small: Scenario, when_closed: str) -> None:
    """After 5 hours A opens, B never: those who change over all take A."""
    never = {"checkpoint": {"regimes": [{"kind": "closed", "since": -1.0}]}, "corridor": {"closures": [{"since": 0.0}]}}
    roads = {"A": SHUT_FOR_5_HOURS, "B": never}
    scenario = two_roads(small, **{"timing.routes": roads, "timing.departure.when_closed": when_closed})
    by_a, by_b = by_route(simulate(scenario), 8)
    assert by_a == pytest.approx([0.0] * 5 + [1_500.0 if when_closed == "wait" else PEOPLE, 0.0, 0.0], rel=1e-12)
    assert by_b == [0.0] * 8


@pytest.mark.parametrize("when_closed", ["wait", "other routes"])
def test_fewer_leave_home_while_their_road_is_closed(small: Scenario, when_closed: str) -> None:
    """Of each district as many as would take a closed road; where they change over, while all its roads are closed."""
    peak, factor, t = 25.0, 0.2, 12.0
    districts = {
        "Both": {"share": 0.5, "distance_km": 0.0, "routes": {"A": {"share": 0.75}, "B": {"share": 0.25}}},
        "Only B": {"share": 0.5, "distance_km": 0.0, "routes": {"B": {"share": 1.0}}},
    }
    departure = {"form": "rayleigh", "peak_hours": peak, "factor_while_closed": factor, "when_closed": when_closed}
    closed = {"checkpoint": {"regimes": [{"kind": "closed", "since": 0.0}]}}
    scenario = two_roads(
        small,
        **{
            "people.districts": districts,
            "people.now.leaving": {},
            "timing.departure": departure,
            "timing.routes": {"A": {}, "B": closed},
        },
    )
    run = simulate(scenario)
    hazard = 0.5 * (t / peak) ** 2
    slower = 0.75 + 0.25 * factor if when_closed == "wait" else 1.0
    home = run.people("at_home")[run.hours == t][0, :, 0]
    assert home == pytest.approx([PEOPLE / 2 * math.exp(-hazard * part) for part in (slower, factor)], rel=1e-12)


def test_people_go_on_to_the_points_that_their_road_leads_to(small: Scenario) -> None:
    points = {name: {"desks": 0.0, "people_per_desk_hour": 1.0} for name in ("P", "Q", "R")}
    roads = {"A": {"leads_to": {"P": 3.0, "Q": 1.0}}, "B": {}}
    scenario = two_roads(
        small,
        **{
            "aid.reception_points": points,
            "timing.routes": roads,
            "timing.accommodation.straight_to_relatives_share": 0.25,
        },
    )
    received = simulate(scenario).flow("received").sum(axis=0)[:, 0]
    to_points = [0.75 * part for part in (1_500.0, 500.0)]
    expected = [0.75 * to_points[0] + to_points[1] / 3, 0.25 * to_points[0] + to_points[1] / 3, to_points[1] / 3]
    assert received == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("weight", "expected"), [(1.0, [75.0, 25.0]), (3.0, [50.0, 50.0]), (0.0, [100.0, 0.0])])
def test_buses_go_to_the_roads_by_weight_and_by_who_waits_there(
    small: Scenario, weight: float, expected: list[float]
) -> None:
    """Nobody has a vehicle, and each hour there are 100 seats."""
    buses = {"buses": 20.0, "seats": 40.0, "round_trip_hours": 8.0}
    scenario = two_roads(
        small,
        **{
            "timing.transport.own_vehicle_share": 0.0,
            "aid.evacuation_buses": buses,
            "timing.routes": {"A": {}, "B": {"bus_weight": weight}},
        },
    )
    assert simulate(scenario).flow("joined_by_bus")[0, :, 0] == pytest.approx(expected, rel=1e-12)


def test_fuel_goes_round_evenly(small: Scenario) -> None:
    """Fuel for 100 of 500 vehicles, whichever road they take."""
    fuel = {"fuel_litres": 1_000.0, "fuel_litres_per_vehicle": 10.0, "people_per_vehicle": PER_VEHICLE}
    transport = {"own_vehicle_share": 1.0, **fuel}
    run = simulate(two_roads(small, **{"timing.transport": transport, "timing.routes": {"A": {}, "B": {}}}))
    assert run.flow("joined_by_vehicle")[0, :, 0] == pytest.approx([300.0, 100.0], rel=1e-12)
    assert run.level("fuel")[1, 0, 0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("without_vehicle", [0.0, 1e-12, 10.0, 70.0, 400.0])
def test_seats_that_people_without_vehicle_leave_go_to_those_without_fuel(
    small: Scenario, without_vehicle: float
) -> None:
    """Each hour 100 seats: those without a vehicle all wait for A, three in four of those without fuel for B."""
    ways = {"By A": {"A": {"share": 1.0}}, "By both": {"A": {"share": 0.25}, "B": {"share": 0.75}}}
    scenario = two_roads(
        small,
        **{
            "people.districts": {n: {"share": 0.5, "distance_km": 0.0, "routes": of} for n, of in ways.items()},
            "people.now.leaving": {"By A": without_vehicle, "By both": 1_000.0},
            "people.now.leaving_without_vehicle": {"By A": without_vehicle, "By both": 0.0},
            "timing.departure.share_leaving": 0.0,
            "timing.transport": {**NO_FUEL, "people_per_vehicle": PER_VEHICLE},
            "aid.evacuation_buses": {"buses": 20.0, "seats": 40.0, "round_trip_hours": 8.0},
            "timing.routes": {"A": {}, "B": {}},
        },
    )
    first = min(without_vehicle, 100.0)
    expected = [first + 0.25 * (100.0 - first), 0.75 * (100.0 - first)]
    assert simulate(scenario).flow("joined_by_bus")[0, :, 0] == pytest.approx(expected, rel=1e-9)


def test_people_sent_back_on_a_road_go_home_to_those_who_took_it(small: Scenario) -> None:
    """At B all are sent back, at A a tenth is held; nobody of X took B."""
    districts = {
        "X": {"share": 0.5, "distance_km": 0.0, "routes": {"A": {"share": 1.0}}},
        "Y": {"share": 0.5, "distance_km": 0.0, "routes": {"A": {"share": 0.4}, "B": {"share": 0.6}}},
    }
    roads = {"A": {"checkpoint": {"detained_share": 0.1}}, "B": {"checkpoint": {"turned_back_share": 1.0}}}
    now = {"X": 1_000.0, "Y": 1_000.0}
    run = simulate(
        two_roads(small, **{"people.districts": districts, "people.now.leaving": now, "timing.routes": roads})
    )
    assert run.flow("turned_back")[0, :, 0] == pytest.approx([0.0, 600.0], abs=1e-9)
    assert run.flow("sent_back")[0, :, 0] == pytest.approx([0.0, 600.0], abs=1e-9)
    assert run.flow("held")[0, :, 0] == pytest.approx([140.0, 0.0], abs=1e-9)
    assert run.flow("crossed")[0, :, 0] == pytest.approx([1_260.0, 0.0], abs=1e-9)


def test_people_sent_back_on_a_road_that_nobody_takes_go_home_to_all_who_are_away(small: Scenario) -> None:
    """300 were on B at the start. All went home to the last district."""
    ways = {"routes": {"A": {"share": 1.0}, "B": {"share": 0.0}}, "distance_km": 0.0}
    scenario = two_roads(
        small,
        **{
            "people.districts": {"X": {"share": 0.75, **ways}, "Y": {"share": 0.25, **ways}},
            "people.now": {"on_road_by_route": {"B": 300.0}},
            "timing.departure.start": 3.0,
            "timing.routes": {"A": {}, "B": {"checkpoint": {"turned_back_share": 1.0}}},
        },
    )
    assert simulate(scenario).flow("turned_back")[0, :, 0] == pytest.approx([225.0, 75.0], rel=1e-12)


def test_where_rounding_went_says_nothing_of_where_others_were(small: Scenario) -> None:
    """1e-12 people of X took A, as B has no room. All 300 from B went home to Y."""
    ways = {"routes": {"A": {"share": 0.5}, "B": {"share": 0.5}}, "distance_km": 0.0}
    shut = {"corridor": {"vehicles_per_hour_per_lane": 0.0}, "checkpoint": {"turned_back_share": 1.0}}
    scenario = two_roads(
        small,
        **{
            "people.districts": {"X": {"share": 0.75, **ways}, "Y": {"share": 0.25, **ways}},
            "people.now": {"on_road_by_route": {"B": 300.0}, "leaving": {"X": 1e-12}},
            "timing.departure.start": 3.0,
            "timing.routes": {"A": {}, "B": shut},
        },
    )
    assert simulate(scenario).flow("turned_back")[0, :, 0] == pytest.approx([225.0, 75.0], rel=1e-9)


def test_of_two_ways_the_longer_is_taken_by_fewer(small: Scenario) -> None:
    """B is 100 km longer, 2 hours, and A has a queue of 3 hours: of 3 : 1 people there go 3 e**-0.5 : 1."""
    way = {"A": {"share": 0.75}, "B": {"share": 0.25, "distance_km": 100.0}}
    scenario = two_roads(
        small,
        **{
            "people.total": 3_200.0,
            "people.districts.North.routes": way,
            "people.now.on_road_by_route": {"A": 1_200.0},
            "timing.departure.route_choice": "expected time",
            "timing.departure.route_choice_hours": 2.0,
            "timing.routes": {"A": {"checkpoint": {"vehicles_per_hour": 100.0}}, "B": {}},
        },
    )
    went = simulate(scenario).flow("went_by_vehicle")[0, :, 0]
    assert went[0] / went[1] == pytest.approx(3.0 * math.exp(-0.5), rel=1e-12)
    assert went.sum() == pytest.approx(PEOPLE)


def test_people_who_know_how_long_ways_take_do_not_forget_it_when_something_else_changes(small: Scenario) -> None:
    """B is 20 hours longer. It was taken by its share from an event within an hour on, such as a new tent."""
    way = {"A": {"share": 0.5}, "B": {"share": 0.5, "distance_km": 1_000.0}}
    scenario = two_roads(
        small,
        **{
            "people.districts.North.routes": way,
            "timing.departure.route_choice": "expected time",
            "timing.departure.route_choice_hours": 1.0,
            "aid.transit_places": [{"value": 100.0}, {"since": 2.4 / 24, "value": 120.0}],
        },
    )
    run = simulate(scenario)
    assert 2.4 in run.hours
    assert run.flow("joined_by_vehicle")[:, 1, 0].max() < 1e-4


# What changes nothing


def parts_of(value: Any, count: int) -> Any:
    """One of so many equal parts of a number or of what holds when."""
    if isinstance(value, list | tuple):
        return [{**change, "value": change["value"] / count} for change in value]
    return value / count


def in_equal_routes(scenario: Scenario, count: int) -> Scenario:
    """The same with several routes, each of which has its part of the lanes and lets its part pass."""
    values, names = scenario.model_dump(exclude_unset=True), [f"Road {number}" for number in range(count)]
    timing, now = values["timing"], values["people"].get("now", {})
    timing["corridor"]["lanes"] /= count
    for name in {"vehicles_per_hour", "lanes"} & set(timing["checkpoint"]):
        timing["checkpoint"][name] = parts_of(timing["checkpoint"][name], count)
    for regime in timing["checkpoint"]["regimes"]:
        if "vehicles_per_hour" in regime:
            regime["vehicles_per_hour"] /= count
    timing["routes"] = {name: {} for name in names}
    for district in values["people"]["districts"].values():
        district["routes"] = {name: {"share": 1 / count} for name in names}
    now["on_road_by_route"] = dict.fromkeys(names, now.pop("on_road", 0.0) / count) if now else {}
    return build_scenario(values)


def assert_alike(one: Result, other: Result, total: float, *, sums: tuple[str, ...] = ()) -> None:
    """The same people in the same places at the same times; of some kinds of places in all of them together."""
    assert np.array_equal(one.hours, other.hours)
    atol = OF_PEOPLE * max(1.0, total)
    for kind in KINDS:
        here, there = (run.people(kind).sum(axis=1) if kind in sums else run.people(kind) for run in (one, other))
        np.testing.assert_allclose(there, here, rtol=0, atol=atol, err_msg=kind)
    np.testing.assert_allclose(other.nights, one.nights, rtol=0, atol=atol, err_msg="nights")


@given(
    scenarios(network=False), st.integers(2, 4), st.sampled_from(["wait", "other routes"]),
    st.sampled_from(["shares", "expected time"]),
)  # fmt: skip
def test_equal_routes_are_one_route(scenario: Scenario, count: int, when_closed: str, choice: str) -> None:
    same = in_equal_routes(scenario, count)
    same = same.change({"timing.departure.when_closed": when_closed, "timing.departure.route_choice": choice})
    one, other = simulate(scenario), simulate(same)
    assert_alike(one, other, everyone(scenario), sums=("on_road",))
    for number in range(1, count):
        first, here = (other.people("on_road")[:, place] for place in (0, number))
        np.testing.assert_allclose(here, first, rtol=0, atol=OF_PEOPLE * max(1.0, everyone(scenario)))


@given(networks(), st.randoms(use_true_random=False))
def test_names_and_order_of_routes_do_not_matter(scenario: Scenario, random: Any) -> None:
    values, names = scenario.model_dump(exclude_unset=True), list(scenario.timing.routes)
    shuffled = random.sample(names, len(names))
    new = {name: f"New {number}" for number, name in enumerate(shuffled)}

    def renamed(groups: Values, order: list[str]) -> Values:
        return {new[name]: groups[name] for name in order if name in groups}

    values["timing"]["routes"] = renamed(values["timing"]["routes"], shuffled)
    for district in values["people"]["districts"].values():
        district["routes"] = renamed(district["routes"], names)
    now = values["people"].get("now", {})
    now["on_road_by_route"] = renamed(now.get("on_road_by_route", {}), names)
    one, other = simulate(scenario), simulate(build_scenario(values))
    assert_alike(one, other, everyone(scenario), sums=("on_road",))
    atol = OF_PEOPLE * max(1.0, everyone(scenario))
    at = [shuffled.index(name) for name in names]
    np.testing.assert_allclose(other.people("on_road")[:, at], one.people("on_road"), rtol=0, atol=atol)
    np.testing.assert_allclose(other.queue_people[:, at], one.queue_people, rtol=0, atol=atol)


@given(networks(), st.integers(0, 4), st.sampled_from([0.0, 500.0]))
def test_a_route_that_nobody_takes_changes_no_bit(scenario: Scenario, position: int, km: float) -> None:
    values, position = scenario.model_dump(exclude_unset=True), min(position, len(scenario.timing.routes))
    routes, count = list(values["timing"]["routes"].items()), len(scenario.people.districts)
    values["timing"]["routes"] = dict([*routes[:position], ("Nowhere", routes[0][1]), *routes[position:]])
    for district in values["people"]["districts"].values():
        if "province" not in district:  # residents have routes of their own
            district["routes"]["Nowhere"] = {"share": 0.0, "distance_km": km}
    one, other = simulate(scenario), simulate(build_scenario(values))
    added = {ROUTE: [position], LEG: range(position * count, (position + 1) * count)}
    for group in RECORDED:
        rest = np.delete(other.recorded[group], list(added.get(group, [])), axis=1)
        assert np.array_equal(rest, one.recorded[group]), group
    assert np.array_equal(other.nights, one.nights)
    assert np.array_equal(np.delete(other.route_waits, position, axis=0), one.route_waits, equal_nan=True)


def test_a_second_route_that_nobody_takes_changes_no_bit(small: Scenario) -> None:
    """Not even while the first is closed, and a share leaves then that no binary number meets."""
    shut = {"timing.checkpoint.regimes": [{"kind": "closed", "since": 1.0, "until": 2.0}]}
    scenario = small.change({**shut, "timing.departure.factor_while_closed": 0.2})
    ways = {name: {"Pass": {"share": 1.0}, "Nowhere": {"share": 0.0}} for name in small.people.districts}
    of_districts = {f"people.districts.{name}.routes": way for name, way in ways.items()}
    one, other = (
        simulate(scenario),
        simulate(scenario.change({"timing.routes": {"Pass": {}, "Nowhere": {}}, **of_districts})),
    )
    for kind in KINDS:
        assert np.array_equal(other.people(kind)[:, : one.people(kind).shape[1]], one.people(kind)), kind


def shortened(values: Values) -> None:
    """Nobody lives beyond the beginning of a road: each district has a way of its own to it, which fills up."""
    timing, districts = values["timing"], values["people"]["districts"].values()
    length = min(
        route.get("corridor", {}).get("length_km", timing["corridor"]["length_km"])
        for route in timing.get("routes", {"": {}}).values()
    )
    for district in districts:
        district["distance_km"] = min(district["distance_km"], length)
        for way in district.get("routes", {}).values():
            way["distance_km"] = min(way.get("distance_km", district["distance_km"]), length)


def halves(groups: Values, name: str, what: tuple[str, ...]) -> None:
    """Make two of one place, each with half of something."""
    half = {
        key: parts_of(value, 2) if key in what and value is not None else value for key, value in groups[name].items()
    }
    groups[name], groups[f"{name} too"] = half, half


@given(networks())
def test_a_district_in_two_halves_is_one_district(scenario: Scenario) -> None:
    values, name = scenario.model_dump(exclude_unset=True), list(scenario.people.districts)[-1]
    shortened(values)
    one = build_scenario(values)
    halves(values["people"]["districts"], name, ("share", "people", "share_of_residents"))
    for group in ("at_home", "leaving", "leaving_without_vehicle"):
        there = values["people"].get("now", {}).get(group, {})
        if name in there:
            there[name] = there[f"{name} too"] = there[name] / 2
    two = simulate(build_scenario(values))
    assert_alike(simulate(one), two, everyone(scenario), sums=("at_home", "leaving"))


@given(networks())
def test_a_reception_point_in_two_halves_is_one_point(scenario: Scenario) -> None:
    values, name = scenario.model_dump(exclude_unset=True), next(iter(scenario.aid.reception_points))
    halves(values["aid"]["reception_points"], name, ("desks", "covered_places", "weight"))
    groups = [route["leads_to"] for route in values["timing"]["routes"].values() if "leads_to" in route]
    now = values["people"].get("now", {})
    groups += [now.get(kind, {}) for kind in ("awaiting_registration", "awaiting_placement_by_point")]
    for there in groups:
        if name in there:
            there[name] = there[f"{name} too"] = parts_of(there[name], 2)
    for area in values["aid"]["provinces"].values():
        if name in area.get("road_km_from", {}):
            area["road_km_from"][f"{name} too"] = area["road_km_from"][name]
    one, two = simulate(scenario), simulate(build_scenario(values))
    assert_alike(one, two, everyone(scenario), sums=("awaiting_registration", "awaiting_placement"))


@given(networks())
def test_nobody_is_made_or_lost_on_a_network(scenario: Scenario) -> None:
    run, total = simulate(scenario), max(1.0, everyone(scenario))
    assert run.residual <= PRECISION * total
    for kind in KINDS:
        assert run.people(kind).min() >= 0, kind
        change = run.moved(kind, into=True) - run.moved(kind, into=False)
        np.testing.assert_allclose(
            np.diff(run.people(kind), axis=0), change, rtol=0, atol=PRECISION * total, err_msg=kind
        )
    assert run.queue_people.min() >= 0
    assert np.all(run.queue_people <= run.people("on_road") + PRECISION * total)


@given(networks())
def test_engine_agrees_with_the_plain_model_on_networks(scenario: Scenario) -> None:
    assert_same(scenario, OF_PEOPLE)


@pytest.mark.slow
def test_engine_agrees_with_the_plain_model_on_many_networks() -> None:
    @given(networks())
    def agrees(scenario: Scenario) -> None:
        assert_same(scenario, OF_PEOPLE)

    settings(max_examples=200, phases=[Phase.explicit, Phase.generate])(agrees)()


# Parallel bottlenecks


def in_parallel(small: Scenario, shares: tuple[float, float], **changes: Any) -> Scenario:
    """10,000 people leave evenly over 4 days by two roads that nothing limits but their checkpoints."""
    even = {"form": "curve", "curve": [{"time": 0.0, "share": 0.0}, {"time": 4.0, "share": 1.0}]}
    ways = {name: {"share": part, "distance_km": 0.0} for name, part in zip("AB", shares, strict=True)}
    districts = {"North": {"share": 1.0, "distance_km": 0.0, "routes": ways}}
    return line(small, {"people.districts": districts, "timing.departure": even, **changes})


steps_of_day = st.lists(
    st.tuples(st.integers(1, 140), st.integers(0, 60)), min_size=1, max_size=4, unique_by=lambda change: change[0]
)


@given(steps_of_day, steps_of_day, st.sampled_from([60.0, 47.0]), st.sampled_from([0.2, 0.5]))
def test_each_queue_is_the_reflection_of_what_comes_to_it(
    small: Scenario, of_a: list[tuple[int, int]], of_b: list[tuple[int, int]], step: float, part: float
) -> None:
    """By shares, for any schedule of rates at both checkpoints."""
    changes = [[(0, 10.0), *sorted(of_route)] for of_route in (of_a, of_b)]
    roads = {
        name: {"checkpoint": {"vehicles_per_hour": [{"since": at / 24, "value": float(rate)} for at, rate in rates]}}
        for name, rates in zip("AB", changes, strict=True)
    }
    run = simulate(in_parallel(small, (part, 1 - part), **{"timing.routes": roads, "timeline.step_minutes": step}))
    for place, (rates, share) in enumerate(zip(changes, (part, 1 - part), strict=True)):
        begin = np.searchsorted([at for at, _ in rates], run.hours[:-1] + 1e-9, side="right") - 1
        rate = np.asarray([rate for _, rate in rates])[begin]
        capacity = np.concatenate(([0.0], np.cumsum(rate * run.steps))) * PER_VEHICLE
        arrived = share * run.cumulative("departed")[:, 0]
        queue = run.queue_people[:, place, 0]
        np.testing.assert_allclose(queue, reflected(arrived, capacity), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("when_closed", ["wait", "other routes"])
def test_spillback_holds_entry_on_each_road_to_its_storage_and_backward_wave(small: Scenario, when_closed: str) -> None:
    """Newell on each: N(t) at the entrance is at most D(t - L/w) + k L, and reaches it while people are held back."""
    said = {"A": (30.0, 10.0, 15.0, 12.0), "B": (10.0, 25.0, 8.0, 18.0)}
    roads = {
        name: {
            "corridor": {"length_km": length, "jam_vehicles_per_km": jam, "backward_wave_kmh": wave},
            "checkpoint": {"vehicles_per_hour": [{"value": rate}, {"since": 2.5, "value": 1.25 * rate}]},
        }
        for name, (length, jam, wave, rate) in said.items()
    }
    changes = {"timing.routes": roads, "timeline.step_minutes": 30.0, "people.total": 20_000.0}
    scenario = in_parallel(small, (0.4, 0.6), **changes).change({"timing.departure.when_closed": when_closed})
    run = simulate(scenario)
    full = (run.hours > 40.0) & (run.hours <= 96.0)
    assert np.all(run.people("leaving").sum(axis=(1, 2))[full] > 100.0)
    for place, (length, jam, wave, _) in enumerate(said.values()):
        entered, passed = (
            np.concatenate(([0.0], np.cumsum(run.flow(name)[:, place, 0]))) / PER_VEHICLE
            for name in ("joined_by_vehicle", "crossed")
        )
        limit = np.interp(run.hours - length / wave, run.hours, passed, left=0.0) + jam * length
        assert np.all(entered <= limit + 1e-6)
        assert run.on_road_vehicles[:, place].max() <= jam * length + 1e-6
        np.testing.assert_allclose(entered[full], limit[full], rtol=1e-9)


def choosing_by_time(small: Scenario, shares: tuple[float, float], scale: float, km: float) -> np.ndarray:
    """How much longer A takes than B, late in 28 days in which 160 vehicles an hour come and 100 + 50 pass [h]."""
    rates = np.asarray([100.0, 50.0])
    roads = {name: {"checkpoint": {"vehicles_per_hour": rate}} for name, rate in zip("AB", rates.tolist(), strict=True)}
    even = {"form": "curve", "curve": [{"time": 0.0, "share": 0.0}, {"time": 30.0, "share": 1.0}]}
    changes: Values = {
        "people.total": PER_VEHICLE * 160.0 * 24 * 30,
        "timeline.days": 28.0,
        "timeline.step_minutes": 30.0,
        "timing.routes": roads,
        "timing.departure": {**even, "route_choice": "expected time", "route_choice_hours": scale},
    }
    scenario = in_parallel(small, shares, **changes)
    run = simulate(scenario.change({"people.districts.North.routes.B.distance_km": km}))
    times = run.queue_vehicles[:, :, 0] / rates + np.asarray([0.0, km / scenario.timing.corridor.free_speed_kmh])
    late = run.hours > 18.0 * 24.0
    assert np.all(times[late] > 24.0)
    apart: np.ndarray = times[late, 0] - times[late, 1]
    return apart


@pytest.mark.parametrize("shares", [(2 / 3, 1 / 3), (0.5, 0.5), (0.9, 0.1)])
@pytest.mark.parametrize(("scale", "km"), [(0.6, 0.0), (2.4, 0.0), (1.2, 50.0)])
def test_parallel_bottlenecks_settle_to_the_equilibrium_of_the_logit(
    small: Scenario, shares: tuple[float, float], scale: float, km: float
) -> None:
    """In the end people join each queue as fast as it is served, two to one: the times differ by what makes them do so.

    Where two to one are their shares, times are equal: Wardrop's first principle.
    """
    expected = scale * math.log(shares[0] / shares[1] / 2.0)
    np.testing.assert_allclose(choosing_by_time(small, shares, scale, km), expected, rtol=0, atol=1e-8)


def test_people_who_put_up_with_nothing_longer_keep_times_equal(small: Scenario) -> None:
    """As nearly as can be where all who look in an hour take the same way: in it one queue grows by 3.2 - 1 hours."""
    apart = choosing_by_time(small, (0.5, 0.5), 0.01, 0.0)
    assert np.abs(apart).max() < 3.2
