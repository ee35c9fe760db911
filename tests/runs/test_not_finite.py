"""Numbers that no training gives: said before it, and after it a typed error with what was trained kept."""

import json

import pytest

import embedkit
from embedkit.cli.program import main
from embedkit.errors import DataError, TrainingError
from embedkit.runs.directory import partial_of

pytestmark = pytest.mark.any_system

ORDINARY = {"good": [1, 0.5, 0.25], "bad": [-1, 0.25, 0.5], "film": [0.5, 1, -1], "plot": [0.5, -1, 1]}
ABSURD = {"huge": [3e38, -3e38, 3e38], "vast": [-3e38, 3e38, 3e38]}


def vectors(tmp_path, rows):
    path = tmp_path / "vectors.txt"
    path.write_text("".join(f"{w} {' '.join(map(str, v))}\n" for w, v in rows.items()))
    return str(path)


def texts(*rows):
    return {"use": "inline", "texts": [text for text, _ in rows], "labels": [label for _, label in rows]}


def recipe(path, **more):
    return {
        "name": "strange",
        "data": {
            "train": texts(
                ("good film", "1"), ("bad plot", "0"), ("good good film", "1"), ("bad bad plot", "0")
            ),
            "test": texts(("good plot", "1"), ("huge vast film", "0")),
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "vectors", "path": path, "unseen": "lookup"},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
        **more,
    }


@pytest.fixture
def strange(tmp_path):
    return recipe(vectors(tmp_path, ORDINARY | ABSURD))


def test_an_evaluation_that_is_not_finite_is_a_training_error_and_keeps_what_was_trained(strange, tmp_path):
    with pytest.raises(TrainingError) as caught:
        embedkit.run(strange, out=tmp_path / "run")
    message = str(caught.value)
    assert message.startswith("evaluation of test: what the model says of examples 2 is not finite")
    kept = partial_of(tmp_path / "run") / "checkpoints" / "epoch-00001"
    assert f"What was trained is kept: {kept}" in message
    assert (kept / "weights.safetensors").exists() or [*kept.iterdir()]
    assert not (tmp_path / "run").exists()


def test_the_command_ends_with_1_and_no_traceback(strange, tmp_path, capsys):
    (tmp_path / "recipe.yaml").write_text(json.dumps(strange))
    with pytest.raises(SystemExit) as ended:
        main(["run", str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "run"), "-q"])
    assert ended.value.code == 1
    err = capsys.readouterr().err
    assert "evaluation of test" in err
    assert "Traceback" not in err


def test_a_validation_split_that_is_not_finite(strange, tmp_path):
    strange["data"]["validation"] = strange["data"]["test"]
    with pytest.raises(TrainingError, match="evaluation of validation: .* examples 2 "):
        embedkit.run(strange, out=tmp_path / "run")


def test_a_prediction_that_is_not_finite(tmp_path):
    run = embedkit.run(
        recipe(vectors(tmp_path, ORDINARY | {"huge": [1, 2, 3], "vast": [3, 2, 1]})), out=tmp_path / "run"
    )
    classifier = embedkit.load(run.path)
    for module in classifier.model.modules():
        for parameter in module.parameters(recurse=False):
            parameter.data.fill_(3e38)
    with pytest.raises(
        TrainingError, match="evaluation of input: what the model says of examples 1 is not finite"
    ):
        classifier.predict(["good film", ""][:1])


def test_vectors_that_no_training_gives_are_warned_of_before_it(tmp_path, caplog):
    absurd = recipe(
        vectors(tmp_path, {**ORDINARY, "film": [1e30, 1, 1], "huge": [1, 1, 1], "vast": [1, 1, 1]})
    )
    with pytest.raises(
        DataError, match="1 vectors have values over 1,000,000, which no training gives: 'film' 1.0e"
    ):
        embedkit.run(absurd, out=tmp_path / "run", strict=True)
    with pytest.raises(TrainingError):
        embedkit.run(absurd, out=tmp_path / "run")
    assert "which no training gives: 'film'" in caplog.text


def test_vectors_that_are_all_too_short(tmp_path, caplog):
    tiny = {word: [value * 1e-9 for value in vector] for word, vector in ORDINARY.items()}
    embedkit.run(
        recipe(vectors(tmp_path, {**tiny, "huge": [1e-9] * 3, "vast": [1e-9] * 3})), out=tmp_path / "run"
    )
    assert "no vector has a value over 1e-06: no training gives such" in caplog.text
