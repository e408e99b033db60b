"""Warnings against known answers: ROC, cost and loss, noise, and a signal that knows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.studies.decisions.importance import parts_of
from refugee_model.studies.decisions.signals import (
    ABOVE,
    BELOW,
    FOLDS,
    IN_TIME,
    NOTHING,
    TOO_SOON,
    Costs,
    auc,
    best_checked,
    counts,
    fires,
    thresholds,
    value,
    watch,
    wilson,
)


def shifted(shift: float, base: float, draws: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    event = np.arange(draws) < base * draws
    return random.standard_normal(draws) + shift * event, event


@pytest.mark.parametrize(("shift", "known"), [(1.0, 0.760250), (2.0, 0.921350)])
def test_area_under_a_known_curve(shift: float, known: float) -> None:
    assert auc(*shifted(shift, 0.5, 200_000)) == pytest.approx(known, abs=0.003)


def test_cost_and_loss_of_a_known_signal() -> None:
    signal, event = shifted(1.5, 0.2, 400_000)
    costs = Costs(1.0, 5.0)
    found = counts(fires(signal, ABOVE, 0.75), np.where(event, IN_TIME, NOTHING))
    assert float(found.hit_rate) == pytest.approx(0.773373, abs=0.004)
    assert float(found.false_alarm_rate) == pytest.approx(0.226627, abs=0.002)
    assert float(found.false_alarm_ratio) == pytest.approx(0.539627, abs=0.004)
    assert value(found, costs) == pytest.approx(0.546745, abs=0.005)
    chosen = watch(signal[::20], np.where(event, IN_TIME, NOTHING)[::20], parts_of(20_000, FOLDS), costs)
    assert chosen.direction == ABOVE
    assert chosen.threshold == pytest.approx(0.75, abs=0.15)
    assert value(chosen.checked, costs) == pytest.approx(0.546745, abs=0.02)


def test_noise_is_worth_nothing_on_draws_that_did_not_choose_it() -> None:
    costs, worth, seen = Costs(1.0, 5.0), [], []
    for seed in range(30):
        random = np.random.default_rng(seed)
        fate = np.where(random.random(500) < 0.2, IN_TIME, NOTHING)
        watches = [watch(random.standard_normal(500), fate, parts_of(500, FOLDS), costs) for _ in range(10)]
        seen.append(max(value(one.seen, costs) for one in watches))
        worth.append(value(best_checked(watches), costs))
    assert np.mean(seen) > 0.02
    assert np.mean(worth) <= 2.0 * np.std(worth) / np.sqrt(len(worth))


@given(seed=st.integers(0, 500), base=st.floats(0.1, 0.9))
def test_the_event_itself_warns_of_every_event(seed: int, base: float) -> None:
    random = np.random.default_rng(seed)
    event = np.append(random.random(300) < base, [True] * 20 + [False] * 20)
    fate = np.where(event, IN_TIME, NOTHING)
    for signal in (event.astype(float), -event.astype(float)):
        found = watch(signal, fate, parts_of(len(fate), FOLDS), Costs(0.3, 1.0))
        assert found.direction == (ABOVE if signal.sum() > 0 else BELOW)
        assert float(found.checked.hit_rate) == 1.0
        assert float(found.checked.false_alarm_ratio) == 0.0
        assert value(found.checked, Costs(0.3, 1.0)) == pytest.approx(1.0)


def test_an_event_within_the_time_to_act_is_no_hit() -> None:
    fired = np.array([True, True, True, False, False, False])
    fate = np.array([IN_TIME, TOO_SOON, NOTHING, IN_TIME, TOO_SOON, NOTHING])
    found = counts(fired, fate)
    assert [float(part) for part in found] == [1.0] * 6
    assert float(found.hit_rate) == 0.25
    assert float(found.false_alarm_ratio) == pytest.approx(1 / 3)
    assert float(found.false_alarm_rate) == 0.5
    assert float(found.expense(Costs(1.0, 6.0))) == pytest.approx((3 + 18) / 6)


def test_thresholds_are_numbers_one_can_say() -> None:
    found = thresholds(np.random.default_rng(1).lognormal(8.0, 1.0, 2000))
    assert len(found) <= 40
    assert all(float(f"{one:.2g}") == one for one in found)
    assert thresholds(np.zeros(10)).tolist() == [0.0]


def test_intervals_of_counted_shares() -> None:
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(5, 10, 0.68)
    assert 0.2366 < low < 0.5 < high < 0.7634
