"""Where a document may be written to: a file whose ending says what it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from refugee_model.errors import OutputError, Problem
from refugee_model.wording import as_found


def check_ending(path: str | os.PathLike[str], endings: Sequence[str]) -> Path:
    """The path, refused where its ending is none of those that can be written."""
    target = Path(path)
    if target.suffix.lower() not in endings:
        found = f"its ending is {as_found(target.suffix)}; expected {' or '.join(endings)}"
        raise OutputError(f"{target} cannot be written", [Problem("", found)])
    return target
