"""The base of trained classifiers, as `embedkit.load` returns them, whatever their models are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Self

from embedkit.data.examples import Examples
from embedkit.distributed.process_group import ALONE, ProcessGroup
from embedkit.evaluation.predictions import Prediction, Predictions, header, row
from embedkit.files.storage import InMemory, Storage
from embedkit.interfaces import Example
from embedkit.model.token_states import OF_WORDS
from embedkit.runs.token_columns import encode
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.normal_form import compose
from embedkit.text.pieces import ReadWords
from embedkit.text.tokens import Tokenizing

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.data.labels import Labelling
    from embedkit.interfaces import TextModel, Tokenizer
    from embedkit.model.table_rows import TableRows


class SplitInput(ABC):
    """The conversion of texts to tokens.

    `max_length` is the number of tokens that are kept of a text, `pad_to` the one length that every text is
    padded to; None if there is none. Tokens are kept in `storage`.
    """

    storage: Storage
    max_length: int | None
    pad_to: int | None

    @abstractmethod
    def tokenize(self, name: str, examples: Iterable[Example]) -> TokenizedSplit:
        """Tokenize the texts of a split and truncate them to `max_length`."""

    @abstractmethod
    def storing(self, storage: Storage) -> Self:
        """Return the conversion that keeps tokens in `storage`."""


@dataclass(frozen=True)
class PieceInput(SplitInput):
    """The conversion of texts to words by `model`, the model of a text encoder.

    Words beyond the model's positions are cut, as are those beyond `pad_to`.
    """

    model: TextModel
    pad_to: int | None = None
    storage: Storage = field(default_factory=InMemory)

    @property
    def max_length(self) -> int | None:  # type: ignore[override]
        """Return the number of words that are kept of a text, if all texts are padded to one length."""
        return self.pad_to

    def tokenize(self, name: str, examples: Iterable[Example]) -> TokenizedSplit:
        """Split the texts of a split into words, of which those that the model reads are kept."""
        examples = Examples.of(examples, self.storage)
        words = ReadWords.of(self.model, examples.texts, self.storage)
        return words.split(name, examples, range(len(examples))).shortened(self.pad_to, "tail")

    def storing(self, storage: Storage) -> Self:
        """Return the conversion that keeps words in `storage`."""
        return replace(self, storage=storage)


@dataclass(frozen=True)
class TextInput(SplitInput):
    """The conversion of texts to tokens: tokenizer and maximum length.

    Texts of more than `max_length` tokens lose their `cut` (head or tail); `pad_to` is the one length that
    every batch is padded to, or None if each batch is padded to its longest text. Tokens are kept in
    `storage`.
    """

    tokenizer: Tokenizer
    max_length: int | None = None
    cut: Literal["head", "tail"] = "tail"
    pad_to: int | None = None
    storage: Storage = field(default_factory=InMemory)

    def tokenize(self, name: str, examples: Iterable[Example]) -> TokenizedSplit:
        """Tokenize the texts of a split and truncate them to `max_length`."""
        examples = Examples.of(examples, self.storage)
        tokens = Tokenizing(self.tokenizer).tokens(examples.texts, self.storage)
        return TokenizedSplit.of(name, examples, tokens, self.max_length, self.cut)

    def storing(self, storage: Storage) -> Self:
        """Return the conversion that keeps tokens in `storage`."""
        return replace(self, storage=storage)


class Predictor(ABC):
    """A trained classifier of texts."""

    input: SplitInput
    labelling: Labelling
    threshold: float

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the classes in order; of two classes, the last is the positive one."""
        return self.labelling.classes

    @property
    @abstractmethod
    def rows(self) -> TableRows:
        """Return the words that training had, and those that were looked up later."""

    @abstractmethod
    def storing(self, storage: Storage) -> Self:
        """Return a classifier that keeps tokens in `storage`."""

    @abstractmethod
    def judge(self, split: TokenizedSplit, group: ProcessGroup = ALONE) -> Predictions:
        """Return the model's predictions for a split; each process of `group` gets all of them."""

    def predictions(self, texts: Iterable[str]) -> Sequence[Prediction]:
        """Return one prediction per text, with ids from 1. Texts are normalized to NFC, as by the readers.

        Raises TypeError, naming the item, for an item that is not text.
        """
        return self.classify([Example(i, compose(text)) for i, text in enumerate(texts_of(texts), 1)])

    def classify(self, examples: Sequence[Example]) -> Sequence[Prediction]:
        """Return one prediction per example; labels of the examples have no influence."""
        return self.judge(self.input.tokenize("input", examples)) if examples else []

    def predict(self, texts: Iterable[str]) -> pd.DataFrame:
        """Return a DataFrame of predictions, one row per text, in order.

        Its columns are those of predictions.csv except split and label; the id is the index.

        `texts` is any iterable of strings: a list, an array, a pandas Series, whose index is ignored. Raises
        TypeError, naming the item, for an item that is not text.
        """
        import pandas as pd

        predictions = self.predictions(texts)
        columns = header(self.classes, predictions[0].state_set if predictions else OF_WORDS)
        rows = [encode(columns, row(prediction)) for prediction in predictions]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.drop(columns=["split", "label"]).set_index("id")


def texts_of(texts: Iterable[str]) -> list[str]:
    """Return the strings in `texts`, such as a tuple, a NumPy array, a Series or a generator, as a list.

    Raises TypeError for a single string, for a table, and for an item that is not a string, with its
    position.
    """
    if isinstance(texts, str | bytes):
        raise TypeError("predict takes a sequence of texts, not one string")
    if isinstance(texts, Mapping) or hasattr(texts, "columns") or not isinstance(texts, Iterable):
        kind = type(texts).__name__
        raise TypeError(f"predict takes a sequence of texts, not a {kind}; of a table name the column")
    found = list(texts)
    for number, text in enumerate(found):
        if not isinstance(text, str):
            raise TypeError(f"texts[{number}] is {repr(text)[:60]}, not a text")
    return [str(text) for text in found]
