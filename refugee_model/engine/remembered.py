"""What depends on a scenario alone is worked out once, and kept for as long as the scenario lives."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from refugee_model.scenario.scenario import Scenario

Found = TypeVar("Found")


def remembered(function: Callable[[Scenario], Found]) -> Callable[[Scenario], Found]:
    """A function of a scenario that works out each result once; nobody may change what it gives."""
    known: dict[int, Found] = {}

    @wraps(function)
    def recall(scenario: Scenario, /) -> Found:
        if id(scenario) not in known:
            found = function(scenario)
            weakref.finalize(scenario, known.pop, id(scenario), None).atexit = False
            known[id(scenario)] = found
        return known[id(scenario)]

    return recall
