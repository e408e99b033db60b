"""Files and folders that are whole or not there: no link is followed on the way, no name can be foretold, the umask
holds.

Files that are put among those of others are all there or none, even if the process is killed half-way: new files are
written into a folder of their own first. Then, one by one, what stands in the way is moved aside and the new file takes
its place. A journal says which; whoever comes next puts back what a killed process has left half-done.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import secrets
import shutil
import socket
import stat
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any

from refugee_model.errors import OutputError
from refugee_model.interruption import Undisturbed

OURS, PART = ".refugee-model-", ".part"
"""How the names of what is still being written begin and end; between them stand host, process and a random number."""
MOST_TOLD = 100_000_000
"""Bytes of what a folder of ours says of itself; more is none of its files."""
IS_THERE = "the file is there already; choose another name, or remove it first"
LONGEST_NAME = 255
"""Bytes of the name of a file."""
_HERE = -100  # AT_FDCWD of Linux
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux


def new_name() -> str:
    """A name for something unfinished, which nobody can foretell and which says whose it is."""
    return f"{_beginning()}{os.getpid()}-{secrets.token_hex(8)}{PART}"


def _beginning() -> str:
    return f"{OURS}{sha256(socket.gethostname().encode())[:8]}-"


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def new_folder(parent: Path) -> Path:
    """An empty folder with a new name."""
    path = parent / new_name()
    path.mkdir()
    return path


def read_file(path: Path, *, most: int | None = None) -> bytes:
    """The bytes of a regular file: a pipe would be waited for, and what is larger than it may be is not read."""
    with _open_regular(path) as file:
        if most is not None and os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return file.read()


def read_json(path: Path) -> Any:
    """What a JSON file of ours says; None where that cannot be read."""
    try:
        return json.loads(read_file(path, most=MOST_TOLD))
    except (OSError, ValueError, RecursionError):
        return None


def _open_regular(path: Path) -> BufferedReader:
    file = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return file


def sha256_of(path: Path, *, size: object = None) -> str:
    """The SHA-256 of a regular file; empty, and nothing is read, where it has not the size that it should have."""
    with _open_regular(path) as file:
        if size is not None and os.fstat(file.fileno()).st_size != size:
            return ""
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_file_name(text: str) -> bool:
    """Whether a text can be the name of one file in a folder."""
    try:
        return len(os.fsencode(text)) <= LONGEST_NAME and text not in ("", ".", "..") and not set(text) & set("/\\\0")
    except UnicodeEncodeError:
        return False


def create_file(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet, not even as a link, and wait until it is on the disk."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_file(path: Path, data: bytes, *, replace: bool = True, follow: bool = True) -> None:
    """Write a file whole, or leave what was there as it is; a link is followed unless said otherwise."""
    with Undisturbed():
        reason = in_the_way(path, replace=replace)
        try:
            if not reason:
                _put(path, data, replace=replace, follow=follow)
        except FileExistsError:
            reason = IS_THERE
        except (OSError, ValueError) as error:
            reason = reason_of(error)
        if reason:
            raise OutputError(f"{path} cannot be written", reason)


def _put(path: Path, data: bytes, *, replace: bool, follow: bool) -> None:
    """Write a file beside, and give it its name."""
    target = target_of(path) if follow and path.is_symlink() else path
    part = target.with_name(new_name())
    try:
        create_file(part, data)
        if replace:
            part.replace(target)
        else:
            _put_if_free(part, target)
        settle(target.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def in_the_way(path: Path, *, replace: bool) -> str:
    """Why a file cannot be written here, as far as that can be seen before; empty if it can."""
    try:
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}; make it first, or choose another place"
        if path.is_dir():
            return "is a folder; give the name of a file"
        if not replace and os.path.lexists(path):
            return IS_THERE
    except (OSError, ValueError) as error:
        return reason_of(error)
    return ""


def _put_if_free(part: Path, target: Path) -> None:
    """Give a file its name, unless something has taken it meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        part.replace(target)


def target_of(path: Path) -> Path:
    """Where the links of a path lead; OSError if in a circle, of which not every version of Python complains."""
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise
    return path.resolve()


def reason_of(error: Exception) -> str:
    """What the system says, in its own words."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def name_beside(folder: Path, word: str) -> Path:
    """A free name beside a folder, which begins as that of the folder does and says why it is there."""
    name = os.fsencode(folder.name)[:200].decode(errors="ignore")  # a name has at most 255 bytes
    return folder.with_name(f"{name}.{word}-{secrets.token_hex(4)}")


def exchange(one: Path, other: Path) -> bool:
    """Let two paths change places in one moment; False where the system cannot do that, and nothing has happened."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(one))


def left_overs(folder: Path) -> list[Path]:
    """What processes of this machine that are no longer there have left unfinished in a folder."""
    try:
        found = sorted(
            path for path in folder.iterdir() if path.name.startswith(_beginning()) and path.name.endswith(PART)
        )
    except OSError:
        return []
    processes = [(path, path.name.removeprefix(_beginning()).partition("-")[0]) for path in found]
    return [path for path, process in processes if process.isdecimal() and not lives(int(process))]


def lives(process: int) -> bool:
    """Whether a process of this machine is there."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is there, and is not ours
        pass
    return True


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


JOURNAL, UNFINISHED, NEW, OLD = "journal.json", "journal.part", "new", "old"


def mix(folder: Path, contents: Mapping[str, bytes], *, dropped: Sequence[str] = ()) -> list[str]:
    """Put files into a folder, all or none."""
    for name in contents:
        for path in (folder / name, *(folder / parent for parent in Path(name).parents if parent != Path())):
            wrong = path.is_dir() if path == folder / name else os.path.lexists(path) and not path.is_dir()
            if wrong or (path != folder / name and path.is_symlink()):
                raise FileExistsError(17, f"{path} is in the way")
    staged = new_folder(folder)
    try:
        _stage(staged, contents, dropped)
        for name in [*contents, *dropped]:
            _replace(folder, staged, name, new=name in contents)
        for place in {folder, *((folder / name).parent for name in contents)}:
            settle(place)
        (staged / JOURNAL).unlink()
    except BaseException:
        with suppress(OSError):
            _undo(folder, staged)
        raise
    try:
        remove(staged)
    except OSError as error:
        return [f"the files that were replaced could not be removed ({reason_of(error)}); they are in {staged / OLD}"]
    return []


def create_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files that must not be there yet into a folder, and the folders in it that hold them."""
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        create_file(path, data)
    for parent in {(folder / name).parent for name in contents}:
        settle(parent)


def _stage(staged: Path, contents: Mapping[str, bytes], dropped: Sequence[str]) -> None:
    create_files(staged / NEW, contents)
    for name in [*contents, *dropped]:
        (staged / OLD / name).parent.mkdir(parents=True, exist_ok=True)
    said = {"files": list(contents), "gone": list(dropped)}
    create_file(staged / UNFINISHED, json.dumps(said).encode())
    (staged / UNFINISHED).rename(staged / JOURNAL)  # a journal is whole, or nothing has been moved yet
    settle(staged)


def _replace(folder: Path, staged: Path, name: str, *, new: bool) -> None:
    target = folder / name
    if os.path.lexists(target):
        target.rename(staged / OLD / name)
    if new:
        target.parent.mkdir(parents=True, exist_ok=True)
        (staged / NEW / name).rename(target)


def _undo(folder: Path, staged: Path) -> None:
    """Put everything back that was moved; without a journal only what is unfinished is removed."""
    if (staged / JOURNAL).is_file():
        said = json.loads((staged / JOURNAL).read_bytes())
        for name in said["gone"]:
            _put_back(folder, staged, str(name))
        for name in said["files"]:
            if not _put_back(folder, staged, str(name)) and not os.path.lexists(staged / NEW / name):
                _within(folder, name).unlink(missing_ok=True)
            _drop_empty(folder, name)
        (staged / JOURNAL).unlink()
    remove(staged)


def _put_back(folder: Path, staged: Path, name: str) -> bool:
    """Whether there was an earlier file, which now stands where it was."""
    there = os.path.lexists(staged / OLD / name)
    if there:
        (staged / OLD / name).replace(_within(folder, name))
    return there


def lies_within(folder: Path, name: str) -> bool:
    """Whether a name that was read from a file does not lead out of a folder, not even through a link."""
    try:
        return (folder / name).parent.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _within(folder: Path, name: str) -> Path:
    if not lies_within(folder, name):
        raise ValueError(f"{name} leads out of {folder}")
    return folder / name


def _drop_empty(folder: Path, name: str) -> None:
    for parent in Path(name).parents:
        with suppress(OSError):
            if parent != Path():
                (folder / parent).rmdir()  # this fails, as it should, where something is in it


def undo_killed(folder: Path) -> None:
    """Put back what a process that was killed half-way has moved in this folder, and remove what it left unfinished."""
    for staged in left_overs(folder):
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            if staged.is_dir() and not staged.is_symlink():
                if staged.stat().st_uid in _trusted(folder):
                    _undo(folder, staged)
            else:
                staged.unlink()


def _trusted(folder: Path) -> set[int]:
    """Whose journals are believed."""
    return {folder.stat().st_uid, *([os.getuid()] if hasattr(os, "getuid") else [])}
