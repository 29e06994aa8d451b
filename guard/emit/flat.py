"""One column as a row of plain texts, for the formats that people open in a spreadsheet or a review."""

from __future__ import annotations

from guard.emit.options import Row
from guard.emit.record import fingerprint
from guard.model import AssetResult
from guard.sdk import Facts
from guard.sdk.display import shape
from guard.sdk.opinions import conflict_text, decision_text, opinion_short, opinion_text, standing
from guard.sdk.risk import risk
from guard.sdk.wording import (
    at_rows,
    confidence,
    evidence_text,
    leading_reason,
    leading_text,
    level_word,
    lifting_text,
    percent,
    term,
    type_name,
)

HEADERS = (
    "department", "system", "source", "asset", "comment", "column", "column_comment", "sql_type", "type",
    "type_name", "domain", "category", "level", "candidate", "personal", "sensitive", "confidence", "review",
    "reason", "evidence", "standard", "mixed", "status", "rows", "of", "fingerprint", "missed",
    "ref", "asset_level", "asset_reason", "standing", "decision", "opinions", "conflict", "sharing",
    "controls",
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
        yes(not answer.confirmable), leading_text(facts, answer, language),
        evidence_text(facts, finding), f"{why.standard} {why.clause}".strip() if why else "",
        mixed(row, facts, language),
        read.status.value, str(read.rows), "" if read.of is None else str(read.of),
        fingerprint(asset, column.name, finding.type), risk(facts, read, finding),
        asset.ref, result.table.level if result.table else "", lifting_text(facts, result, language),
        standing(answer), decision_text(facts, answer) if answer.decision else "",
        "; ".join(opinion_text(facts, one, language) for one in answer.opinions), yes(answer.conflicting),
        answer.sharing, " ".join(answer.controls),
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


def beside(row: Row, facts: Facts, language: str) -> str:
    """What the packs say where they disagree, and which counts; empty where they agree."""
    answer = row[2]
    if not answer.conflicting:
        return ""
    said = "; ".join(opinion_short(facts, one, language) for one in answer.opinions)
    conflict = conflict_text(facts, answer)
    return f"{said} · {conflict}" if conflict else said


def decided(row: Row, facts: Facts) -> str:
    """What a person decided, or that a decision waits; empty where the answer is only proposed."""
    return "" if standing(row[2]) == "proposed" else decision_text(facts, row[2])


def level_mark(facts: Facts, level: str) -> str:
    """A level as word and shape: ``L4 ◆``."""
    return f"{level_word(facts, level)} {shape(level, facts.levels)}"


def yes(answer: bool) -> str:
    """``yes`` or ``no``, for machines and spreadsheets alike."""
    return "yes" if answer else "no"
