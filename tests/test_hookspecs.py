"""Every hook has a section in the reference, a kind, bundled components, and runs."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from embedkit import hookspecs, interfaces
from embedkit.hookspecs import KINDS
from embedkit.plugin.registry import build_registry
from embedkit.recipe.slots import SLOTS, slots_of
from embedkit.recipe.text_encoder import TextEncoderRecipe

pytestmark = pytest.mark.core

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "hooks.md"
PROTOCOLS = {
    "reader": ["Reader"],
    "tokenizer": ["Tokenizer", "OfTokenizerFile", "KeepableTokenizer"],
    "embedding": ["Embedding", "VectorSource", "SubwordSource"],
    "text-encoder": ["TextEncoder", "TextModel", "Pieces", "TextNetwork"],
    "oov": ["OovPolicy"],
    "encoder": ["Encoder", "SequenceEncoder"],
    "metric": ["Metric"],
    "baseline": [
        "Baseline",
        "FittedBaseline",
        "BaselineState",
        "StorableFit",
        "RestorableBaseline",
        "ExplainableFit",
    ],
    "function-words": ["FunctionWords", "TaggedFunctionWords"],
    "vector-format": ["VectorFormat", "WordVectorFile", "VectorRows"],
}
VECTORS = build_registry().get("embedding", "vectors")
"""The component whose parameters name others, and make none."""

BUNDLED = {
    "reader": ["csv", "folder", "inline", "jsonl", "labelled-lines", "parquet", "tsv"],
    "tokenizer": [
        "kiwi",
        "ngrams",
        "nltk-tweet",
        "nltk-word",
        "nltk-wordpunct",
        "regex",
        "spacy",
        "tokenizers",
        "whitespace",
    ],
    "embedding": ["random", "word2vec-binary"],
    "text-encoder": ["transformers"],
    "oov": ["edit-distance", "error", "zero"],
    "encoder": ["bag", "cnn", "ensemble", "gru", "lstm", "pooled", "rnn", "slice", "transformer"],
    "metric": ["accuracy", "confusion-matrix", "f1", "log-loss", "precision", "recall", "roc-auc"],
    "baseline": ["majority", "naive-bayes", "nbsvm", "tfidf-lightgbm", "tfidf-logistic-regression"],
    "function-words": ["english", "korean", "nltk-stopwords"],
    "vector-format": ["gensim"],
}
"""Names that recipes rely on; there may be more."""


PLACES = dict.fromkeys(KINDS, SLOTS) | {"text-encoder": slots_of(TextEncoderRecipe)}
"""Where components of each kind stand in recipes."""


def test_there_are_ten_kinds_each_with_a_hook_and_a_place_in_recipes():
    specified = {name for name, hook in vars(hookspecs).items() if hasattr(hook, "embedkit_spec")}
    assert {kind.hook for kind in KINDS.values()} == specified
    assert len(KINDS) == len(specified) == 10
    assert {*KINDS} == {*PROTOCOLS}
    placed = {slot.kind for places in PLACES.values() for slot in places.values()}
    assert {*KINDS} == placed | {*VECTORS.named.values()}
    assert VECTORS.named == {"format": "vector-format"}


def sections():
    """The page's sections, by their titles, each as its Python code and its prose."""
    parts = re.split(r"^## (.*)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def code_in(text):
    return ast.parse("\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)))


def declarations(body):
    """Signatures and annotated attributes, without documentation, as Python writes them."""
    for node in body:
        if isinstance(node, ast.FunctionDef):
            node.body = [ast.Expr(ast.Constant(...))]
        if isinstance(node, ast.FunctionDef | ast.AnnAssign):
            yield ast.unparse(node)


@pytest.mark.parametrize("kind", KINDS)
def test_every_hook_has_a_section_with_its_signature_and_its_components(kind):
    hook = KINDS[kind].hook
    section = sections()[f"`{hook}`"]
    signature, *classes = code_in(section).body
    specified = ast.parse(inspect.getsource(getattr(hookspecs, hook))).body[0]
    specified.decorator_list = [ast.Name("hookimpl")]
    assert [*declarations([signature])] == [*declarations([specified])]
    assert [shown.name for shown in classes] == PROTOCOLS[kind]
    assert hasattr(getattr(interfaces, PROTOCOLS[kind][0]), KINDS[kind].method)
    for shown in classes:
        protocol = ast.parse(inspect.getsource(getattr(interfaces, shown.name))).body[0]
        assert [*declarations(shown.body)] == [*declarations(protocol.body)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_section_says_where_such_a_component_stands(kind):
    places = [".".join(map(str, path)) for path, slot in PLACES[kind].items() if slot.kind == kind]
    places += [f"embedding.{key}" for key, named in VECTORS.named.items() if named == kind]
    assert places
    assert all(f"`{place}`" in sections()[f"`{KINDS[kind].hook}`"] for place in places)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_bundled_components(kind):
    components = [component for component in build_registry().components() if component.kind == kind]
    bundled = {component.name for component in components if component.plugin.distribution == "embedkit-text"}
    assert {*BUNDLED[kind]} <= bundled


@pytest.mark.parametrize("kind", KINDS)
def test_every_hook_is_called_with_register(install, kind):
    source = f"""
        from embedkit import hookimpl

        class Own:
            '''A stranger's own.'''

        @hookimpl
        def {KINDS[kind].hook}(register):
            assert register("stranger-s-own", Own) is None
    """
    install("embedkit-own", source, version="1.2", entries=["own"])
    registry = build_registry()
    component = registry.get(kind, "stranger-s-own")
    assert component.summary == "A stranger's own."
    assert str(component.plugin) == "own of embedkit-own 1.2"
    assert registry.plugins.hooks_of(component.plugin) == [KINDS[kind].hook]
    others = [other for other in KINDS if other != kind]
    assert not any("stranger-s-own" in registry.names(other) for other in others)
