"""Which statements hold others, and where those end: BEGIN … END and CASE … END nest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from guard.gate.script.dialect import Dialect
from guard.gate.script.lexer import Token, tokenize
from guard.gate.script.quoting import Traits
from guard.gate.script.statement import Statement

_HEADER = 16  # tokens in which CREATE says what it creates
_ROUTINES = {"FUNCTION", "PROCEDURE", "PROC", "PACKAGE", "TRIGGER", "EVENT", "BODY"}
_OTHERS = {"(", "TABLE", "VIEW", "INDEX", "AS", "SELECT", "DATABASE", "USER", "ROLE", "SEQUENCE", "SCHEMA"}
_TRANSACTION = {
    "", ";", "TRAN", "TRANSACTION", "WORK", "ISOLATION", "READ", "DEFERRED", "IMMEDIATE", "EXCLUSIVE",
}  # fmt: skip
_TRANSACTION |= {"DISTRIBUTED", "DIALOG", "CONVERSATION", "CONCURRENT", "NOT", "$", "/", "GO"}
_CURSORS = {"CURSOR", "SCROLL", "BINARY", "INSENSITIVE", "NO", "ASENSITIVE"}
_STEPS = {
    "IF", "WHILE", "ELSE", "ELSIF", "ELSEIF", "END", "LOOP", "FOR", "WHEN", "REPEAT", "EXCEPTION", "CASE",
}  # fmt: skip
_UNCOUNTED = {"IF", "LOOP", "WHILE", "REPEAT", "FOR"}
# AS opens no body here
_ELSEWHERE = {
    "LANGUAGE", "EXTERNAL", "ON", "NEW", "OLD", "OBJECT", "TABLE", "VARRAY",
}  # fmt: skip
_FIRST = re.compile(
    r"(?i)(?P<creates>(?:create|alter|replace)\b|/\*M?!)|<<|(?:begin|declare|do|if|while|else|elsif|elseif|end|loop|for|when|repeat"
    r"|exception|case)\b|\w++\s*+:\s*+begin\b"
)
_ALONE = re.compile(r"[ \t]*+(?=\n|\Z)")


def kind(statement: Statement) -> str:
    """What a statement is that may hold others: ``routine``, ``block``, or ``step`` (IF and WHILE of T-SQL,
    and what is left of a block whose end was not seen); empty for any other."""
    found = _FIRST.match(statement.source.text, statement.start, statement.end)
    if found is None:
        return ""
    words = [token.upper for token in statement.first(_HEADER if found["creates"] else 3)]
    first, second, third = (*words, "", "", "")[:3]
    if first in ("CREATE", "ALTER", "REPLACE"):
        return "routine" if _of_routine(words) else ""
    if first == "BEGIN":
        return "" if second in _TRANSACTION else "block"
    if first == "DECLARE":
        return "block" if _opens(statement.dialect.traits) and third not in _CURSORS else ""
    if first == "DO" or (first, second) == ("<", "<") or (second, third) == (":", "BEGIN"):
        return "block"
    return "step" if first in _STEPS else ""


def _of_routine(words: Sequence[str]) -> bool:
    said = next((word for word in words[1:] if word in _ROUTINES or word in _OTHERS), "")
    return said in _ROUTINES


def _opens(traits: Traits) -> bool:
    return bool(traits & {"slash", "dollar"})


def block_end(text: str, dialect: Dialect, start: int, end: int) -> tuple[int, bool]:
    """Where the block at ``start`` ends: at its ``;``, at a line that is only ``/``, at the latest at
    ``end``; or (True) where a quote opens that never closes."""
    nesting = _Nesting(opens=_opens(dialect.traits))
    before = start
    for token in tokenize(text, dialect, start, end):
        if token.kind == "open" or nesting.closes(token):
            return token.start, token.kind == "open"
        if token.text == "/" and "\n" in text[before : token.start] and _ALONE.match(text, token.end):
            return token.start, False
        before = token.end
    return end, False


class _Nesting:
    """Which blocks are open as the tokens pass by: ``BEGIN``, ``CASE``, or ``IS`` while a routine's
    declarations are read, which its BEGIN goes on with. ``opens``: DECLARE, and AS or IS of a routine,
    open a body."""

    def __init__(self, *, opens: bool) -> None:
        self._opens = opens
        self._open: list[str] = []
        self._parentheses = 0
        self._header = False
        self._last = ""

    def closes(self, token: Token) -> bool:
        """Whether ``token`` is the ``;`` that ends everything."""
        if token.kind == "comment":
            return False
        word, last = token.upper, self._last
        self._last = word or token.kind
        if last == "END" and word not in _UNCOUNTED and self._open:
            self._open.pop()
        elif last in ("IS", "AS") and self._header and not self._parentheses:
            self._header = False
            if token.kind != "text" and word not in _ELSEWHERE:
                self._open.append("IS")
        if word == ";":
            self._header = False
            return not self._open and not self._parentheses
        if last not in ("END", "."):
            self._read(word, last)
        return False

    def _read(self, word: str, last: str) -> None:
        if word == "(":
            self._parentheses += 1
        elif word == ")":
            self._parentheses = max(0, self._parentheses - 1)
        elif word == "BEGIN":
            self._begin()
        elif word == "CASE":
            self._open.append(word)
        elif word in ("PROCEDURE", "FUNCTION", "PACKAGE", "BODY") or (
            word == "IS" and last in ("STATEMENT", "ROW")
        ):
            self._header = self._opens
        elif (word == "DECLARE" and self._opens) or (word == "TRIGGER" and last == "COMPOUND"):
            self._open.append("IS")

    def _begin(self) -> None:
        if self._open and self._open[-1] == "IS":
            self._open[-1] = "BEGIN"
        else:
            self._open.append("BEGIN")
