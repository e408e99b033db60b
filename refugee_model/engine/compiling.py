"""Compiled functions, and a cache of them on disk that never serves old code.

numba keeps compiled code by the time and size of the one file in which a function stands, and does not see that
a function it calls has changed. Here the cache has a folder of its own for each content of the engine: another
content, another folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

config: Any = numba.config

ENGINE = Path(__file__).parent
CONSTANTS = (ENGINE.parent / "scenario" / "timeline.py",)
"""Files beside those of the engine whose numbers are compiled into it."""
NAME = "refugee_model-"
FOLDERS_KEPT = 4
"""So many folders of other contents stay beside the one in use: programs with older code may still read one."""


def compiled(function: Function) -> Function:
    """A function as machine code, compiled when first called or read from the cache; division by 0 is inf or NaN.

    Parameters
    ----------
    function : callable
        Of numbers and arrays.

    Returns
    -------
    callable
        The same, without the lock of the interpreter.
    """
    folder = _folder(_key(Path(function.__code__.co_filename)))
    if folder is None:
        return _typed(function, njit(nogil=True, error_model="numpy")(function))
    # The place of the cache is read when a function is declared, and put back: others keep theirs.
    usual, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        return _typed(function, njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        config.CACHE_DIR = usual


def _typed(_: Function, made: Any) -> Function:
    """What numba made, with the type of what it was made of."""
    found: Function = made
    return found


@cache
def _key(file: Path) -> str:
    """Sixteen letters that stand for the content of the engine, and of the file of a function that stands elsewhere."""
    files = [*sorted(ENGINE.rglob("*.py")), *CONSTANTS]
    content = hashlib.sha256()
    for path in [*files, *([] if file in files else [file])]:
        try:
            content.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        except OSError:
            return ""  # not read from files, such as from an archive: then nothing says when code is old
    return content.hexdigest()[:16]


@cache
def _folder(key: str) -> Path | None:
    """Where compiled code of this content is kept; None where it cannot be."""
    for base in _bases() if key else ():
        folder = base / f"{NAME}{key}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        _tidy(base, folder)
        return folder
    return None


def _bases() -> Iterator[Path]:
    """The folder chosen with NUMBA_CACHE_DIR; else beside the engine, or in the person's own folder."""
    if config.CACHE_DIR:
        yield Path(config.CACHE_DIR)
        return
    yield ENGINE / "__pycache__"
    try:
        home = Path.home()
    except RuntimeError:  # a service that has none
        return
    if sys.platform == "win32":
        yield Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "refugee_model" / "Cache"
    elif sys.platform == "darwin":
        yield home / "Library" / "Caches" / "refugee_model"
    else:
        yield Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "refugee_model"


def _tidy(base: Path, mine: Path) -> None:
    """Remove the oldest folders of other contents."""

    def age(folder: Path) -> float:
        try:
            return folder.stat().st_mtime
        except OSError:
            return 0.0

    others = sorted((folder for folder in base.glob(f"{NAME}*") if folder != mine), key=age, reverse=True)
    for folder in others[FOLDERS_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
