"""The rows of the workbook as plain texts: one a column, one an asset."""

from __future__ import annotations

from collections.abc import Iterator

from guard.sdk import AssetResult, Classification, Column, DataType, Facts, Finding
from guard.sdk.display import shape
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
    return next((one for one in made if one.casefold() != kind.masked_example.casefold()), "")


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


def _categories(facts: Facts, answer: Classification) -> Texts:
    parts = term(facts, "categories", answer.category).split("/", 3)
    return {f"category_{number}": part.strip() for number, part in enumerate(parts, 1)}
