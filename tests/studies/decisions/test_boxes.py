"""Boxes that set events apart: a planted one is found, and nothing where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from refugee_model.studies.decisions.boxes import Box, find_box, share_of

TRUE = {0: (-np.inf, 0.6), 1: (0.3, np.inf), 2: (-np.inf, 0.5)}
"""Of twenty inputs; the other seventeen do nothing."""


def planted(seed: int, draws: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    inputs = random.random((draws, 20))
    return inputs, Box(TRUE).holds(inputs) ^ (random.random(draws) < 0.05)


def is_true(box: Box) -> bool:
    return set(box.limits) == set(TRUE) and all(
        abs(found - true) <= 0.03 if np.isfinite(true) else found == true
        for column, limit in TRUE.items()
        for found, true in zip(box.limits[column], limit, strict=True)
    )


def test_a_planted_box_is_found() -> None:
    found = [find_box(*planted(seed)) for seed in range(20)]
    assert sum(map(is_true, found)) >= 19


def test_nothing_is_found_where_there_is_nothing() -> None:
    found = []
    for seed in range(6):
        random = np.random.default_rng(seed)
        found.append(find_box(random.random((400, 20)), random.random(400) < 0.3))
    assert sum(bool(box.limits) for box in found) <= 1


def test_a_density_that_is_asked_for_is_reached() -> None:
    random = np.random.default_rng(7)
    inputs = random.random((2000, 6))
    event = random.random(2000) < inputs[:, 3]
    usual, dense = find_box(inputs, event), find_box(inputs, event, density=0.85)
    assert share_of(dense.holds(inputs), event).density >= 0.85
    assert set(dense.limits) == {3}
    assert not usual.limits or usual.limits[3][0] < dense.limits[3][0]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_inputs_does_not_count(seed: int) -> None:
    inputs, event = planted(seed, 1500)
    mixed = np.random.default_rng(seed).permutation(inputs.shape[1])
    box, other = find_box(inputs, event), find_box(inputs[:, mixed], event)
    scores = [share_of(one.holds(table), event).score() for one, table in ((box, inputs), (other, inputs[:, mixed]))]
    assert scores[0] == pytest.approx(scores[1], abs=0.05)  # slices that are equally good may be taken in any order


def test_inputs_of_few_values() -> None:
    random = np.random.default_rng(1)
    inputs = random.integers(0, 3, (500, 4)).astype(float)
    box = find_box(inputs, inputs[:, 2] == 2.0)
    assert box.limits == {2: (2.0, np.inf)}
    assert share_of(box.holds(inputs), inputs[:, 2] == 2.0).coverage == pytest.approx(1.0)
