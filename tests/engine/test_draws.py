"""Each draw of a block is what a lone run gives, to the last bit, whatever the number of draws."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from refugee_model.engine.program import lay_out
from refugee_model.engine.result import EVERYTHING
from refugee_model.engine.simulation import move, simulate
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario

COUNTS = (1, 5, 16, 17, 40)
RANGES: dict[str, tuple[float, float]] = {
    "people.total": (0.0, 150_000.0),
    "timing.departure.share_leaving": (0.5, 1.0),
    "timing.departure.rate_per_hour": (0.02, 0.5),
    "timing.departure.midpoint_hours": (6.0, 72.0),
    "timing.departure.factor_while_closed": (0.0, 2.0),
    "timing.transport.own_vehicle_share": (0.5, 1.0),
    "timing.transport.people_per_vehicle": (2.0, 6.0),
    "timing.corridor.vehicles_per_hour_per_lane": (300.0, 1_500.0),
    "timing.corridor.jam_vehicles_per_km": (20.0, 150.0),
    "timing.checkpoint.vehicles_per_hour": (100.0, 450.0),
    "timing.checkpoint.night_factor": (0.2, 0.9),
    "timing.checkpoint.turned_back_share": (0.0, 0.2),
    "timing.checkpoint.detained_share": (0.0, 0.05),
    "timing.accommodation.straight_to_relatives_share": (0.0, 1.0),
    "timing.accommodation.comes_back_for_bed_per_hour.0.value": (0.0, 0.01),
    "timing.onward.leaves_country_per_day": (0.0, 0.01),
    "timing.onward.drifts_per_day": (0.0, 0.05),
    "aid.evacuation_buses.seats": (20.0, 60.0),
    "aid.community_centres.centres.1.value": (0.0, 100.0),
    "aid.reception_points.Goris.desks.1.value": (0.0, 60.0),
    "aid.placement.seats_per_hour": (50.0, 1_000.0),
    "aid.placement.distance_scale_km": (20.0, 400.0),
    "aid.provinces.Syunik.beds": (0.0, 5_000.0),
    "aid.provinces.Yerevan.relatives_weight": (0.0, 80.0),
    "aid.surge.Syunik first.beds": (0.0, 9_000.0),
    "aid.cash.lowers_coming_back_by": (0.0, 1.0),
}


@cache
def plan() -> Scenario:
    return load_scenario("lachin-2023-plan").change({"timeline.days": 9.0, "timeline.step_minutes": 60.0})


def together(scenario: Scenario, draws: dict[str, np.ndarray]) -> dict[str, Any]:
    """People and flows of all draws, in one go."""
    return move(scenario, draws, lay_out(scenario, draws), EVERYTHING).recorded


def assert_equal(found: dict[str, Any], draw: int, alone: dict[str, Any]) -> None:
    for kind, quantities in alone.items():
        assert np.array_equal(found[kind][..., draw], quantities[..., 0]), f"{kind}, draw {draw}"


@pytest.mark.parametrize("path", RANGES)
def test_a_draw_is_a_lone_run(path: str) -> None:
    low, high = RANGES[path]
    values = np.concatenate(([low, high], np.random.default_rng(1).uniform(low, high, 15)))
    many = together(plan(), {path: values})
    for draw in (0, 1, 2, 15, 16):
        assert_equal(many, draw, simulate(plan().change({path: float(values[draw])})).recorded)


@pytest.mark.parametrize("count", COUNTS)
def test_many_paths_at_once_in_any_number_of_draws(count: int) -> None:
    random = np.random.default_rng(2)
    draws = {path: random.uniform(low, high, max(COUNTS))[:count] for path, (low, high) in RANGES.items()}
    many = together(plan(), draws)
    for draw in {0, count // 2, count - 1}:
        alone = simulate(plan().change({path: float(values[draw]) for path, values in draws.items()}))
        assert_equal(many, draw, alone.recorded)


@pytest.mark.parametrize("policy", ["proportional", "shares", "order"])
@pytest.mark.parametrize("form", ["contagion", "weibull", "curve"])
def test_other_forms_and_policies(policy: str, form: str) -> None:
    departure: dict[str, Any] = {
        "contagion": {"innovation_per_hour": 0.01, "imitation_per_hour": 0.1},
        "weibull": {"shape": 1.5, "scale_hours": 30.0},
        "curve": {"curve": [{"time": 1.0, "share": 0.0}, {"time": 3.0, "share": 0.7}]},
    }[form]
    provinces = list(plan().aid.provinces)
    scenario = plan().change(
        {
            "timing.departure": {"form": form, "start": 1.0, **departure},
            "timing.transport.fuel_litres": 100_000.0,
            "aid.placement": {"policy": policy, "order": provinces, "seats_per_hour": 200.0},
            **{f"aid.provinces.{name}.placement_share": float(number) for number, name in enumerate(provinces)},
        }
    )
    paths = {"contagion": "innovation_per_hour", "weibull": "shape", "curve": "curve.1.share"}
    draws = {
        f"timing.departure.{paths[form]}": np.linspace(0.3, 0.9, 18),
        "timing.transport.fuel_litres": np.linspace(0.0, 400_000.0, 18),
        "aid.provinces.Syunik.placement_share": np.linspace(0.0, 20.0, 18),
    }
    many = together(scenario, draws)
    for draw in (0, 9, 16, 17):
        alone = simulate(scenario.change({path: float(values[draw]) for path, values in draws.items()}))
        assert_equal(many, draw, alone.recorded)


def test_a_draw_replaces_a_whole_schedule() -> None:
    """A path whose value in the scenario is a schedule: the draw holds throughout."""
    path = "timing.accommodation.comes_back_for_bed_per_hour"
    many = together(plan(), {path: np.array([0.0, 0.01])})
    for draw, value in enumerate((0.0, 0.01)):
        alone = simulate(plan().change({path: value}))
        assert many["one"].shape[0] >= len(alone.hours)
        assert many["province"][-1, :, 1, draw] == pytest.approx(
            alone.recorded["province"][-1, :, 1, 0], rel=2e-3, abs=1.0
        )
