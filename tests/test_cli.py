"""The shell, as a person uses and misuses it."""

from __future__ import annotations

import errno
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.cli import main
from refugee_model.errors import RequestError, printable

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
    assert {
        "scenario.toml",
        "movements.csv",
        "capacity.csv",
        "peaks.csv",
        "needs.csv",
        "nights.csv",
        "summary.json",
        "summary.txt",
    } <= names
    assert {
        f"plots/{name}.png" for name in ("arrivals", "corridor", "flow", "needs", "nights", "occupancy", "provinces")
    } <= names
    assert "How many cross? " in (results / "summary.txt").read_text(encoding="utf-8")
    summary = json.loads((results / "summary.json").read_text())
    assert summary["people_balance_residual"] < 1e-6
    capacity = pd.read_csv(results / "capacity.csv", parse_dates=["time"])
    assert list(capacity.columns) == [
        "time",
        "place",
        "kind",
        "area_code",
        "capacity",
        "people",
        "reserved",
        "free",
        "over",
        "utilisation",
    ]
    assert capacity["time"].dt.tz is not None


def test_same_inputs_give_the_same_bytes(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "again", "--quiet") == 0
    for path in results.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "again" / path.relative_to(results)).read_bytes(), path.name


def written(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_python_writes_what_run_with_draws_writes(
    ranged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("run", ranged, "--draws", "200", "--seed", "3", "--quiet", "--out", tmp_path / "shell")
    assert shell(monkeypatch, *words) == 0
    scenario = rm.load_scenario(ranged)
    ensemble = rm.simulate_ensemble(scenario, draws=200, seed=3)
    rm.write_results(rm.simulate(scenario), tmp_path / "python", ensemble=ensemble)
    assert written(tmp_path / "python") == written(tmp_path / "shell")
    assert (tmp_path / "python" / "draws.csv").exists()
    with pytest.raises(RequestError, match="ensemble: found many draws beside something else than a run"):
        rm.write_results(ensemble, tmp_path / "other", ensemble=ensemble)


@pytest.mark.slow
def test_the_resolved_scenario_runs_again(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell(monkeypatch, "run", results / "scenario.toml", "--out", tmp_path / "again", "--quiet") == 0
    assert (tmp_path / "again" / "summary.json").read_bytes() == (results / "summary.json").read_bytes()


@pytest.mark.slow
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


def test_out_that_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "file") == 1
    assert "it is a file" in capsys.readouterr().err
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "file" / "below") == 1


@pytest.mark.slow
def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "deep" / "run"
    real, written = os.fsync, []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    assert shell(monkeypatch, "run", SMALL, "--out", folder) == 1
    assert "No space left on device; nothing was written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_set_changes_one_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        shell(
            monkeypatch, "run", SMALL, "--set", "timing.departure.share_leaving=0", "--out", tmp_path / "run", "--quiet"
        )
        == 0
    )
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
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
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


def test_interruption_is_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("refugee_model.engine.simulation.simulate", interrupt)
    assert shell(monkeypatch, "run", SMALL, "--out", tmp_path / "run") == 130
    assert list(tmp_path.iterdir()) == []


def test_check_new_describe_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell(monkeypatch, "check", "lachin-2023") == 0
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


@pytest.fixture(scope="module")
def ranged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small scenario with an uncertain number, and fewer transit places."""
    path = tmp_path_factory.mktemp("ranged") / "ranged.toml"
    text = SMALL.read_text().replace("total = 10_000", "total = {low = 4000, likely = 10_000, high = 20_000}")
    path.write_text(text.replace("transit_places = 800", "transit_places = 0"))
    return path


EVENT = "peak_unsheltered > 2000"


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["sensitivity"], rm.sensitivity),
        (["triggers", "--event", EVENT], lambda ensemble: rm.triggers(ensemble, EVENT)),
        (["compare"], lambda ensemble: rm.compare(ensemble, ensemble.scenario)),
    ],
)
def test_python_writes_what_the_shell_writes_of_a_table(
    ranged: Path,
    words: list[str],
    asked: Callable[[rm.Ensemble], pd.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = [ranged] if words[0] == "compare" else []
    options = ("--draws", "200", "--seed", "2", "--quiet", "--out", tmp_path / "shell")
    assert shell(monkeypatch, words[0], ranged, *both, *words[1:], *options) == 0
    ensemble = rm.simulate_ensemble(rm.load_scenario(ranged), draws=200, seed=2)
    table, of = asked(ensemble), [ensemble, ensemble.scenario][: 1 + len(both)]
    rm.write_results(table, tmp_path / "python", of=of)
    assert written(tmp_path / "python") == written(tmp_path / "shell")
    other = ensemble.scenario.change({"people.total": 9_000})
    for wrong in (None, other, [*of, *of], [rm.simulate_ensemble(ensemble.scenario, draws=2)] * len(of)):
        with pytest.raises(RequestError, match=f"of: found .*, as {words[0]} was given for this table"):
            rm.write_results(table, tmp_path / "other", of=wrong)
    assert not (tmp_path / "other").exists()


def test_only_tables_that_the_shell_writes_are_written_with_what_they_were_asked_of(tmp_path: Path) -> None:
    scenario = rm.load_scenario(SMALL)
    run = rm.simulate(scenario)
    for results, of, said in (
        (run, scenario, "of: found .* beside something else than a table of sensitivity, triggers or compare"),
        (
            rm.peak_table(run),
            scenario,
            "results: found a DataFrame, expected a table of sens",
        ),
    ):
        with pytest.raises(RequestError, match=said):
            rm.write_results(results, tmp_path / "out", of=of)


@pytest.mark.parametrize(
    ("words", "files", "said"),
    [
        (["sensitivity"], {"sensitivity.csv", "plots/sensitivity.png"}, "first of all people.total"),
        (["triggers", "--event", "peak_unsheltered > 2000"], {"triggers.csv", "plots/trigger.png"}, "It fires in"),
    ],
)
def test_what_matters_and_what_to_watch(
    ranged: Path,
    words: list[str],
    files: set[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = [words[0], ranged, *words[1:], "--draws", "200"]
    assert shell(monkeypatch, *told, "--out", tmp_path / "one") == 0
    assert said in capsys.readouterr().out
    written = {path.relative_to(tmp_path / "one").as_posix() for path in (tmp_path / "one").rglob("*.*")}
    assert {*files, "scenario.toml", "manifest.json"} <= written
    (tmp_path / "one" / "mine.txt").write_text("mine")
    assert shell(monkeypatch, *told, "--out", tmp_path / "one", "--quiet") == 1


def test_mistakes_of_what_matters_and_what_to_watch(
    ranged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", tmp_path / "none"]
    assert shell(monkeypatch, "triggers", ranged, "--event", "peak_unshelterd > 5", "--draws", "0", *out) == 1
    told = capsys.readouterr().err
    assert "did you mean 'peak_unsheltered'" in told
    assert "draws: found 0" in told
    assert shell(monkeypatch, "sensitivity", SMALL, *out) == 1
    assert "nothing in this scenario is uncertain" in capsys.readouterr().err
    assert shell(monkeypatch, "triggers", ranged, *out) == 2
    assert not (tmp_path / "none").exists()


def test_module_is_the_shell() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "refugee_model", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip()


UNCERTAIN = f"""based_on = "{SMALL.as_posix()}"
title = "Small and uncertain"
[people]
total = {{low = 6_000, likely = 10_000, high = 12_000}}
[timing.checkpoint]
vehicles_per_hour = {{low = 20, likely = 100, high = 200}}
"""
REPORTS = "time,quantity,place,value,rounding\n2023-09-26T00:00+04:00,arrived,,1000,\n"
REPORTS += "2023-09-26T12:00+04:00,arrived,,3500,100\n"
REPORTS += "2023-09-26T18:00+04:00,arrived,,3200,100\n2023-09-28T18:00+04:00,arrived,,7900,100\n"
UNTIL = "2023-09-26T20:00+04:00"
FORECAST = {
    *(
        "scenario.toml",
        "reports.csv",
        "forecast.csv",
        "learned.csv",
        "draws.csv",
        "measures.csv",
        "ranges.csv",
        "first_full.csv",
    ),
    *(
        "capacity.csv",
        "peaks.csv",
        "needs.csv",
        "nights.csv",
        "warnings.txt",
        "plots/forecast.png",
        "plots/state_accommodation.png",
        "later.toml",
        "later-draws.parquet",
        "manifest.json",
    ),
}


@pytest.fixture
def exodus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an uncertain scenario and reports, forecast with few particles."""
    monkeypatch.setattr("refugee_model.studies.forecast.learning.LEAST_PARTICLES", 100)
    folder = tmp_path / "exodus"
    folder.mkdir()
    (folder / "small.toml").write_text(UNCERTAIN)
    (folder / "reports.csv").write_text(REPORTS)
    return folder


def forecast_words(folder: Path, out: Path, *more: str) -> tuple[str | Path, ...]:
    return (
        "forecast",
        folder / "small.toml",
        "--reports",
        folder / "reports.csv",
        "--draws",
        "100",
        "--out",
        out,
        *more,
    )


def test_forecast_says_what_comes_and_writes_all(
    exodus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert shell(monkeypatch, *forecast_words(exodus, out, "--until", UNTIL)) == 0
    shown = capsys.readouterr()
    assert "Small and uncertain: forecast of Tue 26 Sep 2023, 20:00 from 3 reports" in shown.out
    for words in (
        "9 in 10 futures",
        "Most without",
        "in all",
        "Arrived so far",
        "Arrived by tomorrow",
        "27 Sep 20:00",
        "in 3 days",
        "in 7 days",
        "at the end",
        "Last arrivals",
    ):
        assert words in shown.out
    for words in ("Which place fills first?", "Most in state beds", "people.total", "learned"):
        assert words in shown.out
    assert "warning: reports left out: 1 after the cut-off" in shown.err
    assert "arrived falls from 3,500 to 3,200" in shown.err
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == FORECAST
    assert len(pd.read_csv(out / "reports.csv")) == 3
    assert len(pd.read_csv(out / "draws.csv")) == len(pd.read_csv(out / "measures.csv")) == 100
    warnings = (out / "warnings.txt").read_text().splitlines()
    assert len(warnings) == shown.err.count("warning: ") == 4
    found = pd.read_csv(out / "forecast.csv", keep_default_na=False)
    assert set(found["place"]) == {"", "Hills", "Plain"}
    assert found["time"].iloc[-1].endswith("+04:00")
    assert (found.groupby(["quantity", "place"], sort=False)["quantile"].nunique() == 5).all()


def test_a_forecast_can_be_made_again_from_what_it_wrote(
    exodus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert shell(monkeypatch, *forecast_words(exodus, out, "--until", UNTIL, "--quiet")) == 0
    header = (out / "scenario.toml").read_text().splitlines()[0]
    words = header.partition("Forecast it again: refugee-model ")[2].replace(" DIR", " again --quiet").split()
    monkeypatch.chdir(out)
    assert shell(monkeypatch, *words) == 0
    for name in FORECAST - {
        "manifest.json",
        "warnings.txt",
        "plots/forecast.png",
        "plots/state_accommodation.png",
    }:  # these tell of the later report, too
        assert (out / name).read_bytes() == (out / "again" / name).read_bytes(), name
    monkeypatch.chdir(tmp_path)
    assert shell(monkeypatch, *forecast_words(exodus, tmp_path / "same", "--until", UNTIL, "--quiet")) == 0
    for name in FORECAST:
        assert (out / name).read_bytes() == (tmp_path / "same" / name).read_bytes(), name


def test_a_forecast_without_a_usable_report(
    exodus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell(monkeypatch, *forecast_words(exodus, tmp_path / "out", "--until", "2023-09-25T12:00+04:00")) == 0
    shown = capsys.readouterr()
    assert "warning: no report can be used: this is the scenario as it was, nothing was learned" in shown.err
    assert "from 0 reports" in shown.out
    assert "Not learned, about as wide as before: people.total, timing.checkpoint.vehicles_per_hour" in shown.out


def test_a_forecast_without_warnings_writes_none(exodus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (exodus / "reports.csv").write_text("\n".join(REPORTS.split("\n")[:3]))
    assert shell(monkeypatch, *forecast_words(exodus, tmp_path / "out", "--quiet")) == 0
    assert not (tmp_path / "out" / "warnings.txt").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--until", "tomorrow"), "until: found 'tomorrow', expected a time with its offset"),
        (("--until", "2023-09-26T20:00"), "expected a time with its offset"),
        (
            ("--until", "2024-09-26T20:00+04:00"),
            "expected a time between 2023-09-24T12:00+04:00 and 2023-10-14T12:00+04:00",
        ),
        (("--draws", "0"), "draws: found 0"),
        (("--seed", "-1"), "seed: found -1"),
        (("--reports", "nowhere.csv"), "nowhere.csv"),
        (("--reports", str(Path(__file__).parent / "bad_reports" / "thousands_comma.csv")), "value: found '28,120'"),
        (("--reports", "lachin-2023"), "no province of this scenario"),
    ],
)
def test_mistakes_of_a_forecast(
    more: tuple[str, ...],
    said: str,
    exodus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert shell(monkeypatch, *forecast_words(exodus, tmp_path / "out", *more)) == 1
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["forecast", "run"])
def test_a_misspelt_place_in_reports_is_named_with_its_line(
    command: str, exodus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "2023-09-26T20:00+04:00,in_state_accommodation,Hils,100,"
    (exodus / "reports.csv").write_text(f"{REPORTS.rstrip()}\n{row}\n")
    words = (command, exodus / "small.toml", "--reports", exodus / "reports.csv", "--out", exodus / "out")
    assert shell(monkeypatch, *words) == 1
    line = len(REPORTS.rstrip().split("\n")) + 1
    said = f"'Hils', no province of this scenario; did you mean 'Hills'? (reports.csv, line {line})"
    assert said in capsys.readouterr().err


def test_a_forecast_keeps_out_of_a_persons_folder(
    exodus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell(monkeypatch, *forecast_words(exodus, exodus)) == 1
    assert "inputs are never replaced" in capsys.readouterr().err
    assert (exodus / "reports.csv").read_text() == REPORTS


def test_a_forecast_that_is_interrupted_leaves_nothing(
    exodus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("refugee_model.studies.forecast.learning.sample", interrupt)
    assert shell(monkeypatch, *forecast_words(exodus, tmp_path / "out")) == 130
    assert not (tmp_path / "out").exists()


def test_a_forecast_needs_reports_and_a_folder(exodus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell(monkeypatch, "forecast", exodus / "small.toml", "--out", exodus / "out") == 2
    assert shell(monkeypatch, "forecast", exodus / "small.toml", "--reports", exodus / "reports.csv") == 2


def test_draws_of_what_is_certain_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell(monkeypatch, "run", SMALL, "--draws", "100", "--out", tmp_path / "out", "--quiet") == 1
    said = capsys.readouterr().err
    assert "nothing in this scenario is uncertain, so 100 draws would show no range" in said
    assert "people.total={low = " in said
    assert not (tmp_path / "out").exists()


def test_tables_for_excel(exodus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    out = tmp_path / "out"
    assert shell(monkeypatch, *forecast_words(exodus, out, "--until", UNTIL, "--excel", "--quiet")) == 0
    data = (out / "forecast.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbftime;quantity;place;quantile;value\n")
    assert ";0,05;" in data.decode("utf-8-sig")
    assert pd.read_csv(out / "forecast.csv", sep=";", decimal=",")["value"].dtype == float
    assert (out / "reports.csv").read_bytes().startswith(b"time,")  # it can be read again


def test_a_batch_in_which_nothing_is_uncertain_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = (
        f'base = "{SMALL}"\ndraws = 2\ngrid = ["who"]\n[axes.who.few]\n"people.total" = '
        '9000\n[axes.who.many]\n"people.total" = 12000\n'
    )
    (tmp_path / "study.toml").write_text(study)
    words = ("batch", tmp_path / "study.toml", "--draws", "2", "--excel", "--out", tmp_path / "out")
    assert shell(monkeypatch, *words) == 0
    assert "nothing is uncertain in every combination: all draws there are the same" in capsys.readouterr().err
    assert shell(monkeypatch, *words, "--resume", "--quiet") == 0
    assert not capsys.readouterr().err
    assert (tmp_path / "out" / "index.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_batch_speaks_a_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = f'base = "{SMALL}"\ndraws = 2\ngrid = ["who"]\n[axes.who.few]\n"people.total" = 9000\n'
    (tmp_path / "study.toml").write_text(study)
    words = ("batch", tmp_path / "study.toml", "--out", tmp_path / "out", "--language")
    assert shell(monkeypatch, *words, "ru") == 0
    said = capsys.readouterr().out
    assert "таблицы" in said
    assert "человеко-ночей без крова" in said
    assert "mean" not in said


@pytest.mark.parametrize("command", [("sensitivity",), ("triggers", "--event", "peak_unsheltered > 5")])
def test_an_unknown_language_is_told_beside_other_mistakes(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (*command, SMALL, "--draws", "0", "--out", tmp_path / "out", "--language", "klingon")
    assert shell(monkeypatch, *words) == 1
    said = capsys.readouterr().err
    assert "klingon" in said
    assert "draws: found 0" in said
    assert not (tmp_path / "out").exists()


def test_every_mistake_of_a_command_line_is_told_at_once_and_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(*_: object) -> None:
        pytest.fail("the work began")

    monkeypatch.setattr("refugee_model.engine.simulation.simulate", work)
    (tmp_path / "file").write_text("mine")
    words = (
        "run",
        SMALL,
        "--set",
        "peple.total=5",
        "--set",
        "nothing",
        "--reports",
        "nowhere.csv",
        "--draws",
        "0",
        "--out",
        tmp_path / "file",
    )
    assert shell(monkeypatch, *words) == 1
    said = capsys.readouterr().err
    for part in ("a setting cannot be used", "peple", "nowhere.csv", "draws: found 0", "it is a file"):
        assert part in said, part


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("batch", "nowhere.toml", "--out", "file", "--draws", "0", "--seed", "-1", "--workers", "0"),
            ("nowhere.toml", "it is a file", "draws: found 0", "seed: found -1", "workers: found 0"),
        ),
        (
            ("batch", "timing-x-aid", "--out", ".", "--cluster", "nonsense", "--draws", "1_000_001"),
            ("it holds other files (file", "draws: found 1000001", "cluster at nonsense"),
        ),
        (
            ("forecast", SMALL, "--reports", "r.csv", "--out", "file", "--until", "tomorrow", "--draws", "0"),
            ("it is a file", "until: found 'tomorrow'", "draws: found 0", "found 'Nowhere', no province"),
        ),
        (
            ("forecast", "nowhere.toml", "--reports", "r.csv", "--out", "out", "--until", "2023-13-01"),
            ("nowhere.toml", "until: found '2023-13-01'"),
        ),
        (
            ("run", SMALL, "--reports", "r.csv", "--draws", "0", "--seed", str(2**63), "--out", "file"),
            ("found 'Nowhere', no province", "draws: found 0", "from 0 to 9,223,372,036,854,775,807", "it is a file"),
        ),
        (
            (
                "run",
                SMALL,
                "--set",
                "people.total=9000",
                "--set",
                "people.total=8000",
                "--draws",
                "-3",
                "--out",
                "file",
            ),
            ("people.total: is set twice", "draws: found -3", "it is a file"),
        ),
        (
            ("run", SMALL, "--set", "aid.winter.cold=5", "--set", "aid.winter={}", "--out", "file"),
            ("aid.winter.cold: is undone by aid.winter, which is set after it", "it is a file"),
        ),
    ],
)
def test_every_mistake_of_any_command_is_told_at_once(
    words: tuple[str, ...],
    said: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "r.csv").write_text(
        "time,quantity,place,value\n2023-09-25T08:00+04:00,in_state_accommodation,Nowhere,5\n"
    )
    assert shell(monkeypatch, *words) == 1
    shown = capsys.readouterr().err
    for part in said:
        assert part in shown, part
    assert "projecting" not in shown
    assert not [path for path in tmp_path.iterdir() if path.name not in ("file", "r.csv")]


def test_what_is_written_anew_can_be_checked_as_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shell(monkeypatch, "new", "lachin-2023") == 1
    assert "is the name of a packaged scenario, which would be read in its place" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    for file in ("my crisis.toml", "-x.toml"):
        assert shell(monkeypatch, "new", "--", file) == 0
        said = capsys.readouterr().out.partition("refugee-model ")[2]
        assert shell(monkeypatch, *shlex.split(said)) == 0, said


def test_draws_that_cannot_be_are_not_said_to_be_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert shell(monkeypatch, "run", SMALL, "--draws", "-3", "--out", tmp_path / "out") == 1
    assert "uncertain" not in capsys.readouterr().err
    assert shell(monkeypatch, "run", SMALL, "--set", "people.total=2", "--draws", "1", "--out", tmp_path / "out") == 1
    assert "people.total={low = 1.6, likely = 2, high = 2.4}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "title",
    [
        "[/]",
        *(pytest.param(title, marks=pytest.mark.slow) for title in ("Lachin [draft] plan [v2]", ":smile:", "=cmd|x")),
    ],
)
def test_a_title_is_shown_as_it_is_written(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = small_text().replace('title = "Small"', "title = " + json.dumps(title))
    (tmp_path / "s.toml").write_text(text)
    assert shell(monkeypatch, "run", tmp_path / "s.toml", "--out", tmp_path / "out") == 0
    shown = capsys.readouterr()
    assert printable(title) in shown.out
    assert "\x1b" not in shown.out + shown.err


def small_text() -> str:
    return Path(SMALL).read_text(encoding="utf-8")


@pytest.mark.slow
def test_two_scenarios_of_one_name_do_not_share_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plan.toml").write_text(small_text())
    assert shell(monkeypatch, "run", "a/plan.toml", "--quiet") == 0
    assert shell(monkeypatch, "run", "a/plan.toml", "--quiet") == 0
    before = (tmp_path / "results" / "plan" / "summary.json").stat().st_mtime_ns
    assert shell(monkeypatch, "run", "b/plan.toml", "--quiet") == 1
    assert "it holds the results of ../a/plan.toml, another file of that name" in capsys.readouterr().err
    assert (tmp_path / "results" / "plan" / "summary.json").stat().st_mtime_ns == before


def test_a_terminal_that_lacks_letters(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(small_text().replace('title = "Small"', 'title = "Լաչին"'))
    words = [sys.executable, "-m", "refugee_model", "check", "nowhere-Լաչին.toml"]
    done = subprocess.run(
        words, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "cp1252"}, cwd=tmp_path
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"\\u053c" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_answer_that_cannot_be_printed() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "refugee_model", "list"], stdout=full, stderr=subprocess.PIPE, check=False, text=True
        )
    assert done.returncode == 1
    assert done.stderr.startswith("the answer cannot be printed (No space left on device)")


COMPARED = {"a.toml", "b.toml", "comparison.csv", "comparison.txt", "manifest.json"}


def test_compare_says_what_differs_and_writes_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one, other, out = tmp_path / "one.toml", tmp_path / "other.toml", tmp_path / "out"
    one.write_text(UNCERTAIN)
    other.write_text('based_on = "one.toml"\ntitle = "More desks"\n[timing.checkpoint]\nnight_factor = 1.0\n')
    assert shell(monkeypatch, "compare", one, other, "--draws", "20", "--out", out) == 0
    shown = capsys.readouterr().out
    assert "A: Small and uncertain" in shown
    assert "longest queue" in shown
    assert {path.name for path in out.iterdir()} == COMPARED
    table = pd.read_csv(out / "comparison.csv")
    assert table.loc[table["measure"] == "person_nights_without_roof", "unit"].tolist() == ["person-nights"]
    assert (out / "comparison.txt").read_text().startswith("A: Small and uncertain\nB: More desks\n")
    again = tmp_path / "again"
    assert shell(monkeypatch, "compare", out / "a.toml", out / "b.toml", "--draws", "20", "--out", again, "-q") == 0
    assert (again / "comparison.csv").read_bytes() == (out / "comparison.csv").read_bytes()


def test_two_scenarios_that_are_certain_are_compared_in_one_future(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other, out = tmp_path / "other.toml", tmp_path / "out"
    other.write_text(f'based_on = "{SMALL}"\n[aid]\ntransit_places = 8_000\n')
    assert shell(monkeypatch, "compare", SMALL, other, "--out", out) == 0
    assert "one future of each is compared" in capsys.readouterr().err
    assert "middle of 1 draw, seed 1" in (out / "comparison.txt").read_text()


def test_every_mistake_of_a_comparison_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("compare", "lachin-2023-pln", "nowhere.toml", "--draws", "0", "--out", out)
    assert shell(monkeypatch, *words) == 1
    said = capsys.readouterr().err
    assert all(word in said for word in ("lachin-2023-pln", "nowhere.toml", "draws: found 0"))
    assert not out.exists()
