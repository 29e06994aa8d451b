"""Packs side by side, decisions of people, the audit log, and what came in bundles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXTS = ("source", "path", "column", "declared", "found", "proposed", "candidate", "type", "category")


def upgrade() -> None:
    """Add the tables and the columns."""
    for table in ("assets", "columns"):
        for name in ("opinions", "sharing", "controls", "decision"):
            op.add_column(table, sa.Column(name, sa.Text))
    _decisions()
    op.create_table(
        "audit",
        sa.Column("number", _ID, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "bundles",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("merged", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("number", _ID, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("batch", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("standing", sa.String(20), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.Column("position", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("level", "reason", "author")),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("approver", sa.Text, nullable=False),
        sa.Column("approved", sa.String(40), nullable=False),
        sa.Column("expires", sa.String(40), nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
    )
    op.create_index("decisions_of_column", "decisions", ["digest"])
    op.create_index("decisions_of_batch", "decisions", ["batch"])
