"""What a table needs of many draws, and quantiles over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import quantile_problem
from refugee_model.engine.rows import DISTRICT, POINT, PROVINCE, ROWS
from refugee_model.engine.trajectories import KINDS, Place
from refugee_model.engine.values import Values
from refugee_model.errors import Problem, RequestError, as_found
from refugee_model.tables.counted import Counts, Daily
from refugee_model.tables.provenance import attributes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

FIRST_FULL = "first_full."
"""Prefix of the measure of each province: when it is first full."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Half of the draws lie between the second and the fourth, 9 in 10 between the first and the last."""
WINDOW_BYTES = 64_000_000
"""Memory in which a table of many draws is worked out, some of its times after the other."""
COPIES = 10
"""Arrays of the size of (time, place, draw) that are there at once while a table is worked out, measured; 8 to 9."""


@runtime_checkable
class ManyDraws(Protocol):
    """Many draws of one scenario, as far as tables read them; ``studies.ensemble.Ensemble`` says what each is."""

    @property
    def scenario(self) -> Scenario:
        """The scenario with its distributions."""

    @property
    def draws(self) -> pd.DataFrame:
        """One row a draw, one column an uncertain path."""

    @property
    def measures(self) -> pd.DataFrame:
        """One row a draw, one column a headline measure."""

    @property
    def hours(self) -> Floats:
        """When stocks were kept, array (time,) [h]: ends of the days, or of all steps."""

    @property
    def day_ends(self) -> Floats:
        """Ends of the days, array (day,) [h]."""

    @property
    def places(self) -> frozenset[str] | None:
        """Names of the places that were kept; None for all."""

    @property
    def counted(self) -> Mapping[str, Daily]:
        """What was counted by bins instead of kept by draw, by name of the table."""

    @property
    def stocks(self) -> dict[str, Floats]:
        """Arrays (time, place, quantity, draw), by kind of place."""

    @property
    def days(self) -> Floats:
        """What ``digest.DAY_ROWS`` says is kept of each day, array (day, row, draw)."""

    @property
    def nights(self) -> Floats:
        """Heads of each of ``engine.nights.PARTS`` on each night, array (night, part, draw)."""

    @property
    def crossed(self) -> Floats:
        """People who have crossed by the end of each day, array (day, draw)."""

    @property
    def transit_places(self) -> Floats:
        """Transit places just before each of the times at which stocks were kept, array (time, draw)."""

    @property
    def costs(self) -> dict[str, Floats]:
        """Cost of each category, arrays (draw,) [USD]."""


def check_request(
    draws: ManyDraws, quantiles: Sequence[float], *, every_hours: float | None = None, table: str = "", by_day: bool = False
) -> tuple[float, ...]:
    """Refuse what no table of many draws can be made of.

    Parameters
    ----------
    draws : ManyDraws
        Many draws.
    quantiles : sequence of float
        From 0 to 1.
    every_hours : float, optional
        Must not be given: people are kept when the ensemble says.
    table : str
        Its name among those that can be made of counts.
    by_day : bool
        Whether the table is made of what is kept by day, whatever places were kept.

    Returns
    -------
    tuple of float
        The quantiles.

    Raises
    ------
    RequestError
        If a quantile is not a number from 0 to 1, none is given, or one comes twice; if people by day were not kept; or if
        ``every_hours`` is given.
    """
    levels, problems = check_quantiles(quantiles)
    if draws.counted and table not in draws.counted:
        tables = ", ".join(f"{name}_table" for name in draws.counted)
        problems.append(
            Problem("keep", f"the ensemble kept only quantiles, for {tables} and measure_table; keep=None keeps every draw by day")
        )
    elif not draws.counted and not (draws.days.size if by_day else draws.stocks):
        problems.append(Problem("keep", "the ensemble kept only measures; simulate_ensemble(..., keep=None) keeps people by day"))
    if every_hours is not None:
        problems.append(Problem("every_hours", f"found {as_found(every_hours)}; an ensemble keeps its own times only, so leave it out"))
    if problems:
        raise RequestError("this table cannot be made", problems)
    return levels


def check_quantiles(quantiles: Sequence[float]) -> tuple[tuple[float, ...], list[Problem]]:
    """Quantiles as numbers, and what is wrong with them."""
    wrong = quantile_problem(quantiles)
    return ((), [Problem("quantiles", wrong)]) if wrong else (tuple(map(float, quantiles)), [])


def values_of(draws: ManyDraws) -> Values:
    """The values of all draws by dotted path."""
    return Values(draws.scenario, {str(path): column.to_numpy() for path, column in draws.draws.items()})


def value_of(values: Values, path: str, value: float) -> Floats:
    """One value as array (draw,), or (1,) where it is certain, so that what is certain is worked out once."""
    return values.number(path, value) if path in values.draws else np.asarray([value], dtype=np.float64)


def over_draws(array: Floats | Counts, quantiles: Sequence[float]) -> Floats:
    """Quantiles over the last axis, array (..., draw) to array (..., quantile).

    Parameters
    ----------
    array : array (..., draw), or Counts of (...)
        Values; where one is NaN, so are the quantiles. Infinite ones count as larger than all others.
    quantiles : sequence of float
        From 0 to 1.

    Returns
    -------
    array (..., quantile)
        On straight lines between draws, as ``numpy.quantile``.

    Examples
    --------
    >>> over_draws(np.array([[1.0, 3.0, 2.0]]), [0.0, 0.5]).tolist()
    [[1.0, 2.0]]
    """
    if isinstance(array, Counts):
        return array.quantiles(quantiles)
    with np.errstate(invalid="ignore"):
        result = np.quantile(array, list(quantiles), axis=-1)
        infinite = np.isnan(result) & ~np.isnan(array).any(axis=-1)
    if infinite.any():
        result = np.where(infinite, np.quantile(array, list(quantiles), axis=-1, method="higher"), result)
    return np.moveaxis(np.asarray(result, dtype=np.float64), 0, -1)


def some_times(draws: ManyDraws, places: int) -> Iterator[tuple[slice, ManyDraws]]:
    """The draws with as many of their times after the other as a table can be worked out of in little memory.

    Parameters
    ----------
    draws : ManyDraws
        Many draws.
    places : int
        Rows of the table at one time.

    Yields
    ------
    tuple of slice and ManyDraws
        Which times, and the same draws at these times only.
    """
    count = max(int(WINDOW_BYTES / (8.0 * COPIES * max(places, 1) * max(len(draws.draws), 1))), 1)
    by_day = len(draws.hours) == len(draws.day_ends)
    for first in range(0, len(draws.hours), count):
        rows = slice(first, first + count)
        days = rows if by_day else slice(0)
        stocks = {kind: array[rows] for kind, array in draws.stocks.items()}
        part: Any = replace(
            draws,  # type: ignore[type-var]
            hours=draws.hours[rows],
            day_ends=draws.day_ends[days],
            stocks=stocks,
            days=draws.days[days],
            transit_places=draws.transit_places[rows],
        )
        yield rows, part


def over_known(array: Floats, quantiles: Sequence[float]) -> Floats:
    """Quantiles of array (row, draw) over the draws that are finite, array (row, quantile); NaN where none is."""
    result = np.full((len(array), len(quantiles)), np.nan)
    for row, values in enumerate(array):
        known = values[np.isfinite(values)]
        if len(known):
            result[row] = np.quantile(known, list(quantiles))
    return result


def places_of(draws: ManyDraws, kind: str) -> tuple[Place, ...]:
    """The places of one kind that were kept, in the order of the scenario."""
    scenario, wanted = draws.scenario, draws.places
    groups: dict[str, Mapping[str, Any]] = {
        DISTRICT: scenario.people.districts,
        POINT: scenario.aid.reception_points,
        PROVINCE: scenario.aid.provinces,
    }
    group = groups.get(KINDS[kind])
    if group is None:
        return (Place(kind, kind),)
    return tuple(Place(kind, name, place.area_code or "") for name, place in group.items() if wanted is None or name in wanted)


def people_by_day(stocks: Mapping[str, Floats], kind: str) -> Floats:
    """People in the places of one kind at the ends of days, array (day, place, draw).

    Parameters
    ----------
    stocks : mapping of str to array (day, place, quantity, draw)
        By kind of place, those who stay at home for good among the willing.
    kind : str
        One of ``engine.trajectories.KINDS``.
    """
    names = ["willing" if kind == "at_home" else kind]
    if kind in ("leaving", "on_road"):
        names = [f"{kind}_by_vehicle", f"{kind}_by_bus"]
    place = KINDS[kind]
    parts = [stocks[place][:, :, ROWS[place][name].row] for name in names]
    return sum(parts[1:], parts[0])


def frame_of_draws(draws: ManyDraws, title: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table of many draws that says where it comes from and how many there are."""
    table = pd.DataFrame(dict(columns))
    table.attrs.update(attributes(draws.scenario, title))
    table.attrs["draws"] = len(draws.draws)
    return table
