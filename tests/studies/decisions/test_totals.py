"""Draws made for total indices."""

from __future__ import annotations

import numpy as np

import refugee_model as rm
from refugee_model.studies.blocks import noise_streams
from refugee_model.studies.decisions.sensitivity import _points, factors_of

NOISE = "timing.checkpoint.noise"


def test_a_noise_is_exchanged_on_every_route_that_shares_it() -> None:
    scenario = rm.load_scenario("four-crossings").change({NOISE: {"sd": 0.3, "correlation_hours": 6.0}})
    streams, factors = noise_streams(scenario), factors_of(scenario)
    assert len(streams[NOISE]) > 1
    points = list(_points(scenario, 8, seed=1))
    exchanged = points[2 + factors.index((NOISE,))]
    for path, of_noise in streams.items():
        for stream in of_noise:
            same = np.array_equal(exchanged.shocks[stream], points[0].shocks[stream])
            assert same == (path != NOISE)
    np.testing.assert_array_equal(exchanged.uniforms, points[0].uniforms)
