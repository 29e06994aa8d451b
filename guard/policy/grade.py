"""Findings -> domain, category and level of every column and of the table, with every reason.

A column's level starts from its type, or from the rules that say what an untyped column is; floors
and raises only lift it, so the order of rules does not matter and no evidence added lowers a
level. Where several packs grade side by side each keeps its own answer and the strictest counts.
``important`` and ``core`` are nominated, never given. Pure: opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from guard.model import Asset, Classification, Finding
from guard.policy.beside import as_decided, strictest
from guard.policy.column import grade_column
from guard.policy.policy import Policy
from guard.policy.rollup import grade_table
from guard.policy.source import Concern, lifted_together
from guard.policy.view import TableView, column_facts, view


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """One classification a column, parallel to ``asset.columns``, and one for the table."""

    columns: tuple[Classification, ...]
    table: Classification


class Decide(Protocol):
    """People's decisions, laid over what the machine proposes."""

    def findings(self, asset: Asset, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """``findings`` with the types that people corrected or rejected; grading goes on from these."""
        ...

    def columns(
        self, asset: Asset, findings: Sequence[Finding], columns: Sequence[Classification]
    ) -> tuple[Classification, ...]:
        """``columns`` with the decisions in force over them. ``findings`` are the machine's own."""
        ...

    def table(self, asset: Asset, table: Classification, highest: str) -> Classification:
        """``table``, the machine's own answer, with the decision about the table itself over it; not
        below ``highest``, the level of its columns."""
        ...


def grade(
    asset: Asset,
    findings: Sequence[Finding],
    policy: Policy,
    decide: Decide | None = None,
    asked: Iterable[Concern] = (),
) -> Graded:
    """Grade ``asset`` from its findings (one a column, in order; an empty list counts as nothing found).

    ``asked`` is what rules over the whole source ask for this table.
    """
    found = tuple(findings) or tuple(
        Finding(column=column.name, type=None, confidence=0.0) for column in asset.columns
    )
    if len(found) != len(asset.columns):
        raise ValueError(f"{len(found)} findings for {len(asset.columns)} columns")
    judged = decide.findings(asset, found) if decide else found
    seen, own = _judged(asset, judged, policy)
    columns = own
    others = [(other, *_judged(asset, judged, other)) for other in policy.beside]
    if others:
        columns = strictest(policy, own, [(other, said) for other, _, said in others])
    if decide:
        columns = decide.columns(asset, found, columns)
    # A table's own answer comes from the pack's own answers, save where a person decided.
    settled = (new if new.decision else old for old, new in zip(own, columns, strict=True))
    table = grade_table(seen, tuple(settled), policy)
    if others:
        tables = [
            (other, (grade_table(view, as_decided(said, columns, policy, other), other),))
            for other, view, said in others
        ]
        (table,) = strictest(policy, (table,), tables)
    if asked:
        table = lifted_together(table, asked, policy)
    if decide:
        table = decide.table(asset, table, policy.higher(*(item.level for item in columns)))
    return Graded(columns=columns, table=table)


def _judged(
    asset: Asset, findings: Sequence[Finding], policy: Policy
) -> tuple[TableView, tuple[Classification, ...]]:
    """The table as one pack sees it, and what that pack says of its columns."""
    seen = view(asset, findings, policy)
    columns = tuple(
        grade_column(column_facts(seen, at, policy), findings[at], seen.domain, policy)
        for at in range(len(asset.columns))
    )
    return seen, columns
