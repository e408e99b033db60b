"""Killed at any point, a batch is finished by --resume to the same bytes, and a new file is whole or not there."""

import os
from pathlib import Path

import pytest

import refugee_model as rm
from refugee_model import disk
from refugee_model.files.scenario_file import new_scenario
from refugee_model.studies.study import Study
from tests.crashes import killed

STUDY = """title = "Two"
base = "{base}"
draws = 2
grid = ["one", "other"]
[axes.one.usual]
[axes.one.fewer]
"people.total" = 9_000
[axes.other.usual]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, small_path: Path) -> Study:
    path = tmp_path_factory.mktemp("study") / "two.toml"
    path.write_text(STUDY.format(base=small_path))
    return rm.load_study(path)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.mark.slow
def test_a_batch_killed_at_any_point_is_finished_to_the_same_bytes(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "lives", lambda process: False)
    monkeypatch.setattr("refugee_model.files.lock.lives", lambda process: False)
    monkeypatch.setattr("refugee_model.files.lock._HELD", set())
    rm.run_batch(study, tmp_path / "whole")
    over, at = False, 1
    while not over:
        folder = tmp_path / str(at)
        over = killed(at, lambda folder=folder: rm.run_batch(study, folder))
        rm.run_batch(study, folder, resume=True)
        assert contents(folder) == contents(tmp_path / "whole"), at
        at += 5  # every fifth point: each takes a batch of its own
    assert at > 20


def test_a_new_file_killed_at_any_point_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_path: Path
) -> None:
    monkeypatch.setattr(disk, "lives", lambda process: False)
    new_scenario(tmp_path / "whole.toml", like=small_path)
    for at in range(1, 50):
        path = tmp_path / str(at) / "new.toml"
        path.parent.mkdir()
        over = killed(at, lambda path=path: new_scenario(path, like=small_path))
        assert not os.path.lexists(path) or path.read_bytes() == (tmp_path / "whole.toml").read_bytes()
        if over:
            break
    assert over
    assert path.exists()
