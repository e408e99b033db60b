"""The map: where people come in, which ways they take, how likely each province is to be short."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Patch, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Annotation

from refugee_model.charts import style
from refugee_model.charts.columns import attribute, chart, refused
from refugee_model.charts.labels import halo
from refugee_model.charts.shapes import NEIGHBOURS, Area, Shapes, packaged_shapes, read_shapes, shapes_for, stretch
from refugee_model.charts.sheet import Words, on_axes, open_page
from refugee_model.charts.style import cover
from refugee_model.errors import nearest
from refugee_model.languages import Language
from refugee_model.languages import language as language_of
from refugee_model.scenario.network import STATE_ACCOMMODATION
from refugee_model.scenario.scenario import Scenario
from refugee_model.wording import SOME, as_found, spoken

COLUMNS = ("place", "kind", "peak_people")
CHANCE, PEOPLE = "chance", "people"
SHADES = (CHANCE, PEOPLE)
STEPS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8)
"""From these shares on a province has the next colour."""
RAMP = LinearSegmentedColormap.from_list("shortage", style.SHORTAGE)
DARK = 0.6
LONGEST = 28
TOUCHING = 0.05
"""Degrees; an arrow within would be all head."""
WIDEST_ARROW = 0.75
"""Of the province with most people [size of letters]."""


@dataclass(frozen=True)
class Site:
    """A province on the map: where it is, its shape where that is known, and what is said of it."""

    name: str
    area: Area | None
    centre: tuple[float, float] | None
    people: float
    share: float
    gap: float = float("nan")


@dataclass(frozen=True)
class Drawing:
    """All that a map shows."""

    sites: list[Site]
    points: dict[str, tuple[float, float]]
    districts: dict[str, tuple[float, float]]
    shade: str
    words: Language
    source: str
    backdrop: Shapes | None
    small: bool = False
    """Whether there is room for a number alone."""

    @property
    def placed(self) -> list[Site]:
        """Provinces that have a place on the map."""
        return [site for site in self.sites if site.centre is not None]

    @property
    def most(self) -> float:
        """People in the province that has most."""
        return max((site.people for site in self.sites), default=0.0)


@chart("peak_table", COLUMNS, many=True)
def plot_map(
    peaks: pd.DataFrame,
    scenario: Scenario,
    *,
    shade: str | None = None,
    gaps: Mapping[str, float] | None = None,
    boundaries: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    language: str | None = None,
    ax: Axes | None = None,
    figure: Figure | None = None,
) -> Axes:
    """Draw provinces shaded by the chance of a shortage or by people, entry points, roads, and arrows to the provinces.

    Parameters
    ----------
    peaks : DataFrame
        The peak table of a run or of many draws: place, kind, peak_people, and probability_full where it is known.
    scenario : Scenario
        The scenario projected: area codes, p-codes, latitudes and longitudes.
    shade : {"chance", "people"}, optional
        What colours mean; the chance that nobody more can be assigned to a province where the table has it, else
        people in state accommodation.
    gaps : mapping of str to float, optional
        Beds that lack, by province, to be written on it.
    boundaries : path or mapping, optional
        GeoJSON whose areas have an ISO 3166-2 code, a p-code or a name; without it a packaged map of these codes, and
        where there is none a map from latitudes and longitudes.

    Returns
    -------
    Axes
        Longitude from the left, latitude from below. Provinces without a place on the map are listed below it.

    Examples
    --------
    >>> plot_map(rm.peak_table(ensemble), scenario)  # doctest: +SKIP
    """
    if not isinstance(scenario, Scenario):
        raise refused("scenario", f"found {as_found(scenario)}, expected a scenario")
    _check_options(shade, gaps, boundaries)
    words = language_of(spoken()).calling(scenario.called.given)
    usual = CHANCE if "probability_full" in peaks else PEOPLE
    if (shade or usual) not in SHADES or (shade == CHANCE and usual != CHANCE):
        allowed = nearest(str(shade), SHADES) if shade not in SHADES else "the table of many draws has chances"
        raise refused("shade", f"found {as_found(shade)}; {allowed}")
    drawing = _placed(_drawing(peaks, scenario, shade or usual, gaps or {}, boundaries, words))
    said = _said(peaks, drawing)
    cover([said.title, said.subtitle, *(site.name for site in drawing.sites), *drawing.points, *drawing.districts])
    page = on_axes(said, ax) if ax is not None else open_page(said, figure=figure, height=17.0)
    style.bare(page.axes)
    if ax is None:
        page.settle()  # what is drawn needs to know how wide and high the axes are
    _draw(page.axes, drawing, style.LABEL_SIZE - 1)
    _legend(page.axes, drawing)
    return page.axes


def _check_options(shade: object, gaps: object, boundaries: object) -> None:
    """Refuse options of a wrong kind."""
    if shade is not None and not isinstance(shade, str):
        raise refused("shade", f"found {as_found(shade)}, expected one of {', '.join(SHADES)}")
    numbers = gaps.values() if isinstance(gaps, Mapping) else ()
    if gaps is not None and (
        not isinstance(gaps, Mapping) or not all(isinstance(lack, int | float | np.number) for lack in numbers)
    ):
        raise refused("gaps", f"found {as_found(gaps)}, expected beds that lack by name of the province")
    if boundaries is not None and not isinstance(boundaries, str | os.PathLike | Mapping):
        raise refused(
            "boundaries", f"found {as_found(boundaries)}, expected the path of a GeoJSON file, or what it holds"
        )


def map_alone(
    axes: Axes, peaks: pd.DataFrame, scenario: Scenario, gaps: Mapping[str, float], words: Language, *, size: float
) -> None:
    """Draw the map and no words but the labels on it, in letters of a size [points], for a small picture."""
    shade = CHANCE if "probability_full" in peaks else PEOPLE
    drawing = replace(_placed(_drawing(peaks, scenario, shade, gaps, None, words)), small=True)
    cover([*(site.name for site in drawing.sites), *drawing.points])
    style.bare(axes)
    _draw(axes, drawing, size)


def _placed(drawing: Drawing) -> Drawing:
    """The drawing, refused where no province has a place."""
    if not drawing.placed:
        raise refused(
            "scenario", "no province is on a packaged map or has a latitude and longitude; give them, or boundaries"
        )
    return drawing


def _drawing(
    peaks: pd.DataFrame, scenario: Scenario, shade: str, gaps: Mapping[str, float], boundaries: Any, words: Language
) -> Drawing:
    provinces = scenario.aid.provinces
    names = {name: (one.area_code, one.p_code, name) for name, one in provinces.items()}
    shapes = shapes_for([codes[:2] for codes in names.values()]) if boundaries is None else read_shapes(boundaries)
    rows = peaks[peaks["kind"] == STATE_ACCOMMODATION]
    if "quantile" in rows:
        middle = min(rows["quantile"].unique(), key=lambda level: abs(float(level) - 0.5), default=0.5)
        rows = rows[rows["quantile"] == middle]
    known = {str(row.place): row for row in rows.itertuples()}
    sites = []
    for name, province in provinces.items():
        area = shapes.of(names[name]) if shapes is not None else None
        at = _position(province)
        centre = area.centre if area is not None else at if shapes is None or boundaries is None else None
        row = known.get(name)
        people = float(getattr(row, "peak_people", 0.0) or 0.0)
        share = float(getattr(row, "probability_full", float("nan")))
        sites.append(Site(name, area, centre, people, share, float(gaps.get(name, float("nan")))))
    points = {name: at for name, one in scenario.aid.reception_points.items() if (at := _position(one)) is not None}
    districts = {name: at for name, one in scenario.people.districts.items() if (at := _position(one)) is not None}
    backdrop = packaged_shapes().get(NEIGHBOURS) if boundaries is None and shapes is not None else None
    return Drawing(sites, points, districts, shade, words, shapes.source if shapes else "", backdrop)


def _position(place: Any) -> tuple[float, float] | None:
    if place.latitude is None or place.longitude is None:
        return None
    return place.longitude, place.latitude


def _said(peaks: pd.DataFrame, drawing: Drawing) -> Words:
    words, sites = drawing.words, drawing.sites
    draws = peaks.attrs.get("draws")
    if drawing.shade == CHANCE:
        most = max(sites, key=lambda site: np.nan_to_num(site.share))
        title = words.text("map.title_chance", place=most.name, chance=words.chance(most.share, draws))
        if not most.share > 0:
            title = words.text("map.title_none")
    else:
        most = max(sites, key=lambda site: site.people)
        title = words.text("map.title_people", place=most.name, people=words.counted("people", most.people))
    lost = [site.name for site in sites if site.centre is None]
    reading = words.text(f"map.reading_{drawing.shade}")
    if any(np.isfinite(site.gap) for site in sites):
        reading += " " + words.text("map.reading_gap")
    if lost:
        reading += " " + words.text("map.not_on_map", places=", ".join(lost))
    run, version = attribute(peaks, "run_id"), attribute(peaks, "version")
    foot = [words.text("map.disclaimer"), drawing.source.split(" (")[0]]
    foot.append(words.text("run", run_id=run, version=version) if run else "")
    return Words(title, reading, " ".join(f"{part.rstrip('.')}." for part in foot if part))


def _draw(axes: Axes, drawing: Drawing, size: float) -> None:
    west, east, south, north = _frame(drawing, axes)
    for area in drawing.backdrop.areas if drawing.backdrop else ():
        _fill(axes, area, style.LAND, edge=style.WHITE, order=0.5)
    most = drawing.most
    shares = {site.name: _level(site, drawing.shade, most) for site in drawing.placed}
    for site in drawing.placed:
        if site.area is not None:
            _fill(axes, site.area, RAMP(shares[site.name]), edge=style.MIDDLE_GREY, order=1.0)
        else:
            assert site.centre is not None
            spot = (2.5 * size) ** 2 * (0.5 + 2.5 * (site.people / most if most > 0 else 0.0))
            look: dict[str, Any] = {"color": RAMP(shares[site.name]), "edgecolor": style.MIDDLE_GREY, "zorder": 1.0}
            axes.scatter([site.centre[0]], [site.centre[1]], s=spot, **look)
    _ways(axes, drawing)
    _arrows(axes, drawing, size)
    _entries(axes, drawing, size)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    figure: Any = axes.get_figure(root=True)
    _apart([_name(axes, site, shares[site.name], drawing, size) for site in drawing.placed], figure.dpi)


def _frame(drawing: Drawing, axes: Axes) -> tuple[float, float, float, float]:
    """West, east, south and north of all that is drawn, widened so that a kilometre is as long both ways."""
    rings = [ring for site in drawing.placed if site.area is not None for ring in site.area.rings]
    single = [site.centre for site in drawing.placed if site.area is None and site.centre is not None]
    others = [*single, *drawing.points.values(), *drawing.districts.values()]
    spots = np.concatenate([*rings, np.reshape(others, (-1, 2))])
    low, high = spots.min(axis=0), spots.max(axis=0)
    middle, scale = (low + high) / 2, np.array([1.0 / stretch(float((low + high)[1] / 2)), 1.0])
    size = np.maximum(high - low, 0.2) * scale * (1.08 if rings else 1.25)
    box = axes.get_window_extent()
    size = np.maximum(size, size[::-1] * np.array([box.width / box.height, box.height / box.width]))
    (west, south), (east, north) = middle - size / scale / 2, middle + size / scale / 2
    return float(west), float(east), float(south), float(north)


def _level(site: Site, shade: str, most: float) -> float:
    """How dark a province is, from 0 to 1; chances by steps."""
    if shade == PEOPLE:
        return site.people / most if most > 0 else 0.0
    return max(number for number, step in enumerate(STEPS) if np.nan_to_num(site.share) >= step) / (len(STEPS) - 1)


def _fill(axes: Axes, area: Area, colour: Any, *, edge: str, order: float) -> None:
    """One area; rings within rings are holes."""
    codes = [code for ring in area.rings for code in (1, *[2] * (len(ring) - 2), 79)]
    outline = Outline(np.concatenate(area.rings), codes)
    axes.add_patch(PathPatch(outline, facecolor=colour, edgecolor=edge, linewidth=0.8, zorder=order))


def _ways(axes: Axes, drawing: Drawing) -> None:
    """Where people come from, and straight lines from there to the entry points."""
    way: dict[str, Any] = {"color": style.NAVY, "linewidth": 1.4, "linestyle": "--", "zorder": 2}
    for spot in drawing.districts.values():
        for point in _nearest(drawing.points, spot):
            axes.plot([spot[0], point[0]], [spot[1], point[1]], **way)
        axes.plot(*spot, "o", color=style.WHITE, markeredgecolor=style.NAVY, markersize=5, zorder=3)


def _arrows(axes: Axes, drawing: Drawing, size: float) -> None:
    """Arrows from the entry points to the provinces, as wide as people are many."""
    for site in drawing.placed:
        assert site.centre is not None
        for point in _nearest(drawing.points, site.centre) if site.people >= SOME else ():
            width = max(WIDEST_ARROW * size * site.people / drawing.most, 0.6)
            if np.hypot(point[0] - site.centre[0], point[1] - site.centre[1]) < TOUCHING:
                continue
            head = f"-|>,head_length={0.3 + 0.1 * width:.2f},head_width={0.15 + 0.05 * width:.2f}"
            look: dict[str, Any] = {"linewidth": width, "color": style.BLUE, "alpha": 0.4, "zorder": 2.5}
            look |= {"arrowstyle": head, "connectionstyle": "arc3,rad=0.12", "shrinkB": size, "mutation_scale": 12.0}
            axes.add_patch(FancyArrowPatch(point, site.centre, **look))


def _entries(axes: Axes, drawing: Drawing, size: float) -> None:
    """Entry points, with their names on the outer side."""
    middle = np.mean([spot[0] for spot in drawing.points.values()] or [0.0])
    for name, spot in drawing.points.items():
        axes.plot(*spot, "s", color=style.NAVY, markeredgecolor=style.WHITE, markersize=size, zorder=4)
        side = -1 if spot[0] < middle else 1
        said = style.shortened(name, LONGEST)
        _text(axes, spot, (size * side, 1.2 * size), said, size, colour=style.NAVY, weight="bold", side=side)


def _nearest(points: Mapping[str, tuple[float, float]], spot: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """The entry point that is nearest as the crow flies; none where none has a place."""
    scale = np.cos(np.radians(spot[1]))
    if points:
        yield min(points.values(), key=lambda one: np.hypot((one[0] - spot[0]) * scale, one[1] - spot[1]))


TRIED = 25
"""Places above and below its own that are tried for a label, a quarter of its height apart."""


def _apart(labels: Sequence[Annotation], dpi: float) -> None:
    """Move labels up or down as little as it takes for none to lie on another, where there is room near by."""
    placed: list[Any] = []
    for label in sorted(labels, key=lambda one: -one.get_window_extent().y1):
        box = label.get_window_extent()
        shifts = [(turn + 1) // 2 * (-1) ** turn * box.height / 4.0 for turn in range(TRIED)]
        free = (up for up in shifts if not any(box.translated(0.0, up).overlaps(other) for other in placed))
        up = next(free, 0.0)
        label.xyann = (label.xyann[0], label.xyann[1] + up * 72.0 / dpi)
        placed.append(box.translated(0.0, up))


def _name(axes: Axes, site: Site, level: float, drawing: Drawing, size: float) -> Annotation:
    assert site.centre is not None
    words = drawing.words
    lines = [style.shortened(site.name, LONGEST)]
    if drawing.shade == CHANCE and np.isfinite(site.share):
        count = words.whole(100.0 * site.share)
        lines = [f"{lines[0]} {count}"] if drawing.small else [*lines, words.text("map.share", count=count)]
    elif drawing.shade == PEOPLE:
        lines.append(words.whole(site.people))
    if np.isfinite(site.gap) and site.gap >= SOME:
        lines.append(f"\u2212{words.about(site.gap)}")
    colour, ground = (
        (style.WHITE, RAMP(level)) if level >= DARK and site.area is not None else (style.TEXT, style.WHITE)
    )
    return _text(axes, site.centre, (0, 0), "\n".join(lines), size, colour=colour, ground=ground)


def _text(
    axes: Axes,
    spot: tuple[float, float],
    offset: tuple[float, float],
    said: str,
    size: float,
    *,
    colour: str,
    ground: Any = style.WHITE,
    weight: str = "normal",
    side: int = 0,
) -> Annotation:
    """Words beside a spot: to its left (-1), on it (0) or to its right (1)."""
    edge = {-1: "right", 0: "center", 1: "left"}[side]
    text = axes.annotate(said, spot, offset, textcoords="offset points", ha=edge, va="center")
    text.set(fontweight=weight, parse_math=False, zorder=6, **style.letters(size, colour))
    halo(text, ground)
    return text


def _legend(axes: Axes, drawing: Drawing) -> None:
    words = drawing.words
    if drawing.shade == CHANCE:
        ends = (*(round(100 * step) for step in STEPS[1:]), 100)
        labels = [
            words.text("map.step", low=round(100 * low), high=high) for low, high in zip(STEPS, ends, strict=True)
        ]
    else:
        labels = [words.about(drawing.most * number / (len(STEPS) - 1)) for number in range(len(STEPS))]
    handles = [
        Patch(facecolor=RAMP(number / (len(STEPS) - 1)), edgecolor=style.MIDDLE_GREY, label=label)
        for number, label in enumerate(labels)
    ]
    size, title = style.TICK_SIZE - 1, words.text(f"map.legend_{drawing.shade}")
    look: dict[str, Any] = {"fontsize": size, "title_fontsize": size, "frameon": True, "framealpha": 0.9}
    style.legend(axes, handles=handles, title=title, loc="lower left", **look)
