"""Tempered sequential Monte Carlo over standard normal numbers.

Particles start as draws of the scenario and are led to the reports by degrees: at each temperature those that fit
better are multiplied, then all are moved by steps that keep the distribution. Nothing here knows about people or roads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Likelihood = Callable[[Floats], Floats]

PARTICLES = 2000
HALF = 0.5
"""The next temperature leaves this share of the particles effective."""
ROUNDS, LAST_ROUNDS = 2, 8
"""Rounds of moves at each temperature, and at the last; of fewer kinds of moves there are as many more."""
ACCEPTED = 0.25
"""Share of moves that steps are made long enough for."""
NUMBERS, FREE, NOISE, BOTH = "numbers", "free", "noise", "both"
"""Kinds of moves: the uncertain numbers, some of those that reports hardly tell, a stretch of the noise, everything."""
FIRST_STEP = {NUMBERS: 0.5, FREE: 1.0, NOISE: 1.0, BOTH: 0.15}
HARDLY_TOLD = 0.4
"""A number whose mean and spread among the particles are within this of a standard normal's is one that reports hardly
tell."""
MOST_TEMPERATURES = 200
STRETCHES = 64
"""Where there are more shocks than this, moves of everything take the sums of so many stretches of them for one number
each: the covariance of all hours of months would cost the cube of their number."""


@dataclass(frozen=True)
class Sample:
    """Draws that fit the reports.

    Attributes
    ----------
    normals : array (draw, number)
        After each of the last moves, below each other.
    effective_at_start : float
        How many of the draws of the scenario would have been left by weighting them alone.
    temperatures : int
        Steps from the scenario to the reports.
    ancestors : int
        Particles of the start from which those at the end descend.
    accepted : dict of str to float
        Share of accepted moves at the end, by kind.
    correlation : float
        Largest correlation of an uncertain number before and after the last rounds; near 0 the particles have moved far
        enough.
    """

    normals: Floats
    effective_at_start: float
    temperatures: int
    ancestors: int
    accepted: dict[str, float]
    correlation: float


def sample(
    likelihood: Likelihood,
    numbers: int,
    shocks: int,
    *,
    seed: int,
    particles: int = PARTICLES,
    rounds: int = ROUNDS,
    last_rounds: int = LAST_ROUNDS,
    keep: int = 1,
    tell: Callable[[float], None] | None = None,
) -> Sample:
    """Draw from standard normal numbers weighted by a likelihood.

    References
    ----------
    Del Moral, Doucet and Jasra (2006), Sequential Monte Carlo samplers, J. R. Statist. Soc. B 68(3); Cotter et al.
    (2013), MCMC methods for functions, Statistical Science 28(3), for the moves of the noise.
    """
    random = np.random.default_rng([seed, 1])
    normals = random.standard_normal((particles, numbers + shocks))
    fit = likelihood(normals)
    effective = _effective(fit)
    steps = {
        kind: size
        for kind, size in FIRST_STEP.items()
        if (shocks or kind in (NUMBERS, FREE)) and (numbers or kind == NOISE)
    }
    ancestors, temperature, count, correlation = np.arange(particles), 0.0, 0, 0.0
    accepted: dict[str, float] = {}
    kept = np.empty((keep * particles, numbers + shocks))
    while temperature < 1.0:
        count += 1
        warmer = _next_temperature(fit, temperature) if count < MOST_TEMPERATURES else 1.0
        weights = np.exp((warmer - temperature) * (fit - fit.max()))
        chosen = _resample(weights / weights.sum(), random)
        normals, fit, ancestors, temperature = normals[chosen], fit[chosen], ancestors[chosen], warmer
        shapes = {NUMBERS: _Shape(normals[:, :numbers]), BOTH: _Shape(_summed(normals, numbers))}
        before = normals[:, :numbers].copy()
        last = temperature >= 1.0
        wanted = max(len(FIRST_STEP) * last_rounds, keep) if last else len(FIRST_STEP) * rounds
        moves = [*steps] * -(-wanted // max(len(steps), 1))
        for number, kind in enumerate(moves):
            moved, ratio = _propose(kind, normals, numbers, steps[kind], shapes, random)
            new_fit = likelihood(moved)
            taken = np.log(random.random(particles)) < ratio + temperature * (new_fit - fit)
            normals[taken], fit[taken] = moved[taken], new_fit[taken]
            accepted[kind] = float(taken.mean())
            steps[kind] = float(np.clip(steps[kind] * np.exp(accepted[kind] - ACCEPTED), 0.02, 1.0))
            if last and (place := number - len(moves) + keep) >= 0:
                kept[place * particles : (place + 1) * particles] = normals
        correlation = _largest_correlation(before, normals[:, :numbers])
        if tell is not None:
            tell(temperature)
    return Sample(kept, effective, count, len(np.unique(ancestors)), accepted, correlation)


def _effective(fit: Floats) -> float:
    weights = np.exp(fit - fit.max())
    return float(weights.sum() ** 2 / np.square(weights).sum())


def _next_temperature(fit: Floats, temperature: float) -> float:
    """The highest temperature at which weighting leaves half of the particles effective."""
    wanted = HALF * len(fit)
    if _effective((1.0 - temperature) * fit) >= wanted:
        return 1.0
    low, high = temperature, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _effective((middle - temperature) * fit) >= wanted else (low, middle)
    return high


def _resample(weights: Floats, random: np.random.Generator) -> NDArray[np.int64]:
    """Systematic resampling."""
    places = (np.arange(len(weights)) + random.random()) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)


class _Shape:
    """Mean and covariance of the particles, which moves follow."""

    def __init__(self, normals: Floats) -> None:
        count, size = normals.shape
        covariance = np.atleast_2d(np.cov(normals.T)) if size else np.empty((0, 0))
        diagonal = np.diag(np.minimum(np.diag(covariance), 1.0))
        shrinkage = size / (size + count)  # the fewer particles, the less is known of how columns go together
        self.mean = normals.mean(axis=0)
        self.factor = np.linalg.cholesky((1.0 - shrinkage) * covariance + shrinkage * diagonal + 1e-9 * np.eye(size))
        self.inverse = np.linalg.inv(self.factor)


def _propose(
    kind: str, normals: Floats, numbers: int, step: float, shapes: dict[str, _Shape], random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Moved particles, and the logarithm of the ratio by which the scenario itself favours the move."""
    count, shocks = len(normals), normals.shape[1] - numbers
    new = np.minimum(step * np.exp(0.3 * random.standard_normal((count, 1))), 1.0)
    old = np.sqrt(1.0 - new * new)
    moved = normals.copy()
    if kind == FREE:
        own, deviation = normals[:, :numbers], normals[:, :numbers].std(axis=0)
        free = (np.abs(own.mean(axis=0)) < HARDLY_TOLD) & (np.abs(deviation - 1.0) < HARDLY_TOLD)
        chosen = free & (random.random((count, numbers)) < 0.5)
        moved[:, :numbers] = np.where(chosen, old * own + new * random.standard_normal((count, numbers)), own)
        return moved, np.zeros(count)
    if kind == NOISE:
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
    whole = normals[:, :numbers] if kind == NUMBERS else _summed(normals, numbers)
    shape = shapes[kind]
    before = (whole - shape.mean) @ shape.inverse.T
    after = old * before + new * random.standard_normal(whole.shape)
    found = shape.mean + after @ shape.factor.T
    moved[:, :numbers] = found[:, :numbers]
    if kind == BOTH and whole.shape == normals.shape:
        moved[:, numbers:] = found[:, numbers:]
    elif kind == BOTH:
        stretch, added = _length(shocks), found[:, numbers:] - whole[:, numbers:]
        each = np.minimum(stretch, shocks - stretch * np.arange(added.shape[1]))
        moved[:, numbers:] += np.repeat(added / np.sqrt(each), each, axis=1)
    ratio = 0.5 * (np.square(whole) - np.square(found) + np.square(after) - np.square(before)).sum(axis=1)
    return moved, ratio


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
