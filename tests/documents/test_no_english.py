"""Texts in another language hold no word of the English catalogue, but for names that a person gave."""

import html
import re
import zipfile
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from refugee_model.console import PlainConsole
from refugee_model.console.answers import print_ranges, print_summary
from refugee_model.console.decisions import print_decisions
from refugee_model.documents.brief import BY_ENDING
from refugee_model.documents.story import story_of
from refugee_model.documents.workbook import workbook_bytes
from refugee_model.engine.simulation import simulate
from refugee_model.files.scenario_file import load_scenario
from refugee_model.languages import language, languages
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.order_by import decisions_due
from refugee_model.studies.ensemble import Ensemble, simulate_ensemble
from refugee_model.tables.answers import answers_text
from refugee_model.tables.ranges import measure_table, summary

OTHERS = [code for code in languages() if code != "en"]
WORD = re.compile(r"[A-Za-z]{2,}")
OURS = {"usd", "utc"}
"""Signs of money and time."""
CODE = re.compile(r"refugee-model \w+|--\w+|\w+(?:[._]\w+)+|/\S+")
"""Commands, their options, paths and names of columns."""


@cache
def english() -> frozenset[str]:
    """Every word of the English catalogue, and of the English sentences and terms that others are keyed by."""
    words = language("ru")
    said = [entry for entry in words.english.values() if isinstance(entry, str)]
    said += [key.partition(".")[2] for key in words.entries if key.split(".")[0] in ("sentences", "terms", "nouns")]
    return frozenset(word.lower() for text in said for word in WORD.findall(CODE.sub(" ", text))) - OURS


def names(scenario: Scenario) -> set[str]:
    """Every word of the names that a person gave."""
    standards, aid, people = scenario.standards, scenario.aid, scenario.people
    given = [scenario.title, scenario.source, *people.districts, *aid.provinces, *aid.reception_points]
    given += [*standards.items, *standards.staff]
    return {word.lower() for text in given for word in WORD.findall(text)}


def left(text: str, scenario: Scenario) -> set[str]:
    """English words of a text that are no names."""
    found = {word.lower() for word in WORD.findall(CODE.sub(" ", text))}
    return (found & english()) - names(scenario)


@pytest.fixture(scope="module")
def packaged() -> Scenario:
    """A scenario whose items, units and options are those the model has words for."""
    return load_scenario("lachin-2023-plan")


@pytest.fixture(scope="module")
def drawn(packaged: Scenario) -> Ensemble:
    return simulate_ensemble(packaged, draws=64, seed=1)


@pytest.fixture(scope="module", params=("known", "unknown"))
def alone(request: pytest.FixtureRequest, packaged: Scenario) -> Scenario:
    """A scenario of which deliveries are known, or none are."""
    return packaged if request.param == "known" else packaged.change({"aid.stocks": {}, "aid.deliveries": {}})


@pytest.mark.parametrize("code", OTHERS)
def test_a_summary_holds_no_english(alone: Scenario, code: str) -> None:
    words, told, console = language(code), summary(simulate(alone)), PlainConsole(file=StringIO(), width=200)
    with words.calling(alone.called.given).spoken():
        text = answers_text(told, alone.title)
        print_summary(told, alone.title, Path("/results"), console=console)
    assert left(text, alone) == set()
    assert left(console.file.getvalue(), alone) == set()
    assert {"cross", "nights", "roof"} <= left(answers_text(told, alone.title), alone)


@pytest.mark.parametrize("code", OTHERS)
def test_what_draws_print_holds_no_english(drawn: Ensemble, code: str) -> None:
    console = PlainConsole(file=StringIO(), width=200)
    with language(code).spoken():
        print_decisions(decisions_due(drawn), console=console)
        print_ranges(measure_table(drawn), len(drawn), drawn.seed, console=console)
    assert left(console.file.getvalue(), drawn.scenario) == set()


@pytest.mark.parametrize("code", OTHERS)
def test_a_brief_holds_no_english(drawn: Ensemble, code: str) -> None:
    for given in (drawn, simulate(drawn.scenario)):
        story = story_of(given, language(code))
        page = re.sub(r"<(script|style)\b.*?</\1>", " ", BY_ENDING[".html"](story).decode(), flags=re.DOTALL)
        labels = " ".join(re.findall(r'(?:alt|title|aria-label)="([^"]*)"', page))
        assert left(html.unescape(re.sub(r"<[^>]+>", " ", page) + labels), drawn.scenario) == set()
        with zipfile.ZipFile(BytesIO(BY_ENDING[".docx"](story))) as parts:
            told = " ".join(re.findall(r"<w:t\b[^>]*>([^<]*)<", parts.read("word/document.xml").decode()))
        assert left(html.unescape(told), drawn.scenario) == set()


@pytest.mark.parametrize("code", OTHERS)
def test_costs_of_a_workbook_hold_no_english(drawn: Ensemble, code: str) -> None:
    words = language(code)
    book = load_workbook(BytesIO(workbook_bytes(story_of(drawn, words))), read_only=True)
    cells = [cell for row in book[words.text("tables.costs")].iter_rows(values_only=True) for cell in row]
    assert (
        left(" ".join([*book.sheetnames, *(cell for cell in cells if isinstance(cell, str))]), drawn.scenario) == set()
    )
