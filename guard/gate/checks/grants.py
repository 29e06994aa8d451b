"""Rights that a script gives to everybody, or on everything, where graded data are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guard.gate.context import Context, JudgedColumn
from guard.gate.evidence.later import Later, same
from guard.gate.evidence.protected import stored
from guard.gate.rule import Rule
from guard.model.gate import Grant, Name, Relation, Step, Violation

_ALL = ("ALL", "ALL PRIVILEGES")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """A GRANT that is not taken back, and the relations that it opens as they are in the end."""

    grant: Grant
    relations: Sequence[Relation]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exposed:
    """A relation and those of its columns that a grant opens, the most sensitive first."""

    relation: Relation
    columns: tuple[JudgedColumn, ...]


def public(rule: Rule, context: Context) -> Iterator[Violation]:
    """Grants of graded columns to everybody."""
    opened = _Opened(context)
    for given in _given(rule, context):
        if everybody := _everybody(given.grant, rule):
            yield from _told(rule, given, opened, to=everybody)


def wildcard(rule: Rule, context: Context) -> Iterator[Violation]:
    """Grants on all tables of a schema or database among which graded ones are, and all rights on one."""
    opened = _Opened(context)
    for given in _given(rule, context):
        grant = given.grant
        if _everybody(grant, rule):
            continue
        to = ", ".join(grant.to)
        if grant.everything:
            where = f"{grant.schema}.*" if grant.schema else "*.*"
            yield from _told(rule, given, opened, to=to, on=where)
        elif any(one.upper() in _ALL for one in grant.privileges):
            said = _told(rule, given, opened, to=to, all="ALL")
            yield from (replace(violation, severity="warning") for violation in said)


class _Opened:
    """What grants open, looked at once for all that open the same relations."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[tuple[tuple[int, ...], tuple[str, ...]], tuple[_Exposed, ...]] = {}

    def __call__(self, given: _Given) -> tuple[_Exposed, ...]:
        """The relations of which ``given`` opens graded columns, the one of the most sensitive first."""
        only = given.grant.columns
        key = (tuple(map(id, given.relations)), only)
        if key not in self._known:
            every = (_exposed(relation, only, self._context) for relation in given.relations)
            found = [one for one in every if one.columns]
            found.sort(key=lambda one: -self._context.rank(one.columns[0].effective))
            self._known[key] = tuple(found)
        return self._known[key]


def _told(rule: Rule, given: _Given, opened: _Opened, **params: Any) -> Iterator[Violation]:
    """One violation for all relations that a grant opens, told by their most sensitive column."""
    grant, found = given.grant, opened(given)
    if not found:
        return
    worst = found[0]
    tables, more = len(found), len(worst.columns) - 1
    counts: dict[str, Any] = {"tables": tables if tables > 1 else "", "more": more or ""}
    rights = ", ".join(dict.fromkeys(one.upper() for one in grant.privileges))
    yield rule.broken(grant.place, worst.relation, worst.columns[0], rights=rights, **counts, **params)


def _given(rule: Rule, context: Context) -> Iterator[_Given]:
    """The grants of rights by which data are read or changed, that nothing takes back later."""
    later = Later(context.steps, context.schema)
    taken: list[int] = []
    given: dict[int, tuple[Grant, list[int]]] = {}
    for at, step in enumerate(context.steps):
        if isinstance(step.change, Grant) and step.change.revoke:
            taken.append(at)
        elif isinstance(step.change, Grant) and _reads(step.change, rule):
            given.setdefault(id(step.change), (step.change, []))[1].append(at)
    for grant, places in given.values():
        revoking = [context.steps[at] for at in taken if at > places[-1]]
        left = [at for at in places if not _revoked(grant, context.steps[at].before, revoking)]
        yield _Given(grant=grant, relations=_opened(grant, left, later, context))


def _opened(grant: Grant, places: Sequence[int], later: Later, context: Context) -> Sequence[Relation]:
    if not places:
        return ()
    if grant.everything:
        return _within(grant.schema, context)
    found: dict[Name, Relation] = {}
    for at in places:
        before = context.steps[at].before
        named = [later.relation(at, before.name)] if before else map(context.schema.find, grant.tables)
        found |= {one.name: one for one in named if one is not None}
    return tuple(found.values())


def _revoked(grant: Grant, relation: Relation | None, revoking: Sequence[Step]) -> bool:
    """Whether later steps take ``grant`` on ``relation`` back from all to whom it was given."""
    left = {one.casefold() for one in grant.to}
    for step in revoking:
        if isinstance(step.change, Grant) and _covers(step.change, grant, step.before, relation):
            left -= {one.casefold() for one in step.change.to}
        if not left:
            break
    return not left


def _covers(taken: Grant, given: Grant, of: Relation | None, on: Relation | None) -> bool:
    rights = {one.upper() for one in taken.privileges}
    if not rights.intersection(_ALL) and not rights >= {one.upper() for one in given.privileges}:
        return False
    if taken.everything:
        there = _in_schema(on, taken.schema) or (given.everything and same(given.schema, taken.schema))
        return there or not taken.schema
    return of is not None and on is not None and of.name == on.name


def _within(schema: str, context: Context) -> Sequence[Relation]:
    """The relations in ``schema``, all where it is empty. Tables without a schema are in one that no table
    names: a script that grants on a schema mostly makes its tables there."""
    if not schema:
        return context.schema.relations
    named = context.schema.within(schema)
    return named or [one for one in context.schema.relations if len(one.name) == 1]


def _in_schema(relation: Relation | None, schema: str) -> bool:
    return relation is not None and any(same(part, schema) for part in relation.name[:-1])


def _exposed(relation: Relation, only: Sequence[str], context: Context) -> _Exposed:
    """The columns of ``relation`` (of ``only`` those named, if any) that its readers read in clear."""
    judged = context.judge(relation).columns
    found = [one for one in judged if _asked(one.name, only) and _clear(one, context)]
    found.sort(key=lambda one: -context.rank(one.effective))
    return _Exposed(relation=relation, columns=tuple(found))


def _asked(name: str, only: Sequence[str]) -> bool:
    return not only or any(same(name, one) for one in only)


def _clear(column: JudgedColumn, context: Context) -> bool:
    sources = column.column.sources
    masked = bool(sources) and all(source.masked for source in sources)
    hidden = masked or stored(column.column, column.type)
    return context.reaches(column.effective, context.declare_from) and not hidden


def _reads(grant: Grant, rule: Rule) -> bool:
    return any(one.casefold() in rule.params["rights"] for one in grant.privileges)


def _everybody(grant: Grant, rule: Rule) -> str:
    """Those of ``grant`` that are everybody, as written."""
    return ", ".join(one for one in grant.to if _account(one) in rule.params["everybody"])


def _account(name: str) -> str:
    """The name of a MySQL account without its host; ``%`` stands for any name as an empty one does."""
    user = name.rpartition("@")[0] if "@" in name else name
    bare = user.strip().strip("'\"`[]").casefold()
    return bare or "%"


CHECKS: Mapping[str, Callable[[Rule, Context], Iterator[Violation]]] = {
    "grant-public": public,
    "grant-wildcard": wildcard,
}
