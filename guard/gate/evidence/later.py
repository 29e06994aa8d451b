"""What becomes of a relation or a column after a step: other names, or the end."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from guard.gate.state.replay import Schema
from guard.model.gate import (
    ChangeColumn,
    Drop,
    DropColumn,
    Name,
    Relation,
    RelationColumn,
    Rename,
    RenameColumn,
    Step,
    folded,
)

_MOVES = (Drop, Rename, DropColumn, RenameColumn)


class Later:
    """The end of what a step left. A rule that judges an event asks whether it still matters then."""

    def __init__(self, steps: Sequence[Step], schema: Schema) -> None:
        self._schema = schema
        self._moves: dict[Name, list[int]] = defaultdict(list)
        self._steps = steps
        for at, step in enumerate(steps):
            if step.before is not None and _moves(step):
                self._moves[folded(step.before.name)].append(at)

    def relation(self, at: int, name: Name) -> Relation | None:
        """What the relation called ``name`` right after step ``at`` is at the end; None where it is gone."""
        return self._followed(at, name, "")[0]

    def column(self, at: int, name: Name, column: str) -> tuple[Relation, RelationColumn] | None:
        """The same for one column of it."""
        relation, column = self._followed(at, name, column)
        found = column_of(relation, column) if relation else None
        return (relation, found) if relation and found else None

    def _followed(self, at: int, name: Name, column: str) -> tuple[Relation | None, str]:
        while True:
            moves = self._moves.get(folded(name), [])
            following = bisect_right(moves, at)
            if following == len(moves):
                found = self._schema.find(name)
                return found, column
            step = self._steps[moves[following]]
            change = step.change
            at = self._last_of(moves[following])
            if step.after is None or (isinstance(change, DropColumn) and same(change.column, column)):
                return None, column
            name = step.after.name
            if isinstance(change, (RenameColumn, ChangeColumn)) and same(change.column, column):
                column = change.to

    def _last_of(self, at: int) -> int:
        """The last step of the change of step ``at``: tables that exchange their names do so at once."""
        while at + 1 < len(self._steps) and self._steps[at + 1].change is self._steps[at].change:
            at += 1
        return at


def same(one: str, other: str) -> bool:
    """Whether two names are the same in any letter case."""
    return one.casefold() == other.casefold()


def column_of(relation: Relation | None, name: str) -> RelationColumn | None:
    """The column of ``relation`` called ``name`` in any letter case."""
    columns = relation.columns if relation else ()
    return next((column for column in columns if same(column.name, name)), None)


def _moves(step: Step) -> bool:
    return isinstance(step.change, _MOVES) or (isinstance(step.change, ChangeColumn) and bool(step.change.to))
