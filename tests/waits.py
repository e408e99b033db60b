"""Waits of a whole projection as a table, which tests read."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from refugee_model.outcomes.queues import waiting, waits_of
from refugee_model.tables.frames import FLOWS, Projection, ask, table, tabulate, word_column


@table(FLOWS)
def waiting_summary(run: Projection, *, quantiles: Sequence[float] | None = None) -> pd.DataFrame:
    """How long people wait in each queue, over the whole projection.

    Returns
    -------
    DataFrame
        place, people, median_wait_hours, p90_wait_hours, longest_wait_hours; one row a queue.
    """
    asked = ask(waiting_summary, run, quantiles=quantiles)
    waits = waits_of(waiting(asked.result))
    columns = {
        "people": waits.people,
        **{f"{name}_wait_hours": getattr(waits, name) for name in ("median", "p90", "longest")},
    }
    return tabulate(asked, "Waits", {"place": word_column(waits.places)}, columns)
