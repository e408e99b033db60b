"""When people decide to leave: the exact survival of each form of departure over each step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.rates import covered_by
from refugee_model.engine.values import Values

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
CERTAIN = -1e300
"""Logarithm of a survival of nothing: minus infinity would not survive a factor of 0."""


def log_survival(values: Values, bounds: Floats, begin: float) -> Floats:
    """Logarithm of the share that stays at home over each step, before any factor on the hazard.

    Parameters
    ----------
    values : Values
        The scenario and its draws.
    bounds : array (bound,) [h]
        Bounds of the steps.
    begin : float
        When departures begin [h].

    Returns
    -------
    array (step, draw)
        Zero before the beginning; for contagion, minus (innovation + imitation) x time.

    References
    ----------
    Logistic: Radwan, Hobeika and Sivasailam (1985). Rayleigh: Tweedie et al. (1986). Weibull: Lindell (2008), EMBLEM2.
    Contagion: Bass (1969).
    """
    departure = values.scenario.timing.departure
    path = "timing.departure"
    hours = np.maximum(bounds - begin, 0.0)[:, None]
    if departure.form == "logistic":
        rate = values.number(f"{path}.rate_per_hour", departure.rate_per_hour)
        midpoint = values.number(f"{path}.midpoint_hours", departure.midpoint_hours)
        return -np.diff(_softplus(rate * (hours - midpoint)), axis=0)
    if departure.form == "weibull":
        scale = values.number(f"{path}.scale_hours", departure.scale_hours)
        shape = values.number(f"{path}.shape", departure.shape)
        return -np.diff((hours / scale) ** shape, axis=0)
    if departure.form == "rayleigh":
        peak = values.number(f"{path}.peak_hours", departure.peak_hours)
        return -np.diff(0.5 * (hours / peak) ** 2, axis=0)
    if departure.form == "contagion":
        total = values.number(f"{path}.innovation_per_hour", departure.innovation_per_hour) + values.number(
            f"{path}.imitation_per_hour", departure.imitation_per_hour
        )
        return -np.diff(hours, axis=0) * total
    return _log_survival_of_curve(values, bounds, begin)


def _softplus(exponent: Floats) -> Floats:
    """log(1 + exp(x)), of which no x is too large; numpy has vector instructions for these two functions, not for logaddexp."""
    result: Floats = np.maximum(exponent, 0.0) + np.log1p(np.exp(-np.abs(exponent)))
    return result


def _log_survival_of_curve(values: Values, bounds: Floats, begin: float) -> Floats:
    points = values.scenario.timing.departure.curve or ()
    times = [values.scenario.timeline.hours_at(point.time) for point in points]
    shares = np.stack([values.number(f"timing.departure.curve.{number}.share", point.share) for number, point in enumerate(points)])
    at_bounds = np.stack([np.interp(np.maximum(bounds, begin), times, shares[:, draw]) for draw in range(values.count)], axis=1)
    left = 1.0 - at_bounds
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.maximum(np.log(left[1:] / left[:-1]), CERTAIN)
    # Once the curve is at its end, people whom a factor of 0 kept at home leave as soon as they can.
    result: Floats = np.where(left[:-1] > 0, logarithm, np.where(bounds[1:, None] > begin, CERTAIN, 0.0))
    return result


def survival_of(values: Values, bounds: Floats, starts: Floats, noise: Floats | None = None) -> tuple[Floats, Integers, bool]:
    """Share that stays at home over each step (step, group, draw), the group of each district, whether leaving spreads.

    ``noise`` (step, draw) multiplies the hazard.
    """
    scenario = values.scenario
    departure, timeline = scenario.timing.departure, scenario.timeline
    begin = timeline.hours_at(departure.start)
    begins = [
        begin if district.departs_from is None else max(begin, timeline.hours_at(district.departs_from))
        for district in scenario.people.districts.values()
    ]
    groups = sorted(set(begins))
    factor = values.schedule("timing.departure.factor", departure.factor, starts)
    closed = covered_by(scenario, scenario.timing.corridor.closures, starts)
    regimes = [regime for regime in scenario.timing.checkpoint.regimes if regime.kind == "closed"]
    closed = np.maximum(closed, covered_by(scenario, regimes, starts))[:, None]
    while_closed = values.number("timing.departure.factor_while_closed", departure.factor_while_closed)
    factor = factor * np.where(closed > 0, while_closed, 1.0)
    factor = factor[np.searchsorted(starts, bounds[:-1], side="right") - 1]
    factor = factor if noise is None else factor * noise
    survival = np.empty((len(bounds) - 1, len(groups), values.count))
    for number, first in enumerate(groups):
        survival[:, number] = np.exp(log_survival(values, bounds, first) * factor)
    return survival, np.asarray([groups.index(first) for first in begins]), departure.form == "contagion"
