"""Checks of embeddings and of the sources that they open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from numbers import Integral
from typing import Any

from embedkit.interfaces import EmbeddingContext, Lookup, SubwordSource
from embedkit.interfaces.flags import STANDALONE
from embedkit.testing.arrays import expect_array, expect_finite
from embedkit.testing.check import check, expect
from embedkit.testing.checks.common import deterministic, does_its_work
from embedkit.testing.exercise import Exercise
from embedkit.testing.sources import (
    COMMON,
    MISSING,
    STRANGE,
    WORDS,
    OpenArguments,
    Opening,
    embedding_context,
)
from embedkit.testing.subject import Subject

SHOWN = 50
"""Words of a source's blocks that are looked up."""

FEW = 10
"""Words that are looked up one by one."""


def open_source(subject: Subject) -> Any:
    """Open the source of a new embedding, as a run does."""
    return subject.make().open(context_for(subject))


def context_for(subject: Subject) -> EmbeddingContext:
    """Return what the embedding is given in a run with the plugins, and the trust, of the checks."""
    registry = subject.registry
    return replace(embedding_context(), formats=lambda: registry, trust=registry.trust)


def likely_words(source: Any) -> list[str]:
    """Return words that a source may know: those of the training texts, those that it lists, common ones."""
    listed = (word for word, _ in islice(_listed(source), SHOWN))
    return [*dict.fromkeys([*WORDS, *listed, *COMMON])]


def some_words(source: Any) -> list[str]:
    """Return a few words that a source knows, as far as it does, and then a few that it hardly does."""
    words = likely_words(source)
    found = [word for word, known in zip(words, source.lookup(words).found, strict=True) if known]
    return [*dict.fromkeys([*found[:FEW], *WORDS, *MISSING])]


def _listed(source: Any) -> Iterator[tuple[str, list[float]]]:
    """Yield the words of the blocks of a source with their vectors; nothing if it has no blocks."""
    for block in source.blocks() if callable(getattr(source, "blocks", None)) else ():
        for word, vector in zip(block.words, block.vectors.tolist(), strict=True):
            yield word.decode(), vector


def _expect_shapes(verb: str, lookup: Any, words: Sequence[str], dim: int) -> None:
    """Raise ConformanceError for arrays of another shape or dtype than an answer for `words` has."""
    for name, dtype, shape in (
        ("vectors", "float32", (len(words), dim)),
        ("found", "bool", (len(words),)),
        ("rows", "int64", (len(words),)),
    ):
        expect_array(f"`{verb}().{name}`", getattr(lookup, name, None), dtype, shape)


def _answers(lookup: Lookup) -> list[tuple[bool, list[float]]]:
    """Return, for each word, whether it was found, and its vector."""
    return [*zip(lookup.found.tolist(), lookup.vectors.tolist(), strict=True)]


def _expect_same(words: Sequence[str], asked: str, answers: tuple[Sequence[Any], Sequence[Any]]) -> None:
    """Raise ConformanceError if two answers for each of `words` differ; `asked` says how they were asked."""
    for word, first, second in zip(words, *answers, strict=True):
        expect(first == second, f"the same answer for {word[:60]!r} {asked}", "another one")


@check("embedding")
def embedding_opens_a_source(subject: Subject) -> None:
    """`open` returns a source, which has `dim`, `unk` and `lookup`."""
    source = open_source(subject)
    absent = [name for name in ("dim", "unk", "lookup") if not hasattr(source, name)]
    expect(not absent, "a source with `dim`, `unk` and `lookup`", repr(type(source).__name__))


@check("embedding", requires=(does_its_work,))
def embedding_dim(subject: Subject) -> None:
    """`dim` of the source is an integer from 1, and an attribute or a property, not a method."""
    dim = open_source(subject).dim
    integer = isinstance(dim, Integral) and not isinstance(dim, bool)
    expect(integer and dim >= 1, "an integer from 1", f"{dim!r:.60}")


@check("embedding", requires=(embedding_dim,))
def embedding_lookup_shapes(subject: Subject) -> None:
    """`lookup` of n words returns `vectors` float32 [n, D], `found` bool [n] and `rows` int64 [n]."""
    source = open_source(subject)
    for words in ([*likely_words(source), *MISSING], [*WORDS[:1]]):
        _expect_shapes("lookup", source.lookup(words), words, source.dim)


@check("embedding", requires=(embedding_lookup_shapes,))
def embedding_unk(subject: Subject) -> None:
    """`unk` of the source is None, or a finite vector float32 [D]."""
    source = open_source(subject)
    if source.unk is not None:
        expect_array("`unk`", source.unk, "float32", (source.dim,))
        expect_finite("`unk`", source.unk)


@check("embedding", requires=(embedding_lookup_shapes,))
def embedding_lookup_is_finite(subject: Subject) -> None:
    """`lookup` returns finite vectors."""
    source = open_source(subject)
    expect_finite("`lookup().vectors`", source.lookup([*likely_words(source), *MISSING]).vectors)


@check("embedding", requires=(embedding_lookup_shapes,))
def embedding_missing_words_are_zero(subject: Subject) -> None:
    """A word that is not found has a vector of zeros."""
    source = open_source(subject)
    lookup = source.lookup(words := some_words(source))
    for word, found, vector in zip(words, lookup.found, lookup.vectors, strict=True):
        expect(bool(found) or not vector.any(), f"zeros for {word!r}, which is not found", str(vector[:4]))


@check("embedding", requires=(embedding_lookup_shapes,))
def embedding_rows_of_found_words(subject: Subject) -> None:
    """`rows` are from 0 for words that are found, and -1 for all others."""
    source = open_source(subject)
    lookup = source.lookup(words := some_words(source))
    for word, found, row in zip(words, lookup.found.tolist(), lookup.rows.tolist(), strict=True):
        fits = row >= 0 if found else row == -1
        expect(fits, f"{'a row from 0' if found else 'row -1'} for {word!r} ({found=})", str(row))


@check("embedding", requires=(embedding_rows_of_found_words,))
def embedding_rows_differ(subject: Subject) -> None:
    """`rows` number the words that are found: they are not the same for all."""
    source = open_source(subject)
    rows = source.lookup(likely_words(source)).rows
    found = rows[rows >= 0].tolist()
    expect(len(found) < 2 or len({*found}) > 1, f"rows of {len(found)} words", f"{found[:1]} for all")


@check("embedding", requires=(embedding_lookup_is_finite, deterministic))
def embedding_lookup_order(subject: Subject) -> None:
    """`lookup` answers in the order of the words."""
    source = open_source(subject)
    words = some_words(source)
    answers = _answers(source.lookup(words)), _answers(source.lookup(words[::-1]))[::-1]
    _expect_same(words, "when the words come in the opposite order", answers)


@check("embedding", requires=(embedding_lookup_order,))
def embedding_word_alone(subject: Subject) -> None:
    """A word has the same vector alone as with others."""
    source = open_source(subject)
    words = some_words(source)
    together = _answers(source.lookup(words))
    alone = [_answers(source.lookup([word]))[0] for word in words]
    _expect_same(words, "alone and with others", (together, alone))


@check("embedding", requires=(embedding_word_alone,))
def embedding_repeated_words(subject: Subject) -> None:
    """A word that is asked for twice is answered twice."""
    source = open_source(subject)
    words = some_words(source)
    first, twice = source.lookup(words), source.lookup([*words, *words])
    _expect_shapes("lookup", twice, [*words, *words], source.dim)
    _expect_same([*words, *words], "when it is asked for twice", (_answers(first) * 2, _answers(twice)))


@check("embedding", requires=(embedding_lookup_shapes,))
def embedding_lookup_of_no_words(subject: Subject) -> None:
    """`lookup` of no words returns `vectors` of [0, D], `found` and `rows` of [0]."""
    source = open_source(subject)
    _expect_shapes("lookup", source.lookup([]), [], source.dim)


@check("embedding", requires=(embedding_lookup_shapes,))
def embedding_lookup_of_any_word(subject: Subject) -> None:
    """`lookup` takes any word: an empty one, an emoji, one of 10,000 characters."""
    source = open_source(subject)
    _expect_shapes("lookup", source.lookup([*STRANGE]), STRANGE, source.dim)


@check("embedding", requires=(embedding_lookup_is_finite, deterministic))
def embedding_words_are_exact(subject: Subject) -> None:
    """Words are compared exactly: one in another case is another word, with a vector of its own or none."""
    source = open_source(subject)
    words = likely_words(source)
    pairs = [(word, word.swapcase()) for word in words if word.swapcase() != word]
    here, there = (source.lookup([*some]) for some in zip(*pairs, strict=True))
    both = (here.found & there.found).nonzero()[0].tolist()
    same = [i for i in both if (here.vectors[i] == there.vectors[i]).all()]
    expect(not both or len(same) < len(both), "another vector, or none", _one_vector(pairs, same))


def _one_vector(pairs: Sequence[tuple[str, str]], same: Sequence[int]) -> str:
    return " and ".join(map(repr, pairs[same[0]])) + " with the same" if same else ""


@check("embedding", requires=(embedding_lookup_is_finite, deterministic))
def embedding_standalone_is_stated(subject: Subject) -> None:
    """Without training texts the words are found as with them, unless the class says `standalone = False`."""
    if not STANDALONE.of(subject.component.factory):
        return
    context = context_for(subject)
    alone = EmbeddingContext(context.seed, context.words, formats=context.formats, trust=context.trust)
    source = subject.make().open(context)
    words = some_words(source)
    trained = _answers(source.lookup(words))
    again = _answers(subject.make().open(alone).lookup(words))
    found = [i for i, (found, _) in enumerate(trained) if found]
    both = [trained[i] for i in found], [again[i] for i in found]
    _expect_same([words[i] for i in found], "when it is opened without training texts", both)


@check("embedding", requires=(embedding_lookup_is_finite, deterministic))
def embedding_answers_are_independent(subject: Subject) -> None:
    """What is written into the arrays of an answer does not change later answers."""
    source = open_source(subject)
    words = some_words(source)
    first = source.lookup(words)
    before = _answers(first)
    for array in (first.vectors, first.found, first.rows):
        if array.flags.writeable:
            array[...] = 1 - array if array.dtype != bool else ~array
    _expect_same(words, "after a change of an earlier answer", (before, _answers(source.lookup(words))))


@check("embedding", requires=(embedding_lookup_shapes,))
def embedding_subword_shapes(subject: Subject) -> None:
    """`subword` of n words, if there is one, returns `vectors` float32 [n, D], `found` and `rows` [n]."""
    source = open_source(subject)
    if isinstance(source, SubwordSource):
        _expect_shapes("subword", source.subword([*MISSING]), MISSING, source.dim)


@check("embedding", requires=(embedding_subword_shapes,))
def embedding_subword_of_no_words(subject: Subject) -> None:
    """`subword` of no words returns `vectors` of [0, D], `found` and `rows` of [0]."""
    source = open_source(subject)
    if isinstance(source, SubwordSource):
        _expect_shapes("subword", source.subword([]), [], source.dim)


@check("embedding", requires=(embedding_subword_shapes,))
def embedding_subword_of_any_word(subject: Subject) -> None:
    """`subword` takes any word: an empty one, an emoji, one of 10,000 characters."""
    source = open_source(subject)
    if isinstance(source, SubwordSource):
        _expect_shapes("subword", source.subword([*STRANGE]), STRANGE, source.dim)


@check("embedding", requires=(embedding_subword_shapes,))
def embedding_subword_rows(subject: Subject) -> None:
    """`subword` returns rows of -1: a vector made of subwords is in no row."""
    source = open_source(subject)
    if isinstance(source, SubwordSource):
        rows = source.subword([*MISSING]).rows.tolist()
        expect(rows == [-1] * len(rows), "rows of -1", str(rows))


@check("embedding", requires=(embedding_lookup_is_finite, deterministic))
def embedding_blocks_agree(subject: Subject) -> None:
    """`blocks`, if there are any, have the vectors that `lookup` returns."""
    source = open_source(subject)
    vector_of: dict[str, list[float]] = {}
    for word, vector in islice(_listed(source), SHOWN):
        vector_of.setdefault(word, vector)
    for word, (found, vector) in zip(vector_of, _answers(source.lookup([*vector_of])), strict=True):
        expect(found, f"{word!r}, which `blocks` lists, to be found", "none")
        expect(vector == vector_of[word], f"the vector of {word!r} in `blocks`", "another one")


def _work(made: Any, arguments: OpenArguments) -> Any:
    context, words, _ = arguments
    source = made.open(context)
    composed = source.subword(words) if isinstance(source, SubwordSource) else None
    return source.dim, source.unk, source.lookup(words), composed


EXERCISE = Exercise("embedding", Opening(), _work, requires=(embedding_opens_a_source.id,))
