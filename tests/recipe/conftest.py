from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embedkit.errors import RecipeError
from embedkit.plugin.registry import Registry, build_registry
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import Recipe

WELL_FORMED = """\
# embedkit run small.yaml
name: small
seed: 7
data:
  train: {use: tsv, path: reviews.tsv, columns: [label, text], header: false}
  validation: {share: 0.1}
  max_length: 60
tokenizer: nltk-word
vocabulary: {min_count: 2}
embedding: {use: random, dim: 100, trainable: missing}
oov: [zero]
encoder: {use: rnn, hidden_size: 16}
training: {epochs: 5, batch_size: 2, lr: 5e-3}
evaluation: {metrics: [accuracy, f1], threshold: 0.4}
"""

Load = Callable[..., Recipe]
Faults = Callable[..., list[str]]


@pytest.fixture(scope="session")
def registry() -> Registry:
    return build_registry()


@pytest.fixture(scope="session")
def well_formed() -> str:
    return WELL_FORMED


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Writes `recipe.yaml` into the current directory, a new one."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> str:
        (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
        return "recipe.yaml"

    return write


@pytest.fixture
def load(written: Callable[[str], str], registry: Registry) -> Load:
    """Loads the well-formed recipe with `old` replaced by `new`, and `--set` overrides."""

    def load_changed(old: str = "", new: str = "", overrides: object = ()) -> Recipe:
        assert old in WELL_FORMED
        text = WELL_FORMED.replace(old, new, 1) if old else WELL_FORMED + new
        return load_recipe(written(text), registry, overrides)

    return load_changed


@pytest.fixture
def faults(load: Load) -> Faults:
    """Loads likewise, and gives the messages of all faults."""

    def faults_of(old: str = "", new: str = "", overrides: object = ()) -> list[str]:
        with pytest.raises(RecipeError) as caught:
            load(old, new, overrides)
        return str(caught.value).split("\n")

    return faults_of
