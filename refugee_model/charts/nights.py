"""People without a roof, night by night, and those held back at home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model import wording
from refugee_model.arrays import Floats
from refugee_model.charts import style
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.columns import before, chart, floats, highest, peak_of, quiet_after
from refugee_model.charts.labels import EndLabel, end_labels, peak_label
from refugee_model.charts.sheet import TimeChart, TimePanel, shown_to
from refugee_model.outcomes.register import label
from refugee_model.wording import SOME, say

PARTS = {
    "on_road": (style.NAVY, style.NAVY, ""),
    "at_reception": (style.LIGHT_BLUE, style.BLUE, ""),
    "unsheltered": (style.PALE_RED, style.RED, "////"),
}
"""Colour of the bars of each part, of its edge and label, and hatch: told apart in grey too."""
RIGHT = 4.0
READING = (
    "Heads at 02:00: on the road; at reception points beyond their covered places; waiting for a bed beyond the transit"
    " places."
    " Read both panels: a road that is full or closed moves people from the upper to the lower one."
)


@chart("night_table", ("date", *PARTS, "without_roof", "held_back"))
def plot_nights(
    nights: pd.DataFrame, *, until: object = None, language: str | None = None, figure: Figure | None = None
) -> NDArray[Any]:
    """Draw people without a roof on each night by where they are, and below them people held back, to the same scale.

    Parameters
    ----------
    nights : DataFrame
        The night table of one projection: date, on_road, at_reception, unsheltered, without_roof, held_back [people].
    until : date, optional
        Last date shown; without it the chart ends when nearly nobody is without a roof or held back any more.

    Returns
    -------
    array of Axes
        People without a roof, and people held back.

    Examples
    --------
    >>> plot_nights(rm.night_table(run))  # doctest: +SKIP
    """
    nights = nights.sort_values("date", kind="stable")
    dates, clock = read_times(nights["date"])
    without, held_back = floats(nights["without_roof"]), floats(nights["held_back"])
    shown = before(dates, clock, until, float(np.ceil(quiet_after(dates, without + held_back))))
    most, rows, days = highest(without[shown], held_back[shown]), nights[shown], dates[shown]
    look: dict[str, Any] = {"width": 0.86, "linewidth": 0.6 if len(days) < 100 else 0.0}

    def roof(axes: Axes) -> float:
        _draw_parts(axes, rows, days, look)
        return most

    def home(axes: Axes) -> float:
        axes.bar(days, held_back[shown], color=style.LINE, edgecolor=style.GREY, label="held_back", **look)
        return most

    def label_roof(axes: Axes) -> None:
        _name_parts(axes, rows)
        _label_peak(axes, days, without[shown], clock)

    def label_home(axes: Axes) -> None:
        _label_peak(axes, days, held_back[shown], clock)
        nobody = held_back.sum() < SOME
        total = say("nobody") if nobody else say("{nights} person-nights", nights=wording.about(float(held_back.sum())))
        end_labels(axes, [EndLabel(most / 2, total, style.GREY)], width=RIGHT)

    last, end = float(days[-1]) + 0.5, float(dates[-1]) + 0.5
    return TimeChart(
        table=nights,
        title=_title(dates, without, held_back, clock),
        reading=say(READING) + shown_to(clock, last, end),
        clock=clock,
        dates=(float(days[0]) - 0.5, last),
        panels=(
            TimePanel(label("without_roof"), roof, label_roof, say("each night at 02:00"), ticks=4, headroom=1.2),
            TimePanel(label("held_back"), home, label_home, say("to the same scale"), ticks=4, headroom=1.2),
        ),
        right=RIGHT,
    ).draw(figure)


def _draw_parts(axes: Axes, nights: pd.DataFrame, dates: Floats, look: Mapping[str, Any]) -> None:
    """Stack the bars of the parts."""
    beneath = np.zeros(len(dates))
    for name, (colour, edge, hatch) in PARTS.items():
        people = floats(nights[name])
        there = people >= SOME
        own: dict[str, Any] = {"color": colour, "edgecolor": edge, "hatch": hatch, "label": name, **look}
        axes.bar(dates[there], people[there], bottom=beneath[there], **own)
        beneath = beneath + people


def _title(dates: Floats, without: Floats, held_back: Floats, clock: Clock) -> str:
    worst = peak_of(without)
    title = say("Nobody spends a night without a roof")
    if without[worst] >= SOME:
        title = say(
            "{nights} person-nights without a roof; most on {day}: {most}",
            nights=wording.about(float(without.sum())),
            day=clock.day(float(dates[worst])),
            most=wording.about(float(without[worst])),
        )
    if held_back.sum() < SOME:
        return title
    return title + "; " + say("{nights} held back at home", nights=wording.about(float(held_back.sum())))


def _name_parts(axes: Axes, nights: pd.DataFrame) -> None:
    """Name each part at the height at which it stands on the worst night, with its person-nights."""
    worst = peak_of(floats(nights["without_roof"]))
    beneath, labels = 0.0, []
    for name, (_colour, edge, _hatch) in PARTS.items():
        people = floats(nights[name])
        if people.sum() >= SOME:
            said = f"{label(name)}: {wording.about(float(people.sum()))}"
            labels.append(EndLabel(beneath + float(people[worst]) / 2, said, edge))
        beneath += float(people[worst])
    end_labels(axes, labels[::-1], width=RIGHT)


def _label_peak(axes: Axes, dates: Floats, people: Floats, clock: Clock) -> None:
    worst = peak_of(people)
    if people[worst] >= SOME:
        said = f"{clock.day(float(dates[worst]))}: {wording.about(float(people[worst]))}"
        peak_label(axes, float(dates[worst]), float(people[worst]), said, dot=False)
