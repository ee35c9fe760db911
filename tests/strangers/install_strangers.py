"""Install the plugins beside this file and in the attic, as pip installs anybody's, or remove them.

    python tests/strangers/install_strangers.py [--remove] [PIP_OPTION …]

Each directory with a `pyproject.toml` is one distribution. Other options are passed on to pip.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ATTIC = HERE.parents[1] / "attic"


def distributions(*folders: Path) -> dict[str, Path]:
    """Return the directory of every plugin in `folders` by the name of its distribution."""
    return {
        tomllib.loads(file.read_text("utf-8"))["project"]["name"]: file.parent
        for folder in folders
        for file in sorted(folder.glob("*/pyproject.toml"))
    }


def main(options: list[str]) -> int:
    """Call pip once for all of them; return its exit status."""
    found = distributions(HERE, ATTIC)
    pip = [sys.executable, "-m", "pip"]
    if "--remove" in options:
        return subprocess.call([*pip, "uninstall", "--quiet", "--yes", *found])
    return subprocess.call([*pip, "install", "--quiet", "--no-deps", *options, *map(str, found.values())])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
