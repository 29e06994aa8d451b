"""``guard grade``: decide again from stored evidence, without touching any source."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from guard.catalog.codec import Answers, answers_of
from guard.catalog.store import Store
from guard.model import AssetResult, Run
from guard.ops import review
from guard.ops.audit import note_policy
from guard.ops.clock import now
from guard.ops.collection import rare_collection
from guard.ops.engine import Rules
from guard.ops.estate import concerns
from guard.ops.policy_simulate import GIVING, NOMINATING, giver
from guard.ops.session import Session
from guard.ops.shares import shared
from guard.policy.grade import Decide, grade
from guard.policy.policy import Policy
from guard.policy.source import Concern


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """What changes level or nomination under the policy now in force: a column, a table where it is empty."""

    asset: str
    column: str
    before: str
    after: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Share:
    flips: list[Flip] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)


def regrade(session: Session, run: str, *, dry_run: bool, rules: Rules | None = None) -> tuple[Flip, ...]:
    """Grade a stored run again, by ``rules`` or those in use; store the new answers unless ``dry_run``.

    Returns every flip.
    """
    rules = rules or session.rules()
    with rare_collection(), session.store(create=False) as store:
        return _again(session, rules, store, store.find_run(run), dry_run=dry_run)


def _again(session: Session, rules: Rules, store: Store, found: Run, *, dry_run: bool) -> tuple[Flip, ...]:
    facts = session.facts(store, found.id, rules)
    decide = review.decisions(session, store, now(), rules=rules, run_id=found.id)
    work = partial(_graded, rules.policy, decide, concerns(facts, rules.policy))
    flips: list[Flip] = []
    if not dry_run:
        note_policy(session, store, rules)
    with shared(facts, work) as shares:
        answers = _gathered(shares, flips)
        if dry_run:
            deque(answers, maxlen=0)
        else:
            store.replace_answers(found.id, answers, pack=rules.policy.pack, policy=rules.policy.digest)
    return tuple(flips)


def _gathered(shares: Iterable[_Share], flips: list[Flip]) -> Iterator[Answers]:
    for share in shares:
        flips.extend(share.flips)
        yield from share.answers


def _graded(
    policy: Policy,
    decide: Decide,
    asked: Mapping[str, tuple[Concern, ...]],
    results: Iterable[AssetResult],
) -> _Share:
    """The new answers for some assets: only those that are not stored already."""
    share = _Share()
    for result in results:
        if not result.findings:
            continue
        graded = grade(result.asset, result.findings, policy, decide, asked.get(result.asset.ref, ()))
        fresh = replace(result, classifications=graded.columns, table=graded.table)
        share.flips.extend(_flips(result, fresh))
        if fresh != result:
            share.answers.append(answers_of(fresh, before=result))
    return share


def _flips(before: AssetResult, after: AssetResult) -> Iterator[Flip]:
    pairs = zip(before.asset.columns, before.classifications, after.classifications, strict=True)
    for column, old, new in pairs:
        if old.level != new.level:
            yield Flip(
                asset=before.asset.ref,
                column=column.name,
                before=old.level,
                after=new.level,
                rule=new.reasons[0].rule if new.reasons else "",
            )
    yield from _table_flips(before, after)


def _table_flips(before: AssetResult, after: AssetResult) -> Iterator[Flip]:
    old, new = before.table, after.table
    if old is None or new is None:
        return
    level, candidate = (old.level, new.level), (old.candidate, new.candidate)
    for (was, is_), effects in ((level, GIVING), (candidate, NOMINATING)):
        if was != is_:
            reason = giver(new, is_, effects, old.reasons)
            yield Flip(
                asset=before.asset.ref, column="", before=was, after=is_, rule=reason.rule if reason else ""
            )
