"""What people would do without a model: go on as in the last hours, fit a curve, or trust the planning figure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WINDOWS = (6.0, 12.0, 24.0)
SPANS = (24.0, 72.0, 168.0)
"""How long past rates are taken to go on [h]; the second where counts come once a day."""
STEEPNESS = (0.02, 0.05, 0.1)
"""Starting points of the fits [1/h]."""


def rate_of_the_last(window: float) -> str:
    """The name of the rule."""
    return f"rate of the last {window:g} h"


def persistence(hours: Floats, values: Floats, ahead: Floats, window: float) -> Floats:
    """The rate of the last hours goes on."""
    begin = hours[-1] - window
    past = np.interp(begin, np.concatenate(([0.0], hours)), np.concatenate(([0.0], values))) if begin > 0 else 0.0
    return np.asarray(np.maximum(values[-1] + (values[-1] - past) / window * (ahead - hours[-1]), 0.0))


def logistic(hours: Floats, values: Floats, ahead: Floats) -> Floats:
    """A logistic curve fitted by least squares, array (later,) [people]; needs three reports."""
    return _fitted(
        lambda number, time: number[0] / (1.0 + np.exp(-np.clip(number[1] * (time - number[2]), -500, 500))),
        hours,
        values,
        ahead,
    )


def gompertz(hours: Floats, values: Floats, ahead: Floats) -> Floats:
    """A Gompertz curve fitted by least squares, array (later,) [people]; needs three reports."""
    return _fitted(
        lambda number, time: number[0] * np.exp(-np.exp(-np.clip(number[1] * (time - number[2]), -50, 500))),
        hours,
        values,
        ahead,
    )


def _fitted(curve: Callable[[Floats, Floats], Floats], hours: Floats, values: Floats, ahead: Floats) -> Floats:
    from scipy.optimize import least_squares

    last, best = float(values[-1]), None

    def meant(number: Floats) -> Floats:
        return np.array([np.exp(number[0]), np.exp(number[1]), number[2]])

    def off(number: Floats) -> Floats:
        return np.asarray((curve(meant(number), hours) - values) / max(last, 1.0))

    for more in (1.2, 2.0, 5.0):
        for steepness in STEEPNESS:
            for later in (-12.0, 12.0, 48.0):
                begin = [np.log(max(last * more, 1.0)), np.log(steepness), hours[-1] + later]
                found = least_squares(off, begin, bounds=([-20.0, -12.0, -1e4], [30.0, 3.0, 1e4]), max_nfev=500)
                best = found if best is None or found.cost < best.cost else best
    assert best is not None
    return np.asarray(curve(meant(best.x), ahead))


def planning_figure(hours: Floats, values: Floats, ahead: Floats, people: float, rate: float) -> Floats:
    """The planning figure is reached at a constant rate from the last report on."""
    return np.asarray(np.minimum(values[-1] + rate * (ahead - hours[-1]), max(people, float(values[-1]))))


def rate_so_far(hours: Floats, values: Floats) -> float:
    """Mean rate between the first report and the last [people/h]; from the start where there is one report."""
    first, begin = (float(values[0]), float(hours[0])) if len(values) > 1 and hours[-1] > hours[0] else (0.0, 0.0)
    return (float(values[-1]) - first) / (float(hours[-1]) - begin)
