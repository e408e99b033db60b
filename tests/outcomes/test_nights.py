"""Nights without a roof: by hand."""

from __future__ import annotations

import numpy as np
import pytest

import refugee_model as rm
from refugee_model.engine.simulation import simulate
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.people import night_table

PARTS = ["on_road", "at_reception", "unsheltered"]


@pytest.fixture(scope="module")
def stuck(at_rest: Scenario) -> Scenario:
    """500 people who cannot move on: at home, on the road, at reception, waiting for a bed, in one.

    From 02:00 to 02:00.
    """
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
            "aid.reception_points.Border.covered_places": [
                {"value": 100},
                {"since": "2023-09-25T02:00:00+04:00", "value": 250},
            ],
            "aid.transit_places": 30,
        }
    )


def test_a_night_by_hand(stuck: Scenario) -> None:
    """The night at the very start and at the very end count.

    A place that opens at 02:00 does not shelter who stands there then.
    """
    table = night_table(simulate(stuck))
    assert [f"{date:%d}" for date in table["date"]] == ["24", "25", "26"]
    assert table["on_road"].tolist() == [50, 50, 50]
    assert table["at_reception"].tolist() == [200, 200, 50]
    assert table["unsheltered"].tolist() == [50, 50, 50]
    assert table["without_roof"].tolist() == [300, 300, 150]
    assert table["held_back"].tolist() == [40, 40, 40]


def test_the_headline_is_the_sum_of_its_parts(stuck: Scenario) -> None:
    measures = rm.summary(simulate(stuck))
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


@pytest.mark.parametrize("keep", [None, "quantiles"])
def test_a_projection_without_a_night_has_none(small: Scenario, keep: str | None) -> None:
    morning = small.change({"timeline.start": "2023-09-24T08:00:00+04:00", "timeline.days": 0.5})
    assert len(night_table(simulate(morning))) == 0
    assert rm.summary(simulate(morning))["person_nights_without_roof"] == 0
    ensemble = rm.simulate_ensemble(morning, draws=2, keep=keep)
    assert len(night_table(ensemble)) == 0
    assert ensemble.measures["peak_without_roof_time"].isna().all()
