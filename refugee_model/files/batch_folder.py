"""A folder of a batch: one partition for each combination, each whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from refugee_model.disk import (
    OURS,
    create_files,
    name_beside,
    new_folder,
    reason_of,
    remove,
    settle,
    undo_killed,
    write_file,
)
from refugee_model.errors import OutputError, Problem, printable
from refugee_model.files.batch_checks import (
    COMPARISON,
    INDEX,
    MANIFEST,
    ORDERS,
    PARTITION_MANIFEST,
    PARTITIONS,
    PICTURE,
    TABLES,
    checksum_of,
    damage,
    differences,
    holds_others,
    in_words,
    library_versions,
    made_with,
    read_batch,
    read_checksums,
)
from refugee_model.files.lock import LOCK
from refugee_model.files.results_folder import check_folder, manifest_of
from refugee_model.files.scenario_text import scenario_files
from refugee_model.files.table_files import EXCEL, csv_bytes, json_text
from refugee_model.interruption import Undisturbed
from refugee_model.studies.ensemble import Ensemble
from refugee_model.studies.study import OF_RUNS, Combination, Study, folder_name, is_ranges, ranges
from refugee_model.tables.provenance import DIGITS, run_id
from refugee_model.version import VERSION
from refugee_model.wording import as_found, some_of, whole


@dataclass(frozen=True)
class BatchFolder:
    """Where the results of a study go."""

    path: Path
    """The folder."""
    study: Study
    """What is run."""
    csv: bool | str
    """Whether each table is written as CSV too, or as CSV for Excel."""
    hashes: dict[Combination, str]
    """What tells the inputs of each combination from all others."""
    checksums: dict[Combination, str] = field(default_factory=dict, compare=False)
    """Of the finished combinations, as far as they have been read or written; see ``batch_checks``."""

    def partition(self, combination: Combination) -> Path:
        """Folder of a combination; there if it is finished."""
        return self.path / PARTITIONS / folder_name(combination)

    def left(self) -> list[Combination]:
        """Combinations that are not finished, in their order."""
        return [combination for combination in self.study.combinations if not self.partition(combination).is_dir()]

    @property
    def progress(self) -> str:
        """How many combinations are finished, in words."""
        all_of_them = len(self.study.combinations)
        return f"{all_of_them - len(self.left())} of {all_of_them} combinations"

    def begin(self, *, resume: bool, say: Callable[[str], None], other_versions: bool = False) -> None:
        """Refuse what another study left here; write down what this one is; clear away what a killed run left
        half-done. Partitions that are not as they were written are named with ``say`` and set aside to be done again.
        With ``other_versions`` a batch that was begun with other versions of libraries is gone on with.
        """
        earlier = self._earlier()
        if earlier is not None and not resume:
            reason = f"it holds a batch already ({self.progress} finished)"
            raise _refused(self.path, f"{reason}; add --resume to do the rest, or choose another folder")
        if earlier is not None:
            if problems := _changes(earlier, self._manifest()):
                mend = "a batch is finished with what it began with; choose another folder"
                raise _refused(self.path, [*problems, Problem("", mend)])
            if not other_versions and (others := list(_other_versions(earlier))):
                raise _refused(self.path, others)
        if in_the_way := list(self._in_the_way(begun=earlier is not None)):
            raise _refused(self.path, in_the_way)
        if earlier is None:
            write_file(self.path / MANIFEST, json_text(self._manifest()).encode(), follow=False)
        try:
            (self.path / PARTITIONS).mkdir(exist_ok=True)
            for place in (self.path.parent, self.path, self.path / PARTITIONS):
                undo_killed(place)
            if earlier is not None:
                self._drop_damaged(say)
        except OSError as error:
            raise self.failed(error) from None

    def _in_the_way(self, *, begun: bool) -> Iterator[Problem]:
        """What has a name that folders of this batch must have, and is none of them."""
        for path in (self.path / PARTITIONS, *map(self.partition, self.study.combinations)):
            name = path.relative_to(self.path).as_posix()
            if os.path.lexists(path) and not path.is_dir():
                yield Problem(name, "is not a folder; move it away")
            elif not begun and name != PARTITIONS and path.is_dir():
                yield Problem(name, f"is of a batch whose {MANIFEST} is missing; move it away")
        for name in (INDEX, COMPARISON, PICTURE):
            if (self.path / name).is_dir():
                yield Problem(name, "is a folder; move it away")

    def _drop_damaged(self, say: Callable[[str], None]) -> None:
        told = read_checksums(self.path)
        for combination in self.study.combinations:
            partition = self.partition(combination)
            expected = told.get(folder_name(combination), "")
            reason = damage(partition, self.hashes[combination], expected) if partition.is_dir() else ""
            if reason:
                said = f"{', '.join(combination)} is damaged ({reason}) and is done again"
                if not partition.is_symlink() and holds_others(partition):
                    kept = name_beside(self.path / partition.name, "kept")
                    partition.rename(kept)
                    said += f"; it holds other files, so what was there stays as {kept}"
                else:
                    remove(partition)
                say(said)

    def _manifest(self) -> dict[str, Any]:
        inputs = {folder_name(combination): self.hashes[combination] for combination in self.study.combinations}
        told = {"version": VERSION, "made_with": library_versions(), "seed": self.study.seed, "draws": self.study.draws}
        told |= {"csv": self.csv, "inputs": inputs}
        told |= {"plan": self.study.plan.model_dump()} if self.study.plan else {}
        return {"study_id": self.study_id, **told}

    @property
    def study_id(self) -> str:
        """What tells one study from another: the same inputs, draws, seed and version give the same eight digits."""
        told = [VERSION, self.study.seed, self.study.draws, sorted(self.hashes.items())]
        told += [self.study.plan.model_dump()] if self.study.plan else []
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:DIGITS]

    def attributes(self) -> dict[str, str | int]:
        """What tables of the batch carry in ``attrs``: title, source, study_id, version, draws, seed, uncertain,
        assumed. The last two are how many numbers of the base are uncertain, and of how many the reason says that
        something is assumed.
        """
        base = self.study.base
        return {
            "title": self.study.title,
            "source": base.source,
            "study_id": self.study_id,
            "version": VERSION,
            "draws": self.study.draws,
            "seed": self.study.seed,
            "uncertain": len(base.uncertain),
            "assumed": sum("assumed" in distribution.reason for distribution in base.uncertain.values()),
        }

    def _earlier(self) -> dict[str, Any] | None:
        path = self.path / MANIFEST
        if not path.exists():
            return None
        said = read_batch(self.path)
        if said is None:
            raise _refused(self.path, [Problem(MANIFEST, "cannot be read, so what the batch began with is not known")])
        return said

    def write(self, combination: Combination, ensemble: Ensemble, orders: pd.DataFrame | None = None) -> None:
        """Write one partition whole, with the orders of its plan where one was made."""
        target = self.partition(combination)
        tables = dict(zip(TABLES, (ensemble.measures, ensemble.draws, ranges(ensemble)), strict=True))
        tables |= {} if orders is None else {ORDERS: orders}
        made = f"{whole(len(ensemble))} draws, seed {ensemble.seed}, refugee_model {VERSION}."
        header = f"Combination {', '.join(combination)}, {made}"
        contents = scenario_files("scenario", ensemble.scenario, header=header)
        for name, table in tables.items():
            contents[f"{name}.parquet"] = table.to_parquet(index=False)
            if self.csv:
                contents[f"{name}.csv"] = csv_bytes(table, excel=self.csv == EXCEL)
        of = {"inputs": self.hashes[combination], "made_with": library_versions()}
        contents[PARTITION_MANIFEST] = manifest_of(contents, **of)
        try:
            with Undisturbed():
                _put(contents, target)
        except OSError as error:
            raise self.failed(error) from None

    def index(self, failed: Mapping[Combination, object]) -> pd.DataFrame:
        """What each combination is and how far it is."""
        rows = []
        for combination in self.study.combinations:
            status = "failed" if combination in failed else "done" if self.partition(combination).is_dir() else "to do"
            checksum = self.checksum(combination) if status == "done" else ""
            made = in_words(made_with(self.partition(combination))) if checksum else ""
            run = (self.hashes[combination], VERSION, self.study.seed, self.study.draws)
            where = f"{PARTITIONS}/{folder_name(combination)}"
            rows.append((", ".join(combination), *combination, *run, where, status, checksum, made))
        return pd.DataFrame(rows, columns=["combination", *self.study.axes, *OF_RUNS])

    def checksum(self, combination: Combination) -> str:
        """The checksum of a finished combination, read once."""
        if combination not in self.checksums:
            self.checksums[combination] = checksum_of(self.partition(combination))
        return self.checksums[combination]

    def read_ranges(self, combination: Combination) -> pd.DataFrame:
        """The ranges of a finished combination."""
        return self._read(combination, "ranges", is_ranges)

    def read_measures(self, combination: Combination) -> pd.DataFrame:
        """The measures of each draw of a finished combination."""
        return self._read(combination, "measures", lambda table: len(table) == self.study.draws)

    def read_orders(self, combination: Combination) -> pd.DataFrame:
        """The orders of the plan of a finished combination."""
        return self._read(combination, ORDERS, lambda table: {"option", "quantity"} <= {*table.columns})

    def _read(self, combination: Combination, name: str, fits: Callable[[pd.DataFrame], bool]) -> pd.DataFrame:
        path = self.partition(combination) / f"{name}.parquet"
        try:
            table = pd.read_parquet(path)
            if not fits(table):
                raise ValueError("it is a table of something else")
        except (OSError, ValueError, TypeError, LookupError, ArithmeticError, NotImplementedError) as error:
            reason = f"cannot be read ({printable(str(error))}); remove the folder {path.parent} and add --resume"
            raise _refused(self.path, f"{path.name} of {', '.join(combination)} {reason}") from None
        return table

    def failed(self, error: OSError) -> OutputError:
        """What to say when writing fails."""
        stays = f"{self.progress} are finished and stay; mend it and add --resume"
        return _refused(self.path, f"{reason_of(error)}; {stays}")


def open_folder(path: Path, study: Study, *, csv: bool | str, force: bool, inputs: Sequence[Path] = ()) -> BatchFolder:
    """The folder of a batch, made if need be."""
    path = check_batch_folder(path, force=force, inputs=inputs)
    hashes = {combination: run_id(study.scenario(combination)) for combination in study.combinations}
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(path, f"{reason_of(error)}; nothing was written") from None
    return BatchFolder(path, study, csv, hashes)


def check_batch_folder(path: Path, *, force: bool, inputs: Sequence[Path]) -> Path:
    """Make sure that a batch can be written to a folder, before any work is done."""
    path = check_folder(path, force=True, inputs=inputs)
    if path.is_dir() and not force and not (path / MANIFEST).exists():
        others = sorted(item.name for item in path.iterdir() if not item.name.startswith((LOCK, OURS)))
        if others:
            found = f"it holds other files ({some_of(others, 3)})"
            raise _refused(path, f"{found}; choose another folder with --out, or add --force")
    return path


def _put(contents: Mapping[str, bytes], target: Path) -> None:
    """Write files into a new folder beside, and give it its name."""
    staged = new_folder(target.parent)
    try:
        create_files(staged, contents)
        staged.rename(target)
        settle(target.parent)
    finally:
        if staged.exists():
            remove(staged)


def _changes(earlier: dict[str, Any], now: dict[str, Any]) -> list[Problem]:
    problems = [
        Problem(name, f"found {now.get(name)}, but the batch was begun with {_told(earlier.get(name))}")
        for name in ("version", "seed", "draws", "csv", "plan")
        if earlier.get(name) != now.get(name)
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


def _told(value: object) -> str:
    """What a file says, which anybody may have written."""
    return value if isinstance(value, str) and len(value) <= 60 and value.isprintable() else as_found(value)


def _other_versions(earlier: dict[str, Any]) -> Iterator[Problem]:
    begun, now = earlier.get("made_with"), library_versions()
    changed, known = differences(begun, now), begun if isinstance(begun, dict) else {}
    for name in changed:
        was = _told(known.get(name, "an unknown version"))
        yield Problem(name, f"found {now[name]}, but the batch was begun with {was}")
    if changed:
        yield Problem(
            "",
            "other versions may give other numbers: install the same versions, or begin anew in another folder; or add "
            "--other-versions (other_versions=True) to go on, and the column made_with of the index says what each "
            "combination was made with",
        )


def _refused(folder: Path, problems: str | list[Problem]) -> OutputError:
    return OutputError(f"the batch cannot be written to {folder}", problems)
