"""Tables as CSV for a double click in Excel."""

from __future__ import annotations

import locale

import pandas as pd
import pytest

from refugee_model.files import table_files
from refugee_model.files.table_files import csv_bytes, local_separators

TABLE = pd.DataFrame(
    {
        "time": pd.to_datetime(["2031-05-01T06:00+02:00", None]),
        "place": ["=cmd|' /C calc'!A0", "Սյունիք"],
        "people": [4175.5, -3.0],
        "note": ["@home", "-"],
    }
)


def test_a_table_for_excel_has_a_mark_its_separators_and_no_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "local_separators", lambda: (";", ","))
    data = csv_bytes(TABLE, hxl=True, excel=True)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\n") == [
        "time;place;people;note",
        "#date;#loc+name;#affected;#meta+note",
        "2031-05-01T06:00:00+02:00;'=cmd|' /C calc'!A0;4175,5;'@home",
        ";Սյունիք;-3;'-",
        "",
    ]


def test_without_it_nothing_changes() -> None:
    assert csv_bytes(TABLE) == table_files.csv_text(TABLE).encode()
    assert b"=cmd" in csv_bytes(TABLE)
    assert b"4175.5" in csv_bytes(TABLE)


@pytest.mark.parametrize(
    ("named", "point", "expected"),
    [
        ("en_US.UTF-8", ".", (",", ".")),
        ("hy_AM.UTF-8", ",", (";", ",")),
        ("C", ".", (";", ",")),
        ("C.UTF-8", ".", (";", ",")),
    ],
)
def test_separators_are_those_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, named: str, point: str, expected: tuple[str, str]
) -> None:
    monkeypatch.setattr(locale, "setlocale", lambda _, given=None: named if given == "" else "C")
    monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": point})
    assert local_separators() == expected


def test_a_locale_that_does_not_exist_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")
    before = locale.setlocale(locale.LC_NUMERIC)
    assert local_separators() == (";", ",")
    assert locale.setlocale(locale.LC_NUMERIC) == before
