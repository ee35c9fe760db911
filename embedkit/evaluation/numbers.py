"""Types of the numbers of results, checked as they are read from JSON: an integer stays one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

LARGEST = 2**63 - 1

Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Figure = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Number = Annotated[int, Field(strict=True)] | Figure
Interval = tuple[Figure, Figure]
"""The lower and the upper end of a 95% confidence interval."""
