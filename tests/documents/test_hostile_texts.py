"""Whatever a person has written comes out of every document as that text and does nothing."""

import io
import re
import zipfile
from html.parser import HTMLParser

import openpyxl
import pytest
from docx import Document
from matplotlib.text import Text

from refugee_model.documents import report as reports
from refugee_model.documents.brief import BY_ENDING, _laid_out
from refugee_model.documents.story import Story, story_of
from refugee_model.documents.workbook import workbook_bytes
from refugee_model.languages import language
from refugee_model.scenario.scenario import Scenario, build_scenario
from refugee_model.studies.ensemble import simulate_ensemble
from tests.studies.decisions.shop import LEAD

TEXTS = [
    "<script>alert(1)</script>",
    "</style></script><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    '=HYPERLINK("http://a.b","x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "$\\frac{1}{2}$ x_1^2 $",
    "{{ 7*7 }} {x} {% raw %} {0} %s [bold]x[/bold] &amp; &#60;",
]
NAMES = ["<b>Hills</b>", "$\\alpha$ {{7}}"]
ROUTES = ["+1+1 <script>road</script>", "@pass $x_1$ {0}"]
OPTIONS = ["+halls </td><script>alert(1)</script>", "-tents &lt;b&gt; $\\frac$ {x}"]
SAID = ("label", "sector")
FIELDS = ["title", "source", *(f"standards.items.{item}.{field}" for item in ("water", "blanket") for field in SAID)]


class Tags(HTMLParser):
    """The tags of a page, and the words between them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def story_with(small: Scenario, said: list[str], names: list[str], routes: list[str], options: list[str]) -> Story:
    """The story of two futures of a network whose fields, provinces, routes and options say something."""
    values = small.change(dict(zip(FIELDS, said, strict=False))).values()
    provinces = values["aid"]["provinces"]
    values["aid"]["provinces"] = dict(zip(names, provinces.values(), strict=True))
    values["timing"]["routes"] = {route: {} for route in routes}
    for district in values["people"]["districts"].values():
        district["routes"] = {route: {"share": 0.5} for route in routes}
    halls = {"kind": "beds", "place": names[0], "unit_cost_usd": 100.0, **LEAD}
    tents = {"kind": "transit places", "unit_cost_usd": 50.0, **LEAD}
    values["aid"]["options"] = dict(zip(options, (halls, tents), strict=True))
    values["people"]["total"] = {"low": 60_000.0, "likely": 80_000.0, "high": 90_000.0}
    values["called"] = {kind: f"{said[-1][:20]} {kind}" for kind in ("state_accommodation", "transit_place")}
    return story_of(simulate_ensemble(build_scenario(values), draws=64), language("en"))


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """What charts do with texts is tried elsewhere."""
    monkeypatch.setattr(reports, "pictures_of", lambda story: {})
    monkeypatch.setattr("refugee_model.documents.brief.small_pictures", lambda story, kind: {})


@pytest.mark.parametrize("said", [TEXTS[:6], TEXTS[3:]], ids=["first", "last"])
@pytest.mark.usefixtures("without_pictures")
def test_a_text_is_a_text_in_every_document(small: Scenario, said: list[str]) -> None:
    story, plain = (
        story_with(small, said, NAMES, ROUTES, OPTIONS),
        story_with(small, ["a", "b", "c", "d", "e", "f"], ["Hills", "Plain"], ["one", "two"], ["Halls", "Tents"]),
    )
    for page in (reports.report_bytes, BY_ENDING[".html"]):
        found, usual = Tags(), Tags()
        found.feed(page(story).decode())
        usual.feed(page(plain).decode())
        assert found.tags == usual.tags
        assert {said[0], OPTIONS[0]} <= {*found.words}
    _not_in_workbook(workbook_bytes(story), [*said, *NAMES, *ROUTES, *OPTIONS])
    assert said[0] in [one.text for one in Document(io.BytesIO(BY_ENDING[".docx"](story))).paragraphs]
    words = _laid_out(story).findobj(Text)
    assert any(said[0] in text.get_text().replace("\n", " ") for text in words)
    assert not any(text.get_parse_math() for text in words if "$" in text.get_text())


def _not_in_workbook(data: bytes, said: list[str]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [text for text in said if not any(text in str(cell.value) for cell in cells)] == []
    assert not [cell for cell in cells if cell.data_type == "f"]
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        sheets = [file.read(name) for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(re.search(rb"<f>|<hyperlink", sheet) for sheet in sheets)
