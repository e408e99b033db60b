"""Words on a sheet: broken into lines, never read as mathematics."""

from __future__ import annotations

import re
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from refugee_model.views import style

MARGIN = 0.15
"""Around the sheet [inch]."""
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
    """Words beside a point of the axes, never read as mathematics.

    Parameters
    ----------
    axes : Axes
        The axes.
    point : tuple of float
        Share of the width and height of the axes.
    offset : tuple of float
        Right and up from there [points].
    said : str
        The words.
    size : float
        Size of the letters [points].
    colour, weight : str
        How they look.
    width : float, optional
        Lines are broken at this width [pixels].

    Returns
    -------
    Text
        The words on the axes.
    """
    text = axes.annotate(
        said, point, offset, xycoords="axes fraction", textcoords="offset points", ha="left", va="bottom", annotation_clip=False
    )
    text.set(fontsize=size, color=colour, fontweight=weight, fontfamily=list(style.font_families()), parse_math=False, linespacing=1.2)
    if width is not None:
        wrap(text, width)
    return text


def heading(axes: Axes, said: str, beneath: str = "", *, size: float = style.HEADING_SIZE) -> float:
    """Write a bold heading at the left above a panel, and a plain line beneath it, no wider than the panel.

    Parameters
    ----------
    axes : Axes
        The panel.
    said, beneath : str
        Heading and line.
    size : float
        Size of the heading [points].

    Returns
    -------
    float
        Room taken above the panel [points].
    """
    up, width = 6.0, float(axes.get_window_extent().width)
    for part, letters, colour, weight in ((beneath, size - 1.5, style.GREY, "normal"), (said, size, style.TEXT, "bold")):
        text = text_at(axes, (0.0, 1.0), (0.0, up), part, size=letters, colour=colour, weight=weight, width=width)
        lines = text.get_text().split("\n") if part else []
        text.remove()
        for line in reversed(lines):
            text_at(axes, (0.0, 1.0), (0.0, up), line, size=letters, colour=colour, weight=weight).set_verticalalignment("baseline")
            up += letters * 1.35
    return up


def figure_text(figure: Figure, inches: float, said: str, **look: Any) -> Text:
    """Words so far from the top or the bottom of a figure, whatever its height."""
    share, shift = (1.0, -72.0 * inches) if look["va"] == "top" else (0.0, 72.0 * inches)
    place: Any = {"xycoords": "figure fraction", "textcoords": "offset points"}
    text = Annotation(said, (0.0, share), (72.0 * MARGIN, shift), ha="left", va=look["va"], annotation_clip=False, **place)
    figure.add_artist(text)
    text.set(fontsize=look["size"], fontweight=look["weight"], color=look["colour"], linespacing=1.25)
    text.set(fontfamily=list(style.font_families()), parse_math=False)
    balance(text, look["width"])
    return text


def wrap(text: Text, width: float) -> None:
    """Break the lines of a text so that none is wider than a width, between words where that is possible.

    Parameters
    ----------
    text : Text
        The text; changed.
    width : float
        Largest width of a line [pixels].
    """
    lines: list[str] = []
    for word in (piece for part in re.split(r"[ \n\t]+", text.get_text()) if part for piece in _pieces(text, part, width)):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and _wide(text, joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    text.set_text("\n".join(lines))


def balance(text: Text, width: float) -> None:
    """Break lines as :func:`wrap` does, with lines of like length."""
    whole = text.get_text()
    wrap(text, width)
    lines = text.get_text().count("\n")
    for part in (0.55, 0.65, 0.75, 0.85) if lines else ():
        text.set_text(whole)
        wrap(text, width * part)
        if text.get_text().count("\n") == lines:
            return
    text.set_text(whole)
    wrap(text, width)


def _pieces(text: Text, word: str, width: float) -> list[str]:
    if len(word) < 2 or _wide(text, word) <= width:
        return [word]
    middle = len(word) // 2
    return [*_pieces(text, word[:middle], width), *_pieces(text, word[middle:], width)]


def _wide(text: Text, said: str) -> float:
    text.set_text(said)
    return float(text.get_window_extent().width)
