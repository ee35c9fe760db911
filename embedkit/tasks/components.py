"""The components of a run: they cache what they read, tokenize and fit, so that several runs share it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from embedkit.data.examples import Examples, Texts, writable
from embedkit.interfaces import TextEncoderContext
from embedkit.interfaces.consistency import READ_AGAIN, check_reader
from embedkit.interfaces.contracts import check_words
from embedkit.interfaces.flags import tasks_of
from embedkit.recipe.components import Components, Other, R
from embedkit.tasks.baseline_cache import TrainingTexts, keeping_fits
from embedkit.tasks.trained_vectors import keeping_vectors
from embedkit.text.pieces import ReadWords, RememberedPieces
from embedkit.text.token_cache import tokenizing_of

if TYPE_CHECKING:
    from embedkit.files.rows import Rows
    from embedkit.files.storage import Storage
    from embedkit.interfaces import (
        Baseline,
        BoolArray,
        Example,
        FittedBaseline,
        IntArray,
        Reader,
        TextEncoder,
        TextModel,
        Tokenizer,
    )
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.build import Part
    from embedkit.text.encoding import TokenizedSplit
    from embedkit.text.tokens import Tokenizing, Tokens

T = TypeVar("T")


class RunComponents(Components[R]):
    """The components of a recipe, whose readers, tokenizer, text encoder and baselines do their work once.

    The runs of several folds and seeds share them: equal specs stand for one component, whatever the recipe.
    Texts and tokens are kept in `storage`.
    """

    def __init__(self, recipe: R, registry: Registry, storage: Storage) -> None:
        super().__init__(recipe, registry)
        self.storage = storage
        self._shared: dict[str, Any] = {}

    def of(self, recipe: Other) -> RunComponents[Other]:
        """Return the components of a recipe for one fold or seed, which share what these have cached."""
        components = RunComponents(recipe, self.registry, self.storage)
        components._shared = self._shared
        return components

    def reader(self, split: str) -> CachedReader:
        """Return the reader of a split: train, validation or test."""
        return self._once(self.part(f"data.{split}"), self._read_once)

    @property
    def tokenizer(self) -> Tokenizer:
        """Return the tokenizer."""
        return self.tokenized.tokenizer

    @property
    def tokenized(self) -> CachedTokenizer:
        """Return the tokenizer with what it has tokenized."""
        return self._once(self.part("tokenizer"), self._tokenized_once)

    @cached_property
    def text_model(self) -> TextModel:
        """Return the model of the text encoder, which all recipes with the same text encoder share."""
        return self._once(self.part("embedding"), self._opened_once)

    @property
    def words(self) -> CachedWords:
        """Return the words of texts, as the text encoder reads them."""
        return self._once(
            self.part("embedding"), lambda _: CachedWords(self.text_model, self.storage), "words"
        )

    def made_of(self, part: Part) -> Any:
        """Make a component; vectors that it trains, or an embedding in its parameters, are in the cache."""
        made = part.make(self.made_of)
        return keeping_vectors(part, made) if part.kind == "embedding" else made

    @property
    def baselines(self) -> dict[str, Baseline]:
        """Return the baselines by name, in the recipe's order; their fits are in the cache."""
        parts = self.parts("evaluation.baselines")
        return {part.spec.use: self._once(part, self._fitted_once, "kept") for part in parts}

    @property
    def averaged_with(self) -> Baseline | None:
        """Return the baseline whose probabilities are averaged with the model's, or None.

        Its fits are cached: with one of the same parameters in the list of baselines, it is fitted once.
        """
        if "averaged_with" not in self._parts:
            return None
        return self._once(self.part("averaged_with"), self._fitted_once, "kept")

    @property
    def baseline(self) -> Baseline:
        """Return the baseline that is the model of the recipe: it is not taken from the cache.

        A run tells what fitting its model takes.
        """
        return self._once(self.part("baseline"), self._fitted_here)

    def _once(self, part: Part, make: Callable[[Part], T], how: str = "") -> T:
        key = json.dumps([part.kind, part.spec.to_plain(), how], sort_keys=True)
        if key not in self._shared:
            self._shared[key] = make(part)
        made: T = self._shared[key]
        return made

    def _read_once(self, part: Part) -> CachedReader:
        reader = part.make()
        if not part.bundled:
            reader = RereadReader(reader, str(part), part.where)
        return CachedReader(reader, part.where, self.storage)

    def _fitted_here(self, part: Part) -> CachedBaseline:
        baseline: Baseline = part.make()
        return CachedBaseline(baseline, tasks_of(baseline) or ())

    def _fitted_once(self, part: Part) -> CachedBaseline:
        baseline: Baseline = part.make()
        return CachedBaseline(keeping_fits(part, baseline), tasks_of(baseline) or ())

    def _opened_once(self, part: Part) -> TextModel:
        encoder: TextEncoder = part.make()
        return RememberedPieces(encoder.open(TextEncoderContext(trust=self.registry.trust)))

    def _tokenized_once(self, part: Part) -> CachedTokenizer:
        return CachedTokenizer(tokenizing_of(part, part.make()), self.storage)


@dataclass(frozen=True)
class RereadReader:
    """A plugin's reader that is read twice, to check that it yields the same examples again."""

    reader: Reader
    name: str
    where: str

    def read(self) -> Iterator[Example]:
        """Yield every example, then read again and compare the first 10,000.

        Raises ComponentError, which names the reader by `name`, if the examples differ. A reader that reads
        everything into a list is compared only if it has at most 10,000 examples.
        """
        first: list[Example] = []
        count = 0
        for example in self.reader.read():
            count += 1
            if count <= READ_AGAIN:
                first.append(example)
            yield example
        check_reader(self.reader, self.name, self.where, first, count)


class CachedReader:
    """A reader that reads its source once and keeps the examples in `storage`.

    `where` is its key in the recipe.
    """

    def __init__(self, reader: Reader, where: str, storage: Storage) -> None:
        self.reader = reader
        self.where = where
        self._storage = storage
        self._examples: Examples | None = None

    def read(self) -> Examples:
        """Return all examples; they are read by the first call."""
        if self._examples is None:
            self._examples = Examples.of(writable(self.reader.read(), self.where), self._storage)
        return self._examples


class CachedTokenizer:
    """A tokenizer that tokenizes every source of texts once and keeps the tokens in `storage`."""

    def __init__(self, tokenizing: Tokenizing, storage: Storage) -> None:
        self.tokenizer = tokenizing.tokenizer
        self._tokenizing = tokenizing
        self._storage = storage
        self._tokens: dict[Rows, Tokens] = {}

    def tokens(self, examples: Examples) -> Tokens:
        """Return the tokens of each text. Raises ComponentError if the tokenizer returns anything else."""
        source = examples.source
        if source not in self._tokens:
            tokens = self._tokenizing.tokens(Texts(source), self._storage)
            check_words(self.tokenizer, tokens.words)
            self._tokens[source] = tokens
        return self._tokens[source].take(examples.positions)


class CachedWords:
    """A text encoder that splits every source of texts into words once and keeps the words in `storage`."""

    def __init__(self, model: TextModel, storage: Storage) -> None:
        self._model = model
        self._storage = storage
        self._words: dict[Rows, ReadWords] = {}

    def split(self, name: str, examples: Examples) -> TokenizedSplit:
        """Return a split of the words that the text encoder reads of each text."""
        source = examples.source
        if source not in self._words:
            words = ReadWords.of(self._model, Texts(source), self._storage)
            check_words(self._model, words.tokens.words)
            self._words[source] = words
        return self._words[source].split(name, examples, examples.positions)


class CachedBaseline:
    """A baseline that keeps its last fit, because the seeds of one fold share a training split."""

    def __init__(self, baseline: Baseline, tasks: Sequence[str]) -> None:
        self.baseline = baseline
        self.tasks = tasks
        self._learnt: tuple[str, FittedBaseline] | None = None

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]
    ) -> FittedBaseline:
        """Fit the baseline, or return the last fit if the data are equal. Raises what the baseline raises."""
        given = TrainingTexts(texts, labels, classes).digest
        if self._learnt is None or self._learnt[0] != given:
            self._learnt = given, self.baseline.fit(texts, labels, classes)
        return self._learnt[1]
