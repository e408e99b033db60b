"""The sheet a chart stands on: title, subtitle, panels, footer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text

from refugee_model.views import style
from refugee_model.views.clock import Clock
from refugee_model.views.columns import attribute
from refugee_model.views.picture import Panel, Panels, figure_of

CM = 1.0 / 2.54
WIDTH = 25.0
MARGIN = 0.15
"""Around the sheet [inch]."""


@dataclass(frozen=True)
class Words:
    """What a chart says about itself.

    Attributes
    ----------
    title : str
        What is shown, in plain words.
    subtitle : str
        Scenario, units and how to read it.
    footer : str
        Source, run and version.
    """

    title: str
    subtitle: str
    footer: str


@dataclass(frozen=True)
class Page:
    """A figure and its panels.

    Attributes
    ----------
    figure : Figure
        The figure.
    panels : array of Axes
        The panels, row by row.
    room : tuple of float
        Left, bottom, width and height that the panels may use, as shares of the figure; empty for axes of the caller.
    """

    figure: Figure
    panels: Panels
    room: tuple[float, float, float, float] | tuple[()]

    def settle(self) -> None:
        """Fit the panels to the sheet and leave them there, so that labels can be put by hand."""
        if not self.room:
            return
        self.figure.set_layout_engine("constrained", rect=self.room, w_pad=0.04, h_pad=0.06, wspace=0.02, hspace=0.03)
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")


def words(table: pd.DataFrame, title: str, reading: str, clock: Clock, position: float) -> Words:
    """Title, subtitle and footer of a chart of one table.

    Parameters
    ----------
    table : DataFrame
        The table, with ``title``, ``source``, ``run_id`` and ``version`` in its ``attrs``.
    title : str
        What is shown.
    reading : str
        Units and how to read it.
    clock : Clock
        Tells the offset from UTC.
    position : float
        A time of the table.

    Returns
    -------
    Words
        What a table does not say of itself is left out.
    """
    scenario, source = attribute(table, "title"), attribute(table, "source")
    run, version = attribute(table, "run_id"), attribute(table, "version")
    parts = (
        f"Source: {source.rstrip('.')}" if source else "",
        f"Run {run}" if run else "",
        f"refugee_model {version}" if version else "",
        f"Times in {clock.offset(position)}",
    )
    return Words(title, f"{scenario.rstrip('.')}. {reading}" if scenario else reading, ". ".join(part for part in parts if part))


def shown_to(clock: Clock, last: float, end: float) -> str:
    """Says where a chart ends before its table does; empty where it does not."""
    return f" Shown to {clock.end(last)}, projected to {clock.end(end)}." if last < end else ""


def open_page(
    said: Words,
    shape: tuple[int, int],
    *,
    figure: Figure | None = None,
    height: float = 15.0,
    right: float = 0.3,
    ratios: Sequence[float] | None = None,
    share_x: bool = False,
) -> Page:
    """A sheet with its title, subtitle, footer and empty panels.

    Parameters
    ----------
    said : Words
        Title, subtitle and footer.
    shape : tuple of int
        Rows and columns of panels.
    figure : Figure, optional
        A figure of the caller; without it one of print size that no window or display knows.
    height : float
        Height of a new figure [cm].
    right : float
        Room kept free at the right for labels [cm].
    ratios : sequence of float, optional
        Heights of the rows, relative to each other.
    share_x : bool
        Whether all panels share the horizontal axis.

    Returns
    -------
    Page
        The sheet.
    """
    sheet = figure if figure is not None else Figure(figsize=(WIDTH * CM, height * CM), dpi=100, facecolor=style.WHITE)
    rows, columns = shape
    grid = GridSpec(rows, columns, figure=sheet, height_ratios=ratios)
    kind: type[Axes] = Panel if figure is None else Axes
    panels = np.empty(rows * columns, dtype=object)
    for place in range(rows * columns):
        shared = panels[0] if share_x and place else None
        panels[place] = sheet.add_subplot(grid[place // columns, place % columns], axes_class=kind, sharex=shared, facecolor=style.WHITE)
        style.plain(panels[place])
    top, bottom = _write(sheet, said)
    wide = float(sheet.get_figwidth())
    room = (MARGIN / wide, bottom, 1.0 - (2 * MARGIN + right * CM) / wide, max(top - bottom, 0.1))
    return Page(sheet, panels.view(Panels) if figure is None else panels, room)  # type: ignore[arg-type]


def on_axes(said: Words, axes: Axes) -> Page:
    """The axes of a caller, with title and subtitle above them; the footer is left to the caller's figure."""
    style.plain(axes)
    wide = float(axes.get_window_extent().width)
    below = text_at(axes, (0.0, 1.0), (0.0, 6.0), said.subtitle, size=style.SUBTITLE_SIZE, colour=style.GREY, width=wide)
    lines = below.get_text().count("\n") + 1
    up = 6.0 + lines * style.SUBTITLE_SIZE * 1.35 + 3.0
    text_at(axes, (0.0, 1.0), (0.0, up), said.title, size=style.TITLE_SIZE - 2, weight="bold", width=wide)
    panels = np.empty(1, dtype=object)
    panels[0] = axes
    return Page(figure_of(axes), panels, ())  # type: ignore[arg-type]


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


def heading(axes: Axes, said: str, beneath: str = "", *, width: float, size: float = style.HEADING_SIZE) -> None:
    """A bold heading at the left above a panel, and a plain line beneath it.

    Parameters
    ----------
    axes : Axes
        The panel.
    said, beneath : str
        Heading and line; either is broken into lines where it is wider than ``width``.
    width : float
        Room for them [pixels].
    size : float
        Size of the heading [points].
    """
    up = 6.0
    for part, letters, colour, weight in ((beneath, size - 1.5, style.GREY, "normal"), (said, size, style.TEXT, "bold")):
        text = text_at(axes, (0.0, 1.0), (0.0, up), part, size=letters, colour=colour, weight=weight, width=width)
        lines = text.get_text().split("\n") if part else []
        text.remove()
        for line in reversed(lines):
            text_at(axes, (0.0, 1.0), (0.0, up), line, size=letters, colour=colour, weight=weight).set_verticalalignment("baseline")
            up += letters * 1.35


def unit_heading(page: Page, axes: Axes, unit: str) -> None:
    """Write the unit above the vertical axis of a sheet, or beside that of the axes of a caller."""
    if page.room:
        heading(axes, unit.capitalize(), width=page.figure.bbox.width)
    else:
        axes.set_ylabel(unit, color=style.GREY, fontsize=style.LABEL_SIZE, fontfamily=list(style.font_families()))


def panel_width(page: Page, columns: int) -> float:
    """About how wide the heading of one of so many panels beside each other may be [pixels]."""
    return max(page.room[2] * page.figure.bbox.width / columns - 0.25 * page.figure.dpi, 40.0) if page.room else 400.0


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


def _write(figure: Figure, said: Words) -> tuple[float, float]:
    """Write title, subtitle and footer; give the top and bottom of what is left, as shares of the figure."""
    high, wide = float(figure.get_figheight()), float(figure.get_figwidth())
    room = (wide - 2 * MARGIN) * figure.dpi
    top = 1.0 - MARGIN / high
    for words_, size, weight, colour in (
        (said.title, style.TITLE_SIZE, "bold", style.TEXT),
        (said.subtitle, style.SUBTITLE_SIZE, "normal", style.GREY),
    ):
        text = _figure_text(figure, (MARGIN / wide, top), words_, va="top", size=size, weight=weight, colour=colour, width=room)
        top -= float(text.get_window_extent().height) / figure.bbox.height + 0.06 / high
    look = {"va": "bottom", "size": style.FOOTER_SIZE, "weight": "normal", "colour": style.GREY, "width": room}
    foot = _figure_text(figure, (MARGIN / wide, 0.1 / high), said.footer, **look)
    return top - 0.06 / high, 0.2 / high + float(foot.get_window_extent().height) / figure.bbox.height


def _figure_text(figure: Figure, point: tuple[float, float], said: str, **look: Any) -> Text:
    text = figure.text(*point, said, ha="left", va=look["va"], fontsize=look["size"], fontweight=look["weight"], color=look["colour"])
    text.set(fontfamily=list(style.font_families()), parse_math=False, linespacing=1.25)
    balance(text, look["width"])
    text.set_in_layout(False)
    return text
