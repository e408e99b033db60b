"""People without a roof, night by night, and those held back at home."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model.arguments import takes
from refugee_model.views import style
from refugee_model.views.clock import Clock, read_times
from refugee_model.views.columns import Floats, before, floats, peak_of, quiet_after, require
from refugee_model.views.labels import EndLabel, end_labels, peak_label
from refugee_model.views.page import Dates, Words, open_page, shown_to, words
from refugee_model.views.settings import drawn_with_our_settings

PARTS = {
    "on_road": ("on the road", style.NAVY, style.NAVY, ""),
    "at_reception": ("at reception points", style.LIGHT_BLUE, style.BLUE, ""),
    "unsheltered": ("waiting for a bed", "#F9C5CC", style.RED, "////"),
}
"""What each part is called, colour of its bars, of its edge and label, and hatch: told apart in grey too."""
COLUMNS = ("date", *PARTS, "without_roof", "held_back")
RIGHT = 4.0
SOMEBODY = 0.5
"""Fewer people than this are nobody."""


@takes("this cannot be drawn")
@drawn_with_our_settings
def plot_nights(nights: pd.DataFrame, *, until: object = None, figure: Figure | None = None) -> NDArray[Any]:
    """Draw people without a roof on each night, by where they are, and below them people held back at home, to the same scale.

    Parameters
    ----------
    nights : DataFrame
        The night table of one projection: date, on_road, at_reception, unsheltered, without_roof, held_back [people].
    until : date, optional
        Last date shown; without it the chart ends when nearly nobody is without a roof or held back any more.
    figure : Figure, optional
        A figure to draw on; without it a new one of print size.

    Returns
    -------
    array of Axes
        People without a roof, and people held back.

    Raises
    ------
    RequestError
        If columns are missing, the table has no night or is one of many draws, or ``until`` is before it.

    Examples
    --------
    >>> plot_nights(rm.night_table(run))  # doctest: +SKIP
    """
    require(nights, COLUMNS, name="nights")
    nights = nights.sort_values("date", kind="stable")
    dates, clock = read_times(nights["date"])
    without, held_back = floats(nights["without_roof"]), floats(nights["held_back"])
    end = float(np.ceil(quiet_after(dates, without + held_back)))
    shown = before(dates, clock, until if until is not None else clock.local(end))
    page = open_page(_words(nights, shown, clock), (2, 1), figure=figure, right=RIGHT, share_x=True)
    roof, home = page.panels
    look: dict[str, Any] = {"width": 0.86, "linewidth": 0.6 if shown.sum() < 100 else 0.0}
    beneath = np.zeros(int(shown.sum()))
    for name, (_name, colour, edge, hatch) in PARTS.items():
        people = floats(nights[name])[shown]
        there = people >= SOMEBODY
        roof.bar(dates[shown][there], people[there], bottom=beneath[there], color=colour, edgecolor=edge, hatch=hatch, label=name, **look)
        beneath = beneath + people
    home.bar(dates[shown], held_back[shown], color=style.LINE, edgecolor=style.GREY, label="held_back", **look)
    highest = float(max(without[shown].max(), held_back[shown].max()))
    for axes in (roof, home):
        style.amounts(axes, highest, ticks=4, headroom=1.2)
    roof.tick_params(axis="x", labelbottom=False)
    headings = [("People without a roof", "each night at 02:00"), ("People held back at home, who want to leave", "to the same scale")]
    page.settle(headings, Dates(clock, float(dates[shown][0]) - 0.5, float(dates[shown][-1]) + 0.5))
    _label(roof, nights[shown], dates[shown], clock)
    _label_peak(home, dates[shown], held_back[shown], clock)
    end_labels(home, [EndLabel(highest / 2, _total(float(held_back.sum())), style.GREY)], width=RIGHT)
    shown_axes: NDArray[Any] = page.panels
    return shown_axes


def _words(nights: pd.DataFrame, shown: NDArray[np.bool_], clock: Clock) -> Words:
    dates, _ = read_times(nights["date"])
    without, held_back = floats(nights["without_roof"]), floats(nights["held_back"])
    worst = peak_of(without)
    title = "Nobody spends a night without a roof"
    if without[worst] >= SOMEBODY:
        nights_of_all = style.about(float(without.sum()))
        title = (
            f"{nights_of_all} person-nights without a roof; most on {clock.day(float(dates[worst]))}: {style.about(float(without[worst]))}"
        )
    if held_back.sum() >= SOMEBODY:
        title += f"; {style.about(float(held_back.sum()))} held back at home"
    reading = "Heads at 02:00: on the road; at reception points beyond their covered places; waiting for a bed beyond the transit places."
    reading += " Read both panels: a road that is full or closed moves people from the upper to the lower one."
    reading += shown_to(clock, float(dates[shown][-1]) + 0.5, float(dates[-1]) + 0.5)
    return words(nights, title, reading, clock, float(dates[0]))


def _total(nights: float) -> str:
    return f"{style.about(nights)} person-nights" if nights >= SOMEBODY else "nobody"


def _label(axes: Axes, nights: pd.DataFrame, dates: Floats, clock: Clock) -> None:
    """Name each part at the height at which it stands on the worst night, with its person-nights."""
    worst = peak_of(floats(nights["without_roof"]))
    beneath, labels = 0.0, []
    for name, (label, _colour, edge, _hatch) in PARTS.items():
        people = floats(nights[name])
        if people.sum() >= SOMEBODY:
            labels.append(EndLabel(beneath + float(people[worst]) / 2, f"{label}: {style.about(float(people.sum()))}", edge))
        beneath += float(people[worst])
    end_labels(axes, labels[::-1], width=RIGHT)
    _label_peak(axes, dates, floats(nights["without_roof"]), clock)


def _label_peak(axes: Axes, dates: Floats, people: Floats, clock: Clock) -> None:
    worst = peak_of(people)
    if people[worst] >= SOMEBODY:
        said = f"{clock.day(float(dates[worst]))}: {style.about(float(people[worst]))}"
        peak_label(axes, float(dates[worst]), float(people[worst]), said, dot=False)
