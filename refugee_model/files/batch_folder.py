"""A folder of a batch: one partition for each combination, each whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from refugee_model.errors import OutputError, Problem
from refugee_model.files.lock import LOCK
from refugee_model.files.results_folder import check_folder
from refugee_model.files.scenario_text import scenario_text
from refugee_model.files.table_files import EXCEL, csv_bytes, json_text
from refugee_model.studies.batch import ranges
from refugee_model.studies.ensemble import Ensemble
from refugee_model.studies.study import Combination, Study, folder_name
from refugee_model.tables.provenance import DIGITS, run_id
from refugee_model.version import VERSION

MANIFEST = "batch.json"
PARTITIONS = "partitions"
PART = ".part-"


@dataclass(frozen=True)
class BatchFolder:
    """Where the results of a study go.

    Attributes
    ----------
    path : Path
        The folder.
    study : Study
        What is run.
    csv : bool or "excel"
        Whether each table is written as CSV too, or as CSV for Excel.
    hashes : dict of tuple to str
        What tells the inputs of each combination from all others.
    """

    path: Path
    study: Study
    csv: bool | str
    hashes: dict[Combination, str]

    def partition(self, combination: Combination) -> Path:
        """Folder of a combination; there if it is finished."""
        return self.path / PARTITIONS / folder_name(combination)

    def left(self) -> list[Combination]:
        """Combinations that are not finished, in their order."""
        return [combination for combination in self.study.combinations if not self.partition(combination).is_dir()]

    def begin(self, *, resume: bool) -> None:
        """Refuse what another study left here; write down what this one is; clear away what a killed run left half-done.

        Raises
        ------
        OutputError
            If the folder holds a batch and ``resume`` is not asked for, or one of other inputs.
        """
        earlier = self._earlier()
        if earlier is not None and not resume:
            done = len(self.study.combinations) - len(self.left())
            reason = f"it holds a batch already ({done} of {len(self.study.combinations)} combinations finished)"
            raise _refused(self.path, [Problem("", f"{reason}; add --resume to do the rest, or choose another folder")])
        if earlier is not None:
            problems = list(_changes(earlier, self._manifest()))
            if problems:
                raise _refused(self.path, [*problems, Problem("", "a batch is finished with what it began with; choose another folder")])
        else:
            self._write_manifest()
        try:
            (self.path / PARTITIONS).mkdir(exist_ok=True)
            for rest in (self.path / PARTITIONS).glob(f"{PART}*"):
                shutil.rmtree(rest)
        except OSError as error:
            raise self.failed(error) from None

    def _write_manifest(self) -> None:
        part = self.path / f".{MANIFEST}.part"
        try:
            part.unlink(missing_ok=True)
            _write(part, json_text(self._manifest()).encode())
            part.replace(self.path / MANIFEST)
            _settle(self.path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise self.failed(error) from None

    def _manifest(self) -> dict[str, Any]:
        inputs = {folder_name(combination): self.hashes[combination] for combination in self.study.combinations}
        told = {"version": VERSION, "seed": self.study.seed, "draws": self.study.draws, "csv": self.csv, "inputs": inputs}
        return {"study_id": self.study_id, **told}

    @property
    def study_id(self) -> str:
        """What tells one study from another: the same inputs, draws, seed and version give the same eight digits."""
        told = [VERSION, self.study.seed, self.study.draws, sorted(self.hashes.items())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:DIGITS]

    def attributes(self) -> dict[str, str | int]:
        """What tables of the batch carry in ``attrs``: title, source, study_id, version, draws, seed, uncertain, assumed.

        The last two are how many numbers of the base are uncertain, and of how many the reason says that something is assumed.
        """
        base = self.study.base
        origin = {"title": self.study.title, "source": base.source, "study_id": self.study_id, "version": VERSION}
        assumed = sum("assumed" in distribution.reason for distribution in base.uncertain.values())
        return {**origin, "draws": self.study.draws, "seed": self.study.seed, "uncertain": len(base.uncertain), "assumed": assumed}

    def _earlier(self) -> dict[str, Any] | None:
        path = self.path / MANIFEST
        if not path.exists():
            return None
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            return {**said, "inputs": dict(said["inputs"])}
        except (OSError, ValueError, KeyError, TypeError):
            raise _refused(self.path, [Problem(MANIFEST, "cannot be read, so what the batch began with is not known")]) from None

    def write(self, combination: Combination, ensemble: Ensemble) -> None:
        """Write one partition whole.

        Raises
        ------
        OutputError
            If it cannot be written; what is finished stays.
        """
        target = self.partition(combination)
        staged = target.with_name(f"{PART}{target.name}")
        tables = {"measures": ensemble.measures, "draws": ensemble.draws, "ranges": ranges(ensemble)}
        header = f"Combination {', '.join(combination)}, {len(ensemble):,} draws, seed {ensemble.seed}, refugee_model {VERSION}."
        try:
            shutil.rmtree(staged, ignore_errors=True)
            staged.mkdir()
            _write(staged / "scenario.toml", scenario_text(ensemble.scenario, header=header).encode())
            for name, table in tables.items():
                _write(staged / f"{name}.parquet", _parquet(table))
                if self.csv:
                    _write(staged / f"{name}.csv", csv_bytes(table, excel=self.csv == EXCEL))
            staged.replace(target)
            _settle(target.parent)
        except OSError as error:
            raise self.failed(error) from None
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def index(self, failed: Mapping[Combination, object]) -> pd.DataFrame:
        """What each combination is and how far it is.

        Parameters
        ----------
        failed : mapping
            Combinations that cannot be run.

        Returns
        -------
        DataFrame
            combination, one column an axis, hash, version, seed, draws, partition, status (done, failed, to do).
        """
        rows = []
        for combination in self.study.combinations:
            status = "failed" if combination in failed else "done" if self.partition(combination).is_dir() else "to do"
            place = f"{PARTITIONS}/{folder_name(combination)}"
            told = (self.hashes[combination], VERSION, self.study.seed, self.study.draws, place, status)
            rows.append((", ".join(combination), *combination, *told))
        columns = ["combination", *self.study.axes, "hash", "version", "seed", "draws", "partition", "status"]
        return pd.DataFrame(rows, columns=columns)

    def read_ranges(self, combination: Combination) -> pd.DataFrame:
        """The ranges of a finished combination.

        Raises
        ------
        OutputError
            If the file is not there or cannot be read.
        """
        path = self.partition(combination) / "ranges.parquet"
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            reason = f"cannot be read ({error}); remove the folder {path.parent} and add --resume"
            raise _refused(self.path, [Problem("", f"{path.name} of {', '.join(combination)} {reason}")]) from None

    def failed(self, error: OSError) -> OutputError:
        """What to say when writing fails."""
        done = len(self.study.combinations) - len(self.left())
        stays = f"{done} of {len(self.study.combinations)} combinations are finished and stay; mend it and add --resume"
        return _refused(self.path, [Problem("", f"{error.strerror or error}; {stays}")])


def open_folder(path: Path, study: Study, *, csv: bool | str, force: bool) -> BatchFolder:
    """The folder of a batch, made if need be.

    Parameters
    ----------
    path : Path
        Where the results are to go.
    study : Study
        What is run.
    csv : bool or "excel"
        Whether each table is written as CSV too, or as CSV for Excel.
    force : bool
        Whether the results may be put among other files.

    Returns
    -------
    BatchFolder
        Not yet begun.

    Raises
    ------
    OutputError
        If it cannot be written to, or holds other files.
    """
    check_folder(path, force=True)
    if path.is_dir() and not force and not (path / MANIFEST).exists():
        others = sorted(item.name for item in path.iterdir() if not item.name.startswith((LOCK, f".{MANIFEST}")))
        if others:
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            found = f"it holds other files ({', '.join(others[:3])}{more})"
            raise _refused(path, [Problem("", f"{found}; choose another folder with --out, or add --force")])
    hashes = {combination: run_id(study.scenario(combination)) for combination in study.combinations}
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(path, [Problem("", f"{error.strerror or error}; nothing was written")]) from None
    return BatchFolder(path, study, csv, hashes)


def _changes(earlier: dict[str, Any], now: dict[str, Any]) -> list[Problem]:
    problems = [
        Problem(name, f"found {now[name]}, but the batch was begun with {earlier.get(name)}")
        for name in ("version", "seed", "draws", "csv")
        if earlier.get(name) != now[name]
    ]
    before, after = earlier["inputs"], now["inputs"]
    for said, names in (
        ("is new in the study", after.keys() - before.keys()),
        ("is no longer in the study", before.keys() - after.keys()),
    ):
        problems.extend(Problem(name, said) for name in sorted(names)[:10])
    if earlier.get("version") == now["version"]:  # a hash counts the version too
        other = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
        problems.extend(Problem(name, "has other inputs than when the batch was begun") for name in other[:10])
        if len(other) > 10:
            problems.append(Problem("", f"and {len(other) - 10} more combinations have other inputs"))
    return problems


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Write a file, and wait until it is on the disk: a partition must be whole after a power loss."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refused(folder: Path, problems: list[Problem]) -> OutputError:
    return OutputError(f"the batch cannot be written to {folder}", problems)
