"""The values of a scenario, and of its draws, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.schedules import starts as starts_of

Floats = NDArray[np.float64]


class Values:
    """The values of a scenario by dotted path, each as an array over draws.

    Parameters
    ----------
    scenario : Scenario
        Where certain values come from.
    draws : mapping of str to array (draw,)
        Values that differ by draw, by dotted path.
    """

    def __init__(self, scenario: Scenario, draws: Mapping[str, Floats] | None = None) -> None:
        self.scenario = scenario
        self.draws = dict(draws or {})
        self.count = len(next(iter(self.draws.values()))) if self.draws else 1
        self.unread = set(self.draws)

    def __getitem__(self, path: str) -> Floats:
        """The number under a dotted path: array (draw,) where it is uncertain, (1,) where it is certain, so that it is worked out once.

        A blank counts as 0.
        """
        if path in self.draws:
            self.unread.discard(path)
            return np.asarray(self.draws[path], dtype=np.float64)
        value: Any = self.scenario
        for part in path.split("."):
            value = value[part] if isinstance(value, Mapping) else value[int(part)] if isinstance(value, tuple) else getattr(value, part)
        return np.asarray([0.0 if value is None else value], dtype=np.float64)

    def number(self, path: str, value: float | None) -> Floats:
        """One value as array (draw,), the draws where the path is uncertain; 0 where it is blank.

        Parameters
        ----------
        path : str
            Dotted path.
        value : float or None
            What stands there in the scenario.
        """
        if path in self.draws:
            self.unread.discard(path)
            return np.asarray(self.draws[path], dtype=np.float64)
        return np.full(self.count, 0.0 if value is None else value)

    def schedule(self, path: str, value: Any, starts: Floats) -> Floats:
        """A value or a schedule as array (epoch, draw): what holds from each of ``starts`` on.

        Parameters
        ----------
        path : str
            Dotted path.
        value : float or tuple of Change
            What stands there in the scenario.
        starts : array (epoch,) [h]
            Hours after the start.
        """
        if path in self.draws or not isinstance(value, tuple):
            return np.broadcast_to(self.number(path, value), (len(starts), self.count))
        changes = [self.number(f"{path}.{number}.value", change.value) for number, change in enumerate(value)]
        times = starts_of(value, self.scenario.timeline)
        position = np.searchsorted(times, starts, side="right") - 1
        return np.stack(changes)[np.maximum(position, 0)]


def sum_of_places(array: Floats) -> Floats:
    """Sum over the first axis (places or dates) in order: the order of numpy's own sum, and its last bit, depend on how many draws."""
    total = np.zeros(array.shape[1:])
    for place in array:
        total += place
    return total
