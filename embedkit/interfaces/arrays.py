"""Array types by dtype. This module imports numpy, so modules that are loaded at start-up import it for type
checkers alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
