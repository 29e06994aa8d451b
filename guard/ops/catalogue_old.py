"""Which cells of an old workbook (xls) hold formulas: what readers of values do not say.

Reads the compound file's tables and the record headers of the workbook stream ([MS-CFB], [MS-XLS]); every
chain is bounded by the file's size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_FREE = 0xFFFFFFF0
_BOUNDSHEET, _FORMULAS, _BOF, _EOF = 0x0085, (0x0006, 0x0206, 0x0406), 0x0809, 0x000A
_STREAMS = ("workbook", "book")


class UntoldError(Exception):
    """The file is not built as such files are, so that formulas cannot be told."""


def formulas(data: bytes) -> dict[str, set[tuple[int, int]]]:
    """Row and column, from 0, of the formulas of each sheet by its name. Raises UntoldError."""
    try:
        stream = _Compound(data).workbook()
        return {name: set(_places(stream, start)) for name, start in _sheets(stream)}
    except (struct.error, IndexError, UnicodeDecodeError):
        raise UntoldError from None


class _Compound:
    """A compound file: sectors, their chains, and the directory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, self._mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or self._mini_shift != 6:
            raise UntoldError
        self._size = 1 << shift
        tables = [number for number in struct.unpack_from("<109I", data, 76) if number < _FREE]
        tables += self._more_tables()
        self._next = [word for number in tables for word in self._words(number)]
        (directory,) = struct.unpack_from("<I", data, 48)
        self._directory = self._chain(directory)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise UntoldError
        return self._data[start : start + self._size].ljust(self._size, b"\x00")

    def _words(self, number: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self._size // 4}I", self._sector(number))

    def _more_tables(self) -> list[int]:
        (number,) = struct.unpack_from("<I", self._data, 68)
        found: list[int] = []
        for _ in range(len(self._data) // self._size):
            if number >= _FREE:
                return found
            *words, number = self._words(number)
            found += [word for word in words if word < _FREE]
        raise UntoldError

    def _chain(self, number: int) -> bytes:
        found: list[bytes] = []
        for _ in range(len(self._data) // self._size + 1):
            if number >= _FREE:
                return b"".join(found)
            found.append(self._sector(number))
            number = self._next[number]
        raise UntoldError

    def workbook(self) -> bytes:
        """The stream that holds the workbook's records."""
        root = self._directory[:128]
        for at in range(0, len(self._directory), 128):
            entry = self._directory[at : at + 128]
            (length,) = struct.unpack_from("<H", entry, 64)
            name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le")
            if name.casefold() in _STREAMS:
                start, size = struct.unpack_from("<II", entry, 116)
                (least,) = struct.unpack_from("<I", self._data, 56)
                return (self._chain(start) if size >= least else self._small(root, start))[:size]
        raise UntoldError

    def _small(self, root: bytes, number: int) -> bytes:
        """A stream shorter than a sector allows, kept in pieces of 64 bytes inside the root's stream."""
        whole = self._chain(struct.unpack_from("<I", root, 116)[0])
        (first,) = struct.unpack_from("<I", self._data, 60)
        table = self._chain(first)
        following = struct.unpack(f"<{len(table) // 4}I", table)
        found: list[bytes] = []
        for _ in range(len(following) + 1):
            if number >= _FREE:
                return b"".join(found)
            found.append(whole[number << self._mini_shift : (number + 1) << self._mini_shift])
            number = following[number]
        raise UntoldError


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream, up to its end; those of parts inside it as well."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + length]
        start += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
    raise UntoldError


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, body in _records(stream, 0):
        if kind == _BOF and struct.unpack_from("<H", body)[0] != 0x0600:
            raise UntoldError  # an older stream writes names in a code page
        if kind == _BOUNDSHEET:
            (start,) = struct.unpack_from("<I", body)
            length, wide = body[6], body[7] & 1
            text = body[8 : 8 + length * (2 if wide else 1)]
            yield text.decode("utf-16-le" if wide else "latin-1"), start


def _places(stream: bytes, start: int) -> Iterator[tuple[int, int]]:
    for kind, body in _records(stream, start):
        if kind in _FORMULAS:
            row, column = struct.unpack_from("<HH", body)
            yield row, column
