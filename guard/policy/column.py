"""The decision for one column."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from functools import lru_cache

from guard.model import UNDETERMINED, Classification, DataType, Finding, Reason
from guard.policy.certainty import confidence
from guard.policy.condition import numbers_in
from guard.policy.domain import DomainScore
from guard.policy.facts import Facts
from guard.policy.pack import Effect, Rule
from guard.policy.policy import CompiledRule, Policy, effects_of
from guard.policy.view import LIKELY

_CERTAINTY = {"high": "M-h", "medium": "M-m", "low": "M-l"}
_COUNTED = frozenset({"value", "dictionary"})
_NEARLY = 0.9
_PROVEN = frozenset({"comment", "check"})


class Applied:
    """The rules that hold for a column or table, and what they ask for, by effect."""

    __slots__ = ("_words", "controls", "rules", "sensitive", "sensitive_categories", "steps")

    def __init__(self, compiled: Iterable[CompiledRule], facts: Facts) -> None:
        self.rules: list[Rule] = []
        self.steps = 0
        self.sensitive = False
        self._words: dict[str, list[str]] = {}
        self.sensitive_categories: list[str] = []
        self.controls: set[str] = set()
        ruled_out = facts.ruled_out
        for item in compiled:
            if item.number not in ruled_out and item.holds(facts):
                self._apply(item, item.rule.then, typed=facts.typed)

    def _apply(self, item: CompiledRule, then: Effect, *, typed: bool) -> None:
        self.rules.append(item.rule)
        self.steps = max(self.steps, then.raise_by)
        self.controls.update(then.controls)
        if then.sensitive:
            self.sensitive |= bool(then.floor or not typed)
            if then.category:
                self.sensitive_categories.append(then.category)
        for effect, word in item.effects:
            self._words.setdefault(effect, []).append(word)

    def categories_of(self, rules: Container[str]) -> list[str]:
        """The categories that those rules give, the deepest first."""
        found = [rule.then.category for rule in self.rules if rule.id in rules and rule.then.category]
        return sorted(found, key=lambda path: -path.count("/"))

    def words(self, effect: str) -> list[str]:
        """What the rules say for one effect, by rule id; of categories the deepest first."""
        found = self._words.get(effect, [])
        return sorted(found, key=lambda word: -word.count("/")) if effect == "category" else found


def grade_column(facts: Facts, finding: Finding, table: DomainScore, policy: Policy) -> Classification:
    """Domain, category and level of one column, with the rules behind them."""
    applied = Applied(policy.column_rules(facts.kind, facts.type, typed=facts.typed), facts)
    bases, level = _base(facts, finding, applied, policy)
    level = _mixed(finding, level, bases, policy)
    level = _in_name(finding, level, bases, policy)
    base = level
    level = lifted(level, applied, policy)
    secret = "secret" in applied.words("scope")
    if secret or not level:
        level = UNDETERMINED
    domain, because = _domain(facts, applied, table, policy)
    candidate = policy.higher(*applied.words("candidate"), nomination(facts.datatype, policy))
    category = _category(facts, applied, policy, level)
    said = [item for item in reasons_of(applied, facts) if _counts(item, base, level, category)]
    reasons = [*bases, *said, *because]
    if level == UNDETERMINED and not secret:
        reasons.append(Reason(rule="no-description", effect="level", certainty="design", level=UNDETERMINED))
    sure = 0.0 if level == UNDETERMINED else confidence(facts, finding, level, reasons, policy)
    doubts = _doubts(facts, finding, applied, level, candidate, secret=secret)
    review = doubts or ("low-confidence" if sure < policy.base.sure else "")
    attribute = facts.datatype is None and _personal_attribute(facts, level, policy)
    personal = facts.personal or facts.mixed_personal or applied.sensitive or attribute
    reasons += impact_reasons(level, policy, personal=personal)
    return Classification(
        domain=domain,
        category=category,
        level=level,
        reasons=tuple(reasons),
        candidate=candidate,
        personal=personal,
        sensitive=_sensitive(facts, applied, level),
        confirmable=not review,
        review=review,
        confidence=sure,
        sharing=policy.sharing_of(level, applied.words("sharing")),
        controls=tuple(sorted(applied.controls)),
    )


def _base(facts: Facts, finding: Finding, applied: Applied, policy: Policy) -> tuple[list[Reason], str]:
    """The level of the type; where it is not certain, the rules for untyped columns count as well."""
    reasons: list[Reason] = []
    levels: list[str] = []
    item = facts.datatype
    if item is not None:
        organisation = facts.subject == "organisation" and bool(item.organisation_level)
        level = policy.type_level(item, organisation=organisation)
        levels.append(level)
        reasons.append(_type_reason(item, finding, level, policy, organisation=organisation))
    if item is None or finding.confidence < LIKELY:
        levels.extend(applied.words("level"))
    return reasons, policy.higher(*levels)


def impact_reasons(level: str, policy: Policy, *, personal: bool) -> list[Reason]:
    """What the level stands for: whom harm would touch, and how badly (6.5 with App H)."""
    subject, degree = policy.impact(level, personal=personal)
    if not subject:
        return []
    return [_impact_reason(level, subject, degree)]


@lru_cache(maxsize=256)
def _impact_reason(level: str, subject: str, degree: str) -> Reason:
    return Reason(
        rule="impact-matrix",
        effect="impact",
        standard="GB/T 43697-2024",
        clause="6.5, App H",
        certainty="M-h",
        level=level,
        params={"impact_object": subject, "impact_degree": degree},
    )


def _type_reason(
    item: DataType, finding: Finding, level: str, policy: Policy, *, organisation: bool
) -> Reason:
    counted = [part for part in finding.evidence if part.type == item.id and part.total]
    best = max(counted, key=lambda part: part.hits or 0, default=None)
    params: dict[str, str | int | float] = {"type": item.id, "confidence": round(finding.confidence, 3)}
    if best is not None:
        params |= {"hits": best.hits or 0, "total": best.total or 0}
    reason = Reason(
        rule="organisation-level" if organisation else "type-level",
        effect="level",
        standard="; ".join(item.standards),
        certainty=_CERTAINTY.get(item.certainty, item.certainty),
        level=level or UNDETERMINED,
        params=params,
    )
    return _based(reason, item, policy, organisation=organisation)


def _based(reason: Reason, item: DataType, policy: Policy, *, organisation: bool = False) -> Reason:
    """``reason`` with the pack's own clause on types, where it has one beside that of the pack it extends."""
    basis = policy.type_basis(item, organisation=organisation)
    if basis is None or not policy.base.extends or basis.pack != policy.base.id:
        return reason
    params = {**reason.params, "format": "; ".join(item.standards)} if item.standards else reason.params
    said = {"standard": basis.standard, "clause": basis.clause, "certainty": basis.certainty}
    return replace(reason, params=params, **said)


def _mixed(finding: Finding, level: str, reasons: list[Reason], policy: Policy) -> str:
    """A type in a minority of rows counts with its own level: the higher wins."""
    for part in finding.mixed:
        item = policy.types.get(part.type)
        if item is None or part.type == finding.type:
            continue
        own = policy.type_level(item, organisation=False)
        params: dict[str, str | int | float] = {"type": part.type, "hits": part.hits, "total": part.total}
        reason = Reason(rule="mixed-content", effect="floor", certainty="design", level=own, params=params)
        reasons.append(_based(reason, item, policy))
        level = policy.higher(level, own)
    return level


def _in_name(finding: Finding, level: str, reasons: list[Reason], policy: Policy) -> str:
    """A type of which the column's name is a value counts with its own level: the higher wins."""
    for kind in finding.name_values:
        item = policy.types.get(kind)
        if item is None:
            continue
        own = policy.type_level(item, organisation=False)
        reason = Reason(
            rule="name-value", effect="floor", certainty="design", level=own, params={"type": kind}
        )
        reasons.append(_based(reason, item, policy))
        level = policy.higher(level, own)
    return level


def lifted(level: str, applied: Applied, policy: Policy) -> str:
    """``level`` after floors, one raise by steps (the largest) and raises to a level; empty stays empty."""
    if not level:
        return policy.higher(*applied.words("raise_to"))
    level = policy.higher(level, *applied.words("floor"))
    return policy.higher(policy.raised(level, applied.steps), *applied.words("raise_to"))


def reasons_of(applied: Applied, facts: Facts) -> list[Reason]:
    """One reason for every effect of every rule that holds."""
    silent = {"level"} if facts.typed else set()
    if facts.datatype is not None:
        silent.add("category")
    return [
        reason(rule, "raise" if effect.startswith("raise") else effect, word, facts)
        for rule in applied.rules
        for effect, word in effects_of(rule)
        if effect not in silent and not (effect == "sharing" and word == "unconditional")
    ]


def reason(rule: Rule, effect: str, word: str, facts: Facts) -> Reason:
    """The reason that a rule gives: its clause and certainty, what it did, and the kind it went by."""
    sort = facts.sort
    said = _reason(
        rule.id, rule.standard, rule.clause, rule.certainty, effect, word, sort.kind, sort.word, sort.where
    )
    if rule.on == "table":
        return replace(said, params={**said.params, **numbers_in(rule.when, facts)})
    return said


@lru_cache(maxsize=16384)
def _reason(
    rule: str, standard: str, clause: str, certainty: str, effect: str, word: str, *sort: str
) -> Reason:
    # Thousands of columns are graded by the same few rules, told by the same few words.
    params: dict[str, str | int | float] = {"effect": word}
    if sort[0]:
        params |= zip(("kind", "word", "where"), sort, strict=True)
    return Reason(
        rule=rule,
        effect=effect,
        standard=standard,
        clause=clause,
        certainty=certainty,
        level=word if effect in ("level", "floor", "raise", "candidate") else "",
        params=params,
    )


def _domain(facts: Facts, applied: Applied, table: DomainScore, policy: Policy) -> tuple[str, list[Reason]]:
    """A rule's domain, else the table's, else the one the column's own type or words belong to."""
    ruled = applied.words("domain")
    if ruled:
        return ruled[0], []
    words = table
    if not (table.domain and facts.tabled):
        by_type = policy.domains.of_type(facts.datatype) if facts.datatype else ""
        if by_type:
            return by_type, [_domain_reason("domain-type", by_type, facts.type, "type")]
        own = policy.domains.column(facts.column, facts.comment)
        words = own if own.domain else table
    if words.domain:
        return words.domain, [_domain_reason("domain-words", words.domain, words.word, words.where)]
    default = policy.base.default_domain
    return default, [_domain_reason("domain-none", default, "", "")]


@lru_cache(maxsize=4096)
def _domain_reason(rule: str, domain: str, word: str, where: str) -> Reason:
    params: dict[str, str | int | float] = {"domain": domain, "word": word, "where": where}
    return Reason(rule=rule, effect="domain", certainty="design", params=params)


def nomination(item: DataType | None, policy: Policy) -> str:
    """The level a type nominates for: its ``candidate``, or a level that only a person may give."""
    if item is None:
        return ""
    named = (policy.here(word) for word in (item.candidate, item.level))
    return policy.higher(*(word for word in named if word in policy.nominated))


def _counts(item: Reason, base: str, level: str, category: str) -> bool:
    """Whether what a rule asked for is what came out; rules that others overrode are no reasons."""
    if level == UNDETERMINED:
        return True
    if item.effect == "level":
        return item.level == base
    if item.effect == "floor" or (item.effect == "raise" and not item.level.startswith("+")):
        return item.level == level
    return item.effect != "category" or item.params.get("effect") == category


def _sensitive(facts: Facts, applied: Applied, level: str) -> bool:
    """Sensitive by its type or one in some rows, by a child it is about, or by a rule for a person's fact."""
    own = facts.sensitive or facts.mixed_sensitive
    if level == UNDETERMINED:
        return own
    return own or (facts.minors and facts.personal) or applied.sensitive


def _category(facts: Facts, applied: Applied, policy: Policy, level: str) -> str:
    """What the own rules of a pack that builds on another give; else the type's category, or a rule's."""
    own = applied.categories_of(policy.base.own) if policy.base.extends else []
    if own:
        return own[0]
    if level == UNDETERMINED and facts.datatype is None:
        return policy.base.default_categories["other"]
    if facts.datatype is not None:
        return facts.datatype.category
    ruled = applied.sensitive_categories or applied.words("category")
    if ruled:
        return ruled[0]
    return policy.base.default_categories[facts.subject]


def _personal_attribute(facts: Facts, level: str, policy: Policy) -> bool:
    return facts.subject == "person" and level not in ("", policy.levels[0], UNDETERMINED)


def _doubts(
    facts: Facts, finding: Finding, applied: Applied, level: str, candidate: str, *, secret: bool
) -> str:
    """The first reason besides confidence why a person should look, or empty."""
    asked = applied.words("review")
    for code, holds in (
        ("scope-secret", secret),
        ("candidate", bool(candidate)),
        ("undetermined", level == UNDETERMINED),
        ("mixed-content", bool(finding.mixed)),
        ("name-value", bool(finding.name_values)),
        ("precision-lost", "precision-lost" in facts.flags),
        ("conflict", _conflict(finding)),
        (asked[0] if asked else "", bool(asked)),
        ("names-only", facts.datatype is not None and not _proven(finding)),
    ):
        if holds:
            return code
    return ""


def _conflict(finding: Finding) -> bool:
    return bool(
        finding.type and finding.alternatives and finding.alternatives[0][1] > finding.confidence - 0.1
    )


def _proven(finding: Finding) -> bool:
    """Whether more than a name speaks for the type: its comment, a check digit, or nearly all values."""
    return any(
        part.type == finding.type
        and part.weight > 0
        and (part.kind in _PROVEN or (part.kind in _COUNTED and _nearly_all(part.hits, part.total)))
        for part in finding.evidence
    )


def _nearly_all(hits: int | None, total: int | None) -> bool:
    return bool(total) and (hits or 0) >= _NEARLY * (total or 0)
