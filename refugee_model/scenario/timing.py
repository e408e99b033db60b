"""What happens to us: who leaves when, what the road and the checkpoint let through, who needs a bed later."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from refugee_model.scenario.values import (
    Assumptions,
    Hour,
    Moment,
    NonNegative,
    NonNegativeSchedule,
    Positive,
    Share,
    ShareSchedule,
)


class CurvePoint(Assumptions):
    """A point of a reported departure curve."""

    time: Moment = Field(description="When this share had left")
    share: Share = Field(description="Share of those who leave in the end who had left by then", json_schema_extra={"unit": "share"})


class Noise(Assumptions):
    """Ups and downs that nobody plans: each draw has its own, and neighbouring hours go together."""

    sd: NonNegative = Field(
        description="Standard deviation around what is planned, from hour to hour, as a share of it", json_schema_extra={"unit": "share"}
    )
    correlation_hours: Positive = Field(
        description="Time over which the correlation of the ups and downs with themselves falls to 37 %", json_schema_extra={"unit": "h"}
    )


class Departure(Assumptions):
    """When people decide to leave: a hazard that acts on those still at home."""

    form: Literal["logistic", "weibull", "rayleigh", "contagion", "curve"] = Field(
        description="Shape of the departure curve; each form needs its own parameters below"
    )
    start: Moment = Field(0.0, description="When departures begin")
    share_leaving: Share = Field(1.0, description="Share of people who leave in the end", json_schema_extra={"unit": "share"})
    factor: NonNegativeSchedule = Field(
        1.0, description="Multiplies the hazard of leaving: 0 while nobody can leave home", json_schema_extra={"unit": "factor"}
    )
    factor_while_closed: NonNegative = Field(
        1.0,
        description="Multiplies the hazard of leaving while the corridor or the checkpoint is closed",
        json_schema_extra={"unit": "factor"},
    )
    noise: Noise | None = Field(None, description="Ups and downs of the hazard of leaving, in ensembles; blank: none. A lone run has none")
    rate_per_hour: Positive | None = Field(None, description="Logistic: steepness of the curve", json_schema_extra={"unit": "1/h"})
    midpoint_hours: NonNegative | None = Field(
        None,
        description="Logistic: hours after the start of departures at which the hazard is half of its highest; if few leave at first, "
        "half have left by then",
        json_schema_extra={"unit": "h"},
    )
    shape: Annotated[float, Field(strict=True, ge=0.2, le=20)] | None = Field(
        None, description="Weibull: shape; 1 is a constant hazard", json_schema_extra={"unit": "number"}
    )
    scale_hours: Positive | None = Field(None, description="Weibull: hours after which 63 % have left", json_schema_extra={"unit": "h"})
    peak_hours: Positive | None = Field(
        None, description="Rayleigh: hours after the start at which most people leave", json_schema_extra={"unit": "h"}
    )
    innovation_per_hour: NonNegative | None = Field(
        None, description="Contagion: hazard of leaving on one's own decision", json_schema_extra={"unit": "1/h"}
    )
    imitation_per_hour: NonNegative | None = Field(
        None, description="Contagion: further hazard when everyone else in the district has left", json_schema_extra={"unit": "1/h"}
    )
    curve: tuple[CurvePoint, ...] | None = Field(
        None, description="Curve: points joined by straight lines, from share 0 on; those who have not left by the last point stay"
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
    litres: NonNegative = Field(description="Fuel delivered", json_schema_extra={"unit": "litres"})


class Transport(Assumptions):
    """What people have to travel with."""

    own_vehicle_share: Share = Field(
        description="Share of people who can go in a private vehicle, their own or somebody's they know",
        json_schema_extra={"unit": "share"},
    )
    people_per_vehicle: Positive = Field(description="People in a private vehicle", json_schema_extra={"unit": "people/vehicle"})
    fuel_litres: NonNegative | None = Field(
        None,
        description="Fuel at hand when the projection starts; blank means that fuel does not limit",
        json_schema_extra={"unit": "litres"},
    )
    fuel_litres_per_vehicle: NonNegative = Field(
        25.0, description="Fuel one private vehicle must have to set off", json_schema_extra={"unit": "litres/vehicle"}
    )
    fuel_deliveries: tuple[FuelDelivery, ...] = Field((), description="Fuel that arrives later; needs fuel_litres")


class Closure(Assumptions):
    """A time during which nothing passes."""

    since: Moment = Field(description="When it closes")
    until: Moment | None = Field(None, description="When it opens again; blank means it stays closed")


class Corridor(Assumptions):
    """The road from the area of origin to the checkpoint: one link with finite storage."""

    length_km: Positive = Field(description="Length of the road that can fill with vehicles", json_schema_extra={"unit": "km"})
    lanes: Positive = Field(1.0, description="Lanes outward", json_schema_extra={"unit": "lanes"})
    vehicles_per_hour_per_lane: NonNegativeSchedule = Field(
        description="Vehicles that can enter the road on one lane", json_schema_extra={"unit": "vehicles/h"}
    )
    free_speed_kmh: Positive = Field(description="Speed while the road is free", json_schema_extra={"unit": "km/h"})
    backward_wave_kmh: Positive = Field(
        description="Speed at which room travels back up a standing queue", json_schema_extra={"unit": "km/h"}
    )
    jam_vehicles_per_km: Positive = Field(
        description="Vehicles on one kilometre of one lane in a standing queue", json_schema_extra={"unit": "vehicles/km"}
    )
    closures: tuple[Closure, ...] = Field((), description="Times when the road is cut: nobody sets off and nobody reaches the far end")


class Regime(Assumptions):
    """A time during which the checkpoint works differently."""

    kind: Literal["closed", "ambulances", "trickle", "open", "tandem", "inspection"] = Field(
        description="How it works: 'tandem' adds tandem_gain, 'inspection' searches every vehicle, "
        "'ambulances' and 'trickle' need vehicles_per_hour"
    )
    since: Moment = Field(description="When this begins")
    until: Moment | None = Field(None, description="When it ends; blank means it lasts")
    vehicles_per_hour: NonNegative | None = Field(
        None, description="Vehicles that pass in an hour during this regime", json_schema_extra={"unit": "vehicles/h"}
    )


class Checkpoint(Assumptions):
    """What the checkpoint lets through."""

    vehicles_per_hour: NonNegativeSchedule | None = Field(
        None,
        description="Vehicles that pass in an hour while it is open; blank means: work it out from lanes and seconds",
        json_schema_extra={"unit": "vehicles/h"},
    )
    lanes: NonNegativeSchedule = Field(1.0, description="Lanes at which vehicles are checked", json_schema_extra={"unit": "lanes"})
    seconds_per_vehicle: NonNegative | None = Field(
        None, description="Time to check a vehicle, without its people", json_schema_extra={"unit": "s"}
    )
    seconds_per_person: NonNegative | None = Field(None, description="Time to check one person", json_schema_extra={"unit": "s"})
    tandem_gain: NonNegative = Field(
        0.35, description="Gain when two checkers work a lane one behind the other", json_schema_extra={"unit": "share"}
    )
    inspection_vehicles_per_hour_per_lane: NonNegative = Field(
        60.0,
        description="Vehicles that pass in an hour on one lane when every vehicle is searched",
        json_schema_extra={"unit": "vehicles/h"},
    )
    night_factor: NonNegativeSchedule = Field(
        1.0, description="Throughput at night as a share of throughput by day", json_schema_extra={"unit": "factor"}
    )
    night_from_hour: Hour = Field(20.0, description="Clock hour at which night begins", json_schema_extra={"unit": "hour of day"})
    night_until_hour: Hour = Field(8.0, description="Clock hour at which night ends", json_schema_extra={"unit": "hour of day"})
    regimes: tuple[Regime, ...] = Field((), description="Times when it works differently; they may not overlap")
    turned_back_share: ShareSchedule = Field(
        0.0, description="Share of people checked who are sent back home", json_schema_extra={"unit": "share"}
    )
    detained_share: ShareSchedule = Field(
        0.0, description="Share of people checked who are held and do not cross", json_schema_extra={"unit": "share"}
    )
    noise: Noise | None = Field(None, description="Random ups and downs of the throughput; blank means none")


class Accommodation(Assumptions):
    """Who registers where and when, and who asks for state accommodation."""

    straight_to_relatives_share: ShareSchedule = Field(
        description="Share of arriving people who go straight on to relatives without registering", json_schema_extra={"unit": "share"}
    )
    comes_forward_per_hour: NonNegativeSchedule = Field(
        description="Rate at which people who went straight on come to a community centre to register, while one has room",
        json_schema_extra={"unit": "1/h"},
    )
    asks_for_bed_share: ShareSchedule = Field(
        description="Share of people who ask for state accommodation when they register", json_schema_extra={"unit": "share"}
    )
    comes_back_for_bed_per_hour: NonNegativeSchedule = Field(
        description="Rate at which people with relatives come back to ask for state accommodation", json_schema_extra={"unit": "1/h"}
    )
    moves_out_per_day: NonNegativeSchedule = Field(
        0.0, description="Rate at which people leave state accommodation for relatives or own rental", json_schema_extra={"unit": "1/day"}
    )


class Onward(Assumptions):
    """What people do later."""

    leaves_country_per_day: NonNegativeSchedule = Field(
        0.0,
        description="Rate at which people in state accommodation or with relatives move on to another country",
        json_schema_extra={"unit": "1/day"},
    )
    drifts_per_day: NonNegativeSchedule = Field(
        0.0, description="Rate at which people with relatives move to another province", json_schema_extra={"unit": "1/day"}
    )


class Timing(Assumptions):
    """What happens to us."""

    departure: Departure = Field(description="When people decide to leave")
    transport: Transport = Field(description="What people travel with")
    corridor: Corridor = Field(description="The road to the checkpoint")
    checkpoint: Checkpoint = Field(description="What the checkpoint lets through")
    accommodation: Accommodation = Field(description="Who registers and who asks for a bed")
    onward: Onward = Field(Onward(), description="What people do later")
