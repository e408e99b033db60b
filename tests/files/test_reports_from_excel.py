"""Reports as Excel writes them are read where nothing has to be guessed."""

from pathlib import Path

import pytest
import xlsxwriter

from refugee_model.errors import RequestError
from refugee_model.files.reports_file import load_reports

HEADER = ["time [UTC+04:00]", "quantity", "place", "value"]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "reports.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    ("header", "first"),
    [
        ("time", "2023-09-24T18:00+04:00"),
        ("time [UTC+04:00]", "24.09.2023 18:00"),
        ("time (+04:00)", "2023-09-24 18:00"),
        ("time [dd/mm/yyyy, UTC+04:00]", "24/9/2023 18:00"),
        ("time [mm/dd/yyyy UTC+04:00]", "9/24/2023 18:00"),
        ("time [UTC+04:00]", "24/09/2023 18:00"),
    ],
)
def test_semicolons_decimal_commas_and_dates(tmp_path: Path, header: str, first: str) -> None:
    path = written(tmp_path, f"{header};quantity;place;value\n{first};arrived;;377,5\n")
    table = load_reports(path)
    assert table["time"][0].isoformat() == "2023-09-24T18:00:00+04:00"
    assert table["value"][0] == 377.5


def test_one_date_shows_the_order_of_all(tmp_path: Path) -> None:
    path = written(
        tmp_path, "time [UTC+04:00],quantity,place,value\n01/10/2023 8:00,arrived,,1\n24/09/2023 8:00,arrived,,1\n"
    )
    assert load_reports(path)["time"][0].isoformat() == "2023-10-01T08:00:00+04:00"


def test_a_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "reports.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Notes").write(0, 0, "Kept by the registration team")
    sheet = book.add_worksheet("Reports")
    sheet.write_row(0, 0, HEADER)
    sheet.write_number(1, 0, 45193.75, book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
    sheet.write_row(1, 1, ["arrived", "", 377])
    book.close()
    table = load_reports(path)
    assert table["time"][0].isoformat() == "2023-09-24T18:00:00+04:00"
    assert table["value"][0] == 377


def test_problems_of_a_workbook_have_their_row_and_cell(tmp_path: Path) -> None:
    path = tmp_path / "reports.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Reports")
    sheet.write_row(0, 0, ["time", *HEADER[1:]])
    sheet.write_row(1, 0, ["2023-09-24T18:00", "arrived", "", "1 000,5"])
    book.close()
    with pytest.raises(RequestError) as raised:
        load_reports(path)
    said = str(raised.value)
    assert len(raised.value.problems) == 3
    assert "(reports.xlsx, sheet 'Reports', row 2)" in said
    assert "nothing between thousands; write 1000.5" in said
    assert "the header can declare offset and order of dates for the whole column: time [UTC+04:00]" in said
    path.write_bytes(b"time,quantity\n")
    with pytest.raises(RequestError, match="is no workbook"):
        load_reports(path)
