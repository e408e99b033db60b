"""The sliders are of what matters, what follows is what a projection says, and a notebook shows the same."""

import base64
import sys
from dataclasses import replace

import pytest

import refugee_model as rm
from refugee_model.engine.simulation import simulate
from refugee_model.errors import RequestError
from refugee_model.explorer.exploration import DRAWS, Exploration
from refugee_model.languages import language
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import simulate_ensemble
from refugee_model.tables.ranges import summary

TOTAL, RATE = "people.total", "timing.checkpoint.vehicles_per_hour"


@pytest.fixture(scope="session")
def exploration(small: Scenario) -> Exploration:
    changes = {TOTAL: {"low": 6_000, "likely": 10_000, "high": 16_000}, RATE: {"low": 60, "likely": 200, "high": 300}}
    return Exploration(small.change(changes), language("en"))


def test_sliders_are_of_the_uncertain_numbers_first_and_hold_the_start(exploration: Exploration) -> None:
    assert {slider.path for slider in exploration.sliders[:2]} == {TOTAL, RATE}
    assert len(exploration.sliders) <= 8
    for slider in exploration.sliders:
        assert slider.low <= slider.value <= slider.high
        assert slider.value == exploration.scenario.get(slider.path)


def test_figures_are_those_of_the_changed_scenario(exploration: Exploration) -> None:
    view = exploration.view({TOTAL: 7_000}, many=True)
    other = exploration.scenario.change({TOTAL: 7_000})
    figures = {one.name: one for one in view.figures}
    assert figures["crossed"].now == f"{summary(simulate(other))['crossed']:,.0f}"
    assert figures["crossed"].start == f"{summary(simulate(exploration.scenario))['crossed']:,.0f}"
    assert figures["crossed"].changed
    ranges = summary(simulate_ensemble(other, draws=DRAWS, seed=1)).set_index("measure")
    low, high = ranges.loc["peak_daily_arrivals", ["low", "high"]]
    assert figures["peak_daily_arrivals"].range.split()[0::2] == [f"{low:,.0f}", f"{high:,.0f}"]


def test_the_text_makes_the_same_scenario(exploration: Exploration) -> None:
    view = exploration.view({TOTAL: 7_000, RATE: 120.5, "people.nothing": 1.0})
    changed = eval(view.text, {"scenario": exploration.scenario})
    assert changed == exploration.scenario.change({TOTAL: 7_000, RATE: 120.5})


def test_what_cannot_be_used_is_said_and_the_figures_stay(exploration: Exploration) -> None:
    view = exploration.view({RATE: -5.0}, many=True)
    assert f"{RATE}: found -5" in view.note
    assert not any(one.changed for one in view.figures)


def test_where_nothing_is_uncertain_any_more_one_future_is_shown(small: Scenario) -> None:
    exploration = Exploration(small, language("en"))
    assert TOTAL in exploration.known
    view = exploration.view({TOTAL: 7_000}, many=True)
    assert view.note == "Nothing is uncertain any more: all futures are the same."
    assert {one.range for one in view.figures} == {""}


def test_a_picture_holds_texts_as_texts(exploration: Exploration) -> None:
    words = replace(exploration.words, entries={**exploration.words.entries, "explore.now": "</svg><script>1</script>"})
    other = Exploration(exploration.scenario, words)
    drawn = base64.b64decode(other.first_view.picture.partition(",")[2]).decode()
    assert "&lt;/svg&gt;&lt;script&gt;1&lt;/script&gt;" in drawn
    assert drawn.count("<svg") == drawn.count("</svg>") == 1


def test_a_notebook_shows_sliders_and_gives_the_changes_back(exploration: Exploration) -> None:
    widgets = pytest.importorskip("ipywidgets")
    shown = rm.explore(exploration.scenario)
    assert isinstance(shown, widgets.VBox)
    assert shown.sliders[TOTAL].readout_format == ",.0f"  # no needless decimals
    shown.sliders[TOTAL].value = 7_000
    assert shown.values == {TOTAL: 7_000}
    assert shown.text == f"scenario.change({{\n    '{TOTAL}': 7000,\n}})"
    crossed = next(one for one in exploration.view({TOTAL: 7_000}).figures if one.name == "crossed")
    assert f"<td>{crossed.now}</td>" in shown.shown.value
    shown.reset()
    assert shown.values == {}


def test_a_start_between_two_steps_of_a_slider_is_no_change(exploration: Exploration) -> None:
    pytest.importorskip("ipywidgets")
    shown = rm.explore(exploration.scenario.change({TOTAL: {"low": 6_000, "likely": 9_876.5, "high": 16_000}}))
    control = shown.sliders[TOTAL]
    steps = (control.value - control.min) / control.step
    assert steps == pytest.approx(round(steps))  # a notebook would put it there and say that it was moved
    assert shown.values == {}
    control.value += control.step
    assert shown.values == {TOTAL: control.value}


def test_without_ipywidgets_the_extra_is_named(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(RequestError, match=r"pip install 'refugee-model\[explore\]'"):
        rm.explore(small)
