"""Memory: what is left to the process and its container, and one clear message where it is too little."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path

import pytest

import refugee_model as rm
from refugee_model import memory
from refugee_model.cli import shell
from refugee_model.engine import size as engine_size
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies import size
from refugee_model.studies import study as batch
from refugee_model.studies.ensemble import WORDS
from refugee_model.tables import frames

ROOT = Path(__file__).parents[1]
SMALL = ROOT / "tests" / "scenarios" / "small.toml"
HALF_HOURS = {"timeline.step_minutes": 30.0}


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n", encoding="ascii")


def cgroup_of(tmp_path: Path, line: str) -> Path:
    write(tmp_path / "proc", cgroup=line)
    return tmp_path / "proc"


def test_second_version_of_control_groups(tmp_path: Path) -> None:
    write(
        tmp_path / "fs" / "pod",
        memory__max=3_000_000_000,
        memory__current=1_000_000_000,
        memory__stat="anon 7\ninactive_file 400000000",
    )
    write(tmp_path / "fs" / "pod" / "job", memory__max="max", memory__current=900_000_000)
    left = memory.left_to_container(tmp_path / "fs", cgroup_of(tmp_path, "0::/pod/job"))
    assert left == 2_400_000_000  # that of the group around it; files in memory can be given up


def test_first_version_of_control_groups(tmp_path: Path) -> None:
    limits = {
        "memory__limit_in_bytes": 2_000_000_000,
        "memory__usage_in_bytes": 500_000_000,
        "memory__stat": "total_inactive_file 100000000",
    }
    write(tmp_path / "fs" / "memory" / "job", **limits)
    process = cgroup_of(tmp_path, "5:cpu,cpuacct:/\n4:memory:/job\n0::/")
    assert memory.left_to_container(tmp_path / "fs", process) == 1_600_000_000


def test_a_container_sees_its_own_group_at_the_mount(tmp_path: Path) -> None:
    """Its path is then that of the machine around it, which is not there."""
    write(tmp_path / "fs", memory__max=1_000_000_000, memory__current=1)
    assert memory.left_to_container(tmp_path / "fs", cgroup_of(tmp_path, "0::/machine/container")) == 999_999_999


@pytest.mark.parametrize("line", ["0::/", "", "no colons", "4:memory"])
def test_without_limits_nothing_is_limited(tmp_path: Path, line: str) -> None:
    write(tmp_path / "fs", memory__max="max", memory__current="7")
    assert memory.left_to_container(tmp_path / "fs", cgroup_of(tmp_path, line)) == float("inf")


def test_no_control_groups_at_all(tmp_path: Path) -> None:
    assert memory.left_to_container(tmp_path, tmp_path / "nowhere") == float("inf")


@pytest.mark.parametrize("name", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_limits_of_the_process_are_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limited = getattr(resource, name)
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda which: (10**12, 10**12) if which == limited else unlimited)
    assert 0.9e12 < memory.left_to_process() < 1e12


def test_the_least_of_all_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "left_to_process", lambda: 5e6)
    monkeypatch.setattr(memory, "left_to_container", lambda: 4e6)
    assert memory.free_memory() == 4e6
    monkeypatch.setattr(memory, "left_to_container", lambda: -1.0)
    assert memory.free_memory() == 0.0


def test_what_tables_take_is_counted() -> None:
    """10,000 draws of all steps passed the check and were killed in a table."""
    scenario, wanted = rm.load_scenario("lachin-2023-plan").change(HALF_HOURS), WORDS["all"]
    kept, work = (bytes_taken(scenario, 10_000, wanted) for bytes_taken in (size.bytes_of, size.bytes_at_work))
    assert kept == pytest.approx(67.9e9, rel=0.02)
    assert work > 2e9


@pytest.mark.parametrize("free", [64e9, 50e9])
def test_what_would_be_killed_later_is_refused(free: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "free_memory", lambda: free)
    with pytest.raises(
        RequestError, match=r"10,000 draws and their tables take .* GB and .* GB are free; use keep='quantiles'"
    ):
        rm.simulate_ensemble(rm.load_scenario("lachin-2023-plan").change(HALF_HOURS), draws=10_000, keep="all")


def test_draws_that_are_offered_fit() -> None:
    scenario, wanted, free = rm.load_scenario("lachin-2023-plan"), WORDS["all"], 8e9
    fits = size._draws_that_fit(scenario, 10_000, wanted, free)
    sizes = [
        size.bytes_of(scenario, draws, wanted) + size.bytes_at_work(scenario, draws, wanted)
        for draws in (fits, int(1.03 * fits))
    ]
    assert sizes[0] <= free < sizes[1]


@pytest.mark.parametrize("keep", [None, "all", ["Hills", "transit"]])
def test_tables_are_the_same_in_any_window(
    small: Scenario, keep: str | Sequence[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = rm.simulate_ensemble(
        small.change({"people.total": {"low": 5_000, "likely": 10_000, "high": 30_000}}), draws=16, keep=keep
    )
    made = (rm.capacity_table, rm.movement_table, rm.peak_table)
    whole = [table(drawn) for table in made]
    monkeypatch.setattr(frames, "WINDOW_BYTES", 8 * frames.COPIES * 16 * 40)  # a few times at a time
    for table, before in zip(made, whole, strict=True):
        assert table(drawn).equals(before)


def test_memory_of_a_table_stays_within_what_is_counted(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    drawn = rm.simulate_ensemble(small, draws=256, keep="all")
    monkeypatch.setattr(frames, "WINDOW_BYTES", 4_000_000)
    counted = size.bytes_at_work(small, 256, WORDS["all"])
    for table in (rm.capacity_table, rm.movement_table, rm.peak_table):
        tracemalloc.start()
        rows = len(table(drawn))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 4_000_000 + rows * size.ROW_BYTES + 2_000_000
    assert counted > 4_000_000


def test_a_combination_without_memory_is_told_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    simulate_ensemble = batch.simulate_ensemble

    def starved(scenario: Scenario, **options: object) -> object:
        if "moderate" in scenario.title:
            raise MemoryError
        return simulate_ensemble(scenario, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "simulate_ensemble", starved)
    study = rm.load_study("timing-x-aid")
    kept = tuple(combination for combination in study.combinations if combination[0] == study.combinations[0][0])
    study = study.model_copy(update={"combinations": kept})
    with pytest.raises(RequestError) as caught:
        rm.run_batch(study, tmp_path / "out", draws=4)
    assert "moderate: there is not enough memory for this" in str(caught.value)
    assert len(list((tmp_path / "out" / "partitions").iterdir())) == len(kept) - 1


@pytest.mark.parametrize(
    ("error", "free"),
    [(MemoryError(), 1e12), (ImportError("failed to map segment"), 5e6), (RuntimeError("can't start new thread"), 5e6)],
)
def test_memory_that_comes_to_its_end_is_one_message(
    error: Exception, free: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def end() -> int:
        raise error

    monkeypatch.setattr(memory, "left_to_process", lambda: free)
    assert shell._code_of(end) == 1
    assert (
        capsys.readouterr().err
        == "there is not enough memory for this; take fewer draws, places or days, or longer steps\n"
    )


def test_other_errors_of_libraries_are_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def end() -> int:
        raise ImportError("no such thing")

    monkeypatch.setattr(memory, "left_to_process", lambda: float("inf"))
    monkeypatch.setattr(memory, "left_to_container", lambda: float("inf"))
    with pytest.raises(ImportError):
        shell._code_of(end)


def test_steps_that_would_not_fit_are_told_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most steps that a file may ask for take about 4 GB as arrays, and 8 GB with their tables and files."""
    scenario = rm.load_scenario("lachin-2023-plan").change({"timeline.days": 690.0, "timeline.step_minutes": 1.0})
    arrays, files = (engine_size.bytes_of_run(scenario, files=whole) for whole in (False, True))
    assert 2e9 < arrays < 6e9 < files < 12e9
    monkeypatch.setattr(engine_size, "free_memory", lambda: 1e9)
    with pytest.raises(
        RequestError,
        match=r"timeline.step_minutes: 993,600 steps of 11 provinces take .* GB and 1.0 GB are free; choose",
    ):
        rm.simulate(scenario)


def test_memory_of_a_run_is_what_is_told(small: Scenario) -> None:
    run = rm.simulate(small)
    recorded = sum(array.nbytes for array in run.recorded.values())
    assert recorded < engine_size.bytes_of_run(small) - engine_size.LEAST_BYTES < 1.5 * recorded


def under_limit(kilobytes: int, *words: str | Path) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (kilobytes * 1024, kilobytes * 1024))

    command = [sys.executable, "-m", "refugee_model", *map(str, words)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, env=env, timeout=120, check=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of addresses are those of Linux")
def test_a_run_that_would_not_fit_ends_with_one_message(tmp_path: Path) -> None:
    words = (
        "run",
        "lachin-2023-plan",
        "--set",
        "timeline.days=690",
        "--set",
        "timeline.step_minutes=1",
        "--quiet",
        "--out",
        tmp_path / "out",
    )
    ended = under_limit(2_500_000, *words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "timeline.step_minutes: 993,600 steps of 11 provinces take" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of addresses are those of Linux")
@pytest.mark.parametrize(
    ("kilobytes", "said"), [(300_000, "the limits of this process leave 0.2"), (2_500_000, "GB are free")]
)
def test_a_process_with_too_little_memory_ends_with_one_message(tmp_path: Path, kilobytes: int, said: str) -> None:
    words = (
        "forecast",
        "lachin-2023-plan",
        "--reports",
        "lachin-2023",
        "--draws",
        "1000000",
        "--quiet",
        "--out",
        tmp_path / "out",
    )
    ended = under_limit(kilobytes, *words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


class _Circle:
    def __init__(self) -> None:
        self.self = self


def test_what_refers_to_itself_is_freed_and_nothing_stays_aside() -> None:
    before = gc.get_freeze_count()
    gc.disable()
    try:
        with memory.letting_go():
            with memory.letting_go():
                gone = weakref.ref(_Circle())
            assert gone() is None
            assert gc.get_freeze_count() > before
    finally:
        gc.enable()
    assert gc.get_freeze_count() == before


def test_what_somebody_else_left_aside_stays_there() -> None:
    gc.freeze()
    try:
        aside = gc.get_freeze_count()
        with memory.letting_go():
            pass
        assert gc.get_freeze_count() == aside
    finally:
        gc.unfreeze()
