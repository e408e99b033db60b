"""Ups and downs of the checkpoint's throughput: correlated in time, the same for a draw whatever block it is in."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GROUP = 64
"""Draws that share a stream of random numbers: enough to pay for opening it."""


def throughput_noise(bounds: Floats, spread: Floats, correlation_hours: Floats, *, seed: int, first: int) -> Floats:
    """Factors on the throughput, with mean 1: a new one every hour, averaged over longer steps and held over shorter ones.

    Parameters
    ----------
    bounds : array (bound,) [h]
        Bounds of the steps, hours after the start.
    spread : array (draw,)
        Relative standard deviation of an hour.
    correlation_hours : array (draw,) [h]
        Time over which the correlation falls to 37 %.
    seed, first : int
        Seed of the ensemble, and number of the first of these draws in it.

    Returns
    -------
    array (step, draw)
        Logarithms of the hourly factors follow an Ornstein-Uhlenbeck process; above 0.

    References
    ----------
    Uhlenbeck and Ornstein (1930), On the theory of the Brownian motion, Physical Review 36.
    """
    return noise_of(hourly_shocks(bounds, len(spread), seed=seed, first=first), bounds, spread, correlation_hours)


def hourly_shocks(bounds: Floats, draws: int, *, seed: int, first: int) -> Floats:
    """Independent standard normal numbers (draw, hour) from which the noise is made.

    Parameters
    ----------
    bounds : array (bound,) [h]
        Bounds of the steps, hours after the start.
    draws : int
        How many draws.
    seed, first : int
        Seed of the ensemble, and number of the first of these draws in it.
    """
    hours = int(np.ceil(bounds[-1]))
    shocks = np.empty((draws, hours))
    for group in range(first // GROUP, (first + draws - 1) // GROUP + 1):
        stream = np.random.Generator(np.random.Philox(key=[seed, group])).standard_normal((GROUP, hours))
        begin, end = max(first, group * GROUP), min(first + draws, (group + 1) * GROUP)
        shocks[begin - first : end - first] = stream[begin - group * GROUP : end - group * GROUP]
    return shocks


def noise_of(shocks: Floats, bounds: Floats, spread: Floats, correlation_hours: Floats) -> Floats:
    """The factors (step, draw) that follow from shocks (draw, hour)."""
    sigma = np.sqrt(np.log1p(np.square(spread)))
    state = _walk(shocks, np.exp(-1.0 / correlation_hours))
    hourly = np.exp(sigma[:, None] * state - 0.5 * np.square(sigma)[:, None])
    return _over_steps(hourly, bounds)


@njit(cache=True, nogil=True, error_model="numpy")
def _walk(shocks: Floats, kept: Floats) -> Floats:
    draws, hours = shocks.shape
    states = np.empty((draws, hours))
    for draw in range(draws):
        keeps, state = kept[draw], shocks[draw, 0]
        adds = np.sqrt(1.0 - keeps * keeps)
        states[draw, 0] = state
        for hour in range(1, hours):
            state = keeps * state + adds * shocks[draw, hour]
            states[draw, hour] = state
    return states


@njit(cache=True, nogil=True, error_model="numpy")
def _over_steps(hourly: Floats, bounds: Floats) -> Floats:
    draws, hours = hourly.shape
    steps = len(bounds) - 1
    factors = np.empty((steps, draws))
    for step in range(steps):
        begin, end = bounds[step], bounds[step + 1]
        first, last = min(int(begin), hours - 1), min(int(np.ceil(end)), hours)
        if last - first <= 1:
            factors[step] = hourly[:, first]
            continue
        factors[step] = 0.0
        for hour in range(first, last):
            share = (min(end, hour + 1.0) - max(begin, float(hour))) / (end - begin)
            factors[step] += share * hourly[:, hour]
    return factors
