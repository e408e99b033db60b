"""What the stages fill in before the sweep: what holds in each epoch or always, and who is where at the start.

Between two scheduled events nothing but people moves: such a stretch is an epoch, and every rate is one number in it.
Arrays end in the draw, so that the sweep reads neighbouring draws side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.values import Values
from refugee_model.engine.variables import CONSTANT, CONSTANTS, GROUP_OF, KEPT, RATE, RATES, Sizes, Variables
from refugee_model.scenario.network import POOL, named
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@cache
def _place_of(kind: type[Variables], variable: Variables) -> tuple[str, str, int]:
    """Role and group of a variable, and its row among the rates, the constants or what is kept of this group."""
    group, role = GROUP_OF[kind], variable.declared.role
    first = {RATE: RATES, CONSTANT: CONSTANTS}.get(role, {}).get(group, (0, 0))[0]
    return role, group, variable.row - first


class Layout:
    """Arrays being filled in, beside what they are filled from.

    ``bounds`` of steps and ``starts`` of epochs are in hours, ``epochs`` says in which epoch each step lies.
    """

    def __init__(self, values: Values, sizes: Sizes, bounds: Floats, starts: Floats) -> None:
        self.values, self.scenario = values, values.scenario
        self.sizes, self.starts = sizes, starts
        self._step(bounds)
        self.roads = list(values.scenario.timing.roads.values())
        self.pools = list(named(values.scenario, POOL)) or list(values.scenario.aid.reception_points)[:1]
        self.rates = {
            group: np.zeros((len(starts), sizes.count(group), end - first, values.count))
            for group, (first, end) in RATES.items()
        }
        self.constants = {
            group: np.zeros((sizes.count(group), end - first, values.count))
            for group, (first, end) in CONSTANTS.items()
        }
        self.at_start = {group: np.zeros((sizes.count(group), count, values.count)) for group, count in KEPT.items()}

    def _step(self, bounds: Floats) -> None:
        # Bounds are whole seconds; a moment may lie beside its bound by the last digit of a float.
        begin, begins = (np.rint(SECONDS_PER_HOUR * hours) for hours in (self.starts, bounds[:-1]))
        self.bounds, self.epochs = bounds, np.searchsorted(begin, begins, side="right") - 1
        # Hour of the day in the middle of each step: rounding could put its ends on either side of a shift.
        middle = 0.5 * (bounds[:-1] + bounds[1:]) - self.scenario.timeline.hour_of_day(0.0)
        self._clock = np.round(middle % HOURS_PER_DAY, 6)

    def over(self, bounds: Floats) -> Layout:
        """The same arrays over other steps."""
        other = copy(self)
        other._step(bounds)
        return other

    def of(self, variable: Variables, place: int | slice = 0) -> Floats:
        """The part of a variable of one place or of all, to be filled: (epoch, draw) of a rate, (draw,) of others."""
        role, group, row = _place_of(type(variable), variable)
        if role == RATE:
            return self.rates[group][:, place, row]
        return (self.constants if role == CONSTANT else self.at_start)[group][place, row]

    def put_people(self, variable: Variables) -> None:
        """Put people where they are at the start, by name where there are several places."""
        kind = variable.name
        if not isinstance(getattr(self.scenario.people.now, kind), Mapping):
            self.of(variable)[:] = self.values.now(kind)
            return
        for number, name in enumerate(named(self.scenario, GROUP_OF[type(variable)])):
            self.of(variable, number)[:] = self.values.now(kind, name)

    def schedule(self, path: str, *, value: Any = None) -> Floats:
        """What holds in each epoch, array (epoch, draw) or (epoch, 1)."""
        return self.values.schedule(path, self.starts, value=value)

    def pace(self, of: str) -> Floats:
        """How much faster draws that are carried on go in something, array (epoch, draw); 1 for all others."""
        found = self.values.pace(of)
        return np.ones((1, 1)) if found is None else found.at(self.starts)

    def within(self, span: Any) -> Flags:
        """Whether each epoch begins within a span with ``since`` and ``until``."""
        timeline = self.scenario.timeline
        until = timeline.hours_at(span.until) if span.until is not None else np.inf
        return (self.starts >= timeline.hours_at(span.since)) & (self.starts < until)

    def within_any(self, spans: Iterable[Any]) -> Flags:
        """Whether each epoch begins within one of the spans."""
        found = np.zeros(len(self.starts), dtype=bool)
        for span in spans:
            found |= self.within(span)
        return found

    def during(self, from_hour: float, until_hour: float) -> Flags:
        """Whether each step lies between two clock hours; from an hour to the same hour is all day."""
        after, before = self._clock >= from_hour, self._clock < until_hour
        return after & before if from_hour < until_hour else after | before
