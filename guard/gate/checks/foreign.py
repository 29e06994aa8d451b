"""Sensitive columns that a foreign table, a linked server or a database link carries between databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from guard.gate.context import Context, JudgedColumn
from guard.gate.evidence.flows import carried
from guard.gate.evidence.later import Later
from guard.gate.evidence.links import link, shown
from guard.gate.evidence.mention import mention
from guard.gate.evidence.protected import stored
from guard.gate.evidence.zones import accepts, bound, zone_of, zone_of_server
from guard.gate.rule import Rule
from guard.model.gate import Place, Relation, RelationKind, Step, Violation


def foreign(rule: Rule, context: Context) -> Iterator[Violation]:
    """Columns of a foreign table whose server is in no known zone, and columns read or written by a link."""
    for place, relation, judged in _foreign(context):
        if not zone_of_server(relation.server, context):
            yield rule.broken(place, relation, judged, server=shown(relation.server))
    for step in context.steps:
        yield from _linked(rule, context, step)


def across(rule: Rule, context: Context) -> Iterator[Violation]:
    """Columns of a foreign table whose own zone or whose server's zone does not accept their level."""
    for place, relation, judged in _foreign(context):
        here, there = zone_of(relation, context), zone_of_server(relation.server, context)
        closed = next((one for one in (there, here) if not accepts(one, judged.effective, context)), "")
        if here != there and closed:
            yield rule.broken(
                place,
                relation,
                judged,
                server=shown(relation.server),
                zone=closed,
                accepts=bound(closed, context),
                here=here,
                there=there,
                level=judged.effective,
            )


def _foreign(context: Context) -> Iterator[tuple[Place, Relation, JudgedColumn]]:
    """The columns in clear, from level ``mask_from``, of the foreign tables that scripts make or change."""
    later = Later(context.steps, context.schema)
    seen: set[int] = set()
    for at, step in enumerate(context.steps):
        if step.after is None or step.after.kind is not RelationKind.FOREIGN or step.after is step.before:
            continue
        relation = later.relation(at, step.after.name)
        if relation is None or id(relation) in seen:
            continue
        seen.add(id(relation))
        for judged in context.judge(relation).columns:
            open_ = not stored(
                judged.column, judged.type
            )  # a mask declared here hides nothing of what is there
            if open_ and context.reaches(judged.effective, context.mask_from):
                yield judged.column.place, relation, judged


def _linked(rule: Rule, context: Context, step: Step) -> Iterator[Violation]:
    target = link(step.after.name) if step.after else ""
    for one in carried(step, context):
        server = link(one.source.relation) or target
        if not server or step.after is None:
            continue
        place = mention(step.change, one.direct, one.column, step.after, step.script.dialect).place
        violation = rule.broken(place, step.after, one.judged, server=server, source=one.ref)
        yield replace(
            violation, column=one.column.name, params={**violation.params, "column": one.column.name}
        )


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {
    "foreign-copy": foreign,
    "cross-zone-foreign": across,
}
