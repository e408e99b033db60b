"""The engine against the plain model: everyone in the same place at every bound, on every kind of scenario."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from refugee_model.engine.simulation import simulate
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.scenario import Scenario
from tests.reference_model import Model
from tests.strategies import scenarios

TOLERANCE = 1e-9
FLOWS = (
    "departed", "set_off", "turned_back", "held", "crossed", "went_straight_on", "registered_later", "came_back_unregistered", "asked",
    "received", "registered", "joined_relatives", "came_back", "placed", "arrived", "refused", "evacuated", "moved_out", "drifted_out",
    "drifted_in", "left_from_relatives", "left_from_shelter",
)  # fmt: skip


def assert_same(scenario: Scenario) -> None:
    run, plain = simulate(scenario), Model(scenario)
    assert np.array_equal(run.hours, np.asarray(plain.seconds) / 3600)
    atol = TOLERANCE * max(1.0, scenario.people.total) * 1e-3
    for kind, places in plain.people.items():
        assert tuple(places) in (tuple(place.name for place in run.places_of(kind)), ("all",))
        np.testing.assert_allclose(run.people(kind)[:, :, 0], np.transpose(list(places.values())), rtol=TOLERANCE, atol=atol, err_msg=kind)
    for name in FLOWS:
        expected = np.transpose(list(plain.flows[name].values()))
        np.testing.assert_allclose(run.flow(name)[:, :, 0], expected, rtol=TOLERANCE, atol=atol, err_msg=name)
    for name in ("beds", "fuel"):
        if name == "beds" or scenario.timing.transport.fuel_litres is not None:
            expected = np.transpose(list(plain.levels[name].values()))
            np.testing.assert_allclose(run.level(name)[:, :, 0], expected, rtol=TOLERANCE, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(run.queue_people[:, 0], plain.levels["queue"]["all"], rtol=TOLERANCE, atol=atol, err_msg="queue")


@given(scenarios())
def test_engine_agrees_with_the_plain_model(scenario: Scenario) -> None:
    assert_same(scenario)


@pytest.mark.parametrize("form", ["logistic", "weibull", "rayleigh", "contagion", "curve"])
def test_engine_agrees_on_every_form_of_departure(form: str) -> None:
    @given(scenarios(forms=(form,)))
    def agrees(scenario: Scenario) -> None:
        assert_same(scenario)

    agrees()


@pytest.mark.parametrize("policy", ["proportional", "nearest", "shares", "order"])
def test_engine_agrees_on_every_policy(policy: str) -> None:
    @given(scenarios(policies=(policy,)))
    def agrees(scenario: Scenario) -> None:
        assert_same(scenario)

    agrees()


@pytest.mark.parametrize("name", ["lachin-2023", "lachin-2023-plan", "lachin-2023-plan-phased-buses", "lachin-2023-plan-aid-syunik-lost"])
def test_engine_agrees_on_packaged_scenarios(name: str) -> None:
    assert_same(load_scenario(name).change({"timeline.days": 14, "timeline.step_minutes": 60}))


def test_everything_at_once(small: Scenario) -> None:
    assert_same(small.change({"timeline.days": 30, "timing.checkpoint.turned_back_share": 0.1, "timing.checkpoint.detained_share": 0.01}))
