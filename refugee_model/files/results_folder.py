"""A folder of results: written whole or not at all, and never over anything a person wrote."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from refugee_model.disk import (
    create_files,
    exchange,
    lies_within,
    mix,
    name_beside,
    new_folder,
    read_json,
    reason_of,
    remove,
    settle,
    sha256,
    sha256_of,
    target_of,
    undo_killed,
)
from refugee_model.errors import OutputError
from refugee_model.interruption import Undisturbed
from refugee_model.wording import some_of

MANIFEST = "manifest.json"
PROGRAM = "refugee_model"
ENOUGH = 100
"""Files of others after which looking for more is no use."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Manifest:
    """What this program wrote into a folder."""

    files: Mapping[str, str]
    """SHA-256 of each file, by path within the folder."""
    made_from: str = ""
    """The scenario, as seen from the folder above; empty where the folder was named by a person."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Bytes of each file, so that what has become huge is not read; empty in folders of earlier versions."""

    @property
    def folders(self) -> set[str]:
        """Folders within the folder that hold these files."""
        return {parent.as_posix() for name in self.files for parent in Path(name).parents} - {"."}


def manifest_of(files: Mapping[str, bytes], **of: object) -> bytes:
    """What a folder says of its files: whatever else is told of it, then the size and the SHA-256 of each."""
    sizes = {name: len(data) for name, data in files.items()}
    said = {"program": PROGRAM, **of, "bytes": sizes, "files": {name: sha256(data) for name, data in files.items()}}
    return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode(
        errors="backslashreplace"
    )  # names may be no text


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None where there is none of the form that this program writes."""
    said = read_json(folder / MANIFEST)
    if not isinstance(said, dict):
        return None
    files = said.get("files") if said.get("program") == PROGRAM else said if "scenario.toml" in said else None
    if not isinstance(files, dict) or not files:
        return None
    if not all(isinstance(digest, str) and _SHA256.fullmatch(digest) for digest in files.values()):
        return None
    made_from, sizes = (said.get("made_from"), said.get("bytes")) if files is not said else ("", {})
    return Manifest(files, made_from if isinstance(made_from, str) else "", sizes if isinstance(sizes, dict) else {})


def check_folder(folder: Path, *, force: bool = False, inputs: Sequence[Path] = (), made_from: str = "") -> Path:
    """Make sure that results can be written to a folder, before any work is done."""
    try:
        place = target_of(folder)
        for folder_of_killed in (place.parent, place):
            undo_killed(folder_of_killed)
        problem = next(_objections(place, force=force, inputs=inputs, made_from=made_from), "")
    except (OSError, ValueError) as error:
        problem = f"{reason_of(error)}; choose another place with --out"
    if problem:
        raise OutputError(f"results cannot be written to {folder}", problem)
    return place


def _objections(folder: Path, *, force: bool, inputs: Sequence[Path], made_from: str) -> Iterator[str]:
    """Why results cannot be written to a folder."""
    if folder.exists() and not folder.is_dir():
        yield "it is a file; choose another name with --out"
    if folder == Path(folder.anchor):
        yield "it is the root of the file system; give a folder with --out"
    if len(os.fsencode(folder.name)) > 255:
        yield "its name is longer than 255 bytes; choose another name with --out"
    for path in inputs:
        if folder in path.resolve().parents:
            yield f"{path.name} is read from there, and inputs are never replaced; choose another folder with --out"
    yield from _closed(folder if _in_place(folder) else next(place for place in folder.parents if place.exists()))
    if not folder.is_dir():
        return
    found = list(_protected(folder))
    if found:
        yield f"{found[0]} is protected against writing; choose another folder with --out, or lift the protection"
    others, manifest = other_files(folder), read_manifest(folder)
    unread = next((name for name in others if name.endswith(UNREAD)), None)
    if force and unread:
        yield f"it holds {unread}; choose another folder with --out"
    if others and not force:
        which = f"it holds other or changed files ({some_of(others, 3)})"
        yield f"{which}; choose another folder with --out, or add --force"
    if made_from and manifest is not None and manifest.made_from not in ("", made_from) and not force:
        which = f"it holds the results of {manifest.made_from}, another file of that name"
        yield f"{which}; choose another folder with --out, or add --force"


def _closed(parent: Path) -> Iterator[str]:
    """Why nothing can be written to a folder that is there."""
    try:
        if not parent.is_dir():
            raise NotADirectoryError(20, os.strerror(20))
        with Undisturbed():
            new_folder(parent).rmdir()
    except OSError as error:
        yield f"{parent} cannot be written to ({reason_of(error)}); choose another place with --out"


def _in_place(folder: Path) -> bool:
    """Whether a folder must stay the folder it is, as a shell stands in it or a disk is mounted there."""
    return folder.is_dir() and (folder in (here := Path.cwd().resolve(), *here.parents) or os.path.ismount(folder))


def _protected(folder: Path) -> Iterator[str]:
    """Files and folders of which their owner has said that nobody may write to them."""
    for path, _ in walk(folder):
        mode = path.lstat().st_mode
        writable = stat.S_ISLNK(mode) or (mode & 0o222 and (not stat.S_ISDIR(mode) or os.access(path, os.W_OK)))
        if not writable:
            yield str(path)


UNREAD = " (which cannot be read)"


def walk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Everything in a folder and the folder itself, and whether it could be read; links are not followed."""
    yield folder, True
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder, False
        return
    for path in entries:
        if path.is_dir() and not path.is_symlink():
            yield from walk(path)
        else:
            yield path, True


def other_files(folder: Path) -> list[str]:
    """What in a folder is no result as this program wrote it: files, links, empty folders, and what cannot be read."""
    manifest = read_manifest(folder) or Manifest({})
    found = []
    for path, readable in walk(folder):
        name = path.relative_to(folder).as_posix()
        if not readable:
            found.append(f"{name}{UNREAD}")
        elif path != folder and not _is_ours(path, name, manifest):
            found.append(name)
        if len(found) >= ENOUGH:
            break
    return sorted(found)


def _is_ours(path: Path, name: str, manifest: Manifest) -> bool:
    if path.is_dir() and not path.is_symlink():
        return name in manifest.folders or any(path.iterdir())  # what is in it is told by itself
    if path.is_symlink() or not path.is_file():
        return False
    if name == MANIFEST:
        return bool(manifest.files)
    try:
        return name in manifest.files and sha256_of(path, size=manifest.sizes.get(name)) == manifest.files[name]
    except OSError:
        return False


def write_folder(
    folder: Path, files: Mapping[str, bytes], *, force: bool = False, inputs: Sequence[Path] = (), made_from: str = ""
) -> list[str]:
    """Write results whole: either all files are there afterwards, or the folder is as it was."""
    with Undisturbed():
        place = check_folder(folder, force=force, inputs=inputs, made_from=made_from)
        contents = {**files, MANIFEST: manifest_of(files, **({"made_from": made_from} if made_from else {}))}
        made = [parent for parent in place.parents if not parent.exists()]
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir() and (_in_place(place) or other_files(place)):
                return mix(place, contents, dropped=_dropped(place, files))
            return _swap(place, contents)
        except OSError as error:
            for parent in made:
                with suppress(OSError):
                    parent.rmdir()  # this fails, as it should, where something is in it
            reason = f"{reason_of(error)}; nothing was written"
            raise OutputError(f"results cannot be written to {folder}", reason) from None


def _dropped(folder: Path, files: Collection[str]) -> list[str]:
    """Unchanged earlier results of this program that are not among the new ones."""
    earlier = read_manifest(folder) or Manifest({})
    there = [name for name in earlier.files if os.path.lexists(folder / name) and lies_within(folder, name)]
    left = [name for name in there if name not in files and not (folder / name).is_dir()]
    return [name for name in left if _is_ours(folder / name, name, earlier)]


def _swap(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write all files into a new folder beside, and let it take the place of the old one."""
    staged = new_folder(folder.parent)
    try:
        create_files(staged, contents)
        earlier = _put_in_place(staged, folder)
        settle(folder.parent)
    except BaseException:
        with suppress(OSError):
            remove(staged)
        raise
    return _clear(earlier, folder) if earlier is not None else []


def _put_in_place(staged: Path, folder: Path) -> Path | None:
    """Give a new folder its name, and say where the earlier one is now."""
    if not folder.exists():
        staged.rename(folder)
        return None
    if exchange(staged, folder):
        return staged
    earlier = name_beside(folder, "earlier")  # to be seen, if the process is killed now
    folder.rename(earlier)
    try:
        staged.rename(folder)
    except BaseException:
        earlier.rename(folder)
        raise
    return earlier


def _clear(earlier: Path, folder: Path) -> list[str]:
    """Remove earlier results; what cannot be removed, or has been added to them meanwhile, stays and is told."""
    if other_files(earlier):
        kept = name_beside(folder, "kept")
        earlier.rename(kept)
        return [f"files came into the folder while results were written; the folder as it was is kept as {kept}"]
    try:
        remove(earlier)
    except OSError as error:
        return [f"the earlier results could not be removed ({reason_of(error)}); they are in {earlier}"]
    return []


def made_from(scenario: str, folder: Path) -> str:
    """A scenario as seen from the folder above its results: its name, or a path that stays where both are moved."""
    path = Path(scenario)
    try:
        return Path(os.path.relpath(path.resolve(), folder.parent.resolve())).as_posix() if path.is_file() else scenario
    except (OSError, ValueError, RuntimeError):
        return scenario
