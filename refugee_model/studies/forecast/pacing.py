"""Paces at which draws of a forecast go on, found by trying: factors by days ahead with which the people of each
arrive, register and move into state accommodation as the forecast says of it while nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from refugee_model.arrays import Flags, Floats
from refugee_model.engine.program import lay_out
from refugee_model.engine.stages.beds import usable_at
from refugee_model.engine.values import DEPARTING, DESKS, MOVING_IN, PASSING, REGISTERING, SEATS
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
ARRIVED, IN_BEDS = "arrived", "in_state_accommodation"
PACES = {
    ARRIVED: (DEPARTING, 0.001, 1000.0, PASSING, "waiting", 10.0),
    "registered": (REGISTERING, 0.02, 5.0, DESKS, "awaiting_registration", 5.0),
    IN_BEDS: (MOVING_IN, 0.02, 8.0, SEATS, "awaiting_placement", 8.0),
}
"""What is paced: how it is called, its slowest and fastest; what people go through, who waits there, its fastest."""
SLOWEST_PASSING = 0.02
"""A checkpoint is slower than by the rules only where those on the road alone would be too many."""
ROUNDS = 24
FIRST_STEP, SHORTER = 3.0, 0.85
"""The logarithm of a pace goes at most so far in the first round, and so many times as far in each later one: without
an end some draws swing to and fro, and would be carried on at either turn."""
RELAXED = 0.9
"""Where people wait, arrivals do not say who sets off: a pace goes back to the rules by this factor in the first round,
less in later ones, or a checkpoint that lets more through would find too few people who wait."""
LITTLE = 5e-4
"""Share of all who have arrived that says nothing of a pace."""
LEAST_MOVED, LEAST_YIELD = 0.01, 0.3
"""A change of the logarithm of a pace below the first says nothing; one brings at least the second part of itself."""
MOST_FULL, BEFORE_HOURS = 0.9, 6.0
"""No more people are sought in beds than this part of those that were there so many hours before: more only wait."""
LEAST_WHERE_FULL = 0.75
"""Where beds are lacking the pace of moving in is at least this, or the want of beds would be hidden: with 0.5 hot
meals needed were down to a third of those of the forecast in one crisis, with 1 up to six times as many in another."""


@dataclass
class _Search:
    """The paces of one quantity, as far as they have been tried.

    People go faster or slower; what they go through does not, but where people wait for it and too few come through.
    So more or less of it is felt in a draw as it would be where nothing had been learned.
    """

    names: tuple[str, str]
    """Of people and of what they go through: how columns begin."""
    queue: str
    """Who waits for it."""
    limits: tuple[Any, Any]
    through_limits: tuple[Any, float]
    """Logarithms: slowest and fastest, numbers or arrays (part, draw)."""
    little: Floats
    wanted: Floats
    """Arrays (part, draw), (time, draw), the start among the times: people that say nothing, people wanted."""
    pace: Floats
    through: Floats
    """Arrays (part, draw): logarithms."""
    before: tuple[Floats, Floats] | None = None
    """The pace tried last, and what it brought."""

    def columns(self, hours: Floats) -> dict[str, Floats]:
        """What draws carry."""
        of_both = zip(self.names, (self.pace, self.through), strict=True)
        return {
            f"{of}{until:g}": factors
            for of, pace in of_both
            for until, factors in zip(hours, np.exp(pace), strict=True)
        }

    def learn(self, people: Floats, waiting: Floats, most: float) -> None:
        """Go faster where fewer were found than wanted at the ends of parts, arrays (part, draw); what one part lacks
        the next makes up. ``waiting`` are those who would have come through had there been more of it, ``most``
        how far a logarithm of a pace may go.
        """
        found = np.concatenate((self.wanted[:1], people))
        moved = self._moved(np.diff(found, axis=0))
        error = self._moved(self.wanted[1:] - found[:-1]) - moved
        left = error - self._through(error, self.wanted[1:] - people, waiting, np.diff(found, axis=0) > self.little)
        pace = self.pace + np.clip(left / self._yields(moved), -most, most)
        # Who must not come any more should not have set off before, nor before that where people wait all the while.
        too_many, queued = np.zeros(pace.shape[1]), np.concatenate((waiting[:1], waiting[:-1])) > self.little
        pace = np.where(waiting > self.little, RELAXED ** (most / FIRST_STEP) * pace, pace)
        below = np.where(self.pace <= self.limits[0], np.minimum(pace - self.limits[0], 0.0), 0.0)
        for part, over in reversed(list(enumerate(below))):
            pace[part] += too_many
            too_many = over + np.where(queued[part], too_many, 0.0)
        self.before, self.pace = (self.pace, moved), np.clip(pace, *self.limits)

    def _through(self, error: Floats, lack: Floats, waiting: Floats, moving: Flags) -> Floats:
        """Let more or fewer through, and tell what of the error that is: more brings no more people than wait, who need
        not come sooner where nothing moves either; of fewer, first what was too much goes.
        """
        by_more = np.divide(waiting, lack, out=np.zeros_like(lack), where=lack > 0.0)
        more = np.maximum(error, 0.0) * np.minimum(by_more, 1.0)
        before, wanted = self.through, np.where(moving, more, 0.0) + np.minimum(error, 0.0)
        self.through = np.clip(before + wanted, *self.through_limits)
        return np.where(error > 0.0, more, self.through - before)

    def _yields(self, moved: Floats) -> Floats:
        """What the last step brought as a part of itself, so that many more are not sought by small steps."""
        found = np.ones_like(self.pace)
        if self.before is not None:
            step = self.pace - self.before[0]
            np.divide(moved - self.before[1], step, out=found, where=np.abs(step) > LEAST_MOVED)
        return np.clip(found, LEAST_YIELD, 1.0)

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
    hours, little = parts_of(later), 1.0 + LITTLE * wanted[ARRIVED][1:]
    searches = {quantity: _search(quantity, foretold, little, beds) for quantity, foretold in wanted.items()}
    arriving = searches[ARRIVED]
    nobody = _tried(later, _paced_by(carried, [arriving], hours), hours)[ARRIVED]
    # Those on the road alone are too many: there the checkpoint lets fewer through.
    slowest = np.where(nobody > arriving.wanted[1:], np.log(SLOWEST_PASSING), 0.0)
    arriving.through_limits = slowest, arriving.through_limits[1]
    arriving.pace = np.zeros_like(little)
    for number in range(ROUNDS):
        carried = _paced_by(carried, searches.values(), hours)
        found = _tried(later, carried, hours)
        for quantity, search in searches.items():
            search.learn(found[quantity], found[search.queue], FIRST_STEP * SHORTER**number)
    return carried


def _paced_by(carried: Carried, searches: Iterable[_Search], hours: Floats) -> Carried:
    """The draws with the paces of some searches."""
    columns = dict(carried.columns)
    for search in searches:
        columns |= search.columns(hours)
    return replace(carried, columns=columns)


def _tried(later: Scenario, carried: Carried, hours: Floats) -> dict[str, Floats]:
    """What is reported, and who waits, of draws at some hours: arrays (time, draw)."""
    found = curves_of(later.carrying(carried), len(carried), carried.seed, hours, queues=True)
    return {name: at_hours(found.curve_hours, curve, hours, from_nothing=False) for name, curve in found.curves.items()}


def _search(quantity: str, wanted: Floats, little: Floats, beds: Floats) -> _Search:
    """The search for the paces of one quantity; people who arrive begin with nobody who departs."""
    of, slowest, fastest, through, queue, most = PACES[quantity]
    limits: tuple[Any, Any] = np.log(slowest), np.log(fastest)
    pace = np.full_like(little, limits[0] if quantity == ARRIVED else 0.0)
    if quantity == IN_BEDS:
        room = MOST_FULL * beds
        limits = np.where(wanted[1:] > room, np.log(LEAST_WHERE_FULL), limits[0]), limits[1]
        wanted = np.concatenate((wanted[:1], np.minimum(wanted[1:], room)))
    return _Search(
        (of, through), queue, limits, (0.0, float(np.log(most))), little, wanted, pace, np.zeros_like(little)
    )


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
