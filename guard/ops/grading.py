"""``guard grade``: decide again from stored evidence, without touching any source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from guard.catalog.store import Store
from guard.model import AssetResult, Run
from guard.ops.engine import Rules
from guard.ops.session import Session
from guard.policy.grade import grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One column whose level changes under the policy now in force."""

    asset: str
    column: str
    before: str
    after: str
    rule: str


def regrade(session: Session, run: str, *, dry_run: bool) -> tuple[Flip, ...]:
    """Grade a stored run again; store the new answers unless ``dry_run``. Returns every flip."""
    rules = session.rules()
    with session.store(create=False) as store:
        return _again(session, rules, store, store.find_run(run), dry_run=dry_run)


def _again(session: Session, rules: Rules, store: Store, found: Run, *, dry_run: bool) -> tuple[Flip, ...]:
    facts = session.facts(store, found.id, rules)
    flips: list[Flip] = []

    def again() -> Iterator[AssetResult]:
        for result in facts.results():
            if not result.findings:
                continue
            graded = grade(result.asset, result.findings, rules.policy)
            fresh = replace(result, classifications=graded.columns, table=graded.table)
            flips.extend(_flips(result, fresh))
            yield fresh

    if dry_run:
        for _ in again():
            pass
    else:
        store.replace_classifications(found.id, again(), pack=rules.policy.pack, policy=rules.policy.digest)
    return tuple(flips)


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
