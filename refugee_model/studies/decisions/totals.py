"""Total indices of a scenario: draws made for it, in which one number, group or noise at a time is another one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.noise import hourly_shocks
from refugee_model.engine.result import NEVER, Keep
from refugee_model.scenario.correlations import copula_of
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.blocks import Wanted, noise_streams
from refugee_model.studies.decisions.asked import groups_of
from refugee_model.studies.decisions.importance import latent
from refugee_model.studies.ensemble import Ensemble, ensemble_of
from refugee_model.studies.points import BLOCK, SMALLEST, Points
from refugee_model.studies.progress import Progress

Floats = NDArray[np.float64]


def factors_of(scenario: Scenario) -> list[tuple[str, ...]]:
    """What is exchanged at a time: paths that go together, other paths one by one, each noise."""
    return [*groups_of(scenario), *((path,) for path in noise_streams(scenario))]


def exchanged(
    scenario: Scenario, draws: int, seed: int, executor: Executor | None, progress: bool | Progress
) -> Ensemble:
    """An ensemble of ``draws`` base draws, as many others, and the base with each factor taken from the others."""
    count = draws * (len(factors_of(scenario)) + 2)
    wanted = Wanted(Keep(NEVER))
    points = _points(scenario, draws, seed)
    return ensemble_of(scenario, points, draws=count, seed=seed, executor=executor, wanted=wanted, progress=progress)


def _points(scenario: Scenario, draws: int, seed: int) -> Iterator[Points]:
    paths, copula = list(scenario.uncertain), copula_of(scenario.uncertain, scenario.correlations)
    # Columns are what stands behind the numbers: a source of each, then one that each group shares.
    behind = [*({source} for source in copula.sources), *map(set, copula.groups)]
    both = np.clip(latent(max(len(behind), 1), draws, seed), SMALLEST, 1.0 - SMALLEST)
    own, other = both[:, : len(behind)], both[:, both.shape[1] // 2 :][:, : len(behind)]
    streams, hours = noise_streams(scenario), scenario.timeline.hours
    for number, factor in enumerate([(), (*paths, *streams), *factors_of(scenario)]):
        columns = [column for column, those in enumerate(behind) if those & set(factor)]
        for first in range(0, draws, BLOCK):
            rows = slice(first, min(first + BLOCK, draws))
            uniforms = own[rows].copy()
            uniforms[:, columns] = other[rows][:, columns]
            # The other shocks are those of further draws of the same seed: streams never overlap.
            shocks = {
                stream: hourly_shocks(
                    hours,
                    len(uniforms),
                    seed=seed,
                    first=first + (draws if path in factor else 0),
                    stream=stream,
                )
                for path, of_noise in streams.items()
                for stream in of_noise
            }
            yield Points(number * draws + first, uniforms, shocks)
