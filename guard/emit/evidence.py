"""One column as lines for a person: what it was taken for, why it has its level, what was not seen."""

from __future__ import annotations

from collections.abc import Iterator

from guard.emit.flat import level_mark, mixed
from guard.emit.options import Row
from guard.model import AssetResult, Evidence
from guard.sdk import Facts
from guard.sdk.display import cells, padded, visible
from guard.sdk.opinions import conflict_text, decision_text, opinion_text, sharing_text
from guard.sdk.risk import read_text
from guard.sdk.wording import (
    basis,
    confidence,
    gives_level,
    level_word,
    lifting_text,
    problem_text,
    reason_text,
    review_text,
    term,
    told,
    type_name,
)


def lines(result: AssetResult, facts: Facts, language: str) -> Iterator[str]:
    """The lines of every column of ``result``; each label once, its items below each other."""
    labels = (
        "type",
        "category",
        "level",
        "packs",
        "decision",
        "sharing",
        "controls",
        "reasons",
        "evidence",
        "alternatives",
        "mixed",
        "review",
        "read",
    )
    width = max(cells(_label(facts, name)) for name in labels) + 2
    for row in zip(result.asset.columns, result.findings, result.classifications, strict=False):
        words = (f"{result.asset.ref}/{row[0].name}", row[0].comment, row[0].type)
        yield " · ".join(visible(word) for word in words if word)
        for name, texts in _facts(result, row, facts, language):
            for number, text in enumerate(text for text in texts if text):
                yield padded("" if number else _label(facts, name), width) + visible(text)


def _label(facts: Facts, name: str) -> str:
    return facts.text(f"emit.facts.{name}")


def _facts(
    result: AssetResult, row: Row, facts: Facts, language: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    _, finding, answer = row
    name = type_name(facts, finding.type, language)
    sureness = confidence(finding, answer)
    sure = facts.text("emit.facts.sure", confidence=f"{sureness:.2f}") if sureness else ""
    kind = f"{name} ({finding.type})" if name else facts.text("emit.facts.none")
    candidate = facts.text(f"emit.candidate.{answer.candidate}") if answer.candidate else ""
    lifted = lifting_text(facts, result, language)
    others = (f"{type_name(facts, one, language)} {share:.2f}" for one, share in finding.alternatives)
    problems = (problem_text(facts, problem) for problem in result.coverage.problems)
    yield "type", (_joined(kind, sure),)
    yield "category", (_joined(term(facts, "categories", answer.category), _domain(facts, answer.domain)),)
    yield "level", (_joined(level_mark(facts, answer.level), candidate),)
    said = (opinion_text(facts, one, language) for one in answer.opinions)
    yield "packs", (*said, conflict_text(facts, answer))
    yield "decision", (decision_text(facts, answer),)
    yield "sharing", (sharing_text(facts, answer),)
    yield "controls", (" ".join(answer.controls),)
    yield (
        "reasons",
        (*_reasons(row, facts, language), facts.text("emit.lifted", reason=lifted) * bool(lifted)),
    )
    yield "evidence", tuple(_evidence(one, row, facts, language) for one in finding.evidence)
    yield "alternatives", ("; ".join(others),)
    yield "mixed", (mixed(row, facts, language),)
    yield "review", (review_text(facts, answer),)
    yield "read", (read_text(facts, result, finding), *problems)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _domain(facts: Facts, domain: str) -> str:
    return term(facts, "domains", domain) if domain else ""


def _reasons(row: Row, facts: Facts, language: str) -> Iterator[str]:
    for reason in told(row[2].reasons):
        level = f"→ {level_word(facts, reason.level)}" if reason.level and not gives_level(reason) else ""
        text = " ".join(part for part in (reason_text(facts, reason, language), level) if part)
        yield _joined(text, basis(reason), reason.rule)


def _evidence(item: Evidence, row: Row, facts: Facts, language: str) -> str:
    kind = facts.text(f"emit.evidence.{item.kind}")
    other = type_name(facts, item.type, language) if item.type != row[1].type else ""
    count = "" if item.total is None else f"{item.hits or 0:,} / {item.total:,}"
    weight = facts.text("emit.facts.weight", value=f"{item.weight:+.1f}") if item.weight else ""
    return _joined(" ".join(part for part in (kind, item.detail, other) if part), count, weight)
