"""Rows of a driver as Arrow columns, without a Python loop over well-formed cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# What Chinese systems wrote before UTF-8, tried in this order on bytes that are not UTF-8.
_LEGACY = ("gb18030", "big5")


def batch(rows: Sequence[Sequence[Any]], kinds: Sequence[str]) -> pa.RecordBatch:
    """One RecordBatch of ``rows``, one array per kind.

    A kind is ``integer``, ``float``, ``boolean``, ``text``, ``binary``, ``mixed`` (numbers where
    all cells are, else text) or ``none`` (not readable: nulls). A cell that is not of its
    column's kind makes the column text: nothing is dropped.
    """
    import pyarrow as pa

    if not rows:
        arrays = [column((), kind) for kind in kinds]
    else:
        arrays = [column(values, kind) for values, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=[str(place) for place in range(len(kinds))])


def column(values: Sequence[Any], kind: str) -> pa.Array[Any]:
    """One array of ``values``, of ``kind`` where every cell is."""
    import pyarrow as pa

    targets: tuple[Any, ...] = {
        "integer": (pa.int64(),),
        "float": (pa.float64(),),
        "boolean": (pa.bool_(),),
        "binary": (pa.binary(),),
        "mixed": (None,),
        "none": (pa.null(),),
    }.get(kind, ())
    for target in targets:
        try:
            return _typed(values, target)
        except (pa.ArrowException, ValueError, TypeError, OverflowError):
            continue
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowException, ValueError, TypeError):
        return pa.array([_text(value) for value in values], pa.string())


def _typed(values: Sequence[Any], target: Any) -> pa.Array[Any]:
    import pyarrow as pa

    if target is None:
        # Inferred, since a float told to be an integer would lose its fraction without a word.
        found: pa.Array[Any] = pa.array(values)
        if pa.types.is_int64(found.type) or pa.types.is_float64(found.type):
            return found
        raise ValueError("not numbers")

    sample = next((value for value in values if value is not None), None)
    if isinstance(sample, (bytes, str)) and not pa.types.is_binary(target):
        # A driver that hands over the wire's text: parsed by Arrow, column-wise.
        cast: pa.Array[Any] = pa.array(values, pa.string()).cast(target)
        return cast
    made: pa.Array[Any] = pa.array(values, target)
    return made


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return decode(value)
    return str(value).encode("utf-8", "replace").decode("utf-8")


def decode(raw: bytes) -> str:
    """Text of ``raw``: UTF-8, else a Chinese legacy encoding, else UTF-8 with replacement marks."""
    for encoding in ("utf-8", *_LEGACY):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")
