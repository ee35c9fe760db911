"""Pretrained vectors from files in any known format, of which only the wanted rows are read."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `word2vec-text`, `glove`, `fasttext` and `vectors`."""
    from embedkit_vectors.fasttext import FastText
    from embedkit_vectors.glove import Glove
    from embedkit_vectors.vectors import Vectors
    from embedkit_vectors.word2vec_text import Word2vecText

    register("word2vec-text", Word2vecText)
    register("glove", Glove)
    register("fasttext", FastText)
    register("vectors", Vectors)
