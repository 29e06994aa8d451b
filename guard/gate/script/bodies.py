"""What procedures, triggers, DO blocks and anonymous blocks hold: the statements that change something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from guard.gate.script.lexer import Token
from guard.gate.script.passing import begins
from guard.gate.script.quoting import Traits
from guard.gate.script.statement import Statement, Text

_VERBS = {
    "CREATE", "ALTER", "DROP", "RENAME", "COMMENT", "INSERT", "REPLACE", "MERGE", "UPDATE", "GRANT", "WITH",
    "USE", "EXEC", "EXECUTE", "PREPARE", "SET", "DECLARE", "CALL", "OPEN",
}  # fmt: skip
_BEFORE = {
    ";",
    "BEGIN",
    "THEN",
    "ELSE",
    "LOOP",
    "DO",
    ">",
    "AS",
    "IS",
    "REPEAT",
    "TRY",
    "CATCH",
    ":",
    "ATOMIC",
}
_CERTAIN = _VERBS - {"SET", "DECLARE", "WITH", "USE", "OPEN", "CALL", "COMMENT", "REPLACE", "EXECUTE"}
_SINGLE = {"SET", "DECLARE", "EXEC", "EXECUTE", "USE"}  # none of them goes on with a query on a new line
_CONDITIONS = {"IF", "WHILE"}
_OPENS = re.compile(r"\$\w*\$|[nN]?[qQ]'.|\w*&?['\"]")
_DEPTH = {"(": 1, ")": -1}
_CODE = {"PLPGSQL", "SQL", "PLSQL", "PLTSQL", "EDBSPL", "PLORASQL"}


def quoted(statement: Statement) -> Iterator[Text]:
    """The code that a routine or DO block quotes (``AS $$ … $$``), where it is written in SQL."""
    tokens = statement.tokens
    languages = {after.value.upper() for word, after in pairwise(tokens) if word.upper == "LANGUAGE"}
    if languages <= _CODE:
        for before, token in pairwise(tokens):
            if token.kind == "text" and before.upper in {"AS", "DO", *languages}:
                yield code(statement.source, token)


def code(source: Text, token: Token) -> Text:
    """What the literal ``token`` says, as a text of its own that knows where it stands."""
    opens = _OPENS.match(token.text)
    inner = token.start + (opens.end() if opens else 0)
    place = source.place(inner, inner + 1)
    return Text(file=source.file, text=token.value, line=place.line, at=place.at)


def inner(statement: Statement) -> Iterator[Statement]:
    """The statements inside a routine, a block or a step of one, in order, that may matter to the gate."""
    tokens, at, depth = statement.tokens, 1, 0
    starts = _Starts(statement)
    while at < len(tokens):
        depth = max(0, depth + _DEPTH.get(tokens[at].text, 0))
        if depth or not starts.at(at):
            at += 1
            continue
        end = starts.end(at)
        yield replace(statement, start=tokens[at].start, end=tokens[end - 1].end)
        at = end


class _Starts:
    """Where statements begin and end among the tokens of a body. T-SQL's need no semicolon: they end where a
    line begins another one, and the first one after IF or WHILE follows its condition."""

    def __init__(self, statement: Statement) -> None:
        self.script = statement.source.text
        self.tokens = statement.tokens
        traits = statement.dialect.traits
        self.loose = "go" in traits
        self.begins = _begins(traits)
        self.verbs = _VERBS | {"SELECT"} if self.loose else _VERBS  # SELECT … INTO makes a table there
        self.condition = bool(self.tokens) and self.tokens[0].upper in _CONDITIONS

    def at(self, at: int) -> bool:
        """Whether a statement that may matter begins with the token ``at``, outside parentheses."""
        word, before = self.tokens[at].upper, self.tokens[at - 1].upper
        if word in _CONDITIONS:
            self.condition = True
        if before in _BEFORE and not (self.loose and before == "IS"):
            self.condition = False
            return word in self.verbs or (at + 1 < len(self.tokens) and self.tokens[at + 1].text == ":=")
        if not self.loose or word not in self.verbs:
            return False
        if word == "SELECT":
            return self.condition or self._first_of_line(at)
        return (self.condition and word in _CERTAIN and self._follows(at) != "(") or self._new_line(at)

    def _follows(self, at: int) -> str:
        return (
            self.tokens[at + 1].text
            if at + 1 < len(self.tokens) and self.tokens[at].upper == "UPDATE"
            else ""
        )

    def _first_of_line(self, at: int) -> bool:
        return "\n" in self.script[self.tokens[at - 1].end : self.tokens[at].start]

    def _new_line(self, at: int) -> bool:
        return self._first_of_line(at) and bool(self.begins.match(self.script, self.tokens[at].start))

    def end(self, at: int) -> int:
        """The index after the last token of the statement that begins at ``at``."""
        depth = cases = 0
        for index in range(at, len(self.tokens)):
            token = self.tokens[index]
            depth = max(0, depth + _DEPTH.get(token.text, 0))
            word = token.upper
            if depth:
                continue
            single = self.tokens[at].upper in _SINGLE and word == "SELECT" and self._first_of_line(index)
            cuts = index > at and not cases and (single or self._cuts(index, word))
            if word == ";" or (self.loose and cuts):
                return index
            cases = max(0, cases + (word == "CASE") - (word == "END"))
        return len(self.tokens)

    def _cuts(self, index: int, word: str) -> bool:
        return word in ("END", "ELSE") or self._new_line(index)


@lru_cache(maxsize=64)
def _begins(traits: Traits) -> re.Pattern[str]:
    return re.compile(f"(?i:{begins(traits)})")
