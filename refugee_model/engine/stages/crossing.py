"""At what pace people pass a checkpoint within a step, rule 4: three parts, each at a pace of its own.

Who stands in a queue passes as fast as the checkpoint lets; once it is empty, people pass as they come; and of cars and
buses that queue together many more people an hour pass while it is the turn of buses. So a short queue behind the
checkpoint comes and goes within a step. Up to each of two breaks, a share of the step, a share of its people has
passed.
"""

from __future__ import annotations

from refugee_model.engine.rules import share_of
from refugee_model.engine.variables import One, Route
from refugee_model.engine.workspace import ROUTE_SIZE, Flags, Floats, inner, offset

ALIKE = 1.0 - 1e-9
"""Of two differences that are as large but for rounding, neither is less."""
LEAST = 1e-200
"""Hours that are as good as none; what is compiled divides before it asks, and would warn of 0."""

Parts = tuple[float, float, float, float, float, float]
"""Hours and people of each of three parts, one after the other."""


@inner
def joined_to(parts: Parts, hours: float, people: float) -> Parts:
    """Three parts and a fourth as three: of those beside each other, the two become one whose paces differ least.

    The curve of who has passed is then off by at most what is compared, people.
    """
    one, of_one, two, of_two, three, of_three = parts
    first = abs(of_one * two - of_two * one) / max(one + two, LEAST)
    second = abs(of_two * three - of_three * two) / max(two + three, LEAST)
    third = abs(of_three * hours - people * three) / max(three + hours, LEAST)
    if third < ALIKE * min(first, second):
        return one, of_one, two, of_two, three + hours, of_three + people
    if second < ALIKE * first:
        return one, of_one, two + three, of_two + of_three, hours, people
    return one + two, of_one + of_two, three, of_three, hours, people


@inner
def with_those_who_came(parts: Parts, hours: float, waited: float, takes: float, people: float, emptied: bool) -> Parts:
    """And those who have come to the queue in the step itself, evenly, after those who had ``waited`` [h] have passed.

    They would pass in the time that it ``takes``; of a queue that is emptied the last pass as they come.
    """
    if not emptied:
        passed = share_of(hours - waited, takes)
        return joined_to(parts, hours - waited, people * passed)
    empty = hours * share_of(waited, max(0.0, hours - takes))
    of_them = people * empty / hours
    return joined_to(joined_to(parts, max(0.0, empty - waited), of_them), hours - empty, people - of_them)


@inner
def note(routes: Floats, at: int, parts: Parts, hours: float) -> None:
    """Parts as breaks, of a route and a draw."""
    # Where nobody came within the step, nobody passes from the time on at which it is empty.
    one, of_one, two, of_two, three, of_three = parts
    one, of_one, two, of_two, _, of_three = joined_to(parts, max(0.0, hours - (one + two + three)), 0.0)
    people = of_one + of_two + of_three
    routes[at + Route.first_break] = share_of(one, hours)
    routes[at + Route.second_break] = share_of(one + two, hours)
    routes[at + Route.passed_by_first] = share_of(of_one, people)
    routes[at + Route.passed_by_second] = share_of(of_one + of_two, people)


@inner
def note_each(one: Floats, routes: Floats, at: int, draws: int) -> None:
    """Breaks of a queue in which all are alike: until it is empty, and from then on; of others until they are known."""
    at = offset(at)
    for draw in range(draws):
        by_vehicle, by_bus = routes[at + Route.reached_by_vehicle + draw], routes[at + Route.reached_by_bus + draw]
        came = by_vehicle / one[One.people_per_vehicle + draw] + by_bus / one[One.people_per_bus + draw]
        vehicles, most = routes[at + Route.waiting_vehicles + draw], routes[at + Route.most_passing + draw]
        people = routes[at + Route.queue_by_vehicle + draw] + routes[at + Route.queue_by_bus + draw]
        waited, empties = max(0.0, vehicles - came), (most >= vehicles) & (most > 0.0)
        empty = share_of(waited, max(0.0, most - came))
        had_waited = max(0.0, people - by_vehicle - by_bus)
        passed = share_of(had_waited + (by_vehicle + by_bus) * empty, people)
        routes[at + Route.first_break + draw] = empty if empties else 0.0
        routes[at + Route.passed_by_first + draw] = passed if empties else 0.0
        routes[at + Route.second_break + draw] = 1.0
        routes[at + Route.passed_by_second + draw] = 1.0


@inner
def choose_breaks(one: Floats, routes: Floats, awake: Flags, draws: int) -> None:
    """The breaks of the step: those of the route on which most people pass sooner or later than evenly."""
    count = len(routes) // ROUTE_SIZE
    for draw in range(draws):
        one[One.first_break + draw], one[One.second_break + draw], one[One.uneven + draw] = 0.0, 1.0, 0.0
    for route in range(count):
        if not awake[route]:
            continue
        at = offset(route * ROUTE_SIZE)
        for draw in range(draws):
            first, second = routes[at + Route.first_break + draw], routes[at + Route.second_break + draw]
            at_first, at_second = routes[at + Route.passed_by_first + draw], routes[at + Route.passed_by_second + draw]
            uneven = max(abs(at_first - first), abs(at_second - second)) * routes[at + Route.to_points + draw]
            more = uneven >= one[One.uneven + draw]
            one[One.first_break + draw] = first if more else one[One.first_break + draw]
            one[One.second_break + draw] = second if more else one[One.second_break + draw]
            one[One.uneven + draw] = max(uneven, one[One.uneven + draw])
    for route in range(count if count > 1 else 0):
        if awake[route]:
            read_at_breaks(one, routes, route, draws)


@inner
def read_at_breaks(one: Floats, routes: Floats, route: int, draws: int) -> None:
    """Who has passed on a route by the breaks of the step, which may be those of another."""
    at = offset(route * ROUTE_SIZE)
    for draw in range(draws):
        first, second = routes[at + Route.first_break + draw], routes[at + Route.second_break + draw]
        at_first, at_second = routes[at + Route.passed_by_first + draw], routes[at + Route.passed_by_second + draw]
        begin, end = one[One.first_break + draw], one[One.second_break + draw]
        routes[at + Route.passed_by_first + draw] = passed_by(begin, first, at_first, second, at_second)
        routes[at + Route.passed_by_second + draw] = passed_by(end, first, at_first, second, at_second)


@inner
def passed_by(time: float, first: float, at_first: float, second: float, at_second: float) -> float:
    """Share of the people of a step who have passed by a share of it."""
    in_second = share_of(max(0.0, time - first), second - first)
    in_third = share_of(max(0.0, time - second), 1.0 - second)
    passed: float = at_first * (share_of(time, first) if first > 0.0 else 1.0)
    passed += (at_second - at_first) * (in_second if second > first else (1.0 if time >= second else 0.0))
    passed += (1.0 - at_second) * (in_third if second < 1.0 else (1.0 if time >= 1.0 else 0.0))
    return min(1.0, passed)
