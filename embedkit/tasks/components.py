"""Texts read, tokenized and learnt by baselines once, however many runs are made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from embedkit.data.examples import Examples, Texts, writable
from embedkit.interfaces.consistency import READ_AGAIN, check_reader
from embedkit.interfaces.contracts import check_words
from embedkit.interfaces.flags import TASKS
from embedkit.recipe.naming import all_bundled, name_of
from embedkit.text.token_cache import build_keeping

if TYPE_CHECKING:
    from embedkit.files.rows import Rows
    from embedkit.files.storage import Storage
    from embedkit.interfaces import Baseline, BoolArray, Example, FittedBaseline, IntArray, Reader
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.sections.section import ComponentSpec
    from embedkit.text.tokens import Tokenizing, Tokens


class Remembering:
    """Builds readers, tokenizers and baselines that do their work once, however many runs ask for it.

    Texts and tokens are put into `storage`.
    """

    def __init__(self, registry: Registry, storage: Storage) -> None:
        self.storage = storage
        self._registry = registry
        self._memories: dict[str, Callable[[Any], Any]] = {
            "reader": partial(ReadOnce, storage=storage),
            "tokenizer": partial(TokenizedOnce, storage=storage),
            "baseline": FittedOnce,
        }
        self._built: dict[str, Any] = {}

    def __call__(self, kind: str, spec: ComponentSpec, where: str) -> Any:
        """The component as `build_keeping` makes it, with a memory; the same one for the same spec."""
        key = json.dumps([kind, spec.to_plain()], sort_keys=True)
        if key not in self._built:
            made = build_keeping(self._registry, kind, spec, where)
            if kind == "reader" and not all_bundled(self._registry, kind, spec):
                made = ReadAgain(made, name_of(self._registry, kind, spec), where)
            self._built[key] = self._memories[kind](made)
        return self._built[key]


@dataclass(frozen=True)
class ReadAgain:
    """A plugin's reader whose examples, once they are read, are compared with those that it reads then."""

    reader: Reader
    name: str
    where: str

    def read(self) -> Iterator[Example]:
        """Every example. Raises ComponentError, which calls the reader `name`, for others the second time."""
        first: list[Example] = []
        count = 0
        for example in self.reader.read():
            count += 1
            if count <= READ_AGAIN:
                first.append(example)
            yield example
        check_reader(self.reader, self.name, self.where, first, count)


class ReadOnce:
    """A reader that keeps what it read, in `storage`."""

    def __init__(self, reader: Reader, storage: Storage) -> None:
        self.reader = reader
        self._storage = storage
        self._examples: Examples | None = None

    def read(self) -> Examples:
        """Every example."""
        if self._examples is None:
            self._examples = Examples.of(writable(self.reader.read()), self._storage)
        return self._examples


class TokenizedOnce:
    """A tokenizer that keeps the tokens of every source of texts, in `storage`."""

    def __init__(self, tokenizing: Tokenizing, storage: Storage) -> None:
        self.tokenizer = tokenizing.tokenizer
        self._tokenizing = tokenizing
        self._storage = storage
        self._tokens: dict[Rows, Tokens] = {}

    def tokens(self, examples: Examples) -> Tokens:
        """The tokens of each text. Raises ComponentError where the tokenizer gives something else."""
        source = examples.source
        if source not in self._tokens:
            tokens = self._tokenizing.tokens(Texts(source), self._storage)
            check_words(self.tokenizer, tokens.words)
            self._tokens[source] = tokens
        return self._tokens[source].take(examples.positions)


class FittedOnce:
    """A baseline that keeps what it learnt last: the seeds of one fold have the same training split."""

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self.tasks = TASKS.of(baseline)
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
