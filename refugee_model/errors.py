"""What went wrong, said so that a person can mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One mistake in something a person wrote."""

    path: str
    """Dotted path of the value, such as ``timing.checkpoint.night_factor``; empty for the whole file."""
    message: str
    """What was found and what was expected, in one sentence without a full stop."""
    where: str = ""
    """File and line, or empty when the value did not come from a file."""

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.path}: {self.message}{place}" if self.path else f"{self.message}{place}"


class RefugeeModelError(Exception):
    """A person's mistake: every problem found, in one message.

    Parameters
    ----------
    subject : str
        What was being read or done.
    problems : str or iterable of Problem
        What is wrong with the whole of it, or all the problems, in the order of the file.
    """

    def __init__(self, subject: str, problems: str | Iterable[Problem]) -> None:
        self.subject = subject
        self.problems = (Problem("", problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.subject}: {self.problems[0]}"
        listed = [f"  - {problem}" for problem in self.problems]
        return "\n".join([f"{self.subject}: {len(self.problems)} problems", *listed])

    def __reduce__(self) -> tuple[type, tuple[str, tuple[Problem, ...]]]:
        return type(self), (self.subject, self.problems)


class ScenarioError(RefugeeModelError):
    """A scenario that cannot be used."""


class OutputError(RefugeeModelError):
    """Results that cannot be written where they were asked to go."""


class RequestError(RefugeeModelError):
    """A question asked of the library that has no answer, such as an unknown place or quantile."""


def refuse_if(subject: str, problems: Iterable[Problem]) -> None:
    """Refuse a question of which something is wrong."""
    if found := tuple(problems):
        raise RequestError(subject, found)


class ScenarioWarning(UserWarning):
    """What may be a mistake in a scenario, though it can be used."""


class CacheWarning(UserWarning):
    """What is compiled cannot be kept for the next time."""


class FontWarning(UserWarning):
    """Letters that no font of this machine has."""


def warning_text(subject: str, warnings: Iterable[Problem]) -> str:
    """One message with every warning, a line each."""
    return "\n".join([f"{subject}:", *(f"  - {warning}" for warning in warnings)])


class SeveralError(RefugeeModelError):
    """Mistakes in different things, all told at once."""

    def __init__(self, errors: Iterable[RefugeeModelError]) -> None:
        self.errors = tuple(errors)
        super().__init__("", [problem for error in self.errors for problem in error.problems])

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), (self.errors,)


class Attempts:
    """Things that are read and checked one after the other, so that a person is told of every mistake and not only of
    the first.

    >>> attempts = Attempts()
    >>> attempts(max, 1, 2)
    2
    >>> attempts.settle()
    """

    def __init__(self) -> None:
        self.errors: list[RefugeeModelError] = []

    def __call__(self, call: Callable[..., Any], *given: Any, **options: Any) -> Any:
        """What a call gives; None where it fails, which is told by :meth:`settle`."""
        try:
            return call(*given, **options)
        except RefugeeModelError as error:
            self.errors.append(error)
            return None

    def settle(self) -> None:
        """Raise what went wrong, if anything did."""
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise SeveralError(self.errors)


def printable(text: str) -> str:
    r"""A text of which nothing but letters, signs, spaces and line feeds reaches a terminal: other characters are
    written as escapes.

    >>> print(printable("a\x1b[31mb"))
    a\x1b[31mb
    """
    return "".join(one if _shows(one) else one.encode("unicode_escape").decode("ascii") for one in text)


def _shows(character: str) -> bool:
    return character == "\n" or character.isprintable() or unicodedata.category(character) == "Zs"


_LOOK_ALIKE = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u0060\u00b4\u055a\u07f4\u07f5\uff07", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u058a\u05be\ufe58\ufe63\uff0d", "-"),
}
_SAME_SHAPE = str.maketrans(
    # Letters of other scripts whose capital or small form is that of a Latin one; no two of one script are
    # the same.
    dict(zip("авекмнорстухѕіјԁԛԝӏ", "abekmhopctyxsijdqwl", strict=True))
    | dict(zip("αβεζηικμνορτυχϲϳ", "abezhikmnoptyxcj", strict=True))
    | dict(zip("օսհոյցզլտ", "ouhnjgqls", strict=True))
    # Arabic letters that Persian and Urdu write with another sign of the same shape, and digits of both.
    | dict(zip("یکہە۰۱۲۳۴۵۶۷۸۹", "يكهه٠١٢٣٤٥٦٧٨٩", strict=True))
    | {"\u0251": "a", "\u0261": "g", "\u0131": "i"}
)
_UNSEEN = str.maketrans(dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A name without what the eye does not tell apart: case, spaces, kinds of apostrophes and dashes, ways to compose a
    letter, and letters of other scripts that have the same shape.

    >>> plain_name("N\u2019Djamena") == plain_name("n'djamena ")
    True
    >>> plain_name("\u0421\u043e\u0440") == plain_name("Cop")  # the first is Cyrillic
    True
    """
    text = "".join(_LOOK_ALIKE.get(letter, letter) for letter in name.translate(_UNSEEN))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.translate(_SAME_SHAPE).split())


def closest(name: str, names: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The valid name most like the one found, whatever its case; None when none is close."""
    lower = {item.lower(): item for item in reversed(list(names))}
    close = get_close_matches(name.lower()[:200], lower, n=1, cutoff=cutoff)
    return lower[close[0]] if close else None


def nearest(name: str, names: Iterable[str]) -> str:
    """The hint that offers the nearest valid name, or lists the valid ones."""
    known = list(names)
    close = closest(name, known)
    if close is not None:
        return f"did you mean '{close}'?"
    if not known:
        return "no name is valid here"
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    return "valid names: " + ", ".join(known[:12]) + more
