"""The sheet a chart stands on: title, subtitle, panels, footer; and the skeleton of all charts over time, which say
what they show and draw their marks, in no order they have to know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from numpy.typing import NDArray

from refugee_model.charts import style
from refugee_model.charts.clock import Clock, show_dates
from refugee_model.charts.columns import attribute
from refugee_model.charts.labels import HINTED, MARGIN, figure_text, heading, text_at
from refugee_model.charts.picture import Panel, Panels, figure_of
from refugee_model.charts.style import Sheet
from refugee_model.tables.provenance import one_future_in
from refugee_model.wording import called, phrase, say

CM = 1.0 / 2.54
WIDTH = 25.0
RIGHT_EDGE = 0.3
"""Room at the right where there are no labels [cm]."""
GAP = 0.14
"""Between panels [inch]."""
DATE = 0.55
"""Room for a date below an axis [inch]."""
LOWEST = 0.75
"""Height of the lowest panel, where the figure may grow [inch]."""


@dataclass(frozen=True)
class Words:
    """What a chart says about itself: what is shown; scenario, units and how to read it; source, run and version."""

    title: str
    subtitle: str
    footer: str


@dataclass(frozen=True)
class Dates:
    """What the horizontal axes show, and whether the year is written even where all labels are of one year."""

    clock: Clock
    first: float
    last: float
    years: bool = True


@dataclass(frozen=True)
class Page:
    """A figure and its panels, row by row."""

    figure: Figure
    panels: Panels
    shape: tuple[int, int]
    """Rows and columns of panels."""
    said: Words
    ratios: tuple[float, ...]
    """Heights of the rows, relative to each other."""
    right: float
    """Room kept free at the right [cm]."""
    whose: str
    """``ours`` for a figure made here, ``figure`` for one of the caller, ``axes`` for axes of the caller."""

    @property
    def axes(self) -> Axes:
        """Those of the first panel."""
        first: Axes = self.panels[0]
        return first

    def settle(self, *headings: tuple[str, str], dates: Dates | None = None, size: float = style.HEADING_SIZE) -> None:
        """Write headings, dates, title and footer, and give each panel its place, so that labels can be put by hand."""
        if self.whose == "axes":
            _show(self.axes, dates)
            self.axes.set_ylabel(called(headings[0][0]).lower(), **style.letters(style.LABEL_SIZE, style.GREY))
            return
        headings = headings or (("", ""),)
        shown: Any = self.panels[: len(headings)]
        left, apart = max(_overhang_left(axes) for axes in shown), GAP if self.shape[1] == 1 else 2 * GAP
        cell = (self.figure.get_figwidth() - 2 * MARGIN - self.right * CM) / self.shape[1]
        for place, axes in enumerate(shown):
            x = (MARGIN + cell * (place % self.shape[1]) + left) / self.figure.get_figwidth()
            axes.set_position((x, 0.3, max(cell - left - apart, 0.2) / self.figure.get_figwidth(), 0.3))
            _show(axes, dates)
        above = [heading(axes, *said, size=size) / 72.0 for axes, said in zip(shown, headings, strict=True)]
        self._stack(shown, above, [_overhang_below(axes) for axes in shown])

    def _stack(self, shown: Panels, above: list[float], below: list[float]) -> None:
        """Give the rows their heights; a figure made here grows where they would be too low."""
        rows = [slice(row * self.shape[1], (row + 1) * self.shape[1]) for row in range(self.shape[0])]
        heads, feet = [max(above[row]) for row in rows], [max(below[row]) for row in rows]
        taken = sum(heads) + sum(feet) + GAP * len(rows)
        top, bottom = write_words(self.figure, self.said)
        unit = (self.figure.get_figheight() - top - bottom - taken) / sum(self.ratios)
        if unit * min(self.ratios) < LOWEST and self.whose == "ours":
            unit = LOWEST / min(self.ratios)
            self.figure.set_figheight(top + bottom + taken + unit * sum(self.ratios))
        high = self.figure.get_figheight()
        y = high - top
        for row, head, foot, ratio in zip(rows, heads, feet, self.ratios, strict=True):
            y -= head + max(unit * ratio, 0.1)
            for axes in shown[row]:
                box = axes.get_position()
                axes.set_position((box.x0, y / high, box.width, max(unit * ratio, 0.1) / high))
            y -= foot + GAP


def timed_words(table: pd.DataFrame, title: str, reading: str, clock: Clock, position: float) -> Words:
    """Title, subtitle and footer of a chart; what its table does not say of itself is left out."""
    return words_of(
        table, title, reading, say("Times in {offset}", offset=clock.offset(position)) if clock.aware else ""
    )


def words_of(table: pd.DataFrame, title: str, reading: str, told: str = "") -> Words:
    """The same of a chart that shows no times; what else is told stands in the footer."""
    of, apart, scenario = attribute(table, "title").partition(": ")
    scenario, source = f"{phrase(of)}{apart}{scenario}", attribute(table, "source")
    run, version = attribute(table, "run_id"), attribute(table, "version")
    parts = (
        say("Source: {source}", source=source.rstrip(".")) if source else "",
        say("Run {run}", run=run) if run else "",
        f"refugee_model {version}" if version else "",
        told,
        one_future_in(table.attrs),
    )
    return Words(title, f"{scenario.rstrip('.')}. {reading}" if scenario else reading, ". ".join(filter(None, parts)))


def shown_to(clock: Clock, last: float, end: float) -> str:
    """Says where a chart ends before its table does; empty where it does not."""
    if last >= end:
        return ""
    return " " + say("Shown to {last}, projected to {end}.", last=clock.end(last), end=clock.end(end))


def open_page(
    said: Words,
    shape: tuple[int, int] = (1, 1),
    *,
    figure: Figure | None = None,
    height: float = 15.0,
    right: float = RIGHT_EDGE,
    ratios: Sequence[float] | None = None,
    share_x: bool = False,
) -> Page:
    """A sheet with empty panels, on a figure of the caller or on one of print size that no window or display knows."""
    sheet = figure if figure is not None else Sheet(figsize=(WIDTH * CM, height * CM), dpi=100, facecolor=style.WHITE)
    if figure is None:
        FigureCanvasAgg(sheet)  # it keeps what measures words, which else is made anew for each of a thousand words
    rows, columns = shape
    grid = GridSpec(rows, columns, figure=sheet)
    kind: type[Axes] = Panel if figure is None else Axes
    panels = np.empty(rows * columns, dtype=object)
    for place in range(rows * columns):
        shared = panels[0] if share_x and place else None
        panels[place] = sheet.add_subplot(
            grid[place // columns, place % columns], axes_class=kind, sharex=shared, facecolor=style.WHITE
        )
        style.plain(panels[place])
    ours: Any = panels.view(Panels) if figure is None else panels
    return Page(sheet, ours, shape, said, tuple(ratios or (1.0,) * rows), right, "ours" if figure is None else "figure")


def on_axes(said: Words, axes: Axes) -> Page:
    """The axes of a caller, with title and subtitle above them; the footer is left to the caller's figure."""
    style.plain(axes)
    wide = float(axes.get_window_extent().width)
    below = text_at(
        axes, (0.0, 1.0), (0.0, 6.0), said.subtitle, size=style.SUBTITLE_SIZE, colour=style.GREY, width=wide
    )
    lines = below.get_text().count("\n") + 1
    up = 6.0 + lines * style.SUBTITLE_SIZE * 1.35 + 3.0
    text_at(axes, (0.0, 1.0), (0.0, up), said.title, size=style.TITLE_SIZE - 2, weight="bold", width=wide)
    panels = np.empty(1, dtype=object)
    panels[0] = axes
    return Page(figure_of(axes), panels, (1, 1), said, (1.0,), 0.0, "axes")  # type: ignore[arg-type]


def _show(axes: Axes, dates: Dates | None) -> None:
    if dates is not None:
        fit = float(axes.get_window_extent().width) / figure_of(axes).dpi / DATE
        show_dates(axes, dates.clock, dates.first, dates.last, ticks=max(fit, 1.0), years=dates.years)


def _overhang_left(axes: Axes) -> float:
    """How far the labels of the ticks stand out at the left [inch]."""
    around = axes.yaxis.get_tightbbox()
    return max(axes.get_window_extent().x0 - around.x0, 0.0) / figure_of(axes).dpi if around else 0.0


def _overhang_below(axes: Axes) -> float:
    """How far the labels of the ticks stand out below [inch]."""
    around = axes.xaxis.get_tightbbox() if axes.xaxis.get_tick_params()["labelbottom"] else None
    return max(axes.get_window_extent().y0 - around.y0, 0.0) / figure_of(axes).dpi if around else 0.05


def write_words(figure: Figure, said: Words) -> tuple[float, float]:
    """Write title, subtitle and footer; give what they take at the top and at the bottom [inch]."""
    room = HINTED * (figure.get_figwidth() - 2 * MARGIN) * figure.dpi
    top = MARGIN
    for words_, size, weight, colour in (
        (said.title, style.TITLE_SIZE, "bold", style.TEXT),
        (said.subtitle, style.SUBTITLE_SIZE, "normal", style.GREY),
    ):
        text = figure_text(figure, top, words_, va="top", size=size, weight=weight, colour=colour, width=room)
        top += float(text.get_window_extent().height) / figure.dpi + 0.06
    look = {"va": "bottom", "size": style.FOOTER_SIZE, "weight": "normal", "colour": style.GREY, "width": room}
    foot = figure_text(figure, 0.1, said.footer, **look)
    return top + 0.1, 0.2 + float(foot.get_window_extent().height) / figure.dpi


def grid_of(count: int) -> tuple[int, int]:
    """Rows and columns of so many small panels on a landscape sheet.

    Examples
    --------
    >>> grid_of(1), grid_of(11), grid_of(40)
    ((1, 1), (3, 4), (7, 6))
    """
    columns = next(wide for most, wide in ((1, 1), (4, 2), (6, 3), (12, 4), (20, 5), (math.inf, 6)) if count <= most)
    return math.ceil(count / columns), columns


Marks = Callable[[Axes], float]
"""Draws on axes; gives the largest amount drawn."""
Labels = Callable[[Axes], None]
"""Writes on axes that have their final place."""


@dataclass(frozen=True)
class TimePanel:
    """One panel: its heading, a line beneath it, its marks, and labels that need to know where it stands."""

    heading: str
    marks: Marks
    labels: Labels = lambda _axes: None
    beneath: str = ""
    ticks: int = 5
    headroom: float = 1.0
    """The vertical axis ends at the largest amount times this."""


@dataclass(frozen=True, kw_only=True)
class TimeChart:
    """A chart over time: its table, what it says, the dates from the first to the last, and its panels."""

    table: pd.DataFrame
    title: str
    reading: str
    """Units and how to read it."""
    clock: Clock
    dates: tuple[float, float]
    panels: Sequence[TimePanel]
    grid: tuple[int, int] | None = None
    """Rows and columns of small panels; without it panels stand one below the other and share their dates."""
    height: float = 15.0
    right: float = RIGHT_EDGE
    """Height of a new figure, and room for labels at the right [cm]."""
    ratios: Sequence[float] | None = None
    """Heights of the panels, relative to each other."""
    heading_size: float = style.HEADING_SIZE

    def alone(self, ax: Axes | None, figure: Figure | None) -> Axes:
        """Axes of the only panel, on axes or a figure of the caller or a new one."""
        axes: Axes = self.draw(figure, ax)[0]
        return axes

    def draw(self, figure: Figure | None, ax: Axes | None = None) -> NDArray[Any]:
        """Axes of the panels."""
        first, last = self.dates
        said = timed_words(self.table, self.title, self.reading, self.clock, first)
        page = on_axes(said, ax) if ax is not None else self._page(said, figure)
        shown: NDArray[Any] = page.panels[: len(self.panels)]
        for axes, panel in zip(shown, self.panels, strict=True):
            style.amounts(axes, panel.marks(axes), ticks=panel.ticks, headroom=panel.headroom)
            if self.grid:
                axes.tick_params(axis="both", labelsize=style.TICK_SIZE - 1.0)
            elif axes is not shown[-1]:
                axes.tick_params(axis="x", labelbottom=False)
        for axes in page.panels[len(self.panels) :]:
            axes.remove()
        headings = [(panel.heading, panel.beneath) for panel in self.panels]
        page.settle(*headings, dates=Dates(self.clock, first, last, years=not self.grid), size=self.heading_size)
        for axes, panel in zip(shown, self.panels, strict=True):
            panel.labels(axes)
        return shown

    def _page(self, said: Words, figure: Figure | None) -> Page:
        return open_page(
            said,
            self.grid or (len(self.panels), 1),
            figure=figure,
            height=self.height,
            right=self.right,
            ratios=self.ratios,
            share_x=not self.grid,
        )
