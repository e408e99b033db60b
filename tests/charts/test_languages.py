"""Pictures in every language: a catalogue is all that it takes, and words that are a third longer have room."""

from __future__ import annotations

import ast
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from refugee_model import languages, plot_fan, plot_risk_calendar
from refugee_model.charts.picture import figure_of, png
from refugee_model.data_folder import data_folder
from refugee_model.languages import language
from refugee_model.wording import people, say, speaking
from tests.charts.test_plots import EXTREMES, PLOTS, outside, texts_of
from tests.charts.test_risk import many

PACKAGE = Path(languages.__file__).parent
SAID_IN = (
    *("charts", "wording.py", "scenario/reports.py", "tables/provenance.py", "tables/answers.py", "outcomes/needs.py"),
    *("console", "studies/decisions", "cli"),
)
OURS = {"refugee", "model", "UTC"}
"""Words of a picture that no catalogue gives."""


def translated(said: Any) -> Any:
    """Words of a language that has no Latin letter, and is a third longer; what stands in braces stays."""
    if isinstance(said, dict):
        return {form: translated(text) for form, text in said.items()}
    if isinstance(said, list):
        return [translated(text) for text in said]
    other = "".join(
        part if part[:1] == "{" else re.sub("[A-Za-z]", "ж", part) for part in re.split(r"(\{[^}]*\})", said)
    )
    return other + " " + "ж" * (len(said) // 3)


def written(values: dict[str, Any], table: str = "") -> str:
    """A catalogue as TOML."""
    quoted = {name: '"' + name.replace('"', '\\"') + '"' for name in values}
    plain = {name: said for name, said in values.items() if not isinstance(said, dict) or set(said) <= languages.FORMS}
    lines = [f"[{table}]"] if table else []
    for name, said in plain.items():
        forms = said.items() if isinstance(said, dict) else ()
        value = (
            "{ " + ", ".join(f"{form} = {json.dumps(text, ensure_ascii=False)}" for form, text in forms) + " }"
            if forms
            else json.dumps(said, ensure_ascii=False)
        )
        lines.append(f"{quoted[name]} = {value}")
    return "\n".join([*lines, "", *(written(values[name], quoted[name]) for name in values if name not in plain)])


@pytest.fixture
def fourth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The code of a language of which there is one file and nothing else; it runs from right to left."""
    words = tmp_path / "words"
    shutil.copytree(data_folder() / "words", words)
    catalogues = [tomllib.loads((words / f"{code}.toml").read_text(encoding="utf-8")) for code in ("en", "ru")]
    found: dict[str, Any] = {}
    for name in catalogues[0] | catalogues[1]:
        own = [catalogue[name] for catalogue in catalogues if name in catalogue]
        merged = {key: said for part in own for key, said in part.items()} if isinstance(own[0], dict) else own[0]
        if name in ("sentences", "nouns", "terms"):
            merged = {key: {"other": key} if name == "nouns" else key for key in merged}
        kept = name in ("numbers", "dates", "direction")
        found[name] = (
            merged
            if kept
            else {key: translated(said) for key, said in merged.items()}
            if isinstance(merged, dict)
            else translated(merged)
        )
    (words / "zz.toml").write_text(written(found | {"direction": "rtl"}), encoding="utf-8")
    monkeypatch.setattr(languages, "data_folder", lambda: tmp_path)
    yield "zz"
    languages._entries.cache_clear()


def sentences() -> dict[str, str]:
    """Every sentence that the code says, with the file in which it stands."""
    found = {}
    for place in SAID_IN:
        for path in [PACKAGE / place] if place.endswith(".py") else sorted((PACKAGE / place).glob("*.py")):
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            named = named_texts(nodes)
            for node in nodes:
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "in_words") and node.args:
                    first = node.args[0]
                    parts = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                    said = [text for part in parts for text in named.get(getattr(part, "id", ""), [part])]
                    found |= {text.value: path.name for text in said if isinstance(text, ast.Constant)}
    return found


def named_texts(nodes: list[ast.AST]) -> dict[str, list[ast.expr]]:
    """What the code of a file gives a name, to be said by that name."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            names, values = (one.elts if isinstance(one, ast.Tuple) else [one] for one in (target, value))
            for name, text in zip(names, values, strict=False):
                parts = [text.body, text.orelse] if isinstance(text, ast.IfExp) else [text]
                found.setdefault(getattr(name, "id", ""), []).extend(
                    part for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
    return found


@pytest.mark.parametrize("code", ["hy", "ru"])
def test_every_sentence_has_its_words(code: str) -> None:
    words = language(code)
    assert {said: file for said, file in sentences().items() if f"sentences.{said}" not in words.entries} == {}
    for key, said in words.entries.items():
        if key.startswith("sentences."):
            wanted = set(re.findall(r"\{(\w+)", key))
            assert set(re.findall(r"\{(\w+)", str(said))) == wanted, key


def test_numbers_dates_and_plurals_follow_the_language() -> None:
    with speaking(language("ru").speech):
        assert [people(count) for count in (1.0, 3.0, 26812.4)] == ["1 человек", "3 человека", "26\u00a0812 человек"]
        assert say("no such sentence, {count}", count=1) == "no such sentence, 1"
    assert people(26812.4) == "26,812 people"


@pytest.mark.parametrize("name", PLOTS)
def test_pictures_speak_a_fourth_language(name: str, fourth: str) -> None:
    plot, table = PLOTS[name]
    given = table()
    names = set(re.findall(r"[A-Za-z]+", " ".join(map(str, [*given.attrs.values(), *given.to_numpy().ravel()]))))
    found = texts_of(plot(given, language=fourth))
    assert set(re.findall(r"[A-Za-z]{2,}", found)) - names - OURS == set()


@pytest.mark.parametrize("name", PLOTS)
def test_longer_words_stay_on_the_sheet(name: str) -> None:
    plot, table = PLOTS[name]
    assert outside(plot(table(**EXTREMES["millions"]), language="ru")) == []


def test_ranges_speak_a_fourth_language(fourth: str) -> None:
    table = many()
    for axes in (
        plot_fan(table, place=table["place"].iloc[0], language=fourth),
        plot_risk_calendar(table, language=fourth),
    ):
        assert "lie in" not in texts_of(axes)
        assert "ж" in texts_of(axes)
        assert png(figure_of(axes), dpi=40)
