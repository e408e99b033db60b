"""Bands between quantiles: what fan charts and forecasts have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from refugee_model.charts import style
from refugee_model.charts.clock import Clock
from refugee_model.charts.columns import Floats, before, quiet_after, refused, unsettled
from refugee_model.charts.labels import EndLabel
from refugee_model.wording import say, share_in_words, whole

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
