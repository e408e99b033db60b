"""Scenarios are read, based on each other, written and read back."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.data_folder import data_folder, packaged_scenarios, packaged_standards
from refugee_model.errors import OutputError, RequestError, ScenarioError
from refugee_model.files import toml_file
from refugee_model.files.scenario_file import (
    list_scenarios,
    load_scenario,
    new_scenario,
    parse_setting,
    read_values,
    write_scenario,
)
from refugee_model.files.scenario_text import scenario_text
from refugee_model.files.toml_lines import lines_and_comments
from refugee_model.scenario.fields import walk
from refugee_model.scenario.scenario import Scenario
from tests.packaged import SCENARIOS
from tests.strategies import scenarios

EMPTY_GROUPS = (
    *("aid.surge", "aid.losses", "aid.deliveries", "standards.staff", "aid.options."),
    *("timing.routes", "people.districts.<name>.routes"),
)


@pytest.mark.parametrize("name", SCENARIOS)
def test_packaged_scenario_loads(name: str) -> None:
    assert isinstance(load_scenario(name), Scenario)


@pytest.mark.parametrize("name", SCENARIOS)
def test_packaged_scenario_is_written_and_read_back(name: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.toml"
    write_scenario(load_scenario(name), path, header="as it was run")
    assert load_scenario(path) == load_scenario(name)
    assert read_values(path).files == (path,)


def test_packaged_files() -> None:
    assert "sphere-unhcr" in packaged_standards()
    assert all(path.parent == data_folder() / "scenarios" for path in packaged_scenarios().values())


def test_list_of_scenarios() -> None:
    table = list_scenarios()
    assert list(table.columns) == ["name", "title", "as_of"]
    assert list(table["name"]) == list(packaged_scenarios())
    assert table["title"].str.len().min() > 0


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path, small: Scenario, small_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_bytes(b"\xef\xbb\xbf" + small_path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_scenario(path) == small


def test_path_as_text_and_as_path(small: Scenario, small_path: Path) -> None:
    assert load_scenario(str(small_path)) == load_scenario(small_path) == small


def test_packaged_name_goes_before_a_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / SCENARIOS[0]).mkdir()
    monkeypatch.chdir(tmp_path)
    assert isinstance(load_scenario(SCENARIOS[0]), Scenario)


def test_based_on_several_files(tmp_path: Path, small: Scenario, small_path: Path) -> None:
    middle, last = tmp_path / "middle.toml", tmp_path / "sub" / "last.toml"
    last.parent.mkdir()
    middle.write_text(f"based_on = '{small_path}'\n[people]\ntotal = 1\n[timeline]\ndays = 5\n")
    last.write_text("based_on = '../middle.toml'\ntitle = 'Last'\n[people]\ntotal = 2\n")
    read = read_values(last)
    assert [path.name for path in read.files] == ["last.toml", "middle.toml", "small.toml"]
    scenario = load_scenario(last)
    assert scenario == small.change({"title": "Last", "people.total": 2, "timeline.days": 5})
    assert scenario.based_on is None


def test_same_parent_by_two_ways_is_no_circle(tmp_path: Path, small_path: Path) -> None:
    for name, parent in (("b.toml", small_path), ("a.toml", "b.toml")):
        (tmp_path / name).write_text(f"based_on = '{parent}'\n")
    assert isinstance(load_scenario(tmp_path / "a.toml"), Scenario)


def test_standards_are_laid_beneath(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        f"based_on = '{small_path}'\n[standards]\nbased_on = 'sphere-unhcr'\n[standards.items.water]\nemergency = 99\n"
    )
    packaged = tomllib.loads(packaged_standards()["sphere-unhcr"].read_text(encoding="utf-8"))
    scenario = load_scenario(path)
    assert set(scenario.standards.items) == {*packaged["items"], "water", "blanket"}
    assert scenario.standards.items["water"].emergency == 99
    assert read_values(path).files[-1].name == "sphere-unhcr.toml"


def test_problem_in_standards_names_their_file(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        f"based_on = '{small_path}'\n[people.profile]\nhousehold_size = 0\n[standards]\nbased_on = "
        "'sphere-unhcr'\nx = 1\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert [problem.where for problem in caught.value.problems] == ["plan.toml, line 3", "plan.toml, line 6"]


@given(scenarios(), st.sampled_from(["toml", "xlsx"]))
def test_what_is_written_is_the_same_when_read_again(scenario: Scenario, kind: str) -> None:
    with TemporaryDirectory() as folder:
        write_scenario(scenario, Path(folder, f"a.{kind}"))
        assert load_scenario(Path(folder, f"a.{kind}")) == scenario


def test_written_bytes_are_the_same_each_time(small: Scenario, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_scenario(small, tmp_path / name, header="run of 20 September\nseed 1")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes().startswith(b"# run of 20 September\n# seed 1\n\ntitle = ")
    assert b"\r" not in (tmp_path / "a").read_bytes()


def test_write_keeps_what_it_was_derived_from_as_a_comment(small: Scenario, tmp_path: Path) -> None:
    write_scenario(small.change({"based_on": "lachin\n-2023"}), tmp_path / "a.toml", header="")
    assert (
        (tmp_path / "a.toml").read_text().startswith("# Derived from lachin -2023; every value is written out here.\n")
    )
    assert load_scenario(tmp_path / "a.toml") == small


def test_write_replaces_and_leaves_no_other_file(small: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("old")
    write_scenario(small, path, header="")
    assert load_scenario(path) == small
    assert list(tmp_path.iterdir()) == [path]


def test_write_that_fails_leaves_the_old_file(small: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.toml"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        write_scenario(small, path, header="")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "said"), [("no/such/a.toml", "there is no folder"), (".", "is a folder; give the name of a file")]
)
def test_write_where_nothing_can_be_written(small: Scenario, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        write_scenario(small, tmp_path / name, header="")


@pytest.mark.parametrize("like", [*SCENARIOS, "small"])
def test_new_scenario_is_the_one_it_is_like(like: str, tmp_path: Path, small_path: Path) -> None:
    given_like = small_path if like == "small" else like
    new_scenario(tmp_path / "new.toml", like=given_like)
    assert load_scenario(tmp_path / "new.toml") == load_scenario(given_like)


def test_new_scenario_keeps_what_its_model_says_at_its_head(tmp_path: Path) -> None:
    new_scenario(tmp_path / "new.toml", like="one-crossing")
    head = (tmp_path / "new.toml").read_text(encoding="utf-8").partition("\n\n")[0]
    assert "# CHANGE FIRST\n#   1. timeline.start: the time" in head
    assert "The road is so wide" not in head


def test_new_scenario_explains_every_value(tmp_path: Path, small_path: Path) -> None:
    new_scenario(tmp_path / "new.toml", like=small_path)
    text = (tmp_path / "new.toml").read_text(encoding="utf-8")
    missing = [
        field.path
        for field in walk(Scenario)
        if field.path != "based_on" and "<index>" not in field.path and not field.path.startswith(EMPTY_GROUPS)
        and f"# {field.meaning}" not in text
    ]  # fmt: skip
    assert missing == []
    assert (
        "# fuel_litres =  # Fuel at hand when the projection starts; blank means that fuel does not limit "
        "[litres]; at least 0\n"
    ) in text
    assert "# Each entry has: province, beds [beds], decided, lead_days [days], " in text


def test_blank_lines_of_a_new_scenario_can_be_filled_in(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "new.toml"
    new_scenario(path, like=small_path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("# fuel_litres = ", "fuel_litres = 500 "), encoding="utf-8"
    )
    assert load_scenario(path).timing.transport.fuel_litres == 500


def test_new_scenario_does_not_replace(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text("mine")
    with pytest.raises(OutputError) as caught:
        new_scenario(path, like=small_path)
    assert (
        str(caught.value)
        == f"{path} cannot be written: the file is there already; choose another name, or remove it first"
    )
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("people.total=80_000", ("people.total", 80_000)),
        (" people.total = 8e4 ", ("people.total", 8e4)),
        ("title=Plan B", ("title", "Plan B")),
        ("title='Plan B'", ("title", "Plan B")),
        ("title=a=b", ("title", "a=b")),
        ("title=", ("title", "")),
        ("a.b=[{value = 1}]", ("a.b", [{"value": 1}])),
        ("a.b={low = 1, high = 2}", ("a.b", {"low": 1, "high": 2})),
        ("timeline.start=2023-09-24T12:00+04:00", ("timeline.start", "2023-09-24T12:00+04:00")),
        ("timeline.start=2023-09-24", ("timeline.start", "2023-09-24")),
        ("a=1\nb = 2", ("a", "1\nb = 2")),
        ("a=0,5", ("a", "0,5")),
        ("a=" + "[" * 10_000, ("a", "[" * 10_000)),
    ],
)
def test_setting(text: str, expected: tuple[str, object]) -> None:
    assert parse_setting(text) == expected


@pytest.mark.parametrize("text", ["", "people.total", "=5", "  = 5"])
def test_setting_without_path_or_equals_sign(text: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_setting(text)
    assert (
        str(caught.value)
        == f"a setting cannot be used: found {text!r}, expected PATH=VALUE, such as people.total=80000"
    )


@pytest.mark.parametrize(
    ("text", "path", "written", "either"),
    [
        ("people.total=80.000", "people.total", "80000", "80.0"),
        ("people.total={low = 60.500, likely = 80000, high = 100000}", "people.total.low", "60500", "60.5"),
        (
            "timing.checkpoint.vehicles_per_hour=[{value = 1.200}]",
            "timing.checkpoint.vehicles_per_hour.0.value",
            "1200",
            "1.2",
        ),
        ("aid.stocks.blankets=5.000", "aid.stocks.blankets", "5000", "5.0"),
    ],
)
def test_a_point_that_may_part_thousands_is_refused_with_both_readings(
    text: str, path: str, written: str, either: str
) -> None:
    with pytest.raises(RequestError) as caught:
        parse_setting(text)
    assert f"{path}: found " in str(caught.value)
    assert f"whose point may part thousands; write {written}, or {either} if the point is a decimal one" in str(
        caught.value
    )


@pytest.mark.parametrize(
    "text",
    ["people.total=80000.0", "people.profile.household_size=4.750", "timing.corridor.length_km=1.250", "a=1.000"],
)
def test_other_points_are_decimal(text: str) -> None:
    assert parse_setting(text) == (text.split("=")[0], float(text.split("=")[1]))


def test_a_point_in_a_file_may_part_thousands_too(small_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'based_on = "{small_path}"\n[people]\ntotal = 80.000\n[aid.provinces.Hills]\nbeds = 1.500\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert "people.total: found 80.000, whose point may part thousands; write 80000, or 80.0" in str(caught.value)
    assert "aid.provinces.Hills.beds: found 1.500" in str(caught.value)
    assert "(mine.toml, line 5)" in str(caught.value)


@given(st.text(max_size=40))
def test_any_setting_gives_a_path_or_a_message(text: str) -> None:
    try:
        path, _ = parse_setting(text)
    except RequestError:
        return
    assert path == text.partition("=")[0].strip()


def test_reading_does_not_import_pandas() -> None:
    code = (
        "import sys, refugee_model.files.scenario_file as f; f.load_scenario(sys.argv[1]); sys.exit('pandas' in "
        "sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    small = root / "tests" / "scenarios" / "small.toml"
    assert subprocess.run([sys.executable, "-c", code, str(small)], cwd=root, check=False).returncode == 0


def test_what_stands_beside_a_value_is_read_when_asked_for_from_the_text_of_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.toml"
    text = re.sub(
        "(?m)^(step_minutes = [^#]*?)(  #.*)?$", r"\1  # said on the radio", scenario_text(load_scenario(SCENARIOS[0]))
    )
    path.write_text(text, encoding="utf-8")
    read: list[str] = []
    monkeypatch.setattr(toml_file, "lines_and_comments", lambda text: read.append(text) or lines_and_comments(text))
    scenario = load_scenario(path)
    assert not read
    path.write_text("title = 'another'\n", encoding="utf-8")
    step = "timeline.step_minutes"
    assert scenario.change({"people.total": 9_000}).source_of(step) == "said on the radio"
    assert scenario.change({step: 45}).change({"people.total": 9_000}).source_of(step) == ""
    assert pickle.loads(pickle.dumps(scenario)).source_of(step) == "said on the radio"
    assert read == [text]
