"""The engine against exact theory: departures, queues, kinematic waves, delays, decay, and closures to the minute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.engine.waiting import fifo_waits
from refugee_model.scenario.scenario import Scenario

PEOPLE, PER_VEHICLE = 10_000.0, 4.0


def line(small: Scenario, changes: dict[str, Any]) -> Scenario:
    """One district, one road that nothing limits, one point and one province: a single line of queues."""
    return small.change(
        {
            "timeline.days": 6.0,
            "people.districts": {"North": {"share": 1.0, "distance_km": 0.0}},
            "timing.transport": {"own_vehicle_share": 1.0, "people_per_vehicle": PER_VEHICLE},
            "timing.corridor.vehicles_per_hour_per_lane": 1e9,
            "timing.corridor.jam_vehicles_per_km": 1e9,
            "timing.checkpoint": {"vehicles_per_hour": 1e9},
            **changes,
        }
    )


def cumulative(run: Result, *names: str) -> Any:
    return sum(run.cumulative(name)[:, 0] for name in names)


def reflected(arrived: Any, capacity: Any) -> Any:
    """Queue of a fluid server, where capacity is the cumulative capacity.

    A - C - min(A - C), the minimum up to now and at most 0.
    """
    net = arrived - capacity
    return net - np.minimum.accumulate(np.minimum(net, 0.0))


# Departures


@pytest.mark.parametrize(
    ("form", "left_at"),
    [
        ({"form": "weibull", "shape": 1.7, "scale_hours": 30.0}, lambda t: 1 - np.exp(-((t / 30.0) ** 1.7))),
        ({"form": "weibull", "shape": 0.4, "scale_hours": 30.0}, lambda t: 1 - np.exp(-((t / 30.0) ** 0.4))),
        ({"form": "rayleigh", "peak_hours": 25.0}, lambda t: 1 - np.exp(-0.5 * (t / 25.0) ** 2)),
        (
            {"form": "logistic", "rate_per_hour": 0.15, "midpoint_hours": 36.0},
            lambda t: 1 - (1 + np.exp(-0.15 * 36)) / (1 + np.exp(0.15 * (t - 36))),
        ),
        (
            {"form": "contagion", "innovation_per_hour": 0.01, "imitation_per_hour": 0.2},
            lambda t: (1 - np.exp(-0.21 * t)) / (1 + 20.0 * np.exp(-0.21 * t)),
        ),
        (
            {
                "form": "curve",
                "curve": [{"time": 0.0, "share": 0.0}, {"time": 1.0, "share": 0.2}, {"time": 3.0, "share": 0.9}],
            },
            lambda t: np.interp(t, [0, 24, 72], [0, 0.2, 0.9]),
        ),
    ],
)
@pytest.mark.parametrize("step_minutes", [60.0, 180.0, 7.0])
def test_departures_follow_their_closed_form(
    small: Scenario, form: dict[str, Any], left_at: Any, step_minutes: float
) -> None:
    run = simulate(line(small, {"timing.departure": form, "timeline.step_minutes": step_minutes}))
    left = run.cumulative("departed")[:, 0]
    np.testing.assert_allclose(left, PEOPLE * left_at(run.hours), rtol=1e-11, atol=1e-8)


def test_a_factor_acts_on_the_hazard_and_not_on_the_curve(small: Scenario) -> None:
    """While the factor is 0 nobody leaves; then the hazard of the clock goes on, among those still there."""
    shut = [{"value": 1.0}, {"since": 1.0, "value": 0.0}, {"since": 2.0, "value": 2.0}]
    run = simulate(line(small, {"timing.departure": {"form": "rayleigh", "peak_hours": 30.0, "factor": shut}}))

    def hazard(t: Any) -> Any:
        return 0.5 * (t / 30.0) ** 2

    t = run.hours
    total = hazard(np.minimum(t, 24.0)) + 2 * (hazard(np.maximum(t, 48.0)) - hazard(48.0))
    np.testing.assert_allclose(run.people("at_home").sum(axis=(1, 2)), PEOPLE * np.exp(-total), rtol=1e-10)


def test_phased_contagion_spreads_within_each_district(small: Scenario) -> None:
    districts = {"A": {"share": 0.5, "distance_km": 0.0}, "B": {"share": 0.5, "distance_km": 0.0, "departs_from": 1.5}}
    form = {"form": "contagion", "innovation_per_hour": 0.02, "imitation_per_hour": 0.1}
    run = simulate(line(small, {"people.districts": districts, "timing.departure": form}))
    for number, begin in enumerate((0.0, 36.0)):
        t = np.maximum(run.hours - begin, 0.0)
        left = (1 - np.exp(-0.12 * t)) / (1 + 5.0 * np.exp(-0.12 * t))
        np.testing.assert_allclose(run.people("at_home")[:, number, 0], PEOPLE / 2 * (1 - left), rtol=1e-10, atol=1e-9)


# Queues

steps_of_day = st.lists(
    st.tuples(st.integers(1, 140), st.integers(0, 300)), min_size=1, max_size=6, unique_by=lambda change: change[0]
)


@given(steps_of_day, st.sampled_from([60.0, 30.0, 47.0]))
def test_checkpoint_queue_is_the_reflection_of_what_comes(
    small: Scenario, changes: list[tuple[int, int]], step: float
) -> None:
    """For any schedule of rates: given what reached the queue, the fluid queue is exact at every bound."""
    schedule = [{"value": 100.0}, *({"since": hour / 24, "value": float(rate)} for hour, rate in sorted(changes))]
    run = simulate(line(small, {"timing.checkpoint.vehicles_per_hour": schedule, "timeline.step_minutes": step}))
    times, rates = (
        [0.0, *(float(hour) for hour, _ in sorted(changes))],
        [100.0, *(float(rate) for _, rate in sorted(changes))],
    )
    rate = np.asarray(rates)[np.searchsorted(times, run.hours[:-1] + 1e-9, side="right") - 1]
    capacity = np.concatenate(([0.0], np.cumsum(rate * run.steps))) * PER_VEHICLE
    arrived = cumulative(run, "departed")
    np.testing.assert_allclose(run.queue_people[:, 0, 0], reflected(arrived, capacity), rtol=1e-9, atol=1e-6)


def test_registration_queue_is_the_reflection_of_what_comes(small: Scenario) -> None:
    shifts = [
        {"from_hour": 8.0, "until_hour": 20.0, "share": 1.0},
        {"from_hour": 20.0, "until_hour": 8.0, "share": 0.25},
    ]
    run = simulate(
        line(
            small,
            {"aid.reception_points.Border.shifts": shifts, "timing.accommodation.straight_to_relatives_share": 0.0},
        )
    )
    clock = (12 + 0.5 * (run.hours[1:] + run.hours[:-1])) % 24
    capacity = np.concatenate(([0.0], np.cumsum(run.steps * 120.0 * np.where((clock >= 8) & (clock < 20), 1.0, 0.25))))
    np.testing.assert_allclose(
        run.people("awaiting_registration")[:, 0, 0],
        reflected(cumulative(run, "received"), capacity),
        rtol=1e-9,
        atol=1e-6,
    )


def test_checkpoint_that_counts_people_passes_lanes_over_seconds(small: Scenario) -> None:
    timed = {"lanes": 2.0, "seconds_per_vehicle": 10.0, "seconds_per_person": 20.0}
    curve = {"form": "curve", "curve": [{"time": 0.0, "share": 0.0}, {"time": 0.1, "share": 1.0}]}
    run = simulate(line(small, {"timing.checkpoint": timed, "timing.departure": curve}))
    passing = run.flow("crossed")[10:15, 0, 0] / run.steps[10:15]
    assert passing == pytest.approx(2 * 3600 / (10 + 20 * PER_VEHICLE) * PER_VEHICLE)


# The road


@pytest.mark.parametrize("minutes", [30.0, 25.0])
def test_free_flow_shifts_the_curve_by_the_journey(small: Scenario, minutes: float) -> None:
    """Newell: D(t) = A(t - L/v). Exact where the journey is a whole number of steps."""
    away = {"people.districts": {"North": {"share": 1.0, "distance_km": 62.5}}, "timeline.step_minutes": minutes}
    run = simulate(line(small, away))
    journey = 62.5 / 50.0
    out = np.interp(run.hours - journey, run.hours, cumulative(run, "departed"), left=0.0)
    whole = journey * 60 % minutes == 0
    np.testing.assert_allclose(cumulative(run, "crossed"), out, rtol=1e-9 if whole else 1e-7, atol=1e-6)
    assert run.queue_people.max() < 1e-6


def test_spillback_holds_entry_to_storage_and_the_backward_wave(small: Scenario) -> None:
    """Newell: N(t) at the entrance is at most D(t - L/w) + k L, and reaches it while people are held back."""
    length, jam, wave = 30.0, 20.0, 15.0
    full = {
        "timing.corridor.length_km": length, "timing.corridor.jam_vehicles_per_km": jam,
        "timing.corridor.backward_wave_kmh": wave,
        "timing.checkpoint.vehicles_per_hour": [{"value": 120.0}, {"since": 2.0, "value": 20.0},
        {"since": 3.0, "value": 200.0}],
        "timeline.step_minutes": 30.0,
    }  # fmt: skip
    run = simulate(line(small, full))
    entered, passed = (cumulative(run, name) / PER_VEHICLE for name in ("set_off", "crossed"))
    limit = np.interp(run.hours - length / wave, run.hours, passed, left=0.0) + jam * length
    assert np.all(entered <= limit + 1e-6)
    assert run.on_road_vehicles.max() <= jam * length + 1e-6
    held_back = run.people("leaving").sum(axis=(1, 2)) > 1.0
    assert held_back.sum() > 30
    np.testing.assert_allclose(entered[held_back], limit[held_back], rtol=1e-9)


@given(
    st.integers(1, 60), st.integers(5, 200), st.integers(5, 20), st.lists(st.integers(0, 300), min_size=2, max_size=5)
)
def test_the_road_never_holds_more_than_its_jam_storage(
    small: Scenario, length: int, jam: int, wave: int, rates: list[int]
) -> None:
    schedule = [{"since": number * 0.7, "value": float(rate)} for number, rate in enumerate(rates)]
    full = {
        "timing.corridor.length_km": float(length), "timing.corridor.jam_vehicles_per_km": float(jam),
        "timing.corridor.backward_wave_kmh": float(wave), "timing.checkpoint.vehicles_per_hour": schedule,
    }  # fmt: skip
    run = simulate(line(small, full))
    assert run.on_road_vehicles.max() <= jam * length * (1 + 1e-12) + 1e-6


# Decay and delays


def test_people_who_went_straight_to_relatives_come_forward_exponentially(small: Scenario) -> None:
    """A linear stage from a full start: exp(-rate t), and what it fills, at any step."""
    there = {
        "people.now": {"unregistered_hosted": 4_000.0}, "timing.departure.share_leaving": 0.0,
        "timeline.step_minutes": 180.0,
        "timing.accommodation": {
            "straight_to_relatives_share": 0.0, "comes_forward_per_hour": 0.03, "asks_for_bed_share": 0.0,
            "comes_back_for_bed_per_hour": 0.01,
        },
        "aid.community_centres": {"centres": 1e6, "people_per_centre_hour": 1e3},
    }  # fmt: skip
    run = simulate(line(small, there))
    np.testing.assert_allclose(
        run.people("unregistered_hosted")[:, 0, 0], 4_000 * np.exp(-0.04 * run.hours), rtol=1e-11
    )
    np.testing.assert_allclose(cumulative(run, "registered_later"), 3_000 * (1 - np.exp(-0.04 * run.hours)), rtol=1e-10)


def test_two_linear_stages_follow_their_closed_form(small: Scenario) -> None:
    """Unregistered at a or abroad at b, then with relatives until abroad at b: exp(-b t) - exp(-(a + b) t)."""
    for rate, abroad in ((0.03, 0.05), (0.04, 0.04)):
        there = {
            "people.now": {"unregistered_hosted": 4_000.0}, "timing.departure.share_leaving": 0.0,
            "timeline.step_minutes": 15.0,
            "timing.accommodation": {
                "straight_to_relatives_share": 0.0, "comes_forward_per_hour": rate, "asks_for_bed_share": 0.0,
                "comes_back_for_bed_per_hour": 0.0,
            },
            "timing.onward.leaves_country_per_day": 24 * abroad,
            "aid.community_centres": {"centres": 1e6, "people_per_centre_hour": 1e3},
        }  # fmt: skip
        run = simulate(line(small, there))
        t = run.hours
        exact = np.exp(-abroad * t) - np.exp(-(rate + abroad) * t)
        np.testing.assert_allclose(run.people("hosted")[:, :, 0].sum(axis=1), 4_000 * exact, atol=4_000 * 1e-5)


def test_people_on_the_way_at_the_start_arrive_evenly(small: Scenario) -> None:
    journey = 120.0 / 45.0
    run = simulate(line(small, {"people.now.travelling": {"Plain": 900.0}, "timing.departure.share_leaving": 0.0}))
    due = 900.0 * np.minimum(run.hours / journey, 1.0)
    np.testing.assert_allclose(
        np.concatenate(([0.0], np.cumsum(run.flow("arrived")[:, 1, 0]))), due, rtol=1e-12, atol=1e-9
    )


def test_waits_of_first_come_first_served_satisfy_littles_law(small: Scenario) -> None:
    """Waits times people equal the area between the curves, which is the queue over time."""
    run = simulate(line(small, {"timeline.days": 40, "timing.checkpoint.vehicles_per_hour": 40.0}))
    arrived, served = cumulative(run, "departed"), cumulative(run, "crossed")
    waits, people = fifo_waits(run.hours, arrived, served), np.diff(arrived)
    queue = run.queue_people[:, 0, 0]
    area = float(np.sum(run.steps * 0.5 * (queue[1:] + queue[:-1])))
    counted = np.isfinite(waits)
    assert np.sum(people[~counted]) < 1.0
    assert float(np.sum(waits[counted] * people[counted])) == pytest.approx(area, rel=1e-6)


# Closures to the minute


@given(
    st.integers(1, 1430), st.integers(1, 600), st.sampled_from(["closed", "road"]), st.sampled_from([60.0, 30.0, 100.0])
)
def test_what_closes_at_any_minute_is_closed_from_it_on(
    small: Scenario, minute: int, lasts: int, what: str, step: float
) -> None:
    since, until = 1 + minute / 1440, 1 + (minute + lasts) / 1440
    span = {"since": since, "until": until}
    changes: dict[str, Any] = {"timing.checkpoint.vehicles_per_hour": 50.0, "timeline.step_minutes": step}
    if what == "closed":
        changes["timing.checkpoint.regimes"] = [{"kind": "closed", **span}]
    else:
        changes["timing.corridor.closures"] = [span]
    run = simulate(line(small, changes))
    shut = (run.hours[:-1] >= since * 24 - 1e-6) & (run.hours[:-1] < until * 24 - 1e-6)
    assert run.steps[shut].sum() == pytest.approx(lasts / 60)
    flow = run.flow("crossed" if what == "closed" else "set_off").sum(axis=1)[:, 0]
    assert np.all(flow[shut] == 0)
    assert np.all(flow[~shut][:200] > 0)


def test_closed_at_twenty_past_two_lets_nobody_pass_after_it(small: Scenario) -> None:
    scenario = line(
        small,
        {
            "timing.checkpoint.vehicles_per_hour": 50.0,
            "timing.checkpoint.regimes": [
                {"kind": "closed", "since": "2023-09-26T02:20+04:00", "until": "2023-09-26T05:05+04:00"}
            ],
        },
    )
    run = simulate(scenario)
    crossed = run.cumulative("crossed")[:, 0]
    closes, opens = (scenario.timeline.hours_at(regime) for regime in (
        scenario.timing.checkpoint.regimes[0].since, scenario.timing.checkpoint.regimes[0].until))  # fmt: skip
    assert closes in run.hours
    assert opens in run.hours
    assert np.interp(opens, run.hours, crossed) == np.interp(closes, run.hours, crossed)
    assert np.interp(opens + 0.5, run.hours, crossed) - np.interp(opens, run.hours, crossed) == pytest.approx(
        0.5 * 50.0 * PER_VEHICLE
    )


@given(st.integers(0, 86_399))
def test_night_begins_and_ends_on_the_hour_whatever_the_start(small: Scenario, second: int) -> None:
    clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    curve = {"form": "curve", "curve": [{"time": -1.0, "share": 0.0}, {"time": 0.001, "share": 1.0}]}
    night = {
        "timeline.start": f"2023-09-24T{clock}+04:00", "timeline.days": 3.0,
        "timing.departure": {**curve, "start": -1.0},
        "timing.checkpoint": {"vehicles_per_hour": 10.0, "night_factor": 0.0, "night_from_hour": 20.0,
        "night_until_hour": 6.5},
    }  # fmt: skip
    run = simulate(line(small, night))
    middle = (second / 3600 + 0.5 * (run.hours[1:] + run.hours[:-1])) % 24
    dark = (middle >= 20) | (middle < 6.5)
    flow = run.flow("crossed")[:, 0, 0]
    assert np.all(flow[dark] == 0)
    assert np.all(flow[~dark][1:] > 0)
