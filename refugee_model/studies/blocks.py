"""Blocks of draws: a few hundred points, drawn, laid out, moved and boiled down to what is kept, on whatever worker is free."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.inputs import Inputs, lay_out
from refugee_model.engine.noise import hourly_shocks, noise_of
from refugee_model.engine.rows import DISTRICT, ONE, POINT, PROVINCE
from refugee_model.engine.simulation import Digested, digest_draws
from refugee_model.engine.values import Values
from refugee_model.errors import Problem, RequestError
from refugee_model.scenario.uncertain import check_draws, draw_table
from refugee_model.tables.capacity import TABLE as CAPACITY
from refugee_model.tables.capacity import capacity_by_day
from refugee_model.tables.costs import GAP, TOTAL, costs_of_draws
from refugee_model.tables.counted import Daily, bins_of
from refugee_model.tables.measures import measures, transit_places
from refugee_model.tables.movements import TABLE as MOVEMENT
from refugee_model.tables.movements import movements_by_day

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

BLOCK = 256
"""Draws that a worker moves at a time: enough to pay for laying them out, few enough that a million draws stay below a gigabyte.

Measured: 512 take 3 % less time a draw, and 110 MB more.
"""
SMALLEST = 1e-12
"""Uniforms are kept this far from 0 and 1."""
BED_NIGHT = "aid.bed_night_usd"
NOISE = "timing.checkpoint.noise"
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
    places : frozenset of str, optional
        Only these places.
    """

    stocks: bool = True
    counted: bool = False
    every_step: bool = False
    places: frozenset[str] | None = None


@dataclass(frozen=True)
class Points:
    """Where the draws of one block lie.

    Attributes
    ----------
    first : int
        Number of the first of them in the ensemble.
    uniforms : array (draw, path)
        Above 0 and below 1; the paths in the order of ``scenario.uncertain``.
    shocks : array (draw, hour), optional
        Standard normal numbers that make the noise of the checkpoint; those of the seed unless given.
    """

    first: int
    uniforms: Floats
    shocks: Floats | None = None


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
    hours, day_ends : array (time,), (day,) [h]
        When stocks were kept, and ends of the days.
    """

    first: int
    table: dict[str, Floats]
    measures: dict[str, Floats]
    kept: dict[str, Floats]
    counted: dict[str, Daily]
    hours: Floats
    day_ends: Floats


@dataclass(frozen=True)
class Kept:
    """One block as tables read many draws; ``studies.ensemble.Ensemble`` says what each attribute is."""

    scenario: Scenario
    draws: pd.DataFrame
    measures: pd.DataFrame
    hours: Floats
    day_ends: Floats
    places: frozenset[str] | None
    stocks: dict[str, Floats]
    days: Floats
    crossed: Floats
    transit_places: Floats
    costs: dict[str, Floats]
    counted: dict[str, Daily]


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
    own = None if executor is not None else ThreadPoolExecutor(max_workers=cores())
    pool = executor if executor is not None else own
    assert pool is not None  # one of the two was given
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
        if own is not None:
            own.shutdown(cancel_futures=True)


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
    inputs, values = lay_out(scenario, padded), Values(scenario, padded)
    bed_night = values.number(BED_NIGHT, scenario.aid.bed_night_usd)
    digest = digest_draws(inputs, noise=_noise(values, inputs, points, seed), every_step=keep.every_step)
    cost, unmet = costs_of_draws(values, digest)
    _check_read(inputs.unread & values.unread)
    measured = measures(inputs, digest, list(scenario.aid.provinces), bed_night)
    measured |= {"cost_usd": cost[TOTAL], "funding_gap_usd": cost[GAP], "unmet_need_usd": unmet}
    whole = _whole(scenario, table, measured, inputs, digest, cost, keep)
    return Block(
        first=points.first,
        table=table,
        measures=measured,
        kept=flat(whole) if keep.stocks else {},
        counted=_counted(whole) if keep.counted else {},
        hours=whole.hours,
        day_ends=whole.day_ends,
    )


def _check_read(unread: frozenset[str]) -> None:
    """Refuse uncertain numbers that would change nothing: an uncertainty that is left out in silence misleads."""
    problems = [Problem(path, "changes no measure of an ensemble; give one number") for path in sorted(unread)]
    if problems:
        raise RequestError("these numbers cannot be uncertain in an ensemble", problems)


def _noise(values: Values, inputs: Inputs, points: Points, seed: int) -> Floats | None:
    noise = values.scenario.timing.checkpoint.noise
    if noise is None:
        return None
    spread, hours = values.number(f"{NOISE}.sd", noise.sd), values.number(f"{NOISE}.correlation_hours", noise.correlation_hours)
    shocks = points.shocks
    if shocks is None:
        shocks = hourly_shocks(inputs.bounds, len(points.uniforms), seed=seed, first=points.first)
    return noise_of(shocks, inputs.bounds, spread, hours)


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
    return Kept(
        scenario=scenario,
        draws=pd.DataFrame(table, index=range(inputs.draws)),
        measures=pd.DataFrame(measured),
        hours=digest.hours[digest.kept],
        day_ends=digest.hours[digest.edges[1:]],
        places=keep.places,
        stocks={kind: stocks[kind] for kind in (ONE, DISTRICT, POINT, PROVINCE)},
        days=digest.days,
        crossed=digest.crossed[1:],
        transit_places=transit_places(inputs, digest),
        costs=cost,
        counted={},
    )


COST, STOCK = "usd: ", "people: "
"""Prefixes of the category of a cost, and of a kind of place, among what is kept."""


def flat(whole: Kept) -> dict[str, Floats]:
    """All arrays that end in the draw, by name."""
    return {
        **{f"{STOCK}{kind}": array for kind, array in whole.stocks.items()},
        **{f"{COST}{category}": usd for category, usd in whole.costs.items()},
        "days": whole.days,
        "crossed": whole.crossed,
        "transit_places": whole.transit_places,
    }


def _counted(whole: Kept) -> dict[str, Daily]:
    tables = {CAPACITY: capacity_by_day(whole), MOVEMENT: movements_by_day(whole)[1]}
    return {
        name: replace(daily, amounts={column: bins_of(values) for column, values in daily.amounts.items()})
        for name, daily in tables.items()
    }
