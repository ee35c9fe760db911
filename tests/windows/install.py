"""Let every Python process of this environment begin as if embedkit were on Windows."""

import shutil
import sysconfig
from pathlib import Path

packages = Path(sysconfig.get_path("purelib"))
shutil.copy(Path(__file__).with_name("as_on_windows.py"), packages)
(packages / "as_on_windows.pth").write_text("import as_on_windows\n", encoding="utf-8")
