"""How many people have ever been in each group that standards count, from what moved in each step.

People who come back to a group are not counted again. Those with relatives who have not been in transit or state accommodation are
told from those who have, and those who need a bed and have not been with relatives from those who have; whoever leaves either is taken
to be as those who are there. What was before the start is not known: everyone who is there at the start counts as new.
"""

from __future__ import annotations

from refugee_model.engine.lanes import Floats, compiled
from refugee_model.engine.rows import One


@compiled
def begin_counting(one: Floats, lanes: int) -> None:
    """In the step that begins nobody has come back from relatives or moved out yet."""
    for lane in range(lanes):
        one[One.came_back_to_wait + lane] = 0.0
        one[One.moved_to_relatives + lane] = 0.0


@compiled
def count_entries(one: Floats, lanes: int) -> None:
    """At the end of a step: people who came into each group and had not been in it."""
    for lane in range(lanes):
        later, asks = one[One.registered_later + lane], one[One.asks_share + lane]
        asked_later, straight = later * asks, one[One.went_straight_on + lane]
        joined_later = later - asked_later
        back, back_unregistered = one[One.came_back_to_wait + lane], one[One.came_back_unregistered + lane]
        joined, asked, moved = one[One.registered_now + lane], one[One.asked + lane], one[One.moved_to_relatives + lane]

        with_relatives = one[One.registered_hosted + lane] + joined
        never_waited = (one[One.hosted_who_never_waited + lane] + joined_later) / max(with_relatives, 1e-9)
        needing = one[One.need_a_bed + lane] + asked + back + back_unregistered
        never_hosted = (one[One.waiting_who_never_were_hosted + lane] + max(0.0, asked - asked_later)) / max(needing, 1e-9)
        never_waited, never_hosted = min(1.0, never_waited), min(1.0, never_hosted)

        come = max(0.0, one[One.crossed + lane] - straight) + asked_later + back_unregistered + back * never_waited
        one[One.entered_everyone + lane] += one[One.crossed + lane]
        one[One.entered_waiting + lane] += come
        one[One.entered_collective + lane] += come
        one[One.entered_hosted + lane] += (
            straight + one[One.went_on_unregistered + lane] + max(0.0, joined - joined_later) + moved * never_hosted
        )

        hosted = max(0.0, one[One.now_hosted + lane] - one[One.unregistered_hosted + lane])
        waiting = one[One.awaiting_placement + lane] + one[One.in_travel + lane]
        one[One.hosted_who_never_waited + lane] = never_waited * max(0.0, hosted - moved)
        one[One.registered_hosted + lane] = hosted
        one[One.need_a_bed + lane] = waiting + one[One.now_sheltered + lane]
        one[One.waiting_who_never_were_hosted + lane] = never_hosted * one[One.need_a_bed + lane]
        # People whose beds are lost wait again; those sheltered since the start had not waited before: never fewer than are there.
        waiting += one[One.in_registration + lane]
        one[One.entered_waiting + lane] = max(one[One.entered_waiting + lane], waiting)
        one[One.entered_collective + lane] = max(one[One.entered_collective + lane], waiting + one[One.now_sheltered + lane])
