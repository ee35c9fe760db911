"""Plugins whose methods raise or give what they should not: an error that names all of it, a figure less."""

from __future__ import annotations

import json
from textwrap import dedent, indent

import pytest
import yaml

from embedkit.hookspecs import KINDS

TEXTS = ["a great film", "a dull film", "great fun", "dull and slow", "great and fun", "a slow film"]
LABELS = ["good", "bad", "good", "bad", "good", "bad"]
RECIPE = {
    "name": "bad",
    "data": {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "oov": ["normal"],
    "encoder": {"use": "rnn", "hidden_size": 3},
    "training": {"epochs": 2, "batch_size": 4},
    "evaluation": {"metrics": ["accuracy"], "baselines": ["majority"], "function_words": ["english"]},
}
PLACE = {
    "reader": ("data.train", lambda recipe: recipe["data"].update(train="bad")),
    "tokenizer": ("tokenizer", lambda recipe: recipe.update(tokenizer="bad")),
    "embedding": ("embedding", lambda recipe: recipe.update(embedding="bad")),
    "oov": ("oov.0", lambda recipe: recipe.update(oov=["bad", "normal"], embedding="few")),
    "encoder": ("encoder", lambda recipe: recipe.update(encoder="bad")),
    "metric": ("evaluation.metrics.1", lambda recipe: recipe["evaluation"]["metrics"].append("bad")),
    "baseline": ("evaluation.baselines.0", lambda recipe: recipe["evaluation"]["baselines"].insert(0, "bad")),
    "function-words": (
        "evaluation.function_words.1",
        lambda recipe: recipe["evaluation"]["function_words"].append("bad"),
    ),
}
GOOD = {
    "reader": """
        def read(self):
            for number, text in enumerate(["great film", "dull film", "great fun", "dull and slow"], 1):
                yield Example(number, text, "good" if "great" in text else "bad")
    """,
    "tokenizer": """
        def tokenize(self, texts):
            return [text.split() for text in texts]
    """,
    "embedding": """
        def open(self, context):
            return Source()
    """,
    "oov": """
        total = False
        def candidates(self, word):
            return []
        def fill(self, words, context):
            import numpy as np
            return Filled(np.zeros((len(words), 4), np.float32), np.zeros(len(words), bool))
    """,
    "encoder": """
        def build(self, input_dim):
            return made(input_dim)
    """,
    "metric": """
        def score(self, labels, predicted, probabilities, classes):
            return 0.5
    """,
    "baseline": """
        def fit(self, texts, labels, classes):
            return Learnt()
    """,
    "function-words": """
        def words(self):
            return ["the", "a"]
    """,
}
SOURCE = """
class Source:
    dim = 4
    unk = None
    def lookup(self, words):
        import numpy as np
        n = len(words)
        return Lookup(np.ones((n, 4), np.float32), np.ones(n, bool), np.arange(n))
"""
FEW = """
class Few(Source):
    def open(self, context):
        return self
    def lookup(self, words):
        import numpy as np
        found = np.arange(len(words)) % 2 == 0
        return Lookup(np.ones((len(words), 4), np.float32) * found[:, None], found, np.where(found, 1, -1))

@hookimpl
def register_embeddings(register):
    register("few", Few)
"""
LEARNT = """
class Learnt:
    def probabilities(self, texts):
        import numpy as np
        return np.full((len(texts), 2), 0.5)
"""
MODULE = """
def made(input_dim):
    from torch import nn
    class Mean(nn.Module):
        def __init__(self):
            super().__init__()
            self.output_dim = input_dim
        def forward(self, embedded, mask):
            return (embedded * mask[:, :, None]).sum(1)
    return Mean()
"""
HEADER = """
import sys
from embedkit import hookimpl
from embedkit.errors import DataError, Fault
from embedkit.interfaces import Example, Filled, Lookup
"""


def method(body: str) -> str:
    return indent(dedent(body), "    ")


def plugin(kind: str, body: str | None = None, source=SOURCE, learnt=LEARNT, module=MODULE) -> str:
    """The text of a plugin with one component, `bad`, of that kind."""
    hook = f"@hookimpl\ndef {KINDS[kind].hook}(register):\n    register('bad', Bad)\n"
    few = FEW if kind == "oov" else ""
    return "\n".join(
        [
            HEADER,
            *map(dedent, (source, few, learnt, module)),
            f"class Bad:\n{method(body or GOOD[kind])}\n",
            hook,
        ]
    )


@pytest.fixture
def run(install, embedkit_command, tmp_path):
    """Run a recipe with the component `bad` of a plugin whose text is given; what ended, and the run."""

    def call(kind, text, *more):
        install("embedkit-bad", text, version="0.4", entries=["mine"])
        recipe = yaml.safe_load(yaml.safe_dump(RECIPE))
        PLACE[kind][1](recipe)
        path = tmp_path / "bad.yaml"
        path.write_text(yaml.safe_dump(recipe), encoding="utf-8")
        return embedkit_command(*more, "run", path, "--out", tmp_path / "run"), tmp_path / "run"

    return call


def named(kind: str) -> str:
    kinds = {"oov": "out-of-vocabulary policy"}
    return f"{PLACE[kind][0]}: {kinds.get(kind, kind)} 'bad' (mine of embedkit-bad 0.4): "


@pytest.mark.parametrize("kind", PLACE)
def test_the_good_one_of_each_kind_runs(kind, run):
    ended, _ = run(kind, plugin(kind))
    assert ended.code == 0, ended.err


ASKED = {
    "reader": ("def read(self)", "read() raised after 0 examples:"),
    "tokenizer": ("def tokenize(self, texts)", "tokenize() of 6 texts raised"),
    "embedding": ("def open(self, context)", "open() for 7 words raised"),
    "oov": ("total = False\ndef candidates(self, word)", "candidates() of the word 'a' raised"),
    "encoder": ("def build(self, input_dim)", "build() for vectors of 4 dimensions raised"),
    "function-words": ("def words(self)", "words() raised"),
}
RAISES = {
    "KeyError: 'half'": "return {}['half']",
    "OSError: download failed": "raise OSError('download failed')",
    "ValueError: first second": "raise ValueError('first\\nsecond')",
    "SystemExit: 0": "sys.exit(0)",
}


@pytest.mark.parametrize("came", RAISES)
@pytest.mark.parametrize("kind", ASKED)
def test_a_verb_that_raises_is_one_error_that_names_all_of_it(kind, came, run):
    signature, asked = ASKED[kind]
    more = "\ndef fill(self, words, context): ..." if kind == "oov" else ""
    ended, directory = run(kind, plugin(kind, f"{signature}:\n    {RAISES[came]}{more}"))
    assert ended.code == 1
    errors = [line for line in ended.err.splitlines() if line.startswith("error")]
    assert errors == [f"error: {named(kind)}{asked} {came}"]
    assert "Traceback" not in ended.err
    assert not directory.exists()


def test_where_it_was_raised_is_shown_when_asked_for(run):
    text = plugin("tokenizer", "def tokenize(self, texts):\n    return {}['half']")
    ended, _ = run("tokenizer", text, "--traceback")
    assert ended.code == 1
    assert "embedkit_bad.py" in ended.err
    assert "KeyError: 'half'" in ended.err


@pytest.mark.parametrize("kind", ["reader", "tokenizer", "embedding", "oov", "encoder", "function-words"])
def test_a_data_error_of_a_component_passes_as_it_is(kind, run):
    signature, _ = ASKED[kind]
    more = "\ndef fill(self, words, context): ..." if kind == "oov" else ""
    body = f"{signature}:\n    raise DataError(Fault('row 3 is empty', where='here'))"
    ended, _ = run(kind, plugin(kind, body + more))
    assert ended.code == 2
    assert "error: here: row 3 is empty" in ended.err.splitlines()


LATER = {
    "read half-way": (
        "reader",
        plugin(
            "reader", "def read(self):\n    yield Example(1, 'a film', 'good')\n    raise KeyError('half')"
        ),
        ": read() raised after 1 examples: KeyError: 'half'",
    ),
    "lookup": (
        "embedding",
        plugin("embedding", source=SOURCE.replace("n = len(words)", "raise KeyError('half')")),
        ": lookup() of 7 words raised KeyError: 'half'",
    ),
    "fill": (
        "oov",
        plugin("oov", GOOD["oov"].replace("import numpy as np", "raise KeyError('half')")),
        ": fill() for 4 words raised KeyError: 'half'",
    ),
    "forward": (
        "encoder",
        plugin("encoder", module=MODULE.replace("return (emb", "raise KeyError('half'); (emb")),
        " cannot encode texts of 3, 3, 1 and 0 tokens: it raised KeyError: 'half'",
    ),
    "a property": (
        "embedding",
        plugin("embedding", source=SOURCE.replace("dim = 4", "dim = property(lambda self: {}['half'])")),
        ": dim raised KeyError: 'half'",
    ),
}


@pytest.mark.parametrize("case", LATER)
def test_what_is_raised_later_is_named_too(case, run):
    kind, text, expected = LATER[case]
    ended, _ = run(kind, text)
    assert ended.code == 1, ended.err
    expected = f"error: {named(kind).removesuffix(': ')}{expected}"
    assert any(line.startswith(expected) for line in ended.err.splitlines())
    assert "Traceback" not in ended.err


def lookup(vectors="np.ones((n, 4), np.float32)", found="np.ones(n, bool)", rows="np.arange(n)"):
    return SOURCE.replace(
        "np.ones((n, 4), np.float32), np.ones(n, bool), np.arange(n)", f"{vectors}, {found}, {rows}"
    )


def reader(*examples):
    return plugin("reader", f"def read(self):\n    return [{', '.join(examples)}]")


def tokenizer(tokens):
    return plugin("tokenizer", f"def tokenize(self, texts):\n    return {tokens}")


def filled(vectors="np.zeros((len(words), 4), np.float32)", answered="np.zeros(len(words), bool)"):
    given = f"return Filled({vectors}, {answered})"
    return plugin(
        "oov",
        GOOD["oov"].replace(
            "return Filled(np.zeros((len(words), 4), np.float32), np.zeros(len(words), bool))", given
        ),
    )


def source(text):
    return plugin("embedding", source=text)


def encoder(old, new):
    return plugin("encoder", module=MODULE.replace(old, new))


EXAMPLE = "Example(1, 'a film', 'good')"
BREACHES = {
    "reader None": (
        "reader",
        plugin("reader", "def read(self):\n    return None"),
        "read(): expected examples",
    ),
    "reader tuple": (
        "reader",
        reader("(1, 'a film', 'good')"),
        "read(), example 1: expected an Example, got tuple",
    ),
    "reader dict": (
        "reader",
        reader(EXAMPLE, "{'id': 2}"),
        "read(), example 2: expected an Example, got dict",
    ),
    "reader id str": (
        "reader",
        reader("Example('1', 'a', 'b')"),
        "example 1, id: expected an integer from 1, got str",
    ),
    "reader id 0": (
        "reader",
        reader("Example(0, 'a', 'b')"),
        "example 1, id: expected an integer from 1, got int 0",
    ),
    "reader id bool": (
        "reader",
        reader("Example(True, 'a', 'b')"),
        "id: expected an integer from 1, got bool True",
    ),
    "reader label": ("reader", reader("Example(1, 'a', 1)"), "label: expected a string or None, got int 1"),
    "reader group": (
        "reader",
        reader("Example(1, 'a', 'b', 1)"),
        "group: expected a string or None, got int 1",
    ),
    "reader text None": (
        "reader",
        reader("Example(1, None, 'b')"),
        "text: expected a string, got NoneType None",
    ),
    "reader text bytes": (
        "reader",
        reader("Example(1, b'a', 'b')"),
        "text: expected a string, got bytes b'a'",
    ),
    "tokenizer None": ("tokenizer", tokenizer("None"), "tokenize: expected a list of 6 lists of tokens"),
    "tokenizer few": (
        "tokenizer",
        tokenizer("[['a']]"),
        "tokenize: expected a list of 6 lists of tokens, got 1 of",
    ),
    "tokenizer tuples": (
        "tokenizer",
        tokenizer("[('a',) for _ in texts]"),
        "expected lists of strings, got tuple",
    ),
    "tokenizer ints": (
        "tokenizer",
        tokenizer("[['a', 1] for _ in texts]"),
        "expected lists of strings, got int 1",
    ),
    "tokenizer half": (
        "tokenizer",
        tokenizer("[['a', '\\ud800'] for _ in texts]"),
        "expected tokens that are Unicode, got",
    ),
    "tokenizer drains": (
        "tokenizer",
        plugin("tokenizer", "def tokenize(self, texts):\n    texts.clear()\n    return []"),
        "tokenize: expected a list of 6 lists of tokens, got 0 of them",
    ),
    "source None": (
        "embedding",
        plugin("embedding", "def open(self, context):\n    pass"),
        "open(): expected something with 'lookup', got NoneType None",
    ),
    "no dim": ("embedding", source(SOURCE.replace("dim = 4", "")), "open(): expected something with 'dim'"),
    "no unk": (
        "embedding",
        source(SOURCE.replace("unk = None", "")),
        "open(): expected something with 'unk'",
    ),
    "dim text": (
        "embedding",
        source(SOURCE.replace("dim = 4", "dim = '4'")),
        "dim: expected an integer from 1",
    ),
    "dim 0": (
        "embedding",
        source(SOURCE.replace("dim = 4", "dim = 0")),
        "dim: expected an integer from 1, got int 0",
    ),
    "unk text": (
        "embedding",
        source(SOURCE.replace("unk = None", "unk = 'x'")),
        "unk: expected an array of float32",
    ),
    "lookup None": (
        "embedding",
        source(SOURCE.replace("n = len(words)", "return None")),
        "lookup().vectors: expected",
    ),
    "lookup f64": (
        "embedding",
        source(lookup("np.ones((n, 4))")),
        "lookup().vectors: expected an array of float32",
    ),
    "lookup nan": (
        "embedding",
        source(lookup("np.full((n, 4), np.nan, np.float32)")),
        "lookup().vectors: expected finite numbers",
    ),
    "lookup rows": (
        "embedding",
        source(lookup(rows="np.full(n, -1)")),
        "lookup().rows: expected a row from 0 of every word that is found, or else -1, got row -1 and found",
    ),
    "fill f64": ("oov", filled("np.zeros((len(words), 4))"), "fill().vectors: expected an array of float32"),
    "fill ints": (
        "oov",
        filled(answered="np.zeros(len(words), int)"),
        "fill().filled: expected an array of bool",
    ),
    "fill None": (
        "oov",
        plugin("oov", GOOD["oov"].partition("return Filled")[0] + "return None\n"),
        "fill().vectors: expected",
    ),
    "encoder None": (
        "encoder",
        plugin("encoder", "def build(self, input_dim):\n    pass"),
        "build(): expected a torch module, got NoneType None",
    ),
    "no output_dim": (
        "encoder",
        encoder("self.output_dim = input_dim", "pass"),
        "build(), output_dim: expected an integer from 1, got none",
    ),
    "encoder f64": (
        "encoder",
        encoder(".sum(1)", ".sum(1).double()"),
        "forward: expected a tensor of torch.float32 and shape",
    ),
    "encoder f16": (
        "encoder",
        encoder(".sum(1)", ".sum(1).half()"),
        "forward: expected a tensor of torch.float32",
    ),
    "encoder tuple": (
        "encoder",
        encoder(".sum(1)", ".sum(1), 1"),
        "forward: expected a tensor of torch.float32",
    ),
    "words str": (
        "function-words",
        plugin("function-words", "def words(self):\n    return 'the a of it'"),
        "words(): expected a collection of strings, got str 'the a of it'",
    ),
    "words None": (
        "function-words",
        plugin("function-words", "def words(self):\n    pass"),
        "words(): expected a collection of strings, got NoneType None",
    ),
    "words ints": (
        "function-words",
        plugin("function-words", "def words(self):\n    return {1}"),
        "words(): expected a collection of strings, got int 1 among them",
    ),
}


@pytest.mark.parametrize("case", BREACHES)
def test_what_a_verb_should_not_give_is_one_error_that_names_all_of_it(case, run):
    kind, text, expected = BREACHES[case]
    ended, directory = run(kind, text)
    assert ended.code == 1, ended.err
    (error,) = [line for line in ended.err.splitlines() if line.startswith("error")]
    assert error.startswith(f"error: {named(kind)}")
    assert expected in error
    assert "Traceback" not in ended.err
    assert not directory.exists()


def test_a_text_with_half_of_a_surrogate_pair_is_an_error_before_anything_is_trained(run):
    ended, directory = run("reader", reader(EXAMPLE, r"Example(2, 'a \ud800', 'bad')"))
    assert ended.code == 2
    assert "error: data.train: the text of example 2 holds half a surrogate pair" in ended.err
    assert not directory.exists()


def test_an_error_of_a_reader_that_does_not_say_where_gets_the_readers_key(run):
    raising = "raise DataError(Fault('row 2 is odd'), Fault('so is this', where='x.csv:3'))"
    ended, _ = run("reader", plugin("reader", f"def read(self):\n    yield {EXAMPLE}\n    {raising}"))
    assert ended.code == 2
    assert "error: data.train: row 2 is odd\n" in ended.err
    assert "x.csv:3: so is this" in ended.err


def figures(directory, split="train"):
    return json.loads((directory / "metrics.json").read_text(encoding="utf-8"))[split]


FIGURES = {
    "raises": ("return {}['half']", "score() raised KeyError: 'half'"),
    "exits": ("sys.exit(0)", "score() raised SystemExit: 0"),
    "NaN": (
        "return float('nan')",
        "score(): expected a finite number, or None where it is not defined, got nan",
    ),
    "infinity": ("return -float('inf')", "score(): expected a finite number"),
    "array": (
        "import numpy as np\n    return np.ones(1)",
        "score(): expected a number, a mapping or None, got ndarray",
    ),
    "list": ("return [0.5]", "score(): expected a number, a mapping or None, got list [0.5]"),
    "text": ("return 'good'", "score(): expected a number, a mapping or None, got str 'good'"),
    "keys": ("return {1: 0.5}", "score(): expected keys that are strings, got int 1"),
    "inner NaN": ("return {'a': [1, float('nan')]}", "score()['a'][1]: expected a finite number"),
    "inner set": ("return {'a': {1}}", "score()['a']: expected what JSON can hold, got set {1}"),
    "data error": ("raise DataError('no such class')", "no such class"),
}


@pytest.mark.parametrize("case", FIGURES)
def test_a_metric_that_fails_loses_its_figure_and_nothing_else(case, run):
    body, expected = FIGURES[case]
    signature = "def score(self, labels, predicted, probabilities, classes)"
    ended, directory = run("metric", plugin("metric", f"{signature}:\n    {body}"))
    assert ended.code == 0, ended.err
    train = figures(directory)
    assert train["bad"] is None
    assert expected in train["undefined"]["bad"]
    assert 0 <= train["accuracy"] <= 1
    warned = [line for line in ended.err.splitlines() if "a figure is left out" in line and expected in line]
    assert len(warned) == 1, "it is asked after each of two epochs, and warned of once"
    assert named("metric") in warned[0] or case == "data error"


@pytest.mark.parametrize("number", ["np.float32(0.5)", "np.float64(0.5)", "0.5", "{'a': np.float32(0.5)}"])
def test_numbers_of_numpy_are_figures(number, run):
    signature = "def score(self, labels, predicted, probabilities, classes)"
    ended, directory = run(
        "metric", plugin("metric", f"{signature}:\n    import numpy as np\n    return {number}")
    )
    assert ended.code == 0, ended.err
    assert figures(directory)["bad"] in (0.5, {"a": 0.5})


BASELINES = {
    "fit raises": (
        plugin("baseline", "def fit(self, *_):\n    raise ValueError('odd')"),
        "fit() to 6 texts raised",
    ),
    "fit exits": (plugin("baseline", "def fit(self, *_):\n    sys.exit(0)"), "raised SystemExit: 0"),
    "fit None": (
        plugin("baseline", "def fit(self, *_):\n    pass"),
        "fit(): expected something with 'probabilities'",
    ),
    "raises later": (
        plugin("baseline", learnt=LEARNT.replace("return np", "raise KeyError('half'); np")),
        "probabilities() of 6 texts raised KeyError: 'half'",
    ),
    "f32": (
        plugin("baseline", learnt=LEARNT.replace("0.5)", "0.5, np.float32)")),
        "probabilities: expected an array of float64",
    ),
    "1.8": (
        plugin("baseline", learnt=LEARNT.replace("0.5", "0.9")),
        "probabilities: expected rows that add up to 1, got 1.8 of text 1",
    ),
}


@pytest.mark.parametrize("case", BASELINES)
def test_a_baseline_that_fails_is_left_out_and_the_run_goes_on(case, run):
    text, expected = BASELINES[case]
    ended, directory = run("baseline", text)
    assert ended.code == 0, ended.err
    baselines = figures(directory)["baselines"]
    assert expected in baselines["bad"]["left_out"]
    assert "mine of embedkit-bad 0.4" in baselines["bad"]["left_out"]
    assert "against_model" in baselines["majority"]
    assert any("a baseline is left out" in line and expected in line for line in ended.err.splitlines())


def results(directory):
    """What a run found, without what a metric or baseline of the plugin gave."""
    train = figures(directory)
    for each in (train, *train["baselines"].values()):
        each.pop("bad", None)
        each.pop("undefined", None)
    files = ("predictions.csv", "weights.safetensors")
    return train, *((directory / name).read_bytes() for name in files)


WRITES = [
    "labels.sort()",
    "labels[labels == 0] = -1",
    "labels[:] = predicted",
    "predicted[:] = labels",
    "probabilities[:, 1].sort()",
    "labels.setflags(write=True); labels[:] = 1 - labels",
]


@pytest.mark.parametrize("write", WRITES)
def test_a_metric_that_writes_into_its_arguments_changes_nothing(write, run, embedkit_command, tmp_path):
    (tmp_path / "without.yaml").write_text(yaml.safe_dump(RECIPE), encoding="utf-8")
    assert embedkit_command("run", tmp_path / "without.yaml", "--out", tmp_path / "without").code == 0
    signature = "def score(self, labels, predicted, probabilities, classes)"
    ended, directory = run("metric", plugin("metric", f"{signature}:\n    {write}\n    return 0.5"))
    assert ended.code == 0, ended.err
    assert results(directory) == results(tmp_path / "without")
    assert "embedkit-bad 0.4" in figures(directory)["undefined"]["bad"]


@pytest.mark.parametrize("write", ["labels[:] = 0", "labels.sort()"])
def test_a_baseline_that_writes_into_labels_is_left_out(write, run):
    body = f"def fit(self, texts, labels, classes):\n    {write}\n    return Learnt()"
    ended, directory = run("baseline", plugin("baseline", body))
    assert ended.code == 0, ended.err
    assert "read-only" in figures(directory)["baselines"]["bad"]["left_out"]


def test_a_policy_that_writes_into_what_was_found_is_an_error(run):
    body = GOOD["oov"].replace("import numpy as np", "import numpy as np; context.found[:] = 0")
    ended, _ = run("oov", plugin("oov", body))
    assert ended.code == 1
    assert f"error: {named('oov')}fill() for" in ended.err
    assert "read-only" in ended.err


@pytest.mark.parametrize("kind", PLACE)
def test_what_a_verb_prints_is_not_on_standard_output(kind, run):
    lines = GOOD[kind].splitlines()
    at = next(i for i, line in enumerate(lines) if "return" in line or "for number" in line)
    depth = len(lines[at]) - len(lines[at].lstrip())
    lines.insert(at, " " * depth + "print('noise')")
    ended, _ = run(kind, plugin(kind, "\n".join(lines)))
    assert ended.code == 0, ended.err
    assert "noise" in ended.err
    assert "noise" not in ended.out
