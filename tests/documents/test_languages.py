"""Every language has the keys and the places for values that English has, and writes numbers and nouns by its rules."""

import re
from datetime import UTC, datetime

import pytest

from refugee_model.errors import RequestError
from refugee_model.files.scenario_file import load_scenario
from refugee_model.files.scenario_workbook import READ_ME
from refugee_model.files.short_form import HOW
from refugee_model.files.short_questions import QUESTIONS
from refugee_model.languages import PLURALS, language, languages
from refugee_model.outcomes.groups import DESKS
from refugee_model.outcomes.needs import BASIS
from refugee_model.scenario.described import register_of

OTHERS = [code for code in languages() if code != "en"]


def places_in(entry: object) -> set[str]:
    texts = entry.values() if isinstance(entry, dict) else entry if isinstance(entry, tuple) else [entry]
    return {place for text in texts for place in re.findall(r"\{(\w+)\}", str(text))}


@pytest.mark.parametrize("code", OTHERS)
def test_every_entry_has_the_places_of_english(code: str) -> None:
    words = language(code)
    assert words.missing == []
    assert {key: places_in(entry) for key, entry in words.entries.items() if key in words.english} == {
        key: places_in(entry) for key, entry in words.english.items()
    }


@pytest.mark.parametrize("code", OTHERS)
def test_no_entry_is_unknown_but_those_of_labels(code: str) -> None:
    words = language(code)
    further = {key for key in words.entries if key not in words.english}
    tables = {"labels", "columns", "units", "draft", "nouns", "sentences", "terms"}
    assert {key.split(".")[0] for key in further} <= tables


def model_terms() -> set[str]:
    """What the model asks and says of the values of packaged scenarios, and what their standards are made of."""
    found = {*READ_ME, *HOW, *(question.asked for question in QUESTIONS)}
    for name in ("lachin-2023-plan", "one-crossing"):
        scenario = load_scenario(name)
        found |= set(register_of(scenario)["in_words"])
        found |= {text for item in scenario.standards.items.values() for text in (item.label, item.sector)}
        found |= set(scenario.aid.options)
    found |= {*BASIS.values(), DESKS}
    return found - {""}


@pytest.mark.parametrize("code", OTHERS)
def test_terms_of_the_model_have_their_words(code: str) -> None:
    words = language(code)
    assert [term for term in sorted(model_terms()) if words.term(term) == term] == []
    units = set(register_of(load_scenario("lachin-2023-plan"))["unit"]) - {"", "USD"}
    assert [unit for unit in sorted(units) if f"units.{unit}" not in words.entries] == []
    for key, said in words.entries.items():
        if key.startswith("terms."):
            assert places_in(key) == places_in(said), key


def test_a_term_holds_names_and_other_terms() -> None:
    assert language("ru").term("Beds in Upper Valley") == "Места: Upper Valley"
    assert language("ru").term("items: WASH") == "позиции: Вода и гигиена"
    assert language("ru").term("a name of ours {0}") == "a name of ours {0}"


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(RequestError, match="language: found 'xx'"):
        language("xx")


def test_plurals_follow_the_rules_of_unicode() -> None:
    slavic = PLURALS["one, few, many"]
    assert [slavic(count) for count in (1, 2, 5, 11, 12, 21, 22, 111)] == [
        *("one", "few", "many", "many", "many", "one", "few", "many")
    ]
    assert [PLURALS["none or one"](count) for count in (0, 1, 2)] == ["one", "one", "other"]


def test_numbers_dates_and_chances() -> None:
    words = language("en")
    assert words.whole(1234567.8) == "1,234,568"
    assert words.counted("people", 1) == "1 person"
    assert words.moment(datetime(2023, 9, 24, 21, 59, 31, tzinfo=UTC)) == "24 Sep 2023, 22:00"
    assert words.chance(0.0004, 1000) == "in fewer than 1 of 100 futures"
