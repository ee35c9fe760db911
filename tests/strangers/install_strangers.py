"""Install the plugins beside this file, as pip installs anybody's, or remove them.

    python tests/strangers/install_strangers.py [--remove] [PIP_OPTION …]

Each directory with a `pyproject.toml` is one distribution. Other options are passed on to pip.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def distributions() -> dict[str, Path]:
    """Return the directory of every plugin by the name of its distribution."""
    return {
        tomllib.loads(file.read_text("utf-8"))["project"]["name"]: file.parent
        for file in sorted(HERE.glob("*/pyproject.toml"))
    }


def main(options: list[str]) -> int:
    """Call pip once for all of them; return its exit status."""
    pip = [sys.executable, "-m", "pip"]
    if "--remove" in options:
        return subprocess.call([*pip, "uninstall", "--quiet", "--yes", *distributions()])
    return subprocess.call(
        [*pip, "install", "--quiet", "--no-deps", *options, *map(str, distributions().values())]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
