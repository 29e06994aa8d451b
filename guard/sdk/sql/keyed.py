"""What the databases without TABLESAMPLE share: tables by ranges of a key, views by a window."""

from __future__ import annotations

from collections.abc import Iterator

from guard.sdk.connector import Budget
from guard.sdk.sql.connector import SqlConnector
from guard.sdk.sql.reading import Reading, Rows
from guard.sdk.sql.sampling import keyed_preview, keyed_rows
from guard.sdk.sql.session import Session
from guard.sdk.sql.table import Table
from guard.sdk.sql.views import view_preview, view_rows


class KeyedConnector(SqlConnector):
    """A database whose tables are sampled by ranges of an integer key, where there is one."""

    def rows(self, session: Session, table: Table, parts: dict[str, object], reading: Reading) -> Rows:
        """Random rows of a table by its key, or a random share without one; of a view, by a window."""
        if table.form != "table":
            return (yield from view_rows(self.dialect, session, reading, parts))
        return (yield from keyed_rows(self.dialect, session, reading, parts, self._key(table)))

    def preview(
        self,
        session: Session,  # noqa: ARG002
        table: Table,
        parts: dict[str, object],
        budget: Budget,
    ) -> Iterator[str]:
        """The statements that may read ``table``."""
        if table.form != "table":
            yield from view_preview(self.dialect, parts, budget.rows)
        else:
            yield from keyed_preview(self.dialect, parts, self._key(table), budget.rows)

    def _key(self, table: Table) -> str:
        return self.dialect.name(table.key) if table.key else ""
