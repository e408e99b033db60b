"""Reports in CSV files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from refugee_model.errors import RequestError
from refugee_model.files.reports_file import load_reports
from refugee_model.files.scenario_file import load_scenario
from tests.packaged import INFLUXES

GOOD = "time,quantity,place,value\n2023-09-24T18:00+04:00,arrived,,377\n"
GOOD += "2023-09-25T06:00+00:00,in_state_accommodation,Syunik,1e3\n"


def write(folder: Path, text: str | bytes) -> Path:
    """A file of reports."""
    path = folder / "reports.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_packaged_reports() -> None:
    reports = load_reports("lachin-2023")
    assert list(reports.columns[:5]) == ["time", "quantity", "place", "value", "usable"]
    assert isinstance(reports["time"].dtype, pd.DatetimeTZDtype)
    assert len(reports) == 162
    assert (~reports["usable"]).sum() == 4
    assert {"rounding", "source", "note"} <= set(reports.columns)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file(tmp_path: Path, mark: str, end: str) -> None:
    reports = load_reports(write(tmp_path, (mark + GOOD + "\n").replace("\n", end)))
    assert reports["time"].iloc[1].isoformat() == "2023-09-25T10:00:00+04:00"
    assert reports["value"].tolist() == [377.0, 1000.0]
    assert reports["place"].tolist() == ["", "Syunik"]
    assert reports["usable"].tolist() == [True, True]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2023-09-24T18:00,arrived,,377", "has no offset from UTC"),
        ("24.09.2023 18:00,arrived,,377", "expected ISO 8601"),
        ("2023-09-24T18:00+04:00,arived,,377", "did you mean 'arrived'"),
        ("2023-09-24T18:00+04:00,arrived,,", "blank is not 0"),
        ('2023-09-24T18:00+04:00,arrived,,"1,377"', "thousands separators; write 1377"),
        ("2023-09-24T18:00+04:00,arrived,,-1", "at least 0"),
        ("2023-09-24T18:00+04:00,arrived,,nan", "finite"),
        ("2023-09-24T18:00+04:00,arrived,377", "found 3 columns, expected 4"),
        (
            "2023-09-24T18:00+04:00,arrived,,1\n2023-09-24T14:00+00:00,arrived,,2",
            "same quantity, place and time as line 2",
        ),
    ],
)
def test_rows_that_cannot_be_read(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(RequestError, match=said) as caught:
        load_reports(write(tmp_path, f"time,quantity,place,value\n{row}\n"))
    assert "reports.csv, line" in str(caught.value)


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        load_reports(write(tmp_path, "time,quantity,place,value,usable\nnow,arrived,,x,perhaps\n" * 2))
    assert len(caught.value.problems) >= 3


def test_many_problems_are_cut(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="and 30 more problems"):
        load_reports(write(tmp_path, "time,quantity,place,value\n" + "now,arrived,,1\n" * 50))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("time,quantity,place,value\n", "no reports"),
        ("time\tquantity\tplace\tvalue\n", "expected commas"),
        ("time,quantity,place\n", "column 'value' is missing"),
        ("time,time,quantity,place,value\n", "comes twice"),
        (b"time,quantity,place,value\n\xff", "not UTF-8"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        load_reports(write(tmp_path, text))


def test_reports_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="did you mean 'lachin-2023'"):
        load_reports("lachin-2022")
    with pytest.raises(RequestError, match="is a folder"):
        load_reports(tmp_path)
    with pytest.raises(RequestError, match="expected the name"):
        load_reports("")


def test_optional_columns_are_typed(tmp_path: Path) -> None:
    text = "time,quantity,place,value,rounding,clock_time,earliest,latest,note,source\n"
    text += "2023-09-24T18:00+04:00,arrived,,377,,,,,007,\n"
    text += "2023-09-24T22:00+04:00,arrived,,1050,50,Inferred,,,,x\n"
    text += "2023-09-25T06:00+04:00,arrived,,2906,0,bracket,2023-09-25T00:00+04:00,2023-09-25T04:00+00:00,,\n"
    reports = load_reports(write(tmp_path, text))
    assert list(reports.columns) == [
        *GOOD.split("\n")[0].split(","),
        "usable",
        "rounding",
        "clock_time",
        "earliest",
        "latest",
        "note",
        "source",
    ]
    assert np.isnan(reports["rounding"].iloc[0])
    assert reports["rounding"].tolist()[1:] == [50.0, 0.0]
    assert reports["clock_time"].tolist() == ["exact", "inferred", "bracket"]
    for name in ("earliest", "latest"):
        assert reports[name].dtype == reports["time"].dtype
        assert reports[name].isna().tolist() == [True, True, False]
    assert reports["latest"].iloc[2].isoformat() == "2023-09-25T08:00:00+04:00"
    assert reports["note"].tolist() == ["007", "", ""]


def test_packaged_columns_are_typed() -> None:
    reports = load_reports("lachin-2023")
    assert reports["rounding"].dtype == np.float64
    assert set(reports["clock_time"]) == {"exact", "derived", "inferred", "uncertain"}


@pytest.mark.parametrize("tags", ["#date,#indicator+code,#loc+name,#affected", "#date+start,,,#value+num"])
def test_the_row_of_hxl_tags_is_skipped(tmp_path: Path, tags: str) -> None:
    header, rows = GOOD.split("\n", 1)
    assert load_reports(write(tmp_path, f"{header}\n{tags}\n{rows}")).equals(load_reports(write(tmp_path, GOOD)))


def test_a_report_beside_one_that_is_not_usable(tmp_path: Path) -> None:
    rows = "".join(f"2023-09-24T18:00+04:00,arrived,,{row}\n" for row in ("377,yes", "500,no", "600,no"))
    assert load_reports(write(tmp_path, "time,quantity,place,value,usable\n" + rows))["usable"].tolist() == [
        True,
        False,
        False,
    ]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    text = "time,quantity,place,value,note\n#date,#x,#loc,#affected,#meta\n\n"
    text += '2023-09-24T18:00+04:00,arrived,,377,"two\nlines"\n2023-09-24T18:00+04:00,arrived,,x,\n'
    with pytest.raises(RequestError, match=r"reports.csv, line 6\)"):
        load_reports(write(tmp_path, text))


def test_commas_after_the_last_column_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "time,quantity,place,value,,\n2023-09-24T18:00+04:00,arrived,,377,,\n"
        "2023-09-24T19:00+04:00,arrived,,400\n,,,,,\n"
    )
    table = load_reports(path)
    assert list(table.columns) == ["time", "quantity", "place", "value", "usable"]
    assert table["value"].tolist() == [377.0, 400.0]


def test_a_row_marked_as_not_usable_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    rows = (
        "2023-09-24T18:00+04:00,arrived,,377,yes",
        "2023-09-24T19:00+04:00,arrived,,,no",
        "some day,rumours,Atlantis,many,no",
    )
    path.write_text("\n".join(("time,quantity,place,value,usable", *rows)))
    assert load_reports(path)["value"].tolist() == [377.0]


@pytest.mark.parametrize("name", INFLUXES)
def test_reports_of_an_influx_lie_within_its_scenario(name: str) -> None:
    scenario, reports = load_scenario(name), load_reports(name)
    hours = [scenario.timeline.hours_at(time) for time in reports["time"]]
    assert reports["value"].is_monotonic_increasing
    assert reports["source"].str.len().min() > 10
    assert hours[0] > 0
    assert hours[-1] + 7 * 24 <= scenario.timeline.hours
    assert reports["value"].iloc[-1] < scenario.uncertain["people.total"].plain()["high"]
