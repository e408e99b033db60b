"""Pages: templates of which every text is escaped, and tables as they show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from refugee_model.data_folder import data_folder
from refugee_model.documents.story import CHANCES, Story

DAYS = ("date", "latest_decision", "needed_by", "order_by", "arrives")
"""Columns of times of which the day is enough."""
NUMBER, DAY = "number", "day"


@dataclass(frozen=True)
class Cell:
    """One cell: what is shown, by what it is sorted, and how it looks: a number, a day, or words."""

    text: str
    sort: str = ""
    look: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of a page."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(data_folder() / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def page(template: str, story: Story, **values: Any) -> bytes:
    """A page of a story from a template; what a scenario says comes out as text whatever it is."""
    known = {"story": story, "words": story.words, "text": story.words.text, **values}
    return _templates().get_template(template).render(known).encode("utf-8")


def part(name: str) -> str:
    """A part of a page: its style or its script."""
    return (data_folder() / "pages" / name).read_text(encoding="utf-8")


def grid(story: Story, table: pd.DataFrame, columns: Sequence[str] | None = None) -> Grid:
    """A table as a page shows it."""
    chosen = story.in_words(table if columns is None else table[[name for name in columns if name in table]])
    names = [str(name) for name in chosen.columns]
    rows = zip(*(column.tolist() for _, column in chosen.items()), strict=True)
    return Grid(
        tuple(story.column(name, plain=name.startswith(CHANCES)) for name in names),
        tuple(tuple(cell(story, value, name) for name, value in zip(names, row, strict=True)) for row in rows),
    )


def cell(story: Story, value: Any, name: str = "") -> Cell:
    """One value as a page shows it."""
    words = story.words
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return Cell("")
    if isinstance(value, datetime):
        said = words.day(value) if name in DAYS else words.moment(value)
        return Cell(said, value.isoformat(), DAY if name in DAYS else "")
    if isinstance(value, date):
        return Cell(words.day(value), value.isoformat(), DAY)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if name.startswith(CHANCES):
            return Cell(words.short_chance(float(value), story.draws), repr(float(value)))
        said = words.whole(value) if abs(value) >= 10 or value == round(value) else words.number(round(value, 3))
        return Cell(said, repr(float(value)), NUMBER)
    return Cell(str(value))
