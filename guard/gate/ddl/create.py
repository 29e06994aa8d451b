"""CREATE TABLE and CREATE VIEW in all their forms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from guard.gate.ddl.columns import ColumnList, read_columns
from guard.gate.ddl.cursor import Cursor, NotRead, written
from guard.gate.ddl.literals import assigned, option
from guard.gate.ddl.names import names, passed_if, read_name
from guard.gate.ddl.queries import read_query, starts_query
from guard.gate.ddl.words import words
from guard.model.gate import Change, Copy, Create, DdlColumn, Name, Query, RelationKind

_CLONES = {"LIKE", "CLONE", "COPY"}
_OPTION_ENDS = {"SETTINGS", "COMMENT", "AS", "ENGINE", "ORDER", "PARTITION", "PRIMARY", ","}


@dataclass(slots=True, kw_only=True)
class _Said:
    """What has been read of the statement so far."""

    columns: ColumnList | None = None
    partitions: tuple[DdlColumn, ...] = ()
    comment: str = ""
    query: Query | None = None
    likes: list[Name] = field(default_factory=list)
    inherits: tuple[Name, ...] = ()
    follows: tuple[Name, ...] = ()
    foreign: bool = False
    virtual: bool = False
    starts: int = 0  # where the list of columns is, if anywhere
    server: str = ""
    retention: str = ""


def create_table(cursor: Cursor, modifiers: frozenset[str]) -> tuple[Change, ...]:
    """The table whose name comes next. Raises NotRead."""
    keep = passed_if(cursor)
    name = read_name(cursor)
    keep = passed_if(cursor) or keep
    said = _Said(foreign=bool(modifiers & words("foreign")), virtual="VIRTUAL" in modifiers)
    _before_columns(cursor, said)
    _body(cursor, said)
    columns = said.columns or ColumnList()
    likes = (*said.likes, *columns.likes)
    create = Create(
        name=name,
        place=cursor.statement.place(),
        kind=_kind(name, modifiers, said),
        columns=(*columns.columns, *said.partitions),
        comment=said.comment,
        query=said.query,
        like=likes[0] if likes else (),
        inherits=(*said.inherits, *likes[1:]),
        follows=(*said.follows, *said.inherits),
        server=said.server,
        retention=said.retention,
        replace="REPLACE" in modifiers,
        keep=keep,
    )
    return (create, *columns.unread)


def create_view(cursor: Cursor, modifiers: frozenset[str]) -> tuple[Change, ...]:
    """The view whose name comes next. Raises NotRead, ``query`` where it has none."""
    keep = passed_if(cursor)
    name = read_name(cursor)
    keep = passed_if(cursor) or keep
    said = _Said()
    _before_columns(cursor, said)
    target = read_name(cursor) if cursor.take("TO") else ()
    _body(cursor, said)
    if said.query is None and not said.likes:
        raise NotRead("query", cursor.tokens[min(cursor.end, len(cursor.tokens)) - 1])
    columns = said.columns or ColumnList()
    place = cursor.statement.place()
    materialized = "MATERIALIZED" in modifiers and not target
    create = Create(
        name=name,
        place=place,
        kind=RelationKind.MATERIALIZED if materialized else RelationKind.VIEW,
        columns=columns.columns,
        comment=said.comment,
        query=said.query,
        like=said.likes[0] if said.likes else (),
        replace=bool(modifiers & {"REPLACE", "ALTER"}),
        keep=keep,
    )
    copies = (Copy(table=target, query=said.query, place=place),) if target and said.query else ()
    return (create, *copies, *columns.unread)


def _kind(name: Name, modifiers: frozenset[str], said: _Said) -> RelationKind:
    if modifiers & words("temporary") or name[-1].startswith("#"):
        return RelationKind.TEMPORARY
    return RelationKind.FOREIGN if said.foreign else RelationKind.TABLE


def _body(cursor: Cursor, said: _Said) -> None:
    while cursor.more and said.query is None:
        before = cursor.at
        _clause(cursor, said)
        if cursor.at == before:
            cursor.skip()


def _clause(cursor: Cursor, said: _Said) -> None:
    word = cursor.word()
    if word == "(" and said.columns is None:
        _bracket(cursor, said)
    elif word == "AS":
        cursor.at += 1
        _source(cursor, said)
    elif word == "SELECT" or (word == "WITH" and cursor.word(2) == "AS" and cursor.word(3) == "("):
        said.query = read_query(cursor)
    elif word in _CLONES and cursor.peek(1).kind in ("word", "name") and cursor.word(1) != "GRANTS":
        cursor.at += 1
        said.likes.append(read_name(cursor))
    elif word == "PARTITION" and cursor.word(1) == "OF":
        _partition_of(cursor, said)
    elif word == "PARTITIONED" or (word == "PARTITION" and cursor.word(1) == "COLUMNS"):
        _partitioned(cursor, said)
    elif word == "INHERITS" and cursor.word(1) == "(":
        cursor.at += 1
        said.inherits = names(cursor.group())
    else:
        _option(cursor, said)


def _bracket(cursor: Cursor, said: _Said) -> None:
    """The first bracket: columns, or a query."""
    if starts_query(cursor) and cursor.word(1) != "TABLE":
        end = min(cursor.after(cursor.at), cursor.end)
        said.query = read_query(cursor.part(cursor.at, end))
        cursor.at = end
        return
    direct = cursor.at == said.starts or cursor.peek(-1).kind == "text" or cursor.word(-1) == ")"
    pieces = cursor.group().pieces()
    if said.virtual:
        said.columns = read_columns(piece for piece in pieces if _is_field(piece))
    elif direct:
        said.columns = read_columns(pieces)


def _is_field(piece: Cursor) -> bool:
    """Whether an argument of a virtual table's module is a column, not an option."""
    return piece.peek().kind in ("word", "name") and piece.word(1) != "="


def _source(cursor: Cursor, said: _Said) -> None:
    """What comes after AS: a query, or a table to copy the columns of."""
    if cursor.take("REPLICA", "OF"):
        said.likes.append(read_name(cursor))
    elif starts_query(cursor):
        said.query = read_query(cursor)
    elif cursor.take("CLONE", "OF") or (_copies_columns(cursor) and cursor.word(1) != "("):
        said.likes.append(read_name(cursor))


def _copies_columns(cursor: Cursor) -> bool:
    return cursor.statement.dialect.reads == "clickhouse" and cursor.peek().kind in ("word", "name")


def _partition_of(cursor: Cursor, said: _Said) -> None:
    """PARTITION OF parent: its columns are the parent's; what the bracket says of them changes none."""
    cursor.at += 2
    parent = read_name(cursor)
    said.likes.append(parent)
    said.follows = (parent,)
    if cursor.word() == "(":
        cursor.skip()
    said.columns = ColumnList()


def _partitioned(cursor: Cursor, said: _Said) -> None:
    """PARTITIONED BY of Hive, Spark and Athena: what has a type is a column more."""
    cursor.at += 2
    if cursor.word() == "(":
        pieces = [piece for piece in cursor.group().pieces() if piece.peek(1).kind in ("word", "name")]
        said.partitions = tuple(replace(one, partition=True) for one in read_columns(pieces).columns)


def _option(cursor: Cursor, said: _Said) -> None:
    word = cursor.word()
    if word == "COMMENT":
        cursor.at += 1
        said.comment = assigned(cursor) or said.comment
    elif word in ("OPTIONS", "TBLPROPERTIES", "WITH", "PROPERTIES", "CONNECTION") and cursor.word(1) == "(":
        cursor.at += 1
        _properties(cursor, said)
    elif word in ("SERVER", "CONNECTION") and cursor.peek(1).kind in ("word", "name"):
        cursor.at += 1
        said.foreign, said.server = True, ".".join(read_name(cursor))
    elif word in ("ENGINE", "USING"):
        cursor.at += 1
        cursor.take("=")
        _engine(cursor, said)
    elif word == "ORGANIZATION" and cursor.word(1) == "EXTERNAL":
        cursor.at += 2
        said.foreign, said.server = True, said.server or "external"
    elif word in ("TTL", "LIFECYCLE"):
        _retention(cursor, said)


def _engine(cursor: Cursor, said: _Said) -> None:
    token = cursor.peek()
    if token.value.upper() in words("foreign_engines"):
        cursor.at += 1
        said.foreign, said.server = True, token.value


def _properties(cursor: Cursor, said: _Said) -> None:
    start = cursor.at
    said.comment = said.comment or option(cursor.group(), "description", "comment") or ""
    inside = cursor.part(start + 1, cursor.at - 1)
    for piece in inside.pieces():
        name = piece.next().value.upper()
        if name in words("retention_options"):
            said.retention = name.lower()
        elif name == "DATA_SOURCE" and piece.take("="):
            said.foreign, said.server = True, ".".join(read_name(piece))


def _retention(cursor: Cursor, said: _Said) -> None:
    """TTL and LIFECYCLE as written, without literals."""
    start = cursor.at
    cursor.at += 1
    cursor.at = cursor.find(_OPTION_ENDS)
    said.retention = written(cursor, start, cursor.at)


def _before_columns(cursor: Cursor, said: _Said) -> None:
    """Pass over what some dialects have between the name and the columns."""
    if cursor.sees("ON", "CLUSTER"):
        cursor.at += 3
    cursor.take("COPY", "GRANTS")
    if cursor.take("OF"):
        read_name(cursor)
    if cursor.word() == ",":
        cursor.at = cursor.find({"(", "AS"})  # the options of Teradata
    said.starts = cursor.at
