"""The connection to a Ray cluster: what it has room for, and what Ray's own errors mean.

https://docs.ray.io/en/latest/cluster/getting-started.html
"""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from embedkit.errors import Fault, RunError

LOCAL = "local"
"""Ray's name for a cluster of one node that it starts here."""

CLIENT_PORT = 10001
PATIENCE = 10.0
"""Seconds in which the address of a cluster has to answer."""

LEAST_OBJECTS = 80_000_000
"""Bytes of Ray's store of objects, about its minimum: jobs send each other nothing."""

EXPECTED = ("auto", "HOST:PORT", "ray://HOST:PORT")
START = "Start one with `ray start --head`, which prints its address and how other nodes join it."
HINTS = (
    (r"version mismatch", "Run it with the versions of Python and Ray that the cluster has."),
    (
        r"failed to connect",
        "If the cluster asks for a token, ~/.ray/auth_token has to be the same here and there.",
    ),
    (r"node_ip|expects to be started", "This machine is no node of it: join it, or use ray://HOST:10001."),
)
"""What to do about an error of Ray, by what it says."""


@contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Connect to the cluster at `address`, or to one of this machine alone, and yield the module `ray`.

    Raises RunError if there is no cluster, or one that cannot be used from here.
    """
    refuse_unreachable(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent to the makers of Ray
    if _has_token():
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    import ray

    alone = {"object_store_memory": LEAST_OBJECTS, "include_dashboard": False}
    try:
        ray.init(
            address or LOCAL,
            log_to_driver=False,
            logging_level=logging.ERROR,
            **({} if address else alone),
        )
    except (Exception, SystemExit) as error:  # it exits if the address does not answer as a cluster
        raise unusable(address, error) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def refuse_unreachable(address: str | None) -> None:
    """Raise RunError unless `address` is one of a cluster, and something answers there.

    Ray itself would try for two minutes. None and `auto` say nothing of an address.
    """
    if address is None or address == "auto":
        return
    client = address.startswith("ray://")
    parts = urlsplit(address if client else f"//{address}")
    try:
        host, port = parts.hostname, parts.port or (CLIENT_PORT if client else None)
    except ValueError:
        host, port = None, None
    if not host or not port or "/" in address.removeprefix("ray://"):
        raise RunError(Fault(f"'{address}' is no address of a Ray cluster", "address", allowed=EXPECTED))
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except OSError as error:
        what = f"no Ray cluster answers at {address}: {error.strerror or error}"
        raise RunError(Fault(what, "address", hint=START)) from error


def room(nodes: Sequence[Mapping[str, Any]], cpus: int, gpus: int) -> int:
    """Return how many jobs of so many CPUs and GPUs the nodes, as `ray.nodes()` has them, have room for."""
    return sum(_room_of(node["Resources"], cpus, gpus) for node in nodes if node["Alive"])


def refuse_without_room(nodes: Sequence[Mapping[str, Any]], cpus: int) -> None:
    """Raise RunError if no node has the CPUs that a job needs: Ray would wait for one that has."""
    if not room(nodes, cpus, 0):
        what = (
            f"no node of the cluster has the {cpus} CPUs that a job needs"
            if cpus > 1
            else "no node of the cluster has CPUs"
        )
        raise RunError(Fault(what, "address", hint="Join one that has: ray start --address HOST:PORT."))


def _room_of(resources: Mapping[str, float], cpus: int, gpus: int) -> int:
    jobs = int(resources.get("CPU", 0)) // cpus
    return min(jobs, int(resources.get("GPU", 0)) // gpus) if gpus else jobs


def _has_token() -> bool:
    """Return whether this user has the token that clusters ask for which are started where there is one.

    A head that is started looks for it, but not a process that connects to the cluster.
    https://docs.ray.io/en/latest/ray-security/token-auth.html
    """
    named = any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    return named or (Path.home() / ".ray" / "auth_token").is_file()


def unusable(address: str | None, error: BaseException) -> RunError:
    """Return the error of a cluster that cannot be used, as Ray explains it."""
    said = str(error) if isinstance(error, Exception) else "it does not answer as a Ray cluster does"
    hint = next((hint for pattern, hint in HINTS if re.search(pattern, said, re.IGNORECASE)), START)
    where = f"the Ray cluster at {address}" if address else "Ray on this machine"
    return RunError(Fault(f"{where} cannot be used: {' '.join(said.split())}", "address", hint=hint))
