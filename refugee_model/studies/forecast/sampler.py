"""Tempered sequential Monte Carlo over standard normal numbers.

Particles start as draws of the scenario and are led near the reports by an ensemble smoother, which takes what is
reported for straight lines; or where earlier reports have left them. From there they are led to what the reports say by
degrees: at each temperature those that fit better are multiplied, then all are moved by steps that keep the
distribution. Nothing here knows about people or roads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from refugee_model.arrays import Flags, Floats, Integers
from refugee_model.engine.compiling import compiled

Likelihood = Callable[[Floats], Floats]
Judge = Callable[[Floats], tuple[Floats, Floats]]

PARTICLES = 2000
HALF = 0.5
"""The next temperature leaves this share of the particles effective."""
ROUNDS, LAST_ROUNDS = 1, 6
"""Rounds of moves at each temperature, and at the last; of fewer kinds of moves there are as many more."""
ACCEPTED = 0.25
"""Share of moves that steps are made long enough for."""
ALL, FREE, NOISE = "all", "free", "noise"
"""Kinds of moves: everything, some of the numbers that reports hardly tell, a stretch of the noise."""
FIRST_STEP = {ALL: 0.15, FREE: 1.0, NOISE: 1.0}
ROUND = (ALL, FREE, ALL, NOISE)
LONG, OF_LONG = 0.7, 0.7
"""This share of the moves of everything are of at least this length, whatever is accepted of them: with forty-five
reports one in twenty is, and they carry the numbers that reports tell five times as far a move as those of which one in
four is."""
HARDLY_TOLD = 0.4
"""A number whose mean and spread among the particles are within this of a standard normal's is one that reports hardly
tell."""
SMOOTHED, WIDER = 5, 1.3
"""Rounds of the smoother, and by how much variances are widened after it."""
SMOOTHER_DEGREES = 4.0
"""A report that is far off counts less in the smoother, as with errors of so many degrees of freedom: where particles
start. What they are led to goes by ``ERROR_DEGREES`` of ``observations.py``."""
MOST_TEMPERATURES = 200
STRETCHES = 64
"""Where there are more shocks than this, moves of everything take the sums of so many stretches of them for one number
each: the covariance of all hours of months would cost the cube of their number."""


@dataclass(frozen=True)
class Sample:
    """Draws that fit the reports."""

    normals: Floats
    """Array (draw, number): after each of the last moves, below each other; or so many as were asked for, at random."""
    particles: Floats
    """Array (particle, number): where the last move has left them."""
    effective_at_start: float
    """How many draws would have been left by weighting alone, of the scenario or of those of earlier reports."""
    temperatures: int
    """Steps from the start to the reports."""
    ancestors: int
    """Particles of the start from which those at the end descend."""
    accepted: dict[str, float]
    """Share of accepted moves at the end, by kind."""
    correlation: float
    """Largest of an uncertain number before and after the last rounds; near 0 particles have moved far enough."""


@dataclass(frozen=True)
class Start:
    """Where particles start from."""

    normals: Floats
    """Array (particle, number)."""
    judged: tuple[Floats, Floats]
    """What ``judge`` says of them."""
    judge: Judge
    """Logarithm of the likelihood of the reports, and of the density from which particles start over that of the
    scenario, arrays (particle,)."""
    effective: float
    """How many draws weighting alone would leave."""


def sample(
    likelihood: Likelihood,
    numbers: int,
    shocks: int,
    *,
    errors: Likelihood | None = None,
    start: Start | None = None,
    seed: int | Sequence[int],
    particles: int = PARTICLES,
    rounds: int = ROUNDS,
    last_rounds: int = LAST_ROUNDS,
    keep: int = 1,
    draws: int | None = None,
    tell: Callable[[float], None] | None = None,
) -> Sample:
    """Draw from standard normal numbers weighted by a likelihood.

    ``errors`` says how far off each report is, in standard deviations, array (particle, report), and is zero where a
    particle fits: with it particles start where a smoother leads them, without it as draws of the scenario, unless
    ``start`` says from where. ``draws`` of the particles after the last ``keep`` moves are given, all in their order
    unless said.

    Del Moral, Doucet and Jasra (2006), Sequential Monte Carlo samplers, J. R. Statist. Soc. B 68(3); Cotter et al.
    (2013), MCMC methods for functions, Statistical Science 28(3), for moves that keep the scenario.
    """
    seeds = np.atleast_1d(seed).tolist()
    random = np.random.default_rng([*seeds, 1])
    if start is None:
        start = _of_scenario(likelihood, errors, numbers, shocks, particles, random)
    normals, (fit, known) = start.normals, start.judged
    kinds = [kind for kind in ROUND if (shocks or kind != NOISE) and (numbers or kind != FREE)]
    steps, accepted = dict(FIRST_STEP), dict[str, float]()
    ancestors, temperature, count, correlation = np.arange(particles), 0.0, 0, 0.0
    # Particles stand in the order of their ancestors: a part of them must be taken at random. Each goes to its place
    # at once, as months of noise are held once.
    chosen = np.arange(keep * particles)
    if draws is not None:
        chosen = np.random.default_rng([*seeds, 2]).permutation(len(chosen))[:draws]
    after, which = np.divmod(chosen, particles)
    kept = np.empty((len(chosen), numbers + shocks))
    while temperature < 1.0:
        count += 1
        more = fit - known
        warmer = _next_temperature(more, temperature) if count < MOST_TEMPERATURES else 1.0
        weights = np.exp((warmer - temperature) * (more - more.max()))
        parents = _resample(weights / weights.sum(), random)
        normals, fit, known, ancestors = normals[parents], fit[parents], known[parents], ancestors[parents]
        shape = _Shape(*_mean_and_covariance(_summed(normals, numbers)))
        before, temperature = normals[:, :numbers].copy(), warmer
        last = temperature >= 1.0
        wanted = max(len(ROUND) * last_rounds, keep) if last else len(ROUND) * rounds
        moves = kinds * -(-wanted // max(len(kinds), 1))
        for number, kind in enumerate(moves):
            step, adapted = _steps(kind, steps[kind], particles, random)
            moved, ratio = _propose(kind, normals, numbers, step, shape, random)
            new_fit, new_known = start.judge(moved)
            better = temperature * (new_fit - fit) + (1.0 - temperature) * (new_known - known)
            taken = np.log(random.random(particles)) < ratio + better
            normals[taken], fit[taken], known[taken] = moved[taken], new_fit[taken], new_known[taken]
            accepted[kind] = float(taken[adapted].mean()) if adapted.any() else ACCEPTED
            steps[kind] = float(np.clip(steps[kind] * np.exp(accepted[kind] - ACCEPTED), 0.02, 1.0))
            if last and (place := number - len(moves) + keep) >= 0:
                kept[after == place] = normals[which[after == place]]
        correlation = _largest_correlation(before, normals[:, :numbers])
        if tell is not None:
            tell(temperature)
    return Sample(kept, normals, start.effective, count, len(np.unique(ancestors)), accepted, correlation)


def _of_scenario(
    likelihood: Likelihood,
    errors: Likelihood | None,
    numbers: int,
    shocks: int,
    particles: int,
    random: np.random.Generator,
) -> Start:
    """Draws of the scenario, or where a smoother leads them."""
    normals = random.standard_normal((particles, numbers + shocks))
    fit = likelihood(normals)
    effective = effective_of(fit)
    if errors is None or not numbers + shocks:
        none = np.zeros(particles)
        return Start(normals, (fit, none), lambda drawn: (likelihood(drawn), none), effective)
    shape = _smoothed(errors, normals, numbers, random)
    found = shape.mean + product(random.standard_normal((particles, len(shape.mean))), shape.to_normals)
    normals = _with_sums(random.standard_normal(normals.shape), numbers, found)

    def judge(drawn: Floats) -> tuple[Floats, Floats]:
        return likelihood(drawn), shape.favours(_summed(drawn, numbers))

    return Start(normals, judge(normals), judge, effective)


def effective_of(fit: Floats) -> float:
    """How many draws are left by weighting with these logarithms.

    Kong, Liu and Wong (1994), Sequential imputations and Bayesian missing data problems, J. Am. Stat. Assoc. 89.
    """
    weights = np.exp(fit - fit.max())
    return float(weights.sum() ** 2 / np.square(weights).sum())


def _next_temperature(fit: Floats, temperature: float) -> float:
    """The highest temperature at which weighting leaves half of the particles effective."""
    wanted = HALF * len(fit)
    if effective_of((1.0 - temperature) * fit) >= wanted:
        return 1.0
    low, high = temperature, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective_of((middle - temperature) * fit) >= wanted else (low, middle)
    return high


def _resample(weights: Floats, random: np.random.Generator) -> Integers:
    """Systematic resampling."""
    places = (np.arange(len(weights)) + random.random()) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)


def _smoothed(errors: Likelihood, normals: Floats, numbers: int, random: np.random.Generator) -> _Shape:
    """Where draws of the scenario come to lie that are led to the reports along straight lines, a little wider.

    Emerick and Reynolds (2013), Ensemble smoother with multiple data assimilation, Computers and Geosciences 55.
    """
    for _ in range(SMOOTHED):
        found, off = _summed(normals, numbers), errors(normals)
        doubt = SMOOTHED * (SMOOTHER_DEGREES + np.square(off).mean(axis=0)) / (SMOOTHER_DEGREES + 1.0)
        away, of_off = found - found.mean(axis=0), off - off.mean(axis=0)
        slopes = np.linalg.solve(of_off.T @ of_off / len(off) + np.diag(doubt), of_off.T @ away / len(off))
        drawn = off + np.sqrt(doubt) * random.standard_normal(off.shape)
        normals = _with_sums(normals, numbers, found - drawn @ slopes)
    mean, covariance = _mean_and_covariance(_summed(normals, numbers))
    # Nowhere wider than the scenario.
    variance, along = np.linalg.eigh(covariance)
    return _Shape(mean, (along * np.minimum(WIDER * variance, 1.0)) @ along.T)


def _mean_and_covariance(normals: Floats) -> tuple[Floats, Floats]:
    """Those of particles; the fewer there are, the less is known of how columns go together."""
    count, size = normals.shape
    covariance = np.atleast_2d(np.cov(normals.T)) if size else np.empty((0, 0))
    diagonal, shrinkage = np.diag(np.minimum(np.diag(covariance), 1.0)), size / (size + count)
    return normals.mean(axis=0), (1.0 - shrinkage) * covariance + shrinkage * diagonal + 1e-9 * np.eye(size)


class _Shape:
    """A mean and a covariance, which moves follow."""

    def __init__(self, mean: Floats, covariance: Floats) -> None:
        self.mean, self.factor = mean, np.linalg.cholesky(covariance)
        self.to_standard = np.ascontiguousarray(np.linalg.inv(self.factor).T)
        self.to_normals = np.ascontiguousarray(self.factor.T)

    def favours(self, found: Floats) -> Floats:
        """Logarithm of its density over that of the scenario, array (particle,)."""
        standard = product(found - self.mean, self.to_standard)
        size = np.log(np.diag(self.factor)).sum()
        return np.asarray(0.5 * (np.square(found) - np.square(standard)).sum(axis=1) - size)


def _steps(kind: str, step: float, count: int, random: np.random.Generator) -> tuple[Floats, Flags]:
    """How far each particle is moved, array (particle, 1), and which by the length that follows what is accepted."""
    found = np.minimum(step * np.exp(0.3 * random.standard_normal(count)), 1.0)
    long = random.random(count) < (OF_LONG if kind == ALL else 0.0)
    return np.where(long, LONG + (1.0 - LONG) * random.random(count), found)[:, None], ~long


def _propose(
    kind: str, normals: Floats, numbers: int, new: Floats, shape: _Shape, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Moved particles, and the logarithm of the ratio by which the scenario itself favours the move."""
    count, shocks = len(normals), normals.shape[1] - numbers
    old = np.sqrt(1.0 - new * new)
    if kind == FREE:
        moved = normals.copy()
        own, deviation = normals[:, :numbers], normals[:, :numbers].std(axis=0)
        free = (np.abs(own.mean(axis=0)) < HARDLY_TOLD) & (np.abs(deviation - 1.0) < HARDLY_TOLD)
        chosen = free & (random.random((count, numbers)) < 0.5)
        moved[:, :numbers] = np.where(chosen, old * own + new * random.standard_normal((count, numbers)), own)
        return moved, np.zeros(count)
    if kind == NOISE:
        moved = normals.copy()
        length = random.integers(max(2, shocks // 16), max(3, shocks // 2 + 1), count)
        first = random.integers(0, shocks + length) - length
        at = np.arange(shocks)
        inside = (at >= first[:, None]) & (at < (first + length)[:, None])
        draw, shock = np.nonzero(inside)
        fresh = new[draw, 0] * random.standard_normal(len(draw))
        moved[draw, numbers + shock] = old[draw, 0] * normals[draw, numbers + shock] + fresh
        return moved, np.zeros(count)
    # A step that keeps the normal distribution with the shape of the particles, not that of the scenario: the ratio
    # makes up for it. What a stretch of the noise is beside its sum stays.
    whole = _summed(normals, numbers)
    before = product(whole - shape.mean, shape.to_standard)
    after = old * before + new * random.standard_normal(whole.shape)
    found = shape.mean + product(after, shape.to_normals)
    ratio = 0.5 * (np.square(whole) - np.square(found) + np.square(after) - np.square(before)).sum(axis=1)
    return _with_sums(normals, numbers, found), ratio


def _with_sums(normals: Floats, numbers: int, found: Floats) -> Floats:
    """The same with other numbers and sums of stretches; what a stretch is beside its sum stays."""
    shocks = normals.shape[1] - numbers
    if found.shape == normals.shape:
        return found
    stretch, added = _length(shocks), (found - _summed(normals, numbers))[:, numbers:]
    each = np.minimum(stretch, shocks - stretch * np.arange(added.shape[1]))
    return np.hstack((found[:, :numbers], normals[:, numbers:] + np.repeat(added / np.sqrt(each), each, axis=1)))


def _length(shocks: int) -> int:
    """Shocks in a stretch."""
    return max(-(-shocks // STRETCHES), 1)


def _summed(normals: Floats, numbers: int) -> Floats:
    """Numbers, and the sums of stretches of shocks, each scaled to a standard normal of the scenario."""
    shocks = normals.shape[1] - numbers
    length = _length(shocks)
    if length == 1:
        return normals
    first = np.arange(0, shocks, length)
    sums = np.add.reduceat(normals[:, numbers:], first, axis=1)
    return np.hstack([normals[:, :numbers], sums / np.sqrt(np.minimum(length, shocks - first))])


def _largest_correlation(before: Floats, after: Floats) -> float:
    if not before.shape[1]:
        return 0.0
    one, other = before - before.mean(axis=0), after - after.mean(axis=0)
    size = np.sqrt(np.square(one).sum(axis=0) * np.square(other).sum(axis=0))
    return float(np.max((one * other).sum(axis=0) / np.where(size > 0, size, 1.0)))


@compiled
def product(left: Floats, right: Floats) -> Floats:
    """The product of two matrices of some hundred rows, in the same order for any number of them, without the waiting
    threads of a library for large ones; zeros at both ends of a row of the second take no time.
    """
    found = np.zeros((len(left), right.shape[1]))
    for middle in range(len(right)):
        begin, end = 0, right.shape[1]
        while begin < end and right[middle, begin] == 0.0:
            begin += 1
        while end > begin and right[middle, end - 1] == 0.0:
            end -= 1
        for row in range(len(left)):
            for column in range(begin, end):
                found[row, column] += left[row, middle] * right[middle, column]
    return found
