"""The one record structure behind json, jsonl, csv and md; described by ``schema.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from guard.emit.options import Row, Spans
from guard.model import (
    Asset,
    AssetResult,
    Classification,
    Decided,
    Evidence,
    Mixed,
    Opinion,
    PackInfo,
    Problem,
    Reason,
    Run,
    Span,
    Totals,
)
from guard.sdk import Facts
from guard.sdk.display import UNSEEN
from guard.sdk.opinions import standing
from guard.sdk.risk import missed
from guard.sdk.wording import confidence, problem_text

SCHEMA = "guard.findings/1"
Record = dict[str, Any]


def json_schema() -> Record:
    """The JSON Schema of what the json and jsonl formats write (``guard config schema findings``)."""
    document: Record = json.loads(files("guard.emit").joinpath("schema.json").read_text("utf-8"))
    return document


def fingerprint(asset: Asset, column: str, type_id: str | None) -> str:
    """SHA-256, in hex, of source, path, column and type: no value, no line number, stable between runs."""
    identity = json.dumps([asset.ref, column, type_id or ""])
    return hashlib.sha256(identity.encode("ascii")).hexdigest()


def compact(record: Record | list[str]) -> str:
    """``record`` as one line of JSON that encodes as UTF-8 and holds no unseen character raw."""
    text = json.dumps(record, ensure_ascii=False, separators=(", ", ": "), allow_nan=False, default=str)
    return UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def column_record(result: AssetResult, row: Row) -> Record:
    """Everything known about one column."""
    column, finding, answer = row
    asset = result.asset
    return {
        "record": "column",
        "source": asset.source,
        "asset": asset.ref,
        "path": list(asset.path),
        "column": column.name,
        "position": column.position,
        "id": column.id,
        "sql_type": column.type,
        "comment": column.comment,
        "type": finding.type,
        **answer_record(answer),
        "confidence": round(confidence(finding, answer), 4),
        "type_confidence": round(finding.confidence, 4),
        "evidence": [_evidence(item) for item in finding.evidence],
        "alternatives": [
            {"type": name, "confidence": round(value, 4)} for name, value in finding.alternatives
        ],
        "mixed": [_mixed(item) for item in finding.mixed],
        "missed": missed(result.coverage, finding),
        "flags": list(finding.shape.flags) if finding.shape else [],
        "coverage": _read(result),
        "fingerprint": fingerprint(asset, column.name, finding.type),
    }


def span_records(result: AssetResult, row: Row, spans: Spans | None = None) -> Iterator[Record]:
    """Of a text file where types occur, of any other column in how many rows; never what stands there."""
    column, finding, _ = row
    asset = result.asset
    place = {"source": asset.source, "asset": asset.ref, "path": list(asset.path), "column": column.name}
    if spans is not None and asset.ref in spans:
        for span in spans[asset.ref].spans:
            yield {"record": "span", **place, **_span(span)}
        return
    for item in finding.mixed:
        yield {"record": "span", **place, **_mixed(item)}


def asset_record(result: AssetResult, facts: Facts) -> Record:
    """One asset: what it is, its rolled-up level, and how much of it was read."""
    asset = result.asset
    problems = [_problem(item, facts) for item in result.coverage.problems]
    return {
        "record": "asset",
        "source": asset.source,
        "asset": asset.ref,
        "path": list(asset.path),
        "kind": asset.kind.value,
        "comment": asset.comment,
        "department": asset.department,
        "system": asset.system,
        "columns": len(asset.columns),
        **(answer_record(result.table) if result.table else {}),
        "coverage": _read(result) | {"problems": problems},
        "location": result.location,
    }


def run_record(run: Run, totals: Totals, packs: Sequence[PackInfo] = ()) -> Record:
    """The run, its roll-up, and the packs that grade."""
    facts = {name: getattr(run, name) for name in ("id", "status", "started", "finished", "version", "pack")}
    return {
        "record": "run",
        **facts,
        "policy": run.policy,
        "scope": dict(run.scope),
        "totals": totals_record(totals),
        "packs": [_pack(info) for info in packs],
    }


def totals_record(totals: Totals) -> Record:
    """Counts of assets by status, columns by level, and skips by reason."""
    names: tuple[str, ...] = ("assets", "scanned", "sampled", "skipped", "columns", "candidates", "review")
    names = (*names, "candidate_tables", "decided", "pending", "conflicts")
    counts = {name: getattr(totals, name) for name in names}
    return counts | {"levels": dict(totals.levels), "reasons": dict(totals.reasons)}


def answer_record(answer: Classification) -> Record:
    """What was answered of a column or asset, by whom, and what each pack said."""
    return {
        "domain": answer.domain,
        "category": answer.category,
        "level": answer.level,
        "candidate": answer.candidate or None,
        "important_candidate": bool(answer.candidate),
        "personal": answer.personal,
        "sensitive": answer.sensitive,
        "auto": answer.confirmable,
        "review": answer.review or None,
        "reasons": [_reason(item) for item in answer.reasons],
        "opinions": [_opinion(item) for item in answer.opinions],
        "conflict": answer.conflicting,
        "sharing": answer.sharing or None,
        "controls": list(answer.controls),
        "standing": standing(answer),
        "decision": _decision(answer.decision) if answer.decision else None,
    }


def _opinion(opinion: Opinion) -> Record:
    names = ("pack", "level", "mapped", "standard", "clause", "certainty", "category", "sensitive")
    return {name: getattr(opinion, name) for name in names} | {"rules": list(opinion.rules)}


def _decision(decision: Decided) -> Record:
    names = ("id", "act", "by", "at", "reason", "approver", "expires", "proposed", "note")
    return {name: getattr(decision, name) for name in names}


def _pack(info: PackInfo) -> Record:
    names = ("id", "version", "standard", "certainty", "status", "effective", "until", "digest")
    levels = [
        {"id": level, "name": dict(name), "maps": info.maps.get(level, "")}
        for level, name in info.levels.items()
    ]
    texts = {"name": dict(info.name), "note": dict(info.note)}
    return {name: getattr(info, name) for name in names} | texts | {"levels": levels}


def _reason(reason: Reason) -> Record:
    names = ("rule", "effect", "standard", "clause", "certainty", "level")
    return {name: getattr(reason, name) for name in names} | {"params": dict(reason.params)}


def _evidence(item: Evidence) -> Record:
    counts = {} if item.total is None else {"hits": item.hits, "total": item.total}
    return {
        "kind": item.kind,
        "type": item.type,
        "detail": item.detail,
        "weight": round(item.weight, 3),
    } | counts


def _mixed(item: Mixed) -> Record:
    record = {
        "type": item.type,
        "hits": item.hits,
        "total": item.total,
        "share": round(item.share, 6),
        "embedded": item.embedded,
    }
    return record | ({"rows": list(item.rows)} if item.rows else {})


def _span(span: Span) -> Record:
    return {
        "type": span.type,
        "start": span.start,
        "end": span.end,
        "line": span.line,
        "line_column": span.column,
        "confidence": round(span.confidence, 4),
    }


def _problem(problem: Problem, facts: Facts) -> Record:
    texts = {"what": problem_text(facts, problem), "next": problem_text(facts, problem, "next")}
    return {"code": problem.code, "path": list(problem.path), "params": dict(problem.params)} | texts


def _read(result: AssetResult) -> Record:
    read = result.coverage
    return {
        "status": read.status.value,
        "rows": read.rows,
        "of": read.of,
        "basis": read.basis,
        "incomplete": read.incomplete,
    }
