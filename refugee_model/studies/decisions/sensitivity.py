"""Which uncertain numbers matter: from draws that are there, and in total from draws made for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.arguments import kind, takes
from refugee_model.arrays import Floats
from refugee_model.engine.noise import hourly_shocks
from refugee_model.engine.result import NEVER, Keep
from refugee_model.errors import Problem, RequestError, refuse_if
from refugee_model.outcomes.register import LABELS, label
from refugee_model.scenario.correlations import copula_of
from refugee_model.scenario.scenario import Scenario
from refugee_model.studies.blocks import Wanted, noise_streams
from refugee_model.studies.decisions.events import CERTAIN, described, draws_asked, groups_of, need_draws, result_asked
from refugee_model.studies.decisions.importance import (
    Floor,
    first_order,
    group_order,
    indices,
    interval,
    latent,
    noise_floor,
    swing,
)
from refugee_model.studies.draws import is_certain
from refugee_model.studies.ensemble import MOST_DRAWS, Ensemble, ensemble_of, find_wrong_numbers, simulate_ensemble
from refugee_model.studies.points import BLOCK, SMALLEST, Points
from refugee_model.studies.workers import Progress
from refugee_model.tables.provenance import attributes
from refugee_model.tables.ranges import happens
from refugee_model.wording import about, amount, chance, counted, say, whole
from refugee_model.wording import unit as unit_in_words


def factors_of(scenario: Scenario) -> list[tuple[str, ...]]:
    """What is exchanged at a time: paths that go together, other paths one by one, each noise."""
    return [*groups_of(scenario), *((path,) for path in noise_streams(scenario))]


def exchanged(
    scenario: Scenario, draws: int, seed: int, executor: Executor | None, progress: bool | Progress
) -> Ensemble:
    """An ensemble of ``draws`` base draws, as many others, and the base with each factor taken from the others."""
    count = draws * (len(factors_of(scenario)) + 2)
    wanted = Wanted(Keep(NEVER))
    points = _points(scenario, draws, seed)
    return ensemble_of(scenario, points, draws=count, seed=seed, executor=executor, wanted=wanted, progress=progress)


def _points(scenario: Scenario, draws: int, seed: int) -> Iterator[Points]:
    paths, copula = list(scenario.uncertain), copula_of(scenario.uncertain, scenario.correlations)
    # Columns are what stands behind the numbers: a source of each, then one that each group shares.
    behind = [*({source} for source in copula.sources), *map(set, copula.groups)]
    both = np.clip(latent(max(len(behind), 1), draws, seed), SMALLEST, 1.0 - SMALLEST)
    own, other = both[:, : len(behind)], both[:, both.shape[1] // 2 :][:, : len(behind)]
    streams, hours = noise_streams(scenario), scenario.timeline.hours
    for number, factor in enumerate([(), (*paths, *streams), *factors_of(scenario)]):
        columns = [column for column, those in enumerate(behind) if those & set(factor)]
        for first in range(0, draws, BLOCK):
            rows = slice(first, min(first + BLOCK, draws))
            uniforms = own[rows].copy()
            uniforms[:, columns] = other[rows][:, columns]
            # The other shocks are those of further draws of the same seed: streams never overlap.
            begins = {path: first + (draws if path in factor else 0) for path in streams}
            shocks = {
                stream: hourly_shocks(hours, len(uniforms), seed=seed, first=begins[path], stream=stream)
                for path, of_noise in streams.items()
                for stream in of_noise
            }
            yield Points(number * draws + first, uniforms, shocks)


CANNOT = "this sensitivity cannot be worked out"
HEADLINE = "person_nights_without_roof"
USUAL_DRAWS = 2048
"""Draws that are made where a scenario is given."""
COLUMNS = (
    *("path", "in_words", "unit", "low_fifth", "high_fifth", "measure_if_low", "measure_if_high"),
    *("chance_if_low", "chance_if_high", "first_order", "total", "low", "high", "above_chance", "group"),
    *("group_first_order", "assumed", "source", "swing"),
)
NOISE = "Ups and downs that nobody plans; no number of the scenario"


@takes(
    CANNOT,
    draws=kind(lambda value: isinstance(value, int | np.integer) and not isinstance(value, bool), "a whole number"),
)
def sensitivity(
    ens_or_scenario: Ensemble | Scenario | Any,
    measure: str = HEADLINE,
    *,
    draws: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> pd.DataFrame:
    """Say which uncertain numbers matter for a measure or an event.

    Parameters
    ----------
    ens_or_scenario : Ensemble, Forecast or Scenario
        Of draws that are there nothing is projected again. Of a scenario 2,048 draws are made.
    measure : str
        Name of a headline measure, or an event such as ``"peak_unsheltered > 1000"``, of which the chance is then
        looked at. Means of a measure that is mostly nothing are made by its worst draws: then an event says more.
    draws : int, optional
        Works out totals, too: so many draws for each factor, and twice as many besides. Numbers that go together are
        one factor, and so is each noise.
    seed : int, optional
        Seed of the draws that are made; that of the ensemble, or 1, unless given.
    executor : Executor, optional
        Where they are moved.
    progress : bool or callable
        True shows a bar on the shell; a callable is given draws done and draws in all.

    Returns
    -------
    DataFrame
        path, in_words, unit, low_fifth, high_fifth (mean of the number in the fifth of the draws in which it is lowest,
        and highest), measure_if_low, measure_if_high (mean of the measure there; of an event its chance),
        chance_if_low, chance_if_high (share of these draws in which there is any), first_order (share of the variance
        that goes if the number is known), total (share that stays if all others are known; NaN without ``draws``), low,
        high (where first_order lies, 19 times in 20), above_chance (first_order or swing is more than that of any of a
        thousand numbers that have nothing to do with it), group (paths that go together), group_first_order (what the
        group explains together), assumed (whether its source says so, or is not given), source, swing (in words). Those
        above chance come first, the largest swing at the top. ``attrs`` has the measure, its unit, the noise floor and
        the draws.

    Raises
    ------
    RequestError
        If there are too few draws, nothing is uncertain, the measure is not known, is the same in all draws, or has no
        value in some.

    Notes
    -----
    First orders of numbers that go together overlap, so that they add up to more than 1; ``group_first_order`` counts
    what they share once. With a forecast draws that fit the reports go together in ways that the scenario does not
    say, and only swings can be relied upon.

    Examples
    --------
    >>> import refugee_model as rm
    >>> ensemble = rm.simulate_ensemble(rm.load_scenario("lachin-2023-plan"), draws=128, keep="measures")
    >>> table = rm.sensitivity(ensemble, "peak_unsheltered > 1000")
    >>> list(table.columns[:4])
    ['path', 'in_words', 'unit', 'low_fifth']
    """
    _check_numbers(draws, seed)
    if isinstance(ens_or_scenario, Scenario):
        if is_certain(ens_or_scenario):
            raise RequestError(CANNOT, [Problem("", CERTAIN)])
        options: dict[str, Any] = {"executor": executor, "keep": "measures", "progress": progress}
        own = 1 if seed is None else seed
        ensemble = simulate_ensemble(ens_or_scenario, draws=USUAL_DRAWS, seed=own, **options)
    else:
        ensemble = draws_asked(ens_or_scenario, CANNOT)
    need_draws(ensemble, CANNOT)
    name, unit, result = result_asked(ensemble, measure, CANNOT)
    floor = noise_floor(result)
    table = _from_draws(ensemble, name, unit, result, floor)
    if draws is not None:
        base_seed = ensemble.seed if seed is None else seed
        made = exchanged(ensemble.scenario, draws, base_seed, executor, progress)
        table = _with_totals(table, made, measure)
    table = _in_order(table)
    table["swing"] = [_in_words(row, name, unit) for row in table.to_dict("records")]
    told = {"measure": name, "label": _label(name), "unit": unit, "draws": len(ensemble), "seed": ensemble.seed}
    told |= {"middle": float(result.mean()), "noise_floor": floor.first_order, "swing_floor": floor.swing}
    table.attrs.update(attributes(ensemble.scenario, "Which numbers matter") | told)
    return table[list(COLUMNS)]


def _check_numbers(draws: int | None, seed: int | None) -> None:
    problems = find_wrong_numbers(1 if draws is None else draws, 1 if seed is None else seed)
    if not problems and draws is not None and not 2 <= draws <= MOST_DRAWS // 10:
        problems = [
            Problem("draws", f"found {whole(draws)}, expected from 2 to {whole(MOST_DRAWS // 10)} for each factor")
        ]
    refuse_if(CANNOT, problems)


def _from_draws(ensemble: Ensemble, name: str, unit: str, result: Floats, floor: Floor) -> pd.DataFrame:
    """All that draws that are there can say, a row each path."""
    scenario = ensemble.scenario
    anything = result > 0 if unit == "chance" else happens(name, result)
    columns = {str(path): ensemble.draws[path].to_numpy(dtype=np.float64) for path in ensemble.draws}
    table = described(scenario, list(columns))
    swings = [swing(values, result) for values in columns.values()]
    chances = [swing(values, anything.astype(np.float64)) for values in columns.values()]
    for number, column in enumerate(("low_fifth", "high_fifth", "measure_if_low", "measure_if_high")):
        table[column] = [one[number] for one in swings]
    table["chance_if_low"] = [one.if_low for one in chances]
    table["chance_if_high"] = [one.if_high for one in chances]
    orders = np.array([first_order(values, result) for values in columns.values()])
    table["first_order"] = np.maximum(orders, 0.0)  # below 0 there is only chance
    table["total"] = np.nan
    table[["low", "high"]] = [interval(values, result) for values in columns.values()]
    swings_of = (table["measure_if_high"] - table["measure_if_low"]).abs()
    table["above_chance"] = (table["first_order"] > floor.first_order) | (swings_of > floor.swing)
    together = {path: group for group in groups_of(scenario) for path in group}
    shared = {
        group: max(group_order(np.stack([columns[path] for path in group], axis=1), result), 0.0)
        for group in set(together.values())
        if len(group) > 1
    }
    table["group"] = ["; ".join(together[path]) if len(together[path]) > 1 else "" for path in columns]
    table["group_first_order"] = [
        shared.get(together[path], order) for path, order in zip(columns, table["first_order"], strict=True)
    ]
    return table


def _with_totals(table: pd.DataFrame, made: Ensemble, measure: str) -> pd.DataFrame:
    """The same with the total of each factor, and a row for each noise."""
    factors, noises = factors_of(made.scenario), noise_streams(made.scenario)
    _, _, result = result_asked(made, measure, CANNOT)
    sets = result.reshape(len(factors) + 2, -1)
    found = indices(sets[0], sets[1], sets[2:])
    totals = {path: total for factor, total in zip(factors, found.total, strict=True) for path in factor}
    table = table.assign(total=table["path"].map(totals))
    rows = [
        {
            "path": factor[0],
            "in_words": NOISE,
            "unit": "",
            "first_order": first,
            "total": total,
            "above_chance": False,
            "group": "",
            "group_first_order": first,
            "assumed": False,
            "source": "",
        }
        for factor, first, total in zip(factors, found.first, found.total, strict=True)
        if factor[0] in noises
    ]
    return pd.concat([table, pd.DataFrame(rows)], ignore_index=True) if rows else table


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Those above chance first, the largest swing at the top; noises last."""
    size = (table["measure_if_high"] - table["measure_if_low"]).abs().fillna(-1.0)
    order = np.lexsort((-size.to_numpy(), ~table["above_chance"].to_numpy(dtype=bool)))
    return table.iloc[order].reset_index(drop=True)


def _in_words(row: Mapping[Any, Any], name: str, unit: str) -> str:
    """What changes where a number is high instead of low."""
    if not np.isfinite(row["measure_if_low"]):
        return ""
    of = f" {unit_in_words(row['unit'])}" if row["unit"] not in ("", "share") else ""
    ends = {"high": amount(row["high_fifth"]), "low": amount(row["low_fifth"])}
    where = say("where {path} is about {high} instead of {low}{of}", path=row["path"], of=of, **ends)
    if row["assumed"]:
        where = say("{where} (assumed)", where=where)
    if not row["above_chance"]:
        return say("No more change of {name} than by chance {where}", name=_label(name), where=where)
    if unit == "chance":
        high, low = chance(row["measure_if_high"]), chance(row["measure_if_low"])
        return say("{name} {high}, not {low}, {where}", name=name, high=high, low=low, where=where)
    change = row["measure_if_high"] - row["measure_if_low"]
    more = "{count} more" if change >= 0 else "{count} fewer" if unit not in ("h", "km", "USD") else "{count} less"
    said = say("hours") if unit == "h" else unit_in_words(unit)
    size = about(abs(change)) if said.lower() in _label(name).lower() else f"{about(abs(change))} {said}"
    return say("{name}: {change} {where}", name=_label(name), change=say(more, count=size), where=where)


def _label(name: str) -> str:
    """What a measure or an event is called."""
    if any(sign in name for sign in "<>"):
        return name
    return label(name) if name in LABELS else name.replace("_", " ").replace(".", ", ")


def headline(table: pd.DataFrame) -> str:
    """The first thing to say of a sensitivity: how many numbers matter, and the first of them."""
    above = table[table["above_chance"]]
    if above.empty:
        return say("No single number matters more than chance for {label}", label=table.attrs["label"])
    said = counted(len(above), "number matters", "numbers matter")
    first = str(above["path"].iloc[0])
    return say("{label}: {said}, first of all {path}", said=said, label=table.attrs["label"], path=first)
