"""Arrays by the type of their numbers. For type checkers alone: at run time numpy is not imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float32]
    BoolArray = NDArray[np.bool_]
    IntArray = NDArray[np.int64]
