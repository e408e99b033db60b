"""Nights without a roof in pictures and words: the headline, its parts, and those held back beside it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.charts.comparisons import plot_comparison
from refugee_model.console import PlainConsole
from refugee_model.console.answers import print_comparison
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.answers import answers
from refugee_model.tables.people import night_table
from refugee_model.tables.ranges import summary

CLOSED = {
    "timing.checkpoint.regimes": [{"kind": "closed", "since": 1.5}],
    "people.now.awaiting_placement": 900.0,
    "aid.transit_places": 0.0,
}
COMPARED = {
    "combination": "late, none",
    "timing": "late",
    "aid": "none",
    "measure": ["person_nights_without_roof", "person_nights_held_back"],
    "mean": [120_000.0, 45_000.0],
    "share_at_least_one": [1.0, 0.5],
}


def words_of(figure: object) -> str:
    return " ".join(text.get_text().replace("\n", " ") for text in figure.findobj() if hasattr(text, "get_text"))


def test_picture_stacks_the_parts_and_shows_those_held_back_to_the_same_scale(small: Scenario, tmp_path: Path) -> None:
    table = night_table(simulate(small.change({**CLOSED, "timing.corridor.jam_vehicles_per_km": 2.0})))
    roof, home = rm.plot_nights(table)
    assert roof.get_ylim() == home.get_ylim()
    bars = {
        container.get_label(): sum(bar.get_height() for bar in container)
        for container in (*roof.containers, *home.containers)
    }
    for part in ("on_road", "unsheltered", "held_back"):
        assert bars[part] == pytest.approx(table[part].sum(), abs=1.0)
    said = words_of(roof.figure)
    assert f"person-nights without a roof; most on {table.loc[table['without_roof'].idxmax(), 'date']:%-d %b}" in said
    assert "on the road: " in said
    assert "at reception points: " not in said
    assert rm.save_plot(roof, tmp_path / "nights.png").stat().st_size > 0


def test_picture_of_nobody(small: Scenario) -> None:
    roof, _ = rm.plot_nights(night_table(simulate(small.change({"people.total": 0}))))
    assert "Nobody spends a night without a roof" in words_of(roof.figure)


def test_picture_refuses_many_draws_and_no_night(small: Scenario) -> None:
    with pytest.raises(RequestError, match="several quantiles"):
        rm.plot_nights(night_table(rm.simulate_ensemble(small, draws=2)))
    with pytest.raises(RequestError, match="no rows, expected what night_table gives"):
        rm.plot_nights(night_table(simulate(small)).head(0))


def test_the_summary_says_both_numbers_and_their_sum(small: Scenario) -> None:
    measures = summary(simulate(small.change({**CLOSED, "timing.corridor.jam_vehicles_per_km": 2.0})))
    said = dict(answers(measures))
    roof, home = (measures[f"person_nights_{name}"] for name in ("without_roof", "held_back"))
    assert said["Nights without a roof?"].startswith(f"{roof:,.0f} person-nights: ")
    assert said["Nights held back at home?"].endswith(f"; {roof + home:,.0f} with those without a roof")
    nobody = dict(answers(summary(simulate(small.change({"people.total": 0})))))
    assert nobody["Nights without a roof?"] == nobody["Nights held back at home?"] == "none"


def test_comparisons_show_those_held_back_beside_the_headline() -> None:
    table = pd.DataFrame(COMPARED)
    axes = plot_comparison(table)
    assert axes.texts[0].get_text().splitlines()[:2] == ["120,000", "+ 45,000"]
    assert plot_comparison(table, measure="person_nights_held_back").texts[0].get_text().splitlines()[0] == "45,000"
    console = PlainConsole(record=True, width=100, file=StringIO())
    print_comparison(table, 100, Path("folder"), console=console)
    assert "120.0 + 45.0 (" in console.export_text()


def test_a_comparison_of_an_earlier_version_is_still_drawn() -> None:
    table = pd.DataFrame(COMPARED).replace("person_nights_without_roof", "person_nights_unsheltered")
    assert plot_comparison(table).texts[0].get_text().startswith("120,000\n")
    with pytest.raises(RequestError, match="last_arrival"):
        plot_comparison(table, measure="last_arrival_hours")
