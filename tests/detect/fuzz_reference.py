"""What Python's own ``re`` finds: the judge of both engines."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from detect.fuzz_strings import python

from guard.detect.rules import Rule

_OPENS = r"(?<![0-9A-Za-z])(?<![0-9]\.)"
_CLOSES = r"(?![0-9A-Za-z])(?!\.[0-9])"
_SEPARATORS = str.maketrans("", "", "-‐‑‒–—―' \t\"=")
Span = tuple[int, int, int, int]


class Judge:
    """One rule in ``re``, ASCII boundaries and all."""

    def __init__(self, rule: Rule) -> None:
        flags = re.ASCII if rule.form == "plain" else re.ASCII | re.IGNORECASE
        pattern = python(rule.pattern)
        self._compact = rule.form == "compact"
        self._whole = re.compile(pattern, flags).fullmatch
        self._between = re.compile(f"{_OPENS}(?:{pattern}){_CLOSES}", flags).search
        self._closes = re.compile(_CLOSES).match

    def whole(self, lines: Sequence[str], compact: Sequence[str]) -> np.ndarray:
        """Which values match from first to last character; ``compact`` are the same without separators."""
        match, chosen = self._whole, compact if self._compact else lines
        return np.fromiter((match(line) is not None for line in chosen), np.bool_, len(chosen))

    def rows(self, lines: Sequence[str]) -> np.ndarray:
        """Which values hold the rule between boundaries."""
        search = self._between
        return np.fromiter((search(line) is not None for line in lines), np.bool_, len(lines))

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Leftmost, then longest, not overlapping: character offsets."""
        found, at = [], 0
        while hit := self._between(line, at):
            start = hit.start()
            ends = range(len(line), start, -1)
            end = next(
                (end for end in ends if self._closes(line, end) and self._whole(line, start, end)), start
            )
            if end > start:
                found.append((start, end))
            at = max(end, start + 1)
        return found


def compacted(lines: Sequence[str]) -> list[str]:
    """The lines without the separators that stand inside numbers."""
    return [line.translate(_SEPARATORS) for line in lines]


def hits(judges: Sequence[Judge], numbers: Sequence[int], lines: Sequence[str]) -> list[Span]:
    """(row, start, end, rule) of every hit, in bytes, sorted as ``Hits`` is."""
    found = [
        (row, len(line[:start].encode()), len(line[:end].encode()), number)
        for row, line in enumerate(lines)
        for judge, number in zip(judges, numbers, strict=True)
        for start, end in judge.spans(line)
    ]
    return sorted(found, key=lambda one: (one[0], one[1], one[3]))
