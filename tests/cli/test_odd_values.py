"""Whatever is typed, and whatever the environment says: one error of ours, exit code 1 or 2, no traceback."""

from __future__ import annotations

import pytest

from embedkit.distributed.process_group import join

TEXTS = "text\tlabel\ngood fun film\tpos\nbad dull film\tneg\nvery good\tpos\nvery bad\tneg\n"
RECIPE = """\
name: tiny
data:
  train: {use: tsv, path: texts.tsv}
tokenizer: whitespace
embedding: {use: random, dim: 4}
encoder: {use: rnn, hidden_size: 4}
training: {epochs: 1, batch_size: 2}
evaluation: {metrics: [accuracy], baselines: []}
"""


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts.tsv").write_text(TEXTS)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path / "recipe.yaml"


def is_one_error(done, *words):
    assert done.code in (1, 2)
    assert "Traceback" not in done.err
    assert done.err.splitlines()[-1].startswith(("error: ", "    "))
    assert "This is a fault of embedkit" not in done.err
    for word in words:
        assert word in done.err


@pytest.mark.parametrize(
    "override",
    [
        *(
            f"{key}={10**23}"
            for key in ("seed", "training.batch_size", "training.epochs", "encoder.hidden_size")
        ),
        *(f"{key}={2**63}" for key in ("embedding.dim", "data.max_length", "vocabulary.max_size")),
        f"training.accumulate=-{2**63 + 1}",
        f"tokenizer={{use: regex, pattern: x, other: [{10**30}]}}",
    ],
)
def test_an_integer_of_more_than_64_bits_is_refused_with_its_key(embedkit_command, recipe, override):
    done = embedkit_command("validate", recipe, "--set", override)
    is_one_error(done, override.partition("=")[0], " digits, larger than 9,223,372,036,854,775,807")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("encoder.hidden_size=1000000000", " weights; training takes "),
        (f"encoder.hidden_size={2**63 - 1}", "takes more than 9,223,372,036.9 GB"),
        ("encoder={use: cnn, maps: 1000000000000}", " weights; training takes "),
        ("embedding.dim=1000000000000", "dimensions takes "),
        (f"embedding.dim={2**63 - 1}", "dimensions takes "),
        (f"data={{train: {{use: tsv, path: texts.tsv}}, max_length: {2**63 - 1}}}", " tokens, takes "),
    ],
)
def test_what_takes_more_memory_than_there_is_is_refused_with_numbers(
    embedkit_command, recipe, override, said
):
    padded = ["--set", "encoder.mask_padding=false"] if "max_length" in override else []
    done = embedkit_command("run", recipe, "--out", "run", "-q", "--set", override, *padded)
    is_one_error(done, said)
    assert not (recipe.parent / "run").exists()


@pytest.mark.parametrize(
    "override",
    [
        f"encoder={{use: lstm, hidden_size: 2, num_layers: {10**9}}}",
        "encoder={use: transformer, num_layers: 1001}",
        "encoder={use: cnn, widths: [1000000000]}",
        "data.folds={count: 2147483648}",
    ],
)
def test_what_would_never_end_is_out_of_bounds(embedkit_command, recipe, override):
    is_one_error(
        embedkit_command("validate", recipe, "--set", override), "encoder" if "enc" in override else "folds"
    )


def test_a_limit_that_no_text_reaches_is_none(embedkit_command, recipe):
    done = embedkit_command("run", recipe, "--out", "run", "-q", "--set", f"data.max_length={2**63 - 1}")
    assert done.code == 0, done.err


@pytest.mark.parametrize("key", ["training.batch_size", "training.accumulate"])
@pytest.mark.parametrize("shuffle", ["true", "false"])
def test_a_batch_of_more_than_all_texts_is_all_texts(embedkit_command, recipe, key, shuffle):
    more = ["--set", f"{key}={2**62}", "--set", f"training.shuffle={shuffle}"]
    assert embedkit_command("run", recipe, "--out", "run", "-q", *more).code == 0


@pytest.mark.parametrize("value", ["abc", "-1", "0", "1.5", "²", "99999999999999999999", "2\x1b[2J"])
def test_a_world_of_no_number_is_refused(embedkit_command, recipe, monkeypatch, value):
    monkeypatch.setenv("WORLD_SIZE", value)
    join.cache_clear()
    try:
        is_one_error(
            embedkit_command("run", recipe, "--out", "run", "-q"), "WORLD_SIZE", "no whole number from 1 on"
        )
    finally:
        join.cache_clear()


@pytest.mark.parametrize("name", ["RANK", "LOCAL_RANK", "MASTER_PORT"])
def test_a_process_without_a_number_is_refused(embedkit_command, recipe, monkeypatch, name):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv(name, "first")
    join.cache_clear()
    try:
        is_one_error(embedkit_command("run", recipe, "--out", "run", "-q"), name)
    finally:
        join.cache_clear()


@pytest.mark.parametrize("size", ["9" * 400, "9" * 400 + ".5GB", "1e400", "-1", "1XB", "²"])
def test_a_size_that_is_none(embedkit_command, monkeypatch, tmp_path, size):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    done = embedkit_command("cache", "clear", "--keep", size)
    assert done.code == 2
    assert "is no size" in done.err


@pytest.mark.parametrize("columns", ["0", "1", "abc", "²", "-5", "99999999999999999999"])
def test_any_width_of_the_terminal(embedkit_command, recipe, monkeypatch, columns):
    with monkeypatch.context() as patch:  # pytest's own lines have that width, too
        patch.setenv("COLUMNS", columns)
        done = embedkit_command("run", recipe, "--out", "run")
    assert done.code == 0, done.err
