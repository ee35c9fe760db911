from __future__ import annotations

from pipes import make_pipe

import pytest

from embedkit.errors import RecipeError
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

SECTIONS = (
    "name, seed, seeds, data, tokenizer, vocabulary, embedding, oov, encoder, averaged_with, training, "
    "evaluation"
)
NAME = "a name, or a mapping with 'use'"
RNN = "hidden_size, num_layers, bidirectional, dropout, pooling, nonlinearity, mask_padding"

WRONG = [
    ("seed: 7", "seed: no", "seed: expected an integer, got the text 'no'"),
    ("seed: 7", "seed: -1", "seed: expected at least 0, got the integer -1"),
    ("seed: 7", "seed: 4294967296", "seed: expected less than 4294967296, got the integer 4294967296"),
    ("seed: 7", "seed: true", "seed: expected an integer, got true"),
    ("seed: 7", "seed: 7.0", "seed: expected an integer, got the number 7.0"),
    ("seed: 7", "seed:", "seed: expected an integer, got nothing"),
    (
        "name: small",
        "name: a b",
        "name: expected letters and digits of any script, '.', '_' and '-', such as 'a-b', got the "
        "text 'a b'",
    ),
    ("name: small", "name: [a]", "name: expected a text, got a list"),
    ("max_length: 60", "max_length: 0", "data.max_length: expected more than 0, got the integer 0"),
    ("max_length: 60", "max_length: long", "data.max_length: expected an integer, got the text 'long'"),
    ("max_length: 60", "labels: [a]", "data.labels: expected 2 or more items, got 1"),
    ("max_length: 60", "labels: [0, b]", "data.labels.0: expected a text, got the integer 0"),
    ("max_length: 60", "labels: ab", "data.labels: expected a list, got the text 'ab'"),
    (
        "max_length: 60",
        "cut: tial",
        "data.cut: expected 'head' or 'tail', got the text 'tial' - did you mean 'tail'?",
    ),
    (
        "max_length: 60",
        "max_lenght: 60",
        "data: unknown key 'max_lenght' - did you mean 'max_length'? "
        "(allowed: train, validation, test, folds, share, learning_curve, labels, label_separator, "
        "in_memory, max_length, cut)",
    ),
    ("share: 0.1", "share: 1", "data.validation.share: expected less than 1, got the integer 1"),
    (
        "share: 0.1",
        "share: 0.1, stratfy: no",
        "data.validation: unknown key 'stratfy' - did you mean 'stratify'? (allowed: share, stratify)",
    ),
    (
        "share: 0.1",
        "share: 0.1, stratify: no",
        "data.validation.stratify: expected true or false, got the text 'no'",
    ),
    ("{share: 0.1}", "0.1", "data.validation: expected a name, or a mapping with 'use', got the number 0.1"),
    ("min_count: 2", "min_count: 0", "vocabulary.min_count: expected at least 1, got the integer 0"),
    ("vocabulary: {min_count: 2}", "vocabulary: 2", "vocabulary: expected a mapping, got the integer 2"),
    (
        "training: {epochs: 5",
        "training: {epochs: ten",
        "training.epochs: expected an integer, got the text 'ten'",
    ),
    ("lr: 5e-3", "lr: 0", "training.lr: expected more than 0, got the integer 0"),
    ("lr: 5e-3", "lr: .inf", "training.lr: expected a finite number, got the number inf"),
    ("lr: 5e-3", "lr: .nan", "training.lr: expected a finite number, got the number nan"),
    ("lr: 5e-3", "lr: 1e999", "training.lr: expected a finite number, got the number inf"),
    (
        "lr: 5e-3",
        "optimizer: adm",
        "training.optimizer: expected 'adam', 'adamw', 'sgd', 'adadelta' or 'lbfgs', got the text 'adm' "
        "- did you mean 'adam'?",
    ),
    (
        "tokenizer: nltk-word",
        "tokenizer:",
        "tokenizer: expected a name, or a mapping with 'use', got nothing",
    ),
    ("tokenizer: nltk-word", "tokenizer: {use: 3}", "tokenizer.use: expected a text, got the integer 3"),
    ("hidden_size: 16", "hidden_size: 0", "encoder.hidden_size: expected more than 0, got the integer 0"),
    ("hidden_size: 16", "hidden_size: 16.0", "encoder.hidden_size: expected an integer, got the number 16.0"),
    (
        "columns: [label, text]",
        "columns: [label, 3]",
        "data.train.columns.1: expected a text, got the integer 3",
    ),
    ("header: false", "header: no", "data.train.header: expected true or false, got the text 'no'"),
    (
        "trainable: missing",
        "trainable: mising",
        "embedding.trainable: expected 'all', 'none' or 'missing', got the text 'mising' "
        "- did you mean 'missing'?",
    ),
    ("oov: [zero]", "oov: []", "oov: expected 1 or more items, got 0"),
    ("oov: [zero]", "oov: zero", "oov: expected a list, got the text 'zero'"),
    ("[accuracy, f1]", "accuracy", "evaluation.metrics: expected a list, got the text 'accuracy'"),
    ("threshold: 0.4", "threshold: 1.5", "evaluation.threshold: expected less than 1, got the number 1.5"),
    (
        "[accuracy, f1]",
        "[accuracy, f1, accuracy]",
        "evaluation.metrics.2: the metric 'accuracy' stands here twice",
    ),
    ("oov: [zero]", "oov: [zero, error]", "oov.0: 'zero' answers for every word, so 'error' is never asked"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[f"{new:.40}" for _, new, _ in WRONG])
def test_a_fault_says_where_what_and_the_nearest_fit(faults, well_formed, old, new, message):
    line = well_formed[: well_formed.index(old)].count("\n") + 1
    assert faults(old, new) == [f"recipe.yaml:{line}: {message}"]


def test_all_faults_are_reported_at_once_in_the_order_of_the_lines(faults):
    old = "tokenizer: nltk-word\nvocabulary: {min_count: 2}\n"
    old += "embedding: {use: random, dim: 100, trainable: missing}\n"
    new = "tokenizer: nltk-wrd\nvocabulary: {min_cuont: 2}\nembedding: {use: random, dim: ten}\nsede: 1\n"
    assert faults(old, new)[1:] == [
        "recipe.yaml:9: vocabulary: unknown key 'min_cuont' - did you mean 'min_count'? "
        "(allowed: min_count, max_size)",
        "recipe.yaml:10: embedding.dim: expected an integer, got the text 'ten'",
        f"recipe.yaml:11: unknown key 'sede' - did you mean 'seed'? (allowed: {SECTIONS})",
    ]
    assert faults(old, new)[0].startswith(
        "recipe.yaml:8: tokenizer: unknown tokenizer 'nltk-wrd' - did you mean 'nltk-word'? (allowed: "
    )


@pytest.mark.parametrize("key", ["data", "tokenizer", "embedding", "encoder"])
def test_a_missing_section(faults, well_formed, key):
    lines = well_formed.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{key}:"))
    end = next(number for number in range(start + 1, len(lines)) if not lines[number].startswith(" "))
    assert faults("".join(lines[start:end]), "") == [f"recipe.yaml:2: missing key '{key}'"]


def test_a_missing_key_is_named_where_its_mapping_starts(faults):
    assert faults("  train: {use: tsv, path: reviews.tsv, columns: [label, text], header: false}\n", "") == [
        "recipe.yaml:4: data: missing key 'train'"
    ]
    assert faults("hidden_size: 16", "num_layers: 2") == [
        "recipe.yaml:12: encoder: missing key 'hidden_size'"
    ]


def test_a_missing_use_lists_what_could_be_used(faults):
    first, hint = faults("use: rnn, ", "")
    assert first == "recipe.yaml:12: encoder: missing key 'use'"
    assert hint.startswith("    It names one of: ")
    assert "rnn" in hint


def test_unknown_keys_of_a_component_name_its_parameters(faults):
    assert faults("hidden_size: 16", "hidden_size: 16, hiden_size: 3") == [
        f"recipe.yaml:12: encoder: unknown key 'hiden_size' - did you mean 'hidden_size'? (allowed: {RNN})"
    ]
    assert faults("dim: 100", "dims: 100") == [
        "recipe.yaml:10: embedding: unknown key 'dims' - did you mean 'dim'? "
        "(allowed: dim, distribution, scale, trainable, sparse, unseen)"
    ]


def test_trainable_belongs_to_the_embedding_alone(faults):
    assert faults("hidden_size: 16", "hidden_size: 16, trainable: all") == [
        f"recipe.yaml:12: encoder: unknown key 'trainable' (allowed: {RNN})"
    ]


def test_the_training_split_is_no_share_of_itself(faults):
    message = faults("{use: tsv, path: reviews.tsv, columns: [label, text], header: false}", "{share: 0.5}")
    assert message == ["recipe.yaml:5: data.train: expected a reader, got a share of the training split"]


def test_a_trained_model_is_not_evaluated_on_a_share(written, registry):
    for split, got in (
        ("{share: 0.5}", "a reader, got a share of the training split"),
        ("null", f"{NAME}, got nothing"),
    ):
        with pytest.raises(RecipeError) as caught:
            load_recipe(written(f"model: x\ndata:\n  test: {split}\n"), registry)
        assert str(caught.value) == f"recipe.yaml:3: data.test: expected {got}"


def test_shares_leave_something_to_train_on(faults):
    assert faults("validation: {share: 0.1}", "validation: {share: 0.5}\n  test: {share: 0.5}") == [
        "recipe.yaml:7: data.test.share: the shares 0.5 and 0.5 leave nothing to train on"
    ]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("my recipe (1).yaml", "my-recipe-1"),
        ("übung.yaml", "übung"),
        ("评论.yml", "评论"),
        ("con.yaml", "recipe-con"),
        ("a.b..yaml", "a.b"),
        ("(1).yaml", "1"),
        ("!!.yaml", "recipe"),
    ],
)
def test_a_recipe_is_named_after_its_file(written, registry, tmp_path, well_formed, file, name):
    written(well_formed.replace("name: small\n", ""))
    (tmp_path / "recipe.yaml").rename(tmp_path / file)
    assert load_recipe(tmp_path / file, registry).name == name


@pytest.mark.parametrize("name", ["übung", "отзывы", "评论_2", "हिन्दी"])
def test_a_name_may_be_of_any_script(written, registry, well_formed, name):
    written(well_formed.replace("name: small\n", f"name: {name}\n"))
    assert load_recipe("recipe.yaml", registry).name == name


@pytest.mark.parametrize("name", ["nul", "aux.v2", "a.", "'a:b'", "a/b", "'..'", "x" * 200])
def test_a_name_that_windows_would_refuse_is_refused_with_another(written, registry, well_formed, name):
    written(well_formed.replace("name: small\n", f"name: {name}\n"))
    with pytest.raises(RecipeError, match="name: expected letters and digits of any script, .* such as '"):
        load_recipe("recipe.yaml", registry)


@pytest.mark.parametrize("kind", ["a directory", "not a regular file"])
def test_a_recipe_is_a_regular_file(registry, tmp_path, kind):
    path = tmp_path / "recipe.yaml"
    path.mkdir() if kind == "a directory" else make_pipe(path)
    with pytest.raises(RecipeError, match=f"recipe.yaml: is {kind}, where a recipe is expected"):
        load_recipe(path, registry)
