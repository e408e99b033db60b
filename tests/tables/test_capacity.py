"""Capacity, and peaks against it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from refugee_model.engine.trajectories import Place, Trajectories
from refugee_model.tables.capacity import Occupancy, capacity_table, road_capacity, road_room
from refugee_model.tables.peaks import peak_table, peaks_of

from refugee_model.engine.simulation import simulate
from refugee_model.engine.values import Values
from refugee_model.scenario.scenario import Scenario


def draws(*values: float) -> np.ndarray:
    """One place and one draw over bounds."""
    return np.asarray(values, dtype=float)[:, None, None]


def held(people: np.ndarray, capacity: np.ndarray, reserved: np.ndarray | float = 0.0) -> Occupancy:
    """People and capacity of one place."""
    return Occupancy((Place("transit", "transit"),), people, capacity, np.zeros(people.shape) + reserved)


def test_free_over_and_utilisation() -> None:
    here = held(draws(5, 10, 15, 0, 3, 10 + 1e-9), draws(10, 10, 10, 0, 0, 10))
    assert here.free[:, 0, 0].tolist() == [5, 0, 0, 0, 0, 0]
    assert here.over[:, 0, 0].tolist() == [0, 0, 5, 0, 3, 0]
    np.testing.assert_allclose(here.utilisation[:, 0, 0], [0.5, 1, 1.5, np.nan, np.inf, 1])


def test_peaks_by_hand() -> None:
    peaks = peaks_of(np.array([0.0, 2.0, 4.0, 6.0, 8.0]), held(draws(0, 8, 14, 12, 2), draws(10, 10, 10, 8, 8)))
    assert [peaks.people[0, 0], peaks.hours[0, 0], peaks.capacity[0, 0]] == [14, 4, 10]
    assert peaks.first_full[0, 0] == pytest.approx(2 + 2 * 1.5 / 6)  # 9.5 of 10, on the line from 8 to 14
    assert peaks.first_over[0, 0] == 4
    assert peaks.hours_over[0, 0] == 4
    assert peaks.person_days_over[0, 0] == pytest.approx((4 + 8 + 4) / 24)


def test_full_needs_a_capacity_and_no_place_that_can_be_given_to_anyone() -> None:
    hours = np.array([0.0, 1.0, 2.0])
    assert np.isnan(peaks_of(hours, held(draws(0, 0, 0), draws(0, 0, 0))).first_full[0, 0])
    assert np.isnan(peaks_of(hours, held(draws(3, 3, 3), draws(0, 0, 0))).first_full[0, 0])
    assert peaks_of(hours, held(draws(98, 99, 100), draws(100, 100, 100))).first_full[0, 0] == 1.5
    assert np.isnan(peaks_of(hours, held(draws(9950, 9960, 9999), draws(10_000, 10_000, 10_000))).first_full[0, 0])
    assert peaks_of(hours, held(draws(0, 0, 0.4), draws(0, 0, 0.8))).first_full[0, 0] != 2  # less than one bed is none


def test_beds_kept_for_people_on_the_way_are_not_free() -> None:
    here = held(draws(5_000, 5_406), draws(5_600, 5_600), draws(100, 194))
    assert here.free[:, 0, 0].tolist() == [500, 0]
    assert here.full[:, 0, 0].tolist() == [False, True]
    assert peaks_of(np.array([0.0, 1.0]), here).first_full[0, 0] == pytest.approx(1 - 0.5 / 500)


def test_beds_that_are_lost_are_full_from_the_moment_of_the_loss() -> None:
    hours = np.array([0.0, 1.0, 3.0])
    assert peaks_of(hours, held(draws(50, 50, 40), draws(100, 100, 40))).first_full[0, 0] == 1.0


def test_less_than_half_a_person_over_is_nobody() -> None:
    peaks = peaks_of(np.array([0.0, 1.0, 2.0]), held(draws(0, 10.41, 10.41), draws(10, 10, 10)))
    assert np.isnan(peaks.first_over[0, 0])
    assert peaks.hours_over[0, 0] == 0


def test_capacity_of_people_at_rest(resting: Trajectories) -> None:
    table = capacity_table(resting, every_hours=24).query("place == 'Hills'")
    assert (table["people"] == 100).all()
    assert (table["capacity"] == 1_500).all()
    assert (table["free"] == 1_400).all()
    assert (table["kind"] == "state accommodation").all()
    np.testing.assert_allclose(table["utilisation"], 1 / 15)


def test_unsheltered_people_by_hand(at_rest: Scenario) -> None:
    run = simulate(
        at_rest.change(
            {
                "people.now": {"awaiting_placement": 100},
                "aid.transit_places": 40,
                "aid.provinces.Hills.beds": 0,
                "aid.provinces.Plain.beds": 0,
            }
        )
    )
    transit = capacity_table(run).query("kind == 'transit'")
    assert transit["over"].unique().tolist() == [60.0]
    peak = peak_table(run).set_index("kind").loc["transit"]
    assert [peak["peak_people"], peak["capacity_at_peak"], peak["hours_over"], peak["person_days_over"]] == [100, 40, 480, 1_200]
    assert peak["first_over"].isoformat() == peak["first_full"].isoformat() == "2023-09-24T12:00:00+04:00"


def test_capacity_held_just_before_the_bound(at_rest: Scenario) -> None:
    change = [{"value": 40.0}, {"since": 1.0, "value": 70.0}]
    table = capacity_table(simulate(at_rest.change({"aid.transit_places": change}))).query("kind == 'transit'")
    at = table.set_index("time")["capacity"]
    assert at[pd.Timestamp("2023-09-25T12:00+04:00")] == 40
    assert at[pd.Timestamp("2023-09-25T13:00+04:00")] == 70


def test_the_road_holds_people_by_their_vehicles(at_rest: Scenario) -> None:
    run = simulate(at_rest.change({"people.total": 900, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 0}))
    road = capacity_table(run).query("kind == 'road'")
    np.testing.assert_allclose(road["capacity"], 60 * 130 * 4.5)
    np.testing.assert_allclose(road["people"], 450)


def test_room_on_the_road_does_not_follow_the_last_buses(at_rest: Scenario) -> None:
    changes = {"people.total": 1_000, "people.now": {"leaving": {"North": 500}}, "timing.transport.own_vehicle_share": 0.5}
    buses = {"aid.evacuation_buses": {"buses": 1.0, "seats": 50.0, "round_trip_hours": 6.0}}
    run = simulate(at_rest.change({**changes, **buses}))
    people, vehicles = run.people("on_road")[:, 0, 0], run.on_road_vehicles[:, 0]
    assert (people > 40 * vehicles)[vehicles > 0.01].any()
    np.testing.assert_allclose(road_capacity(run)[:, 0], people + (60 * 130 - vehicles) * 4.5)
    assert road_capacity(run).max() < 1.1 * 60 * 130 * 4.5


def test_people_in_vehicles_that_are_too_many_for_the_road_have_no_room(small: Scenario) -> None:
    room = road_room(Values(small), np.array([[90_000.0]]), np.array([[20_000.0]]))
    assert room.item() == pytest.approx(60 * 130 * 4.5)


def test_peak_rows(run: Trajectories) -> None:
    table = peak_table(run).set_index(["kind", "place"])
    kinds = ["state accommodation"] * 2 + ["transit", "road"] + ["home queue"] * 2 + ["registration"]
    assert list(table.index.get_level_values("kind")) == kinds
    queues = table.loc[["home queue", "registration"]]
    assert queues[["capacity_at_peak", "hours_over", "person_days_over", "first_full", "first_over"]].isna().all(axis=None)
    capacity = capacity_table(run)
    for (kind, place), row in table.loc[["state accommodation", "transit", "road"]].iterrows():
        own = capacity[(capacity["kind"] == kind) & (capacity["place"] == place)]
        assert row["peak_people"] == own["people"].max()
        assert row["peak_time"] == own["time"].iloc[own["people"].argmax()]


def test_nobody_has_no_peak(empty: Trajectories) -> None:
    table = peak_table(empty)
    assert table["peak_time"].isna().all()
    assert (table["peak_people"] == 0).all()


def test_a_road_of_two_lanes_holds_twice_as_many(small: Scenario) -> None:
    one, two = (road_capacity(simulate(small.change({"timing.corridor.lanes": lanes, "people.total": 0}))) for lanes in (1, 2))
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
