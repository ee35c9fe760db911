"""The analysis of a model that reads words in pieces: the questions asked of split and unknown words."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from rich.console import Console

from embedkit.evaluation.oov.analysis import analyse_counted
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.counting import Tally, count_states, missing_words
from embedkit.evaluation.oov.result import KindCounts, MissingWord, OovAnalysis, OtherPolicies, PieceCounts
from embedkit.evaluation.oov.seeds import over_seeds
from embedkit.evaluation.oov.shares import measure
from embedkit.evaluation.predictions import Prediction
from embedkit.model.token_states import OF_PIECES
from embedkit.report.terminal.oov import (
    amount_lines,
    bucket_table,
    class_table,
    coverage_table,
    missing_table,
)
from embedkit.report.terminal.repeated import seed_table
from embedkit.report.terminal.wrong_texts import print_wrong
from embedkit.runs.wrong_texts import WrongText, WrongTexts

CONTENT = Content(["the"])


def prediction(written, label="pos", predicted="pos", number=1, cut=0):
    """A prediction of a text written as `great unwatchable/3 ☃/?`: numbers of pieces, and what is unknown."""
    pairs = [token.partition("/")[::2] for token in written.split()]
    tokens = tuple(token for token, _ in pairs)
    return Prediction(
        split="test",
        id=number,
        text=" ".join(tokens),
        label=label,
        predicted=predicted,
        probabilities=(0.25, 0.75),
        probability=0.75,
        tokens=tokens,
        states=tuple("unknown" if n == "?" else "split" if n else "whole" for _, n in pairs),
        looked_up=(False,) * len(tokens),
        cut=cut,
        pieces=tuple(int(n) if n.isdigit() else 1 for _, n in pairs),
    )


def test_tokens_types_and_pieces_as_counted_by_hand():
    texts = [prediction("the film unwatchable/3 ☃/?"), prediction("film film/2 unwatchable/3 the", cut=4)]
    tally = Tally.of(texts, ["pos", "neg"])
    counted = count_states(tally.words, CONTENT, tally.state_set)
    assert counted.tokens == KindCounts(
        all=PieceCounts(whole=4, split=3, unknown=1, pieces=13),
        content=PieceCounts(whole=2, split=3, unknown=1, pieces=11),
    )
    assert counted.types.all == PieceCounts(whole=2, split=2, unknown=1, pieces=8)
    assert tally.coverage(CONTENT).classes["neg"].tokens.all == PieceCounts(0, 0, 0, 0)
    assert tally.coverage(CONTENT).state_set == OF_PIECES


def test_split_words_have_their_mean_number_of_pieces():
    texts = [prediction("nerdy/2 nerdy/3 nerdy/3 nerdy/4 ☃/? the/2 film")]
    tally = Tally.of(texts, ["pos"])
    assert missing_words(tally.words, CONTENT, tally.state_set) == (
        MissingWord("nerdy", 4, "split", content=True, pieces=3),
        MissingWord("the", 1, "split", content=False, pieces=2),
        MissingWord("☃", 1, "unknown", content=True, pieces=1),
    )


def analysed(rate, seed=0):
    """The analysis of 300 texts: those with a split word are wrong at the given rate, the others at 20%."""
    draw = random.Random(seed)
    texts = []
    for number in range(300):
        words = ["the", *draw.choices(["film", "plot", "cast"], k=number % 7 + 2)]
        split = number % 3 == 0
        wrong = draw.random() < (rate if split else 0.2)
        written = " ".join([*words, "unwatchable/3"] if split else words)
        texts.append(prediction(written, predicted="neg" if wrong else "pos", number=number))
    found = analyse_counted(Tally.of(texts, ["pos", "neg"]), measure(texts, CONTENT), CONTENT)
    policies = OtherPolicies("", "it has no table", {}, {})
    return OovAnalysis({"test": found}, policies, None)


def test_errors_that_go_with_split_words_are_found_and_said_to_go_with_them():
    errors = analysed(0.7).splits["test"].errors
    assert errors.content.p_value < 0.001
    assert errors.odds_ratio.value > 1
    assert errors.verdict.startswith("Errors go with more words split or unknown: on average ")


def test_errors_that_do_not_are_said_not_to():
    verdict = analysed(0.2).splits["test"].errors.verdict
    assert verdict.startswith("Errors are not seen to go with words split or unknown: ")


@pytest.mark.parametrize(
    ("rates", "says"),
    [
        ((0.7, 0.7), "Errors go with more words split or unknown with each of 2 seeds"),
        ((0.2, 0.2), "Errors are not seen to go with words split or unknown with any of 2 seeds"),
        ((0.7, 0.2), "Whether errors go with words split or unknown depends on the seed"),
    ],
)
def test_seeds_are_put_together_as_with_words(rates, says):
    found = {seed: analysed(rate, seed) for seed, rate in enumerate(rates)}
    together = over_seeds(found, "test")
    assert together.splits["test"].errors.verdict.startswith(says)
    assert together.state_set == OF_PIECES
    counts = together.splits["test"].coverage.tokens.all
    assert counts == found[0].splits["test"].coverage.tokens.all
    assert together.splits["test"].missing == found[0].splits["test"].missing


def test_with_few_texts_and_with_one_share_split_words_are_named():
    few = [prediction("unwatchable/2", predicted="neg"), prediction("film")]
    same = [prediction("film", predicted="neg" if n < 20 else "pos") for n in range(40)]
    verdicts = [
        analyse_counted(Tally.of(texts, ["pos"]), measure(texts, CONTENT), CONTENT).errors.verdict
        for texts in (few, same)
    ]
    assert verdicts[0].startswith("Too few to tell whether errors go with split or unknown words")
    assert verdicts[1] == "All 40 texts have the same share of content tokens split or unknown."


def shown(table):
    console = Console(width=80)
    with console.capture() as captured:
        console.print(table)
    return " ".join(captured.get().split())


def test_the_screen_says_what_is_asked_of():
    analysis = analysed(0.7)
    found = analysis.splits["test"]
    assert "whole split unknown (cut)" in shown(coverage_table(analysis.splits))
    pieces, total = found.coverage.tokens.all.pieces, found.coverage.tokens.all.total
    assert amount_lines(analysis.splits) == [f"words of test have {pieces / total:.2f} pieces on average"]
    assert "split or split or class tokens unknown content unknown" in shown(
        class_table(found.coverage.classes, OF_PIECES)
    )
    assert "in pieces count state pieces" in shown(missing_table(found.missing))
    assert "unwatchable 100 split 3" in shown(missing_table(found.missing))
    assert "split or unknown texts" in shown(bucket_table(found.errors.content.buckets, state_set=OF_PIECES))
    assert "content split or unknown" in shown(seed_table({"1": found.errors}, OF_PIECES))


def test_a_wrong_text_has_its_split_and_unknown_words_marked():
    text = WrongText(
        1, None, "pos", "neg", 0.75, 0.5, ["a", "nerdy", "☃"], ["whole", "split", "unknown"], None, None
    )
    console = Console(file=StringIO(), width=80)
    print_wrong(WrongTexts("test", 1, 1, None, 1, [text]), console, OF_PIECES)
    assert "50% of content split or unknown\n    a {nerdy} [☃]\n" in console.file.getvalue()
