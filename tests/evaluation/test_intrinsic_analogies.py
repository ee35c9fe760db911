from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath

from embedkit.errors import VectorFileError
from embedkit.evaluation.intrinsic import Matching, Method, Question, analogies, read_questions
from embedkit.evaluation.intrinsic.search import EPSILON
from embedkit.interfaces import EmbeddingContext
from embedkit.plugin.registry import build_registry
from embedkit.vectors import open_vectors

EXACT = Matching(case="exact", restrict=None)
ROYAL = {
    "man": (1, 0, 0.1),
    "woman": (0, 1, 0.1),
    "king": (1, 0, 1),
    "queen": (0, 1, 1),
    "prince": (1, 0, 0.6),
    "apple": (-1, -1, 0),
}
KING = Question("royal", "man", "king", "woman", "queen")


def counts(result):
    return {name: (part.correct, part.n - part.correct) for name, part in result.sections().items()}


def gensims(keyed, path, **options):
    """By section, how many were right and wrong."""
    _, sections = keyed.evaluate_word_analogies(str(path), **options)
    return {each["section"]: (len(each["correct"]), len(each["incorrect"])) for each in sections[:-1]}


@pytest.fixture(scope="session")
def some_questions(tmp_path_factory):
    """Every sixteenth question of questions-words.txt, in its sections."""
    path = tmp_path_factory.mktemp("questions") / "questions.txt"
    lines = Path(datapath("questions-words.txt")).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines) if line.startswith(":") or number % 16 == 0]
    path.write_text("".join(kept), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"case": "exact"}, {"case_insensitive": False}),
        ({"restrict": 1500}, {"restrict_vocab": 1500}),
        ({"missing": "zero"}, {"dummy4unknown": True}),
    ],
    ids=str,
)
def test_every_section_is_counted_as_gensim_counts_it(real_vectors, keyed_vectors, ours, theirs):
    path = datapath("questions-words.txt")
    missing = ours.get("missing", "skip")
    matching = Matching(**{key: value for key, value in ours.items() if key != "missing"})
    result = analogies(
        open_vectors(real_vectors("euclidean")), read_questions(path), matching, Method(missing)
    )
    expected = gensims(keyed_vectors("euclidean"), path, **theirs)
    assert len(expected) == 14
    assert sum(map(sum, expected.values())) > 50
    assert counts(result) == expected


def test_vectors_that_answer_many_questions(real_vectors, keyed_vectors, some_questions):
    result = analogies(open_vectors(real_vectors("glove")), read_questions(some_questions))
    assert counts(result) == gensims(keyed_vectors("glove"), some_questions)
    assert 0.5 < result.accuracy < 0.8
    assert result.accuracy == keyed_vectors("glove").evaluate_word_analogies(str(some_questions))[0]


@pytest.mark.parametrize("case", ["fold", "exact"])
@pytest.mark.parametrize("restrict", [60, 200, None])
def test_words_in_several_cases(tmp_path, case, restrict):
    """Random vectors of words that are also there capitalised and in upper case, in a random order."""
    rng = np.random.default_rng(5)
    base = [f"w{chr(97 + i)}{chr(97 + j)}" for i in range(6) for j in range(10)]
    words = rng.permutation([*base, *map(str.upper, base), *map(str.capitalize, base)]).tolist()
    centre = dict(zip(base, rng.standard_normal((60, 4)), strict=True))
    keyed = KeyedVectors(vector_size=4)
    keyed.add_vectors(words, np.array([centre[w.lower()] + rng.normal(0, 0.1, 4) for w in words], np.float32))
    keyed.save_word2vec_format(str(tmp_path / "vectors.bin"), binary=True)
    lines = [": one", *(" ".join(rng.choice(words, 4, replace=False)) for _ in range(150))]
    lines += [": two", *(" ".join(rng.choice(base, 4, replace=False)).title() for _ in range(150))]
    (tmp_path / "questions.txt").write_text("\n".join(lines))
    result = analogies(
        open_vectors(tmp_path / "vectors.bin"),
        read_questions(tmp_path / "questions.txt"),
        Matching(case, restrict),
    )
    options = {"case_insensitive": case == "fold", "restrict_vocab": restrict}
    assert counts(result) == gensims(keyed, tmp_path / "questions.txt", **options)
    assert result.correct > 0 or restrict == 60 or case == "exact"


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")
def test_3cosmul_is_gensims(real_vectors, keyed_vectors):
    questions = read_questions(datapath("questions-words.txt"))
    source = open_vectors(real_vectors("euclidean"))
    result = analogies(source, questions, EXACT, Method(objective="3cosmul"))
    asked = [answer for answer in result.answers if answer.predicted]
    assert len(asked) > 50
    for answer in asked:
        a, b, c, _ = answer.found
        ((nearest, _),) = keyed_vectors("euclidean").most_similar_cosmul([b, c], [a], topn=1)
        assert answer.predicted == nearest
    added = [answer.predicted for answer in analogies(source, questions, EXACT).answers]
    assert added != [answer.predicted for answer in result.answers]


def test_the_answer_by_hand(vector_file):
    (answer,) = analogies(vector_file(ROYAL), [KING]).answers
    assert (answer.predicted, answer.correct) == ("queen", True)
    assert answer.found == KING.words
    (wrong,) = analogies(vector_file(ROYAL), [KING._replace(expected="apple")]).answers
    assert (wrong.predicted, wrong.correct) == ("queen", False)


def test_3cosmul_by_hand(vector_file):
    """The score of each word, by equation (4) of Levy and Goldberg."""
    units = {word: np.array(vector) / np.linalg.norm(vector) for word, vector in ROYAL.items()}

    def near(word, other):
        return (1 + units[word] @ units[other]) / 2

    scores = {w: near(w, "king") * near(w, "woman") / (near(w, "man") + EPSILON) for w in ("queen", "apple")}
    vectors = {**ROYAL, "prince": (1, 0, 0)}
    (answer,) = analogies(vector_file(vectors), [KING], method=Method(objective="3cosmul")).answers
    assert answer.predicted == max(scores, key=scores.get) == "queen"


def test_the_words_of_the_question_are_no_answer(vector_file):
    near = {"a": (1, 0.1), "b": (1, 0), "c": (1, 0.2), "d": (-1, 0.3), "e": (-1, 0.5)}
    (answer,) = analogies(vector_file(near), [Question("s", "a", "b", "c", "d")]).answers
    assert answer.predicted == "e"


def test_folding_case_their_other_cases_are_no_answer_either(vector_file):
    vectors = {**ROYAL, "King": (1, 0, 1.1), "WOMAN": (-0.28, 1, 0.7)}
    shouted = Question("royal", "MAN", "KING", "WOMAN", "QUEEN")
    (folded,) = analogies(vector_file(vectors), [shouted]).answers
    assert (folded.found, folded.predicted, folded.correct) == (KING.words, "queen", True)
    assert analogies(vector_file(vectors), [KING], EXACT).answers[0].predicted == "WOMAN"


def test_an_answer_is_right_in_whatever_case_only_where_that_is_folded(vector_file):
    vectors = {("Queen" if word == "queen" else word): vector for word, vector in ROYAL.items()}
    (answer,) = analogies(vector_file(vectors), [KING]).answers
    assert (answer.predicted, answer.correct) == ("Queen", True)
    result = analogies(vector_file(vectors), [KING], EXACT)
    assert (result.n, result.oov, result.accuracy) == (0, 1, None)


def test_of_equally_near_words_the_first_is_the_answer(vector_file):
    twins = {**ROYAL, "regent": ROYAL["queen"]}
    assert analogies(vector_file(twins), [KING]).answers[0].predicted == "queen"
    twins = {"regent": ROYAL["queen"], **ROYAL}
    assert analogies(vector_file(twins), [KING]).answers[0].predicted == "regent"


def test_a_vector_of_zeros_is_never_the_answer(vector_file):
    few = {"a": (1, 0), "b": (1, 0.1), "c": (1, 0.2), "zero": (0, 0), "d": (-1, 0)}
    assert analogies(vector_file(few), [Question("s", "a", "b", "c", "d")]).answers[0].predicted == "d"
    (answer,) = analogies(
        vector_file(few), [Question("s", "a", "b", "c", "zero")], Matching(restrict=4)
    ).answers
    assert (answer.predicted, answer.correct) == (None, False)


def test_questions_that_cannot_be_asked(vector_file):
    questions = [KING, KING._replace(expected="empress"), Question("other", "a", "b", "c", "d")]
    skipped = analogies(vector_file(ROYAL), questions)
    assert (skipped.n, skipped.correct, skipped.accuracy, skipped.oov_share) == (1, 1, 1.0, 2 / 3)
    assert skipped.answers[1].found == ("man", "king", "woman", None)
    other = skipped.sections()["other"]
    assert (other.n, other.accuracy, other.oov_share) == (0, None, 1.0)
    zeros = analogies(vector_file(ROYAL), questions, method=Method("zero"))
    assert (zeros.n, zeros.correct, zeros.oov) == (3, 1, 2)
    assert [answer.predicted for answer in zeros.answers] == ["queen", None, None]


def test_other_spellings_are_asked_and_are_right(vector_file):
    spellings = {"kings": ["kings", "king"], "Queen": ["Queen", "queen"]}
    matching = Matching("exact", None, lambda word: spellings.get(word, [word]))
    (answer,) = analogies(
        vector_file(ROYAL), [Question("s", "man", "kings", "woman", "Queen")], matching
    ).answers
    assert (answer.found, answer.correct) == (KING.words, True)


@pytest.mark.parametrize("memory", [1_000, 20_000])
def test_blocks_change_nothing_but_the_memory(real_vectors, memory):
    source = open_vectors(real_vectors("euclidean"))
    questions = read_questions(datapath("questions-words.txt"))
    matching = Matching(restrict=1500)
    told = []
    parts = analogies(
        source,
        questions,
        matching,
        Method(memory=memory),
        progress=lambda done, total: told.append((done, total)),
    )
    assert parts == analogies(source, questions, matching)
    assert parts.n > 50
    assert told[-1] == (1500, 1500)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 1


@pytest.mark.parametrize("header", [True, False])
def test_other_formats_answer_the_same(tmp_path, keyed_vectors, real_vectors, header):
    path = tmp_path / "vectors.txt"
    keyed_vectors("euclidean").save_word2vec_format(str(path), binary=False, write_header=header)
    questions = read_questions(datapath("questions-words.txt"))[8000:12_000]
    result = analogies(open_vectors(path), questions, Matching(restrict=2000))
    assert result == analogies(open_vectors(real_vectors("euclidean")), questions, Matching(restrict=2000))
    assert result.n > 40


def test_a_word_that_is_there_again_does_not_count(tmp_path):
    rows = [*ROYAL.items(), ("apple", (-0.7, 0.7, 1.3)), ("regent", (0, 0.9, 1))]
    content = b"".join(w.encode() + b" " + np.array(v, "<f4").tobytes() for w, v in rows)
    path = tmp_path / "again.bin"
    path.write_bytes(f"{len(rows)} 3\n".encode() + content)
    question = KING._replace(expected="prince")
    (answer,) = analogies(open_vectors(path), [question]).answers
    assert answer.predicted == "queen"


def test_a_vector_that_is_not_finite_is_refused(tmp_path):
    content = b"".join(w.encode() + b" " + np.array(v, "<f4").tobytes() for w, v in ROYAL.items())
    path = tmp_path / "nan.bin"
    path.write_bytes(b"7 3\n" + content + b"odd " + np.array((1, np.nan, 0), "<f4").tobytes())
    with pytest.raises(VectorFileError, match="record 7: the vector of 'odd' holds NaN or infinity"):
        analogies(open_vectors(path), [KING])
    assert analogies(open_vectors(path), [KING], Matching(restrict=6)).correct == 1


def test_a_source_must_list_its_words(vector_file):
    random = build_registry().get("embedding", "random").factory(dim=4)
    source = random.open(EmbeddingContext(seed=1, words=KING.words))
    with pytest.raises(VectorFileError, match="KnownWords cannot list its words"):
        analogies(source, [KING], EXACT)
