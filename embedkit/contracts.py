"""What components promised, checked on what they gave: an error names component, expected and given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from embedkit.errors import ComponentError, Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from embedkit.interfaces import Filled, FloatArray, Lookup


def _breach(component: object, verb: str, expected: str, came: str) -> ComponentError:
    kind = type(component)
    return ComponentError(
        Fault(f"expected {expected}, got {came}", where=f"{kind.__module__}.{kind.__qualname__}.{verb}")
    )


def check_tokens(tokenizer: object, tokens: Any, texts: Sequence[str]) -> list[list[str]]:
    """`tokens` as they are, if they are one list of strings for each text."""
    if not isinstance(tokens, list) or len(tokens) != len(texts):
        came = f"{len(tokens)} of them" if isinstance(tokens, list) else _describe(tokens)
        raise _breach(tokenizer, "tokenize", f"a list of {len(texts)} lists of tokens", came)
    for text, each in zip(texts, tokens, strict=True):
        strange = (
            each if not isinstance(each, list) else next((t for t in each if not isinstance(t, str)), None)
        )
        if strange is not None:
            raise _breach(
                tokenizer, "tokenize", "lists of strings", f"{_describe(strange)} for the text {text[:60]!r}"
            )
    return tokens


def check_words(tokenizer: object, words: Sequence[str]) -> None:
    """Raise ComponentError for a word that no file of a run could hold: half of a surrogate pair in it."""
    try:
        "".join(words).encode()
    except UnicodeEncodeError as error:
        character = error.object[error.start]
        strange = next(word for word in words if character in word)
        raise _breach(tokenizer, "tokenize", "tokens that are Unicode", f"{strange!a:.60}") from error


def check_lookup(source: object, lookup: Lookup, n: int, dim: int, verb: str = "lookup") -> Lookup:
    """`lookup` as it is, if its arrays have the shapes and dtypes promised for `n` words, and are finite."""
    for name, shape, dtype in (
        ("vectors", (n, dim), "float32"),
        ("found", (n,), "bool"),
        ("rows", (n,), "int64"),
    ):
        _check_array(source, f"{verb}().{name}", getattr(lookup, name, None), shape, dtype)
    _check_finite(source, f"{verb}().vectors", lookup.vectors)
    return lookup


def check_unknown(source: object, unk: FloatArray, dim: int) -> FloatArray:
    """`unk`, a source's vector of unknown words, as it is, if it is float32 [dim] and finite."""
    _check_array(source, "unk", unk, (dim,), "float32")
    _check_finite(source, "unk", unk[None])
    return unk


def check_candidates(policy: object, proposed: list[Any], words: Sequence[str]) -> list[Sequence[str]]:
    """What was `proposed` for each of `words`, as it is, if each time it is a sequence of strings."""
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
    """`filled` as it is, if its arrays have the shapes and dtypes promised for `n` words, and are finite."""
    for name, shape, dtype in (("vectors", (n, dim), "float32"), ("filled", (n,), "bool")):
        _check_array(policy, f"fill().{name}", getattr(filled, name, None), shape, dtype)
    _check_finite(policy, "fill().vectors", filled.vectors)
    return filled


def check_encoded(encoder: object, encoded: Any, batch: int, dim: int) -> Tensor:
    """`encoded` as it is, if it is a floating-point tensor [batch, dim]."""
    import torch

    if (
        not isinstance(encoded, torch.Tensor)
        or encoded.shape != (batch, dim)
        or not encoded.is_floating_point()
    ):
        raise _breach(
            encoder, "forward", f"a floating-point tensor of shape [{batch}, {dim}]", _describe(encoded)
        )
    return encoded


def check_probabilities(baseline: object, probabilities: Any, n: int, classes: int) -> NDArray[np.float64]:
    """`probabilities` as they are, if they are float64 [n, classes] and from 0 to 1."""
    _check_array(baseline, "probabilities", probabilities, (n, classes), "float64")
    _check_finite(baseline, "probabilities", probabilities)
    low, high = probabilities.min(initial=0), probabilities.max(initial=1)
    if low < 0 or high > 1 + 1e-9:
        raise _breach(baseline, "probabilities", "numbers from 0 to 1", f"{low if low < 0 else high}")
    checked: NDArray[np.float64] = probabilities
    return checked


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
