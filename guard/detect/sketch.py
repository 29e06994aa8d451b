"""Arrow arrays as 64-bit hashes, and how many different ones there are, counted in bounded room.

A hash depends on the value alone, so equal values of different samples meet. Values are not kept. Beyond
``most`` different hashes those are kept whose lowest bits are 0 (distinct sampling): each of them with its
whole count, and all others by the same share.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
MOST = 1 << 16
LONGEST = 128  # bytes of a value that are told apart
_WORD = 8
_MIX = np.uint64(0x9E3779B97F4A7C15)
_LAST = np.uint64(0xBF58476D1CE4E5B9)
_SEED = np.uint64(0xD6E8FEB86659FD93)
_NULL = np.uint64(0)
_HALF = np.uint64(32)
_KEPT = np.array([0, *((1 << (8 * size)) - 1 for size in range(1, 9))], dtype=np.uint64)


def hashes(array: Any) -> Hashes | None:
    """A hash a row; 0 for a row without a value. None for nested values, which have no equality here."""
    try:
        plain = _plain(array)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        plain = None
    if plain is None:
        return None
    if pa.types.is_large_string(plain.type) or pa.types.is_large_binary(plain.type):
        found = _of_bytes(plain)
    else:
        filled = plain.fill_null(0) if plain.null_count else plain
        found = _finished((filled.to_numpy(zero_copy_only=False).astype(np.uint64) ^ _SEED) * _MIX)
    if plain.null_count:
        found[np.asarray(plain.is_null())] = _NULL
    return found


def together(parts: list[Hashes]) -> Hashes:
    """One hash a row of several columns; 0 where none of them has a value."""
    found = np.zeros(len(parts[0]), dtype=np.uint64)
    empty = np.ones(len(parts[0]), dtype=np.bool_)
    for part in parts:
        empty &= part == _NULL
        found = _stirred(found, part)
    found = _finished(found)
    found[empty] = _NULL
    return found


def _plain(array: Any) -> Any:
    """The array as bytes or 64-bit numbers."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return array.cast(pa.int64(), safe=False)
    if pa.types.is_floating(kind):
        wide = array.cast(pa.float64())
        return pa.Array.from_buffers(pa.int64(), len(wide), wide.buffers(), offset=wide.offset)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        whole = array.cast(pa.int32()) if kind.bit_width == _HALF else array
        return whole.cast(pa.int64())
    if pa.types.is_decimal(kind):
        array = array.cast(pa.string())
    elif not any(word in str(kind) for word in ("string", "binary", "utf8")):
        return None
    return array.cast(pa.binary()).cast(pa.large_binary())


def _of_bytes(array: Any) -> Hashes:
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    first, last = (int(offsets[0]), int(offsets[-1])) if len(offsets) else (0, 0)
    data = array.buffers()[2]
    held = np.frombuffer(data, np.uint8)[first:last] if data is not None and last > first else _NO_BYTES
    padded = np.concatenate([held, np.zeros(_WORD, np.uint8)])
    windows = np.ndarray((len(padded) - _WORD + 1,), dtype="<u8", buffer=padded, strides=(1,))
    starts, sizes = offsets[:-1] - first, np.diff(offsets)
    found = (sizes.astype(np.uint64) ^ _SEED) * _MIX
    longest = min(int(sizes.max(initial=0)), LONGEST)
    even = bool((sizes == longest).all())
    for at in range(0, longest, _WORD):
        if even:  # the common case of numbers with a fixed length
            words = windows[starts + at]
            if longest - at < _WORD:
                words &= _KEPT[longest - at]
            found = _stirred(found, words)
            continue
        rest = np.clip(sizes - at, 0, _WORD)
        words = windows[np.minimum(starts + at, len(windows) - 1)] & _KEPT[rest]
        step = _stirred(found, words)
        found = step if rest.all() else np.where(rest > 0, step, found)
    return _finished(found)


def _stirred(found: Hashes, words: Hashes) -> Hashes:
    step = (found ^ words) * _MIX
    step ^= step >> _HALF
    return step


_NO_BYTES = np.zeros(0, np.uint8)


def _finished(found: Hashes) -> Hashes:
    """Every bit depends on every bit; never 0, which stands for no value."""
    found = (found ^ (found >> _HALF)) * _LAST
    found ^= found >> _HALF
    found[found == _NULL] = _SEED
    return found


class Sketch:
    """Different keys and how many rows each has. ``share`` is the share of the keys that are kept."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._bits = 0
        self._keys: list[Hashes] = []
        self._rows: list[NDArray[np.int64]] = []

    def add(self, keys: Hashes) -> None:
        """Count a key a row; rows of key 0 have none."""
        if self._bits:
            keys = keys[_low(keys, self._bits)]
        counted = pc.value_counts(pa.array(keys))
        found, rows = np.asarray(counted.field(0)), np.asarray(counted.field(1))
        filled = found != _NULL
        self._keys.append(found[filled])
        self._rows.append(rows[filled])
        if sum(map(len, self._keys)) > 2 * self._most:
            self._compress()

    def _compress(self) -> None:
        """Bring equal keys together, and keep a smaller share of them where there are too many."""
        if len(self._keys) < 2:
            return
        keys, rows = np.concatenate(self._keys), np.concatenate(self._rows)
        order = np.argsort(keys)
        keys, rows = keys[order], rows[order]
        first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else order
        keys, rows = keys[first], np.add.reduceat(rows, first) if len(first) else rows
        while len(keys) > self._most:
            self._bits += 1
            chosen = _low(keys, self._bits)
            keys, rows = keys[chosen], rows[chosen]
        self._keys, self._rows = [keys], [rows]

    @property
    def share(self) -> float:
        """The share of the keys that are kept; 1 where all are."""
        return 1.0 / (1 << self._bits)

    def counts(self) -> NDArray[np.int64]:
        """The rows of every key that is kept."""
        self._compress()
        return self._rows[0] if self._rows else np.zeros(0, np.int64)

    @property
    def distinct(self) -> float:
        """How many different keys there were: exact while all are kept, else within about 1 %."""
        return len(self.counts()) / self.share


def _low(keys: Hashes, bits: int) -> NDArray[np.bool_]:
    chosen: NDArray[np.bool_] = (keys & np.uint64((1 << bits) - 1)) == _NULL
    return chosen
