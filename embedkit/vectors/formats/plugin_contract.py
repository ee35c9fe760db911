"""Checks that a plugin's vector format keeps its contract; errors name the plugin and the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import ComponentError, Fault
from embedkit.interfaces.calling import Owner
from embedkit.vectors.formats.word2vec_header import MAX_DIM
from embedkit.vectors.io.content import Content, unreadable

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, VectorRows
    from embedkit.plugin.registry import Component

Words = Sequence[str | bytes]


@dataclass(frozen=True)
class Contract:
    """The contract of the vector format `component`, which reads the file `content`."""

    component: Component
    content: Content

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turn what the plugin raises in the block into a ComponentError, unless it is embedkit's own error.

        An OSError, of a file that cannot be read, becomes a VectorFileError.
        """
        with Owner(str(self.component)).calling(f"reading {self.content.path} raised"):
            try:
                yield
            except OSError as error:
                path = Path(error.filename) if isinstance(error.filename, str) else self.content.path
                raise unreadable(path, error) from error

    def check_rows(self, rows: VectorRows) -> None:
        """Raise ComponentError unless `dim`, `count`, `dtype` and `layout` of the rows are valid."""
        dim, count = rows.dim, rows.count
        self._expect(type(dim) is int and 0 < dim <= MAX_DIM, f"dim from 1 to {MAX_DIM:,}", dim)
        counted = count is None or (type(count) is int and count >= 0)
        self._expect(counted, "count of at least 0, or None", count)
        self._expect(isinstance(rows.dtype, str), "dtype as a string", rows.dtype)
        self._expect(isinstance(rows.layout, str), "layout as a string", rows.layout)

    def block(self, given: Any, dim: int) -> tuple[Words, FloatArray]:
        """Return `given` if it is a pair of words and vectors, float32 [n, dim].

        Otherwise raises ComponentError.
        """
        pair = isinstance(given, tuple) and len(given) == 2
        self._expect(pair, "blocks() of pairs, words and vectors", given)
        words, vectors = given
        listed = isinstance(words, Sequence) and not isinstance(words, str | bytes)
        self._expect(listed, "words as a sequence", words)
        strange = next((word for word in words if not isinstance(word, str | bytes)), None)
        self._expect(strange is None, "words of str or bytes", strange)
        shape, dtype = getattr(vectors, "shape", None), getattr(vectors, "dtype", None)
        fits = shape == (len(words), dim) and str(dtype) == "float32"
        if not fits:
            came = f"{dtype} {[*shape]}" if isinstance(shape, tuple) else repr(vectors)
            raise self.breach(f"vectors of float32 {[len(words), dim]}", came)
        return words, vectors

    def _expect(self, kept: bool, expected: str, came: object) -> None:
        if not kept:
            raise self.breach(expected, f"{type(came).__name__} {came!r}")

    def breach(self, expected: str, came: str) -> ComponentError:
        """Return the ComponentError that tells what was expected and what came instead."""
        what = f"expected {expected}, got {came[:120]}, for {self.content.path}"
        return ComponentError(Fault(what, where=str(self.component)))
