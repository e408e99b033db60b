"""What is slower or less never looks better: people without a roof, and people held back at home, on every night."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refugee_model.engine.observers import PARTS, WITHOUT_ROOF
from refugee_model.engine.simulation import simulate
from refugee_model.scenario.scenario import Scenario, build_scenario
from tests.strategies import scenarios

Values = dict[str, Any]
PEOPLE = 1e-5
"""Share of all people to which nights are told: one of 100,000 with steps of up to half an hour."""
NEVER = float("inf")


def first(value: Any) -> Any:
    """What holds at first of a schedule, and from now on for ever."""
    return value[0]["value"] if isinstance(value, list | tuple) else value


def less(value: Any, factor: float) -> Any:
    """A number or a schedule, scaled."""
    if isinstance(value, list | tuple):
        return [{**change, "value": change["value"] * factor} for change in value]
    return value * factor


def cut(values: Values, factor: float) -> tuple[float, float]:
    """Days from and until which the road is cut."""
    days = values["timeline"]["days"]
    return days * 0.2, days * (1.0 - 0.5 * factor)


def breaks(values: Values, factor: float) -> list[float]:
    """Days at which a closure, of now or once the road is cut, begins or ends."""
    closures = values["timing"]["corridor"]["closures"]
    moments = (*cut(values, factor), *(moment for one in closures for moment in one.values()))
    return sorted({round(day * 86_400): day for day in moments}.values())  # those of one second are one moment


def once_under_a_roof(scenario: Scenario, factor: float, *, covered: bool = False) -> Values:
    """The same scenario, but whoever has a roof keeps it. Left out is what can truly make less look better.

    - People who come back from relatives to ask for a bed: delayed, they are with relatives on a night on which they
      would wait for a bed, and the night that they are without a roof instead may lie between two counts at 02:00.
      Where they come back at rates that fall with time, some never do. So it is with people who went straight to
      relatives and come forward later.
    - Shares that change with time (who goes straight to relatives, who asks, who is held, which point people are sent
      to): whoever crosses later falls under another share.
    - People sent back home: they are neither without a roof nor held back until they decide again, all the later if
      crossing is slow.
    - Beds that are lost or cut in winter: people are drawn to beds that are then lost (``test_conservation``).
    - Covered places: whoever is kept waiting in one by few desks has a roof, and would have none among those who wait
      for a bed.
    - Departures that fall while the road is closed: whoever does not decide to leave is not held back.

    Steps are broken at the same moments with and without ``cut_the_road``: people differ by the accuracy of steps.
    """
    values = scenario.model_dump(exclude_unset=True)
    timing, aid = values["timing"], values["aid"]
    for group in (timing["accommodation"], timing["onward"], aid["cash"]):
        group |= {name: first(value) for name, value in group.items()}
    drifts = {"value": timing["onward"].get("drifts_per_day", 0.0)}
    timing["onward"]["drifts_per_day"] = [drifts, *({**drifts, "since": day} for day in breaks(values, factor))]
    timing["accommodation"]["comes_back_for_bed_per_hour"] = 0.0
    timing["accommodation"]["comes_forward_per_hour"] = 0.0
    timing["departure"]["factor_while_closed"] = 1.0
    timing["checkpoint"]["turned_back_share"] = 0.0
    timing["checkpoint"]["detained_share"] = first(timing["checkpoint"].get("detained_share", 0.0))
    for district in values["people"]["districts"].values():
        lost = [loss["since"] for loss in aid["losses"].values() if loss["province"] == district.get("province")]
        if lost and district.get("departs_from") is None:  # residents flee then, though no bed is lost
            district["departs_from"] = lost[0]
    aid["losses"] = {}
    for place in aid["provinces"].values():
        place["winter_factor"] = 1.0
    for point in aid["reception_points"].values():
        point["weight"] = first(point["weight"])
        point["covered_places"] = point["covered_places"] if covered else 0.0
    return values


def slow_the_checkpoint(values: Values, factor: float) -> None:
    checkpoint = values["timing"]["checkpoint"]
    if "vehicles_per_hour" in checkpoint:
        checkpoint["vehicles_per_hour"] = less(checkpoint["vehicles_per_hour"], factor)
    for name in ("seconds_per_vehicle", "seconds_per_person"):
        if name in checkpoint:
            checkpoint[name] = checkpoint[name] / factor
    checkpoint["inspection_vehicles_per_hour_per_lane"] = 60.0 * factor
    for regime in checkpoint["regimes"]:
        if "vehicles_per_hour" in regime:
            regime["vehicles_per_hour"] *= factor


def cut_the_road(values: Values, factor: float) -> None:
    """Close the road once more, and open it again before the end; closures that meet are one."""
    corridor = values["timing"]["corridor"]
    spans = [(one["since"], one.get("until", NEVER)) for one in corridor["closures"]] + [cut(values, factor)]
    merged: list[tuple[float, float]] = []
    for since, until in sorted(spans):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    corridor["closures"] = [{"since": since} | ({"until": until} if until < NEVER else {}) for since, until in merged]


def take_buses(values: Values, factor: float) -> None:
    buses = values["aid"]["evacuation_buses"]
    buses["buses"] = less(buses["buses"], factor)


def close_desks(values: Values, factor: float) -> None:
    for point in values["aid"]["reception_points"].values():
        point["desks"] = less(point["desks"], factor)


def take_seats(values: Values, factor: float) -> None:
    placement = values["aid"]["placement"]
    placement["seats_per_hour"] = less(placement.get("seats_per_hour", 1_000.0), factor)


def take_beds(values: Values, factor: float) -> None:
    """In the last province; as many stay as are in use at the start."""
    name, place = list(values["aid"]["provinces"].items())[-1]
    place["beds"] = max(place["beds"] * factor, values["people"].get("now", {}).get("sheltered", {}).get(name, 0.0))


def take_transit(values: Values, factor: float) -> None:
    values["aid"]["transit_places"] = less(values["aid"]["transit_places"], factor)


def take_covered_places(values: Values, factor: float) -> None:
    for point in values["aid"]["reception_points"].values():
        point["covered_places"] = less(point["covered_places"], factor)


def by_one_kind_of_vehicle(values: Values) -> None:
    """All travel in vehicles that have fuel, or all in buses.

    Where cars and buses share a full road, a slower checkpoint gives room back in small parts, of which buses take
    more: they have so many seats an hour, and seats that find no room are lost. More people may then leave.
    """
    transport, now = values["timing"]["transport"], values["people"].get("now", {})
    transport["own_vehicle_share"] = float(transport["own_vehicle_share"] >= 0.5)
    transport["fuel_litres"], transport["fuel_deliveries"] = None, []
    now.pop("leaving_without_vehicle", None)


def by_night(scenario: Scenario) -> dict[str, np.ndarray]:
    """People without a roof, and held back at home, on each night."""
    parts = dict(zip(PARTS, simulate(scenario).nights[:, :, 0].T, strict=True))
    return {"without_roof": sum(parts[name] for name in WITHOUT_ROOF), "held_back": parts["held_back"]}


def compared(
    scenario: Scenario, lessen: Callable[[Values, float], None], factor: float, **kept: bool
) -> tuple[Any, Any]:
    """Nights of a scenario, and of the same with less of something."""
    values, fewer = once_under_a_roof(scenario, factor, **kept), once_under_a_roof(scenario, factor, **kept)
    if lessen in (slow_the_checkpoint, cut_the_road):
        by_one_kind_of_vehicle(values)
        by_one_kind_of_vehicle(fewer)
    lessen(fewer, factor)
    return by_night(build_scenario(values)), by_night(build_scenario(fewer))


@pytest.mark.parametrize("lessen", [slow_the_checkpoint, cut_the_road, take_buses])
def test_less_of_what_lets_people_out_never_lowers_those_without_a_roof_and_held_back(
    lessen: Callable[[Values, float], None],
) -> None:
    """Before the border it is the sum that never falls.

    With a full or closed road people are held at home and not on the road.
    """

    @given(scenarios(), st.sampled_from([0.5, 0.1]))
    def never_lower(scenario: Scenario, factor: float) -> None:
        usual, slower = compared(scenario, lessen, factor)
        some = PEOPLE * max(1.0, scenario.people.total)
        assert np.all(slower["without_roof"] + slower["held_back"] >= usual["without_roof"] + usual["held_back"] - some)
        if max(usual["held_back"].max(initial=0.0), slower["held_back"].max(initial=0.0)) < some:
            assert np.all(slower["without_roof"] >= usual["without_roof"] - some)

    never_lower()


@pytest.mark.parametrize("lessen", [close_desks, take_seats, take_beds, take_transit, take_covered_places])
def test_less_of_what_receives_people_never_lowers_those_without_a_roof(
    lessen: Callable[[Values, float], None],
) -> None:
    """Beyond the border it is the headline alone: nothing there holds anybody back at home."""

    @given(scenarios(), st.sampled_from([0.5, 0.0]))
    def never_lower(scenario: Scenario, factor: float) -> None:
        usual, fewer = compared(scenario, lessen, factor, covered=lessen is not close_desks)
        some = PEOPLE * max(1.0, scenario.people.total)
        assert np.all(fewer["without_roof"] >= usual["without_roof"] - some)
        np.testing.assert_allclose(fewer["held_back"], usual["held_back"], atol=some)

    never_lower()
