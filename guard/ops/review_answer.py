"""What a person answers about a column or table, what it comes to, and whether it can be answered so."""

from __future__ import annotations

from dataclasses import dataclass

from guard.catalog import reviewing
from guard.catalog.reviewing import SCOPE_SECRET, Item
from guard.model import (
    UNDETERMINED,
    Act,
    Decision,
    Reason,
    Standing,
    UsageError,
)
from guard.ops.levels import known_level
from guard.ops.review_work import Work
from guard.policy.decide import Place
from guard.yamldoc import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person says of a column.

    A correction gives a ``level``, ``type`` or ``category`` (what it leaves empty stays, the level follows
    a new type). ``candidate`` confirms the nomination for important or core: that is the level then.
    A correction and a rejection need a ``reason``.
    """

    act: Act
    level: str = ""
    type: str = ""
    category: str = ""
    candidate: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One answer about one column. ``seen`` are the ids of the open decisions that the person knew of
    (None: those in force when the item was read)."""

    item: Item
    answer: Answer
    seen: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A decision as it would be stored, the level that counts ``before``, what it replaces, and the floors
    that it goes ``below``."""

    item: Item
    decision: Decision
    before: str
    replaces: tuple[Decision, ...] = ()
    seen: frozenset[str] = frozenset()
    below: tuple[Reason, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether it waits for a second person."""
        return self.decision.standing is Standing.PENDING

    @property
    def place(self) -> Place:
        """Where its table is."""
        return self.item.source, self.item.path

    @property
    def bends(self) -> bool:
        """Whether it may change what the rules say of other columns: not by confirming what counts."""
        return self.decision.act is not Act.CONFIRM or self.item.decision is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Decisions that belong together. Nothing is stored yet. ``falls`` says which other columns and which
    tables they lower."""

    batch: str
    planned: tuple[Planned, ...]
    falls: tuple[str, ...] = ()

    @property
    def pending(self) -> int:
        """How many wait for a second person."""
        return sum(item.pending for item in self.planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was stored: in force now, and waiting for a second person."""

    batch: str
    active: int = 0
    pending: int = 0
    columns: int = 0
    tables: int = 0


def check(work: Work, item: Item, answer: Answer) -> None:
    """Raise UsageError where ``answer`` cannot be given about ``item``.

    Ids: ``unknown-level``, ``unknown-type``, ``unknown-category``, ``review-reason``,
    ``review-nothing``, ``review-secret``, ``review-candidate``, ``review-no-candidate``,
    ``review-undetermined``, ``review-no-type``; of a table itself ``review-table-type``,
    ``review-table-level``.
    """
    check_answer(work, answer)
    if item.of_table:
        _check_table(work, item, answer)
    if item.review == SCOPE_SECRET:
        raise UsageError("review-secret", column=item.ref)
    if answer.act is Act.REJECT and not item.found:
        raise UsageError("review-no-type", column=item.ref)
    if answer.act is Act.CONFIRM:
        if answer.candidate and not item.candidate:
            raise UsageError("review-no-candidate", column=item.ref)
        if item.candidate and not answer.candidate:
            raise UsageError("review-candidate", column=item.ref, candidate=item.candidate)
        if item.proposed == UNDETERMINED and not answer.candidate:
            raise UsageError("review-undetermined", column=item.ref)


def _check_table(work: Work, item: Item, answer: Answer) -> None:
    """A table itself has no type, and is never lower than its columns."""
    rank = work.rules.policy.rank
    if answer.type or answer.act is Act.REJECT:
        raise UsageError("review-table-type", table=item.ref)
    highest = work.rules.policy.higher(*reviewing.levels_in(work.store, item.asset))
    if answer.level and rank.get(answer.level, -1) < rank.get(highest, -1):
        raise UsageError("review-table-level", table=item.ref, level=answer.level, highest=highest)


def check_answer(work: Work, answer: Answer) -> None:
    """Raise UsageError where the answer is wrong whatever column it is about."""
    policy = work.rules.policy
    if answer.level:
        known_level(answer.level, policy.levels)
    if answer.type and answer.type not in work.rules.types:
        close = nearest(answer.type, work.rules.types) or "-"
        raise UsageError("unknown-type", word=answer.type, nearest=close)
    if answer.category and answer.category not in policy.base.categories:
        close = nearest(answer.category, policy.base.categories) or "-"
        raise UsageError("unknown-category", word=answer.category, nearest=close, pack=policy.base.id)
    if answer.act is Act.CORRECT and not (answer.level or answer.type or answer.category):
        raise UsageError("review-nothing")
    if answer.act is not Act.CONFIRM and not answer.reason.strip():
        raise UsageError("review-reason", act=answer.act.value)
