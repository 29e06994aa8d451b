"""Column definitions and the list of them in CREATE TABLE; table constraints never become columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from guard.gate.ddl.cursor import Cursor, NotRead
from guard.gate.ddl.literals import assigned, is_literal, literal, option
from guard.gate.ddl.names import column_name, columns_named, read_name
from guard.gate.ddl.types import at_attribute, read_type
from guard.gate.ddl.words import ANYTHING, second_words, words
from guard.model.gate import DdlColumn, Name, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnList:
    """What a bracket of CREATE TABLE holds; the columns of ``likes`` come along."""

    columns: tuple[DdlColumn, ...] = ()
    likes: tuple[Name, ...] = ()
    unread: tuple[Unread, ...] = ()


def read_columns(pieces: Iterable[Cursor]) -> ColumnList:
    """The columns of ``pieces``, each one column, table constraint or LIKE."""
    columns: list[DdlColumn] = []
    likes: list[Name] = []
    unread: list[Unread] = []
    keys: dict[str, str] = {}
    for piece in pieces:
        if not piece.more:
            continue
        if piece.word() in words("list_ends") and piece.word(1) == "BY":
            break
        try:
            if piece.word() == "LIKE" and piece.peek(1).kind in ("word", "name"):
                piece.at += 1
                likes.append(read_name(piece))
            elif is_constraint(piece):
                found = _keys(piece)
                keys |= {name: kind for name, kind in found.items() if keys.get(name) != "pk"}
            else:
                columns.append(read_column(piece))
        except NotRead as stop:
            unread.append(piece.unread("column", stop.token))
    return ColumnList(columns=_keyed(columns, keys), likes=tuple(likes), unread=tuple(unread))


def is_constraint(piece: Cursor) -> bool:
    """Whether a piece of the list is about the table; ``key varchar(20)`` and ``index int`` are columns."""
    word = piece.word()
    second = second_words().get(word)
    if second is None:
        return False
    if ANYTHING not in second:
        return piece.word(1) in second
    return word not in words("maybe_columns") or not _typed(piece)


def _typed(piece: Cursor) -> bool:
    """Whether a type follows the first word: ``KEY n (a)`` lists names, ``key n(20)`` a length."""
    ahead = 2 if piece.word(1) in ("KEY", "INDEX") and piece.word() != piece.word(1) else 1
    if piece.peek(1).kind != "word" or ahead == 2:
        return False
    rest = piece.part(piece.at + 2, piece.end)
    if any(word in words("index_goes_on") for word in rest.uppers[rest.at : rest.end]):
        return False
    return rest.word() != "(" or rest.peek(1).kind in ("number", "text") or rest.word(1) == "MAX"


def _keys(piece: Cursor) -> dict[str, str]:
    """Columns of PRIMARY KEY, UNIQUE and FOREIGN KEY -> which of them."""
    if piece.take("CONSTRAINT") and piece.word() not in ("PRIMARY", "UNIQUE", "FOREIGN"):
        piece.skip()
    kind = {"PRIMARY": "pk", "UNIQUE": "unique", "FOREIGN": "fk"}.get(piece.word(), "")
    piece.at = piece.find({"(", "REFERENCES"})
    if not kind or piece.word() != "(":
        return {}
    names = [name.lower() for name in columns_named(piece.group())]
    return dict.fromkeys(names, kind) if kind != "unique" or len(names) == 1 else {}


def _keyed(columns: Sequence[DdlColumn], keys: dict[str, str]) -> tuple[DdlColumn, ...]:
    if not keys:
        return tuple(columns)
    said = ((column, keys.get(column.name.lower(), "")) for column in columns)
    return tuple(
        replace(column, key=key, nullable=column.nullable and key != "pk")
        if key and not column.key
        else column
        for column, key in said
    )


def read_column(piece: Cursor) -> DdlColumn:
    """The column at the cursor, to its end. Raises NotRead ``column`` or ``type``."""
    start = piece.at
    name = column_name(piece)
    kind = read_type(piece)
    said = Attributes(piece)
    return DdlColumn(
        name=name,
        place=piece.place(start, piece.at),
        type=kind,
        comment=said.comment or "",
        nullable=said.nullable is not False,
        key=said.key,
        generated=bool(said.expression),
        expression=said.expression,
        literal=said.literal,
        protection=said.protection or "",
    )


class Attributes:
    """What is said of a column after its type; None where nothing is. Unknown words are passed over."""

    def __init__(self, piece: Cursor) -> None:
        self.comment: str | None = None
        self.protection: str | None = None
        self.nullable: bool | None = None
        self.key = self.expression = self.literal = ""
        while piece.more:
            before = piece.at
            self._one(piece)
            if piece.at == before:
                piece.skip()

    def _one(self, piece: Cursor) -> None:
        match piece.word():
            case "NOT" if piece.take("NOT", "NULL"):
                self.nullable = False
            case "NULL":
                self.nullable = True
            case "PRIMARY" if piece.take("PRIMARY", "KEY"):
                self.key, self.nullable = "pk", False
            case "UNIQUE":
                self.key = self.key or "unique"
            case "REFERENCES":
                self.key = self.key or "fk"
                piece.at += 1
                read_name(piece)
            case "DEFAULT":
                self._default(piece)
            case "COMMENT":
                piece.at += 1
                self.comment = assigned(piece)
            case "OPTIONS" if piece.word(1) == "(":
                piece.at += 1
                self.comment = option(piece.group(), "description") or self.comment
            case "GENERATED" | "AS" | "MATERIALIZED" | "ALIAS" | "METADATA":
                self._generated(piece)
            case "MASKED" | "MASKING" | "MASK" | "ENCRYPTED" | "ENCRYPT" | "DECRYPT" as word:
                taken = word == "DECRYPT" or piece.uppers[piece.at - 1] in ("DROP", "UNSET")
                self.protection = "" if taken else "masked" if word.startswith("MASK") else "encrypted"
            case _:
                pass

    def _default(self, piece: Cursor) -> None:
        piece.at += 1
        piece.take("ON", "NULL")
        if piece.word() == "(" or is_literal(piece.peek()):
            self.literal = literal(piece) or ""
        elif piece.more and (piece.word() == "NULL" or not at_attribute(piece)):
            piece.skip()

    def _generated(self, piece: Cursor) -> None:
        """GENERATED … AS (…), AS …, MATERIALIZED …, ALIAS …; identity and row start are no expressions."""
        if piece.take("GENERATED"):
            piece.at = piece.find({"AS", "(", "COMMENT"})
        piece.at += 1
        if piece.word() in ("IDENTITY", "ROW", "SEQUENCE", "FROM", "TRANSACTION_ID"):
            return
        start = piece.at
        if piece.word() == "(":
            piece.skip()
        while piece.more and piece.word() not in words("expression_ends"):
            piece.skip()
        self.expression = piece.text(start, min(piece.at, piece.end))
