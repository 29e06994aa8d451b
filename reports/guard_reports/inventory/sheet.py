"""The rows of the workbook as plain texts: one a column, one an asset."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from guard.sdk import AssetResult, Classification, Column, DataType, Facts, Finding, PackInfo
from guard.sdk.display import shape
from guard.sdk.opinions import (
    conflict_text,
    decider_text,
    deciding,
    decision_text,
    opinion_level,
    opinion_text,
    pack_name,
    sharing_text,
    standing_mark,
)
from guard.sdk.risk import asset_risk, names_only, risk
from guard.sdk.wording import (
    at_rows,
    basis,
    confidence,
    level_word,
    lifting_text,
    percent,
    problem_text,
    reason_text,
    sure,
    term,
    told,
    type_name,
)

Texts = dict[str, str | int]


def column_rows(facts: Facts, result: AssetResult, language: str) -> Iterator[Texts]:
    """The list's texts for each column of one asset, by the ids of report.yaml."""
    asset = result.asset
    place: Texts = {
        "department": asset.department,
        "system": asset.system,
        "source": asset.source,
        "schema": "/".join(asset.path[:-1]),
        "table": asset.name,
        "table_comment": asset.comment,
        "asset_level": _level(facts, result.table.level) if result.table else "",
        "asset_why": lifting_text(facts, result, language),
        "version": " ".join(part for part in (facts.run.pack, facts.run.policy[-12:]) if part),
    }
    for column, finding, answer in zip(asset.columns, result.findings, result.classifications, strict=False):
        yield (
            place
            | _column(column)
            | _finding(facts, finding, language)
            | _answer(facts, finding, answer, language)
            | _judged(facts, answer, language)
            | {"missed": risk(facts, result.coverage, finding)}
        )


def asset_row(facts: Facts, result: AssetResult) -> Texts:
    """The coverage sheet's texts of one asset."""
    asset, read = result.asset, result.coverage
    status = "metadata" if names_only(read) else read.status.value
    return {
        "department": asset.department,
        "source": asset.source,
        "schema": "/".join(asset.path[:-1]),
        "table": asset.name,
        "kind": facts.text(f"reports.inventory.kinds.{asset.kind.value}"),
        "columns": len(asset.columns),
        "status": facts.text(f"reports.inventory.statuses.{status}"),
        "rows": read.rows,
        "of": "" if read.of is None else read.of,
        "missed": asset_risk(facts, result),
        "code": "; ".join(problem.code for problem in read.problems),
        "what": "; ".join(problem_text(facts, problem) for problem in read.problems),
        "next": "; ".join(filter(None, (problem_text(facts, problem, "next") for problem in read.problems))),
    }


def _level(facts: Facts, level: str) -> str:
    return f"{level_word(facts, level)} {shape(level, facts.levels)}"


def _column(column: Column) -> Texts:
    return {"column": column.name, "column_comment": column.comment, "sql_type": column.type}


def _finding(facts: Facts, finding: Finding, language: str) -> Texts:
    kind = facts.types.get(finding.type or "")
    mixed = [
        f"{type_name(facts, m.type, language)} {percent(m.share)}{at_rows(facts, m)}" for m in finding.mixed
    ]
    in_name = (type_name(facts, kind, language) for kind in finding.name_values)
    mixed += [facts.text("emit.in_name", type=name) for name in in_name]
    return {
        "feature": type_name(facts, finding.type, language),
        "example_1": kind.masked_example if kind else "",
        "example_2": _second(kind) if kind else "",
        "mixed": "; ".join(mixed),
    }


def _second(kind: DataType) -> str:
    """Another synthetic sample of the type under the same mask, where the mask only hides characters.

    The mask is read off ``example`` and ``masked_example``: a sample of the same length is starred
    at the same places. Empty where the type gives no second sample.
    """
    if len(kind.example) != len(kind.masked_example) or "*" not in kind.masked_example:
        return ""
    fits = (one for one in kind.samples_true if len(one) == len(kind.example))
    pairs = (zip(kind.masked_example, one, strict=True) for one in fits)
    made = ("".join("*" if hide == "*" else seen for hide, seen in pair) for pair in pairs)
    return next((one for one in made if _shape(one) != _shape(kind.masked_example)), "")


def _shape(sample: str) -> str:
    """What tells samples apart for a reader: not their case, nor full from half width."""
    return unicodedata.normalize("NFKC", sample).casefold()


def _answer(facts: Facts, finding: Finding, answer: Classification, language: str) -> Texts:
    def words(flag: bool) -> str:
        return facts.text(f"reports.inventory.values.{'yes' if flag else 'no'}")

    known = answer.level in facts.levels
    step = sure(confidence(finding, answer)) if known else "low"
    clauses = dict.fromkeys(basis(reason) for reason in answer.reasons if reason.standard)
    params = {key: str(value) for reason in answer.reasons for key, value in reason.params.items()}
    why = (reason_text(facts, reason, language) for reason in told(answer.reasons))
    candidate = f"reports.inventory.candidate.{answer.candidate}"
    return _categories(facts, answer) | {
        "personal": words(answer.personal),
        "sensitive": words(answer.sensitive),
        "object": term(facts, "impacts", params.get("impact_object", "")),
        "degree": term(facts, "impacts", params.get("impact_degree", "")),
        "level": _level(facts, answer.level),
        "basis": "; ".join(clauses),
        "rules": "; ".join(dict.fromkeys(reason.rule for reason in answer.reasons)),
        "confidence": facts.text(f"reports.inventory.sure.{step}"),
        "review": words(not answer.confirmable),
        "domain": term(facts, "domains", answer.domain),
        "candidate": facts.text(candidate) if answer.candidate else "",
        "why": "; ".join(dict.fromkeys(why)),
    }


def _judged(facts: Facts, answer: Classification, language: str) -> Texts:
    """Who decided, what each pack says, and what is asked for beyond the level."""
    decision = answer.decision
    made: Texts = {
        "standing": standing_mark(facts, answer),
        "decision": decision_text(facts, answer) if decision else "",
        "reviewer": " / ".join(filter(None, (decision.by, decision.approver))) if decision else "",
        "reviewed": decision.at[:10] if decision else "",
        "opinions": "; ".join(opinion_text(facts, one, language) for one in answer.opinions),
        "conflict": conflict_text(facts, answer) or _agreed(facts, answer),
        "sharing": sharing_text(facts, answer),
        "controls": " ".join(answer.controls),
    }
    levels: Texts = {f"pack:{one.pack}": opinion_level(facts, one, language) for one in answer.opinions}
    return made | levels


def _agreed(facts: Facts, answer: Classification) -> str:
    """That packs disagree though none of them decides: a person did, or none stands for a common level."""
    return facts.text("reports.inventory.conflict.other") if answer.conflicting else ""


def conflict_rows(facts: Facts, result: AssetResult, language: str) -> Iterator[Texts]:
    """The texts of each column on which packs disagree: what each says, which counts, by which rules."""
    asset = result.asset
    for column, answer in zip(asset.columns, result.classifications, strict=False):
        if not answer.conflicting:
            continue
        place: Texts = {
            "": answer.level,
            "department": asset.department,
            "source": asset.source,
            "schema": "/".join(asset.path[:-1]),
            "table": asset.name,
            "column": column.name,
            "level": _level(facts, answer.level),
            "deciding": decider_text(facts, answer),
            "rules": "; ".join(dict.fromkeys(rule for one in deciding(answer) for rule in one.rules)),
        }
        yield place | _judged(facts, answer, language)


def pack_row(facts: Facts, info: PackInfo, language: str) -> Texts:
    """The texts of one pack in use; its mark with its meaning, its standing as shape and word."""
    mark = facts.text(f"reports.inventory.certainty.{info.certainty}") if info.certainty else ""
    known = not mark.startswith("reports.")
    levels = (_level_of(info, level, language) for level in info.levels)
    return {
        "pack": info.id,
        "pack_name": pack_name(info, language),
        "pack_version": info.version,
        "standard": info.standard,
        "certainty": f"{info.certainty}: {mark}" if mark and known else info.certainty,
        "pack_status": facts.text(f"reports.inventory.pack_status.{info.status}"),
        "effective": info.effective,
        "until": info.until,
        "note": info.note.get(language, ""),
        "pack_levels": "; ".join(levels),
        "digest": info.digest,
    }


def _level_of(info: PackInfo, level: str, language: str) -> str:
    """One level of a pack: its id, its name, the common level where that is another."""
    name, common = info.levels[level].get(language, level), info.maps.get(level, level)
    word = name if name.startswith(level) else f"{level} {name}"
    return f"{word}{f' = {common}' if common != level else ''}"


def _categories(facts: Facts, answer: Classification) -> Texts:
    parts = term(facts, "categories", answer.category).split("/", 3)
    return {f"category_{number}": part.strip() for number, part in enumerate(parts, 1)}
