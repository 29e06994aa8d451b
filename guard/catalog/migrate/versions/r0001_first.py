"""The first tables: runs, units, assets, columns, and the key for keyed digests."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _classification() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("domain", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("candidate", sa.Text),
        sa.Column("personal", sa.Boolean),
        sa.Column("sensitive", sa.Boolean),
        sa.Column("confirmable", sa.Boolean),
        sa.Column("review", sa.Text),
        sa.Column("level_confidence", sa.Float),
        sa.Column("reasons", sa.Text),
    )


def upgrade() -> None:
    """Create the tables."""
    meta = op.create_table(
        "meta",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.bulk_insert(meta, [{"key": "digest-key", "value": secrets.token_hex(32)}])
    _runs()
    _assets()
    op.create_table(
        "columns",
        sa.Column("asset", _ID, sa.ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("nullable", sa.Boolean, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("dictionary_id", sa.Text),
        sa.Column("found", sa.Text),
        sa.Column("confidence", sa.Float),
        sa.Column("missed", sa.Float),
        sa.Column("evidence", sa.Text),
        *_classification(),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", _ID, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("started", sa.String(40), nullable=False),
        sa.Column("finished", sa.String(40), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("pack", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
    )
    op.create_table(
        "units",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("run", _ID, sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.UniqueConstraint("run", "digest", name="units_once"),
    )


def _assets() -> None:
    op.create_table(
        "assets",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("run", _ID, sa.ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
        sa.Column("unit", _ID, sa.ForeignKey("units.id", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("order_key", sa.LargeBinary, nullable=False),
        sa.Column("unit_name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger),
        sa.Column("bytes", sa.BigInteger),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("basis", sa.String(20), nullable=False),
        sa.Column("incomplete", sa.Boolean, nullable=False),
        sa.Column("read_rows", sa.BigInteger, nullable=False),
        sa.Column("of_rows", sa.BigInteger),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
        *_classification(),
    )
    op.create_index("assets_in_order", "assets", ["run", "order_key", "id"])
    op.create_index("assets_of_unit", "assets", ["unit"])
    op.create_index("assets_by_digest", "assets", ["run", "digest"])
