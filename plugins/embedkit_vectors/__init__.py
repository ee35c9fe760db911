"""Pretrained vectors from files in any known format, of which only the wanted rows are read."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `word2vec-text`, `glove`, `fasttext` and `vectors`."""
    register("word2vec-text", "embedkit_vectors.word2vec_text:Word2vecText")
    register("glove", "embedkit_vectors.glove:Glove")
    register("fasttext", "embedkit_vectors.fasttext:FastText")
    register("vectors", "embedkit_vectors.vectors:Vectors")
