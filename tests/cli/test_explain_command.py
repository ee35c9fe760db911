"""`embedkit explain`, and what a run prints of its analysis."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

import embedkit
from embedkit.evaluation.oov.buckets import error_rates
from embedkit.evaluation.oov.result import Bucket
from embedkit.report.terminal.explanation import print_text
from embedkit.report.terminal.marking import colours, legend, mark_all
from embedkit.report.terminal.oov import WIDTH, bucket_table
from embedkit.report.terminal.wrong_texts import print_wrong
from embedkit.runs.wrong_texts import WrongText, WrongTexts
from embedkit.tasks.explain import ExplainedToken, Explanation, Explanations

TEXTS = ["good film", "bad film", "good plot", "bad plot", "good good", "bad bad"] * 3
TESTS = ["good qwzx !", "bad rare zyxw vvv", "good film", "bad of the film", "odd odder oddest", ""]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    recipe = {
        "name": "explained",
        "seed": 3,
        "data": {
            "train": {"use": "inline", "texts": TEXTS, "labels": ["pos", "neg"] * 9},
            "test": {"use": "inline", "texts": TESTS, "labels": ["neg", "neg", "pos", "neg", "pos", "neg"]},
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": {"use": "bag"},
        "training": {"epochs": 12, "lr": 0.05},
        "evaluation": {"metrics": ["accuracy"]},
    }
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "explained")


def test_a_run_is_explained_as_a_whole(finished, embedkit_command):
    done = embedkit_command("explain", str(finished.path))
    assert done.code == 0
    for part in ("tokens of", "out of vocabulary   texts", "another policy than zero", "[qwzx]"):
        assert part in done.out, part
    assert "every other policy" not in done.out
    assert "what training did to the table" in done.out
    assert "because" not in done.out


def test_one_split_alone(finished, embedkit_command):
    out = embedkit_command("explain", str(finished.path), "--split", "test").out
    assert "\ntest\n" in out
    assert "\ntrain\n" not in out


def test_as_json_it_is_what_is_in_the_file(finished, embedkit_command):
    done = embedkit_command("explain", str(finished.path), "--json")
    assert json.loads(done.out) == finished.oov.figures
    one = json.loads(embedkit_command("explain", str(finished.path), "--json", "--split", "test").out)
    assert [*one["splits"]] == ["test"]


def test_one_text_token_by_token(finished, embedkit_command):
    (text,) = json.loads(
        embedkit_command("explain", str(finished.path), "--id", "1", "--split", "test", "--json").out
    )
    assert [(t["token"], t["state"], t["content"]) for t in text["tokens"]] == [
        ("good", "covered", True),
        ("qwzx", "unseen", True),
        ("!", "unseen", False),
    ]
    assert [*text] == [
        *("split", "id", "label", "predicted", "probability", "text", "probabilities", "wrong"),
        *("oov_share", "content_oov_share", "cut", "tokens"),
    ]
    assert [*text["tokens"][0]] == ["token", "state", "content", "via", "nearest", "similar"]
    assert [*text["tokens"][0]["nearest"][0]] == ["word", "cosine"]
    row = finished.predictions.query("split == 'test' and id == 1").iloc[0]
    assert text["probability"] == row["probability"]
    assert text["probabilities"] == {"neg": row["p_neg"], "pos": row["p_pos"]}
    assert (text["oov_share"], text["content_oov_share"]) == (pytest.approx(2 / 3), 0.5)
    assert text["wrong"] is (row["label"] != row["predicted"])


def test_nearest_words_are_gensims(finished):
    from gensim.models import KeyedVectors

    table = finished.embedding_frame("after").iloc[2:]
    keyed = KeyedVectors(table.shape[1])
    keyed.add_vectors([*table.index], table.to_numpy())
    found = Explanations(finished).nearest("good")
    expected = keyed.most_similar("good", topn=3)
    assert [each.word for each in found] == [word for word, _ in expected]
    assert [each.cosine for each in found] == pytest.approx([cosine for _, cosine in expected], abs=1e-5)
    assert Explanations(finished).nearest("qwzx") == []


def test_an_id_that_several_splits_have_is_shown_of_each(finished, embedkit_command):
    out = embedkit_command("explain", str(finished.path), "--id", "2").out
    assert out.startswith("train 2: neg")
    assert "\ntest 2: neg" in out


def test_a_text_without_tokens(finished, embedkit_command):
    assert "no tokens" in embedkit_command("explain", str(finished.path), "--id", "6", "--split", "test").out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--id", "99"], "no text of train or test has the id 99"),
        (["--split", "tset"], "did you mean 'test'"),
        (["--split", "tset", "--id", "1"], "did you mean 'test'"),
    ],
)
def test_what_is_not_there_is_an_error(finished, embedkit_command, options, says):
    done = embedkit_command("explain", str(finished.path), *options)
    assert done.code == 2
    assert says in done.err


def test_a_directory_without_a_run_is_an_error(tmp_path, embedkit_command):
    assert embedkit_command("explain", str(tmp_path)).code == 2


STATES = ["covered", "recovered", "filled", "unseen", "dropped"]


def test_tokens_are_marked_by_brackets_where_there_are_no_colours():
    assert mark_all([*"abcde"], STATES, coloured=False).plain == "a (b) {c} [d] <e>"
    assert legend(STATES, coloured=False).plain == "(recovered) {filled} [unseen] <dropped>"
    assert legend(["covered"], coloured=False).plain == ""


def test_tokens_are_coloured_by_state_on_a_terminal():
    marked = mark_all([*"abcde"], STATES, coloured=True)
    assert marked.plain == "a b c d e"
    assert [str(span.style) for span in marked.spans] == ["cyan", "yellow", "red", "magenta"]


def test_no_color_is_honoured(monkeypatch):
    terminal = Console(force_terminal=True, color_system="standard", no_color=False)
    assert colours(terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours(Console(force_terminal=True, color_system="standard"))
    assert not colours(Console(force_terminal=False))


def test_bars_are_as_long_as_the_figures():
    import numpy as np

    buckets = error_rates(np.arange(40) < 20, np.repeat([0.0, 0.15], 20))
    table = bucket_table(buckets)
    labels, bars = ([*table.columns[i].cells] for i in (0, -1))
    assert labels == ["none", "10–20%"]
    full = round(WIDTH * buckets[0].ci95[0])
    assert bars[0] == "█" * full + "▓" * (WIDTH - full)
    assert bars[1] == "░" * round(WIDTH * buckets[2].ci95[1])


def test_error_rates_fit_into_80_columns():
    buckets = [Bucket(over=0.5, up_to=1, n=100_000, wrong=99_999, error_rate=1.0, ci95=(1.0, 1.0))]
    for title in ("content", "all tokens"):
        assert Console().measure(bucket_table(buckets, title)).maximum <= 80


def test_markup_in_texts_is_shown_as_text(capsys):
    text = WrongText(
        id=1,
        fold=None,
        label="[red]",
        predicted="x",
        probability=0.5,
        content_oov_share=0.5,
        tokens=["[bold]", "a"],
        states=["unseen", "covered"],
        wrong_with=None,
        seeds=None,
    )
    wrong = WrongTexts(split="test", texts=1, wrong=1, always_wrong=None, with_oov=1, first=[text])
    console = Console(width=80)
    print_wrong(wrong, console)
    printed = capsys.readouterr().out
    assert "[red], predicted x" in printed
    assert "[[bold]] a" in printed
    token = ExplainedToken("[b]", "unseen", content=True, via=None, nearest=(), similar="[i]")
    print_text(
        Explanation(
            run=None,
            split="test",
            id=1,
            label="[x]",
            predicted="y",
            probability=1.0,
            text="[b]",
            probabilities={"[x]": 0.0, "y": 1.0},
            wrong=True,
            oov_share=1.0,
            content_oov_share=None,
            cut=2,
            tokens=(token,),
        )
    )
    printed = capsys.readouterr().out
    assert "[x], predicted y (1.00), wrong" in printed
    assert "spelt like [i]" in printed
    assert "2 tokens were cut" in printed
