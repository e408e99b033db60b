"""Each command that writes, killed at every rename, write and fsync: afterwards there is the old or the new, never
neither.

    python -m tests.test_crash_points          # from the top of a checkout: how many points each command has

What is worked out is kept from one time to the next, so that only what is written is done anew.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from refugee_model import cli, disk
from tests.crashes import killed
from tests.fuzz.hostile import REPORTS, SMALL, STUDY

KEPT = (
    "refugee_model.engine.simulation.simulate",
    "refugee_model.studies.forecast.forecast.forecast",
    "refugee_model.studies.forecast.restart.scenario_from_forecast",
    "refugee_model.studies.study.simulate_ensemble",
    "refugee_model.charts.picture.png",
    "refugee_model.files.results.run_results",
    "refugee_model.files.results.forecast_results",
)
COMMANDS: dict[str, tuple[list[str], str]] = {
    "run": (["run", "s.toml", "--quiet", "--out", "out"], "out"),
    "run --force": (["run", "s.toml", "--quiet", "--force", "--out", "out"], "out"),
    "forecast": (["forecast", "s.toml", "--reports", "r.csv", "--draws", "10", "--quiet", "--out", "out"], "out"),
    "batch": (["batch", "study.toml", "--csv", "--quiet", "--out", "out"], "out"),
    "new": (["new", "mine.toml", "--like", "s.toml", "--quiet"], "mine.toml"),
}
BEFORE = {
    "run": ("nothing", "results"),
    "run --force": ("results", "others"),
    "forecast": ("nothing", "results"),
    "batch": ("nothing", "half"),
    "new": ("nothing",),
}
"""What stands where the results are to go."""
CASES = [(command, before) for command, befores in BEFORE.items() for before in befores]


@pytest.fixture(scope="module")
def kept() -> Iterator[None]:
    """Each thing is worked out once, for each draw of a batch and each picture."""
    with pytest.MonkeyPatch.context() as patch:
        keep_what_is_worked_out(patch)
        yield


def keep_what_is_worked_out(patch: pytest.MonkeyPatch) -> None:
    """Let what takes long be done once; processes that are killed are no longer there."""

    def once(real: Callable[..., Any]) -> Callable[..., Any]:
        known: dict[str, Any] = {}

        def call(*words: Any, **options: Any) -> Any:
            name = f"{getattr(words[0], 'title', '')}"
            if name not in known:
                known[name] = real(*words, **options)
            return known[name]

        return call

    for name in KEPT:
        module, _, attribute = name.rpartition(".")
        real = getattr(__import__(module, fromlist=[attribute]), attribute)
        patch.setattr(name, once(real))
    for name in ("refugee_model.disk.lives", "refugee_model.files.lock.lives"):
        patch.setattr(name, lambda process: False)


def prepared(place: Path, before: str, ready: Path | None) -> None:
    """A folder with a person's files, and what stands where the results are to go."""
    place.mkdir()
    (place / "s.toml").write_text(SMALL, encoding="utf-8")
    (place / "study.toml").write_text(STUDY.replace("[axes.b.y]", "[axes.b.z]\n[axes.b.y]"), encoding="utf-8")
    (place / "r.csv").write_text(REPORTS, encoding="utf-8")
    if before in ("results", "others") and ready is not None:
        shutil.copytree(ready, place / "out")
        old = {"scenario.toml": b"old", "only-in-the-old.csv": b"old", "plots/flow.png": b"old"}
        shutil.rmtree(place / "out")
        (place / "out" / "plots").mkdir(parents=True)
        for name, data in old.items():
            (place / "out" / name).write_bytes(data)
        said = {"program": "refugee_model", "files": {name: disk.sha256(data) for name, data in old.items()}}
        (place / "out" / "manifest.json").write_text(json.dumps(said))
    if before == "others":
        (place / "out" / "plots" / "mine.txt").write_text("mine")
    if before == "half" and ready is not None:
        shutil.copytree(ready, place / "out")
        shutil.rmtree(place / "out" / "partitions" / "x+y")
        (place / "out" / "partitions" / "x+z" / "ranges.csv").write_text("damaged")


EVERY = 7
"""So-manieth point at which a command is killed here; ``python -m tests.test_crash_points`` takes every one."""


def contents(place: Path) -> dict[str, bytes]:
    """All files of a folder, or a file."""
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place.parent).as_posix(): path.read_bytes() for path in files}


def shell(words: list[str], place: Path) -> str:
    """What a command says."""
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    with chdir(place), pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["refugee-model", *words])
        with suppress(SystemExit):
            cli.main()
    err.seek(0)
    return err.read()


def points(command: str, before: str, root: Path, *, every: int = 1) -> Counter[str]:
    """Kill a command at every point, or at every so-manieth, check what is there and finish it; how many points of each
    kind there are.
    """
    (words, name), again = COMMANDS[command], []
    prepared(root / "first", "nothing", None)
    said = shell(words, root / "first")
    ready = root / "first" / name
    assert ready.exists(), said
    if command == "batch":
        again = ["--resume"]
    prepared(root / "whole", before, ready)
    old = contents(root / "whole" / name)
    shell(words + (again if before == "half" else []), root / "whole")
    new = contents(root / "whole" / name)
    over, at = False, 1 - every
    while not over:
        at += every
        place, made = root / str(at), Counter[str]()
        prepared(place, before, ready)
        mine = {
            path: path.read_bytes()
            for path in (place / "s.toml", place / "r.csv", place / "out" / "plots" / "mine.txt")
            if path.exists()
        }
        begun = words + (again if before == "half" else [])
        over = killed(at, lambda begun=begun, place=place: shell(begun, place), made)
        for path, data in mine.items():
            assert path.read_bytes() == data, f"{path.name} was lost at {at}"
        if command == "batch":
            if (place / "out" / "batch.json").exists():
                shell([*words, "--resume"], place)
            else:
                shell(words, place)
        else:
            _old_or_new(place, name, command, old, new, at)
            if command == "new":
                (place / name).unlink(missing_ok=True)
            shell(words, place)
        assert contents(place / name) == new, f"{command}, {before}: killed at {at}, and not the same when done again"
        left = [path.name for path in place.rglob("*") if path.name.startswith(disk.OURS)]
        assert not left, f"{left} left at {at}"
        shutil.rmtree(place)
    return made


def _old_or_new(place: Path, name: str, command: str, old: dict[str, bytes], new: dict[str, bytes], at: int) -> None:
    found = contents(place / name) if (place / name).exists() else {}
    if found and not any(disk.OURS in path for path in found):
        assert found in (old, new), f"neither the old nor the new at {at}"
        return
    beside = [contents(path) for path in sorted(place.iterdir()) if path.name.startswith(disk.OURS) and path.is_dir()]
    if (
        not found
    ):  # not there yet; where there was an old one, it stands beside under its other name until it is put back
        inner = [{path.partition("/")[2]: data for path, data in files.items()} for files in beside]
        assert not old or {path.partition("/")[2]: data for path, data in old.items()} in inner, (
            f"nothing is left at {at}"
        )
        return
    with chdir(place):  # files among others are put back by whoever comes next
        from refugee_model.disk import undo_killed

        undo_killed(place / name)
    assert contents(place / name) in (old, new), f"neither the old nor the new at {at}, when put back"


@pytest.mark.slow
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(("command", "before"), CASES)
def test_killed_at_every_point(command: str, before: str, tmp_path: Path) -> None:
    made = points(command, before, tmp_path, every=1 if command == "new" else EVERY)
    assert made.total() >= (5 if command == "new" else 50)
    assert {"write", "fsync", "open"} <= made.keys()


if __name__ == "__main__":
    chosen = sys.argv[1:]
    with pytest.MonkeyPatch.context() as worked_out:
        keep_what_is_worked_out(worked_out)
        for one, other in [case for case in CASES if not chosen or " ".join(case) in chosen]:
            with tempfile.TemporaryDirectory() as folder:
                found = points(one, other, Path(folder))
                print(f"{one}, {other} before: {found.total()} points: {dict(sorted(found.items()))}", flush=True)
