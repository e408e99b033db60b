"""The days ahead as a scenario of their own: people where a forecast has them now, and numbers with which they go on as
it says.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.engine.simulation import simulate
from refugee_model.engine.variables import One
from refugee_model.errors import Problem, RequestError, ScenarioWarning
from refugee_model.outcomes.calendar import interpolated
from refugee_model.scenario.carried import Carried
from refugee_model.scenario.correlations import pearson_of
from refugee_model.scenario.distributions import DISTRIBUTIONS, Discrete, Distribution, normal_probability
from refugee_model.scenario.network import ONE, displaced_people
from refugee_model.scenario.places import MOST_PEOPLE, PeopleNow
from refugee_model.scenario.remembered import remembered
from refugee_model.scenario.timeline import moments
from refugee_model.scenario.uncertain import read_distribution
from refugee_model.studies.ensemble import curves_of
from refugee_model.studies.forecast.carry_on import (
    COUNTED,
    HANDED_OUT,
    PAID,
    WITHOUT_VEHICLE,
    carried_of,
    names_by_kind,
    part_at_home,
    people_by_kind,
)
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.studies.forecast.latent import GRID
from refugee_model.studies.forecast.middle import LoneRuns, follow, middle_at, target_of, without_noise
from refugee_model.studies.points import SMALLEST
from refugee_model.tables.arrivals import reported_quantity

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

LEVELS = np.clip(np.linspace(0.0, 1.0, 41), 0.0125, 0.9875)
"""Of a number that was learned, these quantiles are written; the middle one is what a lone run takes."""
TOLD = 0.05
"""Moves of more than this part of a standard deviation are told beside the number."""
LEAST_RANK, SURE = 0.15, 3.0
"""Rank correlations below this, and below so many standard errors, are not written."""
TOTAL = "people.total"
DRAWS = "later-draws.parquet"
"""File of draws beside the scenario."""
NOISES = ("timing.departure.noise", "timing.checkpoint.noise")
DUST = 1e-6
"""People; less come from rounding."""
DIGITS = 3
LEAST_ROOT = 1e-4
LEAST_OF_WHOLE = 0.2
"""Medians of the places show how people are shared where they are at least this part of the whole; many of them may be
0."""
DAYS = (1.0, 3.0, 7.0)
LOST = (
    "The draws of the forecast go on in a file beside this one, each with its own people and numbers; ups and downs "
    "begin anew, each draw at paces at which its people depart, register and move into state accommodation as foretold "
    "as far as there are beds. A lone run takes the numbers here."
)


def scenario_from_forecast(forecast: Forecast) -> Scenario:
    """A scenario that starts at the cut-off of a forecast, and whose lone run follows the middle of the forecast.

    Parameters
    ----------
    forecast : Forecast
        As ``forecast`` gives it.

    Returns
    -------
    Scenario
        Starts at ``forecast.until`` and ends when the old one does. People now are the medians of the forecast. Numbers
        that were learned, fully or a little, or that had to be moved, are lists of quantiles around the value with
        which a lone run follows the medians of the people arrived, registered, in state accommodation and set off
        (``middle.py``); the others keep their distributions. The rank correlations that the reports taught are
        written too. Moments are written as times. The draws go on in ``carried``: ``simulate_ensemble``, ``plan_aid``
        and all others take them, each with its own people in each place, its own numbers, and paces at which its
        people arrive, register and move into state accommodation as the forecast says of it while nothing is changed.
        ``write_scenario`` writes them beside the scenario.

    Raises
    ------
    RequestError
        If it is not a forecast.

    Notes
    -----
    The noise begins anew and not where it stands, which the paces make up for. They are factors by parts of 6 hours
    to a week, and stay when numbers are changed, of registering and moving in where these were counted. People have
    one: on departures, between 0.001 and 1000; on who comes to reception points or comes forward, between 0.02 and 5
    (community centres where more come); on who asks or comes back for a bed, between 0.02 and 8 (asking at most 3 times
    as often). What they go through has one where people wait for it and too few came through: checkpoints up to 10,
    desks up to 5, seats up to 8; a checkpoint is slower than by the rules only while those on the road alone would be
    too many. So a change of checkpoints, desks or seats is felt as by the rules; who is late because of it meets the
    paces of the later time. No beds are added: where the forecast has more people in state accommodation than there are
    beds, fewer move in, and at least three quarters as many ask for a bed as by the rules. Needs are of these people
    and differ from the tables of the forecast, whose places are filled by the rules alone. People now and the start
    cannot be changed while the draws are there; beds with people in them are lost by ``aid.losses`` after the
    start. Another seed begins at another row of the file; where more draws are wanted than there are, they begin
    again. People on the road count as waiting at its end. Goods handed out and one-off cash paid until the cut-off
    are not there again, nor is the need that they met; those who have left since are taken to have had none of what
    lasts. A forecast with ``keep="measures"`` does not know goods by day: there they are there again. Vehicles
    count from the new start, and what ordered beds cost, in all.

    Examples
    --------
    >>> import refugee_model as rm
    >>> later = rm.scenario_from_forecast(fc).change({"aid.evacuation_buses.buses": 100})  # doctest: +SKIP
    """
    if not isinstance(forecast, Forecast):
        raise RequestError(
            "no scenario can be written", [Problem("forecast", "expected what refugee_model.forecast gives")]
        )
    with warnings.catch_warnings(action="ignore", category=ScenarioWarning):  # nobody made these changes
        return _later(forecast)


@remembered
def _later(forecast: Forecast) -> Scenario:
    """The scenario that goes on from a forecast; it takes seconds, and the shell both writes it and tells of it."""
    old, changes = forecast.scenario, _start(forecast)
    if TOTAL not in old.uncertain:
        changes |= _of_certain_total(old, changes["people.now"])
    gone = _least_total(old, PeopleNow.model_validate(changes["people.now"]))
    draws = {path: forecast.draws[path].to_numpy(dtype=np.float64) for path in old.uncertain if path not in changes}
    if TOTAL in draws:
        draws[TOTAL] = np.maximum(draws[TOTAL], gone)
    before = {
        path: _before(old.uncertain[path], values, gone if path == TOTAL else None) for path, values in draws.items()
    }
    learned = {TOTAL, *forecast.learned.loc[forecast.learned["learned"] != "no", "path"]} & draws.keys()
    moved = follow(LoneRuns(_lone(old, changes, draws, before), target_of(forecast)), draws, learned)
    reason = f"learned from reports up to {forecast.until.isoformat(timespec='minutes')}"
    for path in sorted({*moved, *learned}):
        shift = moved.get(path, 0.0)
        more = (
            f", its middle moved by {shift:+.2f} standard normal units so that a lone run follows the forecast"
            if abs(shift) > TOLD
            else ""
        )
        changes[path] = _written(draws[path], before[path], shift, reason + more)
    uncertain = {
        path: values
        for path, values in draws.items()
        if np.ptp(values) > 0 and not isinstance(changes.get(path), float)
    }
    changes["correlations"] = correlations_of(uncertain, old, reason)
    later = old.change(changes)
    carried = carried_of(forecast, later)
    later = later.change(_given(carried)).carrying(carried, DRAWS)
    return later.change({"about": f"{old.about.rstrip()}\n\n{_said(forecast, later)}".lstrip()})


def _given(carried: Carried) -> dict[str, Any]:
    """What has been handed out and paid, for a lone run: medians of the draws."""
    middle = {path: float(np.median(column)) for path, column in carried.columns.items()}
    goods = {path.removeprefix(f"{HANDED_OUT}."): one for path, one in middle.items() if path.startswith(HANDED_OUT)}
    paid = {PAID: middle[PAID]} if PAID in middle else {}
    return paid | ({HANDED_OUT: goods} if goods else {})


def _least_total(old: Scenario, now: PeopleNow) -> float:
    """People there must be in all: no longer at home, and in each district those who are about to leave it."""
    shares, residents = old.people.district_shares(), sum(displaced_people(old.people, old.aid).values())
    held_back = [now.leaving.get(name, 0.0) / share for name, share in shares.items() if share > 0]
    return max(now.total - residents, *held_back, 0.0)


def _start(forecast: Forecast) -> dict[str, Any]:
    """What is changed whatever was learned: the times, people now and what is left of the fuel."""
    old, until = forecast.scenario, forecast.until
    changes: dict[str, Any] = {
        "title": f"{old.title}: from {until.isoformat(timespec='minutes')} on",
        "as_of": until.isoformat(),
        "timeline.start": until.isoformat(),
        "timeline.days": (old.timeline.hours - forecast.until_hours) / 24.0,
        "people.now": people_now(forecast),
    }
    minutes = (old.timeline.hours - forecast.until_hours) * 60.0
    if minutes < old.timeline.shortest_minutes:
        changes["timeline.step_minutes"] = minutes
    if old.timing.transport.fuel_litres is not None:
        changes["timing.transport.fuel_litres"] = float(np.median(forecast.ensemble.now[ONE][0, One.fuel.row]))
    return changes | {
        path: old.timeline.time_at(old.timeline.hours_at(moment)).isoformat()
        for name in ("people", "timing", "aid", "standards")
        for path, moment in moments(getattr(old, name), name)
    }


def _of_certain_total(old: Scenario, now: dict[str, Any]) -> dict[str, Any]:
    """Changes where the total is certain: people at home are the rest of it; where more were counted, the total is what
    was counted.
    """
    gone = _least_total(old, PeopleNow.model_validate(now))
    total, at_home = max(old.people.total, gone), sum(now["at_home"].values())
    residents = displaced_people(old.people, old.aid)
    kept = {name: people for name, people in now["at_home"].items() if name in residents}
    at_home -= sum(kept.values())
    rest = total + sum(residents.values()) - PeopleNow.model_validate(now).total - sum(kept.values())
    scaled = {name: people * rest / at_home for name, people in now["at_home"].items()} | kept if at_home else kept
    return {"people.now": now | {"at_home": scaled}, **({TOTAL: total} if total > old.people.total else {})}


def _lone(
    old: Scenario, changes: Mapping[str, Any], draws: Mapping[str, Floats], before: Mapping[str, Distribution]
) -> Scenario:
    """The days ahead without noise, with each number as it was thought of before any report."""
    given = {
        path: before[path].plain() if np.ptp(values) > 0 else float(values[0])
        for path, values in draws.items()
        if not path.startswith(NOISES)
    }
    return old.change(
        {**{path: value for path, value in changes.items() if not path.startswith(NOISES)}, **without_noise(), **given}
    )


def people_now(forecast: Forecast) -> dict[str, Any]:
    """People in each place at the cut-off in the form of ``people.now``: medians over draws, made to add up."""
    counted = [float(middle_at(forecast, quantity, np.zeros(1))[0]) for quantity in COUNTED]
    names, found = names_by_kind(forecast.scenario), people_by_kind(forecast, counted, _medians, _kinds_adding_up)
    elsewhere = sum(people.sum() for kind, people in found.items() if kind not in ("at_home", WITHOUT_VEHICLE))
    found["at_home"] = found["at_home"] * part_at_home(found["at_home"].sum(), elsewhere, MOST_PEOPLE)
    return {
        kind: dict(zip(names[kind], map(_people, people), strict=True)) if kind in names else _people(people[0])
        for kind, people in found.items()
    }


def _people(value: float) -> float:
    """People somewhere; what the arithmetic left of nobody is nobody."""
    return float(value) if value >= DUST else 0.0


def _medians(drawn: Floats) -> Floats:
    """Medians of each place that add up to the median of the sum, array (place,) from (place, draw)."""
    return _adding_up(drawn, float(np.median(drawn.sum(axis=0))))


def _kinds_adding_up(kinds: Mapping[str, Floats], whole: float) -> dict[str, Floats]:
    """People of each place of several kinds that add up to a whole, arrays (place,) from (place, draw)."""
    found = _adding_up(np.concatenate(list(kinds.values())), whole)
    ends = np.cumsum([len(drawn) for drawn in kinds.values()])[:-1]
    return dict(zip(kinds, np.split(found, ends), strict=True))


def _adding_up(drawn: Floats, whole: float) -> Floats:
    """People of each place that add up to a whole, array (place,) from (place, draw), shared as medians or means."""
    for shape in (np.median(drawn, axis=-1), drawn.mean(axis=-1)):
        if shape.sum() > LEAST_OF_WHOLE * whole:
            return np.asarray(shape * (whole / shape.sum()) if whole > 0 else np.zeros(len(drawn)))
    return np.full(len(drawn), whole / len(drawn))


def _before(distribution: Distribution, values: Floats, least: float | None) -> Distribution:
    """The distribution on whose scale a number is moved; of people in all, that of no fewer than have gone."""
    if least is None:
        return distribution
    given = distribution.plain()
    given["at_least"] = max(least, given.get("at_least", least))
    found = read_distribution(given, TOTAL)[0]
    if found is not None and np.isfinite(found.central):
        return found
    learned = np.unique(np.quantile(values, LEVELS))
    if len(learned) == 1:  # as many as may be: nothing is moved
        return distribution
    return DISTRIBUTIONS["empirical"].model_validate({"values": tuple(learned)})


def _written(values: Floats, before: Distribution, shift: float, reason: str) -> dict[str, Any] | float:
    """A learned number as a person would write it, its middle moved by so many standard normal units."""
    if np.ptp(values) == 0:
        return float(values[0])
    if isinstance(before, Discrete):
        kinds, counts = np.unique(values, return_counts=True)
        return {
            "distribution": "discrete",
            "values": kinds.tolist(),
            "weights": (counts / len(values)).tolist(),
            "reason": reason,
        }
    levels = np.quantile(values, LEVELS)
    if shift:
        normals = (
            np.interp(levels, before.quantile(np.clip(normal_probability(GRID), SMALLEST, 1.0 - SMALLEST)), GRID)
            + shift
        )
        levels = before.quantile(np.clip(normal_probability(normals), SMALLEST, 1.0 - SMALLEST))
    if np.ptp(levels) == 0:
        return float(levels[0])
    return {"distribution": "empirical", "values": levels.tolist(), "reason": reason}


def correlations_of(draws: Mapping[str, Floats], old: Scenario, reason: str) -> list[dict[str, Any]]:
    """Rank correlations between learned numbers, as a person would write them: above chance, possible together.

    A group of the old scenario stays one, with the mean of its ranks, so that an order that is like others can join it.
    """
    from scipy.stats import rankdata  # a second to load, and every run loads this module

    paths = list(draws)
    if len(paths) < 2:
        return []
    ranks = np.asarray(np.corrcoef(np.stack([rankdata(draws[path]) for path in paths])))
    known = np.abs(ranks) >= max(LEAST_RANK, SURE / np.sqrt(len(next(iter(draws.values())))))
    groups = [[paths.index(path) for path in group.paths if path in draws] for group in old.correlations]
    groups = [rows for rows in groups if len(rows) > 1]
    paired = np.triu(np.ones_like(known), 1)
    for rows in groups:
        inside, others = np.ix_(rows, rows), len(rows) - 1
        ranks[inside] = (ranks[inside].sum(axis=1) - 1.0).mean() / others
        known[inside], paired[inside] = True, False
    ranks = np.where(known, np.round(ranks, DIGITS), 0.0)
    np.fill_diagonal(ranks, 1.0)
    shrunk = 1.0
    while np.linalg.eigvalsh(np.vectorize(pearson_of)(_shrunk(ranks, shrunk)))[0] < LEAST_ROOT and shrunk > 0.0:
        shrunk = round(shrunk - 0.02, 2)
    ranks = _shrunk(ranks, shrunk)
    groups += np.argwhere(paired).tolist()
    return [
        {"paths": [paths[row] for row in rows], "rank": float(ranks[rows[0], rows[1]]), "reason": reason}
        for rows in groups
        if ranks[rows[0], rows[1]]
    ]


def _shrunk(ranks: Floats, factor: float) -> Floats:
    found = np.round(ranks * factor, DIGITS)
    np.fill_diagonal(found, 1.0)
    return found


def how_near(forecast: Forecast, later: Scenario, *, draws: int = 1024) -> pd.DataFrame:
    """People arrived as a forecast says, and as the scenario that was written from it does."""
    days = np.array([day for day in DAYS if day * 24.0 <= later.timeline.hours])
    run = simulate(later)
    lone = interpolated(run.hours, reported_quantity(run, "arrived"), days * 24.0)[:, 0]
    draws = min(draws, len(later.carried)) if later.carried is not None else draws
    drawn = curves_of(later, draws, forecast.seed, days * 24.0) if len(days) else None
    rows = []
    for place, day in enumerate(days):
        for level in (0.05, 0.5, 0.95):
            foretold = float(middle_at(forecast, "arrived", np.array([day * 24.0]), level)[0])
            at = int(np.searchsorted(drawn.curve_hours, day * 24.0 - 1e-6)) if drawn is not None else 0
            of_draws = float(np.quantile(drawn.curves["arrived"][at], level)) if drawn is not None else np.nan
            rows.append((float(day), level, foretold, float(lone[place]), of_draws))
    return pd.DataFrame(rows, columns=["days", "quantile", "forecast", "lone_run", "draws"])


def _said(forecast: Forecast, later: Scenario) -> str:
    """What is kept and what is lost, in words."""
    near = how_near(forecast, later)
    if not len(near):
        return LOST
    middle = near[near["quantile"] == 0.5]
    days = " / ".join(f"{day:g}" for day in middle["days"])
    lone = f"forecast {_amounts(middle['forecast'])}, a lone run of this file {_amounts(middle['lone_run'])}"
    parts = [f"Written from a forecast. People arrived after {days} days: {lone}."]
    for level in (0.05, 0.5, 0.95):
        rows = near[near["quantile"] == level]
        parts.append(
            f"{100 * level:g} % of draws are below: forecast {_amounts(rows['forecast'])}, this file "
            f"{_amounts(rows['draws'])}."
        )
    return " ".join([*parts, LOST])


def _amounts(values: pd.Series) -> str:
    return " / ".join(f"{value:,.0f}" for value in values)
