"""The values of a scenario, and of its draws, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import compiled
from refugee_model.engine.noise import Pace
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import starts as starts_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NOW = "people.now."
"""Paths of people at the start; draws that are carried on have their own."""
DEPARTING, REGISTERING, MOVING_IN = "pace of departing until ", "pace of registering until ", "pace of moving in until "
"""Of draws that are carried on: before hours after the start, a factor by which people go faster or slower."""
PASSING, DESKS, SEATS = "pace of passing until ", "pace of desks until ", "pace of seats until "
"""The same of what they go through: checkpoints, desks, seats of those who are placed."""
UNTIL = " until "


def paths_of_paces(paths: Iterable[str]) -> dict[str, list[tuple[float, str]]]:
    """Paths of paces, by what they are of, with the hours until which each holds, in their order."""
    found = dict[str, list[tuple[float, str]]]()
    for path in paths:
        if path.startswith("pace of "):
            of, until, hours = path.partition(UNTIL)
            found.setdefault(f"{of}{until}", []).append((float(hours), path))
    return {of: sorted(ends) for of, ends in found.items()}


class Values:
    """The values of a scenario by dotted path: array (draw,) where uncertain, (1,) where certain."""

    def __init__(self, scenario: Scenario, draws: Mapping[str, Floats] | None = None) -> None:
        self.scenario = scenario
        self.draws = dict(draws or {})
        self.count = len(next(iter(self.draws.values()))) if self.draws else 1
        self.unread = set(self.draws)
        self._found, self._paces = paths_of_paces(self.draws), dict[str, Pace]()
        self._groups: dict[str, Any] = {"": scenario}

    def __getitem__(self, path: str) -> Floats:
        """The number at a path; a blank counts as 0."""
        return self.number(path, None if path in self.draws else self._at(path))

    def number(self, path: str, value: float | None) -> Floats:
        """The number at a path, where a certain one is not what stands there in the scenario."""
        if path in self.draws:
            self.unread.discard(path)
            return np.asarray(self.draws[path], dtype=np.float64)
        return np.asarray([0.0 if value is None else value], dtype=np.float64)

    def now(self, kind: str, name: str = "") -> Floats:
        """People who are somewhere at the start, (draw,) or (1,): of a kind of place, by name where there are more."""
        there = getattr(self.scenario.people.now, kind)
        if not name:
            return self.number(f"{NOW}{kind}", there)
        return self.number(f"{NOW}{kind}.{name}", there.get(name, 0.0))

    def now_in_all(self, *kinds: str) -> Floats:
        """People who are in some kinds of places at the start, (draw,) or (1,)."""
        found = np.zeros(1)
        for kind in kinds:
            there = getattr(self.scenario.people.now, kind)
            names = dict.fromkeys(there) if isinstance(there, Mapping) else {"": None}
            own = f"{NOW}{kind}."
            names |= dict.fromkeys(path.removeprefix(own) for path in self.draws if path.startswith(own))
            for name in names:
                found = found + self.now(kind, name)
        return found

    def pace(self, of: str) -> Pace | None:
        """Factors by which draws that are carried on go faster or slower in something; None where there are none."""
        if of not in self._found:
            return None
        if of not in self._paces:
            factors = np.stack([self.number(path, None) for _, path in self._found[of]])
            self._paces[of] = Pace(np.array([until for until, _ in self._found[of]]), factors)
        return self._paces[of]

    def schedule(self, path: str, starts: Floats, *, value: Any = None) -> Floats:
        """What holds from each of ``starts`` [h] on, (epoch, draw) or (epoch, 1); ``value`` is as in ``number``."""
        value = self._at(path) if value is None else value
        if path in self.draws or not isinstance(value, tuple):
            number = self.number(path, value)
            return number[None].repeat(len(starts), axis=0)
        changes = self.of_each_draw(self[f"{path}.{number}.value"] for number in range(len(value)))
        position = np.searchsorted(starts_of(value, self.scenario.timeline), starts, side="right") - 1
        return changes[np.maximum(position, 0)]

    def of_each_draw(self, numbers: Iterable[Floats]) -> Floats:
        """Some numbers of every draw, those that are certain repeated: array (number, draw)."""
        found = list(numbers)
        together = np.empty((len(found), self.count))
        for row, number in zip(together, found, strict=True):
            row[:] = number
        return together

    def _at(self, path: str) -> Any:
        """What stands at a path."""
        group, _, name = path.rpartition(".")
        if group not in self._groups:
            self._groups[group] = self._at(group)
        return _inside(self._groups[group], name)


def _inside(group: Any, name: str) -> Any:
    """What has this name, or this position, in a group of the scenario."""
    if isinstance(group, dict):
        return group[name]
    return group[int(name)] if isinstance(group, tuple) else getattr(group, name)


def of_draws(array: Floats, draws: Integers | slice) -> Floats:
    """The part of an array (..., draw) that is of some draws, side by side."""
    if isinstance(draws, slice):
        return np.ascontiguousarray(array[..., draws])
    return _columns(array.reshape(-1, array.shape[-1]), draws).reshape(*array.shape[:-1], len(draws))


@compiled
def _columns(rows: Floats, columns: Integers) -> Floats:
    found = np.empty((len(rows), len(columns)))
    for row in range(len(rows)):
        for place in range(len(columns)):
            found[row, place] = rows[row, columns[place]]
    return found


@compiled
def put_back(rows: Floats, draws: Integers) -> None:
    """Put each column of an array where its draw belongs, row by row in its own memory."""
    row = np.empty(rows.shape[1])
    for number in range(len(rows)):
        for place in range(len(row)):
            row[draws[place]] = rows[number, place]
        rows[number] = row


def sum_of_places(array: Floats) -> Floats:
    """Sum over the first axis in order: numpy's own order, and its last bit, depend on how many draws there are."""
    total = np.zeros(array.shape[1:])
    for place in array:
        total += place
    return total
