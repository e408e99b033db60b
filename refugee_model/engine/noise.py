"""Ups and downs of the checkpoint's throughput: correlated in time, the same for a draw whatever block it is in."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def throughput_noise(hours: Floats, spread: Floats, correlation_hours: Floats, *, seed: int, first: int) -> Floats:
    """Factors on the throughput, with mean 1.

    Parameters
    ----------
    hours : array (step,) [h]
        Lengths of the steps.
    spread : array (draw,)
        Relative standard deviation.
    correlation_hours : array (draw,) [h]
        Time over which the correlation falls to 37 %.
    seed, first : int
        Seed of the ensemble, and number of the first of these draws in it.

    Returns
    -------
    array (step, draw)
        Logarithms follow an Ornstein-Uhlenbeck process; above 0.

    References
    ----------
    Uhlenbeck and Ornstein (1930), On the theory of the Brownian motion, Physical Review 36.
    """
    shocks = np.empty((len(hours), len(spread)))
    for draw in range(len(spread)):
        shocks[:, draw] = np.random.Generator(np.random.Philox(key=[seed, first + draw])).standard_normal(len(hours))
    sigma = np.sqrt(np.log1p(np.square(spread)))
    factors: Floats = _walk(shocks, hours, sigma, correlation_hours)
    return factors


@njit(cache=True, nogil=True, error_model="numpy")
def _walk(shocks: Floats, hours: Floats, sigma: Floats, correlation_hours: Floats) -> Floats:
    steps, draws = shocks.shape
    factors = np.empty((steps, draws))
    for draw in range(draws):
        state = shocks[0, draw]
        for step in range(steps):
            if step > 0:
                kept = np.exp(-0.5 * (hours[step - 1] + hours[step]) / correlation_hours[draw])
                state = kept * state + np.sqrt(1.0 - kept * kept) * shocks[step, draw]
            factors[step, draw] = np.exp(sigma[draw] * state - 0.5 * sigma[draw] * sigma[draw])
    return factors
