"""The combinations of a study at a glance, on the shell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from refugee_model.views.heat_map import MEASURE, crossing
from refugee_model.wording import chance_in_short


def print_comparison(table: pd.DataFrame, draws: int, folder: Path, *, console: Console | None = None) -> None:
    """Print the mean person-nights without shelter of each combination, and in how many draws there are any.

    Parameters
    ----------
    table : DataFrame
        The comparison of :func:`refugee_model.run_batch`.
    draws : int
        Draws for each combination.
    folder : Path
        Where the results are.
    console : Console, optional
        Where to print; standard output unless given.
    """
    console = console or Console()
    said = crossing(table, MEASURE)
    title = "Thousand person-nights with neither bed nor transit place:\n"
    title += f"mean of {draws:,} draws, and in how many futures there is any"
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False)
    shown.add_column(said.axes[0])
    for column in said.columns:
        shown.add_column(column or "mean", justify="right")
    for name, mean, share in zip(said.rows, said.mean, said.share, strict=True):
        cells = [
            f"{one / 1000:,.1f} ({chance_in_short(part, draws=draws)})" if np.isfinite(one) else "-"
            for one, part in zip(mean, share, strict=True)
        ]
        shown.add_row(name, *cells)
    console.print(shown)
    console.print(f"All tables: {folder}", highlight=False, soft_wrap=True)
