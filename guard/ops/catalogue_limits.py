"""How large a catalogue's spreadsheet may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes of the file and of what it unpacks to; rows, columns of a sheet; cells, sheets of a book."""

    file: int = 32 << 20
    unpacked: int = 256 << 20
    rows: int = 20_000
    columns: int = 256
    cells: int = 2_000_000
    sheets: int = 64


class TooLargeError(Exception):
    """A sheet is larger than it may be; ``what`` names the limit, ``most`` its size."""

    def __init__(self, what: str, most: int) -> None:
        self.what, self.most = what, most
        super().__init__(what)
