"""Compiled functions, and a cache of them on disk that never serves old code.

numba keeps compiled code by the time and size of the one file in which a function stands, and does not see that a
function it calls has changed. Here the cache has a folder of its own for each content of the engine: another content,
another folder. Where nothing can be kept, or what was kept cannot be read, code is compiled anew, and a person is told
once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba import njit

from refugee_model.disk import reason_of
from refugee_model.errors import CacheWarning
from refugee_model.interruption import Undisturbed

Function = TypeVar("Function", bound=Callable[..., Any])

config: Any = numba.config

ENGINE = Path(__file__).parent
CONSTANTS = (ENGINE.parent / "scenario" / "timeline.py",)
"""Files beside those of the engine whose numbers are compiled into it."""
NAME = "refugee_model-"
FOLDERS_KEPT = 14
"""So many folders of other contents stay beside the one in use, for three versions of the package: each has five, as
the engine and four files beside it have contents of their own, and programs with older code may still read theirs.
"""


def compiled(function: Function) -> Function:
    """A function as machine code, compiled when first called or read from the cache; division by 0 is inf or NaN."""
    if config.DISABLE_JIT:  # asked for with NUMBA_DISABLE_JIT, to look into the rules with a debugger
        return function
    made: Any = njit(nogil=True, error_model="numpy")(function)
    folder = _folder(_key(Path(function.__code__.co_filename)))
    if folder is None:
        made._cache = _Kept(None, "no folder can be written to")
    else:
        # The place of the cache is read when a function is declared, and put back at once: other users of numba keep
        # theirs.
        usual, config.CACHE_DIR = config.CACHE_DIR, str(folder)
        try:
            made.enable_caching()
            made._cache = _Kept(made._cache)
        except (OSError, RuntimeError) as error:
            made._cache = _Kept(None, reason_of(error))
        finally:
            config.CACHE_DIR = usual
    found: Function = made
    return found


class _Kept:
    """The cache of one function in front of that of numba.

    Which would end the program where a disk is full or a file is damaged.
    """

    def __init__(self, cache: Any, reason: str = "") -> None:
        self.cache, self.reason = cache, reason

    @property
    def cache_path(self) -> str | None:
        """Where it is; None where there is none."""
        return self.cache.cache_path if self.cache is not None else None

    def flush(self) -> None:
        """Forget what was kept."""
        if self.cache is not None:
            self.cache.flush()

    def load_overload(self, signature: Any, target: Any) -> Any:
        """What was kept for some types; None where nothing was, or it cannot be used."""
        if self.cache is None:
            _tell_once(self.reason)
            return None
        try:
            return self.cache.load_overload(signature, target)
        except Exception:  # damaged bytes can raise anything; they are written anew
            with suppress(Exception):
                self.cache.flush()
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep what was compiled for some types, where that can be done."""
        if self.cache is None:
            return
        try:
            with Undisturbed():
                self.cache.save_overload(signature, compiled)
        except Exception as error:  # what has just been compiled can be used all the same
            self.cache = None
            _tell_once(reason_of(error))


_told: set[bool] = set()


def _tell_once(reason: str) -> None:
    """Warn, once in a process, that compiled code is not kept."""
    if _told:
        return
    _told.add(True)
    advice = "choose a folder that can be written to, and has some 20 MB, with NUMBA_CACHE_DIR"
    text = f"compiled code cannot be kept ({reason}), so the engine is compiled anew each time; {advice}"
    warnings.warn(text, CacheWarning, stacklevel=2)


NO_DOORS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""What numba makes beside a function that Python may call; its stubs leave these words out."""


def inner(function: Function) -> Function:
    """A function that compiled ones call, and Python does not: without a door for Python and a cache of its own it is
    compiled in half the time, and is kept within those that call it.
    """
    made: Any = njit(error_model="numpy", **NO_DOORS)(function)
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
            os.utime(folder)  # used last now
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
    """Remove the folders of other contents that were used least lately."""

    def age(folder: Path) -> float:
        try:
            return folder.stat().st_mtime
        except OSError:
            return 0.0

    others = sorted((folder for folder in base.glob(f"{NAME}*") if folder != mine), key=age, reverse=True)
    for folder in others[FOLDERS_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
