"""The combinations of a study side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.views import style
from refugee_model.views.page import CM, WIDTH
from refugee_model.views.picture import Panel, figure_of
from refugee_model.views.text import HINTED, MARGIN, figure_text

MEASURE = "person_nights_unsheltered"
WORDS = {MEASURE: "Person-nights with neither bed nor transit place"}
COLUMNS = ("combination", "measure", "mean", "share_at_least_one")
COLOURS = LinearSegmentedColormap.from_list("risk", [style.WHITE, "#FBD5DA", style.RED])
ROW = 1.5
"""Height of a row of cells [cm]."""


@dataclass(frozen=True)
class Crossing:
    """A measure by combination.

    Attributes
    ----------
    rows, columns : list of str
        Variants of the first axis, and of the others together.
    axes : tuple of str
        What rows and columns are called.
    mean, share : array (row, column)
        Mean over the draws, and share of draws in which it is 1 or more; NaN where a combination was not run.
    """

    rows: list[str]
    columns: list[str]
    axes: tuple[str, str]
    mean: NDArray[np.float64]
    share: NDArray[np.float64]


def crossing(table: pd.DataFrame, measure: str = MEASURE) -> Crossing:
    """A measure of a comparison, with the first axis down and the others across.

    Parameters
    ----------
    table : DataFrame
        Of ``comparison.csv``.
    measure : str
        Which.

    Returns
    -------
    Crossing
        In the order of the table.

    Raises
    ------
    RequestError
        If the table is not a comparison, or has no such measure.
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise RequestError("this comparison cannot be drawn", [Problem(name, "is not a column of the table") for name in missing])
    known = list(dict.fromkeys(table["measure"]))
    if measure not in known:
        raise RequestError("this comparison cannot be drawn", [Problem("measure", f"found {measure!r}; {nearest(measure, known)}")])
    names = [str(name) for name in table.columns[1 : list(table.columns).index("measure")]]
    found = table[table["measure"] == measure].drop_duplicates("combination")
    down = [str(row) for row in found[names[0]]]
    across = [", ".join(map(str, row)) for row in found[names[1:]].to_numpy()]
    rows, columns = list(dict.fromkeys(down)), list(dict.fromkeys(across))
    mean, share = np.full((2, len(rows), len(columns)), np.nan)
    for row, column, value, part in zip(down, across, found["mean"], found["share_at_least_one"], strict=True):
        mean[rows.index(row), columns.index(column)] = value
        share[rows.index(row), columns.index(column)] = part
    return Crossing(rows, columns, (names[0], ", ".join(names[1:])), mean, share)


def plot_comparison(table: pd.DataFrame, *, measure: str = MEASURE) -> Axes:
    """Draw a measure of all combinations as a heat map: the mean of the draws, and the share of draws in which it happens.

    Parameters
    ----------
    table : DataFrame
        The comparison of :func:`refugee_model.run_batch`, or ``comparison.csv``.
    measure : str
        Which measure.

    Returns
    -------
    Axes
        With one cell a combination.

    Raises
    ------
    RequestError
        If the table is not a comparison, or has no such measure.
    """
    said = crossing(table, measure)
    named = WORDS.get(measure, measure.replace("_", " ").replace(".", ", "))
    height = ROW * len(said.rows) + 4.0
    figure = Figure(figsize=(WIDTH * CM, height * CM), dpi=100, facecolor=style.WHITE)
    left, width = 4.2 / WIDTH, (WIDTH - 4.6) / WIDTH
    axes = figure.add_subplot(axes_class=Panel)
    axes.set_position((left, 0.9 / height, width, ROW * len(said.rows) / height))
    _cells(axes, said)
    _names(axes, said)
    _titles(axes, said, named)
    return axes


def _cells(axes: Axes, said: Crossing) -> None:
    style.plain(axes)
    axes.grid(visible=False)
    most = np.nanmax(said.mean, initial=0.0)
    axes.imshow(np.nan_to_num(said.mean), cmap=COLOURS, vmin=0.0, vmax=most if most > 0 else 1.0, aspect="auto")
    size = style.LABEL_SIZE if len(said.columns) <= 8 else style.FOOTER_SIZE
    for (row, column), value in np.ndenumerate(said.mean):
        share = float(said.share[row, column])
        words = f"{style.about(value)}\n{_percent(share)}" if np.isfinite(value) else "no value" if np.isfinite(share) else "not run"
        axes.text(column, row, words, ha="center", va="center", color=style.TEXT, fontsize=size, fontfamily=list(style.font_families()))


def _names(axes: Axes, said: Crossing) -> None:
    axes.set_xticks(range(len(said.columns)), said.columns)
    axes.set_yticks(range(len(said.rows)), said.rows)
    axes.tick_params(axis="x", top=True, bottom=False, labeltop=True, labelbottom=False, length=0)
    axes.tick_params(axis="y", length=0)
    if len(said.columns) > 8:
        axes.tick_params(axis="x", labelrotation=30)
    axes.spines["bottom"].set_visible(False)


def _titles(axes: Axes, said: Crossing, named: str) -> None:
    figure = figure_of(axes)
    room = HINTED * (figure.get_figwidth() - 2 * MARGIN) * figure.dpi
    reading = f"Down: {said.axes[0]}." + (f" Across: {said.axes[1]}." if said.axes[1] else "")
    reading += " Upper figure: mean of all draws. Lower figure: draws in 100 with at least 1."
    figure_text(figure, MARGIN, _title(said, named), va="top", size=style.TITLE_SIZE, weight="bold", colour=style.TEXT, width=room)
    figure_text(figure, MARGIN + 0.55, reading, va="top", size=style.SUBTITLE_SIZE, weight="normal", colour=style.GREY, width=room)


def _title(said: Crossing, named: str) -> str:
    if not np.isfinite(said.mean).any():
        return f"{named}: no value in any combination"
    low, high = np.nanmin(said.mean), np.nanmax(said.mean)
    return f"{named}: {style.about(float(low))} to {style.about(float(high))}, by combination"


def _percent(share: float) -> str:
    """Draws in 100; 0 and 100 only where it is none or all."""
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"
