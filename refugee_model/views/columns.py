"""What a chart asks of the table it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.errors import Problem, RequestError, as_found, closest, nearest
from refugee_model.views.clock import Clock, read_times
from refugee_model.views.fonts import cover_tables

Floats = NDArray[np.float64]

MOST_LISTED = 20
"""So many columns are named in a message."""


def require(table: object, columns: Sequence[str], *, name: str, many: bool = False) -> None:
    """Check that a table can be drawn, and find fonts for its names.

    Parameters
    ----------
    table : object
        What was given as the table.
    columns : sequence of str
        Columns that the chart needs.
    name : str
        Name of the table in the message.
    many : bool
        Whether the chart shows several quantiles of many draws.

    Raises
    ------
    RequestError
        If it is not a table, columns are missing, it has no rows, or it holds several quantiles and the chart shows one.
    """
    subject, expected = f"the {name} table cannot be drawn", f"expected a table with the columns {', '.join(columns)}"
    if not isinstance(table, pd.DataFrame):
        raise RequestError(subject, [Problem("", f"found {as_found(table)}, {expected}")])
    present = [str(column) for column in table.columns]
    missing = [column for column in columns if column not in present]
    shown = f"found {', '.join(present[:MOST_LISTED]) or 'no columns'}{' and more' if len(present) > MOST_LISTED else ''}"
    problems = [Problem("", f"no such column: {', '.join(map(_hint(present), missing))}; {shown}; {expected}")] if missing else []
    if not problems and table.empty:
        problems = [Problem("", "it has no rows")]
    if not problems and not many and "quantile" in present and table["quantile"].nunique() > 1:
        problems = [Problem("quantile", "it holds several quantiles; choose one, such as table[table['quantile'] == 0.5]")]
    if problems:
        raise RequestError(subject, problems)
    cover_tables(table)


def _hint(present: list[str]) -> Callable[[str], str]:
    """Names a column, with the one that was meant where one is close."""

    def named(column: str) -> str:
        meant = closest(column, present)
        return column if meant is None else f"{column} (did you mean '{meant}'?)"

    return named


def choose(table: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    """The rows of one name.

    Parameters
    ----------
    table : DataFrame
        The table.
    column : str
        Column that holds the names.
    name : str
        The name wanted.

    Returns
    -------
    DataFrame
        Its rows.

    Raises
    ------
    RequestError
        If no row has the name.
    """
    rows = table[table[column] == name]
    if rows.empty:
        problem = Problem(column, f"'{name}' is not in the table; {nearest(name, names_in(table, column))}")
        raise RequestError("this cannot be drawn", [problem])
    return rows


def names_in(table: pd.DataFrame, column: str) -> list[str]:
    """Names in a column, in the order of the table, each once."""
    return [str(name) for name in table[column].drop_duplicates()]


def wide(table: pd.DataFrame, column: str, value: str, *, over: str = "time") -> tuple[Floats, Clock, pd.DataFrame]:
    """One column of values for each name, one row for each time.

    Parameters
    ----------
    table : DataFrame
        The table, with several names at each time.
    column : str
        Column that holds the names; rows of the same name and time are added up.
    value : str
        Column of values.
    over : str
        Column of times.

    Returns
    -------
    array (time,) [days]
        Positions on a date axis.
    Clock
        Tells the dates.
    DataFrame
        Values, one row a time and one column a name.
    """
    values = table.pivot_table(index=over, columns=column, values=value, aggfunc="sum", sort=False, observed=True).sort_index()
    times, clock = read_times(pd.Series(values.index))
    return times, clock, values.fillna(0.0)


def floats(column: pd.Series) -> Floats:
    """A column as an array of numbers."""
    return column.to_numpy(dtype=float)


def before(times: Floats, clock: Clock, until: object) -> NDArray[np.bool_]:
    """Which times a chart shows.

    Parameters
    ----------
    times : array (time,) [days]
        Positions on a date axis.
    clock : Clock
        Tells the dates.
    until : time or None
        The last time shown, as text, datetime or Timestamp; all where it is None.

    Returns
    -------
    array (time,)
        True up to ``until``.

    Raises
    ------
    RequestError
        If ``until`` is not a time, or lies before the first time of the table.
    """
    if until is None:
        return np.ones(len(times), dtype=bool)
    try:
        last = clock.position(pd.Timestamp(until).to_pydatetime())  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise RequestError(
            "this cannot be drawn", [Problem("until", f"{as_found(until)} is not a time, such as '2023-10-01T00:00'")]
        ) from None
    if not last >= times[0]:
        message = f"{until} lies before the first time of the table, {clock.local(float(times[0])).isoformat()}"
        raise RequestError("this cannot be drawn", [Problem("until", message)])
    return np.asarray(times <= last)


def quiet_after(times: Floats, activity: Floats, *, share: float = 0.01, margin: float = 0.25) -> float:
    """When little happens any more, so that a chart need not show the rest.

    Parameters
    ----------
    times : array (time,) [days]
        Positions on a date axis.
    activity : array (time,)
        What happens, such as people in a queue.
    share : float
        Little is less than this share of the largest activity.
    margin : float
        Added after it, as a share of the time it took; at least one day.

    Returns
    -------
    float
        Position; the last time where activity goes on to the end or the rest is short.
    """
    busy = np.flatnonzero(activity > share * np.max(activity, initial=0.0))
    if not len(busy):
        return float(times[-1])
    quiet = times[busy[-1]] + max(margin * (times[busy[-1]] - times[0]), 1.0)
    return float(quiet) if quiet < times[0] + 0.8 * (times[-1] - times[0]) else float(times[-1])


def unsettled(values: Floats, *, share: float = 0.1) -> NDArray[np.bool_]:
    """Where values are further from their last than a share of the largest, array (time,); values are (time, place)."""
    total = np.abs(values - values[-1]).sum(axis=1)
    return np.asarray(total > share * max(float(values.sum(axis=1).max()), 1e-9))


def peak_of(values: Floats) -> int:
    """Position of the first of the highest values, whatever the last digits say.

    Examples
    --------
    >>> peak_of(np.array([0.0, 2.0, 2.0000000000000004]))
    1
    """
    return int(np.argmax(values >= values.max() - 1e-9 * abs(values.max())))


def attribute(table: pd.DataFrame, name: str) -> str:
    """What the table says of itself, such as its source; empty where it says nothing."""
    return str(table.attrs.get(name) or "").strip()


def stretches(chosen: Sequence[bool] | NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each unbroken stretch of True.

    Examples
    --------
    >>> stretches([False, True, True, False, True])
    [(1, 2), (4, 4)]
    """
    edges = np.diff(np.concatenate(([0], np.asarray(chosen, dtype=int), [0])))
    return [(int(first), int(last) - 1) for first, last in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)]
