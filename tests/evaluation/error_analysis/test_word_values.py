"""What a vector for a missing word is worth, by hand and planted."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from embedkit.evaluation.error_analysis.evidence import TrainingTexts, Weights, evidence_of, fit_weights
from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.word_values import (
    MOST,
    MissingWords,
    Valuation,
    halves,
    paired_interval,
    word_values,
)


def held_out_of(labels, probabilities, classes=("neg", "pos")):
    labels, made = np.asarray(labels), np.asarray(probabilities, float)
    made = made if made.ndim == 3 else made[None]
    empty = ((),) * len(labels)
    ids, texts, models = np.arange(len(labels)), ("",) * len(labels), tuple(map(str, range(len(made))))
    return HeldOut(ids, texts, empty, labels, classes, made, models)


def two_classes(log_odds):
    positive = 1 / (1 + np.exp(-np.asarray(log_odds, float)))
    return np.stack([1 - positive, positive], axis=-1)


def in_one_fold(words, tokens, labels):
    return MissingWords(words, np.zeros(len(words), int), {0: TrainingTexts(tokens, np.asarray(labels))})


def test_log_count_ratios_by_hand():
    tokens = [["good", "good"], ["good"], ["good"], ["fine"], ["good"], [], ["dull"], ["dull"]]
    found = evidence_of(TrainingTexts(tokens, np.array([1, 1, 1, 1, 0, 0, 0, 0])), ["dull", "good", "new"], 2)
    assert found.counts.tolist() == [[2, 0], [1, 3], [0, 0]]  # a word counts once in a text
    assert found.log_ratios[:, 1] == pytest.approx([-log(3), log(4 / 2), 0])
    ratio, error = found.between(1, 0)
    assert ratio == pytest.approx([-log(3), log(2), 0])
    assert error == pytest.approx([sqrt(1 / 3 + 1), sqrt(1 / 2 + 1 / 4), sqrt(2)])


def test_a_rare_class_makes_no_rare_word_decisive():
    labels = np.array([0] * 97 + [1] * 3)
    tokens = [["the", "hapax"]] + [["the"]] * 99
    found = evidence_of(TrainingTexts(tokens, labels), ["hapax", "the"], 2)
    assert found.log_ratios[1] == pytest.approx([0, 0], abs=0.05)
    assert 0 < found.log_ratios[0, 0] < log(2)  # once, in the class of nearly all texts


def test_a_rare_word_is_taken_for_a_typical_one_by_hand():
    tokens = [["one", "other"]] * 9 + [["one", "rare"]] * 4 + [["other"]] * 11 + [["one"]] * 2
    labels = np.array([1] * 13 + [0] * 13)
    found = evidence_of(TrainingTexts(tokens, labels), ["one", "other", "rare"], 2)
    one, other = log(14 / 3), log(10 / 12)
    variance = ((one**2 - 1 / 14 - 1 / 3) + (other**2 - 1 / 10 - 1 / 12)) / 2
    errors = [1 / 14 + 1 / 3, 1 / 10 + 1 / 12, 1 / 5 + 1]
    assert found.typical(0, 1) == pytest.approx([variance * each / (variance + each) for each in errors])
    assert evidence_of(TrainingTexts(tokens[:3], labels[:3]), ["one"], 2).typical(0, 1) == [0]


def test_the_value_of_a_word_by_hand():
    # four texts of ten are near to a tie (log-odds below 1), and three of ten have the word
    log_odds = [0.5, -0.5, 0.2, -0.2, 2, 2, -2, -2, 3, 3]
    words = [{"good"}, {"good"}, {"good"}, *[set()] * 7]
    training = [["good"]] * 30 + [[]] * 10
    valuation = Valuation(
        held_out_of([1] * 10, two_classes(log_odds)),
        in_one_fold(words, training, [1] * 26 + [0] * 4 + [0] * 10),
        ["good"],
    )
    weights = Weights(1.0, 0.5, {(0, 1): 0.4})
    shares = np.array([14.01, 26.01]) / 40.02
    smoothed = np.array([4, 26]) + 2 * shares
    ratio = log(smoothed[1] / smoothed[0]) - log(shares[1] / shares[0])
    squared = ratio**2 - (1 / smoothed).sum()
    expected = 100 * 0.3 * 0.4 * 0.5**2 * squared / 8
    assert valuation.values(weights) == pytest.approx([expected])
    low = 100 * 0.3 * 0.4 * 0.5**2 * (ratio - 1.959964 * sqrt((1 / smoothed).sum())) ** 2 / 8
    assert valuation.values(weights, -1.959964) == pytest.approx([low])


def test_the_ties_of_models_by_hand():
    probabilities = np.array([[[0.5, 0.4, 0.1], [0.1, 0.1, 0.8], [0.1, 0.42, 0.48], [0.2, 0.5, 0.3]]])
    labels = np.array([0, 2, 2, 1])
    weights = fit_weights(np.log(probabilities), np.zeros((4, 3)), labels)
    assert set(weights.ties) == {(0, 1), (1, 2)}  # 0.8 against 0.1 is no tie
    assert weights.words == pytest.approx(0, abs=0.1)


def test_the_interval_of_paired_shares_by_hand():
    gain = np.array([1.0] * 8 + [-1.0] * 2 + [0.0] * 88)
    mean = 6 / 100
    half = 1.959964 * sqrt((11 / 100 - mean**2) / 100)
    assert paired_interval(gain) == pytest.approx((100 * (mean - half), 100 * (mean + half)))
    low, high = paired_interval(np.zeros(10))
    assert low == -high < 0


def planted(seed, n=3000, words=5, accuracy=0.9, known=False):
    """A model with noisy log-odds of random labels; planted words tell the class, and 200 words do not."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 2 * n)
    log_odds = 1.5 * (2 * labels - 1) + rng.normal(0, sqrt(3), 2 * n)  # calibrated: mean = variance / 2
    texts = [set() for _ in labels]
    for word in range(words):
        there = rng.random(2 * n) < 0.08 * np.where(labels == word % 2, accuracy, 1 - accuracy)
        for row in np.flatnonzero(there):
            texts[row].add(f"planted{word}")
            log_odds[row] += known * (1 if word % 2 else -1) * log(accuracy / (1 - accuracy))
    for word, share in enumerate(rng.uniform(0.0005, 0.01, 200)):
        for row in np.flatnonzero(rng.random(2 * n) < share):
            texts[row].add(f"noise{word}")
    held_out = held_out_of(labels[:n], two_classes(log_odds[:n]))
    return held_out, in_one_fold(texts[:n], texts[n:], labels[n:])


def test_planted_words_are_found_and_worth_what_they_bring():
    held_out, missing = planted(1)
    found = word_values(held_out, missing)
    assert {word.word for word in found.words[:5]} == {f"planted{word}" for word in range(5)}
    assert found.words[0].toward == ("pos" if int(found.words[0].word[-1]) % 2 else "neg")
    truly, _ = planted(1, known=True)
    gain = 100 * (held_out.wrong.mean() - truly.wrong.mean())
    assert found.top.is_seen
    assert found.top.ci95[0] < gain < found.top.ci95[1]
    assert found.top.points == pytest.approx(gain, abs=0.5)
    assert not found.rest.is_seen
    assert found.unseen + found.top.words + found.rest.words == len(set().union(*missing.words))


@pytest.mark.parametrize("case", [{"words": 0}, {"known": True}], ids=["noise", "known"])
def test_words_that_tell_nothing_new_are_worth_nothing(case):
    seen = sum(word_values(*planted(seed, 800, **case)).top.is_seen for seed in range(40))
    assert seen <= 4  # one is expected, and 5 of 40 have a chance of 0.3%


def test_a_text_has_no_say_in_what_is_counted_for_it():
    """With the labels of half of the texts changed, the other half gains the same, but for the weights."""
    held_out, missing = planted(2, 400)
    valuation = Valuation(held_out, missing, sorted(set().union(*missing.words)))
    half = halves(400)
    changed = held_out_of(np.where(half, 1 - held_out.labels, held_out.labels), held_out.probabilities)
    other = Valuation(changed, missing, valuation.vocabulary)
    assert valuation.group_size() == other.group_size()
    assert valuation.weights(~half) == other.weights(~half)
    assert valuation.weights(half) != other.weights(half)


def test_runs_without_missing_words_and_with_unseen_ones_alone_say_so():
    held_out = held_out_of([0, 1], two_classes([-1, 1]))
    none = word_values(held_out, in_one_fold([set(), set()], [["a"]], [0]))
    assert none.why == "no held-out text has a missing word"
    assert (none.words, none.top, none.rest) == ((), None, None)
    unseen = word_values(held_out, in_one_fold([{"b"}, {"c"}], [["a"]], [0]))
    assert unseen.unseen == 2
    assert "none of the missing words (2) is in a training text" in unseen.why


@pytest.mark.parametrize("classes", [2, 3, 40])
@pytest.mark.parametrize("n", [1, 2, 10])
def test_few_texts_of_many_uneven_classes_one_of_them_never_predicted(n, classes):
    rng = np.random.default_rng(n)
    probabilities = rng.dirichlet(np.ones(classes), (2, n))
    probabilities[..., 0] = 0
    probabilities /= probabilities.sum(axis=2, keepdims=True)
    labels = np.minimum(rng.geometric(0.6, n) - 1, classes - 1)
    words = [{f"w{word}" for word in rng.integers(0, 5, row % 3)} for row in range(n)]
    names = tuple(f"class {number}" for number in range(classes))
    held_out = held_out_of(labels, probabilities, names)
    folds = np.arange(n) % 2
    texts = [["w0", "w1"], ["w2"], [], ["w0"]]
    training = {fold: TrainingTexts(texts, np.array([0, 1, 0, 0])) for fold in (0, 1)}
    found = word_values(held_out, MissingWords(words, folds, training))
    if found.why is None:
        assert len(found.words) == found.top.words <= MOST
        assert found.top.ci95[0] <= found.top.points <= found.top.ci95[1]
        for word in found.words:
            assert word.ci95[0] <= word.points <= word.ci95[1]


def test_words_that_only_other_folds_learnt_from_are_unseen():
    """A word of one text is in the training texts of all folds but the one that reads it."""
    held_out = held_out_of([0, 1, 0, 1], two_classes([-1, 1, 1, -1]))
    words, labels = [{"once"}, {"twice"}, {"twice"}, set()], held_out.labels
    tokens = [[*each] for each in words]
    others = {
        fold: TrainingTexts([tokens[i] for i in range(4) if i % 2 != fold], labels[np.arange(4) % 2 != fold])
        for fold in (0, 1)
    }
    found = word_values(held_out, MissingWords(words, np.arange(4) % 2, others))
    assert (found.unseen, [word.word for word in found.words]) == (1, ["twice"])
