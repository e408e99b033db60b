"""How well a signal warns: counted over draws, with a threshold that was chosen on other draws.

Arrays in, counts and rates out. A draw has one of three fates: nothing happens within the horizon, it happens in time
to act on a warning, or it happens too soon for that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refugee_model.arrays import Flags, Floats, Integers
from refugee_model.studies.decisions.importance import parts_of

NOTHING, IN_TIME, TOO_SOON = 0, 1, 2
FOLDS = 10
MOST_THRESHOLDS = 40
DIGITS = 2
"""Of a threshold: a number that one can say."""
ABOVE, BELOW = "above", "below"
WIDTHS = {0.68: 0.9944578832097532, 0.95: 1.959963984540054}
"""Standard deviations on either side that hold this share."""


class Costs(NamedTuple):
    """What acting costs, and what is lost where nobody has acted in time, in one unit."""

    acting: float
    loss: float


class Counts(NamedTuple):
    """Draws by what the trigger did and what came: numbers, or arrays of them."""

    hits: Floats
    too_late: Floats
    in_vain: Floats
    missed: Floats
    quiet: Floats
    too_soon_unwarned: Floats

    @property
    def fired(self) -> Floats:
        """Draws in which it fires."""
        return self.hits + self.too_late + self.in_vain

    @property
    def events(self) -> Floats:
        """Draws in which it happens within the horizon, in time to act or not."""
        return self.hits + self.too_late + self.missed + self.too_soon_unwarned

    @property
    def draws(self) -> Floats:
        """All draws."""
        return self.fired + self.missed + self.quiet + self.too_soon_unwarned

    @property
    def hit_rate(self) -> Floats:
        """Share of events that were warned of in time."""
        return _share(self.hits, self.events)

    @property
    def false_alarm_ratio(self) -> Floats:
        """Share of warnings in vain: what a person means by false alarms."""
        return _share(self.in_vain, self.fired)

    @property
    def false_alarm_rate(self) -> Floats:
        """Share of draws without an event in which it fires: the horizontal axis of a ROC curve."""
        return _share(self.in_vain, self.in_vain + self.quiet)

    def expense(self, costs: Costs) -> Floats:
        """Cost of acting and loss, in the mean of a draw."""
        spent = costs.acting * self.fired + costs.loss * (self.events - self.hits)
        return np.asarray(spent / np.maximum(self.draws, 1.0))


class Watch(NamedTuple):
    """One signal on one day: what all draws choose, and how that counts on them and on draws that did not choose.
    ``chosen_expense`` is that of what each fold's others choose, on these others; ``by_fold`` are its counts there.
    """

    direction: str
    threshold: float
    seen: Counts
    checked: Counts
    chosen_expense: Floats
    by_fold: Counts


def auc(signal: Floats, event: Flags) -> float:
    """The chance that the signal is higher in a draw with the event than in one without; 0.5 says nothing."""
    from scipy.stats import rankdata

    with_event = int(event.sum())
    without = len(event) - with_event
    if not with_event or not without:
        return float("nan")
    ranks = rankdata(signal)[event].sum()
    return float((ranks - with_event * (with_event + 1) / 2) / (with_event * without))


def counts(fired: Flags, fate: Integers) -> Counts:
    """Draws by what a trigger did and what came."""
    return Counts(
        *(
            np.asarray(np.count_nonzero((fired == did) & (fate == came)), dtype=np.float64)
            for did, came in (
                (True, IN_TIME),
                (True, TOO_SOON),
                (True, NOTHING),
                (False, IN_TIME),
                (False, NOTHING),
                (False, TOO_SOON),
            )
        )
    )


def value(found: Counts, costs: Costs) -> float:
    """What a trigger is worth: 1 if it warns of every event and of nothing else, 0 if one might as well always act, or
    never, whichever is the better.

    Richardson (2000), Skill and relative economic value of the ECMWF ensemble prediction system,
    https://doi.org/10.1002/qj.49712656313.
    """
    draws, events = float(found.draws), float(found.events)
    in_time = float(found.hits + found.missed)
    always = costs.acting + costs.loss * (events - in_time) / draws
    never = costs.loss * events / draws
    perfect = min(costs.acting, costs.loss) * in_time / draws + costs.loss * (events - in_time) / draws
    least = min(always, never)
    return (least - float(found.expense(costs))) / (least - perfect) if least > perfect else 0.0


def thresholds(signal: Floats) -> Floats:
    """Values of a signal that a person can say, from the lowest to the highest, rising."""
    found = np.quantile(signal, np.linspace(0.0, 1.0, MOST_THRESHOLDS + 2)[1:-1])
    size = np.floor(np.log10(np.maximum(np.abs(found), 1e-12)))
    unit = 10.0 ** (size - DIGITS + 1)
    return np.unique(np.where(found == 0.0, 0.0, np.round(np.rint(found / unit) * unit, 12)))


def fires(signal: Floats, direction: str, threshold: float) -> Flags:
    """In which draws a trigger fires: at the threshold, or beyond it in its direction."""
    return np.asarray(signal >= threshold if direction == ABOVE else signal <= threshold)


def folds_of(draws: int) -> Integers:
    """The fold of each draw."""
    return parts_of(draws, FOLDS)


def watch(signal: Floats, fate: Integers, fold: Integers, costs: Costs) -> Watch:
    """A signal with the threshold and the direction that cost least, counted on the draws that did not choose them.

    Of each draw ``fate`` is ``NOTHING``, ``IN_TIME`` or ``TOO_SOON``, and the draws of each ``fold`` are counted with
    what the others choose. Not to act at all is among what may be chosen: then the threshold is infinite.
    """
    limits = thresholds(signal)
    cell = fate * FOLDS + fold
    everyone = np.bincount(cell, minlength=3 * FOLDS).astype(np.float64).reshape(3, FOLDS)
    below = _up_to(np.searchsorted(limits, signal, side="left"), cell, len(limits))
    above = everyone - _up_to(np.searchsorted(limits, signal, side="right"), cell, len(limits))
    fired = np.concatenate((np.zeros((1, 3, FOLDS)), above, below))
    directions = [ABOVE] * (1 + len(limits)) + [BELOW] * len(limits)
    values = np.concatenate(([np.inf], limits, limits))
    whole = _counted(fired.sum(axis=2), everyone.sum(axis=1))
    best = int(np.argmin(whole.expense(costs)))
    others = fired.sum(axis=2, keepdims=True) - fired
    expense = _counted(others, everyone.sum(axis=1, keepdims=True) - everyone).expense(costs)
    by_fold = np.argmin(expense, axis=0)
    own = np.arange(FOLDS)
    checked = _counted(fired[by_fold, :, own].T[None], everyone)
    return Watch(
        direction=directions[best],
        threshold=float(values[best]),
        seen=Counts(*(part[best] for part in whole)),
        checked=Counts(*(part.sum() for part in checked)),
        chosen_expense=expense[by_fold, own],
        by_fold=Counts(*(part[0] for part in checked)),
    )


def _up_to(position: Integers, cell: Integers, count: int) -> Floats:
    """Draws of each cell up to each of so many positions, array (position, fate, fold)."""
    found = np.bincount(position * 3 * FOLDS + cell, minlength=(count + 1) * 3 * FOLDS)
    return np.cumsum(found.reshape(count + 1, 3, FOLDS), axis=0)[:count].astype(np.float64)


def best_checked(watches: list[Watch]) -> Counts:
    """Counts of the best of many signals where each fold is counted with the signal that the others choose."""
    chosen = np.argmin([one.chosen_expense for one in watches], axis=0)
    parts = [[one.by_fold[part] for one in watches] for part in range(len(Counts._fields))]
    return Counts(*(np.asarray(part)[chosen, np.arange(FOLDS)].sum() for part in parts))


def _counted(fired: Floats, everyone: Floats) -> Counts:
    """Counts of arrays (threshold, fate, ...) of draws that fire, of arrays (fate, ...) of all."""
    quiet = everyone[None] - fired
    return Counts(
        fired[:, IN_TIME],
        fired[:, TOO_SOON],
        fired[:, NOTHING],
        quiet[:, IN_TIME],
        quiet[:, NOTHING],
        quiet[:, TOO_SOON],
    )


def wilson(part: float, whole: float, level: float = 0.95) -> tuple[float, float]:
    """Where a share lies that was counted, at 68 or 95 %.

    Wilson (1927), Probable inference, the law of succession, and statistical inference,
    https://doi.org/10.1080/01621459.1927.10502953.
    """
    if not whole > 0.0:
        return 0.0, 1.0
    width, share = WIDTHS[level], part / whole
    scale = 1.0 + width**2 / whole
    middle = (share + width**2 / (2.0 * whole)) / scale
    spread = width / scale * float(np.sqrt(share * (1.0 - share) / whole + width**2 / (4.0 * whole**2)))
    return max(middle - spread, 0.0), min(middle + spread, 1.0)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0))
