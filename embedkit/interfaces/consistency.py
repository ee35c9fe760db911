"""Consistency checks of components: results must not depend on the order or number of inputs.

Each check raises ComponentError, which names the component and its plugin.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any

from embedkit.errors import ComponentError, Fault
from embedkit.interfaces import Filled
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.contracts import (
    check_block,
    check_filled,
    check_lookup,
    check_probabilities,
    check_tokens,
)
from embedkit.interfaces.generators import other_draws

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import (
        Example,
        FillContext,
        FittedBaseline,
        FloatArray,
        OovPolicy,
        Reader,
        Tokenizer,
        VectorSource,
    )

SAMPLE = 8
"""Texts, or words, that are asked for again."""

ALONE = 2
"""How many of them each in a call of its own."""

LONGEST = 10_000
"""Characters of a text up to which it is tokenized again."""

READ_AGAIN = 10_000
"""Examples up to which a reader that makes a list of all is read again."""

SAME = 1e-6
"""How far apart two probabilities of a text may be: sums of float32 in another order stay below."""

ROUNDING = 1e-9
"""How far apart, relative to the larger one, a number may be that is summed up in another order."""

PURE = "What it gives may follow from its parameters and from what it is given alone."


@other_draws()
def check_tokenizer(
    tokenizer: Tokenizer,
    name: str,
    texts: Sequence[str],
    tokens: Sequence[Sequence[str]],
    fresh: Callable[[], Tokenizer],
) -> None:
    """Check that a sample of `texts` gets the same `tokens` again; raise ComponentError if not.

    The texts are tokenized in another order, alone, and by another tokenizer, which `fresh` makes.
    """
    rows = [row for row in spread(len(texts)) if len(texts[row]) <= LONGEST]
    rows.reverse()
    given = [texts[row] for row in rows]
    asked = [("in another order", rows, tokenizer)]
    asked += [("alone", [row], tokenizer) for row in rows[:ALONE]]
    for how, some, by in [*asked, ("by another object with the same parameters", rows, fresh())]:
        wanted = given if some is rows else [texts[row] for row in some]
        again = check_tokens(by, by.tokenize(wanted), wanted)
        for row, other in zip(some, again, strict=True):
            if other != tokens[row]:
                what = f"{tokens[row][:8]} and, {how}, {other[:8]}"
                raise _impure(name, "tokenizer", f"cuts the text {texts[row][:60]!r} into {what}")


@other_draws()
def check_source(source: VectorSource, name: str, known: Mapping[str, FloatArray | None]) -> None:
    """Check that a few words get the same vectors in another order and alone; raise ComponentError if not.

    `known` maps each word to its vector [D], or to None if the source does not have it.
    """
    words = [*known][::-1]
    for wanted in (words, words[:1]):
        again = check_lookup(source, source.lookup(wanted), len(wanted), source.dim)
        for word, vector, found in zip(wanted, again.vectors, again.found, strict=True):
            before = known[word]
            if found == (before is None) or (before is not None and (vector != before).any()):
                which = "is found or not" if found == (before is None) else "has another vector"
                how = "alone" if len(wanted) == 1 else "with others, in another order"
                what = f"the word {word!r} {which} when it is looked up again, {how}"
                raise _impure(name, "embedding", f"gives other answers when it is asked again: {what}")


@other_draws()
def check_blocks(source: VectorSource, name: str) -> None:
    """Check that a few words of a source's first block have the vectors that `lookup` gives them.

    A source without `blocks` is not checked. Raises ComponentError if a vector differs.
    """
    block = next(iter(getattr(source, "blocks", tuple)()), None)
    if block is None:
        return
    check_block(source, block, source.dim)
    place = {word: number for number, word in reversed([*enumerate(block.words)])}  # the first counts
    words = [*dict.fromkeys(block.words)]
    asked = [words[number] for number in spread(len(words))]
    lookup = check_lookup(source, source.lookup([word.decode() for word in asked]), len(asked), source.dim)
    for word, vector in zip(asked, lookup.vectors, strict=True):
        if (vector != block.vectors[place[word]]).any():
            what = f"has a vector of the word {word.decode()!r} in blocks() and another in lookup()"
            raise _impure(name, "embedding", what)


@other_draws()
def check_proposals(policy: OovPolicy, name: str, where: str, words: Sequence[str]) -> None:
    """Check that a policy proposes the same spellings for a few words again; raise ComponentError if not.

    It is asked about all of `words`, and then once more, in the opposite order.
    """
    with owner_of(policy).calling("candidates() raised"):
        proposed = {word: [*policy.candidates(word)] for word in words}
        again = {word: [*policy.candidates(word)] for word in reversed(words)}
    for word, now in again.items():
        if now != (before := proposed[word]):
            what = f"proposes {before[:8]} for the word {word[:60]!r} and, when it is asked again, {now[:8]}"
            raise _impure(name, where, what)


@other_draws()
def check_fill(
    policy: OovPolicy, name: str, where: str, words: Sequence[str], context: Callable[[], FillContext]
) -> None:
    """Check that a policy fills a few missing words as before when asked again; raise ComponentError if not.

    `context` makes what `fill` is given, with a generator in the same state each time. A policy that draws
    no random numbers has to give each word the same vector when they come in another order, too.
    """
    first, drawn = _filled(policy, words, context())
    again, _ = _filled(policy, words, context())
    _compare(name, where, words, (first, again), "when it is asked again")
    if not drawn:
        back, _ = _filled(policy, words[::-1], context())
        back = Filled(back.vectors[::-1], back.filled[::-1])
        _compare(name, where, words, (first, back), "when the words come in another order")


def _filled(policy: OovPolicy, words: Sequence[str], context: FillContext) -> tuple[Filled, bool]:
    """Return the answer of a policy, and whether it drew from the generator of the context."""
    before = context.rng.bit_generator.state
    answer = check_filled(policy, policy.fill([*words], context), len(words), context.source.dim)
    return answer, context.rng.bit_generator.state != before


def _compare(name: str, where: str, words: Sequence[str], answers: tuple[Filled, Filled], when: str) -> None:
    import numpy as np

    first, again = answers
    close = np.isclose(first.vectors, again.vectors, rtol=1e-4, atol=1e-6).all(axis=1) | ~first.filled
    same = close & (first.filled == again.filled)
    if not same.all():
        word = words[int(same.argmin())]
        raise _impure(name, where, f"gives the word {word[:60]!r} another vector {when}")


def probabilities_of(
    fitted: FittedBaseline, texts: Sequence[str], classes: int, multilabel: bool
) -> NDArray[np.float64]:
    """Return the probabilities [n, classes] of `texts`.

    Raises ComponentError if they are none or if a plugin's baseline, asked for a few of them again, gives
    others.
    """
    probabilities = check_probabilities(fitted, fitted.probabilities(texts), len(texts), classes, multilabel)
    if owner_of(fitted).foreign and len(texts):
        check_baseline(fitted, texts, probabilities, multilabel)
    return probabilities


def check_figure_again(metric: object, figure: Any, again: Any) -> None:
    """Check that the `figure` of some predictions is the same `again`, with the texts in another order.

    Raises ComponentError if a number, alone or in a mapping, is another one.
    """
    if not is_same_figure(figure, again):
        what = f"score() gives {figure!r:.80} and, with the texts in another order, {again!r:.80}"
        raise ComponentError(owner_of(metric).fault(what, PURE))


def is_same_figure(first: Any, second: Any) -> bool:
    """Return whether two figures agree in their numbers, but for rounding; lists are not compared."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        same = all(is_same_figure(first[key], second[key]) for key in first if key in second)
        return same and first.keys() == second.keys()
    if isinstance(first, list) and isinstance(second, list):
        return True
    if isinstance(first, int | float) and isinstance(second, int | float):
        return abs(first - second) <= ROUNDING * max(1.0, abs(first), abs(second))
    return bool(first == second)


@other_draws()
def check_baseline(
    fitted: FittedBaseline, texts: Sequence[str], probabilities: NDArray[np.float64], multilabel: bool
) -> None:
    """Check that a sample of `texts` gets the same `probabilities` [n, C] again; raise ComponentError if not.

    They are asked for in another order, and alone.
    """
    owner, rows = owner_of(fitted), [*reversed(spread(len(texts)))]
    for how, some in [("in another order", rows), *(("alone", [row]) for row in rows[:ALONE])]:
        again = fitted.probabilities([texts[row] for row in some])
        check_probabilities(fitted, again, len(some), probabilities.shape[1], multilabel)
        for row, other in zip(some, again, strict=True):
            apart = float(abs(other - probabilities[row]).max())
            if apart > SAME:
                what = f"the text {texts[row][:60]!r} gets others {how}, {apart:.2g} apart"
                raise ComponentError(owner.fault(f"probabilities: {what}", PURE))


@other_draws()
def check_reader(reader: Reader, name: str, where: str, first: Sequence[Example], count: int) -> None:
    """Check that the `first` of `count` examples are the same when read again; raise ComponentError if not.

    A reader that makes a list of more than READ_AGAIN examples is not checked: it would read all of them.
    """
    lazy = inspect.isgeneratorfunction(getattr(type(getattr(reader, "_made", reader)), "read", None))
    if not lazy and count > READ_AGAIN:
        return
    more = count == len(first)  # all were kept: there may be no other one behind them
    again = [*islice(iter(reader.read()), len(first) + more)]
    for number, (before, now) in enumerate(zip_longest(first, again), 1):
        if before != now:
            what = f"reads {_told(before)} as example {number} and, when it is read again, {_told(now)}"
            raise _impure(name, where, what)


def _told(example: Example | None) -> str:
    return f"{example.text[:60]!r} (id {example.id}, {example.label!r})" if example else "nothing"


def spread(count: int) -> list[int]:
    """Return up to SAMPLE evenly spaced indices of `count`, first and last included, in ascending order."""
    last, few = count - 1, min(SAMPLE, count)
    return sorted({last * i // max(1, few - 1) for i in range(few)})


def _impure(name: str, where: str, what: str) -> ComponentError:
    return ComponentError(Fault(f"{name} {what}", where=where, hint=PURE))
