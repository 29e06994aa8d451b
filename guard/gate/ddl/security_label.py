"""SECURITY LABEL of PostgreSQL, by which the anonymizer extension masks columns."""

from __future__ import annotations

from collections.abc import Iterator

from guard.gate.ddl.cursor import Cursor
from guard.gate.ddl.literals import literal
from guard.gate.ddl.names import read_name
from guard.model.gate import ChangeColumn

_MASKS = "MASKED WITH"


def security_label(cursor: Cursor) -> Iterator[ChangeColumn]:
    """What follows SECURITY: the protection of a column, where its label is a mask or is taken away."""
    cursor.at = cursor.find({"ON"})
    if not cursor.take("ON", "COLUMN"):
        return
    name = read_name(cursor)
    cursor.take("IS")
    said = literal(cursor)
    masks = said is not None and said.strip().upper().startswith(_MASKS)
    if len(name) > 1 and (masks or said == ""):
        protection = "masked" if masks else ""
        place = cursor.statement.place()
        yield ChangeColumn(table=name[:-1], column=name[-1], place=place, protection=protection)
