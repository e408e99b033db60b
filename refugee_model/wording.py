"""Numbers, times, lists, shares and plurals as people write them: one rule for each, wherever it is read.

Sentences are templates with named values, worded by :func:`say`: there a catalogue of another language can begin.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from os import PathLike
from types import MappingProxyType
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS_OF_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TENTHS, TWENTIETHS, HUNDREDTHS = 10, 20, 100
FEW_DRAWS = 100
"""Of fewer draws than this a chance is given as a count of them: hundredths would say more than is known."""
_NAMES: ContextVar[Mapping[str, str]] = ContextVar("names", default=MappingProxyType({}))
SOME = 0.5
"""People, person-nights, places or USD below this are none: rounded to whole ones they would be 0."""
UNITS = {"h": "hours"}
"""Units whose sign is not what a person says."""


def say(template: str, **values: Any) -> str:
    """A sentence: a template whose named values are words."""
    return template.format(**values)


def renamed(said: str, names: Mapping[str, str]) -> str:
    """Words in which some are replaced by others, all at once; at the beginning of a sentence with a capital.

    Examples
    --------
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

    Examples
    --------
    >>> whole(8874.6), whole(0.5), whole(464.9999999999748), whole(-0.2), whole(float("nan"))
    ('8,875', '1', '465', '0', '-')
    """
    if math.isnan(value):
        return "-"
    return f"{math.floor(value + 0.5):,}" if math.isfinite(value) else "without end"


def people(value: float) -> str:
    """People in words, as everywhere.

    Examples
    --------
    >>> people(26812.4), people(1.0), people(0.2)
    ('26,812 people', '1 person', '0 people')
    """
    said = whole(value)
    return f"{said} person" if said == "1" else f"{said} people"


def counted(count: float, one: str, many: str = "") -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "province"), counted(1200, "province"), counted(2, "futures is", "futures are")
    ('1 province', '1,200 provinces', '2 futures are')
    """
    return f"{figure(count)} {one if count == 1 else many or one + 's'}"


def figure(value: float) -> str:
    """A number as a person writes it: all its digits, no needless zeros, thousands apart."""
    return f"{value:,.12g}"


def two_figures(value: float) -> str:
    """An amount of whole ones; to two figures below 10."""
    return figure(float(round(value)) if value >= 10.0 else float(f"{value:.2g}"))


def rounded(value: float) -> str:
    """A number to as many digits as a person reads."""
    return whole(value) if abs(value) >= 100 else f"{value:.3g}"


def tenths(value: float) -> str:
    """A number with one decimal, thousands apart."""
    return f"{value:,.1f}"


def number(value: float) -> str:
    """An amount with thousands apart; decimals only where it is small.

    Examples
    --------
    >>> number(12500.0), number(0.25), number(2.5)
    ('12,500', '0.25', '2.5')
    """
    decimals = 0 if abs(value) >= 10 or value == round(value) else 2 - max(0, math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def about(value: float, *, figures: int = 3) -> str:
    """An amount to a few figures, one more after a leading 1, as a person says it: a projection knows no more.

    Examples
    --------
    >>> about(26812.0), about(1_254_000.0), about(412.4), about(0.0)
    ('26,800', '1.254 million', '412', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    size = math.floor(math.log10(abs(value)))
    places = figures - 1 - size + (1 if abs(value) < 2 * 10.0**size else 0)
    nearest = round(value, min(places, 0 if abs(value) >= 10 else 2))
    if abs(nearest) >= 1_000_000:
        return f"{nearest / 1_000_000:,.3f}".rstrip("0").rstrip(".") + " million"
    return number(nearest)


def amount(value: float) -> str:
    """An amount as a person says it, however small.

    Examples
    --------
    >>> amount(74_843.8), amount(0.00185), amount(0.000027), amount(-0.5)
    ('74,800', '0.0019', '0.000027', '-0.5')
    """
    if abs(value) >= 1.0 or value == 0.0 or not math.isfinite(value):
        return about(value)
    return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}".rstrip("0")


def money(usd: float) -> str:
    """An amount of USD at its own size: whole ones, from a million on millions."""
    return f"{tenths(usd / 1e6)} million" if round(usd) >= 1_000_000 else f"{usd:,.0f}"


def hours(value: float) -> str:
    """A length of time.

    Examples
    --------
    >>> hours(0.5), hours(1.0), hours(1.52), hours(30.4), hours(math.inf)
    ('less than an hour', '1 hour', '1.5 hours', '30 hours', 'beyond the end of the projection')
    """
    if value == math.inf:
        return "beyond the end of the projection"
    if value < 1.0:
        return "less than an hour"
    said = f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")
    return f"{said} hour{'' if said == '1' else 's'}"


def to_minute(moment: datetime) -> datetime:
    """A time rounded to the full minute, half upward: the one rule for times in words."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def day(time: datetime, *, year: bool = False) -> str:
    """The date, such as ``29 Sep`` or ``29 Sep 2023``."""
    return f"{time.day} {MONTHS[time.month - 1]}" + (f" {time.year}" if year else "")


def weekday(time: datetime) -> str:
    """The day of the week and the date, such as ``Sun 24 Sep 2023``."""
    return f"{DAYS_OF_WEEK[time.weekday()]} {day(time, year=True)}"


def short_moment(time: datetime, *, year: bool = False) -> str:
    """The date and time of day, such as ``29 Sep 18:00``."""
    shown = to_minute(time)
    return f"{day(shown, year=year)} {shown:%H:%M}"


def moment(time: datetime) -> str:
    """Day of the week, date and time of day.

    Examples
    --------
    >>> moment(datetime(2023, 9, 24, 21, 59, 31))
    'Sun 24 Sep 2023, 22:00'
    """
    shown = to_minute(time)
    return f"{weekday(shown)}, {shown:%H:%M}"


def chance(share: float, *, draws: int | None = None) -> str:
    """In how many futures something happens, in words; never none and never all where it is one of them.

    Examples
    --------
    >>> chance(0.556), chance(0.0004), chance(0.9996)
    ('in 56 of 100 futures', 'in fewer than 1 of 100 futures', 'in more than 99 of 100 futures')
    >>> chance(1.0, draws=1000), chance(0.0, draws=1000), chance(0.75, draws=8), chance(1.0)
    ('in all 1,000 futures', 'in none of 1,000 futures', 'in 6 of 8 futures', 'in all futures')
    """
    many = f"{draws:,} " if draws else ""
    if share <= 0.0:
        return f"in none of {many}futures" if draws else "in no future"
    if share >= 1.0:
        return f"in all {many}futures" if draws != 1 else "in the only future"
    return f"in {_part(share, draws, 'fewer than 1', 'more than 99')} futures"


def chance_in_short(share: float, *, draws: int | None = None) -> str:
    """The same for a cell of a table.

    Examples
    --------
    >>> [chance_in_short(share) for share in (0.0, 0.0004, 0.556, 0.9996, 1.0)]
    ['none', '<1 of 100', '56 of 100', '>99 of 100', 'all']
    """
    if not 0.0 < share < 1.0:
        return "none" if share <= 0.0 else "all"
    return _part(share, draws, "<1", ">99")


def _part(share: float, draws: int | None, least: str, most: str) -> str:
    kind, count, of = portion(share, draws)
    return f"{ {'fewer': least, 'more': most}.get(kind, str(count)) } of {of}"


def portion(share: float, draws: int | None = None) -> tuple[str, int, int]:
    """A share as so many of so many, in any language: ``none``, ``all``, ``fewer``, ``more`` or ``some``, and both
    counts.

    Examples
    --------
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

    Examples
    --------
    >>> [share_in_words(share) for share in (0.5, 0.9, 0.95, 0.98)]
    ['5 in 10', '9 in 10', '19 in 20', '98 in 100']
    """
    for parts in (TENTHS, TWENTIETHS, HUNDREDTHS):
        part = share * parts
        if abs(part - round(part)) < 1e-6:
            return f"{round(part)} in {parts}"
    return f"{share * 100:.1f} in 100"


def chance_in_tenths(share: float) -> str:
    """A chance that the eye compares with its neighbours: so many in ten; nothing if nil, and never all if it is not.

    Examples
    --------
    >>> [chance_in_tenths(share) for share in (0.0, 0.01, 0.3, 0.97, 1.0)]
    ['', '<1 in 20', '3 in 10', '>19 in 20', '10 in 10']
    """
    if share <= 0.0:
        return ""
    if share < 0.05:
        return "<1 in 20"
    if 0.95 < share < 1.0:
        return ">19 in 20"
    return f"{min(max(int(share * TENTHS + 0.5), 1), TENTHS)} in {TENTHS}"


def listed(names: Sequence[str]) -> str:
    """Names as a person lists them.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def some_of(names: Sequence[str], most: int, *, more: str = "more", apart: str = ", ") -> str:
    """The first of some names, and how many more there are.

    Examples
    --------
    >>> some_of(["a", "b", "c"], 2), some_of(["a", "b"], 2)
    ('a, b and 1 more', 'a, b')
    """
    return apart.join(names[:most]) + (f" and {len(names) - most:,} {more}" if len(names) > most else "")


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return text[:1].upper() + text[1:]


def as_found(value: object) -> str:
    """Something that is of a wrong kind, in a few words on one line.

    Examples
    --------
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
