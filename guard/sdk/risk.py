"""What a scan can have missed in a column, as a figure and in words."""

from __future__ import annotations

from guard.model import AssetResult, Coverage, Finding, Status
from guard.sdk.report import Facts
from guard.sdk.wording import percent

_FIRST_ROWS = "not-random"


def missed(read: Coverage, finding: Finding) -> float | None:
    """The probability that a type present in 1 % of all rows was in none of the rows read.

    0 where every row was read; None where no value was, or where the rows were the first ones
    and no random choice, so that no probability can be given.
    """
    if finding.missed is None or not _values(read):
        return None
    if read.status is Status.SCANNED:
        return 0.0
    return None if _first_rows(read) else finding.missed


def risk(facts: Facts, read: Coverage, finding: Finding) -> str:
    """``missed`` in words: how sure "nothing found" is; empty where nothing was to be read or all was."""
    if read.status is Status.SKIPPED or read.basis == "metadata":
        return ""
    if not read.rows:
        return facts.text("emit.risk.unread")
    if read.status is Status.SCANNED:
        return ""
    if _first_rows(read):
        return facts.text("emit.risk.first")
    if finding.missed is None:
        return ""
    return facts.text("emit.risk.share", missed=percent(finding.missed))


def read_text(facts: Facts, result: AssetResult, finding: Finding | None = None) -> str:
    """How much of an asset was read and, of a sample, what the column of ``finding`` (default: its worst)
    can hide."""
    read = result.coverage
    if names_only(read):
        return facts.text("emit.read.metadata")
    if read.status is not Status.SKIPPED and not read.rows:
        return facts.text("emit.risk.unread")
    of = "?" if read.of is None else f"{read.of:,}"
    text = facts.text(f"emit.read.{read.status.value}", rows=f"{read.rows:,}", of=of)
    hidden = risk(facts, read, finding) if finding is not None else asset_risk(facts, result)
    return facts.text("emit.read.with_risk", read=text, risk=hidden) if hidden else text


def names_only(read: Coverage) -> bool:
    """Whether an asset was judged by names and comments alone."""
    return read.status is not Status.SKIPPED and read.basis == "metadata"


def coverage_counts(facts: Facts) -> dict[str, str]:
    """Counts for a coverage sentence: ``sampled`` leaves out what was judged by names, which is ``named``.

    Reads all results; of filtered facts those of the whole run. ``named`` is empty where there is none.
    """
    totals = facts.totals
    results = getattr(facts, "whole", facts).results() if totals.sampled or totals.scanned else ()
    named = {"scanned": 0, "sampled": 0}
    for result in results:
        if names_only(result.coverage):
            named[result.coverage.status.value] += 1
    names = ("assets", "scanned", "sampled", "skipped", "columns", "candidates", "candidate_tables", "review")
    counts = {name: f"{getattr(totals, name) - named.get(name, 0):,}" for name in names}
    total = sum(named.values())
    return counts | {"named": f"{total:,}" if total else ""}


def asset_risk(facts: Facts, result: AssetResult) -> str:
    """``risk`` of the column of an asset of which the fewest rows were read."""
    known = [one for one in result.findings if one.missed is not None]
    worst = max(known, key=lambda one: one.missed or 0.0, default=None)
    if worst is None:
        worst = next(iter(result.findings), None)
    return risk(facts, result.coverage, worst) if worst else ""


def _values(read: Coverage) -> bool:
    return bool(read.rows) and read.basis != "metadata" and read.status is not Status.SKIPPED


def _first_rows(read: Coverage) -> bool:
    return any(problem.code == _FIRST_ROWS for problem in read.problems)
