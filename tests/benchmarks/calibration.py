"""Simulation-based calibration of forecasts: does learning from simulated reports give back what they were simulated
with?

For each data set one draw of the scenario is taken for the truth, reports with errors are simulated from it at 8 to 12
times of the first days, and a forecast learns from them. The rank of the truth among the draws of the forecast must be
uniform. With ``--pooled`` the forecast is the one that is issued, with plain statistics in its pool, and it is people
arrived one, three and seven days after the last report and in the end that are ranked. Reports are then of arrivals
alone, and their errors are those of who came since the report before: they persist in the total, by ``--error`` of a
day's. Run on request::

    python tests/benchmarks/calibration.py --sets 200 --particles 800
    python tests/benchmarks/calibration.py --sets 60 --pooled 200
    python tests/benchmarks/calibration.py --sets 60 --pooled 200 --at-once 3

Talts, Betancourt, Simpson, Vehtari and Gelman (2018), Validating Bayesian inference algorithms with simulation-based
calibration.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from scipy.stats import chi2

import refugee_model as rm
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.forecast.latent import Latent
from refugee_model.studies.forecast.observations import STAYS, observations_of
from refugee_model.studies.forecast.sampler import LAST_ROUNDS, ROUNDS, sample
from refugee_model.studies.forecast.simple_forecasters import STEP_DAYS

BINS = 10
FIRST, LAST = 30.0, 132.0
"""Reports lie between these hours after the start."""
FINAL = "final total"


def schedule(random: np.random.Generator) -> pd.DataFrame:
    """When what is reported: arrivals 8 to 12 times, registrations and people in state accommodation now and then."""
    hours = np.sort(random.uniform(FIRST, LAST, int(random.integers(8, 13)))).round(1)
    rows = [(hour, "arrived", random.choice(["exact", "inferred"], p=[0.8, 0.2])) for hour in hours]
    rows += [(hour, "registered", "exact") for hour in hours[::3]]
    rows += [(hour, "in_state_accommodation", "exact") for hour in hours[1::3]]
    rows.append((hours[-2], "vehicles", "exact"))
    table = pd.DataFrame(rows, columns=["hours", "quantity", "clock_time"])
    table = table.drop_duplicates(["hours", "quantity"], ignore_index=True)
    return table.assign(place="", rounding=10.0, value=1.0, earliest=pd.NaT, latest=pd.NaT)


def ranks(
    scenario: Scenario, seed: int, particles: int, rounds: int, last_rounds: int, pool: ThreadPoolExecutor | None
) -> dict[str, float]:
    """Share of the draws of the forecast below the truth, for each uncertain number and for the final total."""
    random = np.random.default_rng([77, seed])
    reports = schedule(random)
    items = list(zip(reports["quantity"], reports["place"], strict=True))
    latent = Latent(scenario, reports["hours"].to_numpy(), items, float(reports["hours"].max()))
    end = scenario.timeline.hours
    whole = Latent(scenario, np.array([end]), [("arrived", "")], end)
    numbers = len(latent.paths)
    truth = random.standard_normal((1, whole.size))

    def shortened(normals: np.ndarray) -> np.ndarray:
        parts = [normals[:, numbers + k * whole.shocks :][:, : latent.shocks] for k in range(len(latent.streams))]
        return np.concatenate([normals[:, :numbers], *parts], axis=1)

    def lengthened(normals: np.ndarray) -> np.ndarray:
        longer = random.standard_normal((len(normals), whole.size))
        longer[:, :numbers] = normals[:, :numbers]
        for k in range(len(latent.streams)):
            longer[:, numbers + k * whole.shocks :][:, : latent.shocks] = normals[:, numbers + k * latent.shocks :][
                :, : latent.shocks
            ]
        return longer

    projected, rate = latent.reports(shortened(truth))
    observed = observations_of(reports, scenario.people.total)
    observed = dataclasses.replace(observed, values=observed.simulate(projected, rate, random)[0])
    found = sample(
        lambda normals: observed.log_likelihood(*latent.reports(normals, pool)),
        errors=lambda normals: observed.errors(*latent.reports(normals, pool)),
        numbers=numbers,
        shocks=latent.size - numbers,
        seed=seed,
        particles=particles,
        rounds=rounds,
        last_rounds=last_rounds,
    )
    normals = found.normals
    true, drawn = latent.values(truth), latent.values(normals)
    shares = {path: float((drawn[path] < true[path]).mean()) for path in latent.paths}
    total = whole.reports(truth)[0][0, 0]
    shares[FINAL] = float((whole.reports(lengthened(normals), pool)[0][:, 0] < total).mean())
    return shares


AHEAD = {"1 day": 24.0, "3 days": 72.0, "7 days": 168.0}


def shown(projected: np.ndarray, days: np.ndarray, error: float, random: np.random.Generator) -> np.ndarray:
    """Totals as they are counted (time,): who came since the count before, with an error that persists in the total.

    The errors are less of longer times; no total falls.
    """
    came, length = np.diff(projected, prepend=0.0), np.maximum(np.diff(days, prepend=0.0), STEP_DAYS)
    errors = error / length**0.5 * random.standard_normal(len(projected))
    return np.cumsum(came * np.exp(errors))


def pooled_ranks(scenario: Scenario, seed: int, draws: int, error: float, at_once: int | None) -> dict[str, float]:
    """Share of the draws of a forecast as it is issued below later counts, some days ahead and in the end.

    It learns from so many counts (None for all) ``at_once``, and from each further one as it comes.
    """
    random = np.random.default_rng([78, seed])
    hours = np.unique(random.uniform(FIRST, LAST, int(random.integers(8, 13))).round(1))
    end = scenario.timeline.hours
    later = hours[-1] + np.array([*(ahead for ahead in AHEAD.values()), end - hours[-1]])
    every = np.r_[hours, later]
    projected, _ = (latent := Latent(scenario, every, [("arrived", "")] * len(every), end)).reports(
        random.standard_normal((1, latent.size))
    )
    counts = shown(projected[0, : len(hours)], hours / 24.0, error, random).round(-1)
    # Each later count is the next after the last one known.
    truth = [
        counts[-1] + shown(np.diff(projected[0, [len(hours) - 1, len(hours) + row]]), ahead / 24.0, error, random)[0]
        for row, ahead in enumerate((later - hours[-1])[:, None])
    ]
    given = {"time": [scenario.timeline.time_at(hour) for hour in hours], "quantity": "arrived", "place": ""}
    reports = pd.DataFrame({**given, "value": counts, "rounding": 10.0})
    fc = rm.forecast(scenario, reports[:at_once], draws=draws, seed=seed, keep="measures")
    for row in range(at_once or len(reports), len(reports)):
        fc = fc.update(reports[row : row + 1])
    told = np.stack([np.interp(later, fc.curve_hours, draw) for draw in fc.curves["arrived"].T], axis=1)
    alike = np.abs(told - np.array(truth)[:, None]) <= 5.0
    below = ((told < np.array(truth)[:, None]) & ~alike).mean(axis=1) + 0.5 * alike.mean(axis=1)
    return dict(zip([*AHEAD, FINAL], below, strict=True))


def table_of(shares: pd.DataFrame) -> pd.DataFrame:
    """Counts by bin, chi-squared p, and spread of the ranks (1 is right.

    Above 1 forecasts are too sure of themselves).
    """
    expected = len(shares) / BINS
    rows = []
    for name, column in shares.items():
        counts = np.bincount(np.minimum((column * BINS).astype(int), BINS - 1), minlength=BINS)
        statistic = float((np.square(counts - expected) / expected).sum())
        spread = float(np.square(column - 0.5).mean() * 12.0)
        rows.append(
            (name, float(chi2.sf(statistic, BINS - 1)), spread, float(column.mean()), " ".join(map(str, counts)))
        )
    return pd.DataFrame(rows, columns=["number", "p", "spread", "mean", "counts"]).sort_values("p", ignore_index=True)


def main() -> None:
    """Run, print, and write the ranks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="lachin-2023-plan")
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--particles", type=int, default=800)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--last-rounds", type=int, default=LAST_ROUNDS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pooled", type=int, default=0, metavar="DRAWS", help="rank forecasts as they are issued")
    parser.add_argument("--at-once", type=int, metavar="COUNTS", help="learn from so many, then update by each")
    parser.add_argument("--error", type=float, default=STAYS, help="relative error of who is counted in a day")
    parser.add_argument("--out", default="", help="CSV file for the ranks; written again after every tenth data set")
    given = parser.parse_args()
    scenario, begin, found = rm.load_scenario(given.scenario), time.perf_counter(), []
    with ThreadPoolExecutor(given.threads) as pool:
        for seed in range(given.sets):
            if given.pooled:
                found.append(pooled_ranks(scenario, seed, given.pooled, given.error, given.at_once))
            else:
                found.append(ranks(scenario, seed, given.particles, given.rounds, given.last_rounds, pool))
            if given.out and (seed + 1) % 10 == 0:
                pd.DataFrame(found).to_csv(given.out, index=False, float_format="%.5f")
    table = table_of(pd.DataFrame(found))
    draws, took = given.pooled or given.particles, time.perf_counter() - begin
    print(f"{given.sets} data sets of {given.scenario}, {draws} draws, {took:.0f} s")
    print(table.round(3).to_string())
    print(
        f"least p {table['p'].min():.4f}; times {len(table)} numbers (Bonferroni): "
        f"{min(1.0, table['p'].min() * len(table)):.3f}"
    )


if __name__ == "__main__":
    main()
