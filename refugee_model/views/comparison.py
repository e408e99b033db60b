"""The combinations of a study at a glance, on the shell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from rich.table import Table

from refugee_model.views.console import PlainConsole
from refugee_model.views.heat_map import OLDER, crossing, headline_of, held_back_beside
from refugee_model.wording import chance_in_short


def print_comparison(table: pd.DataFrame, draws: int, folder: Path, *, console: PlainConsole | None = None) -> None:
    """Print the mean person-nights without a roof of each combination, those held back at home, and in how many draws there are any.

    Parameters
    ----------
    table : DataFrame
        The comparison of :func:`refugee_model.run_batch`.
    draws : int
        Draws for each combination.
    folder : Path
        Where the results are.
    console : PlainConsole, optional
        Where to print; standard output unless given.
    """
    console = console or PlainConsole()
    measure = headline_of(table)
    said, beside = crossing(table, measure), held_back_beside(table, measure)
    title = "Thousand person-nights waiting for a bed" if measure == OLDER else "Thousand person-nights without a roof"
    title += ":\n" if beside is None else ", + of people held back at home who want to leave:\n"
    title += f"mean of {draws:,} draws, and in how many futures there is any without a roof"
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False)
    shown.add_column(said.axes[0])
    for column in said.columns:
        shown.add_column(column or "mean", justify="right")
    held_back = np.full(said.mean.shape, np.nan) if beside is None else beside.mean
    for name, means, homes, shares in zip(said.rows, said.mean, held_back, said.share, strict=True):
        shown.add_row(name, *(_cell(*cell, draws) for cell in zip(means, homes, shares, strict=True)))
    console.print_table(shown)
    console.print(f"All tables: {folder}", highlight=False, soft_wrap=True)


def _cell(mean: float, held_back: float, share: float, draws: int) -> str:
    if not np.isfinite(mean):
        return "-"
    beside = f" + {held_back / 1000:,.1f}" if np.isfinite(held_back) else ""
    return f"{mean / 1000:,.1f}{beside} ({chance_in_short(share, draws=draws)})"
