"""Bands between quantiles: what fan charts and forecasts have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from refugee_model import wording
from refugee_model.charts import style
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.columns import (
    Floats,
    before,
    choose,
    floats,
    names_in,
    peak_of,
    quiet_after,
    refused,
    unsettled,
)
from refugee_model.charts.labels import EndLabel, end_labels
from refugee_model.charts.sheet import shown_to
from refugee_model.charts.time_chart import Panel, TimeChart, chart
from refugee_model.outcomes.register import LABELS, label
from refugee_model.scenario.network import ALL_PROVINCES
from refugee_model.wording import capital, say, share_in_words, whole

Band = tuple[float, Floats, Floats]
"""Share of the draws in it, its lower and its upper edge."""
RIGHT = 5.0
"""Room for the labels at the right [cm]."""
MIDDLE = 0.5
SAME = 1e-9
"""Quantiles closer than this are the same."""
SHADES = ("#D6E7F7", style.LIGHT_BLUE, "#5C9BE0")
"""From the widest band to the narrowest."""


def median_among(quantiles: list[float], *, example: str) -> float:
    """The quantile among some that is the median; refused if there is none, with an example of quantiles."""
    median = next((level for level in quantiles if abs(level - MIDDLE) < SAME), None)
    if median is None:
        found = f"found {', '.join(map(str, quantiles))}, expected 0.5 among them, such as {example}"
        raise refused("quantile", found)
    return median


def middle_of(values: Mapping[float, Floats]) -> Floats:
    """The median of values by quantile."""
    return next(found for level, found in values.items() if abs(level - MIDDLE) < SAME)


def bands_of(values: Mapping[float, Floats]) -> list[Band]:
    """Bands between quantiles that lie as far from either end, from the widest to the narrowest."""
    bands = []
    for low in sorted(level for level in values if level < MIDDLE - SAME):
        high = next((level for level in values if abs(level - (1.0 - low)) < SAME), None)
        if high is not None:
            bands.append((high - low, values[low], values[high]))
    return bands


def shares_in_words(bands: list[Band], what: str) -> list[str]:
    """How many of what lie in each band, said with its shade."""
    count = len(bands)
    pale, darker = "{share} {what} lie in the pale band", "{share} {what} lie in the darker band"
    shades = [pale, *["{share} {what} lie in the middle band"] * (count - 2), darker][:count]
    return [
        say(shade, share=share_in_words(share), what=say(what))
        for (share, _low, _high), shade in zip(bands, shades, strict=True)
    ]


def draw_bands(axes: Axes, times: Floats, bands: list[Band], middle: Floats, *, label: str) -> None:
    """Shade the bands, and draw the median over them."""
    for number, (share, low, high) in enumerate(bands):
        colour = SHADES[min(number, len(SHADES) - 1)]
        axes.fill_between(times, low, high, color=colour, linewidth=0, label=share_in_words(share))
    axes.plot(times, middle, color=style.BLUE, linewidth=2.0, label=label, zorder=3)


def settled(times: Floats, clock: Clock, until: object, values: Sequence[Floats]) -> NDArray[np.bool_]:
    """Which times are shown: up to ``until``, or else some time after all curves have settled, array (time,)."""
    moving = unsettled(np.nan_to_num(np.stack(values, axis=1), posinf=0.0), share=0.02)
    return before(times, clock, until, quiet_after(times, moving.astype(float), margin=0.5))


def widest(bands: list[Band], at: int) -> str:
    """Between what most lie at one time, to follow a title; empty without bands."""
    said = ["; " + say("{share} lie between {low} and {high}", **_ends(band, at)) for band in bands[:1]]
    return "".join(said)


def band_labels(middle: Floats, bands: list[Band], what: str) -> list[EndLabel]:
    """Labels of the median and of the widest band at the end; ``what`` there are many of, such as projections."""
    last = float(middle[-1])
    labels = [EndLabel(last, say(f"{{count}} in the middle {what}", count=whole(last)), style.BLUE)]
    for band in bands[:1]:
        said = say("{share} {what} lie in the pale band: {low} to {high}", what=say(f"{what}s"), **_ends(band, -1))
        labels.append(EndLabel(float(band[2][-1]), said, style.GREY))
    return labels


def _ends(band: Band, at: int) -> dict[str, str]:
    share, low, high = band
    return {"share": share_in_words(share), "low": whole(float(low[at])), "high": whole(float(high[at]))}


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
