"""The register of assumptions: every value with its source, and whether it is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from refugee_model.scenario.scenario import Scenario

ASSUMED, SOURCED, UNSOURCED, DEFAULT, BLANK = "assumed", "sourced", "unsourced", "default", "blank"
TEXTS = ("source", "label", "sector", "unit", "cost_source", "registration_source")
"""Values that say of others what they are, and are no assumptions themselves."""
COST = "cost_source"


def register_of(scenario: Scenario) -> pd.DataFrame:
    """Every value of a scenario: path, in_words, value, range, unit, source and status."""
    table = scenario.describe().drop(columns="bounds")
    values = dict(zip(table["path"], table["value"], strict=True))
    given = set(_paths(scenario.values()))
    sources = [source or _beside(path, values) for path, source in zip(table["path"], table["source"], strict=True)]
    rows = zip(table["path"], table["value"], sources, strict=True)
    status = [_status(path, value, source, given) for path, value, source in rows]
    kept = [path.rpartition(".")[2] not in TEXTS for path in table["path"]]
    return table.assign(source=sources, status=status)[kept].reset_index(drop=True)


def _paths(values: Any, prefix: str = "") -> Iterator[str]:
    """Dotted paths of all that was written, groups too."""
    inner = values.items() if isinstance(values, Mapping) else enumerate(values)
    for name, value in inner:
        path = f"{prefix}{name}"
        yield path
        if isinstance(value, Mapping | list | tuple):
            yield from _paths(value, f"{path}.")


def _beside(path: str, values: Mapping[str, Any]) -> str:
    """What the group of a value says of its source, such as an item of the standards."""
    group, _, name = path.rpartition(".")
    own = COST if "cost" in name else "source"
    return str(values.get(f"{group}.{own}") or "")


def _status(path: str, value: Any, source: str, given: set[str]) -> str:
    if ASSUMED in source.lower():
        return ASSUMED
    if source:
        return SOURCED
    if value is None:
        return BLANK
    return UNSOURCED if path in given else DEFAULT
