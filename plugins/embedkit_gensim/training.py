"""Training with gensim: reproducible, on whole texts, with progress reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from embedkit.plugin_api import EmbeddingContext, Fault, Progress, VocabularyError

MAX_TOKENS = 10_000
"""Tokens of one text that gensim trains on; it passes over those after them without a word."""


def train(model: Any, context: EmbeddingContext) -> Any:
    """Train `model`, one of gensim's, on the training texts of `context` and return its vectors, `model.wv`.

    With one worker thread the same seed and texts give the same bytes in every process. Raises
    VocabularyError if no word is frequent enough.
    """
    texts = _InReach(context.training_tokens())
    model.build_vocab(texts)
    if not len(model.wv):
        what = f"no word of the training texts occurs {model.min_count} times, so there is nothing to train"
        raise VocabularyError(Fault(what, where="embedding.min_count"))
    model.train(
        texts,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
        callbacks=[_Epochs(context.progress, model.epochs)],
    )
    return model.wv


class _InReach:
    """Iterates over the texts anew in every epoch; texts that are too long for gensim come in pieces."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._texts = texts

    def __iter__(self) -> Iterator[list[str]]:
        for tokens in self._texts:
            for start in range(0, len(tokens), MAX_TOKENS):
                yield [*tokens[start : start + MAX_TOKENS]]


class _Epochs:
    """Reports every epoch to a progress callback; has the methods of gensim's CallbackAny2Vec."""

    def __init__(self, progress: Progress, epochs: int) -> None:
        self._progress = progress
        self._epochs = epochs
        self._done = 0

    def on_train_begin(self, model: Any) -> None:  # noqa: ARG002
        """Tell the progress callback that no epoch is finished yet."""
        self._progress(0, self._epochs)

    def on_epoch_begin(self, model: Any) -> None:
        """Take no action."""

    def on_epoch_end(self, model: Any) -> None:  # noqa: ARG002
        """Count one more finished epoch and tell the progress callback."""
        self._done += 1
        self._progress(self._done, self._epochs)

    def on_train_end(self, model: Any) -> None:
        """Take no action."""
