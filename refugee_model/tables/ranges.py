"""How sure we are: quantiles of the headline measures of many draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from refugee_model.errors import RequestError
from refugee_model.tables.draws import check_quantiles


class Drawn(Protocol):
    """What has measures of many draws."""

    @property
    def measures(self) -> pd.DataFrame:
        """One row a draw, one column a measure."""


def measure_table(ensemble: Drawn, *, quantiles: Sequence[float] = (0.025, 0.5, 0.975)) -> pd.DataFrame:
    """Quantiles of the headline measures.

    Parameters
    ----------
    ensemble : Ensemble
        Many draws.
    quantiles : sequence of float
        Between 0 and 1; 19 in 20 draws lie between the first and the last of those given unless said otherwise.

    Returns
    -------
    DataFrame
        measure, quantile, value, share_of_draws; one row a measure and quantile. A draw in which nothing of the kind happens
        has no value; ``share_of_draws`` is the share of draws that have one, and quantiles are over these.

    Raises
    ------
    RequestError
        If a quantile is not between 0 and 1, or none is given.
    """
    levels, problems = check_quantiles(quantiles)
    if problems:
        raise RequestError("these quantiles cannot be worked out", problems)
    rows = []
    for name, column in ensemble.measures.items():
        values = column.to_numpy()
        known = np.sort(values[np.isfinite(values)])
        share = len(known) / len(values)
        for probability in levels:
            value = float(np.quantile(known, probability)) if len(known) else np.nan
            rows.append((str(name), probability, value, share))
    return pd.DataFrame(rows, columns=["measure", "quantile", "value", "share_of_draws"])
