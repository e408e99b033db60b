"""What reports teach a scenario: draws that fit them, from which it goes on when there are more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from refugee_model import wording
from refugee_model.arrays import Floats, Integers
from refugee_model.scenario.reports import CURRENT, where_reported
from refugee_model.studies.blocks import cores
from refugee_model.studies.forecast.latent import Latent
from refugee_model.studies.forecast.observations import GO_ON, Observations, Would, observations_of, surprises
from refugee_model.studies.forecast.sampler import LAST_ROUNDS, Sample, Start, effective_of, sample
from refugee_model.studies.points import BLOCK, Points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from refugee_model.scenario.scenario import Scenario

LEAST_PARTICLES, MANY_NUMBERS = 512, 32
"""Particles at least; of more uncertain numbers than that there are as many times more: with 512 for 54 numbers the
middle of all people differed by 4 % between seeds."""
MOVES_KEPT = 20
"""Draws are particles after so many last moves, where that many are asked for."""
LEAST_LEFT = 0.1
"""Particles go on from earlier reports where weighting leaves at least this share of them: else a smoother finds the
new reports sooner."""
LEARNED, A_LITTLE = 0.3, 0.15
"""From these shares on by which the spread of a number has become smaller, it counts as learned, or learned a
little."""
BELOW, MANY_BELOW = 0.95, 0.1
"""A warning says so where more than this share of draws lies below this part of the last count of a total."""
TOO_ALIKE = 0.9
"""Correlation of a number before and after the last moves from which a warning says so."""
MOST_REMEMBERED = 40 * BLOCK
"""Draws of which it is kept where they lie."""
TRIED = 500
"""Draws of the scenario by which reports are judged before anything is learned."""


@dataclass(frozen=True)
class Particles:
    """Where reports have left the particles of the sampler."""

    numbers: Floats
    """Array (particle, source): standard normal numbers of all sources."""
    shocks: Floats
    """Array (particle, stream, hour)."""
    tells: Integers
    """The sources that reports tell."""
    observed: Observations
    """The reports."""
    hours: Floats
    items: tuple[tuple[str, str], ...]
    """When what was reported, array (report,) [h], and its quantity and place."""
    updates: int
    """How often they have gone on: each time with random numbers of its own."""

    def among(self, used: pd.DataFrame, people: float) -> Integers | None:
        """Where these reports stand among others; None if one of them is no longer there as it was."""
        known = set(zip(self.hours.tolist(), self.items, strict=True))
        every = zip(used["hours"].tolist(), zip(used["quantity"], used["place"], strict=True), strict=True)
        rows = np.flatnonzero([report in known for report in every])
        if len(rows) != len(self.hours):
            return None
        again, before = observations_of(used.iloc[rows], people), self.observed
        same = all(np.array_equal(getattr(again, each.name), getattr(before, each.name)) for each in fields(again))
        return rows if same else None

    def of(self, whole: Latent, tells: Integers, count: int, random: np.random.Generator) -> Floats:
        """So many of them for reports of later times, array (particle, number): later shocks are as before any."""
        chosen = np.arange(count) % len(self.numbers)
        shocks = random.standard_normal((count, len(whole.streams), whole.shocks))
        known = min(self.shocks.shape[2], whole.shocks)
        shocks[:, :, :known] = self.shocks[chosen, :, :known]
        return np.hstack((self.numbers[np.ix_(chosen, tells)], shocks.reshape(count, -1)))


@dataclass(frozen=True)
class Learning:
    """What reports have taught."""

    points: Callable[[int], Iterator[Points]]
    """The draws, in blocks of a size."""
    table: pd.DataFrame
    """Each uncertain number before and after: ``Forecast.learned``."""
    warnings: tuple[str, ...] = ()
    diagnostics: dict[str, float] = field(default_factory=dict)
    particles: Particles | None = None


def learn(
    scenario: Scenario,
    used: pd.DataFrame,
    limit: float,
    draws: int,
    seed: int,
    *,
    pooled: bool,
    earlier: Particles | None,
    tell: Callable[[float], None],
) -> Learning:
    """Draws of a scenario that fit reports up to some hours, from where ``earlier`` ones have left the particles.

    Chopin (2002), A sequential particle filter method for static models, Biometrika 89(3).
    """
    items = tuple(zip(used["quantity"], used["place"], strict=True))
    hours, observed = used["hours"].to_numpy(), observations_of(used, scenario.people.total)
    known = None if earlier is None else earlier.among(used, scenario.people.total)
    earlier = None if known is None else earlier  # a report was corrected, or left out
    whole = Latent(scenario, hours, items, limit, quick=True)
    latent, tells = whole.told(np.random.default_rng([seed, 7]), () if earlier is None else earlier.tells)
    particles = max(LEAST_PARTICLES, LEAST_PARTICLES * latent.numbers // MANY_NUMBERS, -(-draws // MOVES_KEPT))
    with ThreadPoolExecutor(cores()) as pool:
        start, updates = None, 0
        if earlier is not None and known is not None:
            updates = earlier.updates + 1
            begin = earlier.of(whole, tells, particles, np.random.default_rng([seed, 9, updates]))
            start = _going_on(begin, latent, observed, earlier.observed, known, pool)
        found = sample(
            lambda normals: observed.log_likelihood(*latent.reports(normals, pool)),
            errors=lambda normals: observed.errors(*latent.reports(normals, pool)),
            start=start,
            numbers=latent.numbers,
            shocks=latent.size - latent.numbers,
            seed=[seed] if start is None else [seed, updates],
            particles=particles,
            last_rounds=LAST_ROUNDS,
            keep=-(-draws // particles),
            draws=draws,
            tell=lambda temperature: tell(0.2 + 0.7 * temperature),
        )
        learned = found.normals
        random = np.random.default_rng([seed, 3])
        blind = random.standard_normal((TRIED, latent.size))
        before = _would(latent, observed, blind, latent.reports(blind, pool), random)
        now = latent.reports(learned[:TRIED], pool)
        warnings = surprises(scenario, used, before, _would(latent, observed, learned[:TRIED], now, random))
    numbers, left = (
        np.random.default_rng([seed, stream]).standard_normal((len(normals), whole.numbers))
        for stream, normals in ((8, learned), (10, found.particles))
    )
    numbers[:, tells], left[:, tells] = learned[:, : latent.numbers], found.particles[:, : latent.numbers]
    noise = found.particles[:, latent.numbers :].reshape(particles, len(whole.streams), whole.shocks)

    def points(size: int) -> Iterator[Points]:
        for first in range(0, draws, size):
            part = slice(first, first + size)
            shocks = learned[part, latent.numbers :]
            # Of many draws only the first are kept: a view of these would hold all.
            yield whole.points(numbers[part], shocks if draws <= MOST_REMEMBERED else shocks.copy(), first)

    diagnostics = {
        "particles": float(particles),
        "temperatures": float(found.temperatures),
        "effective_by_weighting": found.effective_at_start,
        "ancestors": float(found.ancestors),
        "largest_correlation": found.correlation,
    }
    told = (*warnings, *_below_counts(used, now[0], pooled), *_doubts(found))
    learning = Particles(left, noise, tells, observed, hours, items, updates)
    return Learning(points, learned_table(scenario, (whole, numbers)), told, diagnostics, learning)


def _going_on(
    normals: Floats,
    latent: Latent,
    observed: Observations,
    earlier: Observations,
    known: Integers,
    pool: ThreadPoolExecutor,
) -> Start | None:
    """A start where earlier reports, which are ``known`` of all, have left the particles; None if next to none of them
    fits the new ones.
    """

    def judge(drawn: Floats) -> tuple[Floats, Floats]:
        projected, rate = latent.reports(drawn, pool)
        before = earlier.log_likelihood(np.ascontiguousarray(projected[:, known]), np.ascontiguousarray(rate[:, known]))
        return observed.log_likelihood(projected, rate), before

    fit, before = judge(normals)
    effective = effective_of(fit - before)
    return Start(normals, (fit, before), judge, effective) if effective >= LEAST_LEFT * len(normals) else None


def _below_counts(used: pd.DataFrame, projected: Floats, pooled: bool) -> Iterator[str]:
    """Totals of which many draws lie below what has been counted already; what is pooled goes on from its count."""
    for (quantity, place), rows in used.groupby(["quantity", "place"], sort=False):
        if quantity in CURRENT or (pooled and not place and quantity in GO_ON):
            continue
        last = rows.index[-1]
        share = float((projected[:, last] < BELOW * rows["value"].iloc[-1]).mean())
        if share > MANY_BELOW:
            what = f"{quantity}{where_reported(str(quantity), str(place))}"
            yield (
                f"{what}: {wording.whole(100.0 * share)} in 100 draws lay more than 5 % below the last count, "
                f"{wording.whole(rows['value'].iloc[-1])}, "
                "and were put at it: take the low end of what comes next for too low"
            )


def _doubts(found: Sample) -> Iterator[str]:
    if found.correlation > TOO_ALIKE:
        yield (
            f"draws are still like those they began as (correlation {wording.number(found.correlation)}): "
            "ranges may be somewhat too narrow"
        )


def learned_table(scenario: Scenario, after: tuple[Latent, Floats] | None = None) -> pd.DataFrame:
    """Each uncertain number before and after."""
    levels, rows = np.array([0.05, 0.5, 0.95]), []
    values = after[0].values(after[1]) if after else {}
    own = after[0].own(after[1]) if after else np.empty((0, 0))
    for place, (path, distribution) in enumerate(scenario.uncertain.items()):
        before = distribution.quantile(levels)
        several = len(own) > 1  # one draw has no spread that could have narrowed
        narrowed, pushed = (1.0 - own[:, place].std(), own[:, place].mean()) if several else (0.0, 0.0)
        word = "yes" if narrowed >= LEARNED else "a little" if narrowed >= A_LITTLE else "no"
        later = np.quantile(values[path], levels) if after else before
        rows.append((path, *before, *later, narrowed, pushed, word))
    names = [f"{when}_{level}" for when in ("prior", "posterior") for level in (5, 50, 95)]
    table = pd.DataFrame(rows, columns=["path", *names, "narrowed", "pushed", "learned"])
    return table.sort_values("narrowed", ascending=False, kind="stable").reset_index(drop=True)


def _would(
    latent: Latent,
    observed: Observations,
    normals: Floats,
    projected: tuple[Floats, Floats],
    random: np.random.Generator,
) -> Would:
    """What draws would have reported, from what is projected for them."""
    own = latent.own(normals)
    numbers = {path: own[:, column] for column, path in enumerate(latent.paths)}
    return Would(observed.simulate(*projected, random), numbers)
