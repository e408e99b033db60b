"""A scenario goes into a workbook and comes back the same; all that is wrong in one is told by sheet and cell."""

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from typer.testing import CliRunner

from refugee_model.cli import app
from refugee_model.errors import OutputError, ScenarioError
from refugee_model.files.scenario_file import load_scenario, new_scenario, write_scenario
from refugee_model.languages import language, languages
from refugee_model.scenario.scenario import Scenario
from tests.packaged import SCENARIOS

DATE = pd.Timestamp("2023-09-23T06:00").to_pydatetime()
"""As a spreadsheet holds it: without an offset."""


@pytest.fixture
def mine(small: Scenario, tmp_path: Path) -> Path:
    path = tmp_path / "mine.xlsx"
    write_scenario(small, path)
    return path


def edit(path: Path, **cells: object) -> None:
    """Change cells of the sheet of a value, such as ``People_total=5``, in the column of the value."""
    book = openpyxl.load_workbook(path)
    for dotted, value in cells.items():
        name = dotted.replace("__", ".")
        for sheet in book:
            for row in sheet.iter_rows(min_row=2):
                if row[0].value == name:
                    row[4].value = value
    book.save(path)


@pytest.mark.parametrize("name", ["two-bridges"])
def test_a_workbook_is_the_same_scenario(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(name)
    for path in (tmp_path / "a.xlsx", tmp_path / "b.toml", tmp_path / "c.xlsx"):
        write_scenario(scenario, path)
        assert load_scenario(path) == scenario
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "c.xlsx").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_packaged_scenario_goes_through_a_workbook(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(name)
    write_scenario(scenario, tmp_path / "a.xlsx")
    again = load_scenario(tmp_path / "a.xlsx")
    assert again == scenario
    write_scenario(again, tmp_path / "b.toml")
    assert load_scenario(tmp_path / "b.toml") == scenario


def test_texts_and_last_digits_stay(small: Scenario, tmp_path: Path) -> None:
    said = {"title": "=1+1", "source": "+ 'x' \"y\"\n[z]", "about": "  1 \n", "people.total": 0.1 + 0.2}
    scenario = small.change({**said, "timing.checkpoint.vehicles_per_hour": [{"value": 1 / 3}]})
    write_scenario(scenario, tmp_path / "a.xlsx")
    assert load_scenario(tmp_path / "a.xlsx") == scenario


def test_only_what_may_be_changed_is_unlocked(mine: Path) -> None:
    sheet = openpyxl.load_workbook(mine)["People"]
    heads = [cell.value for cell in sheet[1]]
    unlocked = {head for head, cell in zip(heads, sheet[2], strict=True) if not cell.protection.locked}
    assert sheet.protection.sheet
    assert unlocked == {"since", "value", "low", "likely", "high", "distribution", "reason", "source"}


def test_sources_and_ranges_come_back(mine: Path) -> None:
    book = openpyxl.load_workbook(mine)
    row = next(row for row in book["People"].iter_rows() if row[0].value == "people.total")
    for column, value in zip((4, 5, 6, 7, 9), (None, 6_000, 10_000, 16_000, "assumed: for the tests"), strict=True):
        row[column].value = value
    book.save(mine)
    scenario = load_scenario(mine)
    assert scenario.uncertain["people.total"].plain()["likely"] == 10_000
    assert scenario.source_of("people.total") == "assumed: for the tests"


def test_every_problem_is_told_by_sheet_and_cell(mine: Path) -> None:
    edit(mine, people__total="1 000,5", aid__transit_places=-3, timing__departure__form="logistik")
    with pytest.raises(ScenarioError) as raised:
        load_scenario(mine)
    assert len(raised.value.problems) == 3
    assert "sheet 'People', cell E2" in str(raised.value)
    assert "did you mean 'logistic'?" in str(raised.value)


def test_cells_that_cannot_be_read_are_told_at_once(mine: Path) -> None:
    book = openpyxl.load_workbook(mine)
    book["People"]["E2"].value = "=1+1"
    book["Aid"].merge_cells("E3:F4")
    book["Timing"].append(["timing.departure.form", None, None, None, "logistic"])
    book["Timing"].append([None, None, None, None, 7])
    book["Timing"]["C1"].value = "path"
    book.save(mine)
    with pytest.raises(ScenarioError) as raised:
        load_scenario(mine)
    for said in ("formula without a value", "merged", "is given twice", "without a path", "'path' comes twice"):
        assert said in str(raised.value)


def test_a_date_cell_takes_the_offset_of_the_start(mine: Path) -> None:
    edit(mine, as_of=DATE)
    found = load_scenario(mine).as_of
    assert found is not None
    assert found.isoformat() == "2023-09-23T06:00:00+04:00"
    edit(mine, timeline__start=DATE)
    with pytest.raises(ScenarioError, match="without an offset from UTC"):
        load_scenario(mine)


def test_what_is_no_workbook_is_refused(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    for data, said in (
        (b"path,value\n", "is no workbook"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "protected by a password"),
        (b"PK\x03\x04broken", "is no workbook"),
    ):
        path.write_bytes(data)
        with pytest.raises(ScenarioError, match=said):
            load_scenario(path)
    book = xlsxwriter.Workbook(path)
    book.add_worksheet()
    book.close()
    with pytest.raises(ScenarioError, match="no sheet holds a scenario"):
        load_scenario(path)


@pytest.mark.parametrize("code", languages())
def test_headers_in_every_language_are_read(small: Scenario, tmp_path: Path, code: str) -> None:
    path = tmp_path / "mine.xlsx"
    write_scenario(small, path, language=code)
    assert openpyxl.load_workbook(path)["People"]["E1"].value == language(code).text("scenario_sheet.value")
    assert load_scenario(path) == small


def test_a_header_that_was_deleted_is_told(mine: Path) -> None:
    book = openpyxl.load_workbook(mine)
    book["People"].delete_rows(1)
    book.save(mine)
    with pytest.raises(ScenarioError, match=r"has rows of a scenario and no header.*sheet 'People'"):
        load_scenario(mine)


def test_two_sheets_of_one_name_are_refused(mine: Path) -> None:
    with zipfile.ZipFile(mine) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="Timing"', b'name="people"')
    with zipfile.ZipFile(mine, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    with pytest.raises(ScenarioError, match="has two sheets called 'People'"):
        load_scenario(mine)


def test_a_million_blank_rows_are_refused_before_they_are_read(mine: Path) -> None:
    book = openpyxl.load_workbook(mine)
    book["People"]["A1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(mine)
    with pytest.raises(ScenarioError, match="reaches down to row 1,048,576; delete rows that look empty"):
        load_scenario(mine)


def test_new_and_check_on_the_shell(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    new_scenario(path, like=small_path)
    with pytest.raises(OutputError, match="there already"):
        new_scenario(path, like=small_path)
    done = CliRunner().invoke(app, ["check", str(path)])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("ok")


def test_a_copy_names_the_problems_in_its_last_column(mine: Path, tmp_path: Path) -> None:
    edit(mine, people__total="1 000,5", aid__transit_places=-3)
    before, copy = mine.read_bytes(), tmp_path / "marked.xlsx"
    done = CliRunner().invoke(app, ["check", str(mine), "--marked", str(copy)])
    assert isinstance(done.exception, ScenarioError)
    assert mine.read_bytes() == before
    sheet = openpyxl.load_workbook(copy)["People"]
    assert sheet[1][-1].value == "problems"
    assert str(sheet[2][-1].value).startswith("people.total: found the text '1 000,5'")
    with pytest.raises(ScenarioError, match="2 problems"):
        load_scenario(copy)


def test_what_is_wrong_in_one_cell_hides_no_other(mine: Path) -> None:
    book = openpyxl.load_workbook(mine)
    sheet = book["People"]
    heads = [cell.value for cell in sheet[1]]
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    value, low = (heads.index(name) + 1 for name in ("value", "low"))
    for column in (value, low):
        sheet.cell(rows["people.total"], column).value = 5
    sheet.cell(rows["people.profile.household_size"], value).value = "4,5"
    book.save(mine)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(mine)
    assert [problem.path for problem in caught.value.problems] == ["people.total", "people.profile.household_size"]
    assert "found the text '4,5', expected a number" in str(caught.value)


def test_an_error_in_a_cell_is_told_once(mine: Path) -> None:
    book = openpyxl.load_workbook(mine)
    sheet = book["People"]
    value = [cell.value for cell in sheet[1]].index("value") + 1
    row = next(
        cells[0].row for cells in sheet.iter_rows(min_row=2) if cells[0].value == "people.profile.household_size"
    )
    sheet.cell(row, value).value = "#REF!"
    book.save(mine)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(mine)
    assert [problem.message for problem in caught.value.problems] == ["shows the error #REF!; give a value"]


@pytest.mark.parametrize("said", ["0,75", "1.234,5", "1 234,5", "1\u00a0234,5", "12,345", "ИСТИНА", "WAHR"])
def test_numbers_as_another_language_writes_them_are_refused_by_cell_and_never_guessed(mine: Path, said: str) -> None:
    edit(mine, timeline__days=said, timeline__start="03.04.2026 14:00")
    with pytest.raises(ScenarioError) as refused:
        load_scenario(mine)
    told = str(refused.value)
    assert f"timeline.days: found the text {said!r}, expected a number" in told
    assert "timeline.start: found '03.04.2026 14:00'; expected ISO 8601" in told
    assert told.count("sheet 'Timeline', cell E") == 2
