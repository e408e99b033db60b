"""How plans do on draws that none of them was chosen on, in several sequences, so that each number has an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from refugee_model.arrays import Floats
from refugee_model.studies.decisions.methods import worst_mean
from refugee_model.studies.decisions.search import WORST, Plan, Search
from refugee_model.studies.decisions.trials import Losses, Trials

SURE = 0.975


@dataclass(frozen=True)
class Validated:
    """What a plan comes to on held-out draws."""

    losses: Losses
    """Person-nights of all draws, sequence after sequence."""
    nights: Floats
    """Array (draw,): of them those that the aim counts."""
    aims: Floats
    means: Floats
    worsts: Floats
    chances: Floats
    """Array (sequence,): the aim in each sequence, goods included; the mean of the nights, that of their worst tenth;
    chance of the event.
    """

    @property
    def chance(self) -> tuple[float, float, float]:
        """Chance of the event, and the ends of its interval."""
        return interval_of(self.chances, least=0.0, most=1.0)


def interval_of(values: Floats, *, least: float = -np.inf, most: float = np.inf) -> tuple[float, float, float]:
    """Mean, and the ends between which it lies with 95 %, from independent sequences."""
    from scipy.stats import t

    middle = float(values.mean())
    half = float(t.ppf(SURE, len(values) - 1)) * float(values.std(ddof=1)) / np.sqrt(len(values))
    return middle, max(middle - half, least), min(middle + half, most)


def validate(
    search: Search, held: Sequence[Trials], plans: Mapping[str, Plan], *, event: tuple[str, ...], tolerated: float
) -> dict[str, Validated]:
    """Each plan on all sequences, by name; equal plans are projected once."""
    flows = {name: tuple(sorted(search.flow_of(plan).items())) for name, plan in plans.items()}
    once = list(dict.fromkeys(flows.values()))
    found = [trials.losses([dict(flow) for flow in once]) for trials in held]
    by_flow = {flow: [losses[number] for losses in found] for number, flow in enumerate(once)}
    return {
        name: _validated(search, by_flow[flows[name]], search.of_goods(plan), event, tolerated)
        for name, plan in plans.items()
    }


def _validated(
    search: Search, sequences: list[Losses], goods: float, event: tuple[str, ...], tolerated: float
) -> Validated:
    nights = [losses.of(*search.aim.parts) for losses in sequences]
    return Validated(
        Losses({name: np.concatenate([losses.parts[name] for losses in sequences]) for name in sequences[0].parts}),
        np.concatenate(nights),
        np.array([search.loss(losses) + goods for losses in sequences]),
        np.array([one.mean() for one in nights]),
        np.array([worst_mean(one, WORST) for one in nights]),
        np.array([(losses.of(*event) > tolerated).mean() for losses in sequences]),
    )
