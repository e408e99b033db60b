"""Guests of a province that is lost take the road of its residents: by hand, and what that changes nothing of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refugee_model as rm
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.groups import days_of, heads_of
from refugee_model.scenario.network import KINDS
from refugee_model.scenario.scenario import Scenario

LOST = 24.0
"""When the Plain is lost [h]."""
JOURNEY = 1.0
"""From there to the end of the Hill road, 40 km at 40 km/h [h]."""
GUESTS: dict[str, Any] = {
    "people.now": {"hosted": {"Plain": 1_000.0}, "sheltered": {"Plain": 400.0},
    "awaiting_registration": {"Valley": 200.0}},
    "people.districts.Plain people.share_of_residents": 0.0,
    "timing.departure.share_leaving": 0.0,
    "timing.corridor.free_speed_kmh": 40.0,
    "timing.transport.people_per_vehicle": 4.0,
    "timing.accommodation": {"straight_to_relatives_share": 0.5, "comes_forward_per_hour": 0.0,
    "asks_for_bed_share": 0.25, "comes_back_for_bed_per_hour": 0.0, "moves_out_per_day": 0.0},
    "timing.onward": {"leaves_country_per_day": 0.0, "drifts_per_day": 0.0},
    "timing.routes.Hill road.checkpoint.vehicles_per_hour": 100.0,
    "aid.losses.Plain.since": 1.0,
    "aid.placement.seats_per_hour": 0.0,
    "aid.reception_points.Valley.desks": 0.0,
    "aid.reception_points.Border.desks": 0.0,
}  # fmt: skip
"""1,600 guests of the Plain, of whom 1,400 have registered; 400 people an hour pass on the road of its residents."""


@pytest.fixture(scope="module")
def wave() -> Scenario:
    return rm.load_scenario(Path(__file__).parents[1] / "scenarios" / "second_wave.toml")


@pytest.fixture(scope="module")
def guests(wave: Scenario) -> Scenario:
    return wave.change(GUESTS)


@pytest.fixture(scope="module")
def run(guests: Scenario) -> Result:
    return simulate(guests)


def of(run: Result, kind: str, place: str) -> np.ndarray:
    people: np.ndarray = run.people(kind)[:, [one.name for one in run.places_of(kind)].index(place), 0]
    return people


def test_guests_take_the_journey_and_the_checkpoint_of_the_residents(run: Result) -> None:
    came = np.concatenate(([0.0], np.cumsum(run.flow("guests_came_off").sum(axis=1)[:, 0])))
    assert came[run.hours <= LOST + JOURNEY].max() == pytest.approx(0.0, abs=1e-9)
    for hours in (1.0, 2.0, 4.0):
        assert np.interp(LOST + JOURNEY + hours, run.hours, came) == pytest.approx(400.0 * hours, rel=1e-9)
    assert came[-1] == pytest.approx(1_600.0, rel=1e-12)


def test_nobody_is_left_in_the_province_and_nobody_vanishes(run: Result) -> None:
    lost = run.hours > LOST
    for kind, place in (("hosted", "Plain"), ("sheltered", "Plain"), ("awaiting_registration", "Valley")):
        assert of(run, kind, place)[lost].max() == 0.0
    assert run.residual < 1e-9
    for kind in KINDS:
        change = run.moved(kind, into=True) - run.moved(kind, into=False)
        np.testing.assert_allclose(np.diff(run.people(kind), axis=0), change, rtol=0, atol=1e-9, err_msg=kind)


def test_at_the_end_of_the_road_they_wait_for_a_bed_go_to_relatives_or_wait_to_register(run: Result) -> None:
    """Of the hosts' guests a quarter asks for a bed; nobody registers twice or goes straight on to relatives."""
    assert run.people("awaiting_placement")[-1].sum() == pytest.approx(400.0 + 250.0, rel=1e-9)
    assert of(run, "hosted", "Hills")[-1] == pytest.approx(750.0, rel=1e-9)
    assert of(run, "awaiting_registration", "Border")[-1] == pytest.approx(200.0, rel=1e-9)
    assert run.people("unregistered_hosted").max() == 0.0


def test_guests_are_counted_once(run: Result) -> None:
    """They crossed a border and registered before; they are no residents, and arrive in no table a second time."""
    measures, arrivals = rm.summary(run), rm.arrivals_table(run)
    assert measures["crossed"] == pytest.approx(1_600.0)
    assert measures["displaced_inside"] == pytest.approx(0.0, abs=1e-9)
    assert measures["registered"] == pytest.approx(1_400.0)
    for column, people in (("arrived", 1_600.0), ("registered", 1_400.0)):
        np.testing.assert_allclose(arrivals[column].astype(float), people, rtol=1e-9)


def test_guests_on_the_road_need_what_people_in_transit_need(run: Result) -> None:
    """All 1,600 are there on every date; whoever lived with relatives comes into collective centres once."""
    heads = heads_of(run, days_of(run))
    np.testing.assert_allclose(heads["everyone"].there, 1_600.0, rtol=1e-9)
    np.testing.assert_allclose(heads["everyone"].entered, 1_600.0, rtol=1e-9)
    np.testing.assert_allclose(heads["collective"].entered[-1], 1_600.0, rtol=1e-9)
    np.testing.assert_allclose(heads["hosted"].entered[-1], 1_000.0, rtol=1e-9)


def test_nights_on_the_road_are_nights_without_a_roof(guests: Scenario) -> None:
    closed = {"timing.routes.Hill road.checkpoint.vehicles_per_hour": 0.0}
    nights = rm.night_table(simulate(guests.change(closed)))
    assert nights["on_road"].iloc[-1] == pytest.approx(1_600.0, rel=1e-9)


def test_guests_sent_back_try_again_and_guests_detained_stay_registered(guests: Scenario) -> None:
    strict = {"turned_back_share": 0.5, "detained_share": 0.25}
    run = simulate(guests.change({f"timing.routes.Hill road.checkpoint.{name}": at for name, at in strict.items()}))
    came, held, back = (run.flow(name).sum() for name in ("guests_came_off", "guests_held", "guests_sent_back"))
    assert came + held == pytest.approx(1_600.0, rel=1e-6)
    assert (held, back) == (pytest.approx(came, rel=1e-9), pytest.approx(2 * came, rel=1e-6))
    assert run.flow("turned_back").sum() == pytest.approx(0.0, abs=1e-9)
    assert run.residual < 1e-9
    for column, people in (("arrived", 1_600.0), ("registered", 1_400.0)):
        np.testing.assert_allclose(rm.arrivals_table(run)[column].astype(float), people, rtol=1e-9)


def test_who_is_on_the_way_to_the_province_turns_round(guests: Scenario) -> None:
    beds = {"people.now": {"awaiting_placement": 500.0}, "aid.placement.seats_per_hour": 10.0}
    far = {"aid.provinces.Plain.road_km": 400.0, "aid.provinces.Hills.beds": 0.0}
    run = simulate(guests.change(beds | far))
    plain = [place.name for place in run.places_of("travelling")].index("Plain")
    turned = run.flow("turned_round")[:, plain, 0]
    at = int(np.argmax(turned))
    assert (run.hours[at], turned.sum()) == (LOST, pytest.approx(turned[at]))
    assert turned[at] == pytest.approx(of(run, "travelling", "Plain")[at])
    assert run.people("travelling")[at + 1 :, plain].max() == 0.0
    assert run.flow("arrived")[at:, plain].max() == run.flow("refused")[:, plain].max() == 0.0


def test_guests_of_several_districts_go_with_those_who_flee_from_them(guests: Scenario) -> None:
    values = guests.model_dump(exclude_unset=True)
    one = values["people"]["districts"]["Plain people"]
    for name, share in (("Plain people", 0.1), ("Plain north", 0.3)):
        values["people"]["districts"][name] = {**one, "share_of_residents": share}
    run = simulate(guests.change({"people.districts": values["people"]["districts"]}))
    joined = run.flow("guests_joined").sum(axis=0)[-2:, 0]
    assert sorted(joined) == pytest.approx([400.0, 1_200.0], rel=1e-9)


def test_people_wait_for_a_bed_where_the_start_says(guests: Scenario) -> None:
    waits = {"awaiting_placement": 100.0, "awaiting_placement_by_point": {"Border": 30.0, "Valley": 50.0}}
    apart = {"aid.provinces.Hills.road_km_from": {"Valley": 200.0}, "people.now": waits}
    run = simulate(guests.change(apart))
    here = dict(zip(("Border", "Valley"), run.people("awaiting_placement")[0, :, 0], strict=True))
    weights = [point.weight for point in guests.aid.reception_points.values()]
    assert weights == [1.0, 1.0]
    assert here == {"Border": pytest.approx(80.0), "Valley": pytest.approx(100.0)}
    # When the Plain is lost those in the valley take the road out.
    assert run.flow("took_road_waiting")[:, 1].sum() == pytest.approx(100.0)
    assert run.people("awaiting_placement")[-1, :, 0] == pytest.approx([180.0, 0.0], rel=1e-9)
    together = simulate(guests.change({"people.now": waits}))
    assert together.people("awaiting_placement")[0].sum() == pytest.approx(180.0)
