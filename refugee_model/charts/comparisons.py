"""Scenarios beside each other: two on the same draws, and the combinations of a study, measure by measure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FuncFormatter, MaxNLocator

from refugee_model import wording
from refugee_model.charts import style
from refugee_model.charts.columns import attribute, floats, refused
from refugee_model.charts.picture import Panel, figure_of
from refugee_model.charts.sheet import CM, WIDTH, Words, open_page, words_of, write_words
from refugee_model.charts.style import Sheet
from refugee_model.charts.text import MARGIN
from refugee_model.charts.time_chart import chart
from refugee_model.outcomes.measures import TIME
from refugee_model.outcomes.register import label
from refugee_model.tables.comparisons import (
    BESIDE,
    CROSSED,
    MEASURE,
    OLDER,
    PAIRED,
    Crossing,
    crossing,
    headline_of,
    held_back_beside,
)
from refugee_model.wording import as_found, as_now, capital, chance_in_short, labelled, number, say, unit, whole

ENDS = list(PAIRED[4:7])
MOST = 200.0
"""Bars end here [% of a]."""


@chart("compare", PAIRED)
def plot_paired(table: pd.DataFrame, *, language: str | None = None) -> Axes:
    """Draw the differences of b from a as shares of a: the median, and from one draw in twenty to the other."""
    amounts = table[(table["unit"] != TIME) & (table["better"] != "") & (table["a"].astype(object) != 0)]
    rows = amounts[np.isfinite(amounts[[*ENDS, "a"]].to_numpy(dtype=np.float64)).all(axis=1)]
    if rows.empty:
        raise refused("difference_50", "no measure of which less or more is better has a difference to show")
    titles = {side: attribute(table, side).rstrip(".") or side for side in ("a", "b")}
    reading = say("a: {a}. b: {b}. Dot: median difference of b from a, draw by draw; line: 9 draws in 10.", **titles)
    page = open_page(
        words_of(table, _title_of_two(rows), reading, _draws(table)), (1, 1), height=6.5 + 0.75 * len(rows)
    )
    axes: Axes = page.panels[0]
    _draw(axes, rows)
    page.settle([(capital(say("difference of b, in % of the median of a")), "")], None)
    return axes


def _label(measure: str) -> str:
    return labelled(measure, measure.replace("_", " "))


def _title_of_two(rows: pd.DataFrame) -> str:
    b, a = rows["chance_b_better"], rows["chance_a_better"]
    counts = {"better": int((b > a).sum()), "worse": int((a > b).sum()), "all": len(rows)}
    return say("b is more often better in {better}, a in {worse} of {all} measures", **counts)


def _draws(table: pd.DataFrame) -> str:
    draws = attribute(table, "draws")
    return say("{draws} draws, the same of both", draws=whole(int(draws))) if draws else ""


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    base = np.abs(floats(rows["a"]))
    low, middle, high = (np.clip(100.0 * floats(rows[name]) / base, -MOST, MOST) for name in ENDS)
    places = range(len(rows))
    b_better = (rows["chance_b_better"] > rows["chance_a_better"]).to_numpy()
    colours = [style.NAVY if better else style.LIGHT_BLUE for better in b_better]
    axes.hlines(places, low, high, colors=colours, linewidth=3.0)
    axes.scatter(middle, places, c=colours, s=36.0, zorder=3)
    axes.axvline(0.0, color=style.TEXT, linewidth=1.0)
    least, most = min(low.min(), 0.0), max(high.max(), 0.0)
    axes.set_xlim(least - 0.05 * (most - least + 1e-9), most + 0.6 * (most - least + 1e-9))
    look: dict[str, Any] = {"va": "center", "fontsize": style.TICK_SIZE, "fontfamily": list(style.font_families())}
    for place, row, end in zip(places, rows.to_dict("records"), high, strict=True):
        b, a = (chance_in_short(row[f"chance_{side}_better"]) for side in ("b", "a"))
        told = say("b better {b}, a {a}", b=b, a=a)
        axes.text(max(end, 0.0), place, f"  {told}", ha="left", color=style.TEXT, **look)
    axes.set_yticks(places, [f"{_label(row['measure'])}\n[{unit(row['unit'])}]" for row in rows.to_dict("records")])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=style.LINE, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(as_now(lambda value, _position: f"{number(value)} %")))


COLOURS = LinearSegmentedColormap.from_list("amount", [style.WHITE, "#F2707F", "#7A1022"])
BLACK = "#000000"
DARK = 0.179
"""Below this luminance white can be read better than black, above it black; either has a contrast of 4.5 or more."""
ROW, TALL_ROW, LINE = 1.5, 1.9, 0.45
"""Height of a row of cells with two and with three figures, and of a line of words [cm]."""
LEAST_WIDTH, LEAST_HEIGHT = 1.9, 0.9
"""Cells smaller than this are shown without their figures [cm]."""
FILLED = 0.95
"""Names of columns that fill more of the width of a column are turned."""
HIGHEST = 100.0
"""Cells take at most this height [cm]."""


def plot_comparison(table: pd.DataFrame, *, measure: str | None = None, language: str | None = None) -> Axes:
    """Draw what ``compare`` gives measure by measure, or a measure of all combinations of a batch as a heat map.

    Parameters
    ----------
    table : DataFrame
        What ``compare`` gives, or ``run_batch(...).comparison``.
    measure : str, optional
        Of a batch: which measure; person-nights without a roof unless given.
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.

    Returns
    -------
    Axes
        Differences draw by draw; or mean of the draws, and share of draws in which it happens.

    Raises
    ------
    RequestError
        If columns are missing, or there is nothing to show.

    Examples
    --------
    >>> plot_comparison(rm.compare(plan, other))  # doctest: +SKIP
    """
    if isinstance(table, pd.DataFrame) and "chance_b_better" in table.columns:
        if measure is not None:
            said = f"found {as_found(measure)}, expected None: what compare gives is drawn with all its measures"
            raise refused("measure", said)
        return plot_paired(table, language=language)
    return _plot_combinations(table, measure=measure, language=language)


@chart("run_batch(...).comparison", CROSSED, many=True)
def _plot_combinations(table: pd.DataFrame, *, measure: str | None = None, language: str | None = None) -> Axes:
    """Draw a measure of all combinations as a heat map: mean of the draws, and share of draws in which it happens."""
    measure = headline_of(table) if measure is None else measure
    said = crossing(table, measure)
    beside = held_back_beside(table, measure)
    figure = Sheet(figsize=(WIDTH * CM, WIDTH * CM), dpi=100, facecolor=style.WHITE)
    axes = figure.add_subplot(axes_class=Panel)
    row = min(ROW if beside is None else TALL_ROW, HIGHEST / len(said.rows))
    _names(axes, said, row)
    left, _ = _overhang(axes)
    width = figure.get_figwidth() - left - 2 * MARGIN
    if max(
        float(label.get_window_extent().width) for label in axes.get_xticklabels()
    ) > FILLED * width * figure.dpi / len(said.columns):
        axes.tick_params(axis="x", labelrotation=90)
    _, above = _overhang(axes)
    legible = width / CM / len(said.columns) >= LEAST_WIDTH and row >= LEAST_HEIGHT
    _cells(axes, said, beside, words=legible)
    named = label(measure) if measure in (MEASURE, BESIDE, OLDER) else measure.replace("_", " ").replace(".", ", ")
    top, bottom = write_words(
        figure,
        _words(table, said, named, _figures(beside is not None) if legible else " " + say("Figures: comparison.csv.")),
    )
    tall = row * len(said.rows) * CM
    high = top + above + tall + bottom + MARGIN
    figure.set_figheight(high)
    axes.set_position(
        ((MARGIN + left) / figure.get_figwidth(), (bottom + MARGIN) / high, width / figure.get_figwidth(), tall / high)
    )
    return axes


def _cells(axes: Axes, said: Crossing, beside: Crossing | None, *, words: bool) -> None:
    most = np.nanmax(said.mean, initial=0.0)
    shares = np.nan_to_num(said.mean) / (most if most > 0 else 1.0)
    axes.imshow(shares, cmap=COLOURS, vmin=0.0, vmax=1.0, aspect="auto", interpolation="nearest")
    axes.set_xticks(np.arange(len(said.columns) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(said.rows) + 1) - 0.5, minor=True)
    axes.grid(
        visible=True, which="minor", axis="both", color=style.LINE, linewidth=0.8 if words else 0.3, linestyle="-"
    )
    size = style.LABEL_SIZE if len(said.columns) <= 8 else style.FOOTER_SIZE
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size, "fontfamily": list(style.font_families())}
    for (row, column), value in np.ndenumerate(said.mean) if words else ():
        share = float(said.share[row, column])
        told = (
            f"{wording.about(value)}\n{chance_in_short(share)}"
            if np.isfinite(value)
            else say("no value")
            if np.isfinite(share)
            else say("not run")
        )
        if beside is not None and np.isfinite(value):
            told = (
                f"{wording.about(value)}\n+ {wording.about(float(beside.mean[row, column]))}\n{chance_in_short(share)}"
            )
        axes.text(
            column, row, told, color=style.WHITE if _luminance(float(shares[row, column])) < DARK else BLACK, **look
        )


def _luminance(share: float) -> float:
    """How bright the colour of a share is, from 0 to 1.

    References
    ----------
    Web Content Accessibility Guidelines 2.2, relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    """
    channels = np.asarray(COLOURS(share)[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _names(axes: Axes, said: Crossing, row: float) -> None:
    style.plain(axes)
    axes.grid(visible=False)
    each_row, each_column = (max(math.ceil(part), 1) for part in (LINE / row, LINE * len(said.columns) / (WIDTH / 2)))
    axes.set_xticks(range(0, len(said.columns), each_column), said.columns[::each_column])
    axes.set_yticks(range(0, len(said.rows), each_row), said.rows[::each_row])
    axes.set_xlim(-0.5, len(said.columns) - 0.5)
    axes.set_ylim(len(said.rows) - 0.5, -0.5)
    axes.tick_params(axis="x", top=True, bottom=False, labeltop=True, labelbottom=False, length=0)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(which="minor", length=0)
    axes.spines["bottom"].set_visible(False)


def _overhang(axes: Axes) -> tuple[float, float]:
    """How far the names stand out at the left and above [inch]."""
    box, around = axes.get_window_extent(), axes.get_tightbbox(bbox_extra_artists=[])
    return (
        ((box.x0 - around.x0) / figure_of(axes).dpi, (around.y1 - box.y1) / figure_of(axes).dpi)
        if around
        else (0.0, 0.0)
    )


def _figures(three: bool) -> str:
    """What the figures of a cell are."""
    if not three:
        return " " + say("Upper figure: mean of all draws. Lower figure: in how many futures (draws) there is any.")
    return " " + say(
        "Upper figure: mean of all draws; after +: person-nights of people held back at home, who want to leave and "
        "cannot. Lower figure: in how many futures (draws) anyone is without a roof."
    )


def _words(table: pd.DataFrame, said: Crossing, named: str, figures: str) -> Words:
    study, source, digits, version = (attribute(table, name) for name in ("title", "source", "study_id", "version"))
    reading = f"{study.rstrip('.')}. " if study else ""
    reading += say("Down: {axis}.", axis=said.axes[0])
    reading += " " + say("Across: {axis}.", axis=said.axes[1]) if said.axes[1] else ""
    draws, seed, uncertain, assumed = (attribute(table, name) for name in ("draws", "seed", "uncertain", "assumed"))
    parts = (
        say("Source: {source}", source=source.rstrip(".")) if source else "",
        say(
            "Study {study}, {draws} draws a cell, seed {seed}",
            study=digits,
            draws=wording.whole(int(draws)),
            seed=seed or 0,
        )
        if digits
        else "",
        f"refugee_model {version}" if version else "",
        say(
            "Of {count} uncertain numbers, {assumed} are assumed in whole or in part",
            count=uncertain,
            assumed=assumed or 0,
        )
        if uncertain
        else "",
    )
    return Words(_title(said, named), reading + figures, ". ".join(filter(None, parts)))


def _title(said: Crossing, named: str) -> str:
    if not np.isfinite(said.mean).any():
        return say("{measure}: no value in any combination", measure=named)
    low, high = np.nanmin(said.mean), np.nanmax(said.mean)
    return say(
        "{measure}: {low} to {high}, by combination",
        measure=named,
        low=wording.about(float(low)),
        high=wording.about(float(high)),
    )
