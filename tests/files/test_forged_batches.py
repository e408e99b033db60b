"""Folders of batches that somebody has tampered with: what is wrong is said, nothing outside is read, nothing waits for
ever."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import refugee_model as rm
from refugee_model.cli import app
from refugee_model.disk import sha256, write_file
from refugee_model.errors import OutputError, RefugeeModelError
from refugee_model.files.batch_checks import check_batch
from refugee_model.studies.study import Study

STUDY = (
    'title = "Two"\nbase = "s.toml"\ndraws = 2\ngrid = '
    '["one"]\n[axes.one.usual]\n[axes.one.fewer]\n"people.total" = 9_000\n'
)
DEEP = "[" * 100_000 + "]" * 100_000
HOST = socket.gethostname()
PARTITION = Path("partitions") / "usual"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, small_path: Path) -> Study:
    place = tmp_path_factory.mktemp("study")
    shutil.copy(small_path, place / "s.toml")
    (place / "two.toml").write_text(STUDY)
    return rm.load_study(place / "two.toml")


@pytest.fixture(scope="module")
def whole(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rm.run_batch(study, tmp_path_factory.mktemp("whole") / "batch").folder


@pytest.fixture
def batch(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "batch"))


def told(call: Callable[[], object]) -> str:
    with pytest.raises(OutputError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        '{"process": ' + DEEP + "}",
        '{"process": 1e400, "host": "x"}',
        '{"process": ' + "9" * 5_000 + ', "host": "x"}',
        f'{{"process": -1, "host": "{HOST}"}}',
        f'{{"process": 0, "host": "{HOST}"}}',
        f'{{"process": true, "host": "{HOST}"}}',
        f'{{"process": "1", "host": "{HOST}"}}',
        '{"process": 1, "host": ["x"]}',
        "",
        "\0",
        "[]",
        "null",
    ],
    ids=range(13),
)
def test_a_lock_that_says_nothing_is_named_and_stays(study: Study, batch: Path, text: str) -> None:
    (batch / ".lock").write_text(text)
    said = told(lambda: rm.run_batch(study, batch, resume=True))
    assert (
        "another run works in it (or left a .lock that says nothing of it); wait for it, or, if it is not "
        f"running any more, remove {batch}"
    ) in said
    assert (batch / ".lock").read_text() == text


def test_a_lock_that_is_no_file(study: Study, batch: Path) -> None:
    lock = batch / ".lock"
    os.mkfifo(lock)
    assert "says nothing of it" in told(lambda: rm.run_batch(study, batch, resume=True))
    lock.unlink()
    lock.mkdir()
    assert f"{lock} is a folder; remove it" in told(lambda: rm.run_batch(study, batch, resume=True))
    lock.rmdir()
    with lock.open("wb") as file:
        file.truncate(2**33)
    assert "says nothing of it" in told(lambda: rm.run_batch(study, batch, resume=True))


@pytest.mark.parametrize(
    "inputs",
    [
        *(
            DEEP,
            "{}",
            '{"../../etc": "x"}',
            '{"/": "x"}',
            '{"": "x"}',
            '{".": "x"}',
            '{"a/b": "x"}',
            '{"a\u0000b": "x"}',
        ),
        *('{"' + "x" * 300 + '": "x"}', '{"usual": 1}', '["usual"]', "null"),
    ],
    ids=range(12),
)
def test_what_a_batch_began_with_is_of_our_own_form(study: Study, batch: Path, inputs: str) -> None:
    (batch / "batch.json").write_text('{"inputs": ' + inputs + "}")
    assert "batch.json is missing or cannot be read" in told(lambda: check_batch(batch))
    assert "batch.json: cannot be read" in told(lambda: rm.run_batch(study, batch, resume=True))


@pytest.mark.parametrize("value", [DEEP, ["\x1b[31m"] * 5_000, {"a": 1}, None, 1.5, "\x1b[31m", "x" * 1_000])
@pytest.mark.parametrize("name", ["version", "seed", "draws", "csv", "made_with"])
def test_what_a_batch_began_with_is_shown_in_short(study: Study, batch: Path, name: str, value: Any) -> None:
    said = json.loads((batch / "batch.json").read_text())
    (batch / "batch.json").write_text(json.dumps(said | {name: value}))
    message = told(lambda: rm.run_batch(study, batch, resume=True))
    assert len(message) < 1_000
    assert message.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "name", ["batch.json", "index.csv", "partitions/usual/manifest.json", "partitions/usual/ranges.parquet"]
)
def test_pipes_are_not_waited_for(study: Study, batch: Path, name: str) -> None:
    (batch / name).unlink()
    os.mkfifo(batch / name)
    with suppress(RefugeeModelError):
        check_batch(batch)
    with suppress(RefugeeModelError):
        rm.run_batch(study, batch, resume=True)
        assert (batch / name).is_file()  # done again


@pytest.mark.parametrize("name", ["index.csv", "comparison.csv", "comparison.png"])
def test_a_folder_where_a_file_must_be_is_named_before_any_work(study: Study, batch: Path, name: str) -> None:
    shutil.rmtree(batch / PARTITION)
    (batch / name).unlink(missing_ok=True)
    (batch / name).mkdir()
    assert f"{name}: is a folder; move it away" in told(lambda: rm.run_batch(study, batch, resume=True))
    assert not (batch / PARTITION).exists()


def test_a_file_of_another_size_is_not_read(study: Study, batch: Path) -> None:
    with (batch / PARTITION / "ranges.parquet").open("wb") as file:
        file.truncate(2**40)
    assert "usual: is damaged: ranges.parquet was changed" in told(lambda: check_batch(batch))
    rm.run_batch(study, batch, resume=True)
    assert check_batch(batch) == (2, 2)


@pytest.mark.parametrize("name", ["partitions", "partitions/usual"])
def test_a_file_where_a_folder_must_be_is_named_and_stays(study: Study, batch: Path, name: str) -> None:
    shutil.rmtree(batch / name)
    (batch / name).write_text("mine")
    assert f"{name}: is not a folder; move it away" in told(lambda: rm.run_batch(study, batch, resume=True))
    assert (batch / name).read_text() == "mine"
    told(lambda: check_batch(batch))


@pytest.mark.parametrize(
    "index",
    [
        b"\0" * 50,
        b"\xff\xfe",
        b"",
        b'"' * 1_000,
        b"partition,status\n" + b"a" * 200_000 + b",done\n",
        b"status\ndone\ndone,x,y,z\n",
        b"a," * 50_000,
    ],
    ids=range(7),
)
def test_an_index_that_cannot_be_read_is_written_anew(study: Study, batch: Path, whole: Path, index: bytes) -> None:
    (batch / "index.csv").write_bytes(index)
    assert check_batch(batch) == (2, 2)
    rm.run_batch(study, batch, resume=True)
    assert (batch / "index.csv").read_bytes() == (whole / "index.csv").read_bytes()


def parquet(table: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    table.to_parquet(buffer)
    return buffer.getvalue()


WORDS = {
    name: ["x"]
    for name in ("measure", "quantile", "value", "time", "share_of_draws", "chance", "mean", "share_at_least_one")
}


@pytest.mark.parametrize(
    "data",
    [b"PAR1xxxxPAR1", parquet(pd.DataFrame({"x": [1]})), parquet(pd.DataFrame()), parquet(pd.DataFrame(WORDS))],
    ids=range(4),
)
def test_a_partition_of_something_else_is_named_though_its_sums_are_right(
    study: Study, batch: Path, data: bytes
) -> None:
    manifest, index = batch / PARTITION / "manifest.json", batch / "index.csv"
    before = sha256(manifest.read_bytes())
    (batch / PARTITION / "ranges.parquet").write_bytes(data)
    said = json.loads(manifest.read_text())
    said["files"]["ranges.parquet"], said["bytes"]["ranges.parquet"] = sha256(data), len(data)
    manifest.write_text(json.dumps(said))
    index.write_text(index.read_text().replace(before, sha256(manifest.read_bytes())))
    message = told(lambda: rm.run_batch(study, batch, resume=True))
    assert "ranges.parquet of usual cannot be read (" in message
    assert f"remove the folder {batch / PARTITION} and add --resume" in message
    shutil.rmtree(batch / PARTITION)
    rm.run_batch(study, batch, resume=True)
    assert check_batch(batch) == (2, 2)


def test_links_lead_nothing_out_of_a_batch(study: Study, batch: Path, whole: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    for name in ("index.csv", "comparison.csv"):
        (batch / name).unlink()
        (batch / name).symlink_to(mine)
    rm.run_batch(study, batch, resume=True)
    assert mine.read_text() == "mine"
    for name in ("index.csv", "comparison.csv"):
        assert not (batch / name).is_symlink()
        assert (batch / name).read_bytes() == (whole / name).read_bytes()


def test_links_in_a_circle_are_named_or_replaced(study: Study, batch: Path, whole: Path) -> None:
    (batch / "comparison.csv").unlink()
    (batch / "comparison.csv").symlink_to("comparison.csv")
    rm.run_batch(study, batch, resume=True)
    assert (batch / "comparison.csv").read_bytes() == (whole / "comparison.csv").read_bytes()
    (batch / ".lock").symlink_to(".lock")
    assert f"{batch / '.lock'} is a link; remove it" in told(lambda: rm.run_batch(study, batch, resume=True))
    with pytest.raises(OutputError):
        write_file(batch / ".lock", b"x")


def test_the_picture_of_a_batch_follows_no_link(
    study: Study, batch: Path, tmp_path: Path, small_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(small_path, tmp_path / "s.toml")
    (tmp_path / "two.toml").write_text(STUDY)
    mine = tmp_path / "mine.png"
    mine.write_text("mine")
    (batch / "comparison.png").symlink_to(mine)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["batch", "two.toml", "--out", str(batch), "--resume", "--quiet"]).exit_code == 0
    assert mine.read_text() == "mine"
    assert (batch / "comparison.png").read_bytes().startswith(b"\x89PNG")
