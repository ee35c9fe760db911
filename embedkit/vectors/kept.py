"""What the cache keeps, of word-vector files above all: used where it is sound, else done without."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.vectors.arrays import DamagedError, read_arrays, write_arrays
from embedkit.vectors.cache import cache_folder, trim
from embedkit.vectors.content import Content
from embedkit.vectors.fingerprint import fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

log = logging.getLogger(__name__)


class KeptArrays:
    """Arrays in the cache at `path`, of `source`: `about` is all that they follow from, `what` they are."""

    def __init__(self, path: Path, about: str, what: str, source: str) -> None:
        self.path = path
        self._about = about
        self._what = what
        self._source = source

    def use(self, answer: Callable[[Arrays], None], mapped: bool = False) -> bool:
        """Hand the arrays, in memory or `mapped`, to `answer`; False where there are none to be believed."""
        try:
            answer(read_arrays(self.path, self._about, mapped))
            self.path.touch()
        except FileNotFoundError:
            return False
        except (DamagedError, OSError) as error:
            log.warning(
                "%s: the %s cannot be used: %s; reading %s", self.path, self._what, error, self._source
            )
            return False
        return True

    def keep(self, arrays: Arrays) -> None:
        """Write the arrays, for the next time."""
        try:
            write_arrays(self.path, self._about, arrays, self._source)
            trim()
        except OSError as error:
            log.warning("%s: the %s could not be written: %s", self.path, self._what, error)
            return
        size = self.path.stat().st_size
        log.info("%s: wrote the %s of %s, %d bytes", self.path, self._what, self._source, size)


class Kept(KeptArrays):
    """Arrays in the cache about the file as it is now: its index, or the rows of a vocabulary.

    `what` says which; `detail` is whatever else they depend on, such as the words.
    """

    def __init__(self, content: Content, what: str, detail: str = "") -> None:
        import hashlib

        seen = fingerprint(content)
        about = " ".join([seen, what, hashlib.sha256(detail.encode(errors="surrogatepass")).hexdigest()])
        name = f"{what}-{about[-16:]}" if detail else what
        path = cache_folder() / "vectors" / seen / name
        super().__init__(path, about, what, str(content.path.absolute()))
