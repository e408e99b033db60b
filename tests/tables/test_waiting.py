"""Queues and waits."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.engine.simulation import simulate
from refugee_model.engine.trajectories import Trajectories
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.capacity import road_capacity
from refugee_model.tables.waiting import waiting_summary, waiting_table


@pytest.fixture
def queue(at_rest: Scenario) -> Scenario:
    """100 vehicles with 450 people stand at a checkpoint that passes 10 vehicles an hour."""
    return at_rest.change({"people.total": 450, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 10})


def test_a_standing_queue_by_hand(queue: Scenario) -> None:
    run = simulate(queue)
    table = waiting_table(run).query("place == 'checkpoint'")
    np.testing.assert_allclose(table["people"].iloc[:11], np.linspace(450, 0, 11), atol=1e-9)
    np.testing.assert_allclose(table["vehicles"].iloc[:11], np.linspace(100, 0, 11), atol=1e-9)
    moving = 130 - 10 * (1 / 15 + 1 / 50)
    np.testing.assert_allclose(table["queue_km"].iloc[:11], np.linspace(100, 0, 11) / moving, atol=1e-9)
    assert table["wait_hours"].isna().all()
    waits = waiting_summary(run).set_index("place").loc["checkpoint"]
    np.testing.assert_allclose(waits[["people", "median_wait_hours", "longest_wait_hours"]].astype(float), [450, 5, 5])


def test_a_closed_checkpoint_has_no_end(queue: Scenario) -> None:
    waits = waiting_summary(simulate(queue.change({"timing.checkpoint.vehicles_per_hour": 0}))).set_index("place").loc["checkpoint"]
    assert np.isinf(waits[["median_wait_hours", "p90_wait_hours", "longest_wait_hours"]].astype(float)).all()


def test_the_queue_is_no_longer_than_the_road(queue: Scenario) -> None:
    run = simulate(queue.change({"people.total": 90_000, "people.now": {"on_road": 90_000}}))
    assert waiting_table(run)["queue_km"].max() == 60


def test_a_closed_checkpoint_makes_a_standing_queue(queue: Scenario) -> None:
    table = waiting_table(simulate(queue.change({"timing.checkpoint.vehicles_per_hour": 0}))).query("place == 'checkpoint'")
    np.testing.assert_allclose(table["queue_km"], 100 / 130)


@pytest.mark.parametrize("lanes", [1, 2])
def test_a_moving_queue_is_longer_than_a_standing_one(queue: Scenario, lanes: float) -> None:
    # 5,462 vehicles on a lane from which 375 pass in an hour: 375 / 15 + 375 / 45 on a kilometre are not there.
    changes = {"people.total": 5_462 * 4.5 * lanes, "people.now": {"on_road": 5_462 * 4.5 * lanes}, "timing.corridor.lanes": lanes}
    changes |= {"timing.checkpoint.vehicles_per_hour": 375 * lanes, "timing.corridor.free_speed_kmh": 45}
    assert waiting_table(simulate(queue.change(changes)))["queue_km"].max() == pytest.approx(5_462 / (130 - 375 * 4 / 45))


def test_a_queue_faster_than_the_road_has_no_density(queue: Scenario) -> None:
    run = simulate(queue.change({"timing.checkpoint.vehicles_per_hour": 5_000, "timing.corridor.jam_vehicles_per_km": 1}))
    lengths = waiting_table(run).query("place == 'checkpoint'")["queue_km"]
    assert lengths.between(0, 60).all()
    assert lengths.iloc[0] == 60


def test_a_queue_that_holds_people_at_home_fills_the_road(at_rest: Scenario) -> None:
    changes = {"people.total": 90_000, "people.now": {"leaving": {"North": 45_000, "South": 36_000}}, "timing.corridor.length_km": 30}
    changes |= {"people.districts.North.distance_km": 30, "timing.transport.own_vehicle_share": 1.0}
    run = simulate(at_rest.change({**changes, "timing.checkpoint.vehicles_per_hour": 300, "timeline.step_minutes": 10}))
    full, table = road_capacity(run)[:, 0], waiting_table(run).query("place == 'checkpoint'")
    waves = 30 / 15 + 30 / 50
    steady = (run.hours > 3 * waves + 9) & (run.people("leaving").sum(axis=1)[:, 0] > 4_000)
    assert steady.sum() > 50
    np.testing.assert_allclose(table["queue_km"][steady], 30, rtol=1e-6)
    # While the queue moves, there is room between its vehicles.
    assert (run.people("on_road")[steady, 0, 0] < 0.95 * full[steady]).all()


def test_rows_and_little_law(small: Scenario) -> None:
    run = simulate(small.change({"timing.checkpoint.vehicles_per_hour": 25}))
    table = waiting_table(run)
    assert table["place"].unique().tolist() == ["checkpoint", "Border"]
    assert table.query("place == 'Border'")[["vehicles", "queue_km"]].isna().all(axis=None)
    assert len(table) == 2 * len(run.hours)
    checkpoint = table.query("place == 'checkpoint'")
    joined = (run.flow("reached_by_vehicle") + run.flow("reached_by_bus"))[:, 0, 0]
    waited = np.nansum(joined * checkpoint["wait_hours"].to_numpy()[:-1])
    stood = np.sum(0.5 * (checkpoint["people"].to_numpy()[1:] + checkpoint["people"].to_numpy()[:-1]) * run.steps)
    assert stood > 10_000
    np.testing.assert_allclose(waited, stood, rtol=1e-6)


def test_nobody_waits(empty: Trajectories) -> None:
    waits = waiting_summary(empty)
    assert waits[["median_wait_hours", "p90_wait_hours", "longest_wait_hours"]].isna().all(axis=None)
    assert (waits["people"] == 0).all()
