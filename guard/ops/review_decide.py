"""Deciding: from what a person answers to decisions, checked, graded and stored in one transaction.

Lowering a level, and giving ``important`` or ``core``, waits for a second person; until then
the machine's proposal counts.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from secrets import token_hex

from guard.catalog import decisions as kept
from guard.catalog import reviewing
from guard.catalog.decisions import Changing, changing, column_key, table_key
from guard.catalog.reviewing import SCOPE_SECRET, Item
from guard.model import (
    UNDETERMINED,
    Act,
    Classification,
    Decision,
    Finding,
    Reason,
    Standing,
    UsageError,
)
from guard.ops.audit import event
from guard.ops.levels import known_level
from guard.ops.review_falls import Fallen, fallen, told
from guard.ops.review_minimum import below_minimum
from guard.ops.review_work import Work
from guard.policy.decide import Decisions, Place, judged
from guard.policy.grade import grade
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


def plan(work: Work, wishes: Sequence[Wish]) -> Plan:
    """The decisions that ``wishes`` come to, each with its level; several acts may be mixed in one batch.

    Raises UsageError as ``check`` for the first that cannot be, ``review-level`` where the rules give no
    level for a corrected type, and RefusedError ``review-stale`` where the run was graded by another
    policy.
    """
    work.fresh()
    for wish in wishes:
        check(work, wish.item, wish.answer)
    _once(wishes)
    batch = token_hex(4)
    known = _Known.of(work, wishes)
    bases = _bases(work, known, wishes)
    planned = tuple(
        _planned(work, known, wish, bases.get(_cell(wish.item)), f"{batch}-{number}")
        for number, wish in enumerate(wishes, start=1)
    )
    planned, low = _with_neighbours(work, planned)
    below = below_minimum(work, (one.decision for one in planned))
    if below:
        planned = tuple(replace(one, below=below.get(one.decision.id, ())) for one in planned)
    return Plan(batch=batch, planned=planned, falls=tuple(told(low)))


def _with_neighbours(work: Work, planned: Sequence[Planned]) -> tuple[tuple[Planned, ...], Fallen]:
    """``planned``, where what lowers other columns or the table waits as well; and what is lowered."""
    bending = {one.place for one in planned if one.bends}
    together = [one for one in planned if one.place in bending]
    low = _fallen(work, together)
    sure = [one for one in together if not one.pending and one.place in low]
    waiting = {one.place for one in together if one.pending}
    # Beside decisions that wait anyway, what counts at once waits only where it lowers something itself.
    alone = _fallen(work, [one for one in sure if one.place in waiting])
    late = {place for place in low if place not in waiting or place in alone}
    made = (_later(one) if one.bends and one.place in late else one for one in planned)
    return tuple(made), low


def _fallen(work: Work, planned: Sequence[Planned]) -> Fallen:
    gone = [old for one in planned for old in one.replaces]
    return fallen(work, [one.decision for one in planned], gone, others_only=True)


def _later(one: Planned) -> Planned:
    """``one`` as a decision that waits for a second person."""
    if one.pending:
        return one
    still = tuple(old for old in one.replaces if old.standing is Standing.PENDING)
    return replace(one, decision=replace(one.decision, standing=Standing.PENDING), replaces=still)


def _once(wishes: Sequence[Wish]) -> None:
    """Raise UsageError ``review-twice`` where one column is answered for twice."""
    counts = Counter(_cell(wish.item) for wish in wishes)
    for wish in wishes:
        if counts[_cell(wish.item)] > 1:
            raise UsageError("review-twice", column=wish.item.ref)


def carry_out(
    work: Work, plan: Plan, *, action: str = "", detail: Mapping[str, object] | None = None
) -> Outcome:
    """Store a plan: decisions, what they grade and the entry in the audit log; all or nothing.

    ``action`` is the audit entry's (default ``review.<act>``), ``detail`` what it says besides. Raises
    RefusedError ``review-changed`` where somebody else decided meanwhile, ``audit-unwritable``.
    """
    made = [item.decision for item in plan.planned]
    if not made:
        return Outcome(batch=plan.batch)
    with changing(work.store) as change:
        change.expect_policy(work.run.id, work.rules.policy.digest)
        change.expect({_key(item.item): item.seen for item in plan.planned})
        overtake(change, [old for item in plan.planned for old in item.replaces])
        change.add(made)
        told = {**_detail(plan), **(detail or {})}
        change.log(event(work.session, action or _action(made), _subject(plan), told))
        work.regrade(change, {item.item.asset for item in plan.planned})
    work.forget()
    return Outcome(
        batch=plan.batch,
        active=len(made) - plan.pending,
        pending=plan.pending,
        columns=len(made),
        tables=len({item.item.asset for item in plan.planned}),
    )


def overtake(change: Changing, before: Iterable[Decision]) -> None:
    """Let later decisions take the place of those ``before``.

    One that waited never counted: it is taken back, so that undoing the later one does not
    bring it into force.
    """
    old = list(before)
    change.stand([one.id for one in old if one.standing is Standing.ACTIVE], Standing.REPLACED)
    change.stand([one.id for one in old if one.standing is Standing.PENDING], Standing.UNDONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was decided before about the columns concerned: by column key, and by id."""

    open: Mapping[str, Sequence[Decision]]
    by_id: Mapping[str, Decision]

    @classmethod
    def of(cls, work: Work, wishes: Sequence[Wish]) -> _Known:
        ids = {wish.item.decision.id for wish in wishes if wish.item.decision is not None}
        return cls(
            open=kept.open_by_key(work.store, (_key(wish.item) for wish in wishes)),
            by_id=kept.by_ids(work.store, ids),
        )

    def of_item(self, item: Item) -> Decision | None:
        """The decision in force for a column, also where it was made under another name."""
        return self.by_id.get(item.decision.id) if item.decision else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What the machine says of a column whose type is changed or that was decided before; ``after`` what
    the rules say once the type is the one answered."""

    own: Classification
    after: Classification


def _bases(work: Work, known: _Known, wishes: Sequence[Wish]) -> dict[tuple[int, int], _Base]:
    """Gradings of the columns for which the stored classification does not say enough."""
    asked: dict[int, list[Wish]] = defaultdict(list)
    for wish in wishes:
        if not wish.item.of_table and (_type(known, wish) != wish.item.found or wish.item.decision):
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
            types[at] = judged(result.findings[at], _type(known, wish), wish.item.found)
        after = grade(result.asset, types, policy).columns
        for wish in asked[id]:
            at = wish.item.ordinal
            found[id, at] = _Base(own=own[at], after=after[at])
    return found


def _table_bases(work: Work, items: Sequence[Item]) -> dict[tuple[int, int], _Base]:
    """What the machine says now of tables that were decided before."""
    nth = {item.asset: item.ordinal for item in items}
    found: dict[tuple[int, int], _Base] = {}
    for id, result in reviewing.results(work.store, sorted(nth)):
        own = work.machine_table(result)
        found[id, nth[id]] = _Base(own=own, after=own)
    return found


def _type(known: _Known, wish: Wish) -> str:
    """The type that holds once the answer counts; empty where none does."""
    answer = wish.answer
    if answer.act is Act.REJECT:
        return ""
    if answer.act is Act.CONFIRM:
        return wish.item.found
    before = known.of_item(wish.item)
    return answer.type or (before.type if before else wish.item.found)


def _planned(work: Work, known: _Known, wish: Wish, base: _Base | None, id: str) -> Planned:
    item, answer = wish.item, wish.answer
    proposed = base.own.level if base else item.level
    candidate = base.own.candidate if base else item.candidate
    level, category = _answered(wish, base, proposed, candidate)
    policy = work.rules.policy
    rank = policy.rank
    least = [item.level, proposed, *([base.after.level] if base and answer.type else [])]
    lowers = rank.get(level, -1) < max(rank.get(one, -1) for one in least)
    pending = lowers or level in policy.nominated
    decision = Decision(
        id=id,
        batch=id.partition("-")[0],
        act=answer.act,
        standing=Standing.PENDING if pending else Standing.ACTIVE,
        source=item.source,
        path=item.path,
        column=item.column,
        position=item.position,
        declared=item.declared,
        found=item.found,
        proposed=proposed,
        candidate=candidate,
        type=_type(known, wish),
        category=category,
        level=level,
        reason=work.told(answer.reason),
        author=work.actor,
        at=work.at,
        expires=expires(work),
        policy=policy.digest,
    )
    open_ = known.open.get(_key(item), ())
    before = known.of_item(item)
    every = (*open_, *((before,) if before and before not in open_ else ()))
    replaced = [one for one in every if not pending or one.standing is Standing.PENDING]
    seen = wish.seen if wish.seen is not None else frozenset(one.id for one in open_)
    return Planned(item=item, decision=decision, before=item.level, replaces=tuple(replaced), seen=seen)


def _answered(wish: Wish, base: _Base | None, proposed: str, candidate: str) -> tuple[str, str]:
    """The level and category that hold once the answer counts."""
    item, answer = wish.item, wish.answer
    if answer.act is Act.CONFIRM:
        return (candidate if answer.candidate else proposed), (base.own.category if base else item.category)
    if answer.act is Act.REJECT:
        return (base.after.level if base else item.level), ""
    retyped = bool(answer.type) and base is not None
    level = answer.level or (base.after.level if base and retyped else item.level)
    if level == UNDETERMINED:
        raise UsageError("review-level", column=item.ref, type=answer.type or item.found or "-")
    category = base.after.category if base and retyped else item.category
    return level, answer.category or category


def expires(work: Work) -> str:
    """The date from which a decision of today no longer counts; empty where the packs say nothing."""
    days = [pack.expire_days for pack in work.rules.policy.packs if pack.expire_days]
    return (date.fromisoformat(work.today) + timedelta(days=min(days))).isoformat() if days else ""


def _key(item: Item) -> str:
    if item.of_table:
        return table_key(item.source, item.path)
    return column_key(item.source, item.path, item.column)


def _cell(item: Item) -> tuple[int, int]:
    return item.asset, item.ordinal


def _action(made: Sequence[Decision]) -> str:
    acts = {one.act for one in made}
    return f"review.{acts.pop().value}" if len(acts) == 1 else "review.mixed"


def _subject(plan: Plan) -> str:
    first = plan.planned[0].item
    names = {item.item.column.casefold() for item in plan.planned}
    if len(plan.planned) == 1:
        return first.ref
    return f"{(len(names) == 1 and first.column) or plan.batch} × {len(plan.planned)}"


def _detail(plan: Plan) -> dict[str, object]:
    made = [item.decision for item in plan.planned]
    return {
        "batch": plan.batch,
        "columns": len(made),
        "pending": plan.pending,
        "replaced": sum(len(item.replaces) for item in plan.planned),
        "levels": dict(Counter(f"{item.before} -> {item.decision.level}" for item in plan.planned)),
        "reasons": sorted({one.reason for one in made if one.reason})[:20],
        **({"falls": list(plan.falls)} if plan.falls else {}),
        "digest": decisions_digest(made),
    }


def decisions_digest(made: Iterable[Decision]) -> str:
    """SHA-256, in hex, of decisions as they were made: what the audit log vouches for."""
    later = {"standing": Standing.PENDING, "approver": "", "approved": ""}
    rows = [asdict(one) | later for one in made]
    text = json.dumps(sorted(rows, key=lambda row: row["id"]), ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
