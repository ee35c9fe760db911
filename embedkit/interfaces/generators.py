"""The generators of random numbers that a whole process shares: Python's, NumPy's and torch's."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


NAMES = {
    "random": "Python's global generator",
    "numpy.random": "NumPy's global generator",
    "torch": "torch's global generator",
}
"""Names of the global generators in messages."""


@dataclass(frozen=True)
class GeneratorStates:
    """The states of the global generators at one moment; None for a library that is not imported yet."""

    python: tuple[Any, ...]
    numpy: Any | None
    torch: Tensor | None
    cuda: list[Tensor] | None
    modules: int
    """How many modules were imported."""

    @classmethod
    def now(cls) -> GeneratorStates:
        """Return the current states."""
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        return cls(
            random.getstate(),
            numpy.random.get_state() if numpy else None,
            torch.get_rng_state() if torch else None,
            torch.cuda.get_rng_state_all() if torch and torch.cuda.is_initialized() else None,
            len(sys.modules),
        )

    @classmethod
    def moved(cls) -> GeneratorStates:
        """Take one draw from Python's and NumPy's generators, then return the states.

        After a draw, code that sets the same seed again changes the states, and so is noticed.
        """
        numpy = sys.modules.get("numpy")
        random.random()  # noqa: S311 - the number is not used
        if numpy:
            numpy.random.random()
        return cls.now()

    def changed(self) -> list[str]:
        """Return the generators whose state has changed: some of `random`, `numpy.random` and `torch`."""
        now = GeneratorStates.now()
        numpy_changed = self.numpy is not None and _plain(self.numpy) != _plain(now.numpy)
        torch_changed = self.torch is not None and not self.torch.equal(now.torch)  # type: ignore[arg-type]
        changed = {
            "random": self.python != now.python,
            "numpy.random": numpy_changed,
            "torch": torch_changed,
        }
        return [name for name, is_changed in changed.items() if is_changed]

    def restore(self) -> None:
        """Put every generator back into its state at that moment."""
        random.setstate(self.python)
        if self.numpy is not None:
            sys.modules["numpy"].random.set_state(self.numpy)
        if self.torch is not None:
            sys.modules["torch"].set_rng_state(self.torch)
        if self.cuda is not None:
            sys.modules["torch"].cuda.set_rng_state_all(self.cuda)


@contextmanager
def other_draws() -> Iterator[None]:
    """Give the block other random numbers than it would draw; put the global generators back after it."""
    before = GeneratorStates.now()
    # Moving on by a draw is not enough: `random.choice` draws again what does not fit, and may catch up.
    random.seed(random.getrandbits(64))
    if before.numpy is not None:
        numpy = sys.modules["numpy"]
        numpy.random.seed(int(numpy.random.randint(2**32, dtype=numpy.uint64)))
    if before.torch is not None:
        torch = sys.modules["torch"]
        torch.default_generator.manual_seed(int(torch.randint(2**31, (1,))))
    try:
        yield
    finally:
        before.restore()


def _plain(state: Any) -> tuple[Any, ...]:
    """Return the state of a NumPy generator as plain data, which can be compared."""
    name, keys, *rest = state
    return (name, keys.tobytes(), *rest)
