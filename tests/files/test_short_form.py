"""A short start asks about fifteen values, refuses at once what cannot be, and makes a scenario with its reasons."""

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from refugee_model.cli import app
from refugee_model.errors import OutputError, ScenarioError
from refugee_model.files.scenario_file import load_scenario, new_questions, new_scenario, new_short
from refugee_model.files.short_form import GIVEN
from refugee_model.files.short_questions import QUESTIONS, NoAnswerError, ask_all
from refugee_model.languages import language
from refugee_model.scenario.described import register_of
from refugee_model.scenario.scenario import Scenario

ANSWERS = {
    "title": "Plan for the east",
    "start": "2027-06-01T06:00+02:00",
    "days": "20",
    "people": "5000 / 20000 / 60000",
    "origins": "Upper valley = 60; Lower valley = 40",
    "distances": "Upper valley = 45; Lower valley = 15",
    "crossings": "North bridge = 60/200/300; Pass = 30",
    "points": "Reception hall = 12",
    "provinces": "Hills = 500; Plain = 1000 / 2000 / 4000",
    "roads": "50",
    "transit": "",
    "climate": "Hot",
    "winter": "5-8",
    "household": "5",
    "currency": "EUR 0.5",
    "called": "collective centres",
    "bed_night": "6",
    "funds": "2,000,000",
}
WRONG = {
    "start": ["2027-06-01T06:00", "1 June 2027", ""],
    "days": ["0", "x", "1e9"],
    "people": ["0", "-5", "3 / 2 / 1", "1 / 2", "nan", ""],
    "origins": ["", "a.b", "North = x", "North; north"],
    "distances": ["-1", "Upper valley = 3"],
    "crossings": ["North bridge", "Upper valley = 5", "North bridge = 0"],
    "provinces": ["Pass = 5", "Hills = 5; Hills = 6", 'A"B = 3'],
    "climate": ["tropical"],
    "winter": ["13-2", "November"],
    "currency": ["EUR", "euro 3", "EUR 0"],
    "funds": ["-1", "1.000.000"],
}


def answered() -> dict[str, object]:
    said = iter(ANSWERS.values())
    return ask_all(lambda _prompt: next(said), lambda _line: None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "mine.toml"
    new_short(path, "one-crossing", answered())
    return path


@pytest.fixture(scope="module")
def scenario(made: Path) -> Scenario:
    return load_scenario(made)


def test_answers_are_the_values_of_the_scenario(scenario: Scenario) -> None:
    assert scenario.timeline.start.isoformat() == "2027-06-01T06:00:00+02:00"
    assert scenario.uncertain["people.total"].plain() == {
        "low": 5000.0,
        "likely": 20000.0,
        "high": 60000.0,
        "reason": GIVEN,
    }
    assert scenario.people.district_shares() == {"Upper valley": 0.6, "Lower valley": 0.4}
    assert list(scenario.timing.roads) == ["North bridge", "Pass"]
    assert scenario.people.districts["Lower valley"].routes["Pass"].share == pytest.approx(30 / 230)
    assert scenario.aid.provinces["Hills"].beds == 500
    assert scenario.standards.climate == "hot"
    assert scenario.called.state_accommodation == "collective centres"
    assert (scenario.aid.bed_night_usd, scenario.aid.funds_usd) == (12.0, 4_000_000.0)


def test_every_value_somebody_wrote_has_its_reason_or_is_marked(scenario: Scenario) -> None:
    register = register_of(scenario).set_index("path")
    assert register.loc["people.districts.Upper valley.share", "source"] == GIVEN
    assert register.loc["timing.corridor.lanes", "source"] == load_scenario("one-crossing").source_of(
        "timing.corridor.lanes"
    )
    plain = ("people.", "timing.", "aid.reception", "aid.provinces", "aid.transit")
    missing = [path for path, status in register["status"].items() if status == "unsourced" and path.startswith(plain)]
    assert missing == []


def test_nothing_of_the_template_s_own_crisis_is_left(tmp_path: Path) -> None:
    new_short(tmp_path / "mine.toml", "lachin-2023-plan", answered())
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    values = "\n".join(line.partition("#")[0].partition("reason")[0] for line in text.splitlines())
    assert not [name for name in ("Syunik", "Goris", "Stepanakert", "2023-") if name in values]
    assert "aid.surge" not in values


@pytest.mark.parametrize("said", ["0,9", "0,900", "1,50"])
def test_a_decimal_comma_is_not_guessed_and_a_point_is_asked_for(said: str) -> None:
    question = next(one for one in QUESTIONS if one.key == "days")
    with pytest.raises(NoAnswerError, match="decimals follow a point"):
        question.answer(said, {})


@pytest.mark.parametrize(("key", "said"), [(key, said) for key, many in WRONG.items() for said in many])
def test_what_cannot_be_is_refused_at_once(key: str, said: str) -> None:
    given: dict[str, object] = {}
    for question in QUESTIONS:
        if question.key == key:
            if said == "" and question.usual:
                return
            with pytest.raises(NoAnswerError, match=r"found|taken"):
                question.answer(said, given)
            return
        given[question.key] = question.answer(ANSWERS[question.key], given)


def test_a_wrong_answer_is_asked_again() -> None:
    def replies() -> Iterator[str]:
        for key, said in ANSWERS.items():
            yield from [*WRONG.get(key, [])[:1], said]

    said, told = replies(), list[str]()
    assert ask_all(lambda _prompt: next(said), told.append) == answered()
    assert any("found '2027-06-01T06:00', expected a time with its offset" in line for line in told)


def fill(path: Path, **cells: object) -> None:
    book = openpyxl.load_workbook(path)
    for row in book.worksheets[0].iter_rows(min_row=2):
        if row[0].value in cells:
            row[2].value = cells[row[0].value]
    book.save(path)


def test_questions_in_a_workbook_make_the_same_scenario(tmp_path: Path, scenario: Scenario) -> None:
    path = tmp_path / "mine.xlsx"
    new_questions(path, "one-crossing")
    first = path.read_bytes()
    fill(path, **{**ANSWERS, "days": 20, "household": 5.0})
    found = load_scenario(path)
    assert found.model_copy(update={"as_of": None}) == scenario.model_copy(update={"as_of": None})
    assert found.source_of("people.districts.Upper valley.share") == GIVEN
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    earlier = re.sub(rb"(modified[^>]*>)[^<]*", rb"\g<1>2026-03-04T05:06:07Z", parts["docProps/core.xml"])
    with zipfile.ZipFile(path, "w") as file:
        for name, data in {**parts, "docProps/core.xml": earlier}.items():
            file.writestr(name, data)
    assert load_scenario(path).as_of == datetime(2026, 3, 4, 5, tzinfo=UTC)
    new_scenario(tmp_path / "full.xlsx", like=path)
    assert load_scenario(tmp_path / "full.xlsx").aid == scenario.aid
    path.unlink()
    new_questions(path, "one-crossing")
    assert path.read_bytes() == first


def test_a_spreadsheet_makes_no_date_of_an_answer(tmp_path: Path) -> None:
    new_questions(tmp_path / "mine.xlsx", "one-crossing")
    rows = openpyxl.load_workbook(tmp_path / "mine.xlsx").worksheets[0].iter_rows(min_row=2)
    assert {row[2].number_format for row in rows if not row[2].protection.locked} == {"@"}


def test_a_name_that_cannot_be_is_told_from_one_that_is_taken() -> None:
    points = next(one for one in QUESTIONS if one.key == "points")
    with pytest.raises(NoAnswerError, match=r"found 'School No\. 4', expected a name of at most 80 letters without"):
        points.answer("School No. 4 = 6", {})
    with pytest.raises(NoAnswerError, match="the name 'Hall' is taken already"):
        points.answer("Hall = 6; Hall = 7", {})


def test_all_wrong_answers_of_a_workbook_are_told_by_cell(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    new_questions(path, "one-crossing")
    fill(path, **{**ANSWERS, "start": None, "people": "many", "climate": "=1+1"})
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    said = str(caught.value)
    assert "start: found ''" in said
    assert "sheet 'Start', cell C3" in said
    assert "people: found 'many'" in said
    assert "is a formula without a value" in said


def test_an_error_in_a_cell_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    new_questions(path, "one-crossing")
    fill(path, **{**ANSWERS, "people": "#REF!"})
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert [problem.message for problem in caught.value.problems] == ["shows the error #REF!; give a value"]


def test_nothing_is_written_over(made: Path) -> None:
    with pytest.raises(OutputError, match="the file is there already"):
        new_short(made, "one-crossing", answered())


def test_the_shell_asks_only_on_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    done = CliRunner().invoke(app, ["new", str(path), "--short"])
    assert done.exit_code == 2
    assert "asks on a terminal" in done.output
    assert not path.exists()
    assert CliRunner().invoke(app, ["new", str(tmp_path / "mine.xlsx"), "--short"]).exit_code == 0
    assert openpyxl.load_workbook(tmp_path / "mine.xlsx").sheetnames == ["Start"]


def test_the_questions_speak_a_language() -> None:
    words, told, said = language("ru"), list[str](), iter(ANSWERS.values())
    ask_all(lambda _prompt: next(said), told.append, words)
    assert told[0] == words.draft
    assert words.term(QUESTIONS[0].asked) in told[2]
    assert not any(question.asked in line for question in QUESTIONS for line in told)
