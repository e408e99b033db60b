"""The least that a total can be: what has been counted cannot be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.scenario.reports import CURRENT, REPORTED

Floats = NDArray[np.float64]

COUNTED_AMONG = {"departed": ("arrived", "registered"), "arrived": ("registered",)}
"""Of everyone who has set off, some have arrived, and of those some have registered: a count of the fewer is one of the
more."""
REVISED = 0.05
"""A count that a later one puts lower by more than this share is taken to have been wrong; smaller falls are not
followed."""
SAME_TIME = 1e-6


@dataclass(frozen=True)
class Least:
    """What had been counted, by time.

    Attributes
    ----------
    hours : array (count,) [h]
        When, in order, hours after the start.
    values : array (count,) [people or vehicles]
        The highest count so far.
    """

    hours: Floats
    values: Floats

    def at(self, hours: Floats) -> Floats:
        """The highest count up to each time, 0 before the first; array (time,) from hours after the start."""
        found: Floats = np.concatenate(([0.0], self.values))[
            np.searchsorted(self.hours, hours + SAME_TIME, side="right")
        ]
        return found


def right_counts(reports: pd.DataFrame, quantity: str, place: str = "") -> tuple[Floats, Floats, Floats]:
    """Hours, values (the highest so far) and rounding of the counts of a total that were not revised by much."""
    rows = _right(reports, quantity, place).sort_values("hours", kind="stable")
    values = np.maximum.accumulate(rows["value"].to_numpy(dtype=float)) if len(rows) else np.empty(0)
    return rows["hours"].to_numpy(dtype=float), values, rows["rounding"].fillna(1.0).to_numpy(dtype=float)


def least_of(reports: pd.DataFrame, place: str = "") -> dict[str, Least]:
    """What each total of a place, or of all together, cannot be below, from usable reports."""
    found = {}
    for quantity in REPORTED:
        names = (quantity, *COUNTED_AMONG.get(quantity, ()))
        counts = [_counts(reports, name, place) for name in names] if quantity not in CURRENT and len(reports) else []
        hours, values = (
            (np.concatenate(arrays) for arrays in zip(*counts, strict=True)) if counts else (np.empty(0), np.empty(0))
        )
        if len(hours):
            order = np.argsort(hours, kind="stable")
            found[quantity] = Least(hours[order], np.maximum.accumulate(values[order]))
    return found


def _counts(reports: pd.DataFrame, quantity: str, place: str) -> tuple[Floats, Floats]:
    """When each count of a total held for sure, and its value; those that were revised by much are left out."""
    rows = _right(reports, quantity, place)
    return rows["sure"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float)


def _right(reports: pd.DataFrame, quantity: str, place: str) -> pd.DataFrame:
    """Counts of a total in the order in which they held for sure, but for those that were revised by much."""
    rows = reports[(reports["quantity"] == quantity) & (reports["place"] == place)]
    later = (rows["latest"] - rows["time"]).dt.total_seconds().astype(float) / 3600.0
    rows = rows.assign(sure=rows["hours"].astype(float) + later.fillna(0.0)).sort_values("sure", kind="stable")
    lowest_since = rows["value"].astype(float)[::-1].cummin()[::-1]
    return rows[rows["value"].astype(float) * (1.0 - REVISED) <= lowest_since]


def not_below(values: Floats, hours: Floats, least: Mapping[str, Least], quantity: str) -> Floats:
    """Values of a quantity (time, ...) at these times (time,), none below what had been counted."""
    if quantity not in least:
        return values
    floor = least[quantity].at(hours).reshape(-1, *(1,) * (values.ndim - 1))
    return np.maximum(values, floor.astype(values.dtype))
