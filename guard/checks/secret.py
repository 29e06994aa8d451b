"""The checks of secrets beside their labels and of random text, over many values."""

from __future__ import annotations

import numpy as np

from guard.checks.registry import Bools, Matrix
from guard.checks.scalar.secret import explain_random, explain_real


def real(matrix: Matrix) -> Bools:
    """Which rows, a label with its value, hold a secret."""
    texts = (row.tobytes().decode("utf-8", "replace") for row in matrix)
    return np.fromiter((not explain_real(text) for text in texts), dtype=np.bool_, count=len(matrix))


def random(matrix: Matrix) -> Bools:
    """Which rows are strings of letters of both cases and digits with above 4.3 bits a character."""
    texts = (row.tobytes().decode("utf-8", "replace") for row in matrix)
    return np.fromiter((not explain_random(text) for text in texts), dtype=np.bool_, count=len(matrix))
