"""What a step puts into the columns of a relation: the sensitive content of others, in clear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from guard.gate.context import Context, JudgedColumn
from guard.gate.evidence.links import local
from guard.gate.evidence.protected import protected, stored
from guard.model.gate import (
    Copy,
    Create,
    DdlColumn,
    Export,
    Name,
    Place,
    Relation,
    RelationColumn,
    Source,
    Step,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """``column`` of a step's relation shows ``source``, whose content ``judged`` tells.

    ``direct`` is the column that the query itself names; ``source`` may lie behind it.
    """

    column: RelationColumn
    source: Source
    judged: JudgedColumn
    direct: Source

    @property
    def ref(self) -> str:
        """The source as people write it: ``hr.employee.sfzh``."""
        return ".".join((*self.source.relation, self.source.column))


def carried(step: Step, context: Context) -> Iterator[Carried]:
    """For each column that ``step`` fills by a query, the most sensitive content that reaches it in clear:
    of a level from ``mask_from``, or protected where it comes from."""
    if step.after is None or step.after is step.before or _query(step) is False:
        return
    old = {one.name: one for one in step.before.columns} if step.before else {}
    for column in step.after.columns:
        fresh = _fresh(step, column, old.get(column.name))
        open_ = [one for source in fresh if not source.masked and (one := _judged(source, context))]
        exposed = [(source, one) for source, one in open_ if _exposed(source, one, context)]
        if exposed:
            source, worst = max(exposed, key=lambda pair: context.rank(pair[1].effective))
            direct = fresh[0] if fresh else source
            yield Carried(column=column, source=source, judged=worst, direct=direct)


def _query(step: Step) -> bool:
    return isinstance(step.change, (Copy, Export)) or (
        isinstance(step.change, Create) and step.change.query is not None
    )


def _fresh(step: Step, column: RelationColumn, before: RelationColumn | None) -> list[Source]:
    """The sources of ``column`` that ``step`` has added, none of them the relation itself."""
    if before is column or not column.sources:
        return []
    old = frozenset(before.sources if before and isinstance(step.change, Copy) else ())
    own = step.after.name if step.after else ()
    return [source for source in column.sources if source not in old and source.relation != own]


def _judged(source: Source, context: Context) -> tuple[Source, JudgedColumn] | None:
    relation = context.schema.recall(source.relation) or _unknown(source.relation, source.column)
    found = context.judge(relation).column(source.column)
    if found is None and relation.partial:
        found = context.judge(_unknown(source.relation, source.column)).column(source.column)
    return (source, found) if found else None


@lru_cache(maxsize=4096)
def _unknown(name: Name, column: str) -> Relation:
    """A relation that no script makes, with the one column by which it is judged."""
    place = Place(file="", line=1)
    known = RelationColumn(column=DdlColumn(name=column, place=place))
    return Relation(name=local(name), place=place, columns=(known,), partial=True)


def _exposed(source: Source, judged: JudgedColumn, context: Context) -> bool:
    if not source.opened and _ciphertext(judged, context):
        return False  # what is copied is the ciphertext
    return protected(judged.column, judged.type) or context.reaches(judged.effective, context.mask_from)


def _ciphertext(judged: JudgedColumn, context: Context) -> bool:
    """Whether a column holds ciphertext, its own or that of the columns whose content it shows."""
    known, waiting, ahead = context.ciphertexts, dict[int, list[JudgedColumn]](), [judged]
    while ahead:
        one = ahead[-1]
        key = id(one.column)
        if behind := waiting.pop(key, []):
            known[key] = all(known[id(each.column)] for each in behind)
        elif key not in known:
            known[key] = stored(one.column, one.type)  # no more than this where it comes from itself
            waiting[key] = [] if known[key] else _shown(one, context)
            ahead += (each for each in waiting[key] if id(each.column) not in known)
        if ahead[-1] is one and not waiting.get(key):
            ahead.pop()
    return known[id(judged.column)]


def _shown(judged: JudgedColumn, context: Context) -> list[JudgedColumn]:
    """The columns whose content ``judged`` shows as it is; none where it decrypts some of it."""
    clear = [source for source in judged.column.sources if not source.masked]
    if any(source.opened for source in clear):
        return []
    return [found[1] for source in clear if (found := _judged(source, context))]
