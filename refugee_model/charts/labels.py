"""Words on a sheet: in lines, never read as mathematics, and as labels beside what they name, in place of a legend."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text

from refugee_model.arrays import Floats
from refugee_model.charts import style
from refugee_model.charts.picture import figure_of
from refugee_model.wording import called, runs_from_right

MARGIN = 0.15
"""Around the sheet [inch]."""
LONGEST = 40
"""Letters of a word that is measured whole."""
FROM_THE_LEFT, FROM_THE_RIGHT = "\u200e", "\u200f"
"""Marks without width, after which words run that way."""
HINTED = 0.95
"""Share of a width that is used: letters are a little wider at other resolutions."""


def text_at(
    axes: Axes,
    point: tuple[float, float],
    offset: tuple[float, float],
    said: str,
    *,
    size: float = style.LABEL_SIZE,
    colour: str = style.TEXT,
    weight: str = "normal",
    width: float | None = None,
) -> Text:
    """Words some points beside a share of the axes, in lines no wider than ``width`` [pixels]."""
    place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "left", "va": "bottom"}
    text = axes.annotate(called(said), point, offset, annotation_clip=False, **place)
    text.set(fontweight=weight, parse_math=False, linespacing=1.2, **style.letters(size, colour))
    if width is not None:
        wrap(text, width)
    return text


def heading(axes: Axes, said: str, beneath: str = "", *, size: float = style.HEADING_SIZE) -> float:
    """Write a heading above a panel, and a line beneath it, no wider than it; give the room taken [points]."""
    up, width = 6.0, float(axes.get_window_extent().width)
    for part, letters, colour, weight in (
        (beneath, size - 1.5, style.GREY, "normal"),
        (said, size, style.TEXT, "bold"),
    ):
        text = text_at(axes, (0.0, 1.0), (0.0, up), part, size=letters, colour=colour, weight=weight, width=width)
        lines = text.get_text().split("\n") if part else []
        text.remove()
        for line in reversed(lines):
            text_at(
                axes, (0.0, 1.0), (0.0, up), line, size=letters, colour=colour, weight=weight
            ).set_verticalalignment("baseline")
            up += letters * 1.35
    return up


def figure_text(figure: Figure, inches: float, said: str, **look: Any) -> Text:
    """Words so far from the top or the bottom of a figure, whatever its height."""
    share, shift = (1.0, -72.0 * inches) if look["va"] == "top" else (0.0, 72.0 * inches)
    place: Any = {"xycoords": "figure fraction", "textcoords": "offset points"}
    text = Annotation(
        called(said), (0.0, share), (72.0 * MARGIN, shift), ha="left", va=look["va"], annotation_clip=False, **place
    )
    figure.add_artist(text)
    text.set(fontweight=look["weight"], parse_math=False, linespacing=1.25)
    text.set(**style.letters(look["size"], look["colour"]))
    balance(text, look["width"])
    return text


def wrap(text: Text, width: float) -> None:
    """Break the lines of a text so that none is wider than a width [pixels], between words where that is possible."""
    text.set_text(one_way(_Words(text).lines(width)))


def widest_word(text: Text) -> float:
    """How wide the widest word of a text is [pixels]."""
    words = _Words(text)
    return max(map(words.wide_of, words.words), default=0.0)


def balance(text: Text, width: float) -> None:
    """Break lines as :func:`wrap` does, with lines of like length."""
    words = _Words(text)
    lines = words.lines(width)
    for part in (0.55, 0.65, 0.75, 0.85) if len(lines) > 1 else ():
        narrower = words.lines(width * part)
        if len(narrower) == len(lines):
            lines = narrower
            break
    text.set_text(one_way(lines))


def one_way(lines: Sequence[str]) -> str:
    r"""Lines that all run the way of the language spoken: one that begins with a name of the other way would turn.

    Examples
    --------
    >>> one_way(["In", "\u05d4\u05e8 it is full"]) == "In\n\u200e\u05d4\u05e8 it is full"
    True
    """
    ways = {unicodedata.bidirectional(letter) for line in lines for letter in line}
    if "L" not in ways or not ways & {"R", "AL"}:
        return "\n".join(lines)
    mark = FROM_THE_RIGHT if runs_from_right() else FROM_THE_LEFT
    return "\n".join(line if line.isascii() else mark + line for line in lines)


MOST_WORDS = 10_000
"""Of which the widths are kept for each kind of letters."""


@lru_cache(maxsize=16)
def _known(letters: FontProperties, dpi: float, canvas: str) -> dict[str, float]:
    """How wide words in these letters are [pixels], as far as they were measured: many stand in several pictures."""
    return {}


class _Words:
    """The words of a text and how wide each is [pixels], measured once, so that a long text takes no longer a word."""

    def __init__(self, text: Text) -> None:
        figure: Any = text.figure
        self.text = text
        self.known = _known(text.get_fontproperties().copy(), figure.dpi, type(figure.canvas).__name__)
        self.words = [part for part in re.split(r"[ \n\t]+", text.get_text()) if part]
        self.space = self.wide("n n") - 2.0 * self.wide("n")

    def wide(self, said: str) -> float:
        """How wide a piece of the text is."""
        if said not in self.known:
            if len(self.known) >= MOST_WORDS:
                self.known.clear()
            self.text.set_text(said)
            self.known[said] = float(self.text.get_window_extent().width)
        return self.known[said]

    def lines(self, width: float) -> list[str]:
        """Lines that are no wider, as long as no single letter is."""
        lines: list[list[str]] = []
        taken = 0.0
        for word in self.words:
            for piece in self.pieces(word, width):
                wide = self.wide_of(piece)
                if lines and taken + self.space + wide <= width:
                    lines[-1].append(piece)
                    taken += self.space + wide
                else:
                    lines.append([piece])
                    taken = wide
        return [" ".join(line) for line in lines]

    def wide_of(self, word: str) -> float:
        """How wide a word is; a long one by its letters."""
        return self.wide(word) if len(word) <= LONGEST else sum(map(self.wide, word))

    def pieces(self, word: str, width: float) -> list[str]:
        """A word, or what is left of it when it is broken where it is too wide."""
        if len(word) < 2 or self.wide_of(word) <= width:
            return [word]
        pieces, taken = [""], 0.0
        for letter in word:
            wide = self.wide(letter)
            if pieces[-1] and taken + wide > width:
                pieces.append("")
                taken = 0.0
            pieces[-1] += letter
            taken += wide
        return pieces


@dataclass(frozen=True)
class EndLabel:
    """A label at the right end of a line that ends at a height."""

    height: float
    said: str
    colour: str = style.TEXT


def halo(text: Text, colour: str = style.WHITE) -> None:
    """Draw an edge of the colour of the ground around letters, so that they can be read on a line."""
    text.set_path_effects([withStroke(linewidth=2.5, foreground=colour)])


def peak_label(
    axes: Axes,
    x: float,
    y: float,
    said: str,
    *,
    colour: str = style.TEXT,
    dot: bool = True,
    size: float = style.LABEL_SIZE,
) -> Text:
    """Mark a point of axes that have their final place, and write above it, inside their width."""
    if dot:
        axes.plot([x], [y], "o", color=colour, markersize=5, markeredgecolor=style.WHITE, zorder=5, clip_on=False)
    text = text_at(axes, (0.0, 0.0), (0.0, 0.0), said, size=size, colour=colour, weight="bold")
    box = axes.get_window_extent()
    wrap(text, max(box.width * 0.98, 60.0))
    place = axes.transData.transform((x, y))
    wide = text.get_window_extent().width
    left = min(max(place[0] - wide / 2, box.x0), max(box.x1 - wide, box.x0))
    points = 72.0 / figure_of(axes).dpi
    text.xyann = ((left - box.x0) * points, (place[1] - box.y0) * points + 5.0)  # type: ignore[attr-defined]
    halo(text)
    text.set_zorder(6)
    return text


def end_labels(axes: Axes, labels: Sequence[EndLabel], *, width: float) -> list[Text]:
    """Write labels in so many cm at the right of axes, each as close to its height as the others allow."""
    points = 72.0 / figure_of(axes).dpi
    look: dict[str, Any] = {"weight": "bold", "width": (width - 0.2) / 2.54 * 72.0 / points}
    texts = [text_at(axes, (1.0, 0.0), (5.0, 0.0), label.said, colour=label.colour, **look) for label in labels]
    high = np.array([float(text.get_window_extent().height) * points + 2.0 for text in texts])
    box = axes.get_window_extent()
    wanted = np.array([(axes.transData.transform((0.0, label.height))[1] - box.y0) * points for label in labels])
    for text, middle, size in zip(texts, spread(wanted, high, box.height * points), high, strict=True):
        text.xyann = (5.0, float(middle - size / 2 + 1.0))  # type: ignore[attr-defined]
    return texts


def spread(wanted: Floats, sizes: Floats, length: float) -> Floats:
    """Middles of boxes on a line from 0 to a length that do not overlap and stay near where they are wanted.

    Examples
    --------
    >>> spread(np.array([0.0, 1.0]), np.array([10.0, 10.0]), 100.0).tolist()
    [5.0, 15.0]
    """
    order = np.argsort(wanted, kind="stable")
    placed: Floats = np.clip(wanted.astype(float), sizes / 2, np.maximum(length - sizes / 2, sizes / 2))
    for low, high in pairwise(order):
        placed[high] = max(placed[high], placed[low] + (sizes[low] + sizes[high]) / 2)
    limit = max(length, float(sizes.sum()))
    for number in order[::-1]:
        placed[number] = min(placed[number], limit - sizes[number] / 2)
        limit = placed[number] - sizes[number] / 2
    return placed
