"""Paces at which draws of a forecast go on, found by trying: factors by days ahead with which the people of each
arrive, register and move into state accommodation as the forecast says of it while nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.engine.program import lay_out
from refugee_model.engine.stages.beds import usable_at
from refugee_model.engine.values import ARRIVING, MOVING_IN, REGISTERING
from refugee_model.engine.variables import Province
from refugee_model.scenario.carried import Carried
from refugee_model.studies.blocks import draws_at
from refugee_model.studies.ensemble import curves_of
from refugee_model.studies.points import points_of
from refugee_model.tables.forecasts import at_hours

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

PACE_HOURS = (6.0, 12.0, 24.0, 48.0, 72.0, 120.0, 168.0, 336.0)
"""Ends of the parts with a pace of their own, after the cut-off; the last goes on to the end."""
PACES = {
    "arrived": (ARRIVING, 0.001, 1000.0),
    "registered": (REGISTERING, 0.02, 5.0),
    "in_state_accommodation": (MOVING_IN, 0.02, 8.0),
}
"""What is paced, and its slowest and fastest."""
ROUNDS = 12
LITTLE = 5e-4
"""Share of all who have arrived that says nothing of a pace."""
LEAST_MOVED, LEAST_YIELD = 0.01, 0.3
"""A change of the logarithm of a pace below the first says nothing; one brings at least the second part of itself."""
MOST_FULL, BEFORE_HOURS = 0.9, 6.0
"""No more people are sought in beds than this part of those that were there so many hours before: more only wait."""
LEAST_WHERE_FULL = 0.5
"""Where beds are lacking the pace of moving in is at least this, or the want of beds would be hidden; with 1, hot meals
needed would be up to twice those of the forecast, with no limit half of them."""


@dataclass
class _Search:
    """The pace of one quantity, as far as it has been tried."""

    of: str
    """By which its columns are called."""
    limits: tuple[Any, Any]
    little: Floats
    wanted: Floats
    """Arrays (part, draw), (time, draw), the start among the times: people that say nothing, people wanted."""
    pace: Floats
    """Array (part, draw): logarithms."""
    before: tuple[Floats, Floats] | None = None
    """The pace tried last, and what it brought."""

    def columns(self, hours: Floats) -> dict[str, Floats]:
        """What draws carry."""
        return {f"{self.of}{until:g}": factors for until, factors in zip(hours, np.exp(self.pace), strict=True)}

    def learn(self, found: Floats) -> None:
        """Go faster where fewer were found than wanted, arrays (time, draw); what one part lacks the next makes up."""
        target = self._moved(self.wanted[1:] - found[:-1])
        moved = self._moved(np.diff(found, axis=0))
        yields = np.ones_like(self.pace)
        if self.before is not None:  # what the last step brought, so that many more are not sought by small steps
            step = self.pace - self.before[0]
            np.divide(moved - self.before[1], step, out=yields, where=np.abs(step) > LEAST_MOVED)
        self.before = self.pace, moved
        self.pace = np.clip(self.pace + (target - moved) / np.clip(yields, LEAST_YIELD, 1.0), *self.limits)

    def _moved(self, people: Floats) -> Floats:
        """Logarithms of the people who come in each part, of whom there may be none."""
        return np.asarray(np.log(np.maximum(people, 0.0) + self.little))


def parts_of(later: Scenario) -> Floats:
    """Ends of the parts with a pace of their own [h], array (part,)."""
    return np.array([*(end for end in PACE_HOURS if end < later.timeline.hours), later.timeline.hours])


def paced(later: Scenario, carried: Carried, wanted: Mapping[str, Floats], beds: Floats) -> Carried:
    """The draws with paces at which people do as wanted, arrays (time, draw) by quantity, found by trying; no more of
    them in beds than there are, array (part, draw).
    """
    hours, little = parts_of(later), 1.0 + LITTLE * wanted["arrived"][1:]
    most = {"in_state_accommodation": MOST_FULL * beds}
    searches = dict[str, _Search]()
    for quantity, foretold in wanted.items():
        of, slowest, fastest = PACES[quantity]
        limits: tuple[Any, Any] = float(np.log(slowest)), float(np.log(fastest))
        values = foretold
        if quantity in most:
            limits = np.where(foretold[1:] > most[quantity], np.log(LEAST_WHERE_FULL), limits[0]), limits[1]
            values = np.concatenate((foretold[:1], np.minimum(foretold[1:], most[quantity])))
        searches[quantity] = _Search(of, limits, little, values, np.zeros_like(little))
    for _ in range(ROUNDS):
        columns = [search.columns(hours) for search in searches.values()]
        carried = replace(
            carried, columns=carried.columns | {path: at for each in columns for path, at in each.items()}
        )
        found = curves_of(later.carrying(carried), len(carried), carried.seed, hours)
        for quantity, search in searches.items():
            people = at_hours(found.curve_hours, found.curves[quantity], hours, from_nothing=False)
            search.learn(np.concatenate((search.wanted[:1], people)))
    return carried


def beds_of(later: Scenario, carried: Carried) -> tuple[Floats, Floats]:
    """Usable beds of each draw: at the start, array (province, draw), and those of the whole country that can be filled
    by the end of each part, array (part, draw).
    """
    at_start, later_on, hours = list[Floats](), list[Floats](), np.maximum(parts_of(later) - BEFORE_HOURS, 0.0)
    scenario = later.carrying(carried)
    for points in points_of(scenario, len(carried), carried.seed):
        inputs = lay_out(scenario, draws_at(scenario, points), regular=np.empty(0))
        at_start.append(inputs.layout.of(Province.beds, slice(None)))
        later_on.append(usable_at(inputs.layout, inputs.program.supply, hours))
    return np.concatenate(at_start, axis=1), np.concatenate(later_on, axis=1)
