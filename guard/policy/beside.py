"""Several packs over the same columns: each answer is kept, the strictest counts (就高从严).

Levels of different packs are compared by the common level that each stands for. GB/T 43697-2024 clause 5:
where levels differ the higher is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guard.model import UNDETERMINED, Classification, Opinion, Reason
from guard.model.standard import common_rank, standing_within
from guard.policy.column import impact_reasons
from guard.policy.policy import Policy

_MARKS = ("S", "M-h", "M-m", "M-l", "design")  # the surest first
_ROLL_UPS = ("table-maximum", "source-maximum")
_GIVING = ("level", "floor", "raise")
Said = tuple[Policy, Sequence[Classification]]


def strictest(
    policy: Policy, columns: Sequence[Classification], others: Sequence[Said]
) -> tuple[Classification, ...]:
    """``columns`` as ``policy`` grades them, lifted to the strictest of what the ``others`` say."""
    return tuple(
        _one(policy, own, [(other, said[at]) for other, said in others]) for at, own in enumerate(columns)
    )


def as_decided(
    said: Sequence[Classification], columns: Sequence[Classification], policy: Policy, other: Policy
) -> tuple[Classification, ...]:
    """What ``other`` says, save where a person decided: that counts for the table of every pack."""
    return tuple(
        replace(theirs, level=_as_theirs(other, policy.maps.get(ours.level, "")), candidate="")
        if ours.decision
        else theirs
        for theirs, ours in zip(said, columns, strict=True)
    )


def _as_theirs(other: Policy, common: str) -> str:
    """``common`` as a level of ``other``, which tells no more than the person said where it tells minima."""
    return standing_within(common, other.maps) if other.only_minima else other.from_common(common)


def _one(
    policy: Policy, own: Classification, others: Sequence[tuple[Policy, Classification]]
) -> Classification:
    opinions = (_opinion(policy, own), *(_opinion(other, said) for other, said in others))
    secret = own.review == "scope-secret"
    personal = own.personal or any(said.personal for _, said in others)
    at, top = max(enumerate(opinions), key=lambda item: (common_rank(item[1].mapped), -item[0]))
    lifted = own
    if at and not secret and own.level != UNDETERMINED:
        level = policy.from_common(top.mapped)
        if level in policy.general and policy.rank[level] > policy.rank[own.level]:
            lifted = _lifted(policy, own, others[at - 1][1], top, level, personal=personal)
    candidates = (policy.from_common(other.maps.get(said.candidate, "")) for other, said in others)
    candidate = policy.higher(own.candidate, *(level for level in candidates if level in policy.nominated))
    review = lifted.review or ("candidate" if candidate else "")
    return replace(
        lifted,
        candidate=candidate,
        review=review,
        confirmable=lifted.confirmable and not review,
        personal=personal,
        sensitive=own.sensitive or any(said.sensitive for _, said in others),
        sharing=policy.sharing_of(lifted.level, (own.sharing, *(said.sharing for _, said in others))),
        controls=tuple(sorted({*own.controls, *(name for _, said in others for name in said.controls)})),
        opinions=opinions,
    )


def _lifted(
    policy: Policy, own: Classification, theirs: Classification, top: Opinion, level: str, *, personal: bool
) -> Classification:
    """``own`` at the level that a stricter pack asks for, with that pack's reasons behind its own."""
    because = Reason(
        rule="stricter-pack",
        effect="floor",
        standard=top.standard,
        clause=top.clause,
        certainty=top.certainty,
        level=level,
        params={"pack": top.pack, "said": top.level, "own": own.level},
    )
    more = tuple(
        replace(item, params={**item.params, "pack": top.pack})
        for item in _giving(theirs)
        if item not in own.reasons
    )
    kept = tuple(item for item in own.reasons if item.effect != "impact")
    told = len(kept) < len(own.reasons)
    impact = impact_reasons(level, policy, personal=personal) if told else ()
    return replace(
        own,
        level=level,
        reasons=(*kept, because, *more, *impact),
        review=own.review or theirs.review,
        confirmable=own.confirmable and theirs.confirmable,
        confidence=min(own.confidence, theirs.confidence),
    )


def _opinion(policy: Policy, said: Classification) -> Opinion:
    giving = _giving(said)
    telling = min(giving, key=lambda item: _order(policy, item), default=None)
    standard, clause, certainty = _basis(policy, telling)
    return Opinion(
        pack=policy.base.id,
        level=said.level,
        mapped=policy.maps.get(said.level, ""),
        standard=standard,
        clause=clause,
        certainty=certainty,
        category=said.category,
        sensitive=said.sensitive,
        rules=tuple(dict.fromkeys(item.rule for item in giving)),
        at_least=policy.only_minima,
    )


def _giving(said: Classification) -> list[Reason]:
    """The reasons that give the level: those that name it, else the raises by steps."""
    lifting = [item for item in said.reasons if item.effect in _GIVING]
    named = [item for item in lifting if item.level == said.level]
    return named or [item for item in lifting if item.level.startswith("+")]


def _order(policy: Policy, reason: Reason) -> tuple[bool, bool, int]:
    """Reasons with a clause come first, of these those of the pack's own standard, then the surest."""
    mark = _MARKS.index(reason.certainty) if reason.certainty in _MARKS else len(_MARKS)
    return not reason.clause, not _own(policy, reason), mark


def _own(policy: Policy, reason: Reason) -> bool:
    """Whether a reason speaks for the pack itself, not only for one that it extends."""
    pack = policy.base
    return reason.rule in pack.own or reason.standard in pack.standard.split("; ")


def _basis(policy: Policy, telling: Reason | None) -> tuple[str, str, str]:
    """Standard and clause of one reason, and the mark of that clause; all empty where nothing gave a level.

    Of a type, what the pack says. Where the pack has a clause for all there is, an inherited rule of
    another standard speaks through that.
    """
    if telling is None or telling.level == UNDETERMINED:
        return "", "", ""
    general = policy.base.type_basis.get("other")
    spoken = telling.rule in _ROLL_UPS or _own(policy, telling)
    if general and general.pack == policy.base.id and not spoken:
        return general.standard, general.clause, general.certainty
    if telling.clause:
        return telling.standard, telling.clause, telling.certainty
    item = policy.types.get(str(telling.params.get("type", "")))
    organisation = telling.rule == "organisation-level"
    found = policy.type_basis(item, organisation=organisation) if item else None
    if found is not None:
        return found.standard, found.clause, found.certainty
    return telling.standard or policy.base.standard, "", telling.certainty
