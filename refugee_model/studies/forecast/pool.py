"""What the scenario and plain statistics say of people who arrive, put together; draws that follow it.

Quantiles are averaged (Vincent), as forecasting hubs do. At each lead the share of the scenario is by how well it knew,
before any report, how many would have come by then, beside how well plain statistics know how many more will: what
rests on reports alone they say as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from refugee_model.outcomes.calendar import interpolated
from refugee_model.outcomes.reported import right_counts
from refugee_model.studies.forecast.latent import Latent, course_of
from refugee_model.studies.forecast.simple_forecasters import DRAWS, FORECASTERS, Counts, apart, later_counts
from refugee_model.studies.forecast.sources import ONE_READING, Agreed, Readings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Executor

    from refugee_model.scenario.scenario import Scenario
    from refugee_model.studies.ensemble import Ensemble
    from refugee_model.studies.points import Points

Floats = NDArray[np.float64]

POOLED = "arrived"
LEVELS = np.concatenate(([0.0025, 0.005], np.linspace(0.01, 0.99, 99), [0.995, 0.9975]))
OF_THE_RATE, HALVED_DAYS = 1.0 / 3.0, 7.0
"""Share of plain statistics that the rate alone has at once, and the lead by which it has half of it: later, people run
out. The others share the rest evenly."""
LEAST_KNOWN, PAST_FORECASTS, COUNTS_AHEAD, PAST_DRAWS, AS_MANY_PAST = 2, 6, 3, 400, 3.0
PAST_LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
"""Shares are divided by the scores (pinball loss at these levels) of forecasts that would have been issued before each
of the last counts, of so many counts ahead, to a power of n / (n + the last) for n of them: they are shrunk towards the
shares that served nine series."""
MIDDLE_LEVELS = (0.15, 0.85)
"""Half the distance between these of the logarithm is the spread by which knowledge is compared."""
SHARPNESS = 4.0
"""Shares fall with this power of the spread; 2 would be right for errors that have nothing in common."""
REACHED, EVER = 0.5, 0.95
"""The share of the scenario is multiplied by the part of its draws that come to the first part of the last count by
then, and to the second in the end: the others know nothing of what comes after it. With 0.95 for the first the exodus
of 2023 was foretold less well at its first two cut-offs (0.82 and 0.72, one seed, for 0.51 and 0.63)."""
MECHANISM = "the scenario"
ITS_OWN = 0.99
TOLD_DAYS = (1.0, 3.0, 7.0, 30.0)
PRIOR_DRAWS = 256
MOST_BEFORE, LEAST_BETWEEN = 240.0, 3.0
"""Before the last count draws are read at so many times, and not more often than that [h]."""
NO_SHARES = pd.DataFrame({"days": [], "forecaster": [], "share": []})
RANKED_DAYS = (1.0, 3.0, 7.0, 30.0)
"""Draws are ordered by what they say of people arrived after these times."""


@dataclass(frozen=True)
class Pool:
    """Quantiles of people arrived from the last count on.

    Attributes
    ----------
    hours : array (time,) [h]
        After the start; the first is that of the last count.
    quantiles : array (time, level) [people]
        At ``LEVELS``.
    shares : DataFrame
        days (after the last count), forecaster, share; one row a lead and forecaster.
    counts : Counts
        What was counted.
    readings : Readings
        What each source would have counted last, where several do not agree.
    """

    hours: Floats
    quantiles: Floats
    shares: pd.DataFrame
    counts: Counts
    readings: Readings = ONE_READING

    def paths(self, ranks: Floats, hours: Floats) -> Floats:
        """People arrived at these times for draws of these ranks between 0 and 1, array (time, draw)."""
        place = np.clip(np.searchsorted(LEVELS, ranks) - 1, 0, len(LEVELS) - 2)
        part = np.clip((ranks - LEVELS[place]) / (LEVELS[place + 1] - LEVELS[place]), 0.0, 1.0)
        found = self.quantiles[:, place] * (1.0 - part) + self.quantiles[:, place + 1] * part
        return interpolated(self.hours, found, hours)

    @property
    def is_the_scenario(self) -> bool:
        """Whether the scenario has nearly all of it at every lead, so that its draws need not be led."""
        if self.readings is not ONE_READING:
            return False
        own = self.shares.loc[self.shares["forecaster"] == MECHANISM, "share"]
        return bool((own > ITS_OWN).all())

    @property
    def counted(self) -> tuple[Floats, Floats]:
        """Hours and values of the counts, from the start on."""
        counts = apart(self.counts)
        begin = [0.0] if counts.from_nothing else counts.values[:1]
        return np.r_[0.0, counts.hours], np.r_[begin, counts.values]

    def wanted(self, ranks: Floats, bounds: Floats) -> Floats:
        """People arrived at all bounds (bound, draw): along the counts, then as the pool says."""
        before = np.interp(bounds, *self.counted)[:, None]
        return np.where(bounds[:, None] < self.hours[0], before, self.paths(ranks, bounds))


def counts_of(scenario: Scenario, used: pd.DataFrame) -> Counts | None:
    """People counted, as plain statistics take them; none where there is nothing to go on."""
    hours, values, rounding = right_counts(used, POOLED)
    from_nothing = not scenario.people.now.total
    counted = values > 0
    if counted.sum() < (1 if from_nothing else 2) or not counted[-1]:
        return None
    return Counts(hours, values, rounding, from_nothing)


def lead_hours(length: float) -> Floats:
    """Leads at which forecasts are pooled, from 0 to the end: close at first, then every day, then every other [h]."""
    days = np.concatenate((np.arange(0.0, 2.0, 0.125), np.arange(2.0, 7.5, 0.25), np.arange(8.0, length / 24.0, 1.0)))
    return np.unique(np.append(24.0 * days[24.0 * days < length], length))


def prior_leads(last: float, end: float) -> Floats:
    """Times at which it is asked what the scenario knows by itself [h]."""
    hours = last + 24.0 * np.array([0.25, 1.0, 3.0, 7.0, 14.0, 30.0])
    return np.append(hours[hours < end], end)


def pool_of(
    scenario: Scenario,
    counts: Counts,
    mechanism: tuple[Floats, Floats],
    prior: tuple[Floats, Floats],
    seed: int,
    readings: Readings = ONE_READING,
) -> Pool:
    """Pooled quantiles; ``mechanism`` are times (time,) and draws (time, draw) that have learned, ``prior`` the same
    of draws that have not.
    """
    last, most = float(counts.hours[-1]), counts.values.max()
    leads = lead_hours(scenario.timeline.hours - last)
    of_simple, shares = _simple(scenario, counts, last + leads, seed)
    learned = np.quantile(interpolated(*mechanism, last + leads), LEVELS, axis=1).T
    before = np.interp(last + leads, prior[0], _spread(np.quantile(prior[1], MIDDLE_LEVELS, axis=1)))
    own, theirs = before**SHARPNESS, _spread(_middle(of_simple) - most) ** SHARPNESS
    whole = own + theirs
    share = np.divide(theirs, whole, out=np.ones_like(whole), where=whole > 0)
    now = interpolated(*mechanism, last + leads[:1])[0]
    in_the_end = now + mechanism[1][-1] - most
    share *= np.mean((now >= REACHED * most) & (in_the_end >= EVER * most))
    pooled = share[:, None] * learned + (1.0 - share)[:, None] * of_simple
    pooled[0] = of_simple[0]
    # Whether a flow has stopped is what reports show: the rules of the scenario know of no such thing.
    pooled = np.where(of_simple <= most + 0.5, of_simple, pooled)
    told = [(MECHANISM, share), *((name, (1.0 - share) * of_all) for name, of_all in shares)]
    days = np.array([day for day in TOLD_DAYS if 24.0 * day <= leads[-1]] or [leads[-1] / 24.0])
    rows = [(day, name, float(np.interp(24.0 * day, leads, of_all))) for day in days for name, of_all in told]
    table = pd.DataFrame(rows, columns=["days", "forecaster", "share"])
    quantiles = np.maximum.accumulate(np.maximum(pooled, most), axis=0)
    if readings is not ONE_READING:
        quantiles = np.maximum.accumulate(readings.of(quantiles, LEVELS), axis=0)
    return Pool(last + leads, quantiles, table, counts, readings)


def _middle(quantiles: Floats) -> Floats:
    """Two levels of quantiles (time, level), array (level, time)."""
    return np.stack([quantiles[:, np.argmin(np.abs(LEVELS - level))] for level in MIDDLE_LEVELS])


def _spread(quantiles: Floats) -> Floats:
    low, high = np.log(np.maximum(quantiles, 1.0))
    return np.asarray(0.5 * (high - low))


def _simple(scenario: Scenario, counts: Counts, hours: Floats, seed: int) -> tuple[Floats, list[tuple[str, Floats]]]:
    """Quantiles of plain statistics (time, level), and the share of each (time,)."""
    of_rate = OF_THE_RATE * 0.5 ** ((hours - hours[0]) / 24.0 / HALVED_DAYS)
    others = sum(each.of_hazard for each in FORECASTERS)
    levels = (np.arange(DRAWS) + 0.5) / DRAWS
    total = scenario.uncertain.get("people.total")
    planned = np.full(DRAWS, scenario.people.total) if total is None else total.quantile(levels)
    before = np.stack([(1.0 - of_rate) / others if each.of_hazard else of_rate for each in FORECASTERS])
    shares = before * _by_past_scores(counts, planned[:: DRAWS // PAST_DRAWS], seed)[:, None]
    shares /= shares.sum(axis=0)
    found = np.zeros((len(hours), len(LEVELS)))
    for number, (forecaster, share) in enumerate(zip(FORECASTERS, shares, strict=True)):
        random = np.random.default_rng([seed, 4, number])
        drawn = later_counts(counts, random.permutation(planned), hours, forecaster, random)
        found += share[:, None] * np.quantile(drawn, LEVELS, axis=1).T
    return found, [(each.name, share) for each, share in zip(FORECASTERS, shares, strict=True)]


def _by_past_scores(counts: Counts, planned: Floats, seed: int) -> Floats:
    """Factors on the shares of plain statistics (forecaster,) by how they would have foretold the last counts."""
    counts, count, logs = apart(counts), len(apart(counts).hours), list[list[float]]()
    for known in range(max(LEAST_KNOWN, count - PAST_FORECASTS), count):
        later = slice(known, known + COUNTS_AHEAD)
        past = counts._replace(**{name: getattr(counts, name)[:known] for name in ("hours", "values", "rounding")})
        logs.append([])
        for number, forecaster in enumerate(FORECASTERS):
            random = np.random.default_rng([seed, 6, known, number])
            drawn = later_counts(past, random.permutation(planned), counts.hours[later], forecaster, random)
            over = counts.values[later, None] - np.quantile(drawn, PAST_LEVELS, axis=1).T
            logs[-1].append(float(np.log1p(np.maximum(PAST_LEVELS * over, (PAST_LEVELS - 1.0) * over).mean())))
    if not logs:
        return np.ones(len(FORECASTERS))
    worse = np.mean(logs, axis=0) - np.mean(logs)
    return np.asarray(np.exp(-worse * len(logs) / (len(logs) + AS_MANY_PAST)))


def ranks_of(hours: Floats, drawn: Floats, last: float) -> Floats:
    """Where each draw stands among all, between 0 and 1, array (draw,), from what it says (time, draw) of the days
    after the last count.
    """
    wanted = np.clip(last + 24.0 * np.array(RANKED_DAYS), hours[0], hours[-1])
    at, count = interpolated(hours, drawn, wanted), drawn.shape[1]
    scores = np.zeros(count)
    for row in at:
        order = np.argsort(row, kind="stable")
        scores[order] += ndtri((np.arange(count) + 0.5) / count)
    found = np.empty(count)
    found[np.argsort(scores, kind="stable")] = (np.arange(count) + 0.5) / count
    return found


@dataclass(frozen=True)
class Course:
    """What draws that have learned say by themselves.

    Attributes
    ----------
    scenario : Scenario
        Whose draws they are.
    bounds : array (bound,) [h]
        Of the steps in which they are moved.
    hours : array (time,) [h]
        When they are read, after the start.
    arrived, departed : array (time, draw) [people]
        By then.
    ranks : array (draw,)
        The place of each draw among all, between 0 and 1.
    """

    scenario: Scenario
    bounds: Floats
    hours: Floats
    arrived: Floats
    departed: Floats
    ranks: Floats


def course_hours(last: float, end: float) -> Floats:
    """When draws are read to be pooled and led [h]."""
    before = np.arange(0.0, last, max(last / MOST_BEFORE, LEAST_BETWEEN))[1:]
    return np.union1d(before, last + lead_hours(end - last))


def pooled(
    scenario: Scenario, points: Iterable[Points], agreed: Agreed, seed: int, executor: Executor | None
) -> tuple[Pool, Course] | None:
    """The pool for draws of a scenario that have learned from reports, and what they say by themselves.

    None where no count of people arrived can be used.
    """
    counts, end = counts_of(scenario, agreed.reports), scenario.timeline.hours
    if counts is None or not end > counts.hours[-1]:
        return None
    last = float(counts.hours[-1])
    hours = course_hours(last, end)
    prior = executor.submit(_prior, scenario, last, seed) if executor is not None else None
    bounds, arrived, departed = course_of(scenario, points, seed, hours, last, executor)
    before = prior.result() if prior is not None else _prior(scenario, last, seed)
    shown = _shown(counts, hours, arrived)
    pool = pool_of(scenario, counts, (hours, shown), before, seed, agreed.readings.get(POOLED, ONE_READING))
    return pool, Course(scenario, bounds, hours, arrived, departed, ranks_of(hours, shown, last))


def _shown(counts: Counts, hours: Floats, arrived: Floats) -> Floats:
    """People counted where draws have arrived (time, draw): who comes after the last count adds to it."""
    last = np.array([counts.hours[-1]])
    came = arrived - interpolated(hours, arrived, last)
    return np.where(hours[:, None] > last, counts.values[-1] + came, arrived)


def following(whole: Ensemble, pool: Pool, ranks: Floats, agreed: Agreed) -> Ensemble:
    """The same draws with people arrived from the last count on as the pool says, and shares of them as counted."""
    curves, ends, by_day = dict(whole.curves), whole.result.bounds[whole.result.edges], whole.result.crossed
    curves[POOLED] = _followed(pool, ranks, whole.curve_hours, curves[POOLED])
    curves["departed"] = np.maximum(curves["departed"], curves[POOLED])
    curves = with_shares(curves, whole.curve_hours, agreed.reports, pool.counted, _read(pool, ranks))
    crossed, result = pool.paths(ranks, ends[-1:])[0], whole.result
    if by_day.size:
        result = replace(result, crossed=_followed(pool, ranks, ends, by_day))
    return replace(whole, curves=curves, measures=whole.measures.assign(crossed=crossed), result=result)


def _followed(pool: Pool, ranks: Floats, hours: Floats, values: Floats) -> Floats:
    found, later = values.copy(), hours >= pool.hours[0]
    found[later] = pool.paths(ranks, hours[later])
    found[~later] = np.minimum(found[~later], pool.paths(ranks, pool.hours[:1]))  # nobody was there who is not now
    return found


def _read(pool: Pool, ranks: Floats) -> Floats:
    """How many times the last count each draw takes to have arrived by then (draw,), where sources do not agree."""
    if pool.readings is ONE_READING:
        return np.ones(1)
    return np.asarray(pool.paths(ranks, pool.hours[:1])[0] / pool.counts.values[-1])


def read_each_way(whole: Ensemble, agreed: Agreed) -> Ensemble:
    """The same with totals that are not pooled and whose counts do not agree, each draw by one of those who counted."""
    curves, random = dict(whole.curves), np.random.default_rng([whole.seed, 11])
    for quantity, readings in agreed.readings.items():
        if quantity != POOLED:
            last = agreed.reports.loc[agreed.reports["quantity"] == quantity, "hours"].max()
            factors = readings.drawn(len(whole), random)
            later = whole.curve_hours[:, None] >= last
            curves[quantity] = np.where(later, factors * curves[quantity], curves[quantity])
    return replace(whole, curves=curves)


def _prior(scenario: Scenario, last: float, seed: int) -> tuple[Floats, Floats]:
    """What the scenario says of people arrived before it has learned: times (time,) and draws (time, draw)."""
    hours = prior_leads(last, scenario.timeline.hours)
    latent = Latent(scenario, hours, [(POOLED, "")] * len(hours), float(hours[-1]), quick=True)
    normals = np.random.default_rng([seed, 5]).standard_normal((PRIOR_DRAWS, latent.size))
    return hours, latent.reports(normals)[0].T


SHARED = ("registered", "in_state_accommodation")
A_DAY = 0.5
"""How far the odds wander in a day, before counts tell; standard deviation of the logarithm, assumed, looking at the
exodus of 2023 (0.4 to 0.8 were tried). It counts as much as one day of counts."""
SETTLES_DAYS = 7.0
"""After so long two thirds of all wandering are done; assumed."""
LEAST_SHARE = 0.005
LEAVE_A_DAY = 0.1
"""At most so many of those who live in state accommodation leave it in a day [1/day]; assumed."""
CAUGHT_UP_DAYS = 7.0
"""Who has not registered, or found no bed while a greater share did before, does so after so long in the mean: desks
catch up, and a full country goes on opening places. Assumed, looking at the exodus of 2023."""


def with_shares(
    curves: dict[str, Floats], hours: Floats, used: pd.DataFrame, counted: tuple[Floats, Floats], read: Floats
) -> dict[str, Floats]:
    """Curves (time, draw) with the quantities that were counted as shares of people arrived from their last count on.

    ``counted`` are hours and values of people arrived, from nothing on; each draw takes ``read`` (draw,) times as many
    to have arrived. Each draw keeps its place among all.
    """
    found, of_all = dict(curves), used[(used["place"] == "") & (used["hours"] >= counted[0][1])]
    for quantity in SHARED:
        rows = of_all[of_all["quantity"] == quantity]
        if not len(rows):
            continue
        at, values = rows["hours"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float)
        arrived = np.maximum(np.interp(at, *counted), 1.0)
        missed = max(values[-1] - arrived[-1], 0.0)  # who was counted here, has arrived
        arrived = np.maximum(arrived, values)
        shares = np.clip(values / arrived, LEAST_SHARE, 1.0 - LEAST_SHARE)
        curve, later = curves[quantity].copy(), hours >= at[-1]
        coming = curves["arrived"][later] / read + missed
        whole = np.vstack((np.full((1, coming.shape[1]), arrived[-1]), coming))
        wandered = _wandered(at, logit(shares), hours[later])[:, None] * _places(hours, curve, at[-1])
        known = np.r_[at[-1], hours[later]], whole, float(shares[-1]), wandered
        if quantity == "registered":
            total = np.maximum.accumulate(_by_share(1.0, *known), axis=0)
            curve = np.vstack((np.minimum(curve[~later], total[0]), total))
        else:
            still_there = values[-1] * np.exp(-LEAVE_A_DAY * (hours[later] - at[-1]) / 24.0)[:, None]
            curve[later] = np.maximum(_by_share(float(shares.max()), *known), np.minimum(still_there, coming))
        found[quantity] = curve
    return found


def _by_share(goal: float, hours: Floats, arrived: Floats, share: float, wandered: Floats) -> Floats:
    """People registered or in beds after the first of some hours (time, draw), whose odds wander."""
    served = _caught_up(hours, arrived, share, goal)
    shares = np.clip(served / np.maximum(arrived[1:], 1.0), LEAST_SHARE, 1.0 - LEAST_SHARE)
    return np.asarray(expit(logit(shares) + wandered) * arrived[1:])


def _caught_up(hours: Floats, arrived: Floats, share: float, goal: float) -> Floats:
    """People registered or in beds after the first of some hours (time, draw): a share of those who come, and of the
    others, up to a share of all, so many a day.
    """
    unmet, found = (goal - share) * arrived[0], np.empty_like(arrived[1:])
    for row, (days, came) in enumerate(zip(np.diff(hours) / 24.0, np.diff(arrived, axis=0), strict=True)):
        kept = np.exp(-days / CAUGHT_UP_DAYS)
        unmet = unmet * kept + (goal - share) * came * kept**0.5
        found[row] = goal * arrived[row + 1] - unmet
    return found


def _wandered(at: Floats, odds: Floats, hours: Floats) -> Floats:
    """Standard deviation of the logarithm of the odds at times after the last count (time,)."""
    days = (at[-1] - at[0]) / 24.0
    a_day = (A_DAY**2 + np.square(np.diff(odds)).sum()) / (1.0 + days)
    return np.asarray(np.sqrt(a_day * SETTLES_DAYS * -np.expm1(-(hours - at[-1]) / 24.0 / SETTLES_DAYS)))


def _places(hours: Floats, values: Floats, last: float) -> Floats:
    """The place of each draw among all as a standard normal number (draw,), by what it says a few days ahead."""
    wanted = np.clip(last + np.array([24.0, 72.0, 168.0]), hours[0], hours[-1])
    order = np.argsort(interpolated(hours, values, wanted).sum(axis=0), kind="stable")
    places = np.empty(len(order))
    places[order] = ndtri((np.arange(len(order)) + 0.5) / len(order))
    return places
