"""What was decided before about columns, and what the rules say of them once answers count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guard.catalog import decisions as kept
from guard.catalog import reviewing
from guard.catalog.decisions import column_key, table_key
from guard.catalog.reviewing import Item
from guard.model import (
    Act,
    Classification,
    Decision,
    Finding,
)
from guard.ops.review_answer import Wish
from guard.ops.review_work import Work
from guard.policy.decide import Decisions, judged
from guard.policy.grade import grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was decided before about the columns concerned: by column key, and by id."""

    open: Mapping[str, Sequence[Decision]]
    by_id: Mapping[str, Decision]

    @classmethod
    def of(cls, work: Work, wishes: Sequence[Wish]) -> Known:
        """What was decided before about the columns of ``wishes``."""
        ids = {wish.item.decision.id for wish in wishes if wish.item.decision is not None}
        return cls(
            open=kept.open_by_key(work.store, (key_of(wish.item) for wish in wishes)),
            by_id=kept.by_ids(work.store, ids),
        )

    def of_item(self, item: Item) -> Decision | None:
        """The decision in force for a column, also where it was made under another name."""
        return self.by_id.get(item.decision.id) if item.decision else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What the machine says of a column whose type is changed or that was decided before; ``after`` what
    the rules say once the type is the one answered."""

    own: Classification
    after: Classification


def bases(work: Work, known: Known, wishes: Sequence[Wish]) -> dict[tuple[int, int], Base]:
    """Gradings of the columns for which the stored classification does not say enough."""
    asked: dict[int, list[Wish]] = defaultdict(list)
    for wish in wishes:
        if not wish.item.of_table and (type_after(known, wish) != wish.item.found or wish.item.decision):
            asked[wish.item.asset].append(wish)
    found = _table_bases(work, [wish.item for wish in wishes if wish.item.of_table and wish.item.decision])
    if not asked:
        return found
    policy = work.rules.policy
    places = {(wish.item.source, wish.item.path) for wish in wishes}
    others = Decisions(kept.held(work.store, places), policy, today=work.today)
    for id, result in reviewing.results(work.store, sorted(asked)):
        own = grade(result.asset, result.findings, policy).columns
        types: list[Finding] = list(others.findings(result.asset, result.findings))
        for wish in asked[id]:
            at = wish.item.ordinal
            types[at] = judged(result.findings[at], type_after(known, wish), wish.item.found)
        after = grade(result.asset, types, policy).columns
        for wish in asked[id]:
            at = wish.item.ordinal
            found[id, at] = Base(own=own[at], after=after[at])
    return found


def _table_bases(work: Work, items: Sequence[Item]) -> dict[tuple[int, int], Base]:
    """What the machine says now of tables that were decided before."""
    nth = {item.asset: item.ordinal for item in items}
    found: dict[tuple[int, int], Base] = {}
    for id, result in reviewing.results(work.store, sorted(nth)):
        own = work.machine_table(result)
        found[id, nth[id]] = Base(own=own, after=own)
    return found


def type_after(known: Known, wish: Wish) -> str:
    """The type that holds once the answer counts; empty where none does."""
    answer = wish.answer
    if answer.act is Act.REJECT:
        return ""
    if answer.act is Act.CONFIRM:
        return wish.item.found
    before = known.of_item(wish.item)
    return answer.type or (before.type if before else wish.item.found)


def key_of(item: Item) -> str:
    """The key of a column, or of a table itself, by which its decisions are kept."""
    if item.of_table:
        return table_key(item.source, item.path)
    return column_key(item.source, item.path, item.column)


def cell_of(item: Item) -> tuple[int, int]:
    """The row id of the asset and the place of the column in it."""
    return item.asset, item.ordinal
