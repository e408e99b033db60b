"""The cache of compiled code never serves old code, and keeps out of the way of other users of numba."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numba
import pytest

from refugee_model.engine import compiling

PACKAGE = Path(compiling.__file__).parents[1]
CALL = """
import numpy as np
from refugee_model.engine.stages.hosting import set_decay
from refugee_model.engine.variables import LANES, One
one = np.zeros(len(One) * LANES)
one[One.comes_back] = 0.5
set_decay(one, 2.0, 1)
print(round(float(one[One.hosted_kept]), 6), sum(set_decay.stats.cache_hits.values()))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of the package, whose rules a test may edit."""
    shutil.copytree(PACKAGE, tmp_path / "refugee_model", ignore=shutil.ignore_patterns("__pycache__"))
    yield tmp_path
    for folder in tmp_path.rglob("*"):
        if folder.is_dir():
            folder.chmod(0o755)


def call(folder: Path, **environment: str) -> tuple[float, bool]:
    """What a rule that another file calls gives, and whether the caller came from the cache."""
    own = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    command = {"cwd": folder, "env": own | {"PYTHONPATH": str(folder), "HOME": str(folder / "home")} | environment}
    done = subprocess.run([sys.executable, "-B", "-c", CALL], capture_output=True, text=True, check=True, **command)  # type: ignore[call-overload]
    kept, hits = done.stdout.split()
    return float(kept), int(hits) > 0


def edit_the_rule(folder: Path) -> None:
    """Another rule in a file of the same size and time."""
    rules = folder / "refugee_model" / "engine" / "rules.py"
    text, times = rules.read_text(encoding="utf-8"), rules.stat()
    assert text.count("return math.exp(-rate * hours)") == 1
    rules.write_text(text.replace("return math.exp(-rate * hours)", "return math.exp(-rate / hours)"), encoding="utf-8")
    os.utime(rules, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert rules.stat().st_size == times.st_size


@pytest.mark.slow
def test_an_edited_rule_gives_its_new_result_where_another_file_calls_it(copy: Path) -> None:
    assert call(copy) == (0.367879, False)
    assert call(copy) == (0.367879, True)
    edit_the_rule(copy)
    assert call(copy) == (0.778801, False)
    assert len(list((copy / "refugee_model" / "engine" / "__pycache__").glob("refugee_model-*"))) == 2


def test_an_edited_stage_is_other_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stage = tmp_path / "stages" / "road.py"
    stage.parent.mkdir()
    monkeypatch.setattr(compiling, "ENGINE", tmp_path)
    keys = set()
    for text in ("one rule", "another rule"):
        stage.write_text(text, encoding="utf-8")
        keys.add(compiling._key.__wrapped__(stage))
    assert len(keys) == 2


@pytest.mark.slow
def test_a_person_who_chose_a_folder_keeps_it(copy: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen"
    assert call(copy, NUMBA_CACHE_DIR=str(chosen)) == (0.367879, False)
    assert [path.name.startswith("refugee_model-") for path in chosen.iterdir()] == [True]
    edit_the_rule(copy)
    assert call(copy, NUMBA_CACHE_DIR=str(chosen)) == (0.778801, False)
    assert not (copy / "refugee_model" / "engine" / "__pycache__").exists()


def test_a_package_that_cannot_be_written_uses_the_persons_own_folder(
    copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(compiling, "ENGINE", blocked)
    monkeypatch.setattr(compiling, "_key", lambda _: "0" * 16)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(sys, "platform", "linux")
    compiling._folder.cache_clear()
    assert compiling._folder("0" * 16) == tmp_path / "own" / "refugee_model" / f"refugee_model-{'0' * 16}"
    compiling._folder.cache_clear()


def test_where_nothing_can_be_written_there_is_no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(blocked))
    compiling._folder.cache_clear()
    assert compiling._folder("0" * 16) is None
    monkeypatch.setattr(compiling, "_folder", lambda _: None)
    assert compiling.compiled(lambda value: 2.0 * value)(3.0) == 6.0


def test_other_users_of_numba_keep_their_cache() -> None:
    before = numba.config.CACHE_DIR
    compiling.compiled(lambda value: value)
    assert before == numba.config.CACHE_DIR


def test_old_folders_go(tmp_path: Path) -> None:
    folders = [tmp_path / f"refugee_model-{number:016d}" for number in range(8)]
    for age, folder in enumerate(folders):
        folder.mkdir()
        os.utime(folder, (1e9 - age, 1e9 - age))
    compiling._tidy(tmp_path, folders[-1])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in [*folders[:4], folders[-1]])
