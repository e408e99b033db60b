"""How sure we are: quantiles of the headline measures of many draws, and the chance that there is anything to measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import kind, takes
from refugee_model.errors import Problem, RequestError
from refugee_model.quantities import QUANTITIES
from refugee_model.tables.draws import FIRST_FULL, check_quantiles, over_draws
from refugee_model.tables.measures import hours_of, name_now
from refugee_model.tables.times import times
from refugee_model.wording import SOME

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

WAIT = "_wait_"
"""Part of the name of a measure that is a wait: infinite where people still wait at the end, which happens all the more."""
MINUTE = 1.0 / 60.0
"""A wait of less is none [h]."""
LEVELS = (0.025, 0.5, 0.975)


class Drawn(Protocol):
    """What has measures of many draws."""

    @property
    def scenario(self) -> Scenario:
        """The scenario with its distributions."""

    @property
    def measures(self) -> pd.DataFrame:
        """One row a draw, one column a measure."""


def _has_measures(value: object) -> bool:
    return isinstance(getattr(value, "measures", None), pd.DataFrame)


def unit_of(measure: str) -> str:
    """Unit of a measure of many draws, as the register has it."""
    name = FIRST_FULL.rstrip(".") if name_now(measure).startswith(FIRST_FULL) else name_now(measure)
    return QUANTITIES[name].unit


def happens(measure: str, values: Floats) -> NDArray[np.bool_]:
    """In which draws there is anything of what a measure counts, array (draw,).

    Parameters
    ----------
    measure : str
        Name of the measure.
    values : array (draw,)
        Its values.

    Returns
    -------
    array (draw,) of bool
        A time happens where it is known. A wait happens from a minute on, and where it has no end. People, person-nights, places and
        costs happen from half of one on: less is nobody.

    Examples
    --------
    >>> happens("person_nights_unsheltered", np.array([0.0, 0.2, 12_000.0])).tolist()
    [False, False, True]
    >>> happens("first_place_full_time", np.array([0.0, np.inf, 120.0])).tolist()
    [True, False, True]
    """
    if WAIT in measure:
        return np.asarray(values >= MINUTE)
    if unit_of(measure) == "time":
        return np.isfinite(values)
    return np.asarray(values >= SOME)


@takes("these quantiles cannot be worked out", ensemble=kind(_has_measures, "many draws, as simulate_ensemble or forecast gives them"))
def measure_table(ensemble: Drawn, *, quantiles: Sequence[float] = LEVELS) -> pd.DataFrame:
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
        measure, quantile, value, time, share_of_draws, chance; one row a measure and quantile. A measure that is a time has it in
        ``time``, in the offset of the scenario, and as hours after the start in ``value``. A draw in which a time never comes has no
        value; ``share_of_draws`` is the share of draws that have one, and quantiles are over these. ``chance`` is the share of all
        draws in which it happens at all: half a person or more, a wait of a minute or more, a time that comes. A wait that has no
        end is infinite, and longer than all others. ``attrs["draws"]`` says of how many draws.

    Raises
    ------
    RequestError
        If a quantile is not between 0 and 1, one comes twice, or none is given.
    """
    levels, problems = check_quantiles(quantiles)
    if problems:
        raise RequestError("these quantiles cannot be worked out", problems)
    rows: list[tuple[Any, ...]] = []
    for name, column in ensemble.measures.items():
        measure, is_time = str(name), column.dtype.kind == "M"
        values = (hours_of(column, ensemble.scenario.timeline.start) if is_time else column).to_numpy(dtype=np.float64)
        known = values[~np.isnan(values) if WAIT in measure else np.isfinite(values)]
        share, chance = len(known) / len(values), float(happens(measure, values).mean())
        found = over_draws(known, levels) if len(known) else np.full(len(levels), np.nan)
        at = times(ensemble.scenario.timeline, found) if is_time else [pd.NaT] * len(levels)
        rows.extend((measure, level, float(value), time, share, chance) for level, value, time in zip(levels, found, at, strict=True))
    table = pd.DataFrame(rows, columns=["measure", "quantile", "value", "time", "share_of_draws", "chance"])
    table.attrs["draws"] = len(ensemble.measures)
    return table


def range_table(ensemble: Drawn, *, quantiles: Sequence[float] = LEVELS) -> pd.DataFrame:
    """The headline measures of many draws, one row each.

    Parameters
    ----------
    ensemble : Ensemble
        Many draws.
    quantiles : sequence of three float
        Low, middle and high.

    Returns
    -------
    DataFrame
        measure, unit, low, middle, high, chance; ``attrs["draws"]`` says of how many draws. Values and chance are those of
        :func:`measure_table`; times are times, in the offset of the scenario.

    Raises
    ------
    RequestError
        If there are not three quantiles that rise.
    """
    levels, problems = check_quantiles(quantiles)
    if not problems and (len(levels) != 3 or list(levels) != sorted(levels)):
        problems = [Problem("quantiles", f"found {', '.join(map(str, levels))}, expected three that rise: low, middle, high")]
    if problems:
        raise RequestError("this summary cannot be made", problems)
    whole = measure_table(ensemble, quantiles=levels)
    is_time = whole["time"].notna() | (whole["measure"].map(unit_of) == "time")
    values = whole["value"].astype(object).where(~is_time, whole["time"]).to_numpy().reshape(-1, 3)
    first = whole.iloc[::3]
    table = pd.DataFrame(
        {
            "measure": first["measure"].to_numpy(),
            "unit": [unit_of(name) for name in first["measure"]],
            **{name: values[:, place] for place, name in enumerate(("low", "middle", "high"))},
            "chance": first["chance"].to_numpy(),
        }
    )
    table.attrs["draws"] = len(ensemble.measures)
    return table
