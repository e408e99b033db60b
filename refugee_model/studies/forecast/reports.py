"""Reports as a forecast takes them: until when they are known, what in them is odd, which totals they give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from refugee_model.arrays import Floats
from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.calendar import hours_after_start
from refugee_model.outcomes.reported import SAME_TIME, names_of_reported, right_counts, wrong_place
from refugee_model.outcomes.reports import Reports, refuse
from refugee_model.scenario.reports import CURRENT, where_reported
from refugee_model.scenario.timeline import LEAST_STEP_MINUTES, SECONDS_PER_HOUR
from refugee_model.scenario.values import NoTimeError, time_of
from refugee_model.wording import whole

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

EXAMPLE = "2023-09-26T20:00+04:00"


def middle(scenario: Scenario) -> str:
    """A time within the scenario, as an example."""
    return scenario.timeline.time_at(0.5 * scenario.timeline.hours).isoformat(timespec="minutes")


def ends(scenario: Scenario) -> list[str]:
    """When a scenario begins and ends."""
    times = (scenario.timeline.time_at(hours) for hours in (0.0, scenario.timeline.hours))
    return [time.isoformat(timespec="minutes") for time in times]


def read_until(scenario: Scenario | None, until: str | datetime | None) -> datetime | None:
    """A time that is given, checked against the scenario where that could be read; None where none is given."""
    if until is None:
        return None
    try:
        time = time_of(until)
    except NoTimeError:
        example = EXAMPLE if scenario is None else middle(scenario)
        raise _refused(f"found {str(until)!r}, expected a time with its offset from UTC, such as {example}") from None
    if scenario is not None and not 0.0 < scenario.timeline.hours_at(time) < before_end(scenario):
        inside = f"expected a time between {' and '.join(ends(scenario))}, more than a minute before the end"
        raise _refused(f"found {time.isoformat(timespec='minutes')}, {inside}")
    return time


def before_end(scenario: Scenario) -> float:
    """The hour before which a forecast must be made, so that a step is left to go on from it [h]."""
    rounding = 0.5 / SECONDS_PER_HOUR
    return scenario.timeline.hours - (LEAST_STEP_MINUTES / 60.0 + rounding)


def _refused(reason: str) -> RequestError:
    return RequestError(SUBJECT, [Problem("until", reason)])


SUBJECT = "no forecast can be made"
FEW_FALLS = 2
"""More falls of one total are told together, so that they do not hide what else is odd."""
BY_HALF, OFTEN = 0.5, 2
"""A total that falls below this part of an earlier one so often is no total."""
DISAGREE = 0.05
BY_TURNS, GAP, ALIKE = 3, 0.08, 2.0
"""Counts that lie so often in a row by turns above and below the line between those beside them, by more than this part
and none more than so many times as far as another, may be of two kinds: so does none of ten published series."""
STEADY, TWICE = 0.3, 2.5
"""A total that falls in more than this share of steps, often by more than that, and never reaches so many times its
first count, is none."""
NOT_SMALL, NOWHERE = 0.01, 0.5
"""Nor is one that often falls by more than the first, by as many in all as this part of what it grows."""
STOPPED = 0.03
"""A rate below this part of the highest is hardly anybody."""
TENFOLD, FEW_PEOPLE = 10.0, 100.0
MOST = 1e8
"""The largest exoduses on record are of some ten million people."""
PARTS = (("registered", "arrived"), ("in_state_accommodation", "arrived"), ("arrived", "departed"))
"""Of whom the first is a part of the second."""
LATE_DAYS, LATE_INTERVALS, SILENT_DAYS = 5.0, 2.0, 2.0
"""A first count so long after the start and more than so many of the usual times between counts, and a cut-off so long
after the last one, are told."""


def reports_of(scenario: Scenario, reports: Reports, *, subject: str = SUBJECT) -> pd.DataFrame:
    """Reports with places as the scenario names them, and hours after its start."""
    places, timeline = names_of_reported(reports.table, scenario), scenario.timeline
    table = reports.table.assign(place=places, hours=hours_after_start(reports.table["time"], timeline))
    usable = table[table["usable"]]
    refuse(subject, [*_find_wrong_places(scenario, usable, reports.where), *_find_twice(usable, reports.where)])
    return table


def _find_twice(table: pd.DataFrame, where: Sequence[str]) -> Iterator[Problem]:
    """Counts of one place and time whose place is written in two ways."""
    first = dict[tuple[object, ...], int]()
    for row, *what in table[["time", "quantity", "place"]].itertuples(name=None):
        if (other := first.setdefault(tuple(what), row)) != row:
            found = f"reports the same quantity, place ({what[-1]}) and time as {where[other].rsplit(', ')[-1]}"
            yield Problem("reports", f"{found}; keep one of them, or mark one as not usable", where[row])


def _find_wrong_places(scenario: Scenario, table: pd.DataFrame, where: Sequence[str]) -> Iterator[Problem]:
    for row, quantity, place in zip(table.index, table["quantity"], table["place"], strict=True):
        if wrong := wrong_place(quantity, place, scenario):
            yield Problem("reports", f"place: {wrong}", where[row])


def find_all_before(scenario: Scenario, reports: pd.DataFrame) -> Iterator[Problem]:
    """Whether nothing can be learned because all usable reports lie before the start: a wrong one, most likely."""
    rows = reports[reports["usable"]]
    start = scenario.timeline.start
    if len(rows) and (rows["time"] <= pd.Timestamp(start)).all():
        count = "the usable report lies" if len(rows) == 1 else f"all {len(rows)} usable reports lie"
        last = rows["time"].max().tz_convert(start.tzinfo).isoformat(timespec="minutes")
        found = (
            f"{count} at or before the start of the scenario, {start.isoformat(timespec='minutes')}, the last at {last}"
        )
        yield Problem(
            "reports", f"{found}: is timeline.start right? For a forecast without reports give an empty table"
        )


def falls(table: pd.DataFrame) -> Iterator[str]:
    """Totals that fall: late counts or revisions, which the errors of reports allow for."""
    for (quantity, place), rows in table.groupby(["quantity", "place"], sort=False):
        if quantity in CURRENT:
            continue
        values, times = rows["value"].to_numpy(), rows["time"].to_list()
        what = f"{quantity}{where_reported(str(quantity), str(place))}"
        found = [
            f"from {whole(values[number])} to {whole(values[number + 1])} at "
            f"{times[number + 1].isoformat(timespec='minutes')}"
            for number in np.flatnonzero(np.diff(values) < 0)
        ]
        mend = "if these are people of each day, give totals since the start"
        if len(found) > FEW_FALLS:
            yield (
                f"{what} falls {len(found)} times, first {found[0]}, which a total cannot: each time one of the two is "
                f"taken to be wrong. Mark those as not usable; {mend}"
            )
            continue
        for fall in found:
            yield (
                f"{what} falls {fall}, which a total cannot: one of the two is taken to be wrong. Mark that one as not "
                f"usable; {mend}"
            )


def find_daily_counts(table: pd.DataFrame) -> Iterator[Problem]:
    """Totals that fall as no total does: daily counts, alone or among totals, or people there now, most likely."""
    for what, _, values in _totals(table):
        if how := _how_it_falls(values):
            found = (
                f"{what} {how[0]}: are these people of each day, {how[1]} in one column? Give totals since the "
                "start, or mark the others as not usable"
            )
            yield Problem("reports", found)


def _how_it_falls(values: Floats) -> tuple[str, str] | None:
    """How a total falls as none does, and what it may be; None where it does not."""
    highest, falls_at = np.maximum.accumulate(values)[:-1], np.diff(values) < 0
    deep = falls_at & (values[1:] < BY_HALF * highest)
    fallen = values[1:] < (1.0 - DISAGREE) * values[:-1]
    steady = falls_at.sum() > STEADY * len(falls_at) and values.max() < TWICE * values[0]
    steps, a_little = np.diff(values), values[1:] < (1.0 - NOT_SMALL) * values[:-1]
    nowhere = a_little.sum() >= OFTEN and -steps[falls_at].sum() >= NOWHERE * steps[~falls_at].sum()
    if steady and (fallen.sum() >= OFTEN or nowhere) and deep.sum() < OFTEN:
        return "goes up and down about the same number", "people there now, or two sources"
    if deep.sum() >= OFTEN or (deep.any() and fallen.sum() >= OFTEN):
        return "falls to less than half again and again", "or days and totals"
    if (values[:-1] * BY_HALF > values[-1:]).sum() >= OFTEN:
        return "falls at the last count to less than half of several before", "or days and totals, or a typing error"
    if (fallen[1:] & fallen[:-1]).any():
        return "falls by more than 5 % twice in a row", "people there now, or days and totals"
    return None


def find_too_many(table: pd.DataFrame) -> Iterator[Problem]:
    """Counts of more people than any scenario could go on from."""
    rows = table[table["value"] > MOST]
    for quantity, value, time in zip(rows["quantity"], rows["value"], rows["time"], strict=True):
        found = f"{quantity} = {whole(value)} at {time.isoformat(timespec='minutes')}"
        yield Problem("reports", f"{found} is more than {whole(MOST)}, which no exodus has been: a typing error?")


def oddities(table: pd.DataFrame, until: float) -> Iterator[str]:
    """What is odd about counts of totals up to a cut-off [h], and how it is taken."""
    yield from _of_parts(table)
    for what, hours, values in _totals(table):
        right = right_counts(table, what)
        yield from (f"{what}{said}" for said in _of_times(hours, until))
        yield from (
            f"{what}{said}"
            for said in (*_of_jumps(*right[:2]), *_of_stops(*right[:2], values), *_of_sources(hours, values))
        )


def _of_times(hours: Floats, until: float) -> Iterator[str]:
    """What is odd about when a total was counted."""
    if len(hours) == 1:
        yield ": one count alone says little of how fast people come: the range is mostly that of the plan"
    usual_hours = float(np.median(np.diff(hours))) if len(hours) > 1 else 0.0
    if hours[0] > max(24.0 * LATE_DAYS, LATE_INTERVALS * usual_hours):
        yield f": the first count is {whole(hours[0] / 24.0)} days after the start; is timeline.start right?"
    if until - hours[-1] > 24.0 * SILENT_DAYS:
        days = (until - hours[-1]) / 24.0
        yield f": the last count is {whole(days)} days old; who has come since is foretold, not counted"


def _of_jumps(hours: Floats, values: Floats) -> Iterator[str]:
    """Counts that are far higher than those before, of those that no later one contradicts."""
    before, after = values[:-1], values[1:]
    for row in np.flatnonzero((before >= FEW_PEOPLE) & (after >= TENFOLD * before))[:1]:
        jump = f"from {whole(before[row])} to {whole(after[row])}"
        yield f" jumps tenfold, {jump}: a typing error? It is taken as it is"
    rate = np.diff(values) / np.maximum(np.diff(hours), 1.0)
    usual = [max(float(np.median(rate[:row])) if row > 1 else np.inf, FEW_PEOPLE / 24.0) for row in range(len(rate))]
    for row in np.flatnonzero(rate >= TENFOLD * np.asarray(usual))[:1]:
        yield (
            f": {whole(after[row] - before[row])} people came until the count of {whole(after[row])}, ten times "
            "as fast as usual: a backlog counted at once, or a typing error? It is taken as it is"
        )


def _of_stops(hours: Floats, values: Floats, said: Floats) -> Iterator[str]:
    """Counts after which hardly anybody comes, or that say the same; ``said`` are those that were wrong, too."""
    rate, same = np.diff(values) / np.maximum(np.diff(hours), 1.0), np.diff(values) == 0
    row = 1 + int(np.flatnonzero(rate >= STOPPED * rate.max())[-1]) if (rate > 0).any() else 0
    if len(rate) - row >= OFTEN and not same[row:].all():
        yield (
            f": hardly anybody has come since the count of {whole(values[row])}: the range holds both that it "
            "has ended and that it goes on"
        )
    if ((again := np.diff(said) == 0)[:-1] & again[1:]).any():
        yield (
            " says the same three times or more in a row: taken mostly as nobody having come, not as no count. Mark "
            "those that were not counted anew as not usable"
        )


def _of_sources(hours: Floats, values: Floats) -> Iterator[str]:
    """Counts that go up and down, or on by turns quickly and slowly."""
    down = np.diff(values) < 0
    by_much = (values[1:] < (1.0 - DISAGREE) * values[:-1]).any() or (down[1:] & down[:-1]).any()
    if down.sum() >= OFTEN and by_much:
        yield (
            " goes up and down, by more than 5 % or twice in a row: two sources that count differently, or people "
            "there now, less those who went back? Keep one source; a total is of all who came"
        )
    elif _by_turns(hours, values):
        yield (
            " grows by turns quickly and slowly: two sources that count differently (keep one), or counts of days and "
            "nights? The range begins at the highest count"
        )


def _by_turns(hours: Floats, values: Floats) -> bool:
    """Whether counts lie by turns above and below a straight line of the logarithm between those beside them."""
    rows = values >= FEW_PEOPLE  # of a few, one group more or less is no other source
    hours, logs = hours[rows], np.log(values[rows])
    if len(logs) < BY_TURNS + 2:
        return False
    part = (hours[1:-1] - hours[:-2]) / (hours[2:] - hours[:-2])
    off = logs[1:-1] - (1.0 - part) * logs[:-2] - part * logs[2:]
    runs = np.lib.stride_tricks.sliding_window_view(off, BY_TURNS)
    turns, far = (runs[:, 1:] * runs[:, :-1] < 0).all(axis=1), np.abs(runs)
    return bool((turns & (far.min(axis=1) > GAP) & (far.max(axis=1) < ALIKE * far.min(axis=1))).any())


def _of_parts(table: pd.DataFrame) -> Iterator[str]:
    """Counts of some that are above a count of all, made at the same time or later."""
    rows = table[table["place"] == ""].sort_values("hours", kind="stable")
    for part, total in PARTS:
        some, every = (rows[rows["quantity"] == name] for name in (part, total))
        least = np.append(np.minimum.accumulate(every["value"].to_numpy(dtype=float)[::-1])[::-1], np.inf)
        least = least[np.searchsorted(every["hours"], some["hours"] - SAME_TIME)]
        over = least < (1.0 - DISAGREE) * some["value"].to_numpy(dtype=float)
        for time, value, all_of_them in zip(some["time"][over][:1], some["value"][over], least[over], strict=False):
            yield (
                f"{part} = {whole(value)} at {time.isoformat(timespec='minutes')} is more than {total} = "
                f"{whole(all_of_them)}, counted then or later, though {part} are a part of {total}: mark what is wrong "
                "as not usable"
            )


def _totals(table: pd.DataFrame) -> Iterator[tuple[str, Floats, Floats]]:
    """The name, hours and values of each total of all places together."""
    for quantity, rows in table[table["place"] == ""].groupby("quantity", sort=False):
        if quantity not in CURRENT:
            yield str(quantity), rows["hours"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float)
