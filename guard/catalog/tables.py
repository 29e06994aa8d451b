"""The catalogue's tables. They hold names, counts and reasons, never a sampled value."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_ORDER_BYTES = 1000  # an index entry of PostgreSQL ends at about 2,700 bytes
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = "\\j"


class SafeText(TypeDecorator[str]):
    """Text of any source. NUL and the surrogates of undecodable file names, which databases
    refuse, are kept as JSON behind ``\\j``; everything else is stored as it is."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """What is stored for ``value``."""
        return None if value is None else escaped(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str | None]:  # noqa: ARG002
        """A function from what is stored to the text that was given; called for every cell that is read."""

        def given(value: str | None) -> str | None:
            return value if value is None or value[:2] != _ESCAPED else unescaped(value)

        return given


def escaped(value: str) -> str:
    """What SafeText stores for ``value``."""
    if not (value.startswith(_ESCAPED) or _UNSTORABLE.search(value)):
        return value
    return _ESCAPED + json.dumps(value)


def unescaped(stored: str) -> str:
    """The text that SafeText stored. Raises ValueError for what it never stores."""
    if not stored.startswith(_ESCAPED):
        return stored
    return str(json.loads(stored.removeprefix(_ESCAPED)))


class Json(TypeDecorator[Any]):
    """A JSON document as text, so that floats, key order and any name come back exactly."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """What is stored for ``value``."""
        return None if value is None else json_text(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        """A function from what is stored to the document that was given."""
        decode = json.JSONDecoder().decode
        return lambda value: None if value is None else decode(value)


def json_text(value: Any) -> str:
    """What Json stores for ``value``."""
    text = compact(value)
    return json.dumps(value, default=plain) if _UNSTORABLE.search(text) else text


def compact(value: Any) -> str:
    """``value`` as JSON, readable in any script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)


def plain(value: Any) -> Any:
    """What JSON has for a numpy scalar, with which engines count. Raises TypeError for anything else."""
    item: Callable[[], Any] | None = getattr(value, "item", None)
    if item is None:
        raise TypeError(f"{type(value).__name__} is not stored")
    return item()


def order_key(source: str, path: tuple[str, ...]) -> bytes:
    """Bytes that sort assets by source, then path, part by part, alike on every database."""
    return "\0".join((source, *path)).encode("utf-8", "surrogatepass")[:_ORDER_BYTES]


def digest(*parts: str) -> str:
    """A key of fixed length for names of any length."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


_Id = BigInteger().with_variant(Integer, "sqlite")


def _classification() -> tuple[Column[Any], ...]:
    return (
        Column("domain", SafeText),
        Column("category", SafeText),
        Column("level", SafeText),
        Column("candidate", SafeText),
        Column("personal", Boolean),
        Column("sensitive", Boolean),
        Column("confirmable", Boolean),
        Column("review", SafeText),
        Column("level_confidence", Float),
        Column("reasons", SafeText),
        Column("opinions", SafeText),
        Column("sharing", SafeText),
        Column("controls", Json),
        Column("decision", Json),
    )


metadata = MetaData()

meta = Table(
    "meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False)
)

runs = Table(
    "runs",
    metadata,
    Column("number", _Id, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("started", String(40), nullable=False),
    Column("finished", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("scope", Json, nullable=False),
    Column("pack", SafeText, nullable=False),
    Column("policy", SafeText, nullable=False),
    Column("version", SafeText, nullable=False),
)

units = Table(
    "units",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("run", _Id, ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("name", SafeText, nullable=False),
    UniqueConstraint("run", "digest", name="units_once"),
)

assets = Table(
    "assets",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("run", _Id, ForeignKey("runs.number", ondelete="CASCADE"), nullable=False),
    Column("unit", _Id, ForeignKey("units.id", ondelete="CASCADE"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("order_key", LargeBinary, nullable=False),
    Column("unit_name", SafeText, nullable=False),
    Column("source", SafeText, nullable=False),
    Column("path", Json, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("comment", SafeText, nullable=False),
    Column("system", SafeText, nullable=False),
    Column("department", SafeText, nullable=False),
    Column("rows", BigInteger),
    Column("bytes", BigInteger),
    Column("location", SafeText, nullable=False),
    Column("status", String(20), nullable=False),
    Column("basis", String(20), nullable=False),
    Column("incomplete", Boolean, nullable=False),
    Column("read_rows", BigInteger, nullable=False),
    Column("of_rows", BigInteger),
    Column("reason", String(64), nullable=False),
    Column("problems", Json, nullable=False),
    *_classification(),
    Index("assets_in_order", "run", "order_key", "id"),
    Index("assets_of_unit", "unit"),
    Index("assets_by_digest", "run", "digest"),
)

columns = Table(
    "columns",
    metadata,
    Column("asset", _Id, ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("type", SafeText, nullable=False),
    Column("comment", SafeText, nullable=False),
    Column("nullable", Boolean, nullable=False),
    Column("key", SafeText, nullable=False),
    Column("dictionary_id", SafeText),
    Column("found", SafeText),
    Column("confidence", Float),
    Column("missed", Float),
    Column("evidence", Json),
    *_classification(),
)

decisions = Table(
    "decisions",
    metadata,
    Column("number", _Id, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("batch", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("act", String(20), nullable=False),
    Column("standing", String(20), nullable=False),
    Column("source", SafeText, nullable=False),
    Column("path", Json, nullable=False),
    Column("column", SafeText, nullable=False),
    Column("position", Integer, nullable=False),
    Column("declared", SafeText, nullable=False),
    Column("found", SafeText, nullable=False),
    Column("proposed", SafeText, nullable=False),
    Column("candidate", SafeText, nullable=False),
    Column("type", SafeText, nullable=False),
    Column("category", SafeText, nullable=False),
    Column("level", SafeText, nullable=False),
    Column("reason", SafeText, nullable=False),
    Column("author", SafeText, nullable=False),
    Column("at", String(40), nullable=False),
    Column("approver", SafeText, nullable=False),
    Column("approved", String(40), nullable=False),
    Column("expires", String(40), nullable=False),
    Column("policy", SafeText, nullable=False),
    Index("decisions_of_column", "digest"),
    Index("decisions_of_batch", "batch"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", _Id, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("actor", SafeText, nullable=False),
    Column("account", SafeText, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", SafeText, nullable=False),
    Column("detail", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

bundles = Table(
    "bundles",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("site", SafeText, nullable=False),
    Column("run", String(64), nullable=False),
    Column("merged", String(64), nullable=False),
    Column("at", String(40), nullable=False),
)
