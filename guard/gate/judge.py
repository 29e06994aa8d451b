"""Relations judged as a scan judges tables: by names, comments and types, then by the policy."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from guard.gate.context import JudgedColumn, JudgedRelation
from guard.gate.declare.declaration import Terms
from guard.model import Asset, AssetKind, Classification, Column, Finding
from guard.model.gate import Name, Relation, RelationColumn, RelationKind
from guard.policy.grade import Graded, grade
from guard.policy.masks import NONE, Masks
from guard.policy.policy import Policy

Findings = Callable[[Asset], tuple[Finding, ...]]
Find = Callable[[Name], Relation | None]
Known = Mapping[str, Mapping[str, Classification]]
"""What the catalogue decided: relation and column, both in small letters -> classification."""

_VIEWS = (RelationKind.VIEW, RelationKind.MATERIALIZED)
_SOURCE = "gate"
_MASKED = 2  # the place of the level from which masks are asked for: the third one


class _Alone:
    """What an asset is by itself."""

    def __init__(self, asset: Asset, findings: tuple[Finding, ...], graded: Graded, masks: Masks) -> None:
        self.findings, self.graded = findings, graded
        self._asset, self._masks = asset, masks

    def mask(self, at: int) -> str:
        """The masking method of the column at place ``at``."""
        return self._masks.of(self._asset, self.findings, at)


class PolicyJudge:
    """The ``Judge`` of ``guard.gate.context``.

    ``findings`` judges by names (``guard.detect.by_name.ByName``), ``find`` gives the relation of a source
    (``Schema.recall``). A column that the catalogue knows keeps its classification, and what content is
    copied from gives it at least its level. Masks are suggested from the level ``mask_from`` on.
    """

    def __init__(
        self,
        *,
        findings: Findings,
        policy: Policy,
        terms: Terms,
        find: Find,
        known: Known | None = None,
        mask_from: str = "",
    ) -> None:
        self._findings, self._policy, self._terms, self._find = findings, policy, terms, find
        self._known: Known = known or {}
        self._masks, self._mask_from = Masks(policy), policy.rank.get(mask_from, _MASKED)
        self._seen: dict[int, JudgedRelation] = {}  # by identity: each keeps its relation
        self._owned: dict[int, JudgedRelation] = {}  # the same, without what comes from elsewhere
        self._alone: dict[Asset, _Alone] = {}

    def __call__(self, relation: Relation) -> JudgedRelation:
        """``relation`` judged. Content copied from elsewhere keeps the level that it has there."""
        found = self._seen.get(id(relation))
        if found is None:
            own = self._own(relation)
            columns = tuple(self._with_sources(column) for column in own.columns)
            plain = all(map(operator.is_, columns, own.columns))
            found = self._seen[id(relation)] = own if plain else replace(own, columns=columns)
        return found

    def _own(self, relation: Relation) -> JudgedRelation:
        found = self._owned.get(id(relation))
        if found is None:
            found = self._owned[id(relation)] = self._by_itself(relation)
        return found

    def _by_itself(self, relation: Relation) -> JudgedRelation:
        asset = self._asset(relation)
        if asset not in self._alone:
            findings = self._findings(asset)
            self._alone[asset] = _Alone(asset, findings, grade(asset, findings, self._policy), self._masks)
        alone = self._alone[asset]
        known = self._known.get(relation.ref.casefold(), {})
        columns = tuple(
            self._column(column, at, known.get(column.name.casefold(), classification), alone)
            for at, (column, classification) in enumerate(
                zip(relation.columns, alone.graded.columns, strict=True)
            )
        )
        return JudgedRelation(relation=relation, columns=columns, table=alone.graded.table)

    def _column(
        self, column: RelationColumn, at: int, classification: Classification, alone: _Alone
    ) -> JudgedColumn:
        declared = column.declaration.level if column.declaration else ""
        effective = self._policy.higher(classification.level, declared) or classification.level
        asked = self._policy.rank.get(effective, -1) >= self._mask_from
        return JudgedColumn(
            column=column,
            finding=alone.findings[at],
            classification=classification,
            mask=alone.mask(at) if asked else NONE,
            effective=effective,
        )

    def _with_sources(self, judged: JudgedColumn) -> JudgedColumn:
        """``judged`` with the level, and where it is higher the type, of what its content comes from."""
        alone = judged
        for source in self._behind(judged.column):
            if self._higher(source.level, judged.level):
                judged = replace(
                    judged,
                    finding=replace(
                        judged.finding, type=source.finding.type, confidence=source.finding.confidence
                    ),
                    classification=source.classification,
                    mask=source.mask,
                )
            if self._higher(source.effective, judged.effective):
                judged = replace(judged, effective=source.effective)
        return judged if judged is alone else replace(judged, alone=alone)

    def _behind(self, column: RelationColumn) -> Iterator[JudgedColumn]:
        """The columns from which content comes in clear. ``sources`` hold those behind views already."""
        for source in column.sources:
            relation = None if source.masked else self._find(source.relation)
            found = self._own(relation).column(source.column) if relation else None
            if found is not None:
                yield found

    def _higher(self, one: str, other: str) -> bool:
        return self._policy.rank.get(one, -1) > self._policy.rank.get(other, -1)

    def _asset(self, relation: Relation) -> Asset:
        """``relation`` as a scan sees it; labels are the gate's own and say nothing about content."""
        columns = tuple(
            Column(
                name=one.name,
                position=at,
                type=one.column.type,
                comment=self._terms.bare(one.column.comment),
                nullable=one.column.nullable,
                key=one.column.key,
            )
            for at, one in enumerate(relation.columns)
        )
        return Asset(
            source=_SOURCE,
            path=relation.name,
            kind=AssetKind.VIEW if relation.kind in _VIEWS else AssetKind.TABLE,
            columns=columns,
            comment=self._terms.bare(relation.comment),
        )
