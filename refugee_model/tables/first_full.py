"""Which province fills first, and when, over many draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.tables.draws import FIRST_FULL
from refugee_model.tables.measures import EARLIER_FULL, hours_of
from refugee_model.tables.times import times

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario


MINUTES = 60.0
"""In an hour."""


class Measured(Protocol):
    """Measures of many draws of one scenario."""

    @property
    def scenario(self) -> Scenario:
        """The scenario with its distributions."""

    @property
    def measures(self) -> pd.DataFrame:
        """One row a draw, one column a measure."""


def _hours(ensemble: Measured, name: str) -> NDArray[np.float64]:
    """When a province is first full, in hours after the start, infinite where it never is; of tables of an earlier version too."""
    measured = ensemble.measures
    if f"{FIRST_FULL}{name}" in measured.columns:
        hours = hours_of(measured[f"{FIRST_FULL}{name}"], ensemble.scenario.timeline.start).to_numpy(dtype=float)
    else:
        hours = measured[f"{EARLIER_FULL}{name}"].to_numpy(dtype=float)
    return np.where(np.isfinite(hours), hours, np.inf)


def first_full_table(ensemble: Measured) -> pd.DataFrame:
    """How likely each province is to fill before all others.

    Parameters
    ----------
    ensemble : Ensemble
        Many draws.

    Returns
    -------
    DataFrame
        place, probability_first, probability_full, median_first_full; one row a province, those most likely to fill first above. Places
        that fill in the same minute share a draw. The median is over the draws in which the place is first.
        ``attrs["draws"]`` says of how many draws.
    """
    names = list(ensemble.scenario.aid.provinces)
    full = np.round(np.stack([_hours(ensemble, name) for name in names], axis=1) * MINUTES) / MINUTES
    earliest = full.min(axis=1, keepdims=True)
    first = (full == earliest) & np.isfinite(earliest)
    share = first / np.maximum(first.sum(axis=1, keepdims=True), 1)
    hours = [float(np.median(full[first[:, column], column])) if first[:, column].any() else np.nan for column in range(len(names))]
    table = pd.DataFrame(
        {
            "place": names,
            "probability_first": share.mean(axis=0),
            "probability_full": np.isfinite(full).mean(axis=0),
            "median_first_full": times(ensemble.scenario.timeline, np.asarray(hours)),
        }
    )
    table = table.sort_values(["probability_first", "probability_full"], ascending=False, kind="stable").reset_index(drop=True)
    table.attrs["draws"] = len(full)
    return table
