"""One column as a row of plain texts, for the formats that people open in a spreadsheet or a review."""

from __future__ import annotations

from guard.emit.options import Row
from guard.emit.record import fingerprint
from guard.model import AssetResult
from guard.sdk import Facts
from guard.sdk.display import shape
from guard.sdk.risk import risk
from guard.sdk.wording import (
    at_rows,
    confidence,
    evidence_text,
    leading_reason,
    level_word,
    lifting_text,
    percent,
    reason_text,
    term,
    type_name,
)

HEADERS = (
    "department", "system", "source", "asset", "comment", "column", "column_comment", "sql_type", "type",
    "type_name", "domain", "category", "level", "candidate", "personal", "sensitive", "confidence", "review",
    "reason", "evidence", "standard", "mixed", "status", "rows", "of", "fingerprint", "missed",
    "ref", "asset_level", "asset_reason",
)  # fmt: skip


def flat(result: AssetResult, row: Row, facts: Facts, language: str) -> tuple[str, ...]:
    """The texts of one column in the order of ``HEADERS``; ids stay ids, names are in ``language``."""
    column, finding, answer = row
    asset, read = result.asset, result.coverage
    why = leading_reason(answer)
    return (
        asset.department, asset.system, asset.source, "/".join(asset.path), asset.comment,
        column.name, column.comment, column.type,
        finding.type or "", type_name(facts, finding.type, language),
        term(facts, "domains", answer.domain), term(facts, "categories", answer.category), answer.level,
        answer.candidate, yes(answer.personal), yes(answer.sensitive), f"{confidence(finding, answer):.2f}",
        yes(not answer.confirmable), reason_text(facts, why, language) if why else "",
        evidence_text(facts, finding), f"{why.standard} {why.clause}".strip() if why else "",
        mixed(row, facts, language),
        read.status.value, str(read.rows), "" if read.of is None else str(read.of),
        fingerprint(asset, column.name, finding.type), risk(facts, read, finding),
        asset.ref, result.table.level if result.table else "", lifting_text(facts, result, language),
    )  # fmt: skip


def mixed(row: Row, facts: Facts, language: str) -> str:
    """The minority contents of a column with their shares, and what its name is a value of, in words;
    empty where there are none."""
    items = [
        f"{type_name(facts, m.type, language)} {percent(m.share)} ({m.hits}/{m.total}){at_rows(facts, m)}"
        for m in row[1].mixed
    ]
    items += [
        facts.text("emit.in_name", type=type_name(facts, kind, language)) for kind in row[1].name_values
    ]
    return "; ".join(items)


def level_mark(facts: Facts, level: str) -> str:
    """A level as word and shape: ``L4 ◆``."""
    return f"{level_word(facts, level)} {shape(level, facts.levels)}"


def yes(answer: bool) -> str:
    """``yes`` or ``no``, for machines and spreadsheets alike."""
    return "yes" if answer else "no"
