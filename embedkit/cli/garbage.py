"""How often Python looks for garbage in cycles: rarely in commands that are done in a moment.

What a command imports is no garbage. To look through it time and again, and once more as the process exits,
is almost a tenth of the time of `embedkit validate`.
"""

from __future__ import annotations

import atexit
import gc

USUAL = gc.get_threshold()
NEW_OBJECTS = 200_000
"""New objects after which Python looks for garbage, in place of 700: more than all recipes that come with
embedkit make when they are validated."""


def collect_rarely() -> None:
    """Look for garbage rarely from now on, and not as the process exits."""
    gc.set_threshold(NEW_OBJECTS, *USUAL[1:])
    atexit.register(gc.freeze)


def collect_as_usual() -> None:
    """Look for garbage as often as Python does: while a model is trained, a cycle may hold much memory."""
    gc.set_threshold(*USUAL)
