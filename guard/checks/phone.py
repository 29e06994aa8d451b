"""International telephone numbers: how many digits a number of each country has (ITU-T E.164)."""

from __future__ import annotations

import numpy as np

from guard.checks.registry import Bools, Matrix, every

LONGEST_TEXT = 32
_SHORTEST, _LONGEST = 7, 15
# Country code to the digits that follow it; a code that is not here has from 4 to 12.
_NATIONAL = {
    "1": (10,), "7": (10,), "20": (8, 9, 10), "27": (9,), "30": (10,), "31": (9,), "32": (8, 9), "33": (9,),
    "34": (9,), "36": (8, 9), "39": (6, 7, 8, 9, 10, 11), "41": (9,), "44": (9, 10), "45": (8,),
    "46": (7, 8, 9), "47": (5, 8), "48": (9,), "49": tuple(range(6, 14)), "52": (10,), "54": (10, 11),
    "55": (8, 9, 10, 11), "56": (9,), "57": (8, 10), "60": (8, 9, 10), "61": (9, 10),
    "62": (8, 9, 10, 11, 12),
    "63": (8, 10), "64": (8, 9, 10), "65": (8, 10, 11), "66": (8, 9), "81": (9, 10), "82": (8, 9, 10, 11),
    "84": (9, 10), "86": (10, 11), "90": (10,), "91": (10, 11, 12, 13), "92": (9, 10), "98": (10,),
    "852": (8, 9, 11), "853": (8,), "855": (8, 9), "856": (8, 9, 10), "886": (8, 9, 10), "880": (8, 9, 10),
    "966": (9,), "971": (8, 9),
}  # fmt: skip


def _lengths() -> Bools:
    """By the first three digits and the number of all digits: whether such a number can be."""
    table = np.zeros((1000, _LONGEST + 1), dtype=np.bool_)
    table[100:, _SHORTEST + 1 :] = True
    for code in sorted(_NATIONAL, key=len):
        first = int(code.ljust(3, "0"))
        rows = slice(first, first + 10 ** (3 - len(code)))
        table[rows] = False
        for digits in _NATIONAL[code]:
            if digits + len(code) <= _LONGEST:
                table[rows, digits + len(code)] = True
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
    return every(matrix[:, 0] == 43, total <= _LONGEST, LENGTHS[head, np.minimum(total, _LONGEST)])


def explain_e164(text: str) -> str:
    """Scalar twin of ``e164``."""
    if text[:1] != "+" or not text.isascii():
        return "characters"
    number = "".join(character for character in text if character.isdigit())
    known = _SHORTEST <= len(number) <= _LONGEST and LENGTHS[int(number[:3]), len(number)]
    return "" if known and len(text) <= LONGEST_TEXT else "length"
