"""Word vectors to be written as a file: those of a recipe, or of a list of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from embedkit.errors import Fault, RecipeError, VocabularyError
from embedkit.files.storage import storage_of
from embedkit.interfaces import EmbeddingContext
from embedkit.interfaces.contracts import check_lookup
from embedkit.recipe.build import Part
from embedkit.recipe.repeats import single_runs
from embedkit.recipe.schema import Recipe
from embedkit.recipe.sections.section import spec_of
from embedkit.tasks.components import RunComponents
from embedkit.tasks.embedding import embedding_context
from embedkit.tasks.preparation import prepare

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, VectorSource
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.document import Plain
    from embedkit.recipe.load import AnyKind
    from embedkit.runs.reporter import Reporter

WordVectors = tuple[list[str], "FloatArray"]
"""Words and their vectors, float32 [n, D]."""


def vectors_of_recipe(recipe: AnyKind, registry: Registry, reporter: Reporter) -> WordVectors:
    """Return the words of a recipe's training texts and their vectors in its embedding, the frequent first.

    Words that the embedding does not have are left out. Raises RecipeError for a recipe without word vectors
    and for one of several runs, and whatever reading the texts and opening the embedding raise.
    """
    recipe = _single(recipe)
    storage = storage_of(recipe.data.in_memory, None)
    components = RunComponents(recipe, registry, storage)
    components.refuse_untrusted()
    prepared = prepare(components, reporter, strict=False)
    reporter.stage("looking words up")
    source = components.embedding.open(embedding_context(components, prepared, reporter))
    counts = dict(zip(prepared.vocabulary.words, prepared.vocabulary.counts, strict=True))
    return _found(source, sorted(counts, key=lambda word: -counts[word]))


def _single(recipe: AnyKind) -> Recipe:
    if not isinstance(recipe, Recipe):
        raise RecipeError(
            Fault("has no embedding: only a recipe that trains on word vectors has one", "recipe")
        )
    if several := single_runs(recipe):
        what = f"stands for {len(several)} runs, and each has training texts of its own"
        hint = "Choose one, such as --set data.folds.only=0, or read all texts: --set data.folds=null."
        raise RecipeError(Fault(what, where="recipe", hint=hint))
    return recipe


def distilled_vectors(
    words: Sequence[str], parameters: Plain, registry: Registry, reporter: Reporter
) -> WordVectors:
    """Return the vectors that `distilled`, with its `parameters`, gives to `words`, each read alone.

    Words that the text encoder does not know are left out. Raises whatever opening the embedding raises.
    """
    part = Part(registry, "embedding", spec_of({"use": "distilled", **parameters}), "distilled")
    reporter.stage("reading words")
    context = EmbeddingContext(0, [*dict.fromkeys(words)], progress=reporter.advance)
    context = replace(context, formats=lambda: registry, trust=registry.trust)
    return _found(part.make().open(context), context.words)


def _found(source: VectorSource, words: Sequence[str]) -> WordVectors:
    """Return those of `words` that the source has. Raises VocabularyError if it has none."""
    lookup = check_lookup(source, source.lookup(words), len(words), source.dim)
    found = lookup.found.nonzero()[0]
    if not len(found):
        raise VocabularyError(Fault("knows none of the words", where="embedding"))
    return [words[number] for number in found.tolist()], lookup.vectors[found]
