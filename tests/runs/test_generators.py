"""A plugin that draws from a global generator, or seeds it, changes nothing of a run, and is named."""

from __future__ import annotations

import random

import numpy as np
import pytest
import rich.style  # noqa: F401 - it draws a number from Python's global generator when it is imported
import torch

import embedkit

pytestmark = pytest.mark.any_system

SOURCE = """
    import random

    from embedkit import hookimpl
    from embedkit.interfaces import Example, Filled, Lookup

    def here(method):
        import numpy
        import torch

        if method == {method!r}:
            {change}

    TEXTS = [f"{{a}} {{b}} {{c}}" for a in ("good", "bad") for b in "abcd" for c in "xyz"]

    class Reader:
        def read(self):
            here("read()")
            for i, text in enumerate(TEXTS, 1):
                yield Example(i, text, text.split()[0])

    class Tokenizer:
        def tokenize(self, texts):
            here("tokenize()")
            return [text.split() for text in texts]

    class Source:
        dim, unk = 4, None

        def lookup(self, words):
            import numpy as np

            here("lookup()")
            vectors = np.array([[ord(word[0]) % 7, len(word), 1, 0] for word in words], "f4").reshape(-1, 4)
            found = np.array([word not in ("a", "x") for word in words], bool)
            vectors[~found] = 0
            return Lookup(vectors, found, np.where(found, 0, -1))

    class Embedding:
        def open(self, context):
            here("open()")
            return Source()

    class Policy:
        total = True

        def candidates(self, word):
            here("candidates()")
            return []

        def fill(self, words, context):
            import numpy as np

            here("fill()")
            return Filled(np.ones((len(words), 4), "f4"), np.ones(len(words), bool))

    class Metric:
        def score(self, labels, predicted, probabilities, classes):
            here("score()")
            return float((labels == predicted).mean())

    class Fitted:
        def probabilities(self, texts):
            import numpy as np

            here("probabilities()")
            return np.full((len(texts), 2), 0.5)

    class Baseline:
        def __init__(self):
            here("the constructor")

        def fit(self, texts, labels, classes):
            here("fit()")
            return Fitted()

    class Words:
        def words(self):
            here("words()")
            return ["the"]

    @hookimpl
    def register_readers(register):
        register("mine", Reader)

    @hookimpl
    def register_tokenizers(register):
        register("mine", Tokenizer)

    @hookimpl
    def register_embeddings(register):
        register("mine", Embedding)

    @hookimpl
    def register_oov_policies(register):
        register("mine", Policy)

    @hookimpl
    def register_metrics(register):
        register("mine", Metric)

    @hookimpl
    def register_baselines(register):
        register("mine", Baseline)

    @hookimpl
    def register_function_words(register):
        register("mine", Words)
"""
RECIPE = {
    "name": "generators",
    "seed": 3,
    "data": {"train": "mine", "validation": {"share": 0.25}},
    "tokenizer": "mine",
    "embedding": "mine",
    "oov": ["mine"],
    "encoder": {"use": "bag", "dropout": 0.4},
    "training": {"epochs": 3, "batch_size": 4, "lr": 0.05},
    "evaluation": {"metrics": ["mine"], "baselines": ["mine"], "function_words": ["mine"]},
}
KEYS = {
    "read()": "data.train: reader",
    "tokenize()": "tokenizer: tokenizer",
    "open()": "embedding: embedding",
    "lookup()": "embedding: embedding",
    "candidates()": "oov.0: out-of-vocabulary policy",
    "fill()": "oov.0: out-of-vocabulary policy",
    "score()": "evaluation.metrics.0: metric",
    "the constructor": "evaluation.baselines.0: baseline",
    "fit()": "evaluation.baselines.0: baseline",
    "probabilities()": "evaluation.baselines.0: baseline",
    "words()": "evaluation.function_words.0: function-words",
}
CHANGES = {
    "torch.manual_seed(0)": "torch's global generator",
    "torch.rand(3)": "torch's global generator",
    "numpy.random.seed(0)": "NumPy's global generator",
    "random.shuffle([1, 2, 3])": "Python's global generator",
    "random.seed(0), numpy.random.rand(), torch.seed()": (
        "Python's global generator and NumPy's global generator and torch's global generator"
    ),
}


@pytest.fixture
def run(install, tmp_path, monkeypatch):
    def run(name, method="", change="pass"):
        install(f"embedkit-{name}", SOURCE.format(method=method, change=change), entries=[name])
        made = embedkit.run(RECIPE, out=tmp_path / name)
        monkeypatch.setenv("EMBEDKIT_DISABLE_PLUGINS", f"embedkit-{name}")
        return made

    return run


def states():
    _, keys, *rest = np.random.get_state()
    return random.getstate(), keys.tobytes(), rest, torch.get_rng_state().tolist()


@pytest.mark.parametrize(
    ("method", "change"),
    [
        *((method, "torch.manual_seed(0)") for method in KEYS),
        *(("score()", change) for change in [*CHANGES][1:]),
    ],
)
def test_it_is_named_and_changes_nothing(run, method, change, caplog):
    before = states()
    drawn = run("drawn", method, change)
    assert states() == before
    messages = [record.getMessage().partition("\n")[0] for record in caplog.records]
    (told,) = {message for message in messages if "global generator" in message}
    assert told.startswith(f"{KEYS[method]} 'mine' (drawn of embedkit-drawn 1.0)")
    what = f"{method} draws from {CHANGES[change]}, or sets the seed there; the generator was put back"
    assert told.endswith(what)
    caplog.clear()
    pure = run("pure")
    assert "global generator" not in caplog.text
    for name in ("weights.safetensors", "predictions.csv", "metrics.json"):
        assert (drawn.path / name).read_bytes() == (pure.path / name).read_bytes()


def test_what_an_import_draws_is_put_back_in_silence(run, site, caplog):
    (site / "drawing.py").write_text("import random\n\nrandom.random()\n")
    before = states()
    run("drawn", "score()", "import drawing")
    assert states() == before
    assert "global generator" not in caplog.text


def test_bundled_components_draw_from_no_global_generator(recipe, tmp_path, caplog):
    embedding = {"use": "word2vec-train", "dim": 4, "min_count": 1}
    embedkit.run({**recipe, "embedding": embedding, "training": {"epochs": 1}}, out=tmp_path / "run")
    assert "global generator" not in caplog.text
