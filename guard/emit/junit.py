"""junit: one case a table, for CI. It fails at or above ``fail_on``; a skipped table is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from guard.emit.flat import level_mark, mixed
from guard.emit.options import EmitOptions, Row, reaches, shown
from guard.model import AssetResult, Status
from guard.sdk import Facts
from guard.sdk.display import visible
from guard.sdk.wording import leading_reason, leading_text, level_word, lifting_text, problem_text, type_name


def write(facts: Facts, stream: TextIO, language: str, options: EmitOptions) -> None:
    """Write one test suite a source."""
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="govguard">\n')
    for source, results in groupby(facts.results(), key=lambda result: result.asset.source):
        cases = [(result, list(_failing(result, facts, options))) for result in results]
        failed = sum(bool(rows) for _, rows in cases)
        skipped = sum(result.coverage.status is Status.SKIPPED for result, _ in cases)
        counts = f'tests="{len(cases)}" failures="{failed}" errors="0" skipped="{skipped}"'
        stream.write(f" <testsuite name={_attribute(source)} {counts}>\n")
        for result, rows in cases:
            stream.write(_case(result, rows, facts, language, options.fail_on))
        stream.write(" </testsuite>\n")
    stream.write("</testsuites>\n")


def _failing(result: AssetResult, facts: Facts, options: EmitOptions) -> Iterator[Row]:
    if result.coverage.status is not Status.SKIPPED:
        yield from (
            row
            for row in shown(result, facts, options)
            if reaches(row[2].level, options.fail_on, facts.levels)
        )


def _case(result: AssetResult, rows: list[Row], facts: Facts, language: str, floor: str) -> str:
    asset = result.asset
    inside = ""
    if result.coverage.status is Status.SKIPPED:
        reasons = "; ".join(problem_text(facts, problem) for problem in result.coverage.problems)
        inside = f"   <skipped message={_attribute(reasons)}/>\n"
    elif rows:
        lines = "\n".join((*_lifted(result, facts, language), *(_line(row, facts, language) for row in rows)))
        summary = facts.text("emit.junit.failure", count=len(rows), level=level_word(facts, floor))
        inside = f'   <failure type="level" message={_attribute(summary)}>{escape(lines)}</failure>\n'
    head = f"  <testcase classname={_attribute(asset.source)} name={_attribute('/'.join(asset.path))}"
    return f"{head}>\n{inside}  </testcase>\n" if inside else f"{head}/>\n"


def _lifted(result: AssetResult, facts: Facts, language: str) -> Iterator[str]:
    reason = lifting_text(facts, result, language)
    if reason and result.table:
        why = facts.text("emit.lifted", reason=reason)
        yield visible(f"{level_mark(facts, result.table.level)} · {why}")


def _line(row: Row, facts: Facts, language: str) -> str:
    column, finding, answer = row
    why = leading_reason(answer)
    parts = (
        level_mark(facts, answer.level),
        column.name,
        type_name(facts, finding.type, language),
        f"{why.rule}: {leading_text(facts, answer, language)}" if why else "",
        mixed(row, facts, language),
    )
    return " · ".join(visible(part) for part in parts if part)


def _attribute(text: str) -> str:
    return quoteattr(visible(text))
