"""A scenario read from a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from refugee_model.errors import Problem, ScenarioError, nearest
from refugee_model.files.scenario_rows import Row, Rows
from refugee_model.files.scenario_workbook import COLUMNS, GIVEN, heads_in
from refugee_model.files.sheets import NoWorkbookError, Sheet, read_sheets
from refugee_model.files.short_sheet import ShortForm, is_short, read_short
from refugee_model.languages import language, languages
from refugee_model.scenario.scenario import Scenario, build_scenario
from refugee_model.scenario.values import NoTimeError, time_of

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
    told = {problem.path for problem in problems} - {""}
    try:
        build_scenario(found.values, locate=found.locate)
    except ScenarioError as error:
        yield from (problem for problem in error.problems if problem.path in found.places.keys() - told)


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
