"""Studies run into folders, whatever happens in between."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.cards import Card, OnCard
from refugee_model.disk import write_file
from refugee_model.errors import Problem, RefugeeModelError, RequestError
from refugee_model.files.batch_checks import COMPARISON, INDEX, PLANS, REGRETS, SHARED
from refugee_model.files.batch_folder import BatchFolder, open_folder
from refugee_model.files.lock import locked
from refugee_model.files.table_files import EXCEL, csv_bytes
from refugee_model.outcomes.register import LABELS
from refugee_model.studies.decisions.plan import check_plan, plan_aid
from refugee_model.studies.decisions.validation import regret_lines, regret_tables
from refugee_model.studies.ensemble import check_numbers
from refugee_model.studies.study import Combination, Study, comparison, ensembles
from refugee_model.studies.workers import Progress, told
from refugee_model.tables.comparisons import headline_of
from refugee_model.wording import counted, whole


@dataclass(frozen=True, repr=False)
class Batch(OnCard):
    """A finished batch."""

    folder: Path
    """Where its partitions are."""
    index: pd.DataFrame
    """One row a combination: axes, hash of its inputs, version, seed, draws, partition, status."""
    comparison: pd.DataFrame
    """combination, axes, measure, quantile, value, time, share_of_draws, chance, mean, share_at_least_one,
    difference_5, difference_50, difference_95, chance_better, chance_worse: the last five against the first
    combination, draw by draw, as in ``compare``. Where it comes from in ``attrs``.
    """
    plans: pd.DataFrame | None = None
    """combination, and the orders of its plan as in ``AidPlan``, where the study asks for plans."""
    regrets: pd.DataFrame | None = None
    """plan (the combination it was made for), combination (in which it is tried), aim, regret (how much more is lost
    than with the best of the plans), worst (of a plan: the largest of its regrets); on draws that no plan was chosen
    on.
    """
    shared_orders: pd.DataFrame | None = None
    """option, in_plans (share of the plans that buy it), least, most (quantities), in_every (whether every plan buys
    it, so that at least the least is good whatever comes).
    """

    def _card(self) -> Card:
        table, measure = self.comparison, headline_of(self.comparison)
        rows = table[table["measure"] == measure].drop_duplicates("combination").sort_values("mean", kind="stable")
        headlines = {
            f"{word} {LABELS[measure].lower()}": f"{whole(row['mean'])} in the mean, {row['combination']}"
            for word, row in (("fewest", rows.iloc[0]), ("most", rows.iloc[-1]))
        }
        draws = counted(int(self.index["draws"].iloc[0]), "draw")
        lines = {"runs": f"{counted(len(self.index), 'combination')}, {draws} each", "folder": str(self.folder)}
        if self.regrets is not None and self.shared_orders is not None:
            lines |= regret_lines(self.regrets, self.shared_orders)
        title = str(table.attrs.get("title", ""))
        return Card("Batch", title, lines, "batch.comparison has every measure of every combination", headlines)


@takes(
    "this batch cannot be run",
    study=kind(Study, "a study: load one with load_study"),
    csv=kind(lambda csv: isinstance(csv, bool) or (isinstance(csv, str) and csv == EXCEL), "True, False or 'excel'"),
)
def run_batch(
    study: Study,
    out: str | os.PathLike[str],
    *,
    draws: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    resume: bool = False,
    progress: bool | Progress = False,
    csv: bool | str = False,
    force: bool = False,
    other_versions: bool = False,
    inputs: Sequence[Path] = (),
    say: Callable[[str], None] | None = None,
) -> Batch:
    """Run every combination of a study and write a partition for each.

    Parameters
    ----------
    study : Study
        Of :func:`refugee_model.load_study`. Where its file has a table ``[plan]`` with ``budget`` and ``confidence``,
        a plan is made for each combination, as :func:`refugee_model.plan_aid` does, and tried in all the others.
    out : str or path
        Folder; made if need be.
    draws, seed : int, optional
        Those of the study unless given.
    executor : Executor, optional
        Where blocks of draws are moved; threads of this process unless given. The results are the same to the last bit.
    resume : bool
        Whether to go on with a batch that was interrupted; finished combinations are not run again.
    progress : bool or callable
        True shows a bar with the time left on the shell; a callable is given draws done and draws in all.
    csv : bool or "excel"
        Whether to write each table as CSV too; ``"excel"``: for a double click in Excel, index and comparison too.
    force : bool
        Whether results may be put among other files.
    other_versions : bool
        Whether a batch may be gone on with under other versions of libraries than it was begun with.
    inputs : sequence of Path
        Files that were read; none of them may lie in the folder.
    say : callable, optional
        Told what a person may want to know, such as that the lock of a dead run was taken over.

    Returns
    -------
    Batch
        Index and comparison, as in ``index.csv`` and ``comparison.csv``.

    Raises
    ------
    RequestError
        If draws or seed cannot be used, combinations cannot be run, or the workers stop.
    OutputError
        If the folder cannot be used: other files, another batch, another run at work, no space. What is finished stays.

    Examples
    --------
    >>> import refugee_model as rm
    >>> batch = rm.run_batch(rm.load_study("timing-x-aid"), "batch", draws=1000)  # doctest: +SKIP
    """
    chosen = _chosen(study, draws, seed)
    tell_person = say or (lambda _: None)
    _check_plans(chosen)
    made = [place for place in (Path(out), *Path(out).parents) if not os.path.lexists(place)]
    try:
        folder = open_folder(Path(out), chosen, csv=csv, force=force, inputs=inputs)
        with locked(folder.path, say=tell_person):
            folder.begin(resume=resume, say=tell_person, other_versions=other_versions)
            failed = _run(folder, executor, progress)
            if failed:
                subject = "some combinations cannot be run; the others are finished and stay"
                raise RequestError(subject, [_problem(names, error) for names, error in failed.items()])
            found = [folder.read_ranges(combination) for combination in chosen.combinations]
            table = comparison(chosen, found, folder.read_measures)
            table.attrs.update(folder.attributes())
            _write_csv(folder, COMPARISON, table)
            return Batch(folder.path, folder.index({}), table, *_tried(folder, executor))
    finally:
        with suppress(OSError, ValueError):
            for place in made:
                place.rmdir()  # this fails, as it should, where something was written


def _check_plans(study: Study) -> None:
    """Refuse combinations of which no plan can be made, before any work."""
    problems = []
    for combination in study.combinations if study.plan else ():
        try:
            check_plan(study.scenario(combination), *_asked(study), study.draws, study.seed)
        except RequestError as error:
            problems.append(_problem(combination, error))
    if problems:
        raise RequestError("no plans can be made for this study", problems)


def _problem(combination: Combination, error: RefugeeModelError) -> Problem:
    return Problem(", ".join(combination), "; ".join(map(str, error.problems)))


def _asked(study: Study) -> tuple[float | None, float]:
    return (study.plan.budget, study.plan.confidence) if study.plan else (None, 0.95)


def _orders(study: Study, combination: Combination, executor: Executor | None) -> pd.DataFrame | None:
    """The orders of a plan for a combination, where the study asks for plans."""
    if study.plan is None:
        return None
    scenario = study.scenario(combination)
    return plan_aid(scenario, *_asked(study), draws=study.draws, seed=study.seed, executor=executor).orders


def _tried(folder: BatchFolder, executor: Executor | None) -> tuple[pd.DataFrame, ...]:
    """All plans, each tried in all combinations; written beside the comparison."""
    study = folder.study
    if study.plan is None:
        return ()
    orders = {combination: folder.read_orders(combination) for combination in study.combinations}
    plans = pd.concat([table.assign(combination=", ".join(names)) for names, table in orders.items()])
    plans = plans[["combination", *plans.columns.drop("combination")]].reset_index(drop=True)
    bought = {names: dict(zip(table["option"], table["quantity"], strict=True)) for names, table in orders.items()}
    tables = (plans, *regret_tables(study, bought, study.plan.confidence, executor))
    for name, table in zip((PLANS, REGRETS, SHARED), tables, strict=True):
        table.attrs.update(folder.attributes())
        _write_csv(folder, name, table)
    return tables


def _write_csv(folder: BatchFolder, name: str, table: pd.DataFrame) -> None:
    write_file(folder.path / name, csv_bytes(table, excel=folder.csv == EXCEL), follow=False)


def _chosen(study: Study, draws: int | None, seed: int | None) -> Study:
    check_numbers(draws, seed)
    given = {name: int(value) for name, value in (("draws", draws), ("seed", seed)) if value is not None}
    return study.model_copy(update=given)


def _run(
    folder: BatchFolder, executor: Executor | None, progress: bool | Progress
) -> dict[Combination, RefugeeModelError]:
    """Run what is left, and give what cannot be run."""
    failed: dict[Combination, RefugeeModelError] = {}
    left = folder.left()
    _write_csv(folder, INDEX, folder.index(failed))
    workers = nullcontext(executor) if executor is not None else ThreadPoolExecutor(os.cpu_count() or 1)
    with workers as pool, told(progress, len(left) * folder.study.draws) as tell:
        try:
            for combination, ensemble in ensembles(folder.study, left, executor=pool, tell=tell):
                if isinstance(ensemble, RefugeeModelError):
                    failed[combination] = ensemble
                else:
                    folder.write(combination, ensemble, _orders(folder.study, combination, executor))
                _write_csv(folder, INDEX, folder.index(failed))
        except (BrokenExecutor, CancelledError, ConnectionError) as error:
            raise _stopped(folder, error) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] in ("distributed", "dask"):
                raise _stopped(folder, error) from error
            raise
    return failed


def _stopped(folder: BatchFolder, error: BaseException) -> RequestError:
    reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
    stays = f"{folder.progress} are finished and stay; add --resume to do the rest"
    return RequestError("the workers stopped", f"{reason}; {stays}")
