"""A workbook holds real numbers and dates, says which run it is of, and is the same bytes for the same input."""

import io
from pathlib import Path

import openpyxl
import pytest

from refugee_model.documents.story import story_of
from refugee_model.documents.workbook import SUMMARY_WIDTHS, workbook_bytes
from refugee_model.documents.writers import write_workbook
from refugee_model.engine.result import Result
from refugee_model.errors import OutputError, RequestError
from refugee_model.languages import language
from refugee_model.studies.ensemble import Ensemble, simulate_ensemble
from refugee_model.tables.provenance import run_id


@pytest.fixture(scope="module")
def book(drawn: Ensemble) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(story_of(drawn, language("en")))))


def test_same_input_same_bytes(run: Result) -> None:
    first, second = (workbook_bytes(story_of(run, language("en"))) for _ in range(2))
    assert first == second


def test_summary_comes_first_and_every_sheet_names_the_run(book: openpyxl.Workbook, drawn: Ensemble) -> None:
    assert book.sheetnames[0] == "Summary"
    assert all(run_id(drawn.scenario) in str(sheet.oddFooter.left.text) for sheet in book)


def test_cells_are_numbers_and_local_times(book: openpyxl.Workbook) -> None:
    sheet = book["Capacity"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[0] == "time [UTC+04:00]"
    assert "people [people]" in heads
    row = [cell.value for cell in sheet[2]]
    assert row[0].isoformat() == "2023-09-25T00:00:00"
    assert isinstance(row[heads.index("people [people]")], int | float)


def test_a_text_beside_a_number_keeps_its_distance(book: openpyxl.Workbook) -> None:
    texts = [cell for row in book["Summary"] for cell in row if str(cell.value).endswith(" of 100")]
    assert texts
    assert {(cell.alignment.horizontal, cell.alignment.indent) for cell in texts} == {("left", 1.0)}


def test_no_cell_is_a_formula_and_charts_are_there(book: openpyxl.Workbook) -> None:
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(book["By day"]._charts) == 2


def test_assumed_values_are_marked(book: openpyxl.Workbook) -> None:
    status = [row[-1].value for row in book["Assumptions"].iter_rows(min_row=2)]
    assert {"assumed", "no source beside it", "usual value of the model"} <= set(status)


def test_draws_of_which_only_measures_were_kept_say_what_is_missing(drawn: Ensemble) -> None:
    story = story_of(simulate_ensemble(drawn.scenario, draws=16, keep="measures"), language("en"))
    assert any("kept no numbers" in line for line in story.limits)
    assert openpyxl.load_workbook(io.BytesIO(workbook_bytes(story))).sheetnames[0] == "Summary"


def test_bad_requests_are_refused_and_nothing_is_written(run: Result, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"expected \.xlsx"):
        write_workbook(run, tmp_path / "tables.xls")
    with pytest.raises(RequestError, match="expected a run"):
        write_workbook("run", tmp_path / "tables.xlsx")
    with pytest.raises(RequestError, match="language"):
        write_workbook(run, tmp_path / "tables.xlsx", language="xx")
    assert list(tmp_path.iterdir()) == []


def test_times_fit_into_the_columns_of_the_first_sheet(book: openpyxl.Workbook) -> None:
    rows = book["Summary"].iter_rows()
    cells = [cell for row in rows for cell in row if "hh" in cell.number_format and cell.value is not None]
    assert cells
    assert min(SUMMARY_WIDTHS[cell.column - 1] for cell in cells) > len("2027-04-25 06:12")
