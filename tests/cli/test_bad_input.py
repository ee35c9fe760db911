"""Bad input, as a user meets it: one clear message, exit code 2, and nothing left behind."""

from __future__ import annotations

import pytest

RECIPE = {
    "data": "{train: {use: tsv, path: train.tsv}, test: {use: tsv, path: test.tsv}}",
    "tokenizer": "whitespace",
    "embedding": "{use: random, dim: 4}",
    "encoder": "{use: rnn, hidden_size: 3}",
    "training": "{epochs: 1}",
}
GOOD = "label\ttext\npos\tgood film\nneg\tbad film\npos\tfine plot\nneg\tpoor plot\n"


@pytest.fixture
def attempt(embedkit_command, tmp_path, monkeypatch):
    """Run the recipe with some sections and files changed; give what was printed."""
    monkeypatch.chdir(tmp_path)

    def run(files=None, expected=2, **sections):
        (tmp_path / "train.tsv").write_text(GOOD)
        (tmp_path / "test.tsv").write_text(GOOD)
        for name, content in (files or {}).items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        lines = [f"{key}: {value}" for key, value in {**RECIPE, **sections}.items() if value is not None]
        (tmp_path / "recipe.yaml").write_text("\n".join(lines) + "\n")
        done = embedkit_command("run", "recipe.yaml", "--out", "out/run", "-q")
        assert done.code == expected, done.err
        assert "Traceback" not in done.err
        if expected:
            left = [str(path) for path in tmp_path.rglob("out/*")]
            assert left == []
        return done.err.replace(f"{tmp_path}/", "")

    return run


def test_the_recipe_itself_is_good(attempt):
    assert attempt(expected=0) == ""


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"encoder": "{use: rmn}"}, "recipe.yaml:4: encoder: unknown encoder 'rmn' - did you mean 'rnn'?"),
        (
            {"encoder": "{use: rnn, hiden_size: 3, hidden_size: 3}"},
            "recipe.yaml:4: encoder: unknown key 'hiden_size' - did you mean 'hidden_size'?",
        ),
        ({"encoder": "{use: rnn}"}, "recipe.yaml:4: encoder: missing key 'hidden_size'"),
        ({"tokenizer": None}, "recipe.yaml:1: missing key 'tokenizer'"),
        (
            {"training": "{epochs: ten}"},
            "recipe.yaml:5: training.epochs: expected an integer, got the text 'ten'",
        ),
        ({"training": "{epochs: 1, epochs: 2}"}, "recipe.yaml:5: duplicate key 'epochs', first on line 5"),
        ({"seed": "!!python/object/apply:os.system [id]"}, "recipe.yaml:6: "),
        (
            {"embedding": "{use: word2vec-binary, path: none.bin}"},
            "embedding.path: 'none.bin' does not exist",
        ),
        (
            {"data": "{train: {use: tsv, path: trian.tsv}}"},
            "data.train.path: 'trian.tsv' does not exist - did you mean 'train.tsv'?",
        ),
    ],
)
def test_faults_of_the_recipe(attempt, sections, message):
    assert f"error: {message}" in attempt(**sections)


def test_an_anchor_bomb(attempt):
    bomb = "[&a [x, x, x, x, x, x, x, x, x], &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]"
    for previous, name in zip("bcdef", "cdefg", strict=True):
        bomb += f", &{name} [{', '.join([f'*{previous}'] * 9)}]"
    assert "error: recipe.yaml:6: " in attempt(name=bomb + "]")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"test.tsv": "labl\ttext\npos\tgood\n"},
            "test.tsv:1: unknown column 'label' - did you mean 'labl'?",
        ),
        (
            {"test.tsv": "label\ttext\npositive\tgood\n"},
            "data.test: unknown label 'positive' (example 1) (allowed: neg, pos)",
        ),
        ({"train.tsv": "label\ttext\npos\tgood\npos\tfine\n"}, "data.train: every example is labelled 'pos'"),
        ({"test.tsv": "label\ttext\n"}, "data.test: the split has no examples"),
        ({"test.tsv": ""}, "test.tsv"),
        ({"train.tsv": "label\ttext\npos\tgood\textra\n"}, "train.tsv:2: "),
        ({"train.tsv": "label\ttext\npos\tcaf\xe9 ‘odd’\n".encode("cp1252", "replace")}, "Looks like cp1252"),
        (
            {"train.tsv": "label\ttext\npos\t\nneg\t\n"},
            "data.train: no text of the training split has a token",
        ),
    ],
)
def test_faults_of_the_data(attempt, files, message):
    assert message in attempt(files)


def test_an_unbalanced_quote_in_a_csv_names_the_line(attempt):
    data = "{train: {use: csv, path: train.csv}}"
    message = attempt({"train.csv": 'label,text\npos,"good\nneg,bad\n'}, data=data)
    assert "train.csv:2" in message


def test_empty_texts_and_texts_of_unseen_words_are_no_fault(attempt):
    assert attempt({"test.tsv": "label\ttext\npos\t\nneg\tzzz qqq\n"}, expected=0) == ""
