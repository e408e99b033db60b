"""How it is said on the shell: what a person wrote is shown as it is, and commands nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from refugee_model.errors import printable
from refugee_model.wording import short_moment

NARROWEST = 12
"""Letters of a column at least, however narrow a terminal is: what is wider is broken by the terminal itself."""


class PlainConsole(Console):
    """A console to which every text is text: no markup, no signs for pictures, no escape sequences."""

    def render_str(self, text: str, **options: Any) -> Text:
        """A text as it is shown."""
        return super().render_str(printable(text), **{**options, "markup": False, "emoji": False, "highlight": False})

    def print_table(self, table: Table) -> None:
        """Print a table of which nothing is cut off, not even on a narrow terminal: long words are broken.

        Its title is as wide as the terminal, not as the table.
        """
        title, table.title = table.title, None
        if title:
            self.print(title, soft_wrap=False)
        for column in table.columns:
            column.overflow, column.no_wrap = "fold", column.no_wrap and self.width >= NARROWEST * 5
        if self.width < NARROWEST * len(table.columns):
            table.width = NARROWEST * len(table.columns)
        self.print(table, crop=False)


def grid(
    title: str, headings: Sequence[str], rows: Iterable[Iterable[str]], *, right: Sequence[str] = (), **look: Any
) -> Table:
    """A table without a frame; columns of the headings ``right`` stand at the right."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left", **look)
    for row in rows:
        table.add_row(*row)
    return table


def short_time(value: Any) -> str:
    """A time in few letters, and a stroke where there is none."""
    return "-" if value is None or value != value else short_moment(value)
