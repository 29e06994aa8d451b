"""What a review works on: one run, the decisions held, who acts; what time or a rename did to decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from guard.catalog import decisions as kept
from guard.catalog import reviewing
from guard.catalog.decisions import Changing, changing
from guard.catalog.memory import MemoryStore
from guard.catalog.reviewing import Item
from guard.catalog.store import Store
from guard.catalog.tables import columns
from guard.model import AssetResult, Classification, Decision, RefusedError, Run, Standing
from guard.ops.actor import actor, may_hold_value
from guard.ops.audit import event
from guard.ops.clock import now
from guard.ops.engine import Rules
from guard.ops.session import Session
from guard.policy.decide import Decisions, Place
from guard.policy.grade import grade
from guard.policy.moved import renamed_tables
from guard.policy.pack import Rule
from guard.policy.policy import Policy
from guard.policy.source import Concern, source_rules
from guard.sdk.report import Facts

if TYPE_CHECKING:
    from guard.detect.engine import Detector


@dataclass(kw_only=True)
class Work:
    """A review under way. ``at`` is the time of what is decided in it; ``actor`` who decides."""

    session: Session
    store: Store
    rules: Rules
    run: Run
    at: str
    actor: str

    @classmethod
    def open(cls, session: Session, run: str = "latest", *, at: str = "") -> Self:
        """Open the catalogue and find the run; decisions that have expired stop counting now.

        Raises UsageError ``catalog-missing``, ``run-none``, ``run-unknown``.
        """
        rules = session.rules()
        name, _ = actor(session)
        store = session.store(create=False)
        try:
            work = cls(
                session=session, store=store, rules=rules, run=store.find_run(run), at=at or now(), actor=name
            )
            settle(session, store, rules, work.run.id, work.at)
        except BaseException:
            store.close()
            raise
        return work

    def close(self) -> None:
        """Release the catalogue."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def today(self) -> str:
        """The date of ``at``."""
        return self.at[:10]

    @cached_property
    def facts(self) -> Facts:
        """The facts of the run, in the session's language."""
        return self.session.facts(self.store, self.run.id, self.rules)

    @cached_property
    def held(self) -> tuple[Decision, ...]:
        """The decisions in force, waiting, or expired, as of when this was first asked."""
        return kept.held(self.store)

    def machine_table(self, result: AssetResult) -> Classification:
        """What the machine says of a table itself now, with what people decided about its columns."""
        policy = self.rules.policy
        columns_only = [one for one in self.held if not one.of_table]
        made = Decisions(columns_only, policy, today=self.today, moved=self._moved)
        asked = tuple(_concerns(result.table, _together(self.rules)))
        return grade(result.asset, result.findings, policy, made, asked).table

    @cached_property
    def _moved(self) -> Mapping[Place, Place]:
        return moved_tables(self.store, self.run.id)

    @cached_property
    def _detector(self) -> Detector:
        return self.rules.detector()

    def told(self, text: str) -> str:
        """A reason as it is kept: a value of a strong format in it is masked; names of persons are not."""
        text = text.strip()
        return self._detector.conceal(text, self.store.key) if may_hold_value(text) else text

    def forget(self) -> None:
        """Read what was decided again when it is next asked for."""
        for name in ("held", "facts", "_moved"):
            self.__dict__.pop(name, None)

    def items(self) -> Iterable[Item]:
        """Every graded column of the run."""
        return reviewing.items(self.store, self.run.id)

    def items_decided(self) -> Iterable[Item]:
        """The columns and tables of the run in which a decision counts."""
        yield from reviewing.items(self.store, self.run.id, columns.c.decision.is_not(None))
        yield from (item for item in reviewing.table_items(self.store, self.run.id) if item.decision)

    def tables(self, *, every: bool = False) -> Iterator[Item]:
        """The tables that are nominated themselves or carry a decision, as items; or ``every`` graded one."""
        waiting = {(one.source, one.path) for one in self.held if one.of_table and _pending(one)}
        if waiting:
            waiting |= {new for new, old in self._moved.items() if old in waiting}
        for item in reviewing.table_items(self.store, self.run.id, every=every):
            # A table is also told to wait where only one of its columns does.
            alone = item.waiting and (item.source, item.path) not in waiting
            yield replace(item, review="") if alone else item

    def items_in(self, asset: int) -> Iterable[Item]:
        """The graded columns of one table, by its row id."""
        return reviewing.items(self.store, self.run.id, columns.c.asset == asset)

    def items_of(self, name: str, found: str) -> Iterable[Item]:
        """The graded columns of that found type, and of that name in any case of its letters."""
        typed = columns.c.found == found if found else columns.c.found.is_(None)
        return (
            item
            for item in reviewing.items(self.store, self.run.id, typed)
            if item.column.casefold() == name.casefold()
        )

    @property
    def waiting(self) -> int:
        """How many decisions wait for a second person."""
        return kept.waiting(self.store)

    @property
    def differing(self) -> int:
        """In how many columns the policy now says otherwise than when a person decided."""
        return reviewing.differing(self.store, self.run.id)

    @property
    def stale(self) -> bool:
        """Whether the run was graded by another policy than the one in force."""
        return self.run.policy != self.rules.policy.digest

    def fresh(self) -> None:
        """Raise RefusedError ``review-stale`` where the run was graded by another policy."""
        if self.stale:
            raise RefusedError("review-stale", run=self.run.id)

    def regrade(self, change: Changing, assets: Iterable[int]) -> None:
        """Grade those assets again, within a change of decisions, with the decisions as they now are."""
        wanted = sorted(set(assets))
        here = reviewing.places(self.store, self.run.id)
        moved = moved_tables(self.store, self.run.id)
        places = {here[id] for id in wanted}
        held = change.held({*places, *(moved.get(place, place) for place in places)})
        made = Decisions(held, self.rules.policy, today=self.today, moved=moved)
        change.regrade(self.run.id, wanted, _grader(self.rules, made))


def decisions(
    session: Session, store: Store | MemoryStore, now: str, *, rules: Rules | None = None, run_id: str = ""
) -> Decisions:
    """The decisions that count at ``now``, for ``guard.policy.grade.grade``; writes nothing.

    ``rules`` saves reading them again. Tables that were renamed are found by comparing the run
    ``run_id`` (default: the last) with those before it. A store in memory holds no decision. Raises
    RefusedError ``decisions-tampered`` where they are not those that the audit log told of.
    """
    found = rules or session.rules()
    if isinstance(store, MemoryStore):
        return Decisions((), found.policy, today=now[:10])
    held = kept.sound(store)
    moved = moved_tables(store, run_id) if held else {}
    return Decisions(held, found.policy, today=now[:10], moved=moved)


def _pending(one: Decision) -> bool:
    return one.standing is Standing.PENDING


def _grader(rules: Rules, made: Decisions) -> Callable[[AssetResult], AssetResult]:
    together = _together(rules)

    def again(result: AssetResult) -> AssetResult:
        if not result.findings:
            return result
        asked = tuple(_concerns(result.table, together))
        graded = grade(result.asset, result.findings, rules.policy, made, asked)
        return replace(result, classifications=graded.columns, table=graded.table)

    return again


def _together(rules: Rules) -> dict[str, tuple[Rule, Policy]]:
    return {rule.id: (rule, policy) for rule, policy, _ in source_rules(rules.policy)}


def _concerns(table: Classification | None, known: Mapping[str, tuple[Rule, Policy]]) -> Iterator[Concern]:
    """What rules over the whole source asked for this table; they go by findings, which decisions leave."""
    said = {reason.rule: reason for reason in table.reasons if reason.rule in known} if table else {}
    for name, reason in said.items():
        rule, policy = known[name]
        tables, other = int(reason.params.get("tables", 0)), str(reason.params.get("with", ""))
        yield Concern(rule=rule, policy=policy, tables=tables, other=other)


def moved_tables(store: Store, run_id: str = "") -> dict[Place, Place]:
    """From the place of a renamed table in a run to the place that its decisions know it by.

    A table is renamed where it is gone, and names and SQL types of its columns all equal those of exactly
    one table of its source that was not there before.
    """
    decided = kept.places(store)
    if not decided:
        return {}
    if not run_id:
        runs = store.runs()
        if not runs:
            return {}
        run_id = runs[0].id
    there = {place: id for id, place in reviewing.places(store, run_id).items()}
    sources = {source for source, _ in there}
    gone = sorted(place for place in decided - there.keys() if place[0] in sources)
    found: dict[Place, Place] = {}
    by_run: dict[str, list[tuple[Place, int]]] = defaultdict(list)
    for place in gone:
        id = reviewing.last_seen(store, *place, before=run_id)
        if id is not None:
            by_run[reviewing.run_of(store, id)].append((place, id))
    for earlier, lost in by_run.items():
        before = set(reviewing.places(store, earlier).values())
        fresh = {place: id for place, id in there.items() if place not in before}
        shapes = reviewing.tables(store, [*fresh.values(), *(id for _, id in lost)])
        found |= renamed_tables(
            {place: shapes[id] for place, id in lost}, {place: shapes[id] for place, id in fresh.items()}
        )
    return found


def settle(session: Session, store: Store | MemoryStore, rules: Rules, run_id: str, at: str) -> bool:
    """Let expired decisions stop counting in a run and those of renamed tables count; True where any did.

    Called at the end of a scan and before every review. One transaction with the audit log.
    """
    if isinstance(store, MemoryStore):
        return False
    ended = kept.ended(store, at[:10])
    moved = moved_tables(store, run_id)
    work = Work(
        session=session, store=store, rules=rules, run=store.find_run(run_id), at=at, actor=actor(session)[0]
    )
    late = set() if work.stale else _unapplied(store, moved, run_id)
    if not ended and not late:
        return False
    places = {place: id for id, place in reviewing.places(store, run_id).items()}
    back = {old: new for new, old in moved.items()}
    touched = {(one.source, one.path) for one in ended}
    now_at = {back.get(place, place) for place in touched}
    assets = {places[place] for place in now_at if place in places} | late
    with changing(store) as change:
        if ended:
            change.stand([one.id for one in ended], Standing.EXPIRED, was=Standing.ACTIVE)
            change.log(event(session, "review.expire", run_id, {"decisions": len(ended)}))
        if not work.stale:
            work.regrade(change, assets)
    return True


def _unapplied(store: Store, moved: Mapping[Place, Place], run_id: str) -> set[int]:
    """The renamed tables, by row id, in which no decision counts yet."""
    if not moved:
        return set()
    wanted = {id for id, place in reviewing.places(store, run_id).items() if place in moved}
    done = {id for id in wanted if reviewing.is_decided(store, id)}
    return wanted - done
