"""The register: every kind of place, route, level, table column and headline measure, once, with its unit and meaning.

A word keeps its meaning wherever it stands. A route is counted in each step; where a table sums it up to a time, its
meaning says so. Kinds of place, routes, levels and measures are read from where they are declared; inputs are described
in ``scenario/``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from refugee_model.engine.observers import PARTS
from refugee_model.engine.variables import FLOW, LEVEL, SUM_MEANINGS, VARIABLES
from refugee_model.outcomes.measures import MEASURES
from refugee_model.scenario.network import KINDS
from refugee_model.wording import labelled

PLACE, ROUTE, COLUMN, MEASURE = "kind of place", "route", "column", "measure"


@dataclass(frozen=True)
class Quantity:
    """One quantity that comes out of a projection."""

    name: str
    """Name in arrays, tables and files."""
    unit: str
    """Its unit, ``time``, ``date`` or ``text``; ``unit of the item`` where the column ``unit`` says it."""
    meaning: str
    """What it is, in one line."""
    role: str
    """``kind of place``, ``route``, ``level``, ``column`` or ``measure``: where it first stands on the way to the
    reader.
    """
    tag: str = ""
    """Its tag of the Humanitarian Exchange Language 1.1, where there is a common one."""
    label: str = ""
    """What charts and the shell call it, where its name alone would not be plain."""


# fmt: off
_COLUMNS = (
    ("time", "time", "Time, with the offset of the scenario", "#date"),
    ("date", "date", "Calendar date in the offset of the scenario; the first and the last may be partial", "#date"),
    ("kind", "text", "Kind of place, or whether an item is durable, used up daily or a facility", "#loc+type"),
    ("place", "text", "Name of the place", "#loc+name"),
    ("area_code", "text", "ISO 3166-2 code of the area", "#adm1+code+v_iso"),
    ("people", "people", "People there; for needs and staff, people who need the item or are served", "#affected"),
    ("entered", "people", "People who came in since the row before", "#affected+entered"),
    ("left", "people", "People who went out since the row before", "#affected+left"),
    ("people_at_start", "people", "People there when the projection starts"),
    ("people_at_end", "people", "People there when it ends"),
    ("residual", "people", "People at the start + entered - left - people at the end; 0 but for rounding"),
    ("capacity", "people",
        "People for whom there is room, just before the time; on the road, where vehicles stand still", "#capacity"),
    ("reserved", "people",
        ("People on the way for each of whom a place is kept; on the road, room between moving vehicles that none "
         "can take"), "#capacity+reserved"),
    ("free", "people", "Room that is left for others: capacity - people - reserved, at least 0", "#capacity+free"),
    ("over", "people", "People beyond the capacity", "#affected+over"),
    ("utilisation", "share",
        ("People / capacity; blank where both are 0, infinite where only the capacity is; a road whose queue moves "
         "is full below 1"), "#capacity+used+pct"),
    ("capacity_now", "unit of the place", "What stands at the start, in the middle future"),
    ("committed", "unit of the place", "What orders add to it by the date, in the middle future; below 0: beds lost"),
    ("required", "unit of the place", "What is enough for everyone, with the confidence of the row"),
    ("shortfall", "unit of the place", "What of that lacks on the date; at least 0"),
    ("peak_people", "people", "Most people there at any time"),
    ("peak_time", "time", "When they are there; blank where nobody ever is"),
    ("capacity_at_peak", "people", "Capacity at that time"),
    ("first_full", "time",
        "First time at which nobody more can be assigned to the place: less than half a place is free"),
    ("first_over", "time", "First time with more people than capacity, by half a person or more"),
    ("hours_over", "h", "Time with more people than capacity"),
    ("person_days_over", "person-days", "People beyond the capacity, summed over time"),
    ("waiting", "people", "People who queue at the checkpoint, in their vehicles; in reports"),
    ("vehicles", "vehicles",
        "Vehicles in the queue; in arrivals tables and reports, all that have passed up to a time"),
    ("joined", "people", "All who have come to the queue up to a time, those who stand in it at the start included"),
    ("origin", "text", "Refugees, or people displaced inside the country"),
    ("route", "text", "Name of the route by which people came"),
    ("point", "text", "Name of the reception point at which people are, or from which they set off"),
    ("province", "text", "Name of the province to which people go"),
    ("queue_km", "km", "Length of road that the queue takes, with the room between vehicles while it moves",
        "", "Length of the queue"),
    ("wait_hours", "h",
        "Wait of people who join the queue at the time; infinite if they still wait at the end, blank if nobody joins",
        "", "Wait of those who join the queue"),
    ("median_wait_hours", "h", "Half of the people wait no longer"),
    ("p90_wait_hours", "h", "Nine in ten people wait no longer"),
    ("longest_wait_hours", "h", "Longest wait of anyone"),
    ("item", "text", "Name of the item in standards.items", "#item+code"),
    ("label", "text", "Name of the item or role in words", "#item+name"),
    ("sector", "text", "Sector of the response", "#sector"),
    ("phase", "text", "Phase in which the date begins: emergency or stabilised"),
    ("unit", "text", "Unit of need, supplied and gap", "#item+unit"),
    ("need", "unit of the item",
        "What people need: used up on the date, still needed on the date (durable), or level (facility)",
        "#item+needed"),
    ("new_need", "unit of the item",
        ("What of the need is new on the date; summed up, all that was ever needed (durable), or the highest level "
         "(facility)"), "#item+needed+new"),
    ("supplied", "unit of the item",
        "What they get: on the date, or level in use (facility); blank where deliveries are not known",
        "#item+supplied"),
    ("gap", "unit of the item", "What is lacking: need - supplied; blank where deliveries are not known", "#item+gap"),
    ("lapsed", "unit of the item",
        "What people lacked of a durable item when they left the country on the date; 0 for other items",
        "#item+needed+lapsed"),
    ("cost", "USD", "Cost of the new need, without what of it lapses later", "#value+usd"),
    ("total_cost_usd", "USD", "Cost of an order of a plan, with running it to the end of the projection"),
    ("role", "text", "Name of the role in standards.staff, or registration desks"),
    ("needed", "staff", "Staff needed, or desks"),
    ("available", "desks", "Desks open, on average over the date"),
    ("source", "text", "Document and edition, or 'assumed:' and why"),
    ("group", "text", "Group of age, sex, disability or pregnancy; groups overlap"),
    ("in_state_accommodation", "people", "People in state accommodation", "", "in state accommodation"),
    ("refugees", "people", "People of the place who fled across the border, or would"),
    ("displaced_inside", "people", "Residents who are displaced inside the country, by the end or at the time"),
    ("category", "text", "What the money is for"),
    ("usd", "USD", "Cost, funds or gap", "#value+usd"),
    ("basis", "text", "How it is worked out"),
    ("quantity", "text", "Name of the reported quantity"),
    ("reported", "people or vehicles", "Value that was reported"),
    ("projected", "people or vehicles", "Value projected for the same minute; blank outside the projection"),
    ("difference", "people or vehicles", "Projected - reported"),
    ("difference_share_of_total", "share", "Difference / people.total, or / all vehicles that pass"),
    ("quantile", "share", "Share of draws with at most the values of the row; each column has quantiles of its own"),
    ("probability_over", "share",
        "Share of draws with more people than capacity: at the time, or in tables of peaks at any time"),
    ("probability_full", "share",
        ("Share of draws in which nobody more can be assigned to the place: at the time, or in tables of peaks at "
         "any time")),
    ("probability_over_by", "share", "Share of draws with more people than capacity at the time or before"),
    ("expected_person_days_over", "person-days", "Mean over draws of people beyond the capacity, summed over time"),
    ("at_reception", "people", "People at reception points beyond their covered places, at 02:00",
        "", "at reception points"),
    ("unsheltered", "people", "People who wait for a bed beyond the transit places, at 02:00", "", "waiting for a bed"),
    ("without_roof", "people", "People without a roof at 02:00: on the road, at reception and unsheltered",
        "", "People without a roof"),
    ("usable", "true or false", "Whether the report may be used for fitting"),
    ("measure", "text", "Name of a headline measure"),
    ("value", "unit of the measure",
        "Quantile of the measure over the draws that have a value; of one that is a time, hours after the start"),
    ("low", "unit of the measure", "Lower quantile of the measure; 2.5 % unless asked for otherwise"),
    ("middle", "unit of the measure", "Median of the measure over draws"),
    ("high", "unit of the measure", "Upper quantile of the measure; 97.5 % unless asked for otherwise"),
    ("added_by_chance", "people",
        "People whom chance adds to the longest queue, in the mean over who comes when and who takes how long"),
    ("matters", "true or false",
        "Whether that is much beside the projected peak: over a twentieth, 10 people, a thousandth of all"),
    ("probability_matters", "share", "Share of draws in which it is that much"),
    ("share_of_draws", "share", "Share of draws that have a value; a time that never comes has none"),
    ("chance", "share",
        ("Share of draws in which it happens at all: half a person, place or USD, a minute of waiting, a time that "
         "comes")),
)
# fmt: on


def _declared() -> Iterator[Quantity]:
    """What the engine and the measures declare, and columns."""
    for name, kind in KINDS.items():
        yield Quantity(name, "people", kind.meaning, PLACE, label=kind.label)
    for variables in VARIABLES.values():
        for member in variables:
            if member.declared.role in (FLOW, LEVEL):
                role = ROUTE if member.declared.role == FLOW else LEVEL
                yield Quantity(member.name, member.declared.unit, member.declared.meaning, role)
    for name, meaning in SUM_MEANINGS.items():
        yield Quantity(name, "people", meaning, ROUTE)
    for name, unit, meaning, *shown in _COLUMNS:
        yield Quantity(name, unit, meaning, COLUMN, *shown)
    for measure in MEASURES.values():
        yield Quantity(measure.name, measure.unit, measure.meaning, MEASURE, label=measure.label)
    yield Quantity("run_id", "text", "Eight digits that stand for the assumptions and the version", MEASURE)
    yield Quantity("version", "text", "Version of this package", MEASURE)


def _once(found: Iterator[Quantity]) -> dict[str, Quantity]:
    """By name; a word that stands in several places keeps the meaning of the first, and the label that any has."""
    result: dict[str, Quantity] = {}
    for quantity in found:
        known = result.setdefault(quantity.name, quantity)
        result[quantity.name] = replace(known, label=known.label or quantity.label)
    return result


QUANTITIES = _once(_declared())
"""All quantities by name."""

HEADS = ("people", "beds", "places", "vehicles", "person-days", "person-nights", "desks", "staff")
"""Units of which a file shows one decimal."""
SUMMED = ("entered", "left", "residual")
"""Columns of people that are summed up, and so keep all the decimals that a file has."""
DECIMALS = 6
"""Of all other numbers in files: less is dust of the arithmetic."""


def whole_of(column: str) -> str:
    """What a column of one route is part of; another column itself.

    >>> whole_of("arrived by North road"), whole_of("people")
    ('arrived', 'people')
    """
    return column.partition(" by ")[0]


def decimals_of(name: str) -> int:
    """Decimals of a column or measure in files; tables of the library keep all.

    >>> decimals_of("peak_people"), decimals_of("entered"), decimals_of("cost_usd"), decimals_of("utilisation")
    (1, 6, 2, 6)
    """
    known = QUANTITIES.get(name)
    if known is None or name in SUMMED:
        return DECIMALS
    return 1 if known.unit in HEADS else 2 if known.unit == "USD" else DECIMALS


TAG_OF_ITEMS = {"kind": "#item+type", "people": "#affected+needing"}
"""What columns of the same names mean in a table of items."""


def tag_of(column: str, *, items: bool = False) -> str:
    """The HXL tag of a column, of one in a table of items too; ``#meta`` where there is no common one.

    >>> tag_of("people"), tag_of("people", items=True), tag_of("on_road"), tag_of("phase")
    ('#affected', '#affected+needing', '#affected+on_road', '#meta+phase')
    """
    if items and column in TAG_OF_ITEMS:
        return TAG_OF_ITEMS[column]
    if column in (*PARTS, "without_roof"):
        return f"#affected+{column}"
    known = QUANTITIES.get(column)
    return known.tag if known is not None and known.tag else f"#meta+{column}"


LABELS = {name: known.label for name, known in QUANTITIES.items() if known.label}
"""What charts and the shell call a quantity, where its name alone would not be plain."""


def label(name: str) -> str:
    """What charts and the shell call a quantity, in the language that is spoken."""
    return labelled(name, LABELS.get(name, name))


ON_THE_WAY = (
    *("crossed", "peak_daily_arrivals", "longest_queue_people", "median_wait_checkpoint_hours"),
    *("last_arrival", "peak_awaiting_registration", "peak_in_state_accommodation", "first_place_full_time"),
    *("places_full", "peak_unsheltered"),
)
"""Measures that a reader asks for, in the order of the way people go."""
