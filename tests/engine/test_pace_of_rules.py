"""Draws that are carried on register and move in at paces of their own; all others as the rules have it."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.engine.noise import Pace
from refugee_model.engine.program import Inputs, lay_out
from refugee_model.engine.variables import One, Point
from refugee_model.scenario.scenario import Scenario


def at(inputs: Inputs, hours: float) -> int:
    """The epoch at a time."""
    clock = inputs.program.steps.clock
    return int(clock.epoch[np.searchsorted(clock.bounds, hours, side="right") - 1])


def test_a_pace_holds_until_its_end(small: Scenario) -> None:
    plain = lay_out(small)
    paced = lay_out(small, {"pace of desks until 6": np.array([2.0]), "pace of desks until 24": np.ones(1)})
    assert 6.0 in paced.bounds
    for hours, times in ((3.0, 2.0), (9.0, 1.0), (48.0, 1.0)):
        rates, before = paced.rate(Point.registration_rate), plain.rate(Point.registration_rate)
        np.testing.assert_array_equal(rates[at(paced, hours)], times * before[at(plain, hours)])


def test_a_pace_is_that_of_the_next_part_where_one_ends() -> None:
    pace = Pace(np.array([6.0, 24.0]), np.array([[2.0], [3.0]]))
    at = np.array([0.0, 5.0, 6.0, 24.0, 90.0])
    np.testing.assert_array_equal(pace.at(at)[:, 0], [2.0, 2.0, 3.0, 3.0, 3.0])
    steps = np.repeat(at, 2) + np.tile([-0.5, 0.5], len(at))
    np.testing.assert_array_equal(pace.over(steps)[::2], pace.at(at))


@pytest.mark.parametrize("of", ["registering", "moving in"])
def test_who_comes_at_another_pace_leaves_desks_and_seats_as_they_are(small: Scenario, of: str) -> None:
    few = small.change({"aid.placement.seats_per_hour": 100.0})
    plain, paced = lay_out(few), lay_out(few, {f"pace of {of} until 6": np.array([3.0])})
    for rate in (Point.registration_rate, One.placement_seats):
        np.testing.assert_array_equal(paced.rate(rate), plain.rate(rate))


def test_who_registers_less_stays_with_relatives(small: Scenario) -> None:
    plain, paced = lay_out(small), lay_out(small, {"pace of registering until 6": np.array([0.25])})
    assert (paced.rate(Point.registration_rate)[0] == plain.rate(Point.registration_rate)[0]).all()
    to_points, before = 1.0 - paced.rate(One.straight_share)[0], 1.0 - plain.rate(One.straight_share)[0]
    np.testing.assert_allclose(to_points, 0.25 * before)


def test_paces_of_moving_in_and_of_seats_act_on_asking_and_seats(small: Scenario) -> None:
    few = small.change({"aid.placement.seats_per_hour": 100.0, "timing.accommodation.asks_for_bed_share": 0.2})
    paces = np.array([0.5, 2.0, 8.0])
    paced = lay_out(few, {"pace of moving in until 6": paces, "pace of seats until 6": paces})
    np.testing.assert_allclose(paced.rate(One.asks_share)[0, 0], [0.1, 0.4, 0.6])
    np.testing.assert_allclose(paced.rate(One.placement_seats)[0, 0], [50.0, 200.0, 800.0])
    assert not paced.unread
