"""What a check is, and how it runs over many values at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.uint8]
Bools = NDArray[np.bool_]
# What people and spreadsheets put inside numbers, in bytes: one byte each, and the dashes U+2010 to U+2015.
SEPARATORS = b" \t\"'-="
DASHES = tuple(chr(code).encode() for code in range(0x2010, 0x2016))
_DASH = re.compile(b"|".join(DASHES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check rule in two forms that must agree.

    ``vector`` takes a matrix of ASCII codes, one value a row, all of one width, and says
    which rows are right. ``explain`` takes one value and returns ``""`` when it is right, else
    why not: ``length``, ``characters``, ``date``, ``region``, ``country``, ``entropy`` or
    ``check-digit``. ``chance`` is the share of values of the right shape that pass by luck.
    ``widths`` are the lengths it can judge; empty: any.
    """

    id: str
    vector: Callable[[Matrix], Bools]
    explain: Callable[[str], str]
    chance: float
    widths: frozenset[int] = frozenset()

    def accepts(self, text: str) -> bool:
        """The scalar twin of ``vector``."""
        return not self.explain(text)


def evaluate(check: Check, data: NDArray[np.uint8], offsets: NDArray[np.integer]) -> Bools:
    """Judge the values ``data[offsets[i]:offsets[i + 1]]``; one bool a value."""
    return judge(check, data, offsets[:-1].astype(np.int64), offsets[1:].astype(np.int64))


def judge(
    check: Check,
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    skip_separators: bool = False,
) -> Bools:
    """Judge the values ``data[starts[i]:ends[i]]``; one bool a value, False where one is empty.

    ``skip_separators`` leaves out what people put inside numbers: ``SEPARATORS`` and ``DASHES``.
    """
    if skip_separators:
        data, starts, ends = _bare(data, starts, ends)
    lengths = ends - starts
    right = np.zeros(len(lengths), dtype=np.bool_)
    for width in np.unique(lengths):
        if width == 0 or (check.widths and int(width) not in check.widths):
            continue
        rows = np.flatnonzero(lengths == width)
        right[rows] = check.vector(data[starts[rows][:, None] + np.arange(width)])
    return right


def _bare(data: Matrix, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[Any, Any, Any]:
    """The same values without separators, one after another."""
    raw = (data[start:end].tobytes() for start, end in zip(starts, ends, strict=True))
    values = [_DASH.sub(b"", value).translate(None, SEPARATORS) for value in raw]
    offsets = np.cumsum([0, *map(len, values)])
    return np.frombuffer(b"".join(values), dtype=np.uint8), offsets[:-1], offsets[1:]


def digits(matrix: Matrix) -> NDArray[np.int64]:
    """The digits of a matrix as numbers; anything else is 99."""
    numbers = matrix.astype(np.int64) - 48
    numbers[(numbers < 0) | (numbers > 9)] = 99
    return numbers


def every(*conditions: Any) -> Bools:
    """Where all conditions hold."""
    answer: Bools = np.logical_and.reduce(conditions)
    return answer


def upper(matrix: Matrix) -> Matrix:
    """ASCII upper case."""
    return np.where((matrix >= 97) & (matrix <= 122), matrix - 32, matrix).astype(np.uint8)


def table(values: dict[str, int]) -> NDArray[np.int64]:
    """A look-up from character code to number; characters without one give -1."""
    found = np.full(256, -1, dtype=np.int64)
    for character, number in values.items():
        found[ord(character)] = number
    return found
