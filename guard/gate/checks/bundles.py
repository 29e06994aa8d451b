"""Columns that are harmless, or less harmful, apart: what identifies a person together in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from guard.gate.context import Context, JudgedColumn
from guard.gate.evidence.arrivals import Arrivals
from guard.gate.evidence.newest import Newest
from guard.gate.evidence.protected import concealed, declared_method, digest, is_number, masked
from guard.gate.rule import Rule
from guard.model.gate import Declaration, Place, Relation, RelationKind, Violation

_TABLES = (RelationKind.TABLE, RelationKind.FOREIGN)


def identity(rule: Rule, context: Context) -> Iterator[Violation]:
    """Tables that scripts make identify a person: the gravest bundle, where completed, once a statement."""
    newest, arrivals = Newest(context), Arrivals(context.steps)
    for relation in newest.relations(context, _TABLES):
        judged = context.judge(relation)
        if _acknowledged(relation.declaration, rule, context):
            continue
        came = {one.name: arrivals.place(relation, one.column) for one in judged.columns}
        ordered = sorted(judged.columns, key=lambda one: newest.order(came[one.name]))
        parts, told = _parts(ordered, rule, context), set[Place]()
        for bundle in rule.params["bundles"]:
            members = [parts[part] for part in bundle["parts"] if part in parts]
            if len(members) < len(bundle["parts"]):
                continue
            last = max(members, key=lambda one: newest.order(came[one.name]))
            at = _brought(came[last.name], relation)
            if newest.written(at) and at not in told:
                told.add(at)
                yield _identified(rule, bundle, relation, came[last.name], last, members)


def _brought(place: Place, relation: Relation) -> Place:
    """Where a column came: with the table, which is told once, or later by itself."""
    made = relation.place
    return made if place.file == made.file and made.line <= place.line <= made.last else place


def _identified(
    rule: Rule,
    bundle: Mapping[str, Any],
    relation: Relation,
    place: Place,
    last: JudgedColumn,
    members: Sequence[JudgedColumn],
) -> Violation:
    others = ", ".join(one.name for one in members if one is not last)
    basis: dict[str, Any] = {key: str(bundle[key]) for key in ("standard", "clause", "certainty")}
    return rule.broken(place, relation, last, bundle=bundle["id"], others=others, **basis)


def _parts(columns: Sequence[JudgedColumn], rule: Rule, context: Context) -> dict[str, JudgedColumn]:
    """For each part of a bundle the first column that holds it in clear: a second one completes nothing."""
    found: dict[str, JudgedColumn] = {}
    for column in (one.by_itself for one in columns):  # what flows in is told where it does
        part = next((part for part, types in rule.params["parts"].items() if column.type in types), "")
        if part and part not in found and not _handled(column, rule, context):
            found[part] = column
    return found


def _handled(column: JudgedColumn, rule: Rule, context: Context) -> bool:
    """Whether a column is no plain member: protected where it is stored, or declared as part of a bundle."""
    ordinary = not context.reaches(context.types[column.type].level, rule.params["acknowledged"])
    known = ordinary and _acknowledged(column.column.declaration, rule, context)
    return known or concealed(column.column, column.type)


def _acknowledged(declaration: Declaration | None, rule: Rule, context: Context) -> bool:
    return declaration is not None and context.reaches(declaration.level, rule.params["acknowledged"])


def biometric(rule: Rule, context: Context) -> Iterator[Violation]:
    """Tables that keep biometric data and who the person is: once a table, where the later of both came."""
    newest, arrivals = Newest(context), Arrivals(context.steps)
    for relation in newest.relations(context, _TABLES):
        judged = context.judge(relation)
        bodies = [one for one in judged.columns if one.type in rule.params["biometric"] and _here(one, rule)]
        known = [one for one in judged.columns if one.type in rule.params["identity"]]
        persons = [one for one in known if not _replaced(one)]
        if not bodies or not persons:
            continue
        body, person = bodies[0], persons[0]
        came = (arrivals.place(relation, one.column) for one in (body, person))
        last = max(came, key=newest.order)
        if newest.written(last):
            others = ", ".join(one.name for one in persons[:3])
            yield rule.broken(last, relation, body, others=others)


def _here(column: JudgedColumn, rule: Rule) -> bool:
    """Whether the column holds the data itself, not a number or an address by which they are found."""
    said = f"{column.name} {column.column.column.comment}".casefold()
    elsewhere = any(word in said for word in rule.params["elsewhere"])
    return not elsewhere and not is_number(column.column.column.type)


def _replaced(column: JudgedColumn) -> bool:
    """Whether a digest, a token or a masked form stands in for the identity."""
    method = declared_method(column.column)
    told = digest(column.column.column) or masked(column.column.column)
    return told or (method is not None and method.kind in ("hash", "token"))


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {
    "identity-bundle": identity,
    "biometric-with-identity": biometric,
}
