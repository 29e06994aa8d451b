"""Tables that are nominated for important or core themselves, not through one of their columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, exists

from guard.catalog.tables import assets, columns
from guard.model import AssetResult


def nominated_table() -> Any:
    """The condition on ``assets``: a nomination that no column carries and that is not the level already."""
    carried = exists().where(columns.c.asset == assets.c.id, columns.c.candidate == assets.c.candidate)
    return and_(assets.c.candidate != "", assets.c.candidate != assets.c.level, ~carried)


def is_nominated(result: AssetResult) -> bool:
    """The same of a result in memory."""
    table = result.table
    if table is None or not table.candidate or table.candidate == table.level:
        return False
    return all(answer.candidate != table.candidate for answer in result.classifications)
