"""How gensim trains: repeatably, on whole texts, telling how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from embedkit.plugin_api import EmbeddingContext, Fault, Progress, VocabularyError

MAX_TOKENS = 10_000
"""Tokens of one text that gensim trains on; it passes over those after them without a word."""


def train(model: Any, context: EmbeddingContext) -> Any:
    """Train `model`, gensim's, on the context's texts, and give its vectors, `model.wv`.

    With one worker thread the same seed and texts give the same bytes in every process. Raises
    VocabularyError where no word is frequent enough.
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
    """The texts, those that are too long for gensim in pieces, read again in every pass."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._texts = texts

    def __iter__(self) -> Iterator[list[str]]:
        for tokens in self._texts:
            for start in range(0, len(tokens), MAX_TOKENS):
                yield [*tokens[start : start + MAX_TOKENS]]


class _Epochs:
    """Tells a progress of every epoch; has the methods of gensim's CallbackAny2Vec."""

    def __init__(self, progress: Progress, epochs: int) -> None:
        self._progress = progress
        self._epochs = epochs
        self._done = 0

    def on_train_begin(self, model: Any) -> None:  # noqa: ARG002
        """Nothing is done yet."""
        self._progress(0, self._epochs)

    def on_epoch_begin(self, model: Any) -> None:
        """Nothing to tell."""

    def on_epoch_end(self, model: Any) -> None:  # noqa: ARG002
        """One more."""
        self._done += 1
        self._progress(self._done, self._epochs)

    def on_train_end(self, model: Any) -> None:
        """Nothing to tell."""
