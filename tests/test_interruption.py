"""Ctrl-C at any moment: exit code 130, one line, nothing half-written."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from refugee_model.disk import OURS
from refugee_model.files.batch_checks import check_batch
from refugee_model.files.results_folder import read_manifest
from refugee_model.interruption import Guard, Undisturbed, guarded

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
    heard = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # tests in many processes ignore it
    )
    command = [sys.executable, "-c", f"{heard}\n{code}", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        text=True,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


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
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        *manifest.files,
        "manifest.json",
    }
    return True


@pytest.mark.parametrize("at", [1, 2, 5, 20, 100])
def test_interrupted_while_modules_are_loaded(tmp_path: Path, at: int) -> None:
    assert ended(shell(tmp_path, AT_CHANGE, at, "import", "run", SMALL, "--out", "out"), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", [5, 30])
def test_interrupted_while_results_are_written(tmp_path: Path, at: int) -> None:
    assert (
        ended(shell(tmp_path, AT_CHANGE, at, "os.mkdir,os.rename", "run", SMALL, "--out", "out", "--quiet"), tmp_path)
        or True
    )
    written_whole(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.parametrize("at", list(random.Random(1).sample(range(1, 3000), 40)))
def test_interrupted_at_any_import_or_change_of_a_file(tmp_path: Path, at: int) -> None:
    kinds = "import,open,os.mkdir,os.rename,os.remove,os.rmdir"
    done = ended(shell(tmp_path, AT_CHANGE, at, kinds, "run", SMALL, "--out", "out", "--quiet"), tmp_path)
    assert written_whole(tmp_path / "out") or done


AT_THE_END = """
import os, signal
from refugee_model.__main__ import main
class Last:
    def __del__(self, kill=os.kill, of=os.getpid(), what=signal.SIGINT):
        kill(of, what)
last = Last()
main()
"""


def test_interrupted_when_python_ends_already(tmp_path: Path) -> None:
    process = shell(tmp_path, AT_THE_END, "list")
    assert not ended(process, tmp_path)


def batch(folder: Path, code: str, *first: object) -> subprocess.Popen[str]:
    (folder / "study.toml").write_text(STUDY)
    return shell(folder, code, *first, "batch", "study.toml", "--out", "out", "--workers", "2")


def test_a_batch_with_workers_is_interrupted_with_all_its_processes(tmp_path: Path) -> None:
    process = batch(tmp_path, SHELL)
    for _ in range(600):  # until the workers begin
        if (tmp_path / "out" / "index.csv").exists():
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert ended(process, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_a_batch_is_interrupted_at_any_moment_and_can_be_finished(tmp_path: Path, number: int) -> None:
    process = batch(tmp_path, SHELL)
    time.sleep(random.Random(number).uniform(0.5, 12.0))
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    if ended(process, tmp_path) and number % 5 == 0 and (tmp_path / "out").exists():
        code = f"import sys; sys.argv.append('--resume'); {SHELL}"
        assert not ended(batch(tmp_path, code), tmp_path)
        assert check_batch(tmp_path / "out") == (4, 4)


def test_what_is_undisturbed_is_finished_first() -> None:
    done = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def work() -> None:
        with Undisturbed():
            with Undisturbed():
                signal.raise_signal(signal.SIGINT)
                done.append("the inner one")
            done.append("the outer one")

    try:
        with pytest.raises(KeyboardInterrupt):
            work()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["the inner one", "the outer one"]


SWALLOWED = """
import time
from refugee_model.interruption import Guard, guarded
import signal
def work():
    for _ in range({times}):
        try:
            signal.raise_signal(signal.SIGINT)
        except {kind}:
            pass
    time.sleep(60)
raise SystemExit(guarded(work, Guard()))
"""


@pytest.mark.parametrize("times", [1, 2])
def test_an_interruption_that_a_library_swallows_is_repeated(tmp_path: Path, times: int) -> None:
    assert ended(shell(tmp_path, SWALLOWED.format(kind="BaseException", times=times)), tmp_path)


@pytest.mark.parametrize("error", ["ImportError('made of it')", "SystemError('made of it')", "SystemExit(0)"])
def test_an_interruption_of_which_a_library_makes_something_else(tmp_path: Path, error: str) -> None:
    code = SWALLOWED.format(kind="BaseException", times=1).replace("pass", f"raise {error} from None")
    assert ended(shell(tmp_path, code), tmp_path)


def test_three_times_ends_at_once(tmp_path: Path) -> None:
    code = SWALLOWED.format(kind="BaseException", times=1).replace("pass", "time.sleep(50)")
    process = shell(tmp_path, "print(1, flush=True)\n" + code)
    assert process.stdout is not None
    process.stdout.readline()
    for _ in range(4):
        time.sleep(0.5)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
    assert ended(process, tmp_path)


def test_other_errors_and_exit_codes_stay() -> None:
    def fails() -> None:
        raise ZeroDivisionError

    def ends() -> None:
        raise SystemExit(2)

    with mute_guard() as guard:
        with pytest.raises(ZeroDivisionError):
            guarded(fails, guard)
        assert guarded(ends, guard) == 2
        assert guarded(lambda: None, guard) == 0


@contextlib.contextmanager
def mute_guard() -> Iterator[Guard]:
    """A guard that leaves the handlers of these tests alone."""
    guard = Guard()
    guard.stand = lambda: None  # type: ignore[method-assign]
    yield guard


def test_a_program_that_is_to_ignore_it_does(tmp_path: Path) -> None:
    code = (
        f"import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN); os.kill(os.getpid(), signal.SIGINT); {SHELL}"
    )
    process = shell(tmp_path, code, "list")
    assert not ended(process, tmp_path)
