"""Many draws of the uncertain numbers of one scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.digest import CURVES, DAY_ROWS
from refugee_model.engine.nights import PARTS
from refugee_model.engine.rows import DISTRICT, KEPT, LANES, ONE, POINT, PROVINCE, ROWS
from refugee_model.engine.trajectories import KINDS
from refugee_model.errors import Problem, RequestError, as_found, nearest
from refugee_model.memory import GIGABYTE, free_memory
from refugee_model.quantities import REPORTED
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.blocks import (
    ALL,
    BLOCK,
    COST,
    CURVE,
    MEASURES,
    NOW,
    QUANTILES,
    STOCK,
    Block,
    Keep,
    Kept,
    Points,
    cores,
    move_blocks,
    sobol_points,
)
from refugee_model.studies.progress import Progress, told
from refugee_model.tables.capacity import AMOUNTS
from refugee_model.tables.costs import CATEGORIES
from refugee_model.tables.counted import BINS, Counts, Daily
from refugee_model.tables.draws import COPIES, WINDOW_BYTES
from refugee_model.tables.draws import QUANTILES as QUANTILES_OF_TABLES
from refugee_model.tables.measures import HEADLINES, measure_frame
from refugee_model.tables.nights import COLUMNS

Floats = NDArray[np.float64]

MOST_DRAWS = 1_000_000
"""A probability is then known to 0.05 percentage points: what is left of the uncertainty lies in the scenario."""
MOST_EXACT = 250_000
"""Of more draws than this, inputs and measures are kept to seven digits, or a million would not fit in a gigabyte."""


@dataclass(frozen=True)
class Ensemble(Kept):
    """Draws of one scenario, each measure beside the inputs that made it.

    Attributes
    ----------
    seed : int
        Seed of the draws.

    The others are those of :class:`refugee_model.studies.blocks.Kept`.
    """

    seed: int

    def __len__(self) -> int:
        return len(self.measures)


@takes("this ensemble cannot be made")
def simulate_ensemble(
    scenario: Scenario,
    *,
    draws: int = 1000,
    seed: int = 1,
    executor: Executor | None = None,
    keep: str | Sequence[str] | None = None,
    progress: bool | Progress = False,
) -> Ensemble:
    """Project many draws of the uncertain numbers of a scenario.

    Parameters
    ----------
    scenario : Scenario
        With distributions; without any, all draws are the same.
    draws : int
        How many, at most a million.
    seed : int
        The same seed gives the same draws, to the last bit, whatever the executor.
    executor : Executor, optional
        Where blocks of draws are moved; threads of this process unless given.
    keep : {None, "all", "quantiles", "measures"} or list of str
        None keeps the people of all places at the end of each day, ``"all"`` at the end of each step, a list of places only theirs
        by day. ``"quantiles"`` counts draws by place and day, in the same memory for any number of draws: quantiles of the capacity
        and movement table are then off by at most 0.8 %. ``"measures"`` keeps the headline measures only, as all others do, too.
    progress : bool or callable
        True shows a bar on the shell; a callable is given draws done and draws in all.

    Returns
    -------
    Ensemble
        Draws, measures, and what was to be kept.

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
    wanted = _check_request(scenario, draws, seed, keep)
    check_size(scenario, draws, wanted)
    draws, seed = int(draws), int(seed)  # a whole number of numpy is one, too
    return ensemble_of(
        scenario, sobol_points(scenario, draws, seed), draws=draws, seed=seed, executor=executor, keep=wanted, progress=progress
    )


def ensemble_of(
    scenario: Scenario,
    points: Iterable[Points],
    *,
    draws: int,
    seed: int,
    executor: Executor | None = None,
    keep: Keep | None = None,
    progress: bool | Progress = False,
) -> Ensemble:
    """Project the draws that lie at given points.

    Parameters
    ----------
    scenario : Scenario
        With distributions.
    points : iterable of Points
        One for each block, in order.
    draws, seed : int
        Points in all, and the seed of the noise.
    executor, progress
        As :func:`simulate_ensemble` takes them.
    keep : Keep, optional
        What stays; people by day unless given.

    Returns
    -------
    Ensemble
        In the order of the points.
    """
    keep = Keep() if keep is None else keep
    whole = _Whole(scenario, draws, keep)
    with told(progress, draws) as tell:
        for block in move_blocks(scenario, points, seed, executor, keep):
            whole.put(block)
            tell(whole.done, draws)
    return whole.ensemble(seed)


class _Whole:
    """An ensemble as it is put together: what each block is worth goes to its place at once, and the block is let go."""

    def __init__(self, scenario: Scenario, draws: int, keep: Keep) -> None:
        self.scenario, self.draws, self.keep, self.done = scenario, draws, keep, 0
        self.kind = np.float64 if draws <= MOST_EXACT else np.float32
        self.table = np.empty((len(scenario.uncertain), draws), dtype=self.kind)
        self.measures = np.empty((0, draws), dtype=self.kind)
        self.names: list[str] = []
        self.kept: dict[str, Floats] = {}
        self.counts: dict[str, dict[str, Counts]] = {}
        self.chances: dict[str, dict[str, Floats]] = {}
        self.hours = self.day_ends = self.curve_hours = np.empty(0)

    def put(self, block: Block) -> None:
        """Put one block in its place."""
        count = len(next(iter(block.measures.values())))
        here = slice(block.first, block.first + count)
        if not self.names:
            self._begin(block)
        for row, path in enumerate(self.scenario.uncertain):
            self.table[row, here] = block.table[path]
        for row, name in enumerate(self.names):
            self.measures[row, here] = block.measures[name]
        for name, array in block.kept.items():
            self.kept[name][..., here] = array
        for table, daily in block.counted.items():
            for name, codes in daily.amounts.items():
                self.counts[table][name].add(codes)
            for name, share in daily.chances.items():
                self.chances[table][name] += np.round(share * count)
        self.done += count

    def _begin(self, block: Block) -> None:
        self.names, self.hours, self.day_ends, self.curve_hours = list(block.measures), block.hours, block.day_ends, block.curve_hours
        self.measures = np.empty((len(self.names), self.draws), dtype=self.kind)
        # Curves are kept to seven digits: they are many, and read to three.
        kinds = {name: np.float32 if name.startswith(CURVE) else np.float64 for name in block.kept}
        self.kept = {name: np.empty((*array.shape[:-1], self.draws), dtype=kinds[name]) for name, array in block.kept.items()}
        for table, daily in block.counted.items():
            self.counts[table] = {name: Counts(np.shape(codes)[:-1]) for name, codes in daily.amounts.items()}
            self.chances[table] = {name: np.zeros(share.shape) for name, share in daily.chances.items()}

    def ensemble(self, seed: int) -> Ensemble:
        """The whole, once all blocks are there."""
        kept, none = self.kept, np.empty((0, 0))
        return Ensemble(
            scenario=self.scenario,
            seed=seed,
            draws=pd.DataFrame(self.table.T, columns=list(self.scenario.uncertain), index=range(self.draws), copy=False),
            measures=measure_frame(self.scenario.timeline, dict(zip(self.names, self.measures, strict=True))),
            hours=self.hours,
            day_ends=self.day_ends,
            places=self.keep.places,
            stocks={kind: kept[f"{STOCK}{kind}"] for kind in ROWS if f"{STOCK}{kind}" in kept},
            days=kept.get("days", np.empty((0, 0, 0))),
            nights=kept.get("nights", np.empty((0, 0, 0))),
            crossed=kept.get("crossed", none),
            transit_places=kept.get("transit_places", none),
            curves={name.removeprefix(CURVE): values for name, values in kept.items() if name.startswith(CURVE)},
            curve_hours=self.curve_hours,
            now={kind: kept[f"{NOW}{kind}"] for kind in ROWS if f"{NOW}{kind}" in kept},
            costs={name.removeprefix(COST): values for name, values in kept.items() if name.startswith(COST)},
            counted={
                table: Daily(self.counts[table], {name: sums / self.draws for name, sums in chances.items()})
                for table, chances in self.chances.items()
            },
        )


def find_wrong_scenario(scenario: object) -> list[Problem]:
    """What is wrong with something that should be a scenario."""
    if isinstance(scenario, Scenario):
        return []
    return [Problem("scenario", f"found {as_found(scenario)}, expected a scenario: load one with load_scenario")]


def find_wrong_numbers(draws: int, seed: int) -> list[Problem]:
    """What is wrong with a number of draws and a seed."""
    problems = []
    if isinstance(draws, bool) or not isinstance(draws, Integral) or not 1 <= draws <= MOST_DRAWS:
        problems.append(Problem("draws", f"found {as_found(draws)}, expected a whole number from 1 to {MOST_DRAWS:,}"))
    if isinstance(seed, bool) or not isinstance(seed, Integral) or not 0 <= seed < 2**63:
        problems.append(Problem("seed", f"found {as_found(seed)}, expected a whole number from 0 on"))
    return problems


def check_numbers(draws: int, seed: int) -> None:
    """Refuse a number of draws or a seed that no ensemble can have, before any work.

    Raises
    ------
    RequestError
        If one of them cannot be used.
    """
    problems = find_wrong_numbers(draws, seed)
    if problems:
        raise RequestError("these draws cannot be made", problems)


def _check_request(scenario: Scenario, draws: int, seed: int, keep: str | Sequence[str] | None) -> Keep:
    problems = find_wrong_scenario(scenario) + find_wrong_numbers(draws, seed)
    wanted = Keep()
    if not isinstance(scenario, Scenario):
        raise RequestError("this ensemble cannot be made", problems)
    if isinstance(keep, str):
        known = {ALL: Keep(every_step=True), QUANTILES: Keep(stocks=False, counted=True), MEASURES: Keep(stocks=False)}
        if keep in known:
            wanted = known[keep]
        else:
            expected = f"expected None (all places by day), '{ALL}', '{QUANTILES}', '{MEASURES}' or a list of places"
            hint = f"; for one place write [{keep!r}]" if keep in place_names(scenario) else ""
            problems.append(Problem("keep", f"found {keep!r}, {expected}{hint}"))
    elif isinstance(keep, Sequence) and not isinstance(keep, bytes):
        wanted = Keep(places=frozenset(map(str, keep)))
        problems += _unknown_places(scenario, keep)
    elif keep is not None:
        problems.append(Problem("keep", f"found {as_found(keep)}, expected None, a word or a list of places"))
    if problems:
        raise RequestError("this ensemble cannot be made", problems)
    return wanted


def place_names(scenario: Scenario) -> list[str]:
    """Names of all places by which stocks can be kept: districts, reception points, provinces, and those of which there is one."""
    groups = (scenario.people.districts, scenario.aid.reception_points, scenario.aid.provinces)
    return list(dict.fromkeys([*(name for group in groups for name in group), *SINGLE]))


SINGLE = ("on_road", "road", "detained", "unregistered_hosted", "awaiting_placement", "transit", "left_country")
"""Places of which there is one, by their names in the movement table and in the capacity table."""


def _unknown_places(scenario: Scenario, keep: Sequence[str]) -> list[Problem]:
    names = place_names(scenario)
    if not keep:
        return [Problem("keep", "found an empty list, expected names of places, such as " + ", ".join(map(repr, names[:3])))]
    problems = []
    for name in keep:
        if name not in names:
            problems.append(Problem("keep", f"found {name!r}, which is no place of this scenario; {nearest(str(name), names)}"))
    return problems


def check_size(scenario: Scenario, draws: int, keep: Keep) -> None:
    """Refuse what would not fit in the memory that is free, and say what would.

    Parameters
    ----------
    scenario, draws, keep
        As :func:`bytes_of` takes them.

    Raises
    ------
    RequestError
        Says how much it would take, how much is free, and what to keep instead.
    """
    kept, free = bytes_of(scenario, draws, keep), free_memory()
    size = kept + bytes_at_work(scenario, draws, keep)
    if size <= free:
        return
    fits = _draws_that_fit(scenario, draws, keep, free)
    smaller = "keep='quantiles', which takes the same memory for any number of draws," if keep.stocks else "run_batch, which keeps files,"
    if keep.curve_hours:
        smaller = "keep='measures'" if keep.daily else "fewer draws"
    take = f"or take at most {fits:,} draws" if fits else "on a machine with more memory"
    tables = " and their tables" if keep.stocks and keep.daily else ""
    what = f"{draws:,} draws{tables} take {size / GIGABYTE:.1f} GB and {free / GIGABYTE:.1f} GB are free"
    raise RequestError("this ensemble cannot be made", [Problem("keep", f"{what}; use {smaller} {take}")])


def _draws_that_fit(scenario: Scenario, draws: int, keep: Keep, free: float) -> int:
    """The most draws that fit, to two digits at most."""
    low, high = 0, draws
    while high - low > max(low // 100, 1):
        middle = (low + high) // 2
        fits = bytes_of(scenario, middle, keep) + bytes_at_work(scenario, middle, keep) <= free
        low, high = (middle, high) if fits else (low, middle)
    return low


def bytes_of(scenario: Scenario, draws: int, keep: Keep) -> float:
    """Memory that an ensemble takes once it is there.

    Parameters
    ----------
    scenario : Scenario
        The assumptions.
    draws : int
        How many.
    keep : Keep
        What stays.

    Returns
    -------
    float
        Bytes.
    """
    kept = _places_kept(scenario, keep)
    days = scenario.timeline.days + 1
    times = scenario.timeline.hours * 60.0 / scenario.timeline.step_minutes if keep.every_step else days
    rows = sum(KEPT[kind] * count for kind, count in kept.items())
    a_draw = (8.0 if draws <= MOST_EXACT else 4.0) * (len(scenario.uncertain) + len(scenario.aid.provinces) + len(HEADLINES))
    stocks = 0.0
    if keep.stocks and keep.daily:
        sectors = len({item.sector for item in scenario.standards.items.values()})
        stocks = 8.0 * (times * (rows + 1) + days * (DAY_ROWS + 1 + len(PARTS)) + sectors + len(CATEGORIES))
    if keep.curve_hours:
        stocks += 4.0 * len(keep.curve_hours) * len(REPORTED) + 8.0 * 2 * (rows + scenario.timeline.hours)
    moved = sum(kept[kind] + (1 if kept[kind] > 1 else 0) for kind in KINDS.values())
    cells = days * (len(AMOUNTS) * (kept[PROVINCE] + 3) + moved + len(COLUMNS)) if keep.counted else 0.0
    return draws * (a_draw + stocks) + 4.0 * BINS * cells


def bytes_at_work(scenario: Scenario, draws: int, keep: Keep) -> float:
    """Memory that comes on top of an ensemble: of blocks that are under way, or later of the tables that are made of it [bytes]."""
    kept, timeline = _places_kept(scenario, keep), scenario.timeline
    whole = _places_kept(scenario, Keep())
    days, steps = timeline.days + 1, timeline.hours * 60.0 / timeline.step_minutes
    rows = sum(KEPT[kind] * count for kind, count in whole.items())
    block = min(draws, BLOCK) * 8.0 * (steps if keep.every_step else days) * rows * 1.25  # stocks, and once more those of its lanes
    waiting = min(cores() + 2 if keep.stocks else cores(), -(-draws // BLOCK))
    # Chances to stay at home in each step, and noise; curves of each step for the lanes of a moment.
    steady = 8.0 * steps * (2 * min(draws, BLOCK) + len(CURVES) * LANES) + BLOCK_BYTES
    blocks = waiting * block + min(cores(), -(-draws // BLOCK)) * steady
    if not (keep.stocks and keep.daily):
        return blocks
    moved = sum(kept[kind] + (1 if kept[kind] > 1 else 0) for kind in KINDS.values())
    times = steps if keep.every_step else days
    window = max(float(WINDOW_BYTES), 8.0 * COPIES * moved * draws)
    tables = window + times * moved * len(QUANTILES_OF_TABLES) * ROW_BYTES + 8.0 * NEEDS_COPIES * days * draws
    return max(blocks, tables)


def _places_kept(scenario: Scenario, keep: Keep) -> dict[str, int]:
    """How many places of each kind are kept."""
    groups: dict[str, Mapping[str, object]] = {
        DISTRICT: scenario.people.districts,
        POINT: scenario.aid.reception_points,
        PROVINCE: scenario.aid.provinces,
    }
    there = {kind: sum(1 for name in group if keep.places is None or name in keep.places) for kind, group in groups.items()}
    return there | {ONE: 1}


BLOCK_BYTES = 40_000_000
"""Memory that a block takes while it is under way, beside its stocks; measured on the packaged scenarios."""
ROW_BYTES = 200.0
"""Memory of a row of a table, measured: 150 of a capacity table."""
NEEDS_COPIES = 45
"""Arrays (date, draw) that are there at once while a table of needs is worked out, measured: 40."""
