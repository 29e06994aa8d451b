"""The words of a result in the reader's language, shared by formats and reports."""

from __future__ import annotations

import re

from guard.model import UNDETERMINED, AssetResult, Classification, Finding, Mixed, Problem, Reason
from guard.sdk.report import Facts

_TYPE_RULES = ("type-level", "organisation-level", "mixed-content", "name-value")
_ROLL_UPS = ("table-maximum", "source-maximum")
_STRICTER = "stricter-pack"
_LARGE = 10_000
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
    if _NUMBERED.fullmatch(level):
        return level
    word = term(facts, "levels", level)
    return word if word != level else _pack_word(facts, level)


def _pack_word(facts: Facts, level: str) -> str:
    """The name that a pack gives to a level of its own; the level's id where none does."""
    language = facts.text("emit.language")
    names = (info.levels[level] for info in facts.packs if level in info.levels)
    return next((name[language] for name in names if name.get(language)), level)


def reason_text(facts: Facts, reason: Reason, language: str) -> str:
    """What a rule says, filled with its counts and with types by name; its id where it has no text."""
    key = f"rules.{reason.rule}.what"
    params = {name: _spelled(value) for name, value in reason.params.items()}
    if params.get("type") in facts.types:
        params["type"] = type_name(facts, str(params["type"]), language)
    if gives_level(reason) and params.get("type"):
        return _type_reason(facts, reason, str(params["type"]))
    if "domain" in params:
        params["domain"] = term(facts, "domains", str(params["domain"]))
    text = facts.text(key, **params)
    return reason.rule if text == key else text


def _spelled(value: object) -> object:
    """Large whole numbers with their thousands apart."""
    return f"{value:,}" if isinstance(value, int) and value >= _LARGE else value


def gives_level(reason: Reason) -> bool:
    """Whether the reason is the level of a data type, so that its text names type and level."""
    return reason.rule in _TYPE_RULES


def _type_reason(facts: Facts, reason: Reason, name: str) -> str:
    first = " ".join(part for part in (reason.standard.partition(";")[0], reason.clause) if part)
    level = level_word(facts, reason.level)
    return facts.text(f"emit.type_reason.{reason.rule}", type=name, level=level, basis=first)


def lifting_reasons(facts: Facts, result: AssetResult) -> tuple[Reason, ...]:
    """The rules that set an asset above each of its columns, or nominate it where no column is nominated.

    Empty where the level of a column explains that of the asset.
    """
    table, columns = result.table, result.classifications
    if table is None:
        return ()
    rank = {name: number for number, name in enumerate(facts.levels)}
    effects = {"scope"}
    if rank.get(table.level, -1) > max((rank.get(one.level, -1) for one in columns), default=-1):
        effects |= {"level", "raise", "floor"}
    if table.candidate and all(one.candidate != table.candidate for one in columns):
        effects.add("candidate")
    return told(tuple(r for r in table.reasons if r.effect in effects and r.rule not in _ROLL_UPS))


def lifting_text(facts: Facts, result: AssetResult, language: str) -> str:
    """``lifting_reasons`` in words, with their clauses; empty where there are none."""
    texts = (
        f"{reason_text(facts, reason, language)}{f' ({basis(reason)})' if basis(reason) else ''}"
        for reason in lifting_reasons(facts, result)
    )
    return "; ".join(texts)


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


def leading_text(facts: Facts, answer: Classification, language: str) -> str:
    """What decided the level, in words; where a stricter pack did, with the rule and clause behind it."""
    why = leading_reason(answer)
    if why is None:
        return ""
    text, behind = reason_text(facts, why, language), _behind(why, answer)
    if behind is None:
        return text
    said, clause = reason_text(facts, behind, language), f"{behind.standard} {behind.clause}".strip()
    named = gives_level(behind) or not clause
    return facts.text("emit.behind", text=text, why=said if named else f"{said} ({clause})")


def _behind(why: Reason, answer: Classification) -> Reason | None:
    """The stricter pack's reason that ``why`` stands for: that of the same clause first."""
    if why.rule != _STRICTER:
        return None
    theirs = [item for item in answer.reasons if item.params.get("pack") == why.params.get("pack")]
    cited = (item for item in theirs if (item.standard, item.clause) == (why.standard, why.clause))
    others = [item for item in (*cited, *theirs) if item.rule != _STRICTER]
    return others[0] if others else None


def problem_text(facts: Facts, problem: Problem, part: str = "what") -> str:
    """``what`` happened, or what to do ``next``; the code where there is no text for it."""
    key = f"problems.{problem.code}.{part}"
    text = facts.text(key, **problem.params)
    return text if text != key else (problem.code if part == "what" else "")


def review_text(facts: Facts, answer: Classification) -> str:
    """Why a person should look at a row; empty where the row can be confirmed without review."""
    if answer.confirmable:
        return ""
    keys = (f"reviews.{answer.review}.what", f"reviews.{answer.review}")
    texts = ((key, facts.text(key)) for key in keys)
    return next((text for key, text in texts if text != key), answer.review)


def at_rows(facts: Facts, item: Mixed) -> str:
    """In which rows rare content is, counted from 1; empty where that is not known."""
    if not item.rows:
        return ""
    rows = ", ".join(str(row + 1) for row in item.rows)
    return facts.text("emit.at_rows", rows=rows, more="…" if item.hits > len(item.rows) else "")


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
    return answer.confidence or (finding.confidence if finding.type else 0.0)


def sure(confidence: float) -> str:
    """``high`` from 0.85, ``medium`` from 0.6, else ``low``."""
    return "high" if confidence >= 0.85 else "medium" if confidence >= 0.6 else "low"
