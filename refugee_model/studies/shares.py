"""Registered people and people in state accommodation as shares of those who have arrived, as reports show them.

Rules of registration and beds as planned hold for the plan; in a crisis desks are added and places opened that no plan
knew. The share of people who are registered, or in state accommodation, goes on as it was last counted, and the
logarithm of its odds wanders; how fast is learned from the counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from refugee_model.outcomes.calendar import interpolated

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

SHARED = ("registered", "in_state_accommodation")
A_DAY = 0.8
"""How far the odds wander in a day, before counts tell; standard deviation of the logarithm, assumed. It counts as much
as one day of counts."""
SETTLES_DAYS = 7.0
"""After so long two thirds of all wandering are done; assumed."""
LEAST_SHARE = 0.005


def with_shares(
    curves: dict[str, Floats], hours: Floats, used: pd.DataFrame, counted: tuple[Floats, Floats]
) -> dict[str, Floats]:
    """Curves (time, draw) with the quantities that were counted as shares of people arrived from their last count on.

    ``counted`` are hours and values of people arrived, from nothing on. Each draw keeps its place among all.
    """
    found, all_places = dict(curves), used[used["place"] == ""]
    for quantity in SHARED:
        rows = all_places[(all_places["quantity"] == quantity) & (all_places["hours"] >= counted[0][1])]
        if len(rows):
            at, values = rows["hours"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float)
            arrived = np.maximum(np.interp(at, *counted), 1.0)
            odds = logit(np.clip(values / arrived, LEAST_SHARE, 1.0 - LEAST_SHARE))
            later = hours >= at[-1]
            share = expit(
                odds[-1] + _wandered(at, odds, hours[later])[:, None] * _places(hours, curves[quantity], at[-1])
            )
            found[quantity] = curves[quantity].copy()
            found[quantity][later] = share * curves["arrived"][later]
            if quantity == "registered":
                found[quantity] = np.maximum.accumulate(found[quantity], axis=0)
    return found


def _wandered(at: Floats, odds: Floats, hours: Floats) -> Floats:
    """Standard deviation of the logarithm of the odds at times after the last count (time,)."""
    days = (at[-1] - at[0]) / 24.0
    a_day = (A_DAY**2 + np.square(np.diff(odds)).sum()) / (1.0 + days)
    return np.asarray(np.sqrt(a_day * SETTLES_DAYS * -np.expm1(-(hours - at[-1]) / 24.0 / SETTLES_DAYS)))


def _places(hours: Floats, values: Floats, last: float) -> Floats:
    """The place of each draw among all as a standard normal number (draw,), by what it says a few days ahead."""
    wanted = np.clip(last + np.array([24.0, 72.0, 168.0]), hours[0], hours[-1])
    order = np.argsort(interpolated(hours, values, wanted).sum(axis=0), kind="stable")
    places = np.empty(len(order))
    places[order] = ndtri((np.arange(len(order)) + 0.5) / len(order))
    return places
