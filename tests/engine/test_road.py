"""The road and its checkpoint against what a stretch of road must do: right values worked out by hand or with UXsim
1.15."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.scenario.scenario import Scenario

JAM, FREE, BACKWARD = 130.0, 45.0, 15.0


def one_road(small: Scenario, distance: float, length: float, rate: float, step: float, **changes: Any) -> Scenario:
    """21,000 vehicles that leave one district within hours, a road of 1,200 vehicles an hour.

    And a slower checkpoint.
    """
    return small.change(
        {
            "people.total": 21_000 * 4.5, "people.districts": {"North": {"share": 1.0, "distance_km": distance}},
            "timeline.days": 3.0, "timeline.step_minutes": step,
            "timing.departure.rate_per_hour": 0.4, "timing.departure.midpoint_hours": 6.0,
            "timing.transport.own_vehicle_share": 1.0,
            "timing.corridor.length_km": length, "timing.corridor.vehicles_per_hour_per_lane": 1_200.0,
            "timing.corridor.free_speed_kmh": FREE, "timing.corridor.backward_wave_kmh": BACKWARD,
            "timing.checkpoint": {"vehicles_per_hour": rate, "night_factor": 1.0}, **changes,
        }
    )  # fmt: skip


def passing(run: Result, since: float = 10.0, until: float = 40.0) -> float:
    """Vehicles that pass in an hour, mean over a time."""
    passed = run.level("passed_vehicles")[:, 0, 0]
    return float((np.interp(until, run.hours, passed) - np.interp(since, run.hours, passed)) / (until - since))


@pytest.mark.parametrize("step", [60.0, 30.0, 5.0])
@pytest.mark.parametrize(
    ("distance", "length"),
    [(1, 1), (10, 1), (10, 2), (57, 1), (57, 2), (57, 5), (120, 5), (120, 10), (57, 57), (57.1, 57)],
)
def test_a_short_road_does_not_throttle_the_checkpoint(
    small: Scenario, distance: float, length: float, step: float
) -> None:
    """UXsim: 375.0 an hour, with a feeder of 56 km and a road of one."""
    run = simulate(one_road(small, distance, float(length), 375.0, step))
    assert passing(run) == pytest.approx(375.0)
    assert run.residual < 1e-6
    on_the_road = run.level("entered_vehicles") - run.level("passed_vehicles")
    assert on_the_road.max() <= JAM * length + 1e-6


def test_a_short_road_does_not_throttle_the_checkpoint_at_steps_of_a_minute(small: Scenario) -> None:
    assert passing(simulate(one_road(small, 57, 1.0, 375.0, 1.0))) == pytest.approx(375.0)


@pytest.mark.parametrize("step", [60.0, 30.0, 5.0])
def test_steps_longer_than_the_backward_wave_do_not_throttle_the_checkpoint(small: Scenario, step: float) -> None:
    assert passing(simulate(one_road(small, 0.5, 0.5, 300.0, step))) == pytest.approx(300.0)


def test_no_room_is_given_back_by_a_closed_checkpoint(small: Scenario) -> None:
    """The road fills to its last place, however long the steps, and no further."""
    run = simulate(one_road(small, 0.5, 0.5, 0.0, 60.0))
    assert run.on_road_vehicles.max() == pytest.approx(65.0)


def test_those_who_find_the_road_full_wait_before_it_and_then_at_home(small: Scenario) -> None:
    """5 km of the way to a road of one kilometre: 650 + 130 vehicles, with nobody through; the others stay at home."""
    run = simulate(one_road(small, 6.0, 1.0, 0.0, 30.0))
    assert run.on_road_vehicles.max() == pytest.approx(780.0)
    assert run.queue_vehicles.max() == pytest.approx(130.0)
    assert run.people("leaving")[-1].sum() == pytest.approx(4.5 * (21_000 - 780), rel=1e-3)


def test_two_districts_share_the_entrance(small: Scenario) -> None:
    """Half live at the beginning of the road, half 66 km further.

    UXsim passes what the checkpoint lets through, and so do we.
    """
    districts = {"Near": {"share": 0.5, "distance_km": 57.0}, "Far": {"share": 0.5, "distance_km": 123.4}}
    run = simulate(one_road(small, 57, 57.0, 375.0, 30.0, **{"people.districts": districts, "timeline.days": 4.0}))
    assert passing(run) == pytest.approx(375.0)
    entered = run.level("entered_vehicles") - run.level("passed_vehicles")
    assert entered.max() <= JAM * 57 + 1e-6
    assert run.people("leaving")[:, 1].max() == pytest.approx(0.0, abs=1_500)
    assert run.residual < 1e-6


@pytest.mark.parametrize("step", [60.0, 30.0, 10.0])
def test_cars_and_buses_pass_in_the_order_they_came(small: Scenario, step: float) -> None:
    """4,000 people queue in 100 buses from the first hour, 1,000 cars of four come from 13.6 h on.

    It opens at 48 h for 100 an hour.
    """
    run = simulate(small.change(BUSES_FIRST | {"timeline.step_minutes": step}))
    queued = run.level("queue_by_bus")[:, 0, 0], run.level("queue_by_vehicle")[:, 0, 0]
    assert [np.interp(13.0, run.hours, people) for people in queued] == pytest.approx([4_000, 0])
    assert crossed_at(run, 49, 50, 52, 55, 59) == pytest.approx([4_000, 4_400, 5_200, 6_400, 8_000])


def test_the_time_a_vehicle_takes_is_that_of_the_first_in_the_queue(small: Scenario) -> None:
    """9 s a person: a bus of 40 takes six minutes, a car of four 36 s."""
    slow = {"seconds_per_vehicle": 0.0, "seconds_per_person": 9.0, "lanes": 1.0, "vehicles_per_hour": None}
    checkpoint = BUSES_FIRST["timing.checkpoint"] | slow
    run = simulate(small.change(BUSES_FIRST | {"timeline.step_minutes": 30.0, "timing.checkpoint": checkpoint}))
    assert crossed_at(run, 49, 52) == pytest.approx([400, 1_600])
    passed = np.interp([49, 52], run.hours, run.level("passed_vehicles")[:, 0, 0])
    assert passed == pytest.approx([10, 40])


def test_people_in_the_queue_at_the_start_stand_first_in_it(small: Scenario) -> None:
    """100 cars with 400 people stand there; buses come after them."""
    changes = BUSES_FIRST | {"people.total": 8_400.0, "people.now": BUSES_FIRST["people.now"] | {"on_road": 400.0}}
    run = simulate(small.change(changes))
    assert crossed_at(run, 49, 50, 51) == pytest.approx([400, 4_400, 4_800])


BUSES_FIRST: dict[str, Any] = {
    "people.total": 8_000.0,
    "people.districts": {"Early": {"share": 0.5, "distance_km": 0.0}, "Late": {"share": 0.5, "distance_km": 680.0}},
    "people.now": {"leaving": {"Early": 4_000.0, "Late": 4_000.0},
    "leaving_without_vehicle": {"Early": 4_000.0, "Late": 0.0}},
    "timeline.days": 3.0, "timeline.step_minutes": 60.0,
    "timing.transport.people_per_vehicle": 4.0, "timing.corridor.length_km": 700.0,
    "timing.checkpoint": {"vehicles_per_hour": 100.0, "night_factor": 1.0,
    "regimes": [{"kind": "closed", "since": 0.0, "until": 2.0}]},
    "aid.evacuation_buses": {"buses": 100.0, "seats": 40.0, "round_trip_hours": 1.0},
}  # fmt: skip


def crossed_at(run: Result, *hours: float) -> list[float]:
    return [float(np.interp(hour, run.hours, run.cumulative("crossed")[:, 0])) for hour in hours]
