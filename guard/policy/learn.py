"""What people's answers teach: columns of one name answered alike, as a rule and a hint. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guard.model import Act, Asset, AssetResult, Decision, Finding
from guard.policy.grade import grade
from guard.policy.pack import Effect, Pack, Rule
from guard.policy.policy import Policy
from guard.policy.words import head, is_chinese, tokens

LEAST = 2
"""So many columns must have been answered alike."""
_TOKENS = 4  # as many words of letters as the vocabulary compares together
_SHORTEST = 2
_CERTAINTY = "design"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One decision in force and what the source says of its column now."""

    decision: Decision
    comment: str = ""

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The words by which a rule may recognise the column: (``name`` | ``says``, word)."""
        name = self.decision.column
        parts = tokens(name)
        word = name if is_chinese(name) else "_".join(parts) if 0 < len(parts) <= _TOKENS else ""
        said = head(self.comment)
        found = [("name", word)] if len(word) >= _SHORTEST else []
        return (*found, *([("says", said)] if is_chinese(said) and len(said) >= _SHORTEST else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change of the local pack. ``key`` and ``word`` say which columns: ``name`` or ``says``.

    ``then`` is a rule's effect, empty where there is none; ``against`` is a type that columns of the
    ``names`` do not hold, empty where there is none. ``because`` are ids of decisions.
    """

    key: str
    word: str
    then: Mapping[str, str | bool] = field(default_factory=dict)
    against: str = ""
    names: tuple[str, ...] = ()
    because: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the rule: the same for the same change."""
        parts = (self.key, self.word, self.against, *(f"{name}={value}" for name, value in self.then.items()))
        slug = re.sub(r"\W+", "-", self.word)[:24].strip("-").casefold()
        return f"learned-{slug}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:6]}"


@dataclass(slots=True, kw_only=True)
class Effects:
    """What a proposal would do to stored columns, decisions left aside.

    ``columns`` meet it. Of those that would change level or category, ``agree`` and ``disagree`` count the
    ones that people had decided to be of the new level, or of another; ``open`` counts the undecided ones
    by level before and after. ``contrary`` are references with the level decided and the one to come.
    """

    columns: int = 0
    agree: int = 0
    disagree: int = 0
    open: Counter[tuple[str, str]] = field(default_factory=Counter)
    contrary: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def flips(self) -> int:
        """How many columns would change."""
        return self.agree + self.disagree + self.open.total()


def proposals(lessons: Iterable[Lesson], policy: Policy) -> tuple[Proposal, ...]:
    """What ``lessons`` speak for, most decisions first: answered alike at least ``LEAST`` times.

    A comment speaks only where the names do not.
    """
    taught = [one for one in lessons if one.decision.act is not Act.CONFIRM]
    made: list[Proposal] = []
    for key in ("name", "says"):
        groups: dict[tuple[Any, ...], list[Lesson]] = defaultdict(list)
        for lesson in taught:
            for kind, word in lesson.words:
                if kind == key:
                    groups[_alike(word, lesson.decision)].append(lesson)
        chosen = [some for some in groups.values() if len(some) >= LEAST]
        made += [_proposal(key, some, policy) for some in chosen]
        covered = {one.decision.id for some in chosen for one in some}
        taught = [one for one in taught if one.decision.id not in covered]
    useful = (one for one in made if one.then or one.against)
    return tuple(sorted(useful, key=lambda one: (-len(one.because), one.id)))


def _alike(word: str, one: Decision) -> tuple[Any, ...]:
    """What must agree for decisions to speak for one change."""
    rejected = one.found if one.found != one.type else ""
    outcome = () if one.act is Act.REJECT else (one.type, one.level, one.category)
    return (word.casefold(), one.act, rejected, *outcome)


def _proposal(key: str, some: Sequence[Lesson], policy: Policy) -> Proposal:
    first = some[0].decision
    word = next(word for kind, word in some[0].words if kind == key)
    against = first.found if first.found != first.type else ""
    names = tuple(sorted({one.decision.column.casefold() for one in some})) if against else ()
    then = {} if first.act is Act.REJECT else _then(first, policy)
    ids = tuple(sorted(one.decision.id for one in some))
    return Proposal(key=key, word=word, then=then, against=against, names=names, because=ids)


def _then(one: Decision, policy: Policy) -> dict[str, str | bool]:
    """The effect that gives what was decided. Rules lift; ``important`` and ``core`` they only nominate."""
    effect: dict[str, str | bool] = {}
    if one.level in policy.nominated:
        effect["candidate"] = one.level
    elif one.level in policy.general:
        effect |= {"level": one.level, "floor": one.level}
    if one.category in policy.base.categories and one.type != one.found:
        effect["category"] = one.category
    item = policy.types.get(one.type)
    if item is not None and item.personal and policy.is_sensitive(item):
        effect["sensitive"] = True
    return effect


def rule_data(proposal: Proposal, standard: str, clause: str) -> dict[str, Any]:
    """The rule as it stands in a pack's file."""
    return {
        "id": proposal.id,
        "standard": standard,
        "clause": clause,
        "certainty": _CERTAINTY,
        "when": {proposal.key: [proposal.word]},
        "then": dict(proposal.then),
    }


def with_rule(policy: Policy, proposal: Proposal) -> Policy:
    """``policy`` with the proposal's rule in its first pack."""
    if not proposal.then:
        return policy
    data = rule_data(proposal, "-", "-")
    rule = Rule(
        id=proposal.id, standard="-", clause="-", certainty=_CERTAINTY, on="column",
        when=data["when"], then=Effect(**data["then"]),
    )  # fmt: skip
    base: Pack = replace(policy.base, rules=(*policy.base.rules, rule))
    return Policy([base, *policy.packs[1:]], policy.types.values())


def meets(proposal: Proposal, result: AssetResult, policy: Policy) -> tuple[int, ...]:
    """The columns of a table that the proposal is about, by index. ``policy`` is ``with_rule``."""
    found = []
    for at, column in enumerate(result.asset.columns):
        named = column.name.casefold() in proposal.names
        texts = (column.name,) if proposal.key == "name" else (column.name, column.comment)
        worded = bool(proposal.then) and any(
            f"={proposal.word}" in policy.vocabulary.hits(text) for text in texts
        )
        if named or worded:
            found.append(at)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A proposal on trial: the policy as it is and with the proposal's rule; ``decided`` gives the type that
    people said, by source, path and column."""

    proposal: Proposal
    before: Policy
    after: Policy
    decided: Mapping[tuple[str, tuple[str, ...], str], str]

    def measure(self, effects: Effects, result: AssetResult, findings: Sequence[Finding]) -> None:
        """Add to ``effects`` what the proposal does to a table. ``findings`` are those that it leaves."""
        columns = meets(self.proposal, result, self.after)
        if not columns:
            return
        old = grade(result.asset, result.findings, self.before).columns
        new = grade(result.asset, findings, self.after).columns
        for at in columns:
            effects.columns += 1
            if (old[at].level, old[at].category) != (new[at].level, new[at].category):
                self._changed(effects, result, at, old[at].level, new[at].level)

    def _changed(self, effects: Effects, result: AssetResult, at: int, old: str, new: str) -> None:
        asset, stored = result.asset, result.classifications[at]
        name = asset.columns[at].name
        if stored.decision is None:
            effects.open[old, new] += 1
        elif taken := self._taken(asset, name):
            effects.disagree += 1
            effects.contrary.append((f"{asset.ref}/{name}", f"{stored.level} {taken}", new))
        elif stored.level == new:
            effects.agree += 1
        else:
            effects.disagree += 1
            effects.contrary.append((f"{asset.ref}/{name}", stored.level, new))

    def _taken(self, asset: Asset, name: str) -> str:
        """The type that a person said is there and the proposal takes away; empty where there is none."""
        kind = self.decided.get((asset.source, asset.path, name), "")
        return kind if kind == self.proposal.against else ""
