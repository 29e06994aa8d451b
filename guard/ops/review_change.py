"""Changing what was decided: a second person approves or refuses, one takes back, a column was renamed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from secrets import token_hex

from guard.catalog import decisions as kept
from guard.catalog import reviewing
from guard.catalog.decisions import Changing, changing, key_of
from guard.catalog.reviewing import Item
from guard.catalog.tables import decisions
from guard.model import Decision, RefusedError, Standing, UsageError, same_person
from guard.ops.audit import event
from guard.ops.review_decide import overtake
from guard.ops.review_falls import fallen
from guard.ops.review_lost import questions, reference
from guard.ops.review_queue import nearest_ref
from guard.ops.review_work import Work, moved_tables
from guard.policy.decide import Place, expired
from guard.yamldoc import nearest

LAST, ALL = "last", "all"
_OVER = (Standing.UNDONE, Standing.REFUSED)


def approve(work: Work, words: Sequence[str], *, dry_run: bool = False) -> tuple[Decision, ...]:
    """Bring waiting decisions into force: those of the ids or batches in ``words``, or ``("all",)``.

    Raises RefusedError ``review-same-person`` where the author would approve, ``review-changed``,
    ``review-stale``; UsageError ``review-unknown``, ``review-not-pending``.
    """
    work.fresh()
    chosen = _pending(work, words)
    own = [one for one in chosen if same_person(one.author, work.actor)]
    if tuple(words) == (ALL,):
        others = tuple(one for one in chosen if one not in own)
        chosen, own = (others, []) if others else (chosen, own)
    if own:
        raise RefusedError("review-same-person", by=own[0].author, columns=len(own))
    if dry_run:
        return chosen
    open_ = kept.open_by_key(work.store, map(key_of, chosen))
    before = [one for every in open_.values() for one in every if one.standing is Standing.ACTIVE]

    def change(changing: Changing) -> None:
        overtake(changing, before)
        changing.stand(
            [one.id for one in chosen],
            Standing.ACTIVE,
            was=Standing.PENDING,
            approver=work.actor,
            approved=work.at,
        )

    _store(work, "review.approve", chosen, change, {"authors": sorted({one.author for one in chosen})})
    return chosen


def refuse(work: Work, words: Sequence[str], reason: str, *, dry_run: bool = False) -> tuple[Decision, ...]:
    """Turn waiting decisions down; what counted before goes on counting.

    Raises as ``approve``, and UsageError ``review-reason``.
    """
    if not reason.strip():
        raise UsageError("review-reason", act="refuse")
    work.fresh()
    chosen = _pending(work, words)
    if dry_run:
        return chosen

    def change(changing: Changing) -> None:
        changing.stand(
            [one.id for one in chosen],
            Standing.REFUSED,
            was=Standing.PENDING,
            approver=work.actor,
            approved=work.at,
        )

    _store(work, "review.refuse", chosen, change, {"reason": work.told(reason)})
    return chosen


def undo(work: Work, word: str = LAST, *, dry_run: bool = False) -> tuple[Decision, ...]:
    """Take back a decision, a batch, or the last batch of whoever acts; what counted before counts again.

    Raises UsageError ``review-unknown``, ``review-nothing-to-undo``; RefusedError ``review-undo-lowers``
    where it would lower a level that somebody else, or two persons, gave; ``review-changed``,
    ``review-stale``.
    """
    work.fresh()
    every = _last(work) if word == LAST else _known(work, word)
    chosen = tuple(one for one in every if one.standing in (Standing.ACTIVE, Standing.PENDING))
    if not chosen:
        raise UsageError("review-nothing-to-undo", word=word)
    back = _restored(work, chosen)
    _may_undo(work, chosen, back)
    if dry_run:
        return chosen

    def change(changing: Changing) -> None:
        for standing in (Standing.ACTIVE, Standing.PENDING):
            ids = [one.id for one in chosen if one.standing is standing]
            changing.stand(ids, Standing.UNDONE, was=standing)
        for standing in (Standing.ACTIVE, Standing.EXPIRED):
            ids = [one.id for one in back.values() if _standing(one, work) is standing]
            changing.stand(ids, standing, was=Standing.REPLACED)

    _store(work, "review.undo", chosen, change, {"restored": len(back)})
    return chosen


def rename(work: Work, pairs: Mapping[str, str] | None = None) -> tuple[Decision, ...]:
    """Let decisions go with a column or table that has a new name: ``pairs`` of old and new references.

    Without ``pairs``, those that were carried by position and type are settled. Raises UsageError
    ``review-no-decision``, ``unknown-column``, ``review-decided``, ``review-nothing-moved``; RefusedError
    ``review-still-there`` for a column that the run still holds.
    """
    work.fresh()
    targets = _pairs(work, pairs) if pairs else _carried(work)
    if not targets:
        raise UsageError("review-nothing-moved")
    batch = token_hex(4)
    made = [_at(work, old, item, f"{batch}-{number}") for number, (old, item) in enumerate(targets, start=1)]
    made = _lowering(work, made, targets)

    def change(changing: Changing) -> None:
        for standing in (Standing.ACTIVE, Standing.PENDING):
            ids = [old.id for old, _ in targets if old.standing is standing]
            changing.stand(ids, Standing.REPLACED, was=standing)
        changing.expect({key_of(one): frozenset() for one in made})
        changing.add(made)

    before = [(old.source, old.path) for old, _ in targets]
    _store(work, "review.rename", made, change, {"columns": len(made)}, before)
    return tuple(made)


def _at(work: Work, old: Decision, item: Item, id: str) -> Decision:
    """``old`` as a decision about ``item``; where it lowers a level there, a second person must agree."""
    made = replace(
        old,
        id=id,
        batch=id.partition("-")[0],
        source=item.source,
        path=item.path,
        column=item.column,
        position=item.position,
        declared=item.declared,
    )
    carried = item.decision is not None and item.decision.id == old.id
    rank = work.rules.policy.rank
    lowers = rank.get(old.level, -1) < rank.get(item.level, -1)
    if carried or not (lowers or old.level in work.rules.policy.nominated):
        return made
    return _anew(work, made, item)


def _anew(work: Work, made: Decision, item: Item) -> Decision:
    """``made`` as a decision of whoever acts that waits for a second person."""
    seen = replace(made, found=item.found, proposed=item.proposed, candidate=item.candidate)
    return replace(seen, standing=Standing.PENDING, author=work.actor, at=work.at, approver="", approved="")


def _lowering(
    work: Work, made: Sequence[Decision], targets: Sequence[tuple[Decision, Item]]
) -> list[Decision]:
    """``made``, where what lowers anything in the table that it comes to waits for a second person."""
    fresh = [
        at
        for at, (old, item) in enumerate(targets)
        if made[at].standing is Standing.ACTIVE and not (item.decision and item.decision.id == old.id)
    ]
    low = fallen(work, [made[at] for at in fresh])
    late = {at for at in fresh if (made[at].source, made[at].path) in low}
    return [_anew(work, one, targets[at][1]) if at in late else one for at, one in enumerate(made)]


def _pending(work: Work, words: Sequence[str]) -> tuple[Decision, ...]:
    if not words:
        raise UsageError("review-no-selection")
    if tuple(words) == (ALL,):
        found = tuple(one for one in work.held if one.standing is Standing.PENDING)
        if not found:
            raise UsageError("review-not-pending", word=ALL, standing="")
        return found
    chosen: dict[str, Decision] = {}
    for word in words:
        every = _known(work, word)
        waiting = [one for one in every if one.standing is Standing.PENDING]
        if not waiting:
            raise UsageError("review-not-pending", word=word, standing=every[0].standing.value)
        chosen |= {one.id: one for one in waiting}
    return tuple(chosen.values())


def _known(work: Work, word: str) -> tuple[Decision, ...]:
    found = kept.of_batch(work.store, word)
    if not found:
        words = {name for one in work.held for name in (one.id, one.batch)}
        raise UsageError("review-unknown", word=word, nearest=nearest(word, words) or "-")
    return found


def _last(work: Work) -> tuple[Decision, ...]:
    own = [one for one in work.held if one.standing is not Standing.EXPIRED and one.author == work.actor]
    if not own:
        raise UsageError("review-nothing-to-undo", word=LAST)
    return tuple(one for one in own if one.batch == own[-1].batch)


def _restored(work: Work, chosen: Iterable[Decision]) -> dict[str, Decision]:
    """What counted before each of the decisions in force, by the id of the later one."""
    counting = [one for one in chosen if one.standing is Standing.ACTIVE]
    every = kept.by_key(work.store, map(key_of, counting))
    origins = _origins(work, counting)
    found: dict[str, Decision] = {}
    for one in counting:
        made = every[key_of(one)]
        earlier = [item for item in made[: made.index(one)] if item.standing not in _OVER]
        if earlier and earlier[-1].standing is Standing.REPLACED:
            found[one.id] = earlier[-1]
        elif not earlier and origins.get(_nowhere(one)):
            found[one.id] = origins[_nowhere(one)].pop(0)
    return found


def _origins(work: Work, chosen: Iterable[Decision]) -> dict[Decision, list[Decision]]:
    """Where a rename is taken back: what the decision under the new name replaced, by what was decided."""
    batches = {one.batch for one in chosen}
    found: dict[Decision, list[Decision]] = defaultdict(list)
    for at, author in {(one.at, one.author) for one in chosen}:
        same = (decisions.c.at == at, decisions.c.author == author)
        replaced = decisions.c.standing == Standing.REPLACED.value
        gone = [one for one in kept.history(work.store, *same, replaced) if one.batch not in batches]
        every = kept.by_key(work.store, map(key_of, gone))
        for one in gone:
            if every[key_of(one)][-1] == one:
                found[_nowhere(one)].append(one)
    return found


def _nowhere(one: Decision) -> Decision:
    """What was decided, whatever the column is called and whichever decision it is."""
    bare = replace(one, id="", batch="", standing=Standing.ACTIVE, source="", path=(), column="")
    return replace(bare, position=0, declared="")


def _standing(one: Decision, work: Work) -> Standing:
    return Standing.EXPIRED if expired(one, work.today) else Standing.ACTIVE


def _may_undo(work: Work, chosen: Iterable[Decision], back: Mapping[str, Decision]) -> None:
    """Lowering a level takes two persons, by undoing as well; one's own decision one may always take back."""
    rank = work.rules.policy.rank
    others: list[Decision] = []
    for one in chosen:
        if one.standing is not Standing.ACTIVE:
            continue
        own = same_person(one.author, work.actor) and not one.approver
        after = back[one.id].level if one.id in back else one.proposed
        if not own and rank.get(after, -1) < rank.get(one.level, -1):
            raise RefusedError("review-undo-lowers", column=reference(one), level=one.level, after=after)
        others += [] if own else [one]
    again = [back[one.id] for one in others if one.id in back]
    for low in (fall for every in fallen(work, again, others).values() for fall in every):
        raise RefusedError("review-undo-lowers", column=low.ref, level=low.before, after=low.after)


def _carried(work: Work) -> list[tuple[Decision, Item]]:
    by_id = {item.decision.id: item for item in work.items_decided() if item.decision}
    return [(one.decision, by_id[one.decision.id]) for one in questions(work) if one.sure]


def _pairs(work: Work, pairs: Mapping[str, str]) -> list[tuple[Decision, Item]]:
    items = {item.ref: item for item in (*work.tables(every=True), *work.items())}
    found: list[tuple[Decision, Item]] = []
    for old, new in pairs.items():
        moving = [one for one in work.held if _is_at(one, old) and one.standing is not Standing.EXPIRED]
        if not moving:
            refs = [reference(one) for one in work.held]
            raise UsageError("review-no-decision", word=old, nearest=nearest(old, refs) or "-")
        there = next((one for one in moving if _is_there(work, one)), None)
        if there is not None:
            raise RefusedError("review-still-there", column=reference(there))
        for one in moving:
            target = new if reference(one) == old or one.of_table else f"{new}/{one.column}"
            if target not in items:
                raise UsageError("unknown-column", word=target, nearest=nearest_ref(target, items.values()))
            item = items[target]
            if item.decision and item.decision.id != one.id:
                raise UsageError(
                    "review-decided",
                    column=item.ref,
                    by=item.decision.by,
                    at=item.decision.at[:10],
                    level=item.level,
                )
            found.append((one, item))
    return found


def _is_there(work: Work, one: Decision) -> bool:
    """Whether the run holds the column that was decided upon under the name that it had."""
    ids = [id for id, at in reviewing.places(work.store, work.run.id).items() if at == (one.source, one.path)]
    held = reviewing.tables(work.store, ids).values()
    return any(one.of_table or (one.column in dict(cells)) for cells in held)


def _is_at(one: Decision, ref: str) -> bool:
    return ref in (reference(one), reviewing.table_ref(one.source, one.path))


def _store(
    work: Work,
    action: str,
    chosen: Sequence[Decision],
    change: Callable[[Changing], None],
    detail: Mapping[str, object],
    before: Iterable[Place] = (),
) -> None:
    """One transaction: the change, its entry in the audit log, and the tables concerned graded again.

    ``before`` are places besides those of ``chosen``.
    """
    subject = reference(chosen[0]) if len(chosen) == 1 else f"{chosen[0].column} × {len(chosen)}"
    more = {"batches": sorted({one.batch for one in chosen}), "columns": len(chosen), **detail}
    places = {place: id for id, place in reviewing.places(work.store, work.run.id).items()}
    moved = {old: new for new, old in moved_tables(work.store, work.run.id).items()}
    concerned = {*before, *((one.source, one.path) for one in chosen)}
    touched = {*concerned, *(moved.get(place, place) for place in concerned)}
    with changing(work.store) as held:
        held.expect_policy(work.run.id, work.rules.policy.digest)
        change(held)
        held.log(event(work.session, action, subject, more))
        work.regrade(held, {places[place] for place in touched if place in places})
    work.forget()
