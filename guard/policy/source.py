"""Rules over the tables of one source together: what stands apart in several tables and joins.

::

    - id: ...
      on: source
      when:
        together: [[person_name, home_address], [income]]  # each list in one table, the lists in any
        linked_by: [resident_id_18, mobile_phone]  # all these tables hold one of these, so they join
        tables: {at_least: 3}  # how many tables are concerned; two at the least
        rows: {at_least: 1000000}  # of them all; subjects likewise
        system: ["社保*"]  # only such tables; source, department, path likewise
      then: {raise_to: L4, candidate: important, review: combination}

``any``, ``all`` and ``not`` combine. What holds counts for every table concerned, and only ever lifts it:
applying it again changes nothing. ``subjects`` adds up the tables, so a person in two of them counts twice.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from guard.model import UNDETERMINED, Asset, Classification, Finding, Reason
from guard.policy.condition import GLOB_KEYS, NUMBER_KEYS, plain, threshold_in, types_in, within, words_of
from guard.policy.pack import Rule
from guard.policy.policy import Policy, effects_of
from guard.policy.subject import subjects
from guard.policy.thresholds import filled_in

MOST = 200_000
"""So many tables of one source are remembered; of a larger one the first that matter."""
_PLACES = ("together", "linked_by", *GLOB_KEYS)
_NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What the rules need of one table."""

    ref: str
    types: frozenset[str]
    rows: int
    subjects: float
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What the rules ask for one table: the rules that hold, and the policy they are written for."""

    rule: Rule
    policy: Policy
    tables: int
    other: str


class SourceTables:
    """The tables of one source, added one by one, judged together at the end.

    Only tables with a type that some rule names are remembered, at most ``MOST``.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rules = source_rules(policy)
        self._named = types_named(policy)
        self._tables: dict[str, _Table] = {}
        self._same: dict[frozenset[str], frozenset[str]] = {}

    def add(self, asset: Asset, findings: Sequence[Finding]) -> None:
        """Remember what the rules need to know of one table; added again, it takes its own place."""
        held = frozenset(item.type for item in findings if item.type) & self._named
        if not held or (len(self._tables) >= MOST and asset.ref not in self._tables):
            return
        self._tables[asset.ref] = _Table(
            ref=asset.ref,
            types=self._same.setdefault(held, held),
            rows=asset.rows or 0,
            subjects=subjects(asset, findings, self._policy.types) or 0.0,
            places=(asset.source, asset.system, asset.department, "/".join(asset.path)),
        )

    def judge(self) -> Mapping[str, tuple[Concern, ...]]:
        """What the rules that hold ask for, by the ``ref`` of each table concerned."""
        tables = [self._tables[ref] for ref in sorted(self._tables)]
        found: dict[str, list[Concern]] = {}
        for rule, policy, when in self._rules:
            concerned = sorted(_held(when, tables) or ())
            if len(concerned) < 2:
                continue
            first, second = (tables[at].ref for at in concerned[:2])
            for at in concerned:
                ref = tables[at].ref
                other = second if ref == first else first
                found.setdefault(ref, []).append(
                    Concern(rule=rule, policy=policy, tables=len(concerned), other=other)
                )
        return {ref: tuple(concerns) for ref, concerns in found.items()}


def types_named(policy: Policy) -> frozenset[str]:
    """The types that rules over a source ask for; the columns of others do not matter to them."""
    return frozenset(kind for rule, _, _ in source_rules(policy) for kind in types_in(rule.when))


@lru_cache(maxsize=8)
def source_rules(policy: Policy) -> tuple[tuple[Rule, Policy, Mapping[str, Any]], ...]:
    """The source rules of a policy and those beside it, each once, with its numbers filled in."""
    found: dict[str, tuple[Rule, Policy, Mapping[str, Any]]] = {}
    for one in (policy, *policy.beside):
        for rule in sorted(one.rules, key=lambda rule: rule.id):
            if rule.on == "source" and rule.id not in found:
                found[rule.id] = (rule, one, filled_in(rule.when, one.base.thresholds))
    return tuple(found.values())


def _held(when: Mapping[str, Any], tables: Sequence[_Table]) -> frozenset[int] | None:
    """The tables for which a condition holds; None where it does not."""
    concerned = _own(when, tables)
    for key in ("all", "any", "not"):
        if key in when and concerned is not None:
            more = _combined(key, when[key], tables)
            concerned = None if more is None else concerned | more
    if concerned is None:
        return None
    sums = {
        "tables": float(len(concerned)),
        "rows": float(sum(tables[at].rows for at in concerned)),
        "subjects": sum(tables[at].subjects for at in concerned),
    }
    good = all(within(sums[key], when[key]) for key in NUMBER_KEYS if key in when)
    return concerned if good else None


def _combined(key: str, value: Any, tables: Sequence[_Table]) -> frozenset[int] | None:
    if key == "not":
        return _NONE if _held(value, tables) is None else None
    parts = [_held(part, tables) for part in value]
    held = [part for part in parts if part is not None]
    if not held or (key == "all" and len(held) < len(parts)):
        return None
    return _NONE.union(*held)


def _own(when: Mapping[str, Any], tables: Sequence[_Table]) -> frozenset[int] | None:
    """The tables that a condition's own places and groups pick; None where there are not two."""
    if not any(key in when for key in _PLACES):
        return _NONE if any(key in when for key in ("all", "any")) else frozenset(range(len(tables)))
    around = [at for at, table in enumerate(tables) if _placed(table, when)]
    groups = [frozenset(words_of(part)) for part in when.get("together", ())]
    links = words_of(when["linked_by"]) if "linked_by" in when else ("",)
    picked: set[int] = set()
    for link in links:
        joined = [at for at in around if not link or link in tables[at].types]
        parts = [{at for at in joined if group <= tables[at].types} for group in groups or [_NO_TYPES]]
        if all(parts) and len(set.union(*parts)) > 1:
            picked.update(*parts)
    return frozenset(picked) if len(picked) > 1 else None


_NO_TYPES: frozenset[str] = frozenset()


def _placed(table: _Table, when: Mapping[str, Any]) -> bool:
    return all(
        any(fnmatch.fnmatchcase(place, glob) for glob in words_of(when[key]))
        for key, place in zip(GLOB_KEYS, table.places, strict=True)
        if key in when
    )


def lifted_together(table: Classification, concerns: Iterable[Concern], policy: Policy) -> Classification:
    """``table`` after the rules over its source; what they said before is said anew, never twice.

    A state secret stays what it is.
    """
    if table.review == "scope-secret":
        return table
    asked = sorted(concerns, key=lambda concern: concern.rule.id)
    names = {rule.id for rule, _, _ in source_rules(policy)}
    level, candidate, review = table.level, table.candidate, table.review
    for concern in asked:
        then = concern.rule.then
        level = policy.higher(level, _here(then.raise_to, concern.policy, policy)) or level
        candidate = policy.higher(candidate, _here(then.candidate, concern.policy, policy))
        review = review or then.review
    review = "candidate" if candidate else review
    said = tuple(reason for concern in asked for reason in _reasons(concern, policy))
    return replace(
        table,
        level=level or UNDETERMINED,
        candidate=candidate,
        review=review,
        confirmable=table.confirmable and not review,
        sharing=policy.sharing_of(level, (table.sharing,)),
        reasons=(*(reason for reason in table.reasons if reason.rule not in names), *said),
    )


def _here(level: str, theirs: Policy, ours: Policy) -> str:
    return level if theirs is ours or not level else ours.from_common(theirs.maps.get(level, ""))


def _reasons(concern: Concern, policy: Policy) -> Iterable[Reason]:
    rule = concern.rule
    bound = threshold_in(filled_in(rule.when, concern.policy.base.thresholds))
    told = {} if bound is None else {"threshold": plain(bound)}
    for effect, word in effects_of(rule):
        yield Reason(
            rule=rule.id,
            effect="raise" if effect == "raise_to" else effect,
            standard=rule.standard,
            clause=rule.clause,
            certainty=rule.certainty,
            level=_here(word, concern.policy, policy) if effect in ("raise_to", "candidate") else "",
            params={"effect": word, "tables": concern.tables, "with": concern.other, **told},
        )
