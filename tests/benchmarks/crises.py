"""How good forecasts of crises are with the template unchanged: `python tests/benchmarks/crises.py FOLDER`.

FOLDER has index.csv (name, start, low, likely, high) and NAME.csv (time, quantity, place, value) for each crisis; those
that start on the same day are one event. With so many reports known the later ones of seven days are scored; `best` is
the best of three persistence rules (the rate of the last 24, 72 or 168 hours goes on) for each event. `--plain` takes
plain statistics alone, in seconds; `--leave-one-out` chooses their settings on all events but the one that is scored.
"""

from __future__ import annotations

import argparse
import itertools
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import refugee_model as rm
from refugee_model.outcomes.calendar import hours_after_start
from refugee_model.studies.forecast import pool, simple_forecasters
from refugee_model.studies.forecast.scoring import LEVELS
from refugee_model.studies.forecast.simple_forecasters import Counts

KNOWN, DAYS, HOURS, SPANS = (3, 5, 7, 9), 70.0, 168.0, (24.0, 72.0, 168.0)
CLOSEST = 0.5
"""No score counts as less: people are counted one by one, and the ratio to a rule that is exact has no end."""
SETTINGS = {
    "REPORT_ERROR": (0.2, 0.3),
    "CHANGE": (0.15, 0.2, 0.3),
    "STOPS_PER_DAY": (0.0, 0.02),
    "OF_THE_RATE": (0.0, 1 / 3, 2 / 3),
}


def crises(folder: Path):
    """Each crisis: its name, event, scenario, reports and hours."""
    template = rm.load_scenario("one-crossing")
    for row in pd.read_csv(folder / "index.csv").itertuples():
        people = {"low": row.low, "likely": row.likely, "high": row.high}
        scenario = template.change({"timeline.start": row.start, "timeline.days": DAYS, "people.total": people})
        reports = rm.load_reports(folder / f"{row.name}.csv")
        yield (
            row.name,
            row.start[:10],
            scenario,
            reports,
            hours_after_start(reports["time"], scenario.timeline).to_numpy(),
        )


def cases(folder: Path):
    for (name, event, scenario, reports, hours), known in itertools.product(crises(folder), KNOWN):
        later = (
            (hours > hours[known - 1]) & (hours <= hours[known - 1] + HOURS + 1e-6) if known < len(hours) else hours < 0
        )
        if later.any():
            yield name, event, known, scenario, reports, hours, later


def persistence(hours, values, ahead, span):
    begin = max(hours[-1] - span, 0.0)
    past = np.interp(begin, np.r_[0.0, hours], np.r_[0.0, values])
    return values[-1] + (values[-1] - past) / (hours[-1] - begin) * (ahead - hours[-1])


def of_forecast(scenario, reports, known, hours, later, draws):
    issued = rm.forecast(scenario, reports.iloc[:known], draws=draws, seed=1, keep="measures")
    times = [time.isoformat() for time in reports["time"][later]]
    table = rm.forecast_table(issued, "arrived", quantiles=LEVELS, times=times)
    return table["value"].to_numpy().reshape(-1, len(LEVELS))


def of_plain(scenario, reports, known, hours, later):
    counts = Counts(hours[:known], reports["value"].to_numpy(dtype=float)[:known], np.ones(known))
    found, _ = pool._simple(scenario, counts, hours[later], 1)
    # As a pool does: means of equal numbers may differ from them in the last bit.
    return np.stack([np.interp(LEVELS, pool.LEVELS, each) for each in np.maximum(found, counts.values.max())])


def score(quantiles, values):
    levels, half = np.asarray(LEVELS), len(LEVELS) // 2
    over = values[:, None] - quantiles
    loss = np.maximum(levels * over, (levels - 1) * over).sum(axis=1) / (half + 0.5)

    def within(place):
        return np.mean((values >= quantiles[:, place]) & (values <= quantiles[:, -1 - place]))

    return {"wis": loss.mean(), "in_50": within(LEVELS.index(0.25)), "in_90": within(LEVELS.index(0.05))}


def scored(folder: Path, method) -> pd.DataFrame:
    rows = []
    for name, event, known, scenario, reports, hours, later in cases(folder):
        values, begun = reports["value"].to_numpy(dtype=float), time.process_time()
        quantiles = method(scenario, reports, known, hours, later)
        rules = {
            f"{span:g} h": np.abs(persistence(hours[:known], values[:known], hours[later], span) - values[later]).mean()
            for span in SPANS
        }
        below = bool((quantiles < values[known - 1]).any())
        used = time.process_time() - begun
        rows.append(
            {
                "crisis": name,
                "event": event,
                "known": known,
                "reports": int(later.sum()),
                **score(quantiles, values[later]),
                **rules,
                "below": below,
                "cpu_s": used,
            }
        )
    return pd.DataFrame(rows)


def ratios(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Geometric means of the score / that of the best rule of each event, by event and by reports known."""
    names = [f"{span:g} h" for span in SPANS]
    logs = np.log(table[["wis", *names]].clip(lower=CLOSEST))

    def best(keys):
        means = logs.groupby(keys).mean()
        return np.exp(means["wis"] - means[names].min(axis=1))

    by_event = pd.DataFrame(
        {"ratio": best(table["event"]), **{name: table.groupby("event")[name].mean() for name in ("in_50", "in_90")}}
    )
    by_known = np.exp(np.log(best([table["event"], table["known"]])).groupby("known").mean()).to_frame("ratio")
    return by_event, by_known


def whole(table: pd.DataFrame) -> float:
    return float(np.exp(np.log(ratios(table)[0]["ratio"]).mean()))


def set_to(values) -> None:
    for name, value in zip(SETTINGS, values, strict=True):
        setattr(pool if hasattr(pool, name) else simple_forecasters, name, value)


def leave_one_out(folder: Path) -> None:
    tables = {}
    for values in itertools.product(*SETTINGS.values()):
        set_to(values)
        tables[values] = scored(folder, of_plain)
    in_sample = min(whole(table) for table in tables.values())
    parts = []
    for event in sorted(set(next(iter(tables.values()))["event"])):
        best = min(tables, key=lambda values: whole(tables[values][tables[values]["event"] != event]))
        parts.append(tables[best][tables[best]["event"] == event])
        print(event, "without it", dict(zip(SETTINGS, best, strict=True)), f"{whole(parts[-1]):.2f}")
    print(f"best settings of all {in_sample:.3f}, each event with those of the others {whole(pd.concat(parts)):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--leave-one-out", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    if given.leave_one_out:
        leave_one_out(given.folder)
        return
    method = of_plain if given.plain else lambda *case: of_forecast(*case, given.draws)
    table = scored(given.folder, method)
    print(table.round(2).to_string())
    by_event, by_known = ratios(table)
    print(by_event.round(2).to_string(), by_known.round(2).to_string(), sep="\n")
    within = {name: np.average(table[name], weights=table["reports"]) for name in ("in_50", "in_90")}
    print(f"all events {whole(table):.3f}; {table['below'].sum()} of {len(table)} go below the last count")
    print(f"of later reports {within['in_50']:.2f} in the 50 % range, {within['in_90']:.2f} in the 90 % range")
    print(f"{table['cpu_s'].median():.1f} s of processor a forecast")


if __name__ == "__main__":
    main()
