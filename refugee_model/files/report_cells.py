"""One cell of a file of reports: the value meant, or what is wrong with it and what to write instead."""

from __future__ import annotations

import math
import re
from datetime import datetime

from refugee_model.errors import nearest
from refugee_model.scenario.problems import shown
from refugee_model.studies.observations import CLOCK_HOURS, USUAL_CLOCK

BRACKET = "bracket"
CLOCKS = (*CLOCK_HOURS, BRACKET)
"""What may be said of a clock time; of a bracket only that it lies between two others."""
USABLE = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "": True}
FIRST_YEAR, LAST_YEAR = 1900, 2199
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,\s'\u2019]\d{3})+(?:\.\d*)?")
_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")


class Wrong(str):
    """What is wrong with a cell, as the message of a problem."""

    __slots__ = ()


def read_time(text: str) -> datetime | Wrong:
    """A time with its offset from UTC."""
    example = "expected ISO 8601 with an offset from UTC, such as 2023-09-24T18:00+04:00"
    if not text:
        return Wrong(f"is blank; {example}")
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return Wrong(f"found {shown(text)}, {example}")
    if time.utcoffset() is None:
        return Wrong(f"found {shown(text)}, which has no offset from UTC; {example}")
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        return Wrong(f"found {shown(text)}, expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    return time


def read_time_or_blank(text: str) -> datetime | Wrong | None:
    """A time with its offset from UTC, or None where the cell is blank."""
    return read_time(text) if text else None


def read_number(text: str) -> float | Wrong:
    """A finite number of at least 0, written with digits alone."""
    if not text:
        return Wrong("is blank (blank is not 0); expected a number")
    if _GROUPED.fullmatch(text):
        return Wrong(f"found {shown(text)}, which has thousands separators; write {_digits(text)}")
    if _POINTS.fullmatch(text):
        either = "" if text.count(".") > 1 else f", or {float(text):g} if the point is a decimal one"
        return Wrong(f"found {shown(text)}, whose point may part thousands; write {text.replace('.', '')}{either}")
    if text.endswith("%"):
        return Wrong(f"found {shown(text)}, a percentage; write the number itself")
    try:
        value = float(text)
    except ValueError:
        return Wrong(f"found {shown(text)}, {_expected_digits(text)}")
    return (
        value
        if math.isfinite(value) and value >= 0
        else Wrong(f"found {shown(text)}, expected a finite number of at least 0")
    )


def read_rounding(text: str) -> float | Wrong:
    """The unit to which a value was rounded, NaN where it is not known."""
    return read_number(text) if text else math.nan


def read_usable(text: str) -> bool | Wrong:
    """Whether a report may be used; it may unless the file says otherwise."""
    found = USABLE.get(text.lower())
    return Wrong(f"found {shown(text)}, expected yes or no") if found is None else found


def read_clock(text: str) -> str | Wrong:
    """What is said of the clock time; it is exact unless the file says otherwise."""
    word = text.lower() or USUAL_CLOCK
    return word if word in CLOCKS else Wrong(f"found {shown(text)}; {nearest(text, CLOCKS)}")


def _digits(text: str) -> str:
    return re.sub(r"[,\s'\u2019]", "", text)


def _expected_digits(text: str) -> str:
    numbers = re.findall(r"(?<![\w.,-])\d+(?:[,\s'\u2019]\d{3}(?!\d))*(?:\.\d+)?(?![\w.,-])", text)
    if re.fullmatch(r"\d+,\d+", text):
        return f"expected a number with a decimal point; write {text.replace(',', '.')}"
    if len(numbers) == 1:
        return f"expected digits alone, such as {_digits(numbers[0])}; words go in a column of their own, such as note"
    return "expected a number in digits"
