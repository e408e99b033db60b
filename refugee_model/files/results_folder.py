"""A folder of results: written whole or not at all, and never over anything a person wrote."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from refugee_model.errors import OutputError, Problem

MANIFEST = "manifest.json"
ENOUGH = 100
"""Files of others after which looking for more is no use."""


def check_folder(folder: Path, *, force: bool = False) -> None:
    """Make sure that results can be written to a folder, before any work is done.

    Parameters
    ----------
    folder : Path
        Where the results are to go; it need not exist.
    force : bool
        Whether results may be put among other files.

    Raises
    ------
    OutputError
        If it is a file, cannot be written to, or holds files that are not unchanged results of this program.
    """
    subject = f"results cannot be written to {folder}"
    if folder.exists() and not folder.is_dir():
        raise OutputError(subject, [Problem("", "it is a file; choose another name with --out")])
    if folder.absolute() == Path(folder.absolute().anchor):
        raise OutputError(subject, [Problem("", "it is the root of the file system; give a folder with --out")])
    parent = next(place for place in folder.absolute().parents if place.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(subject, [Problem("", f"{parent} cannot be written to; choose another place with --out")])
    try:
        Path(tempfile.mkdtemp(prefix=".refugee-model.", dir=parent)).rmdir()
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(subject, [Problem("", f"{parent} cannot be written to ({reason}); choose another place with --out")]) from None
    others = [] if force or not folder.is_dir() else _others(folder)
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise OutputError(
            subject,
            [
                Problem(
                    "", f"it holds other or changed files ({', '.join(others[:3])}{more}); choose another folder with --out, or add --force"
                )
            ],
        )


def write_folder(folder: Path, files: Mapping[str, bytes], *, force: bool = False) -> None:
    """Write results whole: either all files are there afterwards, or the folder is as it was.

    Parameters
    ----------
    folder : Path
        Where to; made if need be.
    files : mapping of str to bytes
        Contents by path within the folder, such as ``plots/arrivals.png``.
    force : bool
        Whether results may be put among other files; files of the same name are then replaced.

    Raises
    ------
    OutputError
        If the folder cannot be used, or writing fails.
    """
    check_folder(folder, force=force)
    made = _missing_parents(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        raise _failed(folder, error) from None
    try:
        manifest = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        for name, data in {**files, MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode()}.items():
            path = staged / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        staged.chmod(0o755)
        _put_in_place(staged, folder, force=force)
    except OSError as error:
        shutil.rmtree(staged, ignore_errors=True)
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
        raise _failed(folder, error) from None
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _put_in_place(staged: Path, folder: Path, *, force: bool) -> None:
    if folder.is_dir() and force and _others(folder):
        for path in sorted(item for item in staged.rglob("*") if item.is_file()):
            target = folder / path.relative_to(staged)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        shutil.rmtree(staged)
        return
    if not folder.is_dir():
        staged.replace(folder)
        return
    earlier = folder.with_name(f"{staged.name}.earlier")
    folder.replace(earlier)
    try:
        staged.replace(folder)
    except BaseException:
        earlier.replace(folder)
        raise
    shutil.rmtree(earlier)


def _missing_parents(folder: Path) -> list[Path]:
    return [parent for parent in folder.absolute().parents if not parent.exists()]


def _others(folder: Path) -> list[str]:
    """Files that are not results of this program as it wrote them."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = {}
    if not isinstance(manifest, dict):
        manifest = {}
    found = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    others = (path.relative_to(folder).as_posix() for path in found if not _is_ours(path, path.relative_to(folder).as_posix(), manifest))
    try:
        return sorted(islice(others, ENOUGH))
    except OSError as error:
        return [f"{folder}, which cannot be read: {error.strerror}"]


def _is_ours(path: Path, name: str, manifest: dict[str, str]) -> bool:
    if name == MANIFEST:
        return bool(manifest)
    return name in manifest and hashlib.sha256(path.read_bytes()).hexdigest() == manifest[name]


def _failed(folder: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(f"results cannot be written to {folder}", [Problem("", f"{reason}; nothing was written")])
