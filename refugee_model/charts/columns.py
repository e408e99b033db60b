"""What a chart asks of the table it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

import numpy as np
import pandas as pd

from refugee_model.arguments import explained, takes
from refugee_model.arrays import Flags, Floats
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.style import cover, cover_tables, our_settings
from refugee_model.errors import Problem, RequestError, closest, nearest
from refugee_model.languages import language as language_of
from refugee_model.outcomes.reports import NEEDED, Reports
from refugee_model.scenario.values import NoTimeError
from refugee_model.tables.provenance import names_in as kinds_in
from refugee_model.wording import as_found, some_of, spoken

Given = ParamSpec("Given")
Drawn = TypeVar("Drawn")

CANNOT = "this cannot be drawn"
MOST_LISTED = 8
"""So many columns are named in a message."""


def refused(path: str, message: str) -> RequestError:
    """The error of a chart that cannot be drawn."""
    return RequestError(CANNOT, [Problem(path, message)])


def chart(
    of: str, columns: Sequence[str], *, many: bool = False
) -> Callable[[Callable[Given, Drawn]], Callable[Given, Drawn]]:
    """A plot function whose first argument must be what ``of`` gives, that speaks the language of its argument
    ``language``, or else the one spoken now, and that leaves a person's settings alone.
    """

    def checked(plot: Callable[Given, Drawn]) -> Callable[Given, Drawn]:
        @wraps(plot)
        def drawn(*args: Given.args, **options: Given.kwargs) -> Drawn:
            given = signature(plot).bind(*args, **options).arguments
            table, code = next(iter(given.values())), given.get("language")
            words = language_of(spoken() if code is None else code)
            with our_settings(), words.calling(kinds_in(getattr(table, "attrs", {}))).spoken():
                require(table, columns, of=of, many=many)
                cover([words.letters])
                return plot(*args, **options)

        drawn.__doc__ = explained(plot, SHARED, REFUSES)
        return takes(CANNOT)(drawn)

    return checked


REFUSES = """RequestError
    If columns are missing, the table is empty or of another kind, or what is asked for is not in it; the message says
    what was found and what was expected."""
SHARED = {
    "ax": "ax : Axes, optional\n    Axes to draw on, with room for labels at the right; the footer is then left out.",
    "language": "language : str, optional\n    Of the words on it; the one spoken now, English, unless given.",
    "figure": "figure : Figure, optional\n    A figure to draw on; without it, or axes, a new one of print size.",
}
"""What every plot function refuses, and parameters that mean the same in all: they need not say it themselves."""


def require(table: object, columns: Sequence[str], *, of: str, many: bool = False) -> None:
    """Check that a table is what ``of`` gives, of several quantiles only if ``many``, and find fonts for its names."""
    expected = f"expected what {of} gives, with the columns {some_of(columns, MOST_LISTED)}"
    if not isinstance(table, pd.DataFrame):
        raise refused("", f"found {as_found(table)}, {expected}")
    present = [str(column) for column in table.columns]
    missing = [_hint(column, present) for column in columns if column not in present]
    if missing:
        found = some_of(present, MOST_LISTED) or "no columns"
        raise refused("", f"no such column: {some_of(missing, MOST_LISTED)}; found {found}; {expected}")
    if table.empty:
        raise refused("", f"the table has no rows, {expected}")
    if not many and "quantile" in present and table["quantile"].nunique() > 1:
        raise refused(
            "quantile", "the table holds several quantiles; choose one, such as table[table['quantile'] == 0.5]"
        )
    cover_tables(table)


def _hint(column: str, present: list[str]) -> str:
    """Names a column, with the one that was meant where one is close."""
    meant = closest(column, present)
    return column if meant is None else f"{column} (did you mean '{meant}'?)"


def usable_reports(reports: pd.DataFrame | Reports | None) -> pd.DataFrame:
    """The reports that may be used; none where none are given."""
    if reports is None:
        reports = pd.DataFrame(columns=[*NEEDED])
    table = Reports.of(reports, CANNOT).table
    return table[table["usable"]]


def choose(table: pd.DataFrame, column: str, name: str, *, asked: str = "") -> pd.DataFrame:
    """The rows of one name; refused if there are none. What asked for it is named, unless as the column is."""
    if not isinstance(name, str):
        found = f"found {as_found(name)}, expected a name; {nearest('', names_in(table, column))}"
        raise refused(asked or column, found)
    rows = table[table[column] == name]
    if rows.empty:
        found = f"'{name}' is not in the table; {nearest(str(name), names_in(table, column))}"
        raise refused(asked or column, found)
    return rows


def names_in(table: pd.DataFrame, column: str) -> list[str]:
    """Names in a column, in the order of the table, each once."""
    return [str(name) for name in table[column].drop_duplicates()]


def wide(table: pd.DataFrame, column: str, value: str) -> tuple[Floats, Clock, pd.DataFrame]:
    """Positions on a date axis, their clock, and values: one row a time, one column a name."""
    values = table.pivot_table(index="time", columns=column, values=value, aggfunc="sum", sort=False, observed=True)
    values = values.sort_index()
    times, clock = read_times(pd.Series(values.index))
    return times, clock, values.fillna(0.0)


def floats(column: pd.Series) -> Floats:
    """A column as an array of numbers."""
    return column.to_numpy(dtype=float)


def before(times: Floats, clock: Clock, until: object, quiet: float | None = None) -> Flags:
    """Which times a chart shows: up to ``until``, or else until it gets quiet, or else all; array (time,)."""
    if until is None and quiet is None:
        return np.ones(len(times), dtype=bool)
    try:
        last = clock.read(clock.local(quiet) if until is None and quiet is not None else until)
    except NoTimeError:
        raise refused("until", f"{until!r} is not a time, such as '2023-10-01T00:00'") from None
    if not last >= times[0]:
        first = clock.local(float(times[0])).isoformat()
        raise refused("until", f"{until} lies before the first time of the table, {first}")
    return np.asarray(times <= last)


def quiet_after(times: Floats, activity: Floats, *, share: float = 0.01, margin: float = 0.25) -> float:
    """When less than a share of the most goes on, and some time more; the end where that is hardly earlier."""
    busy = np.flatnonzero(activity > share * np.max(activity, initial=0.0))
    if not len(busy):
        return float(times[-1])
    quiet = times[busy[-1]] + max(margin * (times[busy[-1]] - times[0]), 1.0)
    return float(quiet) if quiet < times[0] + 0.8 * (times[-1] - times[0]) else float(times[-1])


def unsettled(values: Floats, *, share: float = 0.1) -> Flags:
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


def highest(*values: Floats) -> float:
    """The largest of all amounts that are known; 0 where none is."""
    return float(max(np.nanmax(one, initial=0.0) for one in values))


def attribute(table: pd.DataFrame, name: str) -> str:
    """What the table says of itself, such as its source; empty where it says nothing."""
    return str(table.attrs.get(name) or "").strip()


def stretches(chosen: Sequence[bool] | Flags) -> list[tuple[int, int]]:
    """First and last index of each unbroken stretch of True.

    Examples
    --------
    >>> stretches([False, True, True, False, True])
    [(1, 2), (4, 4)]
    """
    edges = np.diff(np.concatenate(([0], np.asarray(chosen, dtype=int), [0])))
    firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(first), int(last) - 1) for first, last in zip(firsts, lasts, strict=True)]
