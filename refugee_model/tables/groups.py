"""Whom a standard counts: people by where they are, and by age, sex, disability and pregnancy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from refugee_model.tables.frames import check_run, first_draw, frame, words
from refugee_model.tables.times import days_of

if TYPE_CHECKING:
    from refugee_model.engine.trajectories import Trajectories
    from refugee_model.scenario.places import Profile

Floats = NDArray[np.float64]

KINDS_OF_GROUP: dict[str, tuple[str, ...]] = {
    "everyone": ("awaiting_registration", "unregistered_hosted", "awaiting_placement", "travelling", "sheltered", "hosted"),
    "waiting": ("awaiting_registration", "awaiting_placement", "travelling"),
    "collective": ("awaiting_registration", "awaiting_placement", "travelling", "sheltered"),
    "hosted": ("unregistered_hosted", "hosted"),
}
"""Where the people of each group of ``scenario/standards.py`` are; those on the way to a province are in transit."""


def present(run: Trajectories, group: str) -> Floats:
    """People of a group who are there.

    Parameters
    ----------
    run : Trajectories
        A projection.
    group : str
        One of ``KINDS_OF_GROUP``.

    Returns
    -------
    array (bound, draw) [people]
        At each bound.
    """
    people = np.zeros((len(run.hours), run.draws))
    for kind in KINDS_OF_GROUP[group]:
        people += run.people(kind).sum(axis=1)
    return people


def entered(run: Trajectories, group: str) -> Floats:
    """People who have ever been in a group: those there at the start, and everyone who came in; who comes back is not counted again.

    Parameters
    ----------
    run : Trajectories
        A projection.
    group : str
        One of ``KINDS_OF_GROUP``.

    Returns
    -------
    array (bound, draw) [people]
        Up to each bound; see ``engine/entries.py``.
    """
    return run.level(f"entered_{group}")[:, 0]


def share_of_profile(profile: Profile, profile_group: str | None) -> float:
    """Share of people who belong to a part of ``people.profile``; 1 where no part is named."""
    return 1.0 if profile_group is None else float(getattr(profile, profile_group))


def shares(profile: Profile) -> dict[str, float]:
    """Share of people in each group of age, sex, disability and pregnancy; the groups overlap.

    Parameters
    ----------
    profile : Profile
        Shares of all people.

    Returns
    -------
    dict of str to float
        By group.
    """
    return {
        "everyone": 1.0,
        "women_and_girls": profile.women_and_girls,
        "men_and_boys": 1.0 - profile.women_and_girls,
        "children": profile.children,
        "school_age": profile.school_age,
        "adults": max(0.0, 1.0 - profile.children - profile.older_people),
        "older_people": profile.older_people,
        "people_with_disabilities": profile.people_with_disabilities,
        "pregnant_women": profile.pregnant_women,
    }


def profile_table(run: Trajectories) -> pd.DataFrame:
    """Who the people in the country are, at the end of each date.

    Parameters
    ----------
    run : Trajectories
        A projection.

    Returns
    -------
    DataFrame
        date, group, people, in_state_accommodation; one row a date and group. ``people`` have crossed and are in the country;
        ``adults`` are neither children nor older people. Every place has the shares of ``people.profile``.

    Raises
    ------
    RequestError
        If ``run`` is not a projection.
    """
    check_run(run)
    days, groups = days_of(run), shares(run.scenario.people.profile)
    share = np.asarray(list(groups.values()))[None, :, None]
    people = days.at_ends(present(run, "everyone"))[:, None] * share
    sheltered = days.at_ends(run.people("sheltered").sum(axis=1))[:, None] * share
    return frame(
        run,
        "People by age, sex, disability and pregnancy",
        {
            "date": days.dates.repeat(len(groups)),
            "group": words(list(groups), times=len(days.dates)),
            "people": first_draw(people),
            "in_state_accommodation": first_draw(sheltered),
        },
    )
