"""Files that are complete or absent: written under a temporary name, made durable, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from embedkit.files.system import replace, umask


@contextmanager
def written_whole(target: Path, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces `target` when the block ends without an error, or else is deleted.

    It has the permissions of other new files. A file that can be made again need not be `durable`, that is,
    synced to disk. Raises OSError if it cannot be written or renamed.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.chmod(0o666 & ~umask())
        replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
