"""Bands between quantiles: what fan charts and forecasts have in common."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes

from refugee_model.charts import style
from refugee_model.charts.columns import Floats
from refugee_model.errors import Problem, RequestError
from refugee_model.wording import share_in_words

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
    """The quantile that is the median.

    Parameters
    ----------
    quantiles : list of float
        Found in a table.
    example : str
        What could stand there instead.

    Returns
    -------
    float
        One of them.

    Raises
    ------
    RequestError
        If 0.5 is not among them.
    """
    median = next((level for level in quantiles if abs(level - MIDDLE) < SAME), None)
    if median is None:
        found = f"found {', '.join(map(str, quantiles))}, expected 0.5 among them, such as {example}"
        raise RequestError("this cannot be drawn", [Problem("quantile", found)])
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
    shades = ["pale"] if count == 1 else ["pale", *["middle"] * (count - 2), "darker"][:count]
    return [f"{share_in_words(share)} {what} lie in the {shade} band" for (share, _low, _high), shade in zip(bands, shades, strict=True)]


def draw_bands(axes: Axes, times: Floats, bands: list[Band], middle: Floats, *, label: str) -> None:
    """Shade the bands, and draw the median over them."""
    for number, (share, low, high) in enumerate(bands):
        colour = SHADES[min(number, len(SHADES) - 1)]
        axes.fill_between(times, low, high, color=colour, linewidth=0, label=share_in_words(share))
    axes.plot(times, middle, color=style.BLUE, linewidth=2.0, label=label, zorder=3)
