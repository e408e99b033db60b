"""How good forecasts of several crises were: beside the best rule without a model, and whether their ranges held."""

from __future__ import annotations

import numpy as np
import pandas as pd

from refugee_model.arguments import takes
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.tables.frames import CANNOT
from refugee_model.wording import as_found

NEEDED = ("crisis", "event", "known", "quantity", "method", "wis", "coverage_50", "coverage_90", "below", "allocation")
BY = ("event", "known", "crisis", "all")
LEAST = 0.5
"""People; an error below this is no error."""


@takes(CANNOT)
def skill_table(scores: pd.DataFrame, *, by: str = "event", quantity: str = "arrived") -> pd.DataFrame:
    """What scores of forecasts of several crises come to, by event, by number of reports known, or in all.

    Parameters
    ----------
    scores : DataFrame
        As ``score_forecasts`` gives it of several crises, with other methods.
    by : {"event", "known", "crisis", "all"}
        What has a row.
    quantity : str
        One of those scored.

    Returns
    -------
    DataFrame
        The column ``by`` says, forecasts, rule, ratio, coverage_50, coverage_90, below, allocation, allocation_of_rule.
        ``rule`` is the one method beside the forecast that is best over all events and reports known, the same in every
        row. ``ratio`` is the weighted interval score of the forecasts / that of the rule: the geometric mean over
        forecasts of a series, then over series of an event, then over events; below 1 forecasts are better. Coverages
        and ``below`` are means in the same order [share of later reports]. Allocations [share of people] are means over
        numbers of reports known, by ``known`` those of each, and else blank, as all crises share them.

    Raises
    ------
    RequestError
        If the table is not one of several crises, or names no other method.

    Examples
    --------
    >>> print(rm.skill_table(scores, by="known"))  # doctest: +SKIP
    """
    missing = [name for name in NEEDED if name not in getattr(scores, "columns", ())]
    problems = []
    if missing:
        said = f"found {as_found(scores)} without {', '.join(missing)}, expected what score_forecasts gives of crises"
        problems.append(Problem("scores", said))
    if not isinstance(by, str) or by not in BY:
        problems.append(Problem("by", f"found {as_found(by)}, expected one of {', '.join(map(repr, BY))}"))
    rows = scores[scores["quantity"] == quantity] if not missing else scores
    if not missing and rows.empty:
        problems.append(Problem("quantity", f"found {quantity!r}; {nearest(quantity, set(scores['quantity']))}"))
    if not problems and set(rows["method"]) <= {"forecast"}:
        problems.append(Problem("scores", "hold no other method: score with baselines=True"))
    if problems:
        raise RequestError(CANNOT, problems)
    return _of_rows(rows.assign(all="all"), by)


def _of_rows(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    wis = rows.pivot_table(index=["event", "crisis", "known"], columns="method", values="wis").clip(lower=LEAST)
    logarithms = pd.DataFrame(np.log(wis.div(wis["forecast"], axis=0))).drop(columns="forecast")
    rule = str(_over(logarithms, "all").iloc[0].idxmin())
    ours = rows[rows["method"] == "forecast"].set_index(["event", "crisis", "known"])
    each = ours[["coverage_50", "coverage_90", "below"]].assign(ratio=-logarithms[rule])
    found = _over(each, by)
    counts = each.assign(all="all").reset_index().groupby(by, sort=False).size()
    shared = rows.groupby(["known", "method"])["allocation"].first().unstack()[["forecast", rule]]
    shared = shared if by == "known" else shared.mean().to_frame("all").T if by == "all" else shared.iloc[:0]
    table = pd.DataFrame(
        {
            "forecasts": counts,
            "rule": rule,
            "ratio": np.exp(found["ratio"]),
            **{name: found[name] for name in ("coverage_50", "coverage_90", "below")},
            "allocation": shared["forecast"].reindex(counts.index),
            "allocation_of_rule": shared[rule].reindex(counts.index),
        },
        index=counts.index,
    ).reset_index()
    table.attrs.update(rows.attrs)
    return table


def _over(each: pd.DataFrame, by: str) -> pd.DataFrame:
    """Means over forecasts of a series, then over series of an event, then over events."""
    groups = {"all": [], "known": ["known"], "event": [], "crisis": ["crisis"]}[by]
    of_series = each.groupby([*("known",) * ("known" in groups), "event", "crisis"], sort=False).mean()
    if by == "crisis":
        return of_series.droplevel("event")
    of_events = of_series.groupby([*groups, "event"], sort=False).mean()
    if by == "event":
        return of_events
    return of_events.groupby("known").mean() if by == "known" else of_events.mean().to_frame("all").T
