"""International telephone numbers: how many digits a number of each country has (ITU-T E.164)."""

from __future__ import annotations

import numpy as np

from guard.checks.registry import Bools, Matrix, every
from guard.checks.scalar import phone as scalar
from guard.checks.scalar.phone import LONGEST


def _lengths() -> Bools:
    """By the first three digits and the number of all digits: whether such a number can be."""
    table = np.zeros((1000, LONGEST + 1), dtype=np.bool_)
    for head, allowed in enumerate(scalar.LENGTHS):
        table[head, list(allowed)] = True
    return table


LENGTHS = _lengths()


def e164(matrix: Matrix) -> Bools:
    """A plus sign, then as many digits as numbers of that country have; other characters are skipped."""
    number = (matrix >= 48) & (matrix <= 57)
    place = np.cumsum(number, axis=1)
    head = np.zeros(len(matrix), dtype=np.int64)
    for wanted in (1, 2, 3):
        digit = ((matrix.astype(np.int64) - 48) * (number & (place == wanted))).sum(axis=1)
        head = head * 10 + digit
    total = place[:, -1]
    return every(matrix[:, 0] == 43, total <= LONGEST, LENGTHS[head, np.minimum(total, LONGEST)])
