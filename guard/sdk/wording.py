"""The words of a result in the reader's language, shared by formats and reports."""

from __future__ import annotations

import re

from guard.model import UNDETERMINED, Classification, Finding, Problem, Reason
from guard.sdk.report import Facts

_NUMBERED = re.compile(r"[A-Z]{1,2}\d{1,2}")


def term(facts: Facts, area: str, word: str) -> str:
    """The name of ``word``: text ``<area>.<word>.name`` or ``<area>.<word>``; ``word`` where there is none.

    A path is named part by part.
    """
    if "/" in word:
        return "/".join(term(facts, area, part) for part in word.split("/"))
    keys = (f"{area}.{word}.name", f"{area}.{word}") if word else ()
    named = ((key, facts.text(key)) for key in keys)
    return next((text for key, text in named if text != key), word)


def type_name(facts: Facts, type_id: str | None, language: str) -> str:
    """A data type's name in ``language``; its id where it has none; empty for None."""
    if not type_id:
        return ""
    known = facts.types.get(type_id)
    return (known.name.get(language) if known else "") or type_id


def level_word(facts: Facts, level: str) -> str:
    """A level as one short word: ``L3`` as it is, others by name, ``undetermined`` as 待定."""
    if level == UNDETERMINED:
        return facts.text("emit.undetermined")
    return level if _NUMBERED.fullmatch(level) else term(facts, "levels", level)


def reason_text(facts: Facts, reason: Reason, language: str) -> str:
    """What a rule says, filled with its counts and with types by name; its id where it has no text."""
    key = f"rules.{reason.rule}.what"
    params: dict[str, object] = dict(reason.params)
    if params.get("type") in facts.types:
        params["type"] = type_name(facts, str(params["type"]), language)
    if "domain" in params:
        params["domain"] = term(facts, "domains", str(params["domain"]))
    text = facts.text(key, **params)
    return reason.rule if text == key else text


def basis(reason: Reason) -> str:
    """Standard, clause and certainty mark: ``GB/T 45574-2025 App A [M-h]``."""
    mark = f"[{reason.certainty}]" if reason.certainty else ""
    return " ".join(part for part in (reason.standard, reason.clause, mark) if part)


def evidence_text(facts: Facts, finding: Finding) -> str:
    """The strongest evidence in a few words: ``check digit 1987/2000``, else what matched."""
    own = [item for item in finding.evidence if item.type == finding.type and item.weight > 0]
    counted = [item for item in own if item.total and item.kind in {"check", "dictionary", "value"}]
    best = max(counted or own, key=lambda item: item.weight, default=None)
    if best is None:
        return ""
    kind = facts.text(f"emit.evidence.{best.kind}")
    return f"{kind} {best.hits or 0}/{best.total}" if best.total else f"{kind} {best.detail}".strip()


def told(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Each rule once, in order: what it did to the level where it did more than one thing.

    Where the content is out of scope as a state secret, that is the only thing told.
    """
    reasons = tuple(reason for reason in reasons if reason.effect == "scope") or reasons
    kept: dict[tuple[str, str], Reason] = {}
    for reason in reasons:
        key = (reason.rule, str(reason.params.get("type", "")))
        if key not in kept or (reason.level and not kept[key].level):
            kept[key] = reason
    return tuple(kept.values())


def leading_reason(answer: Classification) -> Reason | None:
    """The reason that decided the level: the first that set or raised it to what it is, else the first.

    That something is out of scope as a state secret comes before all.
    """
    scope = (r for r in answer.reasons if r.effect == "scope")
    decisive = (r for r in answer.reasons if r.level and r.level == answer.level)
    by_effect = (r for r in answer.reasons if r.effect in {"level", "raise", "floor"})
    return (
        next(scope, None) or next(decisive, None) or next(by_effect, None) or next(iter(answer.reasons), None)
    )


def problem_text(facts: Facts, problem: Problem, part: str = "what") -> str:
    """``what`` happened, or what to do ``next``; the code where there is no text for it."""
    key = f"problems.{problem.code}.{part}"
    text = facts.text(key, **problem.params)
    return text if text != key else (problem.code if part == "what" else "")


def review_text(facts: Facts, answer: Classification) -> str:
    """Why a person should look at a row; empty where the row can be confirmed without review."""
    if answer.confirmable:
        return ""
    key = f"reviews.{answer.review}.what"
    text = facts.text(key)
    return answer.review if text == key else text


def percent(share: float) -> str:
    """A share for people: ``0``, ``<0.01%``, ``1.2%``, ``98%``; never rounded to 0 or to 100."""
    if 0 < share < 0.0001:
        return "<0.01%"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return (
        f"{share:.2%}"
        if share < 0.01
        else f"{share:.1%}"
        if share < 0.1 or 0.99 <= share < 1
        else f"{share:.0%}"
    )


def confidence(finding: Finding, answer: Classification) -> float:
    """How sure the whole answer is, 0..1: the decision's own confidence, else that of the type found."""
    return answer.confidence or finding.confidence


def sure(confidence: float) -> str:
    """``high`` from 0.85, ``medium`` from 0.6, else ``low``."""
    return "high" if confidence >= 0.85 else "medium" if confidence >= 0.6 else "low"
