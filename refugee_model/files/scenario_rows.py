"""A scenario as rows, one a value: what a workbook of it holds, and back to nested values."""

from __future__ import annotations

import math
import re
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from refugee_model.errors import Problem
from refugee_model.files.scenario_text import inline
from refugee_model.scenario.changes import around
from refugee_model.scenario.described import USUAL_VALUE, written_paths
from refugee_model.scenario.distributions import Distribution
from refugee_model.scenario.fields import ANY_INDEX, ANY_NAME, container_of, field_at
from refugee_model.scenario.problems import shown
from refugee_model.scenario.scenario import Scenario

START = "start"
"""In the column since: the first entry of a schedule, which holds from the start."""
EMPTY = "{}"
"""A group that must be there and holds nothing."""
PERT = ("low", "likely", "high")
EXACT = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
"""A number that a spreadsheet cannot hold to its last digit, and that is written as text therefore."""


@dataclass
class Row:
    """One value of a scenario, or one entry of a schedule."""

    path: str
    since: Any = None
    value: Any = None
    low: Any = None
    likely: Any = None
    high: Any = None
    distribution: str = ""
    reason: str = ""
    source: str = ""
    where: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing is given."""
        return self.value is None and not self.distribution and all(getattr(self, name) is None for name in PERT)


def rows_of(scenario: Scenario) -> Iterator[Row]:
    """The rows of a scenario, values that nobody wrote among them, in the order of the models."""
    values = scenario.model_dump(exclude={"based_on"})
    written = written_paths(scenario)
    for row in _rows(values, "", scenario, scenario.all_uncertain):
        if not row.source and row.path not in written and row.value is not None:
            row.source = USUAL_VALUE
        yield row


def _rows(value: Any, path: str, scenario: Scenario, uncertain: Mapping[str, Distribution]) -> Iterator[Row]:
    if path in uncertain:
        yield _uncertain(Row(path, source=scenario.source_of(path)), uncertain[path])
    elif isinstance(value, Mapping):
        if not value and _must_be_there(path):
            yield Row(path, value=EMPTY)
        for name, inner in value.items():
            yield from _rows(inner, f"{path}.{name}" if path else str(name), scenario, uncertain)
    elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        if set(value[0]) == {"since", "value"}:
            yield from _schedule(value, path, scenario, uncertain)
        else:
            for place, inner in enumerate(value):
                yield from _rows(inner, f"{path}.{place}", scenario, uncertain)
    else:
        yield Row(path, value=_cell(value), source=scenario.source_of(path))


def _schedule(
    entries: Sequence[Any], path: str, scenario: Scenario, uncertain: Mapping[str, Distribution]
) -> Iterator[Row]:
    for place, entry in enumerate(entries):
        own = f"{path}.{place}.value"
        row = Row(path, since=START if entry["since"] is None else _cell(entry["since"]))
        row.source = scenario.source_of(own) or scenario.source_of(f"{path}.{place}") or scenario.source_of(path)
        if own in uncertain:
            yield _uncertain(row, uncertain[own])
        else:
            row.value = _cell(entry["value"])
            yield row


def _uncertain(row: Row, distribution: Distribution) -> Row:
    plain = dict(distribution.plain())
    row.reason = str(plain.pop("reason", ""))
    if set(plain) == set(PERT):
        row.low, row.likely, row.high = (_cell(plain[name]) for name in PERT)
    else:
        row.distribution = inline(plain)
    if row.source == row.reason:
        row.source = ""
    return row


def _cell(value: Any) -> Any:
    """A value as a cell holds it: times with their offset and lists as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return inline(value)
    if isinstance(value, float) and float(f"{value:.15g}") != value:
        return repr(value)
    return value


class Rows:
    """Rows read, put together as nested values; what cannot be put together is a problem."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self.places: dict[str, str] = {}
        """Sheet and cell by dotted path."""
        self.sources: dict[str, str] = {}
        self.schedules: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if not row.blank:
                self._add(row)
        self.values = _lists(self.values)

    def locate(self, path: str) -> str:
        """Sheet and cell of a value, or of the first one in the group; of the file where it has none."""
        for prefix in around(path):
            found = self.places.get(prefix) or next(
                (place for other, place in self.places.items() if other.startswith(f"{prefix}.")), ""
            )
            if found:
                return found
        return ""

    def _add(self, row: Row) -> None:
        value = self._value(row)
        path = row.path
        if row.since is not None:
            entries = self.schedules.setdefault(path, [])
            if not entries and not self._put(path, entries, row):
                return
            since = None if row.since == START else _number(row.since)
            entry = {"value": value} if since is None else {"since": since, "value": value}
            self.places |= {f"{path}.{len(entries)}": row.where, f"{path}.{len(entries)}.value": row.where}
            self.sources |= {f"{path}.{len(entries)}.value": row.source} if row.source else {}
            entries.append(entry)
        elif self._put(path, value, row) and row.source:
            self.sources[path] = row.source

    def _put(self, path: str, value: Any, row: Row) -> bool:
        """Give a path its value; False where it has one already."""
        *groups, last = path.split(".")
        inner = self.values
        for name in groups:
            inner = inner.setdefault(name, {})
            if not isinstance(inner, dict):
                self.problems.append(Problem(path, "stands inside a single value", row.where))
                return False
        if last in inner:
            first = self.places.get(path) or self.locate(path)
            self.problems.append(Problem(path, f"is given twice, first in {first}; give it once", row.where))
            return False
        inner[last] = value
        self.places[path] = row.where
        return True

    def _value(self, row: Row) -> Any:
        given = {name: getattr(row, name) for name in PERT if getattr(row, name) is not None}
        kinds = [bool(given), bool(row.distribution), row.value is not None]
        if sum(kinds) > 1:
            said = "has more than one of a value, low / likely / high and a distribution; leave one"
            self.problems.append(Problem(row.path, said, row.where))
        if given:
            return {**{name: _number(one) for name, one in given.items()}, **_reason(row)}
        if row.distribution:
            return self._distribution(row)
        return self._plain(row)

    def _distribution(self, row: Row) -> Any:
        try:
            found = tomllib.loads(f"value = {row.distribution}")["value"]
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            expected = 'expected one such as {distribution = "lognormal", median = 100, spread = 0.5}'
            self.problems.append(Problem(row.path, f"found {shown(row.distribution)}; {expected}", row.where))
            return None
        return {**found, **_reason(row)}

    def _plain(self, row: Row) -> Any:
        """A value: of a list the list, and a number that had to be written as text as a number."""
        value = row.value
        if not isinstance(value, str):
            return value
        if value == EMPTY and _must_be_there(row.path):
            return {}
        if _is_list(row.path):
            return self._listed(row, value)
        return _number(value)

    def _listed(self, row: Row, text: str) -> Any:
        if not text.startswith("["):
            return [part.strip() for part in text.split(";")]
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except (ValueError, RecursionError):
            said = f"found {shown(text)}, expected names parted by semicolons"
            self.problems.append(Problem(row.path, said, row.where))
            return []


def _reason(row: Row) -> dict[str, str]:
    return {"reason": row.reason} if row.reason else {}


def _number(value: Any) -> Any:
    """A number that was written as text to its last digit, as the number; everything else as it is."""
    if isinstance(value, str) and EXACT.fullmatch(value):
        number = float(value)
        if math.isfinite(number) and float(f"{number:.15g}") != number:
            return number
    return value


def _must_be_there(path: str) -> bool:
    """Whether a group of named values stands under a path that may not be left out."""
    field, _ = field_at(Scenario, path.split("."))
    return field is not None and field.is_required() and container_of(field.annotation) == ANY_NAME


def _is_list(path: str) -> bool:
    """Whether a list stands under a path, and no schedule."""
    field, _ = field_at(Scenario, path.split("."))
    if field is None:
        return False
    # Of a route a list may also be blank: it then is that of all routes.
    kinds = [kind for kind in typing.get_args(field.annotation) if kind is not type(None)]
    blank = type(None) in typing.get_args(field.annotation)
    return typing.get_origin(kinds[0] if blank and len(kinds) == 1 else field.annotation) is tuple


def _lists(values: Any, path: str = "") -> Any:
    """Groups whose names are positions in a list as lists."""
    if not isinstance(values, dict):
        return values
    inner = {name: _lists(one, f"{path}.{name}" if path else name) for name, one in values.items()}
    if path and inner and all(name.isdecimal() for name in inner):
        field, _ = field_at(Scenario, path.split("."))
        if field is not None and container_of(field.annotation) == ANY_INDEX:
            return [inner[name] for name in sorted(inner, key=int)]
    return inner
