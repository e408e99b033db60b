"""The pictures of a report: where, how many, when."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from refugee_model.charts.arrivals import plot_arrivals
from refugee_model.charts.fan import plot_fan
from refugee_model.charts.map import plot_map
from refugee_model.charts.occupancy import plot_occupancy
from refugee_model.charts.picture import figure_of, png_address, svg_address
from refugee_model.charts.risk import plot_risk_calendar
from refugee_model.documents.story import Story
from refugee_model.errors import RequestError
from refugee_model.scenario.network import ALL_PROVINCES
from refugee_model.tables.places import capacity_table

MAP, FAN, RISK, ARRIVALS, OCCUPANCY = "map", "fan", "risk", "arrivals", "occupancy"
MOST_SHAPES = 60
"""Provinces up to which pictures are shapes; of more they are dots, so that a page stays small."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def draw_map(story: Story, **options: Any) -> Any:
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
    return plot_fan(capacity_table(story.projection, freq="day", quantiles=QUANTILES), place=ALL_PROVINCES, **options)


def pictures_of(story: Story) -> dict[str, str]:
    """Pictures by name, each as the address of an SVG that holds the picture itself."""
    drawn: dict[str, Callable[[], Any]] = {MAP: lambda: draw_map(story)}
    if "capacity" in story.tables:
        drawn[FAN if story.draws else OCCUPANCY] = lambda: draw_fan(story)
    if story.draws is None:
        drawn[ARRIVALS] = lambda: plot_arrivals(story.tables["arrivals"])
    elif "capacity" in story.tables:
        drawn[RISK] = lambda: plot_risk_calendar(story.tables["capacity"])
    many = len(story.scenario.aid.provinces) > MOST_SHAPES
    return dict(_addresses(drawn, png_address if many else svg_address))


def _addresses(drawn: dict[str, Callable[[], Any]], address: Callable[[Figure], str]) -> Iterator[tuple[str, str]]:
    for name, draw in drawn.items():
        axes = draw()
        if axes is not None:
            yield name, Markup(address(figure_of(axes)))
    gc.collect()  # a figure refers to itself in circles
