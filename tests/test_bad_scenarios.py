"""Every bad scenario raises exactly the message it names, never anything else."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from refugee_model.errors import ScenarioError
from refugee_model.files.scenario_file import load_scenario

FOLDER = Path(__file__).parent / "bad_scenarios"
FILES = sorted(FOLDER.glob("*.toml"))


def message_of(path: object) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)  # type: ignore[arg-type]
    return str(caught.value)


def expected_of(path: Path) -> str:
    beside = path.with_suffix(".expect")
    if beside.exists():
        return beside.read_text(encoding="utf-8").removesuffix("\n")
    lines = path.read_text(encoding="utf-8").split("\n")
    return "\n".join(line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: "))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_bad_scenario_names_every_problem(path: Path) -> None:
    assert message_of(path).replace(f"{FOLDER}{os.sep}", "") == expected_of(path)


def test_there_are_many_bad_scenarios() -> None:
    assert len(FILES) >= 45


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_message_names_a_file(path: Path) -> None:
    message = message_of(path).replace(f"{FOLDER}{os.sep}", "")
    problems = message.split("\n")[1:] or [message]
    assert all(re.search(r"\([\w./-]+\.toml(, line \d+(, column \d+)?)?\)$", problem) for problem in problems)


def test_capacity_of_zero_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "zero.toml"
    path.write_text(
        f'based_on = "{Path(__file__).parent / "scenarios" / "small.toml"}"\n[aid.provinces.Hills]\nbeds = 0\n'
    )
    assert load_scenario(path).aid.provinces["Hills"].beds == 0


def test_huge_file_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    begin = time.perf_counter()
    expected = f"{path} cannot be used: is 200.0 MB; a scenario has at most 5 MB: is it the right file? (huge.toml)"
    assert message_of(path) == expected
    assert time.perf_counter() - begin < 1


def test_folder(tmp_path: Path) -> None:
    assert message_of(tmp_path) == (
        f"{tmp_path} cannot be used: '{tmp_path}' is a folder, expected the name of a packaged scenario or "
        "the path of a file"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe.toml"
    os.mkfifo(path)
    assert message_of(path) == f"{path} cannot be used: is not a regular file (pipe.toml)"


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.toml"
    path.write_text("title = 'x'\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert message_of(path) == f"{path} cannot be used: cannot be read: Permission denied (locked.toml)"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything can be read here")
def test_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "locked.toml"
    path.write_text("title = 'x'\n")
    path.chmod(0)
    assert message_of(path) == f"{path} cannot be used: cannot be read: Permission denied (locked.toml)"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "lachin-2032-plan",
            "'lachin-2032-plan' is neither a packaged scenario nor a file; did you mean 'lachin-2023-plan'?",
        ),
        ("", "found an empty text, expected the name of a packaged scenario or the path of a file"),
        (5, "found 5, expected the name of a packaged scenario or the path of a file"),
    ],
)
def test_name_that_is_nothing(given: object, said: str) -> None:
    assert message_of(given) == f"{given if isinstance(given, str) else 'this scenario'} cannot be used: {said}"


@pytest.mark.parametrize("given", ["x" * 100_000, "nul\0byte", "no/such/folder/x.toml", b"bytes"])
def test_odd_names_give_a_message(given: object) -> None:
    assert "cannot be used: " in message_of(given)


def test_path_beside_a_similar_file_offers_it(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("title = 'x'\n")
    given = str(tmp_path / "plam.toml")
    assert (
        message_of(given)
        == f"{given} cannot be used: {given!r} is neither a packaged scenario nor a file; did you mean 'plan.toml'?"
    )
