"""Reports as spreadsheets write them, made plain: semicolons, decimal commas, dates of another order, sheets.

Nothing is guessed. A time without an offset is read where the header of its column declares one, such as
``time [UTC+04:00]``; a date such as 03/04/2023 only where the file itself, or its header, such as
``time [dd/mm/yyyy, UTC+04:00]``, shows which number is the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from refugee_model.errors import Problem
from refugee_model.files.sheets import read_sheets
from refugee_model.outcomes.reports import NEEDED

TIMES, NUMBERS = ("time", "earliest", "latest"), ("value", "rounding")
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


def sheet_rows(path: Path) -> list[tuple[str, list[str], list[Problem]]]:
    """The rows of the sheet with reports in a workbook: where each stands, its cells as text, what is wrong in it."""
    sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
    known = [sheet for sheet in sheets if set(NEEDED) & {_name(cell) for cell in sheet.rows[0]}]
    for sheet in (known or sheets)[:1]:
        found = []
        for number, row in enumerate(sheet.rows, start=1):
            where = f"{sheet.file}, sheet {sheet.name!r}, row {number}"
            wrong = [
                Problem("", said, sheet.where(*place)) for place, said in sheet.wrong.items() if place[0] == number
            ]
            found.append((where, [_text(cell) for cell in row], wrong))
        return found
    return []


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
    names, declared = [], {}
    for said in header:
        found = DECLARED.fullmatch(said)
        names.append(found["name"].lower() if found else said)
        if found:
            declared[names[-1]] = Declared((found["order"] or "").lower(), found["offset"] or "")
    return names, declared


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
