"""People's decisions laid over what the machine proposes.

A decision is found by source, path and column; a column that was renamed, by its position, SQL type and
found type. A rejection holds for the type that was rejected. Where the machine finds another
type than the one that was decided upon, the higher level counts until a person has looked again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from guard.model import (
    UNDETERMINED,
    Act,
    Asset,
    Classification,
    Column,
    Decided,
    Decision,
    Finding,
    Reason,
    Standing,
)
from guard.policy.column import impact_reasons
from guard.policy.decide_table import PERSON, decided_table
from guard.policy.grade import grade
from guard.policy.minimum import BELOW, minima, noted, under
from guard.policy.policy import Policy

PENDING, EXPIRED, DIFFERS, CANDIDATE = "decision-pending", "decision-expired", "decision-differs", "candidate"
RENAMED, POLICY_DIFFERS = "renamed", "policy-differs"

Place = tuple[str, tuple[str, ...]]
"""Where a table is: its source and its path."""


@dataclass(frozen=True, slots=True)
class Held:
    """A decision that counts for a column now, and whether the column was found again under another name."""

    decision: Decision
    renamed: bool = False


class Decisions:
    """The ``Decide`` of ``guard.policy.grade``: decisions by column, those in force and those that wait.

    ``today`` is a date; a decision counts until the day before it expires. ``moved`` leads from the
    place of a table now to the one it was decided upon at. ``seen`` gives an asset the names that the
    catalogue knows it by.
    """

    def __init__(
        self,
        held: Iterable[Decision],
        policy: Policy,
        *,
        today: str,
        moved: Mapping[Place, Place] | None = None,
        seen: Callable[[Asset], Asset] | None = None,
    ) -> None:
        self._policy = policy
        self._moved = moved or {}
        self._seen = seen
        self._active: dict[Place, list[Decision]] = defaultdict(list)
        self._asked: dict[Place, dict[str, str]] = defaultdict(dict)
        self._tables: dict[Place, Decision] = {}
        self._tables_asked: dict[Place, str] = {}
        for decision in held:
            place = (decision.source, decision.path)
            if decision.of_table:
                self._hold_table(decision, place, today)
            elif decision.standing is Standing.PENDING:
                self._asked[place][decision.column] = PENDING
            elif decision.standing is Standing.ACTIVE and not expired(decision, today):
                self._active[place].append(decision)
            elif decision.standing in (Standing.ACTIVE, Standing.EXPIRED):
                self._asked[place].setdefault(decision.column, EXPIRED)

    def _hold_table(self, decision: Decision, place: Place, today: str) -> None:
        if decision.standing is Standing.PENDING:
            self._tables_asked[place] = PENDING
        elif decision.standing is Standing.ACTIVE and not expired(decision, today):
            self._tables[place] = decision
        elif decision.standing in (Standing.ACTIVE, Standing.EXPIRED):
            self._tables_asked.setdefault(place, EXPIRED)

    def seen_as(self, seen: Callable[[Asset], Asset]) -> Decisions:
        """The same decisions for assets that ``seen`` turns into what the catalogue knows."""
        made = object.__new__(Decisions)
        made._policy, made._moved = self._policy, self._moved
        made._active, made._asked, made._seen = self._active, self._asked, seen
        made._tables, made._tables_asked = self._tables, self._tables_asked
        return made

    def __bool__(self) -> bool:
        return bool(self._active or self._asked or self._tables or self._tables_asked)

    def held(self, asset: Asset, findings: Sequence[Finding]) -> dict[int, Held]:
        """The decisions that count for ``asset``, by the index of their column."""
        named, place = self._named(asset)
        places = dict.fromkeys((place, (named.source, named.path)))  # a renamed table has decisions at both
        decisions = [one for each in places for one in self._active.get(each, ())]
        if not decisions:
            return {}
        at = {column.name: index for index, column in enumerate(named.columns)}
        found = {at[item.column]: Held(item) for item in decisions if item.column in at}
        gone = [item for item in decisions if item.column not in at]
        free = [index for index in range(len(named.columns)) if index not in found]
        for item in gone:
            match = next((i for i in free if same_column(item, named.columns[i], findings[i])), None)
            if match is not None:
                found[match] = Held(item, renamed=True)
                free.remove(match)
        return {index: one for index, one in found.items() if not lapsed(one.decision, findings[index])}

    def findings(self, asset: Asset, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """``findings`` with the types that people corrected or rejected."""
        if not self:
            return tuple(findings)
        held = self.held(asset, findings)
        return tuple(
            judged(item, held[index].decision.type, held[index].decision.found) if index in held else item
            for index, item in enumerate(findings)
        )

    def columns(
        self, asset: Asset, findings: Sequence[Finding], columns: Sequence[Classification]
    ) -> tuple[Classification, ...]:
        """``columns`` with the decisions in force over them. ``findings`` are the machine's own."""
        if not self:
            return tuple(columns)
        held = self.held(asset, findings)
        own: Sequence[Classification] = columns
        if any(_retyped(findings[index], one.decision) for index, one in held.items()):
            own = grade(asset, findings, self._policy).columns
        asked = self._asks(asset)
        made = tuple(
            self._decided(answer, own[index], findings[index], held[index])
            if index in held and asked.get(index) != PENDING
            else self._waiting(answer, own[index], findings[index], held.get(index), asked.get(index, ""))
            for index, answer in enumerate(columns)
        )
        return self._with_minima(asset, findings, columns, made)

    def table(self, asset: Asset, table: Classification, highest: str) -> Classification:
        """``table``, the machine's own answer, with the decision about the table itself over it; not
        below ``highest``, the level of its columns. A state secret stays what it is."""
        if not (self._tables or self._tables_asked) or table.review == "scope-secret":
            return table
        named, place = self._named(asset)
        here = (named.source, named.path)
        held = self._tables.get(here) or self._tables.get(place)
        asked = self._tables_asked.get(here) or self._tables_asked.get(place, "")
        if held is not None:
            note = RENAMED if place != (named.source, named.path) else ""
            reason = _reason(held, held.level)
            table = decided_table(table, held, highest, self._policy, reason=reason, note=note)
        if not asked or (held is not None and asked != PENDING):
            return table
        return replace(table, review=asked, confirmable=False)

    def _with_minima(
        self,
        asset: Asset,
        findings: Sequence[Finding],
        before: Sequence[Classification],
        made: tuple[Classification, ...],
    ) -> tuple[Classification, ...]:
        """``made``, where a person's decision goes below a minimum with that said."""
        rank = self._policy.rank
        pairs = enumerate(zip(before, made, strict=True))
        low = [at for at, (old, new) in pairs if rank.get(new.level, -1) < rank.get(old.level, -1)]
        if not low:
            return made
        floors = minima(asset, self.findings(asset, findings), self._policy, low)
        found = list(made)
        for at in low:
            below, decided = under(made[at].level, floors[at], self._policy), made[at].decision
            if below and decided is not None:
                note = decided.note if decided.note == POLICY_DIFFERS else BELOW
                reasons = (*made[at].reasons, *noted(below))
                found[at] = replace(made[at], reasons=reasons, decision=replace(decided, note=note))
        return tuple(found)

    def _waiting(
        self, answer: Classification, own: Classification, finding: Finding, held: Held | None, asked: str
    ) -> Classification:
        """A column that a person has to look at again; an earlier decision in force goes on counting."""
        if held is not None:
            answer = self._decided(answer, own, finding, held)
        if not asked or answer.review == "scope-secret":
            return answer
        return replace(answer, review=asked, confirmable=False)

    def _asks(self, asset: Asset) -> Mapping[int, str]:
        named, place = self._named(asset)
        asked = {**self._asked.get(place, {}), **self._asked.get((named.source, named.path), {})}
        if not asked:
            return {}
        return {at: asked[item.name] for at, item in enumerate(named.columns) if item.name in asked}

    def _named(self, asset: Asset) -> tuple[Asset, Place]:
        named = self._seen(asset) if self._seen else asset
        return named, self._place(named)

    def _place(self, named: Asset) -> Place:
        place = (named.source, named.path)
        return self._moved.get(place, place)

    def _decided(
        self, answer: Classification, own: Classification, finding: Finding, held: Held
    ) -> Classification:
        decision = held.decision
        if answer.review == "scope-secret":
            return answer
        level = self._level(decision, answer)
        other = _unforeseen(finding, decision) or not level
        level = level or answer.level
        if other:
            level = self._policy.higher(level, own.level) or level
        candidate = self._policy.higher(own.candidate, answer.candidate)
        if not self._above(candidate, decision.candidate, level):
            candidate = ""
        review = CANDIDATE if candidate else UNDETERMINED if level == UNDETERMINED else DIFFERS * other
        return replace(
            answer,
            level=level,
            category=decision.category or answer.category,
            candidate=candidate,
            confirmable=not review,
            review=review,
            confidence=1.0,
            reasons=(_reason(decision, level), *self._reasons(answer, level)),
            sharing=self._policy.sharing_of(level, (answer.sharing,))
            if level != answer.level
            else answer.sharing,
            decision=_carried(decision, own, renamed=held.renamed),
        )

    def _level(self, decision: Decision, answer: Classification) -> str:
        """The level decided upon, as the policy now in force calls it; empty where it knows none such.

        A rejection gives no level: the rules do, from what is left.
        """
        if decision.act is Act.REJECT:
            return answer.level
        known = decision.level in self._policy.rank
        return decision.level if known else self._policy.from_common(decision.level)

    def _above(self, candidate: str, before: str, level: str) -> bool:
        """Whether ``candidate`` is a nomination that nobody has decided upon yet."""
        rank = self._policy.rank
        return bool(candidate) and rank[candidate] > max(rank.get(before, -1), rank.get(level, -1))

    def _reasons(self, answer: Classification, level: str) -> Iterator[Reason]:
        # What the level stands for is said of the level that counts, not of the one proposed.
        yield from (item for item in answer.reasons if item.effect != "impact")
        if level in self._policy.general and any(item.effect == "impact" for item in answer.reasons):
            yield from impact_reasons(level, self._policy, personal=answer.personal)


def expired(decision: Decision, today: str) -> bool:
    """Whether a decision no longer counts on that date."""
    return bool(decision.expires) and decision.expires <= today


def lapsed(decision: Decision, finding: Finding) -> bool:
    """Whether a rejection has nothing to do with what is found now: it holds for the type rejected."""
    return decision.act is Act.REJECT and bool(decision.found) and (finding.type or "") != decision.found


def same_column(decision: Decision, column: Column, finding: Finding) -> bool:
    """Whether a column of another name is the one decided upon: same position, SQL type and found type.

    Where nothing was found nothing tells two columns apart: then only a person can say.
    """
    return bool(decision.found) and marks(decision, column, finding) == 3


def marks(decision: Decision, column: Column, finding: Finding) -> int:
    """How many of position, SQL type and found type agree: 0 to 3."""
    return (
        (decision.position == column.position)
        + (decision.declared == column.type)
        + (decision.found == (finding.type or ""))
    )


def _retyped(finding: Finding, decision: Decision) -> bool:
    return (finding.type or "") != decision.type


def _unforeseen(finding: Finding, decision: Decision) -> bool:
    """Whether the machine now finds a type that was neither found nor given when the decision was made."""
    return bool(finding.type) and finding.type not in (decision.found, decision.type)


def judged(finding: Finding, type_id: str, found: str) -> Finding:
    """``finding`` with the type that a person said; with none, also without what it was found to be."""
    if (finding.type or "") == type_id:
        return finding
    kept = tuple(item for item in finding.mixed if type_id or item.type != found)
    bare = replace(finding, evidence=(), alternatives=(), mixed=kept)
    return replace(bare, type=type_id or None, confidence=1.0 if type_id else 0.0)


def _carried(decision: Decision, own: Classification, *, renamed: bool) -> Decided:
    differs = own.level != decision.proposed
    return Decided(
        id=decision.id,
        act=decision.act.value,
        by=decision.author,
        at=decision.at,
        reason=decision.reason,
        approver=decision.approver,
        expires=decision.expires,
        proposed=own.level,
        note=POLICY_DIFFERS if differs else RENAMED if renamed else "",
    )


def _reason(decision: Decision, level: str) -> Reason:
    params: dict[str, str | int | float] = {
        "by": decision.author,
        "at": decision.at[:10],
        "reason": decision.reason,
        "approver": decision.approver,
        "expires": decision.expires,
    }
    return Reason(
        rule=PERSON[decision.act],
        effect="level",
        level=level,
        params={key: value for key, value in params.items() if value},
    )
