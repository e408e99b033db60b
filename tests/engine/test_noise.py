"""Ups and downs that nobody plans."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from refugee_model.engine.noise import Noise, hourly_shocks, philox


def test_numbers_that_are_certain_hold_for_every_draw() -> None:
    shocks, bounds = hourly_shocks(48.0, 40, seed=1, first=0), np.arange(49.0)
    once = Noise(shocks, np.array([0.2]), np.array([6.0])).over(bounds)
    each = Noise(shocks, np.full(40, 0.2), np.full(40, 6.0)).over(bounds)
    assert np.array_equal(once, each)


@pytest.mark.parametrize(
    ("block", "draw", "key", "counter", "words"),
    [
        (0, 0, 0, 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (0x243F6A88, 0x85A308D3, 0x299F31D0A4093822, 0x0370734413198A2E, "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_random_words_are_those_that_the_authors_of_the_method_give(
    block: int, draw: int, key: int, counter: int, words: str
) -> None:
    """The known answers of Philox4x32-10 in the file kat_vectors of Random123."""
    found = np.zeros((4, 1), dtype=np.uint64)
    philox(found, block, draw, np.uint64(key), np.uint64(counter))
    assert " ".join(f"{int(word):08x}" for word in found[:, 0]) == words


def test_shocks_are_normal_and_independent() -> None:
    shocks = hourly_shocks(500.0, 400, seed=1, first=0)
    assert stats.kstest(shocks.ravel(), "norm").pvalue > 0.01
    assert abs(shocks).max() < 6.34
    for one, other in ((shocks[:-1], shocks[1:]), (shocks[:, :-1], shocks[:, 1:]), (shocks[:, :-4], shocks[:, 4:])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.01
