"""Events as a person writes them, such as ``peak_unsheltered > 1000 and places_full >= 3``: read, never run."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.wording import as_found, figure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
}
RISING = (">", ">=")
EXAMPLE = "'peak_unsheltered > 1000'"
MOST_LETTERS, MOST_DEPTH = 300, 20
_TOKEN = re.compile(
    r"""\s*(?: '(?P<single>[^']*)' | "(?P<double>[^"]*)" | (?P<sign>[<>!=]=?|[()])
    | (?P<word>(?:and|or)(?=[\s(]|$)) | (?P<text>(?:(?!\s(?:and|or)[\s(]|\s(?:and|or)$)[^<>!=()'"])+) )""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Comparison:
    """One measure against one number; without a sign, that a time comes at all."""

    measure: str
    sign: str = ""
    number: float = np.inf

    def __str__(self) -> str:
        return f"{self.measure} {self.sign} {figure(self.number)}" if self.sign else self.measure


@dataclass(frozen=True)
class Joined:
    """Events of which all (``and``) or any (``or``) must hold."""

    word: str
    parts: tuple[Comparison | Joined, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(f"({part})" if isinstance(part, Joined) else str(part) for part in self.parts)


Event = Comparison | Joined


def comparisons_of(event: Event) -> Iterator[Comparison]:
    """All comparisons of an event, from left to right."""
    if isinstance(event, Comparison):
        yield event
    else:
        for part in event.parts:
            yield from comparisons_of(part)


def holds(event: Event, values: Mapping[str, Floats]) -> Flags:
    """In which draws an event holds, array (draw,), from measures by name; times in hours, infinite where never."""
    if isinstance(event, Comparison):
        amount = values[event.measure]
        return np.asarray(COMPARISONS[event.sign](amount, event.number) if event.sign else np.isfinite(amount))
    found = [holds(part, values) for part in event.parts]
    return np.asarray(np.logical_and.reduce(found) if event.word == "and" else np.logical_or.reduce(found))


def begins(event: Event, when: Callable[[Comparison], Floats]) -> Floats:
    """When an event begins in each draw, array (draw,), infinite where never, from when its comparisons do.

    What has begun stays: events of which a part could end again are none that can be foretold.
    """
    if isinstance(event, Comparison):
        return when(event)
    found = np.stack([begins(part, when) for part in event.parts])
    return np.asarray(found.max(axis=0) if event.word == "and" else found.min(axis=0))


def read_event(text: object, measures: Collection[str], moments: Collection[str] = ()) -> Event:
    """An event from what a person wrote.

    Parameters
    ----------
    text : str
        Comparisons of measures with numbers (``>``, ``>=``, ``<``, ``<=``), joined by ``and`` and ``or``, with round
        brackets where both stand. A name with a bracket or such a word in it stands in quotes. Of a measure that is a
        time the name alone says that it comes at all; compared, it is in hours after the start.
    measures : collection of str
        Names that are known.
    moments : collection of str
        Those of them that are times.

    Raises
    ------
    RequestError
        With what was found, what was expected and the nearest name.

    Examples
    --------
    >>> str(read_event("a > 1_000 and (b<=2 or c)", ["a", "b", "c"], ["c"]))
    'a > 1,000 and (b <= 2 or c)'
    """
    if not isinstance(text, str) or not text.strip():
        raise refused(f"found {as_found(text)}, expected a comparison such as {EXAMPLE}")
    if len(text) > MOST_LETTERS:
        raise refused(f"found {len(text):,} letters, expected at most {MOST_LETTERS}")
    reader = _Reader(text, measures, moments)
    event = reader.any_of(0)
    if reader.at < len(reader.tokens):
        raise refused(f"found {reader.tokens[reader.at][1]!r} where the event should end, in {as_found(text)}")
    return event


def refused(message: str) -> RequestError:
    """The error of an event that cannot be used."""
    return RequestError("this event cannot be used", [Problem("event", message)])


class _Reader:
    """Reads an event from left to right."""

    def __init__(self, text: str, measures: Collection[str], moments: Collection[str]) -> None:
        self.text, self.measures, self.moments = text, measures, moments
        self.tokens, self.at = list(_tokens(text)), 0

    def any_of(self, depth: int) -> Event:
        return self._joined("or", lambda: self._all_of(depth))

    def _all_of(self, depth: int) -> Event:
        return self._joined("and", lambda: self._one(depth))

    def _joined(self, word: str, read: Callable[[], Event]) -> Event:
        parts = [read()]
        while self._next() == ("word", word):
            self.at += 1
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end")

    def _one(self, depth: int) -> Event:
        kind, said = self._next()
        self.at += 1
        if said == "(" and kind == "sign":
            if depth >= MOST_DEPTH:
                raise refused(f"found more than {MOST_DEPTH} brackets within each other")
            inner = self.any_of(depth + 1)
            closing = self._next()
            self.at += 1
            if closing != ("sign", ")"):
                raise refused(f"found {closing[1]!r} where ')' was expected, in {as_found(self.text)}")
            return inner
        if kind not in ("text", "quoted"):
            raise refused(f"found {said!r} where the name of a measure was expected, as in {EXAMPLE}")
        return self._comparison(self._name(said))

    def _name(self, said: str) -> str:
        if said not in self.measures:
            raise refused(f"'{said}' is no measure; {nearest(said, self.measures)}")
        return said

    def _comparison(self, name: str) -> Comparison:
        kind, sign = self._next()
        if kind != "sign" or sign in "()":
            if name in self.moments:
                return Comparison(name)
            raise refused(f"found {sign!r} after '{name}', expected >, >=, < or <= and a number, as in {EXAMPLE}")
        if sign not in COMPARISONS:
            raise refused(f"found '{sign}' after '{name}', expected >, >=, < or <=")
        self.at += 1
        kind, said = self._next()
        self.at += 1
        if kind != "text" or not _NUMBER.fullmatch(said):
            raise refused(f"found {said!r} after '{name} {sign}', expected a number such as 1000 or 1_000")
        return Comparison(name, sign, float(said))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kinds and texts, from left to right."""
    at, text = 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise refused(f"a quote is opened and not closed in {as_found(text)}")
        kind, said = str(found.lastgroup), found.group(str(found.lastgroup))
        at = found.end()
        if kind == "word":
            yield kind, said.lower()
        elif kind in ("single", "double"):
            yield "quoted", said
        elif said.strip():
            yield kind, said.strip()
