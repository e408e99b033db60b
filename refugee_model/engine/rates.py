"""What holds in each epoch: schedules, regimes and losses as one number each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refugee_model.engine.values import Values, sum_of_places
from refugee_model.engine.variables import RATES, One, Point, Province, Sizes
from refugee_model.scenario.network import ONE, POINT, PROVINCE
from refugee_model.scenario.scenario import Scenario
from refugee_model.scenario.timeline import HOURS_PER_DAY, SECONDS_PER_HOUR

Floats = NDArray[np.float64]

UNLIMITED = 1e18


class Rates:
    """Rates being filled in: one array (epoch, place, rate, draw) for each kind of place."""

    def __init__(self, values: Values, sizes: Sizes, starts: Floats) -> None:
        self.values, self.starts = values, starts
        self.arrays = {kind: np.zeros((len(starts), sizes.count(kind), end - row, values.count)) for kind, (row, end) in RATES.items()}

    def of(self, row: One | Point | Province, place: int = 0) -> Floats:
        """The array (epoch, draw) of one rate of one place, to be filled."""
        kind = {One: ONE, Point: POINT, Province: PROVINCE}[type(row)]
        return self.arrays[kind][:, place, row.row - RATES[kind][0]]

    def schedule(self, path: str, value: Any) -> Floats:
        """A value or a schedule, array (epoch, draw)."""
        return self.values.schedule(path, value, self.starts)

    def within(self, span: Any) -> NDArray[np.bool_]:
        """Whether each epoch lies within a span with ``since`` and ``until``."""
        return within_span(self.values.scenario, span, self.starts)


def rates_of(values: Values, sizes: Sizes, starts: Floats) -> dict[str, Floats]:
    """What holds in each epoch, array (epoch, place, rate, draw) by kind of place.

    Parameters
    ----------
    values : Values
        The scenario and its draws.
    sizes : Sizes
        Number of places of each kind.
    starts : array (epoch,) [h]
        When each epoch begins.
    """
    rates = Rates(values, sizes, starts)
    accommodation, onward, checkpoint = (
        values.scenario.timing.accommodation,
        values.scenario.timing.onward,
        values.scenario.timing.checkpoint,
    )
    for row, path, value in (
        (One.night_factor, "timing.checkpoint.night_factor", checkpoint.night_factor),
        (One.turned_back_share, "timing.checkpoint.turned_back_share", checkpoint.turned_back_share),
        (One.detained_share, "timing.checkpoint.detained_share", checkpoint.detained_share),
        (One.straight_share, "timing.accommodation.straight_to_relatives_share", accommodation.straight_to_relatives_share),
        (One.comes_forward, "timing.accommodation.comes_forward_per_hour", accommodation.comes_forward_per_hour),
        (One.asks_share, "timing.accommodation.asks_for_bed_share", accommodation.asks_for_bed_share),
        (One.comes_back, "timing.accommodation.comes_back_for_bed_per_hour", accommodation.comes_back_for_bed_per_hour),
    ):
        rates.of(row)[:] = rates.schedule(path, value)
    for row, path, per_day in (
        (One.moves_out, "timing.accommodation.moves_out_per_day", accommodation.moves_out_per_day),
        (One.leaves_country, "timing.onward.leaves_country_per_day", onward.leaves_country_per_day),
        (One.drifts, "timing.onward.drifts_per_day", onward.drifts_per_day),
    ):
        rates.of(row)[:] = rates.schedule(path, per_day) / HOURS_PER_DAY
    _put_transport_rates(rates)
    _put_checkpoint_rates(rates)
    _put_bed_rates(rates)
    _put_hosts(rates)
    _put_reception_rates(rates)
    _put_cash_effects(rates)
    return rates.arrays


def _put_transport_rates(rates: Rates) -> None:
    values, scenario = rates.values, rates.values.scenario
    corridor, transport, buses = scenario.timing.corridor, scenario.timing.transport, scenario.aid.evacuation_buses
    per_lane = rates.schedule("timing.corridor.vehicles_per_hour_per_lane", corridor.vehicles_per_hour_per_lane)
    is_open = 1.0 - covered_by(scenario, corridor.closures, rates.starts)
    rates.of(One.road_capacity)[:] = per_lane * values.number("timing.corridor.lanes", corridor.lanes) * is_open[:, None]
    seats = values.number("aid.evacuation_buses.seats", buses.seats)
    trip = values.number("aid.evacuation_buses.round_trip_hours", buses.round_trip_hours)
    rates.of(One.bus_places)[:] = rates.schedule("aid.evacuation_buses.buses", buses.buses) * seats / trip
    for number, delivery in enumerate(transport.fuel_deliveries):
        hours = scenario.timeline.hours_at(delivery.at)
        if 0.0 <= hours <= rates.starts[-1]:
            epoch = int(np.searchsorted(rates.starts, hours, side="left"))
            rates.of(One.fuel_delivered)[epoch] += values.number(f"timing.transport.fuel_deliveries.{number}.litres", delivery.litres)


def covered_by(scenario: Scenario, spans: Any, starts: Floats) -> Floats:
    """1 in the epochs that begin within one of the spans, 0 in the others."""
    covered = np.zeros(len(starts))
    for span in spans:
        covered[within_span(scenario, span, starts)] = 1.0
    return covered


def within_span(scenario: Scenario, span: Any, starts: Floats) -> NDArray[np.bool_]:
    """Whether each epoch begins within a span with ``since`` and ``until``."""
    since = scenario.timeline.hours_at(span.since)
    until = scenario.timeline.hours_at(span.until) if span.until is not None else np.inf
    return (starts >= since) & (starts < until)


def _put_checkpoint_rates(rates: Rates) -> None:
    values, path = rates.values, "timing.checkpoint"
    checkpoint = values.scenario.timing.checkpoint
    lanes = rates.schedule(f"{path}.lanes", checkpoint.lanes)
    rate, seconds, per_person = (rates.of(row) for row in (One.checkpoint_rate, One.checkpoint_seconds, One.checkpoint_seconds_per_person))
    if checkpoint.vehicles_per_hour is None:
        rate[:] = lanes * SECONDS_PER_HOUR
        seconds[:] = values.number(f"{path}.seconds_per_vehicle", checkpoint.seconds_per_vehicle)
        per_person[:] = values.number(f"{path}.seconds_per_person", checkpoint.seconds_per_person)
    else:
        rate[:] = rates.schedule(f"{path}.vehicles_per_hour", checkpoint.vehicles_per_hour)
        seconds[:] = 1.0
    for number, regime in enumerate(checkpoint.regimes):
        within = rates.within(regime)
        given = values.number(f"{path}.regimes.{number}.vehicles_per_hour", regime.vehicles_per_hour)
        if regime.vehicles_per_hour is None and regime.kind == "tandem":
            rate[within] *= 1.0 + values.number(f"{path}.tandem_gain", checkpoint.tandem_gain)
            continue
        if regime.vehicles_per_hour is None and regime.kind == "open":
            continue
        if regime.vehicles_per_hour is None and regime.kind == "inspection":
            each = values.number(f"{path}.inspection_vehicles_per_hour_per_lane", checkpoint.inspection_vehicles_per_hour_per_lane)
            given = lanes[within] * each
        rate[within], seconds[within], per_person[within] = given, 1.0, 0.0


def _put_reception_rates(rates: Rates) -> None:
    aid = rates.values.scenario.aid
    for number, (name, point) in enumerate(aid.reception_points.items()):
        path = f"aid.reception_points.{name}"
        closed = rates.of(Point.closed, number)
        if point.province is not None:
            closed[:] = rates.of(Province.lost, list(aid.provinces).index(point.province))
        rates.of(Point.weight, number)[:] = rates.schedule(f"{path}.weight", point.weight) * (1.0 - closed)
        each = rates.values.number(f"{path}.people_per_desk_hour", point.people_per_desk_hour)
        rates.of(Point.registration_rate, number)[:] = rates.schedule(f"{path}.desks", point.desks) * each * (1.0 - closed)
        rates.of(Point.covered_places, number)[:] = rates.schedule(f"{path}.covered_places", point.covered_places) * (1.0 - closed)
    weights = rates.arrays[POINT][:, :, 0]
    total = sum_of_places(weights.swapaxes(0, 1))[:, None]
    weights[:] = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def _put_cash_effects(rates: Rates) -> None:
    cash, centres = rates.values.scenario.aid.cash, rates.values.scenario.aid.community_centres
    coverage = rates.schedule("aid.cash.coverage", cash.coverage)
    rates.of(One.cash_coverage)[:] = coverage
    rates.of(One.comes_back)[:] *= 1.0 - coverage * rates.values.number("aid.cash.lowers_coming_back_by", cash.lowers_coming_back_by)
    rates.of(One.moves_out)[:] += coverage * rates.values.number("aid.cash.moves_out_per_day", cash.moves_out_per_day) / HOURS_PER_DAY
    each = rates.values.number("aid.community_centres.people_per_centre_hour", centres.people_per_centre_hour)
    rates.of(One.community_rate)[:] = rates.schedule("aid.community_centres.centres", centres.centres) * each


def _put_bed_rates(rates: Rates) -> None:
    aid, values = rates.values.scenario.aid, rates.values
    seats = UNLIMITED if aid.placement.seats_per_hour is None else aid.placement.seats_per_hour
    rates.of(One.placement_seats)[:] = rates.schedule("aid.placement.seats_per_hour", seats)
    rates.of(One.transit_places)[:] = rates.schedule("aid.transit_places", aid.transit_places)
    closed = np.zeros((len(rates.starts), values.count))
    for number, (name, province) in enumerate(aid.provinces.items()):
        path = f"aid.provinces.{name}"
        season = rates.schedule(f"{path}.winter_factor", province.winter_factor)
        rates.of(Province.standing_beds, number)[:] = values.number(f"{path}.beds", province.beds) * season
        remaining, lost = rates.of(Province.beds_remaining, number), rates.of(Province.lost, number)
        remaining[:] = 1.0
        for loss_name, loss in aid.losses.items():
            if loss.province == name:
                within, share = rates.within(loss), values.number(f"aid.losses.{loss_name}.share", loss.share)
                whole = (share >= 1.0) if loss.whole_province is None else np.full(values.count, loss.whole_province)
                remaining[within] *= 1.0 - np.where(whole, 1.0, share)
                lost[within] = np.maximum(lost[within], whole)
        closed_share = lost * values.number(f"aid.transit_places_in.{name}", aid.transit_places_in.get(name, 0.0))
        closed[:] += closed_share
    rates.of(One.transit_places)[:] *= np.maximum(0.0, 1.0 - closed)


def _put_hosts(rates: Rates) -> None:
    """Where people with relatives go, among the provinces that are not lost."""
    for row, name in ((Province.relatives_share, "relatives_weight"), (Province.drift_share, "drift_weight")):
        weights = np.zeros((len(rates.values.scenario.aid.provinces), len(rates.starts), rates.values.count))
        for number, (province_name, province) in enumerate(rates.values.scenario.aid.provinces.items()):
            weight = rates.values.number(f"aid.provinces.{province_name}.{name}", getattr(province, name))
            weights[number] = weight * (1.0 - rates.of(Province.lost, number))
        total = sum_of_places(weights)
        for number, weight in enumerate(weights):
            rates.of(row, number)[:] = weight / np.where(total > 0, total, 1.0)
        if row == Province.relatives_share:  # with nobody left to live with, everyone asks for a bed
            rates.of(One.asks_share)[total <= 0.0] = 1.0
            rates.of(One.straight_share)[total <= 0.0] = 0.0
        else:
            rates.of(One.drifts)[total <= 0.0] = 0.0
