"""Everything before the first vector is looked up: read, check and tokenize every split."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from embedkit.data.alike_labels import check_labels, count_labels, describe_counts
from embedkit.data.known_labels import labelling_of
from embedkit.data.labels import Labelling
from embedkit.data.preflight import check_examples, check_separator, raise_or_warn
from embedkit.data.splits import Splits, read_splits
from embedkit.errors import DataError, Fault
from embedkit.inference.predictor import PieceInput, SplitInput, TextInput
from embedkit.interfaces.flags import PADDING_INVARIANT, READS_POOLED
from embedkit.model.encoder_checks import LONGEST
from embedkit.model.memory import check_long_texts, check_parameters
from embedkit.model.selfcheck import check_encoder
from embedkit.recipe.schema import Recipe, TrainingRecipe, VocabularySettings
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.text.encoding import TokenizedSplit, check_cut
from embedkit.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from embedkit.interfaces import Encoder
    from embedkit.recipe.components import Components
    from embedkit.recipe.text_encoder import NetworkRecipe
    from embedkit.runs.reporter import Reporter
    from embedkit.tasks.components import RunComponents

log = logging.getLogger(__name__)

T = TypeVar("T", bound=TrainingRecipe)
N = TypeVar("N", bound=Recipe | TextEncoderRecipe)
"""A recipe that trains a network."""


@dataclass(frozen=True)
class Prepared:
    """The classes, the encoder, the tokenizer, the training vocabulary, and every split as tokens."""

    labelling: Labelling
    encoder: Encoder
    text: SplitInput
    vocabulary: Vocabulary
    tokenized: Mapping[str, TokenizedSplit]


def prepare(components: RunComponents[N], reporter: Reporter, strict: bool) -> Prepared:
    """Read, check and tokenize every split.

    Raises DataError for data that cannot be trained on and, if `strict`, for everything that is otherwise a
    warning.
    """
    recipe = components.recipe
    splits, labelling = read_texts(components, reporter)

    reporter.stage("tokenizing")
    if PADDING_INVARIANT.of(components.encoder):
        check_encoder(components.encoder, str(components.part("encoder")))
    text, tokenized = _read_by(components, splits)
    counts, limits = tokenized["train"].tokens.counts, VocabularySettings()
    if isinstance(recipe, Recipe):
        limits = recipe.vocabulary
    vocabulary = Vocabulary.of(counts, limits.min_count, limits.max_size)
    raise_or_warn([*check_texts(splits, labelling), *check_cut(tokenized)], strict)
    return Prepared(labelling, components.encoder, text, vocabulary, tokenized)


def read_texts(components: Components[T], reporter: Reporter) -> tuple[Splits, Labelling]:
    """Read the splits of a recipe that trains, and tell its classes.

    Raises DataError for texts and labels that nothing can be trained on.
    """
    recipe = components.recipe
    reporter.stage("reading texts")
    splits = read_splits(recipe.data, components.reader, recipe.seed)
    separator = recipe.data.label_separator
    labelling = labelling_of(splits, recipe.data.labels, separator)
    reporter.stage(describe_counts(count_labels(splits.values(), separator)))
    return splits, labelling


def check_texts(splits: Splits, labelling: Labelling) -> list[Fault]:
    """Return what may be wrong with the texts and the labels of the splits."""
    separator = labelling.separator
    labels = [*check_labels(splits, separator), *check_separator(splits["train"], separator)]
    return [*check_examples(splits), *labels]


def try_encoder(components: RunComponents[N], prepared: Prepared, width: int) -> None:
    """Check the encoder with vectors of `width` dimensions and texts as long as the longest of the recipe.

    Raises RecipeError or DataError if its weights, or a batch with the longest training text, do not fit into
    memory, and ComponentError as `check_encoder` does. Warns if texts are longer than the longest that is
    tried.
    """
    part = components.part("encoder")
    name, recipe = str(part), components.recipe
    splits = prepared.tokenized.values()
    longest = max(1, *(max(split.tokens.numbers.lengths(), default=0) for split in splits))
    if READS_POOLED.of(components.encoder):
        longest = 1
    check_parameters(prepared.encoder, name, width)
    _check_longest(prepared, recipe, name, width)
    trained = recipe.embedding.trainable != "none"
    check_encoder(prepared.encoder, name, width, prepared.text.pad_to or longest, trained)
    if not part.bundled and longest > LONGEST and not prepared.text.pad_to:
        what = f"it was tried out with texts of up to {LONGEST} tokens, and the longest here has {longest:,}"
        log.warning("%s: %s: whether padding changes what it gives beyond that is not known", name, what)


def _check_longest(prepared: Prepared, recipe: NetworkRecipe, name: str, width: int) -> None:
    """Raise DataError if a batch with the longest training text does not fit into memory."""
    lengths = prepared.tokenized["train"].tokens.numbers.lengths()
    longest = prepared.text.pad_to or max(lengths)
    if READS_POOLED.of(prepared.encoder):
        longest = 1
    batch = min(recipe.training.batch_size, len(lengths))
    check_long_texts(lambda: prepared.encoder.build(width).train(), name, width, batch, longest)


def _read_by(components: RunComponents[N], splits: Splits) -> tuple[SplitInput, dict[str, TokenizedSplit]]:
    """Split every text of every split into words, by the tokenizer or by the text encoder."""
    if isinstance(components.recipe, TextEncoderRecipe):
        return _prepare_pieces(components, splits)
    return prepare_text(components.of(components.recipe), splits)


def prepare_text(
    components: RunComponents[Recipe], splits: Splits
) -> tuple[TextInput, dict[str, TokenizedSplit]]:
    """Tokenize every split.

    If the encoder is not invariant to padding, every text is padded or cut to the same length: `max_length`,
    or the longest training text. Raises DataError if no training text has a token.
    """
    data, tokenizer, storage = components.recipe.data, components.tokenized, components.storage
    tokenized = {
        name: TokenizedSplit.of(name, examples, tokenizer.tokens(examples), data.max_length, data.cut)
        for name, examples in splits.items()
    }
    longest = _longest(tokenized["train"])
    if PADDING_INVARIANT.of(components.encoder):
        return TextInput(tokenizer.tokenizer, data.max_length, data.cut, None, storage), tokenized
    length = data.max_length or longest
    fixed = TextInput(tokenizer.tokenizer, length, data.cut, length, storage)
    return fixed, {name: split.shortened(length, data.cut) for name, split in tokenized.items()}


def _prepare_pieces(
    components: RunComponents[N], splits: Splits
) -> tuple[PieceInput, dict[str, TokenizedSplit]]:
    """Split every text into the words that the text encoder reads.

    If the encoder is not invariant to padding, every text is padded or cut to the length of the longest
    training text. Raises DataError if no training text has a word.
    """
    encoder, model, storage = components.encoder, components.text_model, components.storage
    words = {name: components.words.split(name, examples) for name, examples in splits.items()}
    longest = _longest(words["train"])
    if PADDING_INVARIANT.of(encoder) or READS_POOLED.of(encoder):
        return PieceInput(model, None, storage), words
    fixed = PieceInput(model, longest, storage)
    return fixed, {name: split.shortened(longest, "tail") for name, split in words.items()}


def _longest(train: TokenizedSplit) -> int:
    """Return the number of tokens of the longest training text. Raises DataError if none has a token."""
    longest: int = max(train.tokens.numbers.lengths())
    if not longest:
        raise DataError(Fault("no text of the training split has a token", where="data.train"))
    return longest
