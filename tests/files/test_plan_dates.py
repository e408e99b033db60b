"""The plan stands on what was known on 20 September 2023: its sources are not younger, and nothing learned later is in
it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from refugee_model.data_folder import packaged_scenarios
from refugee_model.files.reports_file import load_reports
from refugee_model.files.scenario_file import load_scenario, read_values

PLAN, AFTERWARDS = "lachin-2023-plan", "lachin-2023"
KNOWN_BY = date(2023, 9, 20)
TEXT = packaged_scenarios()[PLAN].read_text(encoding="utf-8")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
URL = re.compile(r"(?:https?://|\b(?=[\w-]+(?:\.[\w-]+)*\.(?:am|com|org|net|az|ru|eu|info)\b))[^\s()\"]+")
IN_NUMBERS = re.compile(r"(?<!\d)(19\d\d|20\d\d)[-/._]?(0[1-9]|1[0-2])(?:[-/._]?(0[1-9]|[12]\d|3[01]))?(?!\d)")
IN_WORDS = re.compile(rf"(?:(\d{{1,2}}) )?({'|'.join(MONTHS)}) (\d{{4}})")
YEAR = re.compile(r"(?<![\d,./-])((?:19|20)\d\d)(?![\d,./-]?\d)")
MATTERS = re.compile(
    r"people\.(total|districts\..*\.share|profile\..*)|timing\.departure\.(share_leaving|midpoint_hours|start)"
    r"|timing\.transport\..*|timing\.checkpoint\.(vehicles_per_hour.*|night_factor|regimes.*vehicles_per_hour)"
    r"|timing\.accommodation\..*|aid\.evacuation_buses\.(buses.*|seats)"
    r"|aid\.reception_points\..*\.(desks.*value|people_per_desk_hour)|aid\.surge\..*\.beds"
)
"""What the crossing taught: numbers that a plan could not have."""


def dates_in(text: str) -> Iterator[date]:
    """Every date named, the first day of it where only the month or the year is."""
    for year, month, day in IN_NUMBERS.findall(text):
        yield date(int(year), int(month), int(day or 1))
    for day, month, year in IN_WORDS.findall(text):
        yield date(int(year), MONTHS.index(month) + 1, int(day or 1))
    for year in YEAR.findall(text):
        yield date(int(year), 1, 1)


def said(text: str) -> Iterator[str]:
    """What the file says of its numbers: comments, reasons and descriptions.

    But not the times at which something is planned to happen.
    """
    for line in text.splitlines():
        before, mark, comment = line.partition("#")
        yield comment if mark else ""
        yield from re.findall(r'(?:reason|title|source|as_of) = "([^"]*)"', before)
    about = re.search(r'about = """(.*?)"""', text, flags=re.S)
    yield about[1] if about else ""


def numbers_in(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number under a value, with its path.

    A distribution has its limits, its middle, and its median under one path.
    """
    if isinstance(value, dict) and not {"low", "distribution"} & set(value):
        for name, part in value.items():
            yield from numbers_in(part, f"{path}.{name}" if path else name)
    elif isinstance(value, dict):
        yield from ((path, float(value[name])) for name in ("low", "likely", "high", "median") if name in value)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from numbers_in(part, f"{path}.{number}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def own_numbers(name: str) -> list[tuple[str, float]]:
    return list(numbers_in(tomllib.loads(packaged_scenarios()[name].read_text(encoding="utf-8"))))


def test_dates_are_found() -> None:
    assert list(dates_in("https://a.org/2023/09/21/x")) == [date(2023, 9, 21)]
    assert list(dates_in("https://a.org/20231001/x")) == [date(2023, 10, 1)]
    assert date(2023, 10, 9) in dates_in("the plan of 9 October 2023")
    assert list(dates_in("counted in 2024")) == [date(2024, 1, 1)]
    assert not list(dates_in("item 54273, 2,015 people, news/654043"))
    assert [URL.findall(text) for text in ("see hetq.am 54273", "(https://a.am/b)")] == [
        ["hetq.am"],
        ["https://a.am/b"],
    ]


def test_addresses_are_not_younger_than_the_plan() -> None:
    addresses = URL.findall(TEXT)
    assert len(addresses) >= 11
    assert not [(address, day) for address in addresses for day in dates_in(address) if day > KNOWN_BY]


def test_what_is_said_of_numbers_is_not_younger_than_the_plan() -> None:
    days = [(day, text) for text in said(TEXT) for day in dates_in(text)]
    assert len(days) > 50
    assert not [(text, day) for day, text in days if day > KNOWN_BY]
    as_of = load_scenario(PLAN).as_of
    assert as_of is not None
    assert as_of.date() == KNOWN_BY


def test_no_address_is_one_of_what_was_reported_later() -> None:
    later = {address.rstrip("/") for address in load_reports(AFTERWARDS)["source"]}
    later |= {
        address.rstrip("/")
        for address in URL.findall(packaged_scenarios()[AFTERWARDS].read_text(encoding="utf-8"))
        if "//" in address
    }
    assert len(later) > 30
    assert not {address.rstrip("/,") for address in URL.findall(TEXT)} & later


def test_no_number_is_what_was_learned_later() -> None:
    plan: dict[str, set[float]] = {}
    for path, value in own_numbers(PLAN):
        plan.setdefault(path, set()).add(value)
    for path, distribution in load_scenario(PLAN).uncertain.items():
        plan[path].add(distribution.central)
    learned = [
        (path, value) for path, value in own_numbers(AFTERWARDS) if MATTERS.fullmatch(path) and value not in (0.0, 1.0)
    ]
    assert len(learned) > 25
    equal = [
        (path, value)
        for path, value in learned
        for known in plan.get(path, ())
        if known == pytest.approx(value, rel=0.002)
    ]
    assert not equal


def test_no_number_is_one_that_was_reported_later() -> None:
    reported = {value for value in load_reports(AFTERWARDS)["value"] if value >= 1000 and value % 100}
    assert len(reported) > 60
    # 2,862 is 0.025 x 114,488 residents, and by chance also a count of 1 March 2024.
    by_chance = {("aid.surge.Syunik first.beds", 2862.0)}
    assert {(path, value) for path, value in own_numbers(PLAN) if value in reported} <= by_chance


def test_the_plan_is_not_based_on_what_came_later() -> None:
    assert [path.stem for path in read_values(PLAN).files if path.parent.name == "scenarios"] == [PLAN]
