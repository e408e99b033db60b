"""A folder in which one run works at a time."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from refugee_model.disk import create_file, lives, new_name, reason_of
from refugee_model.errors import OutputError
from refugee_model.interruption import Undisturbed

LOCK = ".lock"
MOST_READ = 1_000
"""Bytes of a lock that are read; those of this program have less."""
_HELD: set[Path] = set()


@contextmanager
def locked(folder: Path, *, say: Callable[[str], None]) -> Iterator[None]:
    """Keep other runs out of a folder."""
    path = folder.resolve() / LOCK
    held = False
    try:
        with Undisturbed():
            if not _made(path):
                _take_over(path, folder, say)
            held = True
            _HELD.add(path)
        yield
    finally:
        if held:
            with Undisturbed(), suppress(OSError):
                _HELD.discard(path)
                path.unlink(missing_ok=True)


def _text() -> bytes:
    return json.dumps({"process": os.getpid(), "host": socket.gethostname()}).encode()


def _made(path: Path) -> bool:
    """Whether the lock could be made; it is whole from the first moment, or a process killed now leaves none."""
    fresh = path.with_name(new_name())
    try:
        create_file(fresh, _text())
        try:
            os.link(fresh, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            return _made_in_place(path)
    except OSError as error:
        raise _refused(path.parent, f"{reason_of(error)}; nothing was written") from None
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return True


def _made_in_place(path: Path) -> bool:
    try:
        create_file(path, _text())
    except FileExistsError:
        return False
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return True


def _take_over(path: Path, folder: Path, say: Callable[[str], None]) -> None:
    """Replace the lock of a dead process; of two that try at once one wins, as the old file is locked."""
    remove = f"if it is not running any more, remove {path}"
    try:
        import fcntl
    except ImportError:
        raise _refused(folder, f"another run works in it; {remove}") from None
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)  # no pipe is waited for
        with os.fdopen(opened, "rb") as old:
            fcntl.flock(old, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(old.fileno()).st_ino != path.lstat().st_ino:
                raise _refused(folder, "another run has just begun in it")
            process, host = _holder(old.read(MOST_READ) if stat.S_ISREG(os.fstat(old.fileno()).st_mode) else b"")
            alive = process is not None and (path in _HELD if process == os.getpid() else lives(process))
            if host != socket.gethostname() or process is None or alive:
                unsaid = f"or left a {LOCK} that says nothing of it"
                who = unsaid if process is None else f"process {process} on {host}"
                raise _refused(folder, f"another run works in it ({who}); wait for it, or, {remove}")
            fresh = path.with_name(new_name())
            create_file(fresh, _text())
            fresh.replace(path)
    except IsADirectoryError:
        raise _refused(folder, f"{path} is a folder; remove it") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _refused(folder, f"{path} is a link; remove it") from None
        begun = f"another run has just begun in it, or ended ({reason_of(error)})"
        raise _refused(folder, f"{begun}; try again") from None
    say(f"a run that worked in {folder} has died (process {process}); its lock was taken over")


def _holder(data: bytes) -> tuple[int | None, str]:
    try:
        said = json.loads(data)
        process, host = said["process"], said["host"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, ""
    fine = type(process) is int and process > 0 and isinstance(host, str) and len(host) <= MOST_READ
    return (process, host) if fine else (None, "")


def _refused(folder: Path, reason: str) -> OutputError:
    return OutputError(f"the batch cannot be written to {folder}", reason)
