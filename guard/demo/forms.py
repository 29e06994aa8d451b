"""Strings from a form such as ``ZY2024######``, drawn as one matrix of characters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Strings = NDArray[np.str_]

ALPHABETS = {
    "#": "0123456789",
    "@": "ABCDEFGHJKLMNPRSTUVWXYZ",
    "&": "0123456789abcdef",
    "*": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "^": "0123456789ABCDEFGHJKLMNPQRTUWXY",
}


def characters(text: str) -> NDArray[np.uint32]:
    """The code points of ``text``."""
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def joined(matrix: NDArray[np.uint32]) -> Strings:
    """A ``count x width`` matrix of code points as ``count`` strings."""
    count, width = matrix.shape
    return np.ascontiguousarray(matrix).view(f"<U{width}").reshape(count)


def matrix(values: Strings) -> NDArray[np.uint32]:
    """Strings of one equal length as a ``count x width`` matrix of code points."""
    width = values.dtype.itemsize // 4
    return np.ascontiguousarray(values).view(np.uint32).reshape(len(values), width)


def fill(rng: np.random.Generator, form: str, count: int) -> Strings:
    """``count`` strings of ``form``: ``#`` a digit, ``@`` a letter, ``&`` lower hexadecimal,
    ``*`` a letter or digit, ``^`` a character of the credit-code alphabet; others stand."""
    drawn = np.tile(characters(form), (count, 1))
    for token, alphabet in ALPHABETS.items():
        places = [index for index, char in enumerate(form) if char == token]
        if places:
            choice = rng.integers(0, len(alphabet), (count, len(places)))
            drawn[:, places] = characters(alphabet)[choice]
    return joined(drawn)
