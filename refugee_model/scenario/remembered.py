"""What depends on a scenario, one of its groups or a forecast alone is worked out once, and kept for as long as that
lives.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Known = TypeVar("Known")
Found = TypeVar("Found")


def remembered(function: Callable[[Known], Found]) -> Callable[[Known], Found]:
    """A function of something that never changes, which works out each result once; nobody may change what it gives."""

    @wraps(function)
    def recall(given: Known, /) -> Found:
        # With what was given itself: kept elsewhere, a result that holds it would keep both for ever.
        known: dict[Any, Found] | None = getattr(given, "_known", None)
        if known is None:
            object.__setattr__(given, "_known", known := {})
        if recall not in known:
            known[recall] = function(given)
        return known[recall]

    return recall
