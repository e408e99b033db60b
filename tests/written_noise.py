"""The noise behind the reports of the invented examples: what it was when they were written, whatever the engine draws
now, so that the reports stay as they are."""

from __future__ import annotations

import numpy as np

from refugee_model.engine.noise import DEPARTURES, hours_of, streams_of
from refugee_model.engine.result import EVERYTHING
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.blocks import Wanted
from refugee_model.studies.ensemble import Ensemble, ensemble_of
from refugee_model.studies.points import Points


def one_future(scenario: Scenario, seed: int) -> Ensemble:
    """One draw of a scenario in which only the noise is uncertain, with all times and flows."""
    hours, routes = hours_of(scenario.timeline.hours), list(scenario.timing.roads)
    written = {stream: number << 40 for number, stream in enumerate(streams_of(routes))} | {DEPARTURES: DEPARTURES}
    shocks = {
        stream: np.random.Generator(np.random.Philox(key=[seed, key])).standard_normal((1, hours))
        for stream, key in written.items()
    }
    points = Points(0, np.empty((1, 0)), shocks)
    return ensemble_of(scenario, [points], draws=1, seed=seed, wanted=Wanted(EVERYTHING))
