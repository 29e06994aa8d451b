"""The tables of a script as they were read: one JSON line a file, for ``--format schema``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from guard.model.gate import Create, DdlColumn, Relation, RelationKind, Rename, Step, Unread

_NO_TABLES = (RelationKind.FUNCTION, RelationKind.FILE)
Table = tuple[str, tuple[DdlColumn, ...]]


def schema_line(
    file: str, steps: Iterable[Step], *, isolated: bool = False, unread: Iterable[Unread] = ()
) -> dict[str, Any]:
    """``{"file", "tables", "unread"}`` of ``file``, of all ``steps`` those that are its own.

    The tables are those that it made or changed and did not drop, as they stood after it; one that was
    created anew stands there in its former shape too. ``isolated``: before them every CREATE TABLE in the
    shape in which it was written. Columns have name, type and comment, in order. ``unread`` is what could
    not be read of the file before there were steps.
    """
    own = [step for step in steps if step.script.file == file]
    left = (*unread, *(step.change for step in own if isinstance(step.change, Unread)))
    found = dict.fromkeys([*(_written(own) if isolated else ()), *_standing(own)])
    return {
        "file": file,
        "tables": [_table(*table) for table in found],
        "unread": [{"line": one.place.line, "reason": one.reason} for one in left],
    }


def _written(steps: Sequence[Step]) -> Iterator[Table]:
    for step in steps:
        change = step.change
        if isinstance(change, Create) and change.columns and change.kind not in _NO_TABLES and _anew(step):
            yield ".".join(change.name), change.columns


def _standing(steps: Sequence[Step]) -> Iterator[Table]:
    standing: dict[str, Relation] = {}
    former: list[Relation] = []
    for step in steps:
        before, after = step.before, step.after
        if before is not None and (after is None or isinstance(step.change, Rename)):
            standing.pop(before.ref.lower(), None)
        if before is not None and before.ref.lower() in standing and _anew(step):
            former.append(before)
        if after is not None and after is not before and after.kind not in _NO_TABLES:
            standing[after.ref.lower()] = after
    for relation in (*former, *standing.values()):
        yield relation.ref, tuple(item.column for item in relation.columns)


def _anew(step: Step) -> bool:
    return isinstance(step.change, Create) and not step.change.amends


def _table(name: str, columns: Sequence[DdlColumn]) -> dict[str, Any]:
    said = [{"name": column.name, "type": column.type, "comment": column.comment} for column in columns]
    return {"name": name, "columns": said}
