"""How good forecasts are: issued again at past cut-offs, scored on the reports that came later, beside what people
would otherwise do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.engine.result import NEVER, Keep
from refugee_model.engine.simulation import simulate
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.outcomes.measures import measures
from refugee_model.outcomes.reports import Reports
from refugee_model.scenario.reports import CURRENT, REPORTED
from refugee_model.studies.baselines import WINDOWS, gompertz, logistic, persistence, planning_figure, rate_so_far
from refugee_model.studies.blocks import Wanted
from refugee_model.studies.ensemble import Ensemble, ensemble_of
from refugee_model.studies.forecast import Forecast, curve_hours, forecast, usable_reports
from refugee_model.studies.points import sobol_points
from refugee_model.studies.report_checks import reports_of
from refugee_model.tables.forecasts import at_hours
from refugee_model.tables.provenance import attributes

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
"""Quantiles of which the weighted interval score is made."""
LEADS = (("all", 0.0, np.inf), ("up to 24 h", 0.0, 24.0), ("24 to 72 h", 24.0, 72.0), ("more than 72 h", 72.0, np.inf))
FORECAST, PRIOR = "forecast", "prior without learning"
UNSCORED = "forecasts cannot be scored"
PLANNED = "arrived"
"""The quantity that a planning figure is about."""


@dataclass(frozen=True)
class _Told:
    """What one method says of later reports: quantiles (report, level) and draws (report, draw).

    Or points alone (report,).
    """

    method: str
    points: Floats
    draws: Floats | None = None


@takes(UNSCORED)
def score_forecasts(
    scenario: Scenario,
    reports: pd.DataFrame | Reports,
    cutoffs: Sequence[str | datetime],
    *,
    quantities: Sequence[str] | None = None,
    draws: int = 4000,
    seed: int = 1,
    baselines: bool = True,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Issue forecasts again at past cut-offs, and score them on the reports that came later.

    Parameters
    ----------
    scenario : Scenario
        As it stood before the first cut-off.
    reports : DataFrame or Reports
        As ``load_reports`` gives them; each forecast uses only those up to its cut-off.
    cutoffs : sequence of str or datetime
        With their offsets.
    quantities : sequence of str, optional
        Of ``quantities.REPORTED``, for all places together; all that were reported unless given.
    draws, seed : int
        Of each forecast.
    baselines : bool
        Whether other methods are scored, too.
    executor : Executor, optional
        As ``forecast`` takes it.

    Returns
    -------
    DataFrame
        cutoff, quantity, lead, method, reports, wis, crps, coverage_50, coverage_90, bias, ratio; one row a cut-off,
        quantity, lead time and method. ``wis`` is the mean weighted interval score and ``crps`` the mean continuous
        ranked probability score over later reports, in people or vehicles, less is better; of a method that gives one
        number both are its absolute error. Coverage is the share of later reports in the interval that should hold
        half, or nine in ten, of them. ``bias`` is median - reported. ``ratio`` is the score of the forecast / that of
        this method: below 1 the forecast is better.

    Raises
    ------
    RequestError
        If a cut-off cannot be used, or no report comes after any.

    References
    ----------
    Bracher, Ray, Gneiting and Reich (2021), Evaluating epidemic forecasts in an interval format, PLoS Comput. Biol.
    17(2); Gneiting and Raftery (2007), Strictly proper scoring rules, JASA 102. Computed by the library scoringrules.
    """
    if isinstance(cutoffs, str | datetime) or not len(cutoffs):
        raise RequestError(
            UNSCORED,
            [Problem("cutoffs", "expected a list of times, such as ['2023-09-27T08:00+04:00']")],
        )
    unknown = [name for name in quantities or () if name not in REPORTED]
    if isinstance(quantities, str) or unknown:
        found = repr(quantities) if isinstance(quantities, str) else ", ".join(map(repr, unknown))
        hint = "expected a list" if isinstance(quantities, str) else nearest(str(unknown[0]), REPORTED)
        raise RequestError(UNSCORED, [Problem("quantities", f"found {found}; {hint}")])
    known, parts = Reports.of(reports, UNSCORED), []
    for cutoff in cutoffs:
        issued = forecast(scenario, known, until=cutoff, draws=draws, seed=seed, executor=executor, keep="measures")
        parts += list(_scores(issued, known, quantities, baselines, executor))
    if not parts:
        raise RequestError(UNSCORED, [Problem("reports", "no usable report comes after a cut-off")])
    table = pd.concat(parts, ignore_index=True)
    table.attrs.update(attributes(scenario, "Skill of forecasts"))
    return table


def _scores(
    issued: Forecast,
    reports: Reports,
    quantities: Sequence[str] | None,
    baselines: bool,
    executor: Executor | None,
) -> Iterator[pd.DataFrame]:
    scenario, limit = issued.scenario, issued.until_hours
    end = scenario.timeline.time_at(scenario.timeline.hours - 1e-6)
    known, _ = usable_reports(scenario, reports_of(scenario, reports), end)
    known = known[known["place"] == ""]
    blind = _prior(issued, executor) if baselines else None
    for quantity, rows in known.groupby("quantity", sort=False):
        later = rows[rows["hours"] > limit]
        if later.empty or (quantities is not None and quantity not in quantities):
            continue
        ahead, values = later["hours"].to_numpy(), later["value"].to_numpy(dtype=float)
        told = [_of_draws(FORECAST, issued, str(quantity), ahead)]
        if blind is not None:
            told.append(_of_draws(PRIOR, blind, str(quantity), ahead))
            past = rows[rows["hours"] <= limit]
            told += _baselines(
                scenario, str(quantity), past["hours"].to_numpy(), past["value"].to_numpy(dtype=float), ahead
            )
        yield from _rows(issued, str(quantity), told, values, ahead - limit)


def _prior(issued: Forecast, executor: Executor | None) -> Ensemble:
    scenario, draws = issued.scenario, len(issued)
    wanted = Wanted(Keep(NEVER), curve_hours=curve_hours(issued.until_hours, scenario.timeline.hours))
    points = sobol_points(scenario, draws, issued.seed)
    return ensemble_of(scenario, points, draws=draws, seed=issued.seed, executor=executor, wanted=wanted)


def _of_draws(method: str, ensemble: Ensemble | Forecast, quantity: str, ahead: Floats) -> _Told:
    draws = at_hours(
        ensemble.curve_hours, ensemble.curves[quantity], ahead, from_nothing=not ensemble.scenario.people.now.total
    )
    return _Told(method, np.quantile(draws, LEVELS, axis=1).T, draws)


def _baselines(scenario: Scenario, quantity: str, hours: Floats, values: Floats, ahead: Floats) -> Iterator[_Told]:
    if not len(values):
        return
    for window in WINDOWS:
        yield _Told(f"rate of the last {window:g} h", persistence(hours, values, ahead, window))
    if quantity in CURRENT:
        return
    if len(values) >= 3:
        yield _Told("logistic curve", logistic(hours, values, ahead))
        yield _Told("Gompertz curve", gompertz(hours, values, ahead))
    if quantity == PLANNED:
        planned = float(measures(simulate(scenario))["peak_daily_arrivals"][0]) / 24.0
        for name, rate in (("rate so far", rate_so_far(hours, values)), ("planned rate", planned)):
            yield _Told(f"planning figure, {name}", planning_figure(hours, values, ahead, scenario.people.total, rate))


def _rows(
    issued: Forecast, quantity: str, told: Sequence[_Told], values: Floats, leads: Floats
) -> Iterator[pd.DataFrame]:
    scored = [(one.method, _errors(one, values)) for one in told]
    for lead, low, high in LEADS:
        chosen = (leads > low) & (leads <= high)
        if not chosen.any():
            continue
        rows = pd.DataFrame(
            {
                "cutoff": issued.until,
                "quantity": quantity,
                "lead": lead,
                "method": [method for method, _ in scored],
                "reports": int(chosen.sum()),
                **{name: [float(errors[name][chosen].mean()) for _, errors in scored] for name in scored[0][1]},
            }
        )
        with np.errstate(divide="ignore"):
            rows["ratio"] = rows["wis"].iloc[0] / rows["wis"]
        yield rows


def _errors(told: _Told, values: Floats) -> dict[str, Floats]:
    """Scores of each report."""
    import scoringrules

    if told.draws is None:
        off, none = np.abs(told.points - values), np.full(len(values), np.nan)
        return {"wis": off, "crps": off, "coverage_50": none, "coverage_90": none, "bias": told.points - values}
    middle = len(LEVELS) // 2
    levels, low, high = 2.0 * np.asarray(LEVELS[:middle]), told.points[:, :middle], told.points[:, :middle:-1]

    def within(place: int) -> Floats:
        return ((values >= low[:, place]) & (values <= high[:, place])).astype(float)

    return {
        "wis": np.asarray(scoringrules.weighted_interval_score(values, told.points[:, middle], low, high, levels)),
        "crps": np.asarray(scoringrules.crps_ensemble(values, told.draws)),
        "coverage_50": within(LEVELS.index(0.25)),
        "coverage_90": within(LEVELS.index(0.05)),
        "bias": told.points[:, middle] - values,
    }
