"""One cell of reports, text or not: the value meant, or what is wrong with it and what to write instead."""

from __future__ import annotations

import math
import re
from datetime import datetime
from numbers import Real

from refugee_model.errors import nearest
from refugee_model.scenario.problems import shown
from refugee_model.scenario.reports import CLOCKS, USUAL_CLOCK
from refugee_model.scenario.values import WRONG_YEAR, NoTimeError, time_of

USABLE = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "": True}
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,\s'\u2019]\d{3})+(?:\.\d*)?")
_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")


class Wrong(str):
    """What is wrong with a cell, as the message of a problem."""

    __slots__ = ()


def read_time(cell: object) -> datetime | Wrong:
    """A time with its offset from UTC."""
    example = "expected ISO 8601 with an offset from UTC, such as 2023-09-24T18:00+04:00"
    if cell == "":
        return Wrong(f"is blank; {example}")
    try:
        return time_of(cell)
    except NoTimeError as error:
        said = {"text": example, "offset": f"which has no offset from UTC; {example}", "year": WRONG_YEAR}[error.wrong]
        return Wrong(f"found {shown(cell)}, {said}")


def read_time_or_blank(cell: object) -> datetime | Wrong | None:
    """A time with its offset from UTC, or None where the cell is blank."""
    return None if cell == "" else read_time(cell)


def read_number(cell: object) -> float | Wrong:
    """A finite number of at least 0; in text, written with digits alone."""
    text = str(cell)
    if isinstance(cell, Real) and not isinstance(cell, bool):
        return _at_least_0(float(cell), text)
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
    return _at_least_0(value, shown(text))


def _at_least_0(value: float, found: str) -> float | Wrong:
    fine = math.isfinite(value) and value >= 0
    return value if fine else Wrong(f"found {found}, expected a finite number of at least 0")


def read_rounding(cell: object) -> float | Wrong:
    """The unit to which a value was rounded, NaN where it is not known."""
    return math.nan if cell == "" else read_number(cell)


def read_usable(cell: object) -> bool | Wrong:
    """Whether a report may be used; it may unless it is said otherwise."""
    found = USABLE.get(str(cell).lower())
    return Wrong(f"found {shown(cell)}, expected yes or no") if found is None else found


def read_clock(cell: object) -> str | Wrong:
    """What is said of the clock time; it is exact unless it is said otherwise."""
    word = str(cell).lower() or USUAL_CLOCK
    return word if word in CLOCKS else Wrong(f"found {shown(cell)}; {nearest(str(cell), CLOCKS)}")


def _digits(text: str) -> str:
    return re.sub(r"[,\s'\u2019]", "", text)


def _expected_digits(text: str) -> str:
    numbers = re.findall(r"(?<![\w.,-])\d+(?:[,\s'\u2019]\d{3}(?!\d))*(?:\.\d+)?(?![\w.,-])", text)
    if re.fullmatch(r"\d+,\d+", text):
        return f"expected a number with a decimal point; write {text.replace(',', '.')}"
    if len(numbers) == 1:
        return f"expected digits alone, such as {_digits(numbers[0])}; words go in a column of their own, such as note"
    return "expected a number in digits"
