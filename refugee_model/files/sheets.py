"""Workbooks read with care, every cell that cannot be read told at once; and how cells look that a person fills in."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refugee_model.disk import read_file, reason_of
from refugee_model.errors import Problem
from refugee_model.wording import whole

if TYPE_CHECKING:
    import xlsxwriter
    from openpyxl.worksheet.worksheet import Worksheet

MOST_BYTES, MOST_UNPACKED = 20_000_000, 100_000_000
MOST_ROWS = 50_000
EMPTY = "delete rows that look empty but are not, and save it"
SHEET_NAME = re.compile(rb'<(?:\w+:)?sheet\s[^>]*?\bname="([^"]*)"')
ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,9})"')
OLD = b"\xd0\xcf\x11\xe0"
"""How .xls files and workbooks under a password begin."""
UNREADABLE = (ValueError, KeyError, OSError, TypeError, AttributeError, IndexError, zipfile.BadZipFile, SyntaxError)
"""What openpyxl raises where a workbook is damaged."""


class NoWorkbookError(Exception):
    """A file that cannot be read as a workbook, and why."""


@dataclass
class Sheet:
    """The cells of a sheet, row by row, and what is wrong with them."""

    file: str
    name: str
    rows: list[list[Any]]
    """Each row from the first column on; blank cells are None."""
    wrong: dict[tuple[int, int], str] = field(default_factory=dict)
    """What cannot be read, by row and column, counted from 1."""
    saved: datetime | None = None
    """When the workbook was last saved, as it says itself."""

    def where(self, row: int, column: int) -> str:
        """File, sheet and cell, counted from 1."""
        from openpyxl.utils import get_column_letter

        return f"{self.file}, sheet {self.name!r}, cell {get_column_letter(column)}{row}"

    def problems(self) -> Iterator[Problem]:
        """What is wrong with cells."""
        for (row, column), said in self.wrong.items():
            yield Problem("", said, self.where(row, column))


def read_sheets(path: Path) -> list[Sheet]:
    """All sheets of a workbook that have cells."""
    import openpyxl  # slow to load, and most files are no workbooks

    data = _bytes(path)
    try:
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data))
        sheets = [_sheet(path.name, values[sheet.title], formulas[sheet.title]) for sheet in values.worksheets]
        saved = values.properties.modified
        return [replace(sheet, saved=saved and saved.replace(tzinfo=UTC)) for sheet in sheets]
    except UNREADABLE as error:
        raise NoWorkbookError(f"is a damaged workbook ({type(error).__name__}); save it again") from None


def _bytes(path: Path) -> bytes:
    """The file, refused where it is no workbook or too large to be one."""
    try:
        data = read_file(path, most=MOST_BYTES)
    except OSError as error:
        raise NoWorkbookError(f"cannot be read: {reason_of(error)}") from None
    if data.startswith(OLD):
        raise NoWorkbookError("is an old .xls, or protected by a password; save it as .xlsx without one")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            sizes = {one.filename: one.file_size for one in file.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError):
        raise NoWorkbookError("is no workbook, whatever its ending says; save it as .xlsx") from None
    if "xl/workbook.xml" not in sizes:
        raise NoWorkbookError("is an archive, but no workbook of Excel or LibreOffice; save it as .xlsx")
    if sum(sizes.values()) > MOST_UNPACKED:
        mega = sum(sizes.values()) / 1e6
        raise NoWorkbookError(f"holds {whole(mega)} MB of cells; {EMPTY}")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        try:
            _check_names(file.read("xl/workbook.xml"))
            for name in sizes:
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    _check_rows(file.read(name))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
            raise NoWorkbookError(f"is a damaged workbook ({type(error).__name__}); save it again") from None
    return data


def _check_names(workbook: bytes) -> None:
    """Refuse two sheets of one name, of which a spreadsheet would show either."""
    names = [unescape(name.decode("utf-8", "replace")) for name in SHEET_NAME.findall(workbook)]
    counts = Counter(name.casefold() for name in names)
    twice = [name for name in names if counts[name.casefold()] > 1]
    if twice:
        raise NoWorkbookError(f"has two sheets called {twice[0]!r}; give each a name of its own, and save it")


def _check_rows(sheet: bytes) -> None:
    """Refuse a sheet that goes on below what anybody has written: it would take minutes to read."""
    last = max(map(int, ROW_NUMBER.findall(sheet)), default=0)
    if max(last, sheet.count(b"<row")) > MOST_ROWS:
        raise NoWorkbookError(f"has a sheet that reaches down to row {whole(last)}; {EMPTY}")


def _sheet(file: str, values: Worksheet, formulas: Worksheet) -> Sheet:
    rows, wrong = [], dict[tuple[int, int], str]()
    for number, (row, written) in enumerate(zip(values.iter_rows(), formulas.iter_rows(), strict=True), start=1):
        rows.append([_plain(cell.value) for cell in row])
        for place, (cell, formula) in enumerate(zip(row, written, strict=True), start=1):
            if formula.data_type == "f" and cell.value is None:
                wrong[number, place] = "is a formula without a value; open the file, let it calculate, and save it"
            elif cell.data_type == "e":
                wrong[number, place] = f"shows the error {cell.value}; give a value"
    for area in values.merged_cells.ranges:
        wrong[area.min_row, area.min_col] = f"is merged with other cells ({area.coord}); take the merging back"
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    return Sheet(file, values.title, rows, wrong)


def _plain(value: Any) -> Any:
    """A cell as a value, as it stands; a text of blanks only as None."""
    if isinstance(value, str):
        return value if value.strip() else None
    return value if isinstance(value, bool | int | float | datetime | date | None) else str(value)


def looks_of(file: xlsxwriter.Workbook) -> dict[str, Any]:
    """How cells look: those that a person fills in are yellow, and alone unlocked; answers are text, as a spreadsheet
    would make the date 3 November of 11-3.
    """
    text = {"text_wrap": True, "valign": "top"}
    given = {"locked": False, "bg_color": "#FFFBE6", **text}
    looks = {
        "text": text,
        "head": {"bold": True, "bg_color": "#DCE9F5", "border": 1},
        "locked": {**text, "font_color": "#666666"},
        "given": given,
        "answer": {**given, "num_format": "@"},
        "quoted": {**given, "quote_prefix": True},
    }
    return {name: file.add_format(look) for name, look in looks.items()}
