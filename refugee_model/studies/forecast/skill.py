"""How good forecasts of several crises were: scores by event, whether ranges held, and places shared out by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.reports import Reports, refuse
from refugee_model.scenario.reports import REPORTED
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.forecast.scoring import PLANNED, Options, Told, scores_of, usable_reports_of_all
from refugee_model.tables.provenance import attributes
from refugee_model.wording import as_found

Floats = NDArray[np.float64]

HALVINGS = 60


def shared_out(draws: Sequence[Floats], places: float) -> Floats:
    """Places of each claimant, array (claimant,), from draws (draw,) of what each will need.

    The next place goes where it is most likely needed, so that in the end the chance of need beyond is the same
    everywhere; what is left beyond all draws is shared in proportion to the largest.
    """
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        level = 0.5 * (low + high)
        low, high = (level, high) if _at(draws, level).sum() <= places else (low, level)
    below, above = _at(draws, low), _at(draws, high)
    step = above.sum() - below.sum()
    found = below + (above - below) * (np.clip((places - below.sum()) / step, 0.0, 1.0) if step > 0 else 0.0)
    if found.sum() <= 0:
        return np.full(len(draws), places / len(draws))
    return np.asarray(found * places / found.sum())


def _at(draws: Sequence[Floats], level: float) -> Floats:
    return np.array([np.quantile(own, level) for own in draws])


UNSCORED = "forecasts cannot be scored"
TITLE = "Skill of forecasts"
KNOWN, DAYS_AHEAD = (3, 5, 7, 9), 7.0
"""Of crises: reports that are known when a forecast is issued, and days within which later ones are scored."""
EVENT = "event"
"""Column of reports: several series of one event count as one."""

Crises = Mapping[str, tuple[Scenario, pd.DataFrame | Reports]]


@dataclass(frozen=True)
class _Crisis:
    """A crisis that forecasts are issued in: its checked reports of people arrived, and the event it belongs to."""

    name: str
    scenario: Scenario
    reports: Reports
    arrived: pd.DataFrame
    event: str


@takes(UNSCORED)
def score_forecasts(
    scenario: Scenario | Crises,
    reports: pd.DataFrame | Reports | None = None,
    cutoffs: Sequence[str | datetime] | None = None,
    *,
    known: Sequence[int] = KNOWN,
    days_ahead: float = DAYS_AHEAD,
    quantities: Sequence[str] | None = None,
    draws: int = 4000,
    seed: int = 1,
    baselines: bool = True,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Issue forecasts again at past cut-offs, and score them on the reports that came later.

    Parameters
    ----------
    scenario : Scenario, or dict of str to (Scenario, reports)
        As it stood before the first cut-off. Or crises by name, each with its scenario and its reports, whose column
        ``event``, where there is one, says which series are of one event.
    reports : DataFrame or Reports
        As ``load_reports`` gives them; each forecast uses only those up to its cut-off. Not beside several crises.
    cutoffs : sequence of str or datetime
        With their offsets. Not beside several crises.
    known : sequence of int
        Of several crises: a forecast is issued once so many counts of people arrived are known.
    days_ahead : float
        Of several crises: later counts are scored up to so many days after the cut-off.
    quantities : sequence of str, optional
        Of ``quantities.REPORTED``, for all places together; all that were reported unless given, of several crises
        people arrived.
    draws, seed : int
        Of each forecast.
    baselines : bool
        Whether other methods are scored, too; of several crises the rates of three spans.
    executor : Executor, optional
        As ``forecast`` takes it.

    Returns
    -------
    DataFrame
        cutoff, quantity, lead, method, reports, wis, crps, coverage_50, coverage_90, bias, ratio; one row a cut-off,
        quantity, lead time and method. ``wis`` is the mean weighted interval score and ``crps`` the mean continuous
        ranked probability score over later reports, in people or vehicles, less is better; of a method that gives one
        number both are its absolute error. Coverage is the share of later reports in the interval that should hold
        half, or nine in ten, of them. ``bias`` is median - reported. ``ratio`` is the score of the forecast / that of
        this method: below 1 the forecast is better.

        Of several crises crisis, event and known stand before these, and behind them below (share of later reports for
        which the range of nine in ten reached below the last count) and allocation: as many places as people came in
        these days are shared out among all crises, with so many reports known, by what the method says; the share
        of the people who are then left without one, the same in all rows of ``known`` and ``method``.

    Raises
    ------
    RequestError
        If a cut-off cannot be used, or no report comes after any.

    References
    ----------
    Bracher, Ray, Gneiting and Reich (2021), Evaluating epidemic forecasts in an interval format, PLoS Comput. Biol.
    17(2); Gneiting and Raftery (2007), Strictly proper scoring rules, JASA 102; Gerding, Reich, Rogers and Ray (2023),
    Evaluating infectious disease forecasts with allocation scoring rules, arXiv:2312.16201. The first two computed by
    the library scoringrules.

    Examples
    --------
    >>> import refugee_model as rm
    >>> crises = {name: (rm.load_scenario(name), rm.load_reports(name)) for name in ("torkham", "rwanda")}
    >>> scores = rm.score_forecasts(crises, known=(3, 5), draws=500)  # doctest: +SKIP
    >>> print(rm.skill_table(scores))  # doctest: +SKIP
    """
    problems = [*_find_wrong_quantities(quantities), *_find_wrong_spans(known, days_ahead)]
    if isinstance(scenario, Mapping):
        problems += _find_wrong_crises(scenario, reports, cutoffs)
    elif cutoffs is None or isinstance(cutoffs, str | datetime) or not len(cutoffs):
        problems.append(Problem("cutoffs", "expected a list of times, such as ['2023-09-27T08:00+04:00']"))
    if problems:
        raise RequestError(UNSCORED, problems)
    options = Options(draws, seed, baselines, executor)
    if isinstance(scenario, Mapping):
        return _scores_of_crises(_crises(scenario), known, 24.0 * days_ahead, quantities or (PLANNED,), options)
    given, parts = Reports.of(reports, UNSCORED), []
    for cutoff in cutoffs if cutoffs is not None else ():
        issued = options.issue(scenario, given, cutoff)
        parts += [part for part, _ in scores_of(issued, given, quantities, options)]
    if not parts:
        raise RequestError(UNSCORED, [Problem("reports", "no usable report comes after a cut-off")])
    table = pd.concat(parts, ignore_index=True)
    table.attrs.update(attributes(scenario, TITLE))
    return table


def _find_wrong_quantities(quantities: Sequence[str] | None) -> Iterator[Problem]:
    unknown = [name for name in quantities or () if name not in REPORTED]
    if isinstance(quantities, str) or unknown:
        found = repr(quantities) if isinstance(quantities, str) else ", ".join(map(repr, unknown))
        hint = "expected a list" if isinstance(quantities, str) else nearest(str(unknown[0]), REPORTED)
        yield Problem("quantities", f"found {found}; {hint}")


def _find_wrong_crises(crises: Mapping[Any, Any], reports: object, cutoffs: object) -> Iterator[Problem]:
    expected = "expected a dict of names to (scenario, reports)"
    if not crises:
        yield Problem("scenario", f"found no crisis, {expected}")
    for name, given in crises.items():
        if (
            not isinstance(name, str)
            or not isinstance(given, tuple)
            or len(given) != 2
            or not isinstance(given[0], Scenario)
        ):
            yield Problem(f"scenario.{name}", f"found {as_found(given)}, {expected}")
    for name, value in (("reports", reports), ("cutoffs", cutoffs)):
        if value is not None:
            yield Problem(name, "is not given beside several crises: each has its own reports, and known says when")


def _find_wrong_spans(known: object, days: Any) -> Iterator[Problem]:
    counts = known if isinstance(known, Sequence) and not isinstance(known, str) else ()
    if not counts or any(isinstance(one, bool) or not isinstance(one, Integral) or one < 1 for one in counts):
        yield Problem(
            "known", f"found {as_found(known)}, expected a list of whole numbers from 1, such as (3, 5, 7, 9)"
        )
    if isinstance(days, bool) or not isinstance(days, Real) or not 0 < float(days) < np.inf:
        yield Problem("days_ahead", f"found {as_found(days)}, expected a number of days above 0")


def _crises(given: Crises) -> list[_Crisis]:
    """Crises with their counts of people arrived by time."""
    found, problems = [], []
    for name, (scenario, table) in given.items():
        reports = Reports.of(table, UNSCORED)
        arrived, events = usable_reports_of_all(scenario, reports), reports.table.get(EVENT)
        arrived = arrived[arrived["quantity"] == PLANNED].reset_index(drop=True)
        if arrived.empty:
            problems.append(Problem(f"scenario.{name}", "has no usable report of people arrived"))
        event = str(events.iloc[0]) if events is not None and len(events) else ""
        found.append(_Crisis(name, scenario, reports, arrived, event or name))
    refuse(UNSCORED, problems)
    return found


def _scores_of_crises(
    crises: Sequence[_Crisis], known: Sequence[int], ahead: float, quantities: Sequence[str], options: Options
) -> pd.DataFrame:
    """Scores of all crises, those with as many reports known beside each other."""
    parts = []
    for count in known:
        rows, told, came = [], list[list[Told]](), list[float]()
        for crisis in crises:
            hours = crisis.arrived["hours"].to_numpy()
            if count >= len(hours) or hours[count] > hours[count - 1] + ahead:
                continue  # nothing comes later that could be scored
            issued = options.issue(crisis.scenario, crisis.reports, crisis.arrived["time"].iloc[count - 1])
            last = float(crisis.arrived["value"].iloc[count - 1])
            for table, methods in scores_of(issued, crisis.reports, quantities, options, ahead=ahead):
                rows.append(table.assign(crisis=crisis.name, event=crisis.event, known=count))
                if table["quantity"].iloc[0] == PLANNED:
                    within = crisis.arrived["value"][(hours > hours[count - 1]) & (hours <= hours[count - 1] + ahead)]
                    told.append([_increase(one, last) for one in methods])
                    came.append(max(float(within.iloc[-1]) - last, 0.0))
        if rows:
            table = pd.concat(rows, ignore_index=True)
            parts.append(table.assign(allocation=table["method"].map(_allocations(told, np.array(came)))))
    if not parts:
        raise RequestError(
            UNSCORED, [Problem("known", "no crisis has so many reports and a later one to score them on")]
        )
    found = pd.concat(parts, ignore_index=True)
    first = ["crisis", "event", "known"]
    found = found[[*first, *(name for name in found.columns if name not in first)]]
    found.attrs.update(attributes(crises[0].scenario, TITLE) | {"title": TITLE, "source": ""})
    return found


def _increase(told: Told, last: float) -> Told:
    """What a method says of people who come until the last of the later reports."""
    draws = None if told.draws is None else np.maximum(told.draws[-1] - last, 0.0)
    return Told(told.method, np.maximum(told.points[-1] - last, 0.0), draws)


def _allocations(told: Sequence[Sequence[Told]], came: Floats) -> dict[str, float]:
    """Share of people without a place, by method, once the places are shared out among crises as it says."""
    found = {}
    for methods in zip(*told, strict=True):
        draws = [np.atleast_1d(one.points if one.draws is None else one.draws) for one in methods]
        missing = np.maximum(came - shared_out(draws, float(came.sum())), 0.0).sum()
        found[methods[0].method] = float(missing / came.sum()) if came.sum() else 0.0
    return found
