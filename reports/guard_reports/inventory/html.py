"""The page: one file, no request, readable without scripts, written asset by asset."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from guard.sdk import Classification, Facts, Status
from guard.sdk.display import shape, visible
from guard.sdk.opinions import (
    conflict_text,
    decider_text,
    deciding,
    decision_counts,
    decision_text,
    note_text,
    opinion_level,
    pack_name,
    sharing_text,
    standing_mark,
)
from guard.sdk.risk import asset_risk, coverage_counts, names_only, read_text, risk
from guard.sdk.whole import whole
from guard.sdk.wording import (
    at_rows,
    confidence,
    evidence_text,
    gives_level,
    leading_text,
    level_word,
    lifting_reasons,
    percent,
    problem_text,
    reason_text,
    review_text,
    sure,
    term,
    told,
    type_name,
)
from guard_reports.inventory.facts import overview
from guard_reports.inventory.picture import ROW, bars

_OPEN = "undetermined"
_MOST = 2_000  # columns with conflicts that the page lists; the workbook lists all
_BIG = 20_000  # columns from which what the legend says anyway is not repeated on each row


def write(facts: Facts, path: Path, language: str) -> None:
    """Write the page to ``path`` in ``language``."""
    page = _environment(facts, language).from_string(_part("page.html"))
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(page.generate(**_context(facts, language)))


def _part(name: str) -> str:
    return files("guard_reports.inventory").joinpath(name).read_text("utf-8")


def _environment(facts: Facts, language: str) -> Environment:
    made = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, finalize=_finalize
    )
    made.globals.update(
        t=lambda key, **params: facts.text(f"reports.inventory.{key}", **params),
        type_name=lambda name: type_name(facts, name, language),
        level_word=lambda level: level_word(facts, level),
        shape=lambda level: shape(level, facts.levels),
        rank=lambda level: f"l{facts.levels.index(level)}" if level in facts.levels else "lu",
        at_rows=lambda item: at_rows(facts, item),
        term=lambda area, word: term(facts, area, word),
        reason=lambda one: reason_text(facts, one, language),
        told=told,
        gives_level=gives_level,
        lifting=lambda result: lifting_reasons(facts, result),
        names_only=lambda result: names_only(result.coverage),
        evidence=lambda one: evidence_text(facts, one),
        kind=lambda one: facts.text(f"emit.evidence.{one}"),
        mark=lambda one: _or(facts.text(f"reports.inventory.certainty.{one}"), one),
        review=lambda one: review_text(facts, one),
        problem=lambda one, part="what": problem_text(facts, one, part),
        clause=lambda one: " ".join(part for part in (one.standard, one.clause) if part),
        leading=lambda answer: leading_text(facts, answer, language),
        percent=percent,
        sure=sure,
        confidence=confidence,
        read=lambda result: read_text(facts, result),
        risk=lambda result, one: risk(facts, result.coverage, one),
        asset_risk=lambda result: asset_risk(facts, result),
        rows=_rows,
        standing=lambda answer: standing_mark(facts, answer),
        decision=lambda answer: decision_text(facts, answer),
        conflict=lambda answer: conflict_text(facts, answer),
        sharing=lambda answer: sharing_text(facts, answer),
        deciding=deciding,
        decider=lambda answer: decider_text(facts, answer),
        note=lambda one: note_text(facts, one),
        opinion_level=lambda one: opinion_level(facts, one, language),
        pack_name=lambda info: pack_name(info, language),
        conflicts=lambda: islice(_conflicts(facts), _MOST),
    )
    return made


def _or(text: str, otherwise: str) -> str:
    return otherwise if text.startswith("reports.inventory.") else text


def _finalize(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _context(facts: Facts, language: str) -> dict[str, Any]:
    view = overview(facts)
    counts = coverage_counts(facts)
    order = (*reversed(facts.levels), _OPEN)
    used = tuple(level for level in order if view.whole.levels[level])
    style, script = _part("page.css"), _part("page.js")
    # Jinja's own escaping would break a style or a script; both are this package's files, never data.
    return {
        "language": "zh-CN" if language == "zh" else "en",
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "policy": f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        "run": facts.run,
        "totals": facts.totals,
        "big": facts.totals.columns > _BIG,
        "view": view,
        "counts": counts,
        "partly": int(counts["sampled"].replace(",", "")),
        "known_read": max(facts.totals.assets - facts.totals.skipped - view.named, 0),
        "l3": view.at_least("L3") if "L3" in facts.levels else 0,
        "order": used,
        "levels": facts.levels,
        "bars": bars(view, used, facts),
        "row_height": ROW,
        "results": facts.results,
        "packs": facts.packs,
        "most": _MOST,
        "short": "zh" if language == "zh" else "en",
        "decisions": facts.text("emit.decisions", **decision_counts(facts.totals)),
        "skipped": Status.SKIPPED,
        "sampled": Status.SAMPLED,
    }


def _conflicts(facts: Facts) -> Iterator[tuple[str, Classification]]:
    """Where packs disagree: the column as ``source / path / column``, and its answer."""
    for result in facts.results():
        parts = (result.asset.source, *result.asset.path)
        for column, answer in zip(result.asset.columns, result.classifications, strict=False):
            if answer.conflicting:
                yield " / ".join((*parts, column.name)), answer


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _rows(result: Any) -> Iterator[tuple[Any, Any, Classification]]:
    return zip(result.asset.columns, result.findings, result.classifications, strict=False)
