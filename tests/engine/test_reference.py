"""The engine against the plain model: everyone in the same place at every bound, on every kind of scenario."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from refugee_model.engine.observers import PARTS
from refugee_model.engine.simulation import simulate
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario
from tests.reference_model import Model
from tests.strategies import everyone, scenarios

TOLERANCE = 1e-9
FLOWS = (
    "departed", "set_off", "turned_back", "held", "crossed", "went_straight_on", "registered_later",
    "came_back_unregistered", "asked",
    "left_unregistered", "left_waiting", "moved_here", "moved_away", "went_on_unregistered", "fled_for_bed",
    "fled_to_relatives", "fled_in",
    "received", "registered", "joined_relatives", "came_back", "placed", "arrived", "refused", "evacuated",
    "moved_out", "drifted_out",
    "drifted_in", "left_from_relatives", "left_from_shelter",
)  # fmt: skip
OF_GUESTS = ("hosted_took_road", "sheltered_took_road", "turned_round", "took_road_unregistered")
"""Where a province is lost whose residents have a road."""


def assert_same(scenario: Scenario, of_people: float = TOLERANCE * 1e-2) -> None:
    """Everything agrees to 1e-9 of itself and a share of all people; roads let the last 1e-12 of these pass at once."""
    run, plain = simulate(scenario), Model(scenario)
    assert np.array_equal(run.hours, np.asarray(plain.seconds) / 3600)
    atol = of_people * max(1.0, everyone(scenario))
    for kind, places in plain.people.items():
        names = tuple(place.name for place in run.places_of(kind))
        assert tuple(places) == names or len(names) == 1
        np.testing.assert_allclose(
            run.people(kind)[:, :, 0], np.transpose(list(places.values())), rtol=TOLERANCE, atol=atol, err_msg=kind
        )
    for name in (*FLOWS, *OF_GUESTS):
        expected = np.transpose(list(plain.flows[name].values()))
        np.testing.assert_allclose(run.flow(name)[:, :, 0], expected, rtol=TOLERANCE, atol=atol, err_msg=name)
    for name in ("beds", "fuel"):
        if name == "beds" or scenario.timing.transport.fuel_litres is not None:
            expected = np.transpose(list(plain.levels[name].values()))
            np.testing.assert_allclose(run.level(name)[:, :, 0], expected, rtol=TOLERANCE, atol=1e-6, err_msg=name)
    beside = {"queue": (run.queue_people, plain.levels["queue"])}
    beside["went"] = (run.flow("went_by_vehicle") + run.flow("went_by_bus"), plain.flows["went"])
    for name, (found, places) in beside.items():
        expected = np.transpose(list(places.values()))
        np.testing.assert_allclose(found[:, :, 0], expected, rtol=TOLERANCE, atol=atol, err_msg=name)
    np.testing.assert_allclose(run.extremes["most_registration"], plain.most_registering, rtol=TOLERANCE, atol=atol)
    nights = [[night[part] for part in PARTS] for night in plain.nights()]
    np.testing.assert_allclose(
        run.nights[:, :, 0], np.reshape(nights, (-1, len(PARTS))), rtol=TOLERANCE, atol=atol, err_msg="nights"
    )


@given(scenarios())
def test_engine_agrees_with_the_plain_model(scenario: Scenario) -> None:
    assert_same(scenario)


@pytest.mark.parametrize(
    ("form", "policy"),
    [
        ("logistic", "proportional"),
        ("weibull", "nearest"),
        ("rayleigh", "shares"),
        ("contagion", "order"),
        ("curve", "nearest"),
    ],
)
def test_engine_agrees_on_every_form_of_departure_and_every_policy(form: str, policy: str) -> None:
    """Each at least as often as there are examples; which go together is left to the test above."""

    @given(scenarios(forms=(form,), policies=(policy,)))
    def agrees(scenario: Scenario) -> None:
        assert_same(scenario)

    agrees()


@pytest.mark.parametrize(
    "name", ["lachin-2023", "lachin-2023-plan", "lachin-2023-plan-phased-buses", "lachin-2023-plan-aid-syunik-lost"]
)
def test_engine_agrees_on_packaged_scenarios(name: str) -> None:
    assert_same(load_scenario(name).change({"timeline.days": 14, "timeline.step_minutes": 60}))


@pytest.mark.parametrize("step", [15.0, 60.0, 180.0])
@pytest.mark.parametrize("checkpoint", [10.0, 15.0])
def test_engine_agrees_where_buses_are_the_last_of_a_queue(small: Scenario, checkpoint: float, step: float) -> None:
    assert_same(small.change({**BUSES_LAST, "timing.checkpoint.vehicles_per_hour": checkpoint, LENGTH: step}))


@pytest.mark.parametrize("step", [60.0, 120.0])
def test_a_queue_that_comes_and_goes_within_a_step_is_as_long_as_in_short_steps(small: Scenario, step: float) -> None:
    scenario = small.change({**BUSES_LAST, "timing.checkpoint.vehicles_per_hour": 10.0})
    found, exact = (simulate(scenario.change({LENGTH: length})) for length in (step, 1.0))
    most = exact.extremes["most_registration"]
    assert most > 100.0
    assert found.extremes["most_registration"] == pytest.approx(most, rel=0.005)


LENGTH = "timeline.step_minutes"
BUSES_LAST: dict[str, Any] = {
    "aid.evacuation_buses": {"buses": 6.0, "seats": 40.0, "round_trip_hours": 12.0},
    "timing.transport.own_vehicle_share": 0.7,
    "aid.reception_points.Border.desks": 15.0,
    "timing.checkpoint.night_factor": 1.0,
}
"""Those without a vehicle wait for buses when everyone else has left, and pass many at a time."""

EVERYTHING: dict[str, Any] = {
    "timeline.days": 12.0,
    "timeline.step_minutes": 47.0,
    "people.districts.South.departs_from": 1.1,
    "people.now": {"on_road": 300.0, "travelling": {"Hills": 200.0}, "sheltered": {"Hills": 900.0},
    "hosted": {"Plain": 50.0}},
    "timing.departure.factor_while_closed": 0.2,
    "timing.transport": {
        "own_vehicle_share": 0.8, "people_per_vehicle": 4.5, "fuel_litres": 9_000.0,
        "fuel_deliveries": [{"at": 4.4, "litres": 20_000.0}],
    },
    "timing.corridor.closures": [{"since": 2.03, "until": 2.3}],
    "timing.corridor.jam_vehicles_per_km": 5.0,
    "timing.checkpoint": {
        "lanes": 1.0, "seconds_per_vehicle": 5.0, "seconds_per_person": 4.0, "night_factor": 0.7,
        "turned_back_share": 0.05,
        "detained_share": 0.01, "regimes": [{"kind": "closed", "since": 1.35, "until": 1.6},
        {"kind": "tandem", "since": 3.0}],
    },
    "timing.accommodation.moves_out_per_day": 0.1,
    "timing.onward": {"leaves_country_per_day": 0.02, "drifts_per_day": 0.1},
    "aid.evacuation_buses": {"buses": 60.0, "seats": 35.0, "round_trip_hours": 12.0},
    "aid.community_centres": {"centres": [{"value": 0.0}, {"since": 2.0, "value": 2.0}],
    "people_per_centre_hour": 10.0},
    "aid.provinces.Hills.drift_weight": 1.0,
    "aid.surge": {"halls": {"province": "Plain", "beds": 800.0, "decided": 1.0, "lead_days": 2.0, "ramp_days": 1.5}},
    "aid.reception_points.Border.province": "Hills",
    "aid.losses": {"shelling": {"province": "Hills", "share": 1.0, "since": 0.02, "until": 6.3}},
    "aid.cash": {"coverage": 0.5, "lowers_coming_back_by": 0.3, "moves_out_per_day": 0.01},
}  # fmt: skip


def test_everything_at_once_moves_people_on_every_route(small: Scenario) -> None:
    scenario = small.change(EVERYTHING)
    assert_same(scenario)
    run = simulate(scenario)
    still = [name for name in (*FLOWS, "set_off_by_bus_for_want_of_fuel") if run.flow(name).max() <= 1e-3]
    assert still == ["moved_here"]  # the only reception point is closed
