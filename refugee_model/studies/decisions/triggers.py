"""What to watch: which reported number, on which day, above or below what, warns of an event in time to act."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.arrays import Flags, Integers
from refugee_model.errors import Problem, RequestError, refuse_if
from refugee_model.outcomes.calendar import time as moment_at
from refugee_model.scenario.reports import REPORTED
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.studies.decisions.events import Event, event_asked
from refugee_model.studies.decisions.importance import parts_of
from refugee_model.studies.decisions.signals import (
    ABOVE,
    FOLDS,
    IN_TIME,
    NOTHING,
    OCCUPANCY,
    TOO_SOON,
    Contingency,
    Costs,
    Signal,
    Watch,
    auc,
    best_checked,
    counts,
    fires,
    onset,
    signals_of,
    usual_signs,
    value,
    watch,
    wilson,
)
from refugee_model.studies.ensemble import Ensemble
from refugee_model.tables.provenance import attributes
from refugee_model.wording import chance, counted, figure, say

CANNOT = "these triggers cannot be worked out"
MOST_ROWS = 50
LEAST_AT_RISK, LEAST_FATE = 100, 10
"""Draws in which the event has not begun, and of them with and without it, of which a day needs so many."""
READY = 1.0 / 3.0
"""Getting ready costs this part of acting; assumed: staff and transport put on call, nothing bought."""
LEVELS = (0.05, 0.5, 0.95)
COLUMNS = (
    *("stage", "signal", "place", "change_days", "day", "time", "direction", "threshold", "auc", "hit_rate"),
    *("false_alarm_ratio", "false_alarm_rate", "lead_days_5", "lead_days_50", "lead_days_95", "share_fires"),
    *("expected_cost", "saved", "value", "value_in_sample", "value_always", "value_never"),
    *("value_occupancy_80", "value_trend", "hit_rate_low", "hit_rate_high", "false_alarm_ratio_low"),
    *("false_alarm_ratio_high", "fired", "hits", "in_vain", "events", "at_risk", "share_of_all_events"),
)

_number = kind(lambda value: isinstance(value, Real) and not isinstance(value, bool), "a number")


@takes(
    CANNOT,
    horizon_days=_number,
    action_days=_number,
    cost_of_acting=_number,
    loss_avoided=_number,
    report_errors=kind((bool, np.bool_), "True or False"),
)
def triggers(
    ens: Ensemble | Any,
    event: str,
    *,
    horizon_days: float = 7.0,
    action_days: float = 2.0,
    cost_of_acting: float = 0.3,
    loss_avoided: float = 1.0,
    report_errors: bool = True,
) -> pd.DataFrame:
    """Find what warns of an event in time: a reported number, a day, a direction and a threshold.

    Parameters
    ----------
    ens : Ensemble or Forecast
        Draws with people of all places by day (``keep=None``) or at all times.
    event : str
        Such as ``"peak_unsheltered > 1000"``; see :func:`what_would_have_to_be_true`. It must be known when it begins.
    horizon_days : float
        How far a warning looks ahead [days].
    action_days : float
        How long acting takes [days]: what begins sooner was not warned of in time.
    cost_of_acting, loss_avoided : float
        In one unit, such as USD: what acting costs, and what is lost if nobody has acted in time. Their ratio says how
        many warnings in vain an event that was warned of is worth.
    report_errors : bool
        Whether reports are off by as much as a forecast expects; without it a trigger looks better than it is.

    Returns
    -------
    DataFrame
        One row a signal and day, what saves most first, at most 50, and at the end one row of stage ``ready``: the best
        earlier or equal day for getting ready, at a third of the cost. stage, signal, place (empty for all together),
        change_days (0: the level; 1, 2: its change over days), day (the first is 1; read at its end), time, direction,
        threshold, auc (chance that it is higher with the event than without), hit_rate (events within the horizon that
        were warned of in time / all of them), false_alarm_ratio (warnings in vain / warnings), false_alarm_rate
        (warnings in vain / draws without event), lead_days_5, lead_days_50, lead_days_95 (from warning to event, of
        hits), share_fires (of all draws), expected_cost (share_fires x cost), saved (against acting always or never,
        whichever costs less, in the mean of all draws), value (on the draws at risk: 1 as good as knowing, 0 no better
        than acting always or never), value_in_sample, value_always, value_never, value_occupancy_80 (act where 80 % of
        beds are in use), value_trend (act where the last day, carried on, fills them), bounds of 19 in 20 for two
        rates, counts, share_of_all_events (hits / all draws with the event). Rates, counts and ``value`` are
        cross-validated: counted on a tenth of the draws with the threshold that the others choose. ``attrs`` has
        ``value_of_best``, for which the signal, too, was chosen by the others, and what was asked.

    Raises
    ------
    RequestError
        If the event cannot be read, is not known to begin, never or always happens, if there are too few draws, days
        were not kept, or there is no day on which anything is left to be foretold.

    Notes
    -----
    Only draws in which the event has not begun are counted. Rates are those of this model: they say nothing of events
    that it cannot produce.

    Examples
    --------
    >>> rm.triggers(ensemble, "peak_unsheltered > 1000", horizon_days=7, action_days=2)  # doctest: +SKIP
    """
    costs = Costs(float(cost_of_acting), float(loss_avoided))
    _check_amounts(horizon_days, action_days, costs)
    ensemble, asked, _ = event_asked(ens, event, CANNOT)
    _need_days(ensemble)
    search = _Search(ensemble, asked, horizon_days, action_days, costs, report_errors)
    return search.table()


def _check_amounts(horizon_days: float, action_days: float, costs: Costs) -> None:
    problems = []
    if not 0.0 <= action_days < np.inf:
        problems.append(Problem("action_days", f"found {action_days}, expected 0 days or more"))
    if not action_days < horizon_days < np.inf:
        found = f"found {horizon_days}, expected more than action_days, {figure(action_days)}"
        problems.append(Problem("horizon_days", found))
    if not 0.0 < costs.acting < costs.loss < np.inf:
        found = f"found {costs.acting} and {costs.loss}, expected more than 0, and less than loss_avoided"
        problems.append(Problem("cost_of_acting", f"{found}; otherwise one never acts"))
    refuse_if(CANNOT, problems)


def _need_days(ensemble: Ensemble) -> None:
    result = ensemble.result
    if not len(result.kept) or (result.keep.when == "days" and len(result.kept) < len(result.day_ends)):
        made = "expected people by day; make the draws with keep=None"
        raise RequestError(CANNOT, [Problem("keep", f"found draws of which no days were kept, {made}")])
    if result.keep.places is not None:
        raise RequestError(CANNOT, [Problem("keep", "found some places only; make the draws with keep=None")])


class _Search:
    """All signals on all days, each with its best threshold."""

    def __init__(
        self, ensemble: Ensemble, event: Event, horizon: float, action: float, costs: Costs, errors: bool
    ) -> None:
        self.ensemble, self.event, self.costs = ensemble, event, costs
        self.horizon, self.action = horizon * HOURS_PER_DAY, action * HOURS_PER_DAY
        self.onset = onset(ensemble.result, event)
        self.ends = ensemble.result.day_ends
        self.signals = signals_of(ensemble.result, errors=errors, seed=ensemble.seed)
        self.usual = usual_signs(ensemble.result, self.signals, self.horizon)
        self.fold = parts_of(len(ensemble), FOLDS)
        self.days = [day for day in range(len(self.ends)) if self._is_open(day)]
        if not self.days:
            said = f"on no day is '{event}' still open: it begins at once, or too soon to act, or too rarely; "
            said += "ask for more draws, a longer horizon or a shorter time to act"
            raise RequestError(CANNOT, [Problem("event", said)])

    def fate(self, day: int) -> tuple[Flags, Integers]:
        """Which draws are at risk at the end of a day, and what comes to them."""
        ahead = self.onset - self.ends[day]
        fate = np.where(ahead > self.horizon, NOTHING, np.where(ahead > self.action, IN_TIME, TOO_SOON))
        return ahead > 0.0, fate

    def _is_open(self, day: int) -> bool:
        at_risk, fate = self.fate(day)
        kinds = [np.count_nonzero(fate[at_risk] == kind) for kind in (NOTHING, IN_TIME)]
        return bool(at_risk.sum() >= LEAST_AT_RISK and min(kinds) >= LEAST_FATE)

    def watches(self, days: list[int], costs: Costs) -> list[tuple[Signal, int, Watch]]:
        """Every signal on some days, with the threshold that suits these costs."""
        found = []
        for day in days:
            at_risk, fate = self.fate(day)
            for signal in self.signals:
                values = signal.values[day][at_risk]
                if signal.change_days <= day and np.ptp(values) > 0.0:
                    found.append((signal, day, watch(values, fate[at_risk], self.fold[at_risk], costs)))
        return found

    def table(self) -> pd.DataFrame:
        """The best of them, and the stage before."""
        found = self.watches(self.days, self.costs)
        use = [each for each in found if np.isfinite(each[2].threshold)]
        use.sort(key=lambda each: -self._saved(each[1], each[2], self.costs))  # a stable sort
        rows = [self._row("go", *each, self.costs) for each in use[:MOST_ROWS]]
        table = pd.DataFrame(rows, columns=list(COLUMNS))
        if len(table):
            ready = self._ready(int(table["day"].iloc[0]) - 1)
            if ready is not None:
                table = pd.concat([table, pd.DataFrame([ready], columns=list(COLUMNS))], ignore_index=True)
        table.attrs.update(attributes(self.ensemble.scenario, "What to watch"))
        table.attrs.update(self._told(found))
        return table

    def _told(self, found: list[tuple[Signal, int, Watch]]) -> dict[str, Any]:
        """What was asked, and what the best signal is worth if the other draws choose it, on the best day."""
        by_day = {day: [one for _, at, one in found if at == day] for day in self.days}
        worth = {day: value(best_checked(watches), self.costs) for day, watches in by_day.items() if watches}
        return {
            "event": str(self.event),
            "draws": len(self.ensemble),
            "seed": self.ensemble.seed,
            "base_rate": float(np.isfinite(self.onset).mean()),
            "horizon_days": self.horizon / HOURS_PER_DAY,
            "action_days": self.action / HOURS_PER_DAY,
            "cost_of_acting": self.costs.acting,
            "loss_avoided": self.costs.loss,
            "value_of_best": max(worth.values(), default=0.0),
        }

    def _ready(self, last: int) -> dict[str, Any] | None:
        """The best signal, no later than the best day, for getting ready at a part of the cost."""
        costs = Costs(self.costs.acting * READY, self.costs.loss)
        days = [day for day in self.days if day <= last]
        found = [each for each in self.watches(days, costs) if np.isfinite(each[2].threshold)]
        best = max(found, key=lambda each: self._saved(each[1], each[2], costs), default=None)
        return None if best is None else self._row("ready", *best, costs)

    def _saved(self, day: int, one: Watch, costs: Costs) -> float:
        """What a trigger saves against acting always or never, whichever costs less, in the mean of all draws."""
        at_risk, fate = self.fate(day)
        usual = self.usual(day)
        least = min(float(counts(usual[name][at_risk], fate[at_risk]).expense(costs)) for name in ("always", "never"))
        return (least - float(one.checked.expense(costs))) * float(at_risk.mean())

    def _row(self, stage: str, signal: Signal, day: int, one: Watch, costs: Costs) -> dict[str, Any]:
        at_risk, fate = self.fate(day)
        fired = fires(signal.values[day], one.direction, one.threshold) & at_risk
        leads = (self.onset - self.ends[day])[fired & (fate == IN_TIME)] / HOURS_PER_DAY
        lead_days = np.quantile(leads, LEVELS) if len(leads) else (np.nan,) * len(LEVELS)
        share = float(one.checked.fired) / len(self.ensemble)
        usual = {
            f"value_{name}": value(counts(fire[at_risk], fate[at_risk]), costs)
            for name, fire in self.usual(day).items()
        }
        return {
            "stage": stage,
            "signal": signal.name,
            "place": signal.place,
            "change_days": signal.change_days,
            "day": day + 1,
            "time": moment_at(self.ensemble.scenario.timeline, float(self.ends[day])),
            "direction": one.direction,
            "threshold": one.threshold,
            "auc": auc(signal.values[day][at_risk], fate[at_risk] != NOTHING),
            **{f"lead_days_{100 * level:.0f}": days for level, days in zip(LEVELS, lead_days, strict=True)},
            "share_fires": share,
            "expected_cost": share * costs.acting,
            "saved": self._saved(day, one, costs),
            "value": value(one.checked, costs),
            "value_in_sample": value(one.seen, costs),
            **usual,
            **_rates(one.checked),
            "at_risk": int(at_risk.sum()),
            "share_of_all_events": float(one.checked.hits) / max(float(np.isfinite(self.onset).sum()), 1.0),
        }


def _rates(found: Contingency) -> dict[str, float]:
    """Rates, where two of them lie 19 times in 20, and the counts behind them."""
    rates = {name: float(getattr(found, name)) for name in ("hit_rate", "false_alarm_ratio", "false_alarm_rate")}
    for name, part, whole in (
        ("hit_rate", found.hits, found.events),
        ("false_alarm_ratio", found.in_vain, found.fired),
    ):
        rates[f"{name}_low"], rates[f"{name}_high"] = wilson(float(part), float(whole))
    return rates | {name: int(getattr(found, name)) for name in ("fired", "hits", "in_vain", "events")}


def signal_in_words(row: Mapping[Any, Any]) -> str:
    """What is watched: a reported number, its change, or the share of beds in use."""
    place = " " + say("in {place}", place=row["place"]) if row["place"] else ""
    if row["signal"] == OCCUPANCY:
        return say("share of the beds of state accommodation that are in use{place}", place=place)
    what = say(REPORTED[row["signal"]])
    if not row["change_days"]:
        return f"{what}{place}"
    return say("rise in {days} of {what}{place}", days=counted(row["change_days"], "day"), what=what, place=place)


def rule_in_words(row: Mapping[Any, Any]) -> str:
    """The trigger in one sentence."""
    limit = figure(float(f"{row['threshold']:.3g}"))
    beyond = say("at least {limit}", limit=limit) if row["direction"] == ABOVE else say("at most {limit}", limit=limit)
    told = {"what": signal_in_words(row), "day": row["day"], "beyond": beyond}
    return say("End of day {day}, {what}: {beyond}", **told)


def rates_in_words(row: Mapping[Any, Any]) -> str:
    """How well a trigger warns, in one sentence."""
    return say(
        "It fires {fires}; {vain} of 100 warnings are in vain; {hits} of 100 events within the horizon are warned of "
        "in time, {lead:.0f} days ahead in the middle",
        fires=chance(row["share_fires"]),
        vain=round(100 * row["false_alarm_ratio"]) if np.isfinite(row["false_alarm_ratio"]) else 0,
        hits=round(100 * row["hit_rate"]),
        lead=row["lead_days_50"],
    )


def value_in_words(row: Mapping[Any, Any]) -> str:
    """What acting on a trigger is worth beside simple rules, in one sentence."""
    others = {
        say("acting always"): row["value_always"],
        say("acting never"): row["value_never"],
        say("acting where 80 % of beds are in use"): row["value_occupancy_80"],
        say("carrying on the last day"): row["value_trend"],
    }
    told = ", ".join(f"{name} {figure(round(value, 2))}" for name, value in others.items() if np.isfinite(value))
    of = "On draws that did not choose it, it is worth {value} of knowing in advance"
    worth = say(of, value=figure(round(row["value"], 2)))
    return f"{worth} ({told})" if told else worth
