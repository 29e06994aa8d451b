"""A reader's place among the tokens of a statement; brackets are matched once, so that none recurses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guard.gate.ddl.words import words
from guard.gate.script.lexer import Token
from guard.gate.script.statement import Statement
from guard.model.gate import Place, Unread

END = Token("end", "", 0, 0)
_CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<"}


class NotRead(Exception):  # noqa: N818 - the verdict on a statement, not a fault
    """Reading stopped: ``reason`` of the texts ``unread``, at ``token``."""

    def __init__(self, reason: str, token: Token) -> None:
        super().__init__(reason)
        self.reason, self.token = reason, token


class Cursor:
    """Tokens from ``at`` to ``end`` of ``statement``; a part shares them with the whole."""

    __slots__ = ("at", "closes", "end", "statement", "tokens", "unmatched", "uppers")

    def __init__(self, statement: Statement, tokens: Sequence[Token] | None = None) -> None:
        self.statement = statement
        self.tokens = statement.tokens if tokens is None else tokens
        self.uppers = tuple(token.upper for token in self.tokens)
        self.at, self.end = 0, len(self.tokens)
        self.closes, self.unmatched = _matched(self.uppers)

    def part(self, at: int, end: int) -> Cursor:
        """A cursor over the tokens from ``at`` to ``end``, exclusive."""
        other = object.__new__(Cursor)
        other.statement, other.tokens, other.uppers = self.statement, self.tokens, self.uppers
        other.closes, other.unmatched = self.closes, self.unmatched
        other.at, other.end = at, min(end, self.end)
        return other

    @property
    def more(self) -> bool:
        """Whether any token is left."""
        return self.at < self.end

    def peek(self, ahead: int = 0) -> Token:
        """The token that many further on; ``END`` where there is none."""
        at = self.at + ahead
        return self.tokens[at] if 0 <= at < self.end else END

    def word(self, ahead: int = 0) -> str:
        """The word or mark there, in capitals; empty for any other token."""
        at = self.at + ahead
        return self.uppers[at] if 0 <= at < self.end else ""

    def sees(self, *wanted: str) -> bool:
        """Whether these words come next."""
        end = self.at + len(wanted)
        return end <= self.end and self.uppers[self.at : end] == wanted

    def take(self, *wanted: str) -> bool:
        """Pass over these words if they come next."""
        seen = self.sees(*wanted)
        if seen:
            self.at += len(wanted)
        return seen

    def take_any(self, among: frozenset[str] | set[str]) -> str:
        """Pass over the next word if it is one of these, and give it; empty otherwise."""
        word = self.word()
        if word not in among:
            return ""
        self.at += 1
        return word

    def next(self) -> Token:
        """The next token, passed over."""
        token = self.peek()
        self.at += 1
        return token

    def skip(self) -> None:
        """Pass over one token, or a bracket with all that is in it."""
        self.at = self.after(self.at)

    def after(self, at: int) -> int:
        """The index behind the token, or the brackets that open, at ``at``; never behind the end."""
        return min(self.closes.get(at, at) + 1, self.end)

    def group(self) -> Cursor:
        """What is inside the bracket that opens here; the cursor passes over it."""
        inside = self.part(self.at + 1, self.closes.get(self.at, self.end))
        self.skip()
        return inside

    def pieces(self) -> Iterator[Cursor]:
        """What is left, cut at the commas outside brackets."""
        start = at = self.at
        while at < self.end:
            if self.uppers[at] == ",":
                yield self.part(start, at)
                start = at + 1
            at = self.after(at)
        if start < self.end:
            yield self.part(start, self.end)
        self.at = self.end

    def find(self, wanted: frozenset[str] | set[str]) -> int:
        """The index of the next of these words outside brackets; ``end`` where there is none."""
        at = self.at
        while at < self.end and self.uppers[at] not in wanted:
            at = self.after(at)
        return min(at, self.end)

    def place(self, start: int | None = None, end: int | None = None) -> Place:
        """Where the tokens from ``start`` to ``end`` stand: by default what is left."""
        first = self.at if start is None else start
        last = max(first, min(self.end if end is None else end, len(self.tokens)) - 1)
        if first >= len(self.tokens):
            return self.statement.place()
        return self.statement.place(self.tokens[first], self.tokens[last])

    def text(self, start: int, end: int) -> str:
        """The source of the tokens from ``start`` to ``end``, as written."""
        if start >= end:
            return ""
        return self.statement.source.text[self.tokens[start].start : self.tokens[end - 1].end]

    def unread(self, reason: str, token: Token) -> Unread:
        """That reading stopped at ``token``; a literal is never named."""
        word = token.text[:40] if token.kind in ("word", "mark") else ""
        place = self.statement.place(token, token) if token is not END else self.statement.place()
        return Unread(place=place, reason=reason, word=word)


def written(cursor: Cursor, start: int, end: int) -> str:
    """Tokens as written but for white space, which is single, and literals, which are left out."""
    said: list[str] = []
    for at in range(start, end):
        token = cursor.tokens[at]
        apart = at > start and token.start > cursor.tokens[at - 1].end
        if apart and token.text not in "(),>]" and cursor.tokens[at - 1].text not in "(<[":
            said.append(" ")
        said.append("'…'" if token.kind == "text" else token.text)
    return "".join(said)


def _matched(uppers: Sequence[str]) -> tuple[dict[int, int], int]:
    closes: dict[int, int] = {}
    opened: list[int] = []
    unmatched = -1
    angled = words("angled")
    for at, upper in enumerate(uppers):
        if upper in ("(", "[", "{") or (upper == "<" and at and uppers[at - 1] in angled):
            opened.append(at)
        elif upper in _CLOSERS:
            _drop_angles(opened, uppers, upper)
            if opened and uppers[opened[-1]] == _CLOSERS[upper]:
                closes[opened.pop()] = at
            elif upper == ")" and unmatched < 0:
                unmatched = at
    closes |= {at: len(uppers) for at in opened if uppers[at] != "<"}
    lost = next((at for at in opened if uppers[at] == "("), -1)
    return closes, lost if lost >= 0 else unmatched


def _drop_angles(opened: list[int], uppers: Sequence[str], closer: str) -> None:
    """A ``<`` still open at another closing bracket was a comparison."""
    while closer != ">" and opened and uppers[opened[-1]] == "<":
        opened.pop()
