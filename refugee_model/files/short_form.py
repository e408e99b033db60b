"""Starting short: about fifteen answers, typed or on the first sheet of a workbook, make a scenario; a template says
the rest, each value with its reason.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import xlsxwriter

from refugee_model.errors import Problem, ScenarioError
from refugee_model.files.sheets import Sheet, looks_of
from refugee_model.files.short_questions import QUESTIONS, Answers, NoAnswerError
from refugee_model.languages import Language
from refugee_model.scenario.scenario import Scenario, build_scenario

TEMPLATE = "one-crossing"
"""What says the rest unless another is asked for: a template about which little is known."""
GIVEN = "assumed: answered when this file was begun; write your source here"
ALIKE = "assumed: the same everywhere, nothing is known"


def scenario_of(answers: Answers, template: Scenario, *, now: datetime) -> Scenario:
    """The scenario of all answers: the rest is that of the template, without its places, orders and dates. What is only
    true of the crisis of the template is left out: who is where, orders, losses, stocks, deliveries, closures. Other
    times are moved with the start.
    """
    old = _moved(template.values(), answers["start"] - template.timeline.start)
    values = {
        **old,
        "title": answers["title"],
        "about": "",
        "as_of": now.astimezone(answers["start"].tzinfo).replace(minute=0, second=0, microsecond=0),
        "source": "answers of whoever began this file, and planning values; each number has its source beside it",
        "timeline": {**old["timeline"], "start": answers["start"], "days": answers["days"]},
        "people": _people(old["people"], answers),
        "timing": _timing(old["timing"], answers),
        "aid": _aid(old["aid"], answers),
        "standards": {**old["standards"], "climate": answers["climate"], "winter": answers["winter"]},
    }
    values.pop("based_on", None)
    values["called"] = {} if answers["called"] is None else {"state_accommodation": answers["called"]}
    for name in ("accepted", "without_effect"):
        values[name] = [path for path in values.get(name, ()) if not _of_place(path)]
    values["correlations"] = [one for one in values.get("correlations", ()) if not any(map(_of_place, one["paths"]))]
    reasons = dict.fromkeys(_answered(answers), GIVEN) | _inherited(answers, template)
    made = build_scenario(values, subject="these answers cannot be used")
    sources = {path: reasons.get(path) or template.source_of(path) for path in map(str, made.describe()["path"])}
    made._sources = lambda: {path: said for path, said in sources.items() if said}
    return made


def _moved(values: Any, by: timedelta) -> Any:
    """Values with every time moved."""
    if isinstance(values, Mapping):
        return {name: _moved(value, by) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [_moved(value, by) for value in values]
    return values + by if isinstance(values, datetime) else values


PLACES = (
    *("people.districts.", "people.now.", "timing.routes.", "aid.reception_points.", "aid.provinces."),
    *("aid.surge.", "aid.losses.", "aid.options.", "timing.checkpoint.vehicles_per_hour"),
)
"""Beginnings of paths that lead to what is only true of the crisis of a template."""


def _of_place(path: str) -> bool:
    return path.startswith(PLACES)


def _ranged(amount: Any) -> Any:
    return {**amount, "reason": GIVEN} if isinstance(amount, Mapping) else amount


def _first(group: Mapping[str, Any], *without: str) -> dict[str, Any]:
    """The first entry of a group of places, without what is only true of it."""
    dropped = {"area_code", "p_code", "latitude", "longitude", "residents", "province", "routes", "shifts", *without}
    return {name: value for name, value in next(iter(group.values())).items() if name not in dropped}


def _people(old: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    total = sum(answers["origins"].values())
    routes = _shares(answers["crossings"]) if len(answers["crossings"]) > 1 else {}
    districts = {
        name: {
            "share": weight / total,
            "distance_km": answers["distances"][name],
            **({"routes": {route: {"share": share} for route, share in routes.items()}} if routes else {}),
        }
        for name, weight in answers["origins"].items()
    }
    profile = {**old["profile"], "household_size": answers["household"]}
    return {"total": _ranged(answers["people"]), "districts": districts, "profile": profile}


def _shares(crossings: Mapping[str, Any]) -> dict[str, float]:
    """Share of each crossing: in proportion to what passes there."""
    rates = {name: rate["likely"] if isinstance(rate, Mapping) else rate for name, rate in crossings.items()}
    return {name: rate / sum(rates.values()) for name, rate in rates.items()}


def _timing(old: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    crossings, points = answers["crossings"], answers["points"]
    length = min([old["corridor"]["length_km"], *answers["distances"].values()])
    checkpoint = {name: value for name, value in old["checkpoint"].items() if name not in ("regimes", "closures")}
    checkpoint["vehicles_per_hour"] = _ranged(next(iter(crossings.values())))
    timing = {
        **old,
        "departure": {**old["departure"], "start": 0.0},
        "corridor": {**old["corridor"], "length_km": max(length, 0.1)},
        "checkpoint": checkpoint,
    }
    timing.pop("routes", None)
    if len(crossings) > 1:
        to_all = dict.fromkeys(points, 1.0)
        own = [{}, *({"checkpoint": {"vehicles_per_hour": _ranged(rate)}} for rate in list(crossings.values())[1:])]
        timing["routes"] = {name: {**one, "leads_to": to_all} for name, one in zip(crossings, own, strict=True)}
    return timing


def _aid(old: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    rate = answers["currency"][1]
    left_out = ("surge", "losses", "stocks", "handed_out", "deliveries", "transit_places_in", "supply_unknown")
    point = _first(old["reception_points"], "weight")
    province = _first(old["provinces"], "winter_factor", "drift_weight")
    places = {"beds": answers["provinces"], "covered places": answers["points"], "desks": answers["points"]}
    funds, drift = answers["funds"], {"drift_weight": 1.0} if len(answers["provinces"]) > 1 else {}
    return {
        **{name: value for name, value in old.items() if name not in left_out},
        "reception_points": {name: {**point, "desks": _ranged(desks)} for name, desks in answers["points"].items()},
        "transit_places": _ranged(answers["transit"]),
        "placement": {name: value for name, value in old["placement"].items() if name != "order"}
        | {"policy": "nearest"},
        "provinces": {
            name: {
                **province,
                "beds": _ranged(beds),
                "road_km": answers["roads"][name],
                "relatives_weight": 1.0,
                **drift,
            }
            for name, beds in answers["provinces"].items()
        },
        "options": _options(old.get("options", {}), places),
        "bed_night_usd": answers["bed_night"] / rate,
        **({} if funds is None else {"funds_usd": funds / rate}),
    }


def _options(old: Mapping[str, Any], places: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What can be bought: what stands in a place as the first of its kind in the template, in each new place."""
    found: dict[str, Any] = {}
    done: set[str] = set()
    for name, option in old.items():
        kind = option["kind"]
        if "place" not in option:
            found[name] = option
        elif kind not in done:
            done.add(kind)
            found |= {f"{kind.capitalize()} in {place}": {**option, "place": place} for place in places.get(kind, ())}
    return found


def _answered(answers: Answers) -> list[str]:
    """Paths of the values that were asked for."""
    paths = ["title", "timeline.start", "timeline.days", "people.total", "people.profile.household_size"]
    paths += ["standards.climate", "standards.winter.from_month", "standards.winter.until_month", "aid.transit_places"]
    paths += ["timing.checkpoint.vehicles_per_hour"]
    paths += [f"timing.routes.{name}.checkpoint.vehicles_per_hour" for name in answers["crossings"]]
    paths += [f"people.districts.{name}.{field}" for name in answers["origins"] for field in ("share", "distance_km")]
    paths += [f"aid.reception_points.{name}.desks" for name in answers["points"]]
    return paths + [f"aid.provinces.{name}.{field}" for name in answers["provinces"] for field in ("beds", "road_km")]


def _inherited(answers: Answers, template: Scenario) -> dict[str, str]:
    """Reasons of what follows from answers, or is that of the first place of the template."""
    code, rate = answers["currency"]
    money = GIVEN if code == "USD" else f"{GIVEN}; {code} at {rate:.10g} for one USD"
    reasons = {
        "timeline.step_minutes": template.source_of("timeline.step_minutes"),
        "timing.departure.start": "with timeline.start, as answered",
        "timing.corridor.length_km": "assumed: that of the template, or the shortest of the distances answered",
        "aid.placement.policy": "assumed: near places first",
        "aid.bed_night_usd": money,
        "aid.funds_usd": money,
    }
    for group, names in (("aid.reception_points", answers["points"]), ("aid.provinces", answers["provinces"])):
        entries = template.get(group)
        first = next(iter(entries))
        for name in names:
            for field in type(entries[first]).model_fields:
                reasons[f"{group}.{name}.{field}"] = template.source_of(f"{group}.{first}.{field}") or ALIKE
    for name in answers["provinces"]:
        reasons |= {f"aid.provinces.{name}.{field}": ALIKE for field in ("relatives_weight", "drift_weight")}
    for route in answers["crossings"]:
        reasons |= {f"timing.routes.{route}.leads_to.{point}": ALIKE for point in answers["points"]}
        for origin in answers["origins"]:
            said = "assumed: in proportion to the vehicles that pass each crossing"
            reasons[f"people.districts.{origin}.routes.{route}.share"] = said
    reasons |= dict.fromkeys(_answered(answers), "")
    return {path: said for path, said in reasons.items() if said}


NAME = "Start"
COLUMNS = ("key", "question", "your answer", "example", "if left blank")
WIDTHS = (14, 60, 44, 44, 26)
LIKE, REST = "like", "Template that says all else: a packaged scenario, or the path of a file"
HOW = (
    "Answer in the yellow cells, then: refugee-model check FILE, refugee-model run FILE.",
    "All that is not asked here is that of the template named below, with its reasons.",
    "For every value in a workbook of its own: refugee-model new full.xlsx --like FILE.",
)
UNSAVED = datetime(2000, 1, 1, tzinfo=UTC)
"""When a workbook of questions was saved before anybody has answered: its bytes do not depend on the day."""
REQUIRED, BLANK = "must be given", {"funds": "not known", "called": "state accommodation"}


@dataclass(frozen=True)
class ShortForm:
    """What a sheet of answers says, as values of a scenario."""

    values: dict[str, Any]
    sources: dict[str, str]
    cell: str

    def locate(self, path: str) -> str:
        """The sheet: an answer may make many values."""
        return self.cell


def short_workbook(like: str, words: Language) -> bytes:
    """A workbook with nothing but the questions, in a language; the same bytes each time."""
    buffer = io.BytesIO()
    file = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    file.set_properties({"title": "A scenario to begin", "created": UNSAVED.replace(tzinfo=None)})
    looks = looks_of(file)
    sheet = file.add_worksheet(NAME)
    for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words.term(name) if column else name, looks["head"])
    rows = [
        (one.key, words.term(one.asked), one.example, one.usual or words.term(BLANK.get(one.key, REQUIRED)))
        for one in QUESTIONS
    ]
    for number, (key, asked, example, usual) in enumerate(rows, start=1):
        for column, said in ((0, key), (1, asked), (3, example), (4, usual)):
            sheet.write_string(number, column, said, looks["locked"])
        sheet.write_blank(number, 2, None, looks["answer"])
    sheet.write_string(len(rows) + 1, 0, LIKE, looks["locked"])
    sheet.write_string(len(rows) + 1, 1, words.term(REST), looks["locked"])
    sheet.write_string(len(rows) + 1, 2, like, looks["answer"])
    sheet.ignore_errors({"number_stored_as_text": f"C2:C{len(rows) + 2}"})
    for number, line in enumerate([*map(words.term, HOW), words.draft], start=len(rows) + 3):
        sheet.write_string(number, 1, line, looks["text"])
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    file.close()
    return buffer.getvalue()


def is_short(sheets: Sequence[Sheet]) -> bool:
    """Whether a workbook holds the answers of a short start."""
    return bool(sheets) and bool(sheets[0].rows) and sheets[0].rows[0][:1] == ["key"]


def read_short(sheet: Sheet, subject: str, template: Any) -> ShortForm:
    """The values that the answers of a sheet make; ``template`` loads what it is like. Every problem in one error."""
    problems = list(sheet.problems())
    cells = {str(row[0]): (number, row[2] if len(row) > 2 else None) for number, row in enumerate(sheet.rows, start=1)}
    answers: Answers = {}
    for question in QUESTIONS:
        number, said = cells.get(question.key, (1, None))
        if (number, 3) in sheet.wrong:
            continue
        try:
            answers[question.key] = question.answer(_as_text(said), answers)
        except NoAnswerError as error:
            problems.append(Problem(question.key, str(error), sheet.where(number, 3)))
        except KeyError:  # it is about places of an answer that could not be read
            continue
    if problems:
        raise ScenarioError(subject, problems)
    like: Scenario = template(str(cells.get(LIKE, (1, None))[1] or ""))
    # What was known when the answers were saved: the same file is the same scenario whenever it is read.
    saved = sheet.saved if sheet.saved is not None and sheet.saved > UNSAVED else datetime.now(UTC)
    made = scenario_of(answers, like, now=saved)
    where = f"{sheet.file}, sheet {sheet.name!r}"
    sources = {str(path): made.source_of(str(path)) for path in made.describe()["path"]}
    return ShortForm(made.values(), {path: said for path, said in sources.items() if said}, where)


def _as_text(value: Any) -> str:
    """A cell as it would have been typed; a date without its offset stays one that is refused."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
