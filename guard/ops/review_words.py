"""A group of columns in words: why the machine proposes what it proposes, and what a person may answer."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from guard.catalog import reviewing
from guard.model import UNDETERMINED, AssetResult, Classification, Finding
from guard.ops.review_queue import Group, examples, group_id
from guard.ops.review_work import Work
from guard.sdk.report import Facts
from guard.sdk.wording import (
    basis,
    evidence_text,
    gives_level,
    level_word,
    reason_text,
    told,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One group with all that a person needs to answer. ``why`` and ``reviews`` are sentences;
    ``opinions`` say what each pack thinks, ``domain`` is empty where they are of several;
    ``answers`` are commands, each with what it does (a text id)."""

    group: Group
    why: tuple[str, ...]
    evidence: str
    reviews: tuple[str, ...]
    opinions: tuple[tuple[str, str, str], ...]
    domain: str
    category: str
    examples: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


def shown(work: Work, group: Group) -> Shown:
    """``group`` with the reasons and evidence of the first of its columns."""
    finding, answer, rows = _first(work, group)
    facts = work.facts
    size = facts.text("commands.review.rows", rows=f"{rows:,}") if group.kind == "table" and rows else ""
    return Shown(
        group=group,
        why=tuple(_why(facts, answer, work.session.language)),
        evidence=size or evidence_text(facts, finding),
        reviews=tuple(_reviews(facts, group)),
        opinions=tuple(
            (one.pack, one.level, basis_of(one.standard, one.clause, one.certainty))
            for one in answer.opinions
        ),
        domain=_domain(work, group),
        category=answer.category,
        examples=examples(work, group),
        answers=tuple(answers(work, group)),
    )


def _domain(work: Work, group: Group) -> str:
    """The domain of every column of a group; empty where they are of several."""
    members = work.items_of(group.name, group.type)
    found = {item.domain for item in members if item.undecided and group_id(item) == group.id}
    return found.pop() if len(found) == 1 else ""


def basis_of(standard: str, clause: str, certainty: str) -> str:
    """Standard, clause and certainty mark of an opinion."""
    return " ".join(part for part in (standard, clause, f"[{certainty}]" if certainty else "") if part)


def _first(work: Work, group: Group) -> tuple[Finding, Classification, int]:
    result: AssetResult = next(result for _, result in reviewing.results(work.store, [group.first]))
    if group.kind == "table" and result.table is not None:
        return Finding(column="", type=None, confidence=0.0), result.table, result.asset.rows or 0
    item = next(item for item in work.items_in(group.first) if group_id(item) == group.id and item.undecided)
    return result.findings[item.ordinal], result.classifications[item.ordinal], result.asset.rows or 0


def _why(facts: Facts, answer: Classification, language: str) -> Iterator[str]:
    for reason in told(answer.reasons):
        level = f"→ {level_word(facts, reason.level)}" if reason.level and not gives_level(reason) else ""
        text = " ".join(part for part in (reason_text(facts, reason, language), level) if part)
        yield " · ".join(part for part in (text, basis(reason)) if part)


def _reviews(facts: Facts, group: Group) -> Iterator[str]:
    for code, count in group.reviews.items():
        if code:
            text = facts.text(f"reviews.{code}")
            yield f"{text} × {count:,}" if len(group.reviews) > 1 else text


def answers(work: Work, group: Group) -> Iterator[tuple[str, str]]:
    """The commands that answer for a group, ready to be pasted, and the id of what each does."""
    place = shlex.join(work.session.given)
    head = "guard review"
    tail = " ".join(part for part in (f"--group {group.id}", place) if part)
    because = f'--reason "{work.facts.text("commands.review.because")}"'
    levels = work.rules.policy.general
    other = _other(group.level, levels)
    if group.candidate:
        yield "candidate", f"{head} confirm {tail} --candidate"
        yield "decline", f"{head} correct {tail} --level {_settled(group, levels)} {because}"
    elif group.level != UNDETERMINED:
        yield "confirm", f"{head} confirm {tail}"
    if not group.candidate:
        yield "correct", f"{head} correct {tail} --level {other} {because}"
    if group.type:
        yield "reject", f"{head} reject {tail} {because}"


def _other(level: str, levels: tuple[str, ...]) -> str:
    """A level to correct to: the next higher that one person may give, of the highest the one below."""
    at = levels.index(level) if level in levels else 0
    return levels[at + 1] if at + 1 < len(levels) else levels[at - 1]


def _settled(group: Group, levels: tuple[str, ...]) -> str:
    return group.level if group.level in levels else levels[0]
