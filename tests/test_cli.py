"""The shell, as a person uses and misuses it."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from refugee_model.cli import main

SMALL = Path(__file__).parent / "scenarios" / "small.toml"


def shell(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["refugee-model", *map(str, words)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "run"
    with pytest.MonkeyPatch.context() as patch:
        assert shell(patch, "run", SMALL, "--out", folder, "--quiet") == 0
    return folder


def test_run_writes_all(results: Path) -> None:
    names = {path.relative_to(results).as_posix() for path in results.rglob("*") if path.is_file()}
    assert {"scenario.toml", "movements.csv", "capacity.csv", "peaks.csv", "needs.csv", "summary.json"} <= names
    assert {f"plots/{name}.png" for name in ("arrivals", "corridor", "flow", "needs", "occupancy", "provinces")} <= names
    summary = json.loads((results / "summary.json").read_text())
    assert summary["people_balance_residual"] < 1e-6
    capacity = pd.read_csv(results / "capacity.csv", parse_dates=["time"])
    assert list(capacity.columns) == ["time", "place", "kind", "area_code", "capacity", "people", "free", "over", "utilisation"]
    assert capacity["time"].dt.tz is not None


def test_same_inputs_give_the_same_bytes(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "again", "--quiet") == 0
    for path in results.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(results)).read_bytes(), path.name


def test_the_resolved_scenario_runs_again(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell(monkeypatch, "run", results / "scenario.toml", "--out", tmp_path / "again", "--quiet") == 0
    assert (tmp_path / "again" / "summary.json").read_bytes() == (results / "summary.json").read_bytes()


def test_own_results_are_replaced_and_a_persons_files_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert shell(monkeypatch, "run", SMALL, "--out", folder, "--quiet") == 0
    assert shell(monkeypatch, "run", SMALL, "--out", folder, "--quiet") == 0
    (folder / "peaks.csv").write_text("my notes\n")
    assert shell(monkeypatch, "run", SMALL, "--out", folder) == 1
    assert "holds other or changed files (peaks.csv)" in capsys.readouterr().err
    assert (folder / "peaks.csv").read_text() == "my notes\n"
    (folder / "minister.txt").write_text("keep me\n")
    assert shell(monkeypatch, "run", SMALL, "--out", folder, "--force", "--quiet") == 0
    assert (folder / "minister.txt").read_text() == "keep me\n"
    assert (folder / "peaks.csv").read_text().startswith("place,")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_out_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "file") == 1
    assert "it is a file" in capsys.readouterr().err
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "file" / "below") == 1


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "run") == 1
    assert "cannot be written to" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "deep" / "run"
    real, written = Path.write_bytes, []

    def full(path: Path, data: bytes) -> int:
        written.append(path)
        if len(written) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert shell(monkeypatch, "run", SMALL, "--out", folder) == 1
    assert "No space left on device; nothing was written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_set_changes_one_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell(monkeypatch, "run", SMALL, "--set", "timing.departure.share_leaving=0", "--out", tmp_path / "run", "--quiet") == 0
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["crossed"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "lachin-2032"), "did you mean 'lachin-2023'?"),
        (("run", SMALL, "--set", "people.totl=5"), "did you mean 'total'?"),
        (("run", SMALL, "--set", "people.total"), "="),
        (("run", SMALL, "--set", "people.total=many"), "expected a number"),
        (("run", SMALL, "--reports", "nowhere.csv"), "nowhere.csv"),
        (("check", "nowhere.toml"), "nowhere.toml"),
        (("describe", "timing.chekpoint"), "did you mean"),
    ],
)
def test_mistakes(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shell(monkeypatch, *words) == 1
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_is_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell(monkeypatch, "run", "--colour", "red") == 2
    assert shell(monkeypatch, "rum") == 2


def test_interruption_is_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("refugee_model.engine.simulation.simulate", interrupt)
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "run") == 130
    assert list(tmp_path.iterdir()) == []


def test_check_new_describe_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell(monkeypatch, "check", SMALL) == 0
    assert capsys.readouterr().out == "ok\n"
    assert shell(monkeypatch, "new", tmp_path / "mine.toml") == 0
    assert shell(monkeypatch, "new", tmp_path / "mine.toml") == 1
    assert shell(monkeypatch, "check", tmp_path / "mine.toml", "--quiet") == 0
    capsys.readouterr()
    assert shell(monkeypatch, "describe", "timing.checkpoint") == 0
    assert "timing.checkpoint.vehicles_per_hour  [vehicles/h]" in capsys.readouterr().out
    assert shell(monkeypatch, "describe", "aid.provinces.Syunik.beds") == 0
    assert shell(monkeypatch, "list") == 0
    assert "lachin-2023-plan" in capsys.readouterr().out


def test_help_has_an_example_for_every_command() -> None:
    from refugee_model.cli import app

    for command in app.registered_commands:
        assert command.callback is not None
        assert "Example:" in (command.callback.__doc__ or "")


def test_module_is_the_shell() -> None:
    done = subprocess.run([sys.executable, "-m", "refugee_model", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip()
