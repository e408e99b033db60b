"""Many draws of the uncertain numbers of one scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import takes
from refugee_model.arrays import Floats
from refugee_model.cards import Card, OnCard
from refugee_model.engine.result import DAYS, EVERYTHING, NEVER, Joined, Keep, Result
from refugee_model.errors import Problem, RequestError, nearest, refuse_if
from refugee_model.outcomes.statistics import Histogram, Outcome
from refugee_model.scenario.network import names_of_places
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.blocks import MovedBlock, Wanted, move_blocks
from refugee_model.studies.draws import find_wrong_table, tell_ignored
from refugee_model.studies.points import Points, given_points, points_of
from refugee_model.studies.size import MOST_EXACT, check_size
from refugee_model.studies.workers import Progress, told
from refugee_model.tables.ranges import measure_frame, range_table
from refugee_model.wording import as_found, chance, moment, whole

MOST_DRAWS, MOST_SEED = 1_000_000, 2**63 - 1
"""A probability is then known to 0.05 percentage points: what is left of the uncertainty lies in the scenario."""

WORDS = {
    None: Wanted(),
    "all": Wanted(EVERYTHING),
    "quantiles": Wanted(Keep(NEVER), counted=True),
    "measures": Wanted(Keep(NEVER)),
}
"""What ``keep`` asks for."""


EARLIER = {
    **{name: name for name in ("hours", "day_ends", "days", "nights", "crossed", "transit_places")},
    "stocks": "recorded",
    "places": "keep.places",
}
"""Attributes of an earlier version, and where they are in ``result``."""


@dataclass(frozen=True, repr=False)
class Ensemble(OnCard):
    """Draws of one scenario, each measure beside the inputs that made it.

    Attributes
    ----------
    scenario : Scenario
        With the distributions.
    seed : int
        Seed of the draws.
    draws : DataFrame
        One row a draw, one column an uncertain path. Of more than 250,000 draws this and ``measures`` are kept to seven
        digits.
    measures : DataFrame
        One row a draw: the headline measures; times in the offset of the scenario, blank (NaT) where it never happens.
    result : Result
        What was kept of the draws; empty where ``keep`` was ``"measures"`` or ``"quantiles"``.
    counted : dict of str to Outcome
        Where ``keep`` was ``"quantiles"``: draws by bin, by name of the table.
    curves : dict of array (time, draw)
        What is reported, by quantity [people or vehicles], where a forecast asked for it.
    curve_hours : array (time,) [h]
        When.
    now : dict of array (place, variable, draw), by group of places
        People at the time of a forecast, those who stay at home for good among the willing.
    """

    scenario: Scenario
    seed: int
    draws: pd.DataFrame
    measures: pd.DataFrame
    result: Result
    counted: dict[str, Outcome]
    curves: dict[str, Floats]
    curve_hours: Floats
    now: dict[str, Floats]

    def __len__(self) -> int:
        return len(self.measures)

    def __getattr__(self, name: str) -> Any:
        """What an earlier version had here says where it is now."""
        if name in EARLIER:
            raise AttributeError(f"an ensemble has no '{name}' any more; write .result.{EARLIER[name]}")
        raise AttributeError(f"an ensemble has no '{name}'")

    def _card(self) -> Card:
        return card_of_draws(self, "Ensemble")


@takes("this ensemble cannot be made")
def simulate_ensemble(
    scenario: Scenario,
    *,
    draws: int | pd.DataFrame = 1000,
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
    draws : int or DataFrame
        How many, at most a million. Or the draws themselves, such as ``draws`` of another ensemble: one row a draw, one
        column an uncertain path; columns of what is certain in this scenario are ignored, with a warning.
    seed : int
        The same seed gives the same draws, to the last bit, whatever the executor; of a table, the same noise.
    executor : Executor, optional
        Where blocks of draws are moved; threads of this process unless given.
    keep : {None, "all", "quantiles", "measures"} or list of str
        None keeps the people of all places at the end of each day, ``"all"`` all of them and who moves in every step, a
        list of places only theirs by day. ``"quantiles"`` counts draws by place and day, in the same memory for any
        number of draws: quantiles of the capacity and movement table are then off by at most 0.8 %. ``"measures"``
        keeps the headline measures only, as all others do, too.
    progress : bool or callable
        True shows a bar on the shell; a callable is given draws done and draws in all.

    Returns
    -------
    Ensemble
        Draws, measures, and what was to be kept.

    Raises
    ------
    RequestError
        If the draws or ``keep`` cannot be used, if it would not fit in memory, or if an uncertain number is not one
        that the engine can draw.
    ScenarioError
        If draws leave the bounds of their field.

    Notes
    -----
    Each uncertain number has a quasi-random sequence of its own, that of its path, the seed and the number of the draw;
    the noise depends on the seed, the number of the draw and the route. So two scenarios draw alike what they share.

    Examples
    --------
    >>> import refugee_model as rm
    >>> ensemble = rm.simulate_ensemble(rm.load_scenario("lachin-2023-plan"), draws=64)
    >>> len(ensemble.measures)
    64
    """
    count = len(draws) if isinstance(draws, pd.DataFrame) else draws
    wanted = _check_request(scenario, draws, seed, keep)
    check_size(scenario, count, wanted)
    count, seed = int(count), int(seed)  # a whole number of numpy is one, too
    if isinstance(draws, pd.DataFrame):
        tell_ignored(scenario, draws)
        points = given_points(draws, list(scenario.uncertain))
    else:
        points = points_of(scenario, count, seed)
    return ensemble_of(scenario, points, draws=count, seed=seed, executor=executor, wanted=wanted, progress=progress)


def ensemble_of(
    scenario: Scenario,
    points: Iterable[Points],
    *,
    draws: int,
    seed: int,
    executor: Executor | None = None,
    wanted: Wanted | None = None,
    progress: bool | Progress = False,
) -> Ensemble:
    """Project draws at given points, one for each block, in order; people by day stay unless said otherwise."""
    whole = _Whole(scenario, draws)
    with told(progress, draws) as tell:
        for block in move_blocks(scenario, points, seed, executor, wanted or Wanted()):
            whole.put(block)
            tell(whole.done, draws)
    return whole.ensemble(seed)


def curves_of(
    scenario: Scenario,
    draws: int,
    seed: int,
    hours: Iterable[float],
    executor: Executor | None = None,
    *,
    queues: bool = False,
) -> Ensemble:
    """Draws of which what is reported at some hours is kept, and who waits in ``queues``, but no people by place."""
    wanted = Wanted(Keep(NEVER), curve_hours=tuple(hours), queues=queues)
    points = points_of(scenario, draws, seed)
    return ensemble_of(scenario, points, draws=draws, seed=seed, executor=executor, wanted=wanted)


class _Whole:
    """An ensemble as it is put together: what each block is worth goes to its place, and the block is let go."""

    def __init__(self, scenario: Scenario, draws: int) -> None:
        self.scenario, self.draws, self.done = scenario, draws, 0
        self.kind = np.float64 if draws <= MOST_EXACT else np.float32
        self.paths, self.table = list(scenario.uncertain), np.empty((0, draws), dtype=self.kind)
        self.measures: dict[str, Floats] = {}
        self.joined = Joined(draws)
        self.counted: dict[str, Outcome] = {}
        self.curves: dict[str, Floats] = {}
        self.curve_hours = np.empty(0)
        self.now: dict[str, Floats] = {}

    def put(self, block: MovedBlock) -> None:
        """Put one block in its place."""
        count = block.result.draws
        here = slice(block.first, block.first + count)
        if not self.measures:
            self._begin(block)
        for row, path in enumerate(self.paths):
            self.table[row, here] = block.result.drawn[path]
        self.joined.put(replace(block.result, drawn={}), block.first)
        for kept, part in ((self.measures, block.measures), (self.curves, block.curves), (self.now, block.now)):
            for name, array in part.items():
                kept[name][..., here] = array
        for table, outcome in block.counted.items():
            for name, codes in outcome.amounts.items():
                self.counted[table].amounts[name].add(codes)
            for name, share in outcome.chances.items():
                self.counted[table].chances[name][...] += np.round(share * count)
        self.done += count

    def _begin(self, block: MovedBlock) -> None:
        # Behind the uncertain numbers stand people now and noise of draws that are carried on.
        self.paths += [path for path in block.result.drawn if path not in self.scenario.uncertain]
        self.table = np.empty((len(self.paths), self.draws), dtype=self.kind)
        values = np.empty((len(block.measures), self.draws), dtype=self.kind)
        self.measures = dict(zip(block.measures, values, strict=True))
        # Curves are kept to seven digits: they are many, and read to three.
        self.curves = {
            name: np.empty((*array.shape[:-1], self.draws), dtype=np.float32) for name, array in block.curves.items()
        }
        self.now = {name: np.empty((*array.shape[:-1], self.draws)) for name, array in block.now.items()}
        self.curve_hours = block.curve_hours
        self.counted = {
            table: Outcome(
                {name: Histogram(np.shape(codes)[:-1]) for name, codes in outcome.amounts.items()},
                {name: np.zeros(share.shape) for name, share in outcome.chances.items()},
            )
            for table, outcome in block.counted.items()
        }

    def ensemble(self, seed: int) -> Ensemble:
        """The whole, once all blocks are there."""
        paths = list(self.scenario.uncertain)
        return Ensemble(
            scenario=self.scenario,
            seed=seed,
            draws=pd.DataFrame(self.table[: len(paths)].T, columns=paths, index=range(self.draws), copy=False),
            measures=measure_frame(self.scenario.timeline, self.measures),
            result=replace(self.joined.result(), drawn=dict(zip(self.paths, self.table, strict=True))),
            counted={
                table: Outcome(outcome.amounts, {name: sums / self.draws for name, sums in outcome.chances.items()})
                for table, outcome in self.counted.items()
            },
            curves=self.curves,
            curve_hours=self.curve_hours,
            now=self.now,
        )


def find_wrong_scenario(scenario: object) -> list[Problem]:
    """What is wrong with something that should be a scenario."""
    if isinstance(scenario, Scenario):
        return []
    return [Problem("scenario", f"found {as_found(scenario)}, expected a scenario: load one with load_scenario")]


def find_wrong_numbers(draws: int, seed: int, *, or_else: str = "") -> list[Problem]:
    """What is wrong with a number of draws, instead of which something else may be given, and a seed."""
    problems = []
    for name, value, least, most, more in (("draws", draws, 1, MOST_DRAWS, or_else), ("seed", seed, 0, MOST_SEED, "")):
        if isinstance(value, bool) or not isinstance(value, Integral) or not least <= value <= most:
            expected = f"expected a whole number from {least} to {whole(most)}{more}"
            problems.append(Problem(name, f"found {as_found(value)}, {expected}"))
    return problems


def check_numbers(draws: int | None, seed: int | None) -> None:
    """Refuse a number of draws or a seed that no ensemble can have, where they are given, before any work."""
    problems = find_wrong_numbers(1 if draws is None else draws, 1 if seed is None else seed)
    refuse_if("these draws cannot be made", problems)


def _check_request(
    scenario: Scenario, draws: int | pd.DataFrame, seed: int, keep: str | Sequence[str] | None
) -> Wanted:
    count = 1 if isinstance(draws, pd.DataFrame) else draws
    problems = find_wrong_scenario(scenario) + find_wrong_numbers(count, seed, or_else=", or a table of draws")
    if isinstance(draws, pd.DataFrame) and not problems:
        problems += find_wrong_table(scenario, draws, MOST_DRAWS)
    wanted = Wanted()
    if not isinstance(scenario, Scenario):
        raise RequestError("this ensemble cannot be made", problems)
    if keep is None or (isinstance(keep, str) and keep in WORDS):
        wanted = WORDS[keep]
    elif isinstance(keep, str):
        words = ", ".join(f"'{word}'" for word in WORDS if word)
        hint = f"; for one place write [{keep!r}]" if keep in names_of_places(scenario) else ""
        problems.append(
            Problem("keep", f"found {keep!r}, expected None (all places by day), {words} or a list of places{hint}")
        )
    elif isinstance(keep, Sequence) and not isinstance(keep, bytes):
        wanted = Wanted(Keep(DAYS, places=frozenset(map(str, keep))))
        problems += _unknown_places(scenario, keep)
    else:
        problems.append(Problem("keep", f"found {keep!r}, expected None, a word or a list of places"))
    refuse_if("this ensemble cannot be made", problems)
    return wanted


def _unknown_places(scenario: Scenario, keep: Sequence[str]) -> list[Problem]:
    names = names_of_places(scenario)
    if not keep:
        return [
            Problem("keep", "found an empty list, expected names of places, such as " + ", ".join(map(repr, names[:3])))
        ]
    unknown = [name for name in keep if name not in names]
    return [
        Problem("keep", f"found {name!r}, which is no place of this scenario; {nearest(str(name), names)}")
        for name in unknown
    ]


HEADLINES = {
    "crossed": "crossed",
    "person_nights_without_roof": "person-nights without a roof",
    "longest_queue_people": "longest queue",
    "first_place_full_time": "first place full",
    "peak_unsheltered": "most without a bed",
}
"""Measures that a card names, and how."""


def card_of_draws(ensemble: Ensemble, kind: str, further: Mapping[str, str] | None = None) -> Card:
    """Title, draws and what is uncertain; the headline answers with the range of 19 in 20 draws."""
    scenario, table = ensemble.scenario, range_table(ensemble).set_index("measure")
    draws = f"{whole(len(ensemble))}, seed {ensemble.seed}; {len(scenario.uncertain)} uncertain numbers"
    lines = {"draws": draws, **(further or {})}
    rows = {str(name): row for name, row in table.iterrows()}
    headlines = {said: _range(rows[name], len(ensemble)) for name, said in HEADLINES.items()}
    return Card(
        kind, scenario.title, lines, "summary(...) has every measure; measure_table(...) its quantiles", headlines
    )


def _range(row: pd.Series, draws: int) -> str:
    """The middle, where 19 in 20 draws lie, and the chance that it happens at all."""

    def shown(value: Any) -> str:
        return moment(value.to_pydatetime(warn=False)) if isinstance(value, pd.Timestamp) else whole(float(value))

    if pd.isna(row["middle"]):
        return "in no draw"
    return (
        f"{shown(row['middle'])} ({shown(row['low'])} to {shown(row['high'])}); "
        f"{chance(float(row['chance']), draws=draws)}"
    )
