"""A forecast: what the scenario says, once it has learned from the reports so far."""

from __future__ import annotations

import math
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from refugee_model.arguments import takes
from refugee_model.arrays import Floats
from refugee_model.cards import Card, OnCard
from refugee_model.engine.result import EVERYTHING, NEVER, Keep, Result
from refugee_model.errors import Problem, RequestError, refuse_if
from refugee_model.outcomes.calendar import interpolated
from refugee_model.outcomes.reported import Foretold, Least, lacking, least_of, names_of_reported, on_from_counts
from refugee_model.outcomes.reports import Reports
from refugee_model.scenario.network import routes_inside
from refugee_model.scenario.reports import REPORTED
from refugee_model.studies.blocks import Wanted, cores
from refugee_model.studies.ensemble import Ensemble, card_of_draws, ensemble_of, find_wrong_numbers, find_wrong_scenario
from refugee_model.studies.forecast.latent import BLOCK as LAID_OUT
from refugee_model.studies.forecast.latent import at_work
from refugee_model.studies.forecast.learning import MOST_REMEMBERED, Learning, Particles, learn, learned_table
from refugee_model.studies.forecast.observations import GO_ON
from refugee_model.studies.forecast.pool import (
    MOST_BEFORE,
    NO_SHARES,
    SHARED,
    counts_of,
    following,
    pooled,
    read_each_way,
)
from refugee_model.studies.forecast.reports import (
    SUBJECT,
    before_end,
    ends,
    falls,
    find_all_before,
    find_daily_counts,
    find_too_many,
    middle,
    oddities,
    read_until,
    reports_of,
)
from refugee_model.studies.forecast.sources import agreed_of
from refugee_model.studies.forecast.steering import steered
from refugee_model.studies.points import BLOCK, Points, points_of
from refugee_model.studies.size import check_size
from refugee_model.studies.workers import Progress, told
from refugee_model.wording import as_found, counted, listed, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from refugee_model.scenario.scenario import Scenario

KEPT: dict[str | None, Keep] = {None: Keep(), "all": EVERYTHING, "measures": Keep(NEVER)}
"""What ``keep`` asks for."""
FEW_DRAWS = 100
OF_ARRIVED = ("registered", "in_state_accommodation", "left_country")
"""Of people arrived."""
MOST_WARNINGS = 6
OFF_DAYS, MOST_OFF = 3.0, 0.1
"""So many days on people in places may differ from what is foretold by this part of it, in the middle, before it is
said."""


@dataclass(frozen=True, repr=False)
class Forecast(OnCard):
    """An ensemble whose draws fit the reports so far, with what was learned and what to beware of.

    Attributes
    ----------
    ensemble : Ensemble
        The draws; ``scenario``, ``draws``, ``measures`` and ``result`` are its own.
    until : datetime
        Only reports up to this time were used.
    reports : DataFrame
        Those that were used.
    learned : DataFrame
        path, prior_5, prior_50, prior_95, posterior_5, posterior_50, posterior_95, narrowed (1 - spread after / spread
        before, on the scale on which the number is a standard normal), pushed (how far its middle has moved, in spreads
        before), learned (yes, a little, no); one row an uncertain number, those that narrowed most first.
    warnings : tuple of str
        What a planner must know before using it.
    least : dict of str to Least
        What had been counted, by quantity, where counts do not agree by the lowest that may be right: no draw of a
        total, in ``curves``, ``crossed`` and the measure ``crossed``, is below it.
    least_by_route : dict of str to dict of str to Least
        The same of one route, by its name: of what ``forecast_table`` says of it.
    points : tuple of Points
        Where the first 10,240 draws lie, with the noise that was learned, so that a plan can be tried on them.
    shares : DataFrame
        days (after the last count), forecaster, share: what the quantiles of people arrived are averaged of; empty
        where no count of them could be used.
    diagnostics : dict of str to float
        How the learning went: particles, temperatures, draws that would have been left by weighting alone (of the
        scenario, after ``update`` of the particles), ancestors, and the largest correlation between a number before and
        after the last moves.
    particles : Particles, optional
        Where the sampler ended, from where ``update`` goes on.
    """

    ensemble: Ensemble
    until: datetime
    reports: pd.DataFrame
    learned: pd.DataFrame
    warnings: tuple[str, ...]
    diagnostics: dict[str, float]
    least: dict[str, Least]
    least_by_route: dict[str, dict[str, Least]] = field(default_factory=dict)
    points: tuple[Points, ...] = ()
    shares: pd.DataFrame = field(default_factory=NO_SHARES.copy)
    particles: Particles | None = None

    def __len__(self) -> int:
        return len(self.ensemble)

    def _card(self) -> Card:
        learned = self.learned.loc[self.learned["learned"] != "no", "path"]
        known = (
            f"{moment(self.until)}, {len(self.reports)} reports; {len(learned)} of {len(self.learned)} numbers learned"
        )
        said = {"beware": self.warnings[0]} if self.warnings else {}
        return card_of_draws(self.ensemble, "Forecast", {"until": known, **said})

    @property
    def scenario(self) -> Scenario:
        """The scenario with the distributions from before any report."""
        return self.ensemble.scenario

    @property
    def seed(self) -> int:
        """Seed of the draws."""
        return self.ensemble.seed

    @property
    def draws(self) -> pd.DataFrame:
        """One row a draw, one column an uncertain path."""
        return self.ensemble.draws

    @property
    def measures(self) -> pd.DataFrame:
        """One row a draw: the headline measures."""
        return self.ensemble.measures

    @property
    def result(self) -> Result:
        """What was kept of the draws."""
        return self.ensemble.result

    @property
    def curves(self) -> dict[str, Floats]:
        """What is reported, arrays (time, draw), by quantity [people or vehicles]."""
        return self.ensemble.curves

    @property
    def curve_hours(self) -> Floats:
        """When, array (time,) [h]."""
        return self.ensemble.curve_hours

    def update(
        self,
        reports: pd.DataFrame | Reports,
        *,
        until: str | datetime | None = None,
        executor: Executor | None = None,
        progress: bool | Progress = False,
    ) -> Forecast:
        """Forecast with these reports, too: the same scenario, seed, number of draws and what was kept.

        What is learned goes on from where the earlier reports have left it.

        Parameters
        ----------
        reports : DataFrame or Reports
            New ones, or all; what is known already counts once. A new one of the same time, quantity and place takes
            the place of the old one.
        until : str or datetime, optional
            As in ``forecast``.
        executor : Executor, optional
            As in ``forecast``.
        progress : bool or callable
            As in ``forecast``.

        Returns
        -------
        Forecast
            As from all reports at once, but for the chance of other draws. The same updates give the same draws, to the
            last bit.

        Raises
        ------
        RequestError
            If the reports cannot be used; every problem is named.

        Notes
        -----
        Particles of the sampler go on from the reports that are known to those with the new ones (Chopin 2002), by
        weighting and moves that keep what all reports say. Everything is learned anew where a known report is corrected
        or left out, and where weighting would leave less than a tenth of the particles, as with many reports at once.

        Examples
        --------
        >>> tomorrow = fc.update(rm.load_reports("counts.csv"))  # doctest: +SKIP
        """
        new = Reports.of(reports, SUBJECT)
        told_of = ["time", "quantity", "place"]
        known = self.reports.drop(columns="hours")
        named = new.table[[*new.given]].assign(place=names_of_reported(new.table, self.scenario))
        tables = [table for table in (known, named) if len(table)]
        every = pd.concat(tables).drop_duplicates(told_of, keep="last") if tables else known
        keep = next(word for word, kept in KEPT.items() if kept == self.result.keep)
        every = every.sort_values("time", kind="stable").reset_index(drop=True)
        return _issued(self.scenario, every, until, len(self), self.seed, executor, keep, progress, self.particles)

    @property
    def foretold(self) -> Foretold:
        """What ``forecast_table`` reads."""
        result, hours, curves = self.result, self.curve_hours, self.curves
        return Foretold(result, self.until_hours, hours, curves, self.least, self.least_by_route)

    @property
    def until_hours(self) -> float:
        """Hours after the start at which the last report could be used [h]."""
        return self.scenario.timeline.hours_at(self.until)


@takes(SUBJECT)
def forecast(
    scenario: Scenario,
    reports: pd.DataFrame | Reports,
    *,
    until: str | datetime | None = None,
    draws: int = 20_000,
    seed: int = 1,
    executor: Executor | None = None,
    keep: str | None = None,
    progress: bool | Progress = False,
) -> Forecast:
    """Project a scenario whose uncertain numbers have learned from reports.

    Parameters
    ----------
    scenario : Scenario
        Its distributions say what is thought before any report.
    reports : DataFrame or Reports
        time, quantity, place (a province of people in state accommodation, a route of people arrived, vehicles and
        people waiting; blank for all together), value, and where known usable, rounding, clock_time, earliest, latest,
        source (who counted: where two who counted more than once do not agree, the range holds both); as
        ``load_reports`` gives them.
    until : str or datetime, optional
        Only reports up to this time are used, and only they are known; the time of the last usable one unless given.
        With its offset.
    draws : int
        How many.
    seed : int
        The same seed gives the same draws, to the last bit.
    executor : Executor, optional
        Where the draws are projected in the end; threads of this process unless given.
    keep : {None, "all", "measures"}
        None keeps the people of all places at the ends of days, ``"all"`` all of them and who moves in every step,
        ``"measures"`` only headline measures and what is reported.
    progress : bool or callable
        True shows a bar on the shell; a callable is given draws done and draws in all, the learning counted as half.

    Returns
    -------
    Forecast
        An ensemble that every table of an ensemble takes, with what was learned and what to beware of.

    Raises
    ------
    RequestError
        If the request or the reports cannot be used; every problem is named.

    Notes
    -----
    Tempered sequential Monte Carlo in the standard normal numbers behind the scenario (``sampler.py``), in steps
    longer than its own (``latent.py``), with the errors of ``observations.py``. Reports tell what the people
    counted, not what is true: a report that contradicts others counts less, and an error in counting those who came
    stays in the total of people arrived or registered, so that a forecast goes on from the last count. Draws of other
    totals that lie below what had been counted are put at the count and go on from the last one by as many as they add,
    so that there a range reaches upward only. A count that a later one puts more than 5 % lower is taken to have been
    wrong. Where sources of a total do not agree, its last count lies below an earlier one or is ten times that before,
    which is right is left open: counts are brought to one scale, and draws shared among the readings (``sources.py``).

    People arrived are pooled: quantiles of the draws that have learned, and of three plain statistics (the rate
    goes on; the hazard of those still to come goes on, without and with a trend that fades), averaged with
    ``shares`` (``pool.py``), which follow how each would have foretold the last counts. Each draw keeps its place
    among all, and its people leave home so that they arrive when the pool says (``steering.py``); where its road or
    checkpoint lets fewer through, its places lag behind. Registered people and people in state accommodation, where
    they were counted, are shares of people arrived that wander from the last count on and catch up: who has not
    registered, or found no bed while a greater share did before, does so after a week in the mean. Provinces share
    them as by the rules. Beds in capacity tables are filled by the rules alone.

    Examples
    --------
    >>> import refugee_model as rm
    >>> plan, reports = rm.load_scenario("lachin-2023-plan"), rm.load_reports("lachin-2023")
    >>> fc = rm.forecast(plan, reports, until="2023-09-25T06:00+04:00", draws=200)  # doctest: +SKIP
    """
    return _issued(scenario, reports, until, draws, seed, executor, keep, progress)


def _issued(
    scenario: Scenario,
    reports: pd.DataFrame | Reports,
    until: str | datetime | None,
    draws: int,
    seed: int,
    executor: Executor | None,
    keep: str | None,
    progress: bool | Progress,
    earlier: Particles | None = None,
) -> Forecast:
    """The forecast of a request, learned from where ``earlier`` reports have left the particles."""
    problems = find_wrong_scenario(scenario) + find_wrong_numbers(draws, seed)
    if not isinstance(keep, str | None) or keep not in KEPT:
        problems.append(Problem("keep", f"found {as_found(keep)}, expected None, 'all' or 'measures'"))
    refuse_if(SUBJECT, problems)
    given = Reports.of(reports, SUBJECT)
    checked = reports_of(scenario, given)
    refuse_if(SUBJECT, find_all_before(scenario, checked))
    cutoff = _cutoff(scenario, checked, until)
    used, warnings = usable_reports(scenario, checked, cutoff)
    refuse_if(SUBJECT, [*find_too_many(used), *find_daily_counts(used)])
    limit, agreed = scenario.timeline.hours_at(cutoff), agreed_of(used)
    warnings = (*_limits_of(scenario, draws), *warnings, *falls(used), *oddities(used, limit))
    wanted = Wanted(KEPT[keep], curve_hours=curve_hours(limit, scenario.timeline.hours), now=limit)
    check_size(scenario, draws, wanted)
    with told(progress, 2 * draws) as tell:
        if len(used):
            learning = learn(
                scenario,
                agreed.reports,
                limit,
                draws,
                seed,
                pooled=counts_of(scenario, agreed.reports) is not None,
                earlier=earlier,
                tell=lambda part: tell(int(part * draws), 2 * draws),
            )
        else:
            said = "no report can be used: this is the scenario as it was, nothing was learned"
            learning = Learning(lambda _: points_of(scenario, draws, seed), learned_table(scenario), (said,))
        points = learning.points
        project = partial(ensemble_of, scenario, draws=draws, seed=seed, executor=executor, wanted=wanted)
        tried = list[Points]()
        with ThreadPoolExecutor(cores()) as workers:
            pool = pooled(scenario, points(at_work(scenario, LAID_OUT)), agreed, seed, workers)
        tell(draws + draws // 3, 2 * draws)
        led = points(at_work(scenario, BLOCK))
        if pool is not None and not pool[0].is_the_scenario:
            led = steered(*pool, led)
        whole = project(
            _remembered(led, tried), progress=lambda done, _: tell(draws + (draws + 2 * done) // 3, 2 * draws)
        )
        by_rules = whole
        if pool is not None:
            whole = following(whole, pool[0], pool[1].ranks, agreed)
        whole = read_each_way(whole, agreed)
        tell(2 * draws, 2 * draws)
    least = least_of(agreed.lowest)
    return Forecast(
        ensemble=_on_from_counts(whole, least, None if pool is None else float(pool[0].counts.values[-1])),
        until=cutoff,
        reports=used[[*given.given, "hours"]],
        learned=learning.table,
        warnings=_first((*learning.warnings, *warnings, *_places_by_rules(by_rules, whole, used, limit))),
        diagnostics=learning.diagnostics,
        least=least,
        least_by_route={route: least_of(used, route) for route in scenario.timing.routes},
        points=tuple(tried),
        shares=NO_SHARES if pool is None else pool[0].shares,
        particles=learning.particles,
    )


def _remembered(points: Iterator[Points], tried: list[Points]) -> Iterator[Points]:
    """The same points, the first of which are put down, too."""
    for part in points:
        if part.first < MOST_REMEMBERED:
            tried.append(part)
        yield part


def _on_from_counts(whole: Ensemble, least: dict[str, Least], pooled: float | None) -> Ensemble:
    """The same, with totals of which no draw is below what had been counted, and no part above its whole.

    Those that were pooled go on from the last count, ``pooled`` people, already; more may have registered.
    """
    hours, result, curves = whole.curve_hours, whole.result, dict(whole.curves)
    end, ends = np.array([whole.scenario.timeline.hours]), result.bounds[result.edges]
    missing = {name: lacking(values, hours, least, name) for name, values in curves.items()}
    if pooled is not None:
        missing |= {name: np.zeros(len(whole)) for name in GO_ON}
        missing["arrived"] += max(least["arrived"].values[-1] - pooled, 0.0)
    curves = {name: on_from_counts(values, hours, least, name, missing[name]) for name, values in curves.items()}
    if not any(routes_inside(whole.scenario)):  # else some are registered, or have beds, who never crossed
        curves |= {name: np.minimum(curves[name], curves["arrived"]) for name in OF_ARRIVED}
    curves["departed"] = np.maximum(curves["departed"], curves["arrived"])
    crossed, by_day = whole.measures[["crossed"]].to_numpy().T, result.crossed
    crossed = on_from_counts(crossed, end, least, "arrived", missing["arrived"])[0]
    if by_day.size:
        result = replace(result, crossed=on_from_counts(by_day, ends, least, "arrived", missing["arrived"]))
    return replace(whole, curves=curves, measures=whole.measures.assign(crossed=crossed), result=result)


def _limits_of(scenario: Scenario, draws: int) -> Iterator[str]:
    """What no report can mend."""
    noise = scenario.timing.checkpoint.noise is not None or scenario.timing.departure.noise is not None
    if not scenario.uncertain:
        more = "only its noise differs between draws" if noise else "all draws are the same"
        yield (
            f"no number of this scenario is uncertain, so reports teach it nothing and {more}: its ranges are "
            "not those of a forecast"
        )
    if draws < FEW_DRAWS:
        yield f"{counted(draws, 'draw is', 'draws are')} too few for ranges; take at least {FEW_DRAWS}"


def _places_by_rules(by_rules: Ensemble, whole: Ensemble, used: pd.DataFrame, limit: float) -> Iterator[str]:
    """Where people in places, who go there by the rules, are not as many as the forecast says in the middle."""
    days = min(OFF_DAYS, (whole.scenario.timeline.hours - limit) / 24.0)
    at, off = np.array([limit + 24.0 * days]), list[str]()
    for quantity in SHARED:
        if quantity in used["quantity"].to_numpy():
            there, foretold = (
                round(float(np.median(interpolated(whole.curve_hours, of.curves[quantity], at))))
                for of in (by_rules, whole)
            )
            if abs(there - foretold) > MOST_OFF * foretold:
                off.append(f"{there:,} {REPORTED[quantity]} for {foretold:,}")
    if off:
        yield (
            f"tables of capacity and needs have people in places by the rules, {counted(round(days, 1), 'day')} on in "
            f"the middle {listed(off)} foretold: rather take those of scenario_from_forecast, whose draws begin with "
            "as many as were counted"
        )


def curve_hours(until: float, end: float) -> tuple[float, ...]:
    """When what is reported is kept: every three hours, of months less; every hour of five days after it, then less."""
    apart = 3.0 * max(math.ceil(until / (3.0 * MOST_BEFORE)), 1)
    parts = (
        np.arange(apart, until, apart),
        until + np.arange(0.0, 120.0, 1.0),
        until + np.arange(120.0, 480.0, 6.0),
        until + np.arange(480.0, max(end - until, 480.0), 24.0),
        np.array([end]),
    )
    hours = np.unique(np.concatenate(parts))
    return tuple(hours[(hours > 0) & (hours <= end)].tolist())


def _cutoff(scenario: Scenario, reports: pd.DataFrame, until: str | datetime | None) -> datetime:
    """The time up to which reports count: the one given, or that of the last report within the scenario."""
    time = read_until(scenario, until)
    if time is None:
        inside = (reports["hours"] > 0) & (reports["hours"] < before_end(scenario))
        usable = inside & reports["usable"]
        known = reports.loc[usable if usable.any() else inside, "time"]
        if not len(known):
            found = (
                f"none of them lies within the scenario, from {' to '.join(ends(scenario))}: is timeline.start right?"
            )
            found = found if len(reports) else "there are none: is it the right file?"
            mend = f"For a forecast without reports say until when, such as until='{middle(scenario)}'"
            raise RequestError(SUBJECT, [Problem("reports", f"{found} {mend}")])
        time = known.max().to_pydatetime(warn=False)
    return time.astimezone(scenario.timeline.start.tzinfo)


def usable_reports(scenario: Scenario, reports: pd.DataFrame, until: datetime) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The reports that can be learned from, and a word on the others."""
    table, usable = reports, reports["usable"]
    limit, reasons = scenario.timeline.hours_at(until), []
    ended = table["hours"] >= before_end(scenario)  # a forecast from the end on has nothing to say
    for left_out, why in (
        (usable & (table["hours"] > limit) & ~ended, "after the cut-off"),
        (usable & ended, "at or after the end of the scenario"),
        (usable & (table["hours"] <= 0), "at or before the start of the scenario"),
        (~usable & (table["hours"] <= limit), "marked as not usable"),
    ):
        if left_out.any():
            reasons.append(f"{left_out.sum()} {why}")
    table = table[usable & (table["hours"] > 0) & (table["hours"] <= limit)]
    table = table.sort_values(["hours", "quantity", "place"], kind="stable").reset_index(drop=True)
    return table, (f"reports left out: {', '.join(reasons)}",) if reasons else ()


def _first(warnings: Sequence[str]) -> tuple[str, ...]:
    """The warnings that matter most, and how many more there are."""
    if len(warnings) <= MOST_WARNINGS:
        return tuple(warnings)
    return (*warnings[: MOST_WARNINGS - 1], f"and {len(warnings) - MOST_WARNINGS + 1} more warnings of this kind")
