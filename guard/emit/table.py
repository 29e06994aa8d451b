"""table: for people at a terminal. Grouped by asset, wide characters aligned, level as word and shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from guard.emit.columns import Layout, layout
from guard.emit.flat import beside, decided, level_mark, mixed
from guard.emit.options import EmitOptions, Row, shown
from guard.emit.paint import Painter
from guard.model import AssetResult, Status
from guard.sdk import Facts
from guard.sdk.display import cells, folded, padded, visible
from guard.sdk.opinions import decision_counts
from guard.sdk.risk import coverage_counts, read_text
from guard.sdk.wording import (
    confidence,
    evidence_text,
    leading_text,
    level_word,
    lifting_text,
    problem_text,
    term,
    type_name,
)

_INDENT = "  "


def write(facts: Facts, stream: TextIO, language: str, options: EmitOptions) -> None:
    """Write each asset that has something to show, then coverage, skips and the level mix."""
    paint = Painter(color=options.color, levels=facts.levels)
    width = max(options.width, 60)
    place = layout(width)
    heads = [facts.text(f"emit.columns.{name}") for name in place.names]
    stream.write(paint.dim((_INDENT + place.line(heads)).rstrip()) + "\n")
    hidden = 0
    for result in facts.results():
        rows = list(shown(result, facts, options))
        hidden += len(result.classifications) - len(rows)
        if rows or result.coverage.status is Status.SKIPPED:
            stream.write("\n" + _heading(result, facts, paint) + "\n")
            stream.writelines(_lifted(result, facts, language, width, paint))
            for row in rows:
                stream.writelines(_lines(row, facts, language, place, paint))
                stream.writelines(_mixed(row, facts, language, width, paint))
                stream.writelines(_judged(row, facts, language, width, paint))
            stream.writelines(_places(result, facts, language, options, paint))
            stream.writelines(_problems(result, facts, paint))
    stream.write("\n" + _foot(facts, paint))
    if hidden:
        stream.write(facts.text("emit.hidden", count=hidden, level=level_word(facts, options.show)) + "\n")


def _heading(result: AssetResult, facts: Facts, paint: Painter) -> str:
    asset = result.asset
    level = [paint.level(result.table.level, level_mark(facts, result.table.level))] if result.table else []
    words = [visible(text) for text in (asset.comment, asset.department) if text]
    name = paint.bold(visible("/".join((asset.source, *asset.path))))
    return " · ".join([name, *words, *level, read_text(facts, result)])


def _lines(row: Row, facts: Facts, language: str, place: Layout, paint: Painter) -> Iterator[str]:
    column, finding, answer = row
    candidate = facts.text(f"emit.candidate.{answer.candidate}") if answer.candidate else ""
    reason = leading_text(facts, answer, language)
    texts = {
        "column": place.beside(visible(column.name), visible(column.comment)),
        "type": type_name(facts, finding.type, language) or "–",
        "category": term(facts, "categories", answer.category).rpartition("/")[2],
        "level": level_mark(facts, answer.level),
        "confidence": f"{sureness:.2f}" if (sureness := confidence(finding, answer)) else "",
        "reason": " · ".join(part for part in (candidate, reason, evidence_text(facts, finding)) if part),
    }
    for number, parts in enumerate(place.wrap([visible(texts[name]) for name in place.names])):
        at = place.names.index("level")
        if not number:
            parts[at] = paint.level(answer.level, parts[at])
        yield (_INDENT + place.join(parts)).rstrip() + "\n"


def _lifted(result: AssetResult, facts: Facts, language: str, width: int, paint: Painter) -> Iterator[str]:
    reason = lifting_text(facts, result, language)
    if reason:
        yield from _note("↑", facts.text("emit.lifted", reason=reason), width, paint)


def _mixed(row: Row, facts: Facts, language: str, width: int, paint: Painter) -> Iterator[str]:
    extra = mixed(row, facts, language)
    if extra:
        yield from _note("  ↳", f"{facts.text('emit.mixed')} {extra}", width, paint)


def _judged(row: Row, facts: Facts, language: str, width: int, paint: Painter) -> Iterator[str]:
    """What packs that disagree say, and what a person decided."""
    for text in (beside(row, facts, language), decided(row, facts)):
        if text:
            yield from _note("  ↳", text, width, paint)


def _places(
    result: AssetResult, facts: Facts, language: str, options: EmitOptions, paint: Painter
) -> Iterator[str]:
    """Where types occur in a text file: line, column, type, confidence; never what stands there."""
    if options.spans is None or result.asset.ref not in options.spans:
        return
    located, name = options.spans[result.asset.ref], visible(result.asset.name)
    places = [f"{name}:{span.line}:{span.column}" for span in located.spans]
    wide = max(map(cells, places), default=0)
    for place, span in zip(places, located.spans, strict=True):
        kind = f"{type_name(facts, span.type, language)} ({span.type})"
        yield f"{_INDENT}{padded(place, wide)}  {span.confidence:.2f}  {kind}\n"
    if located.more:
        yield paint.warn(_INDENT + facts.text("emit.more_places", count=f"{located.more:,}")) + "\n"


def _note(mark: str, text: str, width: int, paint: Painter) -> Iterator[str]:
    """``text`` behind ``mark``, going on below itself where it is wider than the terminal."""
    head = f"{_INDENT}{mark} "
    for number, line in enumerate(folded(visible(text), width - len(head))):
        yield paint.warn((" " * len(head) if number else head) + line) + "\n"


def _problems(result: AssetResult, facts: Facts, paint: Painter) -> Iterator[str]:
    for problem in result.coverage.problems:
        what, following = (visible(problem_text(facts, problem, part)) for part in ("what", "next"))
        yield paint.warn(f"{_INDENT}! {what}") + (f" → {following}" if following else "") + "\n"


def _foot(facts: Facts, paint: Painter) -> str:
    totals = facts.totals
    counts = coverage_counts(facts)
    lines = [paint.bold(facts.text("emit.coverage", **counts))]
    if totals.reasons:
        reasons = " · ".join(f"{visible(code)} {count}" for code, count in sorted(totals.reasons.items()))
        lines.append(paint.warn(facts.text("emit.reasons", reasons=reasons)))
    order = [*reversed(facts.levels), *sorted(set(totals.levels) - set(facts.levels))]
    mix = [
        f"{paint.level(name, level_mark(facts, name))} {totals.levels[name]:,}"
        for name in order
        if totals.levels.get(name)
    ]
    if mix:
        lines.append(facts.text("emit.mix", levels=" · ".join(mix)))
    lines.append(facts.text("emit.todo", **counts))
    if totals.decided or totals.pending or totals.conflicts:
        lines.append(facts.text("emit.decisions", **decision_counts(totals)))
    return "\n".join(lines) + "\n"
