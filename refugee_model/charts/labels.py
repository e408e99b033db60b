"""Words beside what they name, in place of a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray

from refugee_model.charts import style
from refugee_model.charts.picture import figure_of
from refugee_model.charts.text import text_at, wrap

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EndLabel:
    """A label at the right end of a line that ends at a height."""

    height: float
    said: str
    colour: str = style.TEXT


def halo(text: Text, colour: str = style.WHITE) -> None:
    """Draw an edge of the colour of the ground around letters, so that they can be read on a line."""
    text.set_path_effects([withStroke(linewidth=2.5, foreground=colour)])


def peak_label(
    axes: Axes,
    x: float,
    y: float,
    said: str,
    *,
    colour: str = style.TEXT,
    dot: bool = True,
    size: float = style.LABEL_SIZE,
) -> Text:
    """Mark a point of axes that have their final place, and write above it, inside their width."""
    if dot:
        axes.plot([x], [y], "o", color=colour, markersize=5, markeredgecolor=style.WHITE, zorder=5, clip_on=False)
    text = text_at(axes, (0.0, 0.0), (0.0, 0.0), said, size=size, colour=colour, weight="bold")
    box = axes.get_window_extent()
    wrap(text, max(box.width * 0.98, 60.0))
    place = axes.transData.transform((x, y))
    wide = text.get_window_extent().width
    left = min(max(place[0] - wide / 2, box.x0), max(box.x1 - wide, box.x0))
    points = 72.0 / figure_of(axes).dpi
    text.xyann = ((left - box.x0) * points, (place[1] - box.y0) * points + 5.0)  # type: ignore[attr-defined]
    halo(text)
    text.set_zorder(6)
    return text


def end_labels(axes: Axes, labels: Sequence[EndLabel], *, width: float) -> list[Text]:
    """Write labels in so many cm at the right of axes, each as close to its height as the others allow."""
    points = 72.0 / figure_of(axes).dpi
    texts = [
        text_at(
            axes,
            (1.0, 0.0),
            (5.0, 0.0),
            label.said,
            colour=label.colour,
            weight="bold",
            width=(width - 0.2) / 2.54 * 72.0 / points,
        )
        for label in labels
    ]
    high = np.array([float(text.get_window_extent().height) * points + 2.0 for text in texts])
    box = axes.get_window_extent()
    wanted = np.array([(axes.transData.transform((0.0, label.height))[1] - box.y0) * points for label in labels])
    for text, middle, size in zip(texts, spread(wanted, high, box.height * points), high, strict=True):
        text.xyann = (5.0, float(middle - size / 2 + 1.0))  # type: ignore[attr-defined]
    return texts


def spread(wanted: Floats, sizes: Floats, length: float) -> Floats:
    """Middles of boxes on a line from 0 to a length that do not overlap and stay near where they are wanted.

    Examples
    --------
    >>> spread(np.array([0.0, 1.0]), np.array([10.0, 10.0]), 100.0).tolist()
    [5.0, 15.0]
    """
    order = np.argsort(wanted, kind="stable")
    placed: Floats = np.clip(wanted.astype(float), sizes / 2, np.maximum(length - sizes / 2, sizes / 2))
    for low, high in pairwise(order):
        placed[high] = max(placed[high], placed[low] + (sizes[low] + sizes[high]) / 2)
    limit = max(length, float(sizes.sum()))
    for number in order[::-1]:
        placed[number] = min(placed[number], limit - sizes[number] / 2)
        limit = placed[number] - sizes[number] / 2
    return placed
