"""Findings -> domain, category and level of every column and of the table, with every reason.

A column's level starts from its type, or from the rules that say what an untyped column is; floors
and raises only lift it, so the order of rules does not matter and no evidence added lowers a
level. ``important`` and ``core`` are nominated, never given. Pure: opens nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guard.model import Asset, Classification, Finding
from guard.policy.column import grade_column
from guard.policy.policy import Policy
from guard.policy.rollup import grade_table
from guard.policy.view import column_facts, view


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """One classification a column, parallel to ``asset.columns``, and one for the table."""

    columns: tuple[Classification, ...]
    table: Classification


def grade(asset: Asset, findings: Sequence[Finding], policy: Policy) -> Graded:
    """Grade ``asset`` from its findings (one a column, in order; an empty list counts as nothing found)."""
    found = findings or tuple(
        Finding(column=column.name, type=None, confidence=0.0) for column in asset.columns
    )
    if len(found) != len(asset.columns):
        raise ValueError(f"{len(found)} findings for {len(asset.columns)} columns")
    seen = view(asset, found, policy)
    columns = tuple(
        grade_column(column_facts(seen, at, policy), found[at], seen.domain, policy)
        for at in range(len(asset.columns))
    )
    return Graded(columns=columns, table=grade_table(seen, columns, policy))
