"""Numbers, times, lists, shares and plurals as people write them: one rule for each, wherever it is read.

Sentences are templates with named values, worded by :func:`say`. While another language is :func:`speaking`, all that
is said here is said in it: a sentence that its catalogue lacks stays English.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import PathLike
from types import MappingProxyType
from typing import Any, TypeVar

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS_OF_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TENTHS, TWENTIETHS, HUNDREDTHS = 10, 20, 100
FEW_DRAWS = 100
"""Of fewer draws than this a chance is given as a count of them: hundredths would say more than is known."""
CHANCES = {
    "none": "in none of {of} futures",
    "all": "in all {of} futures",
    "fewer": "in fewer than {count} of {of} futures",
    "more": "in more than {count} of {of} futures",
    "some": "in {count} of {of} futures",
}
"""In how many futures something happens, by the kind of share that :func:`portion` finds."""
_NAMES: ContextVar[Mapping[str, str]] = ContextVar("names", default=MappingProxyType({}))
SOME = 0.5
"""People, person-nights, places or USD below this are none: rounded to whole ones they would be 0."""
POINTED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
"""One point, up to three digits before it and exactly three after."""
UNITS = {"h": "hours"}
"""Units whose sign is not what a person says."""
Said = TypeVar("Said")


Entry = str | tuple[str, ...] | Mapping[str, str]


@dataclass(frozen=True)
class Speech:
    """A language other than English: what its catalogue says by key, and the form of a noun after a whole number."""

    code: str
    entries: Mapping[str, Entry]
    plural: Callable[[int], str]

    def text(self, key: str, instead: str) -> str:
        """The words under a key, or others where it has none."""
        return str(self.entries.get(key, instead))

    def names(self, key: str) -> Sequence[str]:
        """The words of a list."""
        found = self.entries[key]
        assert isinstance(found, tuple), f"{key} is no list"
        return found

    def form(self, key: str, count: float) -> str:
        """The form of a noun that follows a count; empty where it has none. Parts of one have a form of their own."""
        forms = self.entries.get(key, {})
        assert isinstance(forms, Mapping), f"{key} has no forms"
        form = self.plural(int(abs(count) + 0.5)) if count == round(count) else "other"
        return forms.get(form, ["", *forms.values()][-1])


_SPEECH: ContextVar[Speech | None] = ContextVar("speech", default=None)


@contextmanager
def speaking(speech: Speech | None) -> Iterator[None]:
    """Let all words be of this language; None is English."""
    token = _SPEECH.set(speech)
    try:
        yield
    finally:
        _SPEECH.reset(token)


def spoken() -> str:
    """The code of the language that is spoken now."""
    speech = _SPEECH.get()
    return "en" if speech is None else speech.code


def runs_from_right() -> bool:
    """Whether the language that is spoken now runs from right to left."""
    return _text("direction", "ltr") == "rtl"


def as_now(words: Callable[..., Said]) -> Callable[..., Said]:
    """A function that speaks the language of now whenever it is called, as labels of axes are made later."""
    speech = _SPEECH.get()

    def said(*args: Any) -> Said:
        with speaking(speech):
            return words(*args)

    return said


def say(template: str, **values: Any) -> str:
    """A sentence: a template whose named values are words."""
    return _text(f"sentences.{template}", template).format(**values)


def labelled(name: str, english: str) -> str:
    """What a quantity is called."""
    return _text(f"labels.{name}", english)


def unit(sign: str) -> str:
    """A unit as a person says it."""
    return _text(f"units.{sign}", UNITS.get(sign, sign))


def phrase(english: str) -> str:
    """A sentence that has no values, which may be a person's own: then it stays as it is."""
    return _text(f"sentences.{english}", english)


def term(english: str) -> str:
    """What the model calls something, such as an option; a person's own words stay as they are."""
    return _text(f"terms.{english}", english)


def _text(key: str, english: str) -> str:
    speech = _SPEECH.get()
    return english if speech is None else speech.text(key, english)


def _names(key: str, english: Sequence[str]) -> Sequence[str]:
    speech = _SPEECH.get()
    return english if speech is None else speech.names(key)


def _noun(count: float, one: str, many: str) -> str:
    speech = _SPEECH.get()
    said = "" if speech is None else speech.form(f"nouns.{one}", count)
    return said or (one if count == 1 else many)


def _signed(english: str) -> str:
    """A number as English writes it, with the signs of the language."""
    speech = _SPEECH.get()
    if speech is None:
        return english
    signs = {",": speech.text("numbers.thousands", ","), ".": speech.text("numbers.decimal", ".")}
    return "".join(signs.get(letter, letter) for letter in english)


def month(number: int) -> str:
    """The short name of a month, from 1."""
    return _names("dates.months", MONTHS)[number - 1]


def renamed(said: str, names: Mapping[str, str]) -> str:
    """Words in which some are replaced by others, all at once; at the beginning of a sentence with a capital.

    >>> renamed("State accommodation: people in state accommodation", {"state accommodation": "camps"})
    'Camps: people in camps'
    """
    if not names:
        return said
    known = {name.casefold(): name for name in names.values()}  # what was renamed already stays
    known |= {phrase.casefold(): name for phrase, name in names.items()}

    def other(found: re.Match[str]) -> str:
        name = known[found[0].casefold()]
        return capital(name) if found[0][:1].isupper() else name

    return re.sub("|".join(map(re.escape, sorted(known, key=len, reverse=True))), other, said, flags=re.IGNORECASE)


@contextmanager
def calling(names: Mapping[str, str]) -> Iterator[None]:
    """Let :func:`called` say these names for what the model says."""
    token = _NAMES.set(names)
    try:
        yield
    finally:
        _NAMES.reset(token)


def called(said: str) -> str:
    """Words with the names that hold now."""
    return renamed(said, _NAMES.get())


def whole(value: float) -> str:
    """People, nights, beds or vehicles as whole ones, half upward, thousands apart; words where there is no end.

    >>> whole(8874.6), whole(0.5), whole(464.9999999999748), whole(-0.2), whole(float("nan"))
    ('8,875', '1', '465', '0', '-')
    """
    if isinstance(value, int):  # a seed may have more digits than a float
        return _signed(f"{value:,}")
    if math.isnan(value):
        return "-"
    return _signed(f"{math.floor(value + 0.5):,}") if math.isfinite(value) else _text("numbers.endless", "without end")


def people(value: float) -> str:
    """People in words, as everywhere.

    >>> people(26812.4), people(1.0), people(0.2)
    ('26,812 people', '1 person', '0 people')
    """
    count = math.floor(value + 0.5) if math.isfinite(value) else 2
    return f"{whole(value)} {_noun(count, 'person', 'people')}"


def counted(count: float, one: str, many: str = "") -> str:
    """A count with its noun.

    >>> counted(1, "province"), counted(1200, "province"), counted(2, "futures is", "futures are")
    ('1 province', '1,200 provinces', '2 futures are')
    """
    return f"{figure(count)} {_noun(count, one, many or one + 's')}"


def figure(value: float) -> str:
    """A number as a person writes it: all its digits, no needless zeros, thousands apart."""
    return _signed(f"{value:,.12g}")


def two_figures(value: float) -> str:
    """An amount of whole ones; to two figures below 10."""
    return figure(float(round(value)) if value >= 10.0 else float(f"{value:.2g}"))


def rounded(value: float) -> str:
    """A number to as many digits as a person reads."""
    return whole(value) if abs(value) >= 100 else _signed(f"{value:.3g}")


def tenths(value: float) -> str:
    """A number with one decimal, thousands apart."""
    return _signed(f"{value:,.1f}")


def number(value: float) -> str:
    """An amount with thousands apart; decimals only where it is small.

    >>> number(12500.0), number(0.25), number(2.5)
    ('12,500', '0.25', '2.5')
    """
    decimals = 0 if abs(value) >= 10 or value == round(value) else 2 - max(0, math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else _signed(text)


def decimal(value: float) -> str:
    """A number in digits whose point cannot be read as one that parts thousands.

    >>> decimal(80.0), decimal(62.205)
    ('80.0', '62.2050')
    """
    text = repr(float(value))
    return f"{text}0" if POINTED.fullmatch(text) else text


def about(value: float, *, figures: int = 3) -> str:
    """An amount to a few figures, one more after a leading 1, as a person says it: a projection knows no more.

    >>> about(26812.0), about(1_254_000.0), about(412.4), about(0.0)
    ('26,800', '1.254 million', '412', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    size = math.floor(math.log10(abs(value)))
    places = figures - 1 - size + (1 if abs(value) < 2 * 10.0**size else 0)
    nearest = round(value, min(places, 0 if abs(value) >= 10 else 2))
    if abs(nearest) >= 1_000_000:
        return say("{count} million", count=_signed(f"{nearest / 1_000_000:,.3f}".rstrip("0").rstrip(".")))
    return number(nearest)


def amount(value: float) -> str:
    """An amount as a person says it, however small.

    >>> amount(74_843.8), amount(0.00185), amount(0.000027), amount(-0.5)
    ('74,800', '0.0019', '0.000027', '-0.5')
    """
    if abs(value) >= 1.0 or value == 0.0 or not math.isfinite(value):
        return about(value)
    return _signed(f"{value:.{1 - math.floor(math.log10(abs(value)))}f}".rstrip("0"))


def money(usd: float) -> str:
    """An amount of USD at its own size: whole ones, from a million on millions."""
    return say("{count} million", count=tenths(usd / 1e6)) if round(usd) >= 1_000_000 else _signed(f"{usd:,.0f}")


def hours(value: float) -> str:
    """A length of time.

    >>> hours(0.5), hours(1.0), hours(1.52), hours(30.4), hours(math.inf)
    ('less than an hour', '1 hour', '1.5 hours', '30 hours', 'beyond the end of the projection')
    """
    if value == math.inf:
        return say("beyond the end of the projection")
    if value < 1.0:
        return say("less than an hour")
    said = f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")
    return f"{_signed(said)} {_noun(float(said), 'hour', 'hours')}"


def to_minute(moment: datetime) -> datetime:
    """A time rounded to the full minute, half upward: the one rule for times in words."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def day(time: datetime, *, year: bool = False) -> str:
    """The date, such as ``29 Sep`` or ``29 Sep 2023``."""
    key, english = ("dates.day", "{day} {month} {year}") if year else ("dates.short_day", "{day} {month}")
    return _text(key, english).format(day=time.day, month=month(time.month), year=time.year)


def weekday(time: datetime) -> str:
    """The day of the week and the date, such as ``Sun 24 Sep 2023``."""
    return f"{_names('dates.weekdays', DAYS_OF_WEEK)[time.weekday()]} {day(time, year=True)}"


def short_moment(time: datetime, *, year: bool = False) -> str:
    """The date and time of day, such as ``29 Sep 18:00``."""
    shown = to_minute(time)
    return f"{day(shown, year=year)} {shown:%H:%M}"


def moment(time: datetime) -> str:
    """Day of the week, date and time of day.

    >>> moment(datetime(2023, 9, 24, 21, 59, 31))
    'Sun 24 Sep 2023, 22:00'
    """
    shown = to_minute(time)
    return f"{weekday(shown)}, {shown:%H:%M}"


def chance(share: float, *, draws: int | None = None) -> str:
    """In how many futures something happens, in words; never none and never all where it is one of them.

    >>> chance(0.556), chance(0.0004), chance(0.9996)
    ('in 56 of 100 futures', 'in fewer than 1 of 100 futures', 'in more than 99 of 100 futures')
    >>> chance(1.0, draws=1000), chance(0.0, draws=1000), chance(0.75, draws=8), chance(1.0)
    ('in all 1,000 futures', 'in none of 1,000 futures', 'in 6 of 8 futures', 'in all futures')
    """
    if share <= 0.0:
        return _text("chance.none", CHANCES["none"]).format(of=whole(draws)) if draws else say("in no future")
    if share >= 1.0 and (not draws or draws == 1):
        return say("in the only future") if draws else say("in all futures")
    kind, count, of = portion(share, draws)
    return _text(f"chance.{kind}", CHANCES[kind]).format(count=count, of=whole(of))


def chance_in_short(share: float, *, draws: int | None = None) -> str:
    """The same for a cell of a table.

    >>> [chance_in_short(share) for share in (0.0, 0.0004, 0.556, 0.9996, 1.0)]
    ['none', '<1 of 100', '56 of 100', '>99 of 100', 'all']
    """
    if not 0.0 < share < 1.0:
        return say("none") if share <= 0.0 else say("all")
    kind, count, of = portion(share, draws)
    return say("{count} of {of}", count={"fewer": "<1", "more": ">99"}.get(kind, count), of=of)


def portion(share: float, draws: int | None = None) -> tuple[str, int, int]:
    """A share as so many of so many, in any language: ``none``, ``all``, ``fewer``, ``more`` or ``some``, and both
    counts.

    >>> portion(0.556), portion(0.0004), portion(0.75, 8), portion(1.0, 1000)
    (('some', 56, 100), ('fewer', 1, 100), ('some', 6, 8), ('all', 1000, 1000))
    """
    if not 0.0 < share < 1.0:
        many = draws or HUNDREDTHS
        return ("none", 0, many) if share <= 0.0 else ("all", many, many)
    if draws is not None and draws < FEW_DRAWS:
        return "some", min(max(round(share * draws), 1), draws - 1), draws
    if share * HUNDREDTHS < 1.0:
        return "fewer", 1, HUNDREDTHS
    if share * HUNDREDTHS > HUNDREDTHS - 1:
        return "more", HUNDREDTHS - 1, HUNDREDTHS
    return "some", math.floor(share * HUNDREDTHS + 0.5), HUNDREDTHS


def share_in_words(share: float) -> str:
    """A share as a planner says it, in tenths or twentieths where one fits, else in hundredths.

    >>> [share_in_words(share) for share in (0.5, 0.9, 0.95, 0.98)]
    ['5 in 10', '9 in 10', '19 in 20', '98 in 100']
    """
    for parts in (TENTHS, TWENTIETHS, HUNDREDTHS):
        part = share * parts
        if abs(part - round(part)) < 1e-6:
            return say("{count} in {of}", count=round(part), of=parts)
    return say("{count} in {of}", count=_signed(f"{share * 100:.1f}"), of=HUNDREDTHS)


def chance_in_tenths(share: float) -> str:
    """A chance that the eye compares with its neighbours: so many in ten; nothing if nil, and never all if it is not.

    >>> [chance_in_tenths(share) for share in (0.0, 0.01, 0.3, 0.97, 1.0)]
    ['', '<1 in 20', '3 in 10', '>19 in 20', '10 in 10']
    """
    if share <= 0.0:
        return ""
    if share < 0.05:
        return say("{count} in {of}", count="<1", of=TWENTIETHS)
    if 0.95 < share < 1.0:
        return say("{count} in {of}", count=">19", of=TWENTIETHS)
    return say("{count} in {of}", count=min(max(int(share * TENTHS + 0.5), 1), TENTHS), of=TENTHS)


def listed(names: Sequence[str]) -> str:
    """Names as a person lists them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    first = ", ".join(names[:-1])
    return say("{first} and {last}", first=first, last=names[-1]) if first else "".join(names[-1:])


def some_of(names: Sequence[str], most: int, *, more: str = "more", apart: str = ", ") -> str:
    """The first of some names, and how many more there are.

    >>> some_of(["a", "b", "c"], 2), some_of(["a", "b"], 2)
    ('a, b and 1 more', 'a, b')
    """
    shown, left = apart.join(names[:most]), len(names) - most
    return shown if left <= 0 else say("{first} and {last}", first=shown, last=f"{whole(left)} {say(more)}")


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return text[:1].upper() + text[1:]


def as_found(value: object) -> str:
    """Something that is of a wrong kind, in a few words on one line.

    >>> as_found(None), as_found("a"), as_found([1, 2]), as_found(RuntimeError)
    ('nothing (None)', "'a'", '[1, 2]', 'the class RuntimeError')
    >>> as_found("a" * 100)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'..."
    """
    if value is None:
        return "nothing (None)"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, str):
        return f"{value[:LONGEST]!r}..." if len(value) > LONGEST else repr(value)
    if isinstance(value, PathLike):
        return f"the path {str(value)[:LONGEST]}"
    if isinstance(value, bool | int | float | complex | list | tuple | set | dict | bytes):
        text = _short(value)
        if text:
            return text
    name = type(value).__name__
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


LONGEST = 60
"""Letters of a value that are shown in a message."""


def _short(value: object) -> str:
    """A plain value as Python writes it; empty where that is long, of several lines, or cannot be written."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # whole numbers of thousands of digits, lists within lists
        return ""
    return text if len(text) <= LONGEST and text.isprintable() else ""
