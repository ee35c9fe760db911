"""Checks of out-of-vocabulary policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.errors import VocabularyError
from embedkit.interfaces import FillContext, Filled, VectorSource
from embedkit.interfaces.flags import NEEDS_SUBWORDS, TOTAL
from embedkit.testing.arrays import expect_array, expect_finite
from embedkit.testing.check import ConformanceError, check, expect
from embedkit.testing.checks.common import deterministic, does_its_work, no_misspelt_flag
from embedkit.testing.exercise import Exercise
from embedkit.testing.sources import DIM, KNOWN, MISSING, STRANGE, known_vectors, plain_source, subword_source
from embedkit.testing.subject import Subject

if TYPE_CHECKING:
    from numpy.random import Generator


REFUSED = "refused"
"""Stands for the answer of a policy that raises a VocabularyError."""


def fill_context(
    source: VectorSource,
    words: Sequence[str] = KNOWN,
    texts: Sequence[Sequence[str]] = (KNOWN, MISSING),
    rng: Generator | None = None,
) -> FillContext:
    """Return what a policy is given: the `words` that `source` has, `texts` for training, and a generator.

    The generator has the same seed each time, unless another one is given.
    """
    import numpy as np

    rng = np.random.default_rng(0) if rng is None else rng
    return FillContext(source, known_vectors(words), rng, words, lambda: texts)


def fill(subject: Subject, words: Sequence[str], context: FillContext | None = None) -> Filled | None:
    """Return the answer of a new policy for `words`; None if it refuses them, with a VocabularyError.

    Without a context, the policy is given a source with subwords.
    """
    filled: Any = _fill(subject.make(), [*words], context or fill_context(subword_source()))
    if filled is None:
        raise ConformanceError("expected a Filled of `fill`, got None")
    return None if filled is REFUSED else filled


def _fill(policy: Any, words: list[str], context: FillContext) -> Any:
    """Return what `fill` returns, or REFUSED if it raises a VocabularyError."""
    try:
        return policy.fill(words, context)
    except VocabularyError:
        return REFUSED


def _expect_shapes(filled: Filled | None, words: Sequence[str]) -> None:
    """Raise ConformanceError for arrays of another shape or dtype than an answer for `words` has."""
    if filled is not None:
        expect_array("`vectors`", getattr(filled, "vectors", None), "float32", (len(words), DIM))
        expect_array("`filled`", getattr(filled, "filled", None), "bool", (len(words),))


@check("oov", static=True, requires=(no_misspelt_flag,))
def oov_total_is_stated(subject: Subject) -> None:
    """The class says by `total`, True or False, whether `fill` answers for every word."""
    total = getattr(subject.component.factory, "total", None)
    expect(isinstance(total, bool), "a class attribute `total` of True or False", repr(total))


@check("oov", requires=(does_its_work,))
def oov_candidates_are_strings(subject: Subject) -> None:
    """`candidates` returns a sequence of strings, which a single string is not."""
    policy = subject.make()
    for word in MISSING:
        candidates = policy.candidates(word)
        listed = isinstance(candidates, Sequence) and not isinstance(candidates, str)
        fits = listed and all(isinstance(candidate, str) for candidate in candidates)
        expect(fits, f"a list or tuple of strings for {word!r}", f"{candidates!r:.60}")


@check("oov", requires=(oov_candidates_are_strings,))
def oov_candidates_of_any_word(subject: Subject) -> None:
    """`candidates` takes any word: an empty one, an emoji, one of 10,000 characters."""
    policy = subject.make()
    for word in STRANGE:
        policy.candidates(word)


@check("oov", requires=(does_its_work,))
def oov_fill_shapes(subject: Subject) -> None:
    """`fill` returns `vectors` of float32 [n, D] and `filled` of bool [n] for n words."""
    for words in (MISSING, MISSING[:1]):
        _expect_shapes(fill(subject, words), words)


@check("oov", requires=(oov_fill_shapes,))
def oov_fill_is_finite(subject: Subject) -> None:
    """`fill` returns finite vectors."""
    filled = fill(subject, MISSING)
    if filled is not None:
        expect_finite("`vectors`", filled.vectors)


@check("oov", requires=(oov_fill_shapes,))
def oov_fill_spellings(subject: Subject) -> None:
    """`spellings` are empty or one for each word: a string, or None for a word without one or not filled."""
    filled = fill(subject, MISSING)
    if filled is None:
        return
    spellings = filled.spellings
    listed = isinstance(spellings, list | tuple) and len(spellings) in (0, len(MISSING))
    expect(listed, f"a list of {len(MISSING)} spellings, or of none", f"{spellings!r:.60}")
    for word, spelling, answered in zip(MISSING, spellings, filled.filled, strict=False):
        expect(isinstance(spelling, str | None), f"a string or None for {word!r}", repr(spelling))
        expect(spelling is None or bool(answered), f"None for {word!r}, which is not filled", repr(spelling))


@check("oov", requires=(oov_fill_spellings,))
def oov_fill_names_known_words(subject: Subject) -> None:
    """A word that `spellings` names is known, and the vector is that of this word."""
    context = fill_context(subword_source())
    filled = fill(subject, MISSING, context)
    vector_of = dict(zip(KNOWN, known_vectors().tolist(), strict=True))
    for row, spelling in enumerate(filled.spellings if filled else ()):
        if filled is not None and spelling is not None:
            expect(spelling in vector_of, "a spelling that the source has", repr(spelling))
            vector = filled.vectors[row].tolist()
            expect(vector == vector_of[spelling], f"the vector of {spelling!r}", str(vector))


@check("oov", requires=(oov_total_is_stated, oov_fill_shapes))
def oov_total_policy_fills_every_word(subject: Subject) -> None:
    """A policy with `total = True` fills every word, `<UNK>` among them."""
    words = (*MISSING, "<UNK>")
    filled = fill(subject, words)
    if filled is not None and TOTAL.of(subject.component.factory):
        left = [word for word, answered in zip(words, filled.filled, strict=True) if not answered]
        expect(not left, "an answer for every word", f"none for {', '.join(map(repr, left))}")


@check("oov", requires=(oov_fill_is_finite, deterministic))
def oov_fill_follows_the_words(subject: Subject) -> None:
    """`fill` answers in the order of the words: where it draws no random numbers, each keeps its vector."""
    import numpy as np

    rng = np.random.default_rng(0)
    unused = rng.bit_generator.state
    there = fill(subject, MISSING, fill_context(subword_source(), rng=rng))
    draws = rng.bit_generator.state != unused
    back = fill(subject, MISSING[::-1], fill_context(subword_source()))
    if there is None or back is None:
        return
    same = [there.filled[::-1].tolist() == back.filled.tolist()]
    if not draws:
        same.append(np.array_equal(there.vectors[::-1], back.vectors))
    expect(all(same), "the same for each word when they come in the opposite order", "something else")


@check("oov", requires=(oov_fill_shapes,))
def oov_fill_of_no_words(subject: Subject) -> None:
    """`fill` of no words returns `vectors` of [0, D] and `filled` of [0]."""
    _expect_shapes(fill(subject, ()), ())


@check("oov", requires=(oov_fill_shapes,))
def oov_fill_of_any_word(subject: Subject) -> None:
    """`fill` takes any word: an empty one, an emoji, one of 10,000 characters."""
    _expect_shapes(fill(subject, STRANGE), STRANGE)


@check("oov", requires=(oov_fill_shapes,))
def oov_fill_without_subwords(subject: Subject) -> None:
    """`fill` works with a source that has no vectors of subwords."""
    _expect_shapes(fill(subject, MISSING, fill_context(plain_source())), MISSING)


@check("oov", requires=(oov_fill_without_subwords,))
def oov_needs_subwords_is_stated(subject: Subject) -> None:
    """A policy that answers only where a source has subwords says so, by `needs_subwords = True`."""
    filled = fill(subject, MISSING)
    without = fill(subject, MISSING, fill_context(plain_source()))
    if filled is None or without is None or NEEDS_SUBWORDS.of(subject.component.factory):
        return
    idle = not without.filled.any() and not any(map(subject.make().candidates, MISSING))
    answers = int(filled.filled.sum()) if idle else 0
    expect(not answers, "`needs_subwords = True`", f"{answers} answers with subwords and none without")


@check("oov", requires=(oov_fill_is_finite,))
def oov_fill_without_found_words(subject: Subject) -> None:
    """`fill` works, or raises a VocabularyError, if the source has none of the vocabulary's words."""
    filled = fill(subject, MISSING, fill_context(subword_source(()), words=()))
    _expect_shapes(filled, MISSING)
    if filled is not None:
        expect_finite("`vectors`", filled.vectors)


@check("oov", requires=(oov_fill_shapes,))
def oov_fill_without_training_tokens(subject: Subject) -> None:
    """`fill` works without training texts, as when a trained model meets a new word."""
    _expect_shapes(fill(subject, MISSING, fill_context(subword_source(), texts=())), MISSING)


def _arguments(number: int) -> tuple[list[str], FillContext]:
    words = [[*MISSING], ["Dull", "kwijibo", "great fun"]][number]
    return words, fill_context(subword_source())


def _work(made: Any, arguments: tuple[list[str], FillContext]) -> Any:
    words, context = arguments
    return [made.candidates(word) for word in words], _fill(made, words, context)


EXERCISE = Exercise("oov", _arguments, _work)
