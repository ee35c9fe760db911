"""Word vectors that gensim trains on the recipe's own training texts, and gensim's own saves of vectors."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `word2vec-train` and `fasttext-train`."""
    from embedkit_gensim.fasttext import FastTextTraining
    from embedkit_gensim.word2vec import Word2vecTraining

    register("word2vec-train", Word2vecTraining)
    register("fasttext-train", FastTextTraining)


@hookimpl
def register_vector_formats(register: Register) -> None:
    """Register the vector format `gensim`."""
    from embedkit_gensim.saves import GensimSaves

    register("gensim", GensimSaves)
