"""By when to order: the moment at which something runs out less the time until more of it is there, draw by draw."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import takes
from refugee_model.arrays import Floats
from refugee_model.engine.result import Result
from refugee_model.errors import Problem, RequestError, refuse_if
from refugee_model.outcomes.calendar import time
from refugee_model.outcomes.needs import is_known, needs_by_item
from refugee_model.scenario.distributions import Distribution
from refugee_model.scenario.network import RECEPTION, STATE_ACCOMMODATION, TRANSIT
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY
from refugee_model.scenario.values import NoTimeError, time_of
from refugee_model.studies.decisions.demand import (
    WAIT_IN_HOURS,
    Shortage,
    buses_short,
    demand_of,
    desks_short,
    find_lost_places,
    seats_short,
)
from refugee_model.studies.decisions.methods import SAFE, check_confidence, enough, find_wrong_confidence
from refugee_model.studies.decisions.options import (
    Order,
    delivered,
    earliest_of,
    lead_of,
    order_cost,
    unit_of,
    whole_packs,
)
from refugee_model.tables.frames import result_of
from refugee_model.tables.provenance import attributes
from refugee_model.wording import as_found

NOT_NEEDED, ORDER_BY, ORDER_NOW, TOO_LATE = "not needed", "order by", "order now", "too late"
STATUSES = (TOO_LATE, ORDER_NOW, ORDER_BY, NOT_NEEDED)
"""The most urgent first."""
DAY, WEEK = 1.0, 7.0


@dataclass(frozen=True)
class OrderDate:
    """When to order one thing."""

    needed_by: float
    latest_decision: float
    """Days after the start; infinite where it is not needed at this confidence."""
    status: str
    """One of ``STATUSES``."""
    risk_if_on_time: float
    risk_if_a_week_later: float
    """Chance that it is there too late, if ordered by the latest decision, or now where that has passed; and a week
    after that.
    """
    probability_needed: float
    """Chance that it is ever needed."""


def latest(times: Floats, confidence: float) -> float:
    """The last moment before which at most so many draws lie; infinity is a value like any other.

    >>> latest(np.arange(100.0), 0.95)
    5.0
    """
    beyond = math.floor(len(times) * (1.0 - confidence) + SAFE)
    return float(np.sort(times)[min(beyond, len(times) - 1)])


def risk(breach: Floats, lead: Floats, decided: float) -> float:
    """The chance that something ordered at this time comes after it has run out; never ordered, it comes too late."""
    return float(np.mean(breach < decided + lead - SAFE))


def order_date(breach: Floats, lead: Floats, confidence: float, *, now: float) -> OrderDate:
    """When to order what runs out at ``breach`` (infinite where never) and takes ``lead``, arrays (draw,) [days].

    >>> runs_out = np.linspace(0.0, 60.0, 6001)
    >>> found = order_date(runs_out, np.full(6001, 7.0), 0.95, now=0.0)
    >>> round(found.needed_by, 2), round(found.latest_decision, 2), found.status
    (3.0, -4.0, 'too late')
    """
    needed, decision = latest(breach, confidence), latest(breach - lead, confidence)
    if not math.isfinite(needed):
        decision, status = math.inf, NOT_NEEDED
    elif decision < now - SAFE:
        status = TOO_LATE
    else:
        status = ORDER_NOW if decision < now + DAY else ORDER_BY
    ordered = max(decision, now)
    return OrderDate(
        needed_by=needed,
        latest_decision=decision,
        status=status,
        risk_if_on_time=risk(breach, lead, ordered),
        risk_if_a_week_later=risk(breach, lead, ordered + WEEK),
        probability_needed=float(np.mean(np.isfinite(breach))),
    )


TITLE, SUBJECT = "Decisions due", "decisions due cannot be told"
WAIT_HOURS = 12.0
"""Wait at a desk or for a seat from which on more are wanted, unless another is given."""
COLUMNS = (
    *("option", "item", "place", "area_code", "unit", "quantity", "packs", "cost_usd", "needed_by", "lead_days"),
    *("lead_days_p90", "latest_decision", "status", "risk_if_on_time", "risk_if_a_week_later"),
    *("probability_needed", "cost_of_waiting_per_day", "basis"),
)


@takes(SUBJECT, wait_hours=WAIT_IN_HOURS)
def order_by_table(
    ensemble: Any, confidence: float = 0.95, *, wait_hours: float = WAIT_HOURS, now: Any = None
) -> pd.DataFrame:
    """By when each thing that can be bought must be ordered, and how much of it.

    In each future, it must be ordered by the moment at which it runs out less the time it takes; the latest decision is
    the date that is early enough with this confidence.

    Parameters
    ----------
    ensemble : Ensemble or Forecast
        Of a scenario that says what can be bought (``aid.options``), with the people of all places kept by day.
    confidence : float
        Share of the futures in which it is to come in time and to be enough.
    wait_hours : float
        Wait at a desk or for a seat from which on more of them are wanted [h].
    now : time, optional
        The day of the decision, or days after the start; unless given, that of the reports of a forecast, or of the
        figures (``as_of``) where that is before the start, or else the start.

    Returns
    -------
    DataFrame
        option, item, place, area_code, unit, quantity, packs, cost_usd, needed_by, lead_days (median), lead_days_p90,
        latest_decision, status (``too late``, ``order now``: within a day, ``order by``, ``not needed``),
        risk_if_on_time, risk_if_a_week_later (chance that it comes after it is needed), probability_needed,
        cost_of_waiting_per_day (units that are short for a day more with each day of waiting, in the mean), basis; the
        most urgent first. ``quantity`` lasts to the end of the projection with this confidence, over what is at hand
        and on the way; ``cost_usd`` counts running costs until then.

    Raises
    ------
    RequestError
        If nothing can be bought, people of all places were not kept, or too few draws lie beyond the confidence.

    Examples
    --------
    >>> rm.order_by_table(ensemble, confidence=0.9)  # doctest: +SKIP
    """
    result = result_of(ensemble)
    scenario = result.scenario
    check_confidence(SUBJECT, confidence, result.draws)
    problems = [] if scenario.aid.options else [Problem("aid.options", "is empty: nothing can be bought")]
    problems += find_lost_places(result)
    refuse_if(SUBJECT, problems)
    today = today_of(ensemble, scenario, now)
    seed = int(getattr(ensemble, "seed", 0))
    rows = [_row(result, name, shortage, confidence, today, seed) for name, shortage in shortages(result, wait_hours)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    urgency = table["status"].map(STATUSES.index)
    order = np.lexsort((-table["probability_needed"], table["latest_decision"].to_numpy(), urgency))
    table = table.iloc[order].reset_index(drop=True)
    table.attrs.update(attributes(scenario, TITLE) | {"draws": result.draws, "confidence": confidence})
    table.attrs["now"] = time(scenario.timeline, today * HOURS_PER_DAY)
    return table


USUAL = (0.95, 0.9, 0.8, 0.5)
"""Confidences, of which the highest that the draws can show is used where none is asked for."""


def decisions_due(ensemble: Any) -> pd.DataFrame | None:
    """The table at the highest usual confidence that so many draws can show; nothing where it cannot be made."""
    result = result_of(ensemble)
    shown = [level for level in USUAL if not find_wrong_confidence(level, result.draws)]
    if not shown or not result.scenario.aid.options or find_lost_places(result):
        return None
    found: pd.DataFrame = order_by_table(ensemble, shown[0])
    return found


def today_of(ensemble: Any, scenario: Scenario, now: Any = None) -> float:
    """The day of the decision [days after the start]."""
    timeline = scenario.timeline
    if now is not None:
        if isinstance(now, int | float) and not isinstance(now, bool) and math.isfinite(now):
            return float(now)
        try:
            return timeline.hours_at(time_of(now)) / HOURS_PER_DAY
        except NoTimeError:
            said = f"found {as_found(now)}, expected a time with its offset, such as '2023-09-24T12:00+04:00', or days"
            raise RequestError(SUBJECT, [Problem("now", said)]) from None
    until = getattr(ensemble, "until", None)
    if until is not None:
        return timeline.hours_at(until) / HOURS_PER_DAY
    return 0.0 if scenario.as_of is None else min(0.0, timeline.hours_at(scenario.as_of) / HOURS_PER_DAY)


def shortages(result: Result, wait_hours: float = WAIT_HOURS) -> Iterator[tuple[str, Shortage]]:
    """What is short of each option whose shortage can be read off a projection, by name of the option."""
    scenario, demand = result.scenario, demand_of(result)
    goods = goods_short(result)
    rows = {(place.kind, place.name): number for number, place in enumerate(demand.places)}
    kinds = {"beds": STATE_ACCOMMODATION, "transit places": TRANSIT, "covered places": RECEPTION}
    for name, option in scenario.aid.options.items():
        if option.kind in kinds:
            number = rows[kinds[option.kind], option.place or TRANSIT]
            yield name, Shortage(demand.short[:, number], False, demand.basis[number])
        elif option.kind == "goods":
            yield name, goods[option.item or ""]
        elif option.kind == "desks":
            yield name, desks_short(result, option.place or "", wait_hours)
        elif option.kind == "placement seats":
            yield name, seats_short(result, wait_hours)
        elif option.kind == "buses":
            yield name, buses_short(result, wait_hours)


def goods_short(result: Result) -> dict[str, Shortage]:
    """What is lacking of each item that can be bought; of those whose stock is not known, all that is needed."""
    scenario, found = result.scenario, {}
    wanted = {option.item for option in scenario.aid.options.values()}
    for (name, item), needs in zip(scenario.standards.items_of_climate.items(), needs_by_item(result), strict=True):
        if name not in wanted:
            continue
        known = is_known(scenario, name)
        whole = np.cumsum(needs.new_need, axis=0) if item.kind == "durable" else needs.need
        basis = "need beyond what is at hand and on the way" if known else "need; stock not known, none counted"
        found[name] = Shortage(needs.gap if known else whole, item.kind == "daily", basis)
    nothing = Shortage(np.zeros((len(result.day_ends), result.draws)), False, "not needed in this climate")
    return {str(name): found.get(str(name), nothing) for name in wanted}


def _row(result: Result, name: str, shortage: Shortage, confidence: float, today: float, seed: int) -> dict[str, Any]:
    scenario, timeline = result.scenario, result.scenario.timeline
    option, days = scenario.aid.options[name], result.day_ends / HOURS_PER_DAY
    lead = drawn(lead_of(scenario, name), f"{name}.lead", result.draws, seed)
    share = drawn(delivered(scenario, name), f"{name}.delivered", result.draws, seed)
    breach = first_short(shortage.short, days)
    begin = max(today, earliest_of(scenario, name)) if option.earliest is not None else today
    found = order_date(breach, lead, confidence, now=begin)
    ordered = max(found.latest_decision, begin)
    quantity = _quantity(shortage, days, ordered + lead, share, confidence) if found.status != NOT_NEEDED else 0.0
    quantity = whole_packs(option, min(quantity, option.most or math.inf))
    quantity = min(quantity, option.most) if option.most is not None else quantity
    if not quantity and found.status in (ORDER_BY, ORDER_NOW):  # with this confidence nothing lacks once it could come
        found = replace(found, needed_by=math.inf, latest_decision=math.inf, status=NOT_NEEDED)
    return asdict(found) | {
        "option": name,
        "item": option.item or "",
        "place": option.place or "",
        "area_code": area_code_of(scenario, option.place),
        "unit": unit_of(scenario, name),
        "quantity": quantity,
        "packs": math.ceil(round(quantity / option.pack_size, 9)),
        "cost_usd": order_cost(scenario, Order(name, quantity, ordered)) if quantity else 0.0,
        "needed_by": _when(timeline, found.needed_by),
        "lead_days": float(np.median(lead)),
        "lead_days_p90": float(enough(lead, 0.9)),
        "latest_decision": _when(timeline, found.latest_decision),
        "cost_of_waiting_per_day": _waiting(shortage, days, lead, quantity * share, found, ordered),
        "basis": shortage.basis,
    }


def drawn(number: Distribution | float, key: str, draws: int, seed: int) -> Floats:
    """Draws of a number of its own stream, spread evenly: the same for the same key, whatever else is uncertain."""
    if not isinstance(number, Distribution):
        return np.full(draws, float(number))
    random = np.random.default_rng([seed, zlib.crc32(key.encode())])
    return number.quantile((random.permutation(draws) + random.random(draws)) / draws)


def first_short(short: Floats, days: Floats) -> Floats:
    """The beginning of the first day on which something is short, infinite where it never is, array (draw,) [days]."""
    lacking = short > SAFE + 1e-9 * np.abs(short).max(initial=0.0)
    begins = np.concatenate(([0.0], days[:-1]))
    return np.where(lacking.any(axis=0), begins[np.argmax(lacking, axis=0)], np.inf)


def _quantity(shortage: Shortage, days: Floats, arrives: Floats, share: Floats, confidence: float) -> float:
    """Units to order so that what comes is enough from its arrival to the end with this confidence."""
    return float(enough(shortage.in_all(days[:, None] >= arrives) / share, confidence))


def _waiting(shortage: Shortage, days: Floats, lead: Floats, comes: Floats, found: OrderDate, ordered: float) -> float:
    """What is short for a day more if an order is a day later, in the mean [units x days]."""
    if found.status == NOT_NEEDED or not math.isfinite(ordered):
        return 0.0
    day = np.searchsorted(days, ordered + lead, side="left")
    within = day < len(days)
    short = shortage.short[np.minimum(day, len(days) - 1), np.arange(len(lead))]
    return float(np.mean(np.where(within, np.minimum(short, comes), 0.0)))


def _when(timeline: Any, days: float) -> Any:
    return time(timeline, days * HOURS_PER_DAY if math.isfinite(days) else math.nan)


def area_code_of(scenario: Scenario, place: str | None) -> str:
    """Area code of a province or a reception point; empty where it has none."""
    known = scenario.aid.provinces.get(place or "") or scenario.aid.reception_points.get(place or "")
    return (known.area_code or "") if known is not None else ""
