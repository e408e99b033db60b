"""What depends on a scenario, or on one of its groups, alone is worked out once, and kept for as long as that lives."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from refugee_model.scenario.values import Assumptions

Known = TypeVar("Known", bound=Assumptions)
Found = TypeVar("Found")


def remembered(function: Callable[[Known], Found]) -> Callable[[Known], Found]:
    """A function of assumptions that works out each result once; nobody may change what it gives."""
    known: dict[int, Found] = {}

    @wraps(function)
    def recall(assumptions: Known, /) -> Found:
        if id(assumptions) not in known:
            found = function(assumptions)
            weakref.finalize(assumptions, known.pop, id(assumptions), None).atexit = False
            known[id(assumptions)] = found
        return known[id(assumptions)]

    return recall
