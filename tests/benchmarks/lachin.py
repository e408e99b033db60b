"""Forecasts with the plan of 20 September 2023, beside the best other method: `python tests/benchmarks/lachin.py`.

`bound` is what the plan's own range of people has where nobody can come faster or slower than in the event: each draw
of the plan that lies beyond the last count brings those who are still to come at the pace at which they came. Who has
a better score knows more of how many people there are than the plan says.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd

import refugee_model as rm
from refugee_model.outcomes.reports import Reports
from refugee_model.studies.forecast.scoring import FORECAST, LEVELS, Told, errors_of, usable_reports_of_all

CUTOFFS = tuple(f"2023-09-{time}:00+04:00" for time in ("25T06", "26T20", "27T08", "28T10"))
DRAWN = (np.arange(400) + 0.5) / 400


def bound(plan, reports: pd.DataFrame, cutoff: str) -> float:
    """The score of those of the plan who leave, beyond the last count, where their pace is known."""
    total, share = (plan.uncertain[path] for path in ("people.total", "timing.departure.share_leaving"))
    whole = np.outer(total.quantile(DRAWN), share.quantile(DRAWN)).ravel()
    later = (reports["hours"] > plan.timeline.hours_at(pd.Timestamp(cutoff).to_pydatetime())).to_numpy()
    values, last = reports["value"].to_numpy(dtype=float)[later], float(reports["value"][~later].iloc[-1])
    pace = (values - last) / (values[-1] - last)
    drawn = last + pace[:, None] * (np.quantile(whole[whole >= last], DRAWN) - last)
    return float(errors_of(Told("", np.quantile(drawn, LEVELS, axis=1).T, drawn), values)["wis"].mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    plan, reports = rm.load_scenario("lachin-2023-plan"), rm.load_reports("lachin-2023")
    counted = usable_reports_of_all(plan, Reports.of(reports, "no score"))
    for cutoff in CUTOFFS:
        scores = rm.score_forecasts(plan, reports, [cutoff], draws=given.draws, seed=given.seed)
        scores = scores[scores["lead"] == "all"]
        ours = scores[scores["method"] == FORECAST].set_index("quantity")
        best = scores[scores["method"] != FORECAST].groupby("quantity")["wis"].min()
        least = bound(plan, counted[counted["quantity"] == "arrived"], cutoff) / best["arrived"]
        table = ours[["wis", "coverage_50", "coverage_90", "bias"]].assign(ratio=ours["wis"] / best)
        print(f"{cutoff}: bound of people arrived {least:.2f}", table.round(2).to_string(), sep="\n", flush=True)


if __name__ == "__main__":
    main()
