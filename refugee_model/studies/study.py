"""A study: named variants on named axes, which combinations of them are to be run, and what their runs come to."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from itertools import combinations as pairs
from itertools import islice
from typing import Any
from unicodedata import category

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from refugee_model.cards import Card, OnCard
from refugee_model.errors import Problem, RefugeeModelError, ScenarioError, ScenarioWarning
from refugee_model.memory import free_memory, out_of_memory
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import WORDS, Ensemble, simulate_ensemble
from refugee_model.studies.points import BLOCK
from refugee_model.studies.size import bytes_of
from refugee_model.studies.workers import deaf, give_up, worker_count
from refugee_model.tables.comparisons import paired_table
from refugee_model.tables.ranges import as_numbers, measure_table
from refugee_model.wording import counted

Changes = dict[str, Any]
Combination = tuple[str, ...]

TOLD = ("title", "about", "as_of", "source", "based_on", "without_effect", "accepted")
"""What is said about a scenario; no variant is made of it."""
LONGEST = 60
"""Letters of the name of an axis or a variant; they become names of columns and folders on any system."""
MOST_COMBINATIONS = 10_000
NUMBERS = ("quantile", "value", "share_of_draws", "chance", "mean", "share_at_least_one")
RANGES = ("measure", "quantile", "value", "time", *NUMBERS[2:])
"""Columns of :func:`ranges`, and those of them that are numbers."""
FROM_FIRST = {
    **{name: name for name in ("difference_5", "difference_50", "difference_95")},
    "chance_b_better": "chance_better",
    "chance_a_better": "chance_worse",
}
"""Columns of what differs from the first combination, from those of a comparison of two."""
OF_RUNS = ("hash", "version", "seed", "draws", "partition", "status", "checksum", "made_with")
TAKEN = ("combination", *RANGES, *FROM_FIRST.values(), *OF_RUNS)
"""Columns of the tables of a batch, which no axis may be called."""
DEVICES = ("con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10)))
"""Names that no folder can have on some systems."""


class Buying(BaseModel):
    """What is to be bought in each combination of a study, as in :func:`refugee_model.plan_aid`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    budget: float | None = Field(None, ge=0, allow_inf_nan=False, description="Money; aid.funds_usd unless given [USD]")
    confidence: float = Field(0.95, gt=0, lt=1, description="Share of the futures that are to be covered")


class Study(OnCard, BaseModel):
    """Variants of one scenario on named axes; make one with :func:`refugee_model.load_study`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str = Field("", description="What is asked, in one line")
    base: Scenario = Field(description="The scenario that the variants change")
    draws: int = Field(ge=1, description="Draws for each combination")
    seed: int = Field(ge=0, description="Seed of the draws, the same for each combination")
    axes: dict[str, dict[str, Changes]] = Field(description="Changes by dotted path, by axis and variant")
    combinations: tuple[Combination, ...] = Field(
        min_length=1, description="One variant of each axis, in the order of the axes"
    )
    plan: Buying | None = Field(None, description="A plan is made for each combination, and tried in all the others")

    def _card(self) -> Card:
        axes = {axis: ", ".join(variants) for axis, variants in self.axes.items()}
        each = f"{counted(len(self.combinations), 'combination')}, {counted(self.draws, 'draw')} each, seed {self.seed}"
        return Card(
            "Study", self.title, {"of": self.base.title, **axes, "runs": each}, "run_batch(study, folder) runs it"
        )

    def changes(self, combination: Combination) -> Changes:
        """All changes of a combination, by dotted path."""
        return {
            path: value
            for axis, name in zip(self.axes, combination, strict=True)
            for path, value in self.axes[axis][name].items()
        }

    def scenario(self, combination: Combination) -> Scenario:
        """The scenario of a combination, checked."""
        title = ", ".join(part for part in (self.base.title, *combination) if part)
        with warnings.catch_warnings():
            # What may be mistakes in the base and in the variants was said when their files were read.
            warnings.simplefilter("ignore", ScenarioWarning)
            return self.base.change({**self.changes(combination), "title": title})


def is_name(text: str) -> bool:
    """Whether a text can be the name of an axis or a variant, in any script.

    Examples
    --------
    >>> is_name("slow start"), is_name("\u0939\u093f\u0928"), is_name("-x"), is_name("a/b")
    (True, True, False, False)
    """
    letters = all(letter in " -_" or letter.isalnum() or category(letter) in ("Mn", "Mc") for letter in text)
    return letters and text[:1].isalnum() and len(text) <= LONGEST


def folder_name(combination: Combination) -> str:
    """Name of the partition of a combination: lower case, without blanks.

    >>> folder_name(("slow start", "none"))
    'slow-start+none'
    """
    return "+".join(name.lower().replace(" ", "-") for name in combination)


def differences(base: Scenario, other: Scenario) -> Changes:
    """What makes one scenario out of another, but for the words about it."""
    before, after = base.values(), other.values()
    found: Changes = {}
    for group in before.keys() | after.keys() - {*TOLD}:
        if group in TOLD or group == "correlations":
            continue
        _compare(before.get(group, {}), after.get(group, {}), group, found)
    found = dict(sorted(found.items()))
    made = base.change(found) if found else base
    return found if made.correlations == other.correlations else found | {"correlations": after.get("correlations", ())}


def _compare(before: Any, after: Any, path: str, found: Changes) -> None:
    if before == after:
        return
    groups = isinstance(before, Mapping) and isinstance(after, Mapping)
    # A name that is only in the first cannot be taken away by a change beneath the group; the group is given anew.
    if not groups or before.keys() - after.keys():
        found[path] = after
        return
    for name in after:
        here = f"{path}.{name}"
        if name in before:
            _compare(before[name], after[name], here, found)
        elif "." not in path and isinstance(after[name], Mapping) and _are_groups(after[name]):
            found |= {f"{here}.{entry}": value for entry, value in after[name].items()}  # others may add theirs
        else:
            found[here] = after[name]


def _are_groups(entries: Mapping[str, Any]) -> bool:
    return all(isinstance(entry, Mapping) for entry in entries.values())


def clashes(axes: Mapping[str, Mapping[str, Changes]]) -> Iterator[tuple[str, str, str]]:
    """Paths that variants of two axes change both."""
    for one, other in pairs(axes, 2):
        for name, changes in axes[one].items():
            for second, others in axes[other].items():
                for path in changes:
                    if any(
                        path == also or path.startswith(f"{also}.") or also.startswith(f"{path}.") for also in others
                    ):
                        yield f"{one}.{name}", f"{other}.{second}", path


def combined_problems(study: Study) -> list[Problem]:
    """What is wrong with combinations whose variants are each right by themselves."""
    problems = []
    for combination in study.combinations:
        try:
            study.scenario(combination)
        except ScenarioError as error:
            said = "; ".join(str(problem) for problem in error.problems)
            problems.append(Problem("combinations", f"{' with '.join(combination)} cannot be used: {said}"))
    return problems


QUANTILES = (0.025, 0.5, 0.95, 0.975)
MOST_AT_ONCE = 32
UNDER_WAY = 4
"""Blocks that one ensemble has under way at least, if it has as many."""


class _StoppedError(Exception):
    """The batch was given up while this ensemble was under way."""


class _Count:
    """Draws done by all ensembles together."""

    def __init__(self, draws: int, tell: Callable[[int, int], None]) -> None:
        self.draws, self.tell, self.done = draws, tell, 0
        self.stopped = threading.Event()
        self.guard = threading.Lock()

    def part(self) -> Callable[[int, int], None]:
        """What one ensemble is to call."""
        before = 0

        def say(done: int, _: int) -> None:
            nonlocal before
            if self.stopped.is_set():
                raise _StoppedError
            with self.guard:
                self.done += done - before
                self.tell(self.done, self.draws)
            before = done

        return say


def ensembles(
    study: Study, combinations: Sequence[Combination], *, executor: Executor, tell: Callable[[int, int], None]
) -> Iterator[tuple[Combination, Ensemble | RefugeeModelError]]:
    """The ensembles of combinations, each as soon as it is done."""
    count = _Count(len(combinations) * study.draws, tell)
    blocks = min(-(-study.draws // BLOCK), UNDER_WAY)
    fit = free_memory() / max(bytes_of(study.base, study.draws, WORDS["measures"]), 1.0)
    threads = ThreadPoolExecutor(
        int(max(min(-(-2 * worker_count(executor) // blocks), MOST_AT_ONCE, fit), 1)), initializer=deaf
    )
    left = iter(combinations)

    def begin(combination: Combination) -> Future[Ensemble]:
        options: dict[str, Any] = {"executor": executor, "keep": "measures", "progress": count.part()}
        return threads.submit(
            lambda: simulate_ensemble(study.scenario(combination), draws=study.draws, seed=study.seed, **options)
        )

    try:
        running = {begin(combination): combination for combination in islice(left, threads._max_workers)}
        while running:
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                combination = running.pop(future)
                running |= {begin(following): following for following in islice(left, 1)}
                yield combination, _result(future)
    except KeyboardInterrupt:
        give_up(executor)
        raise
    finally:
        count.stopped.set()
        threads.shutdown(cancel_futures=True)


def _result(future: Future[Ensemble]) -> Ensemble | RefugeeModelError:
    try:
        return future.result()
    except RefugeeModelError as error:
        return error
    except MemoryError:
        return out_of_memory("this combination cannot be run")


def ranges(ensemble: Ensemble) -> pd.DataFrame:
    """Headline measures of one combination."""
    table = measure_table(ensemble, quantiles=QUANTILES)
    known = as_numbers(ensemble.measures, ensemble.scenario.timeline).replace(float("inf"), float("nan"))
    return table.assign(
        mean=table["measure"].map(known.mean()),
        share_at_least_one=table["measure"].map((known >= 1).mean()).astype(float),
    )


def is_ranges(table: pd.DataFrame) -> bool:
    """Whether a table has the columns of :func:`ranges`, with numbers where they are numbers."""
    return tuple(table.columns) == RANGES and all(pd.api.types.is_float_dtype(table[name]) for name in NUMBERS)


def comparison(
    study: Study, tables: Sequence[pd.DataFrame], measures: Callable[[Combination], pd.DataFrame]
) -> pd.DataFrame:
    """The ranges of all combinations, each beside its differences from the first, draw by draw, from its measures."""
    rows, first = [], measures(study.combinations[0])
    timeline = study.scenario(study.combinations[0]).timeline
    for combination, table in zip(study.combinations, tables, strict=True):
        paired = paired_table(first, measures(combination), timeline).set_index("measure").rename(columns=FROM_FIRST)
        rows.append(table.join(paired[list(FROM_FIRST.values())], on="measure"))
        for place, (axis, name) in enumerate(
            [("combination", ", ".join(combination)), *zip(study.axes, combination, strict=True)]
        ):
            rows[-1].insert(place, axis, name)
    return pd.concat(rows, ignore_index=True)
