"""The combinations of a study, each projected with many draws."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TYPE_CHECKING

import pandas as pd

from refugee_model.errors import RefugeeModelError
from refugee_model.memory import free_memory, out_of_memory
from refugee_model.studies.ensemble import WORDS, Ensemble, simulate_ensemble
from refugee_model.studies.points import BLOCK
from refugee_model.studies.size import bytes_of
from refugee_model.studies.workers import deaf, give_up, worker_count
from refugee_model.tables.comparisons import paired_table
from refugee_model.tables.ranges import as_numbers, measure_table

if TYPE_CHECKING:
    from refugee_model.studies.study import Combination, Study

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
    lanes = ThreadPoolExecutor(
        int(max(min(-(-2 * worker_count(executor) // blocks), MOST_AT_ONCE, fit), 1)), initializer=deaf
    )
    left = iter(combinations)

    def begin(combination: Combination) -> Future[Ensemble]:
        say = count.part()
        return lanes.submit(
            lambda: simulate_ensemble(
                study.scenario(combination),
                draws=study.draws,
                seed=study.seed,
                executor=executor,
                keep="measures",
                progress=say,
            )
        )

    try:
        running = {begin(combination): combination for combination in islice(left, lanes._max_workers)}
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
        lanes.shutdown(cancel_futures=True)


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


NUMBERS = ("quantile", "value", "share_of_draws", "chance", "mean", "share_at_least_one")


def is_ranges(table: pd.DataFrame) -> bool:
    """Whether a table has the columns of :func:`ranges`, with numbers where they are numbers."""
    columns = ["measure", "quantile", "value", "time", *NUMBERS[2:]]
    return list(table.columns) == columns and all(pd.api.types.is_float_dtype(table[name]) for name in NUMBERS)


def comparison(
    study: Study, tables: Sequence[pd.DataFrame], measures: Callable[[Combination], pd.DataFrame]
) -> pd.DataFrame:
    """The ranges of all combinations below each other, each beside what differs from the first, draw by draw.
    ``measures`` gives those of each draw of a combination.
    """
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


FROM_FIRST = {
    **{name: name for name in ("difference_5", "difference_50", "difference_95")},
    "chance_b_better": "chance_better",
    "chance_a_better": "chance_worse",
}
"""Columns of what differs from the first combination, from those of a comparison of two."""
