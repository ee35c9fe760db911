"""The tokens of many texts, kept in the cache from one run to the next.

They are found again by all that they follow from: the texts, the tokenizer's name and parameters, the files
it depends on, the code of its package and of embedkit's own help for tokenizers, the versions of its
distribution, of what that requires and of Python.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit import text
from embedkit.contracts import check_tokens
from embedkit.fingerprint import sha256
from embedkit.interfaces import KeepableTokenizer
from embedkit.recipe.build import build_component

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.recipe.sections.section import ComponentSpec
    from embedkit.registry import Component, Registry

WORTH_KEEPING = 1 << 18
"""Characters of texts from which on it saves time: about a second of NLTK's tokenizers."""


def build_keeping(registry: Registry, kind: str, spec: ComponentSpec, where: str) -> Any:
    """As `build_component`; a tokenizer whose tokens may be kept comes with the cache around it."""
    made = build_component(registry, kind, spec, where)
    if kind != "tokenizer" or not isinstance(made, KeepableTokenizer):
        return made
    return KeptTokenizer(made, spec.use, _about(registry.get(kind, spec.use), spec))


class KeptTokenizer:
    """`tokenizer`, asked only for what is not in the cache; `about` is what else decides about its tokens."""

    def __init__(self, tokenizer: KeepableTokenizer, name: str, about: str) -> None:
        self.tokenizer = tokenizer
        self._name = name
        self._about = about

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """The tokens of each text. Raises ComponentError where the tokenizer gives something else."""
        if sum(map(len, texts)) < WORTH_KEEPING:
            return self.tokenizer.tokenize(texts)
        from embedkit.vectors.cache import cache_folder
        from embedkit.vectors.kept import KeptArrays

        about = f"{self._about} {_digest_of_files(self.tokenizer.depends_on())} {_digest_of_texts(texts)}"
        key = hashlib.sha256(about.encode()).hexdigest()[:32]
        source = f"{len(texts):,} texts, by {self._name}"
        kept = KeptArrays(cache_folder() / "tokens" / key / "tokens", about, "tokens", source)
        tokens: list[list[str]] = []
        if not kept.use(lambda arrays: tokens.extend(_unpacked(arrays))):
            tokens = check_tokens(self.tokenizer, self.tokenizer.tokenize(texts), texts)
            kept.keep(_packed(tokens))
        return tokens


def _about(component: Component, spec: ComponentSpec) -> str:
    """A digest of what decides about a tokenizer's tokens besides the texts and the files it depends on."""
    plugin = component.plugin
    names = [plugin.distribution, *(re.split(r"[^\w.-]", required)[0] for required in plugin.requires)]
    package = sys.modules[component.factory.__module__.partition(".")[0]]
    code = [*_sources(package), *_sources(text)]
    said = [spec.to_plain(), plugin.name, platform.python_version(), {name: _version(name) for name in names}]
    return hashlib.sha256(f"{json.dumps(said, sort_keys=True)} {_digest_of_files(code)}".encode()).hexdigest()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _sources(package: Any) -> Iterator[Path]:
    """The Python files of a package, or the one of a module."""
    folders = [Path(folder) for folder in getattr(package, "__path__", ())]
    return (
        chain.from_iterable(folder.rglob("*.py") for folder in folders)
        if folders
        else iter([Path(package.__file__)])
    )


def _digest_of_files(paths: Sequence[Path]) -> str:
    files = chain.from_iterable(path.rglob("*") if path.is_dir() else [path] for path in paths)
    digests = sorted(f"{path.name} {sha256(path)}" for path in files if path.is_file())
    return hashlib.sha256("\n".join(digests).encode(errors="surrogateescape")).hexdigest()


def _digest_of_texts(texts: Sequence[str]) -> str:
    digest = hashlib.sha256(json.dumps([*map(len, texts)]).encode())
    digest.update("".join(texts).encode(errors="surrogatepass"))
    return digest.hexdigest()


def _packed(tokens: Sequence[Sequence[str]]) -> dict[str, NDArray[Any]]:
    """The distinct tokens as UTF-8, their lengths in bytes, each text's tokens by number, how many it has."""
    import numpy as np

    number = {token: i for i, token in enumerate(dict.fromkeys(chain.from_iterable(tokens)))}
    encoded = [token.encode(errors="surrogatepass") for token in number]
    return {
        "bytes": np.frombuffer(b"".join(encoded), np.uint8),
        "lengths": np.fromiter(map(len, encoded), np.int64, len(encoded)),
        "numbers": np.array([number[token] for token in chain.from_iterable(tokens)], np.int32),
        "counts": np.fromiter(map(len, tokens), np.int64, len(tokens)),
    }


def _unpacked(arrays: Any) -> Iterator[list[str]]:
    data = arrays["bytes"].tobytes()
    ends = arrays["lengths"].cumsum().tolist()
    words = [
        data[begin:end].decode(errors="surrogatepass") for begin, end in zip([0, *ends], ends, strict=False)
    ]
    tokens = [words[number] for number in arrays["numbers"].tolist()]
    ends = arrays["counts"].cumsum().tolist()
    return (tokens[begin:end] for begin, end in zip([0, *ends], ends, strict=False))
