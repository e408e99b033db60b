"""Batches: the same bits whoever moves them, whole partitions whatever happens, and refusals that say why."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import refugee_model as rm
from refugee_model.charts.comparisons import plot_comparison
from refugee_model.cli import main
from refugee_model.errors import OutputError, RequestError
from refugee_model.files import batch_folder
from refugee_model.files.batch_checks import check_batch
from refugee_model.files.lock import LOCK
from refugee_model.studies import points
from refugee_model.studies.study import Study
from refugee_model.studies.workers import open_workers

ROOT = Path(__file__).parents[2]
TEXT = f"""title = "Small"
base = "{ROOT / "tests" / "scenarios" / "small.toml"}"
draws = 40
seed = 3
grid = ["timing", "aid"]
[axes.timing.usual]
"people.total" = {{low = 6_000, likely = 10_000, high = 12_000}}
[axes.timing."slow start"]
"timing.departure.midpoint_hours" = {{low = 60, likely = 90, high = 120}}
[axes.aid.none]
"aid.provinces.Hills.beds" = 0
[axes.aid.much]
"aid.provinces.Hills.beds" = 5_000
"""
FILES = {"scenario.toml", "measures.parquet", "draws.parquet", "ranges.parquet", "manifest.json"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "small-study.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture(scope="module")
def study(file: Path) -> Study:
    return rm.load_study(file)


@pytest.fixture(scope="module")
def whole(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rm.run_batch(study, tmp_path_factory.mktemp("batch") / "whole").folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def partitions(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "partitions").glob("*") if not path.name.startswith("."))


def shell(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["refugee-model", *map(str, words)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_partitions_hold_the_draws_and_measures_of_a_lone_ensemble(whole: Path, study: Study) -> None:
    alone = rm.simulate_ensemble(study.scenario(("slow start", "none")), draws=40, seed=3, keep="measures")
    place = whole / "partitions" / "slow-start+none"
    pd.testing.assert_frame_equal(pd.read_parquet(place / "measures.parquet"), alone.measures, check_exact=True)
    pd.testing.assert_frame_equal(pd.read_parquet(place / "draws.parquet"), alone.draws, check_exact=True)
    assert rm.load_scenario(place / "scenario.toml").uncertain == alone.scenario.uncertain


def test_comparison_is_what_numpy_says(whole: Path) -> None:
    table = pd.read_csv(whole / "comparison.csv", keep_default_na=False, na_values=[""])
    assert list(table.columns[:5]) == ["combination", "timing", "aid", "measure", "quantile"]
    row = table[
        (table["combination"] == "usual, none") & (table["measure"] == "peak_unsheltered") & (table["quantile"] == 0.95)
    ].iloc[0]
    values = pd.read_parquet(whole / "partitions" / "usual+none" / "measures.parquet")["peak_unsheltered"]
    assert row["value"] == pytest.approx(np.quantile(values, 0.95), rel=1e-9)
    assert row["mean"] == pytest.approx(values.mean(), rel=1e-9)
    assert row["share_at_least_one"] == pytest.approx((values >= 1).mean())
    assert row[["difference_5", "difference_95", "chance_better"]].tolist() == [0.0, 0.0, 0.0]
    other = pd.read_parquet(whole / "partitions" / "usual+much" / "measures.parquet")["peak_unsheltered"]
    row = table[(table["combination"] == "usual, much") & (table["measure"] == "peak_unsheltered")].iloc[0]
    assert row["difference_50"] == pytest.approx((other - values).median())
    assert row["chance_better"] == (values - other >= 0.5).mean()


def test_index_says_what_each_is(whole: Path) -> None:
    index = pd.read_csv(whole / "index.csv", keep_default_na=False)
    assert list(index["status"]) == ["done"] * 4
    assert index["hash"].is_unique
    assert set(index["seed"]) == {3}
    assert all((whole / name).is_dir() for name in index["partition"])
    assert not (whole / LOCK).exists()


def test_threads_of_any_number_give_the_same_bytes(
    whole: Path, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "BLOCK", 7)
    with ThreadPoolExecutor(3) as pool:
        rm.run_batch(study, tmp_path / "threads", executor=pool)
    assert contents(tmp_path / "threads") == contents(whole)


@pytest.mark.slow
def test_processes_and_the_shell_give_the_same_bytes(
    whole: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "shell"
    assert shell(monkeypatch, "batch", file, "--workers", "2", "--out", out) == 0
    assert "slow start" in capsys.readouterr().out
    found = contents(out)
    assert found.pop("comparison.png")[:4] == b"\x89PNG"
    assert found == contents(whole)


def test_another_seed_differs(whole: Path, study: Study, tmp_path: Path) -> None:
    rm.run_batch(study, tmp_path / "other", seed=4, csv=True)
    one, other = contents(whole), contents(tmp_path / "other")
    assert one["partitions/usual+none/measures.parquet"] != other["partitions/usual+none/measures.parquet"]
    assert "partitions/usual+none/measures.csv" in other


def test_picture_shows_each_mean(whole: Path) -> None:
    table = pd.read_csv(whole / "comparison.csv", keep_default_na=False, na_values=[""])
    axes = plot_comparison(table)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["usual", "slow start"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["none", "much"]
    assert len(axes.texts) == 4
    with pytest.raises(RequestError, match="did you mean 'peak_unsheltered'"):
        plot_comparison(table, measure="peak_unshelterd")


def words_of(axes: Any) -> str:
    return " ".join(text.get_text().replace("\n", " ") for text in axes.figure.findobj(Text))


def test_picture_says_where_it_comes_from(study: Study, tmp_path: Path) -> None:
    reason = {"people.total": {"low": 6_000, "likely": 10_000, "high": 12_000, "reason": "assumed: for the test"}}
    study = study.model_copy(
        update={"base": study.base.change({"aid.funds_usd": {"low": 1.0, "likely": 2.0, "high": 3.0}, **reason})}
    )
    done = rm.run_batch(study, tmp_path / "said", draws=8, seed=0)
    said, manifest = words_of(plot_comparison(done.comparison)), json.loads((done.folder / "batch.json").read_text())
    for part in (
        "Small.",
        "Source: assumed",
        f"Study {manifest['study_id']}, 8 draws a cell, seed 0",
        f"refugee_model {rm.__version__}",
    ):
        assert part in said
    assert "Of 2 uncertain numbers, 1 are assumed" in said
    other = rm.run_batch(study, tmp_path / "other", draws=8, seed=1)
    assert json.loads((other.folder / "batch.json").read_text())["study_id"] != manifest["study_id"]


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "columns", "legible"), [(1, 1, True), (3, 14, False), (300, 2, False)])
def test_picture_of_any_number_of_combinations(rows: int, columns: int, legible: bool, tmp_path: Path) -> None:
    cells = [
        (f"{row}, {column}", f"row {row}", f"column {column}", float(row))
        for row in range(rows)
        for column in range(columns)
    ]
    table = pd.DataFrame(cells, columns=["combination", "timing", "aid", "mean"])
    table.insert(3, "measure", "person_nights_unsheltered")
    axes = plot_comparison(table.assign(share_at_least_one=0.5))
    assert len(axes.texts) == (rows * columns if legible else 0)
    assert ("Figures: comparison.csv." in words_of(axes)) is not legible
    assert rm.save_plot(axes, tmp_path / "picture.png").stat().st_size > 0


class Stop(KeyboardInterrupt):
    """Ctrl-C."""


def interrupted(study: Study, out: Path, *, after: int) -> None:
    """Run one block at a time, and press Ctrl-C after so many draws."""

    def tell(done: int, _: int) -> None:
        if done >= after:
            raise Stop

    with ThreadPoolExecutor(1) as pool, pytest.raises(Stop):
        rm.run_batch(study, out, executor=pool, progress=tell)


def test_interruption_leaves_whole_partitions_and_resume_does_the_rest_once(
    whole: Path, study: Study, tmp_path: Path
) -> None:
    out = tmp_path / "batch"
    interrupted(study, out, after=120)
    finished = partitions(out)
    assert 0 < len(finished) < 4
    assert all({path.name for path in place.iterdir()} == FILES for place in finished)
    assert sorted(path.name for path in out.iterdir()) == ["batch.json", "index.csv", "partitions"]
    before = {path: path.stat().st_mtime_ns for place in finished for path in place.iterdir()}
    told: list[int] = []
    rm.run_batch(study, out, resume=True, progress=lambda done, draws: told.append(draws))
    assert set(told) == {40 * (4 - len(finished))}
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert contents(out) == contents(whole)
    rm.run_batch(study, out, resume=True, progress=lambda *_: pytest.fail("nothing is left to do"))


def truncated(partition: Path) -> None:
    path = partition / "measures.parquet"
    path.write_bytes(path.read_bytes()[:-7])


def flipped(partition: Path) -> None:
    path = partition / "draws.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def deleted(partition: Path) -> None:
    (partition / "scenario.toml").unlink()


def swapped(partition: Path) -> None:
    other = next(path for path in sorted(partition.parent.iterdir()) if path != partition)
    for one, two in (
        (partition, partition.with_name("aside")),
        (other, partition),
        (partition.with_name("aside"), other),
    ):
        one.rename(two)


def forged(partition: Path) -> None:
    (partition / "manifest.json").write_text("[" * 10_000)


@pytest.mark.parametrize("damage", [truncated, flipped, deleted, swapped, forged])
def test_damage_is_named_and_done_again(
    whole: Path, study: Study, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    out, said = tmp_path / "batch", list[str]()
    shutil.copytree(whole, out)
    assert check_batch(out) == (4, 4)
    damage(partitions(out)[0])
    with pytest.raises(OutputError, match=r"is damaged: .* run the batch again with --resume|is damaged"):
        check_batch(out)
    rm.run_batch(study, out, resume=True, say=said.append)
    assert len(said) == (2 if damage is swapped else 1)
    assert all("is damaged (" in one and "is done again" in one for one in said)
    assert contents(out) == contents(whole)
    assert check_batch(out) == (4, 4)


@pytest.mark.parametrize("name", ["notes.txt", "mine/notes.txt", "ranges.csv/notes.txt"])
def test_files_that_somebody_put_into_a_partition_stay(whole: Path, study: Study, tmp_path: Path, name: str) -> None:
    out, said = tmp_path / "batch", list[str]()
    shutil.copytree(whole, out)
    mine = partitions(out)[0] / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    rm.run_batch(study, out, resume=True, say=said.append)
    (kept,) = out.glob("*.kept-*")
    assert str(kept) in said[0]
    assert (kept / name).read_text() == "mine"
    assert check_batch(out) == (4, 4)


@pytest.mark.parametrize("resume", [True, False])
def test_partitions_without_what_they_began_with_are_not_taken_as_done(
    whole: Path, study: Study, tmp_path: Path, resume: bool
) -> None:
    out = tmp_path / "batch"
    shutil.copytree(whole, out)
    (out / "batch.json").unlink()
    before = contents(out)
    with pytest.raises(OutputError, match=r"is of a batch whose batch\.json is missing"):
        rm.run_batch(study, out, draws=study.draws + 1, resume=resume, force=True)
    assert contents(out) == before


def test_a_finished_partition_that_is_gone_is_named(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "batch")
    shutil.rmtree(partitions(tmp_path / "batch")[2])
    with pytest.raises(OutputError, match=r"is missing, though index\.csv has it as done"):
        check_batch(tmp_path / "batch")


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 10_000, '{"inputs": 3}', '{"inputs": {"a": [[]]}}'])
def test_a_forged_batch_json_is_refused(study: Study, tmp_path: Path, text: str) -> None:
    (tmp_path / "batch").mkdir()
    (tmp_path / "batch" / "batch.json").write_text(text)
    with pytest.raises(OutputError, match="cannot be read"):
        rm.run_batch(study, tmp_path / "batch", resume=True)
    with pytest.raises(OutputError, match="cannot be read"):
        check_batch(tmp_path / "batch")
    assert [path.name for path in (tmp_path / "batch").iterdir()] == ["batch.json"]


def test_changes_are_noticed(study: Study, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "batch"
    interrupted(study, out, after=80)
    before = contents(out)
    with pytest.raises(OutputError, match=r"holds a batch already .* add --resume"):
        rm.run_batch(study, out)
    with pytest.raises(OutputError) as caught:
        rm.run_batch(study, out, resume=True, seed=9, draws=41)
    assert "seed: found 9, but the batch was begun with 3" in str(caught.value)
    assert "draws: found 41, but the batch was begun with 40" in str(caught.value)
    changed = tmp_path / "changed.toml"
    changed.write_text(file.read_text().replace('beds" = 5_000', 'beds" = 5_001'))
    with pytest.raises(OutputError, match=r"usual\+much: has other inputs than when the batch was begun"):
        rm.run_batch(rm.load_study(changed), out, resume=True)
    manifest = json.loads((out / "batch.json").read_text())
    (out / "batch.json").write_text(json.dumps(manifest | {"version": "0.0.1"}))
    with pytest.raises(OutputError, match=r"version: found .*, but the batch was begun with 0\.0\.1"):
        rm.run_batch(study, out, resume=True)
    (out / "batch.json").write_bytes(before["batch.json"])
    assert contents(out) == before


def test_other_files_are_refused_unless_forced(study: Study, tmp_path: Path) -> None:
    (tmp_path / "minister.txt").write_text("keep me")
    with pytest.raises(OutputError, match=r"holds other files \(minister\.txt\)"):
        rm.run_batch(study, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["minister.txt"]
    rm.run_batch(study, tmp_path, draws=2, force=True)
    assert (tmp_path / "minister.txt").read_text() == "keep me"


def test_full_disk_is_clear_and_keeps_what_is_finished(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = batch_folder.create_files, []

    def full(folder: Path, contents: Mapping[str, bytes]) -> None:
        written.append(folder)
        if len(written) > 1:
            real(folder, dict(list(contents.items())[:2]))
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(folder, contents)

    monkeypatch.setattr(batch_folder, "create_files", full)
    with pytest.raises(OutputError, match="No space left on device; 1 of 4 combinations are finished and stay"):
        rm.run_batch(study, tmp_path / "batch")
    assert [len(list(place.iterdir())) for place in (tmp_path / "batch" / "partitions").iterdir()] == [5]
    monkeypatch.undo()
    assert list(rm.run_batch(study, tmp_path / "batch", resume=True).index["status"]) == ["done"] * 4


def lock(folder: Path, process: int, host: str | None = None) -> None:
    folder.mkdir()
    (folder / LOCK).write_text(json.dumps({"process": process, "host": host or socket.gethostname()}))


def test_two_runs_at_once_do_not_meet(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "batch"
    refused: list[str] = []

    def tell(*_: int) -> None:
        if not refused:
            refused.append("")
            with pytest.raises(OutputError, match="another run works in it"):
                rm.run_batch(study, out, resume=True)

    with ThreadPoolExecutor(1) as pool:
        assert set(rm.run_batch(study, out, executor=pool, progress=tell).index["status"]) == {"done"}
    assert refused


@pytest.mark.parametrize(("process", "host"), [(os.getppid(), None), (1, "another-machine")])
def test_lock_of_a_run_that_may_live_is_kept(study: Study, tmp_path: Path, process: int, host: str | None) -> None:
    lock(tmp_path / "batch", process, host)
    with pytest.raises(OutputError, match=f"another run works in it .process {process} on "):
        rm.run_batch(study, tmp_path / "batch")
    assert [path.name for path in (tmp_path / "batch").iterdir()] == [LOCK]


def test_lock_of_a_dead_run_is_taken_over(study: Study, tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    lock(tmp_path / "batch", dead.pid)
    said: list[str] = []
    rm.run_batch(study, tmp_path / "batch", draws=2, say=said.append)
    assert said == [f"a run that worked in {tmp_path / 'batch'} has died (process {dead.pid}); its lock was taken over"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on this system")
def test_killed_run_leaves_whole_partitions(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "batch"
    code = f"import refugee_model as rm; rm.run_batch(rm.load_study({str(file)!r}), {str(out)!r}, draws=20_000)"
    running = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    end = time.monotonic() + 300
    while time.monotonic() < end and running.poll() is None and not partitions(out):
        time.sleep(0.002)
    running.kill()
    running.wait()
    finished = partitions(out)
    assert finished
    assert all({path.name for path in place.iterdir()} == FILES for place in finished)
    before = {path: path.read_bytes() for place in finished for path in place.iterdir()}
    said: list[str] = []
    batch = rm.run_batch(rm.load_study(file), out, draws=20_000, resume=True, say=said.append)
    assert set(batch.index["status"]) == {"done"}
    assert {path: path.read_bytes() for path in before} == before
    assert len(partitions(out)) == len(list((out / "partitions").iterdir())) == 4


def test_combination_that_cannot_be_run_does_not_stop_the_others(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    wrong = '{distribution = "normal", mean = 10, sd = 1_000}'
    path.write_text(file.read_text().replace('"aid.provinces.Hills.beds" = 0', f'"aid.provinces.Hills.beds" = {wrong}'))
    with pytest.raises(
        RequestError, match="some combinations cannot be run; the others are finished and stay: 2 problems"
    ):
        rm.run_batch(rm.load_study(path), tmp_path / "batch")
    assert list(pd.read_csv(tmp_path / "batch" / "index.csv")["status"]) == ["failed", "done", "failed", "done"]


class Broken(ThreadPoolExecutor):
    """Workers that have died."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        raise BrokenProcessPool("a process was ended")


def test_dead_workers_are_said(study: Study, tmp_path: Path) -> None:
    with (
        Broken(1) as pool,
        pytest.raises(RequestError, match="the workers stopped: BrokenProcessPool: a process was ended; 0 of 4"),
    ):
        rm.run_batch(study, tmp_path / "batch", executor=pool)


@pytest.mark.parametrize(("words", "said"), [({"draws": 0}, "draws: found 0"), ({"seed": -1}, "seed: found -1")])
def test_draws_and_seed_are_checked(study: Study, tmp_path: Path, words: dict[str, int], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        rm.run_batch(study, tmp_path / "batch", **words)  # type: ignore[arg-type]
    assert not (tmp_path / "batch").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--workers", "0"), 1, "found 0, expected a whole number from 1 to 512"),
        (("--workers", "2", "--cluster", "tcp://x:1"), 1, "not both"),
        (("--draws", "0"), 1, "draws: found 0"),
    ],
)
def test_mistakes_on_the_shell(
    words: tuple[str, ...], code: int, said: str, file: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert shell(monkeypatch, "batch", file, *words, "--out", tmp_path / "batch") == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "batch").exists()


def test_ctrl_c_on_the_shell_is_130(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch_folder.BatchFolder, "write", stop)
    assert shell(monkeypatch, "batch", file, "--quiet", "--out", tmp_path / "batch") == 130


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(RequestError, match=r"pip install 'refugee-model\[cluster\]'"),
        open_workers(cluster="tcp://127.0.0.1:1"),
    ):
        pass


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("silent", [False, True])
def test_cluster_that_does_not_answer(silent: bool) -> None:
    pytest.importorskip("distributed")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        begin = time.monotonic()
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(RequestError, match="no dask scheduler answers there"), open_workers(cluster=address):
            pass
        assert time.monotonic() - begin < 10


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_cluster_with_a_worker_killed_in_the_middle(
    whole: Path, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet: dict[str, Any] = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    begun = [
        subprocess.Popen(
            [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file],
            **quiet,
        )
    ]
    try:
        end = time.monotonic() + 15
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.1)
        worker = [*dask, "worker", "--scheduler-file", file, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        begun += [subprocess.Popen(worker, **quiet) for _ in range(2)]
        monkeypatch.setattr(points, "BLOCK", 4)
        killed: list[int] = []

        def tell(done: int, draws: int) -> None:
            if done >= draws // 4 and not killed:
                killed.append(done)
                begun[1].kill()

        with open_workers(cluster=json.loads(file.read_text())["address"]) as pool:
            pool._client.wait_for_workers(2, timeout=15)  # type: ignore[attr-defined]
            rm.run_batch(study, tmp_path / "batch", executor=pool, progress=tell)
        assert killed
        assert killed[0] < 160
        assert contents(tmp_path / "batch") == contents(whole)
    finally:
        for process in begun:
            process.kill()
            process.wait()
