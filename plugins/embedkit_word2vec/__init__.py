"""Pretrained vectors from word2vec binary files, plain or gzip, of which only the wanted rows are read."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `word2vec-binary`."""
    register("word2vec-binary", "embedkit_word2vec.binary:Word2vecBinary")
