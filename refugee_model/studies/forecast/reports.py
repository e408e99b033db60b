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
from refugee_model.studies.forecast.sources import FEW_PEOPLE, TENFOLD, Readings, agreed_of, by_turns
from refugee_model.wording import as_found, whole

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
STEADY, TWICE = 0.3, 2.5
"""A total that falls in more than this share of steps, often by more than that, and never reaches so many times its
first count, is none."""
NOT_SMALL, NOWHERE = 0.01, 0.5
"""Nor is one that often falls by more than the first, by as many in all as this part of what it grows."""
SOME, FLAT, REVISED = 4, 1.25, 0.005
"""Nor one of so many counts that never reaches so many times its first, falls by more than the last part at least once,
and by as many in all as that part of what it grows: a flow that has stopped is revised by less."""
EVEN, NEXT = 0.25, 0.25
"""Counts that lie within the first part of their mean, and after which a total has as many more as all of them and
one, to the second part of that, are of days."""
STOPPED = 0.03
"""A rate below this part of the highest is hardly anybody."""
USUAL, EVER = 10.0, 4.0
"""A rate is told of that is so many times the usual one and so many times the highest before it."""
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
    """Totals that fall: late counts or revisions, which the errors of reports allow for; of sources that are known not
    to agree more is said elsewhere.
    """
    readings = agreed_of(table, only_named=True).readings
    named = {quantity for quantity, readings in readings.items() if readings.names}
    for (quantity, place), rows in table.groupby(["quantity", "place"], sort=False):
        if quantity in CURRENT or (quantity in named and not place):
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
    for what, _, values in _totals(agreed_of(table, only_named=True).reports):
        if how := _how_it_falls(values):
            found = (
                f"{what} {how[0]}: are these people of each day, {how[1]} in one column? Give totals since the "
                "start, or mark the others as not usable"
            )
            yield Problem("reports", found)


def _how_it_falls(values: Floats) -> tuple[str, str] | None:
    """How a total falls as none does, and what it may be; None where it does not."""
    steps, highest = np.diff(values), np.maximum.accumulate(values)[:-1]
    deep = (steps < 0) & (values[1:] < BY_HALF * highest)
    fallen = values[1:] < (1.0 - DISAGREE) * values[:-1]
    if _goes_nowhere(values, steps) and deep.sum() < OFTEN:
        return "goes up and down about the same number", "people there now, or two sources"
    if deep.sum() >= OFTEN or (deep.any() and fallen.sum() >= OFTEN):
        return "falls to less than half again and again", "or days and totals"
    if (values[:-1] * BY_HALF > values[-1:]).sum() >= OFTEN:
        return "falls at the last count to less than half of several before", "or days and totals, or a typing error"
    if (fallen[1:] & fallen[:-1]).any():
        return "falls by more than 5 % twice in a row", "people there now, or days and totals"
    if (days := _days_at_first(values)) and (steps[: days - 1] < 0).any():
        return f"grows by as much as its first {days} counts together and one more", "and then totals"
    return None


def _goes_nowhere(values: Floats, steps: Floats) -> bool:
    """Whether a total often falls, and is in the end hardly higher than it was."""
    falls_at = steps < 0
    nowhere = -steps[falls_at].sum() >= NOWHERE * steps[~falls_at].sum()
    if len(values) >= SOME and values.max() < FLAT * values[0] and nowhere:
        return bool((values[1:] <= (1.0 - REVISED) * values[:-1]).any())
    if falls_at.sum() <= STEADY * len(falls_at) or values.max() >= TWICE * values[0]:
        return False
    fallen, a_little = (values[1:] < (1.0 - part) * values[:-1] for part in (DISAGREE, NOT_SMALL))
    return bool(fallen.sum() >= OFTEN or (nowhere and a_little.sum() >= OFTEN))


def _days_at_first(values: Floats) -> int:
    """How many of the first counts are of one day each, by what follows; 0 where none are."""
    for count in range(OFTEN, len(values)):
        days, mean = values[:count], values[:count].mean()
        off = values[count] - days.sum() - mean
        if mean >= FEW_PEOPLE and np.ptp(days) <= EVEN * mean and abs(off) <= NEXT * mean:
            return count
    return 0


def find_too_many(table: pd.DataFrame) -> Iterator[Problem]:
    """Counts of more people than any scenario could go on from."""
    rows = table[table["value"] > MOST]
    for quantity, value, time in zip(rows["quantity"], rows["value"], rows["time"], strict=True):
        found = f"{quantity} = {whole(value)} at {time.isoformat(timespec='minutes')}"
        yield Problem("reports", f"{found} is more than {whole(MOST)}, which no exodus has been: a typing error?")


def oddities(table: pd.DataFrame, until: float) -> Iterator[str]:
    """What is odd about counts of totals up to a cut-off [h], and how it is taken."""
    yield from _of_parts(table)
    known = agreed_of(table)
    for what, hours, values in _totals(table):
        right = right_counts(known.reports, what)
        yield from (f"{what}{said}" for said in _of_times(hours, until))
        yield from (f"{what}{said}" for said in (*_of_jumps(*right[:2]), *_of_stops(*right[:2], values)))
        yield from (f"{what}{said}" for said in _of_sources(hours, values, right[1], known.readings.get(what)))


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
    if (days := _days_at_first(values)) > OFTEN:
        yield (
            f": the first {days} counts are about the same, and the next is as many as all of them and one more: are "
            "they people of each day? Give totals since the start. They are taken as totals"
        )
        return
    before, after = values[:-1], values[1:]
    tenfold = (before >= FEW_PEOPLE) & (after >= TENFOLD * before)
    for row in np.flatnonzero(tenfold)[:1]:
        jump = f"from {whole(before[row])} to {whole(after[row])}"
        taken = "One draw in ten takes it for one" if row == len(before) - 1 else "It is taken as it is"
        yield f" jumps tenfold, {jump}: a typing error? {taken}"
    rate = np.diff(values) / np.maximum(np.diff(hours), 1.0)
    usual = [max(float(np.median(rate[:row])) if row > 1 else np.inf, FEW_PEOPLE / 24.0) for row in range(len(rate))]
    highest = np.maximum.accumulate(np.r_[0.0, rate[:-1]])
    for row in np.flatnonzero((rate >= USUAL * np.asarray(usual)) & (rate >= EVER * highest) & ~tenfold)[:1]:
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


def _of_sources(hours: Floats, values: Floats, right: Floats, readings: Readings | None) -> Iterator[str]:
    """Counts that do not agree, of two sources or with those before, and what the range begins at."""
    down = np.diff(values) < 0
    begins = "" if readings is None else f" The range holds both, {_either(right[-1] * readings.factors)}"
    if readings is not None and readings.names:
        low, high = (readings.names[at(readings.factors)] for at in (np.argmin, np.argmax))
        less = whole(100.0 * (1.0 - readings.factors.min() / readings.factors.max()))
        yield (
            f": {as_found(low)} counts {less} % less than {as_found(high)}, and which is right is not known."
            f"{begins}; keep one source if you know which is right"
        )
    elif down.sum() >= OFTEN and ((values[1:] < (1.0 - DISAGREE) * values[:-1]).any() or (down[1:] & down[:-1]).any()):
        yield (
            " goes up and down, by more than 5 % or twice in a row: two sources that count differently, or people "
            f"there now, less those who went back? Keep one source; a total is of all who came.{begins}"
        )
    elif by_turns(hours, values):
        yield (
            " grows by turns quickly and slowly: two sources that count differently (keep one), or counts of days and "
            f"nights?{begins}"
        )
    elif readings is not None and values[-1] < values.max():
        yield f": the last count is below an earlier one, and which is right is not known.{begins}"


def _either(values: Floats) -> str:
    return f"{whole(values.min())} and {whole(values.max())}"


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
