"""A recipe that evaluates word vectors by themselves: the section `intrinsic`, and no training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import Field

from embedkit.errors import Fault
from embedkit.interfaces.flags import STANDALONE
from embedkit.plugin.registry import Registry
from embedkit.recipe.build import Part
from embedkit.recipe.document import Findings
from embedkit.recipe.schema import AnyRecipe, Name
from embedkit.recipe.sections.section import ComponentSpec, Section

SETS = ("similarity", "analogies")
"""The keys of the section that list files."""

Files = tuple[Annotated[str, Field(min_length=1)], ...]


class Intrinsic(Section):
    """What word vectors are asked, and which of their words count."""

    similarity: Annotated[Files, Field(description="files of word pairs with human similarity ratings")] = ()
    analogies: Annotated[
        Files, Field(description="files of analogy questions in sections; at least one file of either kind")
    ] = ()
    case: Annotated[
        Literal["fold", "exact"],
        Field(description="`fold`: ignore case, the source's first match counts; `exact`: do not"),
    ] = "fold"
    restrict: Annotated[
        int | None, Field(ge=1, description="use only the first rows of the source, so many; null: all")
    ] = 300_000
    missing: Annotated[
        Literal["skip", "zero"],
        Field(
            description="pairs and questions with a missing word: `skip` leaves them out, `zero` takes the "
            "cosine as 0 and the answer as wrong"
        ),
    ] = "skip"
    objective: Annotated[
        Literal["3cosadd", "3cosmul"], Field(description="how the answer to an analogy question is found")
    ] = "3cosadd"


class IntrinsicRecipe(AnyRecipe):
    """A run that evaluates word vectors by word similarity and analogies."""

    name: Name
    embedding: Annotated[
        ComponentSpec, Field(description="the vectors to evaluate: none that need training texts")
    ]
    oov: Annotated[
        tuple[ComponentSpec, ...],
        Field(description="policies that propose other spellings of a word; none that fills rows"),
    ] = ()
    intrinsic: Annotated[Intrinsic, Field(description="the evaluation sets, and how they are asked")]

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the files of word pairs and analogy questions, as (key, path)."""
        for kind in SETS:
            for index, path in enumerate(getattr(self.intrinsic, kind)):
                yield f"intrinsic.{kind}.{index}", path


def set_name(path: str) -> str:
    """Return the name of an evaluation file in the results: its file name without folder and suffix."""
    return PurePath(path).stem


def check_intrinsic(sections: Mapping[Any, Any], registry: Registry, findings: Findings) -> None:
    """Add a fault for missing evaluation files, vectors that need training texts, and useless policies.

    A policy that answers for every word has no effect, as it proposes no other spellings.
    """
    _check_sets(sections["intrinsic"], findings)
    embedding = sections.get("embedding")
    if isinstance(embedding, ComponentSpec) and embedding.use:
        _check_standalone(Part(registry, "embedding", embedding, "embedding"), findings)
    for index, spec in enumerate(sections.get("oov") or ()):
        if isinstance(spec, ComponentSpec) and spec.use and registry.get("oov", spec.use).total:
            hint = "What cannot be asked is counted, and 'missing' says what becomes of it."
            findings.add(("oov", index), Fault(f"'{spec.use}' proposes no other spellings", hint=hint))


def _check_sets(section: Any, findings: Findings) -> None:
    """Add a fault if there is no evaluation file, or if two have the same name, the key in metrics.json."""
    listed = {kind: section.get(kind) for kind in SETS} if isinstance(section, Mapping) else {}
    if listed and not any(listed.values()):
        findings.add(("intrinsic",), f"expected files of {' or '.join(SETS)}")
    seen: dict[str, str] = {}
    for kind, paths in listed.items():
        for index, path in enumerate(paths if isinstance(paths, tuple) else ()):
            at = f"intrinsic.{kind}.{index}"
            if isinstance(path, str) and seen.setdefault(set_name(path), at) != at:
                what = f"{seen[set_name(path)]} is called '{set_name(path)}' as well"
                findings.add(("intrinsic", kind, index), what)


def _check_standalone(embedding: Part, findings: Findings) -> None:
    for part in embedding.walk():
        if not STANDALONE.of(part.component.factory):
            findings.add(("embedding",), f"'{part.spec.use}' has no vectors without training texts")
