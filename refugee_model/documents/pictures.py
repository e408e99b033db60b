"""What is drawn day by day, as small pictures of a brief and as the pictures of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from refugee_model.charts import style
from refugee_model.charts.arrivals import plot_arrivals
from refugee_model.charts.fan import plot_fan
from refugee_model.charts.map import map_alone, plot_map
from refugee_model.charts.occupancy import plot_occupancy
from refugee_model.charts.picture import figure_of, png, png_address, svg, svg_address
from refugee_model.charts.risk import plot_risk_calendar
from refugee_model.charts.style import Sheet, our_settings
from refugee_model.documents.story import LEVELS, Story
from refugee_model.errors import RequestError
from refugee_model.memory import letting_go
from refugee_model.scenario.network import ALL_PROVINCES, STATE_ACCOMMODATION

NAMES = dict(zip(LEVELS, ("low", "middle", "high"), strict=True))


def daily(story: Story) -> pd.DataFrame:
    """What is drawn of a story, as :func:`by_day` gives it; empty where it was not kept."""
    arrivals = story.tables.get("arrivals")
    return pd.DataFrame() if arrivals is None else by_day(arrivals, story.tables.get("capacity"))


def by_day(arrivals: pd.DataFrame, capacity: pd.DataFrame | None) -> pd.DataFrame:
    """One row a day: date, arrivals_on_day, in_state_accommodation and beds; of many draws low, middle and high.

    Arrivals of a day are differences of totals: of many draws those of the quantiles of the total, which is near to,
    and not the same as, a quantile of the day, so only the middle is given.
    """
    if len(arrivals) < 2:
        return pd.DataFrame()
    many = "quantile" in arrivals
    middle = arrivals[arrivals["quantile"] == 0.5] if many else arrivals
    columns: dict[str, object] = {"date": [(time - pd.Timedelta(seconds=1)).date() for time in middle["time"]]}
    columns["arrivals_on_day"] = middle["arrived"].diff().clip(lower=0.0).to_numpy()
    for level, name in NAMES.items() if many else {0.5: ""}.items():
        own = arrivals[arrivals["quantile"] == level] if many else arrivals
        columns[f"in_state_accommodation{'_' + name if name else ''}"] = own["in_state_accommodation"].to_numpy()
    if capacity is not None:
        own = capacity[(capacity["kind"] == STATE_ACCOMMODATION)]
        own = own[own["quantile"] == 0.5] if many else own
        beds = own.groupby("time", sort=True)["capacity"].sum()
        columns["beds"] = beds.reindex(middle["time"]).to_numpy()
    return pd.DataFrame(columns).iloc[1:].reset_index(drop=True)


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


MAP, FAN, RISK, ARRIVALS, OCCUPANCY = "map", "fan", "risk", "arrivals", "occupancy"
MOST_SHAPES = 60
"""Provinces up to which pictures are shapes; of more they are dots, so that a page stays small."""


def _beds_on_the_map(story: Story, **options: Any) -> Any:
    """The map of a story; None where no province has a place on one, or the draws kept no people by place."""
    peaks = story.tables.get("peaks")
    if peaks is None:
        return None
    try:
        return plot_map(peaks, story.scenario, gaps=story.gaps, language=story.words.code, **options)
    except RequestError:
        return None


def draw_fan(story: Story, **options: Any) -> Any:
    """People in state accommodation over time against beds: a fan of many draws, or the one line."""
    if "capacity" not in story.tables:
        return None
    if story.draws is None:
        return plot_occupancy(story.tables["capacity"], **options)
    return plot_fan(story.fan, place=ALL_PROVINCES, **options)


def are_shapes(story: Story) -> bool:
    """Whether the pictures of a page are shapes; of very many provinces they are dots."""
    return len(story.scenario.aid.provinces) <= MOST_SHAPES


def pictures_of(story: Story) -> dict[str, str]:
    """Pictures by name, each as the address of an SVG or a PNG that holds the picture itself."""
    drawn: dict[str, Callable[[], Any]] = {MAP: lambda: _beds_on_the_map(story)}
    if "capacity" in story.tables:
        drawn[FAN if story.draws else OCCUPANCY] = lambda: draw_fan(story)
    if story.draws is None:
        drawn[ARRIVALS] = lambda: plot_arrivals(story.tables["arrivals"])
    elif "capacity" in story.tables:
        drawn[RISK] = lambda: plot_risk_calendar(story.tables["capacity"])
    with letting_go(), story.words.spoken():
        return dict(_addresses(drawn, svg_address if are_shapes(story) else png_address))


def _addresses(drawn: dict[str, Callable[[], Any]], address: Callable[[Figure], str]) -> Iterator[tuple[str, str]]:
    for name, draw in drawn.items():
        axes = draw()
        if axes is not None:
            yield name, Markup(address(figure_of(axes)))
