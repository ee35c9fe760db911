"""Take from embedkit what Windows lacks, and refuse it what Windows refuses.

It shows on another system what can be shown there: `tox -e as-on-windows` lets every Python process of its
environment import this module first. Other packages see the system as it is.
https://docs.python.org/3/library/os.html, "Availability"
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import glob
import io
import os
import resource
import signal
import stat
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MISSING_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "termios", "tty"}

MISSING = {
    "os": {
        *(
            "chown",
            "fchmod",
            "fchown",
            "fork",
            "forkpty",
            "getegid",
            "geteuid",
            "getgid",
            "getloadavg",
            "getpgid",
        ),
        *(
            "getuid",
            "killpg",
            "lchown",
            "mkfifo",
            "mknod",
            "nice",
            "openpty",
            "posix_fadvise",
            "posix_fallocate",
        ),
        *(
            "posix_spawn",
            "pread",
            "preadv",
            "pwrite",
            "pwritev",
            "readv",
            "sched_getaffinity",
            "sendfile",
            "setsid",
        ),
        *("setuid", "statvfs", "sync", "sysconf", "uname", "wait", "wait3", "waitid", "writev"),
        *("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC", "O_TMPFILE"),
    },
    "signal": {
        *("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP"),
        *("SIGUSR1", "SIGUSR2", "alarm", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "sigwait"),
    },
}

OTHERWISE = frozenset({"tempfile"})
"""Modules whose files without a name are Windows' own temporary files there."""

IN_USE = "The process cannot access the file because it is being used by another process"


class Without(types.ModuleType):
    """A module without some of its names; whatever is set is set in the module itself."""

    def __init__(self, module: types.ModuleType, missing: set[str]) -> None:
        super().__init__(module.__name__)
        vars(self)["_module"], vars(self)["_missing"] = module, missing

    def __getattr__(self, name: str) -> Any:
        if name in vars(self)["_missing"]:
            raise AttributeError(f"Windows has no {vars(self)['_module'].__name__}.{name}")
        return getattr(vars(self)["_module"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(vars(self)["_module"], name, value)

    def __delattr__(self, name: str) -> None:
        delattr(vars(self)["_module"], name)


def ours(name: str | None) -> bool:
    """Whether a module of this name is embedkit's, or of a bundled plugin."""
    return (name or "").partition(".")[0].startswith("embedkit")


def callers() -> Iterator[str]:
    """The names of the modules that called, the nearest first."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame:
        yield frame.f_globals.get("__name__", "")
        frame = frame.f_back


def limit_imports() -> None:
    """Let embedkit import no module, and no name, that Windows lacks, and what Windows alone has."""
    real = builtins.__import__
    given: dict[str, types.ModuleType] = {"msvcrt": locks(), "psutil": processes()}
    given |= {name: Without(sys.modules[name], missing) for name, missing in MISSING.items()}

    def imported(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        if not level and globals and ours(globals.get("__name__")):
            if name.partition(".")[0] in MISSING_MODULES:
                raise ModuleNotFoundError(f"Windows has no module named '{name}'", name=name)
            if name in given or (name == "os.path" and not fromlist):
                return given[name.partition(".")[0]]
        return real(name, globals, locals, fromlist, level)

    builtins.__import__ = imported


def locks() -> types.ModuleType:
    """What stands for `fcntl` on Windows, as far as embedkit uses it: one lock for a file."""

    def locking(descriptor: int, mode: int, _bytes: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if mode else fcntl.LOCK_UN)

    windows: Any = types.ModuleType("msvcrt")
    windows.locking, windows.LK_NBLCK, windows.LK_UNLCK = locking, 2, 0
    return windows  # type: ignore[no-any-return]


def processes() -> types.ModuleType:
    """psutil, whose processes say on Windows, too, what memory they have had at most."""
    try:
        import psutil
    except ModuleNotFoundError:
        return types.ModuleType("psutil")

    class Process(psutil.Process):  # type: ignore[misc]
        def memory_info(self) -> Any:
            peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            return types.SimpleNamespace(**super().memory_info()._asdict(), peak_wset=peak)

    windows: Any = Without(psutil, set())
    vars(windows)["Process"] = Process
    return windows  # type: ignore[no-any-return]


def limit_files() -> None:
    """Refuse embedkit, and what it calls, what Windows refuses."""
    before(os, "open", refuse_directory)
    before(os, "fsync", refuse_read_only)
    for name in ("unlink", "remove"):
        before(os, name, refuse_open)
    for name in ("rename", "replace"):
        before(os, name, refuse_moving)


def before(module: Any, name: str, check: Callable[..., None]) -> None:
    """Let `check` see the arguments of a function first, where embedkit is among the callers."""
    real = getattr(module, name)

    def checked(*arguments: Any, **more: Any) -> Any:
        if not any(map(ours, callers())):
            return real(*arguments, **more)
        with one_at_a_time(arguments[0]):
            check(name, *arguments, **more)
            return real(*arguments, **more)

    setattr(module, name, checked)


@contextmanager
def one_at_a_time(path: Any) -> Iterator[None]:
    """Let no other process open, move or remove a file meanwhile: Windows does each in one step.

    Pipes, at which a process may wait, and descriptors are left alone.
    """
    if isinstance(path, int) or (os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path))):
        yield
        return
    with real_open(f"{__file__}.lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def refuse_directory(_name: str, path: Any, *_more: Any, dir_fd: int | None = None, **_: Any) -> None:
    """A directory cannot be opened, but by modules that do without it on Windows."""
    if dir_fd is None and not {"shutil", *OTHERWISE}.intersection(callers()) and os.path.isdir(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def refuse_read_only(_name: str, descriptor: Any) -> None:
    """What was opened to be read cannot be synced."""
    number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
    if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def refuse_open(_name: str, path: Any, *, dir_fd: int | None = None) -> None:
    """A file cannot be removed while any process has it open, or this one has it mapped."""
    if OTHERWISE.intersection(callers()):
        return
    where = absolute(path, dir_fd)
    if os.path.isfile(where) and where in open_files() | files_of_others():
        raise PermissionError(errno.EACCES, IN_USE, where)


def refuse_moving(name: str, source: Any, target: Any, **_: Any) -> None:
    """Neither an open file nor a directory with one is moved; `rename` replaces nothing."""
    old, new = absolute(source), absolute(target)
    used = open_files() | files_of_others()
    if any(path in (old, new) or path.startswith(old + os.sep) for path in used):
        raise PermissionError(errno.EACCES, IN_USE, old, None, new)
    if name == "rename" and os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), old, None, new)
    if os.path.isdir(target):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), old, None, new)


def absolute(path: Any, dir_fd: int | None = None) -> str:
    """Where `path` is, links in its folders followed."""
    text = os.fsdecode(path)
    folder = os.readlink(f"/proc/self/fd/{dir_fd}") if dir_fd is not None else os.getcwd()
    whole = os.path.join(folder, text)
    return os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))


def open_files() -> set[str]:
    """The files that this process has open or mapped."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink(f"/proc/self/fd/{number}")
            if stat.S_ISREG(os.stat(f"/proc/self/fd/{number}").st_mode):
                found.add(path)
        except OSError:
            continue
    with real_open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        found |= {line.split(maxsplit=5)[5].rstrip("\n") for line in maps if line.count("/")}
    return found


def files_of_others() -> set[str]:
    """The files that other processes have open, as far as this one may know."""
    found = set()
    for link in glob.iglob("/proc/[0-9]*/fd/*"):
        try:
            found.add(os.readlink(link))
        except OSError:
            continue
    return found


real_open = open


def limit_encoding() -> None:
    """Let a text file that embedkit opens without an encoding have Windows' own."""

    def opened(
        file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None, *more: Any, **named: Any
    ) -> Any:
        if "b" not in mode and encoding in (None, "locale"):
            caller = next(
                name for name in callers() if name not in ("pathlib", "pathlib._local", "pathlib._abc")
            )
            encoding = "cp1252" if ours(caller) else encoding
        return real_open(file, mode, buffering, encoding, *more, **named)

    builtins.open = io.open = opened  # type: ignore[assignment]


assert signal.SIGKILL, "this stands in for Windows on another system"
limit_imports()
limit_files()
limit_encoding()
