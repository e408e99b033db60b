"""Fonts for the names of a scenario: letters that the preferred fonts lack come from other fonts of this machine."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable
from contextlib import suppress
from functools import cache

import pandas as pd
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

from refugee_model.errors import FontWarning
from refugee_model.wording import listed, some_of

PREFERRED = ("Lato", "Arial", "Liberation Sans", "DejaVu Sans")
"""Fonts in the order of preference; the last comes with matplotlib."""
HAVE_THEM = {
    "CJK": "Noto Sans CJK",
    "HIRAGANA": "Noto Sans CJK",
    "KATAKANA": "Noto Sans CJK",
    "HANGUL": "Noto Sans CJK",
}
"""Fonts to install for scripts whose font is not named after them."""
TWO_WORDS = ("MEETEI", "NEW", "OL", "OLD", "SYLOTI", "TAI")
"""First words of scripts of which the name has two."""
PICTURES = "Noto Emoji"
"""Font to install for small pictures and other signs."""
LETTERS_NAMED = 20
"""So many missing letters are named; the others are counted."""

_others: list[str] = []
_unknown: set[int] = set()


@cache
def _installed() -> tuple[str, ...]:
    """The preferred fonts that this machine has, so that a missing one prints no warning.

    Of two files of one font, as two packages bring them, matplotlib takes the first of a list that is in no order.
    """
    font_manager.fontManager.ttflist.sort(key=lambda entry: entry.fname)
    installed = set(font_manager.get_font_names())
    return tuple(name for name in PREFERRED if name in installed or name == PREFERRED[-1])


def font_families() -> tuple[str, ...]:
    """Fonts of all words, each asked for the letters that those before it lack, those found by :func:`cover` last.

    References
    ----------
    UNHCR data visualisation guidelines, https://dataviz.unhcr.org/general_guidance/
    """
    return (*_installed(), *_others)


def cover(words: Iterable[str]) -> None:
    """Find fonts of this machine for all letters of these words; warn of letters that none has."""
    letters = {ord(letter) for word in words for letter in word if letter.isprintable() and not letter.isspace()}
    missing = letters - _unknown - _letters_of(font_families())
    while missing:
        family, found = _best(missing)
        if not found:
            _look_again()
            family, found = _best(missing)
        if not found:
            _warn(missing)
            _unknown.update(missing)
            return
        _others.append(family)
        missing -= found


def cover_tables(*tables: pd.DataFrame) -> None:
    """The same for all words of some tables, and what they say of themselves."""
    words: list[str] = []
    for table in tables:
        words += [str(said) for said in table.attrs.values()]
        for name, column in table.items():
            words.append(str(name))
            if isinstance(column.dtype, pd.CategoricalDtype):
                words += map(str, column.cat.categories)
            elif pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype):
                words += map(str, column.dropna().unique())
    cover(words)


@cache
def _letters_of(families: tuple[str, ...]) -> frozenset[int]:
    paths = (font_manager.findfont(FontProperties(family=[family]), fallback_to_default=False) for family in families)
    return frozenset().union(*(_letters_in(path) for path in paths))


@cache
def _letters_in(path: str) -> frozenset[int]:
    try:
        return frozenset(font_manager.get_font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()


@cache
def _look_again() -> None:
    """Add fonts that were installed after matplotlib had listed those of this machine: it keeps that list for ever."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with suppress(OSError, RuntimeError):  # not a font that it can read
            font_manager.fontManager.addfont(path)


def _best(missing: set[int]) -> tuple[str, set[int]]:
    """The font that has most of the letters, the first by name of equal ones."""
    known = {
        entry.name: entry.fname
        for entry in font_manager.fontManager.ttflist
        if entry.style == "normal" and entry.name[:1] != "."
    }
    found = {name: missing & _letters_in(known[name]) for name in sorted(known)}
    name = max(found, key=lambda one: len(found[one]), default="")
    return name, found.get(name, set())


def _warn(missing: set[int]) -> None:
    """Name the letters, and fonts that have them, in one sentence; matplotlib need not name each letter again."""
    letters = [chr(letter) for letter in sorted(missing)]
    fonts = listed(sorted({_font(letter) for letter in letters}))
    named = some_of(letters, LETTERS_NAMED, apart=" ")
    said = f"no font on this machine has these letters, which are drawn as boxes: {named}"
    warnings.warn(f"{said}; install fonts that have them ({fonts}), and start again", FontWarning, stacklevel=4)


def _font(letter: str) -> str:
    """A font to install for a letter: most are named after the script, as Unicode names it."""
    if unicodedata.category(letter)[0] not in "LM":
        return PICTURES
    name = unicodedata.name(letter, "UNKNOWN").split("-")[0].split()
    script = " ".join(name[:2]) if name[0] in TWO_WORDS else name[0]
    return HAVE_THEM.get(script, f"Noto Sans {script.title()}")
