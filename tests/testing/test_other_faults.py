"""Faults besides those of the mutants, in good components of the kinds that give data: each has its check."""

from __future__ import annotations

import pytest

from embedkit.testing.suite import checks_of, run_check, subjects_of

HOOKS = {
    "oov": "register_oov_policies",
    "embedding": "register_embeddings",
    "reader": "register_readers",
    "vector-format": "register_vector_formats",
}
GOOD = {
    "oov": """
class Good:
    '''The mean of the found words, or the word in lower case.'''
    total = True
    def candidates(self, word):
        return [word.lower()]
    def fill(self, words, context):
        found = context.found
        row = found.mean(axis=0) if len(found) else np.zeros(context.source.dim, np.float32)
        vectors = np.tile(row, (len(words), 1)).astype(np.float32)
        return Filled(vectors, np.ones(len(words), np.bool_))
""",
    "embedding": """
WORDS = {"king": 0, "queen": 1, "cat": 2, "dog": 3}
TABLE = np.arange(12, dtype=np.float32).reshape(4, 3) / 4 + 1
class Source:
    dim = 3
    unk = np.zeros(3, np.float32)
    def lookup(self, words):
        rows = np.array([WORDS.get(word, -1) for word in words], np.int64)
        found = rows >= 0
        vectors = np.zeros((len(words), 3), np.float32)
        vectors[found] = TABLE[rows[found]]
        return Lookup(vectors, found, rows)
    def subword(self, words):
        n = len(words)
        return Lookup(np.ones((n, 3), np.float32), np.ones(n, np.bool_), np.full(n, -1, np.int64))
    def blocks(self):
        yield Block(0, [word.encode() for word in WORDS], TABLE.copy())
class Good:
    '''Four words.'''
    def open(self, context):
        return Source()
""",
    "reader": """
class Good:
    '''Three texts.'''
    def read(self):
        for number, text in enumerate(["a film", "great", "dull"], 1):
            yield Example(number, text, "good")
""",
    "vector-format": """
class Rows:
    dim, count, dtype, layout, files = 2, None, "float32", "records of 16 bytes", ()
    def __init__(self, file):
        self.file = file
    def blocks(self):
        with self.file.open() as stream:
            stream.read(4)
            while record := stream.read(16):
                if len(record) < 16:
                    raise VectorFileError(Fault("ends within a record", str(self.file.path)))
                yield [record[:8].rstrip()], np.frombuffer(record[8:], "<f4").reshape(1, 2)
class Good:
    '''Records: eight bytes of a word, two numbers.'''
    def recognises(self, head):
        return head[:4] == b"REC1"
    def open(self, file):
        return Rows(file)
""",
}
SAMPLE = b"REC1" + b"".join(word.ljust(8) + bytes(range(8)) for word in (b"great", b"film", b"dull"))
RECORD = 'raise VectorFileError(Fault("ends within a record", str(self.file.path)))'
FILLED = "np.ones(len(words), np.bool_)"
DRAWN = "np.random.default_rng(0).normal(size=3).astype('f4')"
FAULTS = {
    "oov": [
        ("return Filled(", "Filled(", "oov-fill-shapes"),
        (f"return Filled(vectors, {FILLED})", "return vectors", "oov-fill-shapes"),
        (FILLED, "np.ones(len(words))", "oov-fill-shapes"),
        (FILLED, "[True] * len(words)", "oov-fill-shapes"),
        ("vectors = np.tile(row, (len(words), 1))", "vectors = row[None]", "oov-fill-shapes"),
        ("vectors = np.tile", "vectors = np.float32('inf') + np.tile", "oov-fill-is-finite"),
        ("found.mean(axis=0) if len(found) else", "found[0] if 1 else", "oov-fill-without-found-words"),
        (
            FILLED,
            "np.array([word != '<UNK>' for word in words], np.bool_)",
            "oov-total-policy-fills-every-word",
        ),
        (f"{FILLED})", f"{FILLED}, ['great'] * len(words))", "oov-fill-names-known-words"),
        (f"{FILLED})", f"{FILLED}, ['great'])", "oov-fill-spellings"),
        (f"{FILLED})", f"{FILLED}, [1] * len(words))", "oov-fill-spellings"),
        ("(row, (len(words), 1))", "(row, (len(words), 1)).cumsum(axis=0)", "oov-fill-follows-the-words"),
        ("return [word.lower()]", "return None", "oov-candidates-are-strings"),
        ("return [word.lower()]", "return {word.lower()}", "oov-candidates-are-strings"),
        ("return [word.lower()]", "return (each for each in [word])", "oov-candidates-are-strings"),
        ("return [word.lower()]", "return [word.lower(), None]", "oov-candidates-are-strings"),
        ("return [word.lower()]", "return [chr(ord(word[-1]) + 1)]", "oov-candidates-of-any-word"),
        ("total = True", "total = 1", "oov-total-is-stated"),
        ("row = found", "row = np.random.default_rng().random() + found", "deterministic"),
        ("row = found", "row = np.random.random() + found", "leaves-generators-alone"),
        ("found = context.found", "found = context.found; found += 1", "leaves-its-input-alone"),
        ("found = context.found", "found = context.found; words.sort()", "leaves-its-input-alone"),
    ],
    "embedding": [
        ("return Source()", "Source()", "embedding-opens-a-source"),
        ("dim = 3", "dim = 3.0", "embedding-dim"),
        ("dim = 3", "dim = 4", "embedding-lookup-shapes"),
        ("unk = np.zeros(3, np.float32)", "unk = np.zeros((1, 3), np.float32)", "embedding-unk"),
        ("unk = np.zeros(3, np.float32)", "unk = np.full(3, np.nan, np.float32)", "embedding-unk"),
        ("return Lookup(vectors, found", "Lookup(vectors, found", "embedding-lookup-shapes"),
        ("return Lookup(vectors, found, rows)", "return vectors", "embedding-lookup-shapes"),
        ("(vectors, found, rows)", "(vectors, found, rows.astype('i4'))", "embedding-lookup-shapes"),
        ("(vectors, found, rows)", "(vectors, found.tolist(), rows)", "embedding-lookup-shapes"),
        ("(vectors, found, rows)", "(vectors[:-1], found, rows)", "embedding-lookup-shapes"),
        ("vectors = np.zeros(", f"vectors = {DRAWN} + np.zeros(", "embedding-missing-words-are-zero"),
        ("found = rows >= 0", "found = rows >= -1", "embedding-rows-of-found-words"),
        ("WORDS.get(word, -1)", "WORDS.get(word.casefold(), -1)", "embedding-words-are-exact"),
        ("np.ones((n, 3), np.float32)", "np.ones((n, 2), np.float32)", "embedding-subword-shapes"),
        ("np.full(n, -1, np.int64)", "np.zeros(n, np.int64)", "embedding-subword-rows"),
        ("TABLE.copy())", "TABLE[::-1])", "embedding-blocks-agree"),
        ("for word in WORDS]", "for word in sorted(WORDS)]", "embedding-blocks-agree"),
        ("return Source()", "np.random.seed(context.seed); return Source()", "leaves-generators-alone"),
        ("found = rows >= 0", "found = rows >= 0; words.sort()", "leaves-its-input-alone"),
    ],
    "reader": [
        ("yield Example", "Example", "reader-gives-examples"),
        ("yield Example(number, text,", "yield (number, text,", "reader-gives-examples"),
        ("Example(number,", "Example(str(number),", "reader-ids"),
        ("Example(number,", "Example(number * 2**63,", "reader-ids"),
        ("Example(number,", "Example(True,", "reader-ids"),
        ("Example(number,", "Example(4 - number,", "reader-ids-increase"),
        ('text, "good")', 'None, "good")', "reader-texts"),
        ('"good")', "1.0)", "reader-labels"),
        ('"good")', "float('nan'))", "reader-labels"),
        ('"good")', '"good", 7)', "reader-groups"),
        ('"good")', "'\\ud83d')", "reader-strings-are-unicode"),
        (
            "def read(self):",
            "def __init__(self): self.read = iter(self.read()).__iter__\n    def read(self):",
            "deterministic",
        ),
    ],
    "vector-format": [
        ("return head[:4] ==", "head[:4] ==", "format-recognises-its-file"),
        ('head[:4] == b"REC1"', "len(head) > 3", "format-recognises-no-other-file"),
        ('head[:4] == b"REC1"', 'bytes([head[3], head[0]]) == b"1R"', "format-recognises-short-files"),
        ("return Rows(file)", "Rows(file)", "format-opens-its-file"),
        ("= 2, None,", "= '2', None,", "format-dim"),
        ("= 2, None,", "= 0, None,", "format-dim"),
        ("= 2, None,", "= 2, 3.0,", "format-count"),
        ("= 2, None,", "= 2, 2,", "format-count-agrees"),
        ("= 2, None,", "= 3, None,", "format-blocks-shapes"),
        ('"float32", "records', 'np.float32, "records', "format-descriptions"),
        ("[record[:8].rstrip()]", "record[:8].rstrip()", "format-blocks-shapes"),
        ('"<f4"', '"<i4"', "format-blocks-shapes"),
        ("stream.read(16)", "stream.read(0)", "format-has-vectors"),
        (RECORD, "return", "format-truncated-file"),
        (RECORD, "raise EOFError", "format-truncated-file"),
        ("[record[:8].rstrip()]", "[record[:8].decode('ascii').rstrip()]", "format-damaged-file"),
    ],
}


def source(kind, code):
    return (
        "from __future__ import annotations\n"
        "import numpy as np\n"
        "from embedkit.plugin_api import *\n"
        f"{code}\n"
        f"@hookimpl\ndef {HOOKS[kind]}(register):\n    register('good', Good)\n"
    )


@pytest.fixture
def failures(install, tmp_path):
    """The checks that a component fails, beside those of its imports and parameters."""

    def failures(kind, code):
        install("embedkit-good", source(kind, code), entries=["good"])
        sample = tmp_path / "sample"
        sample.write_bytes(SAMPLE)
        given = {"good": {"sample": str(sample)}} if kind == "vector-format" else {}
        (subject,) = subjects_of("embedkit-good", given)
        static = {check.id for check in checks_of(kind) if check.static and len(check.kinds) > 1}
        subject.passed.update(dict.fromkeys(static | {"can-be-pickled", "works-in-threads"}, True))
        own = [check for check in checks_of(kind) if check.id not in subject.passed]
        results = [run_check(check, subject) for check in own]
        return {result.check.id: result.why for result in results if result.state == "failed"}

    return failures


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_component_fails_none(kind, failures):
    assert failures(kind, GOOD[kind]) == {}


@pytest.mark.parametrize(
    ("kind", "good", "bad", "check_id"), [(kind, *fault) for kind in FAULTS for fault in FAULTS[kind]]
)
def test_a_fault_is_found_by_its_check_alone(kind, good, bad, check_id, failures):
    assert good in GOOD[kind]
    found = failures(kind, GOOD[kind].replace(good, bad))
    assert [*found] == [check_id], found
