"""``guard policy simulate``: what a draft would change in the stored catalogue; nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from guard.model import AssetResult, Classification, Finding, PackInfo, Reason
from guard.ops import review
from guard.ops.clock import now
from guard.ops.collection import rare_collection
from guard.ops.engine import Rules, pack_folders, pack_folders_in, rules
from guard.ops.estate import concerns
from guard.ops.policy_use import folders_with, in_use, left_out, with_new
from guard.ops.session import Session
from guard.ops.shares import shared
from guard.policy.grade import Decide, grade
from guard.policy.policy import Policy
from guard.policy.source import Concern

GIVING = ("raise", "floor", "level")  # what lifts a level tells more than what it was lifted from
NOMINATING = ("candidate",)
_ALSO = ("category", "sensitive", "sharing", "controls", "domain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One column whose answer would change. ``what`` is ``level`` or ``candidate``.

    ``rule`` with its source makes the new answer, ``was`` made the one before. ``kept`` holds the level
    that stays where a person decided; ``before`` and ``after`` are then what is proposed.
    """

    asset: str
    column: str
    type: str
    what: str
    before: str
    after: str
    rule: str
    standard: str = ""
    clause: str = ""
    certainty: str = ""
    was: str = ""
    kept: str = ""


@dataclass(slots=True, kw_only=True)
class Simulated:
    """What a draft would do. ``matrix`` counts columns by level before and after, those alike too.

    ``packs`` grade in the draft, ``left_out`` are those in use that do not; ``types``
    are the names of types by language.
    ``also`` counts the columns of which something else would change, ``named`` the same by what it is and
    the column's name in lower case; ``tables`` are flips of whole tables.
    """

    run: str
    policy: str
    draft: str
    levels: tuple[str, ...]
    packs: tuple[PackInfo, ...] = ()
    left_out: tuple[str, ...] = ()
    types: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: int = 0
    matrix: Counter[tuple[str, str]] = field(default_factory=Counter)
    also: Counter[str] = field(default_factory=Counter)
    named: Counter[tuple[str, str]] = field(default_factory=Counter)
    flips: list[Flip] = field(default_factory=list)
    tables: list[Flip] = field(default_factory=list)

    @property
    def kept(self) -> tuple[Flip, ...]:
        """The flips that a person's decision holds up."""
        return tuple(flip for flip in self.flips if flip.kept)

    @property
    def changed(self) -> tuple[Flip, ...]:
        """The flips that would come about."""
        return tuple(flip for flip in self.flips if not flip.kept)


def simulate(session: Session, packs: Sequence[str], drafts: Sequence[Path], run: str) -> Simulated:
    """Grade a stored run under ``packs``, or those in use with the packs of ``drafts`` in their places."""
    draft = _draft(session, packs, drafts)
    with rare_collection(), session.store(create=False) as store:
        found = store.find_run(run)
        decide = review.decisions(session, store, now(), rules=draft, run_id=found.id)
        facts = session.facts(store, found.id, draft)
        told = Simulated(
            run=found.id,
            policy=found.pack,
            draft=draft.policy.pack,
            levels=draft.policy.levels,
            packs=draft.policy.infos,
            types={name: item.name for name, item in draft.policy.types.items()},
            left_out=left_out(session, draft.policy) if packs else (),
        )
        work = partial(_share, draft.policy, decide, concerns(facts, draft.policy))
        with shared(facts, work) as shares:
            for share in shares:
                _add(told, share)
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    columns: Counter[tuple[str, str]] = field(default_factory=Counter)
    also: Counter[str] = field(default_factory=Counter)
    named: Counter[tuple[str, str]] = field(default_factory=Counter)
    flips: list[Flip] = field(default_factory=list)
    tables: list[Flip] = field(default_factory=list)


def _share(
    policy: Policy,
    decide: Decide,
    asked: Mapping[str, tuple[Concern, ...]],
    results: Iterable[AssetResult],
) -> _Share:
    """What would change in some assets."""
    share = _Share()
    for result in results:
        if not result.findings or len(result.classifications) != len(result.findings):
            continue
        graded = grade(result.asset, result.findings, policy, decide, asked.get(result.asset.ref, ()))
        _columns(share, result, graded.columns)
        share.tables.extend(_table(result, graded.table))
    return share


def _add(told: Simulated, share: _Share) -> None:
    told.columns += share.columns.total()
    told.matrix.update(share.columns)
    told.also.update(share.also)
    told.named.update(share.named)
    told.flips.extend(share.flips)
    told.tables.extend(share.tables)


def _draft(session: Session, packs: Sequence[str], drafts: Sequence[Path]) -> Rules:
    if not drafts:
        return session.rules(packs)
    named = [path.name for folder in drafts if folder.is_dir() for path in pack_folders_in(folder)]
    folders = folders_with(session, drafts)
    wanted = tuple(packs) or with_new(in_use(session), named, pack_folders(folders))
    config = session.config
    return rules(wanted, folders, config.presidio, config.presidio_origin, config.thresholds)


def _columns(share: _Share, result: AssetResult, fresh: Sequence[Classification]) -> None:
    rows = zip(result.findings, result.classifications, fresh, strict=True)
    for at, (finding, old, new) in enumerate(rows):
        share.columns[old.level, new.level] += 1
        if old != new:
            column = result.asset.columns[at].name
            others = [name for name in _ALSO if getattr(old, name) != getattr(new, name)]
            share.also.update(others)
            share.named.update((name, column.casefold()) for name in others)
            share.flips.extend(_flips(result, column, finding, old, new))


def _flips(
    result: AssetResult, column: str, finding: Finding, old: Classification, new: Classification
) -> Iterator[Flip]:
    """The flips of one column: of its level, or where that stays, of its candidate or of what is proposed."""
    where = {"asset": result.asset.ref, "column": column, "type": finding.type or ""}
    before = old.decision.proposed if old.decision and new.decision else old.level
    after = new.decision.proposed if new.decision else new.level
    kept = new.level if new.decision else ""
    if before != after:
        yield _flip("level", before, after, old, new, kept=kept, **where)
    if old.candidate != new.candidate:
        yield _flip("candidate", old.candidate, new.candidate, old, new, **where)


def _flip(
    what: str,
    before: str,
    after: str,
    old: Classification,
    new: Classification,
    *,
    kept: str = "",
    **where: str,
) -> Flip:
    effects = GIVING if what == "level" else NOMINATING
    reason, was = giver(new, after, effects, old.reasons), giver(old, before, effects)
    return Flip(
        what=what,
        before=before,
        after=after,
        rule=_ruled(reason, new) if reason else "",
        standard=reason.standard if reason else "",
        clause=reason.clause if reason else "",
        certainty=reason.certainty if reason else "",
        was=was.rule if was else "",
        kept=kept,
        **where,
    )


def _ruled(reason: Reason, answer: Classification) -> str:
    """The rule behind a reason; where a stricter pack lifted the level, the rule of that pack."""
    pack = reason.params.get("pack")
    rules = next((item.rules for item in answer.opinions if item.pack == pack), ())
    return f"{pack}/{rules[0]}" if rules and reason.rule == "stricter-pack" else reason.rule


def giver(
    answer: Classification, level: str, effects: Sequence[str] = GIVING, known: Iterable[Reason] = ()
) -> Reason | None:
    """The reason that gives ``level``: one that is not among the ``known`` first, a lifting one first."""
    old = {(item.rule, item.level) for item in known}
    found = [item for item in answer.reasons if item.effect in effects and item.level == level]
    if not found:  # a raise by steps names the steps
        found = [item for item in answer.reasons if item.effect in effects and item.level.startswith("+")]
    order = {effect: at for at, effect in enumerate(effects)}
    return min(found, key=lambda item: ((item.rule, item.level) in old, order[item.effect]), default=None)


def _table(result: AssetResult, new: Classification) -> Iterator[Flip]:
    old = result.table
    if old is not None and old.level != new.level:
        yield _flip("level", old.level, new.level, old, new, asset=result.asset.ref, column="", type="")
