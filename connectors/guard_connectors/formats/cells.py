"""Cells too long to be kept: cut while they stream past, so that the cells after them are not lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 1 << 16
_MOST_LINE = 2 << 20
_SHORT = 64


class Cutter:
    """Cuts cells beyond LONGEST characters; ``cuts`` counts them.

    A line of more than two million characters keeps 64 of each further cell, and ends at three million.
    """

    def __init__(self, delimiter: str, *, quoted: bool) -> None:
        self._delimiter, self.cuts = delimiter, 0
        marks = re.escape(delimiter) + ('"' if quoted else "")
        self._words = re.compile(f"[{marks}\\r\\n]|[^{marks}\\r\\n]+")
        self._quote = '"' if quoted else ""

    def row(self, row: list[str]) -> list[str]:
        """``row`` with its long cells cut."""
        self.cuts += sum(len(cell) > LONGEST for cell in row)
        return [cell[:LONGEST] for cell in row]

    def line(self, pieces: Iterator[str], inside: bool) -> str:
        """One line from its ``pieces``; ``inside``: it starts inside quotes. Its quotes stay paired."""
        cell = _Cell(inside)
        out: list[str] = []
        size = 0
        for word in (match[0] for piece in pieces for match in self._words.finditer(piece)):
            between = word == self._delimiter and not cell.inside
            if between or word in "\r\n":
                text = cell.mend() + word
                if not cell.inside:
                    self.cuts += cell.cut
                    cell = _Cell(False)
            else:
                text = cell.take(word, LONGEST if size < _MOST_LINE else _SHORT, self._quote)
            if size < _MOST_LINE * 3 // 2 or word in "\r\n":
                out.append(text)
                size += len(text)
        self.cuts += cell.cut
        return "".join(out) + cell.mend()


class _Cell:
    """One cell while its characters pass: whether it is inside quotes, and what of it was kept."""

    def __init__(self, inside: bool) -> None:
        self.inside = self._kept_inside = inside
        self._size = 0
        self.cut = False

    def take(self, word: str, most: int, quote: str) -> str:
        """What is kept of ``word``, so that the cell stays within ``most`` characters."""
        kept = word[: max(0, most - self._size)]
        self._size += len(kept)
        self.cut = self.cut or len(kept) < len(word)
        if word == quote:
            self.inside = not self.inside
            self._kept_inside ^= bool(kept)
        return kept

    def mend(self) -> str:
        """The quote that is missing where what was kept and what passed do not pair alike."""
        missing = self.inside != self._kept_inside
        self._kept_inside = self.inside
        return '"' if missing else ""
