"""Waiting times off the curves against people served one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refugee_model.engine.waiting import fifo_waits, wait_measures, waits_by_person
from refugee_model.errors import RequestError

counts = st.lists(st.integers(0, 40), min_size=1, max_size=12)


def one_by_one(hours: np.ndarray, arrived: np.ndarray, served: np.ndarray, step: int, grains: int = 400) -> float:
    """Mean wait of many small parts of a person.

    Each followed to the first time at which the curve of those served has passed it.
    """
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


def queue(came: list[int], capacity: list[int], standing: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bounds and curves; those who stand there at the start join in a first step without length."""
    steps = min(len(came), len(capacity))
    hours = np.concatenate(([0.0], np.cumsum([0.0, *([0.5, 1.0] * steps)[:steps]])))
    arrived = np.concatenate(([0.0], standing + np.concatenate(([0.0], np.cumsum(came[:steps])))))
    served = np.zeros(steps + 2)
    for step in range(steps):
        served[step + 2] = min(arrived[step + 2], served[step + 1] + capacity[step])
    return hours, arrived, served.astype(float)


def inverse(counts: np.ndarray, hours: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """When a curve first reaches each rank."""
    after = np.searchsorted(counts, ranks, side="left")
    ends = np.minimum(after, len(counts) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = (ranks - counts[ends - 1]) / (counts[ends] - counts[ends - 1])
        return np.where(after < len(counts), hours[ends - 1] + part * (hours[ends] - hours[ends - 1]), np.inf)


@given(counts, counts, st.integers(0, 30))
@example(came=[4], capacity=[23], standing=1)
@example(came=[6, 16, 6], capacity=[1, 16, 6], standing=0)  # 11 people wait as long
def test_measures_are_those_of_people_one_by_one(came: list[int], capacity: list[int], standing: int) -> None:
    hours, arrived, served = queue(came, capacity, standing)
    found = waits_by_person(hours, arrived, served)
    everyone = arrived[-1]
    if everyone == 0:
        assert np.isnan(found).all()
        return
    grains = (np.arange(20_000) + 0.5) / 20_000 * everyone
    waits = inverse(served, hours, grains) - inverse(arrived, hours, grains)
    for measure, probability in zip(found, (0.5, 0.9), strict=False):
        # So many wait no longer, and fewer wait less: exact but for the size of the grains. Of few people some parts
        # wait longer than the middle of any of them: that is as long as anybody waits (its length is compared below).
        assert np.mean(waits <= measure + 1e-6) >= probability - 2e-4 or measure == found[2]
        assert np.mean(waits < measure - 1e-6) <= probability + 2e-4
    whole = np.arange(everyone) + 0.5
    np.testing.assert_allclose(
        found[2], np.max(inverse(served, hours, whole) - inverse(arrived, hours, whole)), atol=1e-6
    )


def test_less_than_half_a_person_waits_for_nothing() -> None:
    """2e-10 people who join at hour 2 and are served at hour 301 are a matter of rounding, and not the longest wait."""
    hours = np.arange(302.0)
    arrived = np.concatenate(([0.0, 1e5], np.full(300, 1e5 + 2e-10)))
    served = np.concatenate(([0.0], np.full(300, 1e5), [1e5 + 2e-10]))
    waits = fifo_waits(hours, arrived, served)
    assert waits[0] == pytest.approx(0.0)
    assert np.isnan(waits[1:]).all()
    assert waits_by_person(hours, arrived, served).tolist() == [0.0, 0.0, 0.0]
    # Nor where others come after them.
    arrived, served = np.append(arrived, 2e5), np.append(served, 2e5)
    assert waits_by_person(np.arange(303.0), arrived, served)[2] < 1e-3


def test_less_than_half_a_person_does_not_wait_for_ever() -> None:
    hours = np.array([0.0, 0.0, 10.0])
    assert waits_by_person(hours, np.array([0.0, 100.0, 100.0]), np.array([0.0, 0.0, 99.6])) == pytest.approx(
        [5.02, 9.036, 9.99], abs=1e-2
    )
    assert np.isinf(waits_by_person(hours, np.array([0.0, 100.0, 100.0]), np.array([0.0, 0.0, 99.4]))[2])
    assert np.isnan(waits_by_person(hours, np.array([0.0, 0.4, 0.4]), np.array([0.0, 0.0, 0.0]))).all()


def test_many_draws_have_the_waits_of_each() -> None:
    hours = np.array([0.0, 1.0, 2.0, 5.0])
    reached = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 40.0], [100.0, 40.0]])
    passed = np.array([[0.0, 0.0], [20.0, 10.0], [20.0, 20.0], [150.0, 50.0]])
    found = wait_measures(hours, reached, passed, np.array([50.0, 10.0]))
    padded = np.concatenate((hours[:1], hours))
    for draw, standing in enumerate((50.0, 10.0)):
        arrived, served = np.concatenate(([0.0], reached[:, draw] + standing)), np.concatenate(([0.0], passed[:, draw]))
        assert found[:, draw].tolist() == waits_by_person(padded, arrived, served).tolist()


@pytest.mark.parametrize("minutes", [60.0, 30.0, 15.0, 5.0])
def test_median_does_not_depend_on_the_step(minutes: float) -> None:
    """100 people join in each of 24 hours and 60 are served.

    Half wait 8 h or more, 9 in 10 at most 14.4 h, the last nearly 16 h.
    """
    hours = np.arange(0.0, 40.0 + minutes / 120, minutes / 60)
    found = waits_by_person(hours, np.minimum(100.0 * hours, 2_400.0), 60.0 * hours)
    assert found == pytest.approx([8.0, 14.4, 16.0], abs=0.01)


def test_a_share_of_few_people_waits_no_longer_than_the_last_of_them() -> None:
    hours = np.array([0.0, 1.0, 11.0])
    arrived, served = np.array([0.0, 1.2, 1.2]), np.array([0.0, 0.0, 1.2])
    median, p90, longest = wait_measures(hours, arrived[:, None], served[:, None], np.zeros(1))[:, 0]
    assert median <= p90 <= longest
    assert longest == pytest.approx(
        4.75, abs=0.01
    )  # of the middle of one person, who comes at 25 minutes and is served at 5 h 10
