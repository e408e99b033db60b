"""Where the draws of a plan come from: sequences of a scenario, or the draws of a forecast, which have learned."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from refugee_model.engine.result import Result
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.blocks import draws_at
from refugee_model.studies.decisions.trials import Trials, learned_points
from refugee_model.studies.ensemble import ensemble_of, simulate_ensemble
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.studies.points import Points, points_of

SEQUENCES = 8
TIMES, LEAST = 4, 16
"""Held-out draws for each draw that plans are chosen on; draws of a sequence at least."""
APART = 7919
"""Between the seeds of two sequences."""
MOST_SHOWN = 1000
"""Draws on which it is told what a plan leaves uncovered."""


@dataclass(frozen=True)
class Futures:
    """Draws to choose on and draws to tell by."""

    scenario: Scenario
    """With nothing ordered; from a forecast, one in which nothing can be ordered before the last report."""
    draws: int
    seed: int
    """To choose on."""
    executor: Executor | None = None
    learned: tuple[Points, ...] = ()
    """Those of a forecast, with their values, also where a scenario carries them on; none where they are drawn."""

    @classmethod
    def of(cls, given: Scenario | Forecast, *, draws: int, seed: int, executor: Executor | None = None) -> Futures:
        """The futures of a scenario, or a fifth of those of a forecast to choose on and the others to tell by."""
        there = draws_of(given)
        design = draws if there is None else min(draws, there // (1 + TIMES))
        if isinstance(given, Scenario):
            if given.carried is None or there is None:
                return cls(given, draws, seed, executor)
            wanted = min(there, (1 + TIMES) * max(design, SEQUENCES * LEAST))
            points = tuple(points_of(given, wanted, given.carried.seed))
            return cls(given, design, given.carried.seed, executor, points)
        learned = tuple(replace(part, values=draws_at(given.scenario, part)) for part in given.points)
        return cls(from_now(given), design, given.seed, executor, learned)

    def design(self, *, longer_steps: bool = False) -> Trials:
        """Trials on the draws to choose on, in longer steps to search by; those of a forecast keep its own."""
        if not self.learned:
            return Trials(
                self.scenario, draws=self.draws, seed=self.seed, executor=self.executor, longer_steps=longer_steps
            )
        return self._all().thin(np.arange(self.draws))

    def held_out(self) -> tuple[Trials, ...]:
        """Trials on several sequences of others."""
        each = max(TIMES * self.draws // SEQUENCES, LEAST)
        if not self.learned:
            seeds = [self.seed + APART * number for number in range(1, SEQUENCES + 1)]
            return tuple(Trials(self.scenario, draws=each, seed=one, executor=self.executor) for one in seeds)
        whole = self._all()
        rest = np.arange(self.draws, whole.draws)[: each * SEQUENCES]
        return tuple(whole.thin(part) for part in np.array_split(rest, SEQUENCES))

    def result(self, after: Scenario) -> Result:
        """People by day in a scenario with orders, on held-out draws."""
        most = min(self.draws, MOST_SHOWN)
        if not self.learned:
            return simulate_ensemble(after, draws=most, seed=self.seed + APART, executor=self.executor).result
        blocks = self.learned[-(-self.draws // len(self.learned[0].uniforms)) :] or self.learned[-1:]
        moved = list(learned_points(after, blocks, self.seed))
        ends = np.cumsum([len(part.uniforms) for part in moved])
        moved = [replace(part, first=int(end) - len(part.uniforms)) for part, end in zip(moved, ends, strict=True)]
        chosen = moved[: int(np.searchsorted(ends, most)) + 1]
        count = sum(len(part.uniforms) for part in chosen)
        return ensemble_of(after, chosen, draws=count, seed=self.seed, executor=self.executor).result

    def _all(self) -> Trials:
        count = sum(len(part.uniforms) for part in self.learned)
        return Trials(self.scenario, draws=count, seed=self.seed, executor=self.executor, learned=self.learned)


def draws_of(given: Scenario | Forecast) -> int | None:
    """Draws that a forecast has, or that a scenario carries on from one; None where there are as many as wanted."""
    if isinstance(given, Forecast):
        return sum(len(part.uniforms) for part in given.points)
    return None if given.carried is None else len(given.carried)


def from_now(forecast: Forecast) -> Scenario:
    """The scenario of a forecast, of which nothing can be ordered before the last report."""
    scenario, timeline = forecast.scenario, forecast.scenario.timeline
    now = timeline.hours_at(forecast.until) / HOURS_PER_DAY
    later = {
        f"aid.options.{name}.earliest": now
        for name, option in scenario.aid.options.items()
        if option.earliest is None or timeline.hours_at(option.earliest) / HOURS_PER_DAY < now
    }
    return scenario.change(later) if later else scenario
