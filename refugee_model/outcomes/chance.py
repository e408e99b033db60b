"""How many more people chance may add to a queue: the fluid queue knows none, and says so little where it is nearly
empty.

People come one by one, or by the vehicle, and no two take the same time to be served. Near the load at which a queue
just begins, and where people are few, that makes the longest queue; where far more come than can be served it hardly
counts. The rule is the diffusion limit of such a queue: a random walk beside the projected arrivals and the room to
serve them, with a variance of one party for each person who comes and of one party for each who could be served (of one
person at a desk, where people are served one by one), that cannot fall below an empty queue.
``tests/benchmarks/chance.py`` holds it against queues simulated person by person.

References
----------
Newell (1982), Applications of Queueing Theory, 2nd edition, chapters 6 and 8: transitions through saturation as a
diffusion.

Asmussen, Glynn and Pitman (1995), Discretization error in simulation of one-dimensional reflecting Brownian motion,
Annals of Applied Probability 5(4), 875-896, https://doi.org/10.1214/aoap/1177004597: the lowest point between two ends
of a step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.result import Result
from refugee_model.outcomes.queues import names_of_queues
from refugee_model.wording import SOME, listed, whole

Floats = NDArray[np.float64]

WALKS, SEED = 400, 1
"""Their mean is then known to a twentieth of the spread of the peak."""
MATTERS = 0.05
"""Of the projected peak: less is left unsaid."""
FEWEST, FEWEST_SHARE = 10.0, 0.001
"""People, and share of all people, below which an addition is left unsaid, even where nobody is projected to queue."""


@dataclass(frozen=True)
class Loads:
    """What comes to each queue, and what it could serve."""

    places: tuple[str, ...]
    """``checkpoint``, then the reception points."""
    standing: Floats
    """Array (place,) [people]: people who wait at the start."""
    joined: Floats
    room: Floats
    """Array (step, place) [people]: people who come in each step, and people who could be served in it."""
    variance: Floats
    """Array (step, place) [people2]: of what is left over in each step."""


def loads(run: Result) -> Loads:
    """What comes to the checkpoint and to each reception point, and what they could serve."""
    by_vehicle, by_bus = (run.flow(f"reached_by_{name}")[..., 0] for name in ("vehicle", "bus"))
    each, seats = run.scenario.timing.transport.people_per_vehicle, run.scenario.aid.evacuation_buses.seats
    come = by_vehicle + by_bus
    squares = by_vehicle * each + by_bus * seats
    party, first = float(squares.sum() / come.sum()) if come.sum() > 0.0 else each, run.sizes.routes
    received = run.flow("received")[:, :, 0]
    joined = np.concatenate((come, received), axis=1)
    served = run.registration[:, :, 0] * run.steps[:, None]
    room = np.concatenate((_checkpoint_room(run), served), axis=1)
    variance = np.concatenate((squares + party * room[:, :first], party * received + room[:, first:]), axis=1)
    standing = np.concatenate((run.queue_people[0, :, 0], run.people("awaiting_registration")[0, :, 0]))
    return Loads(names_of_queues(run), standing, joined, room, variance)


def _checkpoint_room(run: Result) -> Floats:
    """People whom each checkpoint could let through in each step, array (step, route), in cars and buses as they come
    in all.
    """

    def rate(name: str) -> Floats:
        held: Floats = run.held[name][run.epoch, :, 0]
        return held

    people = [run.flow(f"reached_by_{name}")[..., 0].sum(axis=0) for name in ("vehicle", "bus")]
    sizes = (run.scenario.timing.transport.people_per_vehicle, run.scenario.aid.evacuation_buses.seats)
    vehicles = sum((number / size for number, size in zip(people, sizes, strict=True)), np.zeros(run.sizes.routes))
    everyone = sum(people, np.zeros(run.sizes.routes))
    occupancy = np.divide(everyone, vehicles, out=np.full(run.sizes.routes, sizes[0]), where=vehicles > 0.0)
    vehicles_an_hour = rate("checkpoint_rate") / (
        rate("checkpoint_seconds") + rate("checkpoint_seconds_per_person") * occupancy
    )
    room: Floats = occupancy * vehicles_an_hour * np.where(run.night, rate("night_factor"), 1.0) * run.steps[:, None]
    return room


def added_by_chance(found: Loads) -> Floats:
    """How many people chance adds to the peak of each queue, in the mean, array (place,) [people]."""
    random = np.random.default_rng(SEED)
    drift, spread = found.joined - found.room, np.sqrt(found.variance)
    fluid, queue = found.standing.copy(), np.repeat(found.standing[:, None], WALKS, axis=1)
    most, highest = fluid.copy(), queue.copy()
    for step in range(len(drift)):
        fluid = np.maximum(fluid + drift[step], 0.0)
        most = np.maximum(most, fluid)
        moved = drift[step][:, None] + spread[step][:, None] * random.standard_normal(queue.shape)
        steepness = 2.0 * found.variance[step][:, None] * np.log1p(-random.random(queue.shape))
        lowest = 0.5 * (moved - np.sqrt(moved * moved - steepness))
        queue = np.maximum(queue + moved, moved - lowest)
        highest = np.maximum(highest, queue)
    gained: Floats = np.maximum(highest.mean(axis=1) - most, 0.0)
    return gained


def chance(run: Result) -> dict[str, Floats]:
    """Projected peak, people added by chance, and whether that matters, arrays (place,) of ``names_of_queues``, of the
    first draw.
    """
    found = loads(run)
    queues = (run.queue_people[:, :, 0], run.people("awaiting_registration")[:, :, 0])
    peaks = np.concatenate(queues, axis=1).max(axis=0)
    added = np.where(found.joined.sum(axis=0) + found.standing > SOME, added_by_chance(found), 0.0)
    least = max(FEWEST, FEWEST_SHARE * run.scenario.people.total)
    matters = (added >= least) & (added > MATTERS * np.where(peaks > SOME, peaks, 0.0))
    return {"peak_people": peaks, "added_by_chance": added, "matters": matters}


def chance_measures(run: Result) -> dict[str, Any]:
    """What chance may add where it matters: people at the checkpoint, and words for the reception points; None where it
    does not.
    """
    found = chance(run)
    said = list(zip(names_of_queues(run), found["added_by_chance"], found["matters"], strict=True))
    at_checkpoints, at_points = said[: run.sizes.routes], said[run.sizes.routes :]
    most = max((float(added) for _, added, matters in at_checkpoints if matters), default=None)
    points = [
        f"about {whole(about_people(float(added)))} people at {place}" for place, added, matter in at_points if matter
    ]
    return {"checkpoint": None if most is None else about_people(most), "reception": listed(points) or None}


def about_people(value: float) -> float:
    """People to one leading figure, to two from 100 on: a rule of thumb knows no more.

    >>> about_people(68.6), about_people(9.7), about_people(372.2)
    (70.0, 10.0, 370.0)
    """
    figures = 1 if value < 95.0 else 2
    return float(round(value, figures - 1 - math.floor(math.log10(value)))) if value > 0.0 else 0.0
