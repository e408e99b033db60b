"""What a run says of itself on a card: the headline answers, read off facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from refugee_model.cards import Card
from refugee_model.engine.observers import WITHOUT_ROOF
from refugee_model.engine.waiting import SOMEBODY
from refugee_model.wording import moment, whole

if TYPE_CHECKING:
    from refugee_model.engine.result import Result

NEVER = "never"


def card_of(result: Result) -> Card:
    """Title, draws, period and what is kept; of one draw also the headline answers."""
    scenario, timeline = result.scenario, result.scenario.timeline
    ends = [moment(timeline.time_at(hours)) for hours in (0.0, timeline.hours)]
    kept = f"people at {whole(len(result.kept))} times" if len(result.kept) else "headline measures"
    lines = {
        "draws": f"{whole(result.draws)}"
        if result.draws > 1
        else "1: uncertain numbers take their median"
        if scenario.uncertain
        else "1",
        "period": f"{ends[0]} to {ends[1]}",
        "kept": f"{kept}{', and who moves in every step' if result.keep.flows else ''}",
    }
    headlines = _headlines(result) if result.draws == 1 and result.nights.size else {}
    return Card(
        "Run" if result.draws == 1 else "Result",
        scenario.title,
        lines,
        "summary(run), peak_table(run), needs_table(run) say more",
        headlines,
    )


def _headlines(result: Result) -> dict[str, str]:
    timeline, full, extremes = result.scenario.timeline, result.first_full[:, 0], result.extremes
    heads = result.nights[:, : len(WITHOUT_ROOF), 0].sum(axis=1)

    def when(hours: float) -> str:
        return moment(timeline.time_at(float(hours))) if np.isfinite(hours) else NEVER

    def people(number: float, then: str) -> str:
        return f"{whole(number)} people, {then}" if number >= SOMEBODY else "nobody"

    def most(name: str, time: str) -> str:
        return people(float(extremes[name][0]), when(extremes[time][0]))

    place = result.places_of("sheltered")[int(np.argmin(full))].name if np.isfinite(full).any() else ""
    worst = int(heads.argmax())
    queue, queued = (float(result.longest_queue(f"most_queue_{name}")[0]) for name in ("people", "time"))
    nights = f"{whole(float(heads.sum()))} person-nights, most on {when(timeline.nights[worst])}: "
    return {
        "crossed": people(float(result.crossed[-1, 0]), f"nearly all by {when(extremes['last_arrival'][0])}"),
        "without a roof": f"{nights}{whole(float(heads[worst]))} people" if heads[worst] >= SOMEBODY else "nobody",
        "longest queue": people(queue, when(queued)),
        "first full": f"{place}, {when(full.min())}" if place else NEVER,
        "most without a bed": most("most_unsheltered", "most_unsheltered_time"),
    }
