"""A forecast beside the reports: what was known, what is foretold, and what came after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model.arguments import takes
from refugee_model.errors import Problem, RequestError
from refugee_model.quantities import REPORTED
from refugee_model.views import style
from refugee_model.views.bands import RIGHT, SAME, bands_of, draw_bands, median_among, middle_of, shares_in_words
from refugee_model.views.clock import Clock, read_times
from refugee_model.views.columns import Floats, attribute, before, floats, names_in, quiet_after, require, unsettled
from refugee_model.views.labels import EndLabel, end_labels
from refugee_model.views.page import Dates, Page, Words, on_axes, open_page, shown_to, words
from refugee_model.views.settings import drawn_with_our_settings
from refugee_model.wording import share_in_words

COLUMNS = ("time", "quantity", "place", "quantile", "value")


@takes("this cannot be drawn")
@drawn_with_our_settings
def plot_forecast(
    table: pd.DataFrame,
    reports: pd.DataFrame | None = None,
    *,
    until: object = None,
    ax: Axes | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw a forecast: reports so far, the cut-off, bands that hold most draws, and reports that came after.

    Parameters
    ----------
    table : DataFrame
        Of one quantity and place, as ``forecast_table`` gives it; quantiles with 0.5 among them, such as (0.05, 0.25, 0.5, 0.75, 0.95).
    reports : DataFrame, optional
        As ``load_reports`` gives them; those up to the cut-off are filled, later ones hollow.
    until : time, optional
        Last time shown; without it the chart ends some time after all that it shows has settled.
    ax : Axes, optional
        Axes to draw on; the footer is then left out. Room for the labels is needed at the right.
    figure : Figure, optional
        A figure to draw on; without either a new one of print size.

    Returns
    -------
    Axes
        The quantity over time.

    Raises
    ------
    RequestError
        If columns are missing, the table is empty, of several quantities or places, or its quantiles hold no median.

    Examples
    --------
    >>> fan = rm.forecast_table(fc, quantiles=(0.05, 0.25, 0.5, 0.75, 0.95))  # doctest: +SKIP
    >>> rm.plot_forecast(fan, reports)  # doctest: +SKIP
    """
    require(table, COLUMNS, name="forecast", many=True)
    if reports is not None:
        require(reports, ("time", "quantity", "value"), name="reports")
    for name in ("quantity", "place"):
        if len(set(table[name])) > 1:
            found = f"found {', '.join(map(str, names_in(table, name)))}; draw one at a time"
            raise RequestError("this cannot be drawn", [Problem(name, found)])
    curves = {float(level): table[table["quantile"] == level].sort_values("time") for level in sorted(table["quantile"].unique())}
    median_among(list(curves), example="(0.05, 0.25, 0.5, 0.75, 0.95)")
    times, clock = read_times(next(iter(curves.values()))["time"])
    values = {level: floats(rows["value"]) for level, rows in curves.items()}
    if until is None:
        moving = unsettled(np.stack(list(values.values()), axis=1), share=0.02)
        until = clock.local(quiet_after(times, moving.astype(float), margin=0.5))
    keep = before(times, clock, until)
    end = float(times[-1])
    times, values = times[keep], {level: found[keep] for level, found in values.items()}
    cutoff = _cutoff(table, times)
    at, reported = _reported(reports, table, float(times[-1]))
    known = at <= cutoff + SAME
    said = _words(table, times, values, (cutoff, end), clock, known)
    page = on_axes(said, ax) if ax is not None else open_page(said, (1, 1), figure=figure, right=RIGHT)
    axes: Axes = page.panels[0]
    draw_bands(axes, times, bands_of(values), middle_of(values), label="middle draw")
    _points(axes, at, reported, known)
    axes.axvline(cutoff, color=style.GREY, linewidth=1.0, linestyle=":", zorder=1)
    highest = max(float(max(found.max() for found in values.values())), float(reported.max(initial=0.0)))
    style.amounts(axes, highest, ticks=6, headroom=1.1)
    first = min(float(times[0]), float(at.min(initial=times[0]))) - 0.01 * float(times[-1] - times[0])  # room for the first dot
    what = REPORTED.get(str(table["quantity"].iloc[0]), str(table["quantity"].iloc[0]))
    page.settle([(what[:1].upper() + what[1:], "")], Dates(clock, first, float(times[-1])))
    _labels(page, values)
    return axes


def _cutoff(table: pd.DataFrame, times: Floats) -> float:
    until = attribute(table, "until")
    return float(read_times(pd.Series([pd.Timestamp(until)]).dt.tz_convert(table["time"].dt.tz))[0][0]) if until else float(times[0])


def _reported(reports: pd.DataFrame | None, table: pd.DataFrame, last: float) -> tuple[Floats, Floats]:
    if reports is None:
        return np.empty(0), np.empty(0)
    chosen = reports["quantity"] == table["quantity"].iloc[0]
    place = reports["place"].astype(object).where(reports["place"].notna(), "") if "place" in reports else ""
    chosen &= (place == table["place"].iloc[0]) | ((place != "") & (place == attribute(table, "area_code")))
    if "usable" in reports:
        chosen &= reports["usable"].isin([True, "yes", "true", "True"])
    rows = reports[chosen]
    if rows.empty:
        return np.empty(0), np.empty(0)
    at = read_times(rows["time"].dt.tz_convert(table["time"].dt.tz))[0]
    shown = at <= last
    return at[shown], floats(rows["value"])[shown]


def _words(table: pd.DataFrame, times: Floats, values: dict[float, Floats], ends: tuple[float, float], clock: Clock, known: Any) -> Words:
    (cutoff, end), bands = ends, bands_of(values)
    what = REPORTED.get(str(table["quantity"].iloc[0]), str(table["quantity"].iloc[0]))
    place = str(table["place"].iloc[0])
    what = f"{what} in {place}" if place else what
    day = int(np.argmin(np.abs(times - (cutoff + 1.0))))
    title = f"{style.whole(float(middle_of(values)[day]))} {what} by {clock.moment(cutoff + 1.0)} in the middle draw"
    if bands:
        share, low, high = bands[0]
        title += f"; {share_in_words(share)} lie between {style.whole(float(low[day]))} and {style.whole(float(high[day]))}"
    parts = shares_in_words(bands, "draws")
    reading = f"Dotted line: cut-off, {clock.moment(cutoff)}. "
    reading += "Filled dots: reports known then. " if known.any() else ""
    reading += "Hollow dots: reports that came later, not used. " if (~known).any() else ""
    reading += "Blue line: the middle draw" + (f"; {'; '.join(parts)}." if parts else ".")
    reading += shown_to(clock, float(times[-1]), end)
    return words(table, title, reading, clock, float(times[0]))


def _points(axes: Axes, at: Floats, reported: Floats, known: Any) -> None:
    look: dict[str, Any] = {"markeredgecolor": style.NAVY, "markersize": 4.5, "markeredgewidth": 1.2, "zorder": 4}
    axes.plot(at[known], reported[known], "o", color=style.NAVY, label="reported before the cut-off", **look)
    axes.plot(at[~known], reported[~known], "o", color=style.WHITE, label="reported later", **look)


def _labels(page: Page, values: dict[float, Floats]) -> None:
    last, bands = float(middle_of(values)[-1]), bands_of(values)
    labels = [EndLabel(last, f"{style.whole(last)} in the middle draw", style.BLUE)]
    if bands:
        share, low, high = bands[0]
        said = f"{share_in_words(share)} draws lie in the pale band: {style.whole(float(low[-1]))} to {style.whole(float(high[-1]))}"
        labels.append(EndLabel(float(high[-1]), said, style.GREY))
    end_labels(page.panels[0], labels, width=RIGHT)
