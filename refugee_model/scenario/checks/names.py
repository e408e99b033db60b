"""Whether names can be told apart, and whether what is named is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from refugee_model.errors import Problem, nearest, plain_name
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.network import RESERVED_NAMES
from refugee_model.scenario.places import People
from refugee_model.scenario.standards import Standards
from refugee_model.scenario.timing import Timing

CODES = ("area_code", "p_code")
"""Codes that name one area; several reception points may stand in one."""
RESERVED = {plain_name(name): name for name in RESERVED_NAMES}


def known(path: str, names: Iterable[str], valid: Collection[str], kind: str) -> Iterator[Problem]:
    """Names below a path that nothing has."""
    for name in names:
        if name not in valid:
            yield Problem(f"{path}.{name}", f"is not {kind} of this scenario; {nearest(name, valid)}")


def meant(path: str, name: str, valid: Collection[str], kind: str) -> Iterator[Problem]:
    """A value that is the name of something, where nothing has that name."""
    if name not in valid:
        yield Problem(path, f"'{name}' is not {kind}; {nearest(name, valid)}")


def find_names(people: People, aid: Aid) -> Iterator[Problem]:
    """Places whose names or codes cannot be told from others, or are used by the model itself."""
    for path, places in (
        ("people.districts", people.districts),
        ("aid.provinces", aid.provinces),
        ("aid.reception_points", aid.reception_points),
    ):
        yield from _reserved_names(path, places)
        yield from _same_names(path, places, "place")
        for code in CODES if path != "aid.reception_points" else ():
            yield from _same_codes(path, places, code)


def find_route_names(people: People, timing: Timing, aid: Aid) -> Iterator[Problem]:
    """Routes of one name, or with the name of a place."""
    path = "timing.routes"
    yield from _reserved_names(path, timing.routes)
    yield from _same_names(path, timing.routes, "route")
    others: dict[str, Mapping[str, Any]] = {
        "district": people.districts,
        "reception point": aid.reception_points,
        "province": aid.provinces,
    }
    for kind, places in others.items():
        taken = {plain_name(place): place for place in places}
        for name in timing.routes:
            if plain_name(name) in taken:
                mend = f"give the route another one, such as '{name} road'"
                yield Problem(f"{path}.{name}", f"is already the name of a {kind}: tables could not tell them; {mend}")


def _reserved_names(path: str, places: Mapping[str, Any]) -> Iterator[Problem]:
    for name in places:
        key = plain_name(name)
        if key in RESERVED:
            used = f"is a name that the model uses itself in tables and files ('{RESERVED[key]}')"
            yield Problem(f"{path}.{name}", f"{used}; give the place another one, such as '{name} town'")


def _same_names(path: str, named: Mapping[str, Any], what: str) -> Iterator[Problem]:
    """Names that the eye takes for one."""
    seen: dict[str, str] = {}
    for name in named:
        first = seen.setdefault(plain_name(name), name)
        if first != name and plain_name(name) not in RESERVED:
            alike = " ".join(name.casefold().split()) == " ".join(first.casefold().split())
            other = f"'{first}'" + ("" if alike else " written with other letters that look alike")
            yield Problem(f"{path}.{name}", f"is the same {what} as {other}; give each {what} once")


def find_other_names(aid: Aid, standards: Standards) -> Iterator[Problem]:
    """Orders, losses, deliveries, options, items, staff or seasons of one name."""
    for name in ("surge", "losses", "deliveries", "options"):
        yield from _same_names(f"aid.{name}", getattr(aid, name), "name")
    for name in ("items", "staff", "seasons"):
        yield from _same_names(f"standards.{name}", getattr(standards, name), "name")


def _same_codes(path: str, places: Mapping[str, Any], field: str) -> Iterator[Problem]:
    codes: dict[str, str] = {}
    for name, place in places.items():
        code = getattr(place, field)
        if code and (first := codes.setdefault(plain_name(code), name)) != name:
            yield Problem(f"{path}.{name}.{field}", f"'{code}' is already the code of '{first}'")


def find_references(people: People, aid: Aid) -> Iterator[Problem]:
    """People who are at places that are not there."""
    for places, what, kinds in (
        (people.districts, "a district", ("at_home", "leaving_without_vehicle", "leaving")),
        (aid.reception_points, "a reception point", ("awaiting_registration", "awaiting_placement_by_point")),
        (aid.provinces, "a province", ("travelling", "sheltered", "hosted")),
    ):
        for kind in kinds:
            yield from known(f"people.now.{kind}", getattr(people.now, kind), places, what)


def find_profile_groups(people: People, standards: Standards) -> Iterator[Problem]:
    """Standards for a part of the people that nobody counts."""
    groups = [name for name in type(people.profile).model_fields if name != "household_size"]
    for kind, entries in (("items", standards.items), ("staff", standards.staff)):
        for name, standard in entries.items():
            if standard.profile_group is not None:
                path = f"standards.{kind}.{name}.profile_group"
                yield from meant(path, standard.profile_group, groups, "a share of people.profile")


def find_seasons(standards: Standards) -> Iterator[Problem]:
    """Items of a season that is not there."""
    for name, item in standards.items.items():
        if item.season is not None:
            path = f"standards.items.{name}.season"
            yield from meant(path, item.season, standards.seasons, "a season of standards.seasons")
