"""What comes out of the sweep: facts of one draw or of many, and which of them are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.values import Values, sum_of_places
from refugee_model.engine.variables import ENTERED, LEFT, STOCKS, SUMS, VARIABLES, Sizes, group_of, stocks_of
from refugee_model.scenario.network import DISTRICT, KINDS, POINT, PROVINCE, REGISTERED, Place, named, places_of

if TYPE_CHECKING:
    from refugee_model.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STEPS, DAYS, NEVER = "steps", "days", "never"


@dataclass(frozen=True)
class Keep:
    """What stays of each draw, beside what was highest and when.

    Attributes
    ----------
    when : str
        ``steps`` keeps people at every bound, ``days`` at the end of each day, ``never`` at no time; days, nights and the curve of
        those who have crossed are kept with people.
    hours : tuple of float
        Further times at which people are kept [h].
    places : frozenset of str, optional
        Only these places.
    flows : bool
        Whether those who move in each step are kept beside those who are there; they need every bound.
    """

    when: str = DAYS
    hours: tuple[float, ...] = ()
    places: frozenset[str] | None = None
    flows: bool = False


EVERYTHING = Keep(STEPS, flows=True)
"""What a lone run keeps."""

BY_DRAW: dict[str, Any] = {"by_draw": True}


@dataclass(frozen=True)
class Result:
    """Facts of one draw or of many, beside the scenario that made them; every array but those of times ends in the draw.

    Attributes
    ----------
    scenario : Scenario
        The assumptions.
    keep : Keep
        What was kept.
    bounds : array (bound,) [h]
        Hours after the start of all bounds of the sweep.
    kept : array (time,)
        Bounds at which people are kept; none where they are not.
    edges : array (day + 1,)
        Bounds at which days begin and end, the start and the end of the projection included.
    drawn : dict of array (draw,)
        Values of the uncertain numbers by dotted path; empty for a lone run, in which they take their median.
    staying : array (district, draw) [people]
        People who never leave home, a part of ``at_home``.
    recorded : dict of array (time, place, variable, draw), by group of places
        The first rows of ``engine/variables.py``: stocks and levels, and flows where they are kept.
    transit_places : array (time, draw) [places]
        Sheltered places for people who wait for a bed.
    covered_places : array (time, point, draw) [places]
        Places under a roof for people who wait at each reception point; where flows are kept.
    registration : array (step, point, draw) [people/h]
        What each reception point can register; where flows are kept.
    crossed : array (day + 1, draw) [people]
        People who have crossed by each of ``edges``, those from before the start included.
    days : array (day, row, draw)
        What ``observers.DAY_ROWS`` says is kept of each day.
    nights : array (night, part, draw) [people]
        Heads of each of ``observers.PARTS`` at 02:00 of each date.
    last_arrival : array (draw,) [h]
        When nearly all who cross within the projection have.
    waits : array (3, draw) [h]
        Median, 90th percentile and longest wait at the checkpoint.
    extremes : dict of array (draw,)
        What was highest, when, and in all, by variable.
    first_full : array (province, draw) [h]
        When each province was first full; infinite where it never is.
    """

    scenario: Scenario
    keep: Keep
    bounds: Floats
    kept: Integers
    edges: Integers
    drawn: dict[str, Floats] = field(metadata=BY_DRAW)
    staying: Floats = field(metadata=BY_DRAW)
    recorded: dict[str, Floats] = field(metadata=BY_DRAW)
    transit_places: Floats = field(metadata=BY_DRAW)
    covered_places: Floats = field(metadata=BY_DRAW)
    registration: Floats = field(metadata=BY_DRAW)
    crossed: Floats = field(metadata=BY_DRAW)
    days: Floats = field(metadata=BY_DRAW)
    nights: Floats = field(metadata=BY_DRAW)
    last_arrival: Floats = field(metadata=BY_DRAW)
    waits: Floats = field(metadata=BY_DRAW)
    extremes: dict[str, Floats] = field(metadata=BY_DRAW)
    first_full: Floats = field(metadata=BY_DRAW)

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.staying.shape[-1])

    @cached_property
    def hours(self) -> Floats:
        """When people are kept, array (time,) [h]."""
        return self.bounds[self.kept]

    @property
    def day_ends(self) -> Floats:
        """Ends of the days, array (day,) [h]."""
        return self.bounds[self.edges[1:]]

    @property
    def steps(self) -> Floats:
        """Time between those at which people are kept, array (time - 1,) [h]."""
        return np.diff(self.hours)

    @cached_property
    def values(self) -> Values:
        """The numbers of the scenario and of its draws."""
        return Values(self.scenario, self.drawn)

    @cached_property
    def sizes(self) -> Sizes:
        """How many places of each kind there are."""
        return Sizes.of(self.scenario)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places whose people are kept, from origin to destination."""
        return tuple(place for kind in KINDS for place in self.places_of(kind))

    def places_of(self, kind: str) -> tuple[Place, ...]:
        """The places of one kind whose people are kept, in the order of the scenario."""
        return tuple(place for place in places_of(self.scenario, kind) if self._is_kept(place.name))

    def _is_kept(self, name: str) -> bool:
        return self.keep.places is None or name in self.keep.places

    def people(self, kind: str) -> Floats:
        """People in the places of one kind, array (time, place, draw) [people].

        Parameters
        ----------
        kind : str
            One of ``network.KINDS``, such as ``sheltered``.
        """
        first, *others = (self.level(name) for name in stocks_of(kind))
        people = sum(others, first)
        return people + self.staying[None] if kind == "at_home" else people

    def flow(self, name: str) -> Floats:
        """People who move in each step, array (step, place, draw) [people].

        Parameters
        ----------
        name : str
            A flow of ``engine/variables.py``, or one of ``SUMS``, such as ``set_off`` and ``admitted``.
        """
        added, taken = SUMS.get(name, ((name,), ()))
        first, *others = (self.level(part)[1:] for part in added)
        total = sum(others, first)
        for part in taken:
            total = total - self.level(part)[1:]
        return total

    def level(self, name: str) -> Floats:
        """One recorded variable at each time, array (time, place, draw), such as ``beds`` or ``fuel``."""
        group = group_of(name)
        return self.recorded[group][:, :, VARIABLES[group][name].row]

    def moved(self, kind: str, *, into: bool) -> Floats:
        """People who went into, or out of, each place of a kind, array (step, place, draw) [people]."""
        routes, count = (ENTERED if into else LEFT)[kind], len(self.places_of(kind))
        total = np.zeros((len(self.hours) - 1, count, self.draws))
        for name in routes:
            flow = self.flow(name)
            total += flow if flow.shape[1] == count else flow.sum(axis=1, keepdims=True)
        return total

    @property
    def on_road_vehicles(self) -> Floats:
        """Vehicles on the road, array (time, draw) [vehicles]."""
        return self.vehicles(self.level("on_road_by_vehicle")[:, 0], self.level("on_road_by_bus")[:, 0])

    @property
    def queue_vehicles(self) -> Floats:
        """Vehicles that have reached the queue at the checkpoint, array (time, draw) [vehicles]."""
        return self.vehicles(self.level("queue_by_vehicle")[:, 0], self.level("queue_by_bus")[:, 0])

    @property
    def queue_people(self) -> Floats:
        """People in those vehicles, array (time, draw) [people]."""
        return self.level("queue_by_vehicle")[:, 0] + self.level("queue_by_bus")[:, 0]

    def vehicles(self, in_vehicles: Floats, in_buses: Floats) -> Floats:
        """Vehicles and buses of so many people, in arrays that end in the draw [vehicles]."""
        return in_vehicles / self.values["timing.transport.people_per_vehicle"] + in_buses / self.values["aid.evacuation_buses.seats"]

    @property
    def unsheltered(self) -> Floats:
        """People who wait for a bed beyond the transit places, array (time, draw) [people]."""
        return np.maximum(self.people("awaiting_placement")[:, 0] - self.transit_places, 0.0)

    def cumulative(self, name: str) -> Floats:
        """People of a flow up to each bound, all its places together, array (bound, draw) [people].

        People who were beyond it when the projection started are counted.
        """
        flow = self.flow(name).sum(axis=1)
        total = np.concatenate((np.zeros((1, self.draws)), np.cumsum(flow, axis=0)))
        return total + self._before(name)

    @property
    def cumulative_registered(self) -> Floats:
        """People who have registered, array (bound, draw) [people]."""
        parts = ("registered", "registered_later", "came_back_unregistered")
        return sum((self.cumulative(name) for name in parts), np.zeros((len(self.hours), self.draws)))

    def _before(self, name: str) -> float:
        now = self.scenario.people.now
        registered = 0.0
        for kind in ("awaiting_placement", "left_country", "travelling", "sheltered", "hosted"):
            there = getattr(now, kind)
            registered += sum(there.values()) if isinstance(there, Mapping) else there
        if name == "registered":
            return registered
        if name == "crossed":
            return registered + now.unregistered_hosted + sum(now.awaiting_registration.values())
        return 0.0

    @property
    def residual(self) -> float:
        """Largest difference between the sum over all places and ``people.total``, over times and draws [people]."""
        stocks = [self.recorded[group][:, :, :count].sum(axis=(1, 2)) for group, count in STOCKS.items()]
        total = sum(stocks, np.zeros_like(stocks[0])) + self.staying.sum(axis=0)
        return float(np.max(np.abs(total - total[0])))

    def by_draw(self) -> Iterator[tuple[tuple[str, str], Floats]]:
        """All arrays that end in the draw, by attribute and key."""
        for item in fields(self):
            if item.metadata.get("by_draw"):
                found = getattr(self, item.name)
                yield from (
                    (((item.name, key), array) for key, array in found.items()) if isinstance(found, dict) else [((item.name, ""), found)]
                )

    def with_arrays(self, arrays: Mapping[tuple[str, str], Floats]) -> Result:
        """The same with other arrays, by attribute and key."""
        changes: dict[str, Any] = {item.name: {} for item in fields(self) if isinstance(getattr(self, item.name), dict)}
        for (name, key), array in arrays.items():
            if key:
                changes[name][key] = array
            else:
                changes[name] = array
        return replace(self, **changes)

    def thin(self, keep: Keep) -> Result:
        """The same with less kept: what ``keep`` names of what is there.

        Parameters
        ----------
        keep : Keep
            Names times, places and flows that this result has.
        """
        none = {(name, key): array[:0] for (name, key), array in self.by_draw() if name in BY_TIME}
        if keep.when == NEVER and not keep.hours:
            known = {item: array for item, array in self.by_draw() if item[0] not in {*BY_TIME, "recorded"}}
            return replace(self.with_arrays(known | none), keep=keep, kept=self.kept[:0])
        at = np.searchsorted(self.kept, kept_bounds(keep, self.bounds, self.edges))
        chosen = {group: self._chosen(group, keep.places) for group in VARIABLES}
        known = dict(self.by_draw())
        for group, array in self.recorded.items():
            part = array[at] if len(at) < len(self.kept) else array
            known["recorded", group] = part if chosen[group] is None else part[:, chosen[group]]
        known["transit_places", ""] = self.transit_places[at]
        if chosen[DISTRICT] is not None:
            known["staying", ""] = self.staying[chosen[DISTRICT]]
        if not keep.flows:
            known["covered_places", ""], known["registration", ""] = self.covered_places[:0], self.registration[:0]
        return replace(self.with_arrays(known), keep=keep, kept=self.kept[at])

    def _chosen(self, group: str, places: frozenset[str] | None) -> list[int] | None:
        """Positions of the places of a group that are to be kept; None for all."""
        if places is None or group not in (DISTRICT, POINT, PROVINCE):
            return None
        return [number for number, name in enumerate(named(self.scenario, group)) if name in places]


BY_TIME = ("transit_places", "covered_places", "registration", "crossed", "days", "nights")
"""Arrays over times, days and nights, which are let go where people are."""


class Joined:
    """A result as it is put together: what each block of draws holds goes to its place at once, and the block is let go.

    Parameters
    ----------
    draws : int
        In all.
    exact : bool
        Whether values of the uncertain numbers keep all their digits, or seven.
    """

    def __init__(self, draws: int, *, exact: bool = True) -> None:
        self.draws, self.exact = draws, exact
        self._first: Result | None = None
        self._arrays: dict[tuple[str, str], Floats] = {}

    def put(self, part: Result, first: int) -> None:
        """Put a block whose first draw has this number in its place."""
        if self._first is None:
            self._first = part
            for item, array in part.by_draw():
                kind = np.float32 if item[0] == "drawn" and not self.exact else array.dtype
                self._arrays[item] = np.empty((*array.shape[:-1], self.draws), dtype=kind)
        for item, array in part.by_draw():
            self._arrays[item][..., first : first + array.shape[-1]] = array

    def result(self) -> Result:
        """The whole, once all blocks are there."""
        assert self._first is not None
        return self._first.with_arrays(self._arrays)


def kept_bounds(keep: Keep, bounds: Floats, edges: Integers) -> Integers:
    """Bounds at which people are kept: the first one only where flows are."""
    if keep.when == STEPS:
        return np.arange(0 if keep.flows else 1, len(bounds))
    at = edges[1:] if keep.when == DAYS else edges[:0]
    if not keep.hours:
        return at
    further = np.searchsorted(bounds, np.asarray(keep.hours) - 1e-9)
    return np.union1d(at, np.clip(further, 1, len(bounds) - 1))


def registered_people(result: Result) -> Floats:
    """People who have registered, read off where people are, array (time, draw) [people]."""
    there = sum((sum_of_places(np.moveaxis(result.people(kind), 1, 0)) for kind in REGISTERED), np.zeros((len(result.hours), result.draws)))
    return there - result.level("left_before_registering")[:, 0]
