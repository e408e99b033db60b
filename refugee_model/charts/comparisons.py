"""One beside another: scenarios on the same draws, combinations of a study, forecasts and a rule without a model."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from refugee_model import wording
from refugee_model.arrays import Floats
from refugee_model.charts import style
from refugee_model.charts.columns import attribute, chart, floats, refused
from refugee_model.charts.labels import MARGIN
from refugee_model.charts.picture import Panel, figure_of
from refugee_model.charts.sheet import CM, WIDTH, Words, open_page, words_of, write_words
from refugee_model.charts.style import Sheet
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
from refugee_model.wording import as_found, capital, chance_in_short, labelled, number, say, unit, whole
from refugee_model.wording import figure as in_figures

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
    draws = attribute(table, "draws")
    footer = say("{draws} draws, the same of both", draws=whole(int(draws))) if draws else ""
    page = open_page(words_of(table, _title_of_two(rows), reading, footer), height=6.5 + 0.75 * len(rows))
    _draw(page.axes, rows)
    page.settle((capital(say("difference of b, in % of the median of a")), ""))
    return page.axes


def _title_of_two(rows: pd.DataFrame) -> str:
    b, a = rows["chance_b_better"], rows["chance_a_better"]
    counts = {"better": int((b > a).sum()), "worse": int((a > b).sum()), "all": len(rows)}
    return say("b is more often better in {better}, a in {worse} of {all} measures", **counts)


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
    names = []
    for place, row, end in zip(places, rows.to_dict("records"), high, strict=True):
        b, a = (chance_in_short(row[f"chance_{side}_better"]) for side in ("b", "a"))
        told = say("b better {b}, a {a}", b=b, a=a)
        axes.text(max(end, 0.0), place, f"  {told}", ha="left", va="center", **style.letters())
        names.append(f"{labelled(row['measure'], row['measure'].replace('_', ' '))}\n[{unit(row['unit'])}]")
    style.by_row(axes, names)
    style.amounts_across(axes, lambda value: f"{number(value)} %")


COLOURS = LinearSegmentedColormap.from_list("amount", [style.WHITE, style.LIGHT_RED, style.DARK_RED])
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
    style.cells(axes, shares, COLOURS, line=0.8 if words else 0.3)
    size = style.LABEL_SIZE if len(said.columns) <= 8 else style.FOOTER_SIZE
    for row, column in np.ndindex(shares.shape) if words else ():
        colour = style.WHITE if _luminance(float(shares[row, column])) < DARK else style.BLACK
        told = _told(said, beside, row, column)
        axes.text(column, row, told, ha="center", va="center", **style.letters(size, colour))


def _told(said: Crossing, beside: Crossing | None, row: int, column: int) -> str:
    """The figures of a cell."""
    mean, share = float(said.mean[row, column]), float(said.share[row, column])
    if not np.isfinite(mean):
        return say("no value") if np.isfinite(share) else say("not run")
    more = [] if beside is None else [f"+ {wording.about(float(beside.mean[row, column]))}"]
    return "\n".join([wording.about(mean), *more, chance_in_short(share)])


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
    each_row, each_column = (max(math.ceil(part), 1) for part in (LINE / row, LINE * len(said.columns) / (WIDTH / 2)))
    axes.set_xticks(range(0, len(said.columns), each_column), said.columns[::each_column])
    axes.set_yticks(range(0, len(said.rows), each_row), said.rows[::each_row])
    axes.set_xlim(-0.5, len(said.columns) - 0.5)
    axes.set_ylim(len(said.rows) - 0.5, -0.5)
    axes.tick_params(axis="x", top=True, bottom=False, labeltop=True, labelbottom=False, length=0)
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(False)


def _overhang(axes: Axes) -> tuple[float, float]:
    """How far the names stand out at the left and above [inch]."""
    box, around = axes.get_window_extent(), axes.get_tightbbox(bbox_extra_artists=[])
    dpi = figure_of(axes).dpi
    return ((box.x0 - around.x0) / dpi, (around.y1 - box.y1) / dpi) if around else (0.0, 0.0)


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
    parts = [say("Source: {source}", source=source.rstrip("."))] if source else []
    if digits:
        made = {"study": digits, "draws": wording.whole(int(draws)), "seed": seed or 0}
        parts.append(say("Study {study}, {draws} draws a cell, seed {seed}", **made))
    parts += [f"refugee_model {version}"] if version else []
    if uncertain:
        told = "Of {count} uncertain numbers, {assumed} are assumed in whole or in part"
        parts.append(say(told, count=uncertain, assumed=assumed or 0))
    return Words(_title(said, named), reading + figures, ". ".join(parts))


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


SKILL = ("forecasts", "rule", "ratio", "coverage_50", "coverage_90")
TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
RANGES = (("coverage_50", 50.0, style.LIGHT_BLUE, "s"), ("coverage_90", 90.0, style.NAVY, "o"))


@chart("skill_table", SKILL)
def plot_skill(table: pd.DataFrame, *, language: str | None = None, figure: Figure | None = None) -> Axes:
    """Draw the skill of forecasts: their error beside the best rule without a model, and how often their ranges held.

    Parameters
    ----------
    table : DataFrame
        What ``skill_table`` gives, by event, number of reports known, or crisis.

    Returns
    -------
    Axes
        Of the errors: left of the line at 1 the forecasts are better. The panel beside it has the shares of later
        reports within the ranges that should hold half of them, and nine in ten, marked by lines.

    Examples
    --------
    >>> rm.plot_skill(rm.skill_table(scores))  # doctest: +SKIP
    """
    ratio, names = floats(table["ratio"]), table.iloc[:, 0].map(str).tolist()
    better, rule = int((ratio < 1.0).sum()), str(table["rule"].iloc[0])
    title = say(
        "Forecasts were better than the {rule} in {better} of {all} rows", rule=rule, better=better, all=len(ratio)
    )
    reading = say("Left: error of forecasts / error of the rule; right: share of later reports within two ranges.")
    said = words_of(table, title, reading, say("{count} forecasts", count=int(table["forecasts"].sum())))
    page = open_page(said, (1, 2), figure=figure, height=7.0 + 0.85 * len(names))
    errors, held = page.panels[:2]
    _draw_errors(errors, ratio)
    _draw_held(held, table)
    for axes in (errors, held):
        style.by_row(axes, names if axes is errors else [""] * len(names))
    page.settle((say("Error / that of the rule"), ""), (say("Later reports within ranges (%)"), ""))
    return page.axes


def _draw_errors(axes: Axes, ratio: Floats) -> None:
    """Errors as parts of that of the rule, on a scale on which half and double are as far from it."""
    places, colours = np.arange(len(ratio)), [style.NAVY if one < 1.0 else style.RED for one in ratio]
    axes.hlines(places, np.minimum(ratio, 1.0), np.maximum(ratio, 1.0), color=colours, linewidth=3.0)
    axes.scatter(ratio, places, color=colours, s=45, zorder=3)
    axes.axvline(1.0, color=style.TEXT, linewidth=1.0)
    axes.set_xscale("log")
    axes.set_xlim(min(0.4, 0.8 * float(np.nanmin(ratio))), max(2.5, 1.25 * float(np.nanmax(ratio))))
    axes.set_xticks([tick for tick in TICKS if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]])
    axes.xaxis.set_major_formatter(style.in_words(in_figures))
    axes.minorticks_off()


def _draw_held(axes: Axes, table: pd.DataFrame) -> None:
    """How often ranges held, beside how often they should."""
    for column, wanted, colour, marker in RANGES:
        said = say("range of {wanted} %", wanted=in_figures(wanted))
        shares = 100.0 * floats(table[column])
        axes.scatter(shares, range(len(shares)), color=colour, s=45, marker=marker, label=said, zorder=3)
        axes.axvline(wanted, color=colour, linewidth=1.0, linestyle=":")
    axes.set_xlim(-3.0, 103.0)
    style.legend(axes, frameon=False, fontsize=style.TICK_SIZE, loc="best")
