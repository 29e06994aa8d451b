"""Columns of a terminal, measured in cells: a Chinese character takes two, a combining mark none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

_NAMES = ("column", "type", "category", "level", "confidence", "reason")
_FIXED = {"level": 8, "confidence": 6}
_SHARES = {"column": 0.27, "type": 0.21, "category": 0.16}
_GAP = " "


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Names and widths, in cells, of the columns of one table. ``measure`` gives a text's cells."""

    names: tuple[str, ...]
    widths: tuple[int, ...]
    measure: Callable[[str], int]

    def line(self, texts: Sequence[str]) -> str:
        """One line, every text cut to its column."""
        return self.join([self._cut(text, width)[0] for text, width in zip(texts, self.widths, strict=True)])

    def wrap(self, texts: Sequence[str]) -> list[list[str]]:
        """The lines of one row: a text that is too long goes on below, in its own column."""
        folded = [self._fold(text, width) for text, width in zip(texts, self.widths, strict=True)]
        blank = [self._pad("", width) for width in self.widths]
        return [
            [part if part is not None else gap for part, gap in zip(parts, blank, strict=True)]
            for parts in zip_longest(*folded)
        ]

    def beside(self, first: str, second: str) -> str:
        """``first``, and as much of ``second`` as still fits the first column, if that says anything."""
        room = self.widths[0] - self.measure(first) - 2
        if not second or room < min(self.measure(second), 6):
            return first
        while self.measure(second) > room:
            second = second[:-2] + "…"
        return f"{first} {second}"

    def join(self, cells: Sequence[str]) -> str:
        """Padded cells as one line."""
        return _GAP.join(cells)

    def _fold(self, text: str, width: int) -> list[str]:
        parts = []
        while True:
            part, text = self._cut(text, width)
            parts.append(part)
            if not text:
                return parts

    def _cut(self, text: str, width: int) -> tuple[str, str]:
        if self.measure(text) <= width:
            return self._pad(text, width), ""
        end, used = 0, 0
        while end < len(text) and (used := used + self.measure(text[end])) <= width:
            end += 1
        space = text.rfind(" ", 0, end + 1)
        if space > 0 and self.measure(text[:space]) * 2 > width:
            return self._pad(text[:space], width), text[space:].lstrip()
        return self._pad(text[: max(end, 1)], width), text[max(end, 1) :]

    def _pad(self, text: str, width: int) -> str:
        return text + " " * (width - self.measure(text))


def layout(width: int) -> Layout:
    """Columns for a terminal of ``width`` cells; the reason takes what the others leave."""
    from rich.cells import cell_len

    free = width - 2 - sum(_FIXED.values()) - len(_GAP) * (len(_NAMES) - 1)
    sized = {name: int(free * share) for name, share in _SHARES.items()} | _FIXED
    sized["reason"] = free - sum(sized[name] for name in _SHARES)
    return Layout(names=_NAMES, widths=tuple(sized[name] for name in _NAMES), measure=cell_len)
