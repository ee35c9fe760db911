"""The analysis of models that read words in pieces, from a run to its screens: a tiny one, and MiniLM."""

from __future__ import annotations

import json
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

import embedkit
from embedkit.experiments.sources import READING_MINILM

WORDS = {"pos": ["fine", "joy", "fun", "unforgettable"], "neg": ["bad", "sad", "dud", "unwatchable"]}
TEXTS = [
    (f"the {word} {thing} was so {WORDS[label][number % 4]} \N{PILE OF POO}{number}", label)
    for number in range(6)
    for label in WORDS
    for word, thing in [(WORDS[label][(number + 1) % 4], ("film", "plot", "act")[number % 3])]
]


def recipe(encoder, texts=TEXTS, **more):
    inline = {"use": "inline", "texts": [text for text, _ in texts], "labels": [label for _, label in texts]}
    return {
        "name": "pieces",
        "data": {"train": inline, "test": {"share": 0.5}},
        "embedding": encoder,
        "encoder": "pooled",
        "training": {"optimizer": "lbfgs"},
        "evaluation": {"baselines": []},
        **more,
    }


def expected(word):
    """The state of a word and the number of its pieces, as `trigrams` reads it."""
    pieces = -(-len(word) // 3)
    unknown = max(word) > "\uffff"
    return "unknown" if unknown else "whole" if pieces == 1 else "split", pieces


def test_the_files_have_the_states_and_the_pieces_of_every_word(trigrams, tmp_path):
    run = embedkit.run(recipe({"use": "trigrams"}), out=tmp_path / "run")
    run.verify()
    frame = run.predictions
    for row in frame.to_dict("records"):
        read = [expected(word) for word in row["token_list"]]
        assert row["token_list"] == row["text"].split()
        assert row["token_states"] == [state for state, _ in read]
        assert row["token_pieces"] == [pieces for _, pieces in read]
        counts = Counter(row["token_states"])
        assert {state: row[f"{state}_words"] for state in ("whole", "split", "unknown")} == {
            state: counts[state] for state in ("whole", "split", "unknown")
        }
        assert row["pieces"] == sum(row["token_pieces"])
        assert row["oov_share"] == (counts["split"] + counts["unknown"]) / row["tokens"]
        assert row["oov_tokens"] == [
            word for word, (state, _) in zip(row["token_list"], read, strict=True) if state != "whole"
        ]
    analysis = run.oov.analysis
    for split, found in analysis.splits.items():
        rows = frame[frame["split"] == split]
        assert found.coverage.tokens.all.pieces == rows["pieces"].sum()
        assert found.coverage.tokens.all.split == rows["split_words"].sum()
    assert analysis.policies.refilled == {}
    assert "no policy" in analysis.policies.why
    assert analysis.drift is None
    assert {"unwatchable", "unforgettable"} <= {*run.oov.missing["word"]}
    assert {*run.oov.missing.query("word == 'unwatchable'")["pieces"]} == {4}


def test_folds_and_seeds_are_put_together(trigrams, tmp_path, embedkit_command):
    several = recipe({"use": "trigrams"}, seeds=[1, 2])
    several["data"] = {"train": several["data"]["train"], "folds": {"count": 3}}
    run = embedkit.run(several, out=tmp_path / "run")
    (found,) = run.oov.analysis.splits.values()
    words = [word for text, _ in TEXTS for word in text.split()]
    counts = Counter(expected(word)[0] for word in words)
    assert found.coverage.tokens.all.by_state == {
        state: counts[state] for state in ("whole", "split", "unknown")
    }
    assert found.coverage.tokens.all.pieces == sum(expected(word)[1] for word in words)
    assert found.coverage.types.all.total == len({*words})
    assert [*run.oov.analysis.seeds] == ["1", "2"]
    shown = embedkit_command("explain", run.path).out
    assert "content split or unknown" in shown
    (one, other) = json.loads(embedkit_command("explain", run.path, "--id", 1, "--json").out)
    assert [token["pieces"] for token in one["tokens"]] == [token["pieces"] for token in other["tokens"]]


def test_the_screens_say_what_is_asked(trigrams, tmp_path, embedkit_command):
    run = embedkit.run(recipe({"use": "trigrams"}), out=tmp_path / "run")
    shown = embedkit_command("explain", run.path).out
    for part in ("whole   split   unknown", "words of test have ", "split or unknown   texts", "in pieces"):
        assert part in shown, part
    assert "\nOther policies are not asked: the model reads words in pieces" in shown
    assert "out of vocabulary" not in shown
    row = run.predictions.query("split == 'test'").iloc[0]
    shown = embedkit_command("explain", run.path, "--id", row["id"], "--split", "test").out
    assert "split or unknown: " in shown
    assert "token" in shown
    assert "pieces" in shown
    assert f"[{row['token_list'][-1]}]" in shown
    (token, *_) = json.loads(embedkit_command("explain", run.path, "--id", row["id"], "--json").out)[0][
        "tokens"
    ]
    assert (token["token"], token["state"], token["pieces"]) == ("the", "whole", 1)
    (text,) = json.loads(embedkit_command("predict", run.path, "a unwatchable film", "--json").out)
    assert text["tokens"][1] == {"token": "unwatchable", "state": "split", "pieces": 4}
    assert text["oov_share"] == pytest.approx(2 / 3)
    hidden = embedkit_command("explain", run.path, "--hide", "0.2,0.4", "--out", tmp_path / "hidden")
    assert hidden.code == 2
    assert "text encoder" in hidden.err


def test_a_run_with_word_vectors_is_compared_with_one_of_pieces(trigrams, tmp_path, embedkit_command):
    words = {**recipe({"use": "random", "dim": 4}), "tokenizer": "whitespace", "encoder": "bag"}
    words["training"] = {"epochs": 1}
    for name, each in (("pieces", recipe({"use": "trigrams"})), ("words", words)):
        embedkit.run(each, out=tmp_path / name)
    done = embedkit_command("compare", tmp_path / "pieces", tmp_path / "words")
    assert done.code == 0
    assert "pieces" in done.out


def test_a_damaged_column_of_pieces_is_named(trigrams, tmp_path):
    from embedkit.errors import RunError
    from embedkit.runs.csv_schemas import check_predictions

    run = embedkit.run(recipe({"use": "trigrams"}), out=tmp_path / "run")
    frame = run.predictions
    for column, value, says in (
        ("token_pieces", [[-1]] * len(frame), "its lists"),
        ("token_pieces", [[0.5] * count for count in frame["tokens"]], "column 'token_pieces' holds more"),
        ("token_states", [["covered"] * count for count in frame["tokens"]], "no text encoder"),
        ("pieces", ["x"] * len(frame), "column 'pieces' holds more than whole numbers"),
    ):
        with pytest.raises(RunError, match=says):
            check_predictions(run.path, frame.assign(**{column: value}), None, ())
    with pytest.raises(RunError, match="no column 'whole_words'"):
        check_predictions(run.path, frame.drop(columns="whole_words"), None, ())


@pytest.mark.skipif(not all(map(find_spec, READING_MINILM)), reason="needs the extra minilm")
def test_minilm_reads_words_as_its_tokenizer_splits_them(tmp_path):
    from tokenizers import Tokenizer

    folder = Path(find_spec(READING_MINILM[-1]).submodule_search_locations[0]) / "model"
    path = f"package:{READING_MINILM[-1]}/model"
    run = embedkit.run(recipe({"use": "transformers", "path": path}), out=tmp_path / "run")
    plain = Tokenizer.from_file(str(folder / "tokenizer.json"))
    plain.no_padding()
    for row in run.predictions.to_dict("records"):
        encoding = plain.encode(row["text"], add_special_tokens=False)
        pieces: dict[int, list[str]] = {}
        for word, piece in zip(encoding.word_ids, encoding.tokens, strict=True):
            pieces.setdefault(word, []).append(piece)
        assert row["token_pieces"] == [*map(len, pieces.values())]
        assert row["token_states"] == [
            "unknown" if "[UNK]" in own else "whole" if len(own) == 1 else "split" for own in pieces.values()
        ]
    found = {state for states in run.predictions["token_states"] for state in states}
    assert found == {"whole", "split", "unknown"}
