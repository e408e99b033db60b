"""A copy of a workbook with what is wrong in each row beside it."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from pathlib import Path

from refugee_model.disk import read_file, write_file
from refugee_model.errors import Problem

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
