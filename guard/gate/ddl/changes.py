"""What one statement does to the schema, in the DDL of any dialect.

Our own reader, driven by keywords, because no grammar knows every clause of every dialect, and a clause that
is not known must not hide a column. What matters and cannot be read becomes ``Unread``, never silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from guard.gate.ddl.alter import alter_relation
from guard.gate.ddl.comment_on import comment_on
from guard.gate.ddl.copying import copy
from guard.gate.ddl.create import create_table, create_view
from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.exports import copied_out, exported, unloaded
from guard.gate.ddl.grants import default_privileges, grant
from guard.gate.ddl.insert import MOST_TOKENS, insert, merge
from guard.gate.ddl.moves import drop, exchange, rename, transfer
from guard.gate.ddl.names import passed_modifiers
from guard.gate.ddl.placing import set_schema, use
from guard.gate.ddl.procedures import executed
from guard.gate.ddl.security_label import security_label
from guard.gate.ddl.selects import from_source, select, with_query
from guard.gate.ddl.updates import update
from guard.gate.ddl.words import words
from guard.gate.script.lexer import Token
from guard.gate.script.statement import Statement
from guard.model.gate import Change, Unread

_LONG = {"INSERT", "REPLACE", "UPSERT", "UPDATE"}
_BARE = re.compile(r"[^\W\d]")
_CLIENT = frozenset("(\\.@/<{!:[>?")  # a query, a client's line, a label, a call


def changes(statement: Statement) -> tuple[Change, ...]:
    """The changes of ``statement`` in order; none where it does nothing that the gate judges."""
    head = statement.first(1)
    if not head:
        return ()
    verb = head[0].upper
    if verb not in words("read"):
        return _not_read(statement, head[0])
    cursor = Cursor(statement, statement.first(MOST_TOKENS) if verb in _LONG else None)
    cursor.at += 1
    try:
        found = tuple(_READERS[verb](cursor))
    except NotRead as stop:
        return (cursor.unread(stop.reason, stop.token),)
    return _whole(cursor, found)


def _not_read(statement: Statement, first: Token) -> tuple[Change, ...]:
    """A verb that changes nothing, or none at all."""
    verb = first.upper
    if statement.broken >= 0:
        return (Unread(place=statement.place(), reason="quote-open", word=verb),)
    if verb in words("known") or verb in _CLIENT or "{" in verb or verb[:1] in ("@", "#", "$"):
        return ()
    word = first.text[:40] if first.kind == "word" and _BARE.match(verb) else ""  # never a number or literal
    return (Unread(place=statement.place(), reason="verb", word=word),)


def _whole(cursor: Cursor, found: tuple[Change, ...]) -> tuple[Change, ...]:
    """``found``, unless a quote or a bracket of the statement is never closed."""
    if cursor.statement.broken >= 0 or any(token.kind == "open" for token in cursor.tokens[-1:]):
        return (Unread(place=cursor.statement.place(), reason="quote-open", word=cursor.uppers[0]),)
    cut = cursor.uppers[0] in _LONG and len(cursor.tokens) == MOST_TOKENS
    if found and cursor.unmatched >= 0 and not cut:
        return (cursor.unread("bracket", cursor.tokens[cursor.unmatched]),)
    return found


def _create(cursor: Cursor) -> Iterable[Change]:
    modifiers = passed_modifiers(cursor)
    if cursor.take("TABLE"):
        return (
            ()
            if cursor.word() in ("FUNCTION", "MACRO") and cursor.word(1) != "("
            else create_table(cursor, modifiers)
        )
    if cursor.take("VIEW"):
        return create_view(cursor, modifiers)
    return ()


def _replace(cursor: Cursor) -> Iterable[Change]:
    """REPLACE TABLE and REPLACE VIEW of Teradata and Databricks, or REPLACE INTO."""
    ahead = cursor.part(cursor.at, cursor.end)
    modifiers = passed_modifiers(ahead)
    if ahead.word() in ("TABLE", "VIEW") and (modifiers or ahead.peek(1).kind in ("word", "name")):
        cursor.at = ahead.at + 1
        reader = create_table if ahead.word() == "TABLE" else create_view
        return reader(cursor, modifiers | {"REPLACE"})
    return insert(cursor)


def _alter(cursor: Cursor) -> Iterable[Change]:
    if cursor.take("DEFAULT", "PRIVILEGES"):
        return default_privileges(cursor)
    if cursor.take("SESSION", "SET"):
        return set_schema(cursor)
    if cursor.take("SCHEMA"):
        return transfer(cursor)
    modifiers = passed_modifiers(cursor)
    if cursor.word() in ("TABLE", "VIEW"):
        return alter_relation(cursor, modifiers, view=cursor.next().upper == "VIEW")
    return ()


def _copied(cursor: Cursor) -> Iterable[Change]:
    """COPY: rows that come in, or rows that go out."""
    ahead = cursor.part(cursor.at, cursor.end)
    return (*copy(cursor), *copied_out(ahead))


_READERS: Mapping[str, Callable[[Cursor], Iterable[Change]]] = {
    "CREATE": _create,
    "RECREATE": _create,
    "ALTER": _alter,
    "COMMENT": comment_on,
    "DROP": drop,
    "RENAME": rename,
    "EXCHANGE": exchange,
    "DEFINE": _create,
    "GRANT": grant,
    "REVOKE": grant,
    "DENY": grant,
    "INSERT": insert,
    "UPSERT": insert,
    "REPLACE": _replace,
    "MERGE": merge,
    "UPDATE": update,
    "COPY": _copied,
    "UNLOAD": unloaded,
    "EXPORT": exported,
    "SELECT": select,
    "WITH": with_query,
    "FROM": from_source,
    "USE": use,
    "OPEN": use,
    "SET": set_schema,
    "SECURITY": security_label,
    "EXEC": executed,
    "EXECUTE": executed,
}
