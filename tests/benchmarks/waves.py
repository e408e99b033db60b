"""Invented influxes of shapes that real ones have, for `crises.py`: `python tests/benchmarks/waves.py FOLDER`.

Each shape has so many series (`--of-each`) from 500 to 2 million people (of few people: 100 to 500), with planning
ranges that are off by a factor of 2 (a standard deviation); all of a shape start on one day, so that `crises.py` takes
them as one event.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Random = np.random.Generator
LENGTH = 30
DAY = np.arange(LENGTH)
SMALLEST, LARGEST, FEW = 500.0, 2e6, (100.0, 500.0)
ROUGH, PLAN_OFF = 0.25, np.log(2.0)
"""Standard deviations of the logarithms of a day's people and of the plan."""


def bell(middle: float, width: float) -> Floats:
    return np.exp(-0.5 * ((DAY + 0.5 - middle) / width) ** 2)


def shut(daily: Floats, first: int, days: int) -> Floats:
    """Nobody comes for some days; a part of those who would have come then comes after it."""
    held = daily[first : first + days].sum()
    daily = np.where((first <= DAY) & (first + days > DAY), 0.0, daily)
    return daily + 0.5 * held * (first + days == DAY)


def heavy(random: Random) -> Floats:
    """Days of very unlike numbers."""
    return np.exp(-DAY / 15.0) * random.pareto(1.5, LENGTH)


DAILY: dict[str, Callable[[Random], Floats]] = {
    "burst and stop": lambda random: 1.0 * (random.integers(4, 10) > DAY),
    "burst, then a trickle": lambda random: np.where(random.integers(4, 9) > DAY, 1.0, 0.03),
    "steady": lambda random: np.ones(LENGTH),
    "s-curve": lambda random: bell(random.uniform(6, 14), random.uniform(2, 5)),
    "two waves": lambda random: bell(2.5, 1.5) + random.uniform(0.5, 1.5) * bell(random.uniform(8, 12), 1.5) + 0.02,
    "closed for days": lambda random: shut(np.ones(LENGTH), random.integers(3, 9), random.integers(2, 5)),
    "peak on the first day": lambda random: np.exp(-DAY / random.uniform(2, 6)),
    "power-law decay": lambda random: (1.0 + DAY) ** -random.uniform(0.7, 1.3),
    "grows week by week": lambda random: np.exp(DAY * random.uniform(0.05, 0.12)),
    "jump after a trickle": lambda random: np.where(random.integers(4, 9) > DAY, 0.05, np.exp(-DAY / 8.0)),
    "heavy tails": heavy,
    "wandering": lambda random: np.exp(np.cumsum(0.3 * random.standard_normal(LENGTH))),
}


def as_reported(kind: str, total: Floats, size: float, random: Random) -> tuple[NDArray[np.int64], Floats]:
    """Days on which a total is reported, and what is said of it."""
    days = DAY.copy()
    if kind == "rounded":
        unit = 10.0 ** np.floor(np.log10(size / 30.0))
        return days, np.round(total / unit) * unit
    if kind == "no count on weekends":
        free = (DAY + random.integers(7)) % 7 >= 5
        return days, np.maximum.accumulate(np.where(free, 0.0, total))
    if kind == "every second or third day":
        days = np.cumsum(random.integers(2, 4, LENGTH))
        days = days[days < LENGTH] - 1
    if kind == "off by a tenth":
        return days, total * np.exp(0.1 * random.standard_normal(LENGTH))
    if kind == "starts late":
        days = days[np.searchsorted(total, 0.6 * total[-1]) :]
    if kind == "gaps of a day to a week":
        days = np.cumsum(random.integers(1, 8, LENGTH))
        days = days[days <= LENGTH] - 1
    if kind == "one in five said again":
        return days, np.maximum.accumulate(np.where(random.random(LENGTH) < 0.2, 0.0, total))
    return days, total[days]


REPORTED = ("rounded", "no count on weekends", "every second or third day", "off by a tenth", "starts late")
LATER = ("less on weekends", "gaps of a day to a week", "one in five said again", "few people")
"""Shapes that were added when the settings of forecasts stood: nothing was chosen on them."""


def series(shape: str, number: int, random: Random) -> tuple[pd.Series, float]:
    """Totals by day, and how many people there are."""
    of = DAILY.get(shape) or (DAILY["steady"], DAILY["power-law decay"], DAILY["s-curve"])[number % 3]
    smallest, largest = FEW if shape == "few people" else (SMALLEST, LARGEST)
    size = float(np.exp(random.uniform(np.log(smallest), np.log(largest))))
    daily = of(random) * np.exp(ROUGH * random.standard_normal(LENGTH))
    if shape == "less on weekends":
        daily = daily * np.where((DAY + random.integers(7)) % 7 >= 5, 0.4, 1.0)
    days, values = as_reported(shape, size * np.cumsum(daily) / daily.sum(), size, random)
    return pd.Series(np.maximum.accumulate(np.round(values)), index=days), size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--of-each", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for place, shape in enumerate((*DAILY, *REPORTED, *LATER)):
        start = pd.Timestamp("2031-01-01T00:00+00:00") + pd.Timedelta(days=place)
        for number in range(given.of_each):
            random = np.random.default_rng([given.seed, place, number])
            totals, size = series(shape, number, random)
            likely = size * np.exp(PLAN_OFF * random.standard_normal())
            name = f"{shape} {number + 1}".replace(" ", "-").replace(",", "")
            times = [(start + pd.Timedelta(days=int(day) + 1)).isoformat() for day in totals.index]
            table = pd.DataFrame({"time": times, "quantity": "arrived", "place": "", "value": totals.to_numpy(int)})
            table[table["value"] > 0].to_csv(given.folder / f"{name}.csv", index=False)
            rows.append((name, start.isoformat(), *(round(likely * part) for part in (0.2, 1.0, 4.0))))
    pd.DataFrame(rows, columns=["name", "start", "low", "likely", "high"]).to_csv(
        given.folder / "index.csv", index=False
    )


if __name__ == "__main__":
    main()
