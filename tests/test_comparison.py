"""The retrospective case against what was reported: promises and table of the method page, the README's picture."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.text import Text

import refugee_model as rm

ROOT = Path(__file__).parents[1]
METHOD, README, PICTURE = ROOT / "notebooks" / "method.md", ROOT / "README.md", "notebooks/pictures/flow.png"
MARKS = re.compile(r"(<!-- comparison -->\n)(.*?)(<!-- end of comparison -->)", flags=re.S)
SHOWN = (
    "2023-09-26T08:00+04:00",
    "2023-09-26T20:00+04:00",
    "2023-09-27T08:00+04:00",
    "2023-09-28T10:00+04:00",
    "2023-09-28T20:00+04:00",
    "2023-09-29T10:00+04:00",
    "2023-09-29T20:00+04:00",
    "2023-09-30T12:00+04:00",
    "2023-10-01T15:00+04:00",
    "2023-10-10T18:00+04:00",
)


@pytest.fixture(scope="module")
def run() -> rm.Result:
    return rm.simulate(rm.load_scenario("lachin-2023"))


@pytest.fixture(scope="module")
def compared(run: rm.Result) -> pd.DataFrame:
    table = rm.compare_with_reports(run, rm.load_reports("lachin-2023"))
    return table[table["usable"].astype(bool)].dropna(subset=["projected"])


def of(compared: pd.DataFrame, quantity: str, since: str) -> pd.DataFrame:
    whole = compared[(compared["quantity"] == quantity) & (compared["place"].fillna("") == "")]
    return whole[whole["time"] >= pd.Timestamp(since)]


def test_arrivals_within_5_percent_of_the_total(compared: pd.DataFrame) -> None:
    rows = of(compared, "arrived", "2023-09-26T08:00+04:00")
    assert len(rows) > 25
    assert (rows["difference"].abs() <= 0.05 * 100_632).all()


def test_registered_within_8_percent(compared: pd.DataFrame) -> None:
    rows = of(compared, "registered", "2023-09-24T00:00+04:00")
    assert len(rows) > 15
    assert (rows["difference"].abs() <= 0.08 * rows["reported"]).all()


def test_state_accommodation_within_15_percent(compared: pd.DataFrame) -> None:
    rows = of(compared, "in_state_accommodation", "2023-09-28T00:00+04:00")
    assert len(rows) > 9
    assert (rows["difference"].abs() <= 0.15 * rows["reported"]).all()


def test_shares_of_provinces_within_15_percent_total_variation(compared: pd.DataFrame) -> None:
    rows = compared[(compared["quantity"] == "in_state_accommodation") & (compared["place"].fillna("") != "")]
    first = rows[rows["time"] == pd.Timestamp("2023-10-01T10:00+04:00")].set_index("place")[["reported", "projected"]]
    assert len(first) == 10
    shares = first / first.sum()
    assert (shares["reported"] - shares["projected"]).abs().sum() / 2 <= 0.15


def test_the_queue_drains_when_it_did_and_the_flow_ends_abruptly(run: rm.Result) -> None:
    hours_at = run.scenario.timeline.hours_at
    hours, queue = run.hours, run.queue_people[:, 0, 0]
    drained = hours[(queue < 50) & (hours > hours_at(pd.Timestamp("2023-09-27T00:00+04:00").to_pydatetime()))][0]
    assert hours_at(pd.Timestamp("2023-09-29T16:00+04:00").to_pydatetime()) <= drained
    assert drained <= hours_at(pd.Timestamp("2023-09-29T20:00+04:00").to_pydatetime())
    arrived = run.cumulative("crossed")[:, 0]
    end = hours.searchsorted(drained)
    assert arrived[end] - arrived[end - 8] > 4 * (arrived[end + 8] - arrived[end])


def comparison_table(compared: pd.DataFrame) -> str:
    whole = compared[compared["place"].fillna("") == ""].set_index(["time", "quantity"])
    lines = [
        (
            "| time (Yerevan) | arrived: reported | projected | registered: reported | projected | "
            "in state accommodation: reported | projected |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for moment in SHOWN:
        time = pd.Timestamp(moment)
        cells = [f"{time.day} {time:%b %H:%M}"]
        for quantity in ("arrived", "registered", "in_state_accommodation"):
            known = (time, quantity) in whole.index
            row = whole.loc[(time, quantity)] if known else None
            cells += [f"{row['reported']:,.0f}", f"{row['projected']:,.0f}"] if row is not None else ["", ""]
        lines.append("| " + " | ".join(cells) + " |")
    arrived = of(compared, "arrived", "2023-09-26T08:00+04:00")
    registered = of(compared, "registered", "2023-09-24T00:00+04:00")
    state = of(compared, "in_state_accommodation", "2023-09-28T00:00+04:00")
    lines += [
        "",
        (
            f"Largest differences: arrivals {100 * arrived['difference'].abs().max() / 100_632:.1f} % of "
            "the total at any of "
            f"{len(arrived)} reports from 26 September 08:00 on; registered "
            f"{100 * (registered['difference'].abs() / registered['reported']).max():.1f} % of the report; "
            "in state accommodation "
            f"{100 * (state['difference'].abs() / state['reported']).max():.1f} % of the report from 28 September on."
        ),
    ]
    return "\n".join(lines) + "\n"


def test_the_table_on_the_method_page_is_this_one(compared: pd.DataFrame, request: pytest.FixtureRequest) -> None:
    text = METHOD.read_text(encoding="utf-8")
    wanted = comparison_table(compared)
    if request.config.getoption("--write-method"):
        METHOD.write_text(MARKS.sub(lambda match: match[1] + wanted + match[3], text), encoding="utf-8")
    else:
        found = MARKS.search(text)
        assert found
        assert found[2] == wanted, "run pytest tests/test_comparison.py --write-method"


def test_the_picture_of_the_readme_is_this_one(run: rm.Result, request: pytest.FixtureRequest) -> None:
    axes = rm.plot_flow(rm.movement_table(run))
    title = next(text.get_text() for text in axes.figure.findobj(Text) if text.get_text()).replace("\n", " ")
    text, alternative = README.read_text(encoding="utf-8"), rf"!\[([^\]]*)\]\({re.escape(PICTURE)}\)"
    if request.config.getoption("--write-method"):
        README.write_text(re.sub(alternative, f"![{title}]({PICTURE})", text), encoding="utf-8")
        rm.save_plot(axes, ROOT / PICTURE)
    else:
        assert re.findall(alternative, text) == [title], "run pytest tests/test_comparison.py --write-method"
