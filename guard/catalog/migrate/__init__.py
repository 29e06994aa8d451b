"""Brings a catalogue to this version's tables, in one transaction, when it is opened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from guard.catalog.tables import metadata
from guard.model import RefusedError, UsageError

VERSION_TABLE = "guard_schema"
REVISIONS = ("0001", "0002")
HEAD = REVISIONS[-1]
_LOCK = 7_310_562_844  # any number, the same in every guard: PostgreSQL's advisory lock


def revision(connection: Connection) -> str:
    """The stored revision; empty where there are no tables of ours yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - ours
    return str(found or "")


def upgrade(connection: Connection, place: str) -> None:
    """Create or upgrade the tables within the caller's write transaction.

    Raises RefusedError ``catalog-newer``; UsageError ``catalog-foreign`` for somebody else's database.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    found = revision(connection)
    if found == HEAD:
        return
    if found and found not in REVISIONS:
        raise RefusedError("catalog-newer", catalog=place, found=found, known=HEAD)
    if not found:
        _refuse_foreign(connection, place)
    _run(connection)


def _refuse_foreign(connection: Connection, place: str) -> None:
    there = set(inspect(connection).get_table_names())
    ours = there if connection.dialect.name == "sqlite" else there & set(metadata.tables)
    if ours:
        raise UsageError("catalog-foreign", catalog=place)


def _run(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(
        str(Path(__file__).parent), version_locations=[str(Path(__file__).parent / "versions")]
    )
    with EnvironmentContext(
        Config(),
        script,
        fn=lambda current, _context: script._upgrade_revs(HEAD, current),
    ) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
        environment.run_migrations()
