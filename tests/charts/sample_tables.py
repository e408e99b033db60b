"""Made-up tables for the tests of the charts, from nobody to millions, from one step to years."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ATTRS = {"source": "Reports of the Government and the press", "run_id": "3f9a1c04", "version": "0.1.0"}
START = pd.Timestamp("2023-09-24T12:00+04:00")


def titled(table: pd.DataFrame, title: str = "Made up") -> pd.DataFrame:
    """The table with what every table carries."""
    table.attrs.update({"title": title, **ATTRS})
    return table


def clock_of(days: float) -> tuple[pd.DatetimeIndex, Floats]:
    """Times every six hours, and at the end; and the share of the projection that is over."""
    hours = np.append(np.arange(0.0, days * 24.0, 6.0), days * 24.0)
    return pd.DatetimeIndex(START + pd.to_timedelta(np.rint(hours * 3600.0), unit="s")), hours / (days * 24.0)


def arrivals_of(*, people: float = 100_000.0, days: float = 20.0) -> pd.DataFrame:
    """People arrive evenly in the first half."""
    times, over = clock_of(days)
    arrived = people * np.minimum(over * 2.0, 1.0)
    columns = {
        "time": times,
        "arrived": arrived,
        "registered": arrived * 0.9,
        "in_state_accommodation": arrived * 0.4,
        "vehicles": arrived / 4,
    }
    return titled(pd.DataFrame(columns))


def waiting_of(*, people: float = 30_000.0, days: float = 20.0) -> pd.DataFrame:
    """A queue that rises to ``people`` in the middle and then falls, and one reception point."""
    times, over = clock_of(days)
    queue = people * (1.0 - np.abs(2.0 * over - 1.0))
    checkpoint = {"people": queue, "vehicles": queue / 4.0, "queue_km": queue / 600.0, "wait_hours": queue / 900.0}
    point = {"people": queue / 50.0, "vehicles": np.nan, "queue_km": np.nan, "wait_hours": 1.0}
    parts = [
        pd.DataFrame({"time": times, "place": name, **columns})
        for name, columns in (("checkpoint", checkpoint), ("Goris", point))
    ]
    return titled(pd.concat(parts, ignore_index=True))


def movement_of(*, people: float = 100_000.0, days: float = 20.0) -> pd.DataFrame:
    """Everybody goes from home by road to a bed or to relatives."""
    times, over = clock_of(days)
    left, arrived = np.minimum(over * 3.0, 1.0), np.clip(over * 3.0 - 0.6, 0.0, 1.0)
    shares = {
        "at_home": 1.0 - left,
        "on_road": left - arrived,
        "detained": 0.0 * over,
        "sheltered": arrived * 0.4,
        "hosted": arrived * 0.6,
    }
    parts = [
        pd.DataFrame(
            {
                "time": times,
                "kind": kind,
                "place": kind,
                "area_code": "",
                "people": people * share,
                "entered": 0.0,
                "left": 0.0,
            }
        )
        for kind, share in shares.items()
    ]
    return titled(pd.concat(parts, ignore_index=True))


def needs_of(
    *, people: float = 100_000.0, days: float = 20.0, items: int = 3, label: str = "Item", unit: str = "litres"
) -> pd.DataFrame:
    """Items of which a larger and larger part is supplied."""
    dates = pd.date_range("2023-09-24", periods=max(int(np.ceil(days)), 1), freq="D")
    parts = []
    for number in range(items):
        need = np.full(len(dates), people * 15.0)
        supplied = need * number / items
        columns = {
            "date": dates,
            "item": f"item_{number}",
            "label": f"{label} {number}",
            "sector": "WASH",
            "kind": "daily",
            "phase": "emergency",
        }
        amounts = {
            "unit": unit,
            "people": people,
            "need": need,
            "new_need": need,
            "supplied": supplied,
            "gap": need - supplied,
            "cost": need * 0.01,
        }
        parts.append(pd.DataFrame({**columns, **amounts}))
    return titled(pd.concat(parts, ignore_index=True))


def provinces(
    count: int, *, people: float = 2000.0, days: float = 30.0, letters: int = 12, title: str = "Made up"
) -> pd.DataFrame:
    """Provinces that fill one after another, with transit places."""
    times, over = clock_of(days)
    rows: list[tuple[str, str, str, Floats, Floats]] = []
    for number in range(count):
        name = f"{number + 1} {'Long name of a province far away ' * 3}"[:letters].strip()
        beds = np.where(over > 0.6, people * 1.2, people)
        rows.append(
            (
                name,
                "state accommodation",
                f"XX-{number}",
                beds,
                np.minimum(beds, people * over / (0.2 + number / count)),
            )
        )
    asking = people * count * np.maximum(1.0 - np.abs(over - 0.4) / 0.3, 0.0)
    rows.append(("transit", "transit", "", np.full(len(over), people * count * 0.2), asking))
    return capacity_of(times, rows, title)


def capacity_of(
    times: pd.DatetimeIndex, rows: Sequence[tuple[str, str, str, Floats, Floats]], title: str = "Made up"
) -> pd.DataFrame:
    """A capacity table of rows (place, kind, area code, capacity, people)."""
    parts = []
    for place, kind, code, beds, people in rows:
        part = pd.DataFrame(
            {"time": times, "place": place, "kind": kind, "area_code": code, "capacity": beds, "people": people}
        )
        part["free"] = (part["capacity"] - part["people"]).clip(lower=0.0)
        part["over"] = (part["people"] - part["capacity"]).clip(lower=0.0)
        part["utilisation"] = part["people"] / part["capacity"].where(part["capacity"] > 0)
        parts.append(part)
    return titled(pd.concat(parts, ignore_index=True), title)
