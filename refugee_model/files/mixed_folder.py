"""Files put among those of others: all of them or none, even if the process is killed half-way.

New files are written into a folder of their own first. Then, one by one, what stands in the way is moved aside and the
new file takes its place. A journal says which; whoever comes next puts back what a killed process has left half-done.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from refugee_model.disk import create_file, left_overs, new_folder, reason_of, remove, settle

JOURNAL, UNFINISHED, NEW, OLD = "journal.json", "journal.part", "new", "old"


def mix(folder: Path, contents: Mapping[str, bytes], *, gone: Sequence[str] = ()) -> list[str]:
    """Put files into a folder, all or none."""
    for name in contents:
        for path in (folder / name, *(folder / parent for parent in Path(name).parents if parent != Path())):
            wrong = path.is_dir() if path == folder / name else os.path.lexists(path) and not path.is_dir()
            if wrong or (path != folder / name and path.is_symlink()):
                raise FileExistsError(17, f"{path} is in the way")
    staged = new_folder(folder)
    try:
        _stage(staged, contents, gone)
        for name in [*contents, *gone]:
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


def _stage(staged: Path, contents: Mapping[str, bytes], gone: Sequence[str]) -> None:
    for name, data in contents.items():
        path = staged / NEW / name
        path.parent.mkdir(parents=True, exist_ok=True)
        create_file(path, data)
    for name in [*contents, *gone]:
        (staged / OLD / name).parent.mkdir(parents=True, exist_ok=True)
    said = {"files": list(contents), "gone": list(gone)}
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
