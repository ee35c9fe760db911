"""`matrix:` in a recipe: its combinations, what `include` and `exclude` do, and the faults that are found."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from embedkit.errors import RecipeError
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.combinations.section import choices_of
from embedkit.recipe.document import Findings, document_of
from embedkit.recipe.load import load_recipe, load_single
from embedkit.recipe.matrix import MatrixRecipe
from embedkit.recipe.schema import Recipe

pytestmark = pytest.mark.core

BASE = """\
data:
  train: {use: tsv, path: reviews.tsv}
  test: {share: 0.25}
tokenizer: whitespace
embedding: {use: random, dim: 5}
encoder: {use: rnn, hidden_size: 8}
"""


@pytest.fixture
def matrix(written, registry):
    """Loads the base with a section `matrix`, and `--set` overrides."""

    def load(section: str, overrides: object = (), base: str = BASE) -> MatrixRecipe:
        loaded = load_recipe(written(f"{base}matrix:\n{section}"), registry, overrides)
        assert isinstance(loaded, MatrixRecipe)
        return loaded

    return load


@pytest.fixture
def faulty(matrix):
    """Loads likewise, and gives the messages of all faults."""

    def faults_of(section: str, overrides: object = (), base: str = BASE) -> list[str]:
        with pytest.raises(RecipeError) as caught:
            matrix(section, overrides, base)
        return [line for line in str(caught.value).split("\n") if not line.startswith("    ")]

    return faults_of


def axes_of(loaded: MatrixRecipe) -> list[dict]:
    return [dict(each.axes) for each in loaded.combinations]


def test_every_value_meets_every_other(matrix):
    loaded = matrix("  encoder.hidden_size: [4, 16]\n  training.lr: [0.1, 0.01]\n  seed: [1, 2]\n")
    assert loaded.name == "recipe"
    assert [each.id for each in loaded.combinations[:3]] == [
        "hidden_size-4--lr-0.1--seed-1",
        "hidden_size-4--lr-0.1--seed-2",
        "hidden_size-4--lr-0.01--seed-1",
    ]
    assert len(loaded.combinations) == 8
    for each in loaded.combinations:
        assert isinstance(each.recipe, Recipe)
        assert each.recipe.encoder.parameters["hidden_size"] == each.axes["encoder.hidden_size"]
        assert each.recipe.training.lr == each.axes["training.lr"]
        assert each.recipe.seed == each.axes["seed"]
        assert each.recipe.name == "recipe"
    assert {*loaded.candidates.values()} == {
        f"hidden_size-{size}--lr-{lr}" for size in (4, 16) for lr in (0.1, 0.01)
    }


def test_whole_sections_bare_names_and_chains(matrix, tmp_path):
    section = """\
  embedding: [{use: random, dim: 7}, {use: word2vec-binary, path: ../v.bin}, glove-6b-50d]
  tokenizer: [whitespace, regex]
  oov: [[zero], [digits, zero]]
"""
    loaded = matrix(section, base=BASE.replace("embedding: {use: random, dim: 5}\n", ""))
    assert len(loaded.combinations) == 12
    first, second = loaded.combinations[0].recipe, loaded.combinations[7].recipe
    assert (first.embedding.use, first.tokenizer.use) == ("random", "whitespace")
    assert second.embedding.parameters["path"] == str(tmp_path / "../v.bin")
    assert [policy.use for policy in second.oov] == ["digits", "zero"]
    assert loaded.combinations[0].id == "random-dim-7--oov-zero--whitespace"


def test_a_section_comes_before_the_keys_inside_it(matrix):
    loaded = matrix("  encoder.hidden_size: [4]\n  encoder: [{use: rnn}, gru]\n  training: [{epochs: 3}]\n")
    sizes = [each.recipe.encoder.parameters["hidden_size"] for each in loaded.combinations]
    assert sizes == [4, 4]
    assert [each.recipe.encoder.use for each in loaded.combinations] == ["rnn", "gru"]


FRUIT = {"fruit": ["apple", "pear"], "animal": ["cat", "dog"]}


def made(section: dict) -> list[dict]:
    findings = Findings(document_of({"matrix": section}))
    choices = choices_of(findings.document.data["matrix"], {}, findings)
    return [{key: setting.value for key, setting in choice.items()} for choice in choices.made]


def test_include_does_what_the_example_of_github_s_documentation_shows():
    include = [
        {"color": "green"},
        {"color": "pink", "animal": "cat"},
        {"fruit": "apple", "shape": "circle"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]
    assert made({**FRUIT, "include": include}) == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


def test_include_adds_what_exclude_left_out_and_stands_alone():
    back = {"exclude": [{"fruit": "apple"}], "include": [{"fruit": "apple", "animal": "dog"}]}
    assert made(FRUIT | back) == [
        {"fruit": "pear", "animal": "cat"},
        {"fruit": "pear", "animal": "dog"},
        {"fruit": "apple", "animal": "dog"},
    ]
    assert made({"include": [{"site": "a"}, {"site": "b"}]}) == [{"site": "a"}, {"site": "b"}]


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ([{"fruit": "apple", "animal": "cat"}], 3),
        ([{"fruit": "apple"}], 2),
        ([{"fruit": "apple"}, {"animal": "cat"}], 1),
        ([{"fruit": "apple"}, {"fruit": "apple", "animal": "cat"}], 2),
    ],
)
def test_exclude_matches_by_some_of_the_axes(exclude, left):
    assert len(made({**FRUIT, "exclude": exclude})) == left


def test_exclude_matches_a_section_by_some_of_its_keys(matrix):
    section = """\
  embedding: [{use: random, dim: 7}, {use: random, dim: 9}, {use: word2vec-binary, path: v.bin}]
  seed: [1, 2]
  exclude: [{embedding: {use: random}, seed: 2}, {embedding: {dim: 9}}, {embedding: {path: v.bin}, seed: 1}]
"""
    assert [(each["embedding"]["use"], each["seed"]) for each in axes_of(matrix(section))] == [
        ("random", 1),
        ("word2vec-binary", 2),
    ]


def test_a_bare_name_is_the_section_with_this_name_alone(matrix):
    section = "  tokenizer: [{use: whitespace}, regex]\n  exclude: [{tokenizer: whitespace}]\n"
    assert axes_of(matrix(section)) == [{"tokenizer": "regex"}]
    section = "  tokenizer: [{use: whitespace}]\n  include: [{tokenizer: whitespace, seed: 3}]\n"
    assert axes_of(matrix(section)) == [{"tokenizer": {"use": "whitespace"}, "seed": 3}]


ROUND_TRIPS = [
    "  seed: [1, 2]\n",
    "  embedding: [{use: random, dim: 7}, {use: vectors, path: a/v.bin}]\n  oov.0: [zero, uniform]\n",
    "  embedding.path: [a.bin, b.bin]\n  embedding.use: [word2vec-binary, vectors]\n",
    "  data.validation: [null, {share: 0.1}, {use: tsv, path: dev.tsv}]\n  include: [{seed: 3}]\n",
    "  data.validation.share: [0.1, 0.2]\n  include: [{encoder: {use: gru, hidden_size: 3}}]\n",
    "  training.early_stopping.patience: [1, 2]\n  data.validation: [{share: 0.1}]\n",
    "  embedding: [{use: vectors, path: v.bin}, {use: vectors, path: w.bin}]\n  seed: [1, 2]\n"
    "  exclude: [{embedding: {path: w.bin}}]\n"
    "  include: [{tokenizer: regex, embedding: {use: vectors, path: x}}]\n",
    "  training.class_weights: [balanced, {pos: 2}]\n  training.lr: [1e-3, 1]\n"
    "  evaluation.baselines: [[], [nbsvm]]\n",
    "  data.train.path: [x.tsv, y.tsv]\n  vocabulary.min_count: [1, 2]\n",
    "  encoder.use: [rnn, gru]\n  encoder.hidden_size: [8, 9]\n",
    "  oov: [[zero], [{use: googlenews}, zero]]\n",
]


@pytest.mark.parametrize("section", ROUND_TRIPS)
def test_the_resolved_recipe_loads_to_an_equal_one_from_anywhere(matrix, section, registry, tmp_path_factory):
    base = BASE.replace("random, dim: 5", "vectors, path: here.bin") if "embedding.path" in section else BASE
    loaded = matrix(section, base=base)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "saved.yaml"
    elsewhere.write_text(loaded.to_yaml(), encoding="utf-8")
    again = load_recipe(elsewhere, registry)
    assert again == loaded
    assert again.to_yaml() == loaded.to_yaml()
    assert pickle.loads(pickle.dumps(loaded)) == loaded


def test_what_no_axis_touches_is_resolved(matrix):
    base = matrix(
        "  training.lr: [0.1, 0.2]\n  embedding: [{use: random, dim: 3}, {use: random, dim: 4}]\n"
    ).base
    assert base["evaluation"]["threshold"] == 0.5
    assert base["training"]["epochs"] == 20
    assert "lr" not in base["training"]
    assert "embedding" not in base


MAPPING = "expected a mapping of keys to values"
MANY = f"  data.max_length: {[*range(1, 202)]}\n  seed: {[*range(50)]}\n"
WRONG = [
    ("  - seed\n", "matrix: expected a mapping of keys to lists, got a list"),
    ("  {}\n", "matrix: there is no list of values in it"),
    ("  {include: [], exclude: null}\n", "matrix: there is no list of values in it"),
    ("  {exclude: [{seed: 1}]}\n", "matrix: there is no list of values in it"),
    ("  seed: 1\n", "matrix.seed: expected a list of values, got the integer 1"),
    ("  encoder: {hidden_size: [1, 2]}\n", "matrix.encoder: expected a list of values, got a mapping"),
    ("  seed: []\n", "matrix.seed: the list of values is empty"),
    ("  seed: [1, 2, 1]\n", "matrix.seed.2: the value 1 stands here twice"),
    ("  training.lr: [0.1, 1e-1]\n", "matrix.training.lr.1: the value 0.1 stands here twice"),
    ("  tokenizer: [regex, {use: regex}]\n", "matrix.tokenizer.1: the value {use: regex} stands here twice"),
    ("  name: [a, b]\n", "matrix.name: the name is that of the whole matrix"),
    ("  matrix: [1]\n", "matrix.matrix: a matrix cannot stand in another one"),
    (
        "  seeds: [1, 2]\n",
        "matrix.seeds: to train with several seeds, write matrix.seed: [1, 2], or seeds: [1, 2] beside the "
        "matrix",
    ),
    ("  training..lr: [1]\n", "matrix: 'training..lr' is not a key such as encoder.hidden_size"),
    ("  seed: [1]\n  include: {seed: 2}\n", "matrix.include: expected a list of mappings, got a mapping"),
    (
        "  seed: [1]\n  include: [3]\n",
        "matrix.include.0: expected a mapping of keys to values, got the integer 3",
    ),
    (
        "  seed: [1]\n  exclude: [{}]\n",
        "matrix.exclude.0: expected a mapping of keys to values, got an empty one",
    ),
    ("  seed: [1]\n  exclude: [{seed: 1}]\n", "matrix.exclude: no combination is left"),
    ("  seed: [1, 2]\n  exclude: [{seed: 3}]\n", "matrix.exclude.0.seed: the axis has no value 3"),
    (
        "  seed: [1, 2]\n  exclude: [{sed: 3}]\n",
        "matrix.exclude.0: unknown key 'sed' - did you mean 'seed'?",
    ),
    (
        "  seed: [1, 2]\n  exclude: [{training.lr: 3}]\n",
        "matrix.exclude.0: 'training.lr' is no axis (allowed: seed)",
    ),
    (
        "  tokenizer: [{use: regex, lowercase: true}]\n  exclude: [{tokenizer: regex}]\n",
        "matrix.exclude.0.tokenizer: the axis has the value 'regex' only with further keys",
    ),
    (
        "  seed: [1, 2]\n  include: [{seed: 1}]\n",
        "matrix.include.0: adds nothing: the matrix has this combination, and there is no further key",
    ),
    (
        "  seed: [1, 2]\n  include: [{seed: 3}, {seed: 3}]\n",
        "matrix.include.1: this combination stands in the matrix already",
    ),
    (
        "  tokenizer: [regex, {use: regex, lowercase: false}]\n",
        "matrix.tokenizer.1: combination regex-lowercase-false is the same recipe as regex",
    ),
    (
        "  encoder: [{use: rnn, hidden_size: 3}]\n  encoder.hidden_size: [4, 5]\n",
        "matrix.encoder.0: sets 'hidden_size', which the axis 'encoder.hidden_size' sets as well",
    ),
    (MANY, "matrix: the lists make 10,050 combinations, and a matrix has at most 10,000"),
]


@pytest.mark.parametrize(("section", "message"), WRONG)
def test_what_is_wrong_with_a_matrix_is_said_with_its_line(faulty, section, message):
    (fault,) = faulty(section)
    where, _, what = fault.partition(": ")
    assert what.startswith(message)
    assert where.startswith("recipe.yaml:")


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("trainig.lr", "training"),
        ("training.l_r", "training.lr"),
        ("lr", "training.lr"),
        ("sead", "seed"),
        ("data.max_lenght", "data.max_length"),
        ("training.early_stopping.patiance", "training.early_stopping.patience"),
    ],
)
@pytest.mark.parametrize(
    "form", ["  seed: [1]\n  {}: [1, 2]\n", "  seed: [1]\n  include: [{{seed: 1, {}: 1}}]\n"]
)
def test_the_nearest_key_is_said_at_the_line_of_a_misspelt_one(faulty, key, meant, form):
    (fault,) = faulty(form.format(key))
    assert fault.startswith("recipe.yaml:9: matrix")
    assert f"unknown key '{key}' - did you mean '{meant}'?" in fault


def test_seeds_stand_beside_no_seed_of_the_matrix(faulty, matrix):
    base = f"seeds: [1, 2]\n{BASE}"
    assert faulty("  seed: [3, 4]\n", base=base) == [
        "recipe.yaml:9: matrix.seed: the recipe has a list of seeds already"
    ]
    assert faulty("  training.lr: [3, 4]\n  include: [{training.lr: 3, seed: 3}]\n", base=base) == [
        "recipe.yaml:10: matrix.include.0.seed: the recipe has a list of seeds already"
    ]
    assert len(matrix("  training.lr: [3, 4]\n", base=base).combinations) == 2


BLOCK = """\
  encoder.hidden_size:
  - 4
  - -1
  seed: [1, 2, 3]
"""


def test_a_fault_in_a_value_has_its_line_and_its_combinations(faulty):
    assert faulty(BLOCK) == [
        "recipe.yaml:10: in 3 combinations, such as hidden_size-minus1--seed-1: encoder.hidden_size: "
        "expected more than 0, got the integer -1"
    ]


def test_a_parameter_that_no_value_should_have_is_said_at_its_axis(faulty):
    (fault,) = faulty(BLOCK.replace("hidden", "hiden"))
    assert fault.startswith(
        "recipe.yaml:8: in 6 combinations, such as hiden_size-4--seed-1: encoder: unknown key 'hiden_size' - "
        "did you mean 'hidden_size'?"
    )


def test_a_fault_inside_a_section_of_a_list_has_its_line(faulty):
    section = """\
  tokenizer:
  - whitespace
  - use: regex
    lowercsae: true
  embedding: [{use: random, dim: 3}, {use: randm}]
"""
    found = faulty(section)
    assert len(found) == 2
    assert found[0].startswith(
        "recipe.yaml:11: in 2 combinations, such as random-dim-3--regex-lowercsae-true: tokenizer: unknown "
        "key 'lowercsae' - did you mean 'lowercase'?"
    )
    assert found[1].startswith("recipe.yaml:12: in 2 combinations, such as randm--whitespace: embedding: ")


def test_a_fault_of_the_base_is_said_once(faulty):
    base = BASE.replace("share: 0.25", "share: 2")
    assert faulty("  seed: [1, 2, 3]\n  training.lr: [1, 2, 3, 4, 5, 6, 7, 8]\n", base=base) == [
        "recipe.yaml:3: data.test.share: expected less than 1, got the integer 2"
    ]


def test_a_fault_of_two_keys_together_names_the_combination(faulty):
    section = "  training.momentum: [0.0, 0.9]\n  training.optimizer: [sgd, adam]\n"
    assert faulty(section) == [
        "recipe.yaml:8: in combination momentum-0.9--optimizer-adam: training.momentum: momentum goes with "
        "'optimizer: sgd', not with 'adam'"
    ]


def test_a_key_inside_a_value_that_has_none(faulty):
    section = "  seed: [1]\n  training.epochs.x: [1]\n"
    assert faulty(section, base=f"{BASE}training: {{epochs: 3}}\n") == [
        "recipe.yaml:10: in combination x-1--seed-1: 'training.epochs' is the integer 3, nothing can be set "
        "inside it"
    ]


def test_set_changes_the_base_and_the_matrix(matrix, faulty, tmp_path, monkeypatch):
    section = "  encoder.hidden_size: [4, 16]\n  seed: [1, 2]\n"
    assert matrix(section, ["training.epochs=7"]).combinations[3].recipe.training.epochs == 7
    assert len(matrix(section, ["matrix.seed=[5]"]).combinations) == 2
    assert len(matrix(section, ["matrix.training.lr=[0.1, 0.2]"]).combinations) == 8
    assert axes_of(matrix(section, ["matrix.encoder.hidden_size=[2]", "matrix.seed.0=9"])) == [
        {"encoder.hidden_size": 2, "seed": 9},
        {"encoder.hidden_size": 2, "seed": 2},
    ]
    assert len(matrix(section, {"matrix": {"seed": [1, 2, 3]}}).combinations) == 3
    assert len(matrix(section, ["matrix.exclude=[{seed: 1}]"]).combinations) == 2
    assert len(matrix(section, ["matrix.include=[{seed: 5}]"]).combinations) == 5
    added = matrix(f"{section}  include: [{{seed: 5}}]\n", ["matrix.include.0.training.lr=0.5"])
    assert axes_of(added)[-1] == {"seed": 5, "training.lr": 0.5}
    assert faulty(section, ["matrix.trainig.lr=[1]"])[0].startswith(
        "--set matrix.trainig.lr=[1]: matrix: unknown key"
    )


def test_set_makes_a_matrix_or_takes_it_away(written, registry, tmp_path):
    loaded = load_recipe(written(BASE), registry, ["matrix.embedding=[{use: vectors, path: v.bin}]"])
    assert loaded.combinations[0].recipe.embedding.parameters["path"] == str(Path.cwd() / "v.bin")
    loaded = load_recipe(written(f"{BASE}matrix: {{seed: [1, 2]}}\n"), registry, ["matrix=null"])
    assert isinstance(loaded, Recipe)


def test_set_of_an_axis_in_the_base_would_change_nothing(faulty, matrix):
    section = "  training.lr: [1, 2]\n"
    assert faulty(section, ["training.lr=3"]) == [
        "--set training.lr=3: training.lr: the matrix varies it, and no combination would have this value"
    ]
    assert len(faulty(section, ["training={lr: 3, epochs: 2}"])) == 1
    (fault,) = faulty("  encoder: [bag]\n", ["encoder.hidden_size=3"])
    assert fault.startswith("--set encoder.hidden_size=3: encoder.hidden_size: the matrix varies it")
    loaded = matrix(f"{section}  seed: [1]\n  include: [{{training.lr: 9}}]\n", ["seed=4"])
    assert [each.recipe.seed for each in loaded.combinations] == [1, 1, 4]


def test_a_matrix_of_baselines(matrix):
    base = "data: {train: {use: tsv, path: a.tsv}, test: {share: 0.2}}\n"
    loaded = matrix("  baseline: [majority, nbsvm, {use: nbsvm, alpha: 2.0}]\n", base=base)
    assert [each.id for each in loaded.combinations] == ["majority", "nbsvm", "nbsvm-alpha-2.0"]
    assert all(isinstance(each.recipe, BaselineRecipe) for each in loaded.combinations)


@pytest.mark.parametrize("key", ["model", "intrinsic"])
def test_what_trains_no_model_has_no_matrix(faulty, key):
    (fault,) = faulty("  seed: [1, 2]\n", base=f"{key}: x\n{BASE}")
    assert f"a matrix varies recipes that train a model, and one with '{key}' does not" in fault


def test_the_bundled_matrix_is_six_models_on_four_folds(registry):
    loaded = load_recipe("quickstart-matrix", registry)
    assert [each.id for each in loaded.combinations] == [
        "random-dim-50--bag",
        "random-dim-50--cnn-maps-20",
        "word2vec-train-dim-50--bag",
        "word2vec-train-dim-50--cnn-maps-20",
        "nb-log-ratio--bag",
        "nb-log-ratio--cnn-maps-20",
    ]
    assert {each.recipe.data.folds.count for each in loaded.combinations} == {4}


def test_a_matrix_is_no_single_recipe(written, registry):
    with pytest.raises(RecipeError, match="stands for 2 recipes, those of its matrix, where one is expected"):
        load_single(written(f"{BASE}matrix: {{seed: [1, 2]}}\n"), registry)
