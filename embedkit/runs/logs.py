"""The event log of a run, one JSON object per line: log.jsonl."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from embedkit.escaping import escaped_json

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Formats a record as a JSON object: time (UTC), level, logger, event, and the fields from `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one JSON line, without the line end."""
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        event = {
            "time": time,
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        return escaped_json(json.dumps({**event, **extra}, ensure_ascii=False, default=str))


class LogFile(logging.FileHandler):
    """A log file that raises OSError if an event cannot be written."""

    def _open(self) -> TextIOWrapper:
        return Path(self.baseFilename).open(
            self.mode, encoding=self.encoding, errors=self.errors, newline="\n"
        )  # type: ignore[return-value]

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's own name
        """Raise the exception again, so that the run fails instead of losing events."""
        raise


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Write the events of embedkit's loggers, from level INFO, to `path` while the block runs."""
    logger = logging.getLogger("embedkit")
    handler = LogFile(path, encoding="utf-8", errors="backslashreplace")  # JSON reads it back
    handler.setFormatter(JsonLines())
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(min(before, logging.INFO) if before else logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()


class WarningsShown(logging.Handler):
    """Gives the warnings that embedkit logs to whoever shows them, unless they are collected meanwhile."""

    collecting = False

    def __init__(self, show: Callable[[str], object]) -> None:
        super().__init__(logging.WARNING)
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        """Show the message of a warning."""
        if not WarningsShown.collecting:
            self._show(record.getMessage())


class _Collected(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def warnings_collected() -> Iterator[list[str]]:
    """Yield a list of the warnings that embedkit logs while the block runs; they are not shown."""
    logger, handler, before = logging.getLogger("embedkit"), _Collected(), WarningsShown.collecting
    logger.addHandler(handler)
    WarningsShown.collecting = True
    try:
        yield handler.messages
    finally:
        WarningsShown.collecting = before
        logger.removeHandler(handler)
