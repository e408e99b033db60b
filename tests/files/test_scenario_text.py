"""Whatever is in a scenario, its text reads back as an equal one."""

from __future__ import annotations

import tempfile
import tomllib
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refugee_model.errors import ScenarioWarning
from refugee_model.files.scenario_file import load_scenario
from refugee_model.files.scenario_text import scenario_text
from refugee_model.scenario.described import DEFAULT, register_of
from refugee_model.scenario.scenario import Scenario, build_scenario

NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"], exclude_characters='.[]="'),
    min_size=1,
    max_size=20,
).filter(lambda name: name.strip() and name.casefold().split() not in (["hills"], ["plain"]))
SEEN = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"], include_characters="\n\t")
TEXTS = st.text(SEEN, max_size=60) | st.text(alphabet='"\\\n\t #', max_size=20)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.text(
    alphabet='"\\\n\r\t #\x00\x7f', max_size=20
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.tuples(st.integers(0, 10**6), OFFSETS).map(
    lambda drawn: datetime.fromtimestamp(1_695_600_000 + drawn[0], drawn[1])
)
NUMBERS = st.floats(0, 1e12)


def read(text: str) -> Scenario:
    return build_scenario(tomllib.loads(text))


def loaded(text: str) -> Scenario:
    """The same with what stands beside its values."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        path = Path(folder) / "scenario.toml"
        path.write_text(text, encoding="utf-8", newline="")
        return load_scenario(path)


@settings(max_examples=200, deadline=None)
@given(
    title=TEXTS,
    about=TEXTS,
    header=ANYTHING,
    name=NAMES,
    beds=NUMBERS,
    number=NUMBERS,
    moment=TIMES | st.floats(0.1, 19),
    explain=st.booleans(),
)
def test_reads_back(
    small: Scenario,
    title: str,
    about: str,
    header: str,
    name: str,
    beds: float,
    number: float,
    moment: datetime | float,
    explain: bool,
) -> None:
    scenario = small.change(
        {
            "title": title,
            "about": about,
            f"aid.provinces.{name}": {"beds": beds, "road_km": number, "relatives_weight": 0, "p_code": title},
            "timing.checkpoint.night_factor": [{"value": number}, {"since": moment, "value": beds}],
            "timing.corridor.closures": [{"since": moment}],
        }
    )
    text = scenario_text(scenario, header=header, explain=explain)
    assert read(text) == scenario
    assert explain or text == scenario_text(loaded(text), header=header)
    assert not explain or text == scenario_text(read(text), header=header, explain=True)
    text.encode("utf-8")


@pytest.mark.parametrize("name", ["four-crossings", "lachin-2023", "lachin-2023-plan-spillover"])
def test_what_stands_beside_a_value_is_written_beside_it(name: str) -> None:
    scenario = load_scenario(name)
    before, after = (register_of(one).set_index("path") for one in (scenario, loaded(scenario_text(scenario))))
    assert after["status"].equals(before["status"])
    written = before["status"] != DEFAULT
    assert after["source"][written].equals(before["source"][written])
    assert set(before["status"]) == {"assumed", "sourced", "unsourced", "default", "blank"}


def test_numbers_are_written_as_a_person_would(small: Scenario) -> None:
    text = scenario_text(small.change({"people.total": 10_000.0, "timing.checkpoint.night_factor": 0.1}))
    assert "\ntotal = 10000\n" in text
    assert "\nnight_factor = 0.1\n" in text
    assert 'start = "2023-09-24T12:00+04:00"' in text


def test_standards_without_items(small: Scenario) -> None:
    bare = small.change({"standards.items": {}, "aid.stocks": {}})
    assert read(scenario_text(bare)) == bare


def test_text_of_several_lines(small: Scenario) -> None:
    text = scenario_text(small.change({"about": 'First "line".\nSecond """ line"'}))
    assert 'about = """\nFirst "line".\nSecond ""\\" line\\""""\n' in text


def test_a_long_text_may_end_in_three_quotes(small: Scenario) -> None:
    scenario = small.change({"about": 'Said he:\n"Said she: ""no"""'})
    assert read(scenario_text(scenario)) == scenario
