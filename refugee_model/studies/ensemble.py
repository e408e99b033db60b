"""Many draws of the uncertain numbers of one scenario."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.digest import GROUPS
from refugee_model.engine.inputs import Inputs, lay_out
from refugee_model.engine.noise import throughput_noise
from refugee_model.engine.rows import ROWS
from refugee_model.engine.simulation import Digested, digest_draws
from refugee_model.engine.values import Values
from refugee_model.errors import Problem, RequestError
from refugee_model.scenario.uncertain import check_draws, draw_table
from refugee_model.tables.costs import GAP, TOTAL, costs_of_draws
from refugee_model.tables.measures import crossed_by_day, measures, most_covered, transit_by_day

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

BLOCK = 256
"""Draws that a worker moves at a time: enough to pay for laying them out, few enough to stay small in memory."""
MOST_DRAWS = 100_000_000
BED_NIGHT = "aid.bed_night_usd"
COST = "usd: "
"""Prefix of the category of a cost in what a block keeps."""
MOST_BYTES = 4_000_000_000
"""Most memory that kept stocks may take."""
SMALLEST = 1e-12
"""Uniforms are kept this far from 0 and 1."""


@dataclass(frozen=True)
class Ensemble:
    """Draws of one scenario, each measure beside the inputs that made it.

    Attributes
    ----------
    scenario : Scenario
        With the distributions.
    seed : int
        Seed of the draws.
    draws : DataFrame
        One row a draw, one column an uncertain path.
    measures : DataFrame
        One row a draw: the headline measures; times are hours after the start.
    hours : array (day,) [h]
        Ends of the days at which stocks were kept.
    stocks : dict of array (day, place, quantity, draw), by kind of place
        People by day, see ``engine/rows.py``; empty where ``keep`` was ``"measures"``.
    days : array (day, group x 2, draw)
        Person-hours, then peak, of each of ``digest.GROUPS`` on each day.
    crossed : array (day, draw) [people]
        People who have crossed by the end of each day, those from before the start included.
    transit_places : array (day, draw) [places]
        Transit places just before the end of each day.
    costs : dict of array (draw,) [USD], by category
        As ``tables/costs.py`` gives them.

    The last four are empty where ``keep`` was ``"measures"``.
    """

    scenario: Scenario
    seed: int
    draws: pd.DataFrame
    measures: pd.DataFrame
    hours: Floats
    stocks: dict[str, Floats]
    days: Floats
    crossed: Floats
    transit_places: Floats
    costs: dict[str, Floats]

    def __len__(self) -> int:
        return len(self.measures)


def simulate_ensemble(
    scenario: Scenario,
    *,
    draws: int = 1000,
    seed: int = 1,
    executor: Executor | None = None,
    keep: str | None = None,
    progress: bool | Progress = False,
) -> Ensemble:
    """Project many draws of the uncertain numbers of a scenario.

    Parameters
    ----------
    scenario : Scenario
        With distributions; without any, all draws are the same.
    draws : int
        How many.
    seed : int
        The same seed gives the same draws, to the last bit, whatever the executor.
    executor : Executor, optional
        Where blocks of draws are moved; threads of this process unless given.
    keep : {None, "measures"}
        None keeps the people of all places at the end of each day, ``"measures"`` only the headline measures.
    progress : bool or callable
        True shows a bar on the shell; a callable is given draws done and draws in all.

    Returns
    -------
    Ensemble
        Draws, measures, and stocks by day.

    Raises
    ------
    RequestError
        If the number of draws or ``keep`` cannot be used, if it would not fit in memory, or if an uncertain number is not one that
        the engine can draw.
    ScenarioError
        If draws leave the bounds of their field.

    Examples
    --------
    >>> import refugee_model as rm
    >>> ensemble = rm.simulate_ensemble(rm.load_scenario("lachin-2023-plan"), draws=64)
    >>> len(ensemble.measures)
    64
    """
    _check_request(draws, seed, keep)
    _check_size(scenario, draws, keep)
    blocks: list[Block] = []
    with _told(progress, draws) as tell:
        for block in _blocks(scenario, draws, seed, executor, keep):
            blocks.append(block)
            tell(min(len(blocks) * BLOCK, draws), draws)
    tables, measured, kept, hours = zip(*blocks, strict=True)
    whole = {name: np.concatenate([block[name] for block in kept], axis=-1) for name in kept[0]}
    return Ensemble(
        scenario=scenario,
        seed=seed,
        draws=pd.DataFrame({path: np.concatenate([table[path] for table in tables]) for path in scenario.uncertain}, index=range(draws)),
        measures=pd.DataFrame({name: np.concatenate([each[name] for each in measured]) for name in measured[0]}),
        hours=hours[0],
        stocks={kind: whole[kind] for kind in ROWS if kind in whole},
        days=whole.get("days", np.empty((0, 0, 0))),
        crossed=whole.get("crossed", np.empty((0, 0))),
        transit_places=whole.get("transit_places", np.empty((0, 0))),
        costs={name.removeprefix(COST): values for name, values in whole.items() if name.startswith(COST)},
    )


Block = tuple[dict[str, Floats], dict[str, Floats], dict[str, Floats], Floats]


def _blocks(scenario: Scenario, draws: int, seed: int, executor: Executor | None, keep: str | None) -> Iterator[Block]:
    """Blocks of draws in their order; only as many are under way as keep the workers busy."""
    own = None if executor is not None else ThreadPoolExecutor(max_workers=_cores())
    pool = executor if executor is not None else own
    assert pool is not None  # one of the two was given
    pending: deque[Future[Block]] = deque()
    try:
        for first, uniforms in _uniforms(len(scenario.uncertain), draws, seed):
            pending.append(pool.submit(move_block, scenario, uniforms, seed, first, keep))
            if len(pending) > 2 * _cores():
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
        if own is not None:
            own.shutdown(cancel_futures=True)


def _uniforms(paths: int, draws: int, seed: int) -> Iterator[tuple[int, Floats]]:
    """Scrambled Sobol points by block; every block is a part of one sequence."""
    from scipy.stats import qmc

    points = qmc.Sobol(max(paths, 1), scramble=True, rng=np.random.default_rng(seed))
    for first in range(0, draws, BLOCK):
        count = min(BLOCK, draws - first)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The balance properties of Sobol")  # said of the part; the sequence is what counts
            block = points.random(count)[:, :paths]
        yield first, np.clip(block, SMALLEST, 1.0 - SMALLEST)


def move_block(scenario: Scenario, uniforms: Floats, seed: int, first: int, keep: str | None) -> Block:
    """Draw, lay out and move one block; a plain function, so that any executor can run it anywhere.

    Parameters
    ----------
    scenario : Scenario
        With distributions.
    uniforms : array (draw, path)
        Points of the sequence.
    seed, first : int
        Seed of the ensemble, and number of the first of these draws.
    keep : str or None
        What to keep.

    Returns
    -------
    tuple of dict, dict, dict, array
        Draws by path, measures by name, what is kept by name, ends of the days [h].
    """
    table = draw_table(scenario, uniforms) if scenario.uncertain else {}
    check_draws(scenario, table)
    padded = table or {"people.total": np.full(len(uniforms), scenario.people.total)}
    inputs = lay_out(scenario, padded)
    values = Values(scenario, padded)
    bed_night = values.number(BED_NIGHT, scenario.aid.bed_night_usd)
    digest = digest_draws(inputs, noise=_noise(scenario, inputs, padded, seed=seed, first=first))
    crossed = crossed_by_day(inputs, digest)
    cost = costs_of_draws(values, digest, crossed, most_covered(inputs, digest))
    _check_read(inputs.unread & values.unread)
    measured = measures(inputs, digest, list(scenario.aid.provinces), bed_night)
    measured |= {"cost_usd": cost[TOTAL], "funding_gap_usd": cost[GAP]}
    kept: dict[str, Floats] = {}
    if keep != "measures":
        kept = _daily(digest) | {"days": digest.days, "crossed": crossed, "transit_places": transit_by_day(inputs, digest)}
        kept |= {f"{COST}{category}": usd for category, usd in cost.items()}
    return table, measured, kept, digest.hours[digest.edges[1:]]


def _check_read(unread: frozenset[str]) -> None:
    """Refuse uncertain numbers that would change nothing: an uncertainty that is left out in silence misleads."""
    problems = [Problem(path, "changes no measure of an ensemble; give one number") for path in sorted(unread)]
    if problems:
        raise RequestError("these numbers cannot be uncertain in an ensemble", problems)


def _noise(scenario: Scenario, inputs: Inputs, table: dict[str, Floats], *, seed: int, first: int) -> Floats | None:
    noise, path = scenario.timing.checkpoint.noise, "timing.checkpoint.noise"
    if noise is None:
        return None
    values = Values(scenario, table)
    spread, hours = values.number(f"{path}.sd", noise.sd), values.number(f"{path}.correlation_hours", noise.correlation_hours)
    return throughput_noise(np.diff(inputs.bounds), spread, hours, seed=seed, first=first)


def _daily(digest: Digested) -> dict[str, Floats]:
    stocks = dict(digest.stocks)
    staying = np.zeros(stocks["district"].shape)
    staying[:, :, 0] = digest.staying
    return stocks | {"district": stocks["district"] + staying}


def _check_request(draws: int, seed: int, keep: str | None) -> None:
    problems = []
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= MOST_DRAWS:
        problems.append(Problem("draws", f"found {draws!r}, expected a whole number from 1 to {MOST_DRAWS:,}"))
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        problems.append(Problem("seed", f"found {seed!r}, expected a whole number from 0 on"))
    if keep not in (None, "measures"):
        problems.append(Problem("keep", f"found {keep!r}, expected None (all places by day) or 'measures'"))
    if problems:
        raise RequestError("this ensemble cannot be made", problems)


def _check_size(scenario: Scenario, draws: int, keep: str | None) -> None:
    places = 3 * len(scenario.people.districts) + len(scenario.aid.reception_points) + 4 * len(scenario.aid.provinces)
    places += 6 + 2 * len(GROUPS) + 2  # single places, groups by day, and people who crossed and transit places by day
    size = 8.0 * draws * (scenario.timeline.days + 1) * places
    if keep is None and size > MOST_BYTES:
        fits = int(MOST_BYTES / size * draws)
        raise RequestError(
            "this ensemble cannot be made",
            [
                Problem(
                    "keep",
                    f"{draws:,} draws of all places by day take {size / 1e9:.1f} GB; write keep='measures', or take at most {fits:,} draws",
                )
            ],
        )


def _cores() -> int:
    import os

    return os.cpu_count() or 1


class _Silent:
    def __call__(self, done: int, draws: int) -> None:
        """Say nothing."""


def _told(progress: bool | Progress, draws: int) -> Any:
    if callable(progress):
        return nullcontext(progress)
    if not progress:
        return nullcontext(_Silent())
    return _Bar(draws)


class _Bar:
    """A bar with the time left."""

    def __init__(self, draws: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        columns: Sequence[Any] = (TextColumn("draws"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.bar = RichProgress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task("draws", total=draws)

    def __enter__(self) -> Progress:
        self.bar.start()
        return lambda done, draws: self.bar.update(self.task, completed=done)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
