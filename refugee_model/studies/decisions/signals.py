"""What warns of an event: when it begins in each draw, what is reported by then, and how well that warns of it, counted
over draws with a threshold that was chosen on other draws.

A draw has one of three fates: nothing happens within the horizon, it happens in time to act on a warning, or it happens
too soon for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from refugee_model.arrays import Flags, Floats, Integers
from refugee_model.engine.observers import GROUPS, WITHOUT_ROOF
from refugee_model.engine.result import DAYS, Keep, Result
from refugee_model.errors import Problem, refuse_if
from refugee_model.outcomes.measures import FIRST_FULL
from refugee_model.outcomes.occupancy import night_outcome, occupancy
from refugee_model.outcomes.reported import reported_at
from refugee_model.scenario.network import STATE_ACCOMMODATION
from refugee_model.scenario.reports import REPORTED
from refugee_model.studies.decisions.events import RISING, Comparison, Event, begins, comparisons_of
from refugee_model.studies.forecast.observations import ERRORS, LATEST, OF_A_PLACE, alone

NIGHTS = ("peak_without_roof", *(f"person_nights_{name}" for name in ("without_roof", *WITHOUT_ROOF, "held_back")))
PEAKS = {"peak_unsheltered": "unsheltered", "peak_in_state_accommodation": "sheltered"}
TIMES = ("first_place_full_time",)
FORETOLD = ("peak_unsheltered", "peak_in_state_accommodation", *NIGHTS, "crossed", "places_full", *TIMES)
"""Measures of which it is known when they pass a number; ``first_full.PLACE`` besides."""
CHANGES = (0, 1, 2)
"""Days over which a change is a signal; 0 is the level itself."""
OCCUPANCY = "occupancy"
"""Name of the signal that is the share of beds in use."""


@dataclass(frozen=True)
class Signal:
    """Something reported, or its change: name, place (empty for all), days of change, and values (day, draw)."""

    name: str
    place: str
    change_days: int
    values: Floats


def onset(result: Result, event: Event) -> Floats:
    """When an event begins in each draw, array (draw,) [h]; infinite where it never does. What is known by day begins
    when the day does: a warning then has at least the time that is said.
    """
    problems = (problem for comparison in comparisons_of(event) for problem in _find_unforeseen(comparison))
    refuse_if("this event cannot be foretold", problems)
    return begins(event, lambda comparison: _first(result, comparison))


def _find_unforeseen(comparison: Comparison) -> Iterator[Problem]:
    name, sign = comparison.measure, comparison.sign
    if name in TIMES or name.startswith(FIRST_FULL):
        if sign in RISING:
            yield Problem("event", f"'{comparison}' is known only at the end; write '{name}' or '{name} < HOURS'")
    elif name not in FORETOLD:
        known = ", ".join(FORETOLD)
        yield Problem(
            "event", f"nothing says when '{name}' passes a number; expected one of {known}, {FIRST_FULL}PLACE"
        )
    elif sign not in RISING:
        yield Problem("event", f"'{comparison}' is known only at the end; write > or >=")


def _first(result: Result, comparison: Comparison) -> Floats:
    """When one comparison begins to hold, array (draw,) [h]."""
    name = comparison.measure
    if name in TIMES or name.startswith(FIRST_FULL):
        full = result.first_full
        place = name.removeprefix(FIRST_FULL)
        hours = full.min(axis=0) if name in TIMES else full[list(result.scenario.aid.provinces).index(place)]
        before = hours < comparison.number if comparison.sign == "<" else hours <= comparison.number
        return np.where(before | (not comparison.sign), hours, np.inf)
    if name == "places_full":
        wanted = int(np.floor(comparison.number)) + 1 if comparison.sign == ">" else int(np.ceil(comparison.number))
        if wanted > len(result.first_full):
            return np.full(result.draws, np.inf)
        return np.asarray(np.sort(result.first_full, axis=0)[wanted - 1]) if wanted > 0 else np.zeros(result.draws)
    hours, values = _so_far(result, name)
    holds = values > comparison.number if comparison.sign == ">" else values >= comparison.number
    return np.where(holds.any(axis=0), hours[np.argmax(holds, axis=0)] if len(hours) else np.inf, np.inf)


def _so_far(result: Result, name: str) -> tuple[Floats, Floats]:
    """A measure as it would be if the projection ended: since when (time,) [h], and what, array (time, draw)."""
    if name in NIGHTS:
        by_night = night_outcome(result).amounts[name.removeprefix("peak_").removeprefix("person_nights_")]
        added = np.maximum.accumulate if name.startswith("peak_") else np.cumsum
        return np.asarray(result.scenario.timeline.nights), np.asarray(added(by_night, axis=0))
    begins_at = result.bounds[result.edges[:-1]]
    if name == "crossed":
        return begins_at, result.crossed[1:]
    return begins_at, np.maximum.accumulate(result.days[:, len(GROUPS) + GROUPS.index(PEAKS[name])], axis=0)


def signals_of(result: Result, *, errors: bool, seed: int) -> list[Signal]:
    """All that is reported at the ends of days, as it would be reported, and how it changed."""
    at_ends = result.thin(Keep(DAYS, places=result.keep.places))
    provinces, total = [place.name for place in at_ends.places_of("sheltered")], result.scenario.people.total
    items = [(quantity, "") for quantity in REPORTED]
    items += [("in_state_accommodation", place) for place in provinces]
    found: list[Signal] = []
    beds = _beds(at_ends)
    for number, (quantity, place) in enumerate(items):
        values = reported_at(at_ends.recorded, result.scenario, quantity, place)
        if errors:
            values = _with_errors(values, quantity, place, total, np.random.default_rng([seed, number]))
        found += _with_changes(quantity, place, values)
        if quantity == "in_state_accommodation":
            room = beds[place]
            share = np.divide(values, room, out=np.zeros_like(values), where=room > 0)
            found.append(Signal(OCCUPANCY, place, 0, share))
    return found


def _beds(result: Result) -> dict[str, Floats]:
    """Beds of each province, and of all together by the empty name, arrays (day, draw)."""
    held = occupancy(result).only(STATE_ACCOMMODATION)
    beds = {place.name: held.capacity[:, number] for number, place in enumerate(held.places)}
    return {**beds, "": held.capacity.sum(axis=1)}


def _with_errors(values: Floats, quantity: str, place: str, people: float, random: np.random.Generator) -> Floats:
    """Values as they would be reported, with the errors that a forecast expects of a latest report."""
    relative, floor = OF_A_PLACE if place else ERRORS[quantity]
    none = np.zeros(values.shape[1])
    report = alone(none + relative * LATEST, none + max(floor * people / relative, 1.0))
    return np.stack([np.maximum(report.simulate(day, none, random), 0.0) for day in values])


def _with_changes(name: str, place: str, values: Floats) -> Iterator[Signal]:
    for days in CHANGES:
        changed = values.copy()
        if days:
            changed[days:] -= values[:-days]
            changed[:days] = 0.0
        yield Signal(name, place, days, changed)


def usual_signs(result: Result, signals: Sequence[Signal], hours_ahead: float) -> Callable[[int], dict[str, Flags]]:
    """What a planner without a model goes by at the end of a day: whether each sign fires, arrays (draw,)."""
    known = {(one.name, one.place, one.change_days): one.values for one in signals}
    people, share = known["in_state_accommodation", "", 0], known[OCCUPANCY, "", 0]
    beds, ends = _beds(result.thin(Keep(DAYS, places=result.keep.places)))[""], result.day_ends

    def on(day: int) -> dict[str, Flags]:
        grown = people[day] - people[day - 1] if day else people[day]
        length = ends[day] - (ends[day - 1] if day else 0.0)
        return {
            "always": np.ones(result.draws, dtype=bool),
            "never": np.zeros(result.draws, dtype=bool),
            "occupancy_80": share[day] >= 0.8,
            "trend": people[day] + grown / length * hours_ahead >= beds[day],
        }

    return on


NOTHING, IN_TIME, TOO_SOON = 0, 1, 2
FOLDS = 10
MOST_THRESHOLDS = 40
DIGITS = 2
"""Of a threshold: a number that one can say."""
ABOVE, BELOW = "above", "below"
WIDTHS = {0.68: 0.9944578832097532, 0.95: 1.959963984540054}
"""Standard deviations on either side that hold this share."""


class Costs(NamedTuple):
    """What acting costs, and what is lost where nobody has acted in time, in one unit."""

    acting: float
    loss: float


class Contingency(NamedTuple):
    """Draws by what the trigger did and what came: numbers, or arrays of them."""

    hits: Floats
    too_late: Floats
    in_vain: Floats
    missed: Floats
    quiet: Floats
    too_soon_unwarned: Floats

    @property
    def fired(self) -> Floats:
        """Draws in which it fires."""
        return self.hits + self.too_late + self.in_vain

    @property
    def events(self) -> Floats:
        """Draws in which it happens within the horizon, in time to act or not."""
        return self.hits + self.too_late + self.missed + self.too_soon_unwarned

    @property
    def draws(self) -> Floats:
        """All draws."""
        return self.fired + self.missed + self.quiet + self.too_soon_unwarned

    @property
    def hit_rate(self) -> Floats:
        """Share of events that were warned of in time."""
        return _share(self.hits, self.events)

    @property
    def false_alarm_ratio(self) -> Floats:
        """Share of warnings in vain: what a person means by false alarms."""
        return _share(self.in_vain, self.fired)

    @property
    def false_alarm_rate(self) -> Floats:
        """Share of draws without an event in which it fires: the horizontal axis of a ROC curve."""
        return _share(self.in_vain, self.in_vain + self.quiet)

    def expense(self, costs: Costs) -> Floats:
        """Cost of acting and loss, in the mean of a draw."""
        spent = costs.acting * self.fired + costs.loss * (self.events - self.hits)
        return np.asarray(spent / np.maximum(self.draws, 1.0))


class Watch(NamedTuple):
    """One signal on one day: what all draws choose, and how that counts on them and on draws that did not choose.
    ``chosen_expense`` is that of what each fold's others choose, on these others; ``by_fold`` are its counts there.
    """

    direction: str
    threshold: float
    seen: Contingency
    checked: Contingency
    chosen_expense: Floats
    by_fold: Contingency


def auc(signal: Floats, event: Flags) -> float:
    """The chance that the signal is higher in a draw with the event than in one without; 0.5 says nothing."""
    with_event = int(event.sum())
    without = len(event) - with_event
    if not with_event or not without:
        return float("nan")
    ranks = pd.Series(signal).rank().to_numpy()[event].sum()
    return float((ranks - with_event * (with_event + 1) / 2) / (with_event * without))


def counts(fired: Flags, fate: Integers) -> Contingency:
    """Draws by what a trigger did and what came."""
    fires = [fired & (fate == came) for came in (IN_TIME, TOO_SOON, NOTHING)]
    rests = [~fired & (fate == came) for came in (IN_TIME, NOTHING, TOO_SOON)]
    return Contingency(*(np.asarray(np.count_nonzero(draws), dtype=np.float64) for draws in (*fires, *rests)))


def value(found: Contingency, costs: Costs) -> float:
    """What a trigger is worth: 1 if it warns of every event and of nothing else, 0 if one might as well always act, or
    never, whichever is the better.

    Richardson (2000), Skill and relative economic value of the ECMWF ensemble prediction system,
    https://doi.org/10.1002/qj.49712656313.
    """
    draws, events = float(found.draws), float(found.events)
    in_time = float(found.hits + found.missed)
    always = costs.acting + costs.loss * (events - in_time) / draws
    never = costs.loss * events / draws
    perfect = min(costs.acting, costs.loss) * in_time / draws + costs.loss * (events - in_time) / draws
    least = min(always, never)
    return (least - float(found.expense(costs))) / (least - perfect) if least > perfect else 0.0


def thresholds(signal: Floats) -> Floats:
    """Values of a signal that a person can say, from the lowest to the highest, rising."""
    found = np.quantile(signal, np.linspace(0.0, 1.0, MOST_THRESHOLDS + 2)[1:-1])
    size = np.floor(np.log10(np.maximum(np.abs(found), 1e-12)))
    unit = 10.0 ** (size - DIGITS + 1)
    return np.unique(np.where(found == 0.0, 0.0, np.round(np.rint(found / unit) * unit, 12)))


def fires(signal: Floats, direction: str, threshold: float) -> Flags:
    """In which draws a trigger fires: at the threshold, or beyond it in its direction."""
    return np.asarray(signal >= threshold if direction == ABOVE else signal <= threshold)


def watch(signal: Floats, fate: Integers, fold: Integers, costs: Costs) -> Watch:
    """A signal with the threshold and the direction that cost least, counted on the draws that did not choose them.

    Of each draw ``fate`` is ``NOTHING``, ``IN_TIME`` or ``TOO_SOON``, and the draws of each ``fold`` are counted with
    what the others choose. Not to act at all is among what may be chosen: then the threshold is infinite.
    """
    limits = thresholds(signal)
    cell = fate * FOLDS + fold
    everyone = np.bincount(cell, minlength=3 * FOLDS).astype(np.float64).reshape(3, FOLDS)
    below = _up_to(np.searchsorted(limits, signal, side="left"), cell, len(limits))
    above = everyone - _up_to(np.searchsorted(limits, signal, side="right"), cell, len(limits))
    fired = np.concatenate((np.zeros((1, 3, FOLDS)), above, below))
    directions = [ABOVE] * (1 + len(limits)) + [BELOW] * len(limits)
    values = np.concatenate(([np.inf], limits, limits))
    whole = _counted(fired.sum(axis=2), everyone.sum(axis=1))
    best = int(np.argmin(whole.expense(costs)))
    others = fired.sum(axis=2, keepdims=True) - fired
    expense = _counted(others, everyone.sum(axis=1, keepdims=True) - everyone).expense(costs)
    by_fold = np.argmin(expense, axis=0)
    own = np.arange(FOLDS)
    checked = _counted(fired[by_fold, :, own].T[None], everyone)
    return Watch(
        direction=directions[best],
        threshold=float(values[best]),
        seen=Contingency(*(part[best] for part in whole)),
        checked=Contingency(*(part.sum() for part in checked)),
        chosen_expense=expense[by_fold, own],
        by_fold=Contingency(*(part[0] for part in checked)),
    )


def _up_to(position: Integers, cell: Integers, count: int) -> Floats:
    """Draws of each cell up to each of so many positions, array (position, fate, fold)."""
    found = np.bincount(position * 3 * FOLDS + cell, minlength=(count + 1) * 3 * FOLDS)
    return np.cumsum(found.reshape(count + 1, 3, FOLDS), axis=0)[:count].astype(np.float64)


def best_checked(watches: list[Watch]) -> Contingency:
    """Counts of the best of many signals where each fold is counted with the signal that the others choose."""
    chosen = np.argmin([one.chosen_expense for one in watches], axis=0)
    parts = [[one.by_fold[part] for one in watches] for part in range(len(Contingency._fields))]
    return Contingency(*(np.asarray(part)[chosen, np.arange(FOLDS)].sum() for part in parts))


def _counted(fired: Floats, everyone: Floats) -> Contingency:
    """Counts of arrays (threshold, fate, ...) of draws that fire, of arrays (fate, ...) of all."""
    quiet = everyone[None] - fired
    return Contingency(
        fired[:, IN_TIME],
        fired[:, TOO_SOON],
        fired[:, NOTHING],
        quiet[:, IN_TIME],
        quiet[:, NOTHING],
        quiet[:, TOO_SOON],
    )


def wilson(part: float, whole: float, level: float = 0.95) -> tuple[float, float]:
    """Where a share lies that was counted, at 68 or 95 %.

    Wilson (1927), Probable inference, the law of succession, and statistical inference,
    https://doi.org/10.1080/01621459.1927.10502953.
    """
    if not whole > 0.0:
        return 0.0, 1.0
    width, share = WIDTHS[level], part / whole
    scale = 1.0 + width**2 / whole
    middle = (share + width**2 / (2.0 * whole)) / scale
    spread = width / scale * float(np.sqrt(share * (1.0 - share) / whole + width**2 / (4.0 * whole**2)))
    return max(middle - spread, 0.0), min(middle + spread, 1.0)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0))
