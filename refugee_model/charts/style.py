"""Colours, fonts and axes of all charts, after the chart style of UNHCR; letters that the preferred fonts lack come
from other fonts of this machine.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from refugee_model.arrays import Floats
from refugee_model.errors import FontWarning
from refugee_model.wording import as_now, listed, number, some_of

BLUE, LIGHT_BLUE, MIDDLE_BLUE, NAVY = "#0072BC", "#8EBEFF", "#5C9BE0", "#18375F"
PALE_BLUE, PALER_BLUE, PALEST_BLUE = "#CFE0F1", "#D6E7F7", "#E6F0FA"
GREEN, PALE_GREEN, YELLOW = "#00B398", "#9ADBCF", "#E1CC0D"
RED, LIGHT_RED, PALE_RED, DARK_RED = "#EF4A60", "#F2707F", "#F9C5CC", "#7A1022"
BLACK, TEXT, GREY, MIDDLE_GREY, LIGHT_GREY = "#000000", "#333333", "#666666", "#777777", "#A6A6A6"
SILVER, LINE, LAND, PALE, WHITE = "#D9D9D9", "#DDDDDD", "#E3E3E3", "#EFEFEF", "#FFFFFF"
SHORTAGE = ("#F3F3F3", "#FBD9A6", "#F2A65A", "#D9622B", "#8C1C13")
"""From no shortage to the worst."""

TITLE_SIZE = 14.0
SUBTITLE_SIZE = 9.5
HEADING_SIZE = 10.0
LABEL_SIZE = 9.0
TICK_SIZE = 8.5
FOOTER_SIZE = 7.5
STEPS = [1, 2, 2.5, 5, 10]
"""Between the labels of an axis, or ten or a hundred times that."""


def plain(axes: Axes) -> None:
    """Take the frame away and leave a light horizontal grid."""
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set(color=GREY, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.grid(visible=False, axis="both", which="both")
    axes.grid(visible=True, axis="y", color=LINE, linewidth=0.8, linestyle="-")
    axes.tick_params(
        axis="both", which="major", labelsize=TICK_SIZE, labelcolor=GREY, labelfontfamily=list(font_families())
    )
    axes.tick_params(axis="y", which="major", length=0)
    axes.tick_params(axis="x", which="major", length=3, color=GREY)


def bare(axes: Axes) -> None:
    """Take grid, ticks and the last line of the frame away, where the sides are no scales."""
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)


def amounts(axes: Axes, top: float, *, ticks: int = 5, headroom: float = 1.0) -> None:
    """Let the vertical axis run from nothing to the largest amount times ``headroom``, with thousands apart."""
    axes.set_ylim(0.0, (top if top > 0 else 1.0) * headroom)
    axes.yaxis.set_major_locator(MaxNLocator(ticks, steps=STEPS) if top > 0 else FixedLocator([0.0]))
    axes.yaxis.set_major_formatter(in_words(number))


def amounts_across(axes: Axes, words: Callable[[float], str] = number) -> None:
    """Label the horizontal axis with round amounts, as they are said."""
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=STEPS))
    axes.xaxis.set_major_formatter(in_words(words))


def in_words(words: Callable[[float], str]) -> FuncFormatter:
    """Labels of ticks, in the language that is spoken now."""
    return FuncFormatter(as_now(lambda value, _position: words(value)))


def by_row(axes: Axes, names: Sequence[str], *, grid: bool = True) -> None:
    """One row a name, from the top, with a light vertical grid."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    if grid:
        axes.grid(visible=True, axis="x", color=LINE, linewidth=0.8)


def cells(axes: Axes, shares: Floats, colours: Colormap, *, line: float = 0.8) -> None:
    """Shade cells by shares from 0 to 1, array (row, column), and part them by lines."""
    rows, columns = shares.shape
    axes.imshow(shares, cmap=colours, vmin=0.0, vmax=1.0, aspect="auto", interpolation="nearest")
    axes.grid(visible=False)
    axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axes.grid(visible=True, which="minor", axis="both", color=LINE, linewidth=line, linestyle="-")
    axes.tick_params(which="minor", length=0)


def letters(size: float = TICK_SIZE, colour: str = TEXT) -> dict[str, Any]:
    """Size, colour and fonts of words on axes."""
    return {"fontsize": size, "color": colour, "fontfamily": list(font_families())}


def shortened(name: str, most: int) -> str:
    """A name in at most so many letters."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


OF_THE_SESSION = (
    *("backend", "backend_fallback", "date.epoch", "figure.max_open_warning", "interactive", "toolbar"),
    "webagg",
)
"""Beginnings of settings that say where charts are shown, or from which day dates are counted."""
DEFAULTS: Any = {
    name: value
    for name, value in matplotlib.rcParamsDefault.items()
    if not name.startswith(OF_THE_SESSION) and name[:1] != "_"
} | {"svg.hashsalt": "refugee_model"}  # or every SVG would be other bytes


@contextmanager
def our_settings() -> Iterator[None]:
    """Draw as matplotlib does where nobody has set anything; letters without a font are told by us."""
    with matplotlib.rc_context(DEFAULTS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support .* natively")
        yield


def legend(axes: Axes, **look: Any) -> None:
    """What colours and marks mean, in our fonts; a name with dollars is no mathematics."""
    made = axes.legend(**look)
    for text in (*made.get_texts(), made.get_title()):
        text.set(parse_math=False, fontfamily=list(font_families()))


class Sheet(Figure):
    """A figure that looks the same however a person saves it: labels of axes are made only when a figure is drawn."""

    def draw(self, renderer: Any) -> None:
        """Draw it with our settings."""
        with our_settings():
            super().draw(renderer)


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
