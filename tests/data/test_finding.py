"""Files as people have them are read right by the reader that is found, or refused with a reason."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedkit.data.finding import Found, Wishes, find_reader
from embedkit.errors import DataError
from embedkit.interfaces import Example
from embedkit.plugin.registry import Registry, build_registry

pytestmark = pytest.mark.core

WORDS = [
    *(
        "a",
        "film",
        "that",
        "is",
        "good",
        "but",
        "long",
        "and",
        "never",
        "quite",
        "finds",
        "its",
        "own",
        "way",
    ),
    *("with", "wit", "charm", "bad", "plot", "acting", "great", "story", "I", "loved", "hated", "really"),
    *("dull", "bright", "slow", "sharp", "small", "warm", "music", "scenes", "ending"),
]


@cache
def registry() -> Registry:
    return build_registry()


def read(found: Found) -> list[Example]:
    keys = {key: value for key, value in found.spec.items() if key != "use"}
    component = registry().get("reader", found.spec["use"])
    return [*component.factory(**component.parameters.model_validate(keys).model_dump()).read()]


@cache
def texts(count=40, commas=0.2, seed=0) -> list[str]:
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        words = [word + ("," if draw.random() < commas else "") for word in draw.choices(WORDS, k=9)]
        made.append(" ".join(words).strip(",").capitalize() + draw.choice(".!?"))
    return made


def labels(count=40, names=("neg", "pos")) -> list[str]:
    return [names[number * number % 7 % len(names)] for number in range(count)]


def table(rows, header=None, **dialect) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", **dialect)
    writer.writerows([header, *rows] if header else rows)
    return file.getvalue()


def pairs(*columns) -> list[tuple[Any, ...]]:
    return [*zip(*columns, strict=True)]


@pytest.fixture
def find(tmp_path):
    def find(content: str | bytes, name="data.csv", encoding="utf-8", **wishes) -> Found:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return find_reader(file, Wishes(**wishes))

    return find


@pytest.fixture
def refused(find):
    def refused(*content, **wishes) -> str:
        with pytest.raises(DataError) as raised:
            find(*content, **wishes)
        return str(raised.value)

    return refused


T, L = texts(), labels()
TL, LT = pairs(T, L), pairs(L, T)
HEADED = ["text", "label"]
ONE_COMMA = [text.replace(" ", ", ", 1) for text in texts(commas=0)]
SPAM, AIRLINES = labels(names=("ham", "spam")), labels(names=("neutral", "positive", "negative"))
RUSSIAN = [f"Этот фильм очень скучный {text}" for text in "абвгдежз" * 5]
FRENCH = [f"{text} Très réussie, l’été où l’on rit…" for text in T]
TABLES: dict[str, tuple[str | bytes, list[tuple[str, str]], str]] = {
    "comma": (table(TL, HEADED), TL, "csv, ',', utf-8, header"),
    "semicolon": (table(TL, ["Review text", "stars"], delimiter=";"), TL, "csv, ';', utf-8, header"),
    "vertical bar": (table(TL, HEADED, delimiter="|"), TL, "csv, '|', utf-8, header"),
    "tab": ("".join(f"{text}\t{label}\n" for text, label in [HEADED, *TL]), TL, "tsv, utf-8, header"),
    "tab, quotes in texts": (
        "".join(f'"{text[:9]}" {text}"\t{label}\n' for text, label in TL),
        [(f'"{text[:9]}" {text}"', label) for text, label in TL],
        "tsv, utf-8, no header",
    ),
    "tab, a text in quotes": (
        "sentence\tlabel\n" + f'"{T[0]}"\tpos\n' + "".join(f"{text}\t{label}\n" for text, label in TL),
        [(f'"{T[0]}"', "pos"), *TL],
        "tsv, utf-8, header",
    ),
    "tab, quoted": (
        table(pairs([f'{text}\n"again"\tand' for text in T], L), HEADED, delimiter="\t"),
        pairs([f'{text}\n"again"\tand' for text in T], L),
        "tsv, quoted, utf-8, header",
    ),
    "tab, all quoted": (
        table(TL, HEADED, delimiter="\t", quoting=csv.QUOTE_ALL),
        TL,
        "tsv, quoted, utf-8, header",
    ),
    "cp1252": (
        table(pairs(FRENCH, L), HEADED).encode("cp1252"),
        pairs(FRENCH, L),
        "csv, ',', cp1252, header",
    ),
    "UTF-16": (table(TL, HEADED, delimiter="\t").encode("utf-16"), TL, "tsv, utf-16, header"),
    "UTF-16 without mark": (table(TL, HEADED).encode("utf-16-le"), TL, "csv, ',', utf-16-le, header"),
    "BOM": (table(TL, HEADED).encode("utf-8-sig"), TL, "csv, ',', utf-8, header"),
    "BOM, quoted header": (
        table(TL, HEADED, quoting=csv.QUOTE_ALL).encode("utf-8-sig"),
        TL,
        "csv, ',', utf-8, header",
    ),
    "no header": (table(TL), TL, "csv, ',', utf-8, no header"),
    "label first, no header": (table(LT), TL, "csv, ',', utf-8, no header"),
    "label first": (table(LT, ["class", "content"]), TL, "csv, ',', utf-8, header"),
    "numbers as labels": (
        table(pairs(T, labels(names="012345")), ["reviewText", "overall"]),
        pairs(T, labels(names="012345")),
        "csv, ',', utf-8, header",
    ),
    "numbers as labels, no header": (
        table(pairs(labels(names="01"), T)),
        pairs(T, labels(names="01")),
        "csv, ',', utf-8, no header",
    ),
    "spaces in the header": (table(TL, [" Review text ", " Label "]), TL, "csv, ',', utf-8, header"),
    "Excel's own line": ("sep=;\n" + table(TL, HEADED, delimiter=";"), TL, "csv, ';', utf-8, header"),
    "CRLF": (table(TL, HEADED).replace("\n", "\r\n"), TL, "csv, ',', utf-8, header"),
    "no line end at the end": (table(TL, HEADED).rstrip(), TL, "csv, ',', utf-8, header"),
    "lines in quoted fields": (
        table(pairs([f'{text}\n\n"so";\n{text}' for text in T], L), HEADED),
        pairs([f'{text}\n\n"so";\n{text}' for text in T], L),
        "csv, ',', utf-8, header",
    ),
    "decimal commas": (
        table(pairs(T, L, [f"0,{number}" for number in range(40)]), ["text", "label", "p"], delimiter=";"),
        TL,
        "csv, ';', utf-8, header",
    ),
    "one comma in each text, semicolons": (
        table(pairs(labels(names="01"), ONE_COMMA), delimiter=";"),
        pairs(ONE_COMMA, labels(names="01")),
        "csv, ';', utf-8, no header",
    ),
    "SMS spam": (
        table(pairs(SPAM, FRENCH, [""] * 40, [""] * 40), ["v1", "v2", "", ""]).encode("cp1252"),
        pairs(FRENCH, SPAM),
        "csv, ',', cp1252, header",
    ),
    "tweets without a header": (
        table(
            pairs(
                labels(names="04"),
                range(10**9, 10**9 + 40),
                ["Mon Apr 06 22:19:45 PDT 2009"] * 40,
                ["NO_QUERY"] * 40,
                [f"user{number}" for number in range(40)],
                [f"@you http://t.co/ab {text}" for text in T],
            ),
            quoting=csv.QUOTE_ALL,
        ),
        pairs([f"@you http://t.co/ab {text}" for text in T], labels(names="04")),
        "csv, ',', utf-8, no header",
    ),
    "news with title and description": (
        table(
            pairs(labels(names="1234"), [text[:20] for text in T], [text * 2 for text in T]),
            ["Class Index", "Title", "Description"],
        ),
        pairs([text * 2 for text in T], labels(names="1234")),
        "csv, ',', utf-8, header",
    ),
    "tweets of airlines": (
        table(
            pairs(
                range(57 * 10**16, 57 * 10**16 + 40),
                AIRLINES,
                [number / 41 for number in range(40)],
                ["", "Bad Flight"] * 20,
                ["Virgin", "Delta"] * 20,
                [f"@air {text}" for text in T],
                ["2015-02-24 11:35:52 -0800"] * 40,
                ["Eastern Time (US & Canada)", "Quito"] * 20,
            ),
            [*("tweet_id", "airline_sentiment", "airline_sentiment_confidence", "negativereason", "airline"),
             *("text", "tweet_created", "user_timezone")],
        ),
        pairs([f"@air {text}" for text in T], AIRLINES),
        "csv, ',', utf-8, header",
    ),
    "forty columns": (
        table(
            [[number * at % 97 / 7 for at in range(38)] + [*pair] for number, pair in enumerate(TL)],
            [*(f"f{at}" for at in range(38)), "comment", "target"],
        ),
        TL,
        "csv, ',', utf-8, header",
    ),
    "pandas' numbers as names": (table(TL, ["0", "1"]), TL, "csv, ',', utf-8, header"),
    "pandas' index": (table(pairs(range(40), T, L), ["", "text", "label"]), TL, "csv, ',', utf-8, header"),
    "label and its number": (
        table(pairs(T, labels(names="01"), L), ["sentence", "category_id", "category"]),
        pairs(T, L),
        "csv, ',', utf-8, header",
    ),
    "short texts with a name": (
        table(pairs(WORDS[:20] + WORDS[:20], L), ["phrase", "label"]),
        pairs(WORDS[:20] + WORDS[:20], L),
        "csv, ',', utf-8, header",
    ),
    "Chinese": (
        table(pairs([f"这部电影很好{number}，我喜欢" for number in range(40)], labels(names=("好", "坏")))),
        pairs([f"这部电影很好{number}，我喜欢" for number in range(40)], labels(names=("好", "坏"))),
        "csv, ',', utf-8, no header",
    ),
    "Russian, cp1251": (
        table(pairs(RUSSIAN, L), ["отзыв", "класс"]).encode("cp1251"),
        pairs(RUSSIAN, L),
        "csv, ',', cp1251, header",
    ),
    "long fields": (
        table(pairs([(text + " ") * 5_000 for text in T[:2]] + T[2:], L), HEADED),
        pairs([(text + " ") * 5_000 for text in T[:2]] + T[2:], L),
        "csv, ',', utf-8, header",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_right(find, name):
    content, expected, how = TABLES[name]
    found = find(content)
    assert [(example.text, example.label) for example in read(found)] == expected
    assert found.said.startswith(f"data.csv: {how}; text in ")
    assert f"({len({label for _, label in expected})} classes)" in found.said.replace("at least ", "")


NAMES = [("text", "label"), ("Review Text", "Rating"), ("v2", "v1"), ("tweet", "target"), ("body", "is_spam")]
CLASSES = [["pos", "neg"], ["0", "1"], ["1", "2", "3", "4", "5"], ["very good", "bad"], ["World", "Sci/Tech"]]
MARKS = [
    "<br/>",
    "don't",
    '"so"',
    "3:15",
    "10/10",
    "A;B",
    "x|y",
    "é",
    "naïve",
    "’",
    "$5,000",
    "#tag",
    ":-)",
    "a\nb",
]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_tables_of_every_shape_are_read_right_or_a_flag_is_named(find, data):
    draw = random.Random(data.draw(st.integers(0, 2**32)))
    count, classes, names = draw.choice([8, 25, 80]), draw.choice(CLASSES), draw.choice(NAMES)
    columns = {
        names[0]: [" ".join(draw.choices(WORDS + MARKS, k=draw.randint(3, 20))) for _ in range(count)],
        names[1]: draw.choices(classes, k=count),
        "id": [str(1_000 + number) for number in range(count)],
    }
    order = draw.sample([*columns], k=draw.choice([3, 3, 2]))
    order += [name for name in names if name not in order]
    content = table(
        zip(*(columns[name] for name in order), strict=True),
        order if data.draw(st.booleans(), "header") else None,
        delimiter=data.draw(st.sampled_from(",;\t|"), "delimiter"),
        quoting=data.draw(
            st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]), "quoting"
        ),
    )
    # A single byte beyond ASCII does not tell cp1252 from its neighbours: encodings have tests of their own.
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), "encoding")
    end = data.draw(st.sampled_from(["\n", "\r\n"]), "line end")
    try:
        found = find(content.replace("\n", end), encoding=encoding)
    except DataError as error:
        assert "--" in str(error)  # noqa: PT017
        return
    texts_in_file = [text.replace("\n", end) for text in columns[names[0]]]
    assert [(e.text, e.label) for e in read(found)] == pairs(texts_in_file, columns[names[1]])


@given(st.binary(max_size=200) | st.text(',;\t|"\nab {}[]:1_', max_size=200).map(str.encode))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_else_is_one_error(find, content):
    try:
        found = find(content)
    except DataError:
        return
    assert found.said.startswith("data.csv: ")


LANGUAGES = {
    "cp1250": ["Świetny film, gorąco polecam każdemu", "Nie podobał mi się, nudny i za długi", "Źle zagrany"],
    "iso8859-2": ["Świetny film, gorąco polecam każdemu", "Nie podobał mi się, za długi", "Źle zagrany"],
    "cp1251": ["Этот фильм очень скучный", "Отличный фильм, рекомендую всем", "Актёры играли плохо"],
    "koi8-r": ["Этот фильм очень скучный", "Отличный фильм, рекомендую всем", "Актёры играли плохо"],
    "cp1252": ["Une comédie réussie où l’on rit", "Déjà vu, raté et ennuyeux à mourir", "Ça m’a plu"],
    "cp1253": ["Πολύ καλή ταινία, τη συνιστώ σε όλους", "Δεν μου άρεσε καθόλου, βαρετή", "Κακή μουσική"],
    "cp1254": [
        "Çok güzel bir film, herkese tavsiye ederim",
        "Hiç beğenmedim, sıkıcı ve uzun",
        "Müzik berbattı",
    ],
    "mac-roman": ["Une comédie réussie où l’on rit", "Déjà vu, raté et ennuyeux à mourir", "Ça m’a plu"],
    "cp949": ["이 영화는 정말 재미있고 감동적이다", "시간이 아깝다 다시는 보지 않겠다", "음악이 좋았다"],
}


@pytest.mark.parametrize("encoding", LANGUAGES)
def test_the_encodings_of_languages(find, encoding):
    rows = [(f"{text} {number}", "ab"[number % 2]) for number, text in enumerate(LANGUAGES[encoding] * 4)]
    assert [(e.text, e.label) for e in read(find(table(rows, HEADED), encoding=encoding))] == rows


@pytest.mark.parametrize("text", ["a café", "naïve", "it’s great — really", "only £5", "“good”…", "un señor"])
def test_a_few_characters_in_english_are_western(find, text):
    rows = [*TL, (f"{T[0]} {text}", "pos")]
    assert find(table(rows, HEADED), encoding="cp1252").spec["encoding"] == "cp1252"


@pytest.mark.parametrize("name", ["data.tsv", "data.txt", "data", "data.dat"])
def test_the_content_counts_and_not_the_name(find, name):
    assert [(e.text, e.label) for e in read(find(table(TL, HEADED, delimiter=";"), name))] == TL


def test_the_line_for_the_screen(find):
    content = table(pairs(FRENCH, L, L), ["Review text", "stars", "by"], delimiter=";")
    assert find(content, "reviews.csv", "cp1252", group="by").said == (
        "reviews.csv: csv, ';', cp1252, header; "
        'text in "Review text", label in "stars" (2 classes), groups in "by"'
    )


STARS = labels(names="12345")
DAYS = [f"{number % 28 + 1:02}-03-2020" for number in range(40)]
UNIQUE = [f"B00{number:05}" for number in range(40)]
HEADERS = {
    "clothing": (
        ["", "Clothing ID", "Age", "Title", "Review Text", "Rating", "Recommended IND", "Class Name"],
        [range(40), range(700, 740), STARS, [t[:15] for t in T], T, STARS[::-1], labels(names="01"), L],
    ),
    "tweets on a disease": (
        ["UserName", "ScreenName", "Location", "TweetAt", "OriginalTweet", "Sentiment"],
        [range(40), range(40), ["London", "", "New York, NY", "UK"] * 10, DAYS, T, L],
    ),
    "food": (
        ["Id", "ProductId", "ProfileName", "HelpfulnessNumerator", "Score", "Time", "Summary", "Text"],
        [
            range(40),
            UNIQUE,
            ["A. Name", "B"] * 20,
            STARS,
            STARS[::-1],
            range(10**9, 10**9 + 40),
            [t[:20] for t in T],
            [t * 3 for t in T],
        ],
    ),
    "hate": (
        ["", "count", "hate_speech", "offensive_language", "neither", "class", "tweet"],
        [range(40), ["3"] * 40, STARS, STARS[::-1], labels(names="03"), labels(names="012"), T],
    ),
    "phishing": (
        ["Unnamed: 0", "Email Text", "Email Type"],
        [range(40), T, labels(names=("Safe Email", "Phishing Email"))],
    ),
    "personality": (["type", "posts"], [labels(names=("INFJ", "ENTP", "INTP")), T]),
    "questions": (["qid", "question_text", "target"], [UNIQUE, T, labels(names="01")]),
    "sarcasm": (
        ["article_link", "headline", "is_sarcastic"],
        [[f"https://a.com/entry/{u}" for u in UNIQUE], T, labels(names="01")],
    ),
    "clickbait": (["headline", "clickbait"], [T, labels(names="01")]),
    "a score of many values beside": (["text", "score", "by"], [T, [n / 41 for n in range(40)], L]),
}
FOUND = {
    "clothing": ("Review Text", "Rating"),
    "tweets on a disease": ("OriginalTweet", "Sentiment"),
    "food": ("Text", "Score"),
    "hate": ("tweet", "class"),
    "phishing": ("Email Text", "Email Type"),
    "personality": ("posts", "type"),
    "questions": ("question_text", "target"),
    "sarcasm": ("headline", "is_sarcastic"),
    "clickbait": ("headline", "clickbait"),
    "a score of many values beside": ("text", "by"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_the_columns_of_well_known_shapes(find, name):
    header, columns = HEADERS[name]
    spec = find(table(pairs(*columns), header)).spec
    assert (spec["text"], spec["label"]) == FOUND[name]


def test_lines_of_a_text_and_a_feeling_after_a_semicolon(find):
    rows = pairs(
        [text.replace(",", "").lower().rstrip(".!?") for text in T], labels(names=("joy", "sadness", "fear"))
    )
    assert [
        (e.text, e.label) for e in read(find("".join(f"{t};{k}\n" for t, k in rows), "train.txt"))
    ] == rows


def test_json_lines_of_businesses(find):
    rows = [
        {
            "review_id": u,
            "user_id": u[::-1],
            "stars": float(s),
            "useful": 0,
            "text": t,
            "date": "2018-07-07 22:09:11",
        }
        for u, s, t in pairs(UNIQUE, STARS, T)
    ]
    assert [(e.text, e.label) for e in read(find("".join(json.dumps(row) + "\n" for row in rows)))] == pairs(
        T, STARS
    )


@pytest.mark.parametrize(
    ("header", "columns", "flag"),
    [
        (
            ["id", "question1", "question2", "is_duplicate"],
            [range(40), T, T[::-1], labels(names="01")],
            "--text",
        ),
        (["id", "comment_text", "toxic", "obscene", "insult"], [UNIQUE, T, L, L[::-1], STARS], "--label"),
        (["title", "text", "date"], [[t[:20] for t in T], T, DAYS], "--label"),
    ],
)
def test_what_may_be_two_things_is_asked_for(refused, header, columns, flag):
    assert f"Name the column with {flag}:" in refused(table(pairs(*columns), header))


def test_json_lines_with_other_keys(find):
    rows = [
        {"id": number, "tweet": text, "user": {"name": "x"}, "polarity": number % 3, "urls": []}
        for number, text in enumerate(T)
    ]
    found = find("".join(json.dumps(row) + "\n" for row in rows), "tweets.json")
    assert [(e.text, e.label) for e in read(found)] == [(row["tweet"], str(row["polarity"])) for row in rows]
    assert found.said == 'tweets.json: jsonl, utf-8; text in "tweet", label in "polarity" (3 classes)'


@pytest.mark.parametrize(
    "compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"]
)
def test_compressed(find, compress):
    found = find(compress(table(TL, HEADED, delimiter=";").encode()), "data.csv.gz")
    assert [(e.text, e.label) for e in read(found)] == TL
    found = find(
        compress("".join(json.dumps({"text": t, "label": k}) + "\n" for t, k in TL).encode()), "x.jsonl.gz"
    )
    assert [(e.text, e.label) for e in read(found)] == TL


class TestFastText:
    def test_lines(self, find):
        found = find("".join(f"__label__{label} {text}\n" for text, label in TL), "data.txt")
        assert [(e.text, e.label) for e in read(found)] == TL
        assert found.said == "data.txt: labelled-lines, utf-8; 2 classes"

    def test_another_encoding(self, find):
        found = find(
            "".join(f"__label__{label}\t{text}\n" for text, label in pairs(FRENCH, L)), "x", "cp1252"
        )
        assert [(e.text, e.label) for e in read(found)] == pairs(FRENCH, L)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("__label__a x\n__label__a __label__b y\n", "line 2 has several labels\n    A recipe reads them"),
            ("__label__a x\n__label__a y\n", "every line has the same label"),
        ],
    )
    def test_what_is_refused(self, refused, content, message):
        assert message in refused(content)

    def test_columns_name_nothing(self, refused):
        message = refused("__label__a x\n__label__b y\n", text="review")
        assert "labelled-lines has no columns, so --text names nothing" in message


class TestFolder:
    @pytest.fixture
    def folder(self, tmp_path):
        def folder(**files: str | bytes):
            for name, content in files.items():
                path = tmp_path / "reviews" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return tmp_path / "reviews"

        return folder

    def test_a_folder_per_label(self, folder):
        files = {f"{label}/{number}_{number % 9}.txt": text for number, (text, label) in enumerate(TL)}
        found = find_reader(folder(**files, **{"README": "x", "urls.txt": "x"}))
        assert {(e.text, e.label) for e in read(found)} == {*TL}
        assert found.said == "reviews: folder, utf-8; 2 classes: neg, pos"

    def test_its_encoding(self, folder):
        files = {
            f"{label}/{number}": text.encode("cp1252")
            for number, (text, label) in enumerate(pairs(FRENCH, L))
        }
        found = find_reader(folder(**files))
        assert {e.text for e in read(found)} == {*FRENCH}
        assert found.spec["encoding"] == "cp1252"

    def test_the_folder_above(self, folder):
        names = [f"{split}/{label}/1.txt" for split in ("train", "test") for label in ("pos", "neg")]
        with pytest.raises(DataError, match=r"reviews: has no two folders with texts.*\n.* test, train$"):
            find_reader(folder(**dict.fromkeys([*names, "train/urls.txt", "test/urls.txt"], "x")))

    def test_a_folder_of_tables(self, folder):
        with pytest.raises(DataError, match=r"reviews: has no two folders.*\n.* test.csv, train.csv$"):
            find_reader(folder(**{"train.csv": "x", "test.csv": "x"}))
        with pytest.raises(DataError, match=r"reviews: has no two .*\n.*test.csv, train.csv, .*dev.csv, .*"):
            find_reader(folder(**{"dev/dev.csv": "x", "valid/valid.csv": "x"}))

    @pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
    def test_folders_of_tables(self, folder, suffix):
        with pytest.raises(
            DataError, match=rf"has no two folders with texts.*\n.*2023.a.{suffix}, 2024.a.{suffix}"
        ):
            find_reader(folder(**{f"2023/a.{suffix}": "x", f"2024/a.{suffix}": "x"}))

    def test_one_folder(self, folder):
        with pytest.raises(DataError, match=r"has no two folders with texts, one for each label"):
            find_reader(folder(**{"pos/1": "x"}))

    def test_something_else_in_it(self, folder):
        with pytest.raises(DataError, match=r"1.pdf: is a PDF document"):
            find_reader(folder(**{"a/1.pdf": b"%PDF-1.7", "b/1": "x"}))

    def test_columns_name_nothing(self, folder):
        with pytest.raises(DataError, match="a folder has no columns, so --label names nothing"):
            find_reader(folder(**{"a/1": "x", "b/1": "x"}), Wishes(label="x"))


class TestLarge:
    """Files of which only a part is looked at."""

    @staticmethod
    def bytes_read() -> int:
        """The bytes that this process has read so far, as Linux counts them."""
        return int(Path("/proc/self/io").read_text().split()[1])

    @pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="only Linux counts the bytes that are read"
    )
    def test_of_two_gigabytes_little_is_read(self, tmp_path):
        path = tmp_path / "large.csv"
        size, rows = 2 << 30, table(TL).encode()
        with path.open("wb") as file:
            file.write(table(pairs(T, ["neg"] * 40), ["Review text", "stars"]).encode() * 1)
            file.write(b"".join(f'"{text}",neg\n'.encode() for text in texts(4_000)))
            for part in range(1, 64):
                file.seek(part * size // 64)
                file.write(b"\n" + rows * 40)
            file.seek(size - len(rows))
            file.write(rows)
        find_reader(path)
        before = self.bytes_read()
        found = find_reader(path)
        assert self.bytes_read() - before < 2 << 20
        assert found.spec["text"] == "Review text"
        assert "at least" in found.said
        path.unlink()

    def test_rows_in_the_order_of_their_labels(self, find):
        rows = pairs(texts(6_000), ["neg"] * 3_500 + ["pos"] * 2_500)
        found = find(table(rows, ["review", "rating"], quoting=csv.QUOTE_ALL))
        assert 'text in "review", label in "rating" (at least 2 classes)' in found.said
        found = find(table(rows, quoting=csv.QUOTE_ALL))
        assert 'text in "column1", label in "column2" (at least 2 classes)' in found.said

    def test_an_encoding_that_shows_late(self, find):
        rows = pairs([*texts(6_000), *FRENCH * 60], labels(6_000 + 60 * 40))
        assert find(table(rows, HEADED), encoding="cp1252").spec["encoding"] == "cp1252"

    def test_utf_8_that_is_cut_within_a_character(self, find):
        rows = pairs(["этот фильм очень хороший " + text for text in texts(6_000)], labels(6_000))
        for shift in range(3):
            found = find("x" * shift + table(rows, HEADED))
            assert "encoding" not in found.spec

    def test_utf_16(self, find):
        rows = pairs(texts(6_000), ["neg"] * 3_500 + ["pos"] * 2_500)
        for encoding in ("utf-16", "utf-16-be", "utf-32"):
            found = find(table(rows, HEADED, delimiter="\t"), encoding=encoding)
            assert found.spec["encoding"] == encoding
            assert "at least 2 classes" in found.said

    def test_a_compressed_file_whose_labels_show_late(self, find):
        content = gzip.compress(table(pairs(T * 700, ["neg"] * 27_000 + ["pos"] * 1_000), HEADED).encode())
        assert "(one class in the part looked at)" in find(content).said

    def test_lines_in_quoted_fields(self, find):
        rows = pairs([f'{text}\n"so", {text}' for text in texts(6_000)], ["neg"] * 3_000 + ["pos"] * 3_000)
        assert "(at least 2 classes)" in find(table(rows, HEADED)).said

    def test_json_lines(self, find):
        rows = pairs(texts(6_000), ["neg"] * 3_000 + ["pos"] * 3_000)
        content = "".join(
            json.dumps({"body": text, "k": {"a": 1}, "y": label}) + "\n" for text, label in rows
        )
        assert (
            find(content).said == 'data.csv: jsonl, utf-8; text in "body", label in "y" (at least 2 classes)'
        )


class TestFlags:
    WIDE = table(
        pairs(T, T[::-1], L, L[::-1], range(40)), ["Good_Review", "Bad_Review", "stars", "rating", "n"]
    )

    def test_two_columns_of_texts(self, refused):
        message = refused(self.WIDE)
        assert "data.csv: 2 columns may be the texts\n    Name the column with --text:" in message
        assert f'"Good_Review", such as {T[0][:9]}' in message
        assert '"Bad_Review", such as' in message
        assert "stars" not in message

    def test_two_columns_of_labels(self, refused):
        message = refused(self.WIDE, text="Bad_Review")
        assert (
            '2 columns may be the labels\n    Name the column with --label:\n        "stars", such as'
            in message
        )

    def test_what_is_named_is_taken(self, find):
        found = find(self.WIDE, text="Bad_Review", label="rating", group="n")
        assert [(e.text, e.label, e.group) for e in read(found)] == pairs(
            T[::-1], L[::-1], map(str, range(40))
        )

    def test_a_column_that_is_not_there(self, refused):
        message = refused(self.WIDE, text="Bad_Reviw", label="star")
        assert "--text: unknown column 'Bad_Reviw' - did you mean 'Bad_Review'? (allowed: " in message
        assert "--label: unknown column 'star' - did you mean 'stars'?" in message

    def test_columns_by_number_in_a_table_without_a_header(self, find, refused):
        content = table(pairs(T, L, L[::-1]))
        assert '--label:\n        "column2", such as' in refused(content)
        assert [(e.text, e.label) for e in read(find(content, label="column3"))] == pairs(T, L[::-1])

    def test_a_first_line_that_may_be_a_name_or_not(self, find, refused):
        content = table(TL, ["Not bad.", "odd"])
        message = refused(content)
        assert "it cannot be told whether the first line names the columns: Not bad. | odd" in message
        assert "--text 'Not bad.' --label" in message
        assert "--text column1 --label column2" in message
        assert [(e.text, e.label) for e in read(find(content, text="Not bad.", label="odd"))] == TL
        found = find(content, text="column1", label="column2")
        assert [(e.text, e.label) for e in read(found)] == [("Not bad.", "odd"), *TL]

    def test_a_format(self, find, refused):
        assert find(table(TL, HEADED, delimiter="\t"), format="tsv").spec["use"] == "tsv"
        assert "unknown format 'tvs' - did you mean 'tsv'? (allowed: csv, " in refused("x", format="tvs")
        assert "data.csv:1: the line is not a JSON object" in refused(table(TL, HEADED), format="jsonl")


class TestRefused:
    @pytest.mark.parametrize("content", ["", "\n\n", " \r\n"])
    def test_empty(self, refused, content):
        assert "data.csv: is empty" in refused(content)

    def test_one_column(self, refused):
        assert "has one column, and is no table" in refused("\n".join(texts(commas=0)))

    def test_one_column_with_commas(self, refused):
        assert "data.csv:2: the row has" in refused("\n".join(["one, two", "one", *T]))

    @pytest.mark.parametrize("line", ["text,label\n", '"a good film, indeed",pos', "a\tb\r\n"])
    def test_one_line(self, refused, line):
        assert "data.csv: has one row, and texts with two labels or more are needed" in refused(line)

    def test_texts_with_commas_that_are_not_quoted(self, refused):
        message = refused("label,text\n" + "".join(f"{label},{text}\n" for text, label in TL))
        assert "fields at ',', and the first row has 2" in message
        assert "has to be in double quotes" in message

    def test_an_unbalanced_quote(self, refused):
        assert ":3: malformed CSV" in refused(
            'text,label\n"a, good one",pos\n"a, bad one,neg\nc,d\n"e, f",pos\n'
        )

    def test_one_label(self, refused):
        message = refused(table(pairs(T, ["pos"] * 40), HEADED))
        assert '"label" has one value, pos, and labels are two or more' in message
        assert "--label" in message

    def test_as_many_labels_as_rows(self, refused):
        message = refused(table(pairs(T, range(40)), ["text", "rating"]))
        assert '"rating" has 40 values in 40 rows: no labels' in message

    def test_no_labels(self, refused):
        message = refused(table(pairs(T, range(40)), ["text", "n"]))
        assert (
            "no column looks like labels: few values, each of them repeated\n    Name the column with"
            in message
        )

    def test_excel(self, refused):
        old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
        assert "is an Excel or Word file of before 2007" in refused(old, "data.xls")
        workbook = io.BytesIO()
        with zipfile.ZipFile(workbook, "w") as file:
            file.writestr("xl/workbook.xml", "<workbook/>")
        message = refused(workbook.getvalue(), "data.xlsx")
        assert "is an Excel workbook (.xlsx), not a text file" in message
        assert "Save it as CSV UTF-8" in message

    def test_a_json_array(self, refused):
        message = refused(json.dumps([{"text": text, "label": label} for text, label in TL], indent=1))
        assert "is one JSON document" in message
        assert "JSON Lines" in message

    def test_labels_in_lists(self, refused):
        rows = [{"text": text, "label": [label]} for text, label in TL]
        message = refused("".join(json.dumps(row) + "\n" for row in rows))
        assert "the labels in 'label' are lists" in message
        assert "data.label_separator" in message

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(DataError, match=r"nothing\.csv: does not exist"):
            find_reader(tmp_path / "nothing.csv")

    @pytest.mark.parametrize("name", ["x" * 5_000, "a\0b"])
    def test_a_name_that_no_file_has(self, tmp_path, name):
        with pytest.raises(DataError, match=r"cannot be read|does not exist"):
            find_reader(tmp_path / name)

    def test_a_file_below_a_file(self, tmp_path):
        (tmp_path / "data.csv").write_text("text,label\n")
        with pytest.raises(DataError, match=r"cannot be read|does not exist"):
            find_reader(tmp_path / "data.csv" / "more.csv")
