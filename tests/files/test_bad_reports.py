"""Every bad file of reports raises exactly the message beside it, never anything else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from refugee_model.errors import RequestError
from refugee_model.files import reports_file
from refugee_model.files.reports_file import load_reports

FOLDER = Path(__file__).parents[1] / "bad_reports"
FILES = sorted(FOLDER.glob("*.csv"))


def message_of(path: Path) -> str:
    with pytest.raises(RequestError) as caught:
        load_reports(path)
    return str(caught.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_bad_reports_name_every_problem(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    assert message_of(Path(path.name)) == path.with_suffix(".expect").read_text(encoding="utf-8").removesuffix("\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_message_names_a_file(path: Path) -> None:
    message = message_of(path)
    problems = message.split("\n")[1:] or [message]
    assert all(re.search(r"\([\w./-]+\.csv(, line \d+)?\)$", problem) for problem in problems)


def test_there_are_many_bad_reports_and_each_has_its_message() -> None:
    assert len(FILES) >= 45
    assert {path.stem for path in FOLDER.glob("*.expect")} == {path.stem for path in FILES}


def test_huge_file_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    assert message_of(path).endswith("is 200.0 MB; reports have at most 20 MB: is it the right file? (huge.csv)")


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.csv"
    path.write_text("time,quantity,place,value\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(reports_file.Path, "read_bytes", refuse)
    assert message_of(path).endswith("cannot be used: Permission denied")
