"""Contract checks of components' results: an error names the component, what was expected and what came."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, cast

from embedkit.errors import ComponentError
from embedkit.interfaces import BaselineState, Example, HeldOutFit, Pieces
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.flags import bounds_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from embedkit.interfaces import FillContext, Filled, FloatArray, Lookup

SUM_TOLERANCE = 1e-3
"""How far from 1 the probabilities of a text may add up: float32 of many classes stays below."""

BOUNDS_TOLERANCE = 1e-9
"""How far rounding may bring a figure out of its bounds."""


def _breach(component: object, verb: str, expected: str, came: str) -> ComponentError:
    owner = owner_of(component)
    return ComponentError(owner.fault(f"{verb}: expected {expected}, got {came}"))


def check_has(component: object, verb: str, made: object, *names: str) -> None:
    """Raise ComponentError if `made`, the result of `verb`, lacks one of the attributes `names`."""
    missing, owner = object(), owner_of(component)
    for name in names:
        with owner.calling(f"{name} raised", guarded=False):
            has = getattr(made, name, missing) is not missing
        if not has:
            raise _breach(component, verb, f"something with '{name}'", _describe(made))


def check_iterable(reader: object, examples: Any) -> Iterable[Any]:
    """Return the result of `read()` unchanged. Raises ComponentError if it is not iterable."""
    if not isinstance(examples, Iterable):
        raise _breach(reader, "read()", "examples to go through", _describe(examples))
    return examples


def check_examples(reader: object, examples: Sequence[Any], before: int) -> Sequence[Example]:
    """Return `examples` unchanged. Raises ComponentError unless each is an Example with valid fields.

    An id is an integer from 1, a text a string, a label and a group a string or None. `before` is the number
    of examples read earlier.
    """
    for number, example in enumerate(examples, before + 1):
        at = f"read(), example {number:,}"
        if not isinstance(example, Example):
            raise _breach(reader, at, "an Example", _describe(example))
        for name, value, expected, fits in (
            ("id", example.id, "an integer from 1", type(example.id) is int and 0 < example.id < 2**63),
            ("text", example.text, "a string", isinstance(example.text, str)),
            ("label", example.label, "a string or None", isinstance(example.label, str | None)),
            ("group", example.group, "a string or None", isinstance(example.group, str | None)),
        ):
            if not fits:
                raise _breach(reader, f"{at}, {name}", expected, _describe(value))
    return examples


def check_tokens(tokenizer: object, tokens: Any, texts: Sequence[str]) -> list[list[str]]:
    """Return `tokens` unchanged. Raises ComponentError unless they are one list of strings for each text."""
    if not isinstance(tokens, list) or len(tokens) != len(texts):
        came = f"{len(tokens)} of them" if isinstance(tokens, list) else _describe(tokens)
        raise _breach(tokenizer, "tokenize", f"a list of {len(texts)} lists of tokens", came)
    # All texts at once first: one by one this would take longer.
    if {*map(type, tokens)} <= {list} and {*map(type, chain.from_iterable(tokens))} <= {str}:
        return tokens
    for text, each in zip(texts, tokens, strict=True):
        _check_tokens_of(tokenizer, text, each)
    return tokens


def check_words(tokenizer: object, words: Sequence[str]) -> None:
    """Raise ComponentError for an empty word, and for half of a surrogate pair, which no file could hold."""
    if "" in words:
        raise _breach(tokenizer, "tokenize", "tokens of at least one character", "an empty one")
    try:
        "".join(words).encode()
    except UnicodeEncodeError as error:
        character = error.object[error.start]
        strange = next(word for word in words if character in word)
        raise _breach(tokenizer, "tokenize", "tokens that are Unicode", f"{strange!a:.60}") from error


def _check_tokens_of(tokenizer: object, text: str, tokens: Any) -> None:
    if not isinstance(tokens, list):
        strange = [tokens]
    else:
        strange = [token for token in tokens if not isinstance(token, str)]
    if strange:
        came = f"{_describe(strange[0])} for the text {text[:60]!r}"
        raise _breach(tokenizer, "tokenize", "lists of strings", came)


def check_function_words(component: object, words: Any, verb: str = "words()") -> Collection[str]:
    """Return `words` unchanged.

    Raises ComponentError unless they are a collection of strings, not one string, and each is a word.
    """
    if isinstance(words, str | bytes) or not isinstance(words, Collection):
        raise _breach(component, verb, "a collection of strings", _describe(words))
    strange = [word for word in words if not isinstance(word, str)]
    if strange:
        raise _breach(component, verb, "a collection of strings", f"{_describe(strange[0])} among them")
    padded = [word for word in words if not word or word != word.strip()]
    if padded:
        what = "words without white space at their ends, which tokens do not have"
        raise _breach(component, verb, what, f"{padded[0]!r:.60} among them")
    return words


def check_dim(source: object, dim: Any) -> int:
    """Return the vector width D of a source. Raises ComponentError unless it is an integer from 1."""
    integer = isinstance(dim, Integral) and not isinstance(dim, bool)
    if not integer or dim < 1:
        raise _breach(source, "dim", "an integer from 1", _describe(dim))
    return int(dim)


def check_digest(model: object, digest: Any) -> str:
    """Return the digest of a text encoder's model. Raises ComponentError unless it is a text."""
    if not isinstance(digest, str) or not digest:
        raise _breach(model, "digest", "a text of at least one character", _describe(digest))
    return digest


def check_pieces(model: object, pieces: Any, n: int) -> Pieces:
    """Return the pieces of n texts unchanged. Raises ComponentError if they contradict themselves.

    The arrays are `ids` and `words` int32 [N], `unknown` bool [N], `lengths` and `read` int64 [n], and the
    numbers of words rise within a text from 0 to what is read.
    """
    if not isinstance(pieces, Pieces):
        raise _breach(model, "pieces()", "Pieces", _describe(pieces))
    for name, dtype in (("lengths", "int64"), ("read", "int64")):
        _check_array(model, f"pieces().{name}", getattr(pieces, name), (n,), dtype)
    lengths = pieces.lengths
    if n and (lengths.min() < 0 or pieces.read.min() < 0):
        raise _breach(model, "pieces()", "lengths from 0", "a negative one")
    for name, dtype in (("ids", "int32"), ("words", "int32"), ("unknown", "bool")):
        _check_array(model, f"pieces().{name}", getattr(pieces, name), (int(lengths.sum()),), dtype)
    _check_words_of_texts(model, pieces, n)
    return pieces


def _check_words_of_texts(model: object, pieces: Pieces, n: int) -> None:
    """Raise ComponentError unless every text has its words, and pieces belong to words that are read."""
    import numpy as np

    if len(pieces.tokens) != n:
        raise _breach(
            model, "pieces().tokens", f"a list of {n} lists of words", f"{len(pieces.tokens)} of them"
        )
    counts = np.fromiter(map(len, pieces.tokens), np.int64, n)
    beyond = np.flatnonzero(pieces.read > counts)
    if len(beyond):
        text = int(beyond[0])
        came = f"{pieces.read[text]} of {counts[text]} words of text {text + 1}"
        raise _breach(model, "pieces().read", "no more than the words of a text", came)
    limits = np.repeat(pieces.read, pieces.lengths)
    wrong = np.flatnonzero((pieces.words < -1) | (pieces.words >= limits))
    if len(wrong):
        came = f"word {pieces.words[wrong[0]]} of a text of which {limits[wrong[0]]} are read"
        raise _breach(model, "pieces().words", "-1, or the number of a word that is read", came)


def check_network(model: object, network: Any) -> nn.Module:
    """Return the result of `build()` of a text encoder's model unchanged.

    Raises ComponentError unless it is a torch module with `pool` and `layers`.
    """
    from torch import nn

    if not isinstance(network, nn.Module):
        raise _breach(model, "build()", "a torch module", _describe(network))
    for name in ("pool", "layers"):
        if not callable(getattr(network, name, None)):
            raise _breach(model, "build()", f"a torch module with a method '{name}'", type(network).__name__)
    return network


def check_states(network: object, verb: str, states: Any, shape: tuple[int, ...]) -> Tensor:
    """Return the states or the pooled vectors of a text encoder's network unchanged.

    Raises ComponentError unless they are a tensor of floats and of `shape`.
    """
    import torch

    fits = isinstance(states, torch.Tensor) and tuple(states.shape) == shape and states.is_floating_point()
    if not fits:
        raise _breach(network, verb, f"a tensor of floats and shape {[*shape]}", _describe(states))
    return cast("Tensor", states)


def check_lookup(source: object, lookup: Lookup, n: int, dim: int, verb: str = "lookup") -> Lookup:
    """Return `lookup` unchanged. Raises ComponentError for a wrong shape or dtype, or NaN or infinity.

    The arrays are `vectors` float32 [n, dim], `found` bool [n] and `rows` int64 [n]. If the verb is `lookup`,
    exactly the words that are found must have a row; if it is `subword`, none of them.
    """
    for name, shape, dtype in (
        ("vectors", (n, dim), "float32"),
        ("found", (n,), "bool"),
        ("rows", (n,), "int64"),
    ):
        _check_array(source, f"{verb}().{name}", getattr(lookup, name, None), shape, dtype)
    _check_finite(source, f"{verb}().vectors", lookup.vectors)
    if verb == "lookup":
        _check_rows(source, lookup)
    elif (lookup.rows != -1).any():
        raise _breach(source, f"{verb}().rows", "-1 for every word", f"row {lookup.rows.max()}")
    return lookup


def check_block(source: object, block: Any, dim: int) -> None:
    """Raise ComponentError unless `block` has `words` that are UTF-8 and `vectors` float32 [n, dim]."""
    words = getattr(block, "words", None)
    listed = isinstance(words, Sequence) and all(isinstance(word, bytes) for word in words)
    if not listed or not isinstance(getattr(block, "row", None), int):
        raise _breach(source, "blocks()", "a Block with a row and words that are bytes", _describe(block))
    _check_array(source, "blocks(), vectors", block.vectors, (len(block.words), dim), "float32")


def _check_rows(source: object, lookup: Lookup) -> None:
    """Raise ComponentError if a found word has no row, or a missing word has one."""
    wrong = lookup.found != (lookup.rows >= 0)
    if wrong.any():
        word = int(wrong.argmax())
        came = f"row {lookup.rows[word]} and found {bool(lookup.found[word])} of word {word + 1}"
        raise _breach(source, "lookup().rows", "a row from 0 of every word that is found, or else -1", came)


def check_unknown(source: object, unk: FloatArray, dim: int) -> FloatArray:
    """Return `unk`, a source's vector for unknown words.

    Raises ComponentError unless it is float32 [dim] and finite.
    """
    _check_array(source, "unk", unk, (dim,), "float32")
    _check_finite(source, "unk", unk[None])
    return unk


def check_candidates(policy: object, proposed: list[Any], words: Sequence[str]) -> list[Sequence[str]]:
    """Return the spellings `proposed` for each of `words`, unchanged.

    Raises ComponentError unless those for each word are a sequence of strings.
    """
    kinds = {*map(type, proposed)}
    # All words at once first: one by one this would take longer than what it checks.
    if not kinds <= {list, tuple} or not {*map(type, chain.from_iterable(proposed))} <= {str}:
        for candidates, word in zip(proposed, words, strict=True):
            _check_candidates_of(policy, candidates, word)
    return proposed


def _check_candidates_of(policy: object, candidates: Any, word: str) -> None:
    listed = isinstance(candidates, Sequence) and not isinstance(candidates, str)
    strange = [each for each in candidates if not isinstance(each, str)] if listed else [candidates]
    if strange:
        came = f"{_describe(strange[0])} for the word {word[:60]!r}"
        raise _breach(policy, "candidates", "a sequence of strings", came)


def check_filled(policy: object, filled: Filled, n: int, dim: int) -> Filled:
    """Return `filled` unchanged. Raises ComponentError for a wrong shape or dtype, or NaN or infinity.

    The arrays are `vectors` float32 [n, dim] and `filled` bool [n]; `spellings` are checked as well.
    """
    for name, shape, dtype in (("vectors", (n, dim), "float32"), ("filled", (n,), "bool")):
        _check_array(policy, f"fill().{name}", getattr(filled, name, None), shape, dtype)
    _check_finite(policy, "fill().vectors", filled.vectors)
    _check_spellings(policy, filled, n)
    _check_fit(policy, filled.fit)
    return filled


def _check_fit(policy: object, fit: Any) -> None:
    """Raise ComponentError unless `fit` is None or a HeldOutFit of finite numbers, with cosines in -1..1."""
    if fit is None:
        return
    if not isinstance(fit, HeldOutFit):
        raise _breach(policy, "fill().fit", "a HeldOutFit or None", _describe(fit))
    counts, cosines = (fit.common, fit.held_out), (fit.cosine, fit.cosine_of_mean)
    for number in (*counts, *cosines, fit.strength):
        if isinstance(number, bool) or not isinstance(number, Real) or not math.isfinite(number):
            raise _breach(policy, "fill().fit", "finite numbers", _describe(number))
    if min(counts) < 0 or max(map(abs, cosines)) > 1 + 1e-6:
        raise _breach(policy, "fill().fit", "counts from 0 and cosines from -1 to 1", repr(fit))


def _check_spellings(policy: object, filled: Filled, n: int) -> None:
    spellings = filled.spellings
    if not isinstance(spellings, list | tuple) or len(spellings) not in (0, n):
        raise _breach(policy, "fill().spellings", f"a list of {n}, or of none", _describe(spellings))
    for answered, spelling in zip(filled.filled.tolist(), spellings, strict=False):
        if spelling is not None and not (isinstance(spelling, str) and answered):
            came = _describe(spelling) + ("" if answered else " for a word that is not filled")
            raise _breach(policy, "fill().spellings", "a text, or None, for each word", came)


def check_named(policy: object, filled: Filled, context: FillContext) -> None:
    """Raise ComponentError unless every word in `filled.spellings` is known, and its vector was returned.

    A word is known if it is one of `context.words`, or if the source has it: it is looked up there.
    """
    named = [*dict.fromkeys(spelling for spelling in filled.spellings if spelling is not None)]
    if not named:
        return
    known = {word: row for row, word in enumerate(context.words)}
    others = [word for word in named if word not in known]
    vector_of = {word: context.found[known[word]] for word in named if word in known}
    if others:
        lookup = check_lookup(context.source, context.source.lookup(others), len(others), context.source.dim)
        vector_of.update((word, lookup.vectors[row]) for row, word in enumerate(others) if lookup.found[row])
    for row, word in enumerate(filled.spellings):
        if word is not None and word not in vector_of:
            raise _breach(policy, "fill().spellings", "words that the source has", f"{word[:60]!r}")
        if word is not None and (filled.vectors[row] != vector_of[word]).any():
            came = f"another one in row {row}"
            raise _breach(policy, "fill()", f"the vector of the spelling {word[:60]!r}", came)


def check_module(encoder: object, module: Any) -> nn.Module:
    """Return the result of `build()` unchanged.

    Raises ComponentError unless it is a torch module whose `output_dim` is an integer from 1.
    """
    from torch import nn

    if not isinstance(module, nn.Module):
        raise _breach(encoder, "build()", "a torch module", _describe(module))
    output_dim = getattr(module, "output_dim", None)
    if not isinstance(output_dim, int) or isinstance(output_dim, bool) or output_dim < 1:
        came = "none" if output_dim is None else _describe(output_dim)
        raise _breach(encoder, "build(), output_dim", "an integer from 1", came)
    return module


def check_encoded(encoder: object, encoded: Any, batch: int, dim: int) -> Tensor:
    """Return `encoded` unchanged. Raises ComponentError unless it is a tensor [batch, dim] of float32.

    Under autocast, the dtype that autocast casts to is allowed, too.
    """
    import torch

    fits = isinstance(encoded, torch.Tensor) and encoded.shape == (batch, dim)
    allowed = {torch.float32}
    if fits and torch.is_autocast_enabled(encoded.device.type):
        allowed.add(torch.get_autocast_dtype(encoded.device.type))
    if not fits or encoded.dtype not in allowed:
        expected = f"a tensor of torch.float32 and shape [{batch}, {dim}]"
        raise _breach(encoder, "forward", expected, _describe(encoded))
    return cast("Tensor", encoded)


def check_probabilities(
    baseline: object, probabilities: Any, n: int, classes: int, multilabel: bool = False
) -> NDArray[np.float64]:
    """Return `probabilities` unchanged, float64 [n, classes].

    Raises ComponentError for a wrong shape or dtype, or numbers that are not from 0 to 1. The probabilities
    of a text must add up to 1, unless it may have several labels.
    """
    import numpy as np

    verb = "probabilities"
    _check_array(baseline, verb, probabilities, (n, classes), "float64")
    _check_finite(baseline, verb, probabilities)
    low, high = probabilities.min(initial=0), probabilities.max(initial=1)
    if low < 0 or high > 1 + 1e-9:
        raise _breach(baseline, verb, "numbers from 0 to 1", f"{low if low < 0 else high}")
    sums = np.ones(n) if multilabel else probabilities.sum(axis=1)
    wrong = np.abs(sums - 1) > SUM_TOLERANCE
    if wrong.any():
        row = int(wrong.argmax())
        raise _breach(baseline, verb, "rows that add up to 1", f"{sums[row]:.6g} of text {row + 1}")
    return cast("NDArray[np.float64]", probabilities)


def check_figure(metric: object, figure: Any) -> Any:
    """Return the result of `score()` with NumPy numbers as Python numbers.

    Raises ComponentError unless it is a finite number within the `bounds` of the metric, a mapping or None. A
    mapping may also hold texts, lists and mappings: it becomes JSON.
    """
    if not isinstance(figure, Mapping | None) and not _is_number(figure):
        raise _breach(metric, "score()", "a number, a mapping or None", _describe(figure))
    plain = _plain(metric, "score()", figure)
    if isinstance(plain, int | float):
        _refuse_out_of_bounds(metric, plain)
    return plain


def _refuse_out_of_bounds(metric: object, figure: float) -> None:
    low, high = bounds_of(metric)
    if low is not None and figure < low - BOUNDS_TOLERANCE:
        raise _breach(metric, "score()", f"at least {low:g}, as `bounds` says", f"{figure!r}")
    if high is not None and figure > high + BOUNDS_TOLERANCE:
        raise _breach(metric, "score()", f"at most {high:g}, as `bounds` says", f"{figure!r}")


def _plain(metric: object, at: str, value: Any) -> Any:
    """Return `value` as JSON data. Raises ComponentError for a value that JSON cannot hold."""
    if isinstance(value, Mapping):
        strange = [key for key in value if not isinstance(key, str)]
        if strange:
            raise _breach(metric, at, "keys that are strings", _describe(strange[0]))
        return {key: _plain(metric, f"{at}[{key!r}]", each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(metric, f"{at}[{index}]", each) for index, each in enumerate(value)]
    if _is_number(value):
        return _finite(metric, at, value)
    if not isinstance(value, str | None):
        raise _breach(metric, at, "what JSON can hold", _describe(value))
    return value


def _is_number(value: Any) -> bool:
    """Return whether `value` is a real number of Python or NumPy; an array with one number is not."""
    return isinstance(value, int | float) or (isinstance(value, Real) and hasattr(value, "dtype"))


def _finite(metric: object, at: str, value: Any) -> int | float:
    """Return `value` as a Python number. Raises ComponentError for NaN and infinity."""
    number: int | float = int(value) if isinstance(value, Integral) else float(value)
    if not abs(number) <= sys.float_info.max:
        raise _breach(metric, at, "a finite number, or None where it is not defined", f"{value!r:.60}")
    return value if isinstance(value, bool) else number


def check_chosen(baseline: object) -> dict[str, float | int | str]:
    """Return the parameters that a fitted baseline chose, by name; empty if it has no attribute `chosen`.

    Raises ComponentError unless `chosen` maps names to texts and finite numbers.
    """
    chosen = getattr(baseline, "chosen", {})
    if not isinstance(chosen, Mapping):
        raise _breach(baseline, "chosen", "a mapping", _describe(chosen))
    scalar = all(isinstance(value, str) or _is_number(value) for value in chosen.values())
    if not scalar:
        raise _breach(baseline, "chosen", "texts and numbers by name", _describe(chosen))
    return cast("dict[str, float | int | str]", _plain(baseline, "chosen", chosen))


def check_evidence(fitted: object, evidence: Any, classes: int) -> Mapping[str, NDArray[np.float64]]:
    """Return `evidence`, what each n-gram adds to the score of each class, unchanged.

    Raises ComponentError unless it maps texts to float64 [classes], all of them finite.
    """
    if not isinstance(evidence, Mapping):
        raise _breach(fitted, "evidence()", "a mapping", _describe(evidence))
    for ngram, added in evidence.items():
        if not isinstance(ngram, str):
            raise _breach(fitted, "evidence()", "n-grams that are strings", _describe(ngram))
        _check_array(fitted, "evidence()", added, (classes,), "float64")
        _check_finite(fitted, "evidence()", added[None])
    return evidence


STORED = ("float64", "float32", "int64", "int32", "int8", "uint8", "bool")
"""The types of numbers that the arrays of a state may hold."""

NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""Names that the arrays of a state may have."""


def check_state(fitted: object, state: Any) -> BaselineState:
    """Return what `state()` of a fitted baseline gave, with its data as JSON holds them.

    Raises ComponentError unless it is a BaselineState with arrays and data that can be stored.
    """
    if not isinstance(state, BaselineState):
        raise _breach(fitted, "state()", "a BaselineState", _describe(state))
    for name, array in state.arrays.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise _breach(fitted, "state().arrays", "names of letters, digits, _, . and -", _describe(name))
        if str(getattr(array, "dtype", None)) not in STORED or not hasattr(array, "shape"):
            allowed = f"an array of {', '.join(STORED)}"
            raise _breach(fitted, f"state().arrays['{name}']", allowed, _describe(array))
        _check_finite(fitted, f"state().arrays['{name}']", array.reshape(len(array) if array.ndim else 1, -1))
    return BaselineState(dict(state.arrays), _plain(fitted, "state().data", state.data))


def _check_array(owner: object, verb: str, array: Any, shape: tuple[int, ...], dtype: str) -> None:
    if getattr(array, "shape", None) != shape or str(array.dtype) != dtype:
        raise _breach(owner, verb, f"an array of {dtype} and shape {list(shape)}", _describe(array))


def _check_finite(owner: object, verb: str, array: Any) -> None:
    import numpy as np

    if not np.isfinite([array.min(initial=0), array.max(initial=0)]).all():
        raise _breach(
            owner,
            verb,
            "finite numbers",
            f"NaN or infinity in row {int((~np.isfinite(array)).any(1).argmax())}",
        )


def _describe(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{type(value).__name__} of {value.dtype} and shape {list(value.shape)}"
    return f"{type(value).__name__} {value!r}"[:120]
