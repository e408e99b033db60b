"""The questions of a short start as the first sheet of a workbook, and a scenario read from its answers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from refugee_model.errors import Problem, ScenarioError
from refugee_model.files.scenario_workbook import looks_of
from refugee_model.files.sheets import Sheet
from refugee_model.files.short_form import scenario_of
from refugee_model.files.short_questions import QUESTIONS, Answers, NoAnswerError
from refugee_model.languages import Language
from refugee_model.scenario.scenario import Scenario

NAME = "Start"
COLUMNS = ("key", "question", "your answer", "example", "if left blank")
WIDTHS = (14, 60, 44, 44, 26)
LIKE, REST = "like", "Template that says all else: a packaged scenario, or the path of a file"
HOW = (
    "Answer in the yellow cells, then: refugee-model check FILE, refugee-model run FILE.",
    "All that is not asked here is that of the template named below, with its reasons.",
    "For every value in a workbook of its own: refugee-model new full.xlsx --like FILE.",
)
REQUIRED, BLANK = "must be given", {"funds": "not known", "called": "state accommodation"}


@dataclass(frozen=True)
class ShortForm:
    """What a sheet of answers says, as values of a scenario."""

    values: dict[str, Any]
    sources: dict[str, str]
    cell: str

    def locate(self, path: str) -> str:
        """The sheet: an answer may make many values."""
        return self.cell


def short_workbook(like: str, words: Language) -> bytes:
    """A workbook with nothing but the questions, in a language; the same bytes each time."""
    buffer = io.BytesIO()
    file = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    file.set_properties({"title": "A scenario to begin", "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - no offset
    looks = looks_of(file)
    sheet = file.add_worksheet(NAME)
    for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words.term(name) if column else name, looks["head"])
    rows = [
        (one.key, words.term(one.asked), one.example, one.usual or words.term(BLANK.get(one.key, REQUIRED)))
        for one in QUESTIONS
    ]
    for number, (key, asked, example, usual) in enumerate(rows, start=1):
        for column, said in ((0, key), (1, asked), (3, example), (4, usual)):
            sheet.write_string(number, column, said, looks["locked"])
        sheet.write_blank(number, 2, None, looks["given"])
    sheet.write_string(len(rows) + 1, 0, LIKE, looks["locked"])
    sheet.write_string(len(rows) + 1, 1, words.term(REST), looks["locked"])
    sheet.write_string(len(rows) + 1, 2, like, looks["given"])
    for number, line in enumerate([*map(words.term, HOW), words.draft], start=len(rows) + 3):
        sheet.write_string(number, 1, line, looks["text"])
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    file.close()
    return buffer.getvalue()


def is_short(sheets: Sequence[Sheet]) -> bool:
    """Whether a workbook holds the answers of a short start."""
    return bool(sheets) and bool(sheets[0].rows) and sheets[0].rows[0][:1] == ["key"]


def read_short(sheet: Sheet, subject: str, template: Any) -> ShortForm:
    """The values that the answers of a sheet make; ``template`` loads what it is like. Every problem in one error."""
    problems = list(sheet.problems())
    cells = {str(row[0]): (number, row[2] if len(row) > 2 else None) for number, row in enumerate(sheet.rows, start=1)}
    answers: Answers = {}
    for question in QUESTIONS:
        number, said = cells.get(question.key, (1, None))
        try:
            answers[question.key] = question.answer(_as_text(said), answers)
        except NoAnswerError as error:
            problems.append(Problem(question.key, str(error), sheet.where(number, 3)))
        except KeyError:  # it is about places of an answer that could not be read
            continue
    if problems:
        raise ScenarioError(subject, problems)
    like: Scenario = template(str(cells.get(LIKE, (1, None))[1] or ""))
    made = scenario_of(answers, like, now=datetime.now(UTC))
    where = f"{sheet.file}, sheet {sheet.name!r}"
    sources = {str(path): made.source_of(str(path)) for path in made.describe()["path"]}
    return ShortForm(made.values(), {path: said for path, said in sources.items() if said}, where)


def _as_text(value: Any) -> str:
    """A cell as it would have been typed; a date without its offset stays one that is refused."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
