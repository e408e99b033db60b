"""Studies in files: what the packaged one is, what a file may say, and the exact message for each mistake."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import refugee_model as rm
from refugee_model.data_folder import packaged_scenarios
from refugee_model.errors import ScenarioError
from refugee_model.files.scenario_file import load_scenario
from refugee_model.files.study_file import load_study
from refugee_model.studies.study import TAKEN, TOLD, differences, folder_name

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "bad_studies"
FILES = sorted(FOLDER.glob("*.toml"))
SMALL = ROOT / "scenarios" / "small.toml"


def message_of(path: Path | str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_study(path)
    return str(caught.value).replace(f"{FOLDER}{os.sep}", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_bad_study_names_every_problem(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert message_of(path) == "\n".join(
        line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")
    )


def test_there_are_many_bad_studies() -> None:
    assert len(FILES) >= 25


@pytest.mark.parametrize("given", ["timing-x-ade", "timing-x-ade.toml"])
def test_name_that_is_nothing(given: str) -> None:
    said = f"{given!r} is neither a packaged study nor a file; did you mean 'timing-x-aid'?"
    assert message_of(given) == f"{given} cannot be used: {said}"


@pytest.mark.parametrize("given", ["", "nul\0byte", "x" * 100_000])
def test_odd_names_give_a_message(given: str) -> None:
    assert "is neither a packaged study nor a file" in message_of(given)


def test_packaged_study_is_ten_timings_by_six_levels_of_aid() -> None:
    study = load_study("timing-x-aid")
    assert [len(variants) for variants in study.axes.values()] == [10, 6]
    assert len({folder_name(combination).lower() for combination in study.combinations}) == 60
    assert study.scenario(("slow start", "none")).timing.departure.midpoint_hours == 72
    assert study.scenario(("slow start", "none")).aid.funds_usd == 0


@pytest.mark.parametrize("name", [name for name in packaged_scenarios() if name.startswith("lachin-2023-plan-")])
def test_differences_make_the_other_scenario(name: str) -> None:
    base, other = load_scenario("lachin-2023-plan"), load_scenario(name)
    changes = differences(base, other)
    made = base.change(changes) if changes else base
    assert {key: value for key, value in made.values().items() if key not in TOLD} == {
        key: value for key, value in other.values().items() if key not in TOLD
    }
    assert made.uncertain == other.uncertain


def test_differences_take_away_what_the_other_lacks() -> None:
    base = load_scenario(SMALL)
    richer = base.change({"aid.losses.Hills": {"province": "Hills", "share": 0.5, "since": 5.0}})
    assert richer.change(differences(richer, base)).aid == base.aid


def test_own_changes_lie_on_top_of_a_scenario(tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text(f'based_on = "{SMALL}"\n[people]\ntotal = 20_000\n[aid]\ntransit_places = 5\n')
    path = tmp_path / "study.toml"
    path.write_text(
        f'base = "{SMALL}"\ncombinations = [["more"]]\n[axes.people.more]\nscenario = "more.toml"\n'
        '"people.total" = {low = 20_000, likely = 30_000, high = 40_000}\n'
    )
    study = load_study(path)
    scenario = study.scenario(("more",))
    assert scenario.aid.transit_places == 5
    assert list(scenario.uncertain) == ["people.total"]
    assert (study.draws, study.seed) == (1000, 1)


def test_all_problems_in_one_message(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        f'base = "{SMALL}"\ndraws = 0\ngrid = ["timimg"]\n[axes.timing.usual]\n"people.totl" = '
        '5\n"aid.transit_places" = -5\n'
    )
    message = message_of(path)
    assert "5 problems" in message
    for said in ("draws: found 0", "'timimg' is not an axis", "did you mean 'total'?", "(study.toml, line 6)"):
        assert said in message


ETHIOPIC = "\u12a0" * 60
HEAD = 'title = "S"\nbase = "lachin-2023-plan"\ndraws = 2\n'


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ('grid = [["a"]]\n[axes.a.x]\n', "grid.0: found ['a'], expected the name of an axis, as in grid = [\"a\"]"),
        ("grid = [{a = 1}, 1, true]\n[axes.a.x]\n", "grid.0: found {'a': 1}, expected the name of an axis"),
        ('combinations = [[["x"]]]\n[axes.a.x]\n', "combinations.0: ['x'] is not a variant of a"),
        ('combinations = [[{x = 1}]]\n[axes.a.x]\n', "combinations.0: {'x': 1} is not a variant of a"),
        ('grid = ["partition"]\n[axes.partition.x]\n', ("axes.partition: is the name of a column of the results; "
            "choose "
            "another")),
        ('grid = ["status"]\n[axes.status.x]\n', "axes.status: is the name of a column of the results"),
        ('grid = ["Made_With"]\n[axes.Made_With.x]\n', "axes.Made_With: is the name of a column of the results"),
        ('grid = ["CHECKSUM"]\n[axes.CHECKSUM.x]\n', "axes.CHECKSUM: is the name of a column of the results"),
        ('grid = ["a", "A"]\n[axes.a.x]\n[axes.A.y]\n', "axes.A: differs from 'a' only in capitals or blanks"),
        ('grid = ["q"]\n[axes.q.Cop]\n[axes.q."\\u0421\\u043e\\u0440"]\n', ("differs from 'Cop' only in letters that "
            "look "
            "alike")),
        ('grid = ["q"]\n[axes.q."\\u00e9"]\n[axes.q."e\\u0301"]\n', ("differs from '\u00e9' only in letters that look "
            "alike")),
        ('grid = ["q"]\n[axes.q.con]\n', "axes: 'con' cannot be the name of a folder on every system"),
        ('grid = ["q"]\n[axes.q."a\\u200bb"]\n', "cannot be used as a name"),
        (
            f'grid = ["q", "r"]\n[axes.q."{ETHIOPIC}"]\n[axes.r."{ETHIOPIC}"]\n',
            ("axes: the names of variants together would be the name of a folder with 361 bytes, expected at "
                "most 255; shorten"),
        ),
    ],
)  # fmt: skip
def test_what_a_study_cannot_be_made_of_is_told_when_it_is_read(tmp_path: Path, rest: str, said: str) -> None:
    path = tmp_path / "study.toml"
    path.write_text(HEAD + rest, encoding="utf-8")
    assert said in message_of(path)


def test_no_axis_takes_the_name_of_a_column(tmp_path: Path, small_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        f'base = "{small_path}"\ndraws = 2\ngrid = ["q"]\n[axes.q."\\u0939\\u093f\\u0928"]\n', encoding="utf-8"
    )
    batch = rm.run_batch(rm.load_study(path), tmp_path / "batch")
    assert {*batch.index.columns, *batch.comparison.columns} - {"q"} == set(TAKEN)
