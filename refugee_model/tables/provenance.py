"""Where a table comes from: the assumptions and the version that made it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from refugee_model.version import VERSION
from refugee_model.wording import counted, say

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

DIGITS = 8
CALLED, MEDIAN_OF = "called", "median_of"
"""What kinds of places are called in words and pictures of a table, as JSON, and the count of uncertain numbers."""

SHORTFALLS = "shortfalls"
"""What a summary has beside its text of what is short, so that it can be said in another language."""


def run_id(scenario: Scenario) -> str:
    """What tells one run from another: the same assumptions and version give the same text."""
    values = scenario.values(defaults=True)
    del values["called"]  # names change words and no number
    text = json.dumps(values, sort_keys=True, default=_plain, allow_nan=False)
    return hashlib.sha256(f"{text}\n{VERSION}".encode()).hexdigest()[:DIGITS]


def attributes(scenario: Scenario, title: str) -> dict[str, str]:
    """What every table carries in ``attrs``."""
    whole = f"{title}: {scenario.title}" if scenario.title else title
    known = {"title": whole, "source": scenario.source, "run_id": run_id(scenario), "version": VERSION}
    names = scenario.called.given
    return known | ({CALLED: json.dumps(names, ensure_ascii=False)} if names else {})


def one_future(scenario: Scenario) -> dict[str, Any]:
    """What tables of a lone run say besides: of how many numbers it shows the median; nothing if all is certain."""
    count = len(scenario.uncertain)
    return {"one_future": _median_of(count), MEDIAN_OF: count} if count else {}


def one_future_in(attrs: Mapping[Any, Any]) -> str:
    """The same as a table has it, in the language that is spoken; empty where it says nothing of it."""
    count = attrs.get(MEDIAN_OF)
    return _median_of(count) if isinstance(count, int) else str(attrs.get("one_future") or "")


def _median_of(count: int) -> str:
    if count == 1:
        return say("One future of many: the median of its one uncertain number")
    return say("One future of many: the median of all {numbers}", numbers=counted(count, "uncertain number"))


def names_in(attrs: Mapping[Any, Any]) -> dict[str, str]:
    """What kinds of places are called, as a table says; none where it does not say it so that it can be read."""
    try:
        found = json.loads(str(attrs.get(CALLED) or "{}"))
    except ValueError:
        return {}
    return {str(name): str(said) for name, said in found.items()} if isinstance(found, dict) else {}


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no plain form")
