"""Passwords and keys that statements about accounts and connections hold: ``IDENTIFIED BY '…'`` and the like.

Such statements change no table; what they say in literals is judged as the value of a column ``password``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from guard.gate.script.lexer import Token
from guard.gate.script.statement import Statement
from guard.model.gate import Literals, Place

PASSWORD, CONNECTION = "password", "connection"

_HEADS = {"CREATE", "ALTER", "SET", "GRANT", "CHANGE", "EXEC", "EXECUTE", "CALL", "COPY"}
_CODE = {"VIEW", "PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "PACKAGE", "EVENT", "TYPE", "RULE", "POLICY"}
_BEFORE = 6  # words between CREATE and what is created: OR REPLACE, DEFINER = …, GLOBAL TEMPORARY
_KEY = re.compile(r"(?i)(?:password|passwd|pwd|secret|passphrase|(?:access|secret|private|account)_?key)$")
_MAYBE = re.compile(
    r"(?i)passw|pwd|passphrase|secret|(?:access|private|account)_?key|identified|conn|prov|location|url"
)
_CONNECTION = {"CONNECTION", "CONNINFO", "CONNECT_STRING", "PROVIDER_STRING", "@PROVSTR", "LOCATION", "URL"}
_ELSE = {"VALUES", "PASSWORD", "RANDOM", "EXTERNALLY", "GLOBALLY", "NULL", "EXPIRE"}
_TOLD = ("text", "name", "word")
_CALLS = re.compile(r"(?i)\b(?:dblink\w{0,40}|openrowset|opendatasource|openquery)\s*\(")
_CALLING = {"SELECT", "WITH", "PERFORM", "CALL", "INSERT", "CREATE", "DO"}
_WITHIN = re.compile(r"(?i)\b(?:password|passwd|pwd)\s*+=\s*+[^\s;&]")
_NEAR = 20_000  # characters of a statement in which a call is looked for
_ACCOUNT = 8  # tokens of an account and its host
_LENGTH = 100_000  # tokens looked at


def secrets(statement: Statement) -> Iterator[Literals]:
    """What ``statement`` holds as password, key or connection string, as the values of one row."""
    head = statement.first(1)
    if not head:
        return
    if head[0].upper in _CALLING:
        yield from _called(statement)
    if head[0].upper not in _HEADS:
        return
    if not _MAYBE.search(statement.source.text, statement.start, statement.end):
        return
    tokens = statement.first(_LENGTH)
    if _CODE.intersection(token.upper for token in tokens[1 : 1 + _BEFORE]):
        return
    table = any(token.upper == "TABLE" for token in tokens[1 : 1 + _BEFORE])
    cells: list[tuple[str, Place]] = []
    columns: list[str] = []
    for column, token in _found(tokens, table):
        columns.append(column)
        cells.append((token.value, statement.place(token)))
    if cells:
        yield Literals(table=(), place=statement.place(), columns=tuple(columns), rows=(tuple(cells),))


def _called(statement: Statement) -> Iterator[Literals]:
    """The connection strings with a password that functions get which read another database."""
    end = min(statement.end, statement.start + _NEAR)
    if _CALLS.search(statement.source.text, statement.start, end):
        tokens = (token for token in statement.first(_LENGTH) if token.kind == "text")
        told = [(one.value, statement.place(one)) for one in tokens if _WITHIN.search(one.value)]
        if told:
            names = (CONNECTION,) * len(told)
            yield Literals(table=(), place=statement.place(), columns=names, rows=(tuple(told),))


def _found(tokens: Sequence[Token], table: bool) -> Iterator[tuple[str, Token]]:
    for at, token in enumerate(tokens):
        word = token.upper or (token.value.upper() if token.kind in ("name", "text") else "")
        if word == "IDENTIFIED":
            value = _identified(tokens, at)
        elif len(word) < 64 and (_KEY.search(word) or word in _CONNECTION):
            hashed = at > 1 and tokens[at - 2].upper == "IDENTIFIED"  # IDENTIFIED BY PASSWORD '*94BD…'
            beside = table and word not in _CONNECTION
            value = None if hashed else _valued(tokens, at, quoted=token.kind == "text", table=beside)
        else:
            continue
        if value is not None:
            yield (CONNECTION if word in _CONNECTION else PASSWORD), value


def _identified(tokens: Sequence[Token], at: int) -> Token | None:
    """The password of ``IDENTIFIED [WITH plugin] BY …``; a digest that stands there is none."""
    at += 1
    if _word(tokens, at) == "WITH":
        if tokens[at + 1 :] and tokens[at + 1].value.lower().endswith("hash"):
            return None
        at += 2
    if _word(tokens, at) != "BY" or _word(tokens, at + 1) in _ELSE or at + 1 >= len(tokens):
        return None
    return tokens[at + 1] if tokens[at + 1].kind in _TOLD else None


def _valued(tokens: Sequence[Token], at: int, *, quoted: bool, table: bool) -> Token | None:
    """The literal that a key is given: ``PASSWORD 'x'``, ``SECRET = 'x'``, ``'password' = 'x'``.

    Beside columns ``password = 'x'`` is a condition; there only what stands in options counts.
    """
    if _word(tokens, at + 1) == "FOR":  # SET PASSWORD FOR 'app'@'%' = 'x'
        near = range(at + 2, min(at + _ACCOUNT, len(tokens)))
        at = next((other - 1 for other in near if tokens[other].text == "="), len(tokens))
    sign = _word(tokens, at + 1)
    signed = sign in ("=", ":=", "=>") or (sign == "(" and not table)
    if (quoted and sign != "=") or (table and signed and not quoted):
        return None
    at += 2 if signed else 1
    if _word(tokens, at) == "PASSWORD" and _word(tokens, at + 1) == "(":  # SET PASSWORD = PASSWORD('x')
        return None
    if at >= len(tokens) or _word(tokens, at + 1) == "HASHED":
        return None
    text = tokens[at].kind == "text" or (signed and tokens[at].text[:1] == '"')
    return tokens[at] if text else None


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].upper if at < len(tokens) else ""
