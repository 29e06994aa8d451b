"""md: for merge-request comments and wikis (GitHub-flavoured Markdown)."""

from __future__ import annotations

import re
from typing import TextIO

from guard.emit.flat import beside, decided, level_mark, mixed
from guard.emit.options import EmitOptions, Row, shown
from guard.model import AssetResult, Status
from guard.sdk import Facts
from guard.sdk.display import visible
from guard.sdk.risk import coverage_counts, read_text
from guard.sdk.wording import (
    confidence,
    evidence_text,
    leading_text,
    lifting_text,
    problem_text,
    term,
    type_name,
)

# A backslash makes ASCII punctuation literal; bare ``www.`` and ``://`` would become links.
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&@]|(?<=www)\.|(?<=:)//?")
_COLUMNS = ("column", "type", "category", "level", "confidence", "reason")


def write(facts: Facts, stream: TextIO, language: str, options: EmitOptions) -> None:
    """Write a coverage sentence, one table of columns an asset, and what was skipped."""
    stream.write(f"## {facts.text('emit.title')}\n\n{_summary(facts)}\n")
    head = " | ".join(facts.text(f"emit.columns.{name}") for name in _COLUMNS)
    for result in facts.results():
        rows = [_row(row, facts, language) for row in shown(result, facts, options)]
        if rows:
            stream.write(f"\n### {_title(result, facts)}\n\n{plain(read_text(facts, result))}\n")
            if reason := lifting_text(facts, result, language):
                stream.write(f"\n{plain(facts.text('emit.lifted', reason=reason))}\n")
            stream.write(f"\n| {head} |\n|{' --- |' * len(_COLUMNS)}\n")
            stream.write("".join(f"| {row} |\n" for row in rows))
    skipped = [r for r in facts.results() if r.coverage.status is Status.SKIPPED]
    if skipped:
        stream.write(f"\n### {facts.text('emit.skipped')}\n\n" + "".join(_skip(r, facts) for r in skipped))


def plain(text: str) -> str:
    """``text`` as literal Markdown: no markup, no table break, no link, no mention."""
    return _MARKUP.sub(lambda found: "".join("\\" + sign for sign in found[0]), visible(text))


def _summary(facts: Facts) -> str:
    totals = facts.totals
    mix = " · ".join(f"{level_mark(facts, name)} {count}" for name, count in totals.levels.items())
    text = facts.text("emit.coverage", **coverage_counts(facts))
    return f"{text}\n\n{mix}" if mix else text


def _title(result: AssetResult, facts: Facts) -> str:
    comment = f" {plain(result.asset.comment)}" if result.asset.comment else ""
    level = f" · {level_mark(facts, result.table.level)}" if result.table else ""
    return plain("/".join((result.asset.source, *result.asset.path))) + comment + level


def _row(row: Row, facts: Facts, language: str) -> str:
    column, finding, answer = row
    extra = mixed(row, facts, language)
    reason = " · ".join(
        part
        for part in (
            leading_text(facts, answer, language),
            evidence_text(facts, finding),
            extra,
            beside(row, facts, language),
            decided(row, facts),
        )
        if part
    )
    texts = (
        column.name + (f" {column.comment}" if column.comment else ""),
        type_name(facts, finding.type, language),
        term(facts, "categories", answer.category),
        level_mark(facts, answer.level),
        f"{sureness:.2f}" if (sureness := confidence(finding, answer)) else "",
        reason,
    )
    return " | ".join(plain(text) for text in texts)


def _skip(result: AssetResult, facts: Facts) -> str:
    reasons = "; ".join(problem_text(facts, problem) for problem in result.coverage.problems)
    return f"- {plain('/'.join((result.asset.source, *result.asset.path)))}: {plain(reasons)}\n"
