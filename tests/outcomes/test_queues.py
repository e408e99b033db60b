"""Queues and waits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.occupancy import road_capacity
from refugee_model.outcomes.queues import queue_km
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.queues import waiting_table
from tests.waits import waiting_summary


@pytest.fixture
def queue(at_rest: Scenario) -> Scenario:
    """100 vehicles with 450 people stand at a checkpoint that passes 10 vehicles an hour."""
    return at_rest.change(
        {"people.total": 450, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 10}
    )


def test_a_standing_queue_by_hand(queue: Scenario) -> None:
    run = simulate(queue)
    table = waiting_table(run).query("place == 'checkpoint'")
    np.testing.assert_allclose(table["people"].iloc[:11], np.linspace(450, 0, 11), atol=1e-9)
    np.testing.assert_allclose(table["vehicles"].iloc[:11], np.linspace(100, 0, 11), atol=1e-9)
    # It stands at first, and starts to move from its head; nobody comes. At 1 h all of it moves, 10/15 fewer on a
    # kilometre.
    lengths = np.concatenate(([100 / 130], np.linspace(90, 0, 10) / (130 - 10 / 15)))
    np.testing.assert_allclose(table["queue_km"].iloc[:11], lengths, atol=1e-6)
    assert table["wait_hours"].isna().all()
    waits = waiting_summary(run).set_index("place").loc["checkpoint"]
    # The last of 450 people, in the middle of whom 449.5 have passed, waits from the start on.
    expected = {"people": 450, "median_wait_hours": 5, "p90_wait_hours": 9, "longest_wait_hours": 449.5 / 45}
    np.testing.assert_allclose(waits[list(expected)].astype(float), list(expected.values()))


def test_a_closed_checkpoint_has_no_end(queue: Scenario) -> None:
    waits = (
        waiting_summary(simulate(queue.change({"timing.checkpoint.vehicles_per_hour": 0})))
        .set_index("place")
        .loc["checkpoint"]
    )
    assert np.isinf(waits[["median_wait_hours", "p90_wait_hours", "longest_wait_hours"]].astype(float)).all()


def test_the_queue_is_no_longer_than_the_road(queue: Scenario) -> None:
    run = simulate(queue.change({"people.total": 35_100, "people.now": {"on_road": 35_100}}))
    assert waiting_table(run)["queue_km"].max() == pytest.approx(60)


def test_a_closed_checkpoint_makes_a_standing_queue(queue: Scenario) -> None:
    table = waiting_table(simulate(queue.change({"timing.checkpoint.vehicles_per_hour": 0}))).query(
        "place == 'checkpoint'"
    )
    np.testing.assert_allclose(table["queue_km"], 100 / 130, rtol=1e-6)


@pytest.mark.parametrize("lanes", [1, 2])
def test_a_moving_queue_is_longer_than_a_standing_one(queue: Scenario, lanes: float) -> None:
    # 2,000 vehicles on a lane from which 375 pass in an hour: after a few hours 375 / 15 on a kilometre are not there.
    changes = {
        "people.total": 2_000 * 4.5 * lanes,
        "people.now": {"on_road": 2_000 * 4.5 * lanes},
        "timing.corridor.lanes": lanes,
    }
    changes |= {"timing.checkpoint.vehicles_per_hour": 375 * lanes, "timing.corridor.free_speed_kmh": 45}
    table = waiting_table(simulate(queue.change(changes))).query("place == 'checkpoint'")
    np.testing.assert_allclose(
        table["queue_km"].iloc[[0, 3]], [2_000 / 130, (2_000 - 3 * 375) / (130 - 375 / 15)], rtol=1e-6
    )


def one_road(small: Scenario, vehicles: float, rate: float, then: float, **changes: Any) -> Result:
    """A road of 57 km, and a checkpoint that is closed from 40 to 46 h and may work at another rate after that."""
    rates = [{"value": rate}, {"since": 40 / 24, "value": 0.0}, {"since": 46 / 24, "value": then}]
    base = {
        "people.total": vehicles * 4.5, "people.districts": {"North": {"share": 1.0, "distance_km": 57.0}},
        "timeline.days": 6.0, "timeline.step_minutes": 30.0, "timing.departure.midpoint_hours": 36.0,
        "timing.transport.own_vehicle_share": 1.0, "timing.corridor.length_km": 57.0,
        "timing.corridor.free_speed_kmh": 45.0,
        "timing.corridor.vehicles_per_hour_per_lane": 1_200.0,
        "timing.checkpoint": {"vehicles_per_hour": rates, "night_factor": 1.0},
    }  # fmt: skip
    return simulate(small.change(base | changes))


@pytest.mark.parametrize(
    ("vehicles", "rate", "then", "uxsim", "exact"),
    [(8_000.0, 200.0, 1_000.0, 20.0, 20.4), (5_000.0, 400.0, 400.0, 7.8, 7.8), (21_000.0, 300.0, 300.0, 56.9, 57.0)],
    ids=["faster after a closure", "as before after a closure", "a full road"],
)
def test_length_of_the_queue_is_that_of_uxsim(
    small: Scenario, vehicles: float, rate: float, then: float, uxsim: float, exact: float
) -> None:
    """Largest length measured with UXsim 1.15.1, and worked out on curves of 15 seconds."""
    assert queue_km(one_road(small, vehicles, rate, then)).max() == pytest.approx(uxsim, abs=0.3)
    fine = one_road(small, vehicles, rate, then, **{"timeline.step_minutes": 5.0})
    assert queue_km(fine).max() == pytest.approx(exact, abs=0.12)


def test_a_full_road_stays_full_while_the_checkpoint_is_closed(small: Scenario) -> None:
    run = one_road(small, 21_000.0, 300.0, 300.0)
    assert float(np.interp(40.5, run.hours, queue_km(run)[:, 0, 0])) == pytest.approx(57.0, abs=0.1)


def test_waits_are_those_of_uxsim(small: Scenario) -> None:
    """UXsim: half wait 19.36 h, 9 in 10 at most 23.77, the longest 25.64; exact 19.358, 23.765, 25.633."""
    waits = waiting_summary(one_road(small, 21_000.0, 300.0, 300.0)).set_index("place").loc["checkpoint"]
    found = waits[["median_wait_hours", "p90_wait_hours", "longest_wait_hours"]].astype(float)
    np.testing.assert_allclose(found, [19.358, 23.765, 25.633], atol=0.04)


def test_median_wait_does_not_depend_on_the_step(small: Scenario) -> None:
    medians = []
    for minutes in (60.0, 30.0, 15.0, 5.0):
        run = one_road(small, 8_000.0, 200.0, 1_000.0, **{"timeline.step_minutes": minutes})
        medians.append(waiting_summary(run).set_index("place")["p90_wait_hours"]["checkpoint"])
    assert np.ptp(medians) < 0.02


def test_the_queue_of_a_road_with_an_entrance_half_way(small: Scenario) -> None:
    """Those who live beyond the road wait in the same queue as those who live a kilometre from the checkpoint."""
    districts = {"Near": {"share": 0.5, "distance_km": 1.0}, "Far": {"share": 0.5, "distance_km": 90.0}}
    run = one_road(small, 2_000.0, 0.0, 0.0, **{"people.districts": districts})
    standing = run.queue_vehicles[-1, 0, 0]
    assert standing > 1_900
    assert queue_km(run)[-1, 0, 0] == pytest.approx(standing / 130, rel=1e-3)


def test_a_queue_faster_than_the_road_has_no_density(queue: Scenario) -> None:
    run = simulate(
        queue.change({"timing.checkpoint.vehicles_per_hour": 5_000, "timing.corridor.jam_vehicles_per_km": 2})
    )
    lengths = waiting_table(run).query("place == 'checkpoint'")["queue_km"]
    assert lengths.between(0, 60).all()
    assert lengths.iloc[0] == pytest.approx(50)


def test_a_queue_that_holds_people_at_home_fills_the_road(at_rest: Scenario) -> None:
    changes = {
        "people.total": 90_000,
        "people.now": {"leaving": {"North": 45_000, "South": 36_000}},
        "timing.corridor.length_km": 30,
    }
    changes |= {"people.districts.North.distance_km": 30, "timing.transport.own_vehicle_share": 1.0}
    run = simulate(at_rest.change({**changes, "timing.checkpoint.vehicles_per_hour": 300, "timeline.step_minutes": 10}))
    full, table = road_capacity(run)[:, 0, 0], waiting_table(run).query("place == 'checkpoint'")
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


def test_nobody_waits(empty: Result) -> None:
    waits = waiting_summary(empty)
    assert waits[["median_wait_hours", "p90_wait_hours", "longest_wait_hours"]].isna().all(axis=None)
    assert (waits["people"] == 0).all()
