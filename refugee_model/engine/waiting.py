"""Waiting times, read off cumulative curves: first come, first served."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.compiling import compiled
from refugee_model.errors import Problem, RequestError

Floats = NDArray[np.float64]

PROBABILITIES = (0.5, 0.9)
ROUNDING = 1e-9
"""Differences below this share of all people come from rounding."""
SOMEBODY = 0.5
"""Fewer people than this are nobody."""
SHORTEST = 1e-9
"""Waits below this come from rounding, and waits are worked out to it [h]."""


def fifo_waits(hours: Floats, arrived: Floats, served: Floats) -> Floats:
    """Mean time until they are served, of the people who arrive in each step.

    Between bounds both curves are straight, so the mean is exact: the waits times the people who arrive add up
    to the area between the curves (Little's law). While nobody is served people wait until the curve of those
    served goes up again.

    References
    ----------
    Newell (1982), Applications of Queueing Theory, chapter 1; Little (1961), Operations Research 9(3).

    Examples
    --------
    >>> import numpy as np
    >>> fifo_waits(np.array([0.0, 1.0, 2.0]), np.array([0.0, 10.0, 10.0]), np.array([0.0, 5.0, 10.0]))
    array([0.5, nan])
    """
    if not len(hours) == len(arrived) == len(served):
        found = f"found {len(hours)} bounds, {len(arrived)} for those who arrived and {len(served)} for those served"
        raise RequestError("waiting times cannot be worked out", [Problem("", f"{found}, expected the same number")])
    came = np.maximum.accumulate(np.asarray(arrived, dtype=np.float64))
    left = np.maximum.accumulate(np.asarray(served, dtype=np.float64))
    waits: Floats = _read_off(np.asarray(hours, dtype=np.float64), came, left, ROUNDING * max(1.0, float(came[-1])))
    return waits


@compiled
def _read_off(hours: Floats, arrived: Floats, served: Floats, rounding: float) -> Floats:
    steps = len(hours) - 1
    waits = np.full(steps, np.nan)
    last, segment = served[steps], 0
    for step in range(steps):
        count, target = arrived[step], arrived[step + 1]
        if target - count <= rounding:
            continue
        if target >= last + SOMEBODY:
            waits[step] = np.inf
            continue
        whole, total = target - count, 0.0
        while count < min(target, last):
            while served[segment + 1] <= count:
                segment += 1
            until = min(target, served[segment + 1])
            slope = (hours[segment + 1] - hours[segment]) / (served[segment + 1] - served[segment])
            middle = max(0.0, 0.5 * (count + until) - served[segment])
            total += (until - count) * (hours[segment] + middle * slope)
            count = until
        total += max(0.0, target - count) * hours[steps]
        waits[step] = max(0.0, total / whole - 0.5 * (hours[step] + hours[step + 1]))
    return waits


@compiled
def waits_by_person(hours: Floats, arrived: Floats, served: Floats) -> Floats:
    """Median, 90th percentile and longest wait, counted person by person.

    Between bounds both curves are straight, so the wait is a straight line over the people between two bounds
    of either curve, and the share of people who wait no longer than a time is exact. The longest wait is that
    of whole people: of the middle of the first, the second, ... and the last, so that less than half a person
    is nobody.
    """
    measures = np.full(3, np.nan)
    everyone = arrived[-1]
    if everyone < SOMEBODY:
        return measures
    # Lines of waits: the shortest wait, people per hour of difference, and people on it.
    least, slope, people = np.empty(2 * len(hours)), np.empty(2 * len(hours)), np.empty(2 * len(hours))
    lines, at_once, known, longest = _lines(hours, arrived, served, least, slope, people)
    for number in range(len(PROBABILITIES)):
        wanted = PROBABILITIES[number] * everyone * (1.0 - ROUNDING)
        measures[number] = 0.0
        if wanted > known:
            measures[number] = np.inf
        elif wanted > at_once:
            measures[number] = _wait_of(wanted - at_once, least[:lines], slope[:lines], people[:lines])
    last = max(1.0, np.floor(everyone * (1.0 + ROUNDING))) - 0.5
    measures[2] = np.inf if last > known + ROUNDING * everyone else longest
    for number in range(len(PROBABILITIES)):  # of few people, a share may lie beyond the middle of the last
        measures[number] = min(measures[number], measures[2])
    return measures


@compiled
def _lines(
    hours: Floats, arrived: Floats, served: Floats, least: Floats, slope: Floats, people: Floats
) -> tuple[int, float, float, float]:
    """Waits as straight lines over people: how many, who does not wait, who is served, longest of a whole person."""
    steps, everyone = len(hours) - 1, arrived[-1]
    dust, last = ROUNDING * max(1.0, everyone), max(1.0, np.floor(everyone * (1.0 + ROUNDING))) - 0.5
    lines, at_once, longest, count, came, left = 0, 0.0, 0.0, 0.0, 0, 0
    while True:
        while came < steps and arrived[came + 1] <= count:
            came += 1
        while left < steps and served[left + 1] <= count:
            left += 1
        if came == steps or left == steps:
            return lines, at_once, count, longest
        until = min(arrived[came + 1], served[left + 1])
        first, final = (
            _wait_at(count, hours, arrived, served, came, left),
            _wait_at(until, hours, arrived, served, came, left),
        )
        number = until - count
        if max(first, final) <= SHORTEST or number <= dust:
            at_once += number
        else:
            least[lines], people[lines] = min(first, final), number
            slope[lines] = number / max(abs(final - first), SHORTEST)
            lines += 1
        # Of whole people, those in the middle of whom the line begins and ends.
        one, other = np.floor(count + 0.5) + 0.5, min(np.floor(until - 0.5) + 0.5, last)
        if one <= other and number > dust:
            longest = max(
                longest,
                _wait_at(one, hours, arrived, served, came, left),
                _wait_at(other, hours, arrived, served, came, left),
            )
        count = until


@compiled
def _wait_at(count: float, hours: Floats, arrived: Floats, served: Floats, came: int, left: int) -> float:
    """Wait of the person of this rank, who arrives and is served in these steps."""
    arrives = hours[came] + (count - arrived[came]) / (arrived[came + 1] - arrived[came]) * (
        hours[came + 1] - hours[came]
    )
    leaves = hours[left] + (count - served[left]) / (served[left + 1] - served[left]) * (hours[left + 1] - hours[left])
    wait: float = max(0.0, leaves - arrives)
    return wait


@compiled
def _wait_of(wanted: float, least: Floats, slope: Floats, people: Floats) -> float:
    """The least wait that so many of the people on lines do not exceed: Newton's method between bounds."""
    low, high = 0.0, 0.0
    for line in range(len(least)):
        high = max(high, least[line] + people[line] / slope[line])
    wait = 0.5 * high
    while high - low > SHORTEST:
        below, change = 0.0, 0.0
        for line in range(len(least)):
            part = (wait - least[line]) * slope[line]
            below += min(max(part, 0.0), people[line])
            change += slope[line] if 0.0 < part <= people[line] else 0.0
        if below < wanted:
            low = wait
        else:
            high = wait
        step = (wanted - below) / change if change > 0.0 else 0.0
        if change > 0.0 and abs(step) < 0.5 * SHORTEST:
            if abs(wanted - below) <= ROUNDING * wanted:
                return max(0.0, wait + step)
            step = SHORTEST if step > 0.0 else -SHORTEST  # past the people on a line that all wait as long
        wait = wait + step if change > 0.0 and low < wait + step < high else 0.5 * (low + high)
    return high


@compiled
def wait_measures(hours: Floats, reached: Floats, passed: Floats, waiting: Floats) -> Floats:
    """Median, 90th percentile and longest wait at the checkpoint of each draw, counted person by person."""
    bounds, draws = reached.shape
    measures = np.empty((3, draws))
    padded = np.concatenate((hours[:1], hours))
    arrived, served = np.zeros((draws, bounds + 1)), np.zeros((draws, bounds + 1))
    for bound in range(bounds):  # in the order of memory
        for draw in range(draws):
            arrived[draw, bound + 1] = max(arrived[draw, bound], reached[bound, draw] + waiting[draw])
            served[draw, bound + 1] = max(served[draw, bound], passed[bound, draw])
    for draw in range(draws):
        measures[:, draw] = waits_by_person(padded, arrived[draw], served[draw])
    return measures
