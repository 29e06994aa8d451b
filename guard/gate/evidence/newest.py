"""Which of a relation's columns a script brought, and which of them came last."""

from __future__ import annotations

from collections.abc import Iterable

from guard.gate.context import Context
from guard.model.gate import Place, Relation


class Newest:
    """The order in which the scripts of a context brought their columns."""

    def __init__(self, context: Context) -> None:
        files = dict.fromkeys(step.script.file for step in context.steps)
        self._files = {file: at for at, file in enumerate(files)}

    def written(self, place: Place) -> bool:
        """Whether ``place`` is in one of the scripts, not in what the catalogue knows."""
        return place.file in self._files

    def order(self, place: Place) -> tuple[int, int, int]:
        """By what places compare: known ones first, then in the order of the scripts."""
        return self._files.get(place.file, -1), place.line, place.at

    def relations(self, context: Context, kinds: Iterable[str]) -> Iterable[Relation]:
        """The relations of ``kinds`` of which at least one column stands in a script."""
        wanted = frozenset(kinds)
        for relation in context.schema.relations:
            if relation.kind in wanted and any(self.written(column.place) for column in relation.columns):
                yield relation
