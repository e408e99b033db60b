"""What every document says of a projection: highlights, key figures, gaps, assumptions and limits, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from refugee_model.errors import Problem, RequestError
from refugee_model.languages import Language
from refugee_model.outcomes.measures import is_moment
from refugee_model.outcomes.register import LABELS, ON_THE_WAY, QUANTITIES
from refugee_model.scenario.described import register_of
from refugee_model.scenario.network import STATE_ACCOMMODATION
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.decisions.demand import EVER, required_capacity
from refugee_model.studies.decisions.order_by import NOT_NEEDED, decisions_due
from refugee_model.studies.decisions.plan import AidPlan
from refugee_model.studies.ensemble import Ensemble
from refugee_model.studies.forecast.forecast import Forecast
from refugee_model.tables.arrivals import arrivals_table
from refugee_model.tables.frames import QUANTILES, result_of
from refugee_model.tables.people import cost_table, needs_table, night_table, staff_table
from refugee_model.tables.places import capacity_table, movement_table, peak_table
from refugee_model.tables.provenance import attributes
from refugee_model.tables.ranges import first_full_table, summary
from refugee_model.wording import SOME, as_found, renamed

CANNOT = "this cannot be written"
LEVELS = (0.05, 0.5, 0.95)
"""Quantiles of the tables of many draws."""
KEY_FIGURES = (*ON_THE_WAY, "person_nights_without_roof", "person_nights_held_back", "cost_usd", "funding_gap_usd")
"""Measures that a reader asks for, in the order of the way people go."""
BY_DAY: Mapping[str, Callable[..., pd.DataFrame]] = {
    "arrivals": arrivals_table,
    "capacity": capacity_table,
    "movements": movement_table,
    "nights": night_table,
    "needs": needs_table,
    "staff": staff_table,
    "peaks": peak_table,
    "costs": cost_table,
}
"""Tables of a document, those over time with one row a day."""
TIMES = ("time", "date", "peak_time", "first_full", "first_over")
TERMS = ("kind", "sector", "label", "option", "place", "phase", "category", "basis", "in_words", "role")
"""Columns of texts that the model may have words for."""
ORDERS = (
    *("latest_decision", "order_by", "option", "place", "status", "quantity", "unit", "cost_usd", "total_cost_usd"),
    *("needed_by", "arrives", "people", "risk_if_on_time", "risk_if_a_week_later"),
)
"""Columns of decisions that are due, and of the orders of a plan, that a reader asks for."""
BY_WHEN = ("latest_decision", "order_by")
"""The column that says by when, of decisions that are due and of the orders of a plan."""
CHANCES = ("probability", "chance", "risk")
"""Beginnings of the names of columns that are chances."""
MOVEMENTS, CAPACITY = "movements", "capacity"
OVER_TIME = ("arrivals", CAPACITY, MOVEMENTS)


@dataclass(frozen=True)
class KeyFigure:
    """One measure: its name in words, its middle, the range that holds 19 in 20 futures, and how often there is any."""

    name: str
    label: str
    middle: Any
    low: Any = None
    high: Any = None
    chance: float | None = None


@dataclass(frozen=True)
class Story:
    """What documents say of a projection."""

    projection: Any
    """Result, Ensemble or Forecast."""
    words: Language
    decisions: pd.DataFrame | None = None
    """What must be ordered by when, but for what is not needed, or the orders of a plan; None where neither was worked
    out.
    """
    gaps: Mapping[str, float] = field(default_factory=dict)
    """Beds that lack, by province, for the map."""
    money: tuple[float, float] | None = None
    """What the orders of a plan cost, and the money there was [USD]; all that is told is with them."""

    @property
    def scenario(self) -> Scenario:
        """The scenario projected."""
        found: Scenario = self.projection.scenario
        return found

    @cached_property
    def draws(self) -> int | None:
        """How many futures; None for a lone run."""
        return len(self.projection) if isinstance(self.projection, Ensemble | Forecast) else None

    @cached_property
    def origin(self) -> dict[str, str]:
        """Title, source, run and version, as every table has them."""
        return attributes(self.scenario, "")

    @property
    def title(self) -> str:
        """The title of the scenario."""
        return self.scenario.title or self.words.text("untitled")

    @property
    def as_of(self) -> str:
        """When the figures were known, of a forecast its reports, in words; empty where that is not said."""
        known = self.projection.until if isinstance(self.projection, Forecast) else self.scenario.as_of
        return "" if known is None else self.words.moment(known)

    @property
    def zone(self) -> str:
        """The offset of all times."""
        return f"UTC{self.scenario.timeline.start.isoformat()[-6:]}"

    @property
    def made_by(self) -> str:
        """Which run of which version this is."""
        futures = self.words.text("one_future") if self.draws is None else self.words.counted("futures", self.draws)
        return self.words.text("made_by", run_id=self.origin["run_id"], version=self.origin["version"], futures=futures)

    @cached_property
    def _summary(self) -> pd.Series[Any] | pd.DataFrame:
        return summary(self.projection)

    @cached_property
    def measures(self) -> dict[str, KeyFigure]:
        """Every headline measure by name."""
        found = self._summary
        if isinstance(found, pd.Series):
            return {str(name): KeyFigure(str(name), self.label(str(name)), value) for name, value in found.items()}
        rows = found[["measure", "middle", "low", "high", "chance"]].to_numpy().tolist()
        return {row[0]: KeyFigure(row[0], self.label(row[0]), *row[1:]) for row in rows}

    @property
    def figures(self) -> list[KeyFigure]:
        """The measures that a reader asks for; those that are not known at all are left out."""
        return [self.measures[name] for name in KEY_FIGURES if is_moment(name) or self.known(name)]

    def known(self, name: str) -> bool:
        """Whether a measure has a value; funds that nobody gave leave some without."""
        return name in self.measures and not pd.isna(self.measures[name].middle)

    def label(self, name: str) -> str:
        """A measure or column in words."""
        key = f"labels.{name}"
        if self.words.has(key):
            return self.words.text(key)
        known = QUANTITIES.get(name)
        said = LABELS.get(name) or (known.meaning if known is not None else name.replace("_", " "))
        return renamed(said, self.words.names)

    def column(self, name: str, *, plain: bool = False) -> str:
        """A column of a table in words, with its unit unless it is to be plain."""
        words = self.words
        key = next((key for key in (f"columns.{name}", f"labels.{name}") if words.has(key)), "")
        said = words.text(key) if key else renamed(name.replace("_", " "), words.names)
        unit = self.zone if name in TIMES else self.unit(name)
        return f"{said} [{unit}]" if unit and not plain else said

    def said(self, name: str, value: Any) -> str:
        """The value of a measure in words."""
        if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
            return self.words.text("never" if is_moment(name) else "unknown")
        if hasattr(value, "isoformat"):
            return self.words.moment(value) if hasattr(value, "hour") else self.words.day(value)
        if isinstance(value, str):
            return value
        if QUANTITIES[name].unit == "USD":
            return self.words.about(float(value))
        return self.words.number(float(value)) if name.endswith("_hours") else self.words.whole(float(value))

    def unit(self, name: str) -> str:
        """The unit of a measure or column; empty for times, texts and what says it itself."""
        known = QUANTITIES.get(name)
        unit = "" if known is None else known.unit
        if unit in ("time", "date", "text", "true or false", "", "unit of the item", "unit of the measure"):
            return ""
        return self.words.unit(unit)

    @property
    def about_orders(self) -> str:
        """What must be said of the orders: that there are none, or what those of a plan cost; mostly nothing."""
        count, about = 0 if self.decisions is None else len(self.decisions), self.words.about
        if self.money is not None:
            cost, budget = map(about, self.money)
            return self.words.text("decisions.of_plan", count=self.words.whole(count), cost=cost, budget=budget)
        return "" if count else self.words.text("decisions.none_given")

    @cached_property
    def highlights(self) -> list[str]:
        """Three to five sentences that a minister reads first."""
        parts = [self._crossing(), self._filling(), self._roof(), self._beds(), self._cost()]
        return [part for part in parts if part]

    def _told(self, key: str, **values: object) -> str:
        return self.words.text(f"highlights.{key}", **values)

    def _crossing(self) -> str:
        crossed, last = self.measures["crossed"], self.measures["last_arrival"]
        if not crossed.middle > SOME:
            return self._told("nobody")
        people = self.words.counted("people", float(f"{crossed.middle:.3g}"))
        if crossed.chance is None:
            return self._told("crossing_one", people=people, last=self.said("last_arrival", last.middle))
        low, high = self.words.about(crossed.low), self.words.about(crossed.high)
        return self._told("crossing", people=people, low=low, high=high, last=self._date(last.middle))

    def _filling(self) -> str:
        if self.draws is None:
            place = self.measures["first_place_full"].middle
            if not isinstance(place, str) or not place:
                return self._told("none_full")
            when = self.said("first_place_full_time", self.measures["first_place_full_time"].middle)
            count = self.words.whole(self.measures["places_full"].middle)
            return self._told("full_one", place=place, when=when, count=count)
        first = first_full_table(self.projection).iloc[0]
        if not first["probability_first"] > 0:
            return self._told("none_full")
        any_full = self.measures["first_place_full_time"]
        return self._told(
            "full",
            chance=self.words.chance(float(any_full.chance or 0.0), self.draws),
            when=self._date(any_full.middle),
            place=first["place"],
            first=self.words.chance(float(first["probability_first"]), self.draws),
        )

    def _roof(self) -> str:
        nights = self.measures["person_nights_without_roof"]
        if nights.chance is None:
            if not nights.middle > SOME:
                return self._told("roof_none")
            return self._told("roof_one", nights=self.words.about(nights.middle))
        chance = self.words.chance(nights.chance, self.draws)
        if not nights.chance > 0:
            return self._told("roof_none")
        middle, high = self.words.about(nights.middle), self.words.about(nights.high)
        return self._told("roof", chance=chance, nights=middle, high=high)

    def _beds(self) -> str:
        lacking = self.measures["peak_unsheltered"]
        if lacking.chance is None:
            return self._told("beds_one", people=self.words.about(lacking.middle)) if lacking.middle > SOME else ""
        if not lacking.chance > 0:
            return ""
        chance = self.words.chance(lacking.chance, self.draws)
        if not lacking.high > SOME:
            return self._told("beds_rarely", chance=chance)
        return self._told("beds", chance=chance, high=self.words.about(lacking.high))

    def _cost(self) -> str:
        cost, gap = self.measures["cost_usd"], self.measures["funding_gap_usd"].middle
        unfunded = gap is not None and gap == gap and gap > SOME
        said = self._told("cost", usd=self.words.about(cost.middle))
        return self._told("cost_gap", said=said, usd=self.words.about(gap)) if unfunded else f"{said}."

    def _date(self, value: Any) -> str:
        return self.words.text("never") if value is None or pd.isna(value) else self.words.day(value)

    def in_words(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table whose terms are said in the language; names and words that a person gave stay."""
        words = self.words
        ways: dict[str, Callable[[str], str]] = dict.fromkeys((name for name in TERMS if name in table), words.term)
        ways |= {"unit": words.unit} if "unit" in table else {}
        if "status" in table:
            ways["status"] = lambda status: words.text(f"status.{status.replace(' ', '_')}")
        return table.assign(**{name: _said(table[name], way) for name, way in ways.items()})

    @cached_property
    def _made(self) -> tuple[dict[str, pd.DataFrame], list[str]]:
        """Tables by name, and the names of those whose numbers were not kept."""
        tables, missing = {}, []
        for name, make in BY_DAY.items():
            if name == MOVEMENTS and self.draws is not None:
                continue  # of many draws nearly all of it stands in the table of capacity
            options: dict[str, Any] = {"freq": "day"} if name in OVER_TIME else {}
            if self.draws is not None:
                options["quantiles"] = QUANTILES if name == CAPACITY else LEVELS
            try:
                tables[name] = make(self.projection, **options)
            except RequestError:
                missing.append(name)
        return tables, missing

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the documents by name, of many draws with the quantiles ``LEVELS``."""
        found = self._made[0]
        if self.draws is None or CAPACITY not in found:
            return found
        levels = found[CAPACITY]["quantile"].isin(LEVELS)
        return found | {CAPACITY: found[CAPACITY][levels].reset_index(drop=True)}

    @property
    def fan(self) -> pd.DataFrame:
        """People and beds by place and day, with the quantiles that a fan of many draws shows; empty where not kept."""
        return pd.DataFrame() if self.draws is None else self._made[0].get(CAPACITY, pd.DataFrame())

    @cached_property
    def sector_gaps(self) -> pd.DataFrame:
        """What lacks, item by item at its worst: sector, label, unit, need, gap, date, and of many draws high."""
        columns = ["sector", "label", "unit", "need", "gap", "date", "high"]
        needs = self.tables.get("needs")
        if needs is None or needs.empty:
            return pd.DataFrame(columns=columns)
        middle = needs[needs["quantile"] == 0.5] if self.draws is not None else needs
        rows = []
        for item, own in middle.groupby("item", sort=False, observed=True):
            known = own[own["gap"].notna()]
            if known.empty:
                continue
            worst = known.iloc[int(known["gap"].to_numpy().argmax())]
            high = worst["gap"]
            if self.draws is not None:
                above = needs[(needs["quantile"] == LEVELS[-1]) & (needs["item"] == item)]
                high = above["gap"].max()
            if high > SOME:
                rows.append([*(worst[name] for name in columns[:-1]), high])
        return pd.DataFrame(rows, columns=columns).sort_values("sector", kind="stable", ignore_index=True)

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """Every value with its source: path, in_words, value, range, unit, source, status.

        The status is assumed, sourced, unsourced, default (nobody wrote it) or blank.
        """
        return register_of(self.scenario)

    @cached_property
    def limits(self) -> list[str]:
        """What a reader must know before using it."""
        counts = self.assumptions["status"].value_counts()
        found = [
            self.words.text(
                "limits.assumed",
                assumed=self.words.whole(int(counts.get("assumed", 0))),
                blank=self.words.whole(int(counts.get("unsourced", 0))),
                count=self.words.whole(int(counts.sum() - counts.get("default", 0) - counts.get("blank", 0))),
            )
        ]
        found += [self.words.text(f"limits.{name}") for name in ("futures" if self.draws else "one", "flow", "known")]
        missing = [self.words.text(f"tables.{name}") for name in self._made[1]]
        found += [self.words.text("limits.not_kept", tables=", ".join(missing))] if missing else []
        found += list(getattr(self.projection, "warnings", ()))
        return found + [str(problem) for problem in self.scenario.warnings]


def _said(column: pd.Series[Any], way: Callable[[str], str]) -> list[Any]:
    """A column of texts, each said once."""
    known = {text: way(text) for text in column.unique() if isinstance(text, str)}
    return [known.get(text, text) for text in column]


def story_of(given: Any, words: Language, decisions: pd.DataFrame | None = None) -> Story:
    """The story of what was projected; refused where it is something else."""
    money = None
    if isinstance(given, AidPlan):
        money, decisions = (given.cost_usd, given.budget), given.orders if decisions is None else decisions
        given = given.projection
    result = result_of(given, CANNOT, others="a plan, as plan_aid gives it")
    if result is given and (result.draws > 1 or not result.keep.flows):
        raise RequestError(
            CANNOT,
            [Problem("results", "found draws without their ensemble; give what simulate_ensemble gave")],
        )
    told = isinstance(decisions, pd.DataFrame) and any(name in decisions for name in BY_WHEN)
    if decisions is not None and not told:
        found = f"found {as_found(decisions)}, expected what order_by_table gives, or the orders of a plan"
        raise RequestError(CANNOT, [Problem("decisions", found)])
    if decisions is None and isinstance(given, Ensemble | Forecast):
        decisions = decisions_due(given)
    if decisions is not None:
        decisions = (
            decisions[decisions["status"] != NOT_NEEDED].reset_index(drop=True)
            if "status" in decisions
            else decisions.sort_values("order_by", kind="stable", ignore_index=True)
        )
    gaps = _bed_gaps(given) if isinstance(given, Ensemble | Forecast) else {}
    return Story(given, words.calling(result.scenario.called.given), decisions, gaps, money)


def _bed_gaps(given: Ensemble | Forecast) -> dict[str, float]:
    """Beds that lack by province, so that there is room for everyone in 19 of 20 futures; none where that is not
    known.
    """
    try:
        table = required_capacity(given)
    except RequestError:  # too few draws, or only measures were kept
        return {}
    own = table[(table["scope"] == EVER) & (table["kind"] == STATE_ACCOMMODATION) & (table["shortfall"] > SOME)]
    return {str(place): float(lack) for place, lack in zip(own["place"], own["shortfall"], strict=True)}
