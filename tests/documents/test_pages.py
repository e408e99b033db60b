"""A report and a brief ask nothing of any network, keep their size, and say the same as the tables."""

import base64
import io
import itertools
import json
import re
import shutil
import subprocess
import zlib
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from docx import Document

import refugee_model.documents.report as report_module
from refugee_model.documents.brief import BY_ENDING, SMALL, SMALLEST, _Page
from refugee_model.documents.contents import Lines, _lines, contents_of
from refugee_model.documents.report import report_bytes
from refugee_model.documents.story import story_of
from refugee_model.documents.writers import write_report
from refugee_model.engine.result import Result
from refugee_model.engine.simulation import simulate
from refugee_model.languages import language, languages
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble
from refugee_model.studies.forecast.forecast import forecast
from refugee_model.tables.arrivals import arrivals_table
from refugee_model.tables.provenance import run_id

LIMIT = 1_500_000
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def report(drawn: Ensemble) -> str:
    return report_bytes(story_of(drawn, language("en"))).decode()


def test_a_report_asks_nothing_of_a_network(report: str) -> None:
    addresses = re.findall(r"(?:src|href)\s*=\s*[\"']([^\"']*)", report)
    assert all(address.startswith(("data:", "%23")) for address in addresses)  # or a shape of the same picture
    assert "default-src 'none'" in report
    assert "@import" not in report
    assert len(report) < LIMIT


def test_a_report_that_is_too_long_keeps_pictures_in_its_own_language(
    drawn: Ensemble, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_module, "MOST_BYTES", len(report.encode()) - 1)
    shorter = report_bytes(story_of(drawn, language("en"))).decode()
    found, before = (json.loads(re.search(r'id="variants-data">(.*?)</script>', page)[1]) for page in (shorter, report))
    assert [code for code, variant in before.items() if "pictures" in variant] == ["hy", "ru"]
    assert [code for code, variant in found.items() if "pictures" in variant] == ["hy"]
    assert shorter.count("<img") == report.count("<img")


def test_a_report_says_what_run_it_is_of_and_how_sure(report: str, uncertain: Scenario) -> None:
    assert run_id(uncertain) in report
    assert "people cross in the middle future" in report
    assert "Decisions due" in report
    assert "futures remain" in report


def test_futures_of_a_page_are_those_of_the_draws(report: str, drawn: Ensemble) -> None:
    found = json.loads(re.search(r'id="futures-data">(.*?)</script>', report)[1])
    values = np.frombuffer(base64.b64decode(found["data"]), dtype="<f4").reshape(-1, found["count"])
    place = [one["path"] for one in found["inputs"]].index("people.total")
    assert np.allclose(values[place], drawn.draws["people.total"])
    place = len(found["inputs"]) + [one["name"] for one in found["measures"]].index("crossed")
    assert np.allclose(values[place], drawn.measures["crossed"])


@pytest.mark.slow
def test_pages_are_the_same_bytes_each_time(run: Result) -> None:
    story, again = (story_of(run, language("en")) for _ in range(2))
    assert report_bytes(story) == report_bytes(again)
    assert BY_ENDING[".docx"](story) == BY_ENDING[".docx"](again)
    assert BY_ENDING[".pdf"](story) == BY_ENDING[".pdf"](again)


def test_a_brief_is_one_page(drawn: Ensemble) -> None:
    story = story_of(drawn, language("en"))
    assert len(re.findall(rb"/Type /Page\b", BY_ENDING[".pdf"](story))) == 1
    headings = [
        one.text for one in Document(io.BytesIO(BY_ENDING[".docx"](story))).paragraphs if one.style.name[0] == "H"
    ]
    assert headings[:2] == [story.title, "Decisions due"]
    assert b"default-src 'none'" in BY_ENDING[".html"](story)


def test_only_a_page_with_a_map_speaks_of_its_boundaries(report: str, drawn: Ensemble, run: Result) -> None:
    said = language("en").text("map.disclaimer")
    with_map, without = (story_of(one, language("en")) for one in (drawn, run))
    assert said in report
    assert said in BY_ENDING[".html"](with_map).decode()
    assert said not in BY_ENDING[".html"](without).decode()
    assert said not in report_bytes(without).decode()
    for story, found in ((with_map, True), (without, False)):
        foot = Document(io.BytesIO(BY_ENDING[".docx"](story))).sections[0].footer
        assert any(said in one.text for one in foot.paragraphs) is found


def test_tables_of_a_brief_do_not_touch(drawn: Ensemble) -> None:
    """A word processor makes one table of two without a paragraph between them."""
    body = Document(io.BytesIO(BY_ENDING[".docx"](story_of(drawn, language("en"))))).element.body
    kinds = [part.tag.rpartition("}")[2] for part in body]
    assert kinds.count("tbl") > 2
    assert ("tbl", "tbl") not in itertools.pairwise(kinds)


def test_costs_of_a_brief_say_their_currency(drawn: Ensemble) -> None:
    orders = pd.DataFrame({"option": ["Beds"], "cost_usd": [10.0]})
    assert _lines(story_of(drawn, language("en")), orders, ["option", "cost_usd"]).heads == ("what", "cost [USD]")


def test_a_report_can_be_switched_to_every_language(report: str) -> None:
    """Its places hold the texts of its own language, and the others are what that language would say there."""
    code = "en"
    variants = json.loads(re.search(r'id="variants-data">(.*?)</script>', report)[1])
    assert set(variants) == set(languages())
    places = {number: unescape(said) for number, said in re.findall(r'data-t="(\d+)">([^<]*)</', report)}
    assert variants[code]["texts"].items() <= places.items()
    for other, said in variants.items():
        heading = next(number for number, text in places.items() if text == language(code).text("report.highlights"))
        assert said["texts"][heading] == language(other).text("report.highlights")
        assert said["draft"] == language(other).draft
        packed = said.get("pictures", {})
        assert set(packed) == (set() if other == code else {"map", "fan", "risk"})
        assert all(zlib.decompress(base64.b64decode(one)).startswith(b"data:image") for one in packed.values())


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser")
def test_a_click_switches_the_language(drawn: Ensemble, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write_report(drawn, page)
    hook = """<script>document.querySelector('#languages button[lang="ru"]').click();</script></body>"""
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", hook), encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    words = language("ru")
    assert '<html lang="ru"' in shown
    assert f">{words.text('report.highlights')}<" in shown
    assert words.draft in shown
    assert f">{words.whole(np.floor(drawn.measures['crossed'].median() + 0.5))}<" in shown.replace("&nbsp;", "\u00a0")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser")
def test_a_brush_recomputes_the_figures(drawn: Ensemble, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write_report(drawn, page)
    hook = """<script>var select = document.querySelector(".brush select");
    select.value = Array.from(select.options).find(one => one.textContent.includes("(people.total)")).value;
    select.dispatchEvent(new Event("change"));
    var slider = document.querySelector(".brush input"); slider.value = 50; slider.dispatchEvent(new Event("input"));
    </script></body>"""
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", hook), encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    people, crossed = drawn.draws["people.total"].to_numpy(), drawn.measures["crossed"].to_numpy()
    kept = people >= np.quantile(people, 0.5)
    assert f"{kept.sum()} of 128 futures remain." in shown
    row = re.search(r'data-measure="crossed">.*?</tr>', shown, flags=re.DOTALL)[0]
    assert f">{np.floor(np.quantile(crossed[kept], 0.5) + 0.5):,.0f}<" in row


def test_columns_of_a_brief_are_as_wide_as_their_widest_word() -> None:
    page, word = _Page(), "խորհրդատվություններ"
    roomy = Lines(("a", "b", "c"), ((word, "1 to 2", "3"),), (1.0, 8.0, 1.0))
    widths, size = page._widths(roomy, 300.0)
    assert sum(widths) == pytest.approx(300.0)
    assert size == SMALL
    assert 90.0 < widths[0] < 110.0  # of 30, had it kept its share
    _, smaller = page._widths(Lines((word, word, word), ()), 200.0)
    assert SMALL > smaller >= SMALLEST


@pytest.mark.parametrize(
    ("late", "in_time", "shown", "left"),
    [
        (7, 6, ["too late"] * 2 + ["order by"] * 3, "8 more decisions (5 of them too late)"),
        (1, 4, ["too late"] + ["order by"] * 4, ""),
    ],
)
def test_a_brief_shows_what_can_still_be_decided(
    drawn: Ensemble, late: int, in_time: int, shown: list[str], left: str
) -> None:
    count = late + in_time
    times = pd.date_range("2023-09-20", periods=count, freq="D", tz="Asia/Yerevan")
    options, status = [f"option {number}" for number in range(count)], ["too late"] * late + ["order by"] * in_time
    table = pd.DataFrame({"latest_decision": times, "option": options, "status": status, "quantity": 10.0})
    brief = contents_of(story_of(drawn, language("en"), table))
    assert [row[2] for row in brief.orders.rows] == shown
    assert (left in brief.about_orders) if left else not brief.about_orders
    written = Document(io.BytesIO(BY_ENDING[".docx"](story_of(drawn, language("en"), table))))
    assert not left or left in "\n".join(paragraph.text for paragraph in written.paragraphs)


def test_a_forecast_is_dated_by_its_reports(uncertain: Scenario) -> None:
    reports = arrivals_table(simulate(uncertain), freq="day").iloc[1:4]
    known = pd.DataFrame({"time": reports["time"], "quantity": "arrived", "value": reports["arrived"]})
    scenario = uncertain.change({"as_of": uncertain.timeline.start.isoformat()})
    foretold = forecast(scenario, known, draws=100)
    words = language("en")
    assert story_of(foretold, words).as_of == words.moment(foretold.until)
    assert story_of(simulate(scenario), words).as_of == words.moment(scenario.timeline.start)
