"""Files that are either whole or not there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from refugee_model.errors import OutputError, Problem


def write_text(path: Path, text: str, *, replace: bool = True) -> None:
    """Write a text file whole, or leave what was there as it is.

    Parameters
    ----------
    path : Path
        Where to; its folder must exist.
    text : str
        What to write, as UTF-8 with line feeds on every system.
    replace : bool
        Whether a file that is there already may be replaced.

    Raises
    ------
    OutputError
        If the file cannot be written, or is there already and may not be replaced.
    """
    subject = f"{path} cannot be written"
    if not path.parent.is_dir():
        raise OutputError(subject, [Problem("", f"there is no folder {path.parent}; make it first, or choose another place")])
    if path.is_dir():
        raise OutputError(subject, [Problem("", "is a folder; give the name of a file")])
    if not replace and os.path.lexists(path):
        raise OutputError(subject, [Problem("", "the file is there already; choose another name, or remove it first")])
    part = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        part.write_bytes(text.encode("utf-8"))
        part.replace(path)
    except OSError as error:
        raise OutputError(subject, [Problem("", f"{error.strerror or error}")]) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
