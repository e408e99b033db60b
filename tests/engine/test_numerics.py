"""How fast the error falls with the step, and how large it is at the usual half hour."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from refugee_model.engine.program import lay_out
from refugee_model.engine.simulation import simulate
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.network import KINDS
from refugee_model.scenario.scenario import Scenario

DAYS = 12.0
SMOOTH: dict[str, Any] = {
    "timeline.days": DAYS,
    "timing.departure.midpoint_hours": 60.0,
    "timing.checkpoint": {"vehicles_per_hour": 60.0},
    "timing.accommodation.moves_out_per_day": 0.05,
    "timing.onward": {"leaves_country_per_day": 0.02, "drifts_per_day": 0.1},
    "aid.community_centres": {"centres": 5.0, "people_per_centre_hour": 20.0},
    "aid.reception_points.Border.desks": 7.0,
    "aid.provinces.Hills.drift_weight": 1.0,
    "aid.provinces.Hills.beds": 3_000.0,
}
"""Rates that never change, queues at the checkpoint and at the desks, and every later movement."""

SPILLBACK: dict[str, Any] = {
    **SMOOTH,
    "timing.corridor.jam_vehicles_per_km": 10.0,
    "aid.evacuation_buses": {"buses": 10.0, "seats": 40.0, "round_trip_hours": 20.0},
}
"""The same with a road that fills up, and buses that share it."""


def every_two_hours(scenario: Scenario, minutes: float) -> dict[str, Any]:
    run = simulate(scenario.change({"timeline.step_minutes": minutes}))
    at = np.searchsorted(run.hours, np.arange(0.0, DAYS * 24 + 1, 2.0))
    people = {kind: run.people(kind)[at].sum(axis=1)[:, 0] for kind in KINDS}
    return {**people, "queue": run.queue_people[at, 0, 0]}


@pytest.mark.parametrize(("changes", "least"), [(SMOOTH, 10.0), (SPILLBACK, 6.0)], ids=["smooth", "spillback"])
def test_error_falls_with_the_square_of_the_step(small: Scenario, changes: dict[str, Any], least: float) -> None:
    """From 60 to 15 minutes sixteenfold where the scheme is of second order.

    A queue that begins within a step costs a little.
    """
    scenario = small.change(changes)
    exact = every_two_hours(scenario, 1.0)
    coarse, fine = (every_two_hours(scenario, minutes) for minutes in (60.0, 15.0))
    for name, people in exact.items():
        before, after = (float(np.max(np.abs(found[name] - people))) for found in (coarse, fine))
        assert after < 1e-4 * 10_000.0, name
        assert after < 0.02 or before / after > least, f"{name}: {before} at 60 minutes, {after} at 15"


@cache
def peaks(name: str, minutes: float) -> dict[str, float]:
    run = simulate(load_scenario(name).change({"timeline.step_minutes": minutes, "timeline.days": 40.0}))
    found = {
        "queue at the checkpoint": run.queue_people.max(),
        "on the road": run.people("on_road").max(),
        "held back": run.people("leaving").sum(axis=1).max(),
        "awaiting registration": run.people("awaiting_registration").sum(axis=1).max(),
        "awaiting placement": run.people("awaiting_placement").max(),
    }
    for place, people in zip(run.places_of("sheltered"), run.people("sheltered")[:, :, 0].max(axis=0), strict=True):
        found[f"sheltered in {place.name}"] = people
    return {what: float(people) for what, people in found.items()}


@pytest.mark.parametrize(
    "name", ["lachin-2023", "lachin-2023-plan", "lachin-2023-plan-phased-buses", "lachin-2023-plan-aid-syunik-lost"]
)
def test_peaks_at_half_an_hour_are_within_half_a_percent(name: str) -> None:
    usual, limit = peaks(name, 30.0), peaks(name, 1.0)
    for what, people in limit.items():
        # Buses that come together cross together, within minutes at the end of a queue: half an hour spreads some 200
        # of their people.
        least = 250.0 if what == "awaiting registration" else 1.0
        assert usual[what] == pytest.approx(people, rel=0.005, abs=least), what


def test_buses_do_not_depend_on_the_step_while_the_road_is_full(small: Scenario) -> None:
    """Buses are a few an hour: set against all the vehicles that stand ready, their part would vanish with the step."""
    scenario = small.change(SPILLBACK)
    at_day_four = []
    for minutes in (60.0, 5.0):
        run = simulate(scenario.change({"timeline.step_minutes": minutes}))
        at_day_four.append(float(np.interp(96.0, run.hours, run.cumulative("set_off_by_bus")[:, 0])))
    assert at_day_four[0] == pytest.approx(at_day_four[1], rel=0.01)


def test_what_changes_at_a_moment_changes_in_the_step_that_begins_then(small: Scenario) -> None:
    """Hours of a sum of days and seconds of a bound may differ by the last digit of a float."""
    leads = [seconds / 86400 for seconds in range(1, 172_800, 1_000) if seconds / 86400 * 24 > seconds / 3600]
    assert len(leads) > 10
    for lead in leads[:10]:
        order = {"province": "Hills", "beds": 10.0, "decided": 0.0, "lead_days": lead, "ramp_days": 0.0}
        clock = lay_out(small.change({"aid.surge": {"late": order}})).program.steps.clock
        begins = clock.bounds[:-1][np.diff(clock.epoch, prepend=0) > 0]
        assert round(lead * 86400) in np.rint(begins * 3600)
