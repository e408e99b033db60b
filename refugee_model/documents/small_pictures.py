"""The two small pictures of a brief: where it is short, and how people in state accommodation grow against beds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model.charts import style
from refugee_model.charts.map import map_alone
from refugee_model.charts.picture import png, svg
from refugee_model.charts.settings import Sheet, our_settings
from refugee_model.documents.series import daily
from refugee_model.documents.story import Story
from refugee_model.errors import RequestError

SIZE = (3.6, 2.7)
"""Of a picture [inch]."""
LETTERS = 6.0
"""On it [points]."""
DPI = 220
TICKS = 6
Draw = Callable[[Axes, Story], bool]


def draw_map(axes: Axes, story: Story) -> bool:
    """The map; False where there is none."""
    peaks = story.tables.get("peaks")
    if peaks is None:
        return False
    try:
        map_alone(axes, peaks, story.scenario, story.gaps, story.words, size=LETTERS)
    except RequestError:
        return False
    return True


def draw_people(axes: Axes, story: Story) -> bool:
    """People in state accommodation by day, their range, and beds; False where that was not kept."""
    days = daily(story)
    if days.empty or "beds" not in days:
        return False
    name, at = "in_state_accommodation", np.arange(len(days))
    middle = days[name if name in days else f"{name}_middle"]
    if f"{name}_low" in days:
        axes.fill_between(at, days[f"{name}_low"], days[f"{name}_high"], color=style.LIGHT_BLUE, alpha=0.5, linewidth=0)
    axes.plot(at, middle, color=style.BLUE, linewidth=1.6)
    axes.step(at, days["beds"], where="pre", color=style.NAVY, linewidth=1.2, linestyle="--")
    style.plain(axes)
    top = float(np.nanmax(days.drop(columns=["date", "arrivals_on_day"]).to_numpy(dtype=float), initial=1.0))
    style.amounts(axes, top, ticks=4, headroom=1.05)
    axes.yaxis.set_major_formatter(lambda value, _position: story.words.whole(value))
    each = max(len(days) // TICKS, 1)
    axes.set_xticks(at[::each], [story.words.short_day(day) for day in days["date"][::each]])
    axes.tick_params(axis="both", labelsize=LETTERS)
    for text in axes.get_xticklabels():
        text.set(parse_math=False)
    return True


PICTURES: dict[str, Draw] = {"map": draw_map, "people": draw_people}
ROOM: dict[str, tuple[float, float, float, float]] = {"map": (0.0, 0.0, 1.0, 1.0), "people": (0.12, 0.1, 0.86, 0.86)}
"""Of the axes in a picture: left, bottom, width and height, as shares."""


def small_pictures(story: Story, kind: str) -> dict[str, bytes]:
    """The pictures as files of a kind, ``svg`` or ``png``; those that cannot be drawn are left out."""
    found = {}
    for name, draw in PICTURES.items():
        with our_settings():
            figure = Sheet(figsize=SIZE, dpi=100, facecolor=style.WHITE)
            if draw(figure.add_axes(ROOM[name]), story):
                found[name] = svg(figure) if kind == "svg" else png(figure, dpi=DPI)
    return found


def on_page(figure: Figure, story: Story, name: str, place: tuple[float, float, float, float]) -> bool:
    """Draw a picture on a part of a page: left, bottom, width and height, as shares; False where it cannot be."""
    left, bottom, width, height = place
    x, y, wide, high = ROOM[name]
    axes: Any = figure.add_axes((left + x * width, bottom + y * height, wide * width, high * height))
    drawn = PICTURES[name](axes, story)
    if not drawn:
        axes.remove()
    return drawn
