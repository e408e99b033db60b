"""What happens to us: who leaves when, what the road and the checkpoint let through, who needs a bed later."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from refugee_model.scenario.routes import Road, roads_of, route_models
from refugee_model.scenario.values import (
    Assumptions,
    Hour,
    Moment,
    Name,
    NonNegative,
    NonNegativeSchedule,
    Positive,
    Share,
    ShareSchedule,
    given,
)


class CurvePoint(Assumptions):
    """A point of a reported departure curve."""

    time: Moment = Field(description="When this share had left")
    share: Share = given("Share of those who leave in the end who had left by then", "share")


class NoiseLevel(Assumptions):
    """Ups and downs that nobody plans: each draw has its own, and neighbouring hours go together."""

    sd: NonNegative = given(
        "Standard deviation around what is planned, from hour to hour, as a share of it",
        "share",
        usual=(0, 1.5, "assumed: 0.1-0.3 at checkpoints, up to 1 for departures; above, the noise is all there is"),
    )
    correlation_hours: Positive = given(
        "Time over which the correlation of the ups and downs with themselves falls to 37 %",
        "h",
        usual=(0.5, 240, "assumed: from a shift change to ten days"),
        counts_if="sd is above 0",
    )


class Departure(Assumptions):
    """When people decide to leave: a hazard that acts on those still at home."""

    form: Literal["logistic", "weibull", "rayleigh", "contagion", "curve"] = Field(
        description="Shape of the departure curve; each form needs its own parameters below"
    )
    start: Moment = Field(0.0, description="When departures begin")
    share_leaving: Share = given(
        "Share of people who leave in the end",
        "share",
        default=1.0,
        usual=(0.02, 1, "assumed: below 2 % it is no mass departure"),
    )
    factor: NonNegativeSchedule = given(
        "Multiplies the hazard of leaving: 0 while nobody can leave home",
        "factor",
        default=1.0,
        usual=(0, 5, "assumed: a hazard five times as high empties a place within hours"),
    )
    factor_while_closed: NonNegative = given(
        "Multiplies the hazard of leaving while the corridor or the checkpoint is closed",
        "factor",
        default=1.0,
        usual=(0, 3, "assumed: closures hold people back more than they drive them"),
        counts_if="timing.corridor.closures is given or timing.checkpoint.regimes.*.kind is 'closed'",
    )
    noise: NoiseLevel | None = Field(
        None, description="Ups and downs of the hazard of leaving, in ensembles; blank: none. A lone run has none"
    )
    rate_per_hour: Positive | None = given(
        "Logistic: steepness of the curve",
        "1/h",
        default=None,
        usual=(0.003, 2, "assumed: 0.05 slow, 0.15 medium, 0.4 fast; from weeks to an hour"),
        counts_if="form is 'logistic'",
    )
    midpoint_hours: NonNegative | None = given(
        "Logistic: hours after the start of departures at which the hazard is half of its highest; if few "
        "leave at first, "
        "half have left by then",
        "h",
        default=None,
        usual=(1, 1000, "assumed: from hours to six weeks"),
        counts_if="form is 'logistic'",
    )
    shape: Annotated[float, Field(strict=True, ge=0.2, le=20)] | None = given(
        "Weibull: shape; 1 is a constant hazard",
        "number",
        default=None,
        usual=(0.3, 10, "assumed: 1 is a constant hazard, 2 Rayleigh"),
        counts_if="form is 'weibull'",
    )
    scale_hours: Positive | None = given(
        "Weibull: hours after which 63 % have left",
        "h",
        default=None,
        usual=(1, 2000, "assumed: from hours to twelve weeks"),
        counts_if="form is 'weibull'",
    )
    peak_hours: Positive | None = given(
        "Rayleigh: hours after the start at which most people leave",
        "h",
        default=None,
        usual=(1, 1000, "assumed: from hours to six weeks"),
        counts_if="form is 'rayleigh'",
    )
    innovation_per_hour: NonNegative | None = given(
        "Contagion: hazard of leaving on one's own decision",
        "1/h",
        default=None,
        usual=(1e-05, 1, "assumed: from weeks to an hour"),
        counts_if="form is 'contagion'",
    )
    imitation_per_hour: NonNegative | None = given(
        "Contagion: further hazard when everyone else in the district has left",
        "1/h",
        default=None,
        usual=(0, 2, "assumed: above, all leave within an hour"),
        counts_if="form is 'contagion'",
    )
    route_choice: Literal["shares", "expected time"] = given(
        "How people choose among routes: by the shares of their district, or those weighed by the time "
        "that each way is expected to take",
        default="shares",
        counts_if="timing.routes has several entries",
    )
    route_choice_hours: Positive = given(
        "Expected time: a way that takes so much longer is chosen by 37 % as many",
        "h",
        default=3.0,
        usual=(0.1, 48, "assumed: from those who know every queue to those who hardly ask"),
        counts_if="route_choice is 'expected time' and timing.routes has several entries",
    )
    when_closed: Literal["other routes", "wait"] = given(
        "What people do whose route is closed or full: take another one of their district, or wait for it",
        default="other routes",
        counts_if="timing.routes has several entries",
    )
    curve: tuple[CurvePoint, ...] | None = given(
        "Curve: points joined by straight lines, from share 0 on; those who have not left by the last point stay",
        default=None,
        counts_if="form is 'curve'",
    )


PARAMETERS_OF_FORM = {
    "logistic": ("rate_per_hour", "midpoint_hours"),
    "weibull": ("shape", "scale_hours"),
    "rayleigh": ("peak_hours",),
    "contagion": ("innovation_per_hour", "imitation_per_hour"),
    "curve": ("curve",),
}
"""The parameters that each form of departure needs."""


class FuelDelivery(Assumptions):
    """Fuel that arrives in the area of origin."""

    at: Moment = Field(description="When the fuel can be given out")
    litres: NonNegative = given("Fuel delivered", "litres")


class Transport(Assumptions):
    """What people have to travel with."""

    own_vehicle_share: Share = given(
        "Share of people who can go in a private vehicle, their own or somebody's they know", "share"
    )
    people_per_vehicle: Positive = given(
        "People in a private vehicle",
        "people/vehicle",
        usual=(1, 20, "assumed: 1 on foot, 3-6 in a car, up to 20 in vans and lorries"),
    )
    fuel_litres: NonNegative | None = given(
        "Fuel at hand when the projection starts; blank means that fuel does not limit",
        "litres",
        default=None,
        counts_if="fuel_litres_per_vehicle is above 0",
    )
    fuel_litres_per_vehicle: NonNegative = given(
        "Fuel one private vehicle must have to set off",
        "litres/vehicle",
        default=25.0,
        usual=(5, 150, "assumed: 20-30 litres for 100 km and a day of queueing"),
        counts_if="fuel_litres is given",
    )
    fuel_deliveries: tuple[FuelDelivery, ...] = Field((), description="Fuel that arrives later; needs fuel_litres")


class Closure(Assumptions):
    """A time during which nothing passes."""

    since: Moment = Field(description="When it closes")
    until: Moment | None = Field(None, description="When it opens again; blank means it stays closed")


class Corridor(Assumptions):
    """The road from the area of origin to the checkpoint: one link with finite storage."""

    length_km: Positive = given(
        "Length of the road that can fill with vehicles",
        "km",
        usual=(0.1, 600, "assumed: from a bridge to a day's drive; metres are 1,000 times too many"),
    )
    lanes: Positive = given(
        "Lanes outward", "lanes", default=1.0, usual=(0.5, 8, "assumed: a track with passing places to a motorway")
    )
    vehicles_per_hour_per_lane: NonNegativeSchedule = given(
        "Vehicles that can enter the road on one lane",
        "vehicles/h",
        usual=(50, 2400, "Highway Capacity Manual: at most 2,400 cars an hour on a motorway lane; low: assumed"),
    )
    free_speed_kmh: Positive = given(
        "Speed while the road is free", "km/h", usual=(3, 110, "assumed: from walking to a motorway")
    )
    backward_wave_kmh: Positive = given(
        "Speed at which room travels back up a standing queue",
        "km/h",
        usual=(8, 25, "assumed: planning range 12-18 of vehicles"),
    )
    jam_vehicles_per_km: Positive = given(
        "Vehicles on one kilometre of one lane in a standing queue",
        "vehicles/km",
        usual=(50, 250, "assumed: 125-150 cars on a lane, 50 lorries with trailers, 250 small ones"),
    )
    closures: tuple[Closure, ...] = Field(
        (), description="Times when the road is cut: nobody sets off and nobody reaches the far end"
    )

    def kilometres_with_approaches(self, distances: Iterable[float]) -> float:
        """Kilometres that can fill: the road, and the ways to its beginning of districts that lie beyond it [km]."""
        return self.length_km + sum(max(0.0, distance - self.length_km) for distance in distances)


class Regime(Assumptions):
    """A time during which the checkpoint works differently."""

    kind: Literal["closed", "ambulances", "trickle", "open", "tandem", "inspection"] = Field(
        description="How it works: 'tandem' adds tandem_gain, 'inspection' searches every vehicle, "
        "'ambulances' and 'trickle' need vehicles_per_hour"
    )
    since: Moment = Field(description="When this begins")
    until: Moment | None = Field(None, description="When it ends; blank means it lasts")
    vehicles_per_hour: NonNegative | None = given(
        "Vehicles that pass in an hour during this regime",
        "vehicles/h",
        default=None,
        usual=(0, 2000, "assumed: as timing.checkpoint.vehicles_per_hour"),
    )


class Checkpoint(Assumptions):
    """What the checkpoint lets through."""

    vehicles_per_hour: NonNegativeSchedule | None = given(
        "Vehicles that pass in an hour while it is open; blank means: work it out from lanes and seconds",
        "vehicles/h",
        default=None,
        usual=(
            5,
            2000,
            (
                "SDDCTEA: 20-120 a lane where each is searched, 800-1,200 where vehicles alone are identified; "
                "ends assumed"
            ),
        ),
    )
    lanes: NonNegativeSchedule = given(
        "Lanes at which vehicles are checked",
        "lanes",
        default=1.0,
        usual=(1, 20, "assumed: one lane to the largest border posts"),
        counts_if="vehicles_per_hour is blank or timing.checkpoint.regimes.*.kind is 'inspection'",
    )
    seconds_per_vehicle: NonNegative | None = given(
        "Time to check a vehicle, without its people",
        "s",
        default=None,
        usual=(2, 600, "assumed: from waving through to a search"),
        counts_if="vehicles_per_hour is blank",
    )
    seconds_per_person: NonNegative | None = given(
        "Time to check one person",
        "s",
        default=None,
        usual=(1, 180, "assumed: from a glance at papers to an interview"),
        counts_if="vehicles_per_hour is blank",
    )
    tandem_gain: NonNegative = given(
        "Gain when two checkers work a lane one behind the other",
        "share",
        default=0.35,
        usual=(0.1, 0.6, "UFC 4-022-01: 25-50 % more a lane; ends assumed"),
        counts_if="timing.checkpoint.regimes.*.kind is 'tandem'",
    )
    inspection_vehicles_per_hour_per_lane: NonNegative = given(
        "Vehicles that pass in an hour on one lane when every vehicle is searched",
        "vehicles/h",
        default=60.0,
        usual=(10, 150, "SDDCTEA: 20-120 where each vehicle is searched; ends assumed"),
        counts_if="timing.checkpoint.regimes.*.kind is 'inspection'",
    )
    night_factor: NonNegativeSchedule = given(
        "Throughput at night as a share of throughput by day",
        "factor",
        default=1.0,
        usual=(0, 1.2, "assumed: seldom more by night than by day"),
        counts_if="night_from_hour differs from night_until_hour",
    )
    night_from_hour: Hour = given(
        "Clock hour at which night begins", "hour of day", default=20.0, counts_if="night_factor is not 1"
    )
    night_until_hour: Hour = given(
        "Clock hour at which night ends", "hour of day", default=8.0, counts_if="night_factor is not 1"
    )
    regimes: tuple[Regime, ...] = Field((), description="Times when it works differently; they may not overlap")
    turned_back_share: ShareSchedule = given(
        "Share of people checked who are sent back home",
        "share",
        default=0.0,
        usual=(0, 0.5, "assumed: above, the checkpoint is closed to most"),
    )
    detained_share: ShareSchedule = given(
        "Share of people checked who are held and do not cross",
        "share",
        default=0.0,
        usual=(0, 0.1, "assumed: one in ten held would be without example"),
    )
    noise: NoiseLevel | None = Field(None, description="Random ups and downs of the throughput; blank means none")
    noise_between_routes: Share = given(
        "Correlation of the ups and downs between the checkpoints of any two routes",
        "share",
        default=0.0,
        counts_if="timing.routes has several entries and noise is given",
    )


if TYPE_CHECKING:
    Route = Any
else:
    CorridorOfRoute, CheckpointOfRoute, Route = route_models(Corridor, Checkpoint, __name__)


class Accommodation(Assumptions):
    """Who registers where and when, and who asks for state accommodation."""

    straight_to_relatives_share: ShareSchedule = given(
        "Share of arriving people who go straight on to relatives without registering", "share"
    )
    comes_forward_per_hour: NonNegativeSchedule = given(
        "Rate at which people who went straight on come to a community centre to register, while one has room",
        "1/h",
        usual=(0, 0.2, "assumed: above, people do not go straight on at all"),
        counts_if="aid.community_centres.centres is above 0 and aid.community_centres.people_per_centre_hour is "
        "above 0",
    )
    asks_for_bed_share: ShareSchedule = given(
        "Share of people who ask for state accommodation when they register", "share"
    )
    comes_back_for_bed_per_hour: NonNegativeSchedule = given(
        "Rate at which people with relatives come back to ask for state accommodation",
        "1/h",
        usual=(0, 0.05, "0.003-0.01 in the first days of 2023 (fitted by this project); ends assumed"),
    )
    moves_out_per_day: NonNegativeSchedule = given(
        "Rate at which people leave state accommodation for relatives or own rental",
        "1/day",
        default=0.0,
        usual=(0, 0.25, "assumed: above, nobody stays a week"),
    )


class Onward(Assumptions):
    """What people do later."""

    leaves_country_per_day: NonNegativeSchedule = given(
        "Rate at which people in state accommodation or with relatives move on to another country",
        "1/day",
        default=0.0,
        usual=(0, 0.5, "assumed: above, people pass through within two days"),
    )
    drifts_per_day: NonNegativeSchedule = given(
        "Rate at which people with relatives move to another province",
        "1/day",
        default=0.0,
        usual=(0, 0.1, "assumed: above, all have moved within weeks"),
        counts_if="aid.provinces has several entries",
    )


class Timing(Assumptions):
    """What happens to us."""

    departure: Departure = Field(description="When people decide to leave")
    transport: Transport = Field(description="What people travel with")
    corridor: Corridor = Field(description="The road to the checkpoint")
    checkpoint: Checkpoint = Field(description="What the checkpoint lets through")
    routes: dict[Name, Route] = Field(
        {}, description="Routes, where there are several: each names what differs from corridor and checkpoint"
    )
    accommodation: Accommodation = Field(description="Who registers and who asks for a bed")
    onward: Onward = Field(Onward(), description="What people do later")

    @cached_property
    def roads(self) -> dict[str, Road]:
        """The road and checkpoint of each route, by name; where none is named, one named checkpoint."""
        return roads_of(self.routes, self.corridor, self.checkpoint)
