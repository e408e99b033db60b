"""How far chance per person moves the peak of a queue: SimPy's arithmetic against the fluid queue, for desks and for a
checkpoint.

People leave independently along a logistic curve (0.15 an hour, middle at 36 h) on a free road, alone or in cars of
four, and are served first come, first served; times at a desk or at the barrier are exponential, or fixed with
``--fixed``. Each replication runs the recursion start = max(arrival, first server free), which is what a SimPy
``Resource`` does; ``--check`` runs SimPy itself on the same arrivals and service times and must find the same times of
leaving (``pip install simpy``).
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEEPNESS, MIDDLE = 0.15, 36.0
"""Of the departure curve [1/h, h]."""
LOADS = (0.7, 0.9, 1.0, 1.05, 1.2, 1.5, 3.0)
SIZES = {2_000: (3, 300), 20_000: (30, 100), 100_000: (50, 40)}
"""People: desks, replications."""
CAR = 4


@dataclass(frozen=True)
class Case:
    """People, servers and how they come: ``each`` people are served together, ``party`` come together."""

    people: int
    servers: int
    load: float
    party: int
    each: int

    @property
    def rate(self) -> float:
        """Services that one server gives in an hour.

        The steepest point of the curve, where none is left out, over the load.
        """
        return self.people / self.each * STEEPNESS / 4.0 / self.servers / self.load


def _before() -> float:
    """Share of the curve that lies before the start; it comes afterwards, like the rest."""
    return 1.0 / (1.0 + math.exp(STEEPNESS * MIDDLE))


def arrivals(case: Case, random: np.random.Generator) -> Floats:
    """When each service is asked for, in order [h]."""
    share = _before() + (1.0 - _before()) * random.random(case.people // case.party)
    times = np.sort(MIDDLE + np.log(share / (1.0 - share)) / STEEPNESS)
    return np.repeat(times, case.party // case.each)


def leaving(asked: Floats, lengths: Floats, servers: int) -> Floats:
    """When each service ends, first come, first served [h]."""
    free = [0.0] * servers
    ends = np.empty(len(asked))
    for number, (moment, length) in enumerate(zip(asked.tolist(), lengths.tolist(), strict=True)):
        ends[number] = max(moment, free[0]) + length
        heapq.heapreplace(free, ends[number])
    return ends


def leaving_simpy(asked: Floats, lengths: Floats, servers: int) -> Floats:
    """The same, by SimPy."""
    import simpy

    world = simpy.Environment()
    desks = simpy.Resource(world, capacity=servers)
    ends = np.empty(len(asked))

    def person(number: int) -> object:
        yield world.timeout(asked[number])
        with desks.request() as turn:
            yield turn
            yield world.timeout(lengths[number])
        ends[number] = world.now

    for number in range(len(asked)):
        world.process(person(number))
    world.run()
    return ends


def peak(case: Case, asked: Floats, ends: Floats) -> float:
    """Most people who have come and are not done, those being served included."""
    done = np.searchsorted(np.sort(ends), asked, side="right")
    return float(case.each * (np.arange(1, len(asked) + 1) - done).max())


def fluid_peak(case: Case) -> float:
    """The same of the fluid queue."""
    hours = np.arange(0.0, 400.0, 0.01)
    come = case.people * (1.0 / (1.0 + np.exp(-STEEPNESS * (hours - MIDDLE))) - _before()) / (1.0 - _before())
    beyond = come - case.rate * case.servers * case.each * hours
    return float((beyond - np.minimum.accumulate(beyond)).max())


def simulate(case: Case, replications: int, *, fixed: bool, check: bool) -> Floats:
    """Peaks of so many replications."""
    random = np.random.default_rng([case.people, case.servers, case.party, case.each, round(100 * case.load)])
    peaks = np.empty(replications)
    for number in range(replications):
        asked = arrivals(case, random)
        lengths = np.ones(len(asked)) if fixed else random.exponential(size=len(asked))
        ends = leaving(asked, lengths / case.rate, case.servers)
        if check and number == 0 and case.people <= 20_000:
            assert np.allclose(ends, leaving_simpy(asked, lengths / case.rate, case.servers), rtol=0.0, atol=1e-9)
        peaks[number] = peak(case, asked, ends)
    return peaks


def cases(people: int, desks: int) -> list[tuple[str, Case]]:
    """Desks with people alone and in cars of four, and a checkpoint with cars of four."""
    kinds = (
        ("desks, people alone", desks, 1, 1),
        ("desks, cars of four", desks, CAR, 1),
        ("checkpoint, cars of four", 1, CAR, CAR),
    )
    return [
        (name, Case(people, servers, load, party, each))
        for (name, servers, party, each), load in itertools.product(kinds, LOADS)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fixed", action="store_true", help="every service takes the same time")
    parser.add_argument("--check", action="store_true", help="compare with SimPy")
    parser.add_argument("--people", type=int, choices=list(SIZES), nargs="*", default=list(SIZES))
    asked = parser.parse_args()
    print("| people | queue | load | fluid peak | simulated mean (error) | sd | chance adds | of sqrt(people) |")
    print("|---|---|---|---|---|---|---|---|")
    for people in asked.people:
        desks, replications = SIZES[people]
        for name, case in cases(people, desks):
            peaks = simulate(case, replications, fixed=asked.fixed, check=asked.check)
            flat, mean, spread = fluid_peak(case), float(peaks.mean()), float(peaks.std(ddof=1))
            print(
                f"| {people:,} | {name} | {case.load} | {flat:,.1f} | {mean:,.1f} "
                f"({spread / math.sqrt(replications):.1f}) "
                f"| {spread:,.1f} | {mean - flat:,.1f} | {(mean - flat) / math.sqrt(people):.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
