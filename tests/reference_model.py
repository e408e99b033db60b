"""The ten rules once more, slowly and plainly: one number at a time, by place name, sharing nothing with the engine.

Read it as the specification of the ordered sweep. Every step goes from origin to destination:

1. at home -> leaving: the share ``exp(-hazard x factor x time)`` stays; the hazard is integrated exactly over the step.
   Residents of a province that is lost flee from then on by roads inside the country, all of those who flee at all.
   Each choose a road by the shares of their district; those held back choose anew in each step, or wait for theirs.
2. leaving -> road: those with a bus seat, then those with a vehicle and fuel, as far as room and capacity of the road
allow; those
   who live beyond the beginning of the road set off as far as their own way to it has room, and enter the road when
   they come to it. Fuel goes round evenly
   among those who come from abroad, buses go to the roads by weight and by who waits there without a vehicle.
3. road -> queue: cumulative departures are read one journey earlier, between bounds along a straight line.
4. queue -> across: batch after batch in the order in which they came, until the time is up; a share is sent home, a
share is held. Each road has a queue and a checkpoint of its own.
5. across -> registered: ``min(waiting + received, desks x time)``, in each of three parts of the step in which people
   pass the checkpoint at one pace; others go straight to relatives. A road leads to the points that it names, or to all
   by their weights.
6. who needs a bed: a share on registration; later those who come back, exponentially.
7. awaiting -> travelling: ``min(waiting, seats, free beds)``, split by policy; arrivals are read one journey earlier.
   Where roads to the provinces differ by reception point, each has a pool, whose part of the beds is its part of those
   who wait. Who comes back to wait from a province does so at the nearest point.
8. beds: standing x winter + surge so far, less losses; people above them are moved out, people without one wait again.
9. later: out of shelter, abroad, to other provinces, exponentially; of those who wait for a bed half before and half
after the others move.

A province that is lost (8) is empty from the beginning of the step on: its reception points send people on, its guests
move. Where its residents have a road out, guests are held back and take it with them, in vehicles, and whoever is on
the way to the province turns round. Guests and residents are mixed evenly where they are held back and on each road;
at its end guests wait for a bed, go to relatives or wait to register, and have not crossed again.

Rates are those that hold when the step begins; surge beds are those that stand when it ends. (Rule 10 is in the
tables.)
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from refugee_model.scenario.scenario import Scenario

Amounts = dict[str, float]
ALL = "all"
GUESTS = ("for a bed", "of hosts", "unregistered")
NO_END = 1e9
"""Hours that a way takes on which nothing moves."""


class Calendar:
    """What holds when, in whole seconds after the start."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        start = scenario.timeline.start
        self.clock = start.hour * 3600 + start.minute * 60 + start.second

    def second(self, moment: Any) -> int:
        return round(self.scenario.timeline.hours_at(moment) * 3600)

    def value(self, schedule: Any, second: int) -> float:
        if not isinstance(schedule, tuple):
            return float(schedule)
        value = schedule[0].value
        for change in schedule:
            if change.since is not None and self.second(change.since) <= second:
                value = change.value
        return float(value)

    def on(self, span: Any, second: int) -> bool:
        return self.second(span.since) <= second and (span.until is None or second < self.second(span.until))

    def first_beds(self, order: Any) -> tuple[int, int]:
        """When the first bed of an order comes, and how long until the last has come."""
        first = round((self.scenario.timeline.hours_at(order.decided) + order.lead_days * 24) * 3600)
        return first, round(order.ramp_days * 86400)

    def of_day(self, second: int) -> float:
        return (self.clock + second) % 86400 / 3600

    def night(self, checkpoint: Any, second: int) -> bool:
        begins, ends, now = checkpoint.night_from_hour, checkpoint.night_until_hour, self.of_day(second)
        if begins < ends:
            return begins <= now < ends
        return begins > ends and (now >= begins or now < ends)

    def staffed(self, point: Any, second: int) -> float:
        if not point.shifts:
            return 1.0
        now, total = self.of_day(second), 0.0
        for shift in point.shifts:
            begins, ends = shift.from_hour, shift.until_hour
            if begins <= now < ends or (begins >= ends and (now >= begins or now < ends)):
                total += shift.share
        return total

    def bounds(self) -> list[int]:
        """Every regular bound, every event and every daily change within the projection."""
        timeline = self.scenario.timeline
        end = round(timeline.days * 86400)
        seconds, number = {0, end}, 0
        while number * timeline.step_minutes * 60 < end:
            seconds.add(round(number * timeline.step_minutes * 60))
            number += 1
        for second in [*self.events(), *self._daily(end)]:
            if 0 < second < end:
                seconds.add(second)
        return sorted(seconds)

    def events(self) -> set[int]:
        """When something begins or ceases to hold."""
        return {*self._scheduled(), *self._once()}

    def roads(self) -> list[tuple[Any, Any]]:
        """What is said of roads and checkpoints, for all of them and by each."""
        timing = self.scenario.timing
        return [(timing.corridor, timing.checkpoint), *((of.corridor, of.checkpoint) for of in timing.routes.values())]

    def _scheduled(self) -> Iterator[int]:
        timing, aid = self.scenario.timing, self.scenario.aid
        schedules = [timing.departure.factor, *(road.vehicles_per_hour_per_lane for road, _ in self.roads())]
        schedules += [
            getattr(checkpoint, name)
            for _, checkpoint in self.roads()
            for name in ("vehicles_per_hour", "lanes", "night_factor", "turned_back_share", "detained_share")
        ]
        schedules += [way.share for place in self.scenario.people.districts.values() for way in place.routes.values()]
        schedules += [value for of in timing.routes.values() for value in (of.bus_weight, *of.leads_to.values())]
        schedules += [getattr(timing.accommodation, name) for name in type(timing.accommodation).model_fields]
        schedules += [timing.onward.leaves_country_per_day, timing.onward.drifts_per_day]
        schedules += [aid.community_centres.centres, aid.evacuation_buses.buses, aid.transit_places]
        schedules += [aid.placement.seats_per_hour, aid.cash.coverage]
        schedules += [
            value
            for point in aid.reception_points.values()
            for value in (point.desks, point.weight, point.covered_places)
        ]
        schedules += [province.winter_factor for province in aid.provinces.values()]
        for schedule in schedules:
            if isinstance(schedule, tuple):
                yield from (self.second(change.since) for change in schedule if change.since is not None)

    def _once(self) -> Iterator[int]:
        people, timing, aid = self.scenario.people, self.scenario.timing, self.scenario.aid
        yield self.second(timing.departure.start)
        yield from (self.second(point.time) for point in timing.departure.curve or ())
        yield from (
            self.second(place.departs_from) for place in people.districts.values() if place.departs_from is not None
        )
        yield from (self.second(delivery.at) for delivery in timing.transport.fuel_deliveries)
        spans = [span for road, check in self.roads() for span in (*(road.closures or ()), *(check.regimes or ()))]
        for span in (*spans, *aid.losses.values()):
            yield self.second(span.since)
            if span.until is not None:
                yield self.second(span.until)
        for order in (order for order in aid.surge.values() if order.beds):
            first, ramp = self.first_beds(order)
            yield from (first, first + ramp)

    def _daily(self, end: int) -> Iterator[int]:
        timing, hours = self.scenario.timing, {0.0, 2.0}
        for own in timing.routes.values() or [None]:
            checkpoint = Said(own and own.checkpoint, timing.checkpoint)
            if checkpoint.night_factor != 1.0 and checkpoint.night_from_hour != checkpoint.night_until_hour:
                hours |= {checkpoint.night_from_hour, checkpoint.night_until_hour}
        for point in self.scenario.aid.reception_points.values():
            hours |= {hour for shift in point.shifts for hour in (shift.from_hour, shift.until_hour)}
        for hour in hours:
            yield from range(round(hour * 3600) - self.clock, end, 86400)


class Curve:
    """A cumulative count over time, read between bounds along a straight line."""

    def __init__(self, first: float = 0.0) -> None:
        self.times, self.counts = [0.0], [first]

    def add(self, time: float, amount: float) -> None:
        self.times.append(time)
        self.counts.append(self.counts[-1] + amount)

    def at(self, time: float) -> float:
        if time >= self.times[-1]:
            return self.counts[-1]
        after = bisect_right(self.times, time)
        part = (time - self.times[after - 1]) / (self.times[after] - self.times[after - 1])
        return self.counts[after - 1] + part * (self.counts[after] - self.counts[after - 1])

    def after(self, time: float) -> float:
        """The count at the first bound after a time, or the last."""
        return self.counts[min(bisect_right(self.times, time), len(self.counts) - 1)]


class Said:
    """What a route says itself, and what is said for all routes where it says nothing."""

    def __init__(self, own: Any, for_all: Any) -> None:
        self.own, self.for_all = own, for_all

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.own, name, None)
        return getattr(self.for_all, name) if value is None else value


class Way:
    """A road with its checkpoint, those who wait for it and those who are on it: rules 2 to 4."""

    def __init__(self, model: Model, name: str) -> None:
        scenario, timing = model.scenario, model.scenario.timing
        self.model, self.name, self.own = model, name, timing.routes.get(name)
        self.corridor = Said(self.own and self.own.corridor, timing.corridor)
        self.checkpoint = Said(self.own and self.own.checkpoint, timing.checkpoint)
        now, self.distances = scenario.people.now, {}
        for place, district in scenario.people.districts.items():
            if name in district.routes or not timing.routes:
                own = district.routes[name].distance_km if timing.routes else None
                self.distances[place] = district.distance_km if own is None else own
        origins = [scenario.people.districts[place] for place in self.distances]
        self.within = any(place.province is not None for place in origins)
        # Kilometres from home to the beginning of the road, 0 for those who live along it.
        self.beyond = {place: max(0.0, km - self.corridor.length_km) for place, km in self.distances.items()}
        self.occupancy = {
            "vehicle": timing.transport.people_per_vehicle,
            "bus": scenario.aid.evacuation_buses.seats,
        }
        self.road = {"vehicle": now.on_road_by_route.get(name, 0.0) if timing.routes else now.on_road, "bus": 0.0}
        self.queue = dict(self.road)
        self.guests, self.guests_from = dict.fromkeys(GUESTS, 0.0), dict.fromkeys(self.distances, 0.0)
        self.ready, self.carless = (dict.fromkeys(self.distances, 0.0) for _ in range(2))
        self.gone = {(place, by): Curve() for place in self.distances for by in self.road}
        self.entered_from = dict.fromkeys(self.gone, 0.0)
        self.held, self.inside = ({by: Curve() for by in self.road} for _ in range(2))
        self.reached_before = dict.fromkeys(self.road, 0.0)
        self.line = deque([dict(self.queue)])
        self.entered, self.passed = self.road["vehicle"] / self.occupancy["vehicle"], Curve()

    def value(self, schedule: Any) -> float:
        return self.model.calendar.value(schedule, self.model.second)

    def on(self, span: Any) -> bool:
        return self.model.calendar.on(span, self.model.second)

    def cut(self) -> bool:
        return any(self.on(span) for span in self.corridor.closures)

    def closed(self) -> bool:
        """Whether the road is cut or the checkpoint closed."""
        return self.cut() or any(regime.kind == "closed" and self.on(regime) for regime in self.checkpoint.regimes)

    def expected_hours(self, district: str) -> float:
        """Rule 2: the free journey, then the queue as it passes by day, no faster than the road carries."""
        vehicles = self._vehicles(self.queue)
        hourly = min(self._vehicles_per_hour(self._in_each(self.queue)), self._road_capacity() / self.model.hours)
        queue = vehicles / hourly if hourly > 0 else NO_END
        return self.distances[district] / self.corridor.free_speed_kmh + queue

    def set_off(self, fuelled: float, seated: float, without_fuel: float) -> None:
        """Rules 2 and 3: who is ready, who of them finds room, and what they leave behind.

        Of people without a vehicle and of people whose vehicle has no fuel, so many have a seat.
        """
        ready, extra = self._who_is_ready(fuelled, seated, without_fuel)
        for_want = {name: share(extra[name], people["bus"]) for name, people in ready.items()}
        far = {name for name, way in self.beyond.items() if way > 0}
        reached = {name: self._at_entrance(name, ready[name]) if name in far else ready[name] for name in ready}
        room = min(self._room(), self._road_capacity())
        buses = room_first = share(room, sum(people["bus"] for people in reached.values()) / self.occupancy["bus"])
        buses *= sum(people["bus"] for people in reached.values()) / self.occupancy["bus"]
        room_then = share(
            max(0.0, room - buses), sum(people["vehicle"] for people in reached.values()) / self.occupancy["vehicle"]
        )
        enters = {"bus": room_first, "vehicle": room_then}
        for name, people in ready.items():
            entering = {by: reached[name][by] * enters[by] for by in people}
            off = self._as_far_as_approach_allows(name, people, entering) if name in far else entering
            self._leave_home(name, off, for_want[name])
            if name in far:
                come = self._come(name)
                entering = {by: min(entering[by], max(0.0, come[by] - self.entered_from[name, by])) for by in off}
                for by, number in entering.items():
                    self.entered_from[name, by] += number
            self.entered += self._vehicles(entering)
        for by, curve in self.held.items():
            self.inside[by].add(
                self.model.then, sum(self.entered_from[name, by] for name in far) - self.inside[by].counts[-1]
            )
            come = sum(self._come(name)[by] - self.entered_from[name, by] for name in far)
            curve.add(self.model.then, come - curve.counts[-1])

    def _who_is_ready(self, fuelled: float, seated: float, without_fuel: float) -> tuple[dict[str, Amounts], Amounts]:
        """Rule 2: by district, people with vehicle and fuel, people with a seat in a bus.

        And those of the latter who lack fuel.
        """
        carless, riding = sum(self.carless.values()), share(without_fuel, sum(self.ready.values()))
        people = {
            name: {"vehicle": cars * fuelled, "bus": self.carless[name] * share(seated, carless) + cars * riding}
            for name, cars in self.ready.items()
        }
        return people, {name: cars * riding for name, cars in self.ready.items()}

    def _vehicles(self, people: Amounts) -> float:
        return sum(number / self.occupancy[by] for by, number in people.items())

    def _in_each(self, people: Amounts) -> float:
        """People in each vehicle."""
        return share_or(sum(people.values()), self._vehicles(people), self.occupancy["vehicle"])

    def _room(self) -> float:
        """Rule 3: the road has room for what left it one backward wave ago, or will have by then."""
        corridor, model = self.corridor, self.model
        wave = corridor.length_km / corridor.backward_wave_kmh
        out = self.passed.at(model.then - wave) if model.then > wave else 0.0
        if wave < model.hours:
            # As if a few more cars were on it: a thousandth of what it holds.
            few = 1e-3 * corridor.length_km * corridor.lanes * corridor.jam_vehicles_per_km
            cars = {**self.road, "vehicle": self.road["vehicle"] + few * self.occupancy["vehicle"]}
            hourly = self._vehicles_per_hour(self._in_each(cars)) * self._at_night()
            out = self.passed.counts[-1] + hourly * (model.hours - wave)
        return max(0.0, out + corridor.length_km * corridor.lanes * corridor.jam_vehicles_per_km - self.entered)

    def _at_entrance(self, name: str, ready: Amounts) -> Amounts:
        """Those of a far district who are before the road by the end of the step.

        If their way to it holds nobody back.
        """
        corridor, hours = self.corridor, self.model.hours
        most = min(
            self._road_capacity(), corridor.free_speed_kmh * corridor.lanes * corridor.jam_vehicles_per_km * hours
        )
        off = self._buses_first(ready, most)
        come = self._come(name)
        # Where the way takes less than the step, the first of those who set off in it come to its end in it.
        soon = max(0.0, hours - self.beyond[name] / corridor.free_speed_kmh) / hours
        come = {by: come[by] + off[by] * soon for by in come}
        ready.update(off)
        return {by: max(0.0, come[by] - self.entered_from[name, by]) for by in ready}

    def _come(self, name: str) -> Amounts:
        """People of a far district who have come to the beginning of the road by the end of the step."""
        earlier = self.model.then - self.beyond[name] / self.corridor.free_speed_kmh
        return {by: self.gone[name, by].at(earlier) if earlier > 0 else 0.0 for by in self.road}

    def _buses_first(self, people: Amounts, room: float) -> Amounts:
        coaches, vehicles = (people[by] / self.occupancy[by] for by in ("bus", "vehicle"))
        first = share(room, coaches)
        return {
            "bus": people["bus"] * first,
            "vehicle": people["vehicle"] * share(max(0.0, room - coaches * first), vehicles),
        }

    def _as_far_as_approach_allows(self, name: str, ready: Amounts, entering: Amounts) -> Amounts:
        corridor = self.corridor
        there = {by: self.gone[name, by].counts[-1] - self.entered_from[name, by] - entering[by] for by in ready}
        places = self.beyond[name] * corridor.lanes * corridor.jam_vehicles_per_km
        return self._buses_first(ready, max(0.0, places - self._vehicles(there)))

    def _leave_home(self, name: str, off: Amounts, for_want: float) -> None:
        """For want of fuel, that share of those who take a bus would have a vehicle."""
        self.ready[name] -= off["vehicle"] + off["bus"] * for_want
        self.carless[name] -= off["bus"] * (1 - for_want)
        for by, people in off.items():
            self.road[by] += people
            self.gone[name, by].add(self.model.then, people)
        self.model.burn(0.0 if self.within else off["vehicle"] / self.occupancy["vehicle"])

    def went(self, district: str, count: int) -> float:
        """People of a district who had set off on this road by a bound, counted from the last one back."""
        return sum(self.gone[district, by].counts[-count] for by in self.road) if district in self.distances else 0.0

    def _road_capacity(self) -> float:
        if self.cut():
            return 0.0
        return self.value(self.corridor.vehicles_per_hour_per_lane) * self.corridor.lanes * self.model.hours

    def reach(self) -> None:
        """Rule 3: those who set off one journey ago and were not held up before the road reach the queue.

        As fast as it carries them.
        """
        then, speed, due = self.model.then, self.corridor.free_speed_kmh, dict.fromkeys(self.road, 0.0)
        from_far, entered = dict(due), then - self.corridor.length_km / speed
        for (name, by), curve in self.gone.items():
            earlier = then - self.distances[name] / speed
            (from_far if self.beyond[name] else due)[by] += curve.at(earlier) if earlier > 0 else 0.0
        for by, people in from_far.items():
            if entered >= 0:
                due[by] += min(max(0.0, people - self.held[by].at(entered)), self.inside[by].after(entered))
        due = {by: max(0.0, people - self.reached_before[by]) for by, people in due.items()}
        through = share(self._road_capacity(), self._vehicles(due))
        for by, people in due.items():
            self.queue[by] += people * through
            self.reached_before[by] += people * through
        self.line.append({by: people * through for by, people in due.items()})

    def _at_night(self) -> float:
        night = self.model.calendar.night(self.checkpoint, self.model.second)
        return self.value(self.checkpoint.night_factor) if night else 1.0

    def check(self) -> None:
        """Rule 4: vehicles pass the checkpoint, the first of the line first; some are sent back, some held."""
        checkpoint, left, vehicles = self.checkpoint, self.model.hours, 0.0
        checked, went, came = dict.fromkeys(self.queue, 0.0), list[tuple[float, float]](), dict(self.line[-1])
        alike = any(people <= 0 for people in self.queue.values())
        while self.line and left > 0:
            batch = self.line[0]
            number = self._vehicles(batch)
            hourly = (
                self._vehicles_per_hour(sum(batch.values()) / number) * self._at_night() if number > 0 else math.inf
            )
            part = share(left * hourly, number) if number > 0 else 1.0
            if number > 0 and hourly > 0:
                went.append((number * part / hourly, sum(batch.values()) * part))
            if part == 1.0:
                self.line.popleft()
            left -= number * part / hourly if part == 1.0 and hourly > 0 else left
            for by, people in batch.items():
                checked[by] += people * part
                batch[by] -= people * part
            vehicles += number * part
        self.parts = self._parts(went, not self.line, self._vehicles(came) > 0, alike)
        for by, people in checked.items():
            self.queue[by] = max(0.0, self.queue[by] - people)
            self.road[by] = max(0.0, self.road[by] - people)
        leave = share(checked["vehicle"], self.road["vehicle"] + checked["vehicle"])
        self.passed.add(self.model.then, vehicles)
        people = sum(checked.values())
        self.turned = people * self.value(checkpoint.turned_back_share)
        self.detained = min(people - self.turned, people * self.value(checkpoint.detained_share))
        self.crossed = people - self.turned - self.detained
        parts = {"off": self.crossed, "back": self.turned, "held": self.detained}
        self.gone_guests = {
            what: {kind: guests * leave * share(part, people) for kind, guests in self.guests.items()}
            for what, part in parts.items()
        }
        self.guests = {kind: guests * (1 - leave) for kind, guests in self.guests.items()}
        self.crossed = max(0.0, self.crossed - sum(self.gone_guests["off"].values()))
        self.turned = max(0.0, self.turned - sum(self.gone_guests["back"].values()))

    def _parts(
        self, went: list[tuple[float, float]], emptied: bool, came: bool, alike: bool
    ) -> list[tuple[float, float]]:
        """Hours and people of at most three parts of the step, each at a pace of its own.

        Those of the last batch, who come within the step, pass as they come once nobody is before them. Of batches of
        cars and buses the two become one of which the paces differ least, until three are left.
        """
        hours = self.model.hours
        if emptied:
            takes, people = went.pop() if came else (0.0, 0.0)
            waited = sum(took for took, _ in went)
            empty = hours * share(waited, hours - takes)
            went = [
                *went,
                (max(0.0, empty - waited), people * empty / hours),
                (hours - empty, people * (1 - empty / hours)),
            ]
        if alike:
            before = went[:-1] if emptied else went
            went = [(sum(took for took, _ in before), sum(people for _, people in before)), *went[len(before) :]]
        parts = [(0.0, 0.0)] * 3
        for part in went:
            parts.append(part)
            apart = [
                abs(one[1] * other[0] - other[1] * one[0]) / max(one[0] + other[0], 1e-200)
                for one, other in pairwise(parts)
            ]
            least = 0
            for place in (1, 2):
                least = place if apart[place] < apart[least] * (1 - 1e-9) else least
            both = tuple(map(sum, zip(*parts[least : least + 2], strict=True)))
            parts[least : least + 2] = [(both[0], both[1])]
        return parts

    def passed_by(self, time: float) -> float:
        """Share of those who pass in the step who have passed by a share of its time."""
        left, passed, everyone = time * self.model.hours, 0.0, sum(people for _, people in self.parts)
        for took, people in self.parts:
            passed += people * (share(left, took) if took > 0 else 1.0)
            left = max(0.0, left - took)
        return passed / everyone if everyone > 0 else time

    def breaks(self) -> tuple[float, float]:
        """When the first and the second of the parts end, as shares of the step."""
        first, second, _ = (took / self.model.hours for took, _ in self.parts)
        return first, first + second

    def _vehicles_per_hour(self, people: float) -> float:
        """What the checkpoint lets through by day of vehicles with so many people each."""
        checkpoint, gain = self.checkpoint, 1.0
        lanes = self.value(checkpoint.lanes)
        for regime in checkpoint.regimes:
            if not self.on(regime):
                continue
            if regime.vehicles_per_hour is not None:
                return regime.vehicles_per_hour
            if regime.kind == "closed":
                return 0.0
            if regime.kind == "inspection":
                return lanes * checkpoint.inspection_vehicles_per_hour_per_lane
            gain = 1 + checkpoint.tandem_gain if regime.kind == "tandem" else 1.0
        if checkpoint.vehicles_per_hour is not None:
            return gain * self.value(checkpoint.vehicles_per_hour)
        return gain * lanes * 3600 / (checkpoint.seconds_per_vehicle + checkpoint.seconds_per_person * people)


class Model:
    """One projection: ``people[kind][place]``, ``flows[name][place]`` and ``levels[name][place]`` over time.

    As lists.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.calendar = scenario, Calendar(scenario)
        self.people: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.flows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.levels: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.seconds, self.changes, self.asked = self.calendar.bounds(), self.calendar.events(), -1
        self._begin()
        self._note()
        for begin, end in pairwise(self.seconds):
            self.second, self.end = begin, end
            self.now, self.then, self.hours = begin / 3600, end / 3600, end / 3600 - begin / 3600
            self._step()
            self._note()

    def _begin(self) -> None:
        scenario, now = self.scenario, self.scenario.people.now
        districts, own = scenario.people.districts, scenario.timing.transport.own_vehicle_share
        total, leaving_share = scenario.people.total, scenario.timing.departure.share_leaving
        provinces, self.residents = scenario.aid.provinces, {}
        for name, place in districts.items():
            if place.province is not None:
                self.residents[name] = provinces[place.province].residents * place.share_of_residents
        live = {
            name: total * place.share if place.share is not None else place.people
            for name, place in districts.items()
            if name not in self.residents
        } | self.residents
        live = {name: live[name] for name in districts}
        still = {name: max(0.0, live[name] - now.leaving.get(name, 0.0)) for name in districts}
        if sum(now.at_home.values()) > 0:
            still = {name: now.at_home.get(name, 0.0) for name in districts}
        # Residents are as many as they are, and all of them leave; the others are the rest of everyone.
        home = {name: people for name, people in still.items() if name in self.residents}
        rest = max(0.0, total + sum(self.residents.values()) - now.total - sum(home.values()))
        others = {name: people for name, people in still.items() if name not in home}
        home |= {name: share(people, sum(others.values())) * rest for name, people in others.items()}
        leaving = {name: 1.0 if name in self.residents else leaving_share for name in districts}
        self.staying = {name: min(home[name], live[name] * (1 - leaving[name])) for name in districts}
        self.leavers = {name: live[name] * leaving[name] for name in districts}
        self.willing = {name: home[name] - self.staying[name] for name in districts}
        held = {name: now.leaving.get(name, 0.0) for name in districts}
        bus = now.leaving_without_vehicle
        without = {name: min(bus[name], held[name]) if name in bus else held[name] * (1 - own) for name in districts}
        self.undecided = {name: {"vehicle": held[name] - without[name], "bus": without[name]} for name in districts}
        self.ways = {name: Way(self, name) for name in scenario.timing.routes or ["checkpoint"]}
        self.weighed: dict[str, Amounts] = {}
        self.detained, self.unregistered = now.detained, now.unregistered_hosted
        self.abroad, self.left_before_registering = now.left_country, 0.0
        self.registering = {name: now.awaiting_registration.get(name, 0.0) for name in scenario.aid.reception_points}
        self.most_registering = sum(self.registering.values())
        self.travelling, self.sheltered, self.hosted = (
            {name: group.get(name, 0.0) for name in scenario.aid.provinces}
            for group in (now.travelling, now.sheltered, now.hosted)
        )
        self.pools = self._pools()
        self.second = 0
        parts = dict.fromkeys(self.pools, 0.0) | self._by_weight(self._standing())
        self.waiting = {pool: now.awaiting_placement * part for pool, part in parts.items()}
        for name, people in now.awaiting_placement_by_point.items():
            self.waiting[name if name in self.waiting else ALL] += people
        self.sent = {
            (pool, name): Curve(self.travelling[name] * part)
            for pool, part in parts.items()
            for name in scenario.aid.provinces
        }
        self.on_the_way = {way: curve.counts[0] for way, curve in self.sent.items()}
        self.settled = dict.fromkeys(scenario.aid.provinces, 0.0)
        self.arrived_before = dict.fromkeys(self.sent, 0.0)
        fuel = scenario.timing.transport.fuel_litres
        self.fuel = math.inf if fuel is None else fuel
        self.beds = {name: self._beds(name, 0, 0) for name in scenario.aid.provinces}
        self.guests = {name: dict.fromkeys(GUESTS, 0.0) for name in districts}
        self.guests_ever, self.turning = dict.fromkeys(districts, 0.0), dict.fromkeys(self.pools, 0.0)

    def _pools(self) -> list[str]:
        """Every reception point where one is nearer to a province than another; else all wait together."""
        provinces, points = self.scenario.aid.provinces, list(self.scenario.aid.reception_points)
        differ = any(self._km(point, name) != self._km(points[0], name) for point in points for name in provinces)
        return points if differ else [ALL]

    def _km(self, pool: str, province: str) -> float:
        """How far it is to a province from where people wait."""
        said = self.scenario.aid.provinces[province]
        point = next(iter(self.scenario.aid.reception_points)) if pool == ALL else pool
        return float(said.road_km_from.get(point, said.road_km))

    def _standing(self) -> list[str]:
        points = self.scenario.aid.reception_points
        return [pool for pool in self.pools if pool == ALL or not self._lost(points[pool].province)] or self.pools

    def _by_weight(self, pools: list[str]) -> Amounts:
        """Parts of some pools by what is said of the weights of their points; else equal ones."""
        points = self.scenario.aid.reception_points
        weights = {pool: 1.0 if pool == ALL else self._value(points[pool].weight) for pool in pools}
        whole = sum(weights.values())
        return {pool: weight / whole if whole > 0 else 1 / len(pools) for pool, weight in weights.items()}

    def _wait_again(self, province: str, people: float) -> None:
        """Whoever is in a province and needs a bed waits at the nearest point that stands."""
        for pool, part in self._nearest(province).items():
            self.waiting[pool] += people * part

    def _nearest(self, province: str) -> Amounts:
        stand = self._standing()
        least = min(self._km(pool, province) for pool in stand)
        return self._by_weight([pool for pool in stand if self._km(pool, province) == least])

    def _of_unregistered(self) -> Amounts:
        """Where those wait of whom no province is known: as if they were where relatives are."""
        weights, found = self._weights_of_provinces("relatives_weight"), dict.fromkeys(self.pools, 0.0)
        whole = sum(weights.values())
        for name, weight in weights.items():
            for pool, part in self._nearest(name).items():
                found[pool] += part * (weight / whole if whole > 0 else 1 / len(weights))
        return found

    def _note(self) -> None:
        kinds: dict[str, Amounts] = {
            "at_home": {name: self.willing[name] + self.staying[name] for name in self.willing},
            "leaving": {name: self._held_back(name) for name in self.willing},
            "on_road": {name: sum(way.road.values()) for name, way in self.ways.items()},
            "detained": {ALL: self.detained},
            "awaiting_registration": self.registering,
            "unregistered_hosted": {ALL: self.unregistered},
            "awaiting_placement": self.waiting,
            "travelling": self.travelling,
            "sheltered": self.sheltered,
            "hosted": self.hosted,
            "left_country": {ALL: self.abroad},
        }
        queue = {name: sum(way.queue.values()) for name, way in self.ways.items()}
        levels = {"beds": self.beds, "fuel": {ALL: self.fuel}, "queue": queue}
        for record, groups in ((self.people, kinds), (self.levels, levels)):
            for kind, places in groups.items():
                for place, amount in places.items():
                    record[kind][place].append(amount)

    def nights(self) -> list[Amounts]:
        """Heads at each 02:00: on the road, at reception and waiting for a bed beyond the places that held until then.

        Held back.
        """
        found, aid = [], self.scenario.aid
        for at, second in enumerate(self.seconds):
            if self.calendar.of_day(second) != 2.0:
                continue
            before = self.seconds[max(at - 1, 0)]
            here = {kind: {name: counts[at] for name, counts in places.items()} for kind, places in self.people.items()}
            beyond = {
                name: here["awaiting_registration"][name] - self.calendar.value(point.covered_places, before)
                for name, point in aid.reception_points.items()
            }
            closed = sum(share for name, share in aid.transit_places_in.items() if self._lost(name, before))
            places = self.calendar.value(aid.transit_places, before) * max(0.0, 1 - closed)
            waiting = sum(here["awaiting_placement"].values()) - places
            night = {
                "on_road": sum(here["on_road"].values()),
                "at_reception": sum(people for people in beyond.values() if people > 0),
            }
            found.append(night | {"unsheltered": max(waiting, 0.0), "held_back": sum(here["leaving"].values())})
        return found

    def _flow(self, name: str, amounts: Amounts | float) -> None:
        for place, amount in (amounts if isinstance(amounts, dict) else {ALL: amounts}).items():
            self.flows[name][place].append(amount)

    def _value(self, schedule: Any) -> float:
        return self.calendar.value(schedule, self.second)

    def _step(self) -> None:
        departed = self._depart()
        self._take_the_road()
        self._choose(departed)
        held_back = {name: self._with_vehicle(name) for name in self.guests}
        self._set_off()
        self._guests_set_off(held_back)
        for way in self.ways.values():
            way.reach()
            way.check()
        self._guests_try_again()
        self._return_home()
        self._close_points()
        self._register(self._go_to_relatives())
        self._ask()
        self._flee()
        self._come_off()
        drifting = self._host()
        self._lose_beds()
        self._vacate()
        self._place()
        admitted = self._arrive()
        self._shelter(admitted, drifting)
        self._flow("left_waiting", self.left_waiting + self._leave_waiting())

    def _roads_out(self) -> dict[str, Amounts]:
        """By lost province whose residents have a road: parts of its guests who go with those of each district."""
        found: dict[str, Amounts] = {}
        for province in dict.fromkeys(self.scenario.people.districts[name].province for name in self.residents):
            flee = {
                n: self.leavers[n] for n in self.residents if self.scenario.people.districts[n].province == province
            }
            whole = sum(flee.values())
            if self._lost(province):
                found[str(province)] = {name: part / whole if whole else 1 / len(flee) for name, part in flee.items()}
        return found

    def _take_the_road(self) -> None:
        """Rule 8: guests of a lost province join its residents, those on the way to it turn round."""
        points, self.turning = self.scenario.aid.reception_points, dict.fromkeys(self.pools, 0.0)
        roads, all_closed = self._roads_out(), all(self._lost(point.province) for point in points.values())
        hosted, sheltered, turned = (dict.fromkeys(self.hosted, 0.0) for _ in range(3))
        unregistered, self.hosts_left = dict.fromkeys(points, 0.0), 0.0
        for province, parts in roads.items():
            hosted[province], self.hosted[province] = self.hosted[province], 0.0
            sheltered[province], self.sheltered[province] = self.sheltered[province], 0.0
            turned[province] = self.travelling[province]
            for pool, part in self._nearest(province).items():
                self.turning[pool] += self.travelling[province] * part
            self.travelling[province] = 0.0
            for way, curve in self.sent.items():
                if way[1] == province:
                    self.on_the_way[way], self.arrived_before[way] = 0.0, curve.counts[-1]
            bed, here = sheltered[province], [name for name, point in points.items() if point.province == province]
            for name in here:
                unregistered[name], self.registering[name] = self.registering[name], 0.0
                if ALL not in self.pools and not all_closed:
                    bed, self.waiting[name] = bed + self.waiting[name], 0.0
            joining = (bed, hosted[province], sum(unregistered[name] for name in here))
            for district, part in parts.items():
                for kind, people in zip(GUESTS, joining, strict=True):
                    self.guests[district][kind] += people * part
                    self.undecided[district]["vehicle"] += people * part
                    self.guests_ever[district] += people * part
        self._flow("hosted_took_road", hosted)
        self._flow("sheltered_took_road", sheltered)
        self._flow("turned_round", turned)
        self._flow("took_road_unregistered", unregistered)

    def _with_vehicle(self, district: str) -> float:
        return self.undecided[district]["vehicle"] + sum(way.ready.get(district, 0.0) for way in self.ways.values())

    def _guests_set_off(self, held_back: Amounts) -> None:
        """Of those with a vehicle who set off as many are guests as of those held back."""
        for name, guests in self.guests.items():
            gone = {way: way.gone[name, "vehicle"] for way in self.ways.values() if name in way.distances}
            for way, curve in gone.items():
                part = share(curve.counts[-1] - curve.counts[-2], held_back[name])
                for kind, people in guests.items():
                    way.guests[kind] += people * part
                    way.guests_from[name] += people * part
            left = share(self._with_vehicle(name), held_back[name])
            self.guests[name] = {kind: people * left for kind, people in guests.items()}

    def _guests_try_again(self) -> None:
        """Rule 4: guests sent back are held back where they came from; guests detained are."""
        for way in self.ways.values():
            for name, people in way.guests_from.items():
                for kind, back in way.gone_guests["back"].items():
                    part = share(people, sum(way.guests_from.values()))
                    self.guests[name][kind] += back * part
                    self.undecided[name]["vehicle"] += back * part

    def _come_off(self) -> None:
        """Rules 6 and 8: guests at the end of the road wait for a bed or go to relatives in provinces that stand."""
        asks, relatives, weights = self._asks_share(), 0.0, self._weights_of_provinces("relatives_weight")
        for pool, people in self.turning.items():
            self.waiting[pool] += people
        for way in self.ways.values():
            off, entries = way.gone_guests["off"], self._weights_of_entries(way)
            bed = off["for a bed"] + off["of hosts"] * asks
            relatives += off["of hosts"] * (1 - asks)
            parts = {name: share(weight, sum(entries.values())) for name, weight in entries.items()}
            parts = parts if sum(entries.values()) > 0 else self._of_unregistered()
            for pool, part in parts.items() if ALL not in self.pools else [(ALL, 1.0)]:
                self.waiting[pool] += bed * part
        for name, weight in weights.items():
            here = relatives * share(weight, sum(weights.values()))
            self.hosted[name] += here
            self.flows["fled_in"][name][-1] += here

    def _leave_waiting(self) -> float:
        """Rule 9: half a step of leaving the country, for those who wait for a bed."""
        share_leaving, left = -math.expm1(-self._abroad_rate() * self.hours / 2), 0.0
        for pool, people in self.waiting.items():
            left += people * share_leaving
            self.waiting[pool] -= people * share_leaving
        self.abroad += left
        return left

    def _abroad_rate(self) -> float:
        return self._value(self.scenario.timing.onward.leaves_country_per_day) / 24

    def _lost(self, province: str | None, second: int | None = None) -> bool:
        """Rule 8: whether a whole province is lost."""
        return any(
            loss.province == province
            and self.calendar.on(loss, self.second if second is None else second)
            and whole(loss)
            for loss in self.scenario.aid.losses.values()
        )

    def _weights_of_provinces(self, name: str) -> Amounts:
        """Relatives or drift weights of the provinces that are not lost."""
        provinces = self.scenario.aid.provinces
        return {place: 0.0 if self._lost(place) else getattr(province, name) for place, province in provinces.items()}

    def _weights_of_points(self) -> Amounts:
        points = self.scenario.aid.reception_points
        return {
            name: 0.0 if self._lost(point.province) else self._value(point.weight) for name, point in points.items()
        }

    def _asks_share(self) -> float:
        if sum(self._weights_of_provinces("relatives_weight").values()) <= 0:
            return 1.0
        return self._value(self.scenario.timing.accommodation.asks_for_bed_share)

    def _close_points(self) -> None:
        """Rule 8: whoever waits where the province is lost goes to the points that are open, or on to relatives."""
        weights, points = self._weights_of_points(), self.scenario.aid.reception_points
        away = {name: people if self._lost(points[name].province) else 0.0 for name, people in self.registering.items()}
        moving = sum(away.values())
        here = {name: moving * share(weight, sum(weights.values())) for name, weight in weights.items()}
        onward = 0.0 if sum(weights.values()) > 0 else moving
        for way in self.ways.values():
            entries, off = self._weights_of_entries(way), way.gone_guests["off"]["unregistered"]
            for name, weight in entries.items():
                here[name] += off * share(weight, sum(entries.values()))
            onward += 0.0 if sum(entries.values()) > 0 else off
        for name in self.registering:
            self.registering[name] += here[name] - away[name]
        self.unregistered += onward
        if ALL not in self.pools and not all(self._lost(point.province) for point in points.values()):
            for pool in [pool for pool in self.pools if self._lost(points[pool].province)]:
                people, self.waiting[pool] = self.waiting[pool], 0.0
                self._wait_again(points[pool].province, people)
        self._flow("moved_away", away)
        self._flow("moved_here", here)
        self._flow("went_on_unregistered", onward)

    def _flee(self) -> None:
        """Rule 8: those hosted where the province is lost ask for a bed or go to relatives elsewhere."""
        weights, asks = self._weights_of_provinces("relatives_weight"), self._asks_share()
        gone = {name: people if self._lost(name) else 0.0 for name, people in self.hosted.items()}
        others = sum(gone.values()) * (1 - asks)
        here = {name: others * share(weight, sum(weights.values())) for name, weight in weights.items()}
        for name in self.hosted:
            self.hosted[name] += here[name] - gone[name]
            if self._lost(name):
                self.settled[name] = 0.0
        for name, people in gone.items():
            self._wait_again(name, people * asks)
        self._flow("fled_for_bed", {name: people * asks for name, people in gone.items()})
        self._flow("fled_to_relatives", {name: people * (1 - asks) for name, people in gone.items()})
        self._flow("fled_in", here)

    def _depart(self) -> Amounts:
        departed = {name: home * (1 - self._stay(name)) for name, home in self.willing.items()}
        for name, people in departed.items():
            self.willing[name] -= people
        self._flow("departed", departed)
        return departed

    def _stay(self, district: str) -> float:
        """Rule 1: share of those at home who stay over the step."""
        timing = self.scenario.timing
        form = timing.departure
        closed = sum(part for name, part in self._shares(district).items() if self.ways[name].closed())
        factor, place = 1 - closed + closed * form.factor_while_closed, self.scenario.people.districts[district]
        start = self.calendar.second(form.start) / 3600
        moments = [moment for moment in (form.start, place.departs_from) if moment is not None]
        begin = max(self.calendar.second(moment) / 3600 for moment in moments)
        if district in self.residents:
            begin = self._flight(place)
        else:
            factor *= self._value(form.factor)
        since, until = max(self.now - begin, 0.0), max(self.then - begin, 0.0)
        if until == 0 or factor == 0:
            return 1.0
        if form.form == "contagion":
            # Bass: y = (1 - F) / (p + q F) decays exponentially.
            p, q = form.innovation_per_hour, form.imitation_per_hour
            if self.willing[district] <= 0:
                return 1.0
            # Where nobody was to leave in the end, only those who were sent back can: nobody has left before them.
            home = min(1.0, self.willing[district] / self.leavers[district]) if self.leavers[district] > 0 else 1.0
            y = home / (p + q * (1 - home)) * math.exp(-(p + q) * factor * (until - since))
            return min(1.0, y * (p + q) / (1 + q * y) / home)
        if form.form == "curve":
            delay = begin - start if district in self.residents else 0.0
            left = [1 - self._share_of_curve(max(time, begin) - delay) for time in (self.now, self.then)]
            return (left[1] / left[0]) ** factor if left[1] > 0 else 0.0
        return math.exp(-factor * (self._hazard_so_far(until) - self._hazard_so_far(since)))

    def _flight(self, place: Any) -> float:
        """When residents begin to flee: once their province is lost, unless it is said when."""
        if place.departs_from is not None:
            return self.calendar.second(place.departs_from) / 3600
        losses = [loss for loss in self.scenario.aid.losses.values() if loss.province == place.province]
        whole = [of for of in losses if of.whole_province or (of.whole_province is None and of.share >= 1)]
        return min(self.calendar.second(loss.since) for loss in whole) / 3600

    def _hazard_so_far(self, hours: float) -> float:
        form = self.scenario.timing.departure
        if form.form == "logistic":
            x = form.rate_per_hour * (hours - form.midpoint_hours)
            return x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))
        if form.form == "weibull":
            return float((hours / form.scale_hours) ** form.shape)
        return float(0.5 * (hours / form.peak_hours) ** 2)

    def _share_of_curve(self, hours: float) -> float:
        points = [
            (self.calendar.second(point.time) / 3600, point.share) for point in self.scenario.timing.departure.curve
        ]
        if hours <= points[0][0]:
            return points[0][1]
        for (before, low), (after, high) in pairwise(points):
            if hours < after:
                return low + (high - low) * (hours - before) / (after - before)
        return points[-1][1]

    def _shares(self, district: str) -> Amounts:
        """Rule 2: by road, those of the district's people who would take it.

        Where they change over nobody would take a closed road while they have another one.
        """
        ways = self.scenario.people.districts[district].routes
        shares = {name: self._value(way.share) for name, way in ways.items()} or dict.fromkeys(self.ways, 1.0)
        if self.scenario.timing.departure.when_closed == "other routes":
            of_open = {name: 0.0 if self.ways[name].closed() else part for name, part in shares.items()}
            shares = of_open if sum(of_open.values()) > 0 else shares
        return {name: share(part, sum(shares.values())) for name, part in shares.items()}

    def _weigh(self) -> dict[str, Amounts]:
        """Rule 2: the same, where a way that takes longer by ``route_choice_hours`` is taken by 1 / e as many."""
        weighed = {}
        for district in self.willing:
            shares = {name: part for name, part in self._shares(district).items() if part > 0}
            hours = {name: self.ways[name].expected_hours(district) for name in shares}
            longer = {name: (time - min(hours.values())) for name, time in hours.items()}
            scale = self.scenario.timing.departure.route_choice_hours
            weights = {name: part * math.exp(-longer[name] / scale) for name, part in shares.items()}
            weighed[district] = {name: share(weight, sum(weights.values())) for name, weight in weights.items()}
        return weighed

    def _choose(self, departed: Amounts) -> None:
        """Rule 2: those held back choose a road, all of them anew or those who have just decided to leave."""
        departure, own = self.scenario.timing.departure, self.scenario.timing.transport.own_vehicle_share
        if departure.route_choice == "shares" or len(self.ways) == 1:
            chosen = {district: self._shares(district) for district in departed}
        else:
            if self.second // 3600 > self.asked or self.second in self.changes:
                self.weighed = self._weigh()
            self.asked, chosen = self.second // 3600, self.weighed
        for district, people in departed.items():
            self.undecided[district]["vehicle"] += people * own
            self.undecided[district]["bus"] += people * (1 - own)
            if departure.when_closed == "other routes":
                for way in self.ways.values():
                    self.undecided[district]["vehicle"] += way.ready.pop(district, 0.0)
                    self.undecided[district]["bus"] += way.carless.pop(district, 0.0)
            for name, way in self.ways.items():
                if district in way.distances:
                    part = chosen[district].get(name, 0.0)
                    way.ready[district] = way.ready.get(district, 0.0) + part * self.undecided[district]["vehicle"]
                    way.carless[district] = way.carless.get(district, 0.0) + part * self.undecided[district]["bus"]
            self.undecided[district] = {"vehicle": 0.0, "bus": 0.0}

    def _set_off(self) -> None:
        """Rule 2: fuel and seats are shared out, then people set off by each road."""
        timing, buses, ways = self.scenario.timing, self.scenario.aid.evacuation_buses, self.ways
        for delivery in timing.transport.fuel_deliveries:
            self.fuel += delivery.litres if self.calendar.second(delivery.at) == self.second else 0.0
        ready = {name: sum(way.ready.values()) for name, way in ways.items()}
        needed = (
            sum(people for name, people in ready.items() if not ways[name].within)
            / timing.transport.people_per_vehicle
            * timing.transport.fuel_litres_per_vehicle
        )
        fuelled = min(1.0, self.fuel / needed) if needed > 0 and self.fuel < math.inf else 1.0
        seats = self._value(buses.buses) * buses.seats / buses.round_trip_hours * self.hours
        carless = {name: max(0.0, sum(way.carless.values())) for name, way in ways.items()}
        no_fuel = {name: 0.0 if ways[name].within else people * (1 - fuelled) for name, people in ready.items()}
        seated = self._seats_taken(seats, carless)
        extra = self._seats_taken(seats - sum(seated.values()), no_fuel)
        for name, way in ways.items():
            way.set_off(1.0 if way.within else fuelled, seated[name], extra[name])
        went = {
            (name, place): way.went(place, 1) - way.went(place, 2)
            for name, way in ways.items()
            for place in self.willing
        }
        self._flow("set_off", {place: sum(went[name, place] for name in ways) for place in self.willing})
        self._flow("went", {f"{place} by {name}": people for (name, place), people in went.items()})

    def _seats_taken(self, seats: float, wanting: Amounts) -> Amounts:
        """By road, how many of those who want a seat have one, shared out by their number and the road's weight."""
        weights = {name: self._value(way.own.bus_weight) if way.own else 1.0 for name, way in self.ways.items()}
        every = sum(weights[name] * people for name, people in wanting.items())
        return {name: min(people, seats * share(weights[name] * people, every)) for name, people in wanting.items()}

    def burn(self, vehicles: float) -> None:
        if self.fuel < math.inf:
            self.fuel = max(0.0, self.fuel - vehicles * self.scenario.timing.transport.fuel_litres_per_vehicle)

    def _held_back(self, district: str) -> float:
        waiting = (way.ready.get(district, 0.0) + way.carless.get(district, 0.0) for way in self.ways.values())
        return sum(self.undecided[district].values()) + sum(waiting)

    def _return_home(self) -> None:
        """Rule 4: from each road to each district in proportion to its people who are away by this road."""
        back = dict.fromkeys(self.willing, 0.0)
        for name, way in self.ways.items():
            by_way = {place: self._part_by(way, place) for place in back}
            # On a road that nobody takes people were from the start: of a district that names it, or from abroad.
            theirs = way.distances if way.distances else [place for place in back if place not in self.residents]
            by_way = by_way if sum(by_way.values()) > 0 else {place: float(place in theirs) for place in back}
            ever = {place: self.leavers[place] + self.guests_ever[place] for place in back}
            away = {
                place: max(0.0, ever[place] - self.willing[place] - self._held_back(place)) * by_way[place]
                for place in back
            }
            people = {place: self.leavers[place] * by_way[place] for place in back}
            whole = away if sum(away.values()) > 1e-12 * sum(people.values()) else people
            for place, people in whole.items():
                back[place] += way.turned * share(people, sum(whole.values()))
            if sum(whole.values()) <= 0:
                back[[place for place in back if by_way[place] > 0][-1]] += way.turned
            self.detained += way.detained
            self._flow("held", {name: way.detained})
            self._flow("crossed", {name: way.crossed})
        for place, people in back.items():
            self.willing[place] += people
        self._flow("turned_back", back)

    def _part_by(self, way: Way, district: str) -> float:
        """Of those who have set off from a district, the part who took this road; where nobody has, who would."""
        everyone = sum(other.went(district, 1) for other in self.ways.values())
        some = everyone > 1e-12 * self.leavers[district]
        return way.went(district, 1) / everyone if some else self._shares(district).get(way.name, 0.0)

    def _weights_of_entries(self, way: Way) -> Amounts:
        """Rule 5: which reception points a road leads to."""
        weights = self._weights_of_points()
        if not way.own or not way.own.leads_to:
            return weights
        points, leads_to = self.scenario.aid.reception_points, way.own.leads_to
        return {
            name: 0.0 if self._lost(points[name].province) else self._value(leads_to.get(name, 0.0)) for name in weights
        }

    def _go_to_relatives(self) -> Amounts:
        """Rule 5: some go straight on; gives those who come to each reception point."""
        rates, aid = self.scenario.timing.accommodation, self.scenario.aid
        hosts = sum(self._weights_of_provinces("relatives_weight").values()) > 0
        straight, received = 0.0, dict.fromkeys(aid.reception_points, 0.0)
        self.to_points: list[tuple[Any, Amounts]] = []
        for way in self.ways.values():
            weights = self._weights_of_entries(way)
            part = self._value(rates.straight_to_relatives_share) if hosts else 0.0
            part = part if sum(weights.values()) > 0 else 1.0
            straight += way.crossed * part
            here = {
                name: way.crossed * (1 - part) * share(weight, sum(weights.values()))
                for name, weight in weights.items()
            }
            self.to_points.append((way, here))
            for name, people in here.items():
                received[name] += people
        forward, back, abroad = self._value(rates.comes_forward_per_hour), self._comes_back(), self._abroad_rate()
        out = self._out_of(self.unregistered, straight, forward + back + abroad)
        community = self._value(aid.community_centres.centres) * aid.community_centres.people_per_centre_hour
        coming = out * share(forward, forward + back + abroad)
        self.later = min(coming, community * self.hours)
        in_vain = 1 - self.later / coming if coming > 0 else 0.0
        others = out - coming + in_vain * (self._out_of(self.unregistered, straight, back + abroad) - (out - coming))
        self.back_unregistered, left = (others * share(part, back + abroad) for part in (back, abroad))
        self.unregistered += straight - self.later - self.back_unregistered - left
        self.abroad += left
        self.left_before_registering += left
        self._flow("left_unregistered", left)
        self._flow("went_straight_on", straight)
        self._flow("registered_later", self.later)
        self._flow("came_back_unregistered", self.back_unregistered)
        return received

    def _comes_back(self) -> float:
        cash, rates = self.scenario.aid.cash, self.scenario.timing.accommodation
        return self._value(rates.comes_back_for_bed_per_hour) * (
            1 - self._value(cash.coverage) * cash.lowers_coming_back_by
        )

    def _out_of(self, before: float, inflow: float, rate: float) -> float:
        """People who leave a place over the step at a rate per hour, while others come in evenly."""
        x = rate * self.hours
        return before * -math.expm1(-x) + inflow * (1 + math.expm1(-x) / x if x > 1e-8 else 0.5 * x)

    def _register(self, received: Amounts) -> None:
        registered, breaks = {}, self._breaks()
        between = [0.0, 0.0, 0.0]
        for name, point in self.scenario.aid.reception_points.items():
            rate = self._value(point.desks) * point.people_per_desk_hour * self.calendar.staffed(point, self.second)
            rate = 0.0 if self._lost(point.province) else rate
            waiting, so_far = self.registering[name], 0.0
            for part, (begin, end) in enumerate(pairwise((0.0, *breaks, 1.0))):
                by_now = sum(people[name] * way.passed_by(end) for way, people in self.to_points)
                waiting = max(0.0, waiting + by_now - so_far - rate * self.hours * (end - begin))
                so_far = by_now
                between[part] += waiting
            registered[name] = self.registering[name] + received[name] - waiting
            self.registering[name] = waiting
        self.most_registering = max(self.most_registering, *between)
        self.registered, self.at_points = self.later + sum(registered.values()), registered
        self._flow("received", received)
        self._flow("registered", registered)

    def _breaks(self) -> tuple[float, float]:
        """Rule 5: when people come at another pace: as on the road on which most come sooner or later than evenly."""
        found, most = (0.0, 1.0), 0.0
        for way, people in self.to_points:
            uneven = max(abs(way.passed_by(time) - time) for time in way.breaks()) * sum(people.values())
            if uneven > most:
                found, most = way.breaks(), uneven
        return found

    def _ask(self) -> None:
        """Rule 6: a share asks for a bed, the others join relatives."""
        self.left_waiting = self._leave_waiting()
        asks = self._asks_share()
        asked = self.registered * asks
        for pool, part in self._of_unregistered().items():
            here = self.at_points[pool] if pool != ALL else sum(self.at_points.values())
            self.waiting[pool] += (here + self.later * part) * asks + self.back_unregistered * part
        self.joining = self.registered - asked
        self._flow("asked", asked)

    def _host(self) -> float:
        """Rules 6 and 9: into and out of relatives' homes; gives those who move to another province."""
        weights, drifting = self._weights_of_provinces("relatives_weight"), 0.0
        back, abroad = self._comes_back(), self._abroad_rate()
        drift = self._value(self.scenario.timing.onward.drifts_per_day) / 24
        drift = drift if sum(self._weights_of_provinces("drift_weight").values()) > 0 else 0.0
        rate = back + abroad + drift
        for name, weight in weights.items():
            joined = self.joining * share(weight, sum(weights.values()))
            # Those who settled late in the last step catch up on the part of it that they were there.
            behind = self._out_of(0.0, self.settled[name], rate)
            out = behind + self._out_of(self.hosted[name] - behind, joined, rate)
            returned, left, moved = (out * share(part, rate) for part in (back, abroad, drift))
            self.hosted[name] += joined - out
            self._wait_again(name, returned)
            self.abroad += left
            drifting += moved
            for flow, people in (
                ("joined_relatives", joined),
                ("came_back", returned),
                ("left_from_relatives", left),
                ("drifted_out", moved),
            ):
                self._flow(flow, {name: people})
        return drifting

    def _beds(self, name: str, begin: int, end: int) -> float:
        """Rule 8: rates of the beginning of the step, surge up to its end."""
        aid = self.scenario.aid
        beds = aid.provinces[name].beds * self.calendar.value(aid.provinces[name].winter_factor, begin)
        for order in aid.surge.values():
            first, ramp = self.calendar.first_beds(order)
            if order.province == name and end > first:
                beds += order.beds * (min(1.0, (end - first) / ramp) if ramp else 1.0)
        for loss in aid.losses.values():
            if loss.province == name and self.calendar.on(loss, begin):
                beds *= 0.0 if whole(loss) else 1 - loss.share
        return beds

    def _new_beds(self, name: str) -> float:
        """Beds of orders that come evenly, as many as come within the step and are not lost."""
        beds, aid = 0.0, self.scenario.aid
        for order in aid.surge.values():
            first, ramp = self.calendar.first_beds(order)
            if order.province == name and ramp:
                come = [min(1.0, max(0.0, (second - first) / ramp)) for second in (self.second, self.end)]
                beds += order.beds * (come[1] - come[0])
        for loss in aid.losses.values():
            if loss.province == name and self.calendar.on(loss, self.second):
                beds *= 0.0 if whole(loss) else 1 - loss.share
        return beds

    def _lose_beds(self) -> None:
        for name in self.beds:
            self.beds[name] = self._beds(name, self.second, self.end)
            evacuated = max(0.0, self.sheltered[name] - self.beds[name])
            self.sheltered[name] -= evacuated
            self._wait_again(name, evacuated)
            self._flow("evacuated", {name: evacuated})

    def _vacate(self) -> None:
        """Rule 9: beds that people leave over the step can be given to others in the same step."""
        moving, leaving = self._rates_out_of_shelter()
        self.vacated = {name: self._out_of(people, 0.0, moving + leaving) for name, people in self.sheltered.items()}
        for name, people in self.vacated.items():
            self.sheltered[name] -= people

    def _rates_out_of_shelter(self) -> tuple[float, float]:
        """Per hour: into relatives' homes or own rental, and out of the country."""
        scenario, cash = self.scenario, self.scenario.aid.cash
        moving = (
            self._value(scenario.timing.accommodation.moves_out_per_day)
            + self._value(cash.coverage) * cash.moves_out_per_day
        )
        return moving / 24, self._value(scenario.timing.onward.leaves_country_per_day) / 24

    def _place(self) -> None:
        """Rule 7: a bed is reserved for each person on the way."""
        placement = self.scenario.aid.placement
        free = {name: max(0.0, beds - self.sheltered[name] - self.travelling[name]) for name, beds in self.beds.items()}
        waiting = dict(self.waiting)
        left = everyone = sum(waiting.values())
        if placement.seats_per_hour is not None:
            left = min(left, self._value(placement.seats_per_hour) * self.hours)
        whole = dict.fromkeys(free, 0.0)
        for pool, people_here in waiting.items():
            part = people_here / everyone if everyone > 0 else 0.0
            # As if all waited here; of the beds that they would take, the part of those who do.
            for name, people in self._placed(pool, left, free).items():
                whole[name] += people * part
                self.travelling[name] += people * part
                self.on_the_way[pool, name] += people * part
                self.waiting[pool] -= people * part
                self.sent[pool, name].add(self.then, people * part)
        self._flow("placed", whole)

    def _placed(self, pool: str, left: float, free: Amounts) -> Amounts:
        """How many of those who wait are placed in each province, by the policy."""
        placement, placed = self.scenario.aid.placement, dict.fromkeys(free, 0.0)
        if placement.policy == "order":
            for name in placement.order:
                placed[name] = min(free[name], left - sum(placed.values()))
        elif placement.policy == "nearest":
            placed |= self._placed_nearest(pool, left, free)
        else:
            placed |= self._placed_by_weight(left, free)
        return placed

    def _placed_by_weight(self, left: float, free: Amounts) -> Amounts:
        """``min(free, level x weight)`` with one level for all: those that fill up leave the rest to the others."""
        placed: Amounts = {}
        open_to = {name for name in free if free[name] > 0 and self._weights({name}, free)[name] > 0}
        while open_to and left > 0:
            weights = self._weights(open_to, free)
            level = left / sum(weights.values())
            full = {name for name in open_to if level * weights[name] >= free[name]}
            if not full:
                return placed | {name: level * weight for name, weight in weights.items()}
            placed |= {name: free[name] for name in full}
            left -= sum(free[name] for name in full)
            open_to -= full
        return placed

    def _weights(self, names: set[str], free: Amounts) -> Amounts:
        """What people are split in proportion to, among provinces that still have beds."""
        placement, provinces = self.scenario.aid.placement, self.scenario.aid.provinces
        if placement.policy == "shares":
            return {name: provinces[name].placement_share for name in names}
        return {name: free[name] for name in names}

    def _placed_nearest(self, pool: str, left: float, free: Amounts) -> Amounts:
        """Beds empty at a pace in proportion to their number and weight.

        How long it takes until all are placed is found by bisection.
        """
        if left <= 0 or left >= sum(free.values()):
            return dict(free) if left > 0 else {}
        scale, km = self.scenario.aid.placement.distance_scale_km, {name: self._km(pool, name) for name in free}
        closest = min(km[name] for name in free if free[name] > 0)
        new = {name: min(free[name], self._new_beds(name) + self.vacated[name]) for name in free}

        def placed(logarithm: float) -> Amounts:
            found = {}
            for name, beds in free.items():
                x = math.exp(min(700.0, logarithm + (closest - km[name]) / scale))
                found[name] = (beds - new[name]) * -math.expm1(-x) + new[name] * even_loss(x)
            return found

        low, high = -800.0, 800.0
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if sum(placed(middle).values()) < left else (low, middle)
        return placed(high)

    def _arrive(self) -> Amounts:
        """Rule 7: those placed one journey ago arrive; gives those who find their bed."""
        arrived, refused = {}, {}
        for name in self.scenario.aid.provinces:
            arrived[name] = sum(self._come_from(pool, name) for pool in self.pools)
            refused[name] = min(arrived[name], max(0.0, self.sheltered[name] + arrived[name] - self.beds[name]))
            self.travelling[name] = sum(self.on_the_way[pool, name] for pool in self.pools)
            self._wait_again(name, refused[name])
        self._flow("arrived", arrived)
        self._flow("refused", refused)
        return {name: arrived[name] - refused[name] for name in arrived}

    def _come_from(self, pool: str, province: str) -> float:
        """Those who come to a province from where they waited."""
        way, journey = (pool, province), self._km(pool, province) / self.scenario.aid.placement.speed_kmh
        earlier, curve = self.then - journey, self.sent[pool, province]
        due = curve.at(earlier) if earlier >= 0 else curve.counts[0] * (self.then / journey)
        came = min(self.on_the_way[way], max(0.0, due - self.arrived_before[way]))
        self.arrived_before[way] += came
        self.on_the_way[way] -= came
        return came

    def _shelter(self, admitted: Amounts, drifting: float) -> None:
        """Rule 9: out of state accommodation, and into other provinces."""
        moving, leaving = self._rates_out_of_shelter()
        weights = self._weights_of_provinces("drift_weight")
        for name, weight in weights.items():
            soon = self._out_of(0.0, admitted[name], moving + leaving)
            out = self.vacated[name] + soon
            moved, left = (out * share(part, moving + leaving) for part in (moving, leaving))
            drifted = drifting * share(weight, sum(weights.values()))
            self.sheltered[name] += admitted[name] - soon
            self.hosted[name] += moved + drifted
            self.settled[name] = moved + drifted
            self.abroad += left
            for flow, people in (("moved_out", moved), ("left_from_shelter", left), ("drifted_in", drifted)):
                self._flow(flow, {name: people})


def whole(loss: Any) -> bool:
    """Whether a loss is that of the whole province."""
    return bool(loss.share == 1) if loss.whole_province is None else loss.whole_province


def even_loss(x: float) -> float:
    """Share lost of what comes evenly over a time in which what was there falls to exp(-x): 1 - (1 - exp(-x)) / x."""
    return 1 + math.expm1(-x) / x if x > 1e-4 else x / 2 - x**2 / 6 + x**3 / 24


def share(part: float, whole: float) -> float:
    """A part of a whole, at most all of it; nothing of nothing."""
    return min(1.0, part / whole) if whole > 0 else 0.0


def share_or(part: float, whole: float, otherwise: float) -> float:
    """A part of a whole, or something else where there is no whole."""
    return part / whole if whole > 0 else otherwise
