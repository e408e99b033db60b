"""Whom it concerns and what they need, by date: nights, profile, staff, needs, costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pandas as pd

from refugee_model.errors import Problem, RequestError
from refugee_model.outcomes.calendar import times
from refugee_model.outcomes.groups import DESKS, DESKS_LABEL, days_of, profiled, shares, staff
from refugee_model.outcomes.needs import AMOUNTS, basis_of, costs, needs_by_item, phases
from refugee_model.outcomes.occupancy import COLUMNS, night_outcome
from refugee_model.outcomes.parts import BY, costs_by_part, needs_by_part, parts_of
from refugee_model.outcomes.statistics import over_draws
from refugee_model.tables.frames import (
    CANNOT,
    DAYS,
    EVERYONE,
    FLOWS,
    Asked,
    Projection,
    Quantiled,
    ask,
    table,
    tabulate,
    word_column,
)
from refugee_model.wording import as_found

NIGHT = "night"
OF_ITEM = ("label", "sector", "kind")
"""Texts about an item in tables of needs."""


@table(DAYS, counted=NIGHT)
def night_table(run: Projection, *, freq: str | None = None, quantiles: Sequence[float] | None = None) -> pd.DataFrame:
    """People without a roof on each night, and where; and people who want to leave and are held back at home.

    Parameters
    ----------
    freq : {None, "day"}
        There is one row a night in any case.

    Returns
    -------
    DataFrame
        date, on_road, at_reception, unsheltered, without_roof, held_back; one row a night, by heads at 02:00 of the
        date [people]. ``without_roof`` is the sum of the three before it; ``held_back`` stands beside them, for people
        at home have a roof. Of many draws there is one row a night and quantile, with the column ``quantile`` after
        ``date``. Each column has quantiles of its own, so that there the three do not add up.

    Examples
    --------
    >>> import refugee_model as rm
    >>> night_table(rm.simulate(rm.load_scenario("lachin-2023")))["without_roof"].idxmax()
    1
    """
    asked = ask(night_table, run, quantiles=quantiles, freq=freq)
    found = asked.counted if asked.counted is not None else night_outcome(asked.result)
    timeline = asked.result.scenario.timeline
    dates = times(timeline, timeline.nights).tz_localize(None).normalize()
    columns = {name: found.amounts[name] for name in COLUMNS}
    return tabulate(asked, "People without a roof by night", {"date": dates}, columns)


@table(EVERYONE)
def profile_table(
    run: Projection, *, freq: str | None = None, quantiles: Sequence[float] | None = None
) -> pd.DataFrame:
    """Who the people in the country are, at the end of each date.

    Parameters
    ----------
    freq : {None, "day"}
        There is one row a date in any case.

    Returns
    -------
    DataFrame
        date, group, people, in_state_accommodation; one row a date and group, and of many draws a quantile. ``people``
        have crossed and are in the country; ``adults`` are neither children nor older people. Every place has the
        shares of ``people.profile``.
    """
    asked = ask(profile_table, run, quantiles=quantiles, freq=freq)
    dates, groups = days_of(asked.result).dates, list(shares(asked.result.values))
    keys = {"date": dates.repeat(len(groups)), "group": word_column(groups, times=len(dates))}
    return tabulate(asked, "People by age, sex, disability and pregnancy", keys, profiled(asked.result))


@table(DAYS)
def staff_table(run: Projection, *, freq: str | None = None, quantiles: Sequence[float] | None = None) -> pd.DataFrame:
    """Staff needed on each calendar date, and registration desks needed and open.

    Parameters
    ----------
    freq : {None, "day"}
        There is one row a date in any case.

    Returns
    -------
    DataFrame
        date, role, label, people, needed, available, source; one row a date and role, and of many draws a quantile.
        ``people`` are those served at the peak of the date; for registration desks, those who come to the reception
        points on the date. ``available`` is the average number of desks open and blank for other roles.
    """
    asked = ask(staff_table, run, quantiles=quantiles, freq=freq)
    standards, dates = asked.result.scenario.standards, days_of(asked.result).dates
    roles = standards.staff.values()
    keys = {
        "date": dates.repeat(len(roles) + 1),
        "role": word_column([*standards.staff, DESKS], times=len(dates)),
        "label": word_column([*(role.label for role in roles), DESKS_LABEL], times=len(dates)),
    }
    source = word_column([*(role.source for role in roles), standards.registration_source], times=len(dates))
    table = tabulate(asked, "Staff", keys, staff(asked.result), after={"source": source})
    return table if asked.levels is not None else table.astype({"needed": np.int64})


def _asked_by(
    table: Callable[..., pd.DataFrame],
    run: object,
    by: str | None,
    quantiles: Sequence[float] | None,
    freq: str | None = None,
) -> Asked:
    """What a table is made of that may be split by origin, route or point: that needs who moves in each step."""
    if by is not None and not (isinstance(by, str) and by in BY):
        found = f"found {as_found(by)}, expected None, 'origin', 'route' or 'point'"
        raise RequestError(CANNOT, [Problem("by", found)])
    return ask(table, run, of="" if by is None else FLOWS, quantiles=quantiles, freq=freq)


@table(DAYS)
def needs_table(
    run: Projection, *, freq: str | None = None, quantiles: Sequence[float] | None = None, by: str | None = None
) -> pd.DataFrame:
    """What people need on each calendar date, what they get, what is lacking and what it costs.

    Parameters
    ----------
    freq : {None, "day"}
        There is one row a date in any case.
    by : {None, "origin", "route", "point"}
        Split by who is displaced inside the country and who is a refugee, by the route by which people came, or by the
        reception point at which they are; many draws must have kept every step (``keep="all"``).

    Returns
    -------
    DataFrame
        date, item, label, sector, kind, phase, unit, people, need, new_need, supplied, gap, lapsed, cost; one row a
        date and item of the climate, dates in the offset of the scenario, the first and the last perhaps partial. In
        every row need = supplied + gap.

        - ``daily``: need is person-days x amount, all of it new. Stock is kept; a need that was not met is counted in
          ``gap`` and not made up.
        - ``durable``: need is what is still needed on the date by people who are in the country at its end or get
          theirs on it: the gap of the date before and the new need, less what lapses. ``new_need`` is the amount that
          holds on the date for everyone who is new in the group, and, when it rises, the rise for everyone still in the
          group; people who are there at the start are new on the first date, those who come back to a group are not
          new. Summed up it is all that was ever needed, summed up less ``lapsed`` what had to be supplied. ``gap`` is
          still lacking at the end of the date. ``lapsed`` is what people lacked who left the country on the date: they
          need it no more.
        - ``facility``: need is the level that the date's peak needs; new is what rises above the highest level so far.

        The phase and the season are those in which the date begins. ``people`` are the average of the date for daily
        items, all who ever were in the group for durable ones, the peak of the date for facilities. Cost is that of the
        new need, without what of it lapses later, in USD. Supplied and gap are blank for items of which no stock or
        delivery is given and for those of ``aid.supply_unknown``; the need of a durable one is then as if nothing had
        been supplied.

        Of many draws there is one row a date, item and quantile, with a column ``quantile`` after ``unit``; every
        amount is worked out for each draw, and its quantiles are its own, so that need = supplied + gap holds in draws,
        not in rows.

        With ``by`` there is a column of that name after ``date`` and a row for each part; parts add up to the whole.
        They are shares of it: by person-days on the date; of durable items what is new by who came into the country on
        the date or is there, and what is given by who lacks it. Beyond the border people of all routes are taken to be
        mixed evenly in each place. Who had come before the start is of the part ``before the start``; who is at no
        reception point, or waits for a bed where all wait together, ``elsewhere``.
    """
    asked = _asked_by(needs_table, run, by, quantiles, freq)
    items, dates = asked.result.scenario.standards.items_of_climate, days_of(asked.result).dates
    parts = None if by is None else parts_of(asked.result, by)
    names = [""] if parts is None else list(parts.names)
    found = {name: np.empty((len(dates), len(names), len(items), asked.each)) for name in AMOUNTS}
    needs = ([one] for one in needs_by_item(asked.result)) if parts is None else needs_by_part(asked.result, parts)
    for place, of_parts in enumerate(needs):  # one item at a time, so that many draws of all need not fit in memory
        for (name, amounts), (part, one) in product(found.items(), enumerate(of_parts)):
            values = getattr(one, name)
            amounts[:, part, place] = values[:, :1] if asked.levels is None else over_draws(values, asked.levels)
    listed, rows = items.values(), len(dates) * len(names)
    keys = {
        "date": dates.repeat(len(names) * len(items)),
        **({} if by is None else {by: word_column(names, times=len(dates), each=len(items))}),
        "item": word_column(list(items), times=rows),
        **{name: word_column([getattr(item, name) for item in listed], times=rows) for name in OF_ITEM},
        "phase": word_column(phases(asked.result), each=len(names) * len(items)),
        "unit": word_column([item.unit for item in listed], times=rows),
    }
    return tabulate(asked, "Needs", keys, {name: Quantiled(amounts) for name, amounts in found.items()})


@table(DAYS)
def cost_table(run: Projection, *, quantiles: Sequence[float] | None = None, by: str | None = None) -> pd.DataFrame:
    """What the response costs, and the funding gap.

    Parameters
    ----------
    by : {None, "origin", "route", "point"}
        Split as in ``needs_table``.

    Returns
    -------
    DataFrame
        category, usd, basis; items by sector, surge beds, bed nights, cash, then total, funds and funding gap. Of many
        draws there is one row a category and quantile, with a column ``quantile`` after ``category``; quantiles do not
        add up. With ``by`` there is a column of that name before ``category`` and a row for each part: items as in
        ``needs_table``, beds and bed nights by person-nights in state accommodation, cash once by who came, monthly
        cash by those with relatives. Parts add up to the whole; funds are not shared out, and stand in no row.
    """
    asked = _asked_by(cost_table, run, by, quantiles)
    if by is not None:
        parts = parts_of(asked.result, by)
        shared = costs_by_part(asked.result, parts)
        categories = list(shared) * len(parts.names)
        keys = {by: word_column(parts.names, each=len(shared)), "category": categories}
        usd = np.stack([shared[category][part] for part in range(len(parts.names)) for category in shared])
        basis = [basis_of(category) for category in categories]
        return tabulate(asked, "Costs", keys, {"usd": usd}, after={"basis": basis})
    found, _ = costs(asked.result)
    basis = [basis_of(category) for category in found]
    return tabulate(
        asked, "Costs", {"category": list(found)}, {"usd": np.stack(list(found.values()))}, after={"basis": basis}
    )
