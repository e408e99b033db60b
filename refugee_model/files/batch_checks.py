"""Whether the files of a batch are what was written: checksums of every file, checked on resume and on request."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from refugee_model.disk import reason_of, sha256
from refugee_model.errors import OutputError, Problem

MANIFEST, INDEX, COMPARISON = "batch.json", "index.csv", "comparison.csv"
PARTITIONS, PARTITION_MANIFEST = "partitions", "manifest.json"


def partition_manifest(inputs: str, contents: Mapping[str, bytes]) -> bytes:
    """What a partition says of its files: their SHA-256, and what tells its inputs from all others."""
    said = {"program": "refugee_model", "inputs": inputs, "files": {name: sha256(data) for name, data in contents.items()}}
    return (json.dumps(said, indent=1) + "\n").encode()


def checksum_of(partition: Path) -> str:
    """The SHA-256 of what a partition says of its files; empty where it says nothing."""
    try:
        return sha256((partition / PARTITION_MANIFEST).read_bytes())
    except OSError:
        return ""


def read_batch(folder: Path) -> dict[str, Any] | None:
    """What a batch was begun with; None where that cannot be read."""
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("inputs"), dict):
        return None
    if not all(isinstance(value, str) for value in said["inputs"].values()):
        return None
    return said


def read_checksums(folder: Path) -> dict[str, str]:
    """The checksum of each finished partition as the index has it; none where there is no index."""
    try:
        text = (folder / INDEX).read_text(encoding="utf-8-sig")
        semicolons = text.partition("\n")[0].count(";") > 0  # as a table for Excel
        rows = list(csv.DictReader(text.splitlines(), delimiter=";" if semicolons else ","))
    except (OSError, ValueError, csv.Error):
        return {}
    return {Path(row.get("partition") or "").name: row.get("checksum") or "" for row in rows if row.get("status") == "done"}


def damage(partition: Path, inputs: str, expected: str) -> str:
    """What is wrong with the files of a partition; empty if nothing.

    Parameters
    ----------
    partition : Path
        Its folder.
    inputs : str
        What tells its inputs from all others.
    expected : str
        Its checksum in the index; empty where the index has none.
    """
    try:
        text = (partition / PARTITION_MANIFEST).read_bytes()
        said = json.loads(text)
        files = dict(said["files"])
        if said["inputs"] != inputs:
            return "it is the result of other inputs"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return f"{PARTITION_MANIFEST} cannot be read"
    if expected and sha256(text) != expected:
        return f"{PARTITION_MANIFEST} is not the one in {INDEX}"
    found = {path.relative_to(partition).as_posix() for path in partition.rglob("*")}
    for name in sorted(found - files.keys() - {PARTITION_MANIFEST}):
        return f"{name} is not a file of it"
    for name, digest in files.items():
        try:
            if sha256((partition / name).read_bytes()) != digest:
                return f"{name} was changed"
        except OSError as error:
            return f"{name}: {reason_of(error)}"
    return ""


def check_batch(folder: Path) -> tuple[int, int]:
    """Check every file of a batch.

    Parameters
    ----------
    folder : Path
        Where a batch was written.

    Returns
    -------
    finished, all : int
        How many combinations are finished and whole, and how many there are.

    Raises
    ------
    OutputError
        If it is no folder of a batch, or some of its files are not as they were written; each partition is named.
    """
    subject = f"the batch in {folder} cannot be used"
    said = read_batch(folder)
    if said is None:
        raise OutputError(subject, [Problem("", f"{MANIFEST} is missing or cannot be read; give the folder of a batch")])
    told, problems, finished = read_checksums(folder), [], 0
    for name, inputs in said["inputs"].items():
        partition = folder / PARTITIONS / name
        if not partition.is_dir():
            if told.get(name):
                problems.append(Problem(name, f"is missing, though {INDEX} has it as done"))
            continue
        reason = damage(partition, inputs, told.get(name, ""))
        finished += not reason
        if reason:
            problems.append(Problem(name, f"is damaged: {reason}"))
    if problems:
        problems.append(Problem("", "run the batch again with --resume: what is damaged is done again"))
        raise OutputError(subject, problems)
    return finished, len(said["inputs"])
