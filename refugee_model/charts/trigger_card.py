"""The card of a trigger: what is watched, how often it fires and in vain, and how far ahead it warns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from refugee_model.charts import style
from refugee_model.charts.columns import attribute, chart, refused
from refugee_model.charts.labels import text_at
from refugee_model.charts.sheet import open_page, words_of
from refugee_model.studies.decisions.signals import wilson
from refugee_model.studies.decisions.triggers import COLUMNS, rule_in_words, signal_in_words
from refugee_model.wording import as_found, capital, chance, counted, figure, number, say, short_moment

FUTURES = 100.0
LEAST_SHOWN = 3.0
"""Parts of less than so many of 100 futures have no room for a number."""


@chart("triggers", COLUMNS)
def plot_trigger(
    table: pd.DataFrame, *, row: int = 0, language: str | None = None, figure: Figure | None = None
) -> Any:
    """Draw the card of one trigger.

    Parameters
    ----------
    table : DataFrame
        What ``triggers`` gives.
    row : int
        Which of its rows.

    Returns
    -------
    array of Axes
        Of 100 futures what becomes of them; days from warning to event; what the card says.

    Examples
    --------
    >>> plot_trigger(rm.triggers(ensemble, "peak_unsheltered > 1000"))  # doctest: +SKIP
    """
    if isinstance(row, bool) or not isinstance(row, int) or not 0 <= row < len(table):
        raise refused("row", f"found {as_found(row)}, expected a whole number from 0 to {len(table) - 1}")
    told = table.iloc[row].to_dict()
    draws = int(attribute(table, "draws") or told["at_risk"])
    ready = table[table["stage"] == "ready"]
    card = _card(table, told, ready.iloc[0].to_dict() if len(ready) and told["stage"] == "go" else None)
    reading = say(
        "Warns of: {event}. Counted on draws that did not choose the threshold; all within this model.",
        event=attribute(table, "event") or say("the event"),
    )
    said = words_of(table, rule_in_words(told), reading, counted(draws, "draw"))
    page = open_page(said, (3, 1), figure=figure, height=17.0, ratios=(1.4, 1.0, 0.5 * len(card) + 0.6))
    parts, leads, words = page.panels
    _draw_parts(parts, told, draws)
    _draw_leads(leads, told, float(table.attrs.get("action_days", 0.0)), float(table.attrs.get("horizon_days", np.nan)))
    words.set_axis_off()
    page.settle(
        (say("Of 100 futures"), say("what the warning comes to on that day")),
        (say("Days from the warning to the event"), say("line: 9 in 10 of those warned of in time; dot: the middle")),
        (say("The trigger"), ""),
    )
    _write(words, card)
    return page.panels


def _draw_parts(axes: Axes, told: Mapping[Any, Any], draws: int) -> None:
    """One bar of 100 futures, by what becomes of them."""
    late = told["fired"] - told["hits"] - told["in_vain"]
    missed = told["events"] - told["hits"] - late
    quiet = told["at_risk"] - told["fired"] - missed
    parts = [
        (say("warned in time"), told["hits"], style.NAVY, ""),
        (say("warned too late to act"), late, style.BLUE, ""),
        (say("warned in vain"), told["in_vain"], style.LIGHT_BLUE, "////"),
        (say("not warned of"), missed, style.RED, "...."),
        (say("rightly quiet"), quiet, style.PALE, ""),
        (say("begun before that day"), draws - told["at_risk"], style.GREY, ""),
    ]
    left = 0.0
    for name, count, colour, hatch in parts:
        share = FUTURES * count / draws
        axes.barh(0, share, left=left, color=colour, hatch=hatch, edgecolor=style.WHITE, linewidth=0.8, label=name)
        if share >= LEAST_SHOWN:
            dark = colour in (style.NAVY, style.BLUE, style.GREY) and not hatch
            box = None if not hatch else {"boxstyle": "round,pad=0.15", "facecolor": style.WHITE, "edgecolor": "none"}
            look = style.letters(style.LABEL_SIZE, style.WHITE if dark else style.TEXT)
            axes.text(left + share / 2, 0, f"{share:.0f}", ha="center", va="center", bbox=box, **look)
        left += share
    axes.set_xlim(0.0, FUTURES)
    axes.set_ylim(-2.3, 0.6)
    axes.set_yticks([])
    axes.grid(visible=False)
    style.legend(axes, loc="lower left", ncols=3, frameon=False, fontsize=style.TICK_SIZE, borderaxespad=0.0)


def _draw_leads(axes: Axes, told: Mapping[Any, Any], action: float, horizon: float) -> None:
    """A strip of lead times."""
    low, middle, high = (told[f"lead_days_{level}"] for level in (5, 50, 95))
    if np.isfinite(middle):
        axes.plot([low, high], [0, 0], color=style.NAVY, linewidth=4.0, solid_capstyle="butt")
        axes.plot([middle], [0], marker="o", color=style.NAVY, markersize=10, markeredgecolor=style.WHITE)
    axes.axvline(action, color=style.RED, linewidth=1.2, linestyle="--")
    axes.text(action, 0.62, " " + say("time to act: {days} days", days=figure(action)), **style.letters())
    axes.set_ylim(-0.6, 1.0)
    axes.set_xlim(0.0, max(horizon if np.isfinite(horizon) else 0.0, high if np.isfinite(high) else 0.0, action) + 0.5)
    axes.set_yticks([])
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))


def _card(table: pd.DataFrame, told: Mapping[Any, Any], ready: Mapping[Any, Any] | None) -> list[tuple[str, str]]:
    """Rows of the card: what, and what is said of it."""
    each = float(table.attrs.get("cost_of_acting", np.nan))
    cost = {"cost": number(told["expected_cost"]), "each": figure(each)}
    worth = "{value} (1: as good as knowing); by 80 % of beds in use {occupancy}; by the last day carried on {trend}"
    columns = {"value": "value", "occupancy": "value_occupancy_80", "trend": "value_trend"}
    values = {name: figure(round(told[column], 2) + 0.0) for name, column in columns.items()}
    rows = [
        (say("Signal"), capital(signal_in_words(told))),
        (say("Checked"), say("{time}, end of day {day}", time=short_moment(told["time"]), day=told["day"])),
        (say("Chance that it fires"), chance(told["share_fires"])),
        (say("Expected cost"), say("{cost}, in the unit of the cost of acting, {each}", **cost)),
        (say("Of all warnings"), _interval(told["in_vain"], told["fired"], say("in vain"))),
        (say("Of all events ahead"), _interval(told["hits"], told["events"], say("warned of in time"))),
        (say("Worth"), say(worth, **values)),
    ]
    if ready is not None:
        fires = say("it fires {chance}", chance=chance(ready["share_fires"]))
        rows.append((say("Get ready first"), say("{rule}; {chance}", rule=rule_in_words(ready), chance=fires)))
    return rows


def _interval(part: float, whole: float, what: str) -> str:
    if not whole:
        return say("none")
    inner, outer = wilson(part, whole, 0.68), wilson(part, whole)
    said = "{share:.0f} of 100 are {what} (68 %: {a:.0f} to {b:.0f}; 95 %: {c:.0f} to {d:.0f}), counted on {whole:,.0f}"
    within = {"a": 100 * inner[0], "b": 100 * inner[1], "c": 100 * outer[0], "d": 100 * outer[1]}
    return say(said, share=100 * part / whole, what=what, whole=whole, **within)


def _write(axes: Axes, card: list[tuple[str, str]]) -> None:
    wide = float(axes.get_window_extent().width)
    for place, (name, said) in enumerate(card):
        up = 1.0 - (place + 1.0) / len(card)
        text_at(axes, (0.0, up), (0.0, 3.0), name, weight="bold", width=0.18 * wide)
        text_at(axes, (0.19, up), (0.0, 3.0), said, width=0.81 * wide)
