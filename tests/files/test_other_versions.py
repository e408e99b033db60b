"""A batch that was begun with other versions of libraries is not gone on with in silence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import refugee_model as rm
from refugee_model.cli import app
from refugee_model.errors import OutputError
from refugee_model.files import batch_checks as libraries
from refugee_model.studies.study import Study
from tests.fuzz.hostile import STUDY


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, small_path: Path) -> Study:
    place = tmp_path_factory.mktemp("study")
    shutil.copy(small_path, place / "s.toml")
    (place / "study.toml").write_text(STUDY.replace("[axes.b.y]", "[axes.b.z]\n[axes.b.y]"))
    return rm.load_study(place / "study.toml")


@pytest.fixture
def batch(study: Study, tmp_path: Path) -> Path:
    return rm.run_batch(study, tmp_path / "batch").folder


def elsewhere(monkeypatch: pytest.MonkeyPatch, **other: str) -> None:
    monkeypatch.setattr(libraries, "_version", lambda name: other.get(name, "1.0"))


def test_versions_stand_in_the_batch_in_each_partition_and_in_the_index(batch: Path) -> None:
    here = libraries.library_versions()
    assert list(here) == ["python", "numpy", "scipy", "numba", "pandas"]
    assert json.loads((batch / "batch.json").read_text())["made_with"] == here
    assert json.loads((batch / "partitions" / "x+y" / "manifest.json").read_text())["made_with"] == here
    assert libraries.in_words(here) in (batch / "index.csv").read_text()


def test_other_versions_are_refused_and_named(study: Study, batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numpy = libraries.library_versions()["numpy"]
    monkeypatch.setattr(
        libraries, "_version", lambda name, known=libraries._version: "0.9" if name == "numpy" else known(name)
    )
    shutil.rmtree(batch / "partitions" / "x+y")
    with pytest.raises(OutputError) as caught:
        rm.run_batch(study, batch, resume=True)
    said = str(caught.value)
    assert f"numpy: found 0.9, but the batch was begun with {numpy}" in said
    assert "install the same versions, or begin anew in another folder; or add --other-versions" in said
    assert "scipy" not in said
    assert not (batch / "partitions" / "x+y").exists()


def test_going_on_with_other_versions_marks_what_they_made(
    study: Study, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(batch / "partitions" / "x+y")
    begun = libraries.in_words(libraries.library_versions())
    elsewhere(monkeypatch, numpy="0.9")
    index = rm.run_batch(study, batch, resume=True, other_versions=True).index.set_index("partition")["made_with"]
    assert index["partitions/x+z"] == begun
    assert "numpy 0.9, scipy 1.0" in index["partitions/x+y"]
    assert json.loads((batch / "batch.json").read_text())["made_with"]["numpy"] != "0.9"  # what it was begun with stays


def test_the_check_says_so(study: Study, batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = CliRunner()
    assert "note" not in shell.invoke(app, ["batch", "--check", str(batch)]).output
    elsewhere(monkeypatch)
    said = shell.invoke(app, ["batch", "--check", str(batch)])
    assert said.exit_code == 0
    assert "ok: 2 of 2" in said.output
    assert f"it was begun with python {libraries.library_versions()['python']}, numpy " in said.output
    assert "--resume refuses to go on with other versions" in said.output
    shutil.rmtree(batch / "partitions" / "x+y")
    rm.run_batch(study, batch, resume=True, other_versions=True)
    said = shell.invoke(app, ["batch", "--check", str(batch)])
    assert "made with other versions than those it was begun with: x+y; see made_with in index.csv" in said.output


def test_a_batch_that_says_nothing_of_versions_may_have_had_others(study: Study, batch: Path) -> None:
    said = json.loads((batch / "batch.json").read_text())
    del said["made_with"]
    (batch / "batch.json").write_text(json.dumps(said))
    with pytest.raises(OutputError, match=r"numba: found .*, but the batch was begun with an unknown version"):
        rm.run_batch(study, batch, resume=True)
    rm.run_batch(study, batch, resume=True, other_versions=True)
