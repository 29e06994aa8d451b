"""Deciding: from what a person answers to decisions, checked, graded and stored in one transaction.

Lowering a level, and giving ``important`` or ``core``, waits for a second person; until then
the machine's proposal counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from secrets import token_hex

from guard.catalog.decisions import Changing, changing
from guard.model import (
    UNDETERMINED,
    Act,
    Decision,
    Standing,
    UsageError,
)
from guard.ops.audit import event
from guard.ops.review_answer import Outcome, Plan, Planned, Wish, check
from guard.ops.review_bases import Base, Known, bases, cell_of, key_of, type_after
from guard.ops.review_falls import Fallen, fallen, told
from guard.ops.review_minimum import below_minimum
from guard.ops.review_work import Work


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
    known = Known.of(work, wishes)
    found = bases(work, known, wishes)
    planned = tuple(
        _planned(work, known, wish, found.get(cell_of(wish.item)), f"{batch}-{number}")
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
    counts = Counter(cell_of(wish.item) for wish in wishes)
    for wish in wishes:
        if counts[cell_of(wish.item)] > 1:
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
        change.expect({key_of(item.item): item.seen for item in plan.planned})
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


def _planned(work: Work, known: Known, wish: Wish, base: Base | None, id: str) -> Planned:
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
        type=type_after(known, wish),
        category=category,
        level=level,
        reason=work.told(answer.reason),
        author=work.actor,
        at=work.at,
        expires=expires(work),
        policy=policy.digest,
    )
    open_ = known.open.get(key_of(item), ())
    before = known.of_item(item)
    every = (*open_, *((before,) if before and before not in open_ else ()))
    replaced = [one for one in every if not pending or one.standing is Standing.PENDING]
    seen = wish.seen if wish.seen is not None else frozenset(one.id for one in open_)
    return Planned(item=item, decision=decision, before=item.level, replaces=tuple(replaced), seen=seen)


def _answered(wish: Wish, base: Base | None, proposed: str, candidate: str) -> tuple[str, str]:
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
    }
