"""Whether a value has an effect: when it counts is declared beside its field, and what others switch off is named.

A condition is one of these, joined by ``and`` and ``or`` (``and`` binds closer)::

    PATH is blank | PATH is given | PATH is above 0 | PATH is below 1 | PATH is not 1 | PATH is 'word'
    PATH has several entries | PATH differs from PATH | PATH is not before PATH

A path without a dot is a neighbour in the same group, ``<name>`` the name that the field itself stands under, and ``*``
any position or name. A schedule is above 0 if it ever is; a number that is uncertain may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic.fields import FieldInfo

from refugee_model.errors import Problem
from refugee_model.scenario.changes import around
from refugee_model.scenario.fields import ANY_NAME, counts_if_of, declared_fields, entries_of, places_of
from refugee_model.scenario.remembered import remembered
from refugee_model.scenario.timeline import is_schedule
from refugee_model.scenario.values import Assumptions

Age = Callable[[str], float]
"""How old the line is on which a value was written: 0 for the newest file or change, infinite where it was never
written."""

ANY = "*"
_CLAUSE = re.compile(
    r"(?P<path>[\w.*<>]+) (?P<verb>is blank|is given|is above 0|is below 1|is not 1|has several entries"
    r"|is '(?P<word>[^']+)'|differs from (?P<other>[\w.*<>]+)|is not before (?P<moment>[\w.*<>]+))"
)


@dataclass(frozen=True)
class Clause:
    """One part of a condition: a path, what is asked of it, and what it is compared with."""

    path: str
    verb: str
    word: str = ""
    other: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """The values that decide whether it holds."""
        return (self.path, self.other) if self.other else (self.path,)

    def __str__(self) -> str:
        entries, any_entry, name = self.path.partition(f".{ANY}.")
        if any_entry and self.word:
            return f"an entry of {entries} has {name} '{self.word}'"
        return f"{self.path} {self.verb}{self.other}"


@dataclass(frozen=True)
class Idle:
    """A value that has no effect."""

    path: str
    """Dotted path of the value."""
    needs: str
    """When it would count, in words."""
    uncertain: bool
    """Whether it is uncertain."""
    newest: bool
    """Whether it was written with or after what switches it off. Otherwise a variant switched it off, and knows."""

    def problem(self) -> Problem:
        """What to tell the person who wrote it."""
        if self.uncertain:
            said = f"it would change nothing, as it counts only if {self.needs}; give one number"
            return Problem(self.path, f"cannot be uncertain: {said}")
        return Problem(self.path, f"has no effect: it counts only if {self.needs}; take out one or the other")


@cache
def read_condition(text: str, group: str) -> tuple[tuple[Clause, ...], ...]:
    """A condition as alternatives of clauses."""
    alternatives = (alternative.split(" and ") for alternative in text.split(" or "))
    return tuple(tuple(_clause(part, group) for part in parts) for parts in alternatives)


def _clause(text: str, group: str) -> Clause:
    match = _CLAUSE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a condition")
    other = match["other"] or match["moment"] or ""
    verb = match["verb"].removesuffix(other)
    return Clause(_whole(match["path"], group), verb, match["word"] or "", _whole(other, group) if other else "")


def _whole(path: str, group: str) -> str:
    return path if "." in path else f"{group}.{path}"


def condition_text(text: str, group: str) -> str:
    """A condition in words, with whole paths."""
    return " or ".join(" and ".join(map(str, clauses)) for clauses in read_condition(text, group))


@cache
def conditional_fields(model: type[Assumptions]) -> tuple[tuple[str, FieldInfo], ...]:
    """The fields that count only under a condition."""
    return tuple((path, field) for path, field in declared_fields(model) if counts_if_of(field))


@remembered
def _conditional(group: Assumptions) -> list[tuple[str, FieldInfo, str, tuple[str, ...], bool]]:
    """Values of a group that count only under a condition: as declared, its field, path and names in it, whether it
    differs from its default.
    """
    return [
        (declared, field, path, names, value not in (None, (), {}, field.default) and not field.is_required())
        for declared, field in conditional_fields(type(group))
        for path, names, value in places_of(declared, group)
    ]


def find_idle(
    groups: Mapping[str, Any], uncertain: Iterable[str], *, model: type[Assumptions], age: Age
) -> Iterator[Idle]:
    """Every value that differs from its default and yet has no effect."""
    look = _Look(groups, frozenset(group for path in uncertain for group in around(path)))
    holds = cache(look.holds)
    for name in model.model_fields:
        for declared, field, inner, names, told in _conditional(groups[name]) if name in groups else ():
            path = f"{name}.{inner}"
            drawn = path in look.uncertain
            if not drawn and not told:
                continue
            condition = read_condition(counts_if_of(field), f"{name}.{declared}".rpartition(".")[0])
            alternatives = [[_named(clause, names) for clause in clauses] for clauses in condition]
            failed = [[clause for clause in clauses if not holds(clause)] for clauses in alternatives]
            if all(failed):
                switches = {switch for clauses in failed for clause in clauses for switch in clause.paths} - {path}
                newest = age(path) <= min(map(age, switches), default=float("inf"))
                needs = " or ".join(" and ".join(map(str, clauses)) for clauses in failed)
                yield Idle(path, needs, drawn, newest)


def _named(clause: Clause, names: tuple[str, ...]) -> Clause:
    path, other = clause.path, clause.other
    for name in names:
        path, other = path.replace(ANY_NAME, name, 1), other.replace(ANY_NAME, name, 1)
    return Clause(path, clause.verb, clause.word, other)


@dataclass(frozen=True)
class _Look:
    """Values of a scenario under dotted paths, and whether a clause holds for them."""

    groups: Mapping[str, Any]
    uncertain: frozenset[str]
    """Paths of uncertain numbers, and of the schedules and groups around them."""

    def values(self, path: str) -> list[Any]:
        """What stands under a path in which ``*`` is any entry."""
        found: list[Any] = [self.groups]
        for part in path.split("."):
            inner = [entries_of(value) for value in found]
            found = [value for entries in inner for name, value in entries.items() if part in (ANY, name)]
        return found

    def numbers(self, path: str) -> list[float]:
        """The numbers under a path, those of a schedule one by one."""
        found: list[float] = []
        for value in self.values(path):
            found.extend([change.value for change in value] if is_schedule(value) else [] if value is None else [value])
        return found

    def holds(self, clause: Clause) -> bool:
        """Whether a clause is true; of uncertain numbers, whether it may be; of roads, whether it is for any route."""
        group, rest = clause.path[: len("timing.")], clause.path[len("timing.") :]
        if group != "timing." or not rest.startswith(("corridor.", "checkpoint.")) or clause.verb in _OF_THE_WHOLE:
            return self._holds(clause)
        return self._holds(clause) or self._holds(replace(clause, path=f"timing.routes.{ANY}.{rest}"))

    def _holds(self, clause: Clause) -> bool:
        """The same of what stands under this very path."""
        if clause.verb == "is blank":
            return all(value in (None, (), {}) for value in self.values(clause.path))
        if clause.verb == "is given":
            return any(value not in (None, (), {}) for value in self.values(clause.path))
        if clause.verb == "has several entries":
            return any(len(value) > 1 for value in self.values(clause.path))
        if clause.word:
            return clause.word in self.values(clause.path)
        if clause.verb == "is not before ":
            one, other = (self.groups["timeline"].hours_at(self.values(path)[0]) for path in clause.paths)
            return bool(one >= other)
        if clause.verb == "differs from ":
            return self.values(clause.path) != self.values(clause.other)
        test = _NUMBERS[clause.verb]
        return clause.path in self.uncertain or any(map(test, self.numbers(clause.path)))


_OF_THE_WHOLE = ("is blank", "differs from ")
"""What a route that says nothing cannot make true."""
_NUMBERS: dict[str, Callable[[float], bool]] = {
    "is above 0": lambda number: number > 0,
    "is below 1": lambda number: number < 1,
    "is not 1": lambda number: number != 1,
}
