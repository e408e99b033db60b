"""How much to have of one thing: too much costs, too little costs more.

References
----------
Arrow, Harris and Marschak (1951), Optimal inventory policy, Econometrica 19(3), https://doi.org/10.2307/1906813.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.studies.decisions.ranks import enough

Floats = NDArray[np.float64]


def best_quantity(demand: Floats, *, overage: float, underage: float) -> float:
    """The quantity of least expected cost for draws of the demand: enough in underage / (underage + overage) of them.

    Examples
    --------
    >>> best_quantity(np.arange(1.0, 101.0), overage=1.0, underage=9.0)
    90.0
    """
    return float(enough(demand, underage / (underage + overage)))


def expected_cost(demand: Floats, quantity: float, *, overage: float, underage: float) -> float:
    """What is left over and what is lacking, in the mean, each at its cost."""
    left, lacking = np.maximum(quantity - demand, 0.0), np.maximum(demand - quantity, 0.0)
    return float(np.mean(overage * left + underage * lacking))
