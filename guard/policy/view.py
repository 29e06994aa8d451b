"""One table prepared for grading: its words, types, kinds and measured facts, gathered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guard.model import Asset, DataType, Finding
from guard.policy.domain import DomainScore
from guard.policy.facts import Facts, declared
from guard.policy.kinds import OTHER, Sort
from guard.policy.policy import Policy
from guard.policy.subject import (
    all_minors,
    column_subject,
    coverage,
    is_reference,
    is_thing,
    subjects,
    table_subject,
)
from guard.policy.words import is_chinese, is_initials

LIKELY = 0.5
_BIRTHS = frozenset({"birth_date", "age"})
_AGES = frozenset({"min_age", "max_age", "minors"})
_DIVISION, _CODE = "admin_division_6", 6
_COORDINATES = frozenset({"longitude", "latitude", "geo_coordinate_pair"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """What grading a column needs to know of its table. ``table`` are the facts for table rules."""

    asset: Asset
    findings: tuple[Finding, ...]
    sorts: tuple[Sort, ...]
    parts: tuple[tuple[str, ...], ...]
    domain: DomainScore
    table: Facts


def view(asset: Asset, findings: Sequence[Finding], policy: Policy) -> TableView:
    """Gather what the rules may ask about ``asset``."""
    parts = tuple(policy.vocabulary.parts(column.name) for column in asset.columns)
    sorts = tuple(
        policy.kinds.sort(column.name, column.comment, part)
        for column, part in zip(asset.columns, parts, strict=True)
    )
    types = {
        item.type: policy.types[item.type] for item in findings if item.type in policy.types and item.type
    }
    table = _table_facts(asset, findings, sorts, types, policy)
    table.ruled_out = policy.ruled_out(table)
    return TableView(
        asset=asset,
        findings=tuple(findings),
        sorts=sorts,
        parts=parts,
        domain=policy.domains.table(asset),
        table=table,
    )


def _table_facts(
    asset: Asset,
    findings: Sequence[Finding],
    sorts: tuple[Sort, ...],
    types: dict[str, DataType],
    policy: Policy,
) -> Facts:
    own = _words((asset.comment, asset.name), policy)
    around = _words((asset.department, asset.system, *asset.path[:-1]), policy)
    measured = _measured(findings, policy)
    persons = subjects(asset, findings, policy.types)
    return Facts(
        asset=asset,
        table_words=own,
        context_words={**around, **own},
        subject=table_subject(own, types.values()),
        minors=all_minors(own, measured),
        reference=is_reference(own),
        tabled=bool(own or asset.comment or asset.name),
        rows=asset.rows,
        subjects=persons,
        coverage=coverage(persons, measured, policy.base.thresholds),
        flags=frozenset(flag for item in findings if item.shape for flag in item.shape.flags),
        facts=measured,
        mixed=frozenset(kind for item in findings for kind in _beside(item)),
        neighbours=frozenset(types),
        kinds=frozenset(sort.kind for sort in sorts if sort.kind),
    )


def _beside(finding: Finding) -> tuple[str, ...]:
    """The types that a column holds beside its own: in some rows, or in its very name."""
    return (*(part.type for part in finding.mixed), *finding.name_values)


def _words(texts: Sequence[str], policy: Policy) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        if text:
            found.update(policy.vocabulary.hits(text))
    return found


def _measured(findings: Sequence[Finding], policy: Policy) -> dict[str, float]:
    """The facts of all columns: the least of what starts with ``min_``, the most of the rest."""
    facts: dict[str, float] = {}
    for item in findings:
        for name, value in _facts_of(item, policy).items():
            pick = min if name.startswith("min_") else max
            facts[name] = pick(facts[name], value) if name in facts else value
    return facts


def _facts_of(finding: Finding, policy: Policy) -> Mapping[str, float]:
    """A column's measured facts; ages only where its type tells a birth date (an entry date is none).

    The decimals of a coordinate in degrees are its ``precision`` (four are some ten metres); of division
    codes with six digits ``divisions`` tells how many there are.
    """
    shape = finding.shape
    if shape is None:
        return {}
    facts = shape.facts
    if finding.type in _COORDINATES and "decimals" in facts:
        facts = {**facts, "precision": facts["decimals"]}
    if finding.type == _DIVISION and shape.min_length == shape.max_length == _CODE:
        facts = {**facts, "divisions": float(shape.distinct)}
    if not facts:
        return facts
    item = policy.types.get(finding.type or "")
    check = item.value.check if item is not None and item.value else ""
    if item is not None and (item.id in _BIRTHS or check.startswith("gb11643")):
        return facts
    return {name: value for name, value in facts.items() if name not in _AGES}


def column_facts(seen: TableView, at: int, policy: Policy) -> Facts:
    """What the rules may ask about the column at position ``at``."""
    column, finding, sort = seen.asset.columns[at], seen.findings[at], seen.sorts[at]
    table = seen.table
    name = policy.vocabulary.hits(column.name)
    comment = policy.vocabulary.hits(column.comment) if column.comment else {}
    says = {**name, **comment} if comment else name
    item = policy.types.get(finding.type or "")
    subject = column_subject(table.subject, says, thing=_of_the_thing(item, table, policy))
    organisation = subject == "organisation" and item is not None and bool(item.organisation_level)
    personal = item is not None and item.personal and not organisation
    mixed = _beside(finding)
    strangers = [policy.types[kind] for kind in mixed if kind in policy.types]
    return Facts(
        asset=seen.asset,
        table_words=table.table_words,
        context_words=table.context_words,
        column=column.name,
        comment=column.comment,
        name_words=name,
        comment_words=comment,
        says_words=says,
        stem_words=policy.vocabulary.endings(sort.stem) if sort.stem else {},
        kind=sort.kind or OTHER,
        sort=sort,
        type=item.id if item else "",
        datatype=item,
        category=item.category if item else "",
        typed=item is not None and finding.confidence >= LIKELY,
        personal=personal,
        sensitive=personal and item is not None and policy.is_sensitive(item),
        mixed_personal=any(other.personal for other in strangers),
        mixed_sensitive=any(other.personal and policy.is_sensitive(other) for other in strangers),
        described=bool(column.comment) or _readable(column.name, seen.parts[at]),
        tabled=table.tabled,
        confidence=finding.confidence,
        declared=declared(column.type),
        key=column.key,
        subject=subject,
        minors=table.minors,
        reference=table.reference,
        rows=table.rows,
        subjects=table.subjects,
        coverage=table.coverage,
        flags=frozenset(finding.shape.flags) if finding.shape else frozenset(),
        facts=_facts_of(finding, policy),
        mixed=frozenset(mixed),
        neighbours=table.neighbours,
        kinds=table.kinds,
        ruled_out=table.ruled_out,
    )


def _of_the_thing(item: DataType | None, table: Facts, policy: Policy) -> bool:
    """Whether the type is worth less of a thing than of a person, and the rows are things: its address."""
    if item is None or not item.organisation_level or not is_thing(table.table_words, table.neighbours):
        return False
    own, owner = (policy.type_level(item, organisation=body) for body in (False, True))
    return policy.rank.get(owner, -1) < policy.rank.get(own, -1)


def _readable(name: str, parts: tuple[str, ...]) -> bool:
    """Whether a name without a comment tells a reader something: Chinese, or words rather than initials."""
    return is_chinese(name) or any(
        len(part) > 3 and part.isalpha() and not is_initials(part) and part != "column" for part in parts
    )
