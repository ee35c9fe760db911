"""Where an installed distribution came from: its version, or the URL it was installed from (PEP 610)."""

from __future__ import annotations

import importlib.metadata
import json
import re
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

_PLAIN_PATH = re.compile(r"[\w./\\:-]+")
"""A path that pip reads in a list of requirements as it stands."""


@dataclass(frozen=True)
class Origin:
    """A distribution's name and version, and the URL that pip would install it from again.

    `url` is None if it came from a package index; it has the commit of a repository, the hash of an archive
    and the subdirectory. `editable` tells whether the installation follows the files there.
    """

    name: str
    version: str
    url: str | None = None
    editable: bool = False

    @classmethod
    def of(cls, distribution: importlib.metadata.Distribution) -> Origin:
        """Return the origin of an installed distribution."""
        name, version = distribution.metadata["Name"], distribution.metadata["Version"]
        recorded = _direct_url(distribution)
        if recorded is None:
            return cls(name, version)
        return cls(name, version, _installable(recorded), _part(recorded, "dir_info").get("editable") is True)

    @classmethod
    def find(cls, name: str) -> Origin | None:
        """Return the origin of the distribution `name`; None if it is not installed."""
        try:
            return cls.of(importlib.metadata.distribution(name))
        except importlib.metadata.PackageNotFoundError:
            return None

    @property
    def reference(self) -> str:
        """Return what installs it again (PEP 508): `name==version`, or `name @ URL`."""
        return f"{self.name} @ {self.url}" if self.url else f"{self.name}=={self.version}"

    @property
    def requirement(self) -> str:
        """Return its line in a list of requirements, as `pip freeze` writes it: `-e path` if editable."""
        if not (self.editable and self.url):
            return self.reference
        path = url2pathname(unquote(urlsplit(self.url).path)) if self.url.startswith("file:") else ""
        return f"-e {path if _PLAIN_PATH.fullmatch(path) else self.url}"


def _direct_url(distribution: importlib.metadata.Distribution) -> dict[str, Any] | None:
    """Return the document `direct_url.json` of a distribution; None without one, or if it cannot be read."""
    try:
        recorded = json.loads(distribution.read_text("direct_url.json") or "null")
    except ValueError:
        return None
    return recorded if isinstance(recorded, dict) and isinstance(recorded.get("url"), str) else None


def _installable(recorded: dict[str, Any]) -> str:
    """Return the URL of `recorded` with the commit, the hash and the subdirectory that it has."""
    url, repository, archive = recorded["url"], _part(recorded, "vcs_info"), _part(recorded, "archive_info")
    if repository:
        url = f"{repository.get('vcs')}+{url}@{repository.get('commit_id')}"
    fragments = [_hash_of(archive)]
    if recorded.get("subdirectory"):
        fragments.append(f"subdirectory={recorded['subdirectory']}")
    return "#".join(filter(None, [url, "&".join(filter(None, fragments))]))


def _part(recorded: dict[str, Any], name: str) -> dict[str, Any]:
    part = recorded.get(name)
    return cast("dict[str, Any]", part) if isinstance(part, dict) else {}


def _hash_of(archive: dict[str, Any]) -> str:
    """Return the hash of an archive, `sha256=…`; empty if none is recorded."""
    hashes = _part(archive, "hashes")
    if "sha256" in hashes:
        return f"sha256={hashes['sha256']}"
    return str(archive.get("hash", ""))
