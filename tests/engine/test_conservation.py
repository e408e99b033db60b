"""People are moved, never made or lost; more capacity never hurts where that can be said; extremes stay finite."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from refugee_model.engine.simulation import simulate
from refugee_model.engine.variables import ENTERED, FLOW, LEFT, VARIABLES
from refugee_model.errors import ScenarioError, ScenarioWarning
from refugee_model.files.scenario_file import load_scenario
from refugee_model.scenario.network import JOURNEY, KINDS, LEG, POOL, inside
from refugee_model.scenario.scenario import Scenario, build_scenario
from refugee_model.scenario.values import MOST_SIZE
from refugee_model.tables.places import balance_table, capacity_table
from refugee_model.tables.ranges import summary
from tests.strategies import everyone, scenarios

PEOPLE = 1e-6
PRECISION = 1e-12
"""Share of all people to which the sum over all places stays the same, whatever their number."""
OF_ROAD = (
    ("timing", "corridor", "vehicles_per_hour_per_lane"), ("timing", "corridor", "jam_vehicles_per_km"),
    ("timing", "checkpoint", "vehicles_per_hour"), ("timing", "checkpoint", "lanes"),
)  # fmt: skip
CAPACITIES = (
    *OF_ROAD, ("people", "total"), ("timing", "transport", "fuel_litres"),
    ("aid", "evacuation_buses", "buses"), ("aid", "community_centres", "centres"),
    ("aid", "placement", "seats_per_hour"),
    ("aid", "transit_places"),
)  # fmt: skip


@given(scenarios())
def test_nobody_is_made_or_lost(scenario: Scenario) -> None:
    run = simulate(scenario)
    assert run.residual <= PEOPLE
    total = sum(run.people(kind)[0, :, 0].sum() for kind in KINDS)
    assert total == pytest.approx(everyone(scenario), abs=PEOPLE)
    for kind in KINDS:
        change = run.moved(kind, into=True) - run.moved(kind, into=False)
        np.testing.assert_allclose(np.diff(run.people(kind), axis=0), change, rtol=0, atol=PEOPLE, err_msg=kind)


MOST_PEOPLE = 1e9
"""Of a file."""
SIZES = (1.0, 1e3, 1e6, 1e9, 1e12)


def of_size(scenario: Scenario, total: float) -> Scenario:
    """The same scenario with so many people and as much more of every capacity.

    Beyond what a file may say, people only.
    """
    factor = total / scenario.people.total
    if total > MOST_PEOPLE:
        people = scenario.people.model_copy(update={"total": total, "districts": shares_of(scenario)})
        return scenario.model_copy(update={"people": people})
    return scaled(scenario, factor)


def shares_of(scenario: Scenario) -> dict[str, Any]:
    """The districts, each with a share of all people instead of a number."""
    shares = scenario.people.district_shares()
    return {
        name: district.model_copy(update={"people": None, "share": shares[name]})
        for name, district in scenario.people.districts.items()
    }


@given(scenarios(), st.sampled_from(SIZES))
def test_nobody_is_made_or_lost_whatever_their_number(scenario: Scenario, total: float) -> None:
    assume(scenario.people.total > 0)
    run = simulate(of_size(scenario, total))
    total = everyone(run.scenario)
    exact = PRECISION * total
    assert sum(run.people(kind)[0, :, 0].sum() for kind in KINDS) == pytest.approx(total, rel=PRECISION)
    assert run.residual <= exact
    assert balance_table(run)["residual"].abs().max() <= exact
    assert np.all(run.people("sheltered")[1:] <= run.level("beds")[1:] + exact)
    for kind in KINDS:
        assert run.people(kind).min() >= 0
        change = run.moved(kind, into=True) - run.moved(kind, into=False)
        np.testing.assert_allclose(np.diff(run.people(kind), axis=0), change, rtol=0, atol=exact, err_msg=kind)


@pytest.mark.slow
@pytest.mark.parametrize("total", [1e5, 1e9])
def test_nobody_is_made_or_lost_in_a_million_steps(total: float) -> None:
    long = {"people.total": total, "timeline.days": 690.0, "timeline.step_minutes": 1.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioWarning)
        run = simulate(load_scenario("lachin-2023").change(long))
    assert len(run.hours) > 990_000
    assert run.residual <= PRECISION * total


@given(scenarios())
def test_a_billion_people_are_told_as_a_thousand_are(scenario: Scenario) -> None:
    """What rounding leaves of nobody is nobody at every size: the same places are over and the same dates are blank."""
    assume(scenario.people.total > 0 and not inside(scenario.people))
    sizes = [of_size(scenario, total) for total in (1e6, 1e9)]
    assume(str(MOST_SIZE) not in sizes[1].model_dump_json())  # a capacity that is cut off grows by less than people
    told = [simulate(size) for size in sizes]
    few, many = (capacity_table(run) for run in told)
    np.testing.assert_allclose(many["over"], 1e3 * few["over"], rtol=1e-6, atol=1e-12 * 1e9 * 10)
    assert (np.isinf(few["utilisation"]) == np.isinf(many["utilisation"])).mean() > 0.999
    few, many = (summary(run) for run in told)
    for name in (
        "peak_daily_arrivals_date",
        "peak_unsheltered_time",
        "peak_in_state_accommodation_time",
        "last_arrival",
    ):
        assert (few[name] is None) == (many[name] is None), name


def test_every_flow_says_where_people_come_from_or_go() -> None:
    """So that what enters and leaves a kind of place, and with it conservation above.

    Needs no list beside the declarations.
    """
    parts_of_others = (LEG, JOURNEY, POOL)
    for variables in (of_group for group, of_group in VARIABLES.items() if group not in parts_of_others):
        for flow in (member.declared for member in variables if member.declared.role == FLOW):
            ends = [end for end in (flow.out_of, flow.into, flow.within) if end]
            assert ends
            assert set(ends) <= set(KINDS)
            assert not flow.within or ends == [flow.within]


@given(scenarios())
def test_no_stock_and_no_flow_is_negative(scenario: Scenario) -> None:
    run = simulate(scenario)
    for kind in KINDS:
        assert np.all(np.isfinite(run.people(kind)))
        assert run.people(kind).min() >= 0, kind
    for routes in (*ENTERED.values(), *LEFT.values()):
        for name in routes:
            assert run.flow(name).min() >= -1e-9, name
    assert run.queue_people.min() >= 0
    assert run.level("fuel").min() >= 0


@given(scenarios())
def test_no_province_is_above_its_usable_beds(scenario: Scenario) -> None:
    run = simulate(scenario)
    assert np.all(run.people("sheltered")[1:] <= run.level("beds")[1:] + PEOPLE)


@given(scenarios())
def test_what_only_grows_grows(scenario: Scenario) -> None:
    run = simulate(scenario)
    for kind in ("detained", "left_country"):
        assert np.all(np.diff(run.people(kind), axis=0) >= 0)


def multiplied(value: Any, factor: float) -> Any:
    if isinstance(value, list | tuple):
        return [{**change, "value": min(change["value"] * factor, MOST_SIZE)} for change in value]
    return None if value is None else min(value * factor, MOST_SIZE)


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """The same scenario with more people and more of every capacity."""
    values = scenario.model_dump()
    for *groups, last in CAPACITIES:
        group: Any = values
        for name in groups:
            group = group[name]
        group[last] = multiplied(group[last], factor)
    routes = values["timing"]["routes"].values()
    entries: list[tuple[Any, str]] = [
        (regime, "vehicles_per_hour")
        for road in (values["timing"], *routes)
        for regime in road["checkpoint"]["regimes"] or ()
    ]
    entries += [(road[group], last) for road in routes for _, group, last in OF_ROAD]
    entries += [(delivery, "litres") for delivery in values["timing"]["transport"]["fuel_deliveries"]]
    points = values["aid"]["reception_points"].values()
    entries += [(point, name) for point in points for name in ("desks", "covered_places")]
    entries += [(place, "beds") for name in ("provinces", "surge") for place in values["aid"][name].values()]
    entries += [(district, "people") for district in values["people"]["districts"].values()]
    entries += [(province, "residents") for province in values["aid"]["provinces"].values()]
    for entry, name in entries:
        entry[name] = multiplied(entry[name], factor)
    now = values["people"]["now"]
    for name, there in now.items():
        now[name] = (
            {place: people * factor for place, people in there.items()} if isinstance(there, dict) else there * factor
        )
    return build_scenario(values)


@given(scenarios(), st.sampled_from([2.0, 0.5, 3.0, 0.1]))
def test_people_and_capacities_scale_together(scenario: Scenario, factor: float) -> None:
    once, more = simulate(scenario), simulate(scaled(scenario, factor))
    atol = 1e-9 * max(1.0, everyone(scenario)) * max(factor, 1.0)
    for kind in KINDS:
        np.testing.assert_allclose(more.people(kind), factor * once.people(kind), rtol=1e-9, atol=atol, err_msg=kind)


@given(scenarios(), st.randoms(use_true_random=False))
def test_order_of_provinces_does_not_matter(scenario: Scenario, random: Any) -> None:
    names = list(scenario.aid.provinces)
    random.shuffle(names)
    values = scenario.model_dump(exclude_unset=True)
    values["aid"]["provinces"] = {name: values["aid"]["provinces"][name] for name in names}
    one, other = simulate(scenario), simulate(build_scenario(values))
    positions = [names.index(name) for name in scenario.aid.provinces]
    for kind in ("travelling", "sheltered", "hosted"):
        np.testing.assert_allclose(
            other.people(kind)[:, positions],
            one.people(kind),
            rtol=1e-9,
            atol=1e-9 * max(1.0, everyone(scenario)),
            err_msg=kind,
        )


def checkpoint_alone(small: Scenario, **changes: Any) -> Scenario:
    """A road that is never full: what people wait for is the checkpoint."""
    return small.change(
        {
            "timeline.days": 8,
            "timing.corridor.vehicles_per_hour_per_lane": 1e6,
            "timing.corridor.jam_vehicles_per_km": 1e6,
            "timing.transport.own_vehicle_share": 1.0,
            **changes,
        }
    )


@given(st.lists(st.integers(0, 300), min_size=4, max_size=4), st.lists(st.integers(0, 200), min_size=4, max_size=4))
def test_more_throughput_never_makes_the_queue_longer(small: Scenario, rates: list[int], more: list[int]) -> None:
    def queue(values: list[float]) -> Any:
        schedule = [{"since": float(day), "value": rate} for day, rate in enumerate(values)]
        return simulate(checkpoint_alone(small, **{"timing.checkpoint.vehicles_per_hour": schedule})).queue_people

    slow, fast = (
        queue([float(rate) for rate in rates]),
        queue([float(rate + extra) for rate, extra in zip(rates, more, strict=True)]),
    )
    assert np.all(fast <= slow + PEOPLE)


@given(scenarios(middle=False), st.sampled_from([10.0, 500.0]))
def test_more_beds_never_leave_more_people_waiting(scenario: Scenario, extra: float) -> None:
    """Where no bed is ever lost. Where beds are lost, by attack or in winter, those placed in them come back to wait.

    See below.
    """
    safe = {
        name: {**place.model_dump(exclude_unset=True), "winter_factor": 1.0}
        for name, place in scenario.aid.provinces.items()
    }
    flee = {f"people.districts.{name}.departs_from": 0.5 for name in inside(scenario.people)}
    scenario = scenario.change({"aid.losses": {}, "aid.provinces": safe, **flee})
    name = list(safe)[-1]
    few, many = (
        simulate(scenario),
        simulate(scenario.change({f"aid.provinces.{name}.beds": safe[name]["beds"] + extra})),
    )
    assert np.all(many.people("awaiting_placement") <= few.people("awaiting_placement") + PEOPLE)
    assert np.all(many.unsheltered <= few.unsheltered + PEOPLE)


def test_more_beds_where_they_will_be_lost_can_leave_more_people_waiting(small: Scenario) -> None:
    """The exception: people are drawn to beds that are then lost, instead of to safe ones."""
    lost = {
        "aid.provinces.Hills.beds": 0.0,
        "aid.placement.seats_per_hour": 20.0,
        "aid.losses": {"shelling": {"province": "Hills", "since": 6.0}},
    }
    scenario = small.change(lost)
    few, many = simulate(scenario), simulate(scenario.change({"aid.provinces.Hills.beds": 3_000.0}))
    assert np.max(many.people("awaiting_placement") - few.people("awaiting_placement")) > 100.0


EXTREMES: dict[str, dict[str, Any]] = {
    "no people": {"people.total": 0.0},
    "one person": {"people.total": 1.0},
    "no road": {"timing.corridor.vehicles_per_hour_per_lane": 0.0},
    "no checkpoint": {"timing.checkpoint.vehicles_per_hour": 0.0},
    "no desks": {"aid.reception_points.Border.desks": 0.0},
    "no beds": {"aid.provinces.Hills.beds": 0.0, "aid.provinces.Plain.beds": 0.0},
    "no vehicles and no buses": {"timing.transport.own_vehicle_share": 0.0},
    "no fuel": {"timing.transport.fuel_litres": 0.0},
    "nobody leaves": {"timing.departure.share_leaving": 0.0},
    "all sent back": {"timing.checkpoint.turned_back_share": 1.0},
    "all held": {"timing.checkpoint.detained_share": 1.0},
    "closed for ever": {"timing.corridor.closures": [{"since": 0.0}],
    "timing.checkpoint.regimes": [{"kind": "closed", "since": 0.0}]},
    "unlimited": {
        "timing.corridor.vehicles_per_hour_per_lane": 1e12, "timing.corridor.jam_vehicles_per_km": 1e12,
        "timing.checkpoint.vehicles_per_hour": 1e12, "aid.reception_points.Border.desks": 1e12,
        "aid.provinces.Hills.beds": 1e12,
    },
    "no distance": {"people.districts.North.distance_km": 0.0, "aid.provinces.Hills.road_km": 0.0},
    "a tiny road": {"timing.corridor.length_km": 0.001},
    "one step": {"timeline.days": 1 / 24},
    "fast as can be": {"timing.departure.rate_per_hour": 1e3, "timing.departure.midpoint_hours": 0.0},
    "contagion in minutes": {"timing.departure": {"form": "contagion", "innovation_per_hour": 50.0,
    "imitation_per_hour": 1e4}},
    "steep end": {"timing.departure": {"form": "weibull", "shape": 20.0, "scale_hours": 1.0}},
}  # fmt: skip


@pytest.mark.parametrize("changes", EXTREMES.values(), ids=EXTREMES.keys())
def test_extremes(small: Scenario, changes: dict[str, Any]) -> None:
    scenario = small.change(changes)
    run = simulate(scenario)
    assert run.residual <= PEOPLE
    for kind in KINDS:
        assert np.all(np.isfinite(run.people(kind)))
        assert run.people(kind).min() >= 0


def test_closed_for_ever_lets_nobody_pass(small: Scenario) -> None:
    assert simulate(small.change(EXTREMES["no checkpoint"])).cumulative("crossed")[-1, 0] == 0
    assert simulate(small.change(EXTREMES["no road"])).people("on_road").max() == 0
    assert simulate(small.change(EXTREMES["all held"])).cumulative("crossed")[-1, 0] == 0
    assert simulate(small.change(EXTREMES["no vehicles and no buses"])).people("on_road").max() == 0


def test_with_nothing_in_the_way_nobody_waits(small: Scenario) -> None:
    run = simulate(small.change({**EXTREMES["unlimited"], "timing.transport.own_vehicle_share": 1.0}))
    assert run.queue_people.max() <= PEOPLE
    assert run.people("leaving").max() <= PEOPLE
    assert run.people("awaiting_registration").max() <= PEOPLE
    assert run.people("awaiting_placement").max() <= PEOPLE


def test_people_are_placed_while_a_bed_is_free_however_steep_the_weights(small: Scenario) -> None:
    """A distance scale of a kilometre means strictly nearest first, and not that far beds stay empty."""
    steep = {
        "aid.placement": {"policy": "nearest", "distance_scale_km": 1.0}, "timing.accommodation.moves_out_per_day": 0.1,
        "aid.provinces.Plain.road_km": 900.0,
    }  # fmt: skip
    run = simulate(small.change(steep))
    free = (run.level("beds") - run.people("sheltered") - run.people("travelling"))[1:, :, 0].sum(axis=1)
    assert np.all(
        (run.people("awaiting_placement")[1:, 0, 0] <= PEOPLE)
        | (free <= run.flow("moved_out").sum(axis=1)[:, 0] + PEOPLE + 1)
    )


def test_people_who_move_between_provinces_need_one_to_go_to(small: Scenario) -> None:
    with pytest.raises(ScenarioError, match="drift_weight"):
        small.change({"timing.onward.drifts_per_day": 0.1})


def test_people_held_back_are_not_also_at_home(small: Scenario) -> None:
    run = simulate(small.change({"people.now.leaving.North": 6_000.0}))
    assert run.people("at_home")[0, :, 0] == pytest.approx([0.0, 4_000.0])
    assert run.people("leaving")[0, :, 0] == pytest.approx([6_000.0, 0.0])


def test_people_kept_at_home_past_the_end_of_the_curve_leave_when_they_can(small: Scenario) -> None:
    curve = [{"time": 0.0, "share": 0.0}, {"time": 2.0, "share": 1.0}]
    shut = [{"value": 1.0}, {"since": 1.0, "value": 0.0}, {"since": 3.0, "value": 0.5}]
    run = simulate(small.change({"timing.departure": {"form": "curve", "curve": curve, "factor": shut}}))
    home = run.people("at_home").sum(axis=(1, 2))
    assert home[run.hours == 72.0] == pytest.approx(5_000.0)
    assert home[-1] == 0
