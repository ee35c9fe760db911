"""A second process, which unpickles components and puts them to work."""

from __future__ import annotations

import atexit
import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, BinaryIO

from embedkit.testing.check import ConformanceError
from embedkit.testing.exercise import Exercise


def work_elsewhere(pickled: bytes, exercise: Exercise, number: int) -> Any:
    """Return what a pickled component gives in another process, in an exercise with the arguments `number`.

    Raises ConformanceError if it cannot be unpickled there, raises, or ends the process.
    """
    process = _process()
    try:
        _send((sys.path, pickled, exercise, number), _pipe(process.stdin))
        failure, result = _receive(_pipe(process.stdout))
    except (EOFError, BrokenPipeError):
        _process.cache_clear()
        code = process.wait()
        raise ConformanceError(f"expected the component, got exit code {code} of the other process") from None
    if failure:
        raise ConformanceError(f"expected the same result in another process, got {failure}")
    return result


@cache
def _process() -> subprocess.Popen[bytes]:
    """Start the second process, which serves until this one ends."""
    command = [sys.executable, "-c", "from embedkit.testing.elsewhere import serve; serve()"]
    process = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **_other_hashes()}
    )
    atexit.register(_end, process)
    return process


def _other_hashes() -> Mapping[str, str]:
    """Return the setting by which the strings of the second process have other hashes: sets another order."""
    return {"PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"}


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait()


def serve() -> None:
    """Answer requests on standard input until it ends; what components print goes to standard error."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            path, pickled, exercise, number = _receive(requests)
        except EOFError:
            return
        _follow(path)
        _send(_answer(pickled, exercise, number), answers)


def _follow(path: Sequence[str]) -> None:
    """Import from `path` from now on, and forget the modules of folders that are not on it any more."""
    left = tuple(folder + os.sep for folder in sys.path if folder and folder not in path)
    sys.path[:] = path
    if left:
        importlib.invalidate_caches()
        for name, module in [*sys.modules.items()]:
            if (getattr(module, "__file__", None) or "").startswith(left):
                del sys.modules[name]


def _answer(pickled: bytes, exercise: Exercise, number: int) -> tuple[str | None, Any]:
    """Return no failure and the result, or the failure as one line and None."""
    from embedkit.interfaces.calling import described
    from embedkit.testing.comparing import comparable

    try:
        made = pickle.loads(pickled)  # noqa: S301 - the process that made it asks
        return None, comparable(exercise.work(made, exercise.arguments(number)))
    except (Exception, SystemExit) as error:  # a component may raise anything
        return described(error), None


def _send(value: Any, pipe: BinaryIO) -> None:
    content = pickle.dumps(value)
    pipe.write(len(content).to_bytes(8, "big") + content)
    pipe.flush()


def _receive(pipe: BinaryIO) -> Any:
    """Return the next value. Raises EOFError if the other process has ended."""
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    return pickle.loads(pipe.read(int.from_bytes(head, "big")))  # noqa: S301 - embedkit itself sends it


def _pipe(pipe: Any) -> BinaryIO:
    stream: BinaryIO = pipe
    return stream
