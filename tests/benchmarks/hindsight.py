"""2023 in hindsight: beds shared out among provinces by the forecast of four cut-offs, and by two rules of proportion.

The allocation score: so many beds as people were reported in state accommodation in all provinces together, or a part
of them, are shared out before it is known; what counts is how many people a province then had beyond its share. By the
forecast, beds go where the next one is wanted in most draws, of the people in each province at the time of the reports.

References
----------
Gerding, Reich, Rogers and Ray (2024), Evaluating infectious disease forecasts with allocation scoring rules,
https://doi.org/10.1093/jrsssa/qnae136.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

import refugee_model as rm
from refugee_model.studies.decisions.demand import demand_of
from refugee_model.studies.forecast.skill import shared_out

CUTOFFS = ("2023-09-25T06:00+04:00", "2023-09-26T20:00+04:00", "2023-09-27T08:00+04:00", "2023-09-28T10:00+04:00")
COUNTED = "2023-10-01T10:00+04:00"
"""The last time at which all provinces but Yerevan were reported."""
PARTS = (0.5, 0.8, 1.0)
"""Beds for each person who was reported."""


def score(beds: np.ndarray, people: np.ndarray) -> float:
    """People beyond the beds of their province."""
    return float(np.maximum(people - beds, 0.0).sum())


def counted(reports: pd.DataFrame) -> pd.Series:
    """People in state accommodation at the time counted, by province."""
    of_provinces = (reports["quantity"] == "in_state_accommodation") & (reports["place"] != "")
    there = reports[of_provinces & (pd.to_datetime(reports["time"], utc=True) == pd.Timestamp(COUNTED))]
    return there.set_index("place")["value"]


def main() -> None:
    """A row for each cut-off and number of beds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--cutoffs", nargs="*", default=CUTOFFS)
    asked = parser.parse_args()
    scenario, reports = rm.load_scenario("lachin-2023-plan"), rm.load_reports("lachin-2023")
    people = counted(reports)
    print(f"{len(people)} provinces, {people.sum():,.0f} people at {COUNTED}")
    places = {name: scenario.aid.provinces[name] for name in people.index}
    weights = {
        "by residents": np.array([float(place.residents or 0.0) for place in places.values()]),
        "by present beds": np.array([place.beds for place in places.values()]),
    }
    print("| cut-off | beds a person counted | by the forecast | " + " | ".join(weights) + " | of the best of them |")
    print("|---" * (4 + len(weights)) + "|")
    day = scenario.timeline.hours_at(pd.Timestamp(COUNTED).to_pydatetime()) / 24.0
    for cutoff in asked.cutoffs:
        forecast = rm.forecast(scenario, reports, until=cutoff, draws=asked.draws)
        demand = demand_of(forecast.result)
        at = int(np.argmin(np.abs(forecast.result.day_ends / 24.0 - day)))
        rows = [next(number for number, one in enumerate(demand.places) if one.name == name) for name in places]
        wanted = [demand.people[at, row] for row in rows]
        for part in PARTS:
            beds = part * float(people.sum())
            mine = score(shared_out(wanted, beds), people.to_numpy())
            others = [score(beds * one / one.sum(), people.to_numpy()) for one in weights.values()]
            best = f"{100.0 * mine / min(others):.0f} %"
            said = " | ".join(f"{one:,.0f}" for one in (mine, *others))
            print(f"| {cutoff} | {part:g} | {said} | {best} |", flush=True)


if __name__ == "__main__":
    main()
