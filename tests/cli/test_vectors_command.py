"""`embedkit vectors`: every command, on files that gensim wrote."""

from __future__ import annotations

import json
import math
import struct

import numpy as np
import pytest
from gensim import downloader
from gensim.models import KeyedVectors

from embedkit import open_vectors
from embedkit.vectors.formats.writers import WRITERS

WORDS = ["the", "king", "queen", "man", "woman", "café", "New_York", "cabbage"]


@pytest.fixture(scope="module")
def keyed():
    vectors = np.random.default_rng(4).standard_normal((len(WORDS), 9)).astype(np.float32)
    vectors[2] = vectors[1] - vectors[3] + vectors[4]
    keyed = KeyedVectors(vector_size=9)
    keyed.add_vectors(WORDS, vectors)
    return keyed


@pytest.fixture
def file(keyed, tmp_path):
    keyed.save_word2vec_format(tmp_path / "vectors.bin", binary=True)
    return tmp_path / "vectors.bin"


@pytest.fixture
def damaged(file):
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    return file


def test_info(embedkit_command, file, keyed):
    done = embedkit_command("vectors", "info", file)
    lines = dict(line.split(maxsplit=1) for line in done.out.splitlines() if "words" not in line)
    assert done.code == 0
    assert (lines["format"], lines["vectors"]) == ("word2vec-binary", "8 x 9")
    assert lines["layout"] == "records without newlines, float32"
    assert lines["order"] == "too few to tell"
    assert lines["bfloat16"] == "would lose digits"
    norms = np.linalg.norm(keyed.vectors, axis=1)
    assert lines["norms"] == (
        f"{norms.mean():.3f} ± {norms.std():.3f}, from {norms.min():.3f} to {norms.max():.3f}"
    )
    assert "first words  'the' 'king' 'queen' 'man' 'woman'\n" in done.out
    assert "last words   'man' 'woman' 'café' 'New_York' 'cabbage'\n" in done.out


def test_info_as_json(embedkit_command, file):
    record = json.loads(embedkit_command("vectors", "info", file, "--json", "--limit", 3).out)
    assert (record["format"], record["count"], record["dim"]) == ("word2vec-binary", 3, 9)
    assert record["last"] == ["the", "king", "queen"]
    assert record["bfloat16"] is False
    assert (record["dtype"], record["layout"]) == ("float32", "records without newlines")
    assert record["order"] is None
    assert record["zero"] == {"count": 0, "first": []}


def test_info_of_numbers_that_are_none(embedkit_command, tmp_path):
    rows = b"a " + struct.pack("<2f", math.nan, 1) + b"b " + struct.pack("<2f", 1, math.inf)
    (tmp_path / "nan.bin").write_bytes(b"2 2\n" + rows)
    done = embedkit_command("vectors", "info", tmp_path / "nan.bin", "--json")
    record = json.loads(done.out)
    assert record["norm_least"] is None
    assert record["not_finite"] == {"count": 2, "first": ["a", "b"]}


def test_check_of_a_sound_file(embedkit_command, file):
    done = embedkit_command("vectors", "check", file)
    assert (done.code, done.out) == (0, f"{file}: ok\n")
    done = embedkit_command("vectors", "check", file, "--json")
    assert (done.code, json.loads(done.out)) == (0, {"file": str(file), "faults": []})


def test_check_says_everything_that_is_wrong(embedkit_command, tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("4 2\na 1 2\nb 0 0\na 3 4\nc nan 1\n")
    done = embedkit_command("vectors", "check", path)
    assert done.code == 1
    assert done.out.splitlines() == [
        f"{path}: 1 words occur more than once: 'a'",
        f"{path}: 1 vectors hold NaN or infinity: 'c'",
        f"{path}: 1 vectors are zero: 'b'",
    ]
    done = embedkit_command("vectors", "check", path, "--json")
    assert done.code == 1
    assert len(json.loads(done.out)["faults"]) == 3


def test_check_of_a_damaged_file(embedkit_command, damaged):
    done = embedkit_command("vectors", "check", damaged)
    assert done.code == 1
    assert f"{damaged}, record 8" in done.out
    done = embedkit_command("vectors", "check", damaged, "--json")
    assert done.code == 1
    assert "record 8" in json.loads(done.out)["faults"][0]


@pytest.mark.parametrize("arguments", [["info"], ["check"], ["lookup"], ["neighbours"], ["convert"]])
def test_a_file_that_is_not_there(arguments, embedkit_command, tmp_path):
    more = ["word"] if arguments[0] in ("lookup", "neighbours") else [tmp_path / "target.vec"]
    more = [] if arguments[0] in ("info", "check") else more
    done = embedkit_command("vectors", *arguments, tmp_path / "none.bin", *more)
    assert (done.code, done.out) == (2, "")
    assert f"{tmp_path / 'none.bin'}: cannot be read: No such file or directory" in done.err


def test_words_that_are_not_utf8_are_replaced_where_asked(embedkit_command, tmp_path):
    (tmp_path / "v.txt").write_bytes(b"2 2\nze\xebn 1 2\nok 3 4\n")
    done = embedkit_command("vectors", "check", tmp_path / "v.txt")
    assert done.code == 1
    assert "not UTF-8" in done.out
    assert embedkit_command("vectors", "check", tmp_path / "v.txt", "--errors", "replace").code == 0


def test_lookup(embedkit_command, file, keyed):
    done = embedkit_command("vectors", "lookup", file, "café", "qwzx", "the")
    numbers = [" ".join(f"{value:.6g}" for value in keyed[word][:5]) for word in ("café", "the")]
    assert (done.code, done.err) == (0, "")
    assert [line.split(maxsplit=2) for line in done.out.splitlines()] == [
        ["word", "row", "vector"],
        ["café", "5", f"{numbers[0]} … 4 more"],
        ["qwzx", "–", "not in the file"],
        ["the", "0", f"{numbers[1]} … 4 more"],
    ]


def test_lookup_as_json(embedkit_command, file, keyed):
    done = embedkit_command("vectors", "lookup", file, "New_York", "new_york", "--json")
    found, missing = json.loads(done.out)
    assert (found["word"], found["found"], found["row"]) == ("New_York", True, 6)
    assert np.array(found["vector"], dtype=np.float32).tobytes() == keyed["New_York"].tobytes()
    assert missing == {"word": "new_york", "found": False, "row": None, "vector": None}


@pytest.mark.parametrize(
    ("words", "minus"),
    [(["king"], []), (["king", "woman"], ["man"]), (["the", "café"], []), (["man"], ["the"])],
)
def test_neighbours_are_those_of_gensim(words, minus, embedkit_command, file, keyed):
    without = [part for word in minus for part in ("--minus", word)]
    done = embedkit_command("vectors", "neighbours", file, *words, *without, "-n", 3, "--json")
    expected = keyed.most_similar(words, minus, topn=3)
    found = json.loads(done.out)
    assert [each["word"] for each in found] == [word for word, _ in expected]
    assert [each["similarity"] for each in found] == pytest.approx(
        [cosine for _, cosine in expected], abs=1e-6
    )
    assert [WORDS[each["row"]] for each in found] == [each["word"] for each in found]
    printed = embedkit_command("vectors", "neighbours", file, *words, *without, "-n", 3).out
    assert printed.splitlines() == [f"{each['similarity']:.4f}  {each['word']}" for each in found]


def test_neighbours_of_an_unknown_word(embedkit_command, file):
    done = embedkit_command("vectors", "neighbours", file, "king", "--minus", "qwzx")
    assert (done.code, done.out) == (2, "")
    assert "'qwzx'" in done.err


@pytest.mark.parametrize("kind", WRITERS)
def test_convert_to_every_format_and_back(kind, embedkit_command, file, keyed, tmp_path):
    done = embedkit_command("vectors", "convert", file, tmp_path / "there", "--format", kind)
    size = (tmp_path / "there").stat().st_size
    assert (done.code, done.out) == (0, f"{tmp_path / 'there'}: 8 rows, {size:,} bytes, {kind}\n")
    assert open_vectors(tmp_path / "there").format == kind
    embedkit_command("vectors", "convert", tmp_path / "there", tmp_path / "back.bin")
    lookup = open_vectors(tmp_path / "back.bin").lookup(WORDS)
    assert lookup.rows.tolist() == [*range(8)]
    assert lookup.vectors.tobytes() == keyed.vectors.tobytes()


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (".bin", "word2vec-binary"),
        (".vec", "word2vec-text"),
        (".safetensors", "safetensors"),
        (".npy", "numpy"),
    ],
)
def test_the_ending_stands_for_a_format(ending, kind, embedkit_command, file, tmp_path):
    assert embedkit_command("vectors", "convert", file, tmp_path / f"to{ending}").code == 0
    assert open_vectors(tmp_path / f"to{ending}").format == kind


@pytest.mark.parametrize("name", ["to.txt", "to.bin.gz", "to"])
def test_an_ending_that_stands_for_none(name, embedkit_command, file, tmp_path):
    done = embedkit_command("vectors", "convert", file, tmp_path / name)
    assert (done.code, done.out) == (2, "")
    assert "stands for no format (allowed: .bin, .vec, .safetensors, .npy)" in done.err
    assert not (tmp_path / name).exists()


def test_convert_some_words(embedkit_command, file, keyed, tmp_path):
    (tmp_path / "words.txt").write_bytes("queen\r\ncafé\nqwzx\nthe\n".encode())
    target = tmp_path / "some.vec"
    done = embedkit_command("vectors", "convert", file, target, "--words", tmp_path / "words.txt")
    assert (done.code, done.out.split(", ")[0]) == (0, f"{target}: 3 rows of 4 words")
    lookup = open_vectors(target).lookup(["the", "queen", "café"])
    assert lookup.rows.tolist() == [0, 1, 2]
    assert lookup.vectors.tobytes() == keyed.vectors[[0, 2, 5]].tobytes()


def test_convert_refuses(embedkit_command, file, tmp_path, damaged):
    (tmp_path / "there.vec").write_text("mine")
    done = embedkit_command("vectors", "convert", file, tmp_path / "there.vec")
    assert (done.code, done.out) == (2, "")
    assert "is already there" in done.err
    assert (tmp_path / "there.vec").read_text() == "mine"
    done = embedkit_command("vectors", "convert", damaged, tmp_path / "new.vec")
    assert (done.code, done.out) == (2, "")
    assert not (tmp_path / "new.vec").exists()
    done = embedkit_command("vectors", "convert", file, tmp_path / "new.vec", "--format", "glove")
    assert "did you mean 'glove-text'?" in done.err


def test_words_that_a_format_cannot_hold(embedkit_command, tmp_path, caplog):
    (tmp_path / "glove.txt").write_bytes(b"a 1 2 3\n. . . 4 5 6\n")
    done = embedkit_command("vectors", "convert", tmp_path / "glove.txt", tmp_path / "to.bin")
    assert (done.code, done.out) == (2, "")
    assert "cannot hold 1 word: '. . .' (it has a space or a zero byte)" in done.err
    assert "glove-text and safetensors and numpy can hold them; --skip-unwritable" in done.err
    done = embedkit_command(
        "vectors", "convert", tmp_path / "glove.txt", tmp_path / "to.bin", "--skip-unwritable"
    )
    assert (done.code, done.out.split(", ")[0]) == (0, f"{tmp_path / 'to.bin'}: 1 rows")
    assert "1 word left out: '. . .'" in caplog.text


def test_a_limit_changes_nothing_about_text_after_a_header(embedkit_command, tmp_path):
    """What is no row is never handed out as one, by no command and under no option."""
    (tmp_path / "commas.vec").write_bytes(b"2 3\nthe 0,5 1,5 2,5\nof 0,1 0,2 0,3\n")
    for command in (["info"], ["check"], ["lookup", "the"], ["neighbours", "the"]):
        for limit in ([], ["--limit", "1"]):
            done = embedkit_command("vectors", command[0], tmp_path / "commas.vec", *command[1:], *limit)
            assert done.code == (1 if command == ["check"] else 2)
            assert "line 2: the row of 'the' has b'0,5' in place of a number" in done.out + done.err


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """gensim's folder, without network, with the catalogue as it was seen."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setattr(downloader, "BASE_DIR", str(tmp_path / "gensim-data"))
    (tmp_path / "gensim-data").mkdir()
    model = {"num_records": 3_000_000, "file_size": 1_743_563_840, "file_name": "news.gz", "parts": 1}
    listed = {"models": {"news": model | {"description": "News.\nIn 300 dimensions."}}, "corpora": {}}
    (tmp_path / "gensim-data" / "information.json").write_text(json.dumps(listed))
    return tmp_path / "gensim-data"


def test_what_can_be_fetched(embedkit_command, catalogue):
    done = embedkit_command("vectors", "fetch")
    assert done.code == 0
    assert "news  3,000,000  1.7 GB  News.\n" in done.out
    (listed,) = json.loads(embedkit_command("vectors", "fetch", "--json").out)
    assert (listed["name"], listed["size"], listed["vectors"]) == ("news", 1_743_563_840, 3_000_000)


def test_fetch_without_network(embedkit_command, catalogue):
    done = embedkit_command("vectors", "fetch", "news")
    assert (done.code, done.out) == (2, "")
    assert "error: news: cannot be fetched: " in done.err
    assert "It takes network access to github.com" in done.err
    assert "Traceback" not in done.err


def test_fetch_gives_the_file_that_is_there(embedkit_command, catalogue):
    (catalogue / "news").mkdir()
    (catalogue / "news" / "news.gz").write_bytes(b"vectors")
    done = embedkit_command("vectors", "fetch", "news")
    assert (done.code, done.out) == (0, f"{catalogue / 'news' / 'news.gz'}\n")
    done = embedkit_command("vectors", "fetch", "news", "--json")
    assert json.loads(done.out) == {"name": "news", "path": str(catalogue / "news" / "news.gz")}


def test_a_terminal_gets_a_bar(embedkit_command, file, monkeypatch):
    import io

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    done = embedkit_command("vectors", "lookup", file, "the")
    assert done.code == 0
    assert f"reading {file}" in terminal.getvalue()
