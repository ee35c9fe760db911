"""A format that a plugin brings is one like any other: that of the reference page, and broken ones."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from embedkit import open_vectors
from embedkit.errors import ComponentError, PluginError, VectorFileError
from embedkit.files.cache import entries
from embedkit.plugin.registry import build_registry
from embedkit.testing.suite import checks_of, run_check, subjects_of
from embedkit.vectors.lookup import indexed
from embedkit.vectors.tools.check import check
from embedkit.vectors.tools.convert import convert
from embedkit.vectors.tools.neighbours import neighbours

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "vector-formats.md"
(EXAMPLE,) = [
    block
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    if "register_vector_formats" in block
]
WORDS = ["the", "naïve", "two words", "king", "the"]
ROWS = np.arange(1, 21, dtype=np.float32).reshape(5, 4) / 7

FORMAT = """
    import numpy as np
    from embedkit import hookimpl

    class Rows:
        dim, count, dtype, layout, files = 2, 2, "float32", "as it likes", ()
        def blocks(self):
            yield ["a", "b"], np.ones((2, 2), np.float32)

    class Odd:
        '''An odd format.'''
        def recognises(self, head):
            return head.startswith(b"ODD")
        def open(self, file):
            return Rows()

    @hookimpl
    def register_vector_formats(register):
        register("odd", Odd)
"""


def lines(words=WORDS, rows=ROWS):
    pairs = zip(words, rows.tolist(), strict=True)
    return "".join(json.dumps({"word": word, "vector": row}) + "\n" for word, row in pairs).encode()


@pytest.fixture
def plugin(install):
    install("embedkit-lines", EXAMPLE, version="0.2", entries=["lines"])


@pytest.fixture
def odd(install, write):
    """Installs the odd format with something else in it; gives a file of it."""

    def installed(was="", becomes=""):
        assert was in FORMAT
        install("embedkit-odd", FORMAT.replace(was, becomes), version="0.4", entries=["odd"])
        return write(b"ODD file")

    return installed


def test_the_example_holds_to_every_check(plugin, write):
    (subject,) = subjects_of("embedkit-lines", {"json-lines": {"sample": str(write(lines()))}})
    results = [run_check(check, subject) for check in checks_of(subject.kind)]
    assert [result for result in results if result.state != "passed"] == []


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_its_files_are_read_plain_and_compressed(pack, plugin, write):
    file = open_vectors(write(pack(lines())))
    assert (file.format, file.dim, file.count, file.dtype, file.layout) == (
        "json-lines", 4, None, "text", "JSON lines"
    )  # fmt: skip
    lookup = file.lookup(["king", "nowhere", "two words", "the", "naïve"])
    assert lookup.rows.tolist() == [3, -1, 2, 0, 1]
    assert lookup.vectors[lookup.found].tobytes() == ROWS[[3, 2, 0, 1]].tobytes()
    assert file.report.duplicates == ("the",)


def test_limit(plugin, write):
    file = open_vectors(write(lines()), limit=2)
    assert file.lookup(WORDS[:4]).found.tolist() == [True, True, False, False]
    assert [block.words for block in file.blocks()] == [[b"the"], ["naïve".encode()]]
    assert not file.report.verified


def test_everything_else_works_on_it(plugin, write, tmp_path):
    file = open_vectors(write(lines()))
    contents = check(file)
    assert (contents.count, contents.repeated.first, contents.blank.first) == (5, ["the"], ["two words"])
    assert neighbours(file, ["king"], 1)[0][0].word == "the"
    assert convert(file, tmp_path / "to.safetensors", "safetensors") == 5
    converted = open_vectors(tmp_path / "to.safetensors").lookup(WORDS[:4])
    assert converted.vectors.tobytes() == ROWS[:4].tobytes()


def test_numbers_that_are_not_finite_are_refused_with_their_word(plugin, write):
    rows = ROWS.copy()
    rows[1, 2] = np.nan
    path = write(lines(rows=rows))
    assert open_vectors(path).lookup(["king"]).found.all()
    with pytest.raises(VectorFileError, match="record 2: the vector of 'naïve' holds NaN"):
        open_vectors(path).lookup(["naïve"])


def test_its_own_errors_are_the_file_s(plugin, write):
    with pytest.raises(VectorFileError, match=r"vectors, line 2: is no word with its vector: "):
        open_vectors(write(lines()[:110])).lookup(["king"])


def test_cut_and_damaged_compression_is_noticed(plugin, write):
    whole = gzip.compress(lines(), mtime=0)
    for size in range(20, len(whole)):
        with pytest.raises(VectorFileError):
            open_vectors(write(whole[:size])).lookup(["king"])


@pytest.mark.parametrize("cache", [True, "full"])
def test_what_is_kept_of_it(cache, plugin, write, monkeypatch):
    monkeypatch.setattr("embedkit.vectors.file.WORTH_KEEPING", 1)
    path = write(lines(WORDS[:4], ROWS[:4]))
    for _ in range(2):
        assert open_vectors(path, cache=cache).lookup(["king"]).vectors.tobytes() == ROWS[3].tobytes()
    kept = ["rows"] if cache is True else ["copy", "copy"]
    assert [entry.path.name[:4] for entry in entries()] == kept
    assert indexed.WORTH_KEEPING > 1


def test_another_version_of_the_plugin_reads_again(odd, install, write, monkeypatch, site):
    monkeypatch.setattr("embedkit.vectors.file.WORTH_KEEPING", 1)
    path = odd()
    assert open_vectors(path).lookup(["a"]).vectors.tolist() == [[1, 1]]
    for old in [*site.glob("embedkit_odd-*")]:
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    del sys.modules["embedkit_odd"]
    install("embedkit-odd-2", FORMAT.replace("np.ones((2, 2)", "np.full((2, 2), 3"), entries=["odd"])
    assert open_vectors(path).lookup(["a"]).vectors.tolist() == [[3, 3]]


def test_other_files_that_belong_to_it_are_looked_at_again(odd, monkeypatch, tmp_path):
    beside = tmp_path / "beside"
    beside.write_text("1")
    monkeypatch.setattr("embedkit.vectors.file.WORTH_KEEPING", 1)
    path = odd(
        "files = 2, 2, \"float32\", \"as it likes\", ()",
        f"files = 2, 2, 'x', 'y', ({str(beside)!r},)",
    )  # fmt: skip
    open_vectors(path).lookup(["a"])
    open_vectors(path).lookup(["a"])
    assert len(entries()) == 1
    beside.write_text("22")
    open_vectors(path).lookup(["a"])
    assert len(entries()) == 2
    beside.unlink()
    with pytest.raises(VectorFileError, match="beside: cannot be read: No such file"):
        open_vectors(path)


BREACHES = {
    "dim, count": ("2, 2, ", "'wide', 2, ", "expected dim from 1 to 1,000,000, got str 'wide'"),
    "no dim": ("2, 2, ", "0, 2, ", "expected dim from 1 to 1,000,000, got int 0"),
    "count": ("2, 2, ", "2, -1, ", "expected count of at least 0, or None, got int -1"),
    "dtype": ('"float32"', "np.float32", "expected dtype as a string, got type"),
    "layout": ('"as it likes"', "None", "expected layout as a string, got NoneType None"),
    "width": ("np.ones((2, 2)", "np.ones((2, 3)", "expected vectors of float32 [2, 2], got float32 [2, 3]"),
    "words": ('["a", "b"]', '["a"]', "expected vectors of float32 [1, 2], got float32 [2, 2]"),
    "numbers": ("np.float32)", "np.float64)", "expected vectors of float32 [2, 2], got float64 [2, 2]"),
    "list": ("np.ones((2, 2), np.float32)", "[[1, 2]]", "expected vectors of float32 [2, 2], got [[1, 2]]"),
    "string": ('["a", "b"]', '"ab"', "expected words as a sequence, got str 'ab'"),
    "word": ('["a", "b"]', '["a", 7]', "expected words of str or bytes, got int 7"),
    "surrogate": ('["a", "b"]', '["a", "\\ud800"]', "expected words that are Unicode, got '\\ud800'"),
    "pair": ("yield [", "yield None, [", "expected blocks() of pairs, words and vectors, got tuple (None,"),
    "no blocks": ("def blocks", "def chunks", "raised AttributeError: "),
    "no files": ("layout, files = ", "layout, fields = ", "raised AttributeError: "),
    "raises": ("yield [", "1 / 0; yield [", "raised ZeroDivisionError: division by zero"),
    "open": ("return Rows()", "return file.name", "raised AttributeError: "),
    "recognises": ('b"ODD")', '"ODD")', "telling whether a file is of it raised TypeError: "),
    "keys": ("class Odd:", "class Odd:\n        def __init__(self, *, key): ...", "raised TypeError: "),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_promise_that_is_not_kept_names_the_plugin(breach, odd):
    was, becomes, message = BREACHES[breach]
    path = odd(was, becomes)
    with pytest.raises(ComponentError) as caught:
        open_vectors(path).lookup(["a"])
    assert str(caught.value).startswith("vector format 'odd' (odd of embedkit-odd 0.4): ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("2, 2, ", "2, 3, ", "should have 3 vectors; there are 2"),
        ("2, 2, ", "2, 1, ", "should have 1 vectors; there are 2"),
        ("yield [", "return; yield [", "should have 2 vectors; there are 0"),
        ("2, 2, ", "2, 0, ", "should have 0 vectors; there are 2"),
        ('["a", "b"]', '["a", b"caf\\xe9"]', r"record 2: the word b'caf\xe9' is not UTF-8"),
        (
            "return Rows()",
            "return Rows(open('/nowhere'))",
            "/nowhere: cannot be read: No such file or directory",
        ),
    ],
)
def test_files_that_are_not_what_they_should_be(was, becomes, message, odd):
    path = odd(was, becomes)
    with pytest.raises(VectorFileError, match=re.escape(message)):
        open_vectors(path).lookup(["nowhere"])


def test_words_as_bytes_are_replaced_where_asked(odd):
    file = open_vectors(odd('["a", "b"]', '["a", b"caf\\xe9"]'), errors="replace")
    assert file.lookup(["caf\ufffd"]).rows.tolist() == [1]
    assert file.report.replaced == 1


def test_subwords(odd):
    answer = "yield [\"a\", \"b\"], np.ones((2, 2), np.float32)"  # fmt: skip
    more = """
        def subword(self, words):
            from embedkit.interfaces import Lookup
            n = len(words)
            return Lookup(np.full((n, 2), 3, np.float32), np.ones(n, bool), np.full(n, -1))
    """
    lookup = open_vectors(odd(answer, answer + "\n" + more)).subword(["unseen"])
    assert lookup.vectors.tolist() == [[3, 3]]


def test_broken_subwords(odd):
    answer = "yield [\"a\", \"b\"], np.ones((2, 2), np.float32)"  # fmt: skip
    more = "\n        def subword(self, words):\n            return words\n"
    file = open_vectors(odd(answer, answer + more))
    with pytest.raises(ComponentError, match=r"odd of embedkit-odd 0\.4.*: subword.*an array of float32"):
        file.subword(["unseen"])


def test_code_runs_where_it_is_trusted_alone(odd, tmp_path):
    ran = tmp_path / "ran"
    path = odd(
        "def open(self, file):",
        f"runs_code = True\n        def open(self, file):\n            open({str(ran)!r}, 'w').close()",
    )
    for format in (None, "odd"):
        with pytest.raises(VectorFileError) as caught:
            open_vectors(path, format=format)
        assert f"{path}: is odd (An odd format): reading it runs code that is in it" in str(caught.value)
        assert "or from Python trust=True" in str(caught.value)
    assert not ran.exists()
    assert open_vectors(path, trust=True).lookup(["a"]).found.all()
    assert ran.exists()


def test_a_format_may_be_named(plugin, odd, write):
    path = odd()
    assert open_vectors(path, format="odd").format == "odd"
    with pytest.raises(VectorFileError, match="is not json-lines"):
        open_vectors(path, format="json-lines")
    zipped = write(b"PK\x03\x04", "zip")
    with pytest.raises(VectorFileError, match="is not odd: this is a zip archive"):
        open_vectors(zipped, format="odd")
    with pytest.raises(
        PluginError, match=r"unknown vector format 'ode' - did you mean 'odd'\? \(allowed: fast"
    ):
        open_vectors(path, format="ode")


def test_two_that_take_a_file_for_theirs_are_both_named(odd, install):
    path = odd()
    install("embedkit-even", FORMAT.replace('"odd"', '"even"'), entries=["even"])
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path)
    assert str(caught.value).startswith(
        f"{path}: is taken for their own by vector format 'even' (even of embedkit-even 1.0) "
        "and by vector format 'odd' (odd of embedkit-odd 0.4) (allowed: even, odd)"
    )
    assert open_vectors(path, format="even").format == "even"
    assert open_vectors(path, formats=lambda: build_registry(["embedkit-even"])).format == "odd"


def test_a_name_that_two_plugins_claim(odd, install):
    path = odd()
    install("embedkit-odder", FORMAT, entries=["odder"])
    for format in (None, "odd"):
        with pytest.raises(PluginError, match=r"vector format 'odd' is claimed by odd of .* and odder of "):
            open_vectors(path, format=format)


def test_the_name_of_a_built_in_format_is_embedkit_s_own(odd, write):
    odd('"odd"', '"glove-text"')
    registry = build_registry()
    (plugin,) = [plugin for plugin in registry.plugins.plugins if plugin.entry == "odd"]
    said = "register_vector_formats raised ValueError: vector format 'glove-text' is embedkit's own"
    assert (plugin.state, plugin.error) == ("failed", said)
    assert open_vectors(write(b"the 1 2 3\n", "glove")).format == "glove-text"


def test_plugins_are_not_loaded_for_files_of_built_in_formats(odd, write, capsys):
    odd("import numpy as np", "print('loaded'); import numpy as np")
    for format in (None, "word2vec-text"):
        assert open_vectors(write(b"1 2\na 1 2\n", "text"), format=format).lookup(["a"]).found.all()
    assert "loaded" not in capsys.readouterr().err
    with pytest.raises(VectorFileError):
        open_vectors(write(b"nothing", "none"))
    assert "loaded" in capsys.readouterr().err


def test_blocked_plugins_bring_none_and_are_suspects(odd, monkeypatch):
    path = odd()
    monkeypatch.setenv("EMBEDKIT_DISABLE_PLUGINS", "embedkit-odd")
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path)
    assert (
        "formats are word2vec-text, glove-text, fasttext, safetensors, numpy, word2vec-binary, gensim\n"
        in (str(caught.value))
    )
    assert "Not in use: odd of embedkit-odd 0.4 (blocked: by 'embedkit-odd'" in str(caught.value)
