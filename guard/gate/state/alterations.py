"""What an ALTER or COMMENT makes of a relation: a new one. Nothing here ever fails.

A column keeps the place of its definition until it gets another name or type: a comment on it does not
move it.
"""

from __future__ import annotations

from dataclasses import replace

from guard.model.gate import (
    AddColumn,
    ChangeColumn,
    CommentOn,
    DdlColumn,
    DropColumn,
    Relation,
    RelationColumn,
    RenameColumn,
)

Alteration = AddColumn | DropColumn | RenameColumn | ChangeColumn | CommentOn


def altered(relation: Relation, change: Alteration) -> Relation:
    """``relation`` after ``change``; the same object where it does not touch it.

    A column that is changed, renamed or commented upon and not known is one of ``relation`` from then on.
    """
    match change:
        case AddColumn():
            return _added(relation, change)
        case DropColumn():
            left = tuple(one for one in relation.columns if not _same(one, change.column))
            return relation if len(left) == len(relation.columns) else replace(relation, columns=left)
        case CommentOn(column=""):
            return replace(relation, comment=change.comment)
        case _:
            return _changed(relation, change)


def position(relation: Relation, column: str) -> int:
    """The place of ``column`` among the columns of ``relation``, in any letter case; -1 for none."""
    return next((at for at, one in enumerate(relation.columns) if _same(one, column)), -1)


def _added(relation: Relation, change: AddColumn) -> Relation:
    column = RelationColumn(column=change.column)
    columns = list(relation.columns)
    known = position(relation, column.name)
    if known >= 0 and change.keep:
        return relation
    if known >= 0:
        del columns[known]
    at = len(columns) if known < 0 else known
    if change.first:
        at = 0
    elif change.after:
        found = (index for index, one in enumerate(columns) if _same(one, change.after))
        at = next(found, len(columns) - 1) + 1
    columns.insert(at, column)
    return replace(relation, columns=tuple(columns))


def _changed(relation: Relation, change: RenameColumn | ChangeColumn | CommentOn) -> Relation:
    at = position(relation, change.column)
    if at < 0:
        unknown = RelationColumn(column=DdlColumn(name=change.column, place=change.place))
        return replace(relation, columns=(*relation.columns, _column(unknown, change)))
    column = _column(relation.columns[at], change)
    return replace(relation, columns=(*relation.columns[:at], column, *relation.columns[at + 1 :]))


def _column(old: RelationColumn, change: RenameColumn | ChangeColumn | CommentOn) -> RelationColumn:
    if isinstance(change, CommentOn):
        return replace(old, column=replace(old.column, comment=change.comment))
    if isinstance(change, RenameColumn):
        return replace(old, column=replace(old.column, name=change.to, place=change.place))
    column = old.column
    moved = change.type is not None or bool(change.to)
    new = replace(
        column,
        name=change.to or column.name,
        type=column.type if change.type is None else change.type,
        comment=column.comment if change.comment is None else change.comment,
        nullable=column.nullable if change.nullable is None else change.nullable,
        literal=change.literal or column.literal,
        protection=column.protection if change.protection is None else change.protection,
        place=change.place if moved else column.place,
    )
    return replace(old, column=new)


def _same(column: RelationColumn, name: str) -> bool:
    return column.column.name.casefold() == name.casefold()
