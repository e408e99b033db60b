"""What depends on a scenario, or on one of its groups, alone is worked out once, and kept for as long as that lives."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from refugee_model.scenario.values import Assumptions

Known = TypeVar("Known", bound=Assumptions)
Found = TypeVar("Found")


def remembered(function: Callable[[Known], Found]) -> Callable[[Known], Found]:
    """A function of assumptions that works out each result once; nobody may change what it gives."""

    @wraps(function)
    def recall(assumptions: Known, /) -> Found:
        # With the assumptions themselves: kept elsewhere, a result that holds them would keep both for ever.
        known: dict[Any, Found] | None = getattr(assumptions, "_known", None)
        if known is None:
            object.__setattr__(assumptions, "_known", known := {})
        if recall not in known:
            known[recall] = function(assumptions)
        return known[recall]

    return recall
