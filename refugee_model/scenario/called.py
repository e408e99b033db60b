"""What kinds of accommodation are called where a scenario plays: in words and pictures, never in columns of tables."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from refugee_model.scenario.values import Assumptions

Called = Annotated[str, Field(min_length=1, max_length=40, pattern=r"\S")]


class KindNames(Assumptions):
    """Names of kinds of places; blank ones are called as the model calls them."""

    state_accommodation: Called | None = Field(
        None, description="What state accommodation is called, such as camps; as it stands after 'in'"
    )
    transit_place: Called | None = Field(None, description="What one transit place is called, such as tent place")
    reception_point: Called | None = Field(None, description="What one reception point is called, such as border post")
    community_centre: Called | None = Field(None, description="What one community centre is called, such as town hall")

    @model_validator(mode="after")
    def _different(self) -> Self:
        """Two kinds of one name could not be told apart."""
        twice = [name for name, count in Counter(name.casefold() for name in self.given.values()).items() if count > 1]
        if twice:
            raise PydanticCustomError(
                "twice", "'{name}' is the name of two kinds of places; give each its own", {"name": twice[0]}
            )
        return self

    @property
    def given(self) -> dict[str, str]:
        """Names that somebody gave, by what the model says in English."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name.replace("_", " "): said for name, said in named.items() if said is not None}
