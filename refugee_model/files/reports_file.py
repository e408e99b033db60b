"""Reports as spreadsheets write them, made plain: semicolons, decimal commas, dates of another order, sheets.

Nothing is guessed. A time without an offset is read where the header of its column declares one, such as
``time [UTC+04:00]``; a date such as 03/04/2023 only where the file itself, or its header, such as
``time [dd/mm/yyyy, UTC+04:00]``, shows which number is the day.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refugee_model.data_folder import packaged_files
from refugee_model.disk import reason_of
from refugee_model.errors import Problem, RequestError, closest, nearest
from refugee_model.files.sheets import NoWorkbookError, read_sheets
from refugee_model.outcomes.reports import (
    NEEDED,
    READERS,
    TIMES,
    Reports,
    Wrong,
    checked,
    read_number,
    read_time,
    refuse,
)
from refugee_model.scenario.reports import REPORTED
from refugee_model.wording import as_found, tenths

if TYPE_CHECKING:
    import pandas

NUMBERS = ("value", "rounding")
DECLARED = re.compile(
    r"(?P<name>time|earliest|latest)\s*[\[(]\s*(?P<order>dd/mm/yyyy|mm/dd/yyyy)?[\s,;]*(?:UTC)?"
    r"(?P<offset>[+-]\d\d:\d\d)?\s*[\])]",
    flags=re.IGNORECASE,
)
DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T,]+(\d{1,2}:\d\d(?::\d\d)?))?")
CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?")
COMMA = re.compile(r"[+-]?\d+,\d+")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
EITHER = (
    "of which day and month cannot be told apart; write ISO 8601, or say so in the header, such as "
    "time [dd/mm/yyyy, UTC+04:00]"
)
DAY_FIRST, MONTH_FIRST = "dd/mm/yyyy", "mm/dd/yyyy"


@dataclass(frozen=True)
class Declared:
    """What the header of a column of times declares; empty where it does not."""

    order: str = ""
    offset: str = ""


def _name(cell: Any) -> str:
    found = DECLARED.fullmatch(str(cell).strip())
    return found["name"].lower() if found else str(cell).strip()


def _text(cell: Any) -> str:
    """A cell as it would stand in a CSV file; midnight of a date as 00:00."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return datetime.combine(cell, time()).isoformat(timespec="minutes")
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"{cell:.17g}" if isinstance(cell, float) else str(cell).strip()


def plain_header(header: Sequence[str]) -> tuple[list[str], dict[str, Declared]]:
    """The names of columns, and what those of times declare."""
    said = [found for found in map(DECLARED.fullmatch, header) if found]
    declared = {one["name"].lower(): Declared((one["order"] or "").lower(), one["offset"] or "") for one in said}
    return [_name(name) for name in header], declared


def plain_cells(
    rows: Sequence[tuple[str, list[str]]],
    header: Sequence[str],
    declared: dict[str, Declared],
    problems: list[Problem],
    *,
    commas: bool,
) -> Iterator[tuple[str, list[str]]]:
    """Rows whose times have their offset and whose numbers have a point; what is not clear is a problem."""
    places = {name: number for number, name in enumerate(header)}
    orders = {
        name: declared[name].order or _order([row[places[name]] for _, row in rows if places[name] < len(row)])
        for name in declared
    }
    for where, row in rows:
        cells, clear = list(row), True
        for name, said in declared.items():
            if places[name] >= len(cells):
                continue
            if said.offset and not orders[name] and DATE.fullmatch(cells[places[name]]):
                problems.append(Problem(name, f"found {cells[places[name]]!r}, {EITHER}", where))
                clear = False
            cells[places[name]] = _moment(cells[places[name]], said.offset, orders[name])
        for name in NUMBERS if commas else ():
            at = places.get(name, len(cells))
            if at < len(cells) and COMMA.fullmatch(cells[at]) and not THOUSANDS.fullmatch(cells[at]):
                cells[at] = cells[at].replace(",", ".")
        if clear:
            yield where, cells


def _order(cells: Sequence[str]) -> str:
    """Which number of dates is the day, where the dates of a column show it; empty where they do not, or disagree."""
    found = set()
    for match in filter(None, map(DATE.fullmatch, cells)):
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12:
            found.add(DAY_FIRST)
        elif second > 12:
            found.add(MONTH_FIRST)
    return found.pop() if len(found) == 1 else ""


def _moment(cell: str, offset: str, order: str) -> str:
    """A time in ISO 8601 with its offset, where both are clear; else the cell as it is, to be refused."""
    if not offset:
        return cell
    if CLOCK.fullmatch(cell):
        return f"{cell}{offset}"
    match = DATE.fullmatch(cell)
    if match is None or not order or not match[5]:
        return cell
    day, month = (match[1], match[3]) if order == DAY_FIRST else (match[3], match[1])
    return f"{match[4]}-{month:0>2}-{day:0>2}T{match[5]:0>5}{offset}"


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
        text; by source (who counted) a forecast tells sources that do not agree.

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
    read = checked(_cells(header, rows, problems), problems)
    found = [(where, report) for where, report, readable in read if readable]
    if problems:
        problems.extend(_undeclared(header, rows, path.name))
    refuse(subject, problems)
    if not found:
        raise RequestError(subject, [Problem("", "no row can be read but those marked as not usable", path.name)])
    return Reports.made(found, header)


def _find(given: str | os.PathLike[str], subject: str) -> Path:
    packaged = packaged_files("reports", ".csv")
    if isinstance(given, str) and given in packaged:
        return packaged[given]
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise RequestError(subject, "expected the name of packaged reports or the path of a CSV file")
    path = Path(given)
    try:
        if path.is_file():
            return path
        found = "is a folder" if path.is_dir() else "is neither packaged reports nor a file"
    except (OSError, ValueError) as error:  # a folder that may not be entered, a name that no file can have
        found = f"cannot be read ({reason_of(error)})"
    raise RequestError(subject, f"{found}; {nearest(path.stem, packaged)}")


def _rows(path: Path, subject: str) -> tuple[list[str], list[Row]]:
    """The header, and the rows that are not empty."""
    rows, commas = _sheet_rows(path, subject) if path.suffix.lower() == ".xlsx" else _csv_rows(path, subject)
    if not rows:
        empty = "is empty; expected a header row with time, quantity, place, value"
        raise RequestError(subject, [Problem("", empty, path.name)])
    header, declared = plain_header(_without_trailing(rows[0][1]))
    rows = [(where, _without_trailing(row, len(header))) for where, row in rows[1:]]
    if rows and all(cell.startswith("#") for cell in rows[0][1] if cell):  # the row of HXL tags
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
    """Rows of the sheet with reports in a workbook."""
    try:
        sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
    except NoWorkbookError as error:
        raise RequestError(subject, [Problem("", str(error), path.name)]) from None
    known = [sheet for sheet in sheets if set(NEEDED) & {_name(cell) for cell in sheet.rows[0]}]
    for sheet in (known or sheets)[:1]:
        wrong = sorted((place, said) for place, said in sheet.wrong.items() if place[0] <= len(sheet.rows))
        refuse(subject, [Problem("", said, sheet.where(*place)) for place, said in wrong])
        rows = enumerate(([_text(cell) for cell in row] for row in sheet.rows), start=1)
        named = f"{sheet.file}, sheet {sheet.name!r}, row"
        return [(f"{named} {number}", cells) for number, cells in rows if any(cells)], False
    return [], False


def _csv_rows(path: Path, subject: str) -> tuple[list[Row], bool]:
    """Rows of a CSV file, and whether its columns are parted by semicolons, so that a comma may be a decimal one."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            most = f"reports have at most {MOST_BYTES / 1e6:.0f} MB: is it the right file?"
            raise RequestError(subject, [Problem("", f"is {tenths(size / 1e6)} MB; {most}", path.name)])
        text = path.read_bytes().decode("utf-8-sig")
        first = text.lstrip("\r\n").partition("\n")[0]
        semicolons = ";" in first and "," not in first.replace(", UTC", "")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=";" if semicolons else ",")
        plain = ((f"{path.name}, line {reader.line_num}", [cell.strip() for cell in row]) for row in reader)
        rows = [row for row in plain if any(row[1])]
    except OSError as error:
        raise RequestError(subject, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        wrong = Problem("", "is not UTF-8 text; save it as CSV UTF-8", f"{path.name}, line {line}")
        raise RequestError(subject, [wrong]) from None
    except csv.Error as error:
        raise RequestError(subject, [Problem("", f"is not CSV: {error}", path.name)]) from None
    return rows, semicolons


def _without_trailing(row: list[str], columns: int = 0) -> list[str]:
    """A row without the empty cells that a spreadsheet writes after its last column."""
    filled = max((place + 1 for place, cell in enumerate(row) if cell), default=0)
    return row[: max(filled, columns)]


def _is_report(header: list[str]) -> bool:
    """Whether the first row is a report and no header. It names no column, and holds a time, a number or a quantity
    that is reported.
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
            twice = f"column '{name}' comes twice"
            yield Problem("", twice if name else "more than one column has no name: name them or take them out", file)


def _cells(header: list[str], rows: list[Row], problems: list[Problem]) -> Iterator[tuple[str, dict[str, str]]]:
    """The cells of each row by column, and where it stands; rows of another length are added to the problems."""
    for where, row in rows:
        if len(row) == len(header):
            yield where, dict(zip(header, row, strict=True))
        else:
            problems.append(_wrong_length(header, row, where))


def _undeclared(header: list[str], rows: list[Row], file: str) -> Iterator[Problem]:
    """Of columns whose times were left as a spreadsheet writes them: that their header can say what is missing."""
    for place, name in enumerate(header):
        cells = [row[place] for _, row in rows if place < len(row)] if name in TIMES else []
        if any(CLOCK.fullmatch(cell) or ((date := DATE.fullmatch(cell)) and date[5]) for cell in cells):
            said = f"{name} [UTC+04:00], or {name} [dd/mm/yyyy, UTC+04:00]"
            yield Problem(name, f"the header can declare offset and order of dates for the whole column: {said}", file)


def _wrong_length(header: list[str], row: list[str], where: str) -> Problem:
    """What is wrong with a row of too few or too many cells; a comma within a number is the usual reason."""
    at = header.index("value")
    parts = row[at : at + 1 + len(row) - len(header)]
    grouped = len(row) > len(header) and 1 <= len(parts[0]) <= 3 and all(part.isdecimal() for part in parts)
    if grouped and all(len(part) == 3 for part in parts[1:]):
        found = f"found {','.join(parts)}, which has thousands separators; write {''.join(parts)}"
        return Problem("value", found, where)
    return Problem("", f"found {len(row)} columns, expected {len(header)}", where)
