"""ALTER TABLE and ALTER VIEW: every action, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping

from guard.gate.ddl.alter_column import looks_typed, modify, other_object, redefine
from guard.gate.ddl.columns import is_constraint, read_column, read_columns
from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.literals import assigned, option
from guard.gate.ddl.names import column_name, passed_if, read_name
from guard.gate.ddl.queries import read_query, starts_query
from guard.gate.ddl.words import words
from guard.model.gate import (
    AddColumn,
    Change,
    CommentOn,
    Create,
    DropColumn,
    Name,
    RelationKind,
    Rename,
    RenameColumn,
)

Changes = Iterator[Change]
_WHERE = {"FIRST", "AFTER", "BEFORE"}
_NAMES = ("word", "name")
_OTHER = "other"
_CONTINUED = {"ADD", "DROP", "MODIFY", "ALTER"}
_CONSTRAINTS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "INDEX", "KEY", "DEFAULT"}


def alter_relation(cursor: Cursor, modifiers: frozenset[str], *, view: bool) -> Changes:
    """The actions on the table or view whose name comes next. Raises NotRead."""
    passed_if(cursor)
    cursor.take("ONLY")
    if cursor.take("ALL", "IN", "TABLESPACE"):
        return
    table = read_name(cursor)
    while cursor.take(","):  # several are refreshed at once
        read_name(cursor)
    cursor.take("*")
    if view and cursor.find({"AS"}) < cursor.end:
        yield from _view_query(cursor, table, modifiers)
        return
    if cursor.sees("ON", "CLUSTER"):
        cursor.at += 3
    if cursor.word() == "PARTITION" and cursor.word(1) == "(":
        return  # of one partition: its place, format, name
    yield from _actions(cursor, table)


def _view_query(cursor: Cursor, table: Name, modifiers: frozenset[str]) -> Changes:
    columns = read_columns(cursor.group().pieces()).columns if cursor.word() == "(" else ()
    cursor.at = cursor.find({"AS"}) + 1
    if not starts_query(cursor):
        return
    kind = RelationKind.MATERIALIZED if "MATERIALIZED" in modifiers else RelationKind.VIEW
    place, query = cursor.statement.place(), read_query(cursor)
    yield Create(name=table, place=place, kind=kind, columns=columns, query=query, replace=True)


def _actions(cursor: Cursor, table: Name) -> Changes:
    verb = ""
    for piece in cursor.pieces():
        verb = yield from _action(piece, table, verb)


def _action(piece: Cursor, table: Name, verb: str) -> Generator[Change, None, str]:
    """The actions between two commas, and the verb that the next piece goes on with if it has none.

    SQL Server lists several columns after one ADD; Oracle has several actions without a comma.
    """
    first = True
    while piece.more:
        word = piece.word()
        if word in _ACTIONS and not (first and verb == "ADD" and _defines(piece)):
            verb = word
            piece.at += 1
        elif not first:
            piece.skip()
            continue
        elif verb == _OTHER or _is_other(piece, verb):
            return _OTHER
        elif verb not in _CONTINUED:
            raise NotRead("action", piece.peek())
        constraint = piece.word() in _CONSTRAINTS
        changed = False
        for change in _ACTIONS[verb](piece, table):
            changed = True
            yield change
        if not changed and not constraint:
            return _OTHER
        first = False
    return verb


def _is_other(piece: Cursor, verb: str) -> bool:
    """Whether a piece is about neither columns nor names: a known action, or an option that is set."""
    if piece.word(1) == "=" or (piece.word() == "OPTIONS" and piece.word(1) == "("):
        return True
    return verb not in _CONTINUED and piece.word() in words("other_actions")


def _defines(piece: Cursor) -> bool:
    """Whether a piece after ADD is one more column that is called like a verb: ``comment varchar(10)``."""
    named = piece.word() in ("COMMENT", "CHANGE", "MODIFY", "RENAME", "SET", "REPLACE", "SWAP")
    return named and piece.peek(1).kind == "word" and piece.word(2) == "(" and piece.peek(3).kind == "number"


def _add(piece: Cursor, table: Name) -> Changes:
    column = piece.take("COLUMN") or piece.take("COLUMNS")
    if piece.take("VIRTUAL") and not piece.take("COLUMN"):
        piece.at -= 1
    keep = passed_if(piece)
    if piece.word() == "(":
        yield from _add_list(piece, table)
        return
    if not column and (is_constraint(piece) or (other_object(piece) and not looks_typed(piece))):
        piece.at = piece.end
        return
    yield from _add_one(piece, table, keep=keep)


def _add_list(piece: Cursor, table: Name) -> Changes:
    found = read_columns(piece.group().pieces())
    for column in found.columns:
        yield AddColumn(table=table, column=column, place=column.place)
    yield from found.unread


def _add_one(piece: Cursor, table: Name, *, keep: bool) -> Changes:
    start = piece.at
    end = piece.end
    where = _where(piece)
    first, after = (where[1] == "FIRST", where[2]) if where else (False, "")
    body = piece.part(start, where[0] if where else end)
    keep = keep or body.take("IF", "NOT", "EXISTS")
    column = read_column(body)
    piece.at = end
    place = piece.place(start, end)
    yield AddColumn(table=table, column=column, place=place, first=first, after=after, keep=keep)


def _where(piece: Cursor) -> tuple[int, str, str] | None:
    """``(index, FIRST or AFTER, column)`` where an action ends with a position."""
    at = piece.part(piece.at + 1, piece.end).find(_WHERE)
    if at >= piece.end:
        return None
    tail = piece.part(at, piece.end)
    word = tail.next().upper
    named = tail.peek().kind in _NAMES
    return at, word, column_name(tail) if named and word == "AFTER" else ""


def _drop(piece: Cursor, table: Name) -> Changes:
    column = piece.take("COLUMN") or piece.take("COLUMNS")
    passed_if(piece)
    if piece.word() == "(":
        place = piece.place()
        for inside in piece.group().pieces():
            yield DropColumn(table=table, column=column_name(inside), place=place)
        return
    unnamed = (
        "go" in piece.statement.dialect.traits
        and not column
        and piece.at
        and piece.uppers[piece.at - 1] == "DROP"
    )
    if not column and (other_object(piece) or unnamed):
        piece.at = piece.end
        return
    place = piece.place()
    piece.take("COLUMN")
    passed_if(piece)
    yield DropColumn(table=table, column=column_name(piece), place=place)


def _alter(piece: Cursor, table: Name) -> Changes:
    if not piece.take("COLUMN") and other_object(piece):
        piece.at = piece.end
        return
    yield from modify(piece, table)


def _rename(piece: Cursor, table: Name) -> Changes:
    place = piece.place()
    if piece.take("TO") or piece.take("AS"):
        if piece.word() != "PARTITION":
            yield Rename(name=table, to=read_name(piece), place=place)
        return
    column = piece.take("COLUMN")
    passed_if(piece)
    if not column and other_object(piece) and piece.word(1) != "TO":
        piece.at = piece.end
        return
    name = column_name(piece)
    piece.take("TO") or piece.take("AS")
    if piece.more:
        yield RenameColumn(table=table, column=name, to=column_name(piece), place=place)
    else:
        yield Rename(name=table, to=(name,), place=place)


def _comment(piece: Cursor, table: Name) -> Changes:
    start = piece.at - 1
    column = ""
    if piece.take("COLUMN"):
        passed_if(piece)
        column = column_name(piece)
    said = assigned(piece)
    if said is None:
        raise NotRead("comment", piece.peek())
    yield CommentOn(table=table, comment=said, place=piece.place(start, piece.at), column=column)


def _set(piece: Cursor, table: Name) -> Changes:
    place = piece.place(piece.at - 1)
    if piece.take("SCHEMA"):
        yield Rename(name=table, to=(*read_name(piece), table[-1]), place=place)
    elif piece.take("UNUSED"):
        piece.take("COLUMN") or piece.take("COLUMNS")
        for inside in piece.group().pieces() if piece.word() == "(" else iter((piece,)):
            yield DropColumn(table=table, column=column_name(inside), place=place)
    elif piece.word() == "COMMENT":
        piece.at += 1
        yield from _comment(piece, table)
    elif piece.word() in ("TBLPROPERTIES", "OPTIONS", "PROPERTIES") and piece.word(1) == "(":
        piece.at += 1
        said = option(piece.group(), "comment", "description")
        if said is not None:
            yield CommentOn(table=table, comment=said, place=place)
    piece.at = piece.end


def _swap(piece: Cursor, table: Name) -> Changes:
    """SWAP WITH of Snowflake, REPLACE WITH TABLE of Doris; REPLACE COLUMNS of Hive defines all anew."""
    place = piece.place(piece.at - 1)
    if piece.take("COLUMNS"):
        found = read_columns(piece.group().pieces())
        yield Create(name=table, place=place, columns=found.columns, replace=True, amends=True)
        yield from found.unread
    elif piece.take("WITH"):
        piece.take("TABLE")
        yield Rename(name=table, to=read_name(piece), place=place, swap=True)
    piece.at = piece.end


_ACTIONS: Mapping[str, Callable[[Cursor, Name], Changes]] = {
    "ADD": _add,
    "DROP": _drop,
    "MODIFY": modify,
    "ALTER": _alter,
    "CHANGE": redefine,
    "RENAME": _rename,
    "COMMENT": _comment,
    "SET": _set,
    "SWAP": _swap,
    "REPLACE": _swap,
}
