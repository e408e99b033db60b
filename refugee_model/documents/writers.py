"""The writers of documents: each kind has endings of its own, and all that are asked for are made before one is
written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any, ParamSpec

import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.disk import write_file
from refugee_model.documents.brief import BY_ENDING
from refugee_model.documents.report import report_bytes
from refugee_model.documents.story import Story, story_of
from refugee_model.documents.workbook import workbook_bytes
from refugee_model.errors import OutputError, Problem
from refugee_model.languages import language as language_of
from refugee_model.memory import letting_go
from refugee_model.wording import as_found

Given = ParamSpec("Given")

REPORT, WORKBOOK, BRIEF = "html", "xlsx", "brief"
KINDS: Mapping[str, Mapping[str, Callable[[Story], bytes]]] = {
    REPORT: {".html": report_bytes, ".htm": report_bytes},
    WORKBOOK: {".xlsx": workbook_bytes},
    BRIEF: BY_ENDING,
}
"""How each kind of document is made, by the ending of its file."""
PATH = kind((str, os.PathLike), "a text or a path")


def check_ending(path: str | os.PathLike[str], document: str) -> Path:
    """The path, refused where its ending is none of those of the kind of document."""
    target, endings = Path(path), KINDS[document]
    if target.suffix.lower() not in endings:
        found = f"its ending is {as_found(target.suffix)}; expected {' or '.join(endings)}"
        raise OutputError(f"{target} cannot be written", [Problem("", found)])
    return target


def write_documents(
    results: Any, wanted: Mapping[str, Path], *, language: str, decisions: pd.DataFrame | None = None
) -> list[Path]:
    """Write the documents asked for, each to its path, and say where."""
    with letting_go():
        story = story_of(results, language_of(language), decisions)
        made = {path: KINDS[document][path.suffix.lower()](story) for document, path in wanted.items()}
        for path, data in made.items():
            write_file(path, data)
    return list(made)


MEANING = """
Parameters
----------
results : Result, Ensemble, Forecast or AidPlan
    What ``simulate``, ``simulate_ensemble``, ``forecast`` or ``plan_aid`` gives; of a plan all is told with its orders.
path : str or path
    Where to, ending in {endings}; a file of that name is replaced, whole or not at all.
language : str
    Of the words and pictures, such as ``en``.
decisions : DataFrame, optional
    What must be ordered by when, as ``order_by_table`` gives it; unless given, worked out of many draws, and of a plan
    its orders.

Raises
------
RequestError
    If ``results`` is something else, or the language is not known.
OutputError
    If the file cannot be written there.

Examples
--------
>>> rm.{name}(rm.simulate_ensemble(scenario, draws=1000), "{file}")  # doctest: +SKIP
"""
"""What holds for every writer of a document."""


def writer(document: str, subject: str) -> Callable[[Callable[Given, None]], Callable[Given, None]]:
    """A public writer of one kind of document: it refuses what is of a wrong kind, and says what its arguments mean."""

    def made(write: Callable[Given, None]) -> Callable[Given, None]:
        checked, (first, *_) = takes(subject, path=PATH)(write), KINDS[document]
        said = {"endings": " or ".join(KINDS[document]), "name": write.__name__, "file": f"{write.__name__[6:]}{first}"}
        checked.__doc__ = f"{cleandoc(write.__doc__ or '')}\n{MEANING.format(**said)}"
        return checked

    return made


@writer(REPORT, "this report cannot be written")
def write_report(
    results: Any, path: str | os.PathLike[str], *, language: str = "en", decisions: pd.DataFrame | None = None
) -> None:
    """Write a report as one HTML file: highlights, key figures, decisions due, map, pictures, tables, assumptions.

    Of many draws at most 2,000 are in the page, so that a reader can choose among them.
    """
    write_documents(results, {REPORT: check_ending(path, REPORT)}, language=language, decisions=decisions)


@writer(WORKBOOK, "this workbook cannot be written")
def write_workbook(
    results: Any, path: str | os.PathLike[str], *, language: str = "en", decisions: pd.DataFrame | None = None
) -> None:
    """Write a workbook for Excel or LibreOffice.

    Times are in the offset of the scenario, which the header of their column names, as cells have no offset. The same
    input gives the same bytes.
    """
    write_documents(results, {WORKBOOK: check_ending(path, WORKBOOK)}, language=language, decisions=decisions)


@writer(BRIEF, "this brief cannot be written")
def write_brief(
    results: Any, path: str | os.PathLike[str], *, language: str = "en", decisions: pd.DataFrame | None = None
) -> None:
    """Write one A4 page: what is coming, what must be decided by when, where it is short, how sure that is.

    The first five decisions are shown.
    """
    write_documents(results, {BRIEF: check_ending(path, BRIEF)}, language=language, decisions=decisions)
