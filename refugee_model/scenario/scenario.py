"""A scenario: all that is assumed, in five groups; changed by dotted path, never in place."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field, PrivateAttr, TypeAdapter, ValidationError

from refugee_model.cards import Card, OnCard
from refugee_model.errors import Problem, ScenarioError, ScenarioWarning, nearest, warning_text
from refugee_model.scenario.aid import Aid
from refugee_model.scenario.carried import Carried, find_moved
from refugee_model.scenario.changes import Times, changed, put_back, standing_at, written_age
from refugee_model.scenario.checks import find_disagreements
from refugee_model.scenario.checks.effects import Age, Idle, find_idle
from refugee_model.scenario.checks.people import unread_shares
from refugee_model.scenario.checks.plausibility import find_implausible
from refugee_model.scenario.correlations import Correlation, find_correlations, now_certain
from refugee_model.scenario.described import COLUMNS, card_of, rows_of
from refugee_model.scenario.distributions import Distribution
from refugee_model.scenario.fields import entries_of, number_at
from refugee_model.scenario.network import KindNames
from refugee_model.scenario.places import People
from refugee_model.scenario.problems import Locate, from_validation, nowhere
from refugee_model.scenario.routes import Road
from refugee_model.scenario.standards import Standards
from refugee_model.scenario.timeline import Timeline
from refugee_model.scenario.timing import Timing
from refugee_model.scenario.uncertain import Parted, take_out
from refugee_model.scenario.values import Assumptions, Time

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = "aid.options."
CORRELATIONS = TypeAdapter(tuple[Correlation, ...])
Sources = Callable[[], Mapping[str, str]]
"""Gives what was written beside values, by dotted path."""
SECTIONS: dict[str, type[Assumptions]] = {
    "timeline": Timeline,
    "people": People,
    "timing": Timing,
    "aid": Aid,
    "standards": Standards,
}


class Scenario(OnCard, Assumptions):
    """All assumptions of one projection, checked and frozen.

    Make one with :func:`refugee_model.load_scenario`, or from another with :meth:`change`.
    """

    title: str = Field("", description="What this scenario is, in one line")
    about: str = Field("", description="What it assumes and why, in plain words")
    as_of: Time | None = Field(None, description="Time at which the figures were known")
    source: str = Field("", description="Where the figures come from, for the footer of charts")
    based_on: str | None = Field(None, description="The scenario it was derived from")
    called: KindNames = Field(KindNames(), description="What kinds of accommodation are called, in words and pictures")
    timeline: Timeline = Field(description="When it starts, how long it runs and how fine it is")
    people: People = Field(description="How many people, where they live and who they are")
    timing: Timing = Field(description="What happens to us")
    aid: Aid = Field(description="What we decide")
    standards: Standards = Field(description="Planning standards")
    correlations: tuple[Correlation, ...] = Field(
        (), description="Uncertain numbers that tend to be high or low together"
    )
    without_effect: tuple[str, ...] = Field(
        (),
        description="Values that have no effect here and are meant so; what a variant switches off is added by itself",
    )
    accepted: tuple[str, ...] = Field(
        (), description="Values outside the usual range that are meant so: check does not warn of them"
    )
    draws: str | None = Field(
        None,
        description="File of draws beside this one, made from a forecast: each has its own numbers and people in each "
        "place; blank: draws are made",
    )
    draws_checksum: str | None = Field(None, description="What tells these draws from others")
    _carried: Carried | None = PrivateAttr(None)
    _uncertain: dict[str, Distribution] = PrivateAttr(default_factory=dict)
    _idle: tuple[Problem, ...] = PrivateAttr(())
    _implausible: tuple[Problem, ...] | None = PrivateAttr(None)
    _sources: Sources = PrivateAttr(dict)
    _rewritten: dict[str, None] = PrivateAttr(default_factory=dict)
    """Paths of all changes since it was read."""

    @property
    def uncertain(self) -> dict[str, Distribution]:
        """Distributions of the uncertain numbers by dotted path, in the order of the alphabet.

        Their medians stand in the groups. Those of what can be bought are not among them: they change nothing until
        it is ordered.
        """
        return {path: range_of for path, range_of in self._uncertain.items() if not path.startswith(OPTIONS)}

    @property
    def all_uncertain(self) -> dict[str, Distribution]:
        """The same, with those of what can be bought."""
        return dict(self._uncertain)

    @property
    def carried(self) -> Carried | None:
        """Draws that are carried on from a forecast; None where draws are made."""
        return self._carried

    def carrying(self, carried: Carried | None, name: str | None = None) -> Scenario:
        """The same scenario with draws that it carries on, which have this name as a file."""
        other = self.model_copy(update={"draws": name, "draws_checksum": carried.checksum if carried else None})
        other._carried = carried
        return other

    def road_km(self, road: Road) -> float:
        """Kilometres that can fill with vehicles: a road and the ways to its beginning of districts beyond it [km]."""
        return road.corridor.kilometres_with_approaches(self.people.distances(road.name, self.timing.roads))

    def change(self, changes: Mapping[str, Any]) -> Scenario:
        """Another scenario with some values replaced.

        Parameters
        ----------
        changes : mapping of str to value
            New values by dotted path, such as ``{"people.total": 80_000}``; a whole group or list may be replaced too.
            :func:`refugee_model.times` scales what stands at a path. A number may be given as a distribution, such as
            ``{"low": 70_000, "likely": 80_000, "high": 100_000}``; a plain number makes an uncertain one certain again,
            and then correlations keep its name, so that the others are drawn as before.

        Returns
        -------
        Scenario
            A new scenario, checked; this one stays as it is.

        Raises
        ------
        ScenarioError
            If a path is unknown or a value cannot be used; every problem is named.

        Examples
        --------
        >>> import refugee_model as rm
        >>> scenario = rm.load_scenario("lachin-2023")
        >>> scenario.change({"people.total": 80_000}).people.total
        80000.0
        """
        changes = self._scaled(changes)
        values = changed(self._with_groups(changes), changes)
        carried = self._carried if changes.get("draws", self.draws) else None
        if carried is not None and (moved := list(find_moved(changes))):
            raise ScenarioError("these changes cannot be used", moved)
        if self.without_effect and "without_effect" not in changes:
            values["without_effect"] = [path for path in self.without_effect if written_age(path, changes) > 0]
        parted = take_out(values, Scenario, groups=tuple(SECTIONS), known=self._uncertain)
        if self.correlations and not any(path.split(".")[0] == "correlations" for path in changes):
            uncertain, stands = parted.uncertain.keys() | parted.refused, partial(_stands, parted.values)
            values["correlations"] = parted.values["correlations"] = now_certain(self.correlations, uncertain, stands)
        age = partial(written_age, changes=changes)
        other = _built(values, parted, subject="these changes cannot be used", age=age, sources=self._sources)
        other._rewritten = self._rewritten | dict.fromkeys(changes)
        other._carried = carried
        if fresh := [warning for warning in other.warnings if warning not in self.warnings]:
            warnings.warn(warning_text("these changes may be a mistake", fresh), ScenarioWarning, stacklevel=2)
        return other

    def _with_groups(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Plain values with distributions of the groups that changes touch; the other groups as they are."""
        touched = {str(path).partition(".")[0] for path in changes} if isinstance(changes, Mapping) else set()
        kept = {name: getattr(self, name) for name in SECTIONS if name not in touched}
        plain = self.model_dump(exclude_unset=True, exclude=set(kept))
        ranges = {path: range_of for path, range_of in self._uncertain.items() if path.split(".")[0] in touched}
        return put_back(plain, ranges) | kept

    def _scaled(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """The changes, with what is only to be scaled worked out."""
        if not isinstance(changes, Mapping) or not any(isinstance(value, Times) for value in changes.values()):
            return changes
        whole, found = self.values(defaults=True), dict[str, Any]()
        problems: list[Problem] = []
        for path, value in changes.items():
            found[path] = value
            if isinstance(value, Times):
                try:
                    self.get(path)
                    found[path] = value.of(standing_at(whole, path))
                except ScenarioError as error:
                    problems += error.problems
                except ValueError as error:
                    problems.append(Problem(path, str(error)))
        if problems:
            raise ScenarioError("these changes cannot be used", problems)
        return found

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What may be a mistake, though it can be used.

        Values without effect, values out of the usual range, people forgotten.
        """
        if self._implausible is None:
            self._implausible = tuple(find_implausible(self))
        return (*self._idle, *self._implausible)

    def values(self, *, defaults: bool = False) -> dict[str, Any]:
        """All values as nested plain dictionaries, in the order of the models, with distributions where they were
        given.

        Parameters
        ----------
        defaults : bool
            Whether values that were not given are in it too.

        Returns
        -------
        dict
            What :func:`build_scenario` makes an equal scenario from.
        """
        plain = {path: distribution.plain() for path, distribution in self._uncertain.items()}
        return put_back(self.model_dump(exclude_unset=not defaults), plain)

    def describe(self, path: str = "") -> pd.DataFrame:
        """Every value under a dotted path, with what it means: what can be changed.

        Parameters
        ----------
        path : str
            Such as ``timing`` or ``timing.checkpoint``; empty for everything.

        Returns
        -------
        DataFrame
            path, in_words, value, range (from 5 to 95 % of the draws of an uncertain number), unit, bounds, source (the
            reason or the source written beside it; empty where none is); one row a value. A blank value is None.

        Raises
        ------
        ScenarioError
            If nothing stands under that path.

        Examples
        --------
        >>> import refugee_model as rm
        >>> rm.load_scenario("lachin-2023-plan").describe("timing.departure")["path"].iloc[0]
        'timing.departure.form'
        """
        import pandas as pd

        return pd.DataFrame(rows_of(self, [path] if path else SECTIONS), columns=list(COLUMNS))

    def source_of(self, path: str) -> str:
        """Why a value is what it is: the reason of a range, or what was written beside it; empty where nothing was."""
        range_of = self._uncertain.get(path)
        if range_of is not None and range_of.reason:
            return range_of.reason
        return self._sources().get(path, "") if written_age(path, self._rewritten) > 0 else ""

    def __eq__(self, other: object) -> bool:
        """Whether two scenarios assume the same, whatever is written beside it."""
        return isinstance(other, Scenario) and self.__dict__ == other.__dict__ and self._uncertain == other._uncertain

    __hash__ = None  # type: ignore[assignment]  # it holds dictionaries

    def _card(self) -> Card:
        return card_of(self)

    def get(self, path: str) -> Any:
        """The value under a dotted path.

        Parameters
        ----------
        path : str
            Such as ``people.total`` or ``timing.checkpoint.regimes.0.kind``.

        Returns
        -------
        object
            The value, or the group of values.

        Raises
        ------
        ScenarioError
            If nothing stands under that path.
        """
        value: Any = self
        for part in str(path).split("."):
            inner = entries_of(value)
            if part not in inner:
                said = f"'{part}' is not a known name; {nearest(part, inner)}"
                raise ScenarioError("no such value", [Problem(str(path), said)])
            value = inner[part]
        return value


def _stands(values: Any, path: str) -> bool:
    """Whether a number, or a blank, stands under a dotted path of nested plain values."""
    try:
        found = standing_at(values, path)
    except (LookupError, TypeError, ValueError):
        return False
    return found is None or isinstance(found, int | float)


def _missing(groups: Mapping[str, Any], path: str, taken_away: bool) -> str:
    """Why no number that may be uncertain stands under a path, or could stand there; empty where one does."""
    number, value = number_at(Scenario, path.split(".")), dict[str, Any](dict.fromkeys(SECTIONS)) | dict(groups)
    if taken_away and number is not None and not number.certain:
        return ""
    for part in path.split("."):
        inner = entries_of(value)
        if part not in inner:
            hint = "; a number whose place was taken away is named in taken_away" if number is not None else ""
            return f"'{part}' is not a known name; {nearest(part, inner)}{hint}"
        value = inner[part]
        if value is None:  # its group is wrong, which is said elsewhere, or the number is blank
            break
    if number is None or number.certain:
        return number.certain if number is not None else "it is not a number"
    return ""


def same_age(path: str) -> float:
    """The age of values that were all written together."""
    return 0.0


def build_scenario(
    raw: Mapping[str, Any],
    *,
    subject: str = "this scenario cannot be used",
    locate: Locate = nowhere,
    age: Age = same_age,
    sources: Sources = dict,
) -> Scenario:
    """A scenario from nested plain values, or one error with every problem."""
    parted = take_out(raw, Scenario, groups=tuple(SECTIONS))
    if 0.0 < age("correlations") < math.inf:
        parted.values["correlations"] = _since(raw, parted, age)
        raw = dict(raw) | {"correlations": parted.values["correlations"]}
    return _built(raw, parted, subject=subject, locate=locate, age=age, sources=sources)


def _built(
    raw: Mapping[str, Any],
    parted: Parted,
    *,
    subject: str,
    locate: Locate = nowhere,
    age: Age = same_age,
    sources: Sources = dict,
) -> Scenario:
    """The same from values whose distributions have been taken out; groups may be checked models already."""
    groups: dict[str, Assumptions] = {}
    problems = list(_read_groups(parted.values, groups, locate))
    head = {name: groups.get(name, value) for name, value in parted.values.items()}
    try:
        scenario = Scenario.model_validate(head)
    except ValidationError as error:
        whole = from_validation(error, Scenario, raw, prefix="", locate=locate)
        problems.extend(problem for problem in whole if not _inside(problem.path, raw))
    problems = [problem for problem in problems if not parted.covers(problem.path)]
    idle = list(_idle(groups, parted, raw, age))
    uncertain = [value.problem() for value in idle if value.uncertain and value.newest]
    agree = find_disagreements(groups, parted.uncertain)
    further = [*parted.problems, *agree, *_correlated(raw, parted, groups), *uncertain]
    problems.extend(Problem(problem.path, problem.message, locate(problem.path)) for problem in further)
    if problems:
        raise ScenarioError(subject, problems)
    without = {value.path for value in idle}
    still = (path for path in scenario.without_effect if path in without)
    known = tuple(dict.fromkeys([*still, *(value.path for value in idle if not value.newest)]))
    # model_copy keeps which values were given, so that a scenario written out is the same again.
    scenario = scenario.model_copy(update={"without_effect": known}) if known != scenario.without_effect else scenario
    scenario._uncertain = parted.uncertain
    scenario._sources = sources
    scenario._idle = tuple(value.problem() for value in idle if value.newest and value.path not in known)
    return scenario


def _idle(groups: Mapping[str, Any], parted: Parted, raw: Mapping[str, Any], age: Age) -> list[Idle]:
    """Values without effect, once all groups are valid; those meant so count as switched off by a variant."""
    if set(groups) != set(SECTIONS):
        return []
    said = raw.get("without_effect", ())
    meant = set(said) if isinstance(said, list | tuple) else set()
    found = find_idle(groups, parted.uncertain, model=Scenario, age=age)
    return [replace(value, newest=value.newest and value.path not in meant) for value in found]


def _read_groups(values: Mapping[str, Any], groups: dict[str, Assumptions], locate: Locate) -> Iterator[Problem]:
    """Fill in the groups that are valid; yield what is wrong with the others."""
    for name, model in SECTIONS.items():
        if isinstance(given := values.get(name), model):
            groups[name] = given
        elif isinstance(given, Mapping):
            try:
                groups[name] = model.model_validate(given)
            except ValidationError as error:
                yield from from_validation(error, model, given, prefix=name, locate=locate)
                if name == "people":
                    yield from (replace(one, where=locate(one.path)) for one in unread_shares(given))


def _read_correlations(raw: Mapping[str, Any]) -> tuple[Correlation, ...] | None:
    """The correlations of a scenario; None where they cannot be read, which is told by itself."""
    try:
        return CORRELATIONS.validate_python(raw.get("correlations", ()))
    except ValidationError:
        return None


def _correlated(raw: Mapping[str, Any], parted: Parted, groups: Mapping[str, Assumptions]) -> Iterator[Problem]:
    drawn = {path: range_of for path, range_of in parted.uncertain.items() if not path.startswith(OPTIONS)}
    missing = partial(_missing, groups)
    yield from find_correlations(_read_correlations(raw) or (), drawn, known=parted.refused, missing=missing)


def _since(raw: Mapping[str, Any], parted: Parted, age: Age) -> Any:
    """Correlations of a file beneath: what a newer one makes certain still goes together with the others."""
    correlations = _read_correlations(raw)
    if correlations is None:
        return raw["correlations"]
    paths = {path for correlation in correlations for path in correlation.paths}
    as_before = {path for path in paths if age(path) >= age("correlations")}
    uncertain = {*as_before, *parted.uncertain, *parted.refused}
    return now_certain(correlations, uncertain, partial(_stands, parted.values))


def _inside(path: str, raw: Mapping[str, Any]) -> bool:
    group = path.split(".")[0]
    return group in SECTIONS and isinstance(raw.get(group), Mapping)
