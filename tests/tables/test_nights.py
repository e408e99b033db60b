"""Nights without a roof: by hand, in lone runs and ensembles alike, and what slower crossings do to them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from refugee_model.tables.nights import COLUMNS, night_table

import refugee_model as rm
from refugee_model.engine.inputs import lay_out
from refugee_model.engine.simulation import digest_draws, simulate
from refugee_model.scenario.scenario import Scenario
from tests.strategies import scenarios

PARTS = ["on_road", "at_reception", "unsheltered"]


@pytest.fixture(scope="module")
def stuck(at_rest: Scenario) -> Scenario:
    """500 people who cannot move on: at home, on the road, at reception, waiting for a bed, in one. From 02:00 to 02:00."""
    return at_rest.change(
        {
            "timeline.start": "2023-09-24T02:00:00+04:00",
            "timeline.days": 2,
            "people.total": 500,
            "people.now": {
                "leaving": {"North": 40},
                "on_road": 50,
                "awaiting_registration": {"Border": 300},
                "awaiting_placement": 80,
                "sheltered": {"Hills": 10},
            },
            "timing.corridor.vehicles_per_hour_per_lane": 0.0,
            "timing.checkpoint.vehicles_per_hour": 0.0,
            "aid.reception_points.Border.desks": 0.0,
            "aid.placement.seats_per_hour": 0.0,
            "aid.reception_points.Border.covered_places": [{"value": 100}, {"since": "2023-09-25T02:00:00+04:00", "value": 250}],
            "aid.transit_places": 30,
        }
    )


def test_a_night_by_hand(stuck: Scenario) -> None:
    """The night at the very start and at the very end count; a place that opens at 02:00 does not shelter who stands there then."""
    table = night_table(simulate(stuck))
    assert [f"{date:%d}" for date in table["date"]] == ["24", "25", "26"]
    assert table["on_road"].tolist() == [50, 50, 50]
    assert table["at_reception"].tolist() == [200, 200, 50]
    assert table["unsheltered"].tolist() == [50, 50, 50]
    assert table["without_roof"].tolist() == [300, 300, 150]
    assert table["held_back"].tolist() == [40, 40, 40]


def test_the_headline_is_the_sum_of_its_parts(stuck: Scenario) -> None:
    for measures in (rm.summary(simulate(stuck)), rm.simulate_ensemble(stuck, draws=1).measures.iloc[0]):
        assert measures["person_nights_without_roof"] == 750
        assert [measures[f"person_nights_{part}"] for part in (*PARTS, "held_back")] == [150, 450, 150, 120]
        assert measures["peak_without_roof"] == 300
        assert measures["peak_without_roof_time"].isoformat() == "2023-09-24T02:00:00+04:00"


def test_covered_places_can_be_uncertain(stuck: Scenario) -> None:
    ranged = {
        "aid.reception_points.Border.covered_places": {
            "low": 100,
            "high": 300,
            "distribution": "uniform",
            "reason": "assumed: for the test",
        }
    }
    ensemble = rm.simulate_ensemble(stuck.change(ranged), draws=8)
    places = ensemble.draws["aid.reception_points.Border.covered_places"]
    np.testing.assert_allclose(ensemble.measures["person_nights_at_reception"], 3 * np.maximum(300 - places, 0.0))


@given(scenarios())
def test_lone_runs_and_ensembles_agree(scenario: Scenario) -> None:
    run, digest = simulate(scenario), digest_draws(lay_out(scenario))
    np.testing.assert_array_equal(digest.nights, run.nights)


def test_one_draw_gives_the_table_of_the_run(small: Scenario) -> None:
    lone, drawn = night_table(simulate(small)), night_table(rm.simulate_ensemble(small, draws=1), quantiles=[0.5])
    pd.testing.assert_frame_equal(drawn.drop(columns="quantile"), lone, check_exact=True)
    counted = night_table(rm.simulate_ensemble(small, draws=4, keep="quantiles"), quantiles=[0.5])
    np.testing.assert_allclose(counted[list(COLUMNS)], lone[list(COLUMNS)], rtol=0.008, atol=0.001)
    assert len(night_table(rm.simulate_ensemble(small, draws=2, keep=["Hills"]))) == 5 * len(lone)
    np.testing.assert_allclose(lone["without_roof"], lone[PARTS].sum(axis=1))


@pytest.mark.parametrize("keep", [None, "quantiles"])
def test_a_projection_without_a_night_has_none(small: Scenario, keep: str | None) -> None:
    morning = small.change({"timeline.start": "2023-09-24T08:00:00+04:00", "timeline.days": 0.5})
    assert len(night_table(simulate(morning))) == 0
    assert rm.summary(simulate(morning))["person_nights_without_roof"] == 0
    ensemble = rm.simulate_ensemble(morning, draws=2, keep=keep)
    assert len(night_table(ensemble)) == 0
    assert ensemble.measures["peak_without_roof_time"].isna().all()


def test_times_are_times_and_nothing_is_infinite(small: Scenario) -> None:
    """Right: dates, blank where it never happens; ``describe`` then has nothing to warn of."""
    never = {"aid.provinces.Hills.beds": 1e6, "aid.provinces.Plain.beds": 1e6}
    with np.errstate(all="raise"):
        measures = rm.simulate_ensemble(small.change(never), draws=4).measures
        measures.describe()
    times = measures.select_dtypes("datetimetz")
    provinces = [f"first_full.{name}" for name in small.aid.provinces]
    assert list(times) == ["peak_without_roof_time", "last_arrival", "first_place_full_time", "peak_unsheltered_time", *provinces]
    assert times["first_place_full_time"].isna().all()
    assert times["last_arrival"].dt.tz.utcoffset(None) == small.timeline.start.utcoffset()
    assert times["last_arrival"].notna().all()
    assert not np.isinf(measures.drop(columns=list(times)).to_numpy(dtype=float)).any()


def test_quantiles_of_times_are_times(small: Scenario) -> None:
    table = rm.measure_table(rm.simulate_ensemble(small, draws=4)).query("measure == 'last_arrival'")
    last = rm.summary(simulate(small))["last_arrival"]
    assert (abs(table["time"] - last) <= pd.Timedelta(seconds=1)).all()
    assert table["value"].to_numpy() == pytest.approx((last - pd.Timestamp(small.timeline.start)) / pd.Timedelta(hours=1), abs=1e-3)
