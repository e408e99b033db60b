"""Forecasts at cut-offs of the past beside what people would do without a model, each scored by what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.engine.result import NEVER, Keep
from refugee_model.engine.simulation import simulate
from refugee_model.outcomes.measures import measures
from refugee_model.outcomes.reports import Reports
from refugee_model.scenario.reports import CURRENT
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.blocks import Wanted
from refugee_model.studies.ensemble import Ensemble, ensemble_of
from refugee_model.studies.forecast.forecast import Forecast, curve_hours, forecast, usable_reports
from refugee_model.studies.forecast.reports import reports_of
from refugee_model.studies.points import points_of
from refugee_model.tables.forecasts import at_hours

Floats = NDArray[np.float64]

WINDOWS = (6.0, 12.0, 24.0)
SPANS = (24.0, 72.0, 168.0)
"""How long past rates are taken to go on [h]; the second where counts come once a day."""
STEEPNESS = (0.02, 0.05, 0.1)
"""Starting points of the fits [1/h]."""


def rate_of_the_last(window: float) -> str:
    """The name of the rule."""
    return f"rate of the last {window:g} h"


def persistence(hours: Floats, values: Floats, ahead: Floats, window: float) -> Floats:
    """The rate of the last hours goes on."""
    begin = hours[-1] - window
    past = np.interp(begin, np.concatenate(([0.0], hours)), np.concatenate(([0.0], values))) if begin > 0 else 0.0
    return np.asarray(np.maximum(values[-1] + (values[-1] - past) / window * (ahead - hours[-1]), 0.0))


def logistic(hours: Floats, values: Floats, ahead: Floats) -> Floats:
    """A logistic curve fitted by least squares, array (later,) [people]; needs three reports."""
    return _fitted(
        lambda number, time: number[0] / (1.0 + np.exp(-np.clip(number[1] * (time - number[2]), -500, 500))),
        hours,
        values,
        ahead,
    )


def gompertz(hours: Floats, values: Floats, ahead: Floats) -> Floats:
    """A Gompertz curve fitted by least squares, array (later,) [people]; needs three reports."""
    return _fitted(
        lambda number, time: number[0] * np.exp(-np.exp(-np.clip(number[1] * (time - number[2]), -50, 500))),
        hours,
        values,
        ahead,
    )


def _fitted(curve: Callable[[Floats, Floats], Floats], hours: Floats, values: Floats, ahead: Floats) -> Floats:
    from scipy.optimize import least_squares

    last, best = float(values[-1]), None

    def meant(number: Floats) -> Floats:
        return np.array([np.exp(number[0]), np.exp(number[1]), number[2]])

    def off(number: Floats) -> Floats:
        return np.asarray((curve(meant(number), hours) - values) / max(last, 1.0))

    for more in (1.2, 2.0, 5.0):
        for steepness in STEEPNESS:
            for later in (-12.0, 12.0, 48.0):
                begin = [np.log(max(last * more, 1.0)), np.log(steepness), hours[-1] + later]
                found = least_squares(off, begin, bounds=([-20.0, -12.0, -1e4], [30.0, 3.0, 1e4]), max_nfev=500)
                best = found if best is None or found.cost < best.cost else best
    assert best is not None
    return np.asarray(curve(meant(best.x), ahead))


def planning_figure(hours: Floats, values: Floats, ahead: Floats, people: float, rate: float) -> Floats:
    """The planning figure is reached at a constant rate from the last report on."""
    return np.asarray(np.minimum(values[-1] + rate * (ahead - hours[-1]), max(people, float(values[-1]))))


def rate_so_far(hours: Floats, values: Floats) -> float:
    """Mean rate between the first report and the last [people/h]; from the start where there is one report."""
    first, begin = (float(values[0]), float(hours[0])) if len(values) > 1 and hours[-1] > hours[0] else (0.0, 0.0)
    return (float(values[-1]) - first) / (float(hours[-1]) - begin)


LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
"""Quantiles of which the weighted interval score is made."""
LEADS = (("all", 0.0, np.inf), ("up to 24 h", 0.0, 24.0), ("24 to 72 h", 24.0, 72.0), ("more than 72 h", 72.0, np.inf))
FORECAST, PRIOR = "forecast", "prior without learning"
PLANNED = "arrived"
"""The quantity that a planning figure is about, and by which crises are scored."""


@dataclass(frozen=True)
class Told:
    """What one method says of later reports: quantiles (report, level) and draws (report, draw).

    Or points alone (report,).
    """

    method: str
    points: Floats
    draws: Floats | None = None


@dataclass(frozen=True)
class Options:
    """How forecasts are issued."""

    draws: int
    seed: int
    baselines: bool
    executor: Executor | None

    def issue(self, scenario: Scenario, reports: Reports, until: object) -> Forecast:
        """A forecast with the reports up to a time."""
        options = {"draws": self.draws, "seed": self.seed, "executor": self.executor, "keep": "measures"}
        return forecast(scenario, reports, until=until, **options)  # type: ignore[arg-type]


def usable_reports_of_all(scenario: Scenario, reports: Reports) -> pd.DataFrame:
    """Reports of all places together that may be learned from or scored on, by time."""
    end = scenario.timeline.time_at(scenario.timeline.hours - 1e-6)
    known, _ = usable_reports(scenario, reports_of(scenario, reports), end)
    return known[known["place"] == ""]


def scores_of(
    issued: Forecast,
    reports: Reports,
    quantities: Sequence[str] | None,
    options: Options,
    *,
    ahead: float | None = None,
) -> Iterator[tuple[pd.DataFrame, list[Told]]]:
    """Scores by quantity, and what each method says of the later reports.

    Within ``ahead`` hours where that is given, then of one lead time beside the rates of spans.
    """
    scenario, limit = issued.scenario, issued.until_hours
    known = usable_reports_of_all(scenario, reports)
    blind = _prior(issued, options.executor) if options.baselines and ahead is None else None
    for quantity, rows in known.groupby("quantity", sort=False):
        later = rows[(rows["hours"] > limit) & (rows["hours"] <= limit + (np.inf if ahead is None else ahead))]
        if later.empty or (quantities is not None and quantity not in quantities):
            continue
        hours, values = later["hours"].to_numpy(), later["value"].to_numpy(dtype=float)
        told = [_of_draws(FORECAST, issued, str(quantity), hours)]
        if blind is not None:
            told.append(_of_draws(PRIOR, blind, str(quantity), hours))
        past = rows[rows["hours"] <= limit]
        before, counted = past["hours"].to_numpy(), past["value"].to_numpy(dtype=float)
        if options.baselines and ahead is None:
            told += _baselines(scenario, str(quantity), before, counted, hours)
        elif options.baselines:
            told += _spans(before, counted, hours)
        if ahead is None:
            for table in _rows(issued, str(quantity), told, values, hours - limit):
                yield table, told
            continue
        table = next(_rows(issued, str(quantity), told, values, hours - limit))
        ends = [
            np.nan if one.draws is None else (one.points[:, LEVELS.index(0.05)] < counted[-1]).mean() for one in told
        ]
        yield table.assign(below=ends if quantity not in CURRENT else np.nan), told


def _prior(issued: Forecast, executor: Executor | None) -> Ensemble:
    scenario, draws = issued.scenario, len(issued)
    wanted = Wanted(Keep(NEVER), curve_hours=curve_hours(issued.until_hours, scenario.timeline.hours))
    points = points_of(scenario, draws, issued.seed)
    return ensemble_of(scenario, points, draws=draws, seed=issued.seed, executor=executor, wanted=wanted)


def _of_draws(method: str, ensemble: Ensemble | Forecast, quantity: str, ahead: Floats) -> Told:
    draws = at_hours(
        ensemble.curve_hours, ensemble.curves[quantity], ahead, from_nothing=not ensemble.scenario.people.now.total
    )
    return Told(method, np.quantile(draws, LEVELS, axis=1).T, draws)


def _baselines(scenario: Scenario, quantity: str, hours: Floats, values: Floats, ahead: Floats) -> Iterator[Told]:
    if not len(values):
        return
    for window in WINDOWS:
        yield Told(rate_of_the_last(window), persistence(hours, values, ahead, window))
    if quantity in CURRENT:
        return
    if len(values) >= 3:
        yield Told("logistic curve", logistic(hours, values, ahead))
        yield Told("Gompertz curve", gompertz(hours, values, ahead))
    if quantity == PLANNED:
        planned = float(measures(simulate(scenario))["peak_daily_arrivals"][0]) / 24.0
        for name, rate in (("rate so far", rate_so_far(hours, values)), ("planned rate", planned)):
            yield Told(f"planning figure, {name}", planning_figure(hours, values, ahead, scenario.people.total, rate))


def _spans(hours: Floats, values: Floats, ahead: Floats) -> Iterator[Told]:
    """The rates of the last days go on; where less is known, that since the start."""
    for span in SPANS if len(values) else ():
        yield Told(rate_of_the_last(span), persistence(hours, values, ahead, min(span, float(hours[-1]))))


def _rows(
    issued: Forecast, quantity: str, told: Sequence[Told], values: Floats, leads: Floats
) -> Iterator[pd.DataFrame]:
    scored = [(one.method, errors_of(one, values)) for one in told]
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


def errors_of(told: Told, values: Floats) -> dict[str, Floats]:
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
