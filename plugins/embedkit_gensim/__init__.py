"""Word vectors that gensim trains on the recipe's own training texts, and gensim's own saves of vectors."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `word2vec-train` and `fasttext-train`."""
    register("word2vec-train", "embedkit_gensim.word2vec:Word2vecTraining")
    register("fasttext-train", "embedkit_gensim.fasttext:FastTextTraining")


@hookimpl
def register_vector_formats(register: Register) -> None:
    """Register the vector format `gensim`."""
    register("gensim", "embedkit_gensim.saves:GensimSaves")
