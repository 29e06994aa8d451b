"""Where types occur in text files: places only, in memory only, for as long as the scan lasts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from guard.model import DataType, Located, Problem, Span


class SpanReader(Protocol):
    """What finds types in texts."""

    @property
    def trouble(self) -> str:
        """Why names were not looked for; empty where they were."""
        ...

    def spans(self, texts: list[str], *, names: bool = True) -> list[list[Span]]:
        """The spans of each text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanLimits:
    """What is kept of one asset and of a run, and how many characters of each the tagger reads.

    ``characters`` and ``seconds`` bound the reading of one asset.
    """

    kept: int = 10_000
    kept_of_all: int = 200_000
    named: int = 200_000
    named_of_all: int = 2_000_000
    characters: int = 64 << 20
    seconds: float = 60.0


@dataclass(slots=True)
class _File:
    """One text file while it is read."""

    spans: list[Span] = field(default_factory=list)
    found: int = 0
    secret: bool = False
    characters: int = 0
    named: int = 0
    unnamed: int = 0
    cut: bool = False


class SpanStore:
    """The spans of a run by the reference of their asset. Threads may share it; it keeps no text."""

    def __init__(
        self, reader: SpanReader, types: Mapping[str, DataType], limits: SpanLimits | None = None
    ) -> None:
        self._reader, self._limits = reader, limits or SpanLimits()
        self._secret = frozenset(name for name, kind in types.items() if kind.candidate == "scope-secret")
        self._lock = threading.Lock()
        self._found: dict[str, Located] = {}
        self._room, self._names = self._limits.kept_of_all, self._limits.named_of_all

    def __getitem__(self, ref: str) -> Located:
        return self._found.get(ref, Located())

    def __contains__(self, ref: object) -> bool:
        return ref in self._found

    def read(self, ref: str, parts: Iterable[str]) -> tuple[Problem, ...] | None:
        """Read the text that ``parts`` make and keep its spans under ``ref``.

        Returns what must be said about it; None, with nothing kept, where it carries a state-secret
        marking.
        """
        file, line, column = _File(), 1, 1
        until = time.monotonic() + self._limits.seconds
        for part in parts:
            for span in self._part(file, part):
                self._keep(file, span, part, line, column)
            if file.secret:
                return None
            file.characters += len(part)
            line, column = _after(part, line, column)
            if file.characters >= self._limits.characters or time.monotonic() > until:
                file.cut = True
                break
        if not file.characters:
            return ()
        with self._lock:
            self._found[ref] = Located(spans=tuple(file.spans), more=file.found - len(file.spans))
        return tuple(self._notes(file))

    def _part(self, file: _File, part: str) -> Iterator[Span]:
        """The spans of one part, line by line, with offsets in it."""
        lines = part.split("\n")
        (names, left) = (self._take(file, part), 0)
        for text, spans in zip(lines, self._reader.spans(lines, names=names), strict=True):
            for span in spans:
                yield replace(span, start=span.start + left, end=span.end + left)
            left += len(text) + 1

    def _take(self, file: _File, part: str) -> bool:
        """Whether the tagger reads this part too."""
        if part.isascii():
            return False
        with self._lock:
            given = file.named < self._limits.named and self._names > 0
            if given:
                self._names -= len(part)
        file.named += len(part) * given
        file.unnamed += len(part) * (not given)
        return given

    def _keep(self, file: _File, span: Span, part: str, line: int, column: int) -> None:
        file.found += 1
        file.secret = file.secret or span.type in self._secret
        if len(file.spans) >= self._limits.kept:
            return
        with self._lock:
            if self._room <= 0:
                return
            self._room -= 1
        at_line, at_column = _after(part[: span.start], line, column)
        before = file.characters
        file.spans.append(
            replace(span, start=span.start + before, end=span.end + before, line=at_line, column=at_column)
        )

    def _notes(self, file: _File) -> Iterator[Problem]:
        if file.found > len(file.spans):
            yield Problem(code="spans-cut", params={"kept": len(file.spans), "found": file.found})
        if file.cut:
            yield Problem(code="spans-partial", params={"characters": file.characters})
        if self._reader.trouble:
            yield Problem(code=self._reader.trouble)
        elif file.unnamed:
            yield Problem(code="names-cut", params={"characters": file.named})


def _after(text: str, line: int, column: int) -> tuple[int, int]:
    """Line and column of the character that follows ``text``, which starts at ``line`` and ``column``."""
    breaks = text.count("\n")
    return (line + breaks, len(text) - text.rfind("\n")) if breaks else (line, column + len(text))
