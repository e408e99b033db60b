"""People leave the country at the rate that is said, wherever in it they are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.reported import reported_at
from refugee_model.scenario.scenario import Scenario
from tests.conftest import QUIET

PER_DAY = 0.1


@pytest.mark.parametrize("place", ["unregistered_hosted", "awaiting_placement"])
@pytest.mark.parametrize("minutes", [60.0, 360.0])
def test_people_leave_from_relatives_unregistered_and_while_they_wait_for_a_bed(
    small: Scenario, place: str, minutes: float
) -> None:
    changes = {
        **QUIET,
        "people.total": 1_000,
        "people.now": {place: 1_000},
        "timing.onward.leaves_country_per_day": PER_DAY,
    }
    run = simulate(small.change({**changes, "aid.placement.seats_per_hour": 0.0, "timeline.step_minutes": minutes}))
    assert run.people(place)[-1].sum() == pytest.approx(1_000 * math.exp(-PER_DAY * 20))
    assert run.people("left_country")[-1, 0, 0] == pytest.approx(1_000 * -math.expm1(-PER_DAY * 20))
    assert run.residual < 1e-9


def test_leaving_while_beds_are_given_is_second_order(small: Scenario) -> None:
    changes = {
        **QUIET,
        "people.total": 2_000,
        "people.now": {"awaiting_placement": 2_000},
        "timing.onward.leaves_country_per_day": 1.0,
    }
    left = [
        simulate(
            small.change(
                {**changes, "aid.placement.seats_per_hour": 40.0, "timeline.days": 1, "timeline.step_minutes": minutes}
            )
        )
        .flow("left_waiting")
        .sum()
        for minutes in (120.0, 60.0, 1.0)
    ]
    assert abs(left[1] - left[2]) < 0.3 * abs(left[0] - left[2])
    # dW/dt = -W / 24 - 40
    assert left[2] == pytest.approx(2_000 - 24 * 40 - ((2_000 + 960) * math.exp(-1.0) - 960), abs=0.05)


def test_those_who_leave_unregistered_are_not_counted_as_registered(small: Scenario) -> None:
    run = simulate(small.change({"timing.onward.leaves_country_per_day": PER_DAY}))
    assert run.flow("left_unregistered").sum() > 10
    np.testing.assert_allclose(
        reported_at(run.recorded, run.scenario, "registered"), run.cumulative_registered, atol=1e-6
    )
