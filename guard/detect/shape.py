"""Facts about a column that hold no value: flags such as ``sequence`` and ``hash``, ages, decimals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# What the automaton looks for beside the types: flag or internal name to pattern.
SHAPES: Mapping[str, str] = {
    "integer": r"-?\d{1,19}",
    "number": r"-?\d+(?:\.\d+)?",
    "decimal": r"-?\d+\.\d+",
    "scientific": r"\d(?:\.\d+)?[Ee]\+?1[4-9]",
    "hash": r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128}",
    "uuid": r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
    "epoch": r"1[0-9]{9}(?:\d{3})?(?:\d{3})?",
    "ean": r"97[89]\d{10}|[0-9]{13}",
}
# What is left of Chinese text that went through the wrong encoding.
MOJIBAKE = r"锟斤拷|\x{fffd}|烫烫烫|Ã[\x{80}-\x{bf}]|â€"
FLAGGED = ("hash", "uuid", "ean")
_ADULT = 14
_DENSE = 20


def sequence(values: Any, rows: int) -> bool:
    """Whether the integers of ``rows`` rows count up: all different, and close together for their number."""
    if rows < 3 or len(values) < rows:
        return False
    numbers = np.asarray(pc.cast(values, pa.int64(), safe=False))
    dense = int(numbers.max()) - int(numbers.min()) < _DENSE * len(numbers)
    return dense and len(np.unique(numbers)) == len(numbers)


def epoch(values: Any) -> bool:
    """Whether integers of 10, 13 or 16 digits are a time between 2000 and 2040 (s, ms, µs)."""
    numbers = np.asarray(pc.cast(values, pa.int64(), safe=False)).astype(np.float64)
    seconds = numbers / np.select([numbers > 1e15, numbers > 1e12], [1e6, 1e3], 1.0)
    return bool(((seconds > 946_684_800) & (seconds < 2_208_988_800)).all())


def decimals(values: Any) -> int:
    """Most digits after the point."""
    point = pc.find_substring(values, ".")
    after = pc.subtract(pc.subtract(pc.binary_length(values), point), 1)
    return int(pc.max(after).as_py())


def ages(years: NDArray[np.int64], counts: NDArray[np.int64], today: int) -> dict[str, float]:
    """Youngest and oldest age in whole years at the end of ``today``'s year, and the share under 14."""
    old = today - years
    known = (old >= 0) & (old < 150)
    if not known.any():
        return {}
    young = counts[known & (old < _ADULT)].sum() / counts[known].sum()
    return {"min_age": float(old[known].min()), "max_age": float(old[known].max()), "minors": float(young)}


_MAGIC = {
    "image": (b"\xff\xd8\xff", b"\x89PN", b"GIF", b"BM"),
    "pdf": (b"%PD",),
    "zip": (b"PK\x03",),
}


def magic(array: Any) -> dict[str, int]:
    """How many cells of a binary array begin like an image, a PDF or an Office or zip file."""
    if not pa.types.is_binary(array.type):
        return {}
    heads = pc.binary_slice(array, 0, 3)
    counts = {}
    for flag, starts in _MAGIC.items():
        matched = pc.is_in(heads, pa.array([start[:3] for start in starts], pa.binary()))
        counts[flag] = int(pc.sum(matched).as_py() or 0)
    return {flag: count for flag, count in counts.items() if count}
