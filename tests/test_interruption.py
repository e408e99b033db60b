"""Ctrl-C at any moment: exit code 130, one line, nothing half-written."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from refugee_model.disk import OURS
from refugee_model.files.results_folder import read_manifest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
ROOT = Path(__file__).parents[1]
SMALL = Path(__file__).parent / "scenarios" / "small.toml"
STUDY = f"""
title = "Two by two"
base = "{SMALL.as_posix()}"
draws = 64
grid = ["who", "beds"]
[axes.who.few]
"people.total" = 9000
[axes.who.many]
"people.total" = 12000
[axes.beds.some]
"aid.transit_places" = 100
[axes.beds.more]
"aid.transit_places" = 500
"""
SHELL = "from refugee_model.__main__ import main; main()"
AT_CHANGE = """
import os, signal, sys
from refugee_model.__main__ import main
at, kinds, made = int(sys.argv.pop(1)), sys.argv.pop(1).split(","), 0
def hook(event, _):
    global made
    made += event in kinds
    if made == at and event in kinds:
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(hook)
main()
"""
"""The shell, which interrupts itself when it imports a module, opens or changes a file for the so-manieth time."""
SAID = "interrupted; what was finished stays\n"


def shell(folder: Path, code: str, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    out: dict[str, int] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, env=environment, text=True, start_new_session=True, **out)  # type: ignore[call-overload,no-any-return]


def ended(process: subprocess.Popen[str], folder: Path) -> bool:
    """Whether a process was interrupted; what it said and left is as it must be."""
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err + out, err
    assert process.returncode in (0, 130), err
    if process.returncode == 130:
        assert err.endswith(SAID), err
        assert err.count(SAID) == 1
    left = [path for path in folder.rglob("*") if path.name.startswith(OURS) or path.name == ".lock"]
    assert left == []
    return process.returncode == 130


def written_whole(out: Path) -> bool:
    """Whether results are there; all of them, if any."""
    manifest = read_manifest(out)
    if not out.exists():
        return False
    assert manifest is not None
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {*manifest.files, "manifest.json"}
    return True


@pytest.mark.parametrize("at", [1, 2, 5, 20, 100])
def test_interrupted_while_modules_are_loaded(tmp_path: Path, at: int) -> None:
    assert ended(shell(tmp_path, AT_CHANGE, at, "import", "run", SMALL, "--out", "out"), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", [5, 30])
def test_interrupted_while_results_are_written(tmp_path: Path, at: int) -> None:
    assert ended(shell(tmp_path, AT_CHANGE, at, "os.mkdir,os.rename", "run", SMALL, "--out", "out", "--quiet"), tmp_path) or True
    written_whole(tmp_path / "out")


def moments(count: int, longest: float) -> list[float]:
    """Times after the start [s], half of them within the first 100 ms."""
    chance = random.Random(9)
    return [chance.uniform(0.0, 0.1 if number % 2 else longest) for number in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize("at", [chance for chance in random.Random(1).sample(range(1, 3000), 40)])
def test_interrupted_at_any_import_or_file(tmp_path: Path, at: int) -> None:
    kinds = "import,open,os.mkdir,os.rename,os.remove,os.rmdir"
    done = ended(shell(tmp_path, AT_CHANGE, at, kinds, "run", SMALL, "--out", "out", "--quiet"), tmp_path)
    assert written_whole(tmp_path / "out") or done
