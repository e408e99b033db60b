"""Names in any script: another font of the machine where the preferred ones lack letters, a warning where none has them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager

from refugee_model.views import fonts, style

BURMESE, AMHARIC, BENGALI, CHINESE = "မြန်မာ", "ጎንደር", "কক্সবাজার", "汶川县"


@pytest.fixture(autouse=True)
def only_the_font_of_matplotlib(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which nothing else is installed."""
    entries = [entry for entry in font_manager.fontManager.ttflist if entry.name.startswith("DejaVu Sans")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", entries)
    monkeypatch.setattr(fonts, "_others", [])
    monkeypatch.setattr(fonts, "_unknown", set())
    monkeypatch.setattr(fonts, "_installed", lambda: ("DejaVu Sans",))
    with warnings.catch_warnings():
        yield


def font_of(folder: Path, letters: str) -> Path:
    """A font with nothing but these letters, each a square."""
    names = {ord(letter): f"letter{number}" for number, letter in enumerate(dict.fromkeys(letters))}
    pen = TTGlyphPen(None)
    for line, point in (("moveTo", (0, 0)), ("lineTo", (0, 500)), ("lineTo", (500, 500)), ("lineTo", (500, 0))):
        getattr(pen, line)(point)
    pen.closePath()
    square = pen.glyph()
    order = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys(order, square))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Squares of Tests", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path = folder / "squares.ttf"
    builder.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (AMHARIC, r"Ethiopic \(Amharic, Tigrinya\) letters .* Noto Sans Ethiopic"),
        (BENGALI, "Bengali letters .* Noto Sans Bengali"),
        (BURMESE, "Burmese letters .* Noto Sans Myanmar"),
        (CHINESE, "Chinese letters .* Noto Sans CJK"),
        ("दिल्ली", "Devanagari letters .* Noto Sans Devanagari"),
    ],
)
def test_a_script_without_a_font_is_named_once(name: str, said: str) -> None:
    with pytest.warns(UserWarning, match=said) as told:
        fonts.cover([name])
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fonts.cover([name])


def test_another_font_of_the_machine_has_the_letters(tmp_path: Path) -> None:
    font_manager.fontManager.addfont(font_of(tmp_path, AMHARIC))
    fonts.cover(["Gondar", AMHARIC])
    assert style.font_families() == ("DejaVu Sans", "Squares of Tests")


def test_letters_that_the_preferred_fonts_have_ask_for_no_other() -> None:
    fonts.cover(["Goris", "Երևան", "Київ", "القاهرة", "Đà Nẵng"])
    assert style.font_families() == ("DejaVu Sans",)
