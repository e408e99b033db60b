"""Ups and downs that nobody plans: factors that are correlated in time, the same for a draw whatever block it is in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import compiled, inner

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

CHECKPOINT, DEPARTURES = 0, 1 << 32
"""Where the streams of each noise begin."""


def streams_of(routes: Sequence[str]) -> list[int]:
    """Where the streams of the checkpoint of each route begin.

    The first has the same whatever it is called and whether there are others or not, the others have that of their
    name.
    """
    return [CHECKPOINT, *map(_stream_named, routes[1:])]


def _stream_named(route: str) -> int:
    """The upper 24 bits are of the name, and never 0; below are those of departures."""
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
    """Factors that hold until just before some hours after the start, the last from then on: until (part,) [h], (part,
    draw).
    """

    until: Floats
    factors: Floats

    def over(self, bounds: Floats) -> Floats:
        """The factor of each step, that of its middle, array (step, draw)."""
        return self.at(0.5 * (bounds[:-1] + bounds[1:]))

    def at(self, hours: Floats) -> Floats:
        """The factor at each time, where one part ends that of the next, array (time, draw)."""
        return self.factors[np.minimum(np.searchsorted(self.until, hours, side="right"), len(self.until) - 1)]


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

    Each depends on seed, stream, draw and hour alone. Numbers of one hour lie side by side.
    """
    shocks = np.empty((hours_of(hours), draws))
    _put_normal(shocks, first, np.uint64(seed), np.uint64(stream))
    return shocks.T


def hours_of(length: float) -> int:
    """How many hours begin within a projection of this length [h]."""
    return int(np.ceil(length))


ROUNDS = 10
LOW, SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
TIMES = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
KEYS = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))


@compiled
def philox(words: Words, block: int, first: int, key: np.uint64, counter: np.uint64) -> None:
    """Random words of 32 bits (4, draw), of each draw those with the number of a block.

    References
    ----------
    Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC11: Philox4x32-10.
    """
    for draw in range(words.shape[1]):
        a, b = np.uint64(block), np.uint64(first + draw)
        c, d, one, other = counter & LOW, counter >> SHIFT, key & LOW, key >> SHIFT
        for _ in range(ROUNDS):
            left, right = a * TIMES[0], c * TIMES[1]
            a, b = (right >> SHIFT) ^ b ^ one, right & LOW
            c, d = (left >> SHIFT) ^ d ^ other, left & LOW
            one, other = (one + KEYS[0]) & LOW, (other + KEYS[1]) & LOW
        words[0, draw], words[1, draw], words[2, draw], words[3, draw] = a, b, c, d


@compiled
def _put_normal(shocks: Floats, first: int, key: np.uint64, counter: np.uint64) -> None:
    """Put standard normal numbers (hour, draw) there: the inverse of their distribution, of random words.

    References
    ----------
    Wichura (1988), Algorithm AS 241: the percentage points of the normal distribution, Applied Statistics 37(3).
    """
    hours, draws = shocks.shape
    words, logarithms = np.empty((4, draws), dtype=np.uint64), np.empty(draws)
    places = np.empty(draws + 1, dtype=np.int64)
    for hour in range(hours):
        if hour % 4 == 0:
            philox(words, hour // 4, first, key, counter)
        word, shock, tails = words[hour % 4], shocks[hour], 0
        for draw in range(draws):
            q = _from_middle(word[draw])
            shock[draw] = q * _in_the_middle(0.180625 - q * q)
        # One in seven, side by side: a branch that nobody can foresee would take longer than all the rest.
        for draw in range(draws):
            places[tails] = draw
            tails += abs(_from_middle(word[draw])) > 0.425
        for tail in range(tails):
            logarithms[tail] = math.log(0.5 - abs(_from_middle(word[places[tail]])))
        for tail in range(tails):
            logarithms[tail] = _in_the_tail(math.sqrt(-logarithms[tail]) - 1.6)
        for tail in range(tails):
            draw = places[tail]
            shock[draw] = logarithms[tail] if shock[draw] > 0.0 else -logarithms[tail]


@inner
def _from_middle(word: np.uint64) -> float:
    """The probability that a word stands for, less a half."""
    return (np.float64(np.int64(word)) + 0.5) * 2.0**-32 - 0.5


@inner
def _in_the_middle(r: float) -> float:
    top = 3.3430575583588128105e4 + r * 2.5090809287301226727e3
    top = 1.3731693765509461125e4 + r * (4.5921953931549871457e4 + r * (6.7265770927008700853e4 + r * top))
    top = 3.3871328727963666080 + r * (1.3314166789178437745e2 + r * (1.9715909503065514427e3 + r * top))
    low = 2.8729085735721942674e4 + r * 5.2264952788528545610e3
    low = 5.3941960214247511077e3 + r * (2.1213794301586595867e4 + r * (3.9307895800092710610e4 + r * low))
    return top / (1.0 + r * (4.2313330701600911252e1 + r * (6.8718700749205790830e2 + r * low)))


@inner
def _in_the_tail(r: float) -> float:
    top = 2.27238449892691845833e-2 + r * 7.74545014278341407640e-4
    top = 3.64784832476320460504 + r * (1.27045825245236838258 + r * (2.41780725177450611770e-1 + r * top))
    top = 1.42343711074968357734 + r * (4.63033784615654529590 + r * (5.76949722146069140550 + r * top))
    low = 5.47593808499534494600e-4 + r * 1.05075007164441684324e-9
    low = 6.89767334985100004550e-1 + r * (1.48103976427480074590e-1 + r * (1.51986665636164571966e-2 + r * low))
    return top / (1.0 + r * (2.05319162663775882187 + r * (1.67638483018380384940 + r * low)))


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
