"""A small workbook of the old kind (xls), made by hand: one sheet of texts, formulas and merged ranges."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))


def _label(row: int, column: int, text: str) -> bytes:
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def _formula(row: int, column: int, value: float) -> bytes:
    return _record(0x0006, struct.pack("<HHHdHIH", row, column, 0, value, 0, 0, 3) + b"\x1e\x01\x00")


def _merged(ranges: Iterable[tuple[int, int, int, int]]) -> bytes:
    spans = list(ranges)
    return _record(
        0x00E5, struct.pack("<H", len(spans)) + b"".join(struct.pack("<4H", *one) for one in spans)
    )


def write(
    path: Path,
    texts: Mapping[tuple[int, int], str],
    formulas: Mapping[tuple[int, int], float],
    merged: Iterable[tuple[int, int, int, int]] = (),
    name: str = "目录",
) -> Path:
    """Write the sheet; ``merged`` are first row, last row, first column, last column."""
    cells = b"".join(_label(*place, text) for place, text in texts.items())
    cells += b"".join(_formula(*place, value) for place, value in formulas.items())
    sheet = _bof(0x0010) + cells + _merged(merged) + _record(0x000A)
    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    start = len(_bof(0x0005)) + 4 + 6 + len(title) + 4
    head = _bof(0x0005) + _record(0x0085, struct.pack("<IBB", start, 0, 0) + title) + _record(0x000A)
    path.write_bytes(_compound((head + sheet).ljust(4096, b"\x00")))
    return path


def _compound(stream: bytes) -> bytes:
    """A compound file: sector 0 the table, 1 the directory, then the workbook stream."""
    count = -(-len(stream) // _SECTOR)
    table = [_TABLE, _END, *range(3, 2 + count), _END]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    head = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<I", 0)
    head += struct.pack("<I", _FREE) * 108
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    directory += (bytes(68) + struct.pack("<III", _FREE, _FREE, _FREE) + bytes(48)) * 2
    body = struct.pack(f"<{len(table)}I", *table) + directory + stream.ljust(count * _SECTOR, b"\x00")
    return head[:_SECTOR] + body


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\x00\x00"
    front = text.ljust(64, b"\x00") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return front + bytes(36) + struct.pack("<IQ", start, size)
