"""Form: what a table is made of, and arrays over rows and draws as rows of one fact each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from refugee_model.arguments import explained, quantile_problem
from refugee_model.arrays import Floats, Integers
from refugee_model.engine.result import STEPS, Result
from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.calendar import find_wrong_hours, rows_at, times
from refugee_model.outcomes.statistics import Outcome, over_draws, over_known
from refugee_model.scenario.network import Place
from refugee_model.tables.provenance import attributes, one_future
from refugee_model.wording import as_found, listed

Projection = Any
"""What a table is made of: a run, an ensemble or a forecast; ``result_of`` refuses anything else."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Half of the draws lie between the second and the fourth, 9 in 10 between the first and the last."""
Made = TypeVar("Made", bound=Callable[..., Any])
PEOPLE, EVERYONE, DAYS, FLOWS = "people", "everyone", "days", "flows"
"""What a table is made of: people at some times, those of all places together, what is kept of each day, who moves in
each step."""
DAY = "day"
WINDOW_BYTES = 64_000_000
"""Memory in which a table of many draws is worked out, some of its times after the other."""
COPIES = 10
"""Arrays of the size of (time, place, draw) that are there at once while a table is worked out, measured; 8 to 9."""
CANNOT = "this table cannot be made"
MAKERS = "simulate_ensemble(..., keep={keep!r}) or forecast(..., keep={keep!r})"
"""What gives many draws."""


@dataclass(frozen=True)
class Asked:
    """What a table is made of, once what was asked for has been checked."""

    result: Result
    """Facts of one draw or of many."""
    levels: tuple[float, ...] | None
    """Quantiles; None for the one draw of a lone run."""
    rows: Integers
    """Array (row,): which of the times at which people are kept have a row."""
    from_start: bool
    """Whether what moved since the start belongs to the first row, as each row is a day."""
    counted: Outcome | None
    """What was counted of many draws instead of kept."""
    many: bool
    """Whether it was an ensemble or a forecast, even of one draw."""

    @property
    def hours(self) -> Floats:
        """When the rows are, array (row,) [h]."""
        result = self.result
        return result.bounds[result.edges[1:]] if self.counted is not None else result.hours[self.rows]

    @property
    def each(self) -> int:
        """Rows of each fact: one, or as many as there are quantiles."""
        return 1 if self.levels is None else len(self.levels)


class Moments(NamedTuple):
    """A column of times, array (..., draw) [h], NaN where it never happens; quantiles are over where it does."""

    hours: Floats


class Quantiled(NamedTuple):
    """A column of which the quantiles have been worked out, array (..., quantile)."""

    values: Floats


class Needs(NamedTuple):
    """What a table is made of."""

    of: str
    """``PEOPLE``, ``EVERYONE``, ``DAYS`` or ``FLOWS``."""
    counted: str = ""
    """Name under which its quantiles may be kept instead of every draw; empty where they are not."""

    @property
    def keep(self) -> str:
        """What must have been asked for of many draws."""
        least = MAKERS.format(keep="all" if self.of == FLOWS else None)
        return f"{least}, or keep='quantiles'" if self.counted else least


NEEDS: dict[str, Needs] = {}
"""Of each table, by the name of its function."""
KEPT = {
    PEOPLE: ("``keep=None``", '``"all"``', "some places"),
    EVERYONE: ("``keep=None``", '``"all"``'),
    DAYS: ("``keep=None``", '``"all"``', "some places"),
    FLOWS: ('``keep="all"``',),
}
"""What may have been asked for of many draws."""
REFUSES = """RequestError
    If ``run`` is something else, what is asked for is not what a parameter takes, or what the table is made of was not
    kept; every problem is named."""
SHARED = {
    "freq": 'freq : {None, "day"}\n    ``day`` for one row at the end of each day.',
    "every_hours": "every_hours : float, optional\n"
    "    Time between rows where every step was kept; without it there is a row at every bound [h].",
    "quantiles": "quantiles : sequence of float, optional\n"
    "    From 0 to 1; unless given 0.05, 0.25, 0.5, 0.75 and 0.95 of many draws.",
}
"""What every table refuses, and parameters that mean the same in all: they need not say it themselves."""


def needs(of: str, *, counted: str = "") -> Callable[[Made], Made]:
    """Declare what a function makes its table of."""

    def declared(function: Made) -> Made:
        NEEDS[function.__name__] = Needs(of, counted)
        return function

    return declared


def table(of: str, *, counted: str = "") -> Callable[[Made], Made]:
    """Declare it for a run or many draws; the function also says of itself what it needs, and what holds for all."""
    *others, last = (*KEPT[of], '``"quantiles"``') if counted else KEPT[of]
    kept = f"{', '.join(others)} or {last}" if others else last
    run = f"run : Result, Ensemble or Forecast\n    A run, or many draws made with {kept}."

    def declared(function: Made) -> Made:
        function.__doc__ = explained(function, {"run": run, **SHARED}, REFUSES)
        return needs(of, counted=counted)(function)

    return declared


def windows(result: Result, places: int) -> Iterator[Result]:
    """A result, some times after the other: as many as a table of so many places takes in little memory."""
    count = fitting(places * result.draws)
    for first in range(0, len(result.kept), count):
        yield result.between(slice(first, first + count))


def fitting(cells: int) -> int:
    """How many times, or draws, of so many cells each a table can be worked out of at once in little memory."""
    return max(int(WINDOW_BYTES / (8.0 * COPIES * max(cells, 1))), 1)


def result_of(given: object, cannot: str = CANNOT, *, others: str = "") -> Result:
    """The facts behind what was given: a run, an ensemble or a forecast; ``others`` are also taken by who asks."""
    found = getattr(given, "result", given)
    if isinstance(found, Result):
        return found
    makers = "refugee_model.simulate(scenario), simulate_ensemble or forecast"
    expected = f"expected a run, an ensemble or a forecast, as {makers} gives it{others and f', or {others}'}"
    raise RequestError(cannot, [Problem("", f"found {as_found(given)}, {expected}")])


def are_many(given: object) -> bool:
    """Whether what was given is an ensemble or a forecast, even of one draw, or a result of several, and no run.

    Anything else is refused.
    """
    result = result_of(given)
    return result is not given or result.draws > 1


def ask(
    table: Callable[..., Any],
    given: object,
    *,
    of: str = "",
    quantiles: Sequence[float] | None = None,
    freq: str | None = None,
    every_hours: float | None = None,
) -> Asked:
    """What a table is made of; ``of`` where that is more than it declares."""
    result, many, wanted = result_of(given), are_many(given), NEEDS[table.__name__]
    wanted = wanted._replace(of=of) if of else wanted
    levels, problems = check_quantiles(QUANTILES if quantiles is None else quantiles)
    counted = getattr(given, "counted", {})
    if lost := _not_kept(result, wanted, counted):
        problems.append(Problem("keep", f"the ensemble kept {lost}; {table.__name__} needs {wanted.keep}"))
    problems += find_wrong_hours(every_hours)
    problems += find_wrong_freq(freq, "every_hours", every_hours)
    if freq is None and every_hours is not None and many and result.keep.when != STEPS:
        own = "this ensemble kept its own times only: leave it out, or keep every step with keep='all'"
        problems.append(Problem("every_hours", f"found {as_found(every_hours)}; {own}"))
    if problems:
        raise RequestError(CANNOT, problems)
    by_day = freq == DAY and len(result.kept) > 0
    rows = np.searchsorted(result.kept, result.edges[1:]) if by_day else rows_at(result.hours, every_hours)
    return Asked(
        result, levels if many or quantiles is not None else None, rows, by_day, counted.get(wanted.counted), many
    )


def _not_kept(result: Result, wanted: Needs, counted: Mapping[str, Outcome]) -> str:
    """What was kept instead of what a table needs; empty where all of it was."""
    if counted:
        tables = listed([*(f"{name}_table" for name in counted), "measure_table"])
        return "" if wanted.counted in counted else f"only quantiles, for {tables}"
    if wanted.of == FLOWS and not result.keep.flows:
        return "no steps"
    if not (result.days.size if wanted.of == DAYS else len(result.kept)):
        return "only measures"
    return "only some places" if wanted.of == EVERYONE and result.keep.places is not None else ""


def find_wrong_freq(freq: object, other: str, instead: object) -> list[Problem]:
    """What is wrong with how often there are rows, of which what is called ``other`` says something, too."""
    problems = []
    if freq is not None and not (isinstance(freq, str) and freq == DAY):
        expected = "expected None for all rows or 'day' for one row a day"
        problems.append(Problem("freq", f"found {as_found(freq)}, {expected}"))
    if freq is not None and instead is not None:
        problems.append(Problem(other, f"found {as_found(instead)} beside freq={as_found(freq)}; give one of them"))
    return problems


def check_quantiles(quantiles: Sequence[float]) -> tuple[tuple[float, ...], list[Problem]]:
    """Quantiles as numbers, and what is wrong with them."""
    wrong = quantile_problem(quantiles)
    return ((), [Problem("quantiles", wrong)]) if wrong else (tuple(map(float, quantiles)), [])


def tabulate(
    asked: Asked,
    title: str,
    keys: Mapping[str, Any],
    columns: Mapping[str, Any],
    *,
    chances: Mapping[str, Floats] | None = None,
    after: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """A table that says where it comes from: of a lone run its one draw, of many one row a fact and quantile."""
    timeline = asked.result.scenario.timeline

    def column(values: Any) -> Any:
        if isinstance(values, Moments):
            hours = values.hours.reshape(-1, values.hours.shape[-1])
            return times(timeline, hours[:, 0] if asked.levels is None else over_known(hours, asked.levels).ravel())
        if isinstance(values, Quantiled):
            return values.values.ravel()
        if asked.levels is None:
            return np.ascontiguousarray(values[..., 0]).ravel()
        return over_draws(values, asked.levels).ravel()

    found = {name: _repeated(values, asked.each) for name, values in keys.items()}
    if asked.levels is not None:
        count = len(next(iter(found.values()))) // asked.each
        found["quantile"] = np.tile(asked.levels, count)
    found |= {name: column(values) for name, values in columns.items()}
    if asked.levels is not None:
        found |= {name: np.repeat(np.ravel(values), asked.each) for name, values in (chances or {}).items()}
    found |= {name: _repeated(values, asked.each) for name, values in (after or {}).items()}
    table = pd.DataFrame(found)
    table.attrs.update(provenance_of(asked, title))
    return table


def provenance_of(asked: Asked, title: str) -> dict[str, Any]:
    """What a table carries in ``attrs``."""
    scenario = asked.result.scenario
    further: dict[str, Any] = {"draws": asked.result.draws} if asked.many else one_future(scenario)
    return attributes(scenario, title) | further


def _repeated(values: Any, each: int) -> Any:
    if each == 1:
        return values
    whole = values if isinstance(values, pd.Index | pd.Categorical) else np.asarray(values, dtype=object)
    return whole.repeat(each)


def word_column(values: Sequence[str], *, times: int = 1, each: int = 1) -> pd.Categorical[str]:
    """A column of words that come again and again, the whole sequence so many times, each word so often before the
    next. Its categories are the different words, in the order in which they first come.

    >>> list(word_column(["a", "b"], times=2))
    ['a', 'b', 'a', 'b']
    """
    categories = list(dict.fromkeys(values))
    codes = np.asarray([categories.index(value) for value in values], dtype=np.int32)
    return pd.Categorical.from_codes(np.tile(np.repeat(codes, each), times), categories=pd.Index(categories))


def time_column(asked: Asked, places: int) -> pd.DatetimeIndex:
    """The time of each row, where each time has one row a place."""
    return times(asked.result.scenario.timeline, asked.hours).repeat(places)


PLACE = {"place": "name", "kind": "kind", "area_code": "area_code"}
"""Columns that name a place, and what of it they hold."""
KIND_FIRST = ("kind", "place", "area_code")


def place_columns(
    places: Sequence[Place], *, times: int = 1, order: Sequence[str] = tuple(PLACE)
) -> dict[str, pd.Categorical[str]]:
    """The columns that name a place."""
    return {column: word_column([getattr(place, PLACE[column]) for place in places], times=times) for column in order}
