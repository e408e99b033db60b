"""What objects say of themselves: a few lines on a terminal, a card in a notebook."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import refugee_model as rm
from refugee_model.cards import MOST_LINES, WIDTH, Card, OnCard, html_card, text_card
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.values import LONGEST_REPR
from refugee_model.studies.study import Study


@pytest.fixture(scope="module")
def things(small: Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, OnCard]:
    doubtful = small.change({"people.total": {"low": 5_000.0, "likely": 10_000.0, "high": 12_000.0}})
    times = pd.to_datetime(["2023-09-25T12:00+04:00", "2023-09-26T12:00+04:00"])
    reports = rm.Reports.of(
        pd.DataFrame({"time": times, "quantity": "arrived", "place": "", "value": [900.0, 2_000.0]})
    )
    axes = {"aid": {"now": {}, "more": {"aid.provinces.Hills.beds": 5_000.0}}}
    study = Study(title="Aid", base=doubtful, draws=2, seed=1, axes=axes, combinations=(("now",), ("more",)))
    ensemble = rm.simulate_ensemble(doubtful, draws=4)
    return {
        "Scenario": doubtful,
        "Run": rm.simulate(doubtful),
        "Result": ensemble.result,
        "Ensemble": ensemble,
        "Reports": reports,
        "Forecast": rm.forecast(small, reports, draws=4),
        "Study": study,
        "Batch": rm.run_batch(study, tmp_path_factory.mktemp("batch") / "out"),
    }


KINDS = ("Scenario", "Run", "Result", "Ensemble", "Reports", "Forecast", "Study", "Batch")


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_sees_a_dozen_lines(things: dict[str, OnCard], kind: str) -> None:
    said = repr(things[kind])
    assert said.startswith(kind)
    assert str(things[kind]) == said
    assert len(said.splitlines()) <= 12
    assert max(map(len, said.splitlines())) <= WIDTH + 20
    assert all(word not in said for word in ("nan", "NaT", "None", "{"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_shows_a_small_card(things: dict[str, OnCard], kind: str) -> None:
    shown = things[kind]._repr_html_()
    assert shown.startswith("<div")
    assert len(shown) < 5_000


def test_what_a_person_wrote_is_text_and_cut() -> None:
    card = Card("Run", "<b>", {"long": "word-word " * 100, "none": ""})
    assert "&lt;b&gt;" in html_card(card)
    assert len(text_card(card).splitlines()) == 2 + MOST_LINES
    assert "word-\n" not in text_card(card)


def test_a_run_in_which_nothing_happens_says_nobody(at_rest: Scenario) -> None:
    said = repr(rm.simulate(at_rest))
    assert "longest queue       nobody" in said
    assert "most without a bed  nobody" in said


def test_a_batch_names_its_folder(things: dict[str, OnCard]) -> None:
    assert str(Path("batch").name) in repr(things["Batch"])


@pytest.mark.parametrize("part", ["people", "timing", "aid", "standards", "timeline"])
def test_a_part_of_a_scenario_is_no_wall(small: Scenario, part: str) -> None:
    group = getattr(small, part)
    assert len(repr(group)) <= LONGEST_REPR
    assert str(group) == repr(group)
    assert all(name in repr(group) for name in type(group).model_fields)
