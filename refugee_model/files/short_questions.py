"""The about fifteen questions of a short start, and how an answer is read: what cannot be is refused at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from refugee_model.languages import ENGLISH, Language, language
from refugee_model.scenario.problems import shown
from refugee_model.scenario.standards import CLIMATES
from refugee_model.scenario.values import LINE, MOST_SIZE, NoTimeError, mixed_letter, time_of, unseen

RANGE = re.compile(r"\s*/\s*")
Answers = dict[str, Any]
Read = Callable[[str, Answers], Any]


class NoAnswerError(ValueError):
    """What is wrong with an answer, and what was expected."""


@dataclass(frozen=True)
class Question:
    """One value that must be set: its key, what is asked, an example, what a blank answer means, and how it is read."""

    key: str
    asked: str
    example: str
    read: Read
    usual: str = ""

    def answer(self, said: str, given: Answers) -> Any:
        """The value of an answer; a blank one is the usual one."""
        text = said.strip() or self.usual
        found = unseen(text) or mixed_letter(text)
        if found:
            raise NoAnswerError(f"holds what cannot be read: {found}")
        return self.read(text, given)


def _wrong(found: str, expected: str) -> NoAnswerError:
    return NoAnswerError(f"found {shown(found)}, expected {expected}")


def _text(said: str, _given: Answers) -> str:
    if not said or len(said) > LINE:
        raise _wrong(said, f"a name of at most {LINE} letters")
    return said


def _short_text(said: str, _given: Answers) -> str:
    if len(said) > 40:
        raise _wrong(said, "at most 40 letters")
    return said


def _start(said: str, _given: Answers) -> datetime:
    try:
        return time_of(said)
    except NoTimeError:
        raise _wrong(said, "a time with its offset from UTC, such as 2027-03-01T06:00+02:00") from None


def _number(said: str, least: float, most: float = MOST_SIZE) -> float:
    plain = said.replace(" ", "").replace("\u00a0", "").replace("_", "")
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", plain):
        plain = plain.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        point = "; decimals follow a point, as in 0.9" if re.search(r"\d,\d", plain) else ""
        raise _wrong(said, f"a number from {least:,.10g} to {most:,.10g}{point}")
    return value


def _amount(said: str, least: float, most: float) -> Any:
    """One number, or low / likely / high."""
    parts = [_number(part, least, most) for part in RANGE.split(said)]
    if len(parts) == 1:
        return parts[0]
    if len(parts) != 3 or not parts[0] <= parts[1] <= parts[2] or parts[0] == parts[2]:
        raise _wrong(said, "one number, or low / likely / high that rise, such as 5000 / 20000 / 60000")
    return dict(zip(("low", "likely", "high"), parts, strict=True))


def _between(least: float, most: float) -> Read:
    return lambda said, _given: _number(said, least, most)


def _range(least: float, most: float) -> Read:
    return lambda said, _given: _amount(said, least, most)


def _optional(read: Read) -> Read:
    return lambda said, given: read(said, given) if said else None


def _entries(said: str) -> Iterator[tuple[str, str, str, str]]:
    """Each of the entries that semicolons part, and its name, equals sign and number."""
    for part in filter(None, map(str.strip, said.split(";"))):
        name, equals, number = part.partition("=")
        yield part, name.strip(), equals, number.strip()


def _named(least: float, most: float, usual: float | None = None, *, ranges: bool = False) -> Read:
    """Names with a number each, parted by semicolons."""

    def read(said: str, given: Answers) -> dict[str, Any]:
        found: dict[str, Any] = {}
        taken = {name.casefold() for one in given.values() if isinstance(one, dict) for name in one}
        for part, name, equals, number in _entries(said):
            if not name or (not equals and usual is None) or "=" in number:
                raise _wrong(part, "a name and a number, such as North = 200; several are parted by semicolons")
            if name.casefold() in taken:
                raise NoAnswerError(f"the name {shown(name)} is taken already; each place has a name of its own")
            if re.search(r'[.\[\]"]', name) or len(name) > 80:
                raise _wrong(name, 'a name of at most 80 letters without . [ ] "')
            taken.add(name.casefold())
            read_number = _amount if ranges else _number
            found[name] = read_number(number, least, most) if equals else usual
        if not found:
            raise _wrong(said, "at least one name")
        return found

    return read


def _by_name(of: str, most: float) -> Read:
    """A number for all places of an earlier answer, or one for each."""

    def read(said: str, given: Answers) -> dict[str, float]:
        if "=" not in said:
            return dict.fromkeys(given[of], _number(said, 0.0, most))
        own = {name: _number(number, 0.0, most) for _, name, _, number in _entries(said)}
        if set(own) != set(given[of]):
            raise _wrong(said, f"one number, or one for each of {', '.join(given[of])}")
        return own

    return read


def _climate(said: str, _given: Answers) -> str:
    if said.casefold() not in CLIMATES:
        raise _wrong(said, f"one of {', '.join(CLIMATES)}")
    return said.casefold()


def _winter(said: str, _given: Answers) -> dict[str, int]:
    found = re.fullmatch(r"(\d{1,2})\s*-\s*(\d{1,2})", said)
    months = [int(month) for month in found.groups()] if found else []
    if len(months) != 2 or not all(1 <= month <= 12 for month in months):
        raise _wrong(said, "the first and the last month, such as 11-3")
    return {"from_month": months[0], "until_month": months[1]}


def _currency(said: str, _given: Answers) -> tuple[str, float]:
    """The code of a currency, and how much of it is one USD."""
    code, _, rate = said.partition(" ")
    if not re.fullmatch(r"[A-Za-z]{3}", code) or (code.upper() != "USD" and not rate.strip()):
        raise _wrong(said, "USD, or a code and how much of it is one USD, such as EUR 0.9")
    return code.upper(), _number(rate, 1e-6, 1e9) if rate.strip() else 1.0


QUESTIONS: tuple[Question, ...] = (
    Question("title", "What is this scenario, in one line?", "Plan for the eastern border", _text),
    Question("start", "When may people begin to cross, with the offset from UTC?", "2027-03-01T06:00+02:00", _start),
    Question("days", "For how many days?", "30", _between(1, 730), "30"),
    Question(
        "people", "How many people may flee: a number, or low / likely / high?", "5000 / 20000 / 60000", _range(1, 1e9)
    ),
    Question(
        "origins",
        "Where do they live: names, with the weight of each where there are several?",
        "Upper valley = 60; Lower valley = 40",
        _named(1e-6, 1e9, 1.0),
    ),
    Question(
        "distances",
        "How many km by road from there to the crossing?",
        "20, or Upper valley = 60; Lower valley = 25",
        _by_name("origins", 3000),
    ),
    Question(
        "crossings",
        "Which crossings, and how many vehicles pass each in an hour: a number, or low / likely / high?",
        "North bridge = 60 / 200 / 300; Pass = 30",
        _named(0.01, 1e6, ranges=True),
    ),
    Question(
        "points",
        "Where do people register, and with how many desks?",
        "Reception hall = 12",
        _named(0.1, 1e4, ranges=True),
    ),
    Question(
        "provinces",
        "Which places have beds, and how many: a number, or low / likely / high?",
        "Hills = 500; Plain = 1000 / 2000 / 4000",
        _named(0, 1e7, ranges=True),
    ),
    Question(
        "roads",
        "How many km by road from the crossing to these places?",
        "50, or Hills = 30; Plain = 120",
        _by_name("provinces", 5000),
    ),
    Question(
        "transit", "How many sheltered places are there for people who wait for a bed?", "500", _range(0, 1e7), "0"
    ),
    Question("climate", f"Climate of the host country: {', '.join(CLIMATES)}?", "temperate", _climate, "temperate"),
    Question("winter", "From which month to which is it winter?", "11-3", _winter, "11-3"),
    Question("household", "How many people are in a household?", "4.5", _between(1, 30), "4.5"),
    Question(
        "currency",
        "In which currency do you count: USD, or a code and how much of it is one USD?",
        "EUR 0.9",
        _currency,
        "USD",
    ),
    Question(
        "called",
        "What is state accommodation called where you are, as it stands after 'in'?",
        "collective centres",
        _optional(_short_text),
    ),
    Question(
        "bed_night", "What does a night in state accommodation cost, in that currency?", "12", _between(0, 1e9), "0"
    ),
    Question(
        "funds",
        "How much money is at hand, in that currency? Blank: not known.",
        "2000000",
        _optional(_between(0, 1e15)),
    ),
)


HOW_TO_END = "Enter takes what stands in square brackets; Ctrl-C ends it, and nothing is written."


def ask_all(ask: Callable[[str], str], tell: Callable[[str], None], words: Language | None = None) -> Answers:
    """The answers to all questions, put in a language; ``ask`` puts one and gives what was typed."""
    words, answers = words or language(ENGLISH), Answers()
    for line in filter(None, (words.draft, words.term(HOW_TO_END))):
        tell(line)
    for number, question in enumerate(QUESTIONS, start=1):
        such_as = words.term(f"such as: {question.example}")
        tell(f"\n{number}/{len(QUESTIONS)}  {words.term(question.asked)}  ({such_as})")
        while question.key not in answers:
            try:
                typed = ask(f"[{question.usual}] > " if question.usual else "> ")
                answers[question.key] = question.answer(typed, answers)
            except NoAnswerError as error:
                tell(f"  {error}")
    return answers
