"""People in each place that has a capacity, and what is left of it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.engine.values import Values
from refugee_model.engine.variables import Sizes
from refugee_model.outcomes.occupancy import Occupancy, first_full, road_capacity
from refugee_model.scenario.network import Place
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.places import capacity_table, peak_table


def draws(*values: float) -> np.ndarray:
    """One place and one draw over bounds."""
    return np.asarray(values, dtype=float)[:, None, None]


def held(people: np.ndarray, capacity: np.ndarray, reserved: np.ndarray | float = 0.0) -> Occupancy:
    """People and capacity of one place."""
    return Occupancy((Place("transit", "transit"),), people, capacity, np.zeros(people.shape) + reserved)


def when_full(taken: np.ndarray, capacity: np.ndarray) -> float:
    """When one place is first full, of steps of an hour."""
    return float(first_full(np.arange(len(taken), dtype=float), capacity, taken).item())


def test_free_over_and_utilisation() -> None:
    here = held(draws(5, 10, 15, 0, 3, 10 + 1e-9), draws(10, 10, 10, 0, 0, 10))
    assert here.free[:, 0, 0].tolist() == [5, 0, 0, 0, 0, 0]
    assert here.over[:, 0, 0].tolist() == [0, 0, 5, 0, 3, 0]
    np.testing.assert_allclose(here.utilisation[:, 0, 0], [0.5, 1, 1.5, np.nan, np.inf, 1])


def test_full_needs_a_capacity_and_no_place_that_can_be_given_to_anyone() -> None:
    assert np.isnan(when_full(draws(0, 0, 0), draws(0, 0, 0)))
    assert np.isnan(when_full(draws(3, 3, 3), draws(0, 0, 0)))
    assert when_full(draws(98, 99, 100), draws(100, 100, 100)) == 1.5
    assert np.isnan(when_full(draws(9950, 9960, 9999), draws(10_000, 10_000, 10_000)))
    assert when_full(draws(0, 0, 0.4), draws(0, 0, 0.8)) != 2  # less than one bed is none


def test_beds_kept_for_people_on_the_way_are_not_free() -> None:
    here = held(draws(5_000, 5_406), draws(5_600, 5_600), draws(100, 194))
    assert here.free[:, 0, 0].tolist() == [500, 0]
    assert here.full[:, 0, 0].tolist() == [False, True]
    assert when_full(here.taken, here.capacity) == pytest.approx(1 - 0.5 / 500)


def test_beds_that_are_lost_are_full_from_the_moment_of_the_loss() -> None:
    assert first_full(np.array([0.0, 1.0, 3.0]), draws(100, 100, 40), draws(50, 50, 40)).item() == 1.0


def test_capacity_of_people_at_rest(resting: Result) -> None:
    table = capacity_table(resting, every_hours=24).query("place == 'Hills'")
    assert (table["people"] == 100).all()
    assert (table["capacity"] == 1_500).all()
    assert (table["free"] == 1_400).all()
    assert (table["kind"] == "state accommodation").all()
    np.testing.assert_allclose(table["utilisation"], 1 / 15)


def test_capacity_held_just_before_the_bound(at_rest: Scenario) -> None:
    change = [{"value": 40.0}, {"since": 1.0, "value": 70.0}]
    table = capacity_table(simulate(at_rest.change({"aid.transit_places": change}))).query("kind == 'transit'")
    at = table.set_index("time")["capacity"]
    assert at[pd.Timestamp("2023-09-25T12:00+04:00")] == 40
    assert at[pd.Timestamp("2023-09-25T13:00+04:00")] == 70


def test_the_road_holds_people_by_their_vehicles(at_rest: Scenario) -> None:
    run = simulate(
        at_rest.change({"people.total": 900, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 0})
    )
    road = capacity_table(run).query("kind == 'road'")
    np.testing.assert_allclose(road["capacity"], 60 * 130 * 4.5)
    np.testing.assert_allclose(road["people"], 450)


def test_room_on_the_road_does_not_follow_the_last_buses(at_rest: Scenario) -> None:
    changes = {
        "people.total": 1_000,
        "people.now": {"leaving": {"North": 500}},
        "timing.transport.own_vehicle_share": 0.5,
    }
    buses = {"aid.evacuation_buses": {"buses": 1.0, "seats": 50.0, "round_trip_hours": 6.0}}
    run = simulate(at_rest.change({**changes, **buses}))
    people, vehicles = run.people("on_road")[:, 0, 0], run.on_road_vehicles[:, 0, 0]
    assert (people > 40 * vehicles)[vehicles > 0.01].any()
    np.testing.assert_allclose(road_capacity(run)[:, 0, 0], people + (60 * 130 - vehicles) * 4.5)
    assert road_capacity(run).max() < 1.1 * 60 * 130 * 4.5


def test_people_in_vehicles_that_are_too_many_for_the_road_have_no_room(small: Scenario) -> None:
    crowded = SimpleNamespace(
        scenario=small,
        values=Values(small),
        sizes=Sizes.of(small),
        draws=1,
        on_road_vehicles=np.array([[[20_000.0]]]),
        people=lambda kind: np.array([[[90_000.0]]]),
    )
    assert road_capacity(crowded).item() == pytest.approx(60 * 130 * 4.5)  # type: ignore[arg-type]


def test_a_road_of_two_lanes_holds_twice_as_many(small: Scenario) -> None:
    one, two = (
        road_capacity(simulate(small.change({"timing.corridor.lanes": lanes, "people.total": 0}))) for lanes in (1, 2)
    )
    np.testing.assert_allclose(two, 2 * one)
    assert (one > 0).all()


def test_a_road_that_holds_people_back_for_want_of_room_is_full(small: Scenario) -> None:
    changes = {"timing.corridor.jam_vehicles_per_km": 5.0, "timing.checkpoint.vehicles_per_hour": 60.0}
    changes |= {"timing.transport.own_vehicle_share": 1.0}
    run = simulate(small.change(changes))
    road = capacity_table(run).query("kind == 'road'")
    held = run.people("leaving").sum(axis=1)[:, 0] > 500
    assert held.any()
    assert road["free"].to_numpy()[held].max() < 0.5
    assert (road["people"] + road["reserved"] + road["free"] - road["capacity"]).abs().max() < 1e-6
    peaks = peak_table(run).set_index("kind")
    assert pd.notna(peaks.loc["road", "first_full"])
    assert pd.isna(peak_table(simulate(small)).set_index("kind").loc["road", "first_full"])
