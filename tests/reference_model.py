"""The ten rules once more, slowly and plainly: one number at a time, by place name, sharing nothing with the engine.

Read it as the specification of the ordered sweep. Every step goes from origin to destination:

1. at home -> leaving: the share ``exp(-hazard x factor x time)`` stays; the hazard is integrated exactly over the step.
2. leaving -> road: those with a bus seat, then those with a vehicle and fuel, as far as room and capacity of the road
allow; those
   who live beyond the beginning of the road set off as far as their own way to it has room, and enter the road when
   they come to it.
3. road -> queue: cumulative departures are read one journey earlier, between bounds along a straight line.
4. queue -> across: batch after batch in the order in which they came, until the time is up; a share is sent home, a
share is held.
5. across -> registered: ``min(waiting + received, desks x time)``; others go straight to relatives.
6. who needs a bed: a share on registration; later those who come back, exponentially.
7. awaiting -> travelling: ``min(waiting, seats, free beds)``, split by policy; arrivals are read one journey earlier.
8. beds: standing x winter + surge so far, less losses; people above them are moved out, people without one wait again.
9. later: out of shelter, abroad, to other provinces, exponentially; of those who wait for a bed half before and half
after the others move.

A province that is lost (8) is empty from the beginning of the step on: its reception points send people on, its guests
move.

Rates are those that hold when the step begins; surge beds are those that stand when it ends. (Rule 10 is in the
tables.)
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from refugee_model.scenario.scenario import Scenario

Amounts = dict[str, float]
ALL = "all"


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

    def night(self, second: int) -> bool:
        checkpoint = self.scenario.timing.checkpoint
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
        for second in [*self._scheduled(), *self._once(), *self._daily(end)]:
            if 0 < second < end:
                seconds.add(second)
        return sorted(seconds)

    def _scheduled(self) -> Iterator[int]:
        timing, aid = self.scenario.timing, self.scenario.aid
        schedules = [timing.departure.factor, timing.corridor.vehicles_per_hour_per_lane]
        schedules += [
            getattr(timing.checkpoint, name)
            for name in ("vehicles_per_hour", "lanes", "night_factor", "turned_back_share", "detained_share")
        ]
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
        for span in (*timing.corridor.closures, *timing.checkpoint.regimes, *aid.losses.values()):
            yield self.second(span.since)
            if span.until is not None:
                yield self.second(span.until)
        for order in (order for order in aid.surge.values() if order.beds):
            first, ramp = self.first_beds(order)
            yield from (first, first + ramp)

    def _daily(self, end: int) -> Iterator[int]:
        checkpoint, hours = self.scenario.timing.checkpoint, {0.0, 2.0}
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


class Model:
    """One projection: ``people[kind][place]``, ``flows[name][place]`` and ``levels[name][place]`` over time.

    As lists.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.calendar = scenario, Calendar(scenario)
        self.people: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.flows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.levels: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self.seconds = self.calendar.bounds()
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
        live = {
            name: total * place.share if place.share is not None else place.people for name, place in districts.items()
        }
        away = now.total
        still = {name: max(0.0, live[name] - now.leaving.get(name, 0.0)) for name in districts}
        if sum(now.at_home.values()) > 0:
            still = {name: now.at_home.get(name, 0.0) for name in districts}
        home = {name: share(still[name], sum(still.values())) * max(0.0, total - away) for name in districts}
        self.staying = {name: min(home[name], live[name] * (1 - leaving_share)) for name in districts}
        self.leavers = {name: live[name] * leaving_share for name in districts}
        self.willing = {name: home[name] - self.staying[name] for name in districts}
        held = {name: now.leaving.get(name, 0.0) for name in districts}
        bus = now.leaving_without_vehicle
        self.carless = {
            name: min(bus[name], held[name]) if name in bus else held[name] * (1 - own) for name in districts
        }
        self.ready = {name: held[name] - self.carless[name] for name in districts}
        self.road = {"vehicle": now.on_road, "bus": 0.0}
        self.queue = dict(self.road)
        self.detained, self.unregistered, self.awaiting = now.detained, now.unregistered_hosted, now.awaiting_placement
        self.abroad, self.left_before_registering = now.left_country, 0.0
        self.registering = {name: now.awaiting_registration.get(name, 0.0) for name in scenario.aid.reception_points}
        self.travelling, self.sheltered, self.hosted = (
            {name: group.get(name, 0.0) for name in scenario.aid.provinces}
            for group in (now.travelling, now.sheltered, now.hosted)
        )
        self.gone = {(name, by): Curve() for name in districts for by in self.road}
        self.entered_from = {(name, by): 0.0 for name in districts for by in self.road}
        self.held, self.inside = ({by: Curve() for by in self.road} for _ in range(2))
        self.line = deque([dict(self.queue)])
        self.sent = {name: Curve(self.travelling[name]) for name in scenario.aid.provinces}
        self.settled = dict.fromkeys(scenario.aid.provinces, 0.0)
        self.arrived_before = dict.fromkeys(scenario.aid.provinces, 0.0)
        self.reached_before = {"vehicle": 0.0, "bus": 0.0}
        self.occupancy = {
            "vehicle": scenario.timing.transport.people_per_vehicle,
            "bus": scenario.aid.evacuation_buses.seats,
        }
        self.entered, self.passed = now.on_road / self.occupancy["vehicle"], Curve()
        fuel = scenario.timing.transport.fuel_litres
        self.fuel = math.inf if fuel is None else fuel
        self.beds = {name: self._beds(name, 0, 0) for name in scenario.aid.provinces}

    def _note(self) -> None:
        kinds: dict[str, Amounts] = {
            "at_home": {name: self.willing[name] + self.staying[name] for name in self.willing},
            "leaving": {name: self.ready[name] + self.carless[name] for name in self.ready},
            "on_road": {ALL: sum(self.road.values())},
            "detained": {ALL: self.detained},
            "awaiting_registration": self.registering,
            "unregistered_hosted": {ALL: self.unregistered},
            "awaiting_placement": {ALL: self.awaiting},
            "travelling": self.travelling,
            "sheltered": self.sheltered,
            "hosted": self.hosted,
            "left_country": {ALL: self.abroad},
        }
        levels = {"beds": self.beds, "fuel": {ALL: self.fuel}, "queue": {ALL: sum(self.queue.values())}}
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
            waiting = here["awaiting_placement"][ALL] - places
            night = {
                "on_road": here["on_road"][ALL],
                "at_reception": sum(people for people in beyond.values() if people > 0),
            }
            found.append(night | {"unsheltered": max(waiting, 0.0), "held_back": sum(here["leaving"].values())})
        return found

    def _flow(self, name: str, amounts: Amounts | float) -> None:
        for place, amount in (amounts if isinstance(amounts, dict) else {ALL: amounts}).items():
            self.flows[name][place].append(amount)

    def _value(self, schedule: Any) -> float:
        return self.calendar.value(schedule, self.second)

    def _any_on(self, spans: Iterable[Any]) -> bool:
        return any(self.calendar.on(span, self.second) for span in spans)

    def _step(self) -> None:
        self._depart()
        self._set_off()
        self._reach()
        self._return_home(self._check())
        self._close_points()
        self._register(self._go_to_relatives())
        self._ask()
        self._flee()
        drifting = self._host()
        self._lose_beds()
        self._vacate()
        self._place()
        admitted = self._arrive()
        self._shelter(admitted, drifting)
        self._flow("left_waiting", self.left_waiting + self._leave_waiting())

    def _leave_waiting(self) -> float:
        """Rule 9: half a step of leaving the country, for those who wait for a bed."""
        left = self.awaiting * -math.expm1(-self._abroad_rate() * self.hours / 2)
        self.awaiting -= left
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
        for name in self.registering:
            self.registering[name] += here[name] - away[name]
        onward = 0.0 if sum(weights.values()) > 0 else moving
        self.unregistered += onward
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
        self.awaiting += sum(gone.values()) * asks
        self._flow("fled_for_bed", {name: people * asks for name, people in gone.items()})
        self._flow("fled_to_relatives", {name: people * (1 - asks) for name, people in gone.items()})
        self._flow("fled_in", here)

    def _depart(self) -> None:
        own = self.scenario.timing.transport.own_vehicle_share
        departed = {name: home * (1 - self._stay(name)) for name, home in self.willing.items()}
        for name, people in departed.items():
            self.willing[name] -= people
            self.ready[name] += people * own
            self.carless[name] += people * (1 - own)
        self._flow("departed", departed)

    def _stay(self, district: str) -> float:
        """Rule 1: share of those at home who stay over the step."""
        timing = self.scenario.timing
        form = timing.departure
        factor = self._value(form.factor)
        if self._any_on(timing.corridor.closures) or self._any_on(
            r for r in timing.checkpoint.regimes if r.kind == "closed"
        ):
            factor *= form.factor_while_closed
        moments = [form.start, self.scenario.people.districts[district].departs_from]
        begin = max(self.calendar.second(moment) / 3600 for moment in moments if moment is not None)
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
            left = [1 - self._share_of_curve(max(time, begin)) for time in (self.now, self.then)]
            return (left[1] / left[0]) ** factor if left[1] > 0 else 0.0
        return math.exp(-factor * (self._hazard_so_far(until) - self._hazard_so_far(since)))

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

    def _set_off(self) -> None:
        """Rules 2 and 3: who is ready, who of them finds room, and what they leave behind."""
        ready, extra = self._who_is_ready()
        far = {name for name, way in self._beyond().items() if way > 0}
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
            self._leave_home(name, off, share(extra[name], people["bus"]))
            if name in far:
                come = self._come(name, {by: self.gone[name, by] for by in off})
                entering = {by: min(entering[by], max(0.0, come[by] - self.entered_from[name, by])) for by in off}
                for by, number in entering.items():
                    self.entered_from[name, by] += number
            self.entered += sum(number / self.occupancy[by] for by, number in entering.items())
        for by, curve in self.held.items():
            self.inside[by].add(
                self.then, sum(self.entered_from[name, by] for name in far) - self.inside[by].counts[-1]
            )
            come = sum(self._come(name, {by: self.gone[name, by]})[by] - self.entered_from[name, by] for name in far)
            curve.add(self.then, come - curve.counts[-1])

    def _who_is_ready(self) -> tuple[dict[str, Amounts], Amounts]:
        """Rule 2: by district, people with vehicle and fuel, people with a seat in a bus.

        And those of the latter who lack fuel.
        """
        timing, buses = self.scenario.timing, self.scenario.aid.evacuation_buses
        litres = timing.transport.fuel_litres_per_vehicle
        for delivery in timing.transport.fuel_deliveries:
            self.fuel += delivery.litres if self.calendar.second(delivery.at) == self.second else 0.0
        ready, carless = sum(self.ready.values()), sum(self.carless.values())
        needed = ready / self.occupancy["vehicle"] * litres
        fuelled = min(1.0, self.fuel / needed) if needed > 0 and self.fuel < math.inf else 1.0
        seats = self._value(buses.buses) * buses.seats / buses.round_trip_hours * self.hours
        seated = min(carless, seats)
        riding = share(min(ready * (1 - fuelled), seats - seated), ready)
        people = {
            name: {"vehicle": cars * fuelled, "bus": self.carless[name] * share(seated, carless) + cars * riding}
            for name, cars in self.ready.items()
        }
        return people, {name: cars * riding for name, cars in self.ready.items()}

    def _beyond(self) -> Amounts:
        """Kilometres from home to the beginning of the road, 0 for those who live along it."""
        road = self.scenario.timing.corridor.length_km
        return {name: max(0.0, place.distance_km - road) for name, place in self.scenario.people.districts.items()}

    def _room(self) -> float:
        """Rule 3: the road has room for what left it one backward wave ago, or will have by then."""
        corridor = self.scenario.timing.corridor
        wave = corridor.length_km / corridor.backward_wave_kmh
        out = self.passed.at(self.then - wave) if self.then > wave else 0.0
        if wave < self.hours:
            vehicles = sum(people / self.occupancy[by] for by, people in self.road.items())
            people = share_or(sum(self.road.values()), vehicles, self.occupancy["vehicle"])
            out = self.passed.counts[-1] + self._vehicles_per_hour(people) * self._at_night() * (self.hours - wave)
        return max(0.0, out + corridor.length_km * corridor.lanes * corridor.jam_vehicles_per_km - self.entered)

    def _at_entrance(self, name: str, ready: Amounts) -> Amounts:
        """Those of a far district who are before the road by the end of the step.

        If their way to it holds nobody back.
        """
        corridor = self.scenario.timing.corridor
        most = min(
            self._road_capacity(), corridor.free_speed_kmh * corridor.lanes * corridor.jam_vehicles_per_km * self.hours
        )
        off = self._buses_first(ready, most)
        come = self._come(name, {by: self.gone[name, by] for by in ready})
        # Where the way takes less than the step, the first of those who set off in it come to its end in it.
        soon = max(0.0, self.hours - self._beyond()[name] / corridor.free_speed_kmh) / self.hours
        come = {by: come[by] + off[by] * soon for by in come}
        ready.update(off)
        return {by: max(0.0, come[by] - self.entered_from[name, by]) for by in ready}

    def _come(self, name: str, gone: dict[str, Curve]) -> Amounts:
        earlier = self.then - self._beyond()[name] / self.scenario.timing.corridor.free_speed_kmh
        return {by: curve.at(earlier) if earlier > 0 else 0.0 for by, curve in gone.items()}

    def _buses_first(self, people: Amounts, room: float) -> Amounts:
        coaches, vehicles = (people[by] / self.occupancy[by] for by in ("bus", "vehicle"))
        first = share(room, coaches)
        return {
            "bus": people["bus"] * first,
            "vehicle": people["vehicle"] * share(max(0.0, room - coaches * first), vehicles),
        }

    def _as_far_as_approach_allows(self, name: str, ready: Amounts, entering: Amounts) -> Amounts:
        corridor = self.scenario.timing.corridor
        there = {by: self.gone[name, by].counts[-1] - self.entered_from[name, by] - entering[by] for by in ready}
        places = self._beyond()[name] * corridor.lanes * corridor.jam_vehicles_per_km
        return self._buses_first(
            ready, max(0.0, places - sum(people / self.occupancy[by] for by, people in there.items()))
        )

    def _leave_home(self, name: str, off: Amounts, for_want: float) -> None:
        """For want of fuel, that share of those who take a bus would have a vehicle."""
        self.ready[name] -= off["vehicle"] + off["bus"] * for_want
        self.carless[name] -= off["bus"] * (1 - for_want)
        for by, people in off.items():
            self.road[by] += people
            self.gone[name, by].add(self.then, people)
        if self.fuel < math.inf:
            litres = self.scenario.timing.transport.fuel_litres_per_vehicle
            self.fuel = max(0.0, self.fuel - off["vehicle"] / self.occupancy["vehicle"] * litres)
        self._flow("set_off", {name: sum(off.values())})

    def _road_capacity(self) -> float:
        corridor = self.scenario.timing.corridor
        if self._any_on(corridor.closures):
            return 0.0
        return self._value(corridor.vehicles_per_hour_per_lane) * corridor.lanes * self.hours

    def _reach(self) -> None:
        """Rule 3: those who set off one journey ago and were not held up before the road reach the queue.

        As fast as it carries them.
        """
        corridor, due = self.scenario.timing.corridor, dict.fromkeys(self.road, 0.0)
        from_far, beyond, entered = dict(due), self._beyond(), self.then - corridor.length_km / corridor.free_speed_kmh
        for (name, by), curve in self.gone.items():
            earlier = self.then - self.scenario.people.districts[name].distance_km / corridor.free_speed_kmh
            (from_far if beyond[name] else due)[by] += curve.at(earlier) if earlier > 0 else 0.0
        for by, people in from_far.items():
            if entered >= 0:
                due[by] += min(max(0.0, people - self.held[by].at(entered)), self.inside[by].after(entered))
        due = {by: max(0.0, people - self.reached_before[by]) for by, people in due.items()}
        vehicles = sum(people / self.occupancy[by] for by, people in due.items())
        through = share(self._road_capacity(), vehicles)
        for by, people in due.items():
            self.queue[by] += people * through
            self.reached_before[by] += people * through
        self.line.append({by: people * through for by, people in due.items()})

    def _at_night(self) -> float:
        return self._value(self.scenario.timing.checkpoint.night_factor) if self.calendar.night(self.second) else 1.0

    def _check(self) -> float:
        """Rule 4: vehicles pass the checkpoint, the first of the line first; gives the people sent back."""
        checkpoint, left, vehicles = self.scenario.timing.checkpoint, self.hours, 0.0
        checked = dict.fromkeys(self.queue, 0.0)
        while self.line and left > 0:
            batch = self.line[0]
            number = sum(people / self.occupancy[by] for by, people in batch.items())
            hourly = (
                self._vehicles_per_hour(sum(batch.values()) / number) * self._at_night() if number > 0 else math.inf
            )
            part = share(left * hourly, number) if number > 0 else 1.0
            if part == 1.0:
                self.line.popleft()
            left -= number * part / hourly if part == 1.0 and hourly > 0 else left
            for by, people in batch.items():
                checked[by] += people * part
                batch[by] -= people * part
            vehicles += number * part
        for by, people in checked.items():
            self.queue[by] = max(0.0, self.queue[by] - people)
            self.road[by] = max(0.0, self.road[by] - people)
        self.passed.add(self.then, vehicles)
        people = sum(checked.values())
        turned = people * self._value(checkpoint.turned_back_share)
        held = min(people - turned, people * self._value(checkpoint.detained_share))
        self.detained += held
        self.crossed = people - turned - held
        self._flow("held", held)
        self._flow("crossed", self.crossed)
        return turned

    def _vehicles_per_hour(self, people: float) -> float:
        """What the checkpoint lets through by day of vehicles with so many people each."""
        checkpoint, gain = self.scenario.timing.checkpoint, 1.0
        lanes = self._value(checkpoint.lanes)
        for regime in checkpoint.regimes:
            if not self.calendar.on(regime, self.second):
                continue
            if regime.vehicles_per_hour is not None:
                return regime.vehicles_per_hour
            if regime.kind == "closed":
                return 0.0
            if regime.kind == "inspection":
                return lanes * checkpoint.inspection_vehicles_per_hour_per_lane
            gain = 1 + checkpoint.tandem_gain if regime.kind == "tandem" else 1.0
        if checkpoint.vehicles_per_hour is not None:
            return gain * self._value(checkpoint.vehicles_per_hour)
        return gain * lanes * 3600 / (checkpoint.seconds_per_vehicle + checkpoint.seconds_per_person * people)

    def _return_home(self, turned: float) -> None:
        """Rule 4: to each district in proportion to its people who are away."""
        away = {
            name: max(0.0, self.leavers[name] - self.willing[name] - self.ready[name] - self.carless[name])
            for name in self.willing
        }
        whole = away if sum(away.values()) > 0 else self.leavers
        back = {name: turned * share(whole[name], sum(whole.values())) for name in whole}
        if sum(whole.values()) <= 0:
            back[list(back)[-1]] = turned
        for name, people in back.items():
            self.willing[name] += people
        self._flow("turned_back", back)

    def _go_to_relatives(self) -> Amounts:
        """Rule 5: some go straight on; gives those who come to each reception point."""
        rates, aid = self.scenario.timing.accommodation, self.scenario.aid
        weights, hosts = self._weights_of_points(), sum(self._weights_of_provinces("relatives_weight").values()) > 0
        part = self._value(rates.straight_to_relatives_share) if hosts else 0.0
        straight = self.crossed * part if sum(weights.values()) > 0 else self.crossed
        forward, back, abroad = self._value(rates.comes_forward_per_hour), self._comes_back(), self._abroad_rate()
        out = self._out_of(self.unregistered, straight, forward + back + abroad)
        community = self._value(aid.community_centres.centres) * aid.community_centres.people_per_centre_hour
        self.later = min(out * share(forward, forward + back + abroad), community * self.hours)
        self.back_unregistered = out * share(back, forward + back + abroad)
        left = out * share(abroad, forward + back + abroad)
        self.unregistered += straight - self.later - self.back_unregistered - left
        self.abroad += left
        self.left_before_registering += left
        self._flow("left_unregistered", left)
        self._flow("went_straight_on", straight)
        self._flow("registered_later", self.later)
        self._flow("came_back_unregistered", self.back_unregistered)
        to_points = self.crossed - straight
        return {name: to_points * share(weight, sum(weights.values())) for name, weight in weights.items()}

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
        registered = {}
        for name, point in self.scenario.aid.reception_points.items():
            rate = self._value(point.desks) * point.people_per_desk_hour * self.calendar.staffed(point, self.second)
            rate = 0.0 if self._lost(point.province) else rate
            registered[name] = min(self.registering[name] + received[name], rate * self.hours)
            self.registering[name] += received[name] - registered[name]
        self.registered = self.later + sum(registered.values())
        self._flow("received", received)
        self._flow("registered", registered)

    def _ask(self) -> None:
        """Rule 6: a share asks for a bed, the others join relatives."""
        self.left_waiting = self._leave_waiting()
        asked = self.registered * self._asks_share()
        self.awaiting += asked + self.back_unregistered
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
            self.awaiting += returned
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
            self.awaiting += evacuated
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
        left = self.awaiting
        if placement.seats_per_hour is not None:
            left = min(left, self._value(placement.seats_per_hour) * self.hours)
        placed = dict.fromkeys(free, 0.0)
        if placement.policy == "order":
            for name in placement.order:
                placed[name] = min(free[name], left - sum(placed.values()))
        elif placement.policy == "nearest":
            placed |= self._placed_nearest(left, free)
        else:
            placed |= self._placed_by_weight(left, free)
        for name, people in placed.items():
            self.travelling[name] += people
            self.awaiting -= people
            self.sent[name].add(self.then, people)
        self._flow("placed", placed)

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

    def _placed_nearest(self, left: float, free: Amounts) -> Amounts:
        """Beds empty at a pace in proportion to their number and weight.

        How long it takes until all are placed is found by bisection.
        """
        if left <= 0 or left >= sum(free.values()):
            return dict(free) if left > 0 else {}
        provinces, scale = self.scenario.aid.provinces, self.scenario.aid.placement.distance_scale_km
        closest = min(provinces[name].road_km for name in free if free[name] > 0)
        new = {name: min(free[name], self._new_beds(name) + self.vacated[name]) for name in free}

        def placed(logarithm: float) -> Amounts:
            found = {}
            for name, beds in free.items():
                x = math.exp(min(700.0, logarithm + (closest - provinces[name].road_km) / scale))
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
        for name, province in self.scenario.aid.provinces.items():
            journey = province.road_km / self.scenario.aid.placement.speed_kmh
            earlier = self.then - journey
            due = self.sent[name].at(earlier) if earlier >= 0 else self.sent[name].counts[0] * (self.then / journey)
            arrived[name] = min(self.travelling[name], max(0.0, due - self.arrived_before[name]))
            refused[name] = min(arrived[name], max(0.0, self.sheltered[name] + arrived[name] - self.beds[name]))
            self.arrived_before[name] += arrived[name]
            self.travelling[name] -= arrived[name]
            self.awaiting += refused[name]
        self._flow("arrived", arrived)
        self._flow("refused", refused)
        return {name: arrived[name] - refused[name] for name in arrived}

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
