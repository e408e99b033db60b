"""How likely events are: a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.studies.decisions.asked import Columns, ensemble_of, event_of
from refugee_model.studies.decisions.events import holds
from refugee_model.studies.ensemble import Ensemble
from refugee_model.tables.provenance import attributes
from refugee_model.wording import chance

CANNOT = "this table cannot be made"


@takes(
    CANNOT,
    events=kind(
        lambda value: isinstance(value, str) or (isinstance(value, list | tuple) and len(value) > 0),
        "an event such as 'peak_unsheltered > 1000', or a list of them",
    ),
)
def event_table(ens: Ensemble | Any, events: str | Sequence[str]) -> pd.DataFrame:
    """Say in how many futures each of some events happens.

    Parameters
    ----------
    ens : Ensemble or Forecast
        Many draws.
    events : str or list of str
        Such as ``"peak_unsheltered > 1000"``; see :func:`what_would_have_to_be_true`.

    Returns
    -------
    DataFrame
        event, chance (share of draws), in_words; one row an event. Of an event that happens in no draw, or in all, the
        chance is 0 or 1.

    Raises
    ------
    RequestError
        If an event cannot be read, or names an unknown measure.

    Examples
    --------
    >>> rm.event_table(ensemble, ["peak_unsheltered > 1000", "places_full >= 5"])  # doctest: +SKIP
    """
    ensemble = ensemble_of(ens, CANNOT)
    asked = [event_of(ensemble, event) for event in ([events] if isinstance(events, str) else events)]
    columns = Columns(ensemble)
    shares = [float(np.mean(holds(event, columns))) for event in asked]
    words = [chance(share, draws=len(ensemble)) for share in shares]
    table = pd.DataFrame({"event": list(map(str, asked)), "chance": shares, "in_words": words})
    table.attrs.update({**attributes(ensemble.scenario, "Of 100 futures"), "draws": len(ensemble)})
    return table
