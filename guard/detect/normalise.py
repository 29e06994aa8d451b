"""From Arrow arrays of any primitive type to trimmed, half-width text, and the forms types are matched in.

``plain`` is trimmed and half-width; ``upper`` is plain in ASCII upper case; ``compact`` is upper without the
separators, quotes and equals signs that people and spreadsheets put inside numbers.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import re2

_SEPARATORS = "[-‐-―' \\t\"=]"
_EXACT_FLOAT = 2**53
_FLOAT_DIGITS = 1e15
_WHOLE = 1024
_DROP = str.maketrans("", "", "-‐‑‒–—―' \t\"=")
_MARKED = re.compile(rb"[-' \t\"=]|\xe2\x80[\x90-\x95]")
_MAYBE_MARKED = np.zeros(256, dtype=np.bool_)
_MAYBE_MARKED[list(b"-' \t\"=\xe2")] = True
_BREAKS = (b"\n", b"\r", b"\t", b"\x00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A column as strings. ``kind`` is text, number, time, boolean, binary or nested.

    ``lost`` counts numbers too large for their storage to have kept every digit.
    """

    values: Any
    kind: str
    lost: int = 0


def texts(array: Any) -> Texts:
    """The strings of an Arrow array; nulls stay null. Values with no text form become null."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view":
        return _strings(array)
    if pa.types.is_floating(kind):
        return _floats(array.cast(pa.float64()))
    if pa.types.is_decimal(kind):
        plain = pc.replace_substring_regex(array.cast(pa.string()), "\\.0+$", "")
        return Texts(values=plain, kind="number")
    if pa.types.is_integer(kind):
        return Texts(values=array.cast(pa.string()), kind="number")
    return _others(array)


def _strings(array: Any) -> Texts:
    """A file may call strings what is no UTF-8, and nobody looks while reading."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        wide = pa.types.is_large_string(array.type)
        return _binary(array.view(pa.large_binary() if wide else pa.binary()).cast(pa.binary()))
    return Texts(values=array if pa.types.is_string(array.type) else array.cast(pa.string()), kind="text")


def _floats(array: Any) -> Texts:
    values = array.to_numpy(zero_copy_only=False)
    known = values[np.isfinite(values)]
    if len(known) and (known == np.floor(known)).all() and (np.abs(known) < _FLOAT_DIGITS * 1e3).all():
        lost = int((np.abs(known) >= _FLOAT_DIGITS).sum())
        safe = pc.if_else(pc.is_finite(array), array, pa.scalar(None, pa.float64()))
        return Texts(values=safe.cast(pa.int64(), safe=False).cast(pa.string()), kind="number", lost=lost)
    lost = int((np.abs(known) >= _EXACT_FLOAT).sum())
    return Texts(values=array.cast(pa.string()), kind="number", lost=lost)


def _others(array: Any) -> Texts:
    kind = array.type
    if pa.types.is_boolean(kind):
        return Texts(values=array.cast(pa.string()), kind="boolean")
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
        plain = pc.replace_substring_regex(array.cast(pa.string()), "[ T]00:00:00(?:\\.0+)?Z?$", "")
        return Texts(values=plain, kind="time")
    if "binary" in str(kind):
        return _binary(array.cast(pa.binary()))
    return Texts(values=pa.nulls(len(array), pa.string()), kind="nested")


def _binary(array: Any) -> Texts:
    try:
        return Texts(values=array.cast(pa.string()), kind="text")
    except pa.ArrowInvalid:
        pass
    # Rare: bytes that are not text. Readable cells among them are still read.
    cells = [None if cell is None else _readable(cell) for cell in array.to_pylist()]
    return Texts(values=pa.array(cells, pa.string()), kind="binary")


def _readable(cell: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = cell.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isprintable():
            return text
    return None


def plain(values: Any) -> Any:
    """Trimmed and half-width; newlines become spaces so that one value is one line."""
    raw = joined(values)
    broken = any(mark in raw for mark in _BREAKS)
    if broken:
        values = pc.replace_substring_regex(values, "[\\r\\n\\t\\x00]+", " ")
    if not raw.isascii():
        values = pc.call_function("utf8_normalize", [values], pc.Utf8NormalizeOptions("NFKC"))
        values = pc.replace_substring_regex(values, "[\\p{Cf}\\p{Zl}\\p{Zp}]", "")
    return pc.utf8_trim_whitespace(values)


def whole(values: Any) -> Any:
    """Values cut to a length that no pattern over a whole value needs to exceed."""
    if len(values) and (pc.max(pc.binary_length(values)).as_py() or 0) > _WHOLE:
        return pc.utf8_slice_codeunits(values, 0, _WHOLE)
    return values


def compact(values: Any) -> Any:
    """Without separators inside: ``110101 19900307 002X`` and ``138-0013-8000`` become one run.

    The same array where there is nothing to drop.
    """
    if not len(values):
        return values
    offsets, data = buffers(values)
    data = data[offsets[0] : offsets[-1]]
    if not _MAYBE_MARKED[data].any() or not _MARKED.search(memoryview(data)):
        return values
    return pc.replace_substring_regex(values, _SEPARATORS, "")


def joined(values: Any) -> bytes:
    """The bytes of all values one after another, without copying where that is possible."""
    if not len(values):
        return b""
    offsets, data = buffers(values)
    return bytes(data[offsets[0] : offsets[-1]])


def buffers(values: Any) -> tuple[Any, Any]:
    """Offsets and bytes of a string array without nulls."""
    _, where, data = values.buffers()
    offsets = np.frombuffer(where, dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    return offsets, np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, np.uint8)


def plain_text(text: str) -> str:
    """Scalar twin of ``plain``."""
    if not text.isprintable():
        text = re2.sub("[\\r\\n\\t\\x00]+", " ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(mark for mark in text if unicodedata.category(mark) not in ("Cf", "Zl", "Zp"))
    return text.strip()


def form_text(text: str, steps: tuple[str, ...]) -> str:
    """Scalar twin of the forms: ``text`` after plain and the ``steps`` of a type."""
    text = plain_text(text)
    if "upper" in steps or "compact" in steps:
        text = "".join(mark.upper() if mark.isascii() else mark for mark in text)
    return text.translate(_DROP) if "compact" in steps else text
