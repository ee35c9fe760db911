"""Arrays in the cache, mostly of word-vector files: used if they are intact, otherwise ignored."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import CacheError
from embedkit.files.arrays import ArrayStream, DamagedError, read_arrays, streamed_arrays, write_arrays
from embedkit.files.cache import cache_folder, make_folder, trim
from embedkit.vectors.io.content import Content

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a file is begun again in a folder that another process clears away meanwhile."""


class CachedArrays:
    """Arrays in the cache, in the file `inner`; `about` identifies everything that they were computed from.

    `what` they are and the `source` they were made from are named in the log; `folder` is that of the file,
    relative to the cache.
    """

    def __init__(self, inner: str, about: str, what: str, source: str) -> None:
        self._folder = cache_folder()
        self.path = self._folder / inner
        self.folder = inner.rpartition("/")[0]
        self._about = about
        self._what = what
        self._source = source

    def use(self, answer: Callable[[Arrays], None], mapped: bool = False) -> bool:
        """Call `answer` with the arrays, in memory or `mapped`; return False if there are no intact ones."""
        return self._use(lambda: answer(read_arrays(self.path, self._about, mapped)))

    def stream(self, answer: Callable[[ArrayStream], None]) -> bool:
        """Call `answer` with a stream of the arrays, which it verifies; return False if it cannot be used."""

        def use() -> None:
            with streamed_arrays(self.path, self._about) as arrays:
                answer(arrays)

        return self._use(use)

    def _use(self, use: Callable[[], None]) -> bool:
        try:
            use()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except (DamagedError, OSError) as error:
            log.warning(
                "%s: the %s cannot be used: %s; reading %s", self.path, self._what, error, self._source
            )
            return False
        mark_used(self.path)
        return True

    def keep(self, arrays: Arrays) -> bool:
        """Write the arrays into the cache for the next time; return False if that is not possible."""
        return self.write(self._what, lambda: write_arrays(self.path, self._about, arrays, self._source))

    def write(self, what: str, write: Callable[[], int]) -> bool:
        """Call `write`, which writes a file beside the arrays; return False if it cannot be written.

        `write` returns the bytes of the file.
        """
        try:
            size = self._write(write)
            trim()
        except FileNotFoundError:
            log.info("%s: the %s was cleared away while it was written", self.path, what)
            return False
        except (CacheError, OSError) as error:
            log.warning("%s: the %s could not be written: %s", self.path, what, error)
            return False
        log.info("%s: wrote the %s of %s, %d bytes", self.path, what, self._source, size)
        return True

    def _write(self, write: Callable[[], int]) -> int:
        for _ in range(ATTEMPTS - 1):
            with suppress(FileNotFoundError):
                self._make_folders()
                return write()
        self._make_folders()
        return write()

    def _make_folders(self) -> None:
        make_folder(self._folder)
        self.path.parent.mkdir(parents=True, exist_ok=True)


def mark_used(path: Path) -> None:
    """Set the time at which a file was last used, so that it is the last to be deleted from the cache.

    Does nothing if the file is gone or belongs to somebody else.
    """
    with suppress(OSError):
        os.utime(path)


class Kept(CachedArrays):
    """Arrays in the cache about the file as it is now: its index, or the rows of a vocabulary.

    `what` says which; `detail` is whatever else they depend on, such as the words.
    """

    def __init__(self, content: Content, what: str, detail: str = "") -> None:
        import hashlib

        seen = content.fingerprint()
        about = " ".join([seen, what, hashlib.sha256(detail.encode(errors="surrogatepass")).hexdigest()])
        name = f"{what}-{about[-16:]}" if detail else what
        super().__init__(f"vectors/{seen}/{name}", about, what, str(content.path.absolute()))
