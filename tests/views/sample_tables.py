"""Tables for the tests of the charts: of the packaged scenario, and of made-up extremes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from refugee_model.engine.trajectories import ENTERED, LEFT, Trajectories

ATTRS = {"source": "Reports of the Government of Armenia, UNHCR and the press", "run_id": "3f9a1c04", "version": "0.1.0"}


def times_of(run: Trajectories) -> pd.DatetimeIndex:
    """Time of each bound."""
    return pd.DatetimeIndex([run.scenario.timeline.time_at(float(hour)) for hour in run.hours], name="time")


def titled(table: pd.DataFrame, title: str) -> pd.DataFrame:
    """The table with what every table carries."""
    table.attrs.update({"title": title, **ATTRS})
    return table


def movement(run: Trajectories) -> pd.DataFrame:
    """People in each place, with those who entered and left."""
    times = times_of(run)
    parts = []
    for kind in ENTERED:
        people, entered, left = run.people(kind), run.moved(kind, ENTERED), run.moved(kind, LEFT)
        for number, place in enumerate(run.places_of(kind)):
            columns = {"time": times, "kind": kind, "place": place.name, "area_code": place.area_code, "people": people[:, number, 0]}
            moved = {name: np.append(0.0, flow[:, number, 0]) for name, flow in (("entered", entered), ("left", left))}
            parts.append(pd.DataFrame({**columns, **moved}))
    return titled(pd.concat(parts, ignore_index=True), run.scenario.title)


def capacity(run: Trajectories) -> pd.DataFrame:
    """People against capacity."""
    times = times_of(run)
    rows = [
        (place.name, "state accommodation", place.area_code, run.level("beds")[:, number, 0], run.people("sheltered")[:, number, 0])
        for number, place in enumerate(run.places_of("sheltered"))
    ]
    rows.append(("transit places", "transit", "", run.transit_places[:, 0], run.people("awaiting_placement")[:, 0, 0]))
    return capacity_of(times, rows, run.scenario.title)


def capacity_of(times: pd.DatetimeIndex, rows: Sequence[tuple[str, str, str, object, object]], title: str) -> pd.DataFrame:
    """A capacity table of rows (place, kind, area code, capacity, people)."""
    parts = []
    for place, kind, code, beds, people in rows:
        here = {"time": times, "place": place, "kind": kind, "area_code": code, "capacity": beds, "people": people}
        part = pd.DataFrame(here)
        part["free"] = (part["capacity"] - part["people"]).clip(lower=0.0)
        part["over"] = (part["people"] - part["capacity"]).clip(lower=0.0)
        part["utilisation"] = part["people"] / part["capacity"].where(part["capacity"] > 0)
        parts.append(part)
    return titled(pd.concat(parts, ignore_index=True), title)


def waiting(run: Trajectories) -> pd.DataFrame:
    """Queue at the checkpoint and people waiting at the reception points."""
    times = times_of(run)
    crossed = run.cumulative("crossed")[:, 0]
    people = run.queue_people[:, 0]
    clears = np.interp(crossed + people, crossed + np.arange(len(crossed)) * 1e-9, run.hours)
    vehicles = run.queue_vehicles[:, 0]
    at_checkpoint = {"people": people, "vehicles": vehicles, "queue_km": vehicles / 120.0, "wait_hours": clears - run.hours}
    parts = [pd.DataFrame({"time": times, "place": "checkpoint", **at_checkpoint})]
    for number, place in enumerate(run.places_of("awaiting_registration")):
        there = run.people("awaiting_registration")[:, number, 0]
        parts.append(
            pd.DataFrame({"time": times, "place": place.name, "people": there, "vehicles": np.nan, "queue_km": np.nan, "wait_hours": 0.1})
        )
    return titled(pd.concat(parts, ignore_index=True), run.scenario.title)


def arrivals(run: Trajectories) -> pd.DataFrame:
    """Cumulative arrivals."""
    crossed = run.cumulative("crossed")[:, 0]
    columns = {
        "time": times_of(run),
        "arrived": crossed,
        "registered": run.cumulative_registered[:, 0],
        "in_state_accommodation": run.people("sheltered").sum(axis=1)[:, 0],
        "vehicles": crossed / 4.7,
    }
    return titled(pd.DataFrame(columns), run.scenario.title)


def needs(run: Trajectories) -> pd.DataFrame:
    """Need and supply of each item, by day."""
    here = run.people("hosted").sum(axis=1)[:, 0] + run.people("sheltered").sum(axis=1)[:, 0]
    days = pd.date_range(times_of(run)[0].normalize(), periods=int(run.scenario.timeline.days), freq="D")
    people = np.interp(np.arange(len(days)) * 24.0 + 12, run.hours, here)
    parts = []
    for number, (name, item) in enumerate(run.scenario.standards.items.items()):
        need = people * item.emergency
        supplied = np.minimum(need, need.max() * (0.2 + 0.05 * number) * (np.arange(len(days)) > number))
        columns = {"date": days, "item": name, "label": item.label, "sector": item.sector, "phase": "emergency", "unit": item.unit}
        amounts = {"people": people, "need": need, "supplied": supplied, "gap": need - supplied, "cost": need * item.unit_cost_usd}
        parts.append(pd.DataFrame({**columns, **amounts}))
    return titled(pd.concat(parts, ignore_index=True), run.scenario.title)


def provinces(
    count: int, *, people: float = 2000.0, days: float = 30.0, letters: int = 12, step_hours: float = 6.0, title: str = "Made up"
) -> pd.DataFrame:
    """Made-up provinces that fill one after another, with transit places."""
    hours = np.append(np.arange(0.0, days * 24.0, step_hours), days * 24.0)
    times = pd.DatetimeIndex(pd.Timestamp("2023-09-24T12:00+04:00") + pd.to_timedelta(hours, unit="h"))
    rows: list[tuple[str, str, str, object, object]] = []
    for number in range(count):
        name = f"{number + 1} {'Long name of a province far away ' * 3}"[:letters].strip()
        beds = np.where(hours > days * 8, people * 1.2, people)
        here = np.minimum(beds, people * hours / (days * 3 + number * days * 24 / max(count, 1)))
        rows.append((name, "state accommodation", f"XX-{number}", beds, here))
    asking = people * count * np.exp(-(((hours - days * 6) / (days * 3)) ** 2))
    rows.append(("transit places", "transit", "", np.full(len(hours), people * count * 0.2), asking))
    return capacity_of(times, rows, title)
