"""SQL executed from literals: EXECUTE IMMEDIATE, EXEC(), sp_executesql, PREPARE, and what is set for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from guard.gate.script.bodies import code
from guard.gate.script.lexer import Token
from guard.gate.script.statement import Statement, Text
from guard.model.gate import Unread

_EXECUTES = re.compile(
    r"(?i)(?:exec(?:ute)?|prepare|set|declare|call|open)\b|[\w.$#@]++\s*+:=|(?P<select>select\b[^'\"]{0,2000}+['\"])"
)
_JOINS = {"||", "+"}
_BUILDS = {"CONCAT", "CONCAT_WS", "FORMAT", "REPLACE", "STUFF", "QUOTENAME"}
_CHANGES = re.compile(
    r"(?i)\s*+(create|alter|drop|grant|comment|rename|insert|merge|update|begin|declare|if|do|exec(?:ute)?)\b"
)
_DEFINES = re.compile(
    r"(?i)\s*+(create|alter|drop|grant|comment|rename)\b(?!\s++(?:or\s++replace\s++)?(?>(?:unique\s++|bitmap\s++|public\s++)*)"
    r"(?:index|sequence|function|procedure|proc|trigger|user|role|login|database|schema|type|package|synonym|extension"
    r"|session|system|partition|tablespace|profile|job|event|statistics|domain|rule|policy|publication|server)\b)"
)


def literals(statement: Statement) -> Iterator[Text | Unread]:
    """The SQL that ``statement`` executes from literals; Unread (``dynamic``) for a definition that it only
    puts together when it runs."""
    tokens = _executed(statement)
    builders: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == "(":
            builders.append(tokens[at - 1].upper if at else "")
        elif token.text == ")" and builders:
            builders.pop()
        run = _run(tokens, at, statement)
        if run and _CHANGES.match(run[0].value):
            yield from _read(statement, tokens, at, run, bool(_BUILDS & set(builders[-2:])))
        at += max(1, 2 * len(run) - 1)


def _executed(statement: Statement) -> Sequence[Token]:
    found = _EXECUTES.match(statement.source.text, statement.start, statement.end)
    if found is None:
        return ()
    if found["select"] and not any(_into(token) for token in statement.tokens):
        return ()
    return statement.tokens


def _into(token: Token) -> bool:
    """SELECT IF(…, 'ALTER …', 'DO 0') INTO @s; SELECT @s = '…'."""
    return token.upper == "INTO" or (token.kind == "word" and token.text[:1] == "@")


def _run(tokens: Sequence[Token], at: int, statement: Statement) -> list[Token]:
    """The literals that are joined to one another from ``at`` on."""
    found: list[Token] = []
    while at < len(tokens) and _literal(tokens[at], statement):
        found.append(tokens[at])
        if at + 2 >= len(tokens) or tokens[at + 1].text not in _JOINS:
            break
        at += 2
    return found


def _literal(token: Token, statement: Statement) -> bool:
    return token.kind == "text" or (
        token.kind == "name" and token.text[:1] == '"' and "quoted-text" in statement.dialect.traits
    )


def _read(
    statement: Statement, tokens: Sequence[Token], at: int, run: Sequence[Token], builds: bool
) -> Iterator[Text | Unread]:
    before = tokens[at - 1].text if at else ""
    last = at + 2 * len(run) - 1
    after = tokens[last].text if last < len(tokens) else ""
    if not (builds or before in _JOINS or after in _JOINS):
        yield _joined(statement, run)
    elif before not in _JOINS and (verb := _DEFINES.match(run[0].value)):
        place = statement.source.place(run[0].start, run[-1].end)
        yield Unread(place=place, reason="dynamic", word=verb[1].upper())


def _joined(statement: Statement, run: Sequence[Token]) -> Text:
    """The literals of ``run`` as one text; the lines between them are kept so that its own are right."""
    first = code(statement.source, run[0])
    says = [first.text]
    for one, other in pairwise(run):
        says.append("\n" * statement.source.text.count("\n", one.end, other.start) + other.value)
    return Text(file=first.file, text="".join(says), line=first.line, at=first.at, quoted=True)
