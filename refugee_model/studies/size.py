"""How much memory an ensemble and its tables take, and whether there is as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refugee_model.engine.observers import CROSSED, DAY_ROWS, OF_ROUTE, PARTS
from refugee_model.engine.pace import bounds_of_draws
from refugee_model.engine.program import epochs_of
from refugee_model.engine.result import HELD, HELD_WITH_FLOWS, NEVER, STEPS, Keep
from refugee_model.engine.variables import AT_ONCE, EXTREMES, KEPT, Sizes, recorded_rows
from refugee_model.errors import Problem, RequestError
from refugee_model.memory import GIGABYTE, free_memory
from refugee_model.outcomes.measures import DRAWN
from refugee_model.outcomes.occupancy import AMOUNTS, COLUMNS
from refugee_model.outcomes.statistics import BINS
from refugee_model.scenario.network import DISTRICT, JOURNEY, KINDS, LEG, ONE, POINT, POOL, PROVINCE, ROUTE, named
from refugee_model.scenario.reports import REPORTED
from refugee_model.studies.blocks import Wanted, cores
from refugee_model.studies.points import BLOCK
from refugee_model.tables.frames import COPIES, QUANTILES, WINDOW_BYTES
from refugee_model.wording import figure

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

MOST_EXACT = 250_000
"""Of more draws than this, inputs and measures are kept to seven digits, or a million would not fit in a gigabyte."""
BLOCK_BYTES = 40_000_000
"""Memory that a block takes while it is under way, beside its people; measured on the packaged scenarios."""
ROW_BYTES = 200.0
"""Memory of a row of a table, measured: 150 of a capacity table."""
NEEDS_COPIES = 45
"""Arrays (date, draw) that are there at once while a table of needs is worked out, measured: 40."""


def check_size(scenario: Scenario, draws: int, wanted: Wanted) -> None:
    """Refuse what would not fit in the memory that is free, and say what would and what to keep instead."""
    free, kept = free_memory(), wanted.keep.when != NEVER
    size = bytes_of(scenario, draws, wanted) + bytes_at_work(scenario, draws, wanted)
    if size <= free:
        return
    fits = _draws_that_fit(scenario, draws, wanted, free)
    smaller = (
        "keep='quantiles', which takes the same memory for any number of draws,"
        if kept
        else "run_batch, which keeps files,"
    )
    if wanted.curve_hours:
        smaller = "keep='measures'" if kept else "fewer draws"
    take = f"or take at most {figure(fits)} draws" if fits else "on a machine with more memory"
    tables = " and their tables" if kept else ""
    what = f"{figure(draws)} draws{tables} take {size / GIGABYTE:.1f} GB and {free / GIGABYTE:.1f} GB are free"
    raise RequestError("this ensemble cannot be made", [Problem("keep", f"{what}; use {smaller} {take}")])


def _draws_that_fit(scenario: Scenario, draws: int, wanted: Wanted, free: float) -> int:
    """The most draws that fit, to two digits at most."""
    low, high = 0, draws
    while high - low > max(low // 100, 1):
        middle = (low + high) // 2
        fits = bytes_of(scenario, middle, wanted) + bytes_at_work(scenario, middle, wanted) <= free
        low, high = (middle, high) if fits else (low, middle)
    return low


def bytes_of(scenario: Scenario, draws: int, wanted: Wanted) -> float:
    """Memory that an ensemble takes once it is there [bytes]."""
    keep, kept = wanted.keep, places_kept(scenario, wanted.keep)
    days = scenario.timeline.days + 1
    numbers = len(scenario.uncertain) + len(scenario.aid.provinces) + len(DRAWN)
    a_draw = (8.0 if draws <= MOST_EXACT else 4.0) * numbers
    if keep.when != NEVER:
        rates = HELD | HELD_WITH_FLOWS if keep.flows else HELD
        held = sum(kept[group] for group in rates.values()) * _epochs(scenario)
        by_day = (
            days * (DAY_ROWS + 1 + len(PARTS))
            + sum((end - first) * kept[group] for group, (first, end) in EXTREMES.items())
            + kept[PROVINCE]
            + kept[DISTRICT]
            + kept[ROUTE]  # who has crossed by each in the end
        )
        a_draw += 8.0 * (_times(scenario, keep) * _rows(scenario, keep, kept) + held + by_day)
    if wanted.curve_hours:
        a_draw += 4.0 * len(wanted.curve_hours) * len(REPORTED) + 8.0 * 2 * (
            _rows(scenario, keep, kept) + scenario.timeline.hours
        )
    moved = _moved(kept)
    cells = days * (len(AMOUNTS) * (kept[PROVINCE] + 3) + moved + len(COLUMNS)) if wanted.counted else 0.0
    return draws * a_draw + 4.0 * BINS * cells


def bytes_at_work(scenario: Scenario, draws: int, wanted: Wanted) -> float:
    """Memory beside an ensemble: of blocks under way, or later of the tables that are made of it [bytes]."""
    keep = wanted.keep
    kept, whole = places_kept(scenario, keep), places_kept(scenario, Keep())
    days, steps = scenario.timeline.days + 1, _steps(scenario)
    block = (
        min(draws, BLOCK) * 8.0 * _times(scenario, keep) * _rows(scenario, keep, whole) * 1.25
    )  # people, and once more those of its draws
    waiting = min(cores() + 2 if keep.when != NEVER else cores(), -(-draws // BLOCK))
    # Chances to stay at home in each step, and noise; curves of each step for the draws of a moment.
    steady = 8.0 * steps * (2 * min(draws, BLOCK) + (CROSSED + OF_ROUTE * whole[ROUTE]) * AT_ONCE) + BLOCK_BYTES
    blocks = waiting * block + min(cores(), -(-draws // BLOCK)) * steady
    if keep.when == NEVER:
        return blocks
    moved = _moved(kept)
    window = max(float(WINDOW_BYTES), 8.0 * COPIES * moved * draws)
    tables = window + _times(scenario, keep) * moved * len(QUANTILES) * ROW_BYTES + 8.0 * NEEDS_COPIES * days * draws
    return max(blocks, tables)


def _times(scenario: Scenario, keep: Keep) -> float:
    """Times at which people are kept."""
    return _steps(scenario) + 1.0 if keep.when == STEPS else scenario.timeline.days + 1


def _steps(scenario: Scenario) -> float:
    """How many steps many draws take: regular ones, and what events break."""
    regular, timeline = bounds_of_draws(scenario), scenario.timeline
    if regular is None:
        return timeline.most_steps
    return float(len(regular) + _epochs(scenario) + len(timeline.nights))


def _epochs(scenario: Scenario) -> int:
    """Times between scheduled events, and between paces of draws that are carried on."""
    return len(epochs_of(scenario, scenario.carried.columns if scenario.carried is not None else ()))


def _rows(scenario: Scenario, keep: Keep, kept: dict[str, int]) -> float:
    """Variables that are kept at each time."""
    rows = recorded_rows(scenario) if keep.flows else KEPT
    return sum(count * kept[group] for group, count in rows.items())


def _moved(kept: dict[str, int]) -> int:
    """Rows of a movement table at each time."""
    return sum(kept[kind.group] + (1 if kept[kind.group] > 1 else 0) for kind in KINDS.values())


def places_kept(scenario: Scenario, keep: Keep) -> dict[str, int]:
    """How many places of each group are kept."""
    groups = {group: named(scenario, group) for group in (DISTRICT, POINT, PROVINCE)}
    there = {
        group: sum(1 for name in names if keep.places is None or name in keep.places) for group, names in groups.items()
    }
    sizes = Sizes.of(scenario)
    return there | {group: sizes.count(group) for group in (ONE, ROUTE, LEG, POOL, JOURNEY)}
