"""Headline measures by hand, and of many draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import refugee_model as rm
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.outcomes import measures as declared
from refugee_model.outcomes.measures import measure_of, name_now
from refugee_model.outcomes.occupancy import first_full, occupancy
from refugee_model.outcomes.queues import waiting, waits_of
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import simulate_ensemble
from refugee_model.tables.arrivals import arrivals_table
from refugee_model.tables.queues import waiting_table
from refugee_model.tables.ranges import summary
from tests.strategies import everyone, scenarios


def test_times_are_times_and_nothing_is_infinite(small: Scenario) -> None:
    """Right: dates, blank where it never happens; ``describe`` then has nothing to warn of."""
    never = {"aid.provinces.Hills.beds": 1e6, "aid.provinces.Plain.beds": 1e6}
    with np.errstate(all="raise"):
        measures = rm.simulate_ensemble(small.change(never), draws=4).measures
        measures.describe()
    times = measures.select_dtypes("datetimetz")
    provinces = [f"first_full.{name}" for name in small.aid.provinces]
    assert list(times) == [
        "peak_without_roof_time",
        "last_arrival",
        "first_place_full_time",
        "peak_unsheltered_time",
        *provinces,
    ]
    assert times["first_place_full_time"].isna().all()
    assert times["last_arrival"].dt.tz.utcoffset(None) == small.timeline.start.utcoffset()
    assert times["last_arrival"].notna().all()
    assert not np.isinf(measures.drop(columns=list(times)).to_numpy(dtype=float)).any()


NAMES = """
person_nights_without_roof person_nights_on_road person_nights_at_reception person_nights_unsheltered
person_nights_held_back peak_without_roof peak_without_roof_time people_total crossed displaced_inside
on_road_at_end still_at_home held_back peak_held_back left_country peak_daily_arrivals
peak_daily_arrivals_date last_arrival worst_route longest_queue_people longest_queue_vehicles longest_queue_km
longest_queue_time median_wait_checkpoint_hours p90_wait_checkpoint_hours longest_wait_checkpoint_hours
median_wait_registration_hours p90_wait_registration_hours longest_wait_registration_hours
longest_wait_registration_place chance_adds_at_checkpoint chance_adds_at_reception registered
peak_awaiting_registration peak_unregistered peak_in_state_accommodation peak_in_state_accommodation_time
first_place_full first_place_full_time places_full peak_unsheltered peak_unsheltered_time unsheltered_at_end
person_nights_in_state_accommodation bed_nights_usd first_full largest_shortfalls cost_usd funding_gap_usd
unmet_need_usd people_balance_residual
"""
"""By which scripts, events and files of results ask for measures: more may be added, these stay."""
EARLIER = {"last_arrival_hours", "first_place_full_hours", "peak_unsheltered_hours", "first_full_hours.Hills"}


def test_measures_keep_their_names(small: Scenario) -> None:
    of_draws = {name.partition(".")[0] for name in simulate_ensemble(small, draws=2).measures}
    told = {*summary(simulate(small)).index} | of_draws
    assert {*NAMES.split()} <= told
    assert {measure_of(name_now(name)).name for name in EARLIER} <= {*NAMES.split()}


def test_the_longest_queue_is_that_of_one_moment(small: Scenario) -> None:
    run = simulate(small.change({"aid.evacuation_buses.buses": 30.0, "timing.checkpoint.vehicles_per_hour": 40.0}))
    measures, table = summary(run), waiting_table(run).query("place == 'checkpoint'").set_index("time")
    there = table.loc[measures["longest_queue_time"]]
    assert measures["longest_queue_people"] == there["people"] == table["people"].max()
    assert measures["longest_queue_vehicles"] == there["vehicles"]
    assert measures["longest_queue_km"] == there["queue_km"]


def test_less_than_half_a_person_is_no_queue(small: Scenario) -> None:
    """What rounding leaves in a queue that is served at once has no length, no time and no wait."""
    run = simulate(small.change({"people.total": 500.0}))
    assert run.queue_people.max() < 1e-9
    measures = summary(run)
    assert [measures[f"longest_queue_{name}"] for name in ("people", "vehicles", "km")] == [0.0, 0.0, 0.0]
    assert measures["longest_queue_time"] is None
    assert measures["longest_wait_checkpoint_hours"] == 0.0


def test_peak_daily_arrivals_is_by_local_date(run: Result) -> None:
    measures, arrivals = summary(run), arrivals_table(run).set_index("time")["arrived"]
    midnights = arrivals[arrivals.index.hour == 0]
    daily = midnights.diff().dropna()
    assert measures["peak_daily_arrivals"] == pytest.approx(daily.max())
    assert measures["peak_daily_arrivals_date"] == (daily.idxmax() - pd.Timedelta(days=1)).date()


def test_queue_by_hand(at_rest: Scenario) -> None:
    changes = {"people.total": 450, "people.now": {"on_road": 450}, "timing.checkpoint.vehicles_per_hour": 10}
    measures = summary(simulate(at_rest.change(changes)))
    assert measures["longest_queue_people"] == pytest.approx(450)
    assert measures["longest_queue_vehicles"] == pytest.approx(100)
    assert measures["longest_queue_time"].isoformat() == "2023-09-24T12:00:00+04:00"
    assert measures["crossed"] == pytest.approx(450)
    assert measures["last_arrival"].isoformat() == "2023-09-24T21:59:24+04:00"
    # 12:00 to 22:00 of the first, partial date.
    assert measures["peak_daily_arrivals"] == pytest.approx(450)


def test_shortfalls_in_words(resting: Result, at_rest: Scenario) -> None:
    text = summary(resting)["largest_shortfalls"]
    assert text == "Water: 24,375 of 24,375 litres lacking (100 %); Blanket: 200 of 200 blankets lacking (100 %)"
    assert (
        summary(simulate(at_rest.change({"aid.stocks": {"water": 1e6, "blanket": 1e6}})))["largest_shortfalls"]
        == "none"
    )


def test_shortfalls_skip_what_is_not_known(at_rest: Scenario) -> None:
    one = summary(simulate(at_rest.change({"aid.supply_unknown": ["water"]})))["largest_shortfalls"]
    assert one == "Blanket: 200 of 200 blankets lacking (100 %); deliveries of 1 item not known"
    both = summary(simulate(at_rest.change({"aid.supply_unknown": ["water", "blanket"]})))["largest_shortfalls"]
    assert both == "deliveries of 2 items not known"


def test_people_held_back_and_not_registered(run: Result) -> None:
    measures = summary(run)
    assert measures["peak_held_back"] == pytest.approx(run.people("leaving").sum(axis=1).max())
    unregistered = run.people("awaiting_registration").sum(axis=1) + run.people("unregistered_hosted")[:, 0]
    assert measures["peak_unregistered"] == pytest.approx(unregistered.max())
    crossed, registered = run.cumulative("crossed"), run.cumulative_registered
    assert measures["peak_unregistered"] == pytest.approx((crossed - registered).max())


@given(scenarios())
def test_those_who_wait_to_register_are_among_the_unregistered(scenario: Scenario) -> None:
    measures = summary(simulate(scenario))
    assert measures["peak_unregistered"] >= measures["peak_awaiting_registration"]


def test_unmet_need_is_unknown_where_all_deliveries_are(small: Scenario) -> None:
    blind = small.change(
        {
            "aid.supply_unknown": list(small.standards.items),
            "people.total": {"low": 5_000.0, "likely": 10_000.0, "high": 15_000.0},
        }
    )
    assert simulate_ensemble(blind, draws=3).measures["unmet_need_usd"].isna().all()


@given(scenarios())
def test_what_the_sweep_tells_is_what_its_arrays_say(scenario: Scenario) -> None:
    run, some = simulate(scenario), 1e-6 * max(1.0, everyone(scenario))
    assert run.extremes["most_unsheltered"] == pytest.approx(run.unsheltered.max(), abs=some)
    assert run.extremes["most_sheltered"] == pytest.approx(run.people("sheltered").sum(axis=1).max(), abs=some)
    # Within a step there may be more: against the plain model in ``tests/engine/test_reference.py``.
    assert run.extremes["most_registration"] >= run.people("awaiting_registration").sum(axis=1).max() - some
    held = occupancy(run)
    full = first_full(run.hours, held.capacity, held.taken)[: len(scenario.aid.provinces)]
    np.testing.assert_allclose(np.where(np.isfinite(run.first_full), run.first_full, np.nan), full, atol=1e-6)
    at_edges = run.cumulative("crossed")[run.edges]
    np.testing.assert_allclose(run.crossed, at_edges, rtol=1e-9, atol=some)
    waits, worst = waits_of(waiting(run)), int(run.worst_route[0])
    told = np.stack([waits.median[worst], waits.p90[worst], waits.longest[worst]])
    np.testing.assert_allclose(run.waits, told, rtol=1e-6, atol=1e-6)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets a measure of lone runs be one of each draw, as if it were declared so."""

    def declare(name: str) -> None:
        monkeypatch.setitem(declared.MEASURES, name, replace(declared.MEASURES[name], lone=False))
        monkeypatch.setattr(declared, "DRAWN", (*declared.DRAWN, name))

    return declare


@pytest.mark.parametrize("keep", ["measures", "quantiles", "all", None, ["Hills"]])
def test_a_measure_of_each_draw_may_read_people_at_the_end(
    keep: Any, small: Scenario, drawn: Callable[[str], None]
) -> None:
    drawn("still_at_home")
    drawn("left_country")
    ensemble = rm.simulate_ensemble(small, draws=3, keep=keep)
    lone = rm.summary(rm.simulate(small))
    for name in ("still_at_home", "left_country"):
        assert ensemble.measures[name].tolist() == pytest.approx([lone[name]] * 3)
    assert rm.summary(ensemble).set_index("measure")["middle"]["still_at_home"] == pytest.approx(lone["still_at_home"])


def test_a_measure_of_each_draw_cannot_read_people_at_all_times(small: Scenario, drawn: Callable[[str], None]) -> None:
    drawn("peak_held_back")
    with pytest.raises(RequestError, match=r"reads people \(leaving\) at all times, .*; declare it with lone=True"):
        rm.simulate_ensemble(small, draws=3)
