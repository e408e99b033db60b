"""The combinations of a study at a glance, on the shell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from refugee_model.console.console import PlainConsole, grid
from refugee_model.outcomes.register import LABELS
from refugee_model.tables.crossing import crossing, headline_of, held_back_beside
from refugee_model.wording import chance_in_short, tenths


def print_comparison(table: pd.DataFrame, draws: int, folder: Path, *, console: PlainConsole | None = None) -> None:
    """Print person-nights without a roof and held back at home of each combination, and in how many draws there are."""
    console = console or PlainConsole()
    measure = headline_of(table)
    said, beside = crossing(table, measure), held_back_beside(table, measure)
    title = f"Thousand {LABELS[measure][:1].lower()}{LABELS[measure][1:]}"
    title += ":\n" if beside is None else ", + of people held back at home who want to leave:\n"
    title += f"mean of {draws:,} draws, and in how many futures there is any without a roof"
    columns = [column or "mean" for column in said.columns]
    held_back = np.full(said.mean.shape, np.nan) if beside is None else beside.mean
    rows = [
        [name, *(_cell(*cell, draws) for cell in zip(means, homes, shares, strict=True))]
        for name, means, homes, shares in zip(said.rows, said.mean, held_back, said.share, strict=True)
    ]
    console.print_table(grid(title, [said.axes[0], *columns], rows, right=columns))
    console.print(f"All tables: {folder}", highlight=False, soft_wrap=True)


def _cell(mean: float, held_back: float, share: float, draws: int) -> str:
    if not np.isfinite(mean):
        return "-"
    beside = f" + {tenths(held_back / 1000)}" if np.isfinite(held_back) else ""
    return f"{tenths(mean / 1000)}{beside} ({chance_in_short(share, draws=draws)})"
