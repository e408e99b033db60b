"""Shapes of areas from GeoJSON, found by ISO 3166-2 code, p-code or name."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.charts.columns import refused
from refugee_model.data_folder import data_folder
from refugee_model.disk import read_file, reason_of
from refugee_model.wording import as_found

NEIGHBOURS = "neighbours"
"""The packaged file of countries around, drawn grey."""
CODES = ("iso_3166_2", "shapeiso", "iso", "p_code", "pcode", "admin1pcode", "adm1_pcode", "area_code")
NAMES = ("name", "name_en", "shapename", "adm1_en", "admin1name_en")
"""Properties of a feature that hold its code or its name, in any case, in the files of Natural Earth, geoBoundaries and
OCHA."""
MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Area:
    """One area: its codes and names, and its rings of longitude and latitude, arrays (point, 2) [degrees]."""

    codes: frozenset[str]
    rings: tuple[Floats, ...]

    @property
    def centre(self) -> tuple[float, float]:
        """The centroid of its largest ring, or the middle of its points where that is outside of all reason."""
        largest = max(self.rings, key=_size)
        x, y = largest[:-1].T
        after = np.roll(largest[:-1], -1, axis=0).T
        cross = x * after[1] - after[0] * y
        whole = cross.sum()
        if abs(whole) < 1e-12:
            return float(x.mean()), float(y.mean())
        return float(((x + after[0]) * cross).sum() / (3 * whole)), float(((y + after[1]) * cross).sum() / (3 * whole))


def _size(ring: Floats) -> float:
    x, y = ring.T
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()))


@dataclass(frozen=True)
class Shapes:
    """The areas of a map, and where they come from."""

    areas: tuple[Area, ...]
    source: str = ""

    def of(self, names: Sequence[str | None]) -> Area | None:
        """The area that has one of these codes or names."""
        wanted = [name.casefold() for name in names if name]
        return next((area for name in wanted for area in self.areas if name in area.codes), None)


def read_shapes(given: str | os.PathLike[str] | Mapping[str, Any]) -> Shapes:
    """The areas of a GeoJSON file or object; refused where it has none, or none has a code or name."""
    values = given if isinstance(given, Mapping) else _loaded(Path(given))
    features = values.get("features")
    if values.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise refused("boundaries", f"found {as_found(values.get('type'))}, expected a GeoJSON FeatureCollection")
    areas = tuple(area for feature in features if (area := _area(feature)) is not None)
    if not areas:
        raise refused("boundaries", "holds no polygon")
    if not any(area.codes for area in areas):
        names = ", ".join((*CODES[:1], "p_code", "name"))
        raise refused("boundaries", f"no area has a code or a name; expected properties such as {names}")
    source = values.get("source")
    return Shapes(areas, source if isinstance(source, str) else "")


def _loaded(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(read_file(path, most=MOST_BYTES))
    except OSError as error:
        raise refused("boundaries", f"{path.name} cannot be read ({reason_of(error)})") from None
    except (ValueError, RecursionError):
        raise refused("boundaries", f"{path.name} is not JSON") from None
    if not isinstance(found, Mapping):
        raise refused("boundaries", f"{path.name} is not GeoJSON")
    return found


def _area(feature: Any) -> Area | None:
    """One feature; None where it is no polygon."""
    try:
        geometry, properties = feature["geometry"], feature.get("properties") or {}
        parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        if geometry["type"] not in ("Polygon", "MultiPolygon"):
            return None
        rings = tuple(_ring(ring) for part in parts for ring in part if len(ring) > 3)
    except (TypeError, KeyError, ValueError, IndexError):
        raise refused("boundaries", "a feature has no geometry that can be read") from None
    return Area(frozenset(_codes(properties)), rings) if rings else None


def _ring(points: Any) -> Floats:
    found = np.asarray([point[:2] for point in points], dtype=np.float64)
    if not np.isfinite(found).all() or not (np.abs(found) <= (360.0, 90.0)).all():
        raise ValueError
    return found


def _codes(properties: Mapping[str, Any]) -> Iterator[str]:
    known = {str(name).casefold(): value for name, value in properties.items()}
    for name in (*CODES, *NAMES):
        if isinstance(known.get(name), str) and known[name].strip():
            yield known[name].strip().casefold()


@cache
def packaged_shapes() -> dict[str, Shapes]:
    """The packaged maps, by name of the file."""
    return {path.stem: read_shapes(path) for path in sorted((data_folder() / "maps").glob("*.geojson"))}


def shapes_for(codes: Sequence[Sequence[str | None]]) -> Shapes | None:
    """The packaged map that has most of these areas; None where none has any."""
    maps = [shapes for name, shapes in packaged_shapes().items() if name != NEIGHBOURS]
    counts = [sum(shapes.of(names) is not None for names in codes) for shapes in maps]
    return maps[int(np.argmax(counts))] if counts and max(counts) > 0 else None


def stretch(latitude: float) -> float:
    """How much longer a degree of latitude is than one of longitude."""
    return 1.0 / max(math.cos(math.radians(latitude)), 0.05)
