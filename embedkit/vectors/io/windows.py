"""A window that moves over a stream, so that a file of any size needs only one small buffer.

The buffers are anonymous memory maps because these begin at a page: reading a file from the page cache into
memory that does not is several times slower on common processors.
"""

from __future__ import annotations

import mmap
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO, NamedTuple

from embedkit.files.compression import Stream
from embedkit.interfaces import Progress
from embedkit.vectors.io.content import Content, fill

WINDOW = 1 << 20
PAGE = mmap.PAGESIZE


class Block(NamedTuple):
    """The bytes read next, `buffer[front:front + size]`, and the position in the file on disk."""

    buffer: mmap.mmap
    size: int
    position: int


class Window:
    """The part `buffer[start:end]` of the stream, whose first byte is number `offset` of the stream."""

    def __init__(self, content: Content, blocks: Iterator[Block], front: int, progress: Progress) -> None:
        self._content = content
        self._blocks = blocks
        self._front = front
        self._progress = progress
        self.buffer: mmap.mmap = mmap.mmap(-1, PAGE)
        self.start = self.end = self.offset = 0

    def drop(self, count: int) -> None:
        """Remove the first `count` bytes from the window."""
        self.start += count
        self.offset += count

    def advance(self) -> bool:
        """Read the next bytes into the window; return False at the end of the stream, when nothing was added.

        Bytes that have not been dropped, at most the `keep` of `windows`, become the beginning of the new
        window. Raises VectorFileError if the file cannot be read.
        """
        kept = self.buffer[self.start : self.end]
        with self._content.reading():
            block = next(self._blocks, None)
        if block is None:
            return False
        self.buffer = block.buffer
        self.start, self.end = self._front - len(kept), self._front + block.size
        self.buffer[self.start : self._front] = kept
        self._progress(block.position, self._content.size)
        return True


@contextmanager
def windows(content: Content, keep: int, progress: Progress) -> Iterator[Window]:
    """Give a window over `content`, which is empty at first and keeps up to `keep` bytes when it moves."""
    front = -(-keep // PAGE) * PAGE
    size = front + max(WINDOW, front)
    read = _blocks_ahead if content.compression.heavy else _blocks
    with content.stream() as (stream, raw):
        blocks = read(stream, raw, front, size)
        try:
            yield Window(content, blocks, front, progress)
        finally:
            blocks.close()


def _blocks(stream: Stream, raw: BinaryIO, front: int, size: int) -> Generator[Block, None, None]:
    buffer = mmap.mmap(-1, size)
    view = memoryview(buffer)[front:]
    while count := fill(stream, view):
        yield Block(buffer, count, raw.tell())


def _blocks_ahead(stream: Stream, raw: BinaryIO, front: int, size: int) -> Generator[Block, None, None]:
    """Yield the same blocks as `_blocks`, decompressed in a thread while the previous block is in use."""
    free: SimpleQueue[mmap.mmap | None] = SimpleQueue()
    ready: SimpleQueue[Block | BaseException | None] = SimpleQueue()
    for _ in range(3):
        free.put(mmap.mmap(-1, size))
    worker = Thread(target=_decompress, args=(stream, raw, front, free, ready), daemon=True)
    worker.start()
    try:
        while (block := ready.get()) is not None:
            if isinstance(block, BaseException):
                raise block
            yield block
            free.put(block.buffer)
    finally:
        free.put(None)
        worker.join()


def _decompress(
    stream: Stream,
    raw: BinaryIO,
    front: int,
    free: SimpleQueue[mmap.mmap | None],
    ready: SimpleQueue[Block | BaseException | None],
) -> None:
    try:
        while (buffer := free.get()) is not None:
            count = fill(stream, memoryview(buffer)[front:])
            ready.put(Block(buffer, count, raw.tell()) if count else None)
            if not count:
                return
    except BaseException as error:  # raised again where the blocks are used
        ready.put(error)
