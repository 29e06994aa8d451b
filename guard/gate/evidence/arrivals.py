"""Where the content of columns came from: a new name or type for a column brings nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from guard.gate.evidence.later import column_of
from guard.model.gate import (
    AddColumn,
    ChangeColumn,
    Create,
    Place,
    Relation,
    RelationColumn,
    RenameColumn,
    Step,
)


class Arrivals:
    """The place where each column was first defined, through all changes of its name and type."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._moved: dict[int, Mapping[str, Place]] = {}  # by identity: of relations that the steps hold
        for step in steps:
            if step.before is not None and step.after is not None and step.before is not step.after:
                self._moved[id(step.after)] = self._follow(step, step.before)

    def place(self, relation: Relation, column: RelationColumn) -> Place:
        """Where ``column`` of ``relation``, a state that the steps lead to, came into being."""
        return self._moved.get(id(relation), {}).get(column.name.casefold(), column.place)

    def _follow(self, step: Step, before: Relation) -> Mapping[str, Place]:
        moved, change = self._moved.get(id(before), {}), step.change
        match change:
            case Create():
                return {}
            case AddColumn(column=column):
                return _without(moved, column.name)
            case RenameColumn() | ChangeColumn() if old := column_of(before, change.column):
                kept = _without(moved, old.name)
                return {**kept, (change.to or old.name).casefold(): self.place(before, old)}
            case _:
                return moved


def _without(moved: Mapping[str, Place], column: str) -> Mapping[str, Place]:
    return {name: place for name, place in moved.items() if name != column.casefold()}
