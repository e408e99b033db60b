"""What a minister would ask, answered on the shell."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.table import Table

from refugee_model.console.console import PlainConsole
from refugee_model.tables.answers import answers
from refugee_model.tables.provenance import names_in
from refugee_model.wording import renamed


def print_summary(summary: pd.Series, title: str, folder: Path, *, console: PlainConsole | None = None) -> None:
    """Print the headline measures of one run as questions and answers, and where its results are."""
    console = console or PlainConsole(soft_wrap=False)
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    names = names_in(summary.attrs)
    for question, answer in answers(summary):
        table.add_row(renamed(question, names), renamed(answer, names))
    console.print_table(table)
    if "one_future" in summary.attrs:
        more = f"\n{summary.attrs['one_future']}. With --draws 1000 the range of each measure is shown."
        console.print(more, highlight=False, soft_wrap=True)
    console.print(
        f"\nTables and pictures: {folder}    run {summary['run_id']}, refugee_model {summary['version']}",
        highlight=False,
    )
