"""Whole scenarios at random: small, and between them with every feature that a scenario can have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from refugee_model.scenario.network import displaced_people
from refugee_model.scenario.scenario import Scenario, build_scenario

Values = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

PROFILE = {
    "women_and_girls": 0.5, "children": 0.3, "school_age": 0.2, "older_people": 0.1,
    "people_with_disabilities": 0.1, "pregnant_women": 0.02, "household_size": 4.0,
}  # fmt: skip
STANDARDS = {
    "emergency_until": 5.0, "minutes_per_household": 12.0, "desk_utilisation": 0.8,
    "registration_source": "assumed: for the tests",
    "winter": {"from_month": 11, "until_month": 3}, "items": {},
}  # fmt: skip
UNLIMITED = 1e7
LOSSES: tuple[Values, ...] = (
    {"share": 1.0},
    {},
    {"share": 0.4},
    {"share": 1.0, "whole_province": False},
    {"whole_province": True},
)

FAR = st.sampled_from([0.0, 20.0, 45.0, 120.0, 300.0])
"""Kilometres from a reception point to a province; few, so that some are as near as others."""


def numbers(least: float, most: float, digits: int = 2) -> st.SearchStrategy[float]:
    """Numbers with few digits, both ends included."""
    scale = 10**digits
    return st.integers(round(least * scale), round(most * scale)).map(lambda number: number / scale)


def amounts(most: float) -> st.SearchStrategy[float]:
    """Capacities: mostly of some size, at times none, at times unlimited."""
    return st.one_of(numbers(0, most, 1), numbers(0, most, 1), st.sampled_from([0.0, UNLIMITED]))


def moments(days: float) -> st.SearchStrategy[float]:
    """Days after the start to the minute; a few before it or after the end."""
    return st.integers(-300, round(days * 1440) + 300).map(lambda minutes: minutes / 1440)


def schedules(value: st.SearchStrategy[float], days: float) -> st.SearchStrategy[Any]:
    """One number, or two to three that follow each other."""
    times = st.lists(st.integers(1, round(days * 1440) + 300), min_size=1, max_size=2, unique=True).map(sorted)
    changes = st.tuples(
        value, times.flatmap(lambda at: st.tuples(*(st.tuples(st.just(time / 1440), value) for time in at)))
    ).map(lambda found: [{"value": found[0]}, *({"since": since, "value": then} for since, then in found[1])])
    return st.one_of(value, value, changes)


@st.composite
def spans(draw: Draw, days: float, most: int = 2) -> list[Values]:
    """Times that follow each other without overlap, the last at times without an end."""
    times = sorted(draw(st.lists(st.integers(-200, round(days * 1440)), min_size=0, max_size=2 * most, unique=True)))
    found: list[Values] = [
        {"since": a / 1440, "until": b / 1440} for a, b in zip(times[::2], times[1::2], strict=False)
    ]
    if len(times) % 2:
        found.append({"since": times[-1] / 1440})
    return found


@st.composite
def departures(draw: Draw, days: float, forms: tuple[str, ...]) -> Values:
    """Every form of departure, with its parameters."""
    form = draw(st.sampled_from(forms))
    values: Values = {"form": form, "share_leaving": draw(st.sampled_from([1.0, 1.0, 0.9, 0.35, 0.0]))}
    values["start"] = min(draw(moments(days)), days * 0.9)
    values["factor"] = draw(schedules(st.sampled_from([1.0, 0.0, 0.3, 2.0]), days))
    values["factor_while_closed"] = draw(st.sampled_from([1.0, 0.0, 0.5, 1.5]))
    hours = days * 24
    if form == "logistic":
        values |= {"rate_per_hour": draw(numbers(0.02, 1.0)), "midpoint_hours": draw(numbers(0, hours))}
    elif form == "weibull":
        values |= {"shape": draw(numbers(0.3, 4.0)), "scale_hours": draw(numbers(1, hours))}
    elif form == "rayleigh":
        values |= {"peak_hours": draw(numbers(1, hours))}
    elif form == "contagion":
        values |= {"innovation_per_hour": draw(numbers(0.001, 0.1, 3)), "imitation_per_hour": draw(numbers(0, 1.0))}
    else:
        times = sorted(draw(st.lists(st.integers(0, round(days * 1440)), min_size=2, max_size=4, unique=True)))
        shares = sorted(
            draw(st.lists(st.sampled_from([0.1, 0.4, 0.8, 1.0]), min_size=len(times) - 1, max_size=len(times) - 1))
        )
        values["curve"] = [
            {"time": time / 1440, "share": part} for time, part in zip(times, [0.0, *shares], strict=True)
        ]
    return values


@st.composite
def transports(draw: Draw, days: float) -> Values:
    """Vehicles, and fuel that limits or not."""
    values: Values = {
        "own_vehicle_share": draw(st.sampled_from([1.0, 0.9, 0.6, 0.0])),
        "people_per_vehicle": draw(numbers(1, 6, 1)),
    }
    if draw(st.booleans()):
        deliveries = st.fixed_dictionaries({"at": moments(days), "litres": amounts(20_000)})
        values |= {
            "fuel_litres": draw(amounts(30_000)),
            "fuel_litres_per_vehicle": draw(st.sampled_from([0.0, 10.0, 25.0])),
            "fuel_deliveries": draw(st.lists(deliveries, max_size=2)),
        }
    return values


@st.composite
def corridors(draw: Draw, days: float) -> Values:
    """Roads from a few to many kilometres, from wide to cut."""
    return {
        "length_km": draw(numbers(0.5, 90, 1)),
        "lanes": draw(st.sampled_from([1.0, 1.0, 2.0, 0.5])),
        "vehicles_per_hour_per_lane": draw(schedules(amounts(1_500), days)),
        "free_speed_kmh": draw(numbers(15, 60, 0)),
        "backward_wave_kmh": draw(numbers(5, 20, 0)),
        "jam_vehicles_per_km": draw(st.sampled_from([130.0, 130.0, 20.0, 1.0])),
        "closures": draw(spans(days)),
    }


@st.composite
def checkpoints(draw: Draw, days: float) -> Values:
    """A rate or times to check, by day and night, with every kind of regime, some sent back and some held."""
    values: Values = {"lanes": draw(schedules(st.sampled_from([1.0, 2.0, 0.0]), days))}
    if draw(st.booleans()):
        values["vehicles_per_hour"] = draw(schedules(amounts(400), days))
    else:
        values |= {
            "seconds_per_vehicle": draw(st.sampled_from([5.0, 0.0])),
            "seconds_per_person": draw(numbers(0.5, 6, 1)),
        }
    values["night_factor"] = draw(schedules(st.sampled_from([1.0, 0.5, 0.0, 1.2]), days))
    values["night_from_hour"] = draw(numbers(0, 24, 1))
    values["night_until_hour"] = draw(numbers(0, 24, 1))
    regimes = draw(spans(days))
    for regime in regimes:
        regime["kind"] = draw(st.sampled_from(["closed", "ambulances", "trickle", "open", "tandem", "inspection"]))
        if regime["kind"] in ("ambulances", "trickle") or (regime["kind"] != "closed" and draw(st.booleans())):
            regime["vehicles_per_hour"] = draw(amounts(100))
    values["regimes"] = regimes
    if draw(st.booleans()):
        values["turned_back_share"] = draw(schedules(st.sampled_from([0.0, 0.05, 0.5]), days))
        values["detained_share"] = draw(schedules(st.sampled_from([0.0, 0.01, 0.5]), days))
    return values


@st.composite
def points(draw: Draw, days: float, first: bool) -> Values:
    """A reception point; the first always takes people."""
    values: Values = {"desks": draw(schedules(amounts(20), days)), "people_per_desk_hour": draw(numbers(5, 25, 0))}
    values["covered_places"] = draw(schedules(amounts(500), days))
    values["weight"] = 1.0 if first else draw(schedules(st.sampled_from([0.0, 1.0, 2.5]), days))
    edges = sorted(draw(st.lists(st.integers(0, 95), max_size=3, unique=True)))
    if len(edges) > 1:
        pairs = zip(edges, [*edges[1:], edges[0]], strict=True)
        shifts = [
            {"from_hour": a / 4, "until_hour": b / 4, "share": draw(st.sampled_from([1.0, 0.5, 0.0]))} for a, b in pairs
        ]
        values["shifts"] = shifts[: draw(st.integers(1, len(shifts)))]
    return values


@st.composite
def provinces(draw: Draw, days: float, first: bool) -> Values:
    """A province; the first has relatives, drift and a share of placements."""
    weights = st.just(1.0) if first else st.sampled_from([0.0, 1.0, 3.0])
    return {
        "beds": draw(amounts(3_000)),
        "road_km": draw(numbers(0, 300, 0)),
        "winter_factor": draw(schedules(st.sampled_from([1.0, 0.6, 0.0]), days)),
        "relatives_weight": draw(weights),
        "drift_weight": draw(weights),
        "placement_share": draw(weights),
    }


@st.composite
def aids(draw: Draw, days: float, policies: tuple[str, ...], pools: bool | None = None) -> Values:
    """All that is decided."""
    names = [f"Province {number}" for number in range(draw(st.integers(1, 5)))]
    policy = draw(st.sampled_from(policies))
    placement: Values = {
        "policy": policy,
        "speed_kmh": draw(numbers(20, 90, 0)),
        "distance_scale_km": draw(st.sampled_from([100.0, 20.0, 1.0])),
    }
    if policy == "order":
        placement["order"] = draw(st.permutations(names))
    if draw(st.booleans()):
        placement["seats_per_hour"] = draw(schedules(amounts(300), days))
    order = st.fixed_dictionaries(
        {
            "province": st.sampled_from(names), "beds": amounts(2_000), "decided": moments(days),
            "lead_days": numbers(0, 2), "ramp_days": st.one_of(st.just(0.0), numbers(0, 3)),
        }
    )  # fmt: skip
    losses = [
        span | {"province": draw(st.sampled_from(names))} | draw(st.sampled_from(LOSSES)) for span in draw(spans(days))
    ]
    found_in = {f"Point {number}": draw(points(days, number == 0)) for number in range(draw(st.integers(1, 3)))}
    for point in found_in.values():
        if draw(st.booleans()):
            point["province"] = draw(st.sampled_from(names))
    areas = {name: draw(provinces(days, number == 0)) for number, name in enumerate(names)}
    if draw(st.integers(0, 3)) == 3 if pools is None else pools:
        for area in areas.values():
            area["road_km_from"] = {name: draw(FAR) for name in found_in if draw(st.booleans())}
    shares = schedules(st.sampled_from([0.0, 0.5, 1.0]), days)
    return {
        "reception_points": found_in,
        "community_centres": {"centres": draw(schedules(amounts(10), days)),
        "people_per_centre_hour": draw(numbers(0, 20, 0))},
        "evacuation_buses": {
            "buses": draw(schedules(amounts(30), days)), "seats": draw(numbers(10, 50, 0)),
            "round_trip_hours": draw(numbers(2, 24, 0)),
        },
        "transit_places": draw(schedules(amounts(2_000), days)),
        "transit_places_in": {name: draw(st.sampled_from([0.0, 1.0 / len(names)])) for name in names},
        "placement": placement,
        "provinces": areas,
        "surge": {f"order {number}": value for number, value in enumerate(draw(st.lists(order, max_size=2)))},
        "losses": {f"loss {number}": value for number, value in enumerate(losses)},
        "cash": {
            "coverage": draw(shares), "lowers_coming_back_by": draw(numbers(0, 1, 1)),
            "moves_out_per_day": draw(numbers(0, 0.1)),
        },
    }  # fmt: skip


@st.composite
def people(draw: Draw, days: float, aid: Values, middle: bool) -> Values:
    """Who lives where, and at times who is where already."""
    total = draw(st.sampled_from([0.0, 1.0, 1_000.0, 12_345.6, 100_000.0]))
    weights = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4))
    weights[0] += 1
    names = [f"District {number}" for number in range(len(weights))]
    districts: Values = {}
    for name, weight in zip(names, weights, strict=True):
        districts[name] = {"share": weight / sum(weights), "distance_km": draw(numbers(0, 120, 1))}
        if draw(st.integers(0, 3)) == 0:
            districts[name]["departs_from"] = min(draw(moments(days)), days * 0.9)
    values: Values = {"total": total, "districts": districts, "profile": PROFILE}
    if draw(st.booleans()):
        for district in districts.values():
            district["people"] = district.pop("share") * total
    if middle and draw(st.booleans()):
        values["now"] = draw(
            people_now(total, {name: weight / sum(weights) for name, weight in zip(names, weights, strict=True)}, aid)
        )
    return values


@st.composite
def people_now(draw: Draw, total: float, shares: dict[str, float], aid: Values) -> Values:
    """Who is where: at most nine tenths of all people have left home."""
    parts = st.sampled_from([0.0, 0.0, 0.05, 0.2])
    now: Values = {
        name: draw(parts) * total / 2
        for name in ("on_road", "detained", "unregistered_hosted", "awaiting_placement", "left_country")
    }
    now["leaving"] = {name: draw(parts) * share * total for name, share in shares.items()}
    if draw(st.booleans()):
        now["at_home"] = {}  # filled in once it is known how many fit elsewhere
        now["leaving_without_vehicle"] = {name: draw(parts) * now["leaving"][name] for name in shares}
    for group, names in (
        ("awaiting_registration", aid["reception_points"]),
        ("travelling", aid["provinces"]),
        ("sheltered", aid["provinces"]),
        ("hosted", aid["provinces"]),
    ):
        now[group] = {name: draw(parts) * total / 2 / len(names) for name in names}
    if draw(st.booleans()):
        points, waiting = list(aid["reception_points"]), now.pop("awaiting_placement")
        now["awaiting_placement_by_point"] = {draw(st.sampled_from(points)): waiting}
    return now


@st.composite
def routes(draw: Draw, days: float, point_names: list[str], all_of_them: bool) -> Values:
    """A route that says some of what a road and a checkpoint have, and leads to all points or to those it names."""
    values: Values = {}
    for group, said in (("corridor", draw(corridors(days))), ("checkpoint", draw(checkpoints(days)))):
        values[group] = {name: value for name, value in said.items() if draw(st.booleans())}
    if draw(st.booleans()):
        weights = schedules(st.sampled_from([0.0, 1.0, 2.5]), days)
        least = len(point_names) if all_of_them else 1
        named = draw(st.lists(st.sampled_from(point_names), min_size=least, unique=True))
        values["leads_to"] = {name: draw(weights) if number else 1.0 for number, name in enumerate(named)}
    values["bus_weight"] = draw(schedules(st.sampled_from([1.0, 1.0, 2.5, 0.0]), days))
    return values


@st.composite
def ways(draw: Draw, days: float, names: list[str]) -> Values:
    """By which routes the people of a district go, and how far it is by each; at times none go by one of them."""
    taken = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    times = [0, *sorted(draw(st.lists(st.integers(1, round(days * 1440) + 300), max_size=2, unique=True)))]
    weights = st.lists(st.integers(0, 5), min_size=len(taken), max_size=len(taken)).filter(any)
    then = [draw(weights) for _ in times]
    found: Values = {}
    for number, name in enumerate(taken):
        shares = [at[number] / sum(at) for at in then]
        changes = [{"since": time / 1440, "value": part} for time, part in zip(times[1:], shares[1:], strict=True)]
        found[name] = {"share": [{"value": shares[0]}, *changes] if changes else shares[0]}
        if draw(st.booleans()):
            found[name]["distance_km"] = draw(numbers(0, 120, 1))
    return found


def say_distances(district: Values, roads: Values) -> None:
    """Who lives beside a road that says its length says how far it is by it."""
    for route, way in district["routes"].items():
        if roads[route]["corridor"].get("length_km", 0.0) > district["distance_km"]:
            way.setdefault("distance_km", district["distance_km"])


@st.composite
def with_routes(draw: Draw, values: Values, days: float) -> Values:
    """The same people and aid, with one to four routes instead of the only road."""
    names = [f"Route {number}" for number in range(draw(st.integers(1, 4)))]
    points, people = list(values["aid"]["reception_points"]), values["people"]
    timing = {**values["timing"], "departure": {**values["timing"]["departure"]}}
    timing["routes"] = {name: draw(routes(days, points, number == 0)) for number, name in enumerate(names)}
    timing["departure"] |= {
        "when_closed": draw(st.sampled_from(["other routes", "wait"])),
        "route_choice": draw(st.sampled_from(["shares", "expected time"])),
        "route_choice_hours": draw(st.sampled_from([0.2, 3.0, 24.0])),
    }
    districts = {name: {**place, "routes": draw(ways(days, names))} for name, place in people["districts"].items()}
    for place in districts.values():
        say_distances(place, timing["routes"])
    people = {**people, "districts": districts}
    if "now" in people:
        on_road = people["now"]["on_road"] / len(names)
        there = {name: on_road for name in names if draw(st.booleans())}
        people["now"] = {**people["now"], "on_road": 0.0, "on_road_by_route": there}
    return {**values, "people": people, "timing": timing}


@st.composite
def with_residents(draw: Draw, values: Values, days: float) -> Values:
    """The same network, with residents of a province who flee inside the country by one or two routes of their own."""
    names = [f"Inner route {number}" for number in range(draw(st.integers(1, 2)))]
    aid, people, timing = values["aid"], values["people"], {**values["timing"]}
    points, province = list(aid["reception_points"]), draw(st.sampled_from(list(aid["provinces"])))
    timing["routes"] = timing["routes"] | {name: draw(routes(days, points, False)) for name in names}
    provinces = {**aid["provinces"], province: {**aid["provinces"][province], "residents": draw(amounts(5_000))}}
    district = {
        "province": province, "share_of_residents": draw(st.sampled_from([0.0, 0.4, 1.0])),
        "distance_km": draw(numbers(0, 120, 1)), "routes": draw(ways(days, names)),
    }  # fmt: skip
    say_distances(district, timing["routes"])
    losses = [loss for loss in aid["losses"].values() if loss["province"] == province]
    whole = [loss for loss in losses if loss.get("whole_province", loss.get("share", 1.0) >= 1.0)]
    losses = {} if losses and not whole else aid["losses"]
    if not whole or draw(st.booleans()):
        district["departs_from"] = min(draw(moments(days)), days * 0.9)
    people = {**people, "districts": people["districts"] | {"Residents": district}}
    return {**values, "people": people, "timing": timing, "aid": {**aid, "provinces": provinces, "losses": losses}}


def make_room(values: Values) -> None:
    """Leave at home whoever fits neither on the road nor in the beds.

    And say how many are at home where that is asked.
    """
    people, aid, timing = values["people"], values["aid"], values["timing"]
    now, corridor = people.get("now"), timing["corridor"]
    if now is None:
        return

    def holds(road: Values) -> float:
        vehicles: float = road["length_km"] * road["lanes"] * road["jam_vehicles_per_km"]
        return vehicles * timing["transport"]["people_per_vehicle"]

    now["on_road"] = min(now["on_road"], holds(corridor))
    for name, there in now.get("on_road_by_route", {}).items():
        now["on_road_by_route"][name] = min(there, holds(corridor | timing["routes"][name]["corridor"]))
    for name, there in now["sheltered"].items():
        season = aid["provinces"][name]["winter_factor"]
        beds = aid["provinces"][name]["beds"] * (season[0]["value"] if isinstance(season, list) else season)
        for loss in aid["losses"].values():
            beds *= 1.0 - loss.get("share", 1.0) if loss["province"] == name else 1.0
        now["sheltered"][name] = min(there, beds)
    if "at_home" in now:
        single = sum(value for value in now.values() if not isinstance(value, dict))
        elsewhere = ("on_road_by_route", "awaiting_registration", "awaiting_placement_by_point", "travelling")
        elsewhere = (*elsewhere, "sheltered", "hosted")
        groups = [now.get(name, {}) for name in elsewhere]
        left = people["total"] - single - sum(sum(group.values()) for group in groups)
        live = {
            name: part.get("share", part.get("people", 0.0) / (people["total"] or 1.0))
            for name, part in people["districts"].items()
            if "province" not in part
        }
        at_home = {name: share * left - now["leaving"][name] for name, share in live.items()}
        if min(at_home.values()) < 0:
            del now["at_home"]
        else:
            now["at_home"] = at_home
            for name, part in people["districts"].items():
                if "province" in part:
                    now["at_home"][name] = aid["provinces"][part["province"]]["residents"] * part["share_of_residents"]


@st.composite
def scenarios(
    draw: Draw,
    *,
    middle: bool = True,
    forms: tuple[str, ...] = ("logistic", "weibull", "rayleigh", "contagion", "curve"),
    policies: tuple[str, ...] = ("proportional", "nearest", "shares", "order"),
    network: bool | None = None,
    pools: bool | None = None,
) -> Scenario:
    """A whole scenario.

    Parameters
    ----------
    draw : callable
        Given by Hypothesis.
    middle : bool
        Whether some projections start when people have already left.
    forms, policies : tuple of str
        Forms of departure and placement policies to choose from.
    network : bool, optional
        Whether it has routes; else one in four has.
    pools : bool, optional
        Whether roads to the provinces may differ by reception point; else in one of four they may.

    Returns
    -------
    Scenario
        Checked.
    """
    days = draw(st.sampled_from([1.0, 1.5, 2.3, 4.0, 6.0]))
    rates = schedules(st.sampled_from([0.0, 0.01, 0.2, 1.5]), days)
    shares = schedules(st.sampled_from([0.0, 0.3, 1.0]), days)
    aid = draw(aids(days, policies, pools))
    clock = draw(st.sampled_from(["12:00:00", "00:00:00", "02:20:00", "23:47:13", "07:03:00"]))
    values: Values = {
            "timeline": {
                "start": f"2023-09-24T{clock}+04:00", "days": days,
                "step_minutes": draw(st.sampled_from([30.0, 60.0, 180.0, 10.0, 47.0, 100.0, 12.5])),
            },
            "people": draw(people(days, aid, middle)),
            "timing": {
                "departure": draw(departures(days, forms)),
                "transport": draw(transports(days)),
                "corridor": draw(corridors(days)),
                "checkpoint": draw(checkpoints(days)),
                "accommodation": {
                    "straight_to_relatives_share": draw(shares), "comes_forward_per_hour": draw(rates),
                    "asks_for_bed_share": draw(shares),
                    "comes_back_for_bed_per_hour": draw(rates), "moves_out_per_day": draw(rates),
                },
                "onward": {"leaves_country_per_day": draw(rates), "drifts_per_day": draw(rates)},
            },
            "aid": aid,
            "standards": STANDARDS,
        }  # fmt: skip
    if draw(st.integers(0, 3)) == 3 if network is None else network:
        values = draw(with_routes(values, days))
        values = draw(with_residents(values, days)) if draw(st.booleans()) else values
    make_room(values)
    return build_scenario(values)


def everyone(scenario: Scenario) -> float:
    """People in the area of origin, and residents who flee a province that is lost."""
    return scenario.people.total + sum(displaced_people(scenario.people, scenario.aid).values())


def networks(**of_scenarios: Any) -> st.SearchStrategy[Scenario]:
    """A whole scenario with one to four routes, at times a second wave by further ones."""
    return scenarios(network=True, **of_scenarios)
