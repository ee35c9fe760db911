"""What checks expect of arrays."""

from __future__ import annotations

from typing import Any

from embedkit.testing.check import expect


def expect_array(name: str, array: Any, dtype: str, shape: tuple[int, ...]) -> None:
    """Raise ConformanceError unless `array` is a NumPy array of that dtype and shape."""
    import numpy as np

    came = f"{array.dtype} {[*array.shape]}" if isinstance(array, np.ndarray) else repr(type(array).__name__)
    fits = isinstance(array, np.ndarray) and array.shape == shape and str(array.dtype) == dtype
    expect(fits, f"{name} as an array of {dtype} {[*shape]}", came)


def expect_finite(name: str, array: Any) -> None:
    """Raise ConformanceError if `array` has NaN or infinity."""
    import numpy as np

    strange = array[~np.isfinite(array)].ravel().tolist()
    expect(not strange, f"finite numbers in {name}", ", ".join(map(str, strange[:1])))
