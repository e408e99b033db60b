"""How far long work is: told to a function, shown as a bar, or kept quiet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Progress = Callable[[int, int], None]


@contextmanager
def told(progress: bool | Progress, draws: int) -> Iterator[Progress]:
    """What to call with draws done and draws in all, for as long as the work takes."""
    if not progress or callable(progress):
        yield progress if callable(progress) else lambda done, draws: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns: list[Any] = [
        TextColumn("draws"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("time left"),
        TimeRemainingColumn(),
    ]
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("draws", total=max(draws, 1))
        yield lambda done, draws: bars.update(task, completed=done)
