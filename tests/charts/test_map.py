"""A map shades provinces by their code, draws circles where it knows no boundaries, and drops no province."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.patches import FancyArrowPatch, PathPatch

from refugee_model.charts.map import plot_map
from refugee_model.charts.picture import figure_of, svg
from refugee_model.errors import RequestError
from refugee_model.scenario.scenario import Scenario

PLACES = {"aid.provinces.Hills": (40.2, 45.0), "aid.provinces.Plain": (40.0, 44.0)}


@pytest.fixture
def peaks() -> pd.DataFrame:
    rows = {"place": ["Hills", "Plain", "transit"], "kind": ["state accommodation"] * 2 + ["transit"]}
    table = pd.DataFrame({**rows, "quantile": 0.5, "peak_people": [1_500.0, 2_000.0, 0.0]})
    table["probability_full"] = [0.9, 0.125, 0.0]
    table.attrs.update({"run_id": "0000abcd", "version": "0", "draws": 1000})
    return table


@pytest.fixture
def placed(small: Scenario) -> Scenario:
    changes = {}
    for path, (latitude, longitude) in {**PLACES, "aid.reception_points.Border": (39.8, 46.0)}.items():
        changes |= {f"{path}.latitude": latitude, f"{path}.longitude": longitude}
    return small.change(changes)


def square(west: float, **properties: str) -> dict[str, Any]:
    ring = [[west, 40], [west + 1, 40], [west + 1, 41], [west, 41], [west, 40]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def words_on(axes: Any) -> str:
    return " | ".join(
        text.get_text().replace("\n", " ") for text in figure_of(axes).findobj(lambda one: hasattr(one, "get_text"))
    )


def test_provinces_of_a_packaged_map(peaks: pd.DataFrame, small: Scenario) -> None:
    scenario = small.change({"aid.provinces.Hills.area_code": "AM-SU", "aid.provinces.Plain.area_code": "AM-ER"})
    axes = plot_map(peaks, scenario, gaps={"Hills": 1_234.0})
    said = words_on(axes)
    assert "Hills is most likely to be full: in 90 of 100 futures" in said
    assert "\u22121,230" in said
    assert "do not imply official endorsement" in said
    assert "Natural Earth" in said
    assert svg(figure_of(axes)) == svg(figure_of(plot_map(peaks, scenario, gaps={"Hills": 1_234.0})))


@pytest.mark.parametrize("key", ["iso_3166_2", "ADM1_PCODE", "shapeISO", "name"])
def test_any_geojson_by_code_or_name(peaks: pd.DataFrame, placed: Scenario, tmp_path: Path, key: str) -> None:
    named = {"iso_3166_2": "XX-HI", "ADM1_PCODE": "P01", "shapeISO": "XX-HI", "name": "hills"}[key]
    scenario = placed.change({"aid.provinces.Hills.p_code": "P01"})
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps(collection(square(44, **{key: named}), square(45, **{key: "other"}))), encoding="utf-8")
    axes = plot_map(peaks, scenario, boundaries=path)
    assert len(axes.findobj(PathPatch)) >= 1
    assert "Not on this map: Plain" in words_on(axes)


def test_circles_where_there_are_no_boundaries(peaks: pd.DataFrame, placed: Scenario) -> None:
    axes = plot_map(peaks, placed, shade="people")
    assert len(axes.findobj(PathCollection)) == 2
    assert len(axes.findobj(FancyArrowPatch)) == 2
    assert "Plain, 2,000 people at the peak" in words_on(axes)


@pytest.mark.parametrize(
    ("boundaries", "said"),
    [
        ({"type": "Feature"}, "expected a GeoJSON FeatureCollection"),
        (collection(), "holds no polygon"),
        (collection(square(44)), "no area has a code or a name"),
        (collection({"type": "Feature", "geometry": {"type": "Polygon"}}), "no geometry that can be read"),
        ("no such file.geojson", "cannot be read"),
    ],
)
def test_boundaries_that_cannot_be_used(peaks: pd.DataFrame, placed: Scenario, boundaries: Any, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        plot_map(peaks, placed, boundaries=boundaries)


def test_bad_requests(peaks: pd.DataFrame, small: Scenario, placed: Scenario) -> None:
    with pytest.raises(RequestError, match="no province is on a packaged map"):
        plot_map(peaks, small)
    with pytest.raises(RequestError, match="shade"):
        plot_map(peaks.drop(columns="probability_full"), placed, shade="chance")
    with pytest.raises(RequestError, match="language"):
        plot_map(peaks, placed, language="xx")


def test_labels_of_provinces_that_lie_close_do_not_lie_on_each_other(peaks: pd.DataFrame, small: Scenario) -> None:
    near = {"aid.provinces.Hills.latitude": 40.0, "aid.provinces.Hills.longitude": 45.0}
    near |= {"aid.provinces.Plain.latitude": 40.001, "aid.provinces.Plain.longitude": 45.001}
    axes = plot_map(peaks, small.change(near), gaps={"Hills": 1_234.0, "Plain": 2_000.0})
    labels = [text for text in axes.texts if text.get_text().startswith(("Hills", "Plain"))]
    assert len(labels) == 2
    assert not labels[0].get_window_extent().overlaps(labels[1].get_window_extent())
