"""Arrays over times, places and draws as tables: one row a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.trajectories import Trajectories
from refugee_model.errors import Problem, RequestError, as_found
from refugee_model.tables.provenance import attributes, one_future
from refugee_model.tables.times import times

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Place

Floats = NDArray[np.float64]
FIRST_DRAW = 0


def check_run(run: object) -> None:
    """Refuse what is not a projection, before a table is made of it.

    Parameters
    ----------
    run : object
        What was given as a projection.

    Raises
    ------
    RequestError
        If it is something else, such as a scenario that has not been projected.
    """
    if not isinstance(run, Trajectories):
        expected = "expected a projection (Trajectories), as refugee_model.simulate(scenario) gives it"
        raise RequestError("this table cannot be made", [Problem("", f"found {as_found(run)}, {expected}")])


def frame(run: Trajectories, title: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table that says where it comes from.

    Parameters
    ----------
    run : Trajectories
        What it was made from.
    title : str
        What it shows.
    columns : mapping of str to array (row,)
        Its columns, in their order.

    Returns
    -------
    DataFrame
        With title, source, run_id and version in ``attrs``, and ``one_future`` where numbers are uncertain.
    """
    table = pd.DataFrame(dict(columns))
    table.attrs.update(attributes(run.scenario, title) | one_future(run.scenario))
    return table


def words(values: Sequence[str], *, times: int = 1, each: int = 1) -> pd.Categorical[str]:
    """A column of words that come again and again.

    Parameters
    ----------
    values : sequence of str
        The words, in their order.
    times : int
        How often the whole sequence comes.
    each : int
        How often each word comes before the next.

    Returns
    -------
    Categorical
        Its categories are the different words, in the order in which they first come.

    Examples
    --------
    >>> list(words(["a", "b"], times=2))
    ['a', 'b', 'a', 'b']
    """
    categories = list(dict.fromkeys(values))
    codes = np.asarray([categories.index(value) for value in values], dtype=np.int32)
    return pd.Categorical.from_codes(np.tile(np.repeat(codes, each), times), categories=pd.Index(categories))


def first_draw(values: Floats) -> Floats:
    """The first draw of array (..., draw), as array (row,)."""
    return np.ascontiguousarray(values[..., FIRST_DRAW]).ravel()


def time_columns(run: Trajectories, hours: Floats, places: int) -> pd.DatetimeIndex:
    """The time of each row, where each time has one row a place."""
    return times(run.scenario.timeline, hours).repeat(places)


def place_columns(places: Sequence[Place], *, times: int = 1, each: int = 1) -> dict[str, pd.Categorical[str]]:
    """The columns that name a place: place, kind and area_code."""
    return {
        "place": words([place.name for place in places], times=times, each=each),
        "kind": words([place.kind for place in places], times=times, each=each),
        "area_code": words([place.area_code for place in places], times=times, each=each),
    }
