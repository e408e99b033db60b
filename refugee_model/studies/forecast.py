"""A forecast: what the scenario says, once it has learned from the reports so far."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.errors import Problem, RequestError, figure, nearest
from refugee_model.quantities import CURRENT, REPORTED
from refugee_model.studies.blocks import BLOCK, Keep, Points, cores, sobol_points
from refugee_model.studies.ensemble import Ensemble, Progress, ensemble_of, find_wrong_numbers, told
from refugee_model.studies.latent import Latent
from refugee_model.studies.observations import Observations, observations_of
from refugee_model.studies.sampler import LAST_ROUNDS, Sample, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

LEAST_PARTICLES = 1000
ROUNDS_KEPT = 10
"""Draws are particles of so many last rounds, where that many are asked for."""
LEARNED, A_LITTLE = 0.3, 0.1
"""From these shares on by which the spread of a number has become smaller, it counts as learned, or learned a little."""
RARE = 0.005
"""A report counts as outside what the scenario thinks possible where fewer draws lie beyond it, its own error included."""
PUSHED = 1.0
"""Standard deviations by which a number is pushed away from its middle before a warning names it."""
TRIED = 500
"""Draws of the scenario by which reports are judged before anything is learned."""
NEEDED = ("time", "quantity", "place", "value")


@dataclass(frozen=True)
class Forecast(Ensemble):
    """An ensemble whose draws fit the reports so far.

    Attributes
    ----------
    until : datetime
        Only reports up to this time were used.
    reports : DataFrame
        Those that were used.
    learned : DataFrame
        path, prior_5, prior_50, prior_95, posterior_5, posterior_50, posterior_95, narrowed (1 - spread after / spread before, on the
        scale on which the number is a standard normal), pushed (how far its middle has moved, in spreads before), learned (yes, a
        little, no); one row an uncertain number, those that narrowed most first.
    warnings : tuple of str
        What a planner must know before using it.
    diagnostics : dict of str to float
        How the learning went: particles, temperatures, draws of the scenario that would have been left by weighting alone, ancestors,
        and the largest correlation between a number before and after the last moves.

    The others are those of an :class:`Ensemble`.
    """

    until: datetime | None = None
    reports: pd.DataFrame = field(default_factory=pd.DataFrame)
    learned: pd.DataFrame = field(default_factory=pd.DataFrame)
    warnings: tuple[str, ...] = ()
    diagnostics: dict[str, float] = field(default_factory=dict)

    @property
    def until_hours(self) -> float:
        """Hours after the start at which the last report could be used [h]."""
        assert self.until is not None
        return self.scenario.timeline.hours_at(self.until)


def forecast(
    scenario: Scenario,
    reports: pd.DataFrame,
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
    reports : DataFrame
        time, quantity, place, value, and where known usable, rounding, clock_time, earliest, latest; as ``load_reports`` gives them.
    until : str or datetime, optional
        Only reports up to this time are used, and only they are known; the time of the last usable one unless given. With its offset.
    draws : int
        How many.
    seed : int
        The same seed gives the same draws, to the last bit.
    executor : Executor, optional
        Where the draws are projected in the end; threads of this process unless given.
    keep : {None, "measures"}
        None keeps the people of all places at the ends of days, ``"measures"`` only headline measures and what is reported.
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
    Tempered sequential Monte Carlo in the standard normal numbers behind the scenario (``studies/sampler.py``), with the errors of
    ``studies/observations.py``. Reports tell what the people counted, not what is true: a report that contradicts others counts less.

    Examples
    --------
    >>> import refugee_model as rm
    >>> reports = rm.load_reports("lachin-2023")
    >>> fc = rm.forecast(rm.load_scenario("lachin-2023-plan"), reports, until="2023-09-25T06:00+04:00", draws=200)  # doctest: +SKIP
    """
    problems = find_wrong_numbers(draws, seed)
    if keep not in (None, "measures"):
        problems.append(Problem("keep", f"found {keep!r}, expected None or 'measures'"))
    if problems:
        raise RequestError("no forecast can be made", problems)
    cutoff = _cutoff(scenario, reports, until)
    used, warnings = usable_reports(scenario, reports, cutoff)
    limit = scenario.timeline.hours_at(cutoff)
    wanted = Keep(stocks=True, curve_hours=curve_hours(limit, scenario.timeline.hours), daily=keep is None, now=limit)
    with told(progress, 2 * draws) as tell:
        if len(used):
            points, learned, diagnostics, more = _learn(scenario, used, limit, draws, seed, lambda part: tell(int(part * draws), 2 * draws))
            warnings = (*warnings, *more)
        else:
            points, learned, diagnostics = sobol_points(scenario, draws, seed), _learned(scenario, None), {}
            warnings = (*warnings, "no report can be used: this is the scenario as it was, nothing was learned")
        whole = ensemble_of(
            scenario,
            points,
            draws=draws,
            seed=seed,
            executor=executor,
            keep=wanted,
            progress=lambda done, _: tell(draws + done, 2 * draws),
        )
    known = {item.name: getattr(whole, item.name) for item in fields(Ensemble)}
    return Forecast(**known, until=cutoff, reports=used, learned=learned, warnings=warnings, diagnostics=diagnostics)


def curve_hours(until: float, end: float) -> tuple[float, ...]:
    """When what is reported is kept: every three hours before the cut-off, every hour for five days after it, then less often.

    Parameters
    ----------
    until, end : float
        Hours after the start of the cut-off, and of the end of the projection [h].
    """
    parts = (
        np.arange(3.0, until, 3.0),
        until + np.arange(0.0, 120.0, 1.0),
        until + np.arange(120.0, 480.0, 6.0),
        until + np.arange(480.0, max(end - until, 480.0), 24.0),
        np.array([end]),
    )
    hours = np.unique(np.concatenate(parts))
    return tuple(hours[(hours > 0) & (hours <= end)].tolist())


def _cutoff(scenario: Scenario, reports: pd.DataFrame, until: str | datetime | None) -> datetime:
    problems = []
    if not isinstance(reports, pd.DataFrame) or [name for name in NEEDED if name not in reports]:
        expected = f"expected a table with the columns {', '.join(NEEDED)}, as refugee_model.load_reports gives it"
        raise RequestError("no forecast can be made", [Problem("reports", expected)])
    if not isinstance(reports["time"].dtype, pd.DatetimeTZDtype):
        problems.append(Problem("reports", f"time: found {reports['time'].dtype}, expected times with an offset from UTC"))
    time: datetime | None = None
    if until is not None:
        try:
            time = datetime.fromisoformat(until) if isinstance(until, str) else pd.Timestamp(until).to_pydatetime()
            if time.utcoffset() is None:
                raise ValueError
        except (ValueError, TypeError):
            example = "expected a time with its offset from UTC, such as 2023-09-27T08:00+04:00"
            problems.append(Problem("until", f"found {str(until)!r}, {example}"))
    elif not problems:
        usable = reports[reports["usable"].astype(bool)] if "usable" in reports else reports
        within = usable.loc[usable["time"] < pd.Timestamp(scenario.timeline.time_at(scenario.timeline.hours)), "time"]
        time = within.max().to_pydatetime() if len(within) else None
    if not problems and time is None:
        problems.append(Problem("reports", "none can be used, so say until when: until='2023-09-27T08:00+04:00'"))
    if not problems and time is not None and not 0.0 < scenario.timeline.hours_at(time) < scenario.timeline.hours:
        begin, end = (scenario.timeline.time_at(hours).isoformat(timespec="minutes") for hours in (0.0, scenario.timeline.hours))
        problems.append(Problem("until", f"found {time.isoformat(timespec='minutes')}, expected a time between {begin} and {end}"))
    if problems or time is None:
        raise RequestError("no forecast can be made", problems)
    return time.astimezone(scenario.timeline.start.tzinfo)


def usable_reports(scenario: Scenario, reports: pd.DataFrame, until: datetime) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The reports that can be learned from, and a word on the others.

    Parameters
    ----------
    scenario : Scenario
        Names the provinces.
    reports : DataFrame
        As :func:`forecast` takes them.
    until : datetime
        Later ones are not known yet.

    Returns
    -------
    reports : DataFrame
        In the order of time, quantity and place, with a column ``hours`` after the start.
    warnings : tuple of str
        How many were left out and why, and what in the others is odd.

    Raises
    ------
    RequestError
        If a quantity or a place is not one of the scenario, or a value is not a number of at least 0.
    """
    table = reports.copy()
    table["place"] = table["place"].astype(object).where(table["place"].notna(), "")
    problems = list(_find_wrong(scenario, table))
    if problems:
        raise RequestError("no forecast can be made", problems)
    table["hours"] = (table["time"] - pd.Timestamp(scenario.timeline.start)).dt.total_seconds() / 3600.0
    limit, warnings = scenario.timeline.hours_at(until), []
    usable = table["usable"].astype(bool) if "usable" in table else pd.Series(True, index=table.index)
    for left_out, reason in (
        (usable & (table["hours"] > limit), "lie after the cut-off and were not used"),
        (usable & (table["hours"] <= 0), "lie before the start of the scenario and were not used"),
        (~usable & (table["hours"] <= limit), "are marked as not usable and were not used"),
    ):
        if left_out.any():
            warnings.append(f"{left_out.sum()} reports {reason}")
    table = table[usable & (table["hours"] > 0) & (table["hours"] <= limit)]
    table = table.sort_values(["hours", "quantity", "place"], kind="stable").reset_index(drop=True)
    for name in ("rounding",):
        if name in table:
            table[name] = pd.to_numeric(table[name], errors="coerce")
    return table, (*warnings, *_falls(table))


def _find_wrong(scenario: Scenario, table: pd.DataFrame) -> Iterator[Problem]:
    provinces = list(scenario.aid.provinces)
    for number, (quantity, place, value) in enumerate(zip(table["quantity"], table["place"], table["value"], strict=True)):
        where = f"row {number}"
        if quantity not in REPORTED:
            yield Problem("reports", f"quantity: found {quantity!r}, which is not projected; {nearest(str(quantity), REPORTED)}", where)
        elif place and quantity != "in_state_accommodation":
            yield Problem("reports", f"place: found {place!r} for {quantity}, which is projected for all places; leave it blank", where)
        elif place and place not in provinces:
            yield Problem("reports", f"place: found {place!r}, no province of this scenario; {nearest(str(place), provinces)}", where)
        if not np.isfinite(value) or value < 0:
            yield Problem("reports", f"value: found {value}, expected a number of at least 0", where)


def _falls(table: pd.DataFrame) -> Iterator[str]:
    """Totals that fall: late counts or revisions, which the errors of reports allow for."""
    for (quantity, place), rows in table.groupby(["quantity", "place"], sort=False):
        if quantity in CURRENT:
            continue
        values, times = rows["value"].to_numpy(), rows["time"].to_list()
        for number in np.flatnonzero(np.diff(values) < 0):
            fall = f"from {values[number]:,.0f} to {values[number + 1]:,.0f} at {times[number + 1].isoformat(timespec='minutes')}"
            where = f" in {place}" if place else ""
            yield f"{quantity}{where} falls {fall}, which a total cannot: one of the two is taken to be wrong"


def _learn(
    scenario: Scenario, used: pd.DataFrame, limit: float, draws: int, seed: int, tell: Any
) -> tuple[Iterator[Points], pd.DataFrame, dict[str, float], tuple[str, ...]]:
    items = list(zip(used["quantity"], used["place"], strict=True))
    latent = Latent(scenario, used["hours"].to_numpy(), items, limit)
    observed = observations_of(used, scenario.people.total)
    particles = max(LEAST_PARTICLES, -(-draws // ROUNDS_KEPT))
    kept = -(-draws // particles)
    temperatures = 0

    def told_of(temperature: float) -> None:
        nonlocal temperatures
        temperatures += 1
        tell(0.2 + 0.7 * temperature)

    with ThreadPoolExecutor(cores()) as pool:
        found = sample(
            lambda normals: observed.log_likelihood(*latent.reports(normals, pool)),
            len(latent.paths),
            latent.size - len(latent.paths),
            seed=seed,
            particles=particles,
            last_rounds=max(LAST_ROUNDS, kept),
            keep=kept,
            tell=told_of,
        )
        # Particles stand in the order of their ancestors: any part of them must be taken at random.
        chosen = np.random.default_rng([seed, 2]).permutation(len(found.normals))[:draws]
        normals = found.normals[chosen]
        warnings = _surprises(scenario, used, latent, observed, normals, seed, pool)
    diagnostics = {
        "particles": float(particles),
        "temperatures": float(found.temperatures),
        "effective_by_weighting": found.effective_at_start,
        "ancestors": float(found.ancestors),
        "largest_correlation": found.correlation,
    }
    points = (latent.points(normals[first : first + BLOCK], first) for first in range(0, draws, BLOCK))
    return points, _learned(scenario, (latent, normals)), diagnostics, (*warnings, *_doubts(found))


def _doubts(found: Sample) -> Iterator[str]:
    if found.correlation > 0.8:
        yield f"the draws have not moved far enough (correlation {found.correlation:.2f}); ask for more draws"


def _learned(scenario: Scenario, after: tuple[Latent, Floats] | None) -> pd.DataFrame:
    """Each uncertain number before and after."""
    levels, rows = np.array([0.05, 0.5, 0.95]), []
    values = after[0].values(after[1]) if after else {}
    for place, (path, distribution) in enumerate(scenario.uncertain.items()):
        before = distribution.quantile(levels)
        own = after[1] @ _row(after[0], place) if after else np.empty(0)
        narrowed, pushed = (1.0 - float(own.std()), float(own.mean())) if after else (0.0, 0.0)
        word = "yes" if narrowed >= LEARNED else "a little" if narrowed >= A_LITTLE else "no"
        later = np.quantile(values[path], levels) if after else before
        rows.append((path, *before, *later, narrowed, pushed, word))
    names = [f"{when}_{level}" for when in ("prior", "posterior") for level in (5, 50, 95)]
    table = pd.DataFrame(rows, columns=["path", *names, "narrowed", "pushed", "learned"])
    return table.sort_values("narrowed", ascending=False, kind="stable").reset_index(drop=True)


def _row(latent: Latent, place: int) -> Floats:
    """What a number's own standard normal is made of, as a row over all columns."""
    row = np.zeros(latent.size)
    row[: len(latent.paths)] = latent.mix[place]
    return row


def _surprises(
    scenario: Scenario, used: pd.DataFrame, latent: Latent, observed: Observations, normals: Floats, seed: int, pool: Executor
) -> tuple[str, ...]:
    """Reports that lie outside what the scenario thought possible, and those that it cannot follow even now."""
    random = np.random.default_rng([seed, 3])
    blind = latent.reports(random.standard_normal((TRIED, latent.size)), pool)
    now = latent.reports(normals[:TRIED], pool)
    outside = _beyond(observed, *blind, random)
    unmatched = _beyond(observed, *now, random) & ~outside
    if not outside.any() and not unmatched.any():
        return ()
    pushed = _learned(scenario, (latent, normals))
    pushed = pushed[pushed["pushed"].abs() >= PUSHED].sort_values("pushed", key=abs, ascending=False)
    ranges = [
        f"{path} (range {figure(low)} to {figure(high)}, pushed {'up' if far > 0 else 'down'} to {figure(middle)})"
        for path, low, high, far, middle in zip(
            pushed["path"], pushed["prior_5"], pushed["prior_95"], pushed["pushed"], pushed["posterior_50"], strict=True
        )
    ]
    hint = f"; what forbids it most: {', '.join(ranges[:3])}" if ranges else ""
    found = []
    for which, words in ((outside, "outside what the scenario thought possible"), (unmatched, "which the scenario cannot follow")):
        rows = used[which]
        if len(rows):
            first = rows.iloc[0]
            place = f" in {first['place']}" if first["place"] else ""
            named = f"{first['quantity']}{place} {first['value']:,.0f} at {first['time'].isoformat(timespec='minutes')}"
            others = f" and {len(rows) - 1} more reports" if len(rows) > 1 else ""
            found.append(f"{named}{others}: {words}{hint}")
    most = scenario.uncertain.get("people.total")
    limit = float(most.quantile(np.array([0.999]))[0]) if most else scenario.people.total
    if float(used.loc[used["quantity"] == "arrived", "value"].max()) > limit:
        found.append(f"more people arrived than people.total allows ({figure(limit)} at most): widen its range")
    return tuple(found)


def _beyond(observed: Observations, projected: Floats, rate: Floats, random: np.random.Generator) -> NDArray[np.bool_]:
    """Whether each report lies beyond nearly all that draws would have reported."""
    would = observed.simulate(projected, rate, random)
    above, below = (would >= observed.values).mean(axis=0), (would <= observed.values).mean(axis=0)
    return np.asarray(np.minimum(above, below) < RARE)
