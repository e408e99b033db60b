"""Ups and downs that nobody plans: factors that are correlated in time, the same for a draw whatever block it is in."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import compiled

Floats = NDArray[np.float64]

GROUP = 64
"""Draws that share a stream of random numbers: enough to pay for opening it."""


CHECKPOINT, DEPARTURES = 0, 1 << 32
"""Where the streams of each noise begin."""


def streams_of(routes: Sequence[str]) -> list[int]:
    """Where the streams of the checkpoint of each route begin.

    The first has the same whatever it is called and whether there are others or not, the others have that of their
    name.
    """
    return [CHECKPOINT, *map(_stream_named, routes[1:])]


def _stream_named(route: str) -> int:
    """The upper 24 bits are of the name, and never 0; below there is room for all groups of draws."""
    told = blake2b(route.encode(errors="surrogatepass"), digest_size=3).digest()
    return max(int.from_bytes(told), 1) << 40


def correlated(shocks: Sequence[Floats], correlation: float) -> list[Floats]:
    """Shocks (draw, hour) of several routes of which any two have this correlation; the first are as they were."""
    number = len(shocks)
    if correlation == 0.0 or number == 1:
        return list(shocks)
    least_positive = np.full((number, number), min(correlation, 1.0 - 1e-12))
    np.fill_diagonal(least_positive, 1.0)
    weights = np.linalg.cholesky(least_positive)
    return [shocks[0], *(sum(weights[row, at] * shocks[at] for at in range(row + 1)) for row in range(1, number))]


class Pace(NamedTuple):
    """Factors that hold until some hours after the start, the last from then on: until (part,) [h], (part, draw)."""

    until: Floats
    factors: Floats

    def over(self, bounds: Floats) -> Floats:
        """The factor of each step, array (step, draw)."""
        part = np.searchsorted(self.until, 0.5 * (bounds[:-1] + bounds[1:]))
        return self.factors[np.minimum(part, len(self.until) - 1)]


class Noise(NamedTuple):
    """A noise of many draws: shocks (draw, hour); standard deviation and correlation time [h], (draw,) or (1,)."""

    shocks: Floats
    spread: Floats
    correlation_hours: Floats
    pace: Pace | None = None

    def over(self, bounds: Floats) -> Floats:
        """Factors with mean 1 (step, draw): a new one every hour, averaged over longer steps, held over shorter ones.

        References
        ----------
        The logarithms of the hourly factors follow an Ornstein-Uhlenbeck process: Uhlenbeck and Ornstein
        (1930), On the theory of the Brownian motion, Physical Review 36.
        """
        sigma = np.sqrt(np.log1p(np.square(self.spread)))
        every_draw = np.ones(len(self.shocks))  # what is compiled does not check where an array ends
        hourly = _walk(np.ascontiguousarray(self.shocks.T), np.exp(-1.0 / self.correlation_hours) * every_draw)
        hourly *= sigma  # in place: of new memory each page must be fetched
        hourly -= 0.5 * np.square(sigma)
        found = _over_steps(np.exp(hourly, out=hourly), bounds)
        return found if self.pace is None else found * self.pace.over(bounds)


def hourly_shocks(hours: float, draws: int, *, seed: int, first: int, stream: int = CHECKPOINT) -> Floats:
    """Independent standard normal numbers (draw, hour) from which a noise is made; a longer one begins the same.

    Numbers of one hour lie side by side.
    """
    count = hours_of(hours)
    shocks = np.empty((count, draws))
    for group in range(first // GROUP, (first + draws - 1) // GROUP + 1):
        numbers = np.random.Generator(np.random.Philox(key=[seed, stream + group])).standard_normal((count, GROUP))
        begin, end = max(first, group * GROUP), min(first + draws, (group + 1) * GROUP)
        shocks[:, begin - first : end - first] = numbers[:, begin - group * GROUP : end - group * GROUP]
    return shocks.T


def hours_of(length: float) -> int:
    """How many hours begin within a projection of this length [h]."""
    return int(np.ceil(length))


@compiled
def _walk(shocks: Floats, kept: Floats) -> Floats:
    hours, draws = shocks.shape
    states, adds = np.empty((hours, draws)), np.sqrt(1.0 - kept * kept)
    for hour in range(hours):
        for draw in range(draws):
            if hour == 0:
                states[hour, draw] = shocks[hour, draw]
            else:
                states[hour, draw] = kept[draw] * states[hour - 1, draw] + adds[draw] * shocks[hour, draw]
    return states


@compiled
def _over_steps(hourly: Floats, bounds: Floats) -> Floats:
    hours, draws = hourly.shape
    steps = len(bounds) - 1
    factors = np.empty((steps, draws))
    for step in range(steps):
        begin, end = bounds[step], bounds[step + 1]
        first, last = min(int(begin), hours - 1), min(int(np.ceil(end)), hours)
        if last - first <= 1:
            factors[step] = hourly[first]
            continue
        factors[step] = 0.0
        for hour in range(first, last):
            share = (min(end, hour + 1.0) - max(begin, float(hour))) / (end - begin)
            factors[step] += share * hourly[hour]
    return factors
