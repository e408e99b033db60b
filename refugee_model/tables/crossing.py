"""A measure of the combinations of a study, with one axis down and the others across."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.measures import name_now

MEASURE, BESIDE = "person_nights_without_roof", "person_nights_held_back"
"""The headline, and what must be read beside it: a road that is closed holds people back at home instead of on it."""
OLDER = "person_nights_unsheltered"
"""The headline of comparisons of an earlier version."""
COLUMNS = ("combination", "measure", "mean", "share_at_least_one")


@dataclass(frozen=True)
class Crossing:
    """A measure by combination: variants of the first axis are rows, those of the others together are columns."""

    rows: list[str]
    columns: list[str]
    axes: tuple[str, str]
    """What rows and columns are called."""
    mean: NDArray[np.float64]
    share: NDArray[np.float64]
    """Mean over draws, and share of draws in which it happens, array (row, column); NaN where it was not run."""


def headline_of(table: pd.DataFrame) -> str:
    """The measure by which combinations are compared."""
    known = set(table.get("measure", ()))
    return OLDER if OLDER in known and MEASURE not in known else MEASURE


def held_back_beside(table: pd.DataFrame, measure: str) -> Crossing | None:
    """Nights held back at home, where they are to stand beside the headline."""
    return crossing(table, BESIDE) if measure == MEASURE and BESIDE in set(table["measure"]) else None


def crossing(table: pd.DataFrame, measure: str) -> Crossing:
    """A measure of a comparison in the order of the table; refused where the table has none of that name."""
    known = list(dict.fromkeys(table["measure"]))
    measure = measure if measure in known else name_now(measure)
    if measure not in known:
        raise RequestError(
            "this comparison cannot be drawn", [Problem("measure", f"found {measure!r}; {nearest(measure, known)}")]
        )
    names = [str(name) for name in table.columns[1 : list(table.columns).index("measure")]]
    found = table[table["measure"] == measure].drop_duplicates("combination")
    down = [str(row) for row in found[names[0]]]
    across = [", ".join(map(str, row)) for row in found[names[1:]].to_numpy()]
    rows, columns = list(dict.fromkeys(down)), list(dict.fromkeys(across))
    mean, share = np.full((2, len(rows), len(columns)), np.nan)
    for row, column, value, part in zip(
        down, across, found["mean"], found.get("chance", found["share_at_least_one"]), strict=True
    ):
        mean[rows.index(row), columns.index(column)] = value
        share[rows.index(row), columns.index(column)] = part
    return Crossing(rows, columns, (names[0], ", ".join(names[1:])), mean, share)
