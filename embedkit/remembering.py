"""Texts read, tokenized and learnt by baselines once, however many runs are made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from embedkit.contracts import check_tokens
from embedkit.kept_tokens import build_keeping
from embedkit.recipe.metric_checks import SINGLE_LABEL

if TYPE_CHECKING:
    from embedkit.interfaces import Baseline, BoolArray, Example, FittedBaseline, IntArray, Reader, Tokenizer
    from embedkit.recipe.sections.section import ComponentSpec
    from embedkit.registry import Registry


class Remembering:
    """Builds readers, tokenizers and baselines that do their work once, however many runs ask for it."""

    def __init__(self, registry: Registry) -> None:
        self._build = partial(build_keeping, registry)
        self._built: dict[str, Any] = {}

    def __call__(self, kind: str, spec: ComponentSpec, where: str) -> Any:
        """The component as `build_keeping` makes it, with a memory; the same one for the same spec."""
        key = json.dumps([kind, spec.to_plain()], sort_keys=True)
        if key not in self._built:
            memory = {"reader": ReadOnce, "tokenizer": TokenizedOnce, "baseline": FittedOnce}[kind]
            self._built[key] = memory(self._build(kind, spec, where))
        return self._built[key]


class ReadOnce:
    """A reader that keeps what it read."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._examples: Sequence[Example] | None = None

    def read(self) -> Sequence[Example]:
        """Every example."""
        if self._examples is None:
            self._examples = [*self.reader.read()]
        return self._examples


class TokenizedOnce:
    """A tokenizer that keeps the tokens of every text, which follow from the text alone."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._tokens: dict[str, list[str]] = {}

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """The tokens of each text. Raises ComponentError where the tokenizer gives something else."""
        new = [text for text in dict.fromkeys(texts) if text not in self._tokens]
        tokens = check_tokens(self.tokenizer, self.tokenizer.tokenize(new), new)
        self._tokens.update(zip(new, tokens, strict=True))
        return [self._tokens[text] for text in texts]


class FittedOnce:
    """A baseline that keeps what it learnt last: the seeds of one fold have the same training split."""

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self.tasks = getattr(baseline, "tasks", SINGLE_LABEL)
        self._learnt: tuple[str, FittedBaseline] | None = None

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]
    ) -> FittedBaseline:
        """The baseline, fitted; the same one again for what it was fitted to last. Raises as the baseline."""
        given = _digest(texts, labels, classes)
        if self._learnt is None or self._learnt[0] != given:
            self._learnt = given, self.baseline.fit(texts, labels, classes)
        return self._learnt[1]


def _digest(texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]) -> str:
    """What tells one training split from another, without keeping its texts."""
    digest = hashlib.sha256(labels.tobytes())
    for text in chain(classes, texts):
        digest.update(f"{len(text)} {text}".encode(errors="surrogatepass"))
    return digest.hexdigest()
