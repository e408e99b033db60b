"""Fan charts: what many projections say about one place over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model import wording
from refugee_model.charts import style
from refugee_model.charts.bands import (
    RIGHT,
    Band,
    band_labels,
    bands_of,
    draw_bands,
    median_among,
    settled,
    shares_in_words,
    widest,
)
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.columns import Floats, choose, floats, names_in, peak_of, refused
from refugee_model.charts.labels import EndLabel, end_labels
from refugee_model.charts.sheet import shown_to
from refugee_model.charts.time_chart import Panel, TimeChart, chart
from refugee_model.outcomes.register import LABELS, label
from refugee_model.scenario.network import ALL_PROVINCES
from refugee_model.wording import capital, say

COLUMNS = ("time", "place", "kind", "quantile", "people")


@dataclass(frozen=True)
class Fan:
    """What the chart shows at each time: the median, bands, and the median capacity where it is known."""

    times: Floats
    middle: Floats
    bands: list[Band]
    capacity: Floats | None


@chart("capacity_table or movement_table", COLUMNS, many=True)
def plot_fan(
    table: pd.DataFrame,
    *,
    place: str,
    kind: str | None = None,
    until: object = None,
    ax: Axes | None = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw what many projections say about the people in one place: the middle one, and bands that hold most of them.

    Parameters
    ----------
    table : DataFrame
        The capacity or movement table of an ensemble: time, place, kind, quantile, people [people], and
        capacity [people] where it is known.
    place : str
        The place; ``all provinces`` in a capacity table, ``total`` in a movement table.
    kind : str, optional
        Kind of place; needed where several kinds have a place of this name.
    until : time, optional
        Last time shown; without it the chart ends some time after all that it shows has settled.
    ax : Axes, optional
        Axes to draw on; the footer is then left out. Room for the labels is needed at the right.
    language : str, optional
        Of the words on it; the one spoken now, English, unless given.
    figure : Figure, optional
        A figure to draw on; without either a new one of print size.

    Returns
    -------
    Axes
        People over time.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, the place is not in it or is of several kinds, ``until`` is before
        it, or the quantiles hold no median.

    Examples
    --------
    >>> plot_fan(rm.capacity_table(ensemble), place="Coldmere")  # doctest: +SKIP
    """
    rows = _rows(table, place, kind)
    shown, clock, end = _fan(rows, until)
    named = names_in(rows, "kind")[0] if place == "total" else place
    named = label(named) if named in LABELS else say(ALL_PROVINCES) if named == ALL_PROVINCES else named
    axes: Axes = TimeChart(
        table=table,
        title=_title(shown, named, clock),
        reading=_reading(shown) + shown_to(clock, float(shown.times[-1]), end),
        clock=clock,
        dates=(float(shown.times[0]), float(shown.times[-1])),
        panels=[
            Panel(
                say("People"), lambda axes: _draw(axes, shown), lambda axes: _labels(axes, shown), ticks=6, headroom=1.1
            )
        ],
        right=RIGHT,
    ).draw(ax=ax, figure=figure)[0]
    return axes


def _rows(table: pd.DataFrame, place: str, kind: str | None) -> pd.DataFrame:
    rows = choose(table, "place", place)
    if kind is not None:
        rows = choose(rows, "kind", kind)
    kinds = names_in(rows, "kind")
    if len(kinds) > 1:
        raise refused("kind", f"'{place}' is of several kinds; give one of {', '.join(kinds)}")
    return rows


def _fan(rows: pd.DataFrame, until: object) -> tuple[Fan, Clock, float]:
    quantiles = sorted(float(value) for value in rows["quantile"].unique())
    median = median_among(quantiles, example="quantiles=(0.05, 0.5, 0.95)")
    curves = {value: rows[rows["quantile"] == value].sort_values("time") for value in quantiles}
    times, clock = read_times(curves[median]["time"])
    keep = settled(
        times,
        clock,
        until,
        [floats(own[name]) for own in curves.values() for name in ("people", "capacity") if name in own],
    )
    people = {value: floats(own["people"])[keep] for value, own in curves.items()}
    capacity = floats(curves[median]["capacity"])[keep] if "capacity" in rows else None
    return Fan(times[keep], people[median], bands_of(people), capacity), clock, float(times[-1])


def _title(shown: Fan, place: str, clock: Clock) -> str:
    peak = peak_of(shown.middle)
    people, day = wording.people(shown.middle[peak]), clock.end(float(shown.times[peak]))
    said = say("{place}: {people} on {day} in the middle projection", place=capital(place), people=people, day=day)
    return said + widest(shown.bands, peak)


def _reading(shown: Fan) -> str:
    parts = shares_in_words(shown.bands, "projections")
    reading = say("Blue line: the middle projection, half are higher and half lower.")
    reading += f" {'; '.join(parts)}." if parts else ""
    return reading + (" " + say("Dashed line: capacity (median).") if shown.capacity is not None else "")


def _draw(axes: Axes, shown: Fan) -> float:
    draw_bands(axes, shown.times, shown.bands, shown.middle, label="middle projection")
    top = max([float(shown.middle.max()), *(float(high.max()) for _share, _low, high in shown.bands)])
    if shown.capacity is not None:
        axes.step(
            shown.times,
            shown.capacity,
            where="pre",
            color=style.NAVY,
            linewidth=2.0,
            linestyle="--",
            label="capacity",
            zorder=3,
        )
        if float(np.nanmax(shown.capacity)) <= 4.0 * top:
            top = max(top, float(np.nanmax(shown.capacity)))
    return top


def _labels(axes: Axes, shown: Fan) -> None:
    labels = band_labels(shown.middle, shown.bands, "projection")
    if shown.capacity is not None and np.isfinite(shown.capacity[-1]):
        held = float(shown.capacity[-1])
        beyond = held > axes.get_ylim()[1]
        template = "{count} capacity, above the chart" if beyond else "{count} capacity"
        said = say(template, count=wording.whole(held))
        labels.append(EndLabel(min(held, axes.get_ylim()[1]), said, style.NAVY))
    end_labels(axes, labels, width=RIGHT)
