"""The embedding matrix of a run: words looked up in the recipe's source, the rest filled by its policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from embedkit.data.preflight import raise_or_warn
from embedkit.evaluation.coverage_check import check_coverage, covered_shares
from embedkit.evaluation.oov.fits import fit_line
from embedkit.interfaces.consistency import check_fill, check_proposals, check_source, spread
from embedkit.model.oov import FoundWords, OovChain
from embedkit.model.table import EmbeddingTable, build_table, check_values
from embedkit.text.tokenizer_match import check_pieces
from embedkit.text.vocabulary import FIRST_WORD_ID

if TYPE_CHECKING:
    from embedkit.interfaces import EmbeddingContext, VectorSource
    from embedkit.model.lookup import Origin
    from embedkit.recipe.components import Components
    from embedkit.recipe.schema import Recipe
    from embedkit.runs.reporter import Reporter
    from embedkit.tasks.preparation import Prepared


def embed(
    components: Components[Recipe], prepared: Prepared, reporter: Reporter, strict: bool = False
) -> EmbeddingTable:
    """Build the embedding matrix: look words up in the source, fill the rest by the policies.

    Under `unseen: lookup`, the other words of the splits are looked up in the same pass. Warns if the source
    hardly covers a split or has implausible vectors, which is a DataError if `strict`. Raises RecipeError if
    the source has vectors of another tokenizer's pieces.
    """
    recipe, vocabulary, splits = components.recipe, prepared.vocabulary, prepared.tokenized
    context = embedding_context(components, prepared, reporter)
    texts = chain.from_iterable(split.tokens for split in splits.values())
    extra_words = vocabulary.without_row(texts) if recipe.embedding.unseen == "lookup" else ()
    source = components.embedding.open(context)
    check_pieces(source, components.tokenizer)
    table = build_table(vocabulary, source, OovChain(components.policies), context, extra_words)
    part = components.part("embedding")
    if not part.bundled:
        _ask_again(source, str(part), vocabulary.words, table)
    _ask_policies_again(components, source, table, context)
    shares = covered_shares(table.rows.extended(table.unseen), splits)
    reporter.stage(f"tokens with a vector: {', '.join(f'{name} {x:.1%}' for name, x in shares.items())}")
    for each in table.fits:
        reporter.stage(fit_line(each))
    raise_or_warn([*check_coverage(shares), *check_values(table)], strict)
    return table


def embedding_context(
    components: Components[Recipe], prepared: Prepared, reporter: Reporter
) -> EmbeddingContext:
    """Return the context in which the embedding of a recipe is opened: its vocabulary and training texts."""
    labelling, train = prepared.labelling, prepared.tokenized["train"]
    return replace(
        components.context(components.recipe.seed, prepared.vocabulary.words),
        training_tokens=lambda: train.tokens,
        progress=reporter.advance,
        training_targets=lambda: labelling.targets(train.examples.labels),
        classes=labelling.classes,
    )


def _ask_again(source: VectorSource, name: str, words: Sequence[str], table: EmbeddingTable) -> None:
    """Raise ComponentError unless a second lookup of a few words gives the vectors in the table."""
    rows = [(words[number], number + FIRST_WORD_ID) for number in spread(len(words))]
    found = {word: table.vectors[row] if table.rows.origin[row] == "found" else None for word, row in rows}
    check_source(source, name, found)


def _ask_policies_again(
    components: Components[Recipe], source: VectorSource, table: EmbeddingTable, context: EmbeddingContext
) -> None:
    """Raise ComponentError unless the plugins' policies answer for a few missing words as before."""
    parts, chain = components.parts("oov"), OovChain(components.policies)
    if all(part.bundled for part in parts):
        return
    known = _with_origin(table, "found", "recovered")
    vectors = table.vectors[known]
    found = FoundWords([table.rows.words[row] for row in known], vectors, context)
    missing, filled = (_few(table, *some) for some in (("recovered", "filled"), ("filled",)))
    for position, part in enumerate(parts):
        policy, name = components.make(part.where), str(part)
        if not part.bundled and filled:
            again = partial(chain.context, position, source, found, context.seed)
            check_fill(policy, name, part.where, filled, again)
        if not part.bundled:
            check_proposals(policy, name, part.where, missing)


def _few(table: EmbeddingTable, *origins: Origin) -> list[str]:
    """Return up to eight words of the table whose rows have one of `origins`."""
    rows = _with_origin(table, *origins)
    return [table.rows.words[rows[number]] for number in spread(len(rows))]


def _with_origin(table: EmbeddingTable, *origins: Origin) -> list[int]:
    return [row for row, origin in enumerate(table.rows.origin) if origin in origins]
