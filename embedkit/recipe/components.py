"""The components of a recipe, each made once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from embedkit.errors import PluginError, RecipeError
from embedkit.interfaces import EmbeddingContext, TaggedFunctionWords, TextEncoderContext
from embedkit.interfaces.contracts import check_function_words
from embedkit.recipe.build import Part
from embedkit.recipe.checks.metrics import unfit
from embedkit.recipe.paths import expand
from embedkit.recipe.sections.section import spec_of

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.interfaces import (
        Baseline,
        Embedding,
        Encoder,
        FunctionWords,
        Metric,
        OovPolicy,
        Reader,
        Task,
        TextEncoder,
        TextModel,
        Tokenizer,
    )
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.document import Plain
    from embedkit.recipe.schema import AnyRecipe

R = TypeVar("R", bound="AnyRecipe")
Other = TypeVar("Other", bound="AnyRecipe")


class Components(Generic[R]):
    """The components of a loaded recipe, each made when it is first asked for, and only once.

    Once a recipe is loaded, everything that needs a component asks here, and nothing asks the registry.
    Making a component raises what `Part.make` raises.
    """

    def __init__(self, recipe: R, registry: Registry) -> None:
        self.recipe = recipe
        self.registry = registry
        self._parts = {key: Part(registry, kind, spec, key) for key, kind, spec in recipe.components()}
        self._made: dict[str, Any] = {}

    def of(self, recipe: Other) -> Components[Other]:
        """Return the components of another recipe, from the same plugins."""
        return Components(recipe, self.registry)

    def part(self, key: str) -> Part:
        """Return the component at `key`, such as `data.test`, as the recipe names it."""
        return self._parts[key]

    def parts(self, prefix: str) -> list[Part]:
        """Return the components of the list at `prefix`, such as `evaluation.metrics`, in order."""
        return [part for key, part in self._parts.items() if key.startswith(f"{prefix}.")]

    def make(self, key: str) -> Any:
        """Return the component at `key`; the first call makes it."""
        if key not in self._made:
            self._made[key] = self.made_of(self._parts[key])
        return self._made[key]

    def made_of(self, part: Part) -> Any:
        """Make the component that `part` stands for, whether or not the recipe names it."""
        return part.make()

    def reader(self, split: str) -> Reader:
        """Return the reader of a split: train, validation or test."""
        reader: Reader = self.make(f"data.{split}")
        return reader

    @property
    def tokenizer(self) -> Tokenizer:
        """Return the tokenizer."""
        tokenizer: Tokenizer = self.make("tokenizer")
        return tokenizer

    @property
    def embedding(self) -> Embedding:
        """Return the embedding."""
        embedding: Embedding = self.make("embedding")
        return embedding

    @property
    def text_encoder(self) -> TextEncoder:
        """Return the text encoder that stands in place of an embedding."""
        text_encoder: TextEncoder = self.make("embedding")
        return text_encoder

    @cached_property
    def text_model(self) -> TextModel:
        """Return the model of the text encoder, opened by the first call."""
        return self.text_encoder.open(TextEncoderContext(trust=self.registry.trust))

    @property
    def encoder(self) -> Encoder:
        """Return the encoder."""
        encoder: Encoder = self.make("encoder")
        return encoder

    @property
    def policies(self) -> list[tuple[str, OovPolicy]]:
        """Return the out-of-vocabulary policies with their names, in the order in which they are asked."""
        return [(part.spec.use, self.make(part.where)) for part in self.parts("oov")]

    @property
    def baseline(self) -> Baseline:
        """Return the baseline that is the model of the recipe."""
        baseline: Baseline = self.make("baseline")
        return baseline

    @property
    def averaged_with(self) -> Baseline | None:
        """Return the baseline whose probabilities are averaged with the model's, or None."""
        return self.make("averaged_with") if "averaged_with" in self._parts else None

    @property
    def baselines(self) -> dict[str, Baseline]:
        """Return the baselines by name, in the recipe's order."""
        return {part.spec.use: self.make(part.where) for part in self.parts("evaluation.baselines")}

    @cached_property
    def function_words(self) -> frozenset[str]:
        """Return the words of all function-word lists. Raises DataError if a list is not available."""
        lists: list[FunctionWords] = [
            self.make(part.where) for part in self.parts("evaluation.function_words")
        ]
        words = [each.words() for each in lists]
        for part, own in zip(self.parts("evaluation.function_words"), words, strict=True):
            if not own:
                log.warning("%s has no words", part)
        return frozenset(chain.from_iterable(words))

    @cached_property
    def function_tags(self) -> frozenset[str]:
        """Return the part-of-speech tags of function words, of all lists that have such tags."""
        lists = [self.make(part.where) for part in self.parts("evaluation.function_words")]
        tagged = [each for each in lists if isinstance(each, TaggedFunctionWords)]
        return frozenset(tag for each in tagged for tag in check_function_words(each, each.tags(), "tags()"))

    def metrics(self, task: Task) -> dict[str, Metric]:
        """Return the metrics by name, in the recipe's order.

        Raises RecipeError with a fault for each metric that cannot score `task`.
        """
        parts = self.parts("evaluation.metrics")
        metrics: dict[str, Metric] = {part.spec.use: self.make(part.where) for part in parts}
        found = [unfit(part, metrics[part.spec.use], (task,)) for part in parts]
        faults = [replace(f, where=part.where) for part, f in zip(parts, found, strict=True) if f]
        if faults:
            raise RecipeError(*faults)
        return metrics

    def context(self, seed: int, words: Sequence[str]) -> EmbeddingContext:
        """Return the context in which the embedding is opened for the words of a vocabulary."""
        registry = self.registry
        return EmbeddingContext(seed, words, formats=lambda: registry, trust=registry.trust)

    def other_policies(self, name: str) -> dict[str, Part]:
        """Return the policies but `name` that answer for every word and need no parameters, by name."""
        parts = {
            other: Part(self.registry, "oov", spec_of(other), "oov")
            for other in self.registry.names("oov")
            if other != name
        }
        return {
            other: part
            for other, part in parts.items()
            if part.component.total
            and not any(field.is_required() for field in part.component.parameters.model_fields.values())
        }

    def installed(self, kind: str, plain: Plain) -> dict[str, Part]:
        """Return a component by its name, whether or not the recipe has it; empty if it is not installed."""
        part = Part(self.registry, kind, spec_of(plain), kind)
        with suppress(PluginError):
            return {each.name: part for each in part.components[:1]}
        return {}

    def refuse_untrusted(self) -> None:
        """Raise RecipeError, naming every key, if code in files would run and nobody has consented."""
        if faults := [fault for part in self._parts.values() for fault in part.untrusted()]:
            raise RecipeError(*faults)

    def input_files(self) -> list[tuple[str, Path]]:
        """Return every file that the recipe reads, with its key such as `data.train.path`.

        Raises DataError for a missing file.
        """
        files = [file for part in self._parts.values() for file in part.files()]
        return [*files, *self.own_files()]

    def own_files(self) -> Iterator[tuple[str, Path]]:
        """Yield the files that the recipe itself names, such as that of the folds, with their keys.

        Raises DataError for a missing file.
        """
        return ((where, expand(text, where)) for where, text in self.recipe.files())

    def distributions(self) -> set[str]:
        """Return the distributions of all components, including those that are only named."""
        parts = self._parts.values()
        return {each.plugin.distribution for part in parts for each in (*part.components, *part.named)}
