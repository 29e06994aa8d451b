"""From columns to the table and from tables to the source: the highest level wins, then table rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from guard.model import UNDETERMINED, Classification, Reason
from guard.policy.column import Applied, lifted, reasons_of
from guard.policy.policy import Policy
from guard.policy.view import TableView

_STANDARD, _CLAUSE, _CERTAINTY = "GB/T 43697-2024", "6.6", "M-h"


def grade_table(seen: TableView, columns: Sequence[Classification], policy: Policy) -> Classification:
    """The table's level: the highest of its columns, then the rules on combinations and volume."""
    applied = Applied(policy.table_rules, seen.table)
    highest = policy.higher(*(item.level for item in columns))
    level = lifted(highest, applied, policy)
    secret = "secret" in applied.words("scope") or any(item.review == "scope-secret" for item in columns)
    candidate = policy.higher(*applied.words("candidate"), *(item.candidate for item in columns))
    open_columns = sum(item.level == UNDETERMINED for item in columns)
    asked = applied.words("review")
    reviews = [*asked, *(item.review for item in columns if item.review)]
    return Classification(
        domain=seen.domain.domain or _most(item.domain for item in columns) or policy.base.default_domain,
        category=_leading(columns, policy),
        level=UNDETERMINED if secret or not level else level,
        reasons=(
            _maximum("table-maximum", highest, len(columns), open_columns),
            *reasons_of(applied, seen.table),
        ),
        candidate=candidate,
        personal=any(item.personal for item in columns),
        sensitive=applied.sensitive or any(item.sensitive for item in columns),
        confirmable=not reviews and not candidate and not secret,
        review=_first(asked or reviews, secret=secret, candidate=candidate),
        confidence=min((item.confidence for item in columns if item.level == highest), default=0.0),
        sharing=policy.sharing_of(level, (*(item.sharing for item in columns), *applied.words("sharing"))),
        controls=tuple(sorted({*applied.controls, *(name for item in columns for name in item.controls)})),
    )


def rollup(tables: Iterable[Classification], policy: Policy) -> Classification:
    """The source's classification from those of its tables: the maximum, and what is open."""
    items = tuple(tables)
    level = policy.higher(*(item.level for item in items))
    secret = any(item.review == "scope-secret" for item in items)
    candidate = policy.higher(*(item.candidate for item in items))
    reviews = [item.review for item in items if item.review]
    open_tables = sum(item.level == UNDETERMINED for item in items)
    return Classification(
        domain=_most(item.domain for item in items) or policy.base.default_domain,
        category=_leading(items, policy),
        level=UNDETERMINED if secret or not level else level,
        reasons=(_maximum("source-maximum", level, len(items), open_tables),),
        candidate=candidate,
        personal=any(item.personal for item in items),
        sensitive=any(item.sensitive for item in items),
        confirmable=not reviews and not candidate,
        review=_first(reviews, secret=secret, candidate=candidate),
        confidence=min((item.confidence for item in items if item.level == level), default=0.0),
    )


def _maximum(rule: str, level: str, of: int, undetermined: int) -> Reason:
    return Reason(
        rule=rule,
        effect="level",
        standard=_STANDARD,
        clause=_CLAUSE,
        certainty=_CERTAINTY,
        level=level or UNDETERMINED,
        params={"of": of, "undetermined": undetermined},
    )


def _most(words: Iterable[str]) -> str:
    counted = Counter(word for word in words if word)
    return max(counted, key=lambda word: (counted[word], word)) if counted else ""


def _leading(items: Sequence[Classification], policy: Policy) -> str:
    """The category of the highest level; the most common of them where several share it."""
    top = policy.higher(*(item.level for item in items))
    return _most(item.category for item in items if item.level == top) or _most(
        item.category for item in items
    )


def _first(reviews: Sequence[str], *, secret: bool, candidate: str) -> str:
    if secret:
        return "scope-secret"
    if candidate:
        return "candidate"
    return _most(reviews)
