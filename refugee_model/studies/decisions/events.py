"""Events as a person writes them, such as ``peak_unsheltered > 1000 and places_full >= 3``: read, never run."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.arrays import Flags, Floats
from refugee_model.errors import Problem, RequestError, nearest, refuse_if
from refugee_model.outcomes.calendar import hours_after_start
from refugee_model.outcomes.measures import DRAWN, FIRST_FULL, is_moment
from refugee_model.scenario.described import rows_of
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.ensemble import Ensemble
from refugee_model.tables.provenance import attributes
from refugee_model.wording import as_found, chance, counted, figure, whole

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
}
RISING = (">", ">=")
EXAMPLE = "'peak_unsheltered > 1000'"
MOST_LETTERS, MOST_DEPTH = 300, 20
_TOKEN = re.compile(
    r"""\s*(?: '(?P<single>[^']*)' | "(?P<double>[^"]*)" | (?P<sign>[<>!=]=?|[()])
    | (?P<word>(?:and|or)(?=[\s(]|$)) | (?P<text>(?:(?!\s(?:and|or)[\s(]|\s(?:and|or)$)[^<>!=()'"])+) )""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Comparison:
    """One measure against one number; without a sign, that a time comes at all."""

    measure: str
    sign: str = ""
    number: float = np.inf

    def __str__(self) -> str:
        return f"{self.measure} {self.sign} {figure(self.number)}" if self.sign else self.measure


@dataclass(frozen=True)
class Joined:
    """Events of which all (``and``) or any (``or``) must hold."""

    word: str
    parts: tuple[Comparison | Joined, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(f"({part})" if isinstance(part, Joined) else str(part) for part in self.parts)


Event = Comparison | Joined


def comparisons_of(event: Event) -> Iterator[Comparison]:
    """All comparisons of an event, from left to right."""
    if isinstance(event, Comparison):
        yield event
    else:
        for part in event.parts:
            yield from comparisons_of(part)


def holds(event: Event, values: Mapping[str, Floats]) -> Flags:
    """In which draws an event holds, array (draw,), from measures by name; times in hours, infinite where never."""
    if isinstance(event, Comparison):
        amount = values[event.measure]
        return np.asarray(COMPARISONS[event.sign](amount, event.number) if event.sign else np.isfinite(amount))
    found = [holds(part, values) for part in event.parts]
    return np.asarray(np.logical_and.reduce(found) if event.word == "and" else np.logical_or.reduce(found))


def begins(event: Event, when: Callable[[Comparison], Floats]) -> Floats:
    """When an event begins in each draw, array (draw,), infinite where never, from when its comparisons do. What has
    begun stays: events of which a part could end again are none that can be foretold.
    """
    if isinstance(event, Comparison):
        return when(event)
    found = np.stack([begins(part, when) for part in event.parts])
    return np.asarray(found.max(axis=0) if event.word == "and" else found.min(axis=0))


def read_event(text: object, measures: Collection[str], moments: Collection[str] = ()) -> Event:
    """An event from what a person wrote.

    Comparisons of measures with numbers (``>``, ``>=``, ``<``, ``<=``), joined by ``and`` and ``or``, with round
    brackets where both stand. A name with a bracket or such a word in it stands in quotes. Of a measure that is a time
    the name alone says that it comes at all; compared, it is in hours after the start.

    >>> str(read_event("a > 1_000 and (b<=2 or c)", ["a", "b", "c"], ["c"]))
    'a > 1,000 and (b <= 2 or c)'
    """
    if not isinstance(text, str) or not text.strip():
        raise refused(f"found {as_found(text)}, expected a comparison such as {EXAMPLE}")
    if len(text) > MOST_LETTERS:
        raise refused(f"found {whole(len(text))} letters, expected at most {MOST_LETTERS}")
    reader = _Reader(text, measures, moments)
    event = reader.any_of(0)
    if reader.at < len(reader.tokens):
        raise refused(f"found {reader.tokens[reader.at][1]!r} where the event should end, in {as_found(text)}")
    return event


def refused(message: str) -> RequestError:
    """The error of an event that cannot be used."""
    return RequestError("this event cannot be used", [Problem("event", message)])


class _Reader:
    """Reads an event from left to right."""

    def __init__(self, text: str, measures: Collection[str], moments: Collection[str]) -> None:
        self.text, self.measures, self.moments = text, measures, moments
        self.tokens, self.at = list(_tokens(text)), 0

    def any_of(self, depth: int) -> Event:
        return self._joined("or", lambda: self._all_of(depth))

    def _all_of(self, depth: int) -> Event:
        return self._joined("and", lambda: self._one(depth))

    def _joined(self, word: str, read: Callable[[], Event]) -> Event:
        parts = [read()]
        while self._next() == ("word", word):
            self.at += 1
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "the end")

    def _one(self, depth: int) -> Event:
        kind, said = self._next()
        self.at += 1
        if said == "(" and kind == "sign":
            if depth >= MOST_DEPTH:
                raise refused(f"found more than {MOST_DEPTH} brackets within each other")
            inner = self.any_of(depth + 1)
            closing = self._next()
            self.at += 1
            if closing != ("sign", ")"):
                raise refused(f"found {closing[1]!r} where ')' was expected, in {as_found(self.text)}")
            return inner
        if kind not in ("text", "quoted"):
            raise refused(f"found {said!r} where the name of a measure was expected, as in {EXAMPLE}")
        return self._comparison(self._name(said))

    def _name(self, said: str) -> str:
        if said not in self.measures:
            raise refused(f"'{said}' is no measure; {nearest(said, self.measures)}")
        return said

    def _comparison(self, name: str) -> Comparison:
        kind, sign = self._next()
        if kind != "sign" or sign in "()":
            if name in self.moments:
                return Comparison(name)
            raise refused(f"found {sign!r} after '{name}', expected >, >=, < or <= and a number, as in {EXAMPLE}")
        if sign not in COMPARISONS:
            raise refused(f"found '{sign}' after '{name}', expected >, >=, < or <=")
        self.at += 1
        kind, said = self._next()
        self.at += 1
        if kind != "text" or not _NUMBER.fullmatch(said):
            raise refused(f"found {said!r} after '{name} {sign}', expected a number such as 1000 or 1_000")
        return Comparison(name, sign, float(said))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kinds and texts, from left to right."""
    at, text = 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise refused(f"a quote is opened and not closed in {as_found(text)}")
        kind, said = str(found.lastgroup), found.group(str(found.lastgroup))
        at = found.end()
        if kind == "word":
            yield kind, said.lower()
        elif kind in ("single", "double"):
            yield "quoted", said
        elif said.strip():
            yield kind, said.strip()


ENSEMBLE = "expected many draws, as refugee_model.simulate_ensemble(scenario) or forecast gives them"
CERTAIN = "no number of this scenario is uncertain; give some of them ranges"
LEAST_DRAWS = 100
"""Of fewer draws nothing can be said of fifths, bins or folds."""
LEAST_EACH = 20
"""Draws with an event, and without, below which nothing can be said of it."""


def draws_asked(given: object, subject: str) -> Ensemble:
    """The ensemble that was given, or that of a forecast."""
    found = getattr(given, "ensemble", given)
    if isinstance(found, Ensemble):
        return found
    raise RequestError(subject, [Problem("", f"found {as_found(given)}, {ENSEMBLE}")])


def need_draws(ensemble: Ensemble, subject: str) -> None:
    """Refuse ensembles of too few draws, and those in which nothing is uncertain."""
    if ensemble.draws.shape[1] == 0:
        raise RequestError(subject, [Problem("", CERTAIN)])
    if len(ensemble) < LEAST_DRAWS:
        found = f"found {counted(len(ensemble), 'draw')}, expected at least {whole(LEAST_DRAWS)}"
        raise RequestError(subject, [Problem("draws", found)])


def amounts_of(ensemble: Ensemble, name: str) -> Floats:
    """A measure of each draw, array (draw,): times in hours after the start, infinite where they never come."""
    column = ensemble.measures[name]
    if column.dtype.kind != "M":
        return column.to_numpy(dtype=np.float64)
    hours = hours_after_start(column, ensemble.scenario.timeline).to_numpy(dtype=np.float64)
    return np.where(np.isnan(hours), np.inf, hours)


def _measured(ensemble: Ensemble, event: Event) -> dict[str, Floats]:
    """The measures that an event compares, by name."""
    return {each.measure: amounts_of(ensemble, each.measure) for each in comparisons_of(event)}


def event_of(ensemble: Ensemble, text: object) -> Event:
    """An event, of the measures that an ensemble has."""
    names = list(map(str, ensemble.measures))
    return read_event(text, names, list(filter(is_moment, names)))


def find_unknown(scenario: Scenario, text: str) -> None:
    """Refuse a measure or an event that draws of a scenario would not have, before they are made."""
    full = FIRST_FULL.rstrip(".")
    names = [name for name in DRAWN if name != full] + [f"{FIRST_FULL}{place}" for place in scenario.aid.provinces]
    if text not in names:
        read_event(text, names, [name for name in names if is_moment(name)])


def event_asked(given: object, text: object, subject: str) -> tuple[Ensemble, Event, Flags]:
    """The ensemble that was given, an event, and in which draws it happens; refused where they say too little of it."""
    ensemble = draws_asked(given, subject)
    need_draws(ensemble, subject)
    event = event_of(ensemble, text)
    return ensemble, event, happening(ensemble, event, subject)


def happening(ensemble: Ensemble, event: Event, subject: str) -> Flags:
    """In which draws an event happens; refused where too few do, or do not, to say anything of it."""
    found = holds(event, _measured(ensemble, event))
    happens, draws, said = int(found.sum()), len(found), ""
    rare = min(happens, draws - happens)
    if happens == 0:
        said = f"'{event}' happens in none of {whole(draws)} draws; choose a lower threshold, or ask for more draws"
    elif happens == draws:
        said = f"'{event}' happens in all of {whole(draws)} draws; choose a higher threshold"
    elif rare < LEAST_EACH:
        verb = "happens" if happens < draws - happens else "does not happen"
        said = f"'{event}' {verb} in only {rare} of {whole(draws)} draws, expected at least {LEAST_EACH}"
        said += f"; about {whole(-(-LEAST_EACH * draws // rare))} draws would do, or another threshold"
    refuse_if(subject, [Problem("event", said)] if said else [])
    return found


def result_asked(ensemble: Ensemble, measure: object, subject: str) -> tuple[str, str, Floats]:
    """Name, unit and values of what is asked for, array (draw,): a measure, or an event as 0 or 1."""
    from refugee_model.tables.ranges import unit_of

    names, said = list(map(str, ensemble.measures)), ""
    if not isinstance(measure, str):
        said = f"found {as_found(measure)}, expected a name or an event; {nearest('', names)}"
    elif measure not in names and not any(sign in measure for sign in "<>="):
        said = f"'{measure}' is no measure; {nearest(measure, names)}"
    if said or not isinstance(measure, str):
        raise RequestError(subject, [Problem("measure", said)])
    if measure not in names:
        event = event_of(ensemble, measure)
        return str(event), "chance", happening(ensemble, event, subject).astype(np.float64)
    values = amounts_of(ensemble, measure)
    endless = int(np.count_nonzero(~np.isfinite(values)))
    if endless:
        what = "never comes" if is_moment(measure) else "has no end or value"
        ask = f"'{measure} < 240'" if is_moment(measure) else f"'{measure} > 48'"
        said = f"'{measure}' {what} in {whole(endless)} of {whole(len(values))} draws; ask for an event such as {ask}"
    elif np.ptp(values) == 0.0:
        said = f"'{measure}' is the same in all {whole(len(values))} draws: there is nothing to explain"
    refuse_if(subject, [Problem("measure", said)] if said else [])
    return measure, unit_of(measure), values


def groups_of(scenario: Scenario) -> list[tuple[str, ...]]:
    """Uncertain numbers that go together, and each other one by itself, in the order of the scenario."""
    home = {path: {path} for path in scenario.uncertain}
    for correlation in scenario.correlations:
        if correlation.rank:
            for one, other in combinations([path for path in correlation.paths if path in home], 2):
                if home[one] is not home[other]:
                    home[one] |= home[other]
                    for path in home[other]:
                        home[path] = home[one]
    return list(dict.fromkeys(tuple(path for path in scenario.uncertain if path in home[first]) for first in home))


def described(scenario: Scenario, paths: list[str]) -> pd.DataFrame:
    """Path, in words, unit and source of uncertain numbers, a row each; and whether the source calls them assumed."""
    rows: list[dict[str, Any]] = []
    for path in paths:
        _, meaning, _, _, unit, _, source = rows_of(scenario, [path])[0]
        rows.append({"path": path, "in_words": meaning, "unit": unit, "source": source})
    table = pd.DataFrame(rows, columns=["path", "in_words", "unit", "source"])
    table["assumed"] = [not source or "assumed" in source.lower() for source in table["source"]]
    return table


CANNOT = "this table cannot be made"


@takes(
    CANNOT,
    events=kind(
        lambda value: isinstance(value, str) or (isinstance(value, list | tuple) and len(value) > 0),
        "an event such as 'peak_unsheltered > 1000', or a list of them",
    ),
)
def event_table(ens: Ensemble | Any, events: str | Sequence[str]) -> pd.DataFrame:
    """Say in how many futures each of some events happens.

    Parameters
    ----------
    ens : Ensemble or Forecast
        Many draws.
    events : str or list of str
        Such as ``"peak_unsheltered > 1000"``; see :func:`what_would_have_to_be_true`.

    Returns
    -------
    DataFrame
        event, chance (share of draws), in_words; one row an event. Of an event that happens in no draw, or in all, the
        chance is 0 or 1.

    Raises
    ------
    RequestError
        If an event cannot be read, or names an unknown measure.

    Examples
    --------
    >>> rm.event_table(ensemble, ["peak_unsheltered > 1000", "places_full >= 5"])  # doctest: +SKIP
    """
    ensemble = draws_asked(ens, CANNOT)
    asked = [event_of(ensemble, event) for event in ([events] if isinstance(events, str) else events)]
    shares = [float(np.mean(holds(event, _measured(ensemble, event)))) for event in asked]
    words = [chance(share, draws=len(ensemble)) for share in shares]
    table = pd.DataFrame({"event": list(map(str, asked)), "chance": shares, "in_words": words})
    table.attrs.update({**attributes(ensemble.scenario, "Of 100 futures"), "draws": len(ensemble)})
    return table
