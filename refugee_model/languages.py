"""The languages of documents and maps: a catalogue of words each, keyed, in ``data/words``; a fourth is one more file.

A key that a language lacks falls back to English. Names and texts of a scenario come as they were written, and column
names of CSV files stay English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any

from refugee_model import wording
from refugee_model.data_folder import data_folder
from refugee_model.errors import Problem, RequestError, nearest

ENGLISH = "en"
BRACES = re.compile(r"\\{(\w+)\\}")
"""The place of a value in a key of which all signs are escaped."""


def _slavic(count: int) -> str:
    if count % 10 == 1 and count % 100 != 11:
        return "one"
    return "few" if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else "many"


PLURALS: Mapping[str, Callable[[int], str]] = {
    "one": lambda count: "one" if count == 1 else "other",
    "none or one": lambda count: "one" if count in (0, 1) else "other",
    "one, few, many": _slavic,
    "alike": lambda count: "other",
}
"""Rules for the form of a noun after a whole number, as a catalogue names them (Unicode CLDR)."""


@dataclass(frozen=True)
class Language:
    """Words, numbers and dates of one language."""

    code: str
    """Such as ``en``."""
    entries: Mapping[str, wording.Entry]
    english: Mapping[str, wording.Entry]
    """What its catalogue says by dotted key, and what stands in where a key is missing."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What kinds of places are called, by each form in which the language says them."""

    def calling(self, given: Mapping[str, str]) -> Language:
        """The same language with kinds of places as a scenario calls them, by what the model says in English."""
        forms = {name: self._list(f"called.{name.replace(' ', '_')}") for name in given}
        quoted = "{}" if self.code == ENGLISH else self.text("called.quoted")
        names = {form: quoted.format(given[name]) for name, many in forms.items() for form in many}
        return replace(self, names=names | {name: given[name] for name in given})

    @property
    def draft(self) -> str:
        """What a page says of a translation that no native speaker has read; empty of one that was read."""
        return str(self.entries.get("draft", ""))

    @property
    def missing(self) -> list[str]:
        """Keys that fall back to English."""
        return [key for key in self.english if key not in self.entries]

    def has(self, key: str) -> bool:
        """Whether the language, or English in its place, has a key."""
        return key in self.entries or key in self.english

    def text(self, key: str, **values: object) -> str:
        """The words under a key, with values put in as they are."""
        said = self._entry(key)
        assert isinstance(said, str), f"{key} is no text"
        if not values:
            return wording.renamed(said, self.names)
        names = {form: re.sub("([{}])", r"\1\1", name) for form, name in self.names.items()}  # they are no places
        return wording.renamed(said, names).format(**values)

    def counted(self, key: str, count: float) -> str:
        """A count with its noun, in the form that the language asks for."""
        return self._speech.form(key, round(count)).format(n=self.whole(count))

    def term(self, english: str) -> str:
        """What the model calls something, said in the language; a person's own words stay as they are."""
        said = self._known(english)
        if said is None:
            said = next(self._matched(english), english)
        return wording.renamed(said, self.names)

    def unit(self, sign: str) -> str:
        """A unit, as its sign or as a word."""
        return self.text(f"units.{sign}") if self.has(f"units.{sign}") else sign

    def _known(self, english: str) -> str | None:
        found = (self.entries.get(f"{table}.{english}") for table in ("terms", "sentences", "labels"))
        return next((said for said in found if isinstance(said, str)), None)

    def _matched(self, english: str) -> Iterator[str]:
        """Terms that hold other ones, such as beds in a place."""
        for form, said in self._forms:
            found = form.fullmatch(english)
            if found:
                yield said.format(**{name: self.term(value) for name, value in found.groupdict().items()})

    @cached_property
    def _forms(self) -> list[tuple[re.Pattern[str], str]]:
        found = [(key.removeprefix("terms."), str(said)) for key, said in self.entries.items() if key[:6] == "terms."]
        return [(re.compile(BRACES.sub(r"(?P<\1>.+)", re.escape(key))), said) for key, said in found if "{" in key]

    def under(self, beginnings: Sequence[str]) -> dict[str, wording.Entry]:
        """All entries whose keys begin with one of these groups, for the script of a page."""
        found = {**self.english, **self.entries}
        return {key: value for key, value in found.items() if key.split(".")[0] in beginnings}

    def _entry(self, key: str) -> wording.Entry:
        return self.entries[key] if key in self.entries else self.english[key]

    def _list(self, key: str) -> tuple[str, ...]:
        found = self._entry(key)
        assert isinstance(found, tuple), f"{key} is no list"
        return found

    @cached_property
    def _speech(self) -> wording.Speech:
        return wording.Speech(self.code, {**self.english, **self.entries}, PLURALS[self.text("numbers.plural")])

    @property
    def speech(self) -> wording.Speech | None:
        """What wording speaks while this language holds; None for English, its own."""
        return None if self.code == ENGLISH else self._speech

    @cached_property
    def letters(self) -> str:
        """Every letter of its catalogue, each once, to find fonts for."""
        return "".join(sorted(set("".join(map(str, self.entries.values())))))

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """Let all that is worded be of this language, with kinds of places as it calls them."""
        with wording.speaking(self.speech), wording.calling(self.names):
            yield

    def _said(self, words: Callable[..., str], *given: Any, **options: Any) -> str:
        with wording.speaking(self.speech):
            return words(*given, **options)

    def whole(self, value: float) -> str:
        """People, nights, beds or USD as whole ones."""
        return self._said(wording.whole, value)

    def number(self, value: float) -> str:
        """An amount, with decimals only where it is small."""
        return self.text("numbers.endless") if value == float("inf") else self._said(wording.number, value)

    def about(self, value: float) -> str:
        """An amount to three figures, as a person says it."""
        rounded = float(f"{value:.3g}")
        return self.whole(rounded) if abs(rounded) >= 100 else self.number(rounded)

    def day(self, time: date) -> str:
        """A date."""
        return self._said(wording.day, time, year=True)

    def short_day(self, time: date) -> str:
        """A date without its year."""
        return self._said(wording.day, time)

    def moment(self, time: datetime) -> str:
        """A date with its time of day."""
        shown = wording.to_minute(time)
        return self.text("dates.moment", day=self.day(shown), clock=f"{shown:%H:%M}")

    def chance(self, share: float, draws: int | None = None) -> str:
        """In how many futures something happens."""
        return self._said(wording.chance, share, draws=draws or wording.HUNDREDTHS)

    def short_chance(self, share: float, draws: int | None = None) -> str:
        """The same for a cell of a table."""
        return self._said(wording.chance_in_short, share, draws=draws)


def language(code: str) -> Language:
    """A language by its code."""
    known = languages()
    if not isinstance(code, str) or code not in known:
        found = f"found {wording.as_found(code)}; {nearest(str(code), known)}"
        raise RequestError("this language is not known", [Problem("language", found)])
    return Language(code, _entries(code), _entries(ENGLISH))


def languages() -> list[str]:
    """Codes of the languages that there are, English first."""
    found = sorted(path.stem for path in (data_folder() / "words").glob("*.toml"))
    return sorted(found, key=lambda code: code != ENGLISH)


@cache
def _entries(code: str) -> dict[str, wording.Entry]:
    """A catalogue by dotted key."""
    text = (data_folder() / "words" / f"{code}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(text)))


FORMS = {"one", "few", "many", "other"}


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, wording.Entry]]:
    found: list[tuple[str, wording.Entry]] = []
    for name, value in values.items():
        if isinstance(value, Mapping) and not FORMS.issuperset(value):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, tuple(value) if isinstance(value, list) else value))
    return found
