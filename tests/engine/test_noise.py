"""Ups and downs that nobody plans."""

from __future__ import annotations

import numpy as np

from refugee_model.engine.noise import Noise, hourly_shocks


def test_numbers_that_are_certain_hold_for_every_draw() -> None:
    shocks, bounds = hourly_shocks(48.0, 40, seed=1, first=0), np.arange(49.0)
    once = Noise(shocks, np.array([0.2]), np.array([6.0])).over(bounds)
    each = Noise(shocks, np.full(40, 0.2), np.full(40, 6.0)).over(bounds)
    assert np.array_equal(once, each)
