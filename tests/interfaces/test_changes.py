"""Plugins of an older contract: they get the keywords they take, are warned at their line, then refused."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner

import embedkit
from embedkit import interfaces
from embedkit.cli.program import program
from embedkit.errors import ComponentError, PluginError
from embedkit.interfaces import changes
from embedkit.interfaces.changes import Change, accepting
from embedkit.plugin.registry import build_registry
from embedkit.plugin.wrappers.texts import WrappedTokenizer
from embedkit.plugin_api import ContractWarning, KeepableTokenizer, make_component
from embedkit.testing.suite import subjects_of

RECIPE = {
    "name": "older",
    "data": {"train": {"use": "inline", "texts": ["a fine film", "a dull film"], "labels": ["good", "bad"]}},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": "bag",
    "training": {"epochs": 1},
}


@pytest.fixture
def change(monkeypatch):
    """Change the contract, as a release after 0.1 does: a function that takes the changes and the version."""

    def make(*made: Change, version: str = "0.2.0") -> None:
        monkeypatch.setattr(changes, "CHANGES", made)
        monkeypatch.setattr(changes, "VERSION", version)

    return make


def line_of(module: str, text: str, site: Path) -> tuple[str, int]:
    """File and line of a plugin's module at which a text stands."""
    lines = (site / f"{module}.py").read_text("utf-8").splitlines()
    (found,) = [number for number, line in enumerate(lines, 1) if text in line]
    return str(site / f"{module}.py"), found


def run(tmp_path, **parts):
    return embedkit.run({**RECIPE, **parts}, out=tmp_path / "run")


TOKENIZERS = """
    import functools
    from embedkit.plugin_api import hookimpl

    def counted(method):
        @functools.wraps(method)
        def called(*arguments, **keywords):
            return method(*arguments, **keywords)
        return called

    class Older:
        def tokenize(self, texts):
            return [text.split() for text in texts]

    class Newer:
        def tokenize(self, texts, *, language=None):
            return [[f"{word}@{language}" for word in text.split()] for text in texts]

    class Decorated(Newer):
        tokenize = counted(Newer.tokenize)

    class Any:
        def tokenize(self, texts, **keywords):
            return [[f"{word}@{keywords['language']}" for word in text.split()] for text in texts]

    @hookimpl
    def register_tokenizers(register):
        for kind in (Older, Newer, Decorated, Any):
            register(kind.__name__.lower(), kind)
"""


@pytest.mark.parametrize(
    ("name", "first"), [("older", "a"), ("newer", "a@eo"), ("decorated", "a@eo"), ("any", "a@eo")]
)
def test_a_newer_keyword_is_passed_to_methods_that_take_it(
    install, change, monkeypatch, tmp_path, name, first
):
    """In this 0.2 the core gives tokenizers a language."""
    install("embedkit-ages", TOKENIZERS, entries=["ages"])
    change(Change("Tokenizer.tokenize", "0.2", "language"))
    tokenize = WrappedTokenizer.tokenize
    monkeypatch.setattr(
        WrappedTokenizer, "tokenize", lambda self, texts: tokenize(self, texts, language="eo")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = run(tmp_path, tokenizer=name)
    assert done.vocabulary["word"][2] == first


def test_a_keyword_that_the_contract_lacks_is_no_newer_one(install, change):
    install("embedkit-ages", TOKENIZERS, entries=["ages"])
    change(Change("Tokenizer.tokenize", "0.2", "language"))
    with pytest.raises(ComponentError, match="unexpected keyword argument 'langauge'"):
        make_component("tokenizer", "newer").tokenize(["a"], langauge="eo")


def test_verbs_of_what_components_make_and_optional_verbs_gain_keywords_too(install, change):
    source = """
        import numpy as np
        from embedkit.plugin_api import BaselineState, hookimpl

        class Fitted:
            def probabilities(self, texts):
                return np.full((len(texts), 2), 0.5)
            def evidence(self, text):
                return {text: np.zeros(2)}
            def state(self, *, compact=False):
                return BaselineState({}, {"compact": compact})

        class Fair:
            def fit(self, texts, labels, classes):
                return Fitted()

        @hookimpl
        def register_baselines(register):
            register("fair", Fair)
    """
    install("embedkit-fair", source, entries=["fair"])
    change(
        Change("FittedBaseline.probabilities", "0.2", "temperature"),
        Change("ExplainableFit.evidence", "0.2", "longest"),
        Change("StorableFit.state", "0.3", "compact"),
    )
    import numpy as np

    fitted = make_component("baseline", "fair").fit(["a", "b"], np.array([0, 1]), ("x", "y"))
    assert fitted.probabilities(["a"], temperature=2.0).tolist() == [[0.5, 0.5]]
    assert [*fitted.evidence("a", longest=3)] == ["a"]
    assert fitted.state(compact=True).data == {"compact": True}


def test_a_signature_is_read_once(change):
    change(Change("Tokenizer.tokenize", "0.2", "language"))

    class Counted:
        reads = 0

        def tokenize(self, texts):
            return texts

    changes._parameters.cache_clear()
    for tokenizer in (Counted(), Counted()):
        for _ in range(3):
            assert accepting("Tokenizer.tokenize", tokenizer.tokenize)("x", language="eo") == "x"
    assert changes._parameters.cache_info().misses == 1


METRIC = """
    from embedkit.plugin_api import hookimpl

    class Distance:
        '''How far off.'''

        less_is_better = True

        def score(self, labels, predicted, probabilities, classes):
            return 0.25

    @hookimpl
    def register_metrics(register):
        register("distance", Distance)
"""
RENAMED_FLAG = Change(
    "Metric.less_is_better", "0.2", instead="write `smaller_is_better`", renamed="smaller_is_better"
)


@pytest.mark.parametrize("version", ["0.2.0", "0.3.7"])
def test_a_flag_of_former_name_works_with_a_warning_at_its_line(install, site, change, tmp_path, version):
    module = install("embedkit-distance", METRIC, entries=["distance"])
    change(RENAMED_FLAG, version=version)
    told = (
        "Distance: Metric.less_is_better is deprecated since embedkit 0.2, an error from 0.4 on: write `smal"
    )
    with pytest.warns(ContractWarning, match=re.escape(told)) as caught:
        done = run(
            tmp_path,
            data={**RECIPE["data"], "validation": RECIPE["data"]["train"]},
            evaluation={"metrics": ["distance"]},
            training={"epochs": 3, "early_stopping": {"metric": "distance", "patience": 1}},
        )
    assert {(w.filename, w.lineno) for w in caught} == {line_of(module, "less_is_better", site)}
    assert done.metrics["train"]["distance"] == 0.25
    assert len(done.history[done.history["split"] == "train"]) == 2


def test_it_is_an_error_two_minor_releases_later(install, site, change, tmp_path):
    module = install("embedkit-distance", METRIC, entries=["distance"])
    change(RENAMED_FLAG, version="0.4.0")
    with pytest.raises(embedkit.errors.RecipeError) as caught:
        run(tmp_path, evaluation={"metrics": ["distance"]})
    file, line = line_of(module, "less_is_better", site)
    told = f"{file}:{line}: Distance: Metric.less_is_better was removed in 0.4: write `smaller_is_better`"
    assert "Not in use: distance of embedkit-distance 1.0 (failed: " in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize("command", ["plugins", "validate"])
def test_commands_for_authors_show_the_warning(install, site, change, tmp_path, monkeypatch, command):
    module = install("embedkit-distance", METRIC, entries=["distance"])
    change(RENAMED_FLAG)
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({**RECIPE, "evaluation": {"metrics": ["distance"]}}))
    shown = []
    monkeypatch.setattr(warnings, "showwarning", lambda *a, **k: shown.append((a[1].__name__, *a[2:4])))
    warnings.simplefilter("ignore")
    done = CliRunner().invoke(program, [command, *([str(recipe)] if command == "validate" else [])])
    assert done.exit_code == 0, done.output
    assert shown == [("ContractWarning", *line_of(module, "less_is_better", site))]


@pytest.mark.parametrize("factory", ["Distance", "lambda: Distance()"])
def test_a_flag_that_a_constructor_sets_is_found_too(install, site, change, factory):
    source = METRIC.replace(
        "less_is_better = True", "def __init__(self):\n            self.less_is_better = True"
    )
    module = install(
        "embedkit-distance", source.replace('", Distance)', f'", {factory})'), entries=["distance"]
    )
    change(RENAMED_FLAG)
    with pytest.warns(ContractWarning) as caught:
        metric = make_component("metric", "distance")
    assert metric.smaller_is_better is True
    assert {(w.filename, w.lineno) for w in caught} == {line_of(module, "class Distance", site)}


def test_the_conformance_suite_shows_the_warning(install, site, change):
    module = install("embedkit-distance", METRIC, entries=["distance"])
    change(RENAMED_FLAG)
    with pytest.warns(ContractWarning) as caught:
        (subject,) = subjects_of("embedkit-distance")
    assert {(w.filename, w.lineno) for w in caught} == {line_of(module, "less_is_better", site)}
    assert subject.name == "distance"


def test_who_supports_both_releases_is_not_warned(install, change, tmp_path):
    both = METRIC.replace("less_is_better = True", "less_is_better = smaller_is_better = True")
    install("embedkit-distance", both, entries=["distance"])
    change(RENAMED_FLAG)
    assert run(tmp_path, evaluation={"metrics": ["distance"]}).metrics["train"]["distance"] == 0.25


def test_a_verb_of_former_name_works_whether_of_a_class_or_of_what_it_makes(install, site, change, tmp_path):
    source = """
        import numpy as np
        from embedkit.plugin_api import Lookup, hookimpl

        class Ones:
            def begin(self, context):
                return Source()

        class Source:
            dim, unk = 2, None

            def find(self, words):
                n = len(words)
                return Lookup(np.ones((n, 2), np.float32), np.ones(n, bool), np.arange(n))

        @hookimpl
        def register_embeddings(register):
            register("ones", "embedkit_ones:Ones")
    """
    module = install("embedkit-ones", source, entries=["ones"])
    change(
        Change("Embedding.begin", "0.2", instead="write `open`", renamed="open"),
        Change("VectorSource.find", "0.2", instead="write `lookup`", renamed="lookup"),
    )
    with pytest.warns(ContractWarning) as caught:
        done = run(tmp_path, embedding="ones")
    assert [*done.embedding_frame(when="before").loc["film"]] == [1, 1]
    lines = {line_of(module, "def begin", site), line_of(module, "def find", site)}
    assert {(w.filename, w.lineno) for w in caught} == lines
    change(Change("VectorSource.find", "0.2", instead="write `lookup`", renamed="lookup"), version="1.0")
    with pytest.raises(ComponentError, match=r"has no method 'open'|VectorSource\.find was removed in 0\.4"):
        embedkit.run({**RECIPE, "embedding": "ones"}, out=tmp_path / "other")


def test_an_old_signature_is_served_with_a_warning_at_the_verb(install, site, change, monkeypatch):
    """In this 0.2 `words` has lost its parameter `accents`, which embedkit passes to those that have it."""
    source = """
        from embedkit.plugin_api import hookimpl

        class Old:
            def words(self, accents):
                return ["é" if accents else "e"]

        class New:
            def words(self):
                return ["e"]

        class Both:
            def words(self, accents=False):
                return ["both" if accents else ""]

        @hookimpl
        def register_function_words(register):
            register("old", Old)
            register("new", New)
            register("both", Both)
    """
    module = install("embedkit-words", source, entries=["words"])
    change(Change("FunctionWords.words", "0.2", "accents", instead="leave it out"))
    told = (
        r"Old: parameter 'accents' of FunctionWords\.words is deprecated since embedkit 0\.2, an error from"
    )
    with pytest.warns(ContractWarning, match=told) as caught:
        old, new, both = (make_component("function-words", name) for name in ("old", "new", "both"))
    assert {(w.filename, w.lineno) for w in caught} == {line_of(module, "def words(self, accents)", site)}
    assert [each.words(accents=True) for each in (old, new, both)] == [["é"], ["e"], ["both"]]


HOOKS = """
    from embedkit.plugin_api import hookimpl

    @hookimpl
    def register_tokenizers(register):
        register("plain", str)
"""


def test_a_deprecated_hook_warns_at_its_line_by_pluggy(install, site, change):
    module = install("embedkit-plain", HOOKS, entries=["plain"])
    change(Change("register_tokenizers", "0.2", instead="write `register_splitters`"))
    with pytest.warns(
        ContractWarning, match="register_tokenizers is deprecated since embedkit 0.2"
    ) as caught:
        registry = build_registry()
    assert registry.get("tokenizer", "plain").name == "plain"
    file, line = line_of(module, "@hookimpl", site)
    assert (file, line) in {(w.filename, w.lineno) for w in caught}


def test_a_removed_hook_says_what_to_write(install, change):
    install("embedkit-plain", HOOKS.replace("register_tokenizers", "register_splitters"), entries=["plain"])
    change(Change("register_splitters", "0.2", instead="write `register_tokenizers`"), version="0.4")
    with pytest.raises(
        PluginError, match=r"register_splitters was removed in 0\.4: write `register_tokenizers`"
    ):
        build_registry().get("tokenizer", "plain")


def test_an_optional_verb_of_former_name_works(install, site, change):
    source = TOKENIZERS.replace(
        "class Older:", "class Older:\n        def files(self):\n            return []\n"
    )
    module = install("embedkit-ages", source, entries=["ages"])
    change(Change("KeepableTokenizer.files", "0.2", instead="write `depends_on`", renamed="depends_on"))
    with pytest.warns(ContractWarning) as caught:
        tokenizer = make_component("tokenizer", "older")
    assert {(w.filename, w.lineno) for w in caught} == {line_of(module, "def files", site)}
    assert isinstance(tokenizer, KeepableTokenizer)
    assert tokenizer.depends_on() == []


def test_optional_protocols_are_known_beside_those_they_extend():
    found = {each: getattr(interfaces, each) for each in interfaces.__all__}
    protocols = {name: each for name, each in found.items() if getattr(each, "_is_protocol", False)}
    for name, protocol in protocols.items():
        for base in protocol.__bases__:
            assert base.__name__ not in protocols or name in changes.OPTIONAL[base.__name__]


def test_a_newer_keyword_of_an_encoders_module_is_that_of_forward(install, change):
    source = """
        import torch
        from embedkit.plugin_api import hookimpl, masked_mean

        class Mean(torch.nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.output_dim = dim

            def forward(self, embedded, mask):
                return masked_mean(embedded, mask)

        class Means:
            def build(self, input_dim):
                return Mean(input_dim)

        @hookimpl
        def register_encoders(register):
            register("means", Means)
    """
    install("embedkit-means", source, entries=["means"])
    change(Change("SequenceEncoder.__call__", "0.2", "positions"))
    import torch

    module = make_component("encoder", "means").build(2)
    given = torch.ones(1, 3, 2), torch.ones(1, 3, dtype=torch.bool)
    encoded = accepting("SequenceEncoder.__call__", module)(*given, positions=torch.arange(3))
    assert encoded.tolist() == [[1, 1]]


IMPORTS = """
    from embedkit.plugin_api import hookimpl
    from embedkit.plugin_api import masked_average

    @hookimpl
    def register_tokenizers(register):
        register("plain", masked_average.__class__)
"""


def test_a_former_name_is_imported_with_a_warning_at_the_import(install, site, change):
    module = install("embedkit-plain", IMPORTS, entries=["plain"])
    change(Change("plugin_api.masked_average", "0.2", instead="write `masked_mean`", renamed="masked_mean"))
    with pytest.warns(ContractWarning, match=r"plugin_api\.masked_average is deprecated") as caught:
        assert build_registry().get("tokenizer", "plain")
    assert {(w.filename, w.lineno) for w in caught} == {line_of(module, "import masked_average", site)}
    with pytest.raises(AttributeError, match="no attribute 'masked_averages'"):
        embedkit.plugin_api.masked_averages  # noqa: B018


def test_a_former_name_that_was_removed_fails_the_plugin_and_says_what_to_import(install, change):
    install("embedkit-plain", IMPORTS, entries=["plain"])
    former = Change("plugin_api.masked_average", "0.2", instead="write `masked_mean`", renamed="masked_mean")
    change(former, version="0.4.1")
    told = r"failed: ImportError: plugin_api\.masked_average was removed in 0\.4: write `masked_mean`"
    with pytest.raises(PluginError, match=told):
        build_registry().get("tokenizer", "plain")


def test_a_class_without_source_is_warned_of_by_its_module(change):
    change(Change("Tokenizer.split", "0.2", instead="write `tokenize`", renamed="tokenize"))
    made = type("Made", (), {"split": 3, "__module__": "elsewhere"})
    with pytest.warns(ContractWarning) as caught:
        changes.heed("Tokenizer", made)
    assert ([w.filename for w in caught], made.tokenize) == (["elsewhere"], 3)
