"""Reports: what was counted, when and where, from a CSV file or a workbook."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from refugee_model.disk import reason_of
from refugee_model.errors import Problem, RequestError, closest, nearest
from refugee_model.files.packaged import packaged_files
from refugee_model.files.report_cells import plain_cells, plain_header, sheet_rows
from refugee_model.files.sheets import NoWorkbookError
from refugee_model.outcomes.report_cells import Wrong, read_number, read_time
from refugee_model.outcomes.reports import NEEDED, READERS, Reports, checked, refuse
from refugee_model.scenario.reports import REPORTED
from refugee_model.wording import as_found

if TYPE_CHECKING:
    import pandas

Row = tuple[str, list[str]]
"""Where a row stands, and its cells."""

MOST_BYTES = 20_000_000


def load_reports(name_or_path: str | os.PathLike[str]) -> pandas.DataFrame:
    """Reports from the package or from a file.

    Parameters
    ----------
    name_or_path : str or path
        Name of packaged reports, or path of a CSV file (UTF-8, commas or semicolons) or of a workbook, ``.xlsx``: a
        header row with at least time, quantity, place, value; a row of HXL tags may follow it. A header such as
        ``time [UTC+04:00]`` declares the offset of times that have none, ``time [dd/mm/yyyy, UTC+04:00]`` also the
        order of dates. Where semicolons part columns a comma in a number is a decimal one. Empty cells after the last
        column are passed over; so are rows that are marked as not usable and cannot be read.

    Returns
    -------
    DataFrame
        time (ISO 8601 in the file; in the offset of the first report), quantity, place (empty for all places together;
        a name or the area code of a province, or the name of a route), value [people or vehicles], usable (True where
        the file does not say), then the other columns of the file. Of these, rounding (unit to which the value was
        rounded; blank where that is not known) is a number, clock_time (exact where it is blank, derived, inferred,
        uncertain or bracket) a word, earliest and latest (between which the report was true) are times, all else is
        text.

    Raises
    ------
    RequestError
        If there are no such reports or they cannot be read; every problem is named, with its line.

    Examples
    --------
    >>> reports = load_reports("lachin-2023")
    >>> print(reports["time"][0].isoformat(), reports["quantity"][0], reports["value"][0])
    2023-09-24T18:00:00+04:00 arrived 377.0
    """
    reports = read_reports(name_or_path)
    return reports.table[list(reports.given)]


def read_reports(name_or_path: str | os.PathLike[str]) -> Reports:
    """Reports from the package or from a file, checked."""
    given = os.fsdecode(name_or_path) if isinstance(name_or_path, os.PathLike) else name_or_path
    subject = f"reports {as_found(given)} cannot be used"
    path = _find(name_or_path, subject)
    header, rows = _rows(path, subject)
    problems: list[Problem] = []
    found = [report for report, readable in checked(_cells(header, rows, problems), problems) if readable]
    refuse(subject, problems)
    if not found:
        raise RequestError(subject, [Problem("", "no row can be read but those marked as not usable", path.name)])
    return Reports.made(found, header)


def _find(given: str | os.PathLike[str], subject: str) -> Path:
    packaged = packaged_files("reports", ".csv")
    if isinstance(given, str) and given in packaged:
        return packaged[given]
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise RequestError(subject, [Problem("", "expected the name of packaged reports or the path of a CSV file")])
    path = Path(given)
    try:
        if path.is_file():
            return path
        found = "is a folder" if path.is_dir() else "is neither packaged reports nor a file"
    except (OSError, ValueError) as error:  # a folder that may not be entered, a name that no file can have
        found = f"cannot be read ({reason_of(error)})"
    raise RequestError(subject, [Problem("", f"{found}; {nearest(path.stem, packaged)}")])


def _rows(path: Path, subject: str) -> tuple[list[str], list[Row]]:
    """The header, and the rows that are not empty."""
    rows, commas = _sheet_rows(path, subject) if path.suffix.lower() == ".xlsx" else _csv_rows(path, subject)
    if not rows:
        raise RequestError(
            subject, [Problem("", "is empty; expected a header row with time, quantity, place, value", path.name)]
        )
    header, declared = plain_header(_without_trailing(rows[0][1]))
    rows = [(where, _without_trailing(row, len(header))) for where, row in rows[1:]]
    if rows and _is_tags(rows[0][1]):
        rows = rows[1:]
    problems = list(_find_wrong_header(header, path.name))
    if not problems and not rows:
        problems = [Problem("", "has a header row and no reports", path.name)]
    if problems:
        raise RequestError(subject, problems)
    plain = list(plain_cells(rows, header, declared, problems, commas=commas))
    refuse(subject, problems)
    return header, plain


def _sheet_rows(path: Path, subject: str) -> tuple[list[Row], bool]:
    """Rows of a workbook."""
    try:
        found = sheet_rows(path)
    except NoWorkbookError as error:
        raise RequestError(subject, [Problem("", str(error), path.name)]) from None
    refuse(subject, [problem for _, _, wrong in found for problem in wrong])
    return [(where, cells) for where, cells, _ in found if any(cells)], False


def _csv_rows(path: Path, subject: str) -> tuple[list[Row], bool]:
    """Rows of a CSV file, and whether its columns are parted by semicolons, so that a comma may be a decimal one."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            most = f"reports have at most {MOST_BYTES / 1e6:.0f} MB: is it the right file?"
            raise RequestError(subject, [Problem("", f"is {size / 1e6:,.1f} MB; {most}", path.name)])
        text = path.read_bytes().decode("utf-8-sig")
        first = text.lstrip("\r\n").partition("\n")[0]
        semicolons = ";" in first and "," not in first.replace(", UTC", "")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=";" if semicolons else ",")
        rows = [
            (f"{path.name}, line {reader.line_num}", [cell.strip() for cell in row])
            for row in reader
            if any(cell.strip() for cell in row)
        ]
    except OSError as error:
        raise RequestError(subject, [Problem("", error.strerror or str(error))]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RequestError(
            subject, [Problem("", "is not UTF-8 text; save it as CSV UTF-8", f"{path.name}, line {line}")]
        ) from None
    except csv.Error as error:
        raise RequestError(subject, [Problem("", f"is not CSV: {error}", path.name)]) from None
    return rows, semicolons


def _without_trailing(row: list[str], columns: int = 0) -> list[str]:
    """A row without the empty cells that a spreadsheet writes after its last column."""
    filled = max((place + 1 for place, cell in enumerate(row) if cell), default=0)
    return row[: max(filled, columns)]


def _is_tags(row: list[str]) -> bool:
    """Whether it is the row of HXL tags that a spreadsheet of the field has below its header."""
    return all(cell.startswith("#") for cell in row if cell)


def _is_report(header: list[str]) -> bool:
    """Whether the first row is a report and no header.

    It names no column, and holds a time, a number or a quantity that is reported.
    """
    if any(cell in NEEDED or cell in READERS for cell in header):
        return False
    numbers = [cell for cell in header if cell and not isinstance(read_number(cell), Wrong)]
    return bool(numbers) or any(not isinstance(read_time(cell), Wrong) or cell in REPORTED for cell in header)


def _find_wrong_header(header: list[str], file: str) -> Iterator[Problem]:
    if len(header) == 1 and "\t" in header[0]:
        yield Problem("", "columns are parted by tabs; expected commas", file)
        return
    if _is_report(header):
        yield Problem("", f"has no header row; begin with the line {','.join(NEEDED)}", file)
        return
    others = [name for name in header if name and name not in READERS and name not in NEEDED]
    for name in NEEDED:
        if name not in header:
            meant = closest(name, others)
            hint = f"did you mean '{meant}'?" if meant else f"found {', '.join(header)}"
            yield Problem("", f"column '{name}' is missing; {hint}", file)
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield Problem(
                "",
                f"column '{name}' comes twice"
                if name
                else "more than one column has no name: name them or take them out",
                file,
            )


def _cells(header: list[str], rows: list[Row], problems: list[Problem]) -> Iterator[tuple[str, dict[str, str]]]:
    """The cells of each row by column, and where it stands; rows of another length are added to the problems."""
    for where, row in rows:
        if len(row) == len(header):
            yield where, dict(zip(header, row, strict=True))
        else:
            problems.append(_wrong_length(header, row, where))


def _wrong_length(header: list[str], row: list[str], where: str) -> Problem:
    """What is wrong with a row of too few or too many cells; a comma within a number is the usual reason."""
    at = header.index("value")
    parts = row[at : at + 1 + len(row) - len(header)]
    grouped = len(row) > len(header) and 1 <= len(parts[0]) <= 3 and all(part.isdecimal() for part in parts)
    if grouped and all(len(part) == 3 for part in parts[1:]):
        return Problem(
            "value", f"found {','.join(parts)}, which has thousands separators; write {''.join(parts)}", where
        )
    return Problem("", f"found {len(row)} columns, expected {len(header)}", where)
