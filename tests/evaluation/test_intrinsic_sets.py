from __future__ import annotations

import os
from pathlib import Path

import pytest

from embedkit.errors import DataError
from embedkit.evaluation.intrinsic.sets import SHOWN, Pair, Question, read_pairs, read_questions


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "set.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def refusals(read, path):
    with pytest.raises(DataError) as caught:
        read(path)
    return [str(fault).replace(str(path), "set.txt") for fault in caught.value.faults]


@pytest.mark.parametrize(
    "text",
    [
        "tiger\tcat\t7.35\nbook\tpaper\t7.46\n",
        "tiger cat 7.35\nbook   paper 7.46",
        "# The set\ntiger\tcat\t7.35\r\n\r\nbook\tpaper\t7.46\r\n",
        "Word 1\tWord 2\tHuman (mean)\ntiger\tcat\t7.35\nbook\tpaper\t7.46\n",
        "\ufefftiger\t cat \t7.35\nbook\tpaper\t7.46\n",
    ],
)
def test_pairs_stand_between_tabs_or_spaces(written, text):
    pairs = read_pairs(written(text))
    assert [pair[:3] for pair in pairs] == [("tiger", "cat", 7.35), ("book", "paper", 7.46)]


def test_words_between_tabs_may_hold_spaces_and_pairs_know_their_line(written):
    assert read_pairs(written("# x\n\nNew York\tcity\t-1e1\n")) == [Pair("New York", "city", -10.0, 3)]


def test_only_line_feeds_end_a_line(written):
    assert len(read_pairs(written("a\u2028b\tc\t1\nd\x85e\tf\t2\n"))) == 2


def test_every_malformed_pair_is_named_with_its_line(written):
    text = "tiger\tcat\t7.35\ntiger\tcat\ntiger\tcat\thigh\ntiger\tcat\tnan\ntiger\tcat\t7\tx\n"
    assert refusals(read_pairs, written(text)) == [
        "set.txt:2: expected word, word and score, got 2 fields",
        "set.txt:3: expected a score, a number, got 'high'",
        "set.txt:4: expected a finite score, got 'nan'",
        "set.txt:5: expected word, word and score, got 4 fields",
    ]


@pytest.mark.parametrize("score", ["7,35", "NaN", "-inf", "1O"])
def test_a_first_line_with_a_botched_score_is_no_header(written, score):
    (refusal,) = refusals(read_pairs, written(f"tiger\tcat\t{score}\nbook\tpaper\t7.46\n"))
    assert refusal.startswith("set.txt:1: expected a ")


def test_a_second_header_is_malformed(written):
    assert refusals(read_pairs, written("a\tb\tscore\na\tb\tscore\n")) == [
        "set.txt:2: expected a score, a number, got 'score'"
    ]


def test_of_many_malformed_lines_the_first_are_named(written):
    faults = refusals(read_pairs, written("x\n" * (SHOWN + 5)))
    assert len(faults) == SHOWN + 1
    assert faults[-1] == "set.txt: 5 more lines are malformed"


@pytest.mark.parametrize("text", ["", "# nothing\n\n", "word1 word2 score\n"])
def test_a_file_without_pairs_is_refused(written, text):
    assert refusals(read_pairs, written(text)) == ["set.txt: the file holds no pairs"]


def test_what_is_not_utf8_is_named_with_its_line(written):
    path = written("tiger\tcat\t7.35\ncafé\ttea\t5\n".encode("cp1252"))
    assert refusals(read_pairs, path) == ["set.txt:2: byte 0xe9 is not UTF-8\n    Save the file as UTF-8."]


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert refusals(read_pairs, tmp_path / "absent.txt") == [
        "set.txt: cannot be read: No such file or directory"
    ]


def test_questions_stand_in_sections(written):
    text = "# questions\n: family members\nboy girl king queen\n:plural\ncat\tcats\tdog\tdogs\n"
    assert read_questions(written(text)) == [
        Question("family members", "boy", "girl", "king", "queen", 3),
        Question("plural", "cat", "cats", "dog", "dogs", 5),
    ]
    assert read_questions(written(text))[0].words == ("boy", "girl", "king", "queen")


def test_every_malformed_question_is_named_with_its_line(written):
    text = "a b c d\n: one\na b c\na b c d e\n: \n: one\n"
    assert refusals(read_questions, written(text)) == [
        "set.txt:1: expected a section, ': name', before the first question",
        "set.txt:3: expected four words, got 3",
        "set.txt:4: expected four words, got 5",
        "set.txt:5: expected the section's name after ':'",
        "set.txt:6: the section 'one' began on line 2 already",
    ]


def test_a_file_without_questions_is_refused(written):
    assert refusals(read_questions, written(": one\n: two\n")) == ["set.txt: the file holds no questions"]


SIZES = {
    "EN-RG-65.txt": 65,
    "EN-SIMLEX-999.txt": 999,
    "EN-WS-353-ALL.txt": 353,
    "EN-WS-353-REL.txt": 252,
    "EN-WS-353-SIM.txt": 203,
    "simlex999.txt": 999,
    "wordsim353.tsv": 353,
}


@pytest.mark.parametrize("name", SIZES)
def test_the_sets_of_the_field_are_read_whole(name):
    folder = os.environ.get("EMBEDKIT_DATA")
    if not folder:
        pytest.skip("EMBEDKIT_DATA is not set")
    pairs = read_pairs(Path(folder) / "intrinsic" / name)
    assert len(pairs) == SIZES[name]
    assert all(0 <= pair.score <= 10 for pair in pairs)


def test_the_questions_of_the_field_are_read_whole():
    from gensim.test.utils import datapath

    questions = read_questions(datapath("questions-words.txt"))
    sections = [*dict.fromkeys(question.section for question in questions)]
    assert (len(questions), len(sections)) == (19_544, 14)
    assert (sections[0], sections[-1]) == ("capital-common-countries", "gram9-plural-verbs")
