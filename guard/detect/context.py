"""The words before a match: a label of its type speaks for it, a label of something else against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_STOPS = re.compile("[\\n\\r。；;！!？?]")
_LEAST = 2


class Window:
    """Judges a match by what stands before it. ``hints`` are the Chinese column-name words of each type."""

    def __init__(self, lexicon: Mapping[str, Any], hints: Mapping[str, Iterable[str]]) -> None:
        rules = lexicon["context"]
        self.labels = {
            kind: tuple(sorted(_words(rules["labels"].get(kind, ""), words), key=len, reverse=True))
            for kind, words in (dict.fromkeys(rules["labels"], ()) | dict(hints)).items()
        }
        self._own: dict[str, re.Pattern[str] | None] = {}
        self._against = _last(rules["against"].split())
        self._size, self._gap = int(rules["window"]), int(rules["gap"])
        self._raise, self._lower = float(rules["raise"]), float(rules["lower"])

    def weigh(self, kind: str, text: str, start: int, confidence: float) -> float:
        """``confidence`` in a match of ``kind`` at ``start`` of ``text``, raised or lowered by its label."""
        before = self._before(text, start)
        own, other = self._place(self._pattern(kind), before), self._place(self._against, before)
        if own > other:
            return confidence + (1.0 - confidence) * self._raise
        return confidence * self._lower if other >= 0 else confidence

    def labelled(self, kind: str, text: str, start: int) -> bool:
        """Whether a label of ``kind`` stands directly before ``start``."""
        before = self._before(text, start)
        end = self._place(self._pattern(kind), before)
        return end > self._place(self._against, before) and len(before) - end <= self._gap

    def _before(self, text: str, start: int) -> str:
        before = text[max(0, start - self._size) : start]
        stop = max((match.end() for match in _STOPS.finditer(before)), default=0)
        return before[stop:]

    def _pattern(self, kind: str) -> re.Pattern[str] | None:
        if kind not in self._own:
            self._own[kind] = _last(self.labels.get(kind, ()))
        return self._own[kind]

    @staticmethod
    def _place(pattern: re.Pattern[str] | None, text: str) -> int:
        """Where the last label ends; -1 where there is none."""
        match = pattern.match(text) if pattern else None
        return match.end(1) if match else -1


def _words(own: str, hints: Iterable[str]) -> set[str]:
    return {*own.split(), *(word for word in hints if len(word) >= _LEAST)}


def _last(words: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern whose group is the last of the words in a text, the longest of those that end there."""
    found = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(f"(?s:.*)({found})") if found else None
