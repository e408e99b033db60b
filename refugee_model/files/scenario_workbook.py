"""A scenario as a workbook that a planner fills in, one row a value, only what may be changed unlocked; and read from
it.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from refugee_model.disk import read_file, write_file
from refugee_model.errors import Problem, ScenarioError, nearest
from refugee_model.files.scenario_rows import PERT, Row, Rows, rows_of
from refugee_model.files.sheets import NoWorkbookError, Sheet, looks_of, read_sheets
from refugee_model.files.short_form import ShortForm, is_short, read_short
from refugee_model.files.table_files import FORMULA
from refugee_model.languages import Language, language, languages
from refugee_model.scenario.distributions import DISTRIBUTIONS
from refugee_model.scenario.fields import number_at, words_at
from refugee_model.scenario.scenario import SECTIONS, Scenario, build_scenario
from refugee_model.scenario.values import NoTimeError, time_of
from refugee_model.wording import capital

SHEETS = ("Scenario", *(capital(name) for name in SECTIONS))
"""One for what is no group, then one a group."""
GIVEN = ("since", "value", *PERT, "distribution", "reason", "source")
"""Columns that a person fills in."""
COLUMNS = ("path", "in words", "unit", *GIVEN, "bounds")
WIDTHS = (42, 48, 14, 22, 22, 12, 12, 12, 30, 40, 40, 22)
MOST_LETTERS = 32_000
READ_ME = (
    "A scenario of refugee_model: all that is assumed, one row a value.",
    "Change the yellow cells only. A blank yellow cell means that the value is not given; blank is not 0.",
    "A number that is not known for sure: leave value blank and give low, likely and high, with the reason.",
    f"Other kinds of range stand in the column distribution: {', '.join(DISTRIBUTIONS)}.",
    "A value that changes: several rows of the same path, the first since 'start', the others since a time.",
    "Times: text such as 2023-09-24T12:00+04:00, or days after timeline.start.",
    "A date cell of the spreadsheet is read with the offset of timeline.start, which itself must be text with it.",
    "Write the source of each number beside it; where there is none, write assumed and why.",
    "Rows of districts, provinces, items and so on may be copied, with another name in the path, or deleted.",
    "Rows whose path begins with # are passed over.",
    "Check it: refugee-model check FILE. Project it: refugee-model run FILE.",
)


def workbook_of(scenario: Scenario, words: Language) -> bytes:
    """The workbook of a scenario, its headers in a language; the same scenario gives the same bytes."""
    buffer = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    file = xlsxwriter.Workbook(buffer, {"in_memory": True, **plain})
    file.set_properties({"title": scenario.title[:250], "created": scenario.timeline.start.replace(tzinfo=None)})
    looks = looks_of(file)
    first = file.add_worksheet("Read me")
    first.set_column(0, 0, 110)
    for number, line in enumerate([*map(words.term, READ_ME), words.draft]):
        first.write_string(number, 0, line, looks["text"])
    sorted_rows: dict[str, list[Row]] = {name: [] for name in SHEETS}
    for row in rows_of(scenario):
        group = row.path.partition(".")[0]
        sorted_rows[capital(group) if group in SECTIONS else SHEETS[0]].append(row)
    for name, rows in sorted_rows.items():
        _sheet(file.add_worksheet(name), rows, looks, words)
    file.close()
    return buffer.getvalue()


def heads_in(words: Language) -> list[str]:
    """The headers of the columns in a language."""
    return [words.text(f"scenario_sheet.{name.replace(' ', '_')}") for name in COLUMNS]


def _sheet(sheet: Worksheet, rows: Sequence[Row], looks: Mapping[str, Any], words: Language) -> None:
    for column, (name, width) in enumerate(zip(heads_in(words), WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, looks["head"])
    for number, row in enumerate(rows, start=1):
        meaning, unit, bounds = words_at(Scenario, row.path)
        known = ((0, row.path), (1, words.term(meaning)), (2, words.unit(unit)), (len(COLUMNS) - 1, bounds))
        for column, said in known:
            sheet.write_string(number, column, said[:MOST_LETTERS], looks["locked"])
        for column, name in enumerate(GIVEN, start=3):
            _write(sheet, number, column, getattr(row, name), looks)
        _bounds(sheet, number, row.path)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)
    sheet.protect("", {"format_columns": True, "format_rows": True, "insert_rows": True, "delete_rows": True,
                       "sort": True, "autofilter": True})  # fmt: skip


def _write(sheet: Worksheet, row: int, column: int, value: Any, looks: Mapping[str, Any]) -> None:
    """One cell that a person may change."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, looks["given"])
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, looks["given"])
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, looks["given"])
    else:
        look = looks["quoted" if str(value).startswith(FORMULA) else "given"]
        sheet.write_string(row, column, str(value)[:MOST_LETTERS], look)


def _bounds(sheet: Worksheet, row: int, path: str) -> None:
    """What a spreadsheet itself says while one types: allowed words as a list, the bounds of a number as a hint."""
    _, unit, bounds = words_at(Scenario, path)
    value = COLUMNS.index("value")
    words = [part.strip(" '") for part in bounds.removeprefix("one of ").split(",")] if "one of" in bounds else []
    if words and len(",".join(words)) < 255:
        sheet.data_validation(row, value, row, value, {"validate": "list", "source": words})
        return
    if number_at(Scenario, path.split(".")) is None or not (bounds or unit):
        return
    rule: dict[str, Any] = {"validate": "any", "input_title": "A number", "input_message": f"{bounds} [{unit}]"[:255]}
    sheet.data_validation(row, value, row, value, rule)


HEAD = "problems"
PLACE = re.compile(r"sheet '(?P<sheet>.*)', cell [A-Z]+(?P<row>\d+)$")


def write_marked(path: str | os.PathLike[str], problems: Sequence[Problem], target: str | os.PathLike[str]) -> None:
    """Write a copy of a workbook whose last column says what is wrong in each row; the workbook stays as it is."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(read_file(Path(path))))
    for problem in problems:
        found = PLACE.search(problem.where)
        if found is None or found["sheet"] not in book.sheetnames:
            continue
        sheet = book[found["sheet"]]
        heads = [cell.value for cell in sheet[1]]
        column = heads.index(HEAD) + 1 if HEAD in heads else len(heads) + 1
        sheet.cell(1, column).value = HEAD
        cell = sheet.cell(int(found["row"]), column)
        said = f"{problem.path}: {problem.message}" if problem.path else problem.message
        cell.value = f"{cell.value}; {said}" if cell.value else said
        cell.data_type = "s"  # a text, whatever it begins with
    buffer = io.BytesIO()
    book.save(buffer)
    write_file(Path(target), buffer.getvalue())


NEEDED = ("path", "value")
ORIGIN = "timeline.start"
IGNORED = "#"
TEXTS = ("distribution", "reason", "source")


def read_workbook(path: Path, *, subject: str, template: Callable[[str], Scenario]) -> Rows | ShortForm:
    """The values of a scenario in a workbook; every problem of it in one error. One that holds the answers of a short
    start has the rest from its template.
    """
    try:
        sheets = read_sheets(path)
    except NoWorkbookError as error:
        raise ScenarioError(subject, [Problem("", str(error), path.name)]) from None
    if is_short(sheets):
        return read_short(sheets[0], subject, template)
    problems: list[Problem] = []
    rows = [row for sheet in sheets for row in _rows(sheet, problems)]
    if not rows and not problems:
        expected = f"expected sheets with the columns {', '.join(COLUMNS)}, as refugee-model new mine.xlsx writes them"
        problems.append(Problem("", f"no sheet holds a scenario; {expected}", path.name))
    offset = _offset(rows)
    for row in rows:
        row.since, row.value = _timed(row, row.since, offset, problems), _timed(row, row.value, offset, problems)
    found = Rows(rows)
    problems += found.problems
    if problems:
        raise ScenarioError(subject, [*problems, *_in_cells(found, problems)])
    return found


def _in_cells(found: Rows, problems: list[Problem]) -> Iterator[Problem]:
    """What is wrong with other values that stand in a cell of their own; none where columns or sheets are in doubt."""
    if not all(", cell " in problem.where for problem in problems):
        return
    told, cells = {problem.path for problem in problems} - {""}, {problem.where for problem in problems}
    try:
        build_scenario(found.values, locate=found.locate)
    except ScenarioError as error:
        others = (problem for problem in error.problems if problem.path in found.places.keys() - told)
        yield from (problem for problem in others if problem.where not in cells)


def _rows(sheet: Sheet, problems: list[Problem]) -> Iterator[Row]:
    """The rows of a sheet that has the header of a scenario; other sheets are passed over."""
    if not sheet.rows:
        return
    known = _known_heads()
    heads = [str(cell).strip().casefold() if cell is not None else "" for cell in sheet.rows[0]]
    heads = [known.get(head, head) for head in heads]
    if "path" not in heads:
        if _looks_like(sheet):
            said = f"has rows of a scenario and no header; expected {', '.join(COLUMNS)} in its first row"
            problems.append(Problem("", said, f"{sheet.file}, sheet {sheet.name!r}"))
        return
    problems.extend(sheet.problems())
    problems.extend(_wrong_heads(sheet, heads))
    place = {name: heads.index(name) for name in ("path", *GIVEN) if name in heads}
    for number, cells in enumerate(sheet.rows[1:], start=2):
        given = {name: cells[at] for name, at in place.items() if at < len(cells) and cells[at] is not None}
        path = given.pop("path", None)
        if path is None:
            if given:
                column = place[next(iter(given))] + 1
                problems.append(Problem("", "stands in a row without a path", sheet.where(number, column)))
            continue
        path = str(path).strip()
        if path.startswith(IGNORED):
            continue
        first = next((name for name in ("value", "low", "distribution") if name in given), "path")
        where = sheet.where(number, place[first] + 1)
        texts = {name: str(given.pop(name)) for name in TEXTS if name in given}
        yield Row(path, **given, **texts, where=where)


@cache
def _known_heads() -> dict[str, str]:
    """What each column is called in each language, and its name."""
    found: dict[str, str] = {}
    for code in languages():
        found |= dict(zip((head.casefold() for head in heads_in(language(code))), COLUMNS, strict=True))
    return found


def _looks_like(sheet: Sheet) -> bool:
    """Whether the first column holds dotted paths."""
    firsts = [row[0] for row in sheet.rows[:50] if row and isinstance(row[0], str)]
    return sum(text.startswith(("people.", "timing.", "aid.", "standards.", "timeline.")) for text in firsts) > 1


def _wrong_heads(sheet: Sheet, heads: list[str]) -> Iterator[Problem]:
    """What is wrong with a header."""
    for name in NEEDED:
        if name not in heads:
            yield Problem("", f"has no column '{name}'", f"{sheet.file}, sheet {sheet.name!r}")
    for column, name in enumerate(heads, start=1):
        if name and heads.index(name) + 1 < column:
            yield Problem("", f"column '{name}' comes twice", sheet.where(1, column))
        if name and name not in COLUMNS and name != "problems":
            yield Problem("", f"column '{name}' is not known; {nearest(name, COLUMNS)}", sheet.where(1, column))


def _offset(rows: list[Row]) -> Any:
    """The offset of the start, with which date cells are read; None where it has none."""
    start = next((row.value for row in rows if row.path == ORIGIN), None)
    try:
        return time_of(start).tzinfo if isinstance(start, str) else None
    except NoTimeError:
        return None


def _timed(row: Row, value: Any, offset: Any, problems: list[Problem]) -> Any:
    """A date of the spreadsheet as a time in the offset of the start."""
    if not isinstance(value, date):
        return value
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    if offset is None or row.path == ORIGIN:
        example = f"{moment.isoformat(timespec='minutes')}+04:00"
        said = f"found the date {moment:%Y-%m-%d %H:%M} without an offset from UTC; write it as text, such as {example}"
        problems.append(Problem(row.path, said, row.where))
        return None
    return moment.replace(tzinfo=offset).isoformat()
