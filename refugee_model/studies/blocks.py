"""Blocks of draws: a few hundred points, drawn, laid out, moved and boiled down to what is kept, on whatever worker is free."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.inputs import Inputs, lay_out
from refugee_model.engine.noise import CHECKPOINT, DEPARTURES, Noise, hourly_shocks, hours_of
from refugee_model.engine.rows import DISTRICT, ONE, POINT, PROVINCE
from refugee_model.engine.simulation import Digested, day_edges, digest_draws
from refugee_model.engine.values import Values
from refugee_model.errors import Problem, RequestError
from refugee_model.quantities import REPORTED
from refugee_model.scenario.uncertain import check_draws, draw_table
from refugee_model.tables.capacity import TABLE as CAPACITY
from refugee_model.tables.capacity import capacity_by_day
from refugee_model.tables.costs import GAP, TOTAL, costs_of_draws
from refugee_model.tables.counted import Daily, bins_of
from refugee_model.tables.measures import measures, transit_places
from refugee_model.tables.movements import TABLE as MOVEMENT
from refugee_model.tables.movements import movements_by_day
from refugee_model.tables.nights import TABLE as NIGHT
from refugee_model.tables.nights import nights_by_day
from refugee_model.tables.reported import reported_at

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = 256
"""Draws that a worker moves at a time: enough to pay for laying them out, few enough that a million draws stay below a gigabyte.

Measured: 512 take 3 % less time a draw, and 110 MB more.
"""
NOISES = {CHECKPOINT: ("checkpoint", "timing.checkpoint.noise"), DEPARTURES: ("departure", "timing.departure.noise")}
"""Group and path of each noise, by its stream."""
SMALLEST = 1e-12
"""Uniforms are kept this far from 0 and 1."""
BED_NIGHT = "aid.bed_night_usd"
MEASURES, QUANTILES, ALL = "measures", "quantiles", "all"


@dataclass(frozen=True)
class Keep:
    """What stays of each draw beside its measures.

    Attributes
    ----------
    stocks : bool
        People by place, day and draw.
    counted : bool
        Counts of draws by place and day, from which quantiles can be read.
    every_step : bool
        Stocks at the end of every step, not only of every day.
    curve_hours : tuple of float
        Further times at which what is reported is kept, hours after the start.
    places : frozenset of str, optional
        Only these places.
    daily : bool
        Whether stocks are kept beside the curves.
    now : float, optional
        Time at which all stocks are kept beside those by day [h]; one of ``curve_hours``.
    """

    stocks: bool = True
    counted: bool = False
    every_step: bool = False
    curve_hours: tuple[float, ...] = ()
    places: frozenset[str] | None = None
    daily: bool = True
    now: float | None = None


@dataclass(frozen=True)
class Points:
    """Where the draws of one block lie.

    Attributes
    ----------
    first : int
        Number of the first of them in the ensemble.
    uniforms : array (draw, path)
        Above 0 and below 1; the paths in the order of ``scenario.uncertain``.
    shocks : dict of array (draw, hour), by stream of ``engine.noise``
        Standard normal numbers that make the noise; where they are not given, and after the hours given, they are those of the seed.
    """

    first: int
    uniforms: Floats
    shocks: dict[int, Floats] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """What is left of one block; each array ends in the draw.

    Attributes
    ----------
    first : int
        Number of the first draw.
    table, measures, kept : dict of array
        Values of uncertain numbers by path, measures by name, what is kept by name.
    counted : dict of str to Daily
        Bins of the amounts, and shares of the draws, by table.
    hours, day_ends, curve_hours : array (time,), (day,), (time,) [h]
        When stocks were kept, ends of the days, and when what is reported was kept.
    """

    first: int
    table: dict[str, Floats]
    measures: dict[str, Floats]
    kept: dict[str, Floats]
    counted: dict[str, Daily]
    hours: Floats
    day_ends: Floats
    curve_hours: Floats


@dataclass(frozen=True)
class Kept:
    """Draws of one scenario as tables read them: those of one block, or of an ensemble.

    Attributes
    ----------
    scenario : Scenario
        With the distributions.
    draws : DataFrame
        One row a draw, one column an uncertain path. Of more than 250,000 draws this and ``measures`` are kept to seven digits.
    measures : DataFrame
        One row a draw: the headline measures; times in the offset of the scenario, blank (NaT) where it never happens. Of one block
        they are hours after the start.
    hours : array (time,) [h]
        When stocks were kept: ends of the days, or of all steps.
    day_ends : array (day,) [h]
        Ends of the days.
    places : frozenset of str or None
        Places whose stocks were kept; None for all.
    stocks : dict of array (time, place, quantity, draw), by kind of place
        People, see ``engine/rows.py``; empty where ``keep`` was ``"measures"`` or ``"quantiles"``.
    days : array (day, row, draw)
        What ``digest.DAY_ROWS`` says is kept of each day.
    nights : array (night, part, draw) [people]
        Heads of each of ``nights.PARTS`` at 02:00 of each date.
    crossed : array (day, draw) [people]
        People who have crossed by the end of each day, those from before the start included.
    transit_places : array (time, draw) [places]
        Transit places just before each of ``hours``.
    costs : dict of array (draw,) [USD], by category
        As ``tables/costs.py`` gives them.
    counted : dict of str to Daily
        Where ``keep`` was ``"quantiles"``: draws by bin, by name of the table.
    curves : dict of array (time, draw), by quantity [people or vehicles]
        What is reported, where it was asked for; see ``quantities.REPORTED``.
    curve_hours : array (time,) [h]
        When.
    now : dict of array (place, quantity, draw), by kind of place
        People at the time of a forecast, those who stay at home for good among the willing.

    Stocks, days, nights, crossed, transit places and costs are empty where ``keep`` was ``"measures"`` or ``"quantiles"``.
    """

    scenario: Scenario
    draws: pd.DataFrame
    measures: pd.DataFrame
    hours: Floats
    day_ends: Floats
    places: frozenset[str] | None
    stocks: dict[str, Floats]
    days: Floats
    nights: Floats
    crossed: Floats
    transit_places: Floats
    costs: dict[str, Floats]
    counted: dict[str, Daily]
    curves: dict[str, Floats]
    curve_hours: Floats
    now: dict[str, Floats]


def sobol_points(scenario: Scenario, draws: int, seed: int) -> Iterator[Points]:
    """Scrambled Sobol points by block; every block is a part of one sequence.

    Parameters
    ----------
    scenario : Scenario
        With distributions.
    draws, seed : int
        How many, and which.
    """
    from scipy.stats import qmc

    paths = len(scenario.uncertain)
    points = qmc.Sobol(max(paths, 1), scramble=True, rng=np.random.default_rng(seed))
    for first in range(0, draws, BLOCK):
        count = min(BLOCK, draws - first)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The balance properties of Sobol")  # said of the part; the sequence is what counts
            uniforms = points.random(count)[:, :paths]
        yield Points(first, np.clip(uniforms, SMALLEST, 1.0 - SMALLEST))


def move_blocks(scenario: Scenario, points: Iterable[Points], seed: int, executor: Executor | None, keep: Keep) -> Iterator[Block]:
    """Blocks of draws in their order; only as many are under way as keep the workers busy.

    Parameters
    ----------
    scenario : Scenario
        With distributions.
    points : iterable of Points
        One for each block.
    seed : int
        Of the noise.
    executor : Executor, optional
        Where blocks are moved; threads of this process unless given.
    keep : Keep
        What stays.
    """
    with nullcontext(executor) if executor is not None else ThreadPoolExecutor(max_workers=cores()) as pool:
        pending: deque[Future[Block]] = deque()
        try:
            for part in points:
                pending.append(pool.submit(move_block, scenario, part, seed, keep))
                if len(pending) > cores() + 1:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def cores() -> int:
    """Processors of this machine."""
    return os.cpu_count() or 1


def move_block(scenario: Scenario, points: Points, seed: int, keep: Keep) -> Block:
    """Draw, lay out and move one block; a plain function, so that any executor can run it anywhere.

    Parameters
    ----------
    scenario : Scenario
        With distributions.
    points : Points
        Where its draws lie.
    seed : int
        Of the noise.
    keep : Keep
        What stays.

    Returns
    -------
    Block
        In the order of the points.

    Raises
    ------
    RequestError
        If an uncertain number changes no measure.
    ScenarioError
        If draws leave the bounds of their field.
    """
    table = draw_table(scenario, points.uniforms) if scenario.uncertain else {}
    check_draws(scenario, table)
    padded = table or {"people.total": np.full(len(points.uniforms), scenario.people.total)}
    values = Values(scenario, padded)
    inputs = lay_out(scenario, padded, departure_noise=noise_of_draws(values, points, seed, DEPARTURES))
    bed_night = values.number(BED_NIGHT, scenario.aid.bed_night_usd)
    at = _times_to_keep(inputs, keep)
    digest = digest_draws(inputs, noise=noise_of_draws(values, points, seed, CHECKPOINT), keep=at)
    cost, unmet = costs_of_draws(values, digest)
    _check_read(inputs.unread & values.unread - set(scenario.without_effect))
    measured = measures(inputs, digest, list(scenario.aid.provinces), bed_night)
    measured |= {"cost_usd": cost[TOTAL], "funding_gap_usd": cost[GAP], "unmet_need_usd": unmet}
    whole = _whole(scenario, table, measured, inputs, digest, cost, keep)
    return Block(
        first=points.first,
        table=table,
        measures=measured,
        kept=flat(whole, daily=keep.daily) if keep.stocks else {},
        counted=_counted(whole) if keep.counted else {},
        hours=whole.hours,
        day_ends=whole.day_ends,
        curve_hours=whole.curve_hours,
    )


def _check_read(unread: frozenset[str]) -> None:
    """Refuse uncertain numbers that would change nothing: an uncertainty that is left out in silence misleads."""
    problems = [Problem(path, "changes no measure of an ensemble; give one number") for path in sorted(unread)]
    if problems:
        raise RequestError("these numbers cannot be uncertain in an ensemble", problems)


def noise_of_draws(values: Values, points: Points, seed: int, stream: int) -> Noise | None:
    """The noise of the checkpoint or of departures for draws at these points; None where the scenario has none.

    Parameters
    ----------
    values : Values
        The scenario and its draws.
    points : Points
        Where they lie.
    seed : int
        Of the shocks that the points do not give.
    stream : int
        ``CHECKPOINT`` or ``DEPARTURES``.
    """
    group, name = NOISES[stream]
    noise = getattr(values.scenario.timing, group).noise
    if noise is None:
        return None
    spread, hours = values.number(f"{name}.sd", noise.sd), values.number(f"{name}.correlation_hours", noise.correlation_hours)
    length, given = values.scenario.timeline.hours, points.shocks.get(stream)
    if given is not None and given.shape[1] >= hours_of(length):
        return Noise(given[:, : hours_of(length)], spread, hours)
    shocks = hourly_shocks(length, len(points.uniforms), seed=seed, first=points.first, stream=stream)
    if given is not None:
        shocks[:, : given.shape[1]] = given
    return Noise(shocks, spread, hours)


def _times_to_keep(inputs: Inputs, keep: Keep) -> Integers | None:
    """Bounds at which stocks are kept; None for the ends of days."""
    if keep.every_step:
        return np.arange(1, len(inputs.bounds))
    if not keep.curve_hours:
        return None
    wanted = np.searchsorted(inputs.bounds, np.asarray(keep.curve_hours) - 1e-9)
    if keep.now is not None:  # the bounds on either side of it
        after = int(np.searchsorted(inputs.bounds, keep.now - 1e-9))
        wanted = np.append(wanted, [after - 1, after])
    return np.union1d(day_edges(inputs)[1:], np.clip(wanted, 1, len(inputs.bounds) - 1))


def _whole(
    scenario: Scenario,
    table: dict[str, Floats],
    measured: dict[str, Floats],
    inputs: Inputs,
    digest: Digested,
    cost: dict[str, Floats],
    keep: Keep,
) -> Kept:
    stocks = dict(digest.stocks)
    staying = np.zeros(stocks[DISTRICT].shape)
    staying[:, :, 0] = digest.staying
    stocks[DISTRICT] = stocks[DISTRICT] + staying
    if keep.places is not None:
        for kind, group in (
            (DISTRICT, scenario.people.districts),
            (POINT, scenario.aid.reception_points),
            (PROVINCE, scenario.aid.provinces),
        ):
            stocks[kind] = stocks[kind][:, [number for number, name in enumerate(group) if name in keep.places]]
    curves, kept, now = {}, digest.kept, {}
    if keep.curve_hours:
        names = list(scenario.aid.provinces)
        curves = {quantity: reported_at(digest.stocks, quantity, "", names) for quantity in REPORTED}
        if keep.now is not None:
            times = digest.hours[kept]
            after = int(np.clip(np.searchsorted(times, keep.now), 1, len(times) - 1))
            part = float(np.clip((keep.now - times[after - 1]) / (times[after] - times[after - 1]), 0.0, 1.0))
            now = {kind: array[after - 1] * (1.0 - part) + array[after] * part for kind, array in stocks.items()}
        at_ends = np.searchsorted(kept, digest.edges[1:])
        stocks, kept = {kind: array[at_ends] for kind, array in stocks.items()}, digest.edges[1:]
    return Kept(
        scenario=scenario,
        draws=pd.DataFrame(table, index=range(inputs.draws)),
        measures=pd.DataFrame(measured),
        hours=digest.hours[kept],
        day_ends=digest.hours[digest.edges[1:]],
        places=keep.places,
        stocks={kind: stocks[kind] for kind in (ONE, DISTRICT, POINT, PROVINCE)},
        days=digest.days,
        nights=digest.nights,
        crossed=digest.crossed[1:],
        transit_places=transit_places(inputs, kept),
        costs=cost,
        counted={},
        curves=curves,
        curve_hours=digest.hours[digest.kept],
        now={kind: now[kind] for kind in (ONE, DISTRICT, POINT, PROVINCE) if now},
    )


COST, STOCK, CURVE, NOW = "usd: ", "people: ", "reported: ", "now: "
"""Prefixes of the category of a cost, of a kind of place by day and at one time, and of a reported quantity, among what is kept."""


def flat(whole: Kept, *, daily: bool = True) -> dict[str, Floats]:
    """All arrays that end in the draw, by name; without ``daily`` only the curves."""
    curves = {f"{CURVE}{quantity}": values for quantity, values in whole.curves.items()}
    curves |= {f"{NOW}{kind}": array for kind, array in whole.now.items()}
    return (
        curves
        if not daily
        else curves
        | {
            **{f"{STOCK}{kind}": array for kind, array in whole.stocks.items()},
            **{f"{COST}{category}": usd for category, usd in whole.costs.items()},
            "days": whole.days,
            "nights": whole.nights,
            "crossed": whole.crossed,
            "transit_places": whole.transit_places,
        }
    )


def _counted(whole: Kept) -> dict[str, Daily]:
    tables = {CAPACITY: capacity_by_day(whole), MOVEMENT: movements_by_day(whole)[1], NIGHT: nights_by_day(whole)}
    return {
        name: replace(daily, amounts={column: bins_of(values) for column, values in daily.amounts.items()})
        for name, daily in tables.items()
    }
