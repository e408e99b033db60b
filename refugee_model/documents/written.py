"""Several documents of one projection: all of them are made before the first is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from refugee_model.disk import write_file
from refugee_model.documents.brief import brief_bytes
from refugee_model.documents.endings import BRIEF, REPORT, WORKBOOK
from refugee_model.documents.report import report_bytes
from refugee_model.documents.story import Story, story_of
from refugee_model.documents.workbook import workbook_bytes
from refugee_model.languages import language as language_of

KINDS: Mapping[str, Callable[[Story, Path], bytes]] = {
    REPORT: lambda story, path: report_bytes(story),
    WORKBOOK: lambda story, path: workbook_bytes(story),
    BRIEF: lambda story, path: brief_bytes(story, path.suffix.lower()),
}


def write_documents(
    results: Any, wanted: Mapping[str, Path], *, language: str, decisions: pd.DataFrame | None = None
) -> list[Path]:
    """Write the documents asked for, each to its path, and say where."""
    story = story_of(results, language_of(language), decisions)
    made = {path: KINDS[kind](story, path) for kind, path in wanted.items()}
    for path, data in made.items():
        write_file(path, data)
    return list(made)
