"""Waiting times off the curves against people served one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.engine.waiting import fifo_waits, weighted_quantile
from refugee_model.errors import RequestError

counts = st.lists(st.integers(0, 40), min_size=1, max_size=12)


def one_by_one(hours: np.ndarray, arrived: np.ndarray, served: np.ndarray, step: int, grains: int = 400) -> float:
    """Mean wait of many small parts of a person, each followed to the first time at which the curve of those served has passed it."""
    counts = arrived[step] + (np.arange(grains) + 0.5) / grains * (arrived[step + 1] - arrived[step])
    waits = []
    for part, count in enumerate(counts):
        came = hours[step] + (part + 0.5) / grains * (hours[step + 1] - hours[step])
        number = int(np.argmax(served > count))
        if not served[number] > count:
            return np.inf
        along = (count - served[number - 1]) / (served[number] - served[number - 1]) if number else 0.0
        waits.append(hours[number - 1] + along * (hours[number] - hours[number - 1]) - came)
    return float(np.mean(waits))


@given(counts, counts, st.integers(0, 30))
def test_waits_are_those_of_people_served_one_by_one(came: list[int], capacity: list[int], queue: int) -> None:
    steps = min(len(came), len(capacity))
    hours = np.cumsum([0.0, *([0.5, 1.0] * steps)[:steps]])
    arrived = queue + np.concatenate(([0.0], np.cumsum(came[:steps])))
    served = np.zeros(steps + 1)
    for step in range(steps):
        served[step + 1] = min(arrived[step + 1], served[step] + capacity[step])
    waits = fifo_waits(hours, arrived, served)
    for step in range(steps):
        if came[step] == 0:
            assert np.isnan(waits[step])
        else:
            expected = one_by_one(hours, arrived, served, step)
            assert waits[step] == pytest.approx(expected, abs=0.02) or (np.isinf(waits[step]) and np.isinf(expected))


def test_nobody_is_served_while_the_curve_is_flat() -> None:
    hours = np.array([0.0, 1.0, 2.0, 5.0, 6.0])
    waits = fifo_waits(hours, np.array([0.0, 10.0, 20.0, 20.0, 20.0]), np.array([0.0, 10.0, 10.0, 10.0, 20.0]))
    assert waits[0] == pytest.approx(0.0)
    assert waits[1] == pytest.approx(4.0)
    assert np.isnan(waits[2:]).all()


def test_those_who_still_wait_at_the_end_wait_without_end() -> None:
    waits = fifo_waits(np.array([0.0, 1.0, 2.0]), np.array([0.0, 10.0, 30.0]), np.array([0.0, 5.0, 10.0]))
    assert waits[0] == pytest.approx(0.5)
    assert waits[1] == np.inf


def test_curves_of_different_length_are_refused() -> None:
    with pytest.raises(RequestError, match="3 bounds"):
        fifo_waits(np.arange(3.0), np.arange(2.0), np.arange(3.0))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), min_size=1, max_size=20), st.sampled_from([0.0, 0.05, 0.5, 0.9, 1.0]))
def test_weighted_quantile_is_that_of_repeated_values(pairs: list[tuple[int, int]], probability: float) -> None:
    values, weights = (np.asarray(column, dtype=float) for column in zip(*pairs, strict=True))
    everyone = sorted(np.repeat(values, weights.astype(int)))
    found = weighted_quantile(values, weights, probability)
    if not everyone:
        assert np.isnan(found)
    else:
        assert found == everyone[max(0, int(np.ceil(probability * len(everyone) - 1e-9)) - 1)]


def test_quantiles_can_be_infinite_and_many() -> None:
    found = weighted_quantile(np.array([1.0, np.inf, np.nan]), np.array([1.0, 1.0, 0.0]), [0.5, 0.9])
    assert found.tolist() == [1.0, np.inf]
