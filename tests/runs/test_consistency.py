"""Plugins that give other answers when they are asked again are found before training, and named."""

from __future__ import annotations

import random

import pytest

import embedkit
from embedkit.errors import ComponentError
from embedkit.interfaces.generators import other_draws

pytestmark = pytest.mark.any_system

TOKENIZER = """
    import random

    from embedkit import hookimpl

    class Impure:
        calls = 0

        def __init__(self):
            self.salt = str(random.random())

        def tokenize(self, texts):
            type(self).calls += 1
            return {tokens}

    @hookimpl
    def register_tokenizers(register):
        register("impure", Impure)
"""
IMPURE_TOKENIZERS = {
    "in reverse order": "[text.split() for text in texts][::-1]",
    "by call": "[[*text.split(), str(self.calls)] for text in texts]",
    "at random": "[random.sample(text.split(), 2) + [str(random.random())] for text in texts]",
    "by batch size": "[[token + str(len(texts)) for token in text.split()] for text in texts]",
    "by the first of a batch": "[[token + texts[0][:1] for token in text.split()] for text in texts]",
    "by place": "[[token + str(i) for token in text.split()] for i, text in enumerate(texts)]",
    "by object": "[[token + self.salt for token in text.split()] for text in texts]",
    "shorter later": "[text.split()[self.calls > 1 :] for text in texts]",
}
SOURCE = """
    import numpy as np

    from embedkit import hookimpl
    from embedkit.interfaces import Lookup

    class Source:
        dim, unk, calls = 3, None, 0

        def lookup(self, words):
            type(self).calls += 1
            numbers = [[len(word), sum(map(ord, word)), {number}] for i, word in enumerate({order})]
            vectors = np.array(numbers, "f4").reshape(-1, 3)
            found = np.array([{found} for word in words], bool)
            vectors[~found] = 0
            return Lookup(vectors, found, np.where(found, 0, -1))

    class Impure:
        def open(self, context):
            return Source()

    @hookimpl
    def register_embeddings(register):
        register("impure", Impure)
"""
PURE = {"order": "words", "number": "1", "found": "word != 'plot'"}
IMPURE_SOURCES = {
    "sorted": {"order": "sorted(words)"},
    "by place": {"number": "i"},
    "by call": {"number": "self.calls"},
    "by batch": {"number": "len(words)"},
    "found by call": {"found": "self.calls == 1"},
    "missing by call": {"found": "self.calls > 1"},
}
READER = """
    import random

    from embedkit import hookimpl
    from embedkit.interfaces import Example

    EXAMPLES = [Example(i, f"{{'good' if i % 2 else 'bad'}} film {{i}}", "pn"[i % 2]) for i in range(1, 41)]

    class Impure:
        calls = 0

        def read(self):
            type(self).calls += 1
            {read}

    @hookimpl
    def register_readers(register):
        register("impure", Impure)
"""
IMPURE_READERS = {
    "shuffles": "return random.sample(EXAMPLES, len(EXAMPLES))",
    "shuffles as it goes": "yield from random.sample(EXAMPLES, len(EXAMPLES))",
    "nothing the second time": "return EXAMPLES if self.calls == 1 else []",
    "more the second time": "return EXAMPLES[: 10 * self.calls]",
    "other labels": "return [Example(e.id, e.text, random.choice('pn')) for e in EXAMPLES]",
    "other ids": "return [Example(e.id + 40 * self.calls, e.text, e.label) for e in EXAMPLES]",
    "one pass": "return ONCE",
}


def run(recipe, out, **keys):
    return embedkit.run({**recipe, "training": {"epochs": 1}, **keys}, out=out)


@pytest.mark.parametrize("tokens", IMPURE_TOKENIZERS.values(), ids=IMPURE_TOKENIZERS)
def test_an_impure_tokenizer_is_named(tokens, install, recipe, tmp_path):
    install("embedkit-impure", TOKENIZER.format(tokens=tokens), entries=["impure"])
    message = r"tokenizer 'impure' \(impure of embedkit-impure 1\.0\) cuts the text '.*' into \["
    with pytest.raises(ComponentError, match=message):
        run(recipe, tmp_path / "run", tokenizer="impure")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("changed", IMPURE_SOURCES.values(), ids=IMPURE_SOURCES)
def test_an_impure_source_is_named(changed, install, recipe, tmp_path):
    install("embedkit-impure", SOURCE.format(**PURE | changed), entries=["impure"])
    message = r"embedding 'impure' \(impure of embedkit-impure 1\.0\) gives other answers when it is asked"
    with pytest.raises(ComponentError, match=message):
        run(recipe, tmp_path / "run", embedding="impure")


def test_a_source_inside_a_bundled_one_is_named_too(install, recipe, tmp_path):
    install("embedkit-impure", SOURCE.format(**PURE | {"number": "i"}), entries=["impure"])
    embedding = {"use": "concat", "sources": [{"use": "random", "dim": 3}, "impure"]}
    with pytest.raises(
        ComponentError, match=r"embedding 'concat' .*made of embedding 'impure' \(impure of em"
    ):
        run(recipe, tmp_path / "run", embedding=embedding)


@pytest.mark.parametrize("read", IMPURE_READERS.values(), ids=IMPURE_READERS)
def test_an_impure_reader_is_named(read, install, recipe, tmp_path):
    source = READER.format(read=read).replace(
        "    class Impure", "    ONCE = iter(EXAMPLES)\n\n    class Impure"
    )
    install("embedkit-impure", source, entries=["impure"])
    message = (
        r"data\.train: reader 'impure' \(impure of embedkit-impure 1\.0\) reads .* when it is read again"
    )
    with pytest.raises(ComponentError, match=message):
        run(recipe, tmp_path / "run", data={"train": "impure"})


def test_pure_plugins_pass(install, recipe, tmp_path):
    install("embedkit-t", TOKENIZER.format(tokens="[text.split() for text in texts]"), entries=["t"])
    install("embedkit-s", SOURCE.format(**PURE), entries=["s"])
    install("embedkit-r", READER.format(read="yield from EXAMPLES"), entries=["r"])
    run(recipe, tmp_path / "run", data={"train": "impure"}, tokenizer="impure", embedding="impure")


def test_other_draws_are_others_whatever_is_drawn_again():
    """`random.choice` draws again what does not fit, so that a generator moved on by a draw may catch up."""
    for seed in range(200):
        random.seed(seed)
        first = [random.choice("pn") for _ in range(40)]
        random.seed(seed)
        state = random.getstate()
        with other_draws():
            assert [random.choice("pn") for _ in range(40)] != first
        assert random.getstate() == state
