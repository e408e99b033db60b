"""Known answers of the methods behind decisions, computed by others or by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import expon, norm

from refugee_model.errors import RequestError
from refugee_model.studies.decisions.methods import (
    Good,
    allocate,
    check_confidence,
    choose,
    enough,
    interval_ranks,
    joint_rank,
    loss_of,
    worst_mean,
)
from refugee_model.studies.decisions.order_by import order_date

U = (np.arange(200_000) + 0.5) / 200_000
NEED = np.repeat([10.0, 20.0, 30.0, 40.0], [4, 3, 2, 1])
"""The toy of two provinces: need by chance, 10 beds stand ready, loss = person-days short in ten days."""
SHORT = np.tile(NEED - 10.0, (10, 1))
COMES = np.stack([np.repeat((np.arange(10.0) >= day)[:, None], 10, axis=1) for day in (2, 6)]).astype(float)
PRICES, MOST = np.array([3.0, 2.0]), np.array([20.0, 20.0])


def test_newsvendor() -> None:
    demand = norm.ppf(U, 120, 10)
    quantity = float(enough(demand, 18.0 / (18.0 + 2.0)))
    costs = 2.0 * np.maximum(quantity - demand, 0.0) + 18.0 * np.maximum(demand - quantity, 0.0)
    assert quantity == pytest.approx(132.815515655446, abs=1e-3)
    assert costs.mean() == pytest.approx(35.0996663865, abs=1e-3)


def test_two_goods_under_a_budget() -> None:
    goods = [Good(expon.ppf(U, scale=100.0), 1.0, 1.0), Good(expon.ppf(U, scale=50.0), 3.0, 2.0)]
    bought = allocate(goods, 200.0)
    assert bought == pytest.approx([79.7267, 60.1366], abs=1e-3)
    assert loss_of(goods, bought) == pytest.approx(90.1117, abs=1e-3)


def test_packs_keep_the_budget_and_the_smallest_lot() -> None:
    goods = [Good(np.array([10.0, 40.0]), 1.0, 1.0, 5.0, 10.0, 40.0), Good(np.array([3.0, 9.0]), 2.0, 4.0, 2.0, 2.0)]
    for budget in (0.0, 3.0, 9.0, 12.0, 30.0, 70.0, 200.0):
        found = allocate(goods, budget)
        assert found @ [1.0, 4.0] <= budget
        assert found[0] % 5 == 0
        assert found[0] == 0 or found[0] >= 10
    assert allocate(goods, 200.0).tolist() == [40.0, 10.0]


def test_worst_mean() -> None:
    assert enough(expon.ppf(U), 0.95) == pytest.approx(2.995732, abs=1e-3)
    assert worst_mean(expon.ppf(U), 0.95) == pytest.approx(3.995732, abs=1e-3)
    assert worst_mean(norm.ppf(U), 0.95) == pytest.approx(2.062713, abs=1e-3)


def loss(bought: tuple[float, float]) -> np.ndarray:
    return np.maximum(SHORT - np.tensordot(bought, COMES, 1), 0.0).sum(axis=0)


ALL = [(float(a), float(b)) for a, b in itertools.product(range(21), range(21))]


@pytest.mark.parametrize(
    ("budget", "mean", "worst"),
    [(0, 100.0, 250.0), (20, 68.8, 198.0), (40, 44.8, 146.0), (60, 28.0, 90.0), (80, 24.0, 70.0)],
)
def test_two_provinces_by_enumeration(budget: float, mean: float, worst: float) -> None:
    within = [loss(bought) for bought in ALL if PRICES @ bought <= budget]
    assert min(one.mean() for one in within) == pytest.approx(mean)
    assert min(worst_mean(one, 0.8) for one in within) == pytest.approx(worst)
    for aversion, exact in ((0.0, mean), (1.0, worst)):
        found, least = choose(SHORT, COMES, PRICES, MOST, budget, confidence=0.8, aversion=aversion)
        # A programme that may buy parts of a bed is a bound: within one bed of the best in whole beds.
        assert exact - 4.0 <= least <= exact + 1e-6
        assert PRICES @ found <= budget + 1e-6
    if budget == 60:
        assert found == pytest.approx([20.0, 0.0], abs=1e-6)


def test_price_of_no_shortage_in_nine_of_ten_futures() -> None:
    def cheapest(day: int) -> float:
        return min(
            float(PRICES @ bought)
            for bought in ALL
            if np.mean((SHORT[day:] <= np.tensordot(bought, COMES, 1)[day:]).all(axis=0)) >= 0.9
        )

    assert (cheapest(6), cheapest(2)) == (40.0, 60.0)


def test_order_dates() -> None:
    runs_out = 60.0 * U
    found = order_date(runs_out, np.full(len(U), 7.0), 0.95, now=0.0)
    assert found.needed_by == pytest.approx(3.0, abs=1e-3)
    assert found.latest_decision == pytest.approx(-4.0, abs=1e-3)
    assert found.status == "too late"
    assert found.risk_if_on_time == pytest.approx(7.0 / 60.0, abs=1e-4)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95])
def test_time_and_lead_may_go_together(confidence: float) -> None:
    lead = np.repeat([5.0, 15.0], 500)
    found = order_date(10.0 + lead, lead, confidence, now=0.0)
    assert (found.latest_decision, found.status, found.risk_if_on_time) == (10.0, "order by", 0.0)


def test_statuses() -> None:
    never = np.full(100, np.inf)
    assert order_date(never, np.ones(100), 0.95, now=0.0).status == "not needed"
    few = np.where(np.arange(100) < 5, 3.0, np.inf)
    assert order_date(few, np.ones(100), 0.95, now=0.0).status == "not needed"
    assert order_date(few, np.ones(100), 0.96, now=0.0).status == "order by"
    assert order_date(few, np.ones(100), 0.96, now=1.5).status == "order now"
    assert order_date(few, np.ones(100), 0.96, now=2.5).status == "too late"


@given(st.lists(st.floats(0, 50) | st.just(np.inf), min_size=20, max_size=60), st.data())
def test_order_dates_move_with_the_lead_and_the_confidence(times: list[float], data: st.DataObject) -> None:
    breach = np.array(times)
    lead = np.array(data.draw(st.lists(st.floats(0, 20), min_size=len(times), max_size=len(times))))
    low, high = (order_date(breach, lead, c, now=-100.0) for c in (0.6, 0.9))
    assert high.latest_decision <= low.latest_decision
    later = order_date(breach, lead + 4.0, 0.9, now=-100.0)
    if np.isfinite(high.latest_decision):
        assert later.latest_decision == pytest.approx(high.latest_decision - 4.0)
        assert high.risk_if_on_time <= 0.1 + 1e-9


def test_quantile_of_the_maximum() -> None:
    grid = (np.arange(400) + 0.5) / 400
    both = np.stack([one.ravel() for one in np.meshgrid(grid, grid)])
    assert enough(both, 0.95) == pytest.approx([0.95, 0.95], abs=3e-3)
    assert enough(both.max(axis=0), 0.95) == pytest.approx(0.974679, abs=3e-3)
    assert joint_rank(both, 0.95) / both.shape[1] == pytest.approx(0.974679, abs=3e-3)


def test_joint_confidence() -> None:
    random = np.random.default_rng(1)
    separate = random.random((3, 20_000))
    assert joint_rank(separate, 0.9) / 20_000 == pytest.approx(0.9 ** (1 / 3), abs=0.005)
    tied = np.tile(separate[:1], (3, 1))
    assert joint_rank(tied, 0.9) == 18_000


def test_ranks() -> None:
    assert interval_ranks(1000, 0.95) == (936, 964)
    assert interval_ranks(59, 0.95)[1] == 59


def test_too_few_draws_beyond_the_confidence_says_how_many_are_needed() -> None:
    with pytest.raises(RequestError, match=r"only 3.2 of 64 draws lie beyond 0.95.*make 200 draws or more"):
        check_confidence("no table", 0.95, 64)
    with pytest.raises(RequestError, match="found 95, expected a number between 0 and 1"):
        check_confidence("no table", 95, 1000)


@given(st.data())
def test_no_other_amounts_are_better(data: st.DataObject) -> None:
    number = st.floats(1.0, 50.0)
    goods = [
        Good(
            np.array(data.draw(st.lists(st.floats(0, 100), min_size=8, max_size=8))),
            data.draw(number),
            data.draw(number),
        )
        for _ in range(3)
    ]
    prices = np.array([good.price for good in goods])
    budget = data.draw(st.floats(1.0, 3000.0))
    bought = allocate(goods, budget)
    assert prices @ bought <= budget * (1 + 1e-9)
    shares = np.array(data.draw(st.lists(st.floats(0.01, 1), min_size=3, max_size=3)))
    other = shares / shares.sum() * budget / prices
    least = loss_of(goods, bought)
    assert least <= loss_of(goods, other) + 1e-6 * (1 + least)
    doubled = [Good(good.lacking, good.weight, 2.0 * good.price) for good in goods]
    assert allocate(doubled, 2.0 * budget) == pytest.approx(bought)
