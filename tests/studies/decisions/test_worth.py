"""Value of information against known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from refugee_model.studies.decisions.find_out import (
    best_by_third,
    by_chance,
    worth_of_all,
    worth_of_group,
    worth_of_one,
)
from refugee_model.studies.decisions.importance import latent


def test_the_known_case() -> None:
    """``y = p1 - p2`` against nothing, p1 of N(1, 1), p2 of N(0, 2): a case of the R package voi."""
    points = np.clip(latent(1, 2**15, 5), 1e-9, 1 - 1e-9)
    one, two = 1.0 + ndtri(points[:, 0]), 2.0 * ndtri(points[:, 1])
    benefit = np.stack((one - two, np.zeros(len(one))), axis=1)
    assert worth_of_all(benefit) == pytest.approx(0.479811, abs=0.005)
    assert worth_of_one(benefit, one) == pytest.approx(0.083315, abs=0.005)
    assert worth_of_one(benefit, two) == pytest.approx(0.395593, abs=0.005)
    assert worth_of_group(benefit, np.stack((one, two), axis=1)) == pytest.approx(0.479811, abs=0.005)
    assert by_chance(benefit).max() < 0.02
    assert best_by_third(benefit, two) == (0, 0, 1)


@given(seed=st.integers(0, 1000), plans=st.integers(1, 4))
def test_knowing_one_is_worth_no_more_than_knowing_all(seed: int, plans: int) -> None:
    random = np.random.default_rng(seed)
    values, benefit = random.standard_normal(200), random.standard_normal((200, plans))
    worth, everything = worth_of_one(benefit, values), worth_of_all(benefit)
    assert -1e-12 <= worth <= everything + 1e-12
    assert worth_of_one(benefit + values[:, None], values) == pytest.approx(worth)
    if plans == 1:
        assert everything == 0.0
