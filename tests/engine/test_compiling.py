"""The cache of compiled code never serves old code, and keeps out of the way of other users of numba."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numba
import pytest

from refugee_model.engine import compiling
from refugee_model.errors import CacheWarning
from tests.plain_user import as_plain_user

PACKAGE = Path(compiling.__file__).parents[1]
DATA = PACKAGE.parent / "data"
SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"
CALL = """
import numpy as np
from refugee_model.engine.tried import tried
from refugee_model.engine.variables import AT_ONCE, One
one = np.zeros(len(One) * AT_ONCE)
one[One.comes_back] = 0.5
tried(one)
print(round(float(one[One.hosted_kept]), 6), sum(tried.stats.cache_hits.values()))
"""
TRIED = """
from refugee_model.engine.compiling import compiled
from refugee_model.engine.stages.hosting import set_decay

@compiled
def tried(one):
    set_decay(one, 2.0, 1)
"""


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A copy of the package, whose rules a test may edit."""
    shutil.copytree(PACKAGE, tmp_path / "refugee_model", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "refugee_model" / "engine" / "tried.py").write_text(TRIED, encoding="utf-8")
    yield tmp_path
    for folder in tmp_path.rglob("*"):
        if folder.is_dir():
            folder.chmod(0o755)


def call(folder: Path, **environment: str) -> tuple[float, bool]:
    """What a rule that another file calls gives, and whether the caller came from the cache."""
    own = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    command = {"cwd": folder, "env": own | {"PYTHONPATH": str(folder), "HOME": str(folder / "home")} | environment}
    done = subprocess.run([sys.executable, "-B", "-c", CALL], capture_output=True, text=True, check=True, **command)
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


def double(value: float) -> float:
    return 2.0 * value


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A cache in a folder of its own, and nothing said yet."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(compiling, "_told", set())
    compiling._folder.cache_clear()
    yield tmp_path / "cache"
    compiling._folder.cache_clear()


def test_where_nothing_can_be_written_there_is_no_cache_and_that_is_said_once(own_cache: Path) -> None:
    own_cache.write_text("a file where a folder should be")
    assert compiling._folder("0" * 16) is None
    with pytest.warns(
        CacheWarning, match="compiled code cannot be kept .no folder can be written to.* with NUMBA_CACHE_DIR"
    ) as told:
        assert [compiling.compiled(double)(3.0) for _ in range(2)] == [6.0, 6.0]
    assert len(told) == 1


def test_a_disk_that_gets_full_is_told_once(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile.save", full)
    with pytest.warns(CacheWarning, match="No space left on device") as told:
        assert [compiling.compiled(double)(3.0) for _ in range(2)] == [6.0, 6.0]
    assert len(told) == 1


@pytest.mark.parametrize("damage", [b"", b"nothing that was ever kept"])
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_damaged_code_is_compiled_anew_and_kept(own_cache: Path, ending: str, damage: bytes) -> None:
    assert compiling.compiled(double)(3.0) == 6.0
    for path in own_cache.rglob(f"*.{ending}"):
        path.write_bytes(damage)
    assert compiling.compiled(double)(3.0) == 6.0
    again = compiling.compiled(double)
    assert again(3.0) == 6.0
    assert sum(again.stats.cache_hits.values()) == 1  # type: ignore[attr-defined]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few pages, all of them taken."""
    place = tmp_path / "full"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "none", str(place)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no disk may be mounted here")
    with contextlib.suppress(OSError), (place / "taken").open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(
    shutil.which("mount") is None or not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may mount a disk"
)
def test_a_full_disk_under_the_cache(full_disk: Path, copy: Path) -> None:
    command = {
        "env": os.environ | {"PYTHONPATH": str(copy), "NUMBA_CACHE_DIR": str(full_disk)},
        "cwd": full_disk,
    }
    done = subprocess.run([sys.executable, "-B", "-c", CALL], capture_output=True, text=True, check=False, **command)
    assert (done.returncode, done.stdout) == (0, "0.367879 0\n"), done.stderr
    assert done.stderr.count("compiled code cannot be kept") == 1


def test_a_plain_user_without_a_home_is_told_once(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiling.compiled(double)(3.0)  # what compiling needs is loaded
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(compiling, "_told", set())
    monkeypatch.setattr(compiling, "ENGINE", tmp_path)  # of another user, and closed to others
    monkeypatch.setattr(compiling, "_key", lambda _: "0" * 16)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    tmp_path.chmod(0o555)
    compiling._folder.cache_clear()

    def call() -> None:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            assert [compiling.compiled(double)(3.0) for _ in range(2)] == [6.0, 6.0]
        assert [warning.category for warning in told] == [CacheWarning]

    as_plain_user(call)


@pytest.mark.slow
def test_a_projection_with_a_full_home_runs_and_that_is_said_once(copy: Path, full_disk: Path) -> None:
    shutil.copytree(DATA, copy / "refugee_model" / "data", dirs_exist_ok=True)
    (copy / "refugee_model" / "engine" / "__pycache__").write_text("nothing can be kept beside the engine")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "MPLCONFIGDIR")
    }
    environment |= {"PYTHONPATH": str(copy), "HOME": str(full_disk)}
    words = [sys.executable, "-B", "-m", "refugee_model", "run", str(SMALL), "--out", str(copy / "results")]
    done = subprocess.run(words, env=environment, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("note: compiled code cannot be kept") == 1
    assert "Traceback" not in done.stderr
    assert "matplotlib" not in done.stderr.lower()
    assert (copy / "results" / "plots" / "flow.png").exists()


def test_other_users_of_numba_keep_their_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a folder of its own: a further content beside the engine's would push out its code, to be compiled again."""
    monkeypatch.setattr(compiling, "_bases", lambda: iter([tmp_path]))
    compiling._folder.cache_clear()
    before = numba.config.CACHE_DIR
    compiling.compiled(lambda value: value)
    assert before == numba.config.CACHE_DIR
    assert [path.name.startswith(compiling.NAME) for path in tmp_path.iterdir()] == [True]
    compiling._folder.cache_clear()


def test_folders_of_old_go_and_one_that_is_used_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compiling, "_bases", lambda: iter([tmp_path]))
    folders = [tmp_path / f"{compiling.NAME}{number:016d}" for number in range(compiling.FOLDERS_KEPT + 3)]
    for age, folder in enumerate(folders):
        folder.mkdir()
        os.utime(folder, (1e9 - age, 1e9 - age))
    *young, _, _, oldest = folders
    compiling._folder.__wrapped__(oldest.name.removeprefix(compiling.NAME))
    assert set(tmp_path.iterdir()) == {*young, oldest}
    compiling._folder.__wrapped__("another")
    assert set(tmp_path.iterdir()) == {*young[:-1], oldest, tmp_path / f"{compiling.NAME}another"}


PLAIN = """
import sys
import refugee_model as rm
table = rm.movement_table(rm.simulate(rm.load_scenario(sys.argv[1]).change({"timeline.days": 1.0})))
print(table.to_csv(index=False, float_format="%.9g"))
"""


@pytest.mark.slow
def test_rules_can_be_looked_into_without_compiling_them() -> None:
    command = [sys.executable, "-W", "ignore", "-c", PLAIN, str(SMALL)]
    plain, compiled = (
        subprocess.run(
            command, capture_output=True, text=True, check=True, env=os.environ | {"NUMBA_DISABLE_JIT": word}
        ).stdout
        for word in ("1", "0")
    )
    assert plain == compiled
