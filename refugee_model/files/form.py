"""The form in which results are written: their tables and pictures as files, and what stands above a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from refugee_model.files.table_files import csv_bytes
from refugee_model.languages import Language
from refugee_model.memory import letting_go
from refugee_model.scenario.scenario import Scenario
from refugee_model.version import VERSION

UNWRITTEN = "these results cannot be written"

Files = dict[str, bytes]
Draw = Mapping[str, Callable[[], Any]]


class Results(NamedTuple):
    """What is to be written, by name, and the tables of it that the shell tells of too."""

    files: Files
    tables: Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """How results are written."""

    words: Language
    """Of summaries and pictures."""
    excel: bool = False
    """Whether tables are for a double click in Excel."""

    def spoken(self, scenario: Scenario) -> AbstractContextManager[None]:
        """Let all words be of the language, with kinds of places as a scenario calls them."""
        return self.words.calling(scenario.called.given).spoken()

    def tables(self, tables: Mapping[str, pd.DataFrame], *, hxl: bool = False) -> Files:
        """Tables as files."""
        return {f"{name}.csv": csv_bytes(table, hxl=hxl, excel=self.excel) for name, table in tables.items()}

    def pictures(self, draw: Draw, scenario: Scenario) -> Files:
        """Pictures as files."""
        with self.spoken(scenario):
            return {f"plots/{name}.png": _png(axes) for name, axes in draw.items()}


def made_again(what: str, doing: str, command: str) -> str:
    """What stands above a scenario: of what it is, and how that is made again."""
    return f"Resolved scenario of {what}, refugee_model {VERSION}. {doing} again: refugee-model {command}"


def _png(axes: Callable[[], Any]) -> bytes:
    from refugee_model.charts import picture

    with letting_go():
        return picture.png(picture.figure_of(axes()), dpi=picture.PRINT_DPI)
