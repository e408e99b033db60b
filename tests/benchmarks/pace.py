"""How far measures are from those of steps of one minute: in steps of 30 minutes, and in steps of automatic length.

A lone projection of the middle of every packaged scenario; amounts as shares of themselves, moments in hours. Less than
half a person and less than a minute are not counted.
"""

from __future__ import annotations

import math
import warnings

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


def main() -> None:
    warnings.filterwarnings("ignore")
    columns = ("scenario", "steps", "number", "amount furthest off", "moment furthest off", "beyond 0.5 % or 1 h")
    print("|", " | ".join(columns), "|")
    print("|", " | ".join("---" for _ in columns), "|")
    for name in rm.list_scenarios()["name"]:
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
