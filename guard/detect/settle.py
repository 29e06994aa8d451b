"""``normalise.plain`` without a copy: only values that would change are changed."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from guard.checks import Bools
from guard.detect import normalise, settling

_CHANGES, _GARBLED, _WIDE = 1, 2, 4
_GARBLED_MARKS = "锟\ufffd烫Ãâ"


def plain(values: Any) -> tuple[Any, Bools]:
    """The values trimmed, half-width and on one line each, and which of them may be mojibake.

    The same array where none changes; full-width ASCII, which Chinese text is full of, is narrowed
    in one pass. Equal to ``normalise.plain`` (NFKC, Unicode Standard Annex 15).
    """
    offsets, data = normalise.buffers(values)
    flags = np.empty(len(values), dtype=np.uint8)
    about, narrow = settled()
    settling.unsettled(data, offsets, about, flags)
    changes, garbled = (flags & _CHANGES) != 0, (flags & _GARBLED) != 0
    if ((flags & _WIDE) != 0).any():
        values = _narrowed(values, narrow)
    if changes.any():
        mask = pa.array(changes)
        values = pc.replace_with_mask(values, mask, normalise.plain(values.filter(mask)))
    return values, garbled


def _narrowed(values: Any, narrow: NDArray[np.uint8]) -> Any:
    offsets, data = normalise.buffers(values)
    out = np.empty(int(offsets[-1] - offsets[0]), dtype=np.uint8)
    ends = np.empty(len(offsets), dtype=np.int32)
    settling.fold(data, offsets, narrow, out, ends)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(out))


@cache
def settled() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """By code point below 65,536, flags and the one-byte twin of full-width ASCII (0: none).

    Flags: 1 where a text that holds it may not be normal, 2 in mojibake, 4 where it has a twin.
    """
    flags = np.ones(1 << 16, dtype=np.uint8)
    narrow = np.zeros(1 << 16, dtype=np.uint8)
    for code in range(1 << 16):
        if not 0xD800 <= code <= 0xDFFF:
            flags[code] = _changes(chr(code))
    for code in range(0xFF01, 0xFF5F):
        narrow[code], flags[code] = code - 0xFEE0, _WIDE
    for mark in _GARBLED_MARKS:
        flags[ord(mark)] |= _GARBLED
    return flags, narrow


def _changes(mark: str) -> bool:
    """Whether ``mark`` is not normal by itself, may join what stands before it, or is white space."""
    kind = unicodedata.category(mark)
    if mark == " " or "0" <= mark <= "z":
        return False
    # Marks compose with the letter before them, conjoining Jamo with one another.
    joins = kind[0] == "M" or "\u1100" <= mark <= "\u11ff"
    return joins or kind[0] in "ZC" or unicodedata.normalize("NFKC", mark) != mark
