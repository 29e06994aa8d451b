"""What the catalogue knows of the tables that scripts change: their columns, levels and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guard.gate.judge import Known
from guard.model import AssetKind, AssetResult, Classification, UsageError
from guard.model.gate import DdlColumn, Place, Relation, RelationColumn, RelationKind
from guard.yamldoc import nearest

if TYPE_CHECKING:
    from guard.ops.engine import Rules
    from guard.ops.session import Session

_KINDS = {AssetKind.TABLE: RelationKind.TABLE, AssetKind.VIEW: RelationKind.VIEW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The relations of the last scan, and the classification of each of their columns."""

    relations: tuple[Relation, ...] = ()
    levels: Known = field(default_factory=dict)


def live(session: Session, source: str, rules: Rules) -> Live:
    """Tables and views of the last run, of ``source`` alone where it is named.

    Raises UsageError ``gate-live-source`` for a source that the run does not have.
    """
    store = session.store(create=False)
    facts = session.facts(store, store.find_run("latest").id, rules)
    relations: list[Relation] = []
    levels: dict[str, Mapping[str, Classification]] = {}
    sources = set()
    for result in facts.results():
        sources.add(result.asset.source)
        if result.asset.kind in _KINDS and source in ("", result.asset.source):
            relation = _relation(result)
            relations.append(relation)
            levels[relation.ref.casefold()] = {
                column.name.casefold(): answer
                for column, answer in zip(result.asset.columns, result.classifications, strict=False)
            }
    if source and source not in sources:
        near, known = nearest(source, sources) or "-", ", ".join(sorted(sources)) or "-"
        raise UsageError("gate-live-source", name=source, nearest=near, known=known)
    return Live(relations=tuple(relations), levels=levels)


def _relation(result: AssetResult) -> Relation:
    asset = result.asset
    place = Place(file="", line=1)
    columns = tuple(
        RelationColumn(
            column=DdlColumn(
                name=one.name,
                place=place,
                type=one.type,
                comment=one.comment,
                nullable=one.nullable,
                key=one.key,
            )
        )
        for one in asset.columns
    )
    return Relation(
        name=asset.path[-2:],
        place=place,
        kind=_KINDS[asset.kind],
        columns=columns,
        comment=asset.comment,
        known=True,
    )
