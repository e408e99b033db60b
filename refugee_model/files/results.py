"""What a run, an ensemble, a forecast, a plan or a table of decisions is worth on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.engine.result import Result
from refugee_model.errors import Problem, RequestError
from refugee_model.files.decision_files import A_TABLE, plan_files, table_results
from refugee_model.files.form import UNWRITTEN, Form, Results
from refugee_model.files.projection_files import ensemble_files, forecast_results, run_results
from refugee_model.files.results_folder import check_folder, write_folder
from refugee_model.languages import ENGLISH
from refugee_model.languages import language as language_of
from refugee_model.outcomes.reports import Reports
from refugee_model.studies.decisions.plan import AidPlan
from refugee_model.studies.ensemble import Ensemble
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.tables.frames import result_of
from refugee_model.wording import as_found

PATHS = "a list of dotted paths, such as ['people.total']"


@takes(
    UNWRITTEN,
    folder=kind((str, os.PathLike), "a text or a path"),
    ensemble=kind(Ensemble, "what simulate_ensemble gives"),
    hxl=kind(bool, "True or False"),
    excel=kind(bool, "True or False"),
    changes=kind(lambda value: isinstance(value, list | tuple) and all(isinstance(path, str) for path in value), PATHS),
    made_from=kind(str, "a text"),
)
def write_results(
    results: Result | Ensemble | Forecast | AidPlan | pd.DataFrame,
    folder: str | os.PathLike[str],
    *,
    of: Any = None,
    reports: pd.DataFrame | Reports | None = None,
    ensemble: Ensemble | None = None,
    hxl: bool = False,
    excel: bool = False,
    language: str | None = None,
    force: bool = False,
    changes: Sequence[str] = (),
    inputs: Sequence[Path] = (),
    made_from: str = "",
    say: Callable[[str], None] | None = None,
) -> list[str]:
    """Write what the shell writes, and as it does: tables, pictures, and the scenario that makes them again.

    Parameters
    ----------
    results : Result, Ensemble, Forecast, AidPlan or DataFrame
        What ``simulate``, ``simulate_ensemble``, ``forecast`` or ``plan_aid`` gives; or the table that ``sensitivity``,
        ``triggers`` or ``compare`` gives.
    folder : str or path
        Where to; made if need be. Earlier results in it are replaced, all or nothing.
    of : Ensemble or Scenario, or two of them, optional
        What such a table was asked of: the draws or the scenario, of triggers the draws, of ``compare`` ``(a, b)``.
    reports : DataFrame or Reports, optional
        Reported totals to compare with; of a forecast later ones too.
    ensemble : Ensemble, optional
        Many draws of the scenario of a run, written beside it with the decisions that are due, as by ``run --draws``.
    hxl : bool
        Whether the second row of tables holds HXL tags.
    excel : bool
        Whether tables are for a double click in Excel.
    language : str, optional
        Of the summary and of the pictures, such as ``ru``; English unless given.
    force : bool
        Whether results may be put among other files.
    changes : sequence of str
        Paths of a run's scenario that were changed, to be told above it.
    inputs : sequence of Path
        Files that were read; none of them may lie in the folder.
    made_from : str
        What the folder is named after: it then does not take the place of the results of something else.
    say : callable, optional
        Told what is being done with a run.

    Returns
    -------
    list of str
        What a person should know of it; mostly nothing.

    Raises
    ------
    RequestError
        If ``results`` is something else, ``ensemble`` is not of its scenario, or ``of`` not what it was asked of.
    OutputError
        If the folder cannot be used; nothing is written then.

    Examples
    --------
    >>> import refugee_model as rm
    >>> rm.write_results(rm.simulate(rm.load_scenario("lachin-2023")), "results")  # doctest: +SKIP
    >>> ensemble = rm.simulate_ensemble(rm.load_scenario("lachin-2023-plan"), draws=2048)  # doctest: +SKIP
    >>> rm.write_results(rm.sensitivity(ensemble), "what-matters", of=ensemble)  # doctest: +SKIP
    """
    place, reports = Path(folder), None if reports is None else Reports.of(reports, UNWRITTEN)
    form = Form(language_of(ENGLISH if language is None else language), excel=excel)
    where: dict[str, Any] = {"force": force, "inputs": inputs, "made_from": made_from}
    results = _checked(results, of, ensemble)
    check_folder(place, **where)
    told = results_of(results, form, of=of, reports=reports, ensemble=ensemble, changes=changes, hxl=hxl, say=say)
    return write_folder(place, told.files, **where)


def _checked(results: Any, of: object, ensemble: Ensemble | None) -> Any:
    """Results of a kind that can be written; what stands beside them must be theirs."""
    if not isinstance(results, Forecast | AidPlan | Ensemble | pd.DataFrame):
        results = result_of(results, UNWRITTEN, others=f"a plan, or {A_TABLE}")
        if results.draws > 1 or not results.keep.flows:
            found = "found draws without their ensemble; give what simulate_ensemble gave"
            raise RequestError(UNWRITTEN, [Problem("results", found)])
    if ensemble is not None and (not isinstance(results, Result) or ensemble.scenario != results.scenario):
        found = "found many draws beside something else than a run of their scenario; give simulate(scenario) with them"
        raise RequestError(UNWRITTEN, [Problem("ensemble", found)])
    if of is not None and not isinstance(results, pd.DataFrame):
        found = f"found {as_found(of)} beside something else than {A_TABLE}; leave it out"
        raise RequestError(UNWRITTEN, [Problem("of", found)])
    return results


def results_of(
    results: Any,
    form: Form,
    *,
    of: Any = None,
    reports: Reports | None = None,
    ensemble: Ensemble | None = None,
    changes: Sequence[str] = (),
    hxl: bool = False,
    say: Callable[[str], None] | None = None,
) -> Results:
    """What :func:`write_results` writes, each table worked out once."""
    if isinstance(results, pd.DataFrame):
        return table_results(results, of, form)
    if isinstance(results, Forecast):
        return forecast_results(results, reports, form)
    if isinstance(results, AidPlan):
        return Results(plan_files(results, form), {})
    if isinstance(results, Ensemble):
        return Results(ensemble_files(results, form), {})
    tell = say or (lambda _: None)
    return run_results(results, form, reports=reports, ensemble=ensemble, changes=changes, hxl=hxl, say=tell)
