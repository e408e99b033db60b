"""Kinds of accommodation are called what a scenario calls them in words and pictures, and nowhere else."""

import io

import openpyxl
import pytest
from matplotlib.text import Text

from refugee_model.charts.occupancy import plot_occupancy, plot_provinces
from refugee_model.charts.picture import figure_of
from refugee_model.console import PlainConsole
from refugee_model.console.answers import print_summary
from refugee_model.documents.contents import contents_of
from refugee_model.documents.story import story_of
from refugee_model.documents.workbook import workbook_bytes
from refugee_model.engine.simulation import simulate
from refugee_model.errors import ScenarioError
from refugee_model.languages import language, languages
from refugee_model.scenario.scenario import Scenario
from refugee_model.tables.places import capacity_table
from refugee_model.tables.provenance import run_id
from refugee_model.tables.ranges import summary
from refugee_model.wording import called, calling, renamed

CAMPS = {"called.state_accommodation": "camps", "called.transit_place": "tent place"}


@pytest.fixture(scope="module")
def camps(small: Scenario) -> Scenario:
    return small.change(CAMPS)


def test_names_change_no_number_and_no_column(small: Scenario, camps: Scenario) -> None:
    assert run_id(camps) == run_id(small)
    assert capacity_table(simulate(camps)).equals(capacity_table(simulate(small)))


def test_pictures_and_the_shell_say_the_names(camps: Scenario) -> None:
    run = simulate(camps)
    words = [text.get_text() for text in figure_of(plot_provinces(capacity_table(run))).findobj(Text)]
    assert any("people in camps" in said.replace("\n", " ") for said in words)
    assert not any("state accommodation" in said for said in words)
    assert figure_of(plot_occupancy(capacity_table(run))) is not None
    stream = io.StringIO()
    print_summary(summary(run), "x", "folder", console=PlainConsole(file=stream, width=200))
    assert "Most people in camps?" in stream.getvalue()
    assert "tent place" in stream.getvalue() or "transit" not in stream.getvalue()


@pytest.mark.parametrize("code", languages())
def test_documents_say_the_names_in_every_language(camps: Scenario, code: str) -> None:
    story = story_of(simulate(camps), language(code))
    label = next(one.label for one in story.figures if one.name == "peak_in_state_accommodation")
    assert ("camps" if code == "en" else "«camps»") in label
    assert any("camps" in row[0] for row in contents_of(story).figures.rows)
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(story)))
    heads = [str(cell.value) for sheet in book for cell in sheet[1]]
    assert any("camps" in head for head in heads)


def test_words_are_replaced_once() -> None:
    names = {"state accommodation": "state accommodation centres", "transit place": "bed"}
    once = renamed("State accommodation, transit places", names)
    assert once == "State accommodation centres, beds"
    assert renamed(once, names) == once
    with calling(names):
        assert called("transit place") == "bed"
    assert called("transit place") == "transit place"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"called.state_accommodation": "camp", "called.transit_place": "Camp"}, "is the name of two kinds of places"),
        ({"called.state_accommodation": " "}, "called.state_accommodation"),
        ({"called.state_accommodation": "x" * 41}, "called.state_accommodation"),
        ({"called.state_accomodation": "camp"}, "state_accommodation"),
    ],
)
def test_names_that_cannot_be_are_refused(small: Scenario, changes: dict[str, str], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        small.change(changes)
