"""Whether what can be bought agrees with the places and items it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from refugee_model.errors import Problem, nearest
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.aid_options import LEAD, Option
from refugee_model.scenario.standards import Standards
from refugee_model.wording import figure


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
