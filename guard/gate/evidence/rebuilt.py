"""Tables and columns that a script makes anew: what is dropped there and comes back is not deleted.

SQLite, and anybody who changes a type with care, builds a second table, fills it, drops the first and
renames the second; or sets the first aside under another name and drops it last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from guard.model.gate import (
    AddColumn,
    ChangeColumn,
    Create,
    Name,
    Relation,
    Rename,
    RenameColumn,
    Step,
    folded,
)


class Rebuilt:
    """What each script makes, and at which step."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._first: dict[tuple[str, Name], int] = {}
        self._last: dict[tuple[str, Name], int] = {}
        self._columns: dict[tuple[str, Name], set[str]] = defaultdict(set)
        self._origins: dict[tuple[str, Name], Name] = {}
        for at, step in enumerate(steps):
            if step.after is not None:
                self._note(at, step, (step.script.file, folded(step.after.name)))

    def _note(self, at: int, step: Step, key: tuple[str, Name]) -> None:
        match step.change:
            case Create():
                self._last[key] = at
                if step.before is None:
                    self._first.setdefault(key, at)
            case Rename() if step.before is not None:
                self._last[key] = at
                old = (key[0], folded(step.before.name))
                self._origins.setdefault(key, self._origins.get(old, old[1]))
            case AddColumn(column=column):
                self._columns[key].add(column.name.casefold())
            case RenameColumn(to=to) | ChangeColumn(to=to) if to:
                self._columns[key].add(to.casefold())

    def passing(self, at: int, relation: Relation) -> bool:
        """Whether the script of step ``at`` has itself made ``relation`` before: a table for the while."""
        key = (self._steps[at].script.file, folded(relation.name))
        return key not in self._origins and self._first.get(key, at) < at

    def returns(self, at: int, relation: Relation) -> Name:
        """The name by which the script of step ``at`` makes ``relation`` again, empty where it does not."""
        file, name = self._steps[at].script.file, folded(relation.name)
        origin = self._origins.get((file, name), name)
        if self._last.get((file, name), -1) > at:
            return name
        return origin if origin != name and (file, origin) in self._last else ()

    def column_returns(self, at: int, relation: Relation, column: str) -> bool:
        """Whether the script of step ``at`` adds or renames a column to the name ``column``."""
        return column.casefold() in self._columns[self._steps[at].script.file, folded(relation.name)]
