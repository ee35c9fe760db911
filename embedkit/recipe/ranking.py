"""A ranking as a recipe: the candidates, each a recipe of its own, and how they are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.schema import AnyRecipe, Name
from embedkit.recipe.sections.section import ComponentSpec, Section
from embedkit.recipe.text_encoder import NetworkRecipe


class RankingSettings(Section):
    """How candidates are compared."""

    metric: Annotated[
        str, Field(min_length=1, description="the metric, higher or lower being better as the metric says")
    ] = "accuracy"
    alpha: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            description="the level of the tests: how often one of the best may stand outside the first tier",
        ),
    ] = 0.05
    race: Annotated[
        bool, Field(description="whether a candidate that is clearly worse is not trained on all folds")
    ] = True
    seed: Annotated[
        int, Field(ge=0, lt=2**32, description="in which order candidates and folds have their turns")
    ] = 0


class RankingRecipe(AnyRecipe):
    """A ranking of candidates, all trained and tested on the same texts."""

    name: Name
    ranking: Annotated[
        RankingSettings, Field(default_factory=RankingSettings, description="how candidates are compared")
    ]
    candidates: Annotated[
        Mapping[str, NetworkRecipe | BaselineRecipe],
        Field(min_length=1, description="a recipe for each candidate, by name"),
    ]

    def components(self) -> Iterator[tuple[str, str, ComponentSpec]]:
        """Yield the components of all candidates, their keys preceded by the candidate's name."""
        for name, candidate in self.candidates.items():
            for key, kind, spec in candidate.components():
                yield f"candidates.{name}.{key}", kind, spec

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the files that the candidates' recipes read themselves, as (key, path)."""
        for name, candidate in self.candidates.items():
            for key, path in candidate.files():
                yield f"candidates.{name}.{key}", path

    def to_plain(self) -> dict[str, Any]:
        """Return the recipe as it stands in YAML, with every default."""
        plain = super().to_plain()
        plain["candidates"] = {name: each.to_plain() for name, each in self.candidates.items()}
        return plain
