"""A folder of a batch, checked: versions that its numbers depend on, damage, and files of others."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from refugee_model.disk import MOST_TOLD, is_file_name, read_file, read_json, reason_of, sha256, sha256_of
from refugee_model.errors import OutputError, Problem
from refugee_model.wording import some_of

LIBRARIES = ("numpy", "scipy", "numba", "pandas")


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that work on numbers, as they are here."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, **{name: _version(name) for name in LIBRARIES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def in_words(versions: object) -> str:
    """Versions on one line; what is not known is said."""
    known = versions if isinstance(versions, Mapping) else {}
    return ", ".join(f"{name} {known.get(name, 'unknown')}" for name in ("python", *LIBRARIES))


def differences(earlier: object, now: Mapping[str, str]) -> list[str]:
    """Names of which the version was another."""
    known = earlier if isinstance(earlier, Mapping) else {}
    return [name for name, here in now.items() if known.get(name) != here]


MANIFEST, INDEX, COMPARISON, PICTURE = "batch.json", "index.csv", "comparison.csv", "comparison.png"
PARTITIONS, PARTITION_MANIFEST = "partitions", "manifest.json"
TABLES, ORDERS = ("measures", "draws", "ranges"), "orders"
PLANS, REGRETS, SHARED = "plans.csv", "regrets.csv", "shared_orders.csv"
"""The orders of each plan, what is regretted of each in all the others, and what many of them buy."""
SCENARIO = "scenario.toml"


def checksum_of(partition: Path) -> str:
    """The SHA-256 of what a partition says of its files; empty where it says nothing."""
    try:
        return sha256(read_file(partition / PARTITION_MANIFEST, most=MOST_TOLD))
    except OSError:
        return ""


def made_with(partition: Path) -> object:
    """What a partition says of the versions that made it; None where it says nothing."""
    said = read_json(partition / PARTITION_MANIFEST)
    return said.get("made_with") if isinstance(said, dict) else None


def read_batch(folder: Path) -> dict[str, Any] | None:
    """What a batch was begun with; None where that cannot be read."""
    said = read_json(folder / MANIFEST)
    inputs = said.get("inputs") if isinstance(said, dict) else None
    if not isinstance(inputs, dict) or not inputs:
        return None
    fine = all(isinstance(value, str) and is_file_name(name) for name, value in inputs.items())
    return said if fine else None


def read_checksums(folder: Path) -> dict[str, str]:
    """The checksum of each finished partition as the index has it; none where there is no index."""
    try:
        text = read_file(folder / INDEX, most=MOST_TOLD).decode("utf-8-sig")
        semicolons = text.partition("\n")[0].count(";") > 0  # as a table for Excel
        rows = list(csv.DictReader(text.splitlines(), delimiter=";" if semicolons else ","))
    except (OSError, ValueError, csv.Error):
        return {}
    done = [row for row in rows if row.get("status") == "done"]
    return {Path(row.get("partition") or "").name: row.get("checksum") or "" for row in done}


def damage(partition: Path, inputs: str, expected: str) -> str:
    """What is wrong with the files of a partition; empty if nothing."""
    try:
        text = read_file(partition / PARTITION_MANIFEST, most=MOST_TOLD)
        said = json.loads(text)
        files, sizes = dict(said["files"]), dict(said.get("bytes", {}))
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
            if sha256_of(partition / name, size=sizes.get(name)) != digest:
                return f"{name} was changed"
        except (OSError, ValueError) as error:
            return f"{name}: {reason_of(error)}"
    return ""


def holds_others(partition: Path) -> bool:
    """Whether a partition holds a file or folder that no partition has: somebody has put it there."""
    own = {
        SCENARIO,
        "scenario-draws.parquet",
        PARTITION_MANIFEST,
        *(f"{name}{ending}" for name in (*TABLES, ORDERS) for ending in (".parquet", ".csv")),
    }
    return any(path.name not in own or (path.is_dir() and not path.is_symlink()) for path in partition.iterdir())


def check_batch(folder: Path) -> tuple[int, int]:
    """Check every file of a batch."""
    subject = f"the batch in {folder} cannot be used"
    said = read_batch(folder)
    if said is None:
        missing = f"{MANIFEST} is missing or cannot be read; give the folder of a batch"
        raise OutputError(subject, missing)
    told, problems, finished = read_checksums(folder), [], 0
    for name, inputs in said["inputs"].items():
        partition = folder / PARTITIONS / name
        if not partition.is_dir():
            if os.path.lexists(partition):
                problems.append(Problem(name, "is not a folder; move it away"))
            elif told.get(name):
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


def find_other_versions(folder: Path) -> list[str]:
    """What a person should know of the versions that made a batch, where they differ among them or from ours."""
    said = read_batch(folder) or {}
    begun, now = said.get("made_with"), library_versions()
    found = []
    if differences(begun, now):
        found.append(
            f"it was begun with {in_words(begun)}, and here are {in_words(now)}: --resume refuses to go on with other "
            "versions, which may give other numbers, unless --other-versions is added"
        )
    partitions = [folder / PARTITIONS / name for name in said.get("inputs", {})]
    others = [path.name for path in partitions if path.is_dir() and made_with(path) != begun]
    if others:
        which = f"{some_of(others, 3)}; see made_with in {INDEX}"
        found.append(f"made with other versions than those it was begun with: {which}")
    return found
