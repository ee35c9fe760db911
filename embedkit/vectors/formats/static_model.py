"""Static models in safetensors: a matrix with a row for each piece of a `tokenizer.json`.

model2vec's tensor is called `embeddings`; any other matrix can be named, such as the input table of a
transformer. A model2vec model whose vocabulary was quantized has fewer rows than pieces: `mapping` [ids]
gives the row of each token id, and `weights` [ids] what its vector is multiplied by.
https://github.com/MinishLab/model2vec
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.errors import Fault, VectorFileError, listed, nearest, shortened
from embedkit.files.spans import read_parts
from embedkit.files.system import OpenFile
from embedkit.interfaces import Progress
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.matrix import DTYPES, SIZES, Matrix
from embedkit.vectors.formats.safetensors_header import FLOATS, Tensor, Tensors, matrix_of, read_values
from embedkit.vectors.formats.tokenizer_pieces import Pieces, read_pieces
from embedkit.vectors.io.content import Content
from embedkit.vectors.reading import Block, Options
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import FloatArray, IntArray

NAME = "safetensors"
TOKENIZER = "tokenizer.json"
MODEL2VEC = ("embeddings", "embedding.weight")
"""What model2vec calls its matrix, and sentence-transformers that of a static model."""

TYPES = {**FLOATS, "I8": "|i1"}
INTEGERS = {"I64": "<i8", "I32": "<i4", "U32": "<u4", "I16": "<i2", "U16": "<u2"}

SPARE = 1024
"""Rows without a piece that a named tensor may have: tables are padded to a round number of rows."""

SHOWN = 8
"""Tensors that a message names: a transformer has hundreds."""

CHUNK = 1 << 20
"""Values of vectors that are read at once."""


@dataclass(frozen=True)
class Table:
    """The vectors of token ids: row `mapping[id]` of the tensor, or row `id`, times `weights[id]`."""

    tensor: str
    matrix: Matrix
    mapping: IntArray | None = None
    weights: NDArray[np.float64] | None = None

    @property
    def ids(self) -> int:
        """Return the number of token ids."""
        return self.matrix.count if self.mapping is None else len(self.mapping)

    @property
    def layout(self) -> str:
        """Return how ids, rows and weights go together."""
        rows = "" if self.mapping is None else f", {self.matrix.count:,} rows mapped to {self.ids:,} pieces"
        return f"tensor {self.tensor}{rows}{'' if self.weights is None else ', weighted'}"

    def vectors(self, file: OpenFile, ids: IntArray) -> FloatArray:
        """Read the vectors of token ids, float32 [n, D]. Raises EOFError if the file was cut."""
        import numpy as np

        rows, of_id = np.unique(ids if self.mapping is None else self.mapping[ids], return_inverse=True)
        read = np.empty((len(rows), self.matrix.dim), np.float32)
        size = self.matrix.row_size
        begins = self.matrix.offset + rows * size
        for parts in read_parts(file, begins, begins + size):
            read[parts.first : parts.last] = self.matrix.decode(parts.rows(0, size).data.cast("B"))
        if self.weights is None:
            return read[of_id]
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused with its word
            weighted: FloatArray = (read[of_id] * self.weights[ids, None]).astype(np.float32)
        return weighted


class StaticModelReader:
    """Reads the vectors of a static model; the row of a word is its token id."""

    def __init__(self, content: Content, options: Options, table: Table, tokenizer: Path) -> None:
        self.name = NAME
        self.dtype = DTYPES[table.matrix.dtype[-2:]]
        self.dim = table.matrix.dim
        self.tokenizer_file = tokenizer
        self._content = content
        self._verified = options.limit is None
        self._table = table
        pieces = read_pieces(tokenizer, content.path.name)
        _check_fit(content, table, tokenizer, pieces, exact=options.tensor is None)
        self._ids, self._words = pieces.ids[: options.limit], pieces.words[: options.limit]
        self.count = len(self._ids)
        spare = table.ids - len(pieces.ids)
        self.layout = table.layout + (f", {spare:,} rows without a piece" if spare else "")

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Put the vectors of the wanted pieces into `selection`, and return a report.

        Raises VectorFileError if the file was cut in the meantime.
        """
        import numpy as np

        hits = [*compress(range(self.count), map(selection.slots.__contains__, self._words))]
        slots = np.array([selection.slots[self._words[hit]] for hit in hits], np.int64)
        for begin, part, vectors in self._read(hits):
            ids = np.array([self._ids[hit] for hit in part], np.int64)
            selection.take_rows(slots[begin : begin + len(part)], ids, vectors)
            progress(begin + len(part), len(hits))
        return ScanReport(self.count, selection.duplicates(), 0, verified=self._verified)

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all pieces and their vectors by ascending id. Raises VectorFileError as `scan` does."""
        for begin, part, vectors in self._read(range(self.count)):
            words = self._words[begin : begin + len(part)]
            yield Block(begin, words, vectors)
            progress(begin + len(part), self.count)

    def _read(self, places: list[int] | range) -> Iterator[tuple[int, list[int] | range, FloatArray]]:
        """Yield the vectors of the pieces at `places` in parts: the begin, places and vectors of each."""
        import numpy as np

        size = max(1, CHUNK // self.dim)
        try:
            with self._content.reading(), self._content.path.open("rb", buffering=0) as file:
                for begin in range(0, len(places), size):
                    part = places[begin : begin + size]
                    ids = np.array([self._ids[place] for place in part], np.int64)
                    yield begin, part, self._table.vectors(file, ids)
        except EOFError as error:
            raise broken(self._content.path, f"the file is cut: {error}") from error


def open_static_model(content: Content, options: Options, tensors: Tensors) -> StaticModelReader:
    """Open the tensor that `options` names, or model2vec's, with the pieces of its tokenizer.json as words.

    Raises VectorFileError if the file has no such tensor, if the tensors do not fit together, or if the
    tokenizer is missing, damaged or of another model.
    """
    tensor = _chosen(content, tensors, options.tensor)
    matrix = matrix_of(content, tensor, TYPES)
    tokenizer = options.tokenizer or content.path.with_name(TOKENIZER)
    if not tokenizer.exists():
        what = f"the words of {content.path.name} cannot be read: there is no such file"
        hint = "Say where its tokenizer.json is: tokenizer: FILE in a recipe, --tokenizer FILE in a command."
        raise broken(tokenizer, what, hint=None if options.tokenizer else hint)
    own = tensors if tensor.name in MODEL2VEC else {}
    mapping = _mapping(content, own.get("mapping"), matrix)
    weights = _weights(content, own.get("weights"), matrix.count if mapping is None else len(mapping))
    return StaticModelReader(content, options, Table(tensor.name, matrix, mapping, weights), tokenizer)


def _chosen(content: Content, tensors: Tensors, name: str | None) -> Tensor:
    """Return the tensor called `name`; without a name, model2vec's `embeddings`.

    Raises VectorFileError if the file has no such tensor; the error lists the matrices that it has.
    """
    if name is not None and name in tensors:
        return tensors[name]
    if name is None and MODEL2VEC[0] in tensors:
        return tensors[MODEL2VEC[0]]
    tables = _tables(tensors)
    names = tables or sorted(tensors)
    if name is not None:
        close = nearest(name, names) or next((known for known in names if name in known), None)
        what = f"has no tensor '{shortened(name)}'"
        raise VectorFileError(Fault(what, str(content.path), close, listed(names, SHOWN)))
    held = ", ".join(listed(names, SHOWN)) or "nothing"
    what = f"holds {held}; vectors and words, or embeddings, are read without naming a tensor"
    best = tables[0] if tables else None
    hint = f"Name the tensor: tensor: {best} in a recipe, --tensor {best} in a command." if best else None
    raise broken(content.path, what, hint=hint)


def _tables(tensors: Tensors) -> list[str]:
    """Return the names of the matrices that may be word vectors, the likeliest first."""
    matrices = [tensor for tensor in tensors.values() if len(tensor.shape) == 2 and tensor.dtype in TYPES]
    likely = sorted(matrices, key=lambda tensor: ("emb" not in tensor.name, -tensor.shape[0], tensor.name))
    return [tensor.name for tensor in likely]


def _mapping(content: Content, tensor: Tensor | None, matrix: Matrix) -> IntArray | None:
    """Return the row of each token id, int64 [ids]. Raises VectorFileError for a row that is not there."""
    import numpy as np

    if tensor is None:
        return None
    dtype = np.dtype(INTEGERS.get(tensor.dtype, "<i8"))
    rows = np.frombuffer(read_values(content, tensor, INTEGERS, dtype.itemsize), dtype).astype(np.int64)
    wrong = np.flatnonzero((rows < 0) | (rows >= matrix.count))
    if len(wrong):
        first = int(wrong[0])
        what = f"the tensor mapping sends token id {first:,} to row {rows[first]:,} of {matrix.count:,} rows"
        raise broken(content.path, what)
    return rows


def _weights(content: Content, tensor: Tensor | None, ids: int) -> NDArray[np.float64] | None:
    """Return the weight of each token id, float64 [ids]. Raises VectorFileError unless there are `ids`."""
    import numpy as np

    if tensor is None:
        return None
    dtype = FLOATS.get(tensor.dtype, "<f4")
    data = read_values(content, tensor, FLOATS, SIZES[dtype])
    if tensor.shape[0] != ids:
        raise broken(content.path, f"the tensor weights has {tensor.shape[0]:,} values for {ids:,} token ids")
    if dtype == "bf16":
        return Matrix(0, ids, 1, dtype).decode(data).reshape(-1).astype(np.float64)
    return np.frombuffer(data, dtype).astype(np.float64)


def _check_fit(content: Content, table: Table, tokenizer: Path, pieces: Pieces, *, exact: bool) -> None:
    """Raise VectorFileError unless the pieces are of the table: one for each id, or `SPARE` fewer at most."""
    ids = pieces.ids
    spare = table.ids - len(ids)
    if ids and ids[-1] < table.ids and spare <= (0 if exact else SPARE):
        return
    kind = "rows" if table.mapping is None else "token ids"
    what = f"has {len(ids):,} words for the {table.ids:,} {kind} of {content.path.name}"
    if ids and ids[-1] >= table.ids:
        what += f", and the last is number {ids[-1]:,}"
    raise broken(tokenizer, what, hint="It is the tokenizer of another model, or the tensor is another.")
