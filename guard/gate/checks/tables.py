"""Tables as a whole: how long personal information is kept, children's data; and wrong declarations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from guard.gate.context import Context, JudgedColumn, JudgedRelation
from guard.gate.evidence.newest import Newest
from guard.gate.evidence.protected import masked
from guard.gate.rule import Rule
from guard.model.gate import Fix, Place, RelationKind, Violation

_ORIGINS = {"note": "-- guard:", "comment": "COMMENT", "schema": "guard-schema.yaml"}
_PARTS = re.compile(r"[a-z]++|[A-Z]++(?![a-z])|[A-Z][a-z]++|[㐀-鿿]++")


def unlimited(rule: Rule, context: Context) -> Iterator[Violation]:
    """Tables of persons of which nothing says how long they are kept, where they came to be such tables."""
    newest = Newest(context)
    for judged in _created(context):
        told = () if _limited(judged, rule) else _persons(judged, rule, context, newest)
        if told:
            relation, place = judged.relation, told[-1].column.place
            made = relation.place
            within = place.file == made.file and made.line <= place.line <= made.last
            where = made if within or not newest.written(place) else place
            yield rule.broken(where, relation, columns=_names(told), count=len(told), first=told[0].name)


def _persons(
    judged: JudgedRelation, rule: Rule, context: Context, newest: Newest
) -> tuple[JudgedColumn, ...]:
    """The columns by which the rows of a table are of persons, up to the one by which they came to be so;
    none where they are not."""
    params, told = rule.params, list[JudgedColumn]()
    own = (column.by_itself for column in judged.columns)
    for column in sorted(own, key=lambda one: newest.order(one.column.place)):
        if not column.classification.personal or masked(column.column.column):
            continue
        kind = column.type
        if kind in params["persons"] or kind in params["names"] or kind in params["describing"]:
            told.append(column)
        named = [one for one in told if one.type in params["names"]]
        high = any(context.reaches(one.effective, context.declare_from) for one in named)
        if kind in params["persons"] or high or (named and len(told) > len(named)):
            return tuple(told)
    return ()


def _limited(judged: JudgedRelation, rule: Rule) -> bool:
    relation = judged.relation
    said = [relation.declaration, *(column.declaration for column in relation.columns)]
    if relation.retention or any(one.retention for one in said if one):
        return True
    return any(not column.type and _tells(column, rule) for column in judged.columns)


def _tells(column: JudgedColumn, rule: Rule) -> bool:
    ddl = column.column.column
    return _holds(f"{ddl.name} {ddl.comment}", rule.params["words"], rule.params["parts"])


def children(rule: Rule, context: Context) -> Iterator[Violation]:
    """Tables of children's personal information without a record of consent and not graded as a whole."""
    for judged in _created(context):
        relation = judged.relation
        young = [column for column in judged.columns if _young(column, rule)]
        whole = relation.declaration.level if relation.declaration else ""
        graded = bool(whole) and context.reaches(whole, rule.params["level"])
        if young and not graded and not any(_consents(column, rule) for column in judged.columns):
            level = rule.params["level"]
            fix = Fix(how="before", text=f"-- guard: level={level}", place=relation.place)
            yield rule.broken(
                relation.place, relation, fix=fix, columns=_names(young), count=len(young), asked=level
            )


def _young(column: JudgedColumn, rule: Rule) -> bool:
    reasons = {reason.rule for reason in column.classification.reasons}
    return column.type in rule.params["types"] or not reasons.isdisjoint(rule.params["rules"])


def _consents(column: JudgedColumn, rule: Rule) -> bool:
    ddl = column.column.column
    return _holds(f"{ddl.name} {ddl.comment}", rule.params["words"], rule.params["parts"])


def invalid(rule: Rule, context: Context) -> Iterator[Violation]:
    """Declarations with words that are none, of what is not there, or that contradict one another; what is
    wrong at one place is one violation."""
    found: dict[tuple[Place, str, str], dict[str, list[str]]] = {}
    for wrong in context.wrong:
        said = found.setdefault((wrong.place, wrong.table, wrong.column), {})
        said.setdefault(f"bad_{wrong.detail}", []).append(wrong.word or str(wrong.place.line))
        if wrong.detail == "level":
            said["levels"] = [" / ".join(context.levels)]
        elif wrong.detail == "disagree":
            said["counts"] = [_ORIGINS[wrong.nearest]]
        elif wrong.nearest:
            said.setdefault("nearest", []).append(wrong.nearest)
    for (place, table, column), said in found.items():
        words = {key: ", ".join(dict.fromkeys(some)) for key, some in said.items()}
        subject = ".".join(part for part in (table, column) if part)
        params = {"table": table, "column": column, "subject": subject, **words}
        yield Violation(
            rule=rule.id, severity=rule.severity, place=place, table=table, column=column, params=params
        )


def _created(context: Context) -> Iterator[JudgedRelation]:
    """The tables that scripts create."""
    newest = Newest(context)
    for relation in newest.relations(context, (RelationKind.TABLE,)):
        if not relation.known and not relation.partial and newest.written(relation.place):
            yield context.judge(relation)


def _holds(text: str, words: Iterable[str], parts: Iterable[str]) -> bool:
    """Whether ``text`` holds one of the Chinese ``words``, or a part of a name is one of ``parts``."""
    named = "_".join(part.casefold() for part in _PARTS.findall(text))
    return any(word in text for word in words) or any(f"_{part}_" in f"_{named}_" for part in parts)


def _names(columns: Iterable[JudgedColumn]) -> str:
    names = [column.name for column in columns]
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {
    "retention-missing": unlimited,
    "minors-data": children,
    "declaration-invalid": invalid,
}
