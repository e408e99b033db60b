"""What comes out of the sweep: facts of one draw or of many, and which of them are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.cards import Card, OnCard
from refugee_model.engine.answers import card_of
from refugee_model.engine.values import Values
from refugee_model.engine.variables import (
    BETWEEN_POOLS,
    ENTERED,
    LEFT,
    RECORDED,
    STOCKS,
    SUMS,
    VARIABLES,
    Sizes,
    group_of,
    stocks_of,
)
from refugee_model.errors import Problem, RequestError, nearest
from refugee_model.scenario.network import (
    DISTRICT,
    KINDS,
    ONE,
    POINT,
    POOL,
    PROVINCE,
    ROUTE,
    Place,
    named,
    places_of,
    routes_inside,
)
from refugee_model.wording import as_found

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
        ``steps`` keeps people at every bound, ``days`` at the end of each day, ``never`` nothing: headline measures
        have been read.
    hours : tuple of float
        Further times at which people are kept [h].
    around : float, optional
        A time on either side of which people are kept [h].
    places : frozenset of str, optional
        Only these places.
    flows : bool
        Whether those who move in each step are kept beside those who are there; they need every bound.
    """

    when: str = DAYS
    hours: tuple[float, ...] = ()
    places: frozenset[str] | None = None
    flows: bool = False
    around: float | None = None


EVERYTHING = Keep(STEPS, flows=True)
"""What a lone run keeps."""

BY_DRAW: dict[str, Any] = {"by_draw": True}


@dataclass(frozen=True, repr=False)
class Result(OnCard):
    """Facts of one draw or of many, beside the scenario that made them; every array but those of times ends in the
    draw.

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
    held : dict of array (epoch, place, draw)
        Rates that held in each epoch, the time between two scheduled events, by variable: those of ``HELD`` with
        people, those of ``HELD_WITH_FLOWS`` with flows.
    epoch : array (step,)
        Number of the epoch of each step.
    night : array (step, route)
        Whether it is night at each checkpoint.
    staffed : array (step, point)
        Share of the desks that is staffed.
    crossed : array (day + 1, draw) [people]
        People who have crossed by each of ``edges``, those from before the start included.
    days : array (day, row, draw)
        What ``observers.DAY_ROWS`` says is kept of each day.
    nights : array (night, part, draw) [people]
        Heads of each of ``observers.PARTS`` at 02:00 of each date.
    route_waits : array (route, 3, draw) [h]
        Median, 90th percentile and longest wait at the checkpoint of each route.
    of_routes : dict of array (route, draw)
        The longest queue of each route and when, and who has crossed by the end, by variable.
    extremes : dict of array (draw,)
        What was highest, when, and in all, by variable; ``last_arrival``, when nearly all who cross within the
        projection have [h].
    first_full : array (province, draw) [h]
        When each province was first full; infinite where it never is.
    """

    scenario: Scenario
    keep: Keep
    bounds: Floats
    kept: Integers
    edges: Integers
    epoch: Integers
    night: NDArray[np.bool_]
    staffed: Floats
    drawn: dict[str, Floats] = field(metadata=BY_DRAW)
    staying: Floats = field(metadata=BY_DRAW)
    recorded: dict[str, Floats] = field(metadata=BY_DRAW)
    held: dict[str, Floats] = field(metadata=BY_DRAW)
    crossed: Floats = field(metadata=BY_DRAW)
    days: Floats = field(metadata=BY_DRAW)
    nights: Floats = field(metadata=BY_DRAW)
    route_waits: Floats = field(metadata=BY_DRAW)
    extremes: dict[str, Floats] = field(metadata=BY_DRAW)
    of_routes: dict[str, Floats] = field(metadata=BY_DRAW)
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
        found, wanted = places_of(self.scenario, known(kind, KINDS)), self.keep.places
        return (
            found
            if wanted is None or KINDS[kind].group in (ONE, ROUTE, POOL)
            else tuple(place for place in found if place.name in wanted)
        )

    def people(self, kind: str) -> Floats:
        """People in the places of one kind, array (time, place, draw) [people].

        Parameters
        ----------
        kind : str
            One of ``network.KINDS``, such as ``sheltered``.
        """
        first, *others = (self.level(name) for name in stocks_of(known(kind, KINDS)))
        people = sum(others, first)
        return people + self.staying[None] if kind == "at_home" else people

    def flow(self, name: str) -> Floats:
        """People who move in each step, array (step, place, draw) [people].

        Parameters
        ----------
        name : str
            A flow of ``engine/variables.py``, or one of ``SUMS``, such as ``set_off`` and ``admitted``.
        """
        added, taken = SUMS.get(known(name, (*NAMES, *SUMS)), ((name,), ()))
        first, *others = (self.level(part)[1:] for part in added)
        total = sum(others, first)
        for part in taken:
            total = total - self.level(part)[1:]
        return total

    def level(self, name: str) -> Floats:
        """One recorded variable at each time, array (time, place, draw), such as ``beds`` or ``fuel``."""
        group = group_of(known(name, NAMES))
        rows, row = self.recorded[group], VARIABLES[group][name].row
        if self.keep.flows and row >= rows.shape[2]:  # guests of lost provinces, where residents have no road
            return np.zeros((*rows.shape[:2], rows.shape[3]))
        return rows[:, :, row]

    def moved(self, kind: str, *, into: bool) -> Floats:
        """People who went into, or out of, each place of a kind, array (step, place, draw) [people]."""
        routes, count = (ENTERED if into else LEFT)[kind], len(self.places_of(kind))
        if KINDS[kind].group == POOL and count > 1:
            routes = BETWEEN_POOLS[into]
        total = np.zeros((len(self.hours) - 1, count, self.draws))
        for name in routes:
            flow = self.flow(name)
            total += flow if flow.shape[1] == count else flow.sum(axis=1, keepdims=True)
        return total

    def held_before(self, name: str) -> Floats:
        """A rate that held just before each time at which people are kept, array (time, place, draw)."""
        return self.held[name][self.epoch[np.maximum(self.kept - 1, 0)]]

    @property
    def transit_places(self) -> Floats:
        """Sheltered places for people who wait for a bed, just before each time, array (time, draw) [places]."""
        return self.held_before("transit_places")[:, 0]

    @property
    def registration(self) -> Floats:
        """What each reception point can register in each step, array (step, point, draw) [people/h]."""
        return self.held["registration_rate"][self.epoch] * self.staffed[:, :, None]

    @cached_property
    def worst_route(self) -> Integers:
        """The route with most people in its queue, of equals the one with the longest wait, array (draw,)."""
        longest, people = self.route_waits[:, 2], self.of_routes["most_queue_people"]
        order = np.lexsort((np.nan_to_num(longest, posinf=np.finfo(float).max), people), axis=0)
        worst: Integers = order[-1]
        return worst

    @property
    def displaced_inside(self) -> Floats:
        """Residents of the receiving country who have fled inside it by the end, array (draw,) [people]."""
        within = list(routes_inside(self.scenario))
        found: Floats = self.of_routes["crossed_so_far"][within].sum(axis=0)
        return found

    @property
    def waits(self) -> Floats:
        """Median, 90th percentile and longest wait at the checkpoint of the worst route, array (3, draw) [h]."""
        return self._of_worst(self.route_waits)

    def longest_queue(self, name: str) -> Floats:
        """What was highest at the checkpoint of the worst route, array (draw,)."""
        return self._of_worst(self.of_routes[name])

    def _of_worst(self, array: Floats) -> Floats:
        """Of an array (route, ..., draw), that of the worst route in each draw."""
        at = self.worst_route.reshape(1, *(1,) * (array.ndim - 2), -1)
        found: Floats = np.take_along_axis(array, at, axis=0)[0]
        return found

    @property
    def on_road_vehicles(self) -> Floats:
        """Vehicles on the road of each route, array (time, route, draw) [vehicles]."""
        return self.vehicles(self.level("on_road_by_vehicle"), self.level("on_road_by_bus"))

    @property
    def queue_vehicles(self) -> Floats:
        """Vehicles that have reached the queue at each checkpoint, array (time, route, draw) [vehicles]."""
        return self.vehicles(self.level("queue_by_vehicle"), self.level("queue_by_bus"))

    @property
    def queue_people(self) -> Floats:
        """People in those vehicles, array (time, route, draw) [people]."""
        return self.level("queue_by_vehicle") + self.level("queue_by_bus")

    def vehicles(self, in_vehicles: Floats, in_buses: Floats) -> Floats:
        """Vehicles and buses of so many people, in arrays that end in the draw [vehicles]."""
        return (
            in_vehicles / self.values["timing.transport.people_per_vehicle"]
            + in_buses / self.values["aid.evacuation_buses.seats"]
        )

    @property
    def unsheltered(self) -> Floats:
        """People who wait for a bed beyond the transit places, array (time, draw) [people]."""
        return np.maximum(self.level("awaiting_placement")[:, 0] - self.transit_places, 0.0)

    def cumulative(self, name: str) -> Floats:
        """People of a flow up to each bound, all its places together, array (bound, draw) [people].

        People who were beyond it when the projection started are counted; residents of the receiving country have not
        ``crossed``.
        """
        flow = self.flow(name)
        if name == "crossed":  # whoever flees inside the country crosses no border
            flow = flow[:, [not within for within in routes_inside(self.scenario)]]
        flow = flow.sum(axis=1)
        total = np.concatenate((np.zeros((1, self.draws)), np.cumsum(flow, axis=0)))
        return total + self._before(name)

    @property
    def cumulative_registered(self) -> Floats:
        """People who have registered, array (bound, draw) [people]."""
        parts = ("registered", "registered_later", "came_back_unregistered")
        return sum((self.cumulative(name) for name in parts), np.zeros((len(self.hours), self.draws)))

    def _before(self, name: str) -> Floats:
        waiting = ("awaiting_placement", "awaiting_placement_by_point")
        later = (*waiting, "left_country", "travelling", "sheltered", "hosted")
        if name == "registered":
            return self.values.now_in_all(*later)
        if name == "crossed":
            return self.values.now_in_all(*later, "unregistered_hosted", "awaiting_registration")
        return np.zeros(1)

    @property
    def residual(self) -> float:
        """Largest change of the sum over all places, over times and draws [people]."""
        stocks = [self.recorded[group][:, :, :count].sum(axis=(1, 2)) for group, count in STOCKS.items()]
        total = sum(stocks, np.zeros_like(stocks[0])) + self.staying.sum(axis=0)
        return float(np.max(np.abs(total - total[0])))

    def _card(self) -> Card:
        return card_of(self)

    def by_draw(self) -> Iterator[tuple[tuple[str, str], Floats]]:
        """All arrays that end in the draw, by attribute and key."""
        for item in fields(self):
            if item.metadata.get("by_draw"):
                found = getattr(self, item.name)
                yield from (
                    (((item.name, key), array) for key, array in found.items())
                    if isinstance(found, dict)
                    else [((item.name, ""), found)]
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

    def between(self, rows: slice) -> Result:
        """The same with some of the times at which people are kept."""
        return replace(
            self, kept=self.kept[rows], recorded={group: array[rows] for group, array in self.recorded.items()}
        )

    def of_draws(self, rows: slice) -> Result:
        """The same of some of the draws."""
        return self.with_arrays({item: array[..., rows] for item, array in self.by_draw()})

    def thin(self, keep: Keep) -> Result:
        """The same with less kept: what ``keep`` names of what is there.

        Parameters
        ----------
        keep : Keep
            Names times, places and flows that this result has.
        """
        if keep.when == NEVER:
            none = {item: array[:0] for item, array in self.by_draw() if not item[1]}
            drawn = {item: array for item, array in self.by_draw() if item[0] == "drawn"}
            return replace(self.with_arrays(none | drawn), keep=keep, kept=self.kept[:0])
        at = np.searchsorted(self.kept, kept_bounds(keep, self.bounds, self.edges))
        chosen = {group: self._chosen(group, keep.places) for group in RECORDED}
        known = dict(self.by_draw())
        for group, array in self.recorded.items():
            part = array[at] if len(at) < len(self.kept) else array
            known["recorded", group] = part if chosen[group] is None else part[:, chosen[group]]
        if chosen[DISTRICT] is not None:
            known["staying", ""] = self.staying[chosen[DISTRICT]]
        return replace(self.with_arrays(known), keep=keep, kept=self.kept[at])

    def _chosen(self, group: str, places: frozenset[str] | None) -> list[int] | None:
        """Positions of the places of a group that are to be kept; None for all."""
        if places is None or group not in (DISTRICT, POINT, PROVINCE):
            return None
        return [number for number, name in enumerate(named(self.scenario, group)) if name in places]


HELD = {"transit_places": ONE, "covered_places": POINT, "registration_rate": POINT}
HELD_WITH_FLOWS = dict.fromkeys(
    ("checkpoint_rate", "checkpoint_seconds", "checkpoint_seconds_per_person", "night_factor"), ROUTE
)
"""Rates that are kept, and the group of places that has them."""


class Joined:
    """A result as it is put together: what each block of draws holds goes to its place at once.

    And the block is let go.
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


NAMES = tuple(name for variables in VARIABLES.values() for name in variables.__members__)


def known(name: object, names: Iterable[str]) -> str:
    """A name that is one of those known, or an error that offers the nearest."""
    if isinstance(name, str) and name in names:
        return name
    problem = f"found {as_found(name)}, which it does not have; {nearest(str(name), list(names))}"
    raise RequestError("this run cannot be read", [Problem("", problem)])


def kept_bounds(keep: Keep, bounds: Floats, edges: Integers) -> Integers:
    """Bounds at which people are kept: all of them, ends of days, and those at further times."""
    if keep.when == STEPS:
        return np.arange(len(bounds))
    at = edges[1:] if keep.when == DAYS else edges[:0]
    further = np.searchsorted(bounds, np.asarray(keep.hours) - 1e-9)
    if keep.around is not None:
        after = int(np.searchsorted(bounds, keep.around - 1e-9))
        further = np.append(further, [after - 1, after])
    return np.union1d(at, np.clip(further, 1, len(bounds) - 1)) if len(further) else at
