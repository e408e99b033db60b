"""The kinds of value a person writes: a number, a share, a moment, a schedule.

A number may be given as a schedule where the field's type says so::

    night_factor = 0.85                                    # one value throughout
    night_factor = [{value = 1.0},                         # from the start
                    {since = "2023-09-28T20:00+04:00", value = 0.85},
                    {since = 9.5, value = 1.0}]            # 9.5 days after timeline.start
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timezone, tzinfo
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from refugee_model.wording import whole

LEAST_SIZE, MOST_SIZE = 1e-9, 1e12
"""Of numbers: beyond the largest, sums of people lose their digits; the least is of those that others are divided
by."""
LINE, TEXT = 300, 20_000
"""Letters of a title or another text of one line, and of any other text."""
OF_ONE_LINE = ("title", "source", "label", "unit", "sector")


def _not_too_large(value: float) -> float:
    if abs(value) > MOST_SIZE:
        raise PydanticCustomError("size", "expected a number between -1,000,000,000,000 and 1,000,000,000,000")
    return value


def _sized(value: float) -> float:
    if not LEAST_SIZE <= value <= MOST_SIZE:  # what others are divided by
        raise PydanticCustomError("size", "expected a number between 0.000000001 and 1,000,000,000,000")
    return value


def unseen(text: str) -> str:
    r"""The first character of a text that cannot be seen or turns the text around, as U+ and its number; empty if there
    is none. Joiners are let through, as words of many scripts need them.

    >>> unseen("a" + chr(0x202E) + "b"), unseen("two\nlines")
    ('U+202E', '')
    """
    for character in text:
        kind = unicodedata.category(character)
        hidden = character in BLANK or (kind == "Cf" and character not in JOINERS)
        if hidden or (kind == "Cc" and character not in "\n\t") or kind in ("Cs", "Zl", "Zp"):
            return f"U+{ord(character):04X}"
    return ""


JOINERS = "\u200c\u200d\u00ad"
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters, marks and signs that leave no trace on paper."""
LOOK_ALIKE_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE")
"""Scripts with letters of the same shapes, which nobody mixes within a word unless by mistake."""


def _seen(text: str) -> str:
    found = unseen(text)
    if found:
        raise PydanticCustomError(
            "unseen", "holds the character {found}, which cannot be seen; write it without", {"found": found}
        )
    return text


def _script_of(letter: str) -> str:
    """The script of a letter if it is one of those that look alike; empty for any other."""
    script = unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""
    return script if script in LOOK_ALIKE_SCRIPTS else ""


def mixed_letter(name: str) -> str:
    """What is wrong with a word whose letters come from scripts that look alike, and with joiners where nothing is
    joined.

    >>> mixed_letter("\u041cosul"), mixed_letter("Mosul \u041c")
    ("mixes Cyrillic and Latin letters in one word: '\u041c' (U+041C) and 'o' (U+006F)", '')
    """
    for word in re.findall(r"[^\W\d_]+", name):
        first = {script: letter for letter in reversed(word) if (script := _script_of(letter))}
        if len(first) > 1:
            scripts = sorted(first, key=lambda script: word.index(first[script]))[:2]
            said = " and ".join(f"'{first[script]}' (U+{ord(first[script]):04X})" for script in scripts)
            return f"mixes {' and '.join(script.title() for script in scripts)} letters in one word: {said}"
    for place, character in enumerate(name):
        joins = 0 < place < len(name) - 1 and not _script_of(name[place - 1]) and character != "\u00ad"
        if character in JOINERS and not joins:
            return f"holds the character U+{ord(character):04X}, which cannot be seen; write it without"
    return ""


def _of_one_script(name: str) -> str:
    found = mixed_letter(name)
    if found:
        raise PydanticCustomError("unseen", "{found}", {"found": found})
    return name


Number = Annotated[float, Field(strict=True, allow_inf_nan=False), AfterValidator(_not_too_large)]
NonNegative = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0), AfterValidator(_not_too_large)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0), AfterValidator(_sized)]
MOST_SPAN = 36_500
"""Days that anything may last or take, a hundred years: what is longer is written without an end."""
NonNegativeDays = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=MOST_SPAN)]
PositiveDays = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=MOST_SPAN), AfterValidator(_sized)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1)]
Hour = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=24)]
MOST_DAYS = 100_000
FIRST_YEAR, LAST_YEAR = 1900, 2199
WRONG_YEAR = f"expected a year from {FIRST_YEAR} to {LAST_YEAR}"
_LETTERS = r"[^.\[\]=\"\x00-\x1f]"
Name = Annotated[
    str,
    Field(min_length=1, max_length=80, pattern=rf"^{_LETTERS}*[^\s.\[\]=\"\x00-\x1f]{_LETTERS}*$"),
    AfterValidator(_seen),
    AfterValidator(_of_one_script),
]
"""What stands in a dotted path: no character that a path or a file reads otherwise, and not only blanks."""


def given(
    meaning: str,
    unit: str = "",
    *,
    default: Any = ...,
    usual: tuple[float, float, str] | None = None,
    counts_if: str = "",
) -> Any:
    """A field with its meaning, unit, usual range (and why it is that) and when it counts; required without default.

    What is declared here is the one place from which checks, help and tests read it.
    """
    said: dict[str, JsonValue] = {"unit": unit} if unit else {}
    if usual is not None:
        said["usual"] = dict(zip(("low", "high", "why"), usual, strict=True))
    if counts_if:
        said["counts_if"] = counts_if
    return Field(default, description=meaning, json_schema_extra=said)


LONGEST_REPR = 500
"""Letters that a person reads of a group of assumptions; of a longer one only what it holds is named."""


class Assumptions(BaseModel):
    """Base of every model a person fills in: frozen, and unknown names are refused."""

    __slots__ = ("_known",)  # what is remembered of it: no part of what is compared, copied and written

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __repr__(self) -> str:
        whole = super().__repr__()
        if len(whole) <= LONGEST_REPR:
            return whole
        return f"{type(self).__name__} of {', '.join(type(self).model_fields)}; scenario.describe() lists every value"

    __str__ = __repr__

    @field_validator("*", mode="after")
    @classmethod
    def _text(cls, value: Any, info: ValidationInfo) -> Any:
        """Texts are of a length that a picture can show, and hold only what can be seen."""
        if isinstance(value, str):
            most = LINE if info.field_name in OF_ONE_LINE else TEXT
            if len(value) > most:
                found = {"found": whole(len(value)), "most": whole(most)}
                raise PydanticCustomError("length", "is a text of {found} letters, expected at most {most}", found)
            return _seen(value)
        return value


def _read_moment(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | datetime | int | float):
        expected = "expected a time such as '2023-09-24T12:00+04:00', or days after timeline.start such as 2.5"
        raise PydanticCustomError("moment", expected)
    if isinstance(value, int | float):
        if not abs(value) <= MOST_DAYS:
            expected = "expected a number of days after timeline.start, at most 100,000 before or after it"
            raise PydanticCustomError("moment", expected)
        return float(value)
    return _read_time(value)


class NoTimeError(ValueError):
    """What cannot be read as a time: ``text``, ``offset`` or ``year`` is wrong with it; and the clock time it gives."""

    def __init__(self, wrong: str, clock: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.clock = wrong, clock


def time_of(value: object, zone: tzinfo | None = None) -> datetime:
    """A point in time, its offset fixed, from ISO 8601 text with an offset from UTC or a time of another kind; one
    without an offset is read in a zone, where that is given.
    """
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        time = time if time.tzinfo is not None or zone is None else time.replace(tzinfo=zone)
        offset = time.utcoffset()  # of pandas' time that is none it is an error
    except ValueError:
        raise NoTimeError("text") from None
    if offset is None:
        raise NoTimeError("offset", time.isoformat(timespec="minutes"))
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise NoTimeError("year")
    # Sums with a zone that changes its offset would be done on the clock and not in time.
    return datetime.combine(time.date(), time.time(), timezone(offset))


def _read_time(value: Any) -> datetime:
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("moment", "expected a time such as '2023-09-24T12:00+04:00'")
    try:
        return time_of(value)
    except NoTimeError as error:
        said = {
            "text": "expected ISO 8601, year first, with an offset from UTC, such as '2023-09-24T12:00+04:00'",
            "offset": "has no offset from UTC; write for example '{example}+04:00'",
            "year": WRONG_YEAR,
        }[error.wrong]
        raise PydanticCustomError("moment", said, {"example": error.clock}) from None


Moment = Annotated[datetime | float, BeforeValidator(_read_moment, json_schema_input_type=str | float)]
"""A time with its offset, or a number of days after ``timeline.start``."""

Time = Annotated[datetime, BeforeValidator(_read_time, json_schema_input_type=str)]
"""A time with its offset from UTC."""

Value = TypeVar("Value")


class Change(Assumptions, Generic[Value]):
    """One entry of a schedule: the value that holds from a moment on."""

    since: Moment | None = Field(
        None, description="When the value begins to hold; blank in the first entry means from the start"
    )
    value: Value = Field(description="The value from that moment on")


def _kind(value: Any) -> str:
    return "schedule" if isinstance(value, list | tuple) else "number"


NonNegativeSchedule = Annotated[
    Annotated[NonNegative, Tag("number")]
    | Annotated[tuple[Change[NonNegative], ...], Field(min_length=1), Tag("schedule")],
    Discriminator(_kind),
]
ShareSchedule = Annotated[
    Annotated[Share, Tag("number")] | Annotated[tuple[Change[Share], ...], Field(min_length=1), Tag("schedule")],
    Discriminator(_kind),
]
