"""Bands between quantiles over time: of many projections, and of a forecast beside the reports before it and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model import wording
from refugee_model.arrays import Flags, Floats
from refugee_model.charts import style
from refugee_model.charts.clock import Clock, read_times
from refugee_model.charts.columns import (
    attribute,
    before,
    chart,
    choose,
    floats,
    highest,
    names_in,
    peak_of,
    quiet_after,
    refused,
    unsettled,
    usable_reports,
)
from refugee_model.charts.labels import EndLabel, end_labels
from refugee_model.charts.sheet import TimeChart, TimePanel, shown_to
from refugee_model.outcomes.register import LABELS, label
from refugee_model.outcomes.reports import Reports
from refugee_model.scenario.network import ALL_PROVINCES
from refugee_model.scenario.reports import REPORTED, where_reported
from refugee_model.wording import capital, say, share_in_words, whole

Band = tuple[float, Floats, Floats]
"""Share of the draws in it, its lower and its upper edge."""
RIGHT = 5.0
"""Room for the labels at the right [cm]."""
MIDDLE = 0.5
SAME = 1e-9
"""Quantiles closer than this are the same."""
SHADES = (style.PALER_BLUE, style.LIGHT_BLUE, style.MIDDLE_BLUE)
"""From the widest band to the narrowest."""


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
    """What a chart shows at each time: every quantile, the median, bands, and the median capacity where it is known."""

    times: Floats
    values: list[Floats]
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

    Returns
    -------
    Axes
        People over time.

    Examples
    --------
    >>> plot_fan(rm.capacity_table(ensemble), place="Coldmere")  # doctest: +SKIP
    """
    rows = _rows(table, place, kind)
    shown, clock, end = _fan(rows, "people", until, example="quantiles=(0.05, 0.5, 0.95)")
    named = names_in(rows, "kind")[0] if place == "total" else place
    named = label(named) if named in LABELS else say(ALL_PROVINCES) if named == ALL_PROVINCES else named
    return TimeChart(
        table=table,
        title=_title(shown, named, clock),
        reading=_reading(shown) + shown_to(clock, float(shown.times[-1]), end),
        clock=clock,
        dates=(float(shown.times[0]), float(shown.times[-1])),
        panels=[
            TimePanel(
                say("People"), lambda axes: _draw(axes, shown), lambda axes: _labels(axes, shown), ticks=6, headroom=1.1
            )
        ],
        right=RIGHT,
    ).alone(ax, figure)


def _rows(table: pd.DataFrame, place: str, kind: str | None) -> pd.DataFrame:
    rows = choose(table, "place", place)
    if kind is not None:
        rows = choose(rows, "kind", kind)
    kinds = names_in(rows, "kind")
    if len(kinds) > 1:
        raise refused("kind", f"'{place}' is of several kinds; give one of {', '.join(kinds)}")
    return rows


def _fan(rows: pd.DataFrame, column: str, until: object, *, example: str) -> tuple[Fan, Clock, float]:
    """The fan of a column up to ``until``, or some time after all curves have settled; and where the table ends."""
    levels = sorted(float(level) for level in rows["quantile"].unique())
    curves = {level: rows[rows["quantile"] == level].sort_values("time") for level in levels}
    median = next((level for level in levels if abs(level - MIDDLE) < SAME), None)
    if median is None:
        found = f"found {', '.join(map(str, levels))}, expected 0.5 among them, such as {example}"
        raise refused("quantile", found)
    times, clock = read_times(curves[median]["time"])
    drawn = [floats(own[name]) for own in curves.values() for name in (column, "capacity") if name in own]
    moving = unsettled(np.nan_to_num(np.stack(drawn, axis=1), posinf=0.0), share=0.02)
    keep = before(times, clock, until, quiet_after(times, moving.astype(float), margin=0.5))
    values = {level: floats(own[column])[keep] for level, own in curves.items()}
    capacity = floats(curves[median]["capacity"])[keep] if "capacity" in rows else None
    return Fan(times[keep], [*values.values()], values[median], bands_of(values), capacity), clock, float(times[-1])


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
        look: dict[str, Any] = {"color": style.NAVY, "linewidth": 2.0, "linestyle": "--", "zorder": 3}
        axes.step(shown.times, shown.capacity, where="pre", label="capacity", **look)
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


OF_FORECAST = ("time", "quantity", "place", "quantile", "value")


@chart("forecast_table", OF_FORECAST, many=True)
def plot_forecast(
    table: pd.DataFrame,
    reports: pd.DataFrame | Reports | None = None,
    *,
    until: object = None,
    ax: Axes | None = None,
    language: str | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw a forecast: reports so far, the cut-off, bands that hold most draws, and reports that came after.

    Parameters
    ----------
    table : DataFrame
        Of one quantity and place, as ``forecast_table`` gives it; quantiles with 0.5 among them, such as
        (0.05, 0.25, 0.5, 0.75, 0.95).
    reports : DataFrame or Reports, optional
        As ``load_reports`` gives them; those up to the cut-off are filled, later ones hollow.
    until : time, optional
        Last time shown; without it the chart ends some time after all that it shows has settled.

    Returns
    -------
    Axes
        The quantity over time.

    Examples
    --------
    >>> fan = rm.forecast_table(fc, quantiles=(0.05, 0.25, 0.5, 0.75, 0.95))  # doctest: +SKIP
    >>> rm.plot_forecast(fan, reports)  # doctest: +SKIP
    """
    what, where = _one_quantity(table)
    shown, clock, end = _fan(table, "value", until, example="(0.05, 0.25, 0.5, 0.75, 0.95)")
    times, middle, bands = shown.times, shown.middle, shown.bands
    last, cutoff = float(times[-1]), _cutoff(table, times)
    at, reported = _reported(reports, table, last)
    known = at <= cutoff + SAME
    tomorrow = int(np.argmin(np.abs(times - (cutoff + 1.0))))
    said = {"count": whole(float(middle[tomorrow])), "what": what + where}
    said |= {"time": clock.moment(cutoff + 1.0), "between": widest(bands, tomorrow)}

    def marks(axes: Axes) -> float:
        draw_bands(axes, times, bands, middle, label="middle draw")
        _points(axes, at, reported, known)
        axes.axvline(cutoff, color=style.GREY, linewidth=1.0, linestyle=":", zorder=1)
        return highest(*shown.values, reported)

    def labels(axes: Axes) -> None:
        end_labels(axes, band_labels(middle, bands, "draw"), width=RIGHT)

    first = min(float(times[0]), float(at.min(initial=times[0])))
    return TimeChart(
        table=table,
        title=say("{count} {what} by {time} in the middle draw{between}", **said),
        reading=_reading_of_forecast(clock.moment(cutoff), known, shares_in_words(bands, "draws"))
        + shown_to(clock, last, end),
        clock=clock,
        dates=(first - 0.01 * float(times[-1] - times[0]), last),  # room for the first dot
        panels=[TimePanel(capital(what), marks, labels, ticks=6, headroom=1.1)],
        right=RIGHT,
    ).alone(ax, figure)


def _one_quantity(table: pd.DataFrame) -> tuple[str, str]:
    """What a forecast is of, and where, in words; refused where it is of several quantities or places."""
    for name in ("quantity", "place"):
        if len(set(table[name])) > 1:
            raise refused(name, f"found {', '.join(names_in(table, name))}; draw one at a time")
    quantity, place = str(table["quantity"].iloc[0]), str(table["place"].iloc[0])
    return say(REPORTED.get(quantity, "{quantity}"), quantity=quantity), where_reported(quantity, place)


def _cutoff(table: pd.DataFrame, times: Floats) -> float:
    until = attribute(table, "until")
    return Clock(UTC).read(until) if until else float(times[0])


def _reported(reports: pd.DataFrame | Reports | None, table: pd.DataFrame, last: float) -> tuple[Floats, Floats]:
    """Positions and values of the reports of the quantity and place up to the end."""
    rows, place = usable_reports(reports), table["place"].iloc[0]
    there = rows["place"].isin({place, attribute(table, "area_code") or place})
    rows = rows[there & (rows["quantity"] == table["quantity"].iloc[0])]
    if rows.empty:
        return np.empty(0), np.empty(0)
    at = read_times(rows["time"])[0]
    return at[at <= last], floats(rows["value"])[at <= last]


def _reading_of_forecast(cutoff: str, known: Flags, parts: list[str]) -> str:
    reading = [say("Dotted line: cut-off, {time}.", time=cutoff)]
    reading += [say("Filled dots: reports known then.")] if known.any() else []
    reading += [say("Hollow dots: reports that came later, not used.")] if (~known).any() else []
    return " ".join([*reading, "; ".join([say("Blue line: the middle draw"), *parts]) + "."])


def _points(axes: Axes, at: Floats, reported: Floats, known: Flags) -> None:
    look: dict[str, Any] = {
        "markeredgecolor": style.NAVY,
        "markersize": 4.5,
        "markeredgewidth": 1.2,
        "zorder": 4,
        "clip_on": False,  # a dot at the right edge is shown whole
    }
    axes.plot(at[known], reported[known], "o", color=style.NAVY, label="reported before the cut-off", **look)
    axes.plot(at[~known], reported[~known], "o", color=style.WHITE, label="reported later", **look)
