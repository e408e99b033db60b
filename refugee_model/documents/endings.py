"""Where a document may be written to: a file whose ending says what it is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from refugee_model.errors import OutputError, Problem
from refugee_model.wording import as_found

REPORT, WORKBOOK, BRIEF = "html", "xlsx", "brief"
ENDINGS: Mapping[str, Sequence[str]] = {
    REPORT: (".html", ".htm"),
    WORKBOOK: (".xlsx",),
    BRIEF: (".pdf", ".docx", ".html", ".htm"),
}
"""Endings of each kind of document."""


def check_ending(path: str | os.PathLike[str], document: str) -> Path:
    """The path, refused where its ending is none of those of the kind of document."""
    target, endings = Path(path), ENDINGS[document]
    if target.suffix.lower() not in endings:
        found = f"its ending is {as_found(target.suffix)}; expected {' or '.join(endings)}"
        raise OutputError(f"{target} cannot be written", [Problem("", found)])
    return target
