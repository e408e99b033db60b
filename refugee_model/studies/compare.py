"""Two scenarios on the same draws: which is better, how sure that is, and what the wrong choice would cost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.errors import Problem, RequestError, refuse_if
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble, simulate_ensemble
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.studies.workers import Progress
from refugee_model.tables.comparisons import paired_table
from refugee_model.tables.provenance import run_id
from refugee_model.version import VERSION
from refugee_model.wording import counted

if TYPE_CHECKING:
    from refugee_model.scenario.correlations import Correlation

SUBJECT = "these cannot be compared"
DRAWS, SEED = 1000, 1
_TAKEN = kind(
    (Scenario, Ensemble, Forecast), "a scenario, or many draws of one: what load_scenario or simulate_ensemble gave"
)


@takes(SUBJECT, a=_TAKEN, b=_TAKEN)
def compare(
    a: Scenario | Ensemble | Forecast,
    b: Scenario | Ensemble | Forecast,
    *,
    draws: int | pd.DataFrame | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> pd.DataFrame:
    """Compare two scenarios draw by draw, on the same draws.

    Parameters
    ----------
    a, b : Scenario or Ensemble
        What is, and what might be instead. A scenario is projected first, with the draws and the seed of the other if
        that is an ensemble.
    draws : int or DataFrame, optional
        As in ``simulate_ensemble``, where scenarios are given; 1,000 unless given.
    seed : int, optional
        The same; 1 unless given.
    executor : Executor, optional
        Where blocks of draws are moved.
    progress : bool or callable
        As in ``simulate_ensemble``, once for each scenario.

    Returns
    -------
    DataFrame
        measure, unit, a, b, difference_5, difference_50, difference_95, difference_mean, better, chance_b_better,
        chance_a_better, regret, regret_95, regret_a, regret_a_95; one row a measure. ``a`` and ``b`` are medians, the
        differences those of b less a in each draw; of times in hours. ``better`` says which way is (``less``,
        ``more``): the chances are those that b, or a, is better by at least half a person, place or USD, or a minute.
        ``regret`` is what b costs beyond the better of the two in each draw: the mean, and what it exceeds in one draw
        of twenty; ``regret_a`` the same of a. Where neither way is better, all of these are NaN. A time that never
        comes is later than all others, a wait without end longer.

    Raises
    ------
    RequestError
        If both are not on the same draws, or there is nothing to compare.

    Notes
    -----
    Draws are common: what is uncertain in both scenarios has the same values in both, and the noise is the same, so
    that what differs is what the scenarios differ in.

    Examples
    --------
    >>> import refugee_model as rm
    >>> plan = rm.load_scenario("lachin-2023-plan")
    >>> table = rm.compare(plan, plan.change({"aid.evacuation_buses.seats": rm.times(2)}), draws=64)
    >>> table.columns[:4].tolist()
    ['measure', 'unit', 'a', 'b']
    """
    given = [each for each in (a, b) if not isinstance(each, Scenario)]
    if given and (draws is not None or seed is not None):
        found = "given, but what is an ensemble has its draws and seed; leave it out"
        names = [name for name, value in (("draws", draws), ("seed", seed)) if value is not None]
        raise RequestError(SUBJECT, [Problem(name, found) for name in names])
    if given:
        draws, seed = len(given[0]), given[0].seed
    options: dict[str, Any] = {"executor": executor, "progress": progress}
    one, other = (
        simulate_ensemble(
            each,
            draws=DRAWS if draws is None else draws,
            seed=SEED if seed is None else seed,
            keep="measures",
            **options,
        )
        if isinstance(each, Scenario)
        else each
        for each in (a, b)
    )
    refuse_if(SUBJECT, find_other_draws(one, other))
    table = paired_table(one.measures, other.measures, one.scenario.timeline)
    titles = {"a": one.scenario.title, "b": other.scenario.title}
    ids = {"run_id_a": run_id(one.scenario), "run_id_b": run_id(other.scenario)}
    table.attrs.update(titles | ids | {"draws": len(one), "seed": one.seed, "version": VERSION})
    return table


def find_other_draws(a: Ensemble | Forecast, b: Ensemble | Forecast) -> Iterator[Problem]:
    """Why two ensembles are not on the same draws."""
    mend = "project both with the same draws and seed"
    if len(a) != len(b):
        yield Problem("draws", f"found {counted(len(a), 'draw')} and {counted(len(b), 'draw')}; {mend}")
        return
    if a.seed != b.seed:
        yield Problem("seed", f"found {a.seed} and {b.seed}; {mend}")
        return
    for path, distribution in a.scenario.uncertain.items():
        alike = b.scenario.uncertain.get(path) == distribution and _with(a, path) == _with(b, path)
        if alike and not a.draws[path].equals(b.draws[path]):
            yield Problem(path, f"has other values in the draws of a than in those of b; {mend}")
            return


def _with(ensemble: Ensemble | Forecast, path: str) -> list[tuple[tuple[str, ...], float]]:
    """What a number goes together with."""
    entries: tuple[Correlation, ...] = ensemble.scenario.correlations
    return [(entry.members, entry.rank) for entry in entries if path in entry.members]
