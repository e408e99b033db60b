"""Names in any script: another font of the machine where the preferred ones lack letters, a warning where none has
them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager

from refugee_model import plot_flow, save_plot
from refugee_model.charts import style
from refugee_model.errors import FontWarning
from tests.charts.sample_tables import movement_of

BURMESE, AMHARIC, BENGALI, CHINESE = "မြန်မာ", "ጎንደር", "কক্সবাজার", "汶川县"


@pytest.fixture(autouse=True)
def only_the_font_of_matplotlib(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which nothing else is installed."""
    entries = [entry for entry in font_manager.fontManager.ttflist if entry.name.startswith("DejaVu Sans")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", entries)
    monkeypatch.setattr(style, "_others", [])
    monkeypatch.setattr(style, "_unknown", set())
    monkeypatch.setattr(style, "_look_again", lambda: None)
    monkeypatch.setattr(style, "_installed", lambda: ("DejaVu Sans",))
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
    ("name", "font"),
    [
        (AMHARIC, "Noto Sans Ethiopic"),
        (BENGALI, "Noto Sans Bengali"),
        (BURMESE, "Noto Sans Myanmar"),
        (CHINESE, "Noto Sans CJK"),
        ("दिल्ली", "Noto Sans Devanagari"),
        ("\U0001f9f3\U0001f6c5 " + AMHARIC, "Noto Emoji and Noto Sans Ethiopic"),
    ],
)
def test_letters_without_a_font_are_named_once_in_one_sentence(name: str, font: str) -> None:
    letters = " ".join(sorted(set(name) - {" "}))
    said = f"no font on this machine has these letters, which are drawn as boxes: {letters}; "
    said += f"install fonts that have them ({font}), and start again"
    with pytest.warns(FontWarning) as told:
        style.cover([name])
    assert [str(warning.message) for warning in told] == [said]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        style.cover([name])


def test_of_many_letters_some_are_named() -> None:
    with pytest.warns(FontWarning, match=r"一 .* and 180 more; install fonts that have them \(Noto Sans CJK\)"):
        style.cover(["".join(map(chr, range(0x4E00, 0x4E00 + 200)))])


def test_a_chart_names_them_once_and_matplotlib_does_not(tmp_path: Path) -> None:
    movement = movement_of()
    movement.attrs["title"] = f"Flight from {BURMESE}"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(2):
            save_plot(plot_flow(movement), tmp_path / "flow.png")
    assert [warning.category for warning in told] == [FontWarning]


def test_another_font_of_the_machine_has_the_letters(tmp_path: Path) -> None:
    font_manager.fontManager.addfont(font_of(tmp_path, AMHARIC))
    style.cover(["Gondar", AMHARIC])
    assert style.font_families() == ("DejaVu Sans", "Squares of Tests")


def test_a_font_installed_since_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(font_of(tmp_path, AMHARIC))
    monkeypatch.undo()
    entries = [entry for entry in font_manager.fontManager.ttflist if entry.name.startswith("DejaVu Sans")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", entries)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [path, str(tmp_path / "not there.ttf")])
    for name, value in (("_others", []), ("_unknown", set())):
        monkeypatch.setattr(style, name, value)
    style._look_again.cache_clear()
    style.cover([AMHARIC])
    assert style._others == ["Squares of Tests"]


def test_letters_that_the_preferred_fonts_have_ask_for_no_other() -> None:
    style.cover(["Goris", "Երևան", "Київ", "القاهرة", "Đà Nẵng"])
    assert style.font_families() == ("DejaVu Sans",)


def test_of_two_files_of_one_font_the_same_is_always_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    in_order = sorted(font_manager.fontManager.ttflist, key=lambda entry: entry.fname)
    for mixed in (in_order[::-1], in_order[1::2] + in_order[::2]):
        monkeypatch.setattr(font_manager.fontManager, "ttflist", mixed)
        style._installed.cache_clear()
        style.font_families()
        assert [entry.fname for entry in mixed] == [entry.fname for entry in in_order]
