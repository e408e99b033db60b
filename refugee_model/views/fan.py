"""Fan charts: what many projections say about one place over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model.arguments import takes
from refugee_model.errors import Problem, RequestError
from refugee_model.views import style
from refugee_model.views.bands import RIGHT, Band, bands_of, draw_bands, median_among, shares_in_words
from refugee_model.views.clock import Clock, read_times
from refugee_model.views.columns import Floats, before, choose, floats, names_in, peak_of, quiet_after, require, unsettled
from refugee_model.views.labels import EndLabel, end_labels
from refugee_model.views.page import Dates, Page, Words, on_axes, open_page, shown_to, words
from refugee_model.views.settings import drawn_with_our_settings
from refugee_model.wording import share_in_words

COLUMNS = ("time", "place", "kind", "quantile", "people")


@dataclass(frozen=True)
class Fan:
    """What the chart shows.

    Attributes
    ----------
    times : array (time,) [days]
        Positions on a date axis.
    middle : array (time,) [people]
        The median.
    bands : list of (float, array (time,), array (time,))
        Share of projections in each band, its lower and its upper edge, from the widest to the narrowest.
    capacity : array (time,) or None [people]
        The median capacity, where the table has one.
    """

    times: Floats
    middle: Floats
    bands: list[Band]
    capacity: Floats | None


@takes("this cannot be drawn")
@drawn_with_our_settings
def plot_fan(
    table: pd.DataFrame,
    *,
    place: str,
    kind: str | None = None,
    until: object = None,
    ax: Axes | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw what many projections say about the people in one place: the middle one, and bands that hold most of them.

    Parameters
    ----------
    table : DataFrame
        The capacity or movement table of an ensemble: time, place, kind, quantile, people, and capacity if known [people].
    place : str
        The place; ``all provinces`` in a capacity table, ``total`` in a movement table.
    kind : str, optional
        Kind of place; needed where several kinds have a place of this name.
    until : time, optional
        Last time shown; without it the chart ends some time after all that it shows has settled.
    ax : Axes, optional
        Axes to draw on; the footer is then left out. Room for the labels is needed at the right.
    figure : Figure, optional
        A figure to draw on; without either a new one of print size.

    Returns
    -------
    Axes
        People over time.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, the place is not in it or is of several kinds, ``until`` is before it, or
        the quantiles hold no median.

    Examples
    --------
    >>> plot_fan(rm.capacity_table(ensemble), place="Coldmere")  # doctest: +SKIP
    """
    require(table, COLUMNS, name="capacity or movement", many=True)
    rows = _rows(table, place, kind)
    shown, clock, end = _fan(rows, until)
    said = _words(table, shown, (names_in(rows, "kind")[0] if place == "total" else place).replace("_", " "), clock, end)
    page = on_axes(said, ax) if ax is not None else open_page(said, (1, 1), figure=figure, right=RIGHT)
    axes: Axes = page.panels[0]
    _draw(axes, shown)
    page.settle([("People", "")], Dates(clock, float(shown.times[0]), float(shown.times[-1])))
    _labels(page, shown)
    return axes


def _rows(table: pd.DataFrame, place: str, kind: str | None) -> pd.DataFrame:
    rows = choose(table, "place", place)
    if kind is not None:
        rows = choose(rows, "kind", kind)
    kinds = names_in(rows, "kind")
    if len(kinds) > 1:
        found = f"'{place}' is of several kinds; give one of {', '.join(kinds)}"
        raise RequestError("this cannot be drawn", [Problem("kind", found)])
    return rows


def _fan(rows: pd.DataFrame, until: object) -> tuple[Fan, Clock, float]:
    quantiles = sorted(float(value) for value in rows["quantile"].unique())
    median = median_among(quantiles, example="quantiles=(0.05, 0.5, 0.95)")
    curves = {value: rows[rows["quantile"] == value].sort_values("time") for value in quantiles}
    times, clock = read_times(curves[median]["time"])
    if until is None:
        shown = np.stack([floats(own[name]) for own in curves.values() for name in ("people", "capacity") if name in own], axis=1)
        moving = unsettled(np.nan_to_num(shown, posinf=0.0), share=0.02)
        until = clock.local(quiet_after(times, moving.astype(float), margin=0.5))
    keep = before(times, clock, until)
    people = {value: floats(own["people"])[keep] for value, own in curves.items()}
    capacity = floats(curves[median]["capacity"])[keep] if "capacity" in rows else None
    return Fan(times[keep], people[median], bands_of(people), capacity), clock, float(times[-1])


def _words(table: pd.DataFrame, shown: Fan, place: str, clock: Clock, end: float) -> Words:
    peak = peak_of(shown.middle)
    day = clock.end(float(shown.times[peak]))
    title = f"{place[:1].upper()}{place[1:]}: {style.people(shown.middle[peak])} on {day} in the middle projection"
    if shown.bands:
        share, low, high = shown.bands[0]
        between = f"{style.whole(float(low[peak]))} and {style.whole(float(high[peak]))}"
        title += f"; {share_in_words(share)} lie between {between}"
    parts = shares_in_words(shown.bands, "projections")
    reading = "Blue line: the middle projection, half are higher and half lower."
    reading += f" {'; '.join(parts)}." if parts else ""
    reading += " Dashed line: capacity (median)." if shown.capacity is not None else ""
    reading += shown_to(clock, float(shown.times[-1]), end)
    return words(table, title, reading, clock, float(shown.times[0]))


def _draw(axes: Axes, shown: Fan) -> None:
    draw_bands(axes, shown.times, shown.bands, shown.middle, label="middle projection")
    top = max([float(shown.middle.max()), *(float(high.max()) for _share, _low, high in shown.bands)])
    if shown.capacity is not None:
        axes.step(shown.times, shown.capacity, where="pre", color=style.NAVY, linewidth=2.0, linestyle="--", label="capacity", zorder=3)
        if float(np.nanmax(shown.capacity)) <= 4.0 * top:
            top = max(top, float(np.nanmax(shown.capacity)))
    style.amounts(axes, top, ticks=6, headroom=1.1)


def _labels(page: Page, shown: Fan) -> None:
    axes: Axes = page.panels[0]
    last = float(shown.middle[-1])
    labels = [EndLabel(last, f"{style.whole(last)} in the middle projection", style.BLUE)]
    if shown.bands:
        share, low, high = shown.bands[0]
        said = f"{share_in_words(share)} projections lie in the pale band: {style.whole(float(low[-1]))} to {style.whole(float(high[-1]))}"
        labels.append(EndLabel(float(high[-1]), said, style.GREY))
    if shown.capacity is not None and np.isfinite(shown.capacity[-1]):
        held = float(shown.capacity[-1])
        beyond = held > axes.get_ylim()[1]
        label = f"{style.whole(held)} capacity{', above the chart' if beyond else ''}"
        labels.append(EndLabel(min(held, axes.get_ylim()[1]), label, style.NAVY))
    end_labels(axes, labels, width=RIGHT)
