"""The line of every value in a TOML text."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refugee_model.files.scenario_text import scenario_text
from refugee_model.files.toml_lines import lines_and_comments
from refugee_model.scenario.scenario import Scenario

TEXT = '''\
# a comment with [brackets] and = signs
title = "x = 1"  # [not.a.table]
about = """
[not.a.table]
fake = 1 \\""" still inside
"""
path = 'C:\\'
long = \'\'\'
[no]\'\'\'

[people]
"total" = 1_000
districts.North.share = 0.5

  [ people . now . "on the road" ]
  Hills = 5

[[regimes]]
kind = "closed"
[[regimes]]
kind = "open"
[regimes.inner]
since = 2023-09-24 12:00:00

[aid]
shifts = [
    # one comment
    {from = 1, until = 2}, {from = 3,
     until = [4,
       5]},
    [1, [2, 3]],
]
inline = {a = {b = "}"}, "c d" = 2}
"T\\u00e9l" = 5
last = nan'''

EXPECTED = {
    "title": 2,
    "about": 3,
    "path": 7,
    "long": 8,
    "people": 11,
    "people.total": 12,
    "people.districts": 13,
    "people.districts.North.share": 13,
    "people.now": 15,
    "people.now.on the road": 15,
    "people.now.on the road.Hills": 16,
    "regimes": 18,
    "regimes.0": 18,
    "regimes.0.kind": 19,
    "regimes.1": 20,
    "regimes.1.kind": 21,
    "regimes.1.inner": 22,
    "regimes.1.inner.since": 23,
    "aid": 25,
    "aid.shifts": 26,
    "aid.shifts.0": 28,
    "aid.shifts.0.until": 28,
    "aid.shifts.1.from": 28,
    "aid.shifts.1.until": 29,
    "aid.shifts.1.until.1": 30,
    "aid.shifts.2": 31,
    "aid.shifts.2.1.0": 31,
    "aid.inline.a.b": 33,
    "aid.inline.c d": 33,
    "aid.Tél": 34,
    "aid.last": 35,
}


def lines_of(text: str) -> dict[str, int]:
    return lines_and_comments(text)[0]


def test_lines_of_every_kind_of_value() -> None:
    found = lines_of(TEXT)
    assert {path: found.get(path) for path in EXPECTED} == EXPECTED
    assert not any("not" in path or path == "no" or "fake" in path for path in found)


def test_windows_line_ends() -> None:
    assert lines_of(TEXT.replace("\n", "\r\n")) == lines_of(TEXT)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment", "a=1", "a = '''x'''''\nb = 2", 'a = """x"""""\nb = 2']
)
def test_small_texts(text: str) -> None:
    assert set(lines_of(text)) == set(tomllib.loads(text))


def paths_in(value: Any, path: str = "") -> list[str]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [found for name, entry in entries for found in paths_in(entry, f"{path}.{name}" if path else str(name))]
    return [path, *inner] if path else inner


def test_every_value_of_a_scenario_is_found_on_its_line(small: Scenario) -> None:
    text = scenario_text(small.change({"aid.transit_places": [{"value": 5}, {"since": 2, "value": 7}]}), explain=True)
    found, lines = lines_of(text), text.split("\n")
    for path in paths_in(tomllib.loads(text)):
        last = [part for part in path.split(".") if not part.isdigit()][-1]
        assert last in lines[found[path] - 1] or path.split(".")[-1].isdigit()


@settings(max_examples=200)
@given(st.text(alphabet="[]{}=,.'\"\\#\n ab1", max_size=60))
@example('"\\1"')
@example('"')
def test_any_correct_toml_is_followed(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        lines_of(text)
        return
    assert set(paths_in(values)) == set(lines_of(text))
