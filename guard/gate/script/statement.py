"""One statement of a script: its tokens, and where each of them stands in its file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from guard.gate.script.dialect import Dialect
from guard.gate.script.lexer import Token, tokenize
from guard.model.gate import Place

_BREAK = re.compile("\n")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A piece of SQL and where it stands: its first character is on ``line`` at column ``at`` of ``file``
    (both 1-based). Lines end in ``\\n``. ``quoted``: a literal of another script holds it."""

    file: str
    text: str = field(repr=False)
    line: int = 1
    at: int = 1
    quoted: bool = False

    @cached_property
    def _breaks(self) -> Sequence[int]:
        return [found.start() for found in _BREAK.finditer(self.text)]

    def place(self, start: int, end: int) -> Place:
        """Where the characters from ``start`` to ``end`` (exclusive, after ``start``) stand."""
        first = last = bisect_right(self._breaks, start - 1)
        if first < len(self._breaks) and self._breaks[first] < end - 1:
            last = bisect_right(self._breaks, end - 2)
        at = start - self._breaks[first - 1] if first else start + self.at
        return Place(file=self.file, line=self.line + first, end=self.line + last, at=at)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The statement at ``start`` to ``end`` of ``source``, without its terminator.

    ``broken`` is where a quote or comment opens in it that is never closed, -1 where all are.
    """

    source: Text
    start: int
    end: int
    dialect: Dialect
    broken: int = -1

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its tokens without comments. A long INSERT has millions: ``walk`` and ``first`` make only some."""
        return tuple(self.walk())

    def walk(self) -> Iterator[Token]:
        """Its tokens without comments, one after the other as they are asked for."""
        found = tokenize(self.source.text, self.dialect, self.start, self.end)
        return (token for token in found if token.kind != "comment")

    def first(self, count: int) -> tuple[Token, ...]:
        """The first ``count`` of its tokens, or all where there are fewer."""
        return tuple(islice(self.walk(), count))

    def place(self, first: Token | None = None, last: Token | None = None) -> Place:
        """Where ``first`` to ``last`` stand: one token where ``last`` is None, all of it where both are."""
        if first is None:
            return self.source.place(self.start, self.end)
        return self.source.place(first.start, (last or first).end)
