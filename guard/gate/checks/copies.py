"""Content that a view or a copy carries on without a mask, to a place that protects it less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from guard.gate.context import Context, JudgedColumn
from guard.gate.declare.masking import expression
from guard.gate.declare.methods import method
from guard.gate.evidence.flows import Carried, carried
from guard.gate.evidence.later import Later
from guard.gate.evidence.links import link
from guard.gate.evidence.mention import Mention, mention
from guard.gate.evidence.protected import declared, stored
from guard.gate.evidence.zones import accepts, bound, zone_of
from guard.gate.rule import Rule
from guard.model.gate import (
    Copy,
    Create,
    Export,
    Fix,
    Name,
    Relation,
    RelationColumn,
    RelationKind,
    Rename,
    Step,
    Violation,
    folded,
)


def unmasked(rule: Rule, context: Context) -> Iterator[Violation]:
    """Columns of views, new tables and targets of INSERT and MERGE that hold protected content in clear."""
    later, moved = Later(context.steps, context.schema), _Moved(context.steps)
    for at, step in enumerate(context.steps):
        for one in carried(step, context):
            if step.after is None or isinstance(step.change, Export) or _linked(step.after, one):
                continue
            found = later.column(at, step.after.name, one.column.name)
            if found and not moved.same(at, one.source.relation, found[0].name):
                yield from _shown(rule, context, step, one, *found)


def exported(rule: Rule, context: Context) -> Iterator[Violation]:
    """Columns that leave the database in clear: for a file, a program, a client or a storage."""
    for step in context.steps:
        if not isinstance(step.change, Export) or step.after is None:
            continue
        for one in carried(step, context):
            found = mention(step.change, one.direct, one.column, step.after, step.script.dialect)
            relation = context.schema.recall(one.source.relation) or step.after
            shown = _masked(one.judged, found.written, step.script.dialect) if found.written else ""
            name = one.judged.name
            fix = _instead(f"{shown} AS {one.column.name}", found) if shown else None
            facts = {"expression": shown, "level": one.judged.effective}
            said = {**facts, "opened": one.ref if one.source.opened else "", "inside": "" if shown else name}
            violation = rule.broken(found.place, relation, one.judged, fix=fix, **said)
            yield replace(violation, level=one.judged.effective)


def _linked(relation: Relation, one: Carried) -> bool:
    return bool(link(one.source.relation) or link(relation.name))


def _instead(text: str, found: Mention) -> Fix:
    return Fix(how="instead", text=text, place=found.place)


def _shown(
    rule: Rule, context: Context, step: Step, one: Carried, relation: Relation, column: RelationColumn
) -> Iterator[Violation]:
    found = mention(step.change, one.direct, column, step.after, step.script.dialect)
    said = _lower(one.judged, relation, column, context, plain=found.plain)
    if relation.kind is RelationKind.TEMPORARY or said is None:
        return
    shown = _masked(one.judged, found.written, step.script.dialect) if found.written else ""
    violation = rule.broken(
        found.place,
        relation,
        context.judge(relation).column(column.name),
        fix=_instead(_with_alias(shown, column, step), found) if shown else None,
        **_facts(one, relation, column),
        expression=shown,
        inside="" if shown else one.ref,
        **said,
    )
    yield replace(
        violation,
        column=column.name,
        type=one.judged.type,
        level=one.judged.effective,
        category=one.judged.category,
    )


def _with_alias(shown: str, column: RelationColumn, step: Step) -> str:
    query = step.change.query if isinstance(step.change, (Copy, Create)) else None
    return shown if query is not None and query.parts else f"{shown} AS {column.name}"


def _facts(one: Carried, relation: Relation, column: RelationColumn) -> dict[str, str | int]:
    view = relation.kind in (RelationKind.VIEW, RelationKind.MATERIALIZED, RelationKind.FUNCTION)
    return {
        "column": column.name,
        "type": one.judged.type,
        "level": one.judged.effective,
        "category": one.judged.category,
        "mask": "" if one.judged.mask == "none" else one.judged.mask,
        "source": one.ref,
        "view": relation.ref if view else "",
        "opened": one.ref if one.source.opened else "",
    }


def _lower(
    judged: JudgedColumn, relation: Relation, column: RelationColumn, context: Context, *, plain: bool
) -> Mapping[str, str] | None:
    """In what the place of ``column`` protects content as ``judged`` less; None where it does not.

    A mask that is only declared there hides nothing of what the query writes. A cipher or digest does where
    the database keeps it, or where the query makes it: not where it takes the column as it is (``plain``).
    """
    if column.column.protection or (stored(column, judged.type) and not plain):
        return None
    zone, level = zone_of(relation, context), column.declaration.level if column.declaration else ""
    if not accepts(zone, judged.effective, context):
        return {"zone": zone, "accepts": bound(zone, context)}
    if level and context.rank(level) < context.rank(judged.effective):
        return {"lower": level}
    return {}


def _masked(judged: JudgedColumn, written: str, dialect: str) -> str:
    """What the query may say instead; empty where nothing of the content may be shown."""
    word = declared(judged.column) or judged.mask
    known = method(word) if word else None
    shown = expression(known, written, dialect) if known else ""
    return "" if shown == "NULL" else shown


class _Moved:
    """Relations that a script makes anew: what is copied there stays where it was."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._renames = [
            (at, folded(step.before.name), folded(step.after.name))
            for at, step in enumerate(steps)
            if isinstance(step.change, Rename) and step.before and step.after
        ]

    def same(self, at: int, source: Name, target: Name) -> bool:
        """Whether ``source``, read at step ``at``, is the relation that in the end is called ``target``,
        or was called that before it was set aside."""
        name, end = folded(source), folded(target)
        for when, before, after in reversed(self._renames):
            if when < at and after == name and name != end:
                name = before
        return name == end


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {
    "copy-unmasked": unmasked,
    "export-unmasked": exported,
}
