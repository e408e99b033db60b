"""How far measures are from those of steps of one minute: in steps of 30 minutes, and in steps of automatic length.

A lone projection of the middle of every packaged scenario; amounts as shares of themselves, moments in hours. Less than
half a person and less than a minute are not counted. With ``draws``, the means and quantiles of 256 draws against steps
of two minutes; names of scenarios may follow.
"""

from __future__ import annotations

import argparse
import math
import warnings

import numpy as np
import pandas as pd

import refugee_model as rm
from refugee_model.engine.program import lay_out
from refugee_model.engine.result import Keep
from refugee_model.engine.simulation import move
from refugee_model.outcomes.measures import TIME, measure_of, measures
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import AUTO

LENGTHS: tuple[float | str, ...] = (30.0, AUTO)
MOST_SHARE, MOST_HOURS = 0.005, 1.0
NOTHING = {"h": 1.0 / 60.0}
"""Of other units, half of one."""


def measured(scenario: Scenario, length: float | str) -> tuple[int, dict[str, float]]:
    """Number of steps, and the measures of a lone projection."""
    with_length = scenario.change({"timeline.step_minutes": length})
    run = rm.simulate(with_length) if length == AUTO else move(with_length, {}, lay_out(with_length), Keep())
    return len(run.bounds) - 1, {name: float(values[0]) for name, values in measures(run).items()}


def errors(found: dict[str, float], exact: dict[str, float]) -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
    """Errors of amounts as shares and of moments in hours, the largest first."""
    amounts, moments = [(0.0, "")], [(0.0, "")]
    for name, value in found.items():
        unit, right = measure_of(name).unit, exact[name]
        if value == right or (math.isnan(value) and math.isnan(right)):
            continue
        off = abs(value - right)
        if unit == TIME:
            moments.append((off, name))
        elif off >= NOTHING.get(unit, 0.5):
            amounts.append((off / max(abs(right), 1e-9), name))
    return sorted(amounts, reverse=True), sorted(moments, reverse=True)


DRAWS, FINE = 256, 2.0
PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST_SHARE = 0.1
"""A quantile far below the mean counts against this share of the mean."""


def of_draws(scenario: Scenario, length: float | str) -> pd.DataFrame:
    """Measures of many draws, moments in hours after the start."""
    drawn = rm.simulate_ensemble(
        scenario.change({"timeline.step_minutes": length}), draws=DRAWS, keep="measures", seed=1
    ).measures
    for name in (name for name in drawn if measure_of(name).unit == TIME):
        drawn[name] = (pd.to_datetime(drawn[name], utc=True) - scenario.timeline.start) / pd.Timedelta(hours=1)
    return drawn.astype(float)


def beyond(found: pd.Series, exact: pd.Series) -> tuple[int, int, list[str]]:
    """Of one measure: means and quantiles that were compared, and those too far off."""
    name, unit, said = str(exact.name), measure_of(str(exact.name)).unit, []
    both = np.isfinite(found) & np.isfinite(exact)
    if not both.any():
        return 0, 0, said
    mean, right = found[both].mean(), exact[both].mean()
    if unit == TIME:
        return 1, 0, [f"mean {name} ({mean - right:+.1f} h)"] if abs(mean - right) > MOST_HOURS else said
    pairs = [("mean", mean, right, abs(right))]
    for share in PROBABILITIES:
        one, other = np.quantile(found, share), np.quantile(exact, share)
        pairs.append((f"{100 * share:.0f} %", one, other, max(abs(other), LEAST_SHARE * abs(right))))
    pairs = [pair for pair in pairs if np.isfinite(pair[1]) and np.isfinite(pair[2])]
    for what, one, other, whole in pairs:
        if abs(one - other) >= max(NOTHING.get(unit, 0.5), MOST_SHARE * whole):
            said.append(f"{what} {name} ({one:,.2f} instead of {other:,.2f} {unit})")
    return 1, len(pairs) - 1, said


def table_of_draws(names: list[str]) -> None:
    """What is too far off in each scenario, and how much in all."""
    counts = np.zeros(4, dtype=int)
    for name in names:
        scenario = rm.load_scenario(name)
        found, exact = (of_draws(scenario, length) for length in (AUTO, FINE))
        each = [beyond(found[column], exact[column]) for column in exact]
        said = [line for of_measure in each for line in of_measure[2]]
        means = sum(line.startswith("mean") for line in said)
        counts += [means, sum(one[0] for one in each), len(said) - means, sum(one[1] for one in each)]
        print(f"| {name} | {'; '.join(said) or 'none'} |", flush=True)
    print(f"{counts[0]} of {counts[1]} means (moments too), {counts[2]} of {counts[3]} quantiles")


def main() -> None:
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["draws"])
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    names = asked.names or list(rm.list_scenarios()["name"])
    if asked.what:
        table_of_draws(names)
        return
    columns = ("scenario", "steps", "number", "amount furthest off", "moment furthest off", "beyond 0.5 % or 1 h")
    print("|", " | ".join(columns), "|")
    print("|", " | ".join("---" for _ in columns), "|")
    for name in names:
        scenario = rm.load_scenario(name)
        _, exact = measured(scenario, 1.0)
        for length in LENGTHS:
            steps, found = measured(scenario, length)
            amounts, moments = errors(found, exact)
            (share, amount), (hours, moment) = amounts[0], moments[0]
            beyond = [f"{one} ({100 * off:.1f} % of {exact[one]:,.0f})" for off, one in amounts if off > MOST_SHARE]
            beyond += [f"{one} ({off:.1f} h)" for off, one in moments if off > MOST_HOURS]
            said = f"{amount} {100 * share:.2f} % | {moment} {hours:.2f} h | {'; '.join(beyond) or 'none'}"
            print(f"| {name} | {length if length == AUTO else '30 min'} | {steps:,} | {said} |", flush=True)


if __name__ == "__main__":
    main()
