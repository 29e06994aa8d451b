"""A script cut into statements: at ``;`` or what DELIMITER names, at GO, at ``/`` alone on its line.

sqlparse does not do it: it knows no DELIMITER, GO, client lines or COPY data, cuts packages and MySQL's
REPEAT apart, and makes an object of every token, so that the rows of a dump take minutes.
``test_split_beside`` shows what it cuts wrongly, and that plain scripts are cut alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guard.gate.script import blocks
from guard.gate.script.copied import rows_after
from guard.gate.script.dialect import Dialect
from guard.gate.script.lexer import Token
from guard.gate.script.passing import between, passing, past
from guard.gate.script.recover import opened, resumed
from guard.gate.script.statement import Statement, Text

_DEFINES = re.compile(r"(?i)create|alter|drop|comment|grant|revoke|rename")
_OF_CASE = re.compile(r"(?i)\n[ \t]*+(?:end|else)\b")
_CASE = re.compile(r"(?i)\bcase\b")
_MARKS = 32  # each makes an expression of its own; no real script has more than a few
# How often a script's length is read again for quotes that are never closed. People leave a few open; of
# thousands each would be read to the end of the script, and the time would grow with its square.
_PATIENCE = 8


def split(text: Text, dialect: Dialect) -> Iterator[Statement]:
    """The statements of ``text`` in order; what is between them is left out."""
    return (piece for piece in walk(text, dialect) if isinstance(piece, Statement))


def walk(text: Text, dialect: Dialect) -> Iterator[Statement | Token]:
    """The statements of ``text``, and what stands between them of comments and lines that include another
    script: tokens of the kinds ``comment`` and ``include``."""
    script, at, mark, marks = text.text, 0, ";", {";"}
    reader = _Reader(text, dialect)
    while at < len(script):
        found = between(dialect.traits, mark).match(script, at)
        if found is None:
            statement, at = reader.statement(at, mark)
            yield statement
            continue
        at = found.end()
        if found.lastgroup in ("comment", "include"):
            yield Token(found.lastgroup, found[0], found.start(), found.end())
        elif found["mark"] and (found["mark"] in marks or len(marks) < _MARKS):
            mark = found["mark"]
            marks.add(mark)


@dataclass
class _Reader:
    """Finds ends of statements. ``again`` counts the characters that were read more than once; ``limit`` is
    the next end by a mark of DELIMITER, and whether a quote opens there that never closes."""

    text: Text
    dialect: Dialect
    again: int = 0
    limit: tuple[int, bool] = (-1, False)

    def statement(self, start: int, mark: str) -> tuple[Statement, int]:
        """The statement that begins at ``start``, and where what follows it begins."""
        script = self.text.text
        end, broken = self._end(start, mark)
        if broken:
            return self._broken(start, end)
        if _DEFINES.match(script, start) and not blocks.kind(self._made(start, end)):
            opens = opened(script, self.dialect, start, end)
            if opens >= 0:
                return self._broken(start, opens)
        rows = rows_after(script, start, end)
        return self._made(start, end), rows[1] if rows else end

    def _end(self, start: int, mark: str) -> tuple[int, bool]:
        """Where the statement at ``start`` ends, or a quote opens that never closes (True)."""
        script, traits = self.text.text, self.dialect.traits
        limit, broken = self._limit(start, mark)
        what = blocks.kind(self._made(start, limit))
        if what in ("routine", "block") and "go" not in traits:
            end, inside = blocks.block_end(script, self.dialect, start, limit)
        elif what == "routine":
            end, inside = self._past(start, limit, "")
        else:
            end, inside = self._past(start, limit, ";", starters=True)
        return end, inside or (broken and end == limit)

    def _limit(self, start: int, mark: str) -> tuple[int, bool]:
        if mark == ";":
            return len(self.text.text), False
        if start >= self.limit[0]:
            self.limit = self._past(start, len(self.text.text), mark)
        return self.limit

    def _past(self, start: int, limit: int, mark: str, *, starters: bool = False) -> tuple[int, bool]:
        script = self.text.text
        expression, at, case = passing(self.dialect.traits, mark, starters=starters), start, False
        while True:
            end = past(expression, script, at, limit)
            if end >= limit or (mark and script.startswith(mark, end)):
                return end, False
            if script[end] != "\n":
                return end, True
            case = case or bool(_CASE.search(script, at, end))
            if not (case and _OF_CASE.match(script, end)):
                return end, False
            at = end + 1  # END and ELSE of a CASE, not of a block

    def _broken(self, start: int, opens: int) -> tuple[Statement, int]:
        script = self.text.text
        before = opened(script, self.dialect, start, opens)
        opens = before if before >= 0 else opens
        self.again += len(script) - start
        after = resumed(script, self.dialect, opens)
        if self.again > _PATIENCE * len(script) + 1_000_000:
            after = len(script)
        return self._made(start, after, broken=opens), after

    def _made(self, start: int, end: int, broken: int = -1) -> Statement:
        script = self.text.text
        while end > start and script[end - 1].isspace():
            end -= 1
        return Statement(source=self.text, start=start, end=end, dialect=self.dialect, broken=broken)
