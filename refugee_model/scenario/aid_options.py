"""What can be bought: each with its cost, how long it takes and how much of it there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from refugee_model.errors import Problem, nearest
from refugee_model.scenario.values import Assumptions, Moment, Name, NonNegative, NonNegativeDays, Positive, given
from refugee_model.wording import figure

if TYPE_CHECKING:
    from refugee_model.scenario.aid import Aid
    from refugee_model.scenario.standards import Standards

OptionKind = Literal[
    "beds",
    "transit places",
    "covered places",
    "desks",
    "community centres",
    "buses",
    "placement seats",
    "goods",
    "cash",
]
UNITS: dict[str, str] = {
    "beds": "beds",
    "transit places": "places",
    "covered places": "places",
    "desks": "desks",
    "community centres": "centres",
    "buses": "buses",
    "placement seats": "seats/h",
    "goods": "unit of the item",
    "cash": "people",
}
"""Unit of a quantity of each kind."""
LEAD = ("approval_days", "supplier_days", "transport_days", "setting_up_days")
"""Parts of the time from a decision to use, in their order."""


class Option(Assumptions):
    """Something that can be bought. It changes nothing until it is ordered."""

    kind: OptionKind = Field(
        description="What it is: 'beds' in a province, 'transit places', 'covered places' or 'desks' at a reception "
        "point, 'community centres', evacuation 'buses', 'placement seats' in an hour, 'goods', or 'cash' for so many "
        "people"
    )
    place: Name | None = Field(
        None, description="Province of beds, or reception point of desks and covered places; blank for all others"
    )
    item: Name | None = Field(None, description="Goods: item of standards.items; blank for all others")
    unit_cost_usd: NonNegative = given(
        "Cost of one unit, set up and in place", "USD", usual=(0.005, 100000, "assumed: a litre of water to a bus")
    )
    running_usd_per_day: NonNegative = given(
        "Cost of one unit on each day from its arrival to the end, such as staff, fuel, board and rent",
        "USD/day",
        default=0.0,
        usual=(0.001, 5000, "assumed: a lamp to a bus with its driver"),
    )
    approval_days: NonNegativeDays = given(
        "Days from the decision to the signed order",
        "days",
        default=0.0,
        usual=(0, 60, "assumed: a crisis staff to an open tender"),
    )
    supplier_days: NonNegativeDays = given(
        "Days that the supplier needs until it leaves the store",
        "days",
        default=0.0,
        usual=(0, 180, "assumed: a stockpile to a factory"),
    )
    transport_days: NonNegativeDays = given(
        "Days on the way, customs included", "days", default=0.0, usual=(0, 90, "assumed: a lorry to a ship")
    )
    setting_up_days: NonNegativeDays = given(
        "Days from its arrival to its use", "days", default=0.0, usual=(0, 120, "assumed: none to prefabricated houses")
    )
    ramp_days: NonNegativeDays = given(
        "Days from the first unit to the last, coming evenly", "days", default=0.0, usual=(0, 365, "assumed: a year")
    )
    delivered_share: Positive = given(
        "What comes of one unit that was ordered and paid",
        "share",
        default=1.0,
        usual=(0.2, 2, "assumed: a fifth to twice what was ordered"),
    )
    smallest_lot: NonNegative = given("Least amount that can be ordered", "unit of the item", default=0.0)
    pack_size: Positive = given("Units in a pack; orders are whole packs", "unit of the item", default=1.0)
    most: NonNegative | None = given(
        "Most that can be had; blank means no limit but money", "unit of the item", default=None
    )
    earliest: Moment | None = Field(
        None, description="When it can be ordered at the earliest; blank means from the start on"
    )


def find_options(aid: Aid, standards: Standards) -> Iterator[Problem]:
    """Options of no place, without lead, or that could change nothing."""
    for name, option in aid.options.items():
        path = f"aid.options.{name}"
        yield from _stands_in(path, option, aid, standards)
        yield from _amounts(path, option)
        if not set(LEAD) & option.model_fields_set:
            expected = "give supplier_days (0 if it is at hand), or another of " + ", ".join(LEAD)
            yield Problem(path, f"says nothing of how long it takes; {expected}")
        yield from _of_use(path, option, aid)


def _stands_in(path: str, option: Option, aid: Aid, standards: Standards) -> Iterator[Problem]:
    """The place or the item that a kind needs, and no other."""
    needs: dict[str, tuple[str, Mapping[str, Any], str]] = {
        "beds": ("place", aid.provinces, "a province"),
        "covered places": ("place", aid.reception_points, "a reception point"),
        "desks": ("place", aid.reception_points, "a reception point"),
        "goods": ("item", standards.items, "an item"),
    }
    wanted, known, what = needs.get(option.kind, ("", {}, ""))
    for field in ("place", "item"):
        given = getattr(option, field)
        if field == wanted and given is None:
            yield Problem(f"{path}.{field}", f"is missing; '{option.kind}' needs {what} of this scenario")
        elif field == wanted and given not in known:
            yield Problem(f"{path}.{field}", f"'{given}' is not {what} of this scenario; {nearest(given, known)}")
        elif field != wanted and given is not None:
            yield Problem(f"{path}.{field}", f"found '{given}', yet '{option.kind}' has no {field}; take it out")


def _amounts(path: str, option: Option) -> Iterator[Problem]:
    if option.most is not None and option.most < max(option.smallest_lot, option.pack_size):
        least = figure(max(option.smallest_lot, option.pack_size))
        yield Problem(f"{path}.most", f"found {figure(option.most)}, expected at least the smallest order, {least}")


def _of_use(path: str, option: Option, aid: Aid) -> Iterator[Problem]:
    if option.kind == "placement seats" and aid.placement.seats_per_hour is None:
        yield Problem(
            path, "aid.placement.seats_per_hour is blank: seats do not limit; give it, or take the option out"
        )
    rate = aid.community_centres.people_per_centre_hour
    if option.kind == "community centres" and rate == 0:
        yield Problem(path, "aid.community_centres.people_per_centre_hour is 0: a centre would register nobody")
