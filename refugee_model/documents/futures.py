"""The draws that a page carries, so that a reader can ask what remains under a condition: exact, without a model."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.documents.story import Story
from refugee_model.outcomes.measures import is_moment
from refugee_model.tables.ranges import LEVELS, MINUTE, WAIT, as_numbers
from refugee_model.wording import SOME

Floats = NDArray[np.float64]

MOST_FUTURES, FEWEST_LEFT, MOST_INPUTS = 2_000, 50, 14
"""Futures on a page, futures below which nothing is said, and uncertain numbers by which a reader may choose."""
RANKED_BY = "person_nights_without_roof"


def futures_of(story: Story) -> dict[str, Any]:
    """Numbers and labels of a page: of each future the uncertain numbers that matter most, and the key measures."""
    if story.draws is None or not len(story.projection.draws.columns):
        return {}
    timeline = story.scenario.timeline
    numbers = as_numbers(story.projection.measures, timeline).iloc[:MOST_FUTURES]
    names = [figure.name for figure in story.figures]
    draws = story.projection.draws.iloc[:MOST_FUTURES]
    paths = _ranked(draws.to_numpy(dtype=float), numbers[RANKED_BY].to_numpy(dtype=float), list(draws.columns))
    columns = [*(draws[path] for path in paths), *(numbers[name] for name in names)]
    values = np.stack([column.to_numpy(dtype="<f4") for column in columns])
    return {
        "count": len(draws),
        "all": story.draws,
        "fewest": FEWEST_LEFT,
        "levels": list(LEVELS),
        "start": timeline.start.timestamp(),
        "offset": timeline.start.utcoffset().total_seconds(),  # type: ignore[union-attr]
        "inputs": [{"path": path, **_words_of(story, path)} for path in paths],
        "measures": list(_measures(story, names)),
        "data": base64.b64encode(values.tobytes()).decode("ascii"),
    }


def _measures(story: Story, names: list[str]) -> Iterator[dict[str, Any]]:
    """What a page must know of each measure: its form, and from what on it happens."""
    for name in names:
        form = "time" if is_moment(name) else "usd" if story.unit(name) == "USD" else "number"
        form = "hours" if name.endswith("_hours") else form
        waits = WAIT in name
        yield {"name": name, "form": form, "waits": waits, "least": MINUTE if waits else SOME}


def _ranked(inputs: Floats, measure: Floats, paths: list[str]) -> list[str]:
    """The inputs that go most with a measure, by their ranks."""
    ranks = np.argsort(np.argsort(inputs, axis=0, kind="stable"), axis=0, kind="stable").astype(float)
    of_measure = np.argsort(np.argsort(measure, kind="stable"), kind="stable").astype(float)
    of_measure -= of_measure.mean()
    strength = np.abs((ranks - ranks.mean(axis=0)).T @ of_measure)
    return [paths[place] for place in np.argsort(-strength, kind="stable")[:MOST_INPUTS]]


def _words_of(story: Story, path: str) -> dict[str, str]:
    rows = story.assumptions[story.assumptions["path"] == path]
    meaning = str(rows["in_words"].iloc[0]) if len(rows) else ""
    label = f"{meaning} ({path})" if meaning else path
    return {"label": label, "meaning": meaning or path, "unit": str(rows["unit"].iloc[0]) if len(rows) else ""}
